//! GetBucketVersioning and PutBucketVersioning.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{GetBucketVersioningOutput, GetBucketVersioningRequest, PutBucketVersioningRequest};

use crate::state::{Buckets, Versioning};
use crate::{buckets, err, guard, mfa};

pub(crate) fn get_guard(cx: &Cx, i: &GetBucketVersioningRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketVersioning")
}

pub(crate) fn get(cx: &mut Cx, i: &GetBucketVersioningRequest) -> Result<GetBucketVersioningOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let status = match bucket.versioning {
        Versioning::Off => None,
        Versioning::Enabled => Some("Enabled".to_owned()),
        Versioning::Suspended => Some("Suspended".to_owned()),
    };
    Ok(GetBucketVersioningOutput { status, mfa_delete: bucket.mfa_delete.then(|| "Enabled".to_owned()) })
}

pub(crate) fn put_guard(cx: &Cx, i: &PutBucketVersioningRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketVersioning")
}

/// Errors: AccessDenied without the code of MFA delete; IllegalVersioningConfigurationException; MalformedXML; InvalidBucketState where object lock needs versions.
pub(crate) fn put(cx: &mut Cx, i: &PutBucketVersioningRequest) -> Result<Empty, Fault> {
    let mut bucket = buckets::find(cx, &i.bucket, None)?;
    mfa::require(cx, &bucket, i.mfa.as_deref())?;
    let asked = &i.versioning_configuration;
    bucket.versioning = match asked.status.as_deref() {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        Some(_) => return Err(err::malformed_xml()),
        None => {
            let message = "The Versioning element must be specified";
            return Err(Fault::new("IllegalVersioningConfigurationException", 400, message));
        }
    };
    if bucket.object_lock && bucket.versioning == Versioning::Suspended {
        let message = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
        return Err(Fault::new("InvalidBucketState", 409, message));
    }
    match asked.mfa_delete.as_deref() {
        Some("Enabled") => {
            if !bucket.mfa_delete {
                // Whoever turns it on shows that they have the device.
                mfa::check(cx, &bucket, i.mfa.as_deref())?;
            }
            bucket.mfa_delete = true;
        }
        Some("Disabled") => bucket.mfa_delete = false,
        Some(_) => return Err(err::malformed_xml()),
        None => {}
    }
    cx.put::<Buckets>(&buckets::key(cx.scope, &i.bucket), &bucket);
    Ok(Empty {})
}
