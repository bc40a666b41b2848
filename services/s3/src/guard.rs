//! Who may: the authorization facts of each operation. What policies say is `authz`'s; what access control lists and block
//! public access add is `access.rs`'s.
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".

use codec::Fault;
use kernel::{Cx, Guard, Target};

use crate::buckets;
use crate::lock;
use crate::names;
use crate::state::{Bucket, Configs};

/// A call that concerns no bucket: `s3:ListAllMyBuckets`.
pub(crate) fn account() -> Result<Guard, Fault> {
    Ok(Guard::any())
}

/// A call that creates a bucket.
pub(crate) fn new_bucket(cx: &Cx, name: &str) -> Result<Guard, Fault> {
    Ok(Guard::resource(names::bucket_arn(cx.scope, name)))
}

/// A call on a bucket.
///
/// Errors, in AWS's order: `NoSuchBucket`; wrong region; wrong owner.
pub(crate) fn bucket(
    cx: &Cx,
    name: &str,
    expected_owner: Option<&str>,
    action: &'static str,
) -> Result<Guard, Fault> {
    let found = found(cx, name, expected_owner)?;
    Ok(Guard::of(target(cx, &found, names::bucket_arn(cx.scope, name))?.action(action)))
}

/// A call that lists: with what it may be limited by.
pub(crate) fn list(
    cx: &Cx,
    name: &str,
    expected_owner: Option<&str>,
    action: &'static str,
    by: Listing<'_>,
) -> Result<Guard, Fault> {
    let found = found(cx, name, expected_owner)?;
    let mut target = target(cx, &found, names::bucket_arn(cx.scope, name))?.action(action);
    for (key, value) in [("s3:prefix", by.prefix), ("s3:delimiter", by.delimiter)] {
        if let Some(value) = value {
            target = target.key(key, vec![value.to_owned()]);
        }
    }
    if let Some(n) = by.max_keys {
        target = target.key("s3:max-keys", vec![n.to_string()]);
    }
    Ok(Guard::of(target))
}

/// What a listing asks for, as condition keys know it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Listing<'a> {
    pub(crate) prefix: Option<&'a str>,
    pub(crate) delimiter: Option<&'a str>,
    pub(crate) max_keys: Option<i32>,
}

/// A call on an object: one action without, another with a version id.
pub(crate) fn object(
    cx: &Cx,
    place: Object<'_>,
    actions: (&'static str, &'static str),
) -> Result<Guard, Fault> {
    let found = found(cx, place.bucket, place.expected_owner)?;
    let target = object_target(cx, &found, place)?;
    Ok(Guard::of(target.action(if place.version_id.is_some() { actions.1 } else { actions.0 })))
}

/// An object, as a call names it.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) version_id: Option<&'a str>,
    pub(crate) expected_owner: Option<&'a str>,
}

/// The target of an object of a bucket that was found.
pub(crate) fn object_target(cx: &Cx, bucket: &Bucket, place: Object<'_>) -> Result<Target, Fault> {
    let mut target = target(cx, bucket, names::object_arn(cx.scope, place.bucket, place.key))?;
    if let Some(id) = place.version_id {
        target = target.key("s3:VersionId", vec![id.to_owned()]);
    }
    Ok(target)
}

/// The same, for a request that wants to bypass governance: a permission of its own.
pub(crate) fn with_bypass(guard: Guard) -> Guard {
    let bypass = guard.targets.first().map(lock::bypass_target);
    bypass.into_iter().fold(guard, Guard::and)
}

fn found(cx: &Cx, name: &str, expected_owner: Option<&str>) -> Result<Bucket, Fault> {
    let found = buckets::find(cx, name, None)?;
    buckets::check_region(cx, name, &found)?;
    buckets::find(cx, name, expected_owner)
}

fn target(cx: &Cx, bucket: &Bucket, arn: String) -> Result<Target, Fault> {
    let policy = cx.get::<Configs>(&(bucket.number, "policy".to_owned(), String::new()))?;
    Ok(Target::on(arn).account(bucket.account.clone()).policy(policy.map(|p| p.text)))
}
