//! PutObjectAcl and GetObjectAcl.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{GetObjectAclOutput, GetObjectAclRequest, PutObjectAclOutput, PutObjectAclRequest};

use crate::acl::{self, Asked};
use crate::ops::get_object;
use crate::versions::Named;
use crate::{access, buckets, err, guard, names, versions};

fn asked(i: &PutObjectAclRequest) -> Asked<'_> {
    Asked {
        canned: i.acl.as_deref(),
        full_control: i.grant_full_control.as_deref(),
        read: i.grant_read.as_deref(),
        read_acp: i.grant_read_acp.as_deref(),
        write: i.grant_write.as_deref(),
        write_acp: i.grant_write_acp.as_deref(),
    }
}

pub(super) fn put_guard(cx: &Cx, i: &PutObjectAclRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    let mut guard = guard::object(cx, place, ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"))?;
    for target in &mut guard.targets {
        target.keys.extend(asked(i).keys().into_iter().map(|(key, value)| (key, vec![value.to_owned()])));
    }
    Ok(guard)
}

pub(super) fn get_guard(cx: &Cx, i: &GetObjectAclRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"))
}

/// Errors: NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker; AccessControlListNotSupported; those of lists;
/// AccessDenied: a public list where such are blocked.
pub(super) fn put(cx: &mut Cx, i: &PutObjectAclRequest) -> Result<PutObjectAclOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let mut version = changed_version(cx, &bucket, &i.key, i.version_id.as_deref(), "PUT")?;
    let owner = access::user_id(access::owner_of(&bucket, &version));
    let bucket_owner = names::canonical_id(&bucket.account);
    let list = acl::of_request(asked(i), i.access_control_policy.as_ref(), &owner, &bucket_owner)?;
    if access::is_enforced(&bucket) {
        return Err(err::acl_not_supported());
    }
    let arn = names::object_arn(cx.scope, &i.bucket, &i.key);
    access::refuse_public(cx, &bucket, &list, ("s3:PutObjectAcl", &arn))?;
    version.acl = Some(list.to_text());
    versions::update(cx, &bucket, &i.key, &version)?;
    Ok(PutObjectAclOutput { request_charged: access::charged(cx, &bucket)? })
}

/// The version that a change means. Unlike for reads, a delete marker is there, and has nothing to be changed.
pub(in crate::ops) fn changed_version(
    cx: &Cx,
    bucket: &crate::state::Bucket,
    key: &str,
    id: Option<&str>,
    method: &str,
) -> Result<crate::state::Version, Fault> {
    let found = match id {
        None => versions::latest(cx, bucket, key)?,
        Some(id) => match versions::find(cx, bucket, key, id)? {
            Named::Found(v) => Some(*v),
            _ => None,
        },
    };
    match found {
        Some(v) if v.is_delete_marker => Err(err::marker_has_no_content(method, &v.id)),
        Some(v) => Ok(v),
        None => get_object::version(cx, bucket, key, id, method),
    }
}

/// Errors: NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker by its id.
pub(super) fn get(cx: &mut Cx, i: &GetObjectAclRequest) -> Result<GetObjectAclOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let version = get_object::version(cx, &bucket, &i.key, i.version_id.as_deref(), "GET")?;
    Ok(GetObjectAclOutput {
        owner: Some(acl::owner(access::user_id(access::owner_of(&bucket, &version)))),
        grants: Some(access::of_version(&bucket, &version).shown()),
        request_charged: access::charged(cx, &bucket)?,
    })
}
