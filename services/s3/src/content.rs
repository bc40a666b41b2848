//! Bytes of objects and parts: how they are encrypted, where they are put, how they are shared and freed. Small content lies in
//! a row, larger content in a blob; each is encrypted under a data key of its own, which is kept wrapped by the master key of the
//! data folder or by the customer's. Reading is `reading.rs`'s; what content means is `versions.rs`'s and `uploads.rs`'s.

use std::future::Future;

use blobs::{BlobId, DataKey, MasterKey};
use bytes::Bytes;
use codec::Fault;
use kernel::{Cx, Flow, Fresh, Upload};
use md5::{Digest as _, Md5};
use store::{Scan, StoreError};

use crate::checksum::{self, Algorithm, Hasher, Kept, Wanted};
use crate::encryption::Protection;
use crate::err;
use crate::state::{Bucket, Content, Inline, Part, Parts, Place, Sealed, Sse};

/// The largest content that lies in a row.
const INLINE_BYTES: usize = 32 * 1024;
/// What wrapped keys and sealed bytes of S3's are bound to.
pub(crate) const CONTEXT: &[u8] = b"s3";

/// Content that was taken in and is in no row yet. Dropped without [`Received::committed`], it goes.
pub(crate) struct Received {
    pub(crate) content: Content,
    /// The checksum that the request was about, which isn't always the one that is kept: algorithm and value.
    pub(crate) shown: (Algorithm, String),
    inline: Option<Vec<u8>>,
    fresh: Option<Fresh>,
}

impl Received {
    /// Has a bucket keep it: to be called in the decision that commits the row which has `content`.
    pub(crate) fn keep(&self, cx: &mut Cx, bucket: &Bucket) {
        self.keep_under(cx, bucket, &self.content.id);
    }

    fn keep_under(&self, cx: &mut Cx, bucket: &Bucket, id: &str) {
        if let Some(bytes) = &self.inline {
            cx.put::<Inline>(&(bucket.number, id.to_owned()), &Sealed { bytes: bytes.clone() });
        }
        if let Place::Blob(blob) = self.content.place {
            cx.blob_keep(blob, &owner(bucket, id));
        }
    }

    /// Has a bucket keep it as other bytes of the content that it was read from: to be called in the decision that commits the
    /// row which has what is returned.
    pub(crate) fn keep_as(&self, cx: &mut Cx, bucket: &Bucket, of: &Content) -> Content {
        self.keep(cx, bucket);
        let wrapped_key = self.content.sse.wrapped_key.clone();
        let sse = Sse { wrapped_key, ..of.sse.clone() };
        Content { id: self.content.id.clone(), place: self.content.place, sse, ..of.clone() }
    }

    /// As [`Received::keep_as`], in the place of those bytes, under the same id.
    pub(crate) fn keep_instead(&self, cx: &mut Cx, bucket: &Bucket, of: &Content) -> Result<Content, Fault> {
        free(cx, bucket, of)?;
        self.keep_under(cx, bucket, &of.id);
        let wrapped_key = self.content.sse.wrapped_key.clone();
        let sse = Sse { wrapped_key, ..of.sse.clone() };
        Ok(Content { place: self.content.place, sse, ..of.clone() })
    }

    /// To be called when that decision is committed.
    pub(crate) fn committed(self) {
        if let Some(fresh) = self.fresh {
            fresh.kept();
        }
    }
}

/// Where content comes from, piece by piece.
pub(crate) trait Incoming: Send {
    /// The next piece, never empty; `None` at the end.
    fn piece(&mut self) -> impl Future<Output = Result<Option<Bytes>, Fault>> + Send;
    /// Its length in bytes, where that is known.
    fn length(&self) -> Option<u64>;
    /// What a trailer said, once it ended.
    fn trailer(&self, name: &str) -> Option<&str>;
}

impl Incoming for Upload {
    async fn piece(&mut self) -> Result<Option<Bytes>, Fault> {
        self.next().await.map_err(err::of_upload)
    }
    fn length(&self) -> Option<u64> {
        Upload::length(self)
    }
    fn trailer(&self, name: &str) -> Option<&str> {
        Upload::trailer(self, name)
    }
}

/// How the ledger of blobs names who keeps one.
fn owner(bucket: &Bucket, content_id: &str) -> String {
    format!("s3/{:016x}/{content_id}", bucket.number)
}

/// Bucket number and content id of whoever the ledger names so.
pub(crate) fn owned(owner: &str) -> Option<(u64, &str)> {
    let (number, id) = owner.strip_prefix("s3/")?.split_once('/')?;
    Some((u64::from_str_radix(number, 16).ok()?, id))
}

pub(crate) fn new_id(ids: &kernel::Ids) -> String {
    ids.text("s3.content", 16, kernel::BASE32)
}

