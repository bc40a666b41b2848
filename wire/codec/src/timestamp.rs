//! Moments in AWS's three spellings (RFC 3339, RFC 7231's date, seconds since 1970), written and read. Proleptic
//! Gregorian calendar, UTC only in what is written; no clock.

use model::TimestampFormat;

use crate::record::Timestamp;

const DAY_MS: i64 = 86_400_000;
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Moments that four-digit years can spell: years 0001 to 9999.
const MIN_MS: i64 = -62_135_596_800_000;
const MAX_MS: i64 = 253_402_300_799_999;

impl Timestamp {
    /// The moment that many whole seconds after 1970.
    pub fn from_epoch_s(epoch_s: i64) -> Timestamp {
        Timestamp { epoch_ms: epoch_s.saturating_mul(1000) }
    }

    /// Spells the moment. Fractions of a second appear when there are any (in RFC 7231's dates never).
    pub fn format(self, format: TimestampFormat) -> String {
        match format {
            TimestampFormat::Iso8601 => self.iso8601(self.epoch_ms.rem_euclid(1000) != 0),
            TimestampFormat::Rfc822 => self.http_date(),
            TimestampFormat::UnixTimestamp => self.epoch_text(),
        }
    }

    /// `2015-01-25T08:00:00Z`, with `.000` when asked.
    pub fn iso8601(self, with_ms: bool) -> String {
        let c = Civil::of(self.epoch_ms);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        // Years have four digits: the calendar ends before.
        let year = c.year as u32;
        let pairs = [year / 100, year % 100, c.month, c.day, c.hour, c.minute, c.second, c.ms / 10];
        for (at, pair) in [0, 2, 5, 8, 11, 14, 17, 20].into_iter().zip(pairs) {
            (text[at], text[at + 1]) = (digit(pair / 10), digit(pair));
        }
        text[22] = digit(c.ms);
        let text = str::from_utf8(&text).expect("digits are ASCII");
        match with_ms {
            true => text.to_owned(),
            false => [&text[..19], "Z"].concat(),
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    pub fn http_date(self) -> String {
        let c = Civil::of(self.epoch_ms);
        let weekday = (self.epoch_ms.div_euclid(DAY_MS) + 4).rem_euclid(7) as usize;
        let month = MONTHS[c.month as usize - 1];
        let (day, year) = (c.day, c.year);
        format!(
            "{}, {day:02} {month} {year:04} {:02}:{:02}:{:02} GMT",
            DAYS[weekday], c.hour, c.minute, c.second
        )
    }

    /// `1422172800` or `1422172800.25`
    pub fn epoch_text(self) -> String {
        let (sign, ms) = (if self.epoch_ms < 0 { "-" } else { "" }, self.epoch_ms.unsigned_abs());
        let (s, fraction) = (ms / 1000, ms % 1000);
        if fraction == 0 {
            return format!("{sign}{s}");
        }
        let text = format!("{sign}{s}.{fraction:03}");
        text.trim_end_matches('0').to_owned()
    }

    /// Reads any of the three spellings; which one is told by its looks.
    pub fn parse(text: &str) -> Option<Timestamp> {
        let text = text.trim();
        match text.as_bytes().first()? {
            b'0'..=b'9' | b'-' | b'+' if text.get(4..5) == Some("-") => parse_iso(text),
            b'0'..=b'9' | b'-' | b'+' => Timestamp::from_epoch_f64(text.parse().ok()?),
            _ => parse_http_date(text),
        }
    }

    /// Seconds since 1970 with a fraction, rounded to milliseconds; none when out of the calendar.
    pub fn from_epoch_f64(epoch_s: f64) -> Option<Timestamp> {
        let ms = (epoch_s * 1000.0).round();
        if !ms.is_finite() || ms < MIN_MS as f64 || ms > MAX_MS as f64 {
            return None;
        }
        Some(Timestamp { epoch_ms: ms as i64 })
    }
}

/// The last decimal digit.
fn digit(value: u32) -> u8 {
    b'0' + (value % 10) as u8
}

struct Civil {
    year: i64,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    ms: u32,
}

impl Civil {
    /// Days to date after Howard Hinnant's `civil_from_days` (public domain).
    fn of(epoch_ms: i64) -> Civil {
        let epoch_ms = epoch_ms.clamp(MIN_MS, MAX_MS);
        let z = epoch_ms.div_euclid(DAY_MS) + 719_468;
        let in_day = epoch_ms.rem_euclid(DAY_MS) as u32;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
        Civil {
            year: yoe + era * 400 + i64::from(month <= 2),
            month,
            day: (doy - (153 * mp + 2) / 5 + 1) as u32,
            hour: in_day / 3_600_000,
            minute: in_day / 60_000 % 60,
            second: in_day / 1000 % 60,
            ms: in_day % 1000,
        }
    }
}

/// Days since 1970 of a date; none when there is no such date.
fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=9999).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468)
}

