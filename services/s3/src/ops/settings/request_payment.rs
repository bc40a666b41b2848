//! PutBucketRequestPayment and GetBucketRequestPayment: who pays for requests. What others must say then is `access.rs`'s.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    GetBucketRequestPaymentOutput, GetBucketRequestPaymentRequest, PutBucketRequestPaymentRequest,
};

use crate::access::REQUESTER_PAYS;
use crate::{buckets, err, guard, settings};

pub(super) fn put_guard(cx: &Cx, i: &PutBucketRequestPaymentRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketRequestPayment")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketRequestPaymentRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketRequestPayment")
}

/// Errors: MalformedXML.
pub(super) fn put(cx: &mut Cx, i: &PutBucketRequestPaymentRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    match i.request_payment_configuration.payer.as_str() {
        "Requester" => settings::set_text(cx, &bucket, REQUESTER_PAYS, "Requester"),
        "BucketOwner" => settings::remove(cx, &bucket, REQUESTER_PAYS, ""),
        _ => return Err(err::malformed_xml()),
    }
    Ok(Empty {})
}

pub(super) fn get(
    cx: &mut Cx,
    i: &GetBucketRequestPaymentRequest,
) -> Result<GetBucketRequestPaymentOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let payer = settings::text(cx, &bucket, REQUESTER_PAYS)?.unwrap_or_else(|| "BucketOwner".to_owned());
    Ok(GetBucketRequestPaymentOutput { payer: Some(payer) })
}
