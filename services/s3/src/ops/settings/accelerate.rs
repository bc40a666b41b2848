//! PutBucketAccelerateConfiguration and GetBucketAccelerateConfiguration. Every endpoint here is near: what there is to
//! accelerate is the name `s3-accelerate`, which leads here anyway.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    GetBucketAccelerateConfigurationOutput, GetBucketAccelerateConfigurationRequest,
    PutBucketAccelerateConfigurationRequest,
};

use crate::{access, buckets, err, guard, settings};

const KIND: &str = "accelerate";

pub(super) fn put_guard(cx: &Cx, i: &PutBucketAccelerateConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutAccelerateConfiguration")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketAccelerateConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetAccelerateConfiguration")
}

/// Errors: MalformedXML; InvalidRequest: a name with dots. Suspending what was never enabled changes nothing.
pub(super) fn put(cx: &mut Cx, i: &PutBucketAccelerateConfigurationRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let status = i.accelerate_configuration.status.as_deref();
    let status = status.filter(|s| matches!(*s, "Enabled" | "Suspended")).ok_or_else(err::malformed_xml)?;
    if i.bucket.contains('.') {
        let message = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names";
        return Err(err::invalid_request(message));
    }
    if status == "Enabled" || settings::text(cx, &bucket, KIND)?.is_some() {
        settings::set_text(cx, &bucket, KIND, status);
    }
    Ok(Empty {})
}

pub(super) fn get(
    cx: &mut Cx,
    i: &GetBucketAccelerateConfigurationRequest,
) -> Result<GetBucketAccelerateConfigurationOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let status = settings::text(cx, &bucket, KIND)?;
    Ok(GetBucketAccelerateConfigurationOutput { status, request_charged: access::charged(cx, &bucket)? })
}
