//! `DeleteTags`: takes tags away, by key or by key and value; without tags, all of the user's.
//! Source: EC2 API reference, "DeleteTags" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteTagsRequest;

use crate::ops::create_tags::named;
use crate::tags;

/// Errors: as for CreateTags.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteTagsRequest) -> Result<Empty, Fault> {
    let gone: Option<Vec<(String, Option<String>)>> = i
        .tags
        .as_ref()
        .filter(|t| !t.is_empty())
        .map(|t| t.iter().map(|t| (t.key.clone().unwrap_or_default(), t.value.clone())).collect());
    for (kind, id) in named(cx, &i.resources)? {
        match &gone {
            Some(gone) => tags::take(cx, kind, &id, gone)?,
            None => tags::take_all(cx, kind, &id)?,
        }
    }
    Ok(Empty {})
}
