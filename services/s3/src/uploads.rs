//! Multipart uploads: what is kept of one until it is completed or aborted, and finding it. Its parts lie in
//! [`crate::state::Parts`], under its id, which becomes the content id of the object. What parts make together is
//! `assembly.rs`'s.
//! Source: S3 user guide, "Uploading and copying objects using multipart upload".

use codec::Fault;
use directory::{Identity, IdentityKind};
use kernel::Cx;
use shapes_s3::Initiator;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::checksum::Algorithm;
use crate::state::{Bucket, Sse, Version};
use crate::{content, err, names, versions};

/// The most parts of an upload.
pub(crate) const MOST_PARTS: usize = 10_000;

/// An upload under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Upload {
    pub(crate) initiated_ms: i64,
    /// Id of whoever began it, as answers show it, and name.
    pub(crate) initiator: (String, String),
    /// The object as it will be, but for its content.
    pub(crate) object: Version,
    /// How it will be encrypted; without a wrapped key.
    pub(crate) sse: Sse,
    /// Name of the checksum's algorithm; `None`: S3 takes one of its own.
    pub(crate) algorithm: Option<String>,
    /// The checksum will be one of the parts' checksums.
    pub(crate) composite: bool,
    /// `seq` of the latest version of the key when it began; 0 for none.
    pub(crate) seen_seq: u64,
    /// A version of the key went since.
    pub(crate) disturbed: bool,
}

impl Row for Upload {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.initiated_ms);
        w.put(2, &self.initiator);
        w.put(3, &self.object);
        w.put(4, &self.sse);
        w.put(5, &self.algorithm);
        w.put(6, &self.composite);
        w.put(7, &self.seen_seq);
        w.put(8, &self.disturbed);
    }
    fn read(r: &mut RowReader) -> Result<Upload, RowError> {
        Ok(Upload {
            initiated_ms: r.get(1)?,
            initiator: r.get(2)?,
            object: r.get(3)?,
            sse: r.get(4)?,
            algorithm: r.get(5)?,
            composite: r.get(6)?,
            seen_seq: r.get(7)?,
            disturbed: r.get(8)?,
        })
    }
}

/// Bucket number, key, upload id.
pub(crate) struct Uploads;
impl Table for Uploads {
    const NAME: &'static str = "s3.upload";
    const VERSION: u16 = 1;
    type Key = (u64, String, String);
    type Row = Upload;
}

impl Upload {
    /// The algorithm that the object's checksum is of; `None`: it will have none.
    pub(crate) fn kept_algorithm(&self) -> Result<Option<Algorithm>, Fault> {
        match &self.algorithm {
            Some(name) => Algorithm::named(name).map(Some),
            None if !self.sse.customer_key_md5.is_empty() => Ok(None),
            None => Ok(Some(Algorithm::Crc64Nvme)),
        }
    }

    /// `COMPOSITE` or `FULL_OBJECT`, where an algorithm was named.
    pub(crate) fn checksum_type(&self) -> Option<String> {
        self.algorithm.as_ref()?;
        Some(if self.composite { "COMPOSITE" } else { "FULL_OBJECT" }.to_owned())
    }

    /// As answers show it.
    pub(crate) fn initiator(&self) -> Initiator {
        let (id, name) = self.initiator.clone();
        Initiator { id: Some(id), display_name: (!name.is_empty()).then_some(name) }
    }
}

/// Who begins an upload: the canonical id of a root, the ARN of anyone else.
pub(crate) fn initiator(who: &Identity) -> (String, String) {
    match who.kind {
        IdentityKind::Root | IdentityKind::Anonymous => (names::canonical_id(&who.account), String::new()),
        _ => (who.arn.clone(), who.arn.rsplit('/').next().unwrap_or_default().to_owned()),
    }
}

/// The digits of ids, in the order of their bytes.
const DIGITS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const STAMP: usize = 9;
const MARK: usize = 6;
const LENGTH: usize = 64;

fn digits(mut n: u64, count: usize) -> String {
    let mut out = vec![0u8; count];
    for digit in out.iter_mut().rev() {
        *digit = DIGITS[(n & 63) as usize];
        n >>= 6;
    }
    out.into_iter().map(char::from).collect()
}

/// What ids of a key's uploads have in common. Must never change, since ids are stored.
fn mark(bucket: &Bucket, key: &str) -> String {
    let number = bucket.number.to_be_bytes();
    let hash = number.iter().chain(key.as_bytes());
    let hash =
        hash.fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3));
    digits(hash >> 20, MARK)
}

