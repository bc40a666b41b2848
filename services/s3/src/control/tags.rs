//! TagResource, UntagResource, ListTagsForResource: tags of buckets and access points. Those of a bucket are the ones that
//! S3's own operations set.
//! Source: S3 API reference, TagResource; texts recorded (2025).

use codec::Fault;
use kernel::{Cx, Guard, Place, Scope, Target};
use shapes_s3::Tagging;
use shapes_s3control::{
    ListTagsForResourceRequest, ListTagsForResourceResult, Tag, TagResourceRequest, TagResourceResult,
    UntagResourceRequest, UntagResourceResult,
};
use store::{StoreError, Tx};

use super::points::{self, Point, PointKey, Points};
use super::{err, guard, point_ops};
use crate::ops::BUCKET_TAGS;
use crate::state::{Bucket, Buckets};
use crate::{buckets, err as s3_err, guard as s3_guard, settings, tags as s3_tags};

fn invalid(message: &str) -> Fault {
    Fault::new("InvalidTag", 400, message)
}

/// Checks tags that a call brings.
///
/// Errors: `MalformedXML`: a tag without a key; `InvalidTag` (recorded); `BadRequest`: too many.
pub(super) fn check(tags: &[Tag]) -> Result<Vec<(String, String)>, Fault> {
    let mut all: Vec<(String, String)> = Vec::new();
    for Tag { key, value } in tags {
        if key.is_empty() {
            return Err(s3_err::malformed_xml());
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(
                "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove \"aws:\" from your tag keys and try again.",
            ));
        }
        if !s3_tags::fits(key, 128) || !s3_tags::fits(value, 256) {
            return Err(invalid(
                "This request contains a tag key or value that isn't valid. Valid characters include the following: [a-zA-Z+-=._:/]. Tag keys can contain up to 128 characters. Tag values can contain up to 256 characters.",
            ));
        }
        if all.iter().any(|(known, _)| known == key) {
            return Err(invalid(
                "There are duplicate tag keys in your request. Remove the duplicate tag keys and try again.",
            ));
        }
        all.push((key.clone(), value.clone()));
    }
    s3_tags::check_count(all.len(), s3_tags::On::Bucket)?;
    Ok(all)
}

/// What an ARN names.
enum Named<'a> {
    Bucket(&'a str),
    Point { account: &'a str, region: &'a str, name: &'a str },
    Other,
}

fn named(arn: &str) -> Named<'_> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "s3", region, account, resource] = parts[..] else { return Named::Other };
    match (region, account, resource.strip_prefix("accesspoint/")) {
        ("", "", None) if !resource.contains('/') => Named::Bucket(resource),
        (_, _, Some(name)) if !region.is_empty() => Named::Point { account, region, name },
        _ => Named::Other,
    }
}

/// Where tags of that resource are changed: in the lane of the bucket, or of the account's access points.
pub(super) fn place(tx: &Tx, scope: Scope, arn: &str) -> Result<Place, StoreError> {
    match named(arn) {
        Named::Bucket(name) => buckets::place(tx, scope, name),
        Named::Point { account, region, .. } => {
            let region = kernel::region(region).map_or(scope.region, |r| r.name);
            Ok(point_ops::place(Scope { region, ..scope }, account))
        }
        Named::Other => Ok(Place::at(scope)),
    }
}

fn target(cx: &Cx, account: &str, arn: &str) -> Result<Target, Fault> {
    guard::check_account(account)?;
    match named(arn) {
        Named::Bucket(name) => {
            let bucket = find_bucket(cx, name)?;
            if bucket.account != account {
                return Err(s3_err::access_denied());
            }
            s3_guard::bucket_target(cx, &bucket, name)
        }
        Named::Point { account: owner, name, .. } => {
            if owner != account {
                return Err(s3_err::access_denied());
            }
            cx.get::<Points>(&points::key(cx.scope, name))?.ok_or_else(err::no_such_resource)?;
            point_ops::target(cx, account, name)
        }
        Named::Other => Err(s3_err::not_built("tags of this kind of resource")),
    }
}

