//! PutBucketAbac and GetBucketAbac: whether policies see a bucket's tags, on itself and its objects. Where they do, S3 Control's
//! operations alone change them.
//! Source: S3 API reference, PutBucketAbac; S3 user guide, "Using tags with S3 general purpose buckets". Inferred: the refusal of the
//! older operations.

use codec::{Empty, Fault};
use kernel::{Cx, Guard, Target};
use shapes_s3::{AbacStatus, GetBucketAbacOutput, GetBucketAbacRequest, PutBucketAbacRequest, Tagging};

use super::bucket_tagging::KIND;
use crate::state::{Bucket, Buckets};
use crate::{buckets, err, guard, settings, tags};

const ENABLED: &str = "Enabled";
const DISABLED: &str = "Disabled";

pub(super) fn put_guard(cx: &Cx, i: &PutBucketAbacRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketAbac")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketAbacRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketAbac")
}

/// Errors: MalformedXML: no status, or none of the two.
pub(super) fn put(cx: &mut Cx, i: &PutBucketAbacRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let abac = match i.abac_status.status.as_deref() {
        Some(ENABLED) => true,
        Some(DISABLED) => false,
        _ => return Err(err::malformed_xml()),
    };
    cx.put::<Buckets>(&buckets::key(cx.scope, &i.bucket), &Bucket { abac, ..bucket });
    Ok(Empty {})
}

pub(super) fn get(cx: &mut Cx, i: &GetBucketAbacRequest) -> Result<GetBucketAbacOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let status = Some(if bucket.abac { ENABLED } else { DISABLED }.to_owned());
    Ok(GetBucketAbacOutput { abac_status: Some(AbacStatus { status }) })
}

/// Refuses the operations that a bucket's tags aren't changed by any more.
///
/// Errors: `MethodNotAllowed`.
pub(super) fn check_older(bucket: &Bucket, method: &str) -> Result<(), Fault> {
    if bucket.abac { Err(err::method_not_allowed(method, "BUCKETTAGGING")) } else { Ok(()) }
}

/// A target of a bucket or its objects, with the bucket's tags where policies see them.
pub(crate) fn tagged(cx: &Cx, bucket: &Bucket, mut target: Target) -> Result<Target, Fault> {
    if !bucket.abac {
        return Ok(target);
    }
    let set: Option<Tagging> = settings::get(cx, bucket, KIND, "")?;
    let pairs = tags::pairs(&set.unwrap_or_default().tag_set);
    target.claims.extend(pairs.iter().map(|(k, v)| (format!("s3:BucketTag/{k}"), vec![v.clone()])));
    Ok(target.tags(pairs))
}
