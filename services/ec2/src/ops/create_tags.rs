//! `CreateTags`: sets tags of up to 1,000 resources of any type. All or none.
//! Source: EC2 API reference, "CreateTags" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::CreateTagsRequest;

use crate::err::{fault, invalid_value};
use crate::kind::{self, Kind};
use crate::tags;

const RESOURCES: usize = 1_000;

/// Kind and id of each resource that a tagging call names.
///
/// Errors: InvalidParameterValue: too many. InvalidID: an id of no type. `Invalid….NotFound`.
pub(crate) fn named(cx: &Cx, resources: &[String]) -> Result<Vec<(&'static Kind, String)>, Fault> {
    if resources.len() > RESOURCES {
        return Err(invalid_value(format!("The maximum number of resources per call is {RESOURCES}")));
    }
    let mut all = Vec::new();
    for id in resources {
        let kind =
            kind::of_id(id).ok_or_else(|| fault("InvalidID", format!("The ID '{id}' is not valid")))?;
        kind.formed(id)?;
        let seen = (kind.seen)(cx, id)?.filter(|s| s.id == *id).ok_or_else(|| kind.not_found(id))?;
        all.push((kind, seen.id));
    }
    Ok(all)
}

/// Errors: MissingParameter; InvalidParameterValue: a tag that isn't allowed; TagLimitExceeded; as [`named`].
pub(crate) fn decide(cx: &mut Cx, i: &CreateTagsRequest) -> Result<Empty, Fault> {
    let new = tags::read(&i.tags)?;
    for (kind, id) in named(cx, &i.resources)? {
        tags::add(cx, kind, &id, &new)?;
    }
    Ok(Empty {})
}
