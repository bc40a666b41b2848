//! DeleteObjects: up to 1,000 keys in one request, each with an answer of its own.

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_s3::{DeleteObjectsOutput, DeleteObjectsRequest, DeletedObject, Error, ObjectIdentifier};

use super::delete_object::{self, Conditions};
use crate::access::Subject;
use crate::log_line::Part;
use crate::state::Bucket;
use crate::{access, access_log, buckets, err, guard, lock, mfa, names};

/// The most keys in one request. Source: S3 API reference, DeleteObjects.
const MOST: usize = 1_000;

/// Every object is a resource of its own, and asked about by itself: who may delete some of them deletes these.
pub(crate) fn guard(cx: &Cx, i: &DeleteObjectsRequest) -> Result<Guard, Fault> {
    let bucket = guard::found(cx, &i.bucket, i.expected_bucket_owner.as_deref())?;
    let mut all = Guard::default();
    for o in i.delete.objects.iter().take(MOST) {
        let place = guard::Object {
            bucket: &i.bucket,
            key: &o.key,
            version_id: o.version_id.as_deref(),
            expected_owner: None,
        };
        let action = if o.version_id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
        let one = guard::key_target(cx, &bucket, place, Subject::Key)?.action(action);
        // Two questions about each key, so that the nth key's stand at 2n.
        let bypasses = i.bypass_governance_retention == Some(true) && o.version_id.is_some();
        let further = if bypasses { lock::bypass_target(&one) } else { one.clone() };
        all = all.asking(one).asking(further);
    }
    Ok(all)
}

/// Errors: MalformedXML: no key or too many; NoSuchBucket.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteObjectsRequest) -> Result<DeleteObjectsOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let asked = &i.delete.objects;
    if asked.is_empty() || asked.len() > MOST || asked.iter().any(|o| o.key.is_empty()) {
        return Err(err::malformed_xml());
    }
    delete_object::check_bypass(i.bypass_governance_retention, &bucket)?;
    if asked.iter().any(|o| o.version_id.is_some()) {
        mfa::require(cx, &bucket, i.mfa.as_deref())?;
    }
    let quiet = i.delete.quiet == Some(true);
    let (mut deleted, mut errors, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for (n, o) in asked.iter().enumerate() {
        let outcome = match cx.denial(2 * n).or(cx.denial(2 * n + 1)) {
            Some(denial) => Err(denial.clone()),
            None => one(cx, &bucket, i, o),
        };
        let outcome = outcome.map(|(shown, size_bytes)| {
            told.push(line(o, None, size_bytes));
            shown
        });
        match outcome {
            Ok(_) if quiet => {}
            Ok(done) => deleted.push(done),
            Err(fault) if fault.cause().is_some() => return Err(fault),
            Err(fault) => {
                told.push(line(o, Some(&fault), None));
                errors.push(Error {
                    key: Some(o.key.clone()),
                    version_id: o.version_id.clone(),
                    code: Some(fault.code().to_owned()),
                    message: Some(fault.message().to_owned()),
                });
            }
        }
    }
    access_log::keep_parts(cx, &bucket, &i.bucket, &told)?;
    let some = |all: Vec<_>| (!all.is_empty()).then_some(all);
    Ok(DeleteObjectsOutput {
        deleted: some(deleted),
        errors: (!errors.is_empty()).then_some(errors),
        request_charged: access::charged(cx, &bucket)?,
    })
}

/// What the access log says of a key.
fn line<'o>(o: &'o ObjectIdentifier, fault: Option<&Fault>, size_bytes: Option<u64>) -> Part<'o> {
    Part {
        operation: "BATCH.DELETE.OBJECT",
        key: &o.key,
        version_id: o.version_id.as_deref().unwrap_or_default(),
        status: fault.map_or(204, Fault::status),
        error: fault.map(|f| f.code().to_owned()).unwrap_or_default(),
        size_bytes,
    }
}

fn one(
    cx: &mut Cx,
    bucket: &Bucket,
    i: &DeleteObjectsRequest,
    o: &ObjectIdentifier,
) -> Result<(DeletedObject, Option<u64>), Fault> {
    names::check_key(&o.key)?;
    let id = o.version_id.as_deref();
    let bypass = i.bypass_governance_retention == Some(true);
    let conditions = Conditions { etag: o.e_tag.as_deref(), modified: o.last_modified_time, size: o.size };
    conditions.check(cx, bucket, &o.key, id)?;
    let done = delete_object::delete(cx, bucket, (&i.bucket, &o.key), id, bypass)?;
    let shown = DeletedObject {
        key: Some(o.key.clone()),
        version_id: o.version_id.clone(),
        delete_marker: done.marker.then_some(true),
        delete_marker_version_id: done.version_id.filter(|_| done.marker),
    };
    Ok((shown, done.size_bytes))
}
