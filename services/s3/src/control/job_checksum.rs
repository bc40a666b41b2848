//! Checksums of objects at rest, as jobs find them: the bytes are read in the name of the job's role, piece by piece.
//! Source: S3 user guide, "Compute checksums", "Checking object integrity for data at rest in Amazon S3" (which algorithms have which type).
//! Inferred: CRC64NVME of the whole object where nothing is asked for, and the composite checksum of an object in one piece.
//! Differs: archived objects are refused; AWS reads them.

use codec::Fault;
use directory::Identity;
use kernel::Flow;
use serde_json::json;
use shapes_s3::{GetObjectRequest, HeadObjectOutput, HeadObjectRequest, op};
use shapes_s3control::S3ComputeObjectChecksumOperation;

use super::job_task::Task;
use crate::checksum::{self, Algorithm, Hasher};
use crate::encryption::hex;
use crate::err as s3_err;

/// Bytes that are read at once.
const PIECE_BYTES: u64 = 8 * 1024 * 1024;

/// The algorithm, and whether the checksum is one of checksums.
///
/// Errors: `InvalidRequest`: the algorithm hasn't that type.
pub(super) fn asked(o: &S3ComputeObjectChecksumOperation) -> Result<(Algorithm, bool), Fault> {
    let algorithm = Algorithm::named(o.checksum_algorithm.as_deref().unwrap_or("CRC64NVME"))?;
    let composite = o.checksum_type.as_deref() == Some("COMPOSITE");
    if composite && algorithm == Algorithm::Crc64Nvme {
        return Err(s3_err::invalid_request(
            "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.",
        ));
    }
    Ok((algorithm, composite))
}

/// What the report says of an object's checksum.
///
/// Errors: those of HeadObject and GetObject.
pub(super) async fn compute(
    flow: &Flow<'_>,
    who: &Identity,
    task: &Task,
    o: &S3ComputeObjectChecksumOperation,
) -> Result<String, Fault> {
    let (algorithm, composite) = asked(o)?;
    let whole = head(flow, who, task, None).await?;
    let etag = whole.e_tag.clone().unwrap_or_default();
    let size = length(&whole);
    let (sum, suffix) = match composite {
        false => (sum_of(flow, who, (task, &etag), algorithm, (0, size)).await?, String::new()),
        true => {
            let (mut all, mut at, mut n) = (Vec::new(), 0, 0);
            while n == 0 || at < size {
                n += 1;
                let bytes = length(&head(flow, who, task, Some(n)).await?);
                all.extend(sum_of(flow, who, (task, &etag), algorithm, (at, at + bytes)).await?);
                at += bytes;
            }
            (algorithm.of(&all), format!("-{n}"))
        }
    };
    let message = json!({
        "checksum_base64": checksum::base64(&sum) + &suffix,
        "etag": etag.trim_matches('"'),
        "checksumAlgorithm": algorithm.name(),
        "checksumType": if composite { "COMPOSITE" } else { "FULL_OBJECT" },
        "checksum_hex": hex(&sum).to_uppercase(),
    });
    Ok(message.to_string())
}

fn length(head: &HeadObjectOutput) -> u64 {
    head.content_length.and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
}

async fn head(
    flow: &Flow<'_>,
    who: &Identity,
    task: &Task,
    part_number: Option<i32>,
) -> Result<HeadObjectOutput, Fault> {
    let Task { bucket, key, version_id } = task.clone();
    let input = HeadObjectRequest { bucket, key, version_id, part_number, ..HeadObjectRequest::default() };
    flow.call_as::<op::HeadObject>(who, flow.scope().clone(), input).await
}

/// The checksum of a range of an object that still has that entity tag.
async fn sum_of(
    flow: &Flow<'_>,
    who: &Identity,
    (task, etag): (&Task, &str),
    algorithm: Algorithm,
    (from, to): (u64, u64),
) -> Result<Vec<u8>, Fault> {
    let mut hasher = Hasher::new(algorithm);
    let mut at = from;
    while at < to {
        let end = to.min(at + PIECE_BYTES);
        let Task { bucket, key, version_id } = task.clone();
        let input = GetObjectRequest {
            bucket,
            key,
            version_id,
            if_match: Some(etag.to_owned()),
            range: Some(format!("bytes={at}-{}", end - 1)),
            ..GetObjectRequest::default()
        };
        let out = flow.call_as::<op::GetObject>(who, flow.scope().clone(), input).await?;
        let bytes = out.body.map(|b| b.0).unwrap_or_default();
        if bytes.is_empty() {
            return Err(Fault::internal("a range of an object has no bytes"));
        }
        hasher.update(&bytes);
        at += bytes.len() as u64;
    }
    Ok(hasher.finish())
}