fn find_bucket(cx: &Cx, name: &str) -> Result<Bucket, Fault> {
    let found = cx.get::<Buckets>(&buckets::key(cx.scope, name))?;
    found.ok_or_else(err::no_such_resource)
}

pub(super) fn tag_guard(cx: &Cx, i: &TagResourceRequest) -> Result<Guard, Fault> {
    let tags = i.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect();
    Ok(Guard::of(target(cx, &i.account_id, &i.resource_arn)?.request_tags(tags)))
}

pub(super) fn untag_guard(cx: &Cx, i: &UntagResourceRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.resource_arn)?.tag_keys(i.tag_keys.clone())))
}

pub(super) fn list_guard(cx: &Cx, i: &ListTagsForResourceRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.resource_arn)?))
}

/// A resource with its tags.
enum Tagged {
    Bucket(Bucket),
    Point(PointKey, Point),
}

fn read(cx: &Cx, arn: &str) -> Result<(Tagged, Vec<(String, String)>), Fault> {
    match named(arn) {
        Named::Bucket(name) => {
            let bucket = find_bucket(cx, name)?;
            let set: Option<Tagging> = settings::get(cx, &bucket, BUCKET_TAGS, "")?;
            Ok((Tagged::Bucket(bucket), s3_tags::pairs(&set.unwrap_or_default().tag_set)))
        }
        Named::Point { name, .. } => {
            let key = points::key(cx.scope, name);
            let point = cx.get::<Points>(&key)?.ok_or_else(err::no_such_resource)?;
            let tags = point.tags.clone();
            Ok((Tagged::Point(key, point), tags))
        }
        Named::Other => Err(err::no_such_resource()),
    }
}

fn write(cx: &mut Cx, on: &Tagged, tags: Vec<(String, String)>) -> Result<(), Fault> {
    match on {
        Tagged::Bucket(bucket) if tags.is_empty() => settings::remove(cx, bucket, BUCKET_TAGS.name, ""),
        Tagged::Bucket(bucket) => {
            let set = Tagging { tag_set: s3_tags::shown(&tags) };
            settings::set(cx, bucket, BUCKET_TAGS, "", &set)?;
        }
        Tagged::Point(key, point) => cx.put::<Points>(key, &Point { tags, ..point.clone() }),
    }
    Ok(())
}

/// Errors: NoSuchResource; those of tags. Tags of the same key are replaced.
pub(super) fn tag(cx: &mut Cx, i: &TagResourceRequest) -> Result<TagResourceResult, Fault> {
    let (on, mut tags) = read(cx, &i.resource_arn)?;
    for (key, value) in check(&i.tags)? {
        match tags.iter_mut().find(|(known, _)| *known == key) {
            Some(known) => known.1 = value,
            None => tags.push((key, value)),
        }
    }
    s3_tags::check_count(tags.len(), s3_tags::On::Bucket)?;
    write(cx, &on, tags)?;
    Ok(TagResourceResult {})
}

/// Errors: NoSuchResource. Tags that aren't there are removed already.
pub(super) fn untag(cx: &mut Cx, i: &UntagResourceRequest) -> Result<UntagResourceResult, Fault> {
    let (on, mut tags) = read(cx, &i.resource_arn)?;
    tags.retain(|(key, _)| !i.tag_keys.contains(key));
    write(cx, &on, tags)?;
    Ok(UntagResourceResult {})
}

/// Errors: NoSuchResource.
pub(super) fn list(cx: &mut Cx, i: &ListTagsForResourceRequest) -> Result<ListTagsForResourceResult, Fault> {
    let (_, tags) = read(cx, &i.resource_arn)?;
    let tags = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    Ok(ListTagsForResourceResult { tags: Some(tags) })
}
