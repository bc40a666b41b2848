//! Bytes of objects and parts: how they are encrypted, where they are put, how they are read and freed. Small content lies in
//! a row, larger content in a blob; each is encrypted under a data key of its own, which is kept wrapped by the master key of the
//! data folder or by the customer's. What content means is `versions.rs`'s and `multipart.rs`'s.

use blobs::{BlobId, BlobRef, BlobStream, DataKey, MasterKey, Pin};
use bytes::Bytes;
use codec::Fault;
use kernel::{Cx, Flow, Source, Upload};
use md5::{Digest as _, Md5};
use store::Scan;

use crate::checksum::{self, Algorithm, Hasher, Wanted};
use crate::encryption::Protection;
use crate::err;
use crate::state::{Bucket, Content, Inline, Part, Parts, Place, Sealed, Sse};

/// The largest content that lies in a row.
const INLINE_BYTES: usize = 32 * 1024;
/// What wrapped keys and sealed bytes of S3's are bound to.
const CONTEXT: &[u8] = b"s3";

/// Content that was taken in and is in no row yet. Dropped without [`Received::keep`], its bytes are swept.
pub(crate) struct Received {
    pub(crate) content: Content,
    inline: Option<Vec<u8>>,
    _pin: Option<Pin>,
}

impl Received {
    /// Has a bucket keep it: to be called in the decision that commits the row which has `content`.
    pub(crate) fn keep(&self, cx: &mut Cx, bucket: &Bucket) {
        if let Some(bytes) = &self.inline {
            cx.put::<Inline>(&(bucket.number, self.content.id.clone()), &Sealed { bytes: bytes.clone() });
        }
        if let Place::Blob(id) = self.content.place {
            cx.blob_keep(id, &owner(bucket, &self.content.id));
        }
    }
}

/// How the ledger of blobs names who keeps one.
fn owner(bucket: &Bucket, content_id: &str) -> String {
    format!("s3/{:016x}/{content_id}", bucket.number)
}

fn new_id(ids: &kernel::Ids) -> String {
    ids.text("s3.content", 16, kernel::BASE32)
}