/// Takes a body in: digests, encrypts and puts it away.
///
/// Errors: `EntityTooLarge`; `BadDigest`; `InvalidRequest` for a malformed trailer; those of [`err::of_upload`];
/// `InternalError` when the disk failed, or `ServiceUnavailable` when it is full.
pub(crate) async fn receive(
    flow: &Flow<'_>,
    body: &mut impl Incoming,
    protection: &Protection,
    wanted: &Wanted,
    most_bytes: u64,
) -> Result<Received, Fault> {
    if let Some(size) = body.length().filter(|n| *n > most_bytes) {
        return Err(err::entity_too_large(size, most_bytes));
    }
    let key = DataKey::random();
    let mut digests = Digests::new(wanted);
    let mut small: Vec<u8> = Vec::new();
    let mut sink = None;
    let mut size_bytes = 0u64;
    while let Some(piece) = body.piece().await? {
        size_bytes += piece.len() as u64;
        if size_bytes > most_bytes {
            return Err(err::entity_too_large(size_bytes, most_bytes));
        }
        digests.update(&piece);
        if sink.is_none() && small.len() + piece.len() <= INLINE_BYTES {
            small.extend_from_slice(&piece);
            continue;
        }
        if sink.is_none() {
            let fresh = sink.insert(flow.blobs().sink(&key));
            fresh.write(&std::mem::take(&mut small)).await.map_err(disk)?;
        }
        sink.as_mut().expect("it was just made").write(&piece).await.map_err(disk)?;
    }
    let found = digests.finish(wanted, body)?;

    let mut content = Content {
        id: new_id(flow.ids()),
        size_bytes,
        etag: protection.etag(&found.md5, flow.ids()),
        checksum: found.kept,
        sse: protection.sse(),
        ..Content::default()
    };
    if size_bytes > 0 {
        content.sse.wrapped_key = protection.wrapping_key(&flow.master_key()).wrap(&key, CONTEXT);
    }
    let (mut inline, mut fresh) = (None, None);
    if let Some(sink) = sink {
        let finished = sink.finish().await.map_err(disk)?;
        content.place = Place::Blob(finished.blob.id);
        fresh = Some(flow.fresh(finished.pin));
    } else if !small.is_empty() {
        content.place = Place::Inline;
        inline = Some(key.seal(&small, CONTEXT));
    }
    Ok(Received { content, shown: found.shown, inline, fresh })
}

/// Reads content through: its MD5, and its checksum with the algorithm's name.
pub(crate) async fn digest(
    body: &mut impl Incoming,
    algorithm: Algorithm,
) -> Result<(Vec<u8>, (String, String)), Fault> {
    let wanted = Wanted { algorithm: Some(algorithm), ..Wanted::default() };
    let mut digests = Digests::new(&wanted);
    while let Some(piece) = body.piece().await? {
        digests.update(&piece);
    }
    let found = digests.finish(&wanted, body)?;
    Ok((found.md5, (algorithm.name().to_owned(), found.shown.1)))
}

/// The digests of a body as it streams by.
struct Digests {
    md5: Md5,
    algorithm: Algorithm,
    sum: Hasher,
    /// That of the checksum to keep, if it is another one.
    kept: Option<(Algorithm, Hasher)>,
    keeps: bool,
}

struct Digested {
    md5: Vec<u8>,
    shown: (Algorithm, String),
    kept: Option<(String, String)>,
}

impl Digests {
    fn new(wanted: &Wanted) -> Digests {
        let own = match wanted.kept {
            Kept::Of(algorithm) => algorithm,
            _ => Algorithm::Crc64Nvme,
        };
        let algorithm = wanted.algorithm.unwrap_or(own);
        let kept = match wanted.kept {
            Kept::Of(other) if other != algorithm => Some((other, Hasher::new(other))),
            _ => None,
        };
        let keeps = wanted.kept != Kept::Nothing;
        Digests { md5: Md5::new(), algorithm, sum: Hasher::new(algorithm), kept, keeps }
    }

    fn update(&mut self, piece: &[u8]) {
        self.md5.update(piece);
        self.sum.update(piece);
        if let Some((_, hasher)) = &mut self.kept {
            hasher.update(piece);
        }
    }

    /// Errors: `BadDigest`; `InvalidRequest` for a malformed trailer.
    fn finish(self, wanted: &Wanted, body: &impl Incoming) -> Result<Digested, Fault> {
        let (md5, sum) = (self.md5.finalize().to_vec(), self.sum.finish());
        check(wanted, self.algorithm, &md5, &sum, body)?;
        let shown = (self.algorithm, checksum::base64(&sum));
        let kept = match self.kept {
            Some((algorithm, hasher)) => (algorithm.name().to_owned(), checksum::base64(&hasher.finish())),
            None => (self.algorithm.name().to_owned(), shown.1.clone()),
        };
        Ok(Digested { md5, shown, kept: self.keeps.then_some(kept) })
    }
}

fn check(
    wanted: &Wanted,
    algorithm: Algorithm,
    md5: &[u8],
    sum: &[u8],
    body: &impl Incoming,
) -> Result<(), Fault> {
    if wanted.md5.as_ref().is_some_and(|given| given != md5) {
        return Err(err::bad_digest("MD5"));
    }
    let in_trailer = match &wanted.trailer {
        Some(name) => body.trailer(name).map(|value| algorithm.parse(value)).transpose()?,
        None => None,
    };
    match wanted.checksum.as_ref().or(in_trailer.as_ref()) {
        Some(given) if given != sum => Err(err::bad_digest(algorithm.name())),
        _ => Ok(()),
    }
}

