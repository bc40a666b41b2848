//! Tags of IAM's resources, for every type that has them: what a request may say, merging, removal, listing.
//! Source: IAM user guide, "Tags for IAM resources": at most 50 for a resource; keys keep their case, and are the same
//! key without regard to it; `aws:` is AWS's; a repeated key replaces the tag, with the new case.

use codec::Fault;
use kernel::Cx;
use shapes_iam::err as shapes_err;

use crate::answers;
use crate::err;
use crate::pages::Asked;

/// Tags of a resource.
const MAX: usize = 50;

/// Key and value, in the order of arrival.
pub(crate) type Tags = Vec<(String, String)>;

/// Tags of a request, as they came. For guards, before anything is checked.
pub(crate) fn given(tags: &[shapes_iam::Tag]) -> Tags {
    tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect()
}

/// Tags for a new resource.
pub(crate) fn new(tags: &Option<Vec<shapes_iam::Tag>>) -> Result<Tags, Fault> {
    let tags = given(tags.as_deref().unwrap_or_default());
    check(&tags)?;
    check_count(&tags)?;
    Ok(tags)
}

/// Adds tags of a request to a resource's.
///
/// Errors: InvalidInput: a key twice, or one of AWS's. LimitExceeded: more than 50 afterwards.
pub(crate) fn add(to: &mut Tags, tags: &[shapes_iam::Tag]) -> Result<(), Fault> {
    let tags = given(tags);
    check(&tags)?;
    for (key, value) in tags {
        match to.iter_mut().find(|(k, _)| same(k, &key)) {
            Some(tag) => *tag = (key, value),
            None => to.push((key, value)),
        }
    }
    check_count(to)
}

/// Removes tags; keys that aren't there are passed over.
pub(crate) fn remove(from: &mut Tags, keys: &[String]) -> Result<(), Fault> {
    if keys.iter().any(|k| is_reserved(k)) {
        return Err(reserved());
    }
    from.retain(|(k, _)| !keys.iter().any(|gone| same(gone, k)));
    Ok(())
}

/// A page of a resource's tags, in order of key.
pub(crate) fn page(
    cx: &Cx,
    asked: &Asked<'_>,
    tags: &[(String, String)],
) -> crate::pages::Page<shapes_iam::Tag> {
    asked.cut_all(cx, answers::tag_list(tags), |t| t.key.to_lowercase())
}

fn check(tags: &[(String, String)]) -> Result<(), Fault> {
    for (i, (key, _)) in tags.iter().enumerate() {
        if is_reserved(key) {
            return Err(reserved());
        }
        if tags[..i].iter().any(|(k, _)| same(k, key)) {
            return Err(err::invalid_input(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
    }
    Ok(())
}

fn check_count(tags: &[(String, String)]) -> Result<(), Fault> {
    if tags.len() > MAX {
        return Err(shapes_err::limit_exceeded_exception(
            "The number of tags has reached the maximum limit.",
        ));
    }
    Ok(())
}

fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("aws:"))
}

fn reserved() -> Fault {
    err::invalid_input("System tags cannot be added/updated/removed by requester.")
}
