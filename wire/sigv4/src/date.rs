//! The two spellings of a request's date, ISO 8601 basic and RFC 1123, as epoch milliseconds.
//! Not a calendar library: years 1970 to 9999, UTC only.

const DAY_S: i64 = 86_400;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads `YYYYMMDDTHHMMSSZ` as epoch milliseconds; `None` unless it is exactly that and a real moment.
pub fn parse_amz_date(text: &str) -> Option<i64> {
    let b = text.as_bytes();
    if b.len() != 16 || b[8] != b'T' || b[15] != b'Z' {
        return None;
    }
    let day = Day { year: digits(&b[0..4])?, month: digits(&b[4..6])?, day: digits(&b[6..8])? };
    moment(day, digits(&b[9..11])?, digits(&b[11..13])?, digits(&b[13..15])?)
}

/// Writes epoch milliseconds as `YYYYMMDDTHHMMSSZ`.
pub fn format_amz_date(epoch_ms: i64) -> String {
    let s = epoch_ms.div_euclid(1000);
    let (day, rest) = (civil(s.div_euclid(DAY_S)), s.rem_euclid(DAY_S));
    let (h, m, s) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{:04}{:02}{:02}T{h:02}{m:02}{s:02}Z", day.year, day.month, day.day)
}

/// Reads what a `Date` header may hold: ISO 8601 basic, or `Sun, 30 Aug 2015 12:36:00 GMT`.
pub(crate) fn parse_date_header(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(ms) = parse_amz_date(text) {
        return Some(ms);
    }
    let (_weekday, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let day = digits(words.next()?.as_bytes())?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|m| *m == name)? as i64 + 1;
    let year = digits(words.next()?.as_bytes())?;
    let mut clock = words.next()?.split(':');
    let (h, m, s) = (clock.next()?, clock.next()?, clock.next()?);
    if !matches!(words.next(), Some("GMT" | "UTC" | "+0000")) || words.next().is_some() {
        return None;
    }
    let part = |text: &str| digits(text.as_bytes());
    moment(Day { year, month, day }, part(h)?, part(m)?, part(s)?)
}

struct Day {
    year: i64,
    month: i64,
    day: i64,
}

fn moment(day: Day, hour: i64, minute: i64, second: i64) -> Option<i64> {
    let in_range = (1970..=9999).contains(&day.year) && hour < 24 && minute < 60 && second < 60;
    let known_day = (1..=12).contains(&day.month) && (1..=31).contains(&day.day);
    if !in_range || !known_day {
        return None;
    }
    let days = days_since_epoch(&day);
    let back = civil(days);
    let real = back.month == day.month && back.day == day.day;
    real.then_some((days * DAY_S + hour * 3600 + minute * 60 + second) * 1000)
}

fn digits(b: &[u8]) -> Option<i64> {
    if b.is_empty() || b.len() > 4 {
        return None;
    }
    b.iter().try_fold(0i64, |n, c| c.is_ascii_digit().then(|| n * 10 + i64::from(c - b'0')))
}

/// Days from 1970-01-01, by counting in years that begin on 1 March so that a leap day is the last of its year.
fn days_since_epoch(d: &Day) -> i64 {
    let year = if d.month <= 2 { d.year - 1 } else { d.year };
    let shifted_month = (d.month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + d.day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

fn civil(days: i64) -> Day {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    Day { year, month, day: day_of_year - (153 * shifted_month + 2) / 5 + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_round_trip() {
        // Seconds as `date -u -d … +%s` gives them.
        for (text, s) in [
            ("19700101T000000Z", 0),
            ("20130524T000000Z", 1_369_353_600),
            ("20150830T123600Z", 1_440_938_160),
            ("20240229T235959Z", 1_709_251_199),
            ("99991231T235959Z", 253_402_300_799),
        ] {
            assert_eq!(parse_amz_date(text), Some(s * 1000), "{text}");
            assert_eq!(format_amz_date(s * 1000), text);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "20130230T000000Z",
            "20131301T000000Z",
            "20130524T240000Z",
            "20130524 000000Z",
            "20130524T000000",
            "2013x524T000000Z",
            "+0130524T000000Z",
            "ünïcödé20130524Z",
        ] {
            assert_eq!(parse_amz_date(text), None, "{text}");
        }
    }

    #[test]
    fn the_date_header_has_two_spellings() {
        let ms = Some(1_440_938_160_000);
        assert_eq!(parse_date_header("Sun, 30 Aug 2015 12:36:00 GMT"), ms);
        assert_eq!(parse_date_header("20150830T123600Z"), ms);
        assert_eq!(parse_date_header("Sun, 30 Aug 2015 12:36:00 CET"), None);
        assert_eq!(parse_date_header("yesterday"), None);
    }
}
