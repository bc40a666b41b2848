//! Values of conditions: numbers, dates, addresses and binary text, read leniently enough for what AWS accepts.
//! Reading only; comparing is in `operators.rs`.

use std::net::IpAddr;

/// Reads a number; AWS compares integers and decimals.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    text.parse::<f64>().ok().filter(|n| n.is_finite())
}

/// Reads a date as milliseconds since 1970: ISO 8601 in the W3C profile (year, month, day, minute, second or fraction;
/// extended or basic form) or epoch seconds. Four digits are a year.
/// Source: IAM user guide, "Date condition operators".
pub(crate) fn date_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() != 4 && !(text.len() == 8 && plausible_basic_day(text)) {
        return text.parse::<i64>().ok()?.checked_mul(1000);
    }
    if !text.contains(['-', 'T', 't']) && text.contains('.') {
        let (seconds, fraction) = text.split_once('.')?;
        return seconds.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(fraction_ms(fraction)?);
    }
    iso_ms(text)
}

/// Eight digits are epoch seconds of 1970 unless they read as a day of this age.
fn plausible_basic_day(text: &str) -> bool {
    matches!(&text[..2], "19" | "20") && iso_day(text).is_some()
}

fn iso_ms(text: &str) -> Option<i64> {
    let (day, clock) = match text.split_once(['T', 't']) {
        Some((day, clock)) => (day, Some(clock)),
        None => (text, None),
    };
    let day_ms = iso_day(day)?.checked_mul(86_400_000)?;
    match clock {
        Some(clock) => day_ms.checked_add(iso_clock(clock)?),
        None => Some(day_ms),
    }
}

fn iso_day(text: &str) -> Option<i64> {
    let parts: Vec<&str> = match text.len() {
        8 if !text.contains('-') && text.is_ascii() => vec![&text[..4], &text[4..6], &text[6..]],
        _ => text.split('-').collect(),
    };
    if parts.len() > 3 || parts[0].len() != 4 || parts[1..].iter().any(|part| part.len() != 2) {
        return None;
    }
    let field = |at: usize| parts.get(at).map_or(Some(1), |part| digits(part));
    let (year, month, day) = (field(0)?, field(1)?, field(2)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    Some(days_from_epoch(year, month, day))
}

fn iso_clock(text: &str) -> Option<i64> {
    let at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(at);
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, f)| (clock, Some(f)));
    let parts: Vec<&str> = match (clock.contains(':'), clock.len()) {
        (true, _) => clock.split(':').collect(),
        (false, 4) if clock.is_ascii() => vec![&clock[..2], &clock[2..]],
        (false, 6) if clock.is_ascii() => vec![&clock[..2], &clock[2..4], &clock[4..]],
        _ => return None,
    };
    let short_hour = usize::from(parts[0].len() == 1);
    if !(2..=3).contains(&parts.len()) || parts[short_hour..].iter().any(|part| part.len() != 2) {
        return None;
    }
    let field =
        |at: usize, limit: i64| parts.get(at).map_or(Some(0), |part| digits(part).filter(|n| *n <= limit));
    let seconds = field(0, 24)? * 3600 + field(1, 59)? * 60 + field(2, 60)?;
    Some(seconds * 1000 + fraction.map_or(Some(0), fraction_ms)? - zone_ms(zone)?)
}

fn zone_ms(zone: &str) -> Option<i64> {
    let sign = match zone.chars().next() {
        None | Some('Z' | 'z') => return (zone.len() <= 1).then_some(0),
        Some('+') => 1,
        _ => -1,
    };
    let body = zone[1..].replace(':', "");
    if body.len() != 4 && body.len() != 2 {
        return None;
    }
    let hours = digits(body.get(..2)?)?;
    let minutes = body.get(2..).filter(|text| !text.is_empty()).map_or(Some(0), digits)?;
    Some(sign * (hours * 3600 + minutes * 60) * 1000)
}

fn fraction_ms(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    digits(text)?;
    let mut padded = text.to_owned();
    padded.push_str("000");
    digits(&padded[..3])
}

fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) { None } else { text.parse().ok() }
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, counted in years that start in March.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cidr {
    base: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// Reads `203.0.113.0/24`, `2001:db8::/64` or a single address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let base: IpAddr = address.parse().ok()?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(text) => u8::try_from(digits(text)?).ok().filter(|bits| *bits <= width)?,
            None => width,
        };
        Some(Self { base, prefix })
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix);
                u64::from(base.to_bits()) >> shift == u64::from(address.to_bits()) >> shift
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix);
                base.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

/// Reads an address; an IPv4 address written as IPv6 (`::ffff:203.0.113.7`) is IPv4.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Decodes base64, with or without padding.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().trim_end_matches('=');
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    (text.len() % 4 != 1).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, wanted) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2020-01-01T00:00:01Z", Some(1_577_836_801_000)),
            ("2020-02-29", Some(1_582_934_400_000)),
            ("2021-02-29", None),
            ("2020", Some(1_577_836_800_000)),
            ("2020-01", Some(1_577_836_800_000)),
            ("1577836801", Some(1_577_836_801_000)),
            ("20130930T231548Z", Some(1_380_582_948_000)),
            ("2020-01-01T01:00+01:00", Some(1_577_836_800_000)),
            ("2020-01-01T00:00:00.250Z", Some(1_577_836_800_250)),
            ("2016-12-13t2:00:00.593194+1", None),
            ("234-13", None),
            ("yesterday", None),
            ("", None),
            ("9223372036854775808", None),
        ] {
            assert_eq!(date_ms(text), wanted, "{text}");
        }
    }

    #[test]
    fn addresses() {
        let whole = Cidr::parse("0.0.0.0/0").unwrap();
        assert!(whole.contains(address("255.1.2.3").unwrap()));
        assert!(Cidr::parse("::/0").unwrap().contains(address("2001:db8::1").unwrap()));
        assert!(!whole.contains(address("2001:db8::1").unwrap()));
        assert_eq!(Cidr::parse("1.2.3.4/33"), None);
        assert_eq!(Cidr::parse("1.2.3/8"), None);
    }

    #[test]
    fn binary() {
        assert_eq!(base64("QmluYXJ5VmFsdWVJbkJhc2U2NA==").unwrap(), b"BinaryValueInBase64");
        assert_eq!(base64("Q"), None);
        assert_eq!(base64("a b"), None);
    }
}
