//! Small texts that several parts need: times as AWS writes them.

/// `2026-11-22T15:50:16Z`
pub fn iso_time(epoch_ms: i64) -> String {
    let (y, mo, d, h, mi, s) = civil(epoch_ms.div_euclid(1_000));
    format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z")
}

/// Reads `2026-11-22T15:50:16Z`, `2026-11-22` or seconds since the epoch. Milliseconds since the epoch.
pub fn parse_time(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(1_000);
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let mut d = date.split('-').map(|p| p.parse::<i64>().ok());
    let (y, mo, day) = (d.next()??, d.next()??, d.next()??);
    let mut t = time.strip_suffix('Z').unwrap_or(time).split(':').map(|p| p.parse::<i64>().ok());
    let (h, mi, s) = (t.next()??, t.next()??, t.next().unwrap_or(Some(0))?);
    let in_range = (1..=12).contains(&mo) && (1..=31).contains(&day) && (0..24).contains(&h);
    if !in_range || !(0..60).contains(&mi) || !(0..61).contains(&s) || !(0..10_000).contains(&y) {
        return None;
    }
    Some((days_from_civil(y, mo, day) * 86_400 + h * 3_600 + mi * 60 + s) * 1_000)
}

/// When the month around that time begins and the next one does. Milliseconds since the epoch.
pub(crate) fn month_around(epoch_ms: i64) -> (i64, i64) {
    let (y, m, ..) = civil(epoch_ms.div_euclid(1_000));
    let next = if m == 12 { (y + 1, 1) } else { (y, m + 1) };
    (days_from_civil(y, m, 1) * 86_400_000, days_from_civil(next.0, next.1, 1) * 86_400_000)
}

/// Reads `30s`, `10m`, `2h`, `14d`, `1w` or a number of seconds. Milliseconds.
pub fn parse_duration(text: &str) -> Option<i64> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let per: f64 = match unit {
        "ms" => 1.0,
        "" | "s" => 1_000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        "w" => 604_800_000.0,
        _ => return None,
    };
    let ms = number.parse::<f64>().ok()? * per;
    (ms.is_finite() && ms < 9e15).then_some(ms as i64)
}

// Days and civil dates by Howard Hinnant's published algorithms ("chrono-compatible low-level date algorithms").
fn civil(epoch_s: i64) -> (i64, i64, i64, i64, i64, i64) {
    let (days, rest) = (epoch_s.div_euclid(86_400), epoch_s.rem_euclid(86_400));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let y = yoe + era * 400 + i64::from(m <= 2);
    (y, m, d, rest / 3_600, rest / 60 % 60, rest % 60)
}

fn days_from_civil(y: i64, m: i64, d: i64) -> i64 {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_there_and_back() {
        for t in
            ["1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2026-11-22T15:50:16Z", "2100-03-01T00:00:00Z"]
        {
            assert_eq!(iso_time(parse_time(t).expect(t)), t);
        }
        let month = |t| month_around(parse_time(t).expect(t));
        let (from, to) = month("2024-02-29T12:00:00Z");
        assert_eq!(
            (iso_time(from), iso_time(to)),
            ("2024-02-01T00:00:00Z".into(), "2024-03-01T00:00:00Z".into())
        );
        assert_eq!(iso_time(month("2026-12-31").1), "2027-01-01T00:00:00Z");
        assert_eq!(parse_time("2026-13-01"), None);
        assert_eq!(parse_time("86400"), Some(86_400_000));
    }

    #[test]
    fn durations() {
        assert_eq!(parse_duration("14d"), Some(1_209_600_000));
        assert_eq!(parse_duration("1.5h"), Some(5_400_000));
        assert_eq!(parse_duration("30"), Some(30_000));
        assert_eq!(parse_duration("3 fortnights"), None);
    }
}
