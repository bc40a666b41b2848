//! Ranges of bytes that a read asks for. Source: RFC 9110, section 14; S3 answers one range only, and all of the object to a
//! request for several or a malformed one.

use codec::Fault;

use crate::err;

/// What part of an object of `size` bytes a `Range` header asks for, as first byte and byte after the last; `None`: all of it.
///
/// Errors: `InvalidRange` (416).
pub(crate) fn parse(header: &str, size: u64) -> Result<Option<(u64, u64)>, Fault> {
    let Some(spec) = header.trim().strip_prefix("bytes=").filter(|s| !s.contains(',')) else {
        return Ok(None);
    };
    let Some((first, last)) = spec.trim().split_once('-') else { return Ok(None) };
    let number =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().unwrap_or(u64::MAX));
    let unsatisfiable = || err::invalid_range(header, size);
    match (first, last) {
        ("", "") => Ok(None),
        ("", suffix) => match number(suffix) {
            None => Ok(None),
            Some(0) => Err(unsatisfiable()),
            Some(_) if size == 0 => Err(unsatisfiable()),
            Some(n) => Ok(Some((size.saturating_sub(n), size))),
        },
        (first, last) => {
            let last = if last.is_empty() { Some(u64::MAX) } else { number(last) };
            match (number(first), last) {
                (Some(a), Some(b)) if a > b => Ok(None),
                (Some(a), Some(_)) if a >= size => Err(unsatisfiable()),
                (Some(a), Some(b)) => Ok(Some((a, b.saturating_add(1).min(size)))),
                _ => Ok(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_says() {
        let cases = [
            ("bytes=0-0", Some((0, 1))),
            ("bytes=2-", Some((2, 10))),
            ("bytes=-3", Some((7, 10))),
            ("bytes=-30", Some((0, 10))),
            ("bytes=5-100", Some((5, 10))),
            ("bytes=5-4", None),
            ("bytes=0-1,3-4", None),
            ("bytes=a-b", None),
            ("bytes=-", None),
            ("lines=1-2", None),
        ];
        for (header, want) in cases {
            assert_eq!(parse(header, 10).unwrap(), want, "{header}");
        }
        for header in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            assert_eq!(parse(header, 10).unwrap_err().status(), 416, "{header}");
        }
        assert_eq!(parse("bytes=0-", 0).unwrap_err().status(), 416);
    }
}
