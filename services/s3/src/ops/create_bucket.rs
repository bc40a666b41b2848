//! CreateBucket: takes a name in the partition's one namespace, in the region that the request was signed for.

use codec::Fault;
use kernel::{Cx, Guard, Place, Scope};
use shapes_s3::{CreateBucketOutput, CreateBucketRequest, Tag, Tagging};
use store::{StoreError, Tx};

use crate::access::Blocks;
use crate::acl::{Acl, Asked};
use crate::ops::settings::BUCKET_TAGS;
use crate::state::{Bucket, Buckets, Owned, There};
use crate::tags::On;
use crate::{access, buckets, err, guard, names, settings, tags};

pub(crate) fn place(_: &Tx, scope: Scope, i: &CreateBucketRequest) -> Result<Place, StoreError> {
    Ok(Place::at(scope).lane(i.bucket.as_str()))
}

pub(crate) fn guard(cx: &Cx, i: &CreateBucketRequest) -> Result<Guard, Fault> {
    if !names::is_bucket_name(&i.bucket) {
        return Err(err::invalid_bucket_name(&i.bucket));
    }
    let constraint = i.create_bucket_configuration.as_ref().and_then(|c| c.location_constraint.as_deref());
    let mut guard = guard::new_bucket(cx, &i.bucket)?;
    for target in &mut guard.targets {
        target.keys.extend(acl(i).keys().into_iter().map(|(key, value)| (key, vec![value.to_owned()])));
        let further = [
            ("s3:locationconstraint", constraint),
            ("s3:x-amz-object-ownership", i.object_ownership.as_deref()),
        ];
        target.keys.extend(further.into_iter().filter_map(|(key, v)| Some((key, vec![v?.to_owned()]))));
    }
    for (action, wanted) in [
        ("s3:PutBucketAcl", !acl(i).is_empty()),
        ("s3:PutBucketOwnershipControls", i.object_ownership.is_some()),
        ("s3:TagResource", !tags_of(i).is_empty()),
        ("s3:PutBucketObjectLockConfiguration", i.object_lock_enabled_for_bucket == Some(true)),
    ] {
        if wanted {
            let further = guard.targets[0].clone().action(action);
            let tags = tags::pairs(tags_of(i));
            guard = guard.and(if tags.is_empty() { further } else { further.request_tags(tags) });
        }
    }
    Ok(guard)
}

/// The access control list that the request's headers say.
fn acl(i: &CreateBucketRequest) -> Asked<'_> {
    Asked {
        canned: i.acl.as_deref(),
        full_control: i.grant_full_control.as_deref(),
        read: i.grant_read.as_deref(),
        read_acp: i.grant_read_acp.as_deref(),
        write: i.grant_write.as_deref(),
        write_acp: i.grant_write_acp.as_deref(),
    }
}

/// Refuses lists that a new bucket can't have: all public access is blocked there, and lists mean nothing unless the request
/// says otherwise.
///
/// Errors: InvalidBucketAclWithObjectOwnership, InvalidBucketAclWithBlockPublicAccessError; those of lists.
fn check_acl(cx: &Cx, i: &CreateBucketRequest, ownership: &str) -> Result<Option<Acl>, Fault> {
    let owner = names::canonical_id(&cx.scope.account);
    let list = acl(i).read(&owner, &owner)?.filter(|list| *list != Acl::of_owner(&owner));
    if list.as_ref().is_some_and(Acl::is_public) {
        return Err(err::acl_with_blocks());
    }
    if list.is_some() && ownership == "BucketOwnerEnforced" {
        return Err(err::acl_with_enforced_ownership());
    }
    Ok(list)
}