fn disk(e: blobs::BlobError) -> Fault {
    match e {
        blobs::BlobError::Full { .. } => {
            Fault::new("ServiceUnavailable", 503, "Please reduce your request rate.").with_sender(false)
        }
        other => Fault::internal(other),
    }
}

/// Frees what a content took: to be called in the decision that removes its row.
pub(crate) fn free(cx: &mut Cx, bucket: &Bucket, content: &Content) -> Result<(), Fault> {
    match content.place {
        Place::Nowhere => {}
        Place::Inline => cx.delete::<Inline>(&(bucket.number, content.id.clone())),
        Place::Blob(id) => cx.blob_drop(id, &owner(bucket, &content.id)),
        Place::Parts => free_parts(cx, bucket, &content.id)?,
    }
    Ok(())
}

/// Frees the parts that lie under an object's content id, or under an upload's.
pub(crate) fn free_parts(cx: &mut Cx, bucket: &Bucket, id: &str) -> Result<(), Fault> {
    for (n, part) in parts(cx, bucket, id)? {
        free(cx, bucket, &part.content)?;
        cx.delete::<Parts>(&(bucket.number, id.to_owned(), n));
    }
    Ok(())
}

/// The parts that lie under a content id, in order.
pub(crate) fn parts(cx: &Cx, bucket: &Bucket, id: &str) -> Result<Vec<(u32, Part)>, Fault> {
    let rows = cx.scan::<Parts>(Scan::prefix(&(bucket.number, id.to_owned())))?;
    Ok(rows.map(|((_, _, n), part)| (n, part)).collect())
}

/// The blobs that a content lies in.
pub(crate) fn blobs_of(cx: &Cx, bucket: &Bucket, content: &Content) -> Result<Vec<BlobId>, Fault> {
    let of = |c: &Content| if let Place::Blob(id) = c.place { Some(id) } else { None };
    Ok(match content.place {
        Place::Parts => parts(cx, bucket, &content.id)?.iter().filter_map(|(_, p)| of(&p.content)).collect(),
        _ => of(content).into_iter().collect(),
    })
}

/// The sealed bytes of content that lies in a row; `None`: they are gone, or the row isn't what was written.
pub(crate) fn inline(cx: &Cx, bucket: &Bucket, content: &Content) -> Result<Option<Vec<u8>>, Fault> {
    match cx.tx().get::<Inline>(&(bucket.number, content.id.clone())) {
        Ok(row) => Ok(row.map(|sealed| sealed.bytes)),
        Err(StoreError::Corrupt(_)) => Ok(None),
        Err(e) => Err(Fault::internal(e)),
    }
}

/// Whether content that lies in a row, under a key of ours, is what was written.
pub(crate) fn is_whole(cx: &Cx, bucket: &Bucket, content: &Content) -> Result<bool, Fault> {
    let Some(sealed) = inline(cx, bucket, content)? else { return Ok(false) };
    let key = cx.master_key.unwrap(&content.sse.wrapped_key, CONTEXT);
    Ok(key.is_ok_and(|key| key.open(&sealed, CONTEXT).is_ok()))
}

/// Copies content to a bucket without touching its bytes: the copy shares blobs with what it is a copy of. `rewrap` gives the
/// copy's encryption for the original's.
pub(crate) fn share(
    cx: &mut Cx,
    (from, from_bucket): (&Content, &Bucket),
    to_bucket: &Bucket,
    rewrap: &dyn Fn(&Sse) -> Result<Sse, Fault>,
) -> Result<Content, Fault> {
    let mut copy = Content { id: new_id(cx.ids), sse: rewrap(&from.sse)?, ..from.clone() };
    match from.place {
        Place::Nowhere => {}
        Place::Inline => {
            let gone = || Fault::internal("the bytes of an object are gone");
            let bytes = inline(cx, from_bucket, from)?.ok_or_else(gone)?;
            cx.put::<Inline>(&(to_bucket.number, copy.id.clone()), &Sealed { bytes });
        }
        Place::Blob(id) => cx.blob_keep(id, &owner(to_bucket, &copy.id)),
        Place::Parts => {
            copy.sse.wrapped_key = Vec::new();
            for (n, part) in parts(cx, from_bucket, &from.id)? {
                let content = share(cx, (&part.content, from_bucket), to_bucket, rewrap)?;
                let part = Part { content, ..part };
                cx.put::<Parts>(&(to_bucket.number, copy.id.clone(), n), &part);
            }
        }
    }
    Ok(copy)
}

/// Gives a data key wrapped by `to` for one wrapped by `from`.
pub(crate) fn rewrapped(sse: &Sse, from: &MasterKey, to: &MasterKey) -> Result<Vec<u8>, Fault> {
    if sse.wrapped_key.is_empty() {
        return Ok(Vec::new());
    }
    let key =
        from.unwrap(&sse.wrapped_key, CONTEXT).map_err(|_| Fault::internal("a data key doesn't open"))?;
    Ok(to.wrap(&key, CONTEXT))
}
