//! The canonical request: one spelling of a request head that both sides can hash.
//! It reads the head as it came; it does not judge it.
//!
//! Source: IAM user guide, "Create a signed AWS API request", step 1; S3 API reference, "Signature Calculations for
//! the Authorization Header" (S3's path is encoded once and never normalised).

use http::request::Parts;
use http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// How to spell the parts that services and clients spell differently.
#[derive(Clone, Copy)]
pub(crate) struct Spelling {
    /// Normalise the path and encode it a second time (all services but S3).
    pub double_encode_path: bool,
    /// A raw `+` in the query means a plus, not a space.
    pub plus_is_plus: bool,
    /// The session token was added to the query after signing.
    pub skip_token: bool,
    /// The request is presigned, so its own signature is not part of what was signed.
    pub presigned: bool,
}

/// Appends the canonical request to `out`.
pub(crate) fn canonical_request(
    out: &mut Vec<u8>,
    head: &Parts,
    signed_headers: &str,
    payload: &[u8],
    how: Spelling,
) {
    out.extend_from_slice(head.method.as_str().as_bytes());
    out.push(b'\n');
    put_path(out, head.uri.path(), how.double_encode_path);
    out.push(b'\n');
    put_query(out, head.uri.query().unwrap_or(""), how);
    out.push(b'\n');
    for name in signed_headers.split(';') {
        put_header(out, head, name);
    }
    out.push(b'\n');
    out.extend_from_slice(signed_headers.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload);
}

fn put_path(out: &mut Vec<u8>, path: &str, double_encode: bool) {
    if path.is_empty() || path == "/" {
        out.push(b'/');
    } else if double_encode {
        let normal = normalise(path);
        encode_into(out, normal.as_bytes(), true);
    } else {
        encode_into(out, &decode(path, false), true);
    }
}

/// Resolves `.` and `..` and folds repeated slashes; a trailing slash stays.
fn normalise(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut text = String::with_capacity(path.len());
    for segment in &kept {
        text.push('/');
        text.push_str(segment);
    }
    let ends_open = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    if ends_open || kept.is_empty() {
        text.push('/');
    }
    text
}

fn put_query(out: &mut Vec<u8>, query: &str, how: Spelling) {
    if query.is_empty() {
        return;
    }
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (respell(name, how), respell(value, how));
        let left_out = (how.presigned && name == b"X-Amz-Signature")
            || (how.skip_token && name == b"X-Amz-Security-Token");
        if !left_out {
            pairs.push((name, value));
        }
    }
    pairs.sort_unstable();
    for (i, (name, value)) in pairs.iter().enumerate() {
        if i > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

fn respell(text: &str, how: Spelling) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    encode_into(&mut out, &decode(text, !how.plus_is_plus), false);
    out
}

fn put_header(out: &mut Vec<u8>, head: &Parts, name: &str) {
    let start = out.len();
    out.extend_from_slice(name.as_bytes());
    out[start..].make_ascii_lowercase();
    out.push(b':');
    let mut first = true;
    for value in head.headers.get_all(name) {
        if !first {
            out.push(b',');
        }
        first = false;
        put_folded(out, value.as_bytes());
    }
    if first && name.eq_ignore_ascii_case("host") {
        // HTTP/2 carries the host in `:authority`, which the HTTP library moves to the URI.
        out.extend_from_slice(head.uri.authority().map_or("", |a| a.as_str()).as_bytes());
    }
    out.push(b'\n');
}

/// Trims a header value and folds each inner run of white space to one space.
fn put_folded(out: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    if !value.iter().any(|b| matches!(b, b' ' | b'\t')) {
        out.extend_from_slice(value);
        return;
    }
    let mut in_space = false;
    for &b in value {
        let space = b == b' ' || b == b'\t';
        if !space {
            out.push(b);
        } else if !in_space {
            out.push(b' ');
        }
        in_space = space;
    }
}