/// Errors: InvalidBucketName; IllegalLocationConstraintException; InvalidLocationConstraint; BucketAlreadyOwnedByYou;
/// BucketAlreadyExists; TooManyBuckets.
/// Differs: a second creation in us-east-1 by the owner answers success, as AWS does there for compatibility.
pub(crate) fn decide(cx: &mut Cx, i: &CreateBucketRequest) -> Result<CreateBucketOutput, Fault> {
    let constraint = i.create_bucket_configuration.as_ref().and_then(|c| c.location_constraint.as_deref());
    let region = asked_region(constraint, cx.scope)?;
    if i.bucket_namespace.as_deref().is_some_and(|n| n != "global") {
        return Err(err::not_built("x-amz-bucket-namespace"));
    }
    let configuration = i.create_bucket_configuration.as_ref();
    if configuration.is_some_and(|c| c.location.is_some() || c.bucket.is_some()) {
        return Err(err::not_built("directory buckets"));
    }
    tags::check(tags_of(i), On::NewBucket)?;
    let key = buckets::key(cx.scope, &i.bucket);
    if let Some(there) = cx.get::<Buckets>(&key)? {
        return again(cx, i, &there);
    }
    let owner = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let most = cx.quota("s3", "L-DC2B2D3D")?;
    if cx.scan_prefix::<Owned>(&owner)?.take(most).count() == most {
        let message = "You have attempted to create more buckets than allowed";
        return Err(Fault::new("TooManyBuckets", 400, message));
    }
    let ownership = i.object_ownership.as_deref().unwrap_or("BucketOwnerEnforced");
    if !["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"].contains(&ownership) {
        let message = format!("Invalid x-amz-object-ownership header: {ownership}");
        return Err(err::invalid_argument(&message, "x-amz-object-ownership", ownership));
    }
    let list = check_acl(cx, i, ownership)?;
    let number = cx.ids.bytes("s3.bucket");
    let bucket = Bucket {
        number: u64::from_be_bytes(number[..8].try_into().expect("eight of 32 bytes")),
        account: cx.scope.account.clone(),
        region: region.to_owned(),
        created_ms: cx.now_ms,
        ownership: ownership.to_owned(),
        object_lock: i.object_lock_enabled_for_bucket == Some(true),
        versioning: match i.object_lock_enabled_for_bucket {
            Some(true) => crate::state::Versioning::Enabled,
            _ => crate::state::Versioning::Off,
        },
        ..Bucket::default()
    };
    cx.put::<Buckets>(&key, &bucket);
    settings::set_text(cx, &bucket, access::BLOCKS, Blocks::ALL.to_text());
    if let Some(list) = list {
        settings::set_text(cx, &bucket, access::ACL, list.to_text());
    }
    if !tags_of(i).is_empty() {
        let tagging = Tagging { tag_set: tags_of(i).to_vec() };
        settings::set(cx, &bucket, BUCKET_TAGS, "", &tagging)?;
    }
    cx.put::<Owned>(&(owner.0, owner.1, i.bucket.clone()), &There);
    Ok(answer(cx, &i.bucket, region))
}

/// The tags that the bucket is to have.
fn tags_of(i: &CreateBucketRequest) -> &[Tag] {
    i.create_bucket_configuration.as_ref().and_then(|c| c.tags.as_deref()).unwrap_or_default()
}

fn answer(cx: &Cx, bucket: &str, region: &str) -> CreateBucketOutput {
    let location = match (region, cx.scope.region) {
        ("us-east-1", _) => format!("/{bucket}"),
        (_, "us-east-1") => format!("http://{bucket}.s3.amazonaws.com/"),
        _ => format!("http://{bucket}.s3.{region}.{}/", kernel::dns_suffix(cx.scope.partition)),
    };
    CreateBucketOutput { location: Some(location), bucket_arn: Some(names::bucket_arn(cx.scope, bucket)) }
}

/// The name is taken.
fn again(cx: &Cx, i: &CreateBucketRequest, there: &Bucket) -> Result<CreateBucketOutput, Fault> {
    if there.account != cx.scope.account {
        let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
        return Err(shapes_s3::err::bucket_already_exists(message)
            .with_field("BucketName", codec::Value::String(i.bucket.clone())));
    }
    // Recorded: not with tags, the same ones neither.
    if there.region == "us-east-1" && cx.scope.region == "us-east-1" && tags_of(i).is_empty() {
        return Ok(answer(cx, &i.bucket, "us-east-1"));
    }
    let message = "Your previous request to create the named bucket succeeded and you already own it.";
    Err(shapes_s3::err::bucket_already_owned_by_you(message)
        .with_field("BucketName", codec::Value::String(i.bucket.clone())))
}

/// The region that the bucket is to be in: the constraint names that of the endpoint. us-east-1 alone goes without, and from there
/// buckets are made in every region of the partition.
/// Source: S3 API reference, CreateBucket ("if you send your CreateBucket request to the global endpoint…").
///
/// Errors: IllegalLocationConstraintException; InvalidLocationConstraint.
fn asked_region(constraint: Option<&str>, scope: &Scope) -> Result<&'static str, Fault> {
    let named = match constraint {
        None | Some("") => "us-east-1",
        Some("EU") => "eu-west-1",
        Some(name) => name,
    };
    let region = scope.region;
    if named == region && constraint != Some("us-east-1") {
        return Ok(region);
    }
    if region == "us-east-1" {
        let other = kernel::region(named).filter(|r| r.partition == scope.partition && named != region);
        return other.map(|r| r.name).ok_or_else(|| {
            let message = "The specified location-constraint is not valid";
            Fault::new("InvalidLocationConstraint", 400, message)
                .with_field("LocationConstraint", codec::Value::String(named.to_owned()))
        });
    }
    let said = constraint.unwrap_or("unspecified");
    let message = format!(
        "The {said} location constraint is incompatible for the region specific endpoint this request was sent to."
    );
    Err(Fault::new("IllegalLocationConstraintException", 400, message))
}