/// Takes a body in: digests, encrypts and puts it away.
///
/// Errors: `EntityTooLarge`; `BadDigest`; `InvalidRequest` for a malformed trailer; those of [`Upload::next`];
/// `InternalError` when the disk failed, or `ServiceUnavailable` when it is full.
pub(crate) async fn receive(
    flow: &Flow<'_>,
    upload: &mut Upload,
    protection: &Protection,
    wanted: &Wanted,
    most_bytes: u64,
) -> Result<Received, Fault> {
    if let Some(size) = upload.length().filter(|n| *n > most_bytes) {
        return Err(err::entity_too_large(size, most_bytes));
    }
    let key = DataKey::random();
    let algorithm = wanted.algorithm.unwrap_or(Algorithm::Crc64Nvme);
    let (mut md5, mut hasher) = (Md5::new(), Hasher::new(algorithm));
    let mut small: Vec<u8> = Vec::new();
    let mut sink = None;
    let mut size_bytes = 0u64;
    while let Some(piece) = upload.next().await? {
        size_bytes += piece.len() as u64;
        if size_bytes > most_bytes {
            return Err(err::entity_too_large(size_bytes, most_bytes));
        }
        md5.update(&piece);
        hasher.update(&piece);
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
    let (md5, sum) = (md5.finalize(), hasher.finish());
    check(wanted, algorithm, &md5, &sum, upload)?;

    let mut content = Content {
        id: new_id(flow.ids()),
        size_bytes,
        etag: protection.etag(&md5, flow.ids()),
        checksum: Some((algorithm.name().to_owned(), checksum::base64(&sum))),
        sse: protection.sse(),
        ..Content::default()
    };
    if size_bytes > 0 {
        content.sse.wrapped_key = protection.wrapping_key(&flow.master_key()).wrap(&key, CONTEXT);
    }
    let (mut inline, mut pin) = (None, None);
    if let Some(sink) = sink {
        let finished = sink.finish().await.map_err(disk)?;
        content.place = Place::Blob(finished.blob.id);
        pin = Some(finished.pin);
    } else if !small.is_empty() {
        content.place = Place::Inline;
        inline = Some(key.seal(&small, CONTEXT));
    }
    Ok(Received { content, inline, _pin: pin })
}

fn check(
    wanted: &Wanted,
    algorithm: Algorithm,
    md5: &[u8],
    sum: &[u8],
    upload: &Upload,
) -> Result<(), Fault> {
    if wanted.md5.as_ref().is_some_and(|given| given != md5) {
        return Err(err::bad_digest("MD5"));
    }
    let in_trailer = match &wanted.trailer {
        Some(name) => upload.trailer(name).map(|value| algorithm.parse(value)).transpose()?,
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

/// A stretch of content that is ready to be read: everything that a row could lose is held.
pub(crate) enum Stretch {
    Whole(Bytes),
    Blob(BlobStream),
}

/// Bytes of one content, or of its parts, as they are streamed out.
pub(crate) struct Reading {
    stretches: std::vec::IntoIter<Stretch>,
    current: Option<BlobStream>,
    what: String,
}

impl Source for Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, String> {
        loop {
            if let Some(stream) = &mut self.current {
                match stream.next().await {
                    Some(piece) => return piece.map(Some).map_err(|e| format!("{}: {e}", self.what)),
                    None => self.current = None,
                }
            }
            match self.stretches.next() {
                None => return Ok(None),
                Some(Stretch::Whole(bytes)) if bytes.is_empty() => {}
                Some(Stretch::Whole(bytes)) => return Ok(Some(bytes)),
                Some(Stretch::Blob(stream)) => self.current = Some(stream),
            }
        }
    }
}

impl Reading {
    /// The bytes, where they are all at hand: no stream is needed then.
    pub(crate) fn take_whole(&mut self) -> Option<Bytes> {
        if !matches!(self.stretches.as_slice(), [] | [Stretch::Whole(_)]) {
            return None;
        }
        match self.stretches.next() {
            Some(Stretch::Whole(bytes)) => Some(bytes),
            _ => Some(Bytes::new()),
        }
    }
}

/// The blobs that a content lies in.
pub(crate) fn blobs_of(cx: &Cx, bucket: &Bucket, content: &Content) -> Result<Vec<BlobId>, Fault> {
    let of = |c: &Content| if let Place::Blob(id) = c.place { Some(id) } else { None };
    Ok(match content.place {
        Place::Parts => parts(cx, bucket, &content.id)?.iter().filter_map(|(_, p)| of(&p.content)).collect(),
        _ => of(content).into_iter().collect(),
    })
}

/// What a look at the rows found of some content, for [`open`] to read without them.
pub(crate) struct Found {
    pieces: Vec<Piece>,
}

struct Piece {
    content: Content,
    inline: Option<Vec<u8>>,
    offset_bytes: u64,
}

/// Finds the rows of a content: in the same look that found the version.
pub(crate) fn find(cx: &Cx, bucket: &Bucket, content: &Content) -> Result<Found, Fault> {
    let all = match content.place {
        Place::Parts => parts(cx, bucket, &content.id)?,
        _ => vec![(1, Part { content: content.clone(), ..Part::default() })],
    };
    let mut pieces = Vec::with_capacity(all.len());
    for (_, part) in all {
        let inline = match part.content.place {
            Place::Inline => Some(inline(cx, bucket, &part.content)?),
            _ => None,
        };
        pieces.push(Piece { content: part.content, inline, offset_bytes: part.offset_bytes });
    }
    Ok(Found { pieces })
}

fn inline(cx: &Cx, bucket: &Bucket, content: &Content) -> Result<Vec<u8>, Fault> {
    let row = cx.get::<Inline>(&(bucket.number, content.id.clone()))?;
    Ok(row.ok_or_else(|| Fault::internal("the bytes of an object are gone"))?.bytes)
}

/// Opens a range of what was found; small content is decrypted at once.
///
/// Errors: `InternalError` for content that is corrupt or gone.
pub(crate) fn open(
    flow: &Flow<'_>,
    found: Found,
    wrapping: &MasterKey,
    (from, to): (u64, u64),
    what: String,
) -> Result<Reading, Fault> {
    let mut stretches = Vec::new();
    for piece in found.pieces {
        let size = piece.content.size_bytes;
        let start = from.max(piece.offset_bytes).saturating_sub(piece.offset_bytes).min(size);
        let end = to.saturating_sub(piece.offset_bytes).min(size);
        if start >= end {
            continue;
        }
        stretches.push(stretch(flow, piece, wrapping, (start, end))?);
    }
    Ok(Reading { stretches: stretches.into_iter(), current: None, what })
}

fn stretch(
    flow: &Flow<'_>,
    piece: Piece,
    wrapping: &MasterKey,
    (start, end): (u64, u64),
) -> Result<Stretch, Fault> {
    let key = wrapping.unwrap(&piece.content.sse.wrapped_key, CONTEXT);
    let key = key.map_err(|_| Fault::internal("a data key doesn't open"))?;
    if let Some(sealed) = piece.inline {
        let bytes = key.open(&sealed, CONTEXT).map_err(|_| Fault::internal("content in a row is corrupt"))?;
        return Ok(Stretch::Whole(Bytes::from(bytes).slice(start as usize..end as usize)));
    }
    let Place::Blob(id) = piece.content.place else {
        return Err(Fault::internal("content without a place"));
    };
    let reader = flow.blobs().reader(BlobRef { id, len_bytes: piece.content.size_bytes }, &key);
    Ok(Stretch::Blob(reader.map_err(Fault::internal)?.stream(start..end)))
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
            let bytes = inline(cx, from_bucket, from)?;
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