fn parse_iso(text: &str) -> Option<Timestamp> {
    let b = text.as_bytes();
    let days = days_of(number(b, 0, 4)?, number(b, 5, 2)?, number(b, 8, 2)?)?;
    if b.get(7) != Some(&b'-') {
        return None;
    }
    if b.len() == 10 {
        return Some(Timestamp { epoch_ms: days * DAY_MS });
    }
    if !matches!(b.get(10), Some(b'T' | b't' | b' ')) || b.get(13) != Some(&b':') {
        return None;
    }
    let (hour, minute) = (number(b, 11, 2)?, number(b, 14, 2)?);
    let (second, rest) = match b.get(16) {
        Some(b':') => (number(b, 17, 2)?, &text[19..]),
        _ => (0, text.get(16..)?),
    };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (ms, rest) = fraction_ms(rest)?;
    let offset_min = offset_minutes(rest)?;
    let s = hour * 3600 + minute * 60 + second - offset_min * 60;
    Some(Timestamp { epoch_ms: days * DAY_MS + s * 1000 + ms })
}

/// A leading `.123…` in milliseconds (more digits are cut off), and what follows.
fn fraction_ms(text: &str) -> Option<(i64, &str)> {
    let Some(digits) = text.strip_prefix('.') else { return Some((0, text)) };
    let n = digits.bytes().take_while(u8::is_ascii_digit).count();
    if n == 0 {
        return None;
    }
    let mut ms = 0;
    for i in 0..3 {
        ms = ms * 10 + digits.as_bytes()[..n].get(i).map_or(0, |d| i64::from(d - b'0'));
    }
    Some((ms, &digits[n..]))
}

fn offset_minutes(text: &str) -> Option<i64> {
    let b = text.as_bytes();
    match b {
        [] | [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), ..] => {
            let hours = number(b, 1, 2)?;
            let minutes = match b.len() {
                3 => 0,
                5 => number(b, 3, 2)?,
                6 if b[3] == b':' => number(b, 4, 2)?,
                _ => return None,
            };
            let all = hours * 60 + minutes;
            Some(if *sign == b'-' { -all } else { all })
        }
        _ => None,
    }
}

fn parse_http_date(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.split_once(',')?;
    let mut words = rest.split_ascii_whitespace();
    let day: i64 = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(name))? as i64 + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let clock = words.next()?;
    let b = clock.as_bytes();
    if b.len() < 8
        || b[2] != b':'
        || b[5] != b':'
        || !matches!(words.next(), Some("GMT" | "UTC" | "+0000") | None)
    {
        return None;
    }
    let (hour, minute, second) = (number(b, 0, 2)?, number(b, 3, 2)?, number(b, 6, 2)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (ms, rest) = fraction_ms(clock.get(8..)?)?;
    if !rest.is_empty() {
        return None;
    }
    Some(Timestamp {
        epoch_ms: days_of(year, month, day)? * DAY_MS + (hour * 3600 + minute * 60 + second) * 1000 + ms,
    })
}

/// `len` ASCII digits at `at`.
fn number(b: &[u8], at: usize, len: usize) -> Option<i64> {
    let digits = b.get(at..at + len)?;
    digits.iter().try_fold(0i64, |n, d| d.is_ascii_digit().then(|| n * 10 + i64::from(d - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: [(i64, &str, &str, &str); 5] = [
        (1_422_172_800_000, "2015-01-25T08:00:00Z", "Sun, 25 Jan 2015 08:00:00 GMT", "1422172800"),
        (784_111_777_000, "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT", "784111777"),
        (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "0"),
        (951_782_400_000, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT", "951782400"),
        (-86_400_000, "1969-12-31T00:00:00Z", "Wed, 31 Dec 1969 00:00:00 GMT", "-86400"),
    ];

    #[test]
    fn three_spellings_both_ways() {
        for (epoch_ms, iso, date, epoch) in CASES {
            let t = Timestamp { epoch_ms };
            for (format, text) in [
                (TimestampFormat::Iso8601, iso),
                (TimestampFormat::Rfc822, date),
                (TimestampFormat::UnixTimestamp, epoch),
            ] {
                assert_eq!(t.format(format), text);
                assert_eq!(Timestamp::parse(text), Some(t), "{text}");
            }
        }
    }

    #[test]
    fn fractions_and_offsets() {
        for (text, epoch_ms) in [
            ("2015-01-25T08:00:00.123456Z", 1_422_172_800_123),
            ("2015-01-25T10:00:00.5+02:00", 1_422_172_800_500),
            ("2015-01-25T08:00Z", 1_422_172_800_000),
            ("2015-01-25", 1_422_144_000_000),
            ("1422172800.25", 1_422_172_800_250),
            ("1.4221728e9", 1_422_172_800_000),
            ("Sun, 25 Jan 2015 08:00:00.100 GMT", 1_422_172_800_100),
        ] {
            assert_eq!(Timestamp::parse(text), Some(Timestamp { epoch_ms }), "{text}");
        }
        assert_eq!(Timestamp { epoch_ms: 1500 }.epoch_text(), "1.5");
        assert_eq!(Timestamp { epoch_ms: 1500 }.iso8601(true), "1970-01-01T00:00:01.500Z");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "x",
            "2015-13-01T00:00:00Z",
            "2015-02-29T00:00:00Z",
            "2015-01-25T24:00:00Z",
            "2015-01-25T08:00:00+2",
            "1e400",
            "NaN",
            "99999999999999999999",
            "Sun, 40 Jan 2015 08:00:00 GMT",
            "2015-01-2é",
            "-",
            "2015-é1-25",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn out_of_calendar_moments_do_not_panic() {
        for epoch_ms in [i64::MIN, i64::MAX] {
            for format in [TimestampFormat::Iso8601, TimestampFormat::Rfc822, TimestampFormat::UnixTimestamp]
            {
                assert!(!Timestamp { epoch_ms }.format(format).is_empty());
            }
        }
    }
}
