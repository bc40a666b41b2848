//! Session tags: what a call asks for, what the calling session hands on, and what becomes of both.
//! Source: IAM user guide, "Pass session tags in AWS STS".

use codec::Fault;
use directory::Session;
use shapes_sts::Tag;

use crate::err;

/// The tags of a session to be.
#[derive(Default)]
pub(crate) struct SessionTags {
    /// Asked for, then inherited.
    pub(crate) tags: Vec<(String, String)>,
    /// Keys that go on to further sessions.
    pub(crate) transitive: Vec<String>,
}

/// Key and value of tags in a request.
pub(crate) fn pairs(tags: &[Tag]) -> Vec<(String, String)> {
    tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect()
}

/// Tags that the calling session hands on: its transitive ones.
fn inherited(calling: Option<&Session>) -> Vec<(String, String)> {
    let handed_on = |s: &Session| {
        let transitive = |key: &str| s.transitive_tag_keys.iter().any(|t| t.eq_ignore_ascii_case(key));
        s.tags.iter().filter(|(k, _)| transitive(k)).cloned().collect()
    };
    calling.map(handed_on).unwrap_or_default()
}

/// What the session would have, unchecked: for the request's condition keys.
pub(crate) fn asked(calling: Option<&Session>, tags: &[Tag], transitive: &[String]) -> SessionTags {
    let inherited = inherited(calling);
    let mut all = SessionTags { tags: pairs(tags), transitive: transitive.to_vec() };
    all.transitive.extend(inherited.iter().map(|(k, _)| k.clone()));
    all.tags.extend(inherited);
    all
}

/// What the session gets.
///
/// Errors, in this order: InvalidParameterValue: keys that differ only in case; a key or value in AWS's name space;
/// a transitive key without its tag; a tag that the calling session hands on already.
pub(crate) fn checked(
    calling: Option<&Session>,
    tags: &[Tag],
    transitive: &[String],
) -> Result<SessionTags, Fault> {
    let requested = pairs(tags);
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    for (i, (key, value)) in requested.iter().enumerate() {
        if requested[..i].iter().any(|(k, _)| same(k, key)) {
            return Err(err::duplicate_tags());
        }
        if [key, value].iter().any(|t| t.to_lowercase().starts_with("aws:")) {
            return Err(err::reserved_tag_prefix());
        }
    }
    if transitive.iter().any(|t| !requested.iter().any(|(k, _)| same(k, t))) {
        return Err(err::transitive_key_without_tag());
    }
    if inherited(calling).iter().any(|(i, _)| requested.iter().any(|(k, _)| same(k, i))) {
        return Err(err::inherited_tag_set_again());
    }
    Ok(asked(calling, tags, transitive))
}
