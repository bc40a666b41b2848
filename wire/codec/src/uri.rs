//! Percent-encoding and query strings, as requests bring them. A `+` is a space in a query and a plus in a path.

use std::borrow::Cow;

/// Decodes `%XX`; what isn't a whole escape stays as it is. Bytes that aren't UTF-8 become replacement characters.
pub fn decode_path(text: &str) -> Cow<'_, str> {
    decode(text, false)
}

/// As [`decode_path`], and `+` is a space.
pub fn decode_query(text: &str) -> Cow<'_, str> {
    decode(text, true)
}

/// Name and value of each part of a query string or form, still encoded; the value is empty without `=`.
pub fn raw_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// Name and value of each part of a query string or form, decoded.
pub fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    raw_pairs(query).map(|(name, value)| (decode_query(name), decode_query(value)))
}

fn decode(text: &str, plus_is_space: bool) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|b| *b == b'%' || (plus_is_space && *b == b'+')) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = match bytes[at..] {
            [b'%', high, low, ..] => hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        match (escaped, bytes[at]) {
            (Some(byte), _) => out.push(byte),
            (None, b'+') if plus_is_space => out.push(b' '),
            (None, byte) => out.push(byte),
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|v| v as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_whole_escapes_only() {
        assert_eq!(decode_path("a%2Fb%2fc+d%C3%A9"), "a/b/c+dé");
        assert_eq!(decode_query("a+b%2B"), "a b+");
        assert_eq!(decode_path("%"), "%");
        assert_eq!(decode_path("%4"), "%4");
        assert_eq!(decode_path("%zz%41"), "%zzA");
        assert_eq!(decode_path("%FF"), "\u{fffd}");
    }

    #[test]
    fn splits_queries() {
        let parts: Vec<_> = pairs("acl&list-type=2&&p=a%3Db=c").collect();
        let parts: Vec<_> = parts.iter().map(|(n, v)| (n.as_ref(), v.as_ref())).collect();
        assert_eq!(parts, [("acl", ""), ("list-type", "2"), ("p", "a=b=c")]);
    }
}
