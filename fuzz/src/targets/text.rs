//! Small texts that people and clients write: times, durations, dates of signatures, content encodings.

use edge::ContentEncoding;
use http::{HeaderMap, HeaderValue, header};
use kernel::text::{iso_time, parse_duration, parse_time};

/// Words of times.
pub const WORDS: &[&str] = &[
    "2026-01-01",
    "T00:00:00Z",
    "9999-12-31",
    "-",
    ":",
    "Z",
    "T",
    "30s",
    "14d",
    "1w",
    "ms",
    ".",
    "e",
    "+",
    "gzip",
    ", ",
    "deflate",
    "aws-chunked",
    "20260101T000000Z",
];

/// Reads a text in every way.
pub fn run(data: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(data) {
        let mut headers = HeaderMap::new();
        headers.append(header::CONTENT_ENCODING, value);
        let _encoding = ContentEncoding::of(&headers);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(ms) = parse_time(text) {
        let written = iso_time(ms);
        if (0..253_402_300_800_000).contains(&ms) {
            assert_eq!(parse_time(&written), Some(ms.div_euclid(1000) * 1000), "{written}");
        }
    }
    if let Some(ms) = parse_duration(text) {
        assert!(ms >= 0, "{ms}");
    }
    if let Some(ms) = sigv4::parse_amz_date(text) {
        assert_eq!(sigv4::format_amz_date(ms), text);
    }
}

/// One of each.
pub fn seeds() -> Vec<Vec<u8>> {
    [
        "2026-11-22T15:50:16Z",
        "2026-11-22",
        "1767225600",
        "-1",
        "1.5h",
        "30",
        "14d",
        "20130524T000000Z",
        "gzip, aws-chunked",
    ]
    .iter()
    .map(|s| s.as_bytes().to_vec())
    .collect()
}
