//! Conditional reads and writes: `If-Match` and its kin.
//! Source: S3 user guide, "Conditional requests"; RFC 9110, section 13.

use codec::{Fault, Timestamp};

use crate::err;
use crate::state::Version;

/// The conditions of a read, or of a copy's source.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conditions<'a> {
    pub(crate) if_match: Option<&'a str>,
    pub(crate) if_none_match: Option<&'a str>,
    pub(crate) if_modified_since: Option<Timestamp>,
    pub(crate) if_unmodified_since: Option<Timestamp>,
}

impl Conditions<'_> {
    /// Errors: `PreconditionFailed` (412); 304 where a read finds what the client already has. A copy has no 304.
    pub(crate) fn check(&self, version: &Version, is_copy: bool) -> Result<(), Fault> {
        let prefix = if is_copy { "x-amz-copy-source-" } else { "" };
        let failed = |name: &str| err::precondition_failed(&format!("{prefix}{name}"));
        let unchanged = |name: &str| if is_copy { failed(name) } else { not_modified(version) };
        let second = version.modified_ms.div_euclid(1_000);
        let etag = version.content.etag.as_str();
        match (self.if_match, self.if_unmodified_since) {
            (Some(tags), _) if !matches(tags, etag) => return Err(failed("If-Match")),
            (None, Some(t)) if second > t.epoch_ms.div_euclid(1_000) => {
                return Err(failed("If-Unmodified-Since"));
            }
            _ => {}
        }
        match (self.if_none_match, self.if_modified_since) {
            (Some(tags), _) if matches(tags, etag) => Err(unchanged("If-None-Match")),
            (None, Some(t)) if second <= t.epoch_ms.div_euclid(1_000) => Err(unchanged("If-Modified-Since")),
            _ => Ok(()),
        }
    }
}

fn not_modified(version: &Version) -> Fault {
    let modified = Timestamp { epoch_ms: version.modified_ms };
    err::not_modified()
        .with_header("etag", format!("\"{}\"", version.content.etag))
        .with_header("last-modified", modified.http_date())
}

/// Whether a list of entity tags (or `*`) has one. Quotes may be left out.
fn matches(tags: &str, etag: &str) -> bool {
    tags.split(',')
        .map(|t| t.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|t| t == "*" || t == etag)
}

/// The conditions of a write: `If-None-Match: *` or `If-Match` with one entity tag.
///
/// Errors: `NotImplemented` for other forms; `PreconditionFailed`; `NoSuchKey` when what was to match isn't there.
pub(crate) fn check_write(
    if_match: Option<&str>,
    if_none_match: Option<&str>,
    key: &str,
    current: Option<&Version>,
) -> Result<(), Fault> {
    let current = current.filter(|v| !v.is_delete_marker);
    match if_none_match {
        Some("*") if current.is_some() => return Err(err::precondition_failed("If-None-Match")),
        Some("*") | None => {}
        Some(_) => return Err(err::not_taken("If-None-Match")),
    }
    match (if_match, current) {
        (None, _) => Ok(()),
        (Some("*"), _) => Err(err::not_taken("If-Match")),
        (Some(_), None) => Err(err::no_such_key(key)),
        (Some(tag), Some(v)) if tag.trim_matches('"') == v.content.etag => Ok(()),
        (Some(_), Some(_)) => Err(err::precondition_failed("If-Match")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Content;

    fn version() -> Version {
        let content = Content { etag: "abc".to_owned(), ..Content::default() };
        Version { modified_ms: 10_500, content, ..Version::default() }
    }

    fn read(c: Conditions<'_>) -> u16 {
        c.check(&version(), false).err().map_or(200, |f| f.status())
    }

    /// Source: S3 API reference, GetObject, on combinations of conditions.
    #[test]
    fn reads_heed_their_conditions() {
        let at = |s: i64| Some(Timestamp { epoch_ms: s * 1_000 });
        let none = Conditions::default();
        let cases = [
            (none, 200),
            (Conditions { if_match: Some("\"abc\""), ..none }, 200),
            (Conditions { if_match: Some("\"x\", abc"), ..none }, 200),
            (Conditions { if_match: Some("\"x\""), ..none }, 412),
            (Conditions { if_none_match: Some("\"abc\""), ..none }, 304),
            (Conditions { if_none_match: Some("*"), ..none }, 304),
            (Conditions { if_none_match: Some("\"x\""), ..none }, 200),
            (Conditions { if_modified_since: at(10), ..none }, 304),
            (Conditions { if_modified_since: at(9), ..none }, 200),
            (Conditions { if_unmodified_since: at(10), ..none }, 200),
            (Conditions { if_unmodified_since: at(9), ..none }, 412),
            (Conditions { if_match: Some("abc"), if_unmodified_since: at(9), ..none }, 200),
            (Conditions { if_none_match: Some("abc"), if_modified_since: at(9), ..none }, 304),
        ];
        for (conditions, want) in cases {
            assert_eq!(read(conditions), want, "{conditions:?}");
        }
        let copy = Conditions { if_none_match: Some("abc"), ..none };
        assert_eq!(copy.check(&version(), true).unwrap_err().status(), 412);
    }

    #[test]
    fn writes_heed_their_conditions() {
        let there = version();
        let status = |m, n, v| check_write(m, n, "k", v).err().map_or(200, |f: Fault| f.status());
        assert_eq!(status(None, Some("*"), None), 200);
        assert_eq!(status(None, Some("*"), Some(&there)), 412);
        assert_eq!(status(Some("\"abc\""), None, Some(&there)), 200);
        assert_eq!(status(Some("\"x\""), None, Some(&there)), 412);
        assert_eq!(status(Some("\"abc\""), None, None), 404);
        assert_eq!(status(None, Some("\"abc\""), None), 501);
    }
}
