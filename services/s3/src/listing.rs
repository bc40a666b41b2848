//! Listing keys: prefixes, delimiters, pages. One walk serves all forms of ListObjects: it seeks from key to key and never
//! reads what it doesn't show, so that a page costs the same in a bucket of any size.

use codec::Fault;
use kernel::Cx;
use store::Scan;

use crate::state::{Bucket, Current, Version};

/// The most that a page shows.
pub(crate) const MOST_KEYS: i32 = 1_000;

/// What is to be listed.
pub(crate) struct Wanted<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) delimiter: &'a str,
    /// Keys and common prefixes up to this one have been shown, or shall not be.
    pub(crate) after: Option<&'a str>,
    pub(crate) limit: usize,
}

/// One page.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) objects: Vec<(String, Version)>,
    pub(crate) prefixes: Vec<String>,
    /// The last key or common prefix, when there are more behind it.
    pub(crate) next: Option<String>,
}

impl Page {
    pub(crate) fn len(&self) -> usize {
        self.objects.len() + self.prefixes.len()
    }
}

/// The common prefix that a key falls under, if it does.
pub(crate) fn common_prefix<'k>(key: &'k str, prefix: &str, delimiter: &str) -> Option<&'k str> {
    if delimiter.is_empty() {
        return None;
    }
    let rest = key.get(prefix.len()..)?;
    let at = rest.find(delimiter)?;
    key.get(..prefix.len() + at + delimiter.len())
}

/// The least text that is greater than every text that begins with `prefix`; `None` if there is none.
pub(crate) fn after_all_with(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The order of UTF-8 is that of its code points; surrogates are none.
        let next = match last as u32 {
            0xD7FF => Some('\u{E000}'),
            n => char::from_u32(n + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// Walks the latest versions of a bucket's keys.
pub(crate) fn current(cx: &Cx, bucket: &Bucket, wanted: &Wanted<'_>) -> Result<Page, Fault> {
    let mut page = Page::default();
    let mut last = String::new();
    let mut from = match wanted.after {
        Some(after) => match common_prefix(after, wanted.prefix, wanted.delimiter) {
            // A common prefix that was shown covers all keys under it.
            Some(shown) if shown == after => after_all_with(after),
            _ => Some(format!("{after}\0")),
        },
        None => Some(wanted.prefix.to_owned()),
    };
    while let Some(start) = from.take() {
        let start = if start.as_str() < wanted.prefix { wanted.prefix.to_owned() } else { start };
        let scan = Scan::prefix(&(bucket.number,)).from(&(bucket.number, start));
        for ((_, key), version) in cx.scan::<Current>(scan)? {
            if !key.starts_with(wanted.prefix) {
                return Ok(page);
            }
            let shared = common_prefix(&key, wanted.prefix, wanted.delimiter).map(str::to_owned);
            if let Some(p) = &shared
                && wanted.after.is_some_and(|after| p.as_str() <= after)
            {
                from = after_all_with(p);
                break;
            }
            if page.len() == wanted.limit {
                page.next = Some(last);
                return Ok(page);
            }
            match shared {
                Some(p) => {
                    from = after_all_with(&p);
                    last.clone_from(&p);
                    page.prefixes.push(p);
                    break;
                }
                None => {
                    last.clone_from(&key);
                    page.objects.push((key, version));
                }
            }
        }
    }
    Ok(page)
}

/// Text as `encoding-type=url` shows it: as in a query string, but for slashes.
pub(crate) fn url_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
                out.push(char::from(b))
            }
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_prefixes_end_with_the_delimiter() {
        assert_eq!(common_prefix("a/b/c", "", "/"), Some("a/"));
        assert_eq!(common_prefix("a/b/c", "a/", "/"), Some("a/b/"));
        assert_eq!(common_prefix("a/b", "a/", "/"), None);
        assert_eq!(common_prefix("a/b", "", ""), None);
        assert_eq!(common_prefix("axxb", "a", "xx"), Some("axx"));
    }

    #[test]
    fn what_comes_after_a_prefix() {
        assert_eq!(after_all_with("a/").as_deref(), Some("a0"));
        assert_eq!(after_all_with("\u{10FFFF}"), None);
        assert_eq!(after_all_with("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_all_with("\u{D7FF}").as_deref(), Some("\u{E000}"));
    }
}