/// Percent-decodes; broken escapes stay as they are.
pub(crate) fn decode(text: &str, plus_is_space: bool) -> Vec<u8> {
    let b = text.as_bytes();
    let mut out = Vec::with_capacity(b.len());
    let mut i = 0;
    while i < b.len() {
        let escape = (b[i] == b'%').then(|| Some((hex_digit(*b.get(i + 1)?)?, hex_digit(*b.get(i + 2)?)?)));
        match escape.flatten() {
            Some((high, low)) => {
                out.push(high << 4 | low);
                i += 3;
            }
            None => {
                out.push(if plus_is_space && b[i] == b'+' { b' ' } else { b[i] });
                i += 1;
            }
        }
    }
    out
}

/// Percent-encodes everything but the unreserved characters (and `/`, if asked to keep it).
pub(crate) fn encode_into(out: &mut Vec<u8>, bytes: &[u8], keep_slash: bool) {
    for &b in bytes {
        let unreserved = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
        if unreserved || (keep_slash && b == b'/') {
            out.push(b);
        } else {
            out.extend_from_slice(&[b'%', HEX_UPPER[usize::from(b >> 4)], HEX_UPPER[usize::from(b & 15)]]);
        }
    }
}

const HEX_UPPER: &[u8; 16] = b"0123456789ABCDEF";
const HEX_LOWER: &[u8; 16] = b"0123456789abcdef";

fn hex_digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

/// Thirty-two bytes as 64 lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    let mut out = [0; 64];
    for (i, b) in bytes.iter().enumerate() {
        out[i * 2] = HEX_LOWER[usize::from(b >> 4)];
        out[i * 2 + 1] = HEX_LOWER[usize::from(b & 15)];
    }
    out
}

/// [`hex`] as a string.
pub(crate) fn hex_string(bytes: &[u8; 32]) -> String {
    hex_of(bytes)
}

/// The 32 bytes that 64 hexadecimal digits spell.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let b = text.as_bytes();
    if b.len() != 64 {
        return None;
    }
    let mut out = [0; 32];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = hex_digit(b[i * 2])? << 4 | hex_digit(b[i * 2 + 1])?;
    }
    Some(out)
}

/// Any bytes in lower-case hexadecimal digits.
pub(crate) fn hex_of(bytes: &[u8]) -> String {
    let digit = |d: u8| char::from(HEX_LOWER[usize::from(d)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]));
    text
}

/// The bytes that pairs of hexadecimal digits spell.
pub(crate) fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| Some(hex_digit(*high)? << 4 | hex_digit(*low)?);
    pairs.iter().map(byte).collect::<Option<Vec<u8>>>().filter(|_| rest.is_empty())
}

/// Appends the string to sign for a canonical request.
pub(crate) fn string_to_sign(
    out: &mut Vec<u8>,
    algorithm: &str,
    amz_date: &str,
    scope: &str,
    canonical: &[u8],
) {
    out.extend_from_slice(algorithm.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(amz_date.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(scope.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(&hex(&sha256(canonical)));
}

/// Headers that every request is asked for: names that are looked up needn't be read each time.
pub(crate) static X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(crate) static X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
pub(crate) static X_AMZ_REGION_SET: HeaderName = HeaderName::from_static("x-amz-region-set");
pub(crate) static X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// The text of a header, if it is there once or more and the first is plain text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_as_aws_does() {
        // The path cases of AWS's published SigV4 test suite ("normalize-path").
        for (raw, normal) in [
            ("/example/..", "/"),
            ("/example1/example2/../..", "/"),
            ("/./", "/"),
            ("//", "/"),
            ("//example//", "/example/"),
            ("/./example", "/example"),
            ("/../../x", "/x"),
            ("/a/b/", "/a/b/"),
        ] {
            assert_eq!(normalise(raw), normal, "{raw}");
        }
    }

    #[test]
    fn broken_escapes_survive_decoding() {
        assert_eq!(decode("%", false), b"%");
        assert_eq!(decode("%4", false), b"%4");
        assert_eq!(decode("%zz%41+", false), b"%zzA+");
        assert_eq!(decode("%2B+", true), b"+ ");
    }
}
