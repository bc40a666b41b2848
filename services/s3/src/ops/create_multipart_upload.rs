//! CreateMultipartUpload: begins an upload. What the request says of the object waits with it until the completion.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{CreateMultipartUploadOutput, CreateMultipartUploadRequest, PutObjectRequest};

use super::put_object;
use crate::assembly::usually_composite;
use crate::checksum::Algorithm;
use crate::encryption::{Customer, Protection};
use crate::uploads::{self, Upload, Uploads};
use crate::{access, buckets, err, events, lifecycle, names, versions};

/// As if the object were put at once: the same headers, with the same rules.
fn as_put(i: &CreateMultipartUploadRequest) -> PutObjectRequest {
    PutObjectRequest {
        acl: i.acl.clone(),
        bucket: i.bucket.clone(),
        cache_control: i.cache_control.clone(),
        content_disposition: i.content_disposition.clone(),
        content_encoding: i.content_encoding.clone(),
        content_language: i.content_language.clone(),
        content_type: i.content_type.clone(),
        expires: i.expires.clone(),
        grant_full_control: i.grant_full_control.clone(),
        grant_read: i.grant_read.clone(),
        grant_read_acp: i.grant_read_acp.clone(),
        grant_write_acp: i.grant_write_acp.clone(),
        key: i.key.clone(),
        metadata: i.metadata.clone(),
        server_side_encryption: i.server_side_encryption.clone(),
        storage_class: i.storage_class.clone(),
        website_redirect_location: i.website_redirect_location.clone(),
        ssekms_key_id: i.ssekms_key_id.clone(),
        ssekms_encryption_context: i.ssekms_encryption_context.clone(),
        bucket_key_enabled: i.bucket_key_enabled,
        request_payer: i.request_payer.clone(),
        tagging: i.tagging.clone(),
        object_lock_mode: i.object_lock_mode.clone(),
        object_lock_retain_until_date: i.object_lock_retain_until_date,
        object_lock_legal_hold_status: i.object_lock_legal_hold_status.clone(),
        object_lock_event_hold: i.object_lock_event_hold.clone(),
        object_lock_event_hold_duration_days: i.object_lock_event_hold_duration_days,
        object_lock_event_hold_duration_years: i.object_lock_event_hold_duration_years,
        expected_bucket_owner: i.expected_bucket_owner.clone(),
        ..PutObjectRequest::default()
    }
}

pub(crate) fn guard(cx: &Cx, i: &CreateMultipartUploadRequest) -> Result<Guard, Fault> {
    put_object::guard(cx, &as_put(i))
}

/// Errors: those of PutObject about the object; InvalidRequest about the checksum.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateMultipartUploadRequest,
) -> Result<CreateMultipartUploadOutput, Fault> {
    let put = as_put(i);
    names::check_key(&i.key)?;
    put_object::check_class(i.storage_class.as_deref())?;
    put_object::check_headers(&put)?;
    put_object::refuse_unbuilt(&put)?;
    let customer = Customer {
        algorithm: i.sse_customer_algorithm.as_deref(),
        key: i.sse_customer_key.as_deref(),
        md5: i.sse_customer_key_md5.as_deref(),
    };
    let protection =
        Protection::asked(i.server_side_encryption.as_deref(), i.ssekms_key_id.as_deref(), customer)?;
    let (algorithm, composite) = checksum(i.checksum_algorithm.as_deref(), i.checksum_type.as_deref())?;
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let mut object = put_object::described(cx, &bucket, &put)?;
    let locking = put_object::lock_of(&put);
    locking.check(cx.now_ms)?;
    if locking.is_some() {
        // A bucket's default is the completion's.
        locking.apply(cx, &bucket, &mut object)?;
        object.lock_until_ms = i.object_lock_retain_until_date.map(|t| t.epoch_ms);
        object.lock_mode.clone_from(&i.object_lock_mode);
    }
    let upload = Upload {
        initiated_ms: cx.now_ms,
        initiator: uploads::initiator(cx.caller),
        object,
        sse: protection.sse(),
        algorithm: algorithm.map(|a| a.name().to_owned()),
        composite,
        seen_seq: versions::latest(cx, &bucket, &i.key)?.map_or(0, |v| v.seq),
        disturbed: false,
    };
    let id = uploads::new_id(cx, &bucket, &i.key)?;
    cx.put::<Uploads>(&(bucket.number, i.key.clone(), id.clone()), &upload);
    events::changed(cx, &bucket, &i.bucket)?;
    cx.meter("Requests-Tier1", 1.0);
    let sse = &upload.sse;
    let (abort_date, abort_rule_id) = lifecycle::abort(cx, &bucket, &i.key, cx.now_ms)?.unzip();
    Ok(CreateMultipartUploadOutput {
        bucket: Some(i.bucket.clone()),
        key: Some(i.key.clone()),
        upload_id: Some(id),
        server_side_encryption: (!sse.algorithm.is_empty()).then(|| sse.algorithm.clone()),
        sse_customer_algorithm: (!sse.customer_key_md5.is_empty()).then(|| "AES256".to_owned()),
        sse_customer_key_md5: (!sse.customer_key_md5.is_empty()).then(|| sse.customer_key_md5.clone()),
        checksum_algorithm: upload.algorithm.clone(),
        checksum_type: upload.checksum_type(),
        abort_date,
        abort_rule_id,
        request_charged: access::charged(cx, &bucket)?,
        ..CreateMultipartUploadOutput::default()
    })
}

/// Of which algorithm the checksum will be, and whether it will be one of checksums.
///
/// Errors: InvalidRequest: a type without an algorithm, one that the algorithm hasn't, or no type at all.
fn checksum(algorithm: Option<&str>, kind: Option<&str>) -> Result<(Option<Algorithm>, bool), Fault> {
    let Some(name) = algorithm else {
        return match kind {
            None => Ok((None, false)),
            Some(_) => Err(err::invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let algorithm = Algorithm::named(name)?;
    let composite = match kind {
        None => usually_composite(algorithm),
        Some("COMPOSITE") => true,
        Some("FULL_OBJECT") => false,
        Some(_) => return Err(err::invalid_request("Value for x-amz-checksum-type header is invalid.")),
    };
    let fits = match composite {
        true => algorithm != Algorithm::Crc64Nvme,
        false => algorithm.combines(),
    };
    if !fits {
        let kind = if composite { "COMPOSITE" } else { "FULL_OBJECT" };
        return Err(err::invalid_request(format!(
            "The {kind} checksum type cannot be used with the {} checksum algorithm.",
            algorithm.name().to_lowercase()
        )));
    }
    Ok((Some(algorithm), composite))
}
