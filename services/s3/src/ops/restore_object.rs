//! RestoreObject: brings a copy of archived content back for some days.
//!
//! Differs: a faster tier doesn't overtake a restore that is under way; SELECT is not built.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{RestoreObjectOutput, RestoreObjectRequest};

use super::get_object;
use crate::{access, archive, buckets, err, events, guard, versions};

pub(crate) fn guard(cx: &Cx, i: &RestoreObjectRequest) -> Result<Guard, Fault> {
    let place = guard::Object {
        bucket: &i.bucket,
        key: &i.key,
        version_id: i.version_id.as_deref(),
        expected_owner: i.expected_bucket_owner.as_deref(),
    };
    guard::object(cx, place, ("s3:RestoreObject", "s3:RestoreObject"))
}

/// Errors: NoSuchKey; InvalidObjectState: not archived; MalformedXML; InvalidArgument; RestoreAlreadyInProgress.
pub(crate) fn decide(cx: &mut Cx, i: &RestoreObjectRequest) -> Result<RestoreObjectOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let asked = i.restore_request.clone().unwrap_or_default();
    if asked.type_.is_some() || asked.select_parameters.is_some() || asked.output_location.is_some() {
        return Err(err::not_built("RestoreRequest: SELECT"));
    }
    let mut v = get_object::version(cx, &bucket, &i.key, i.version_id.as_deref(), "POST")?;
    if !archive::is_archived(&v) {
        let message = "Restore is not allowed for the object's current storage class";
        return Err(archive::state(&v, message));
    }
    let days = asked.days.filter(|d| *d > 0).ok_or_else(err::malformed_xml)?;
    let tier = asked.glacier_job_parameters.map(|p| p.tier).or(asked.tier);
    let tier = tier.as_deref().unwrap_or("Standard");
    if !matches!(tier, "Standard" | "Bulk" | "Expedited") {
        return Err(err::malformed_xml());
    }
    let Some(takes_ms) = archive::duration_ms(&v.storage_class, tier) else {
        let message = "Retrieval option is not supported by this storage class";
        return Err(err::invalid_argument(message, "Tier", tier));
    };
    if archive::is_restoring(&v, cx.now_ms) {
        let message = "Object restore is already in progress";
        return Err(Fault::new("RestoreAlreadyInProgress", 409, message));
    }
    let again = archive::is_restored(&v, cx.now_ms);
    archive::restore(cx, (&i.bucket, &i.key), &mut v, days, takes_ms)?;
    versions::update(cx, &bucket, &i.key, &v)?;
    if !again {
        events::told(cx, &bucket, (&i.bucket, &i.key), &v, events::RESTORING)?;
    }
    cx.meter("Requests-Tier1", 1.0);
    Ok(RestoreObjectOutput {
        request_charged: access::charged(cx, &bucket)?,
        ..RestoreObjectOutput::default()
    })
}