/// Whether an id could be one of a key's uploads, now or before.
pub(crate) fn could_be(bucket: &Bucket, key: &str, id: &str) -> bool {
    id.len() == LENGTH && id.get(STAMP..STAMP + MARK) == Some(mark(bucket, key).as_str())
}

/// A new id, greater than those of the key's earlier uploads that are still under way.
pub(crate) fn new_id(cx: &Cx, bucket: &Bucket, key: &str) -> Result<String, Fault> {
    let all = Scan::<Uploads>::prefix(&(bucket.number, key.to_owned())).reverse();
    let last = cx.scan(all)?.next().map(|((_, _, id), _)| id).unwrap_or_default();
    let last = last
        .bytes()
        .take(STAMP)
        .fold(0u64, |n, c| (n << 6) | DIGITS.iter().position(|d| *d == c).unwrap_or_default() as u64);
    let stamp = ((cx.now_ms.max(0) as u64) << 10).max(last + 1);
    let tail = cx.ids.text("s3.upload", LENGTH - STAMP - MARK, DIGITS);
    Ok(digits(stamp, STAMP) + &mark(bucket, key) + &tail)
}

/// The upload of that id.
///
/// Errors: `NoSuchUpload`.
pub(crate) fn find(cx: &Cx, bucket: &Bucket, key: &str, id: &str) -> Result<Upload, Fault> {
    let found = cx.get::<Uploads>(&(bucket.number, key.to_owned(), id.to_owned()))?;
    found.ok_or_else(|| err::no_such_upload(id))
}

/// Ends an upload and frees its parts.
pub(crate) fn abort(cx: &mut Cx, bucket: &Bucket, key: &str, id: &str) -> Result<(), Fault> {
    content::free_parts(cx, bucket, id)?;
    cx.delete::<Uploads>(&(bucket.number, key.to_owned(), id.to_owned()));
    Ok(())
}

/// Ends every upload of a bucket.
pub(crate) fn abort_all(cx: &mut Cx, bucket: &Bucket) -> Result<(), Fault> {
    let all: Vec<_> = cx.scan_prefix::<Uploads>(&(bucket.number,))?.map(|(at, _)| at).collect();
    all.iter().try_for_each(|(_, key, id)| abort(cx, bucket, key, id))
}

/// Has uploads of a key know that a version of it went: their conditions no longer say what they said.
pub(crate) fn disturb(cx: &mut Cx, bucket: &Bucket, key: &str) -> Result<(), Fault> {
    let all: Vec<_> = cx.scan_prefix::<Uploads>(&(bucket.number, key.to_owned()))?.collect();
    for (at, upload) in all.into_iter().filter(|(_, u)| !u.disturbed) {
        cx.put::<Uploads>(&at, &Upload { disturbed: true, ..upload });
    }
    Ok(())
}

/// Checks what a completion is conditioned on.
///
/// Errors: those of a write; `ConditionalRequestConflict` when the key was written or deleted while the upload went on.
pub(crate) fn check_write(
    cx: &Cx,
    (bucket, key): (&Bucket, &str),
    upload: &Upload,
    if_match: Option<&str>,
    if_none_match: Option<&str>,
) -> Result<(), Fault> {
    let latest = versions::latest(cx, bucket, key)?;
    crate::conditions::check_write(if_match, if_none_match, key, latest.as_ref())?;
    let condition = match (if_match, if_none_match) {
        (Some(_), _) => "If-Match",
        (None, Some(_)) => "If-None-Match",
        (None, None) => return Ok(()),
    };
    let seq = latest.map_or(0, |v| v.seq);
    if upload.disturbed || seq != upload.seen_seq {
        return Err(err::conditional_conflict(condition, key));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_sort_as_they_count() {
        let stamps: Vec<String> =
            [0, 1, 63, 64, 4_096, 1 << 40, (1 << 54) - 1].map(|n| digits(n, STAMP)).into();
        assert!(stamps.is_sorted(), "{stamps:?}");
        assert!(stamps.iter().all(|s| s.len() == STAMP));
    }

    #[test]
    fn an_id_says_whose_it_could_be() {
        let bucket = Bucket { number: 7, ..Bucket::default() };
        let id = digits(5, STAMP) + &mark(&bucket, "a") + &"x".repeat(LENGTH - STAMP - MARK);
        assert!(could_be(&bucket, "a", &id));
        assert!(!could_be(&bucket, "b", &id));
        assert!(!could_be(&Bucket { number: 8, ..Bucket::default() }, "a", &id));
        for other in ["", "x", &"é".repeat(32)] {
            assert!(!could_be(&bucket, "a", other));
        }
    }
}
