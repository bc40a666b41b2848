//! Reading content: finding the rows of a range, holding the blobs that it lies in, and streaming them out one after the other.
//! Holds one open file at a time, whatever the number of parts. Who may read what is not here.

use blobs::{BlobError, BlobRef, BlobStream, Blobs, DataKey, MasterKey, Pin};
use bytes::Bytes;
use codec::Fault;
use kernel::{Alarm, Cx, Flow, Healing, Source};

use crate::content::{CONTEXT, Incoming, inline, parts};
use crate::encryption::Protection;
use crate::healing;
use crate::spot::Spot;
use crate::state::{Bucket, Content, Place, Version};

/// How often a look is taken again when a blob went before it could be held.
const LOOKS: usize = 8;

/// What a look at the rows found of a range of some content, for [`open`] to read without them: nothing of it can go.
#[derive(Default)]
pub(crate) struct Found {
    pieces: Vec<Piece>,
}

struct Piece {
    content: Content,
    spot: Spot,
    inline: Option<Vec<u8>>,
    /// Which of its bytes are wanted.
    range: (u64, u64),
    pin: Option<Pin>,
}

impl Found {
    /// The first of what couldn't be held.
    fn missing(&self) -> Option<&Spot> {
        let is_held = |p: &Piece| p.pin.is_some() || !matches!(p.content.place, Place::Blob(_));
        self.pieces.iter().find(|p| !is_held(p)).map(|p| &p.spot)
    }
}

/// Why content can't be read.
pub(crate) enum Unread {
    /// It isn't what was written, here.
    Broken(Spot, Fault),
    Failed(Fault),
}

/// Takes a look until everything that it found could be held: what is overwritten in this very moment is looked for again. A
/// file that is gone is healed, if that can be.
///
/// Errors: those of `f`; `InternalError` for content whose bytes are gone.
pub(crate) async fn look<T>(
    flow: &Flow<'_>,
    f: impl Fn(&mut Cx) -> Result<(T, Found), Fault>,
) -> Result<(T, Found), Fault> {
    let mut spot = None;
    for n in 0..=LOOKS {
        if let Some(spot) = spot.take().filter(|_| n == LOOKS) {
            healing::heal(flow, &spot).await?;
        }
        let (out, found) = flow.read(&f)?;
        match found.missing() {
            None => return Ok((out, found)),
            Some(missing) => spot = Some(missing.clone()),
        }
    }
    Err(Fault::internal("the bytes of an object are gone"))
}

/// Looks, and opens what was found: what turns out to be corrupt before any of it was given is healed, if that can be.
///
/// Errors: as [`look`]'s; `InternalError` for content that is corrupt.
pub(crate) async fn begin<T>(
    flow: &Flow<'_>,
    f: impl Fn(&mut Cx) -> Result<(T, Found), Fault>,
    protection: impl Fn(&T) -> &Protection,
    what: &str,
) -> Result<(T, Reading), Fault> {
    let mut tried: Option<Spot> = None;
    loop {
        let (out, found) = look(flow, &f).await?;
        let master = flow.master_key();
        let opened = open(flow, found, protection(&out).wrapping_key(&master), what.to_owned()).await;
        match opened {
            Ok(reading) => return Ok((out, reading)),
            Err(Unread::Failed(fault)) => return Err(fault),
            Err(Unread::Broken(spot, fault)) if tried.as_ref() == Some(&spot) => return Err(fault),
            Err(Unread::Broken(spot, fault)) => {
                if healing::heal(flow, &spot).await? == Healing::Failed {
                    return Err(fault);
                }
                tried = Some(spot);
            }
        }
    }
}

/// Finds the rows of a range of the content of a version (its key and `seq`), in the same look that found the version.
pub(crate) fn find(
    blobs: &Blobs,
    cx: &Cx,
    bucket: &Bucket,
    (key, v): (&str, &Version),
    (from, to): (u64, u64),
) -> Result<Found, Fault> {
    let spot = |n: u32, content: &Content| Spot::of(bucket.number, (key, v.seq), n, content);
    if v.content.place != Place::Parts {
        let range = (from.min(v.content.size_bytes), to.min(v.content.size_bytes));
        let piece = piece(blobs, cx, bucket, &v.content, range, || spot(0, &v.content))?;
        return Ok(Found { pieces: piece.into_iter().collect() });
    }
    let mut pieces = Vec::new();
    for (n, part) in parts(cx, bucket, &v.content.id)? {
        let size = part.content.size_bytes;
        let within = |at: u64| at.saturating_sub(part.offset_bytes).min(size);
        let range = (within(from), within(to));
        pieces.extend(piece(blobs, cx, bucket, &part.content, range, || spot(n, &part.content))?);
    }
    Ok(Found { pieces })
}

/// Finds all of some content that doesn't lie in parts, which is at a spot.
pub(crate) fn find_one(
    blobs: &Blobs,
    cx: &Cx,
    bucket: &Bucket,
    content: &Content,
    spot: impl Fn() -> Spot,
) -> Result<Found, Fault> {
    let piece = piece(blobs, cx, bucket, content, (0, content.size_bytes), spot)?;
    Ok(Found { pieces: piece.into_iter().collect() })
}

fn piece(
    blobs: &Blobs,
    cx: &Cx,
    bucket: &Bucket,
    content: &Content,
    range: (u64, u64),
    spot: impl Fn() -> Spot,
) -> Result<Option<Piece>, Fault> {
    if range.0 >= range.1 {
        return Ok(None);
    }
    let (mut held, mut pin) = (None, None);
    match content.place {
        Place::Inline => held = inline(cx, bucket, content)?,
        Place::Blob(id) => pin = blobs.pin(id),
        Place::Nowhere | Place::Parts => return Err(Fault::internal("content without a place")),
    }
    Ok(Some(Piece { content: content.clone(), spot: spot(), inline: held, range, pin }))
}

/// A stretch of content that is still to be read.
enum Stretch {
    Whole(Bytes),
    Blob { blob: BlobRef, key: DataKey, range: (u64, u64), spot: Spot, _pin: Option<Pin> },
}

/// Bytes of one content, or of its parts, as they are streamed out. What turns out to be corrupt then is healed afterwards.
pub(crate) struct Reading {
    blobs: Blobs,
    stretches: std::vec::IntoIter<Stretch>,
    current: Option<(BlobStream, Spot, Option<Pin>)>,
    left_bytes: u64,
    what: String,
    alarm: Alarm,
    broken: Option<Spot>,
}

/// Opens what was found; small content is decrypted at once, and of large content the first bytes are read.
///
/// Errors: `InternalError` for content that is corrupt or gone.
pub(crate) async fn open(
    flow: &Flow<'_>,
    found: Found,
    wrapping: &MasterKey,
    what: String,
) -> Result<Reading, Unread> {
    let left_bytes = found.pieces.iter().map(|p| p.range.1 - p.range.0).sum();
    let stretches: Result<Vec<Stretch>, Unread> =
        found.pieces.into_iter().map(|piece| stretch(piece, wrapping)).collect();
    let (blobs, alarm, stretches) = (flow.blobs().clone(), flow.alarm(), stretches?.into_iter());
    let mut reading = Reading { blobs, stretches, current: None, left_bytes, what, alarm, broken: None };
    if let [Stretch::Blob { .. }, ..] = reading.stretches.as_slice() {
        let first = reading.stretches.next().expect("there is one");
        if let Err(text) = reading.begin(first).await {
            return Err(match reading.broken.take() {
                Some(spot) => Unread::Broken(spot, Fault::internal(text)),
                None => Unread::Failed(Fault::internal(text)),
            });
        }
    }
    Ok(reading)
}

fn stretch(piece: Piece, wrapping: &MasterKey) -> Result<Stretch, Unread> {
    let failed = |text: &str| Unread::Failed(Fault::internal(text.to_owned()));
    let key = wrapping.unwrap(&piece.content.sse.wrapped_key, CONTEXT);
    let key = key.map_err(|_| failed("a data key doesn't open"))?;
    let Place::Blob(id) = piece.content.place else {
        let bytes = piece.inline.and_then(|sealed| key.open(&sealed, CONTEXT).ok());
        let bytes = bytes.filter(|b| b.len() as u64 == piece.content.size_bytes);
        let broken = || Unread::Broken(piece.spot, Fault::internal("content in a row is corrupt"));
        let (start, end) = (piece.range.0 as usize, piece.range.1 as usize);
        return Ok(Stretch::Whole(Bytes::from(bytes.ok_or_else(broken)?).slice(start..end)));
    };
    let blob = BlobRef { id, len_bytes: piece.content.size_bytes };
    Ok(Stretch::Blob { blob, key, range: piece.range, spot: piece.spot, _pin: piece.pin })
}

impl Reading {
    async fn begin(&mut self, stretch: Stretch) -> Result<(), String> {
        let Stretch::Blob { blob, key, range, spot, _pin } = stretch else { return Ok(()) };
        let stream = self.blobs.stream(blob, &key, range.0..range.1).await;
        let stream = stream.map_err(|e| self.failed(&e, &spot))?;
        self.current = Some((stream, spot, _pin));
        Ok(())
    }

    /// Notes what is broken, and says what happened.
    fn failed(&mut self, e: &BlobError, spot: &Spot) -> String {
        if matches!(e, BlobError::Corrupt { .. } | BlobError::Missing { .. }) {
            self.broken = Some(spot.clone());
        }
        format!("{}: {e}", self.what)
    }

    /// What was found to be broken on the way, if anything was.
    pub(crate) fn broken(&mut self) -> Option<Spot> {
        self.broken.take()
    }

    /// The bytes, where they are all at hand: no stream is needed then.
    pub(crate) fn take_whole(&mut self) -> Option<Bytes> {
        if self.current.is_some() || !matches!(self.stretches.as_slice(), [] | [Stretch::Whole(_)]) {
            return None;
        }
        match self.stretches.next() {
            Some(Stretch::Whole(bytes)) => Some(bytes),
            _ => Some(Bytes::new()),
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(spot) = self.broken.take() {
            self.alarm.raise(spot.to_string());
        }
    }
}

impl Source for Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, String> {
        loop {
            if let Some((stream, _, _)) = &mut self.current {
                match stream.next().await {
                    Some(Ok(piece)) => return Ok(Some(piece)),
                    Some(Err(e)) => {
                        let (_, spot, _) = self.current.take().expect("it was there");
                        return Err(self.failed(&e, &spot));
                    }
                    None => self.current = None,
                }
            }
            match self.stretches.next() {
                None => return Ok(None),
                Some(Stretch::Whole(bytes)) if bytes.is_empty() => {}
                Some(Stretch::Whole(bytes)) => return Ok(Some(bytes)),
                Some(stretch) => self.begin(stretch).await?,
            }
        }
    }
}

/// Content that is copied: what is read here is taken in there.
impl Incoming for Reading {
    async fn piece(&mut self) -> Result<Option<Bytes>, Fault> {
        Source::next(self).await.map_err(Fault::internal)
    }
    fn length(&self) -> Option<u64> {
        Some(self.left_bytes)
    }
    fn trailer(&self, _: &str) -> Option<&str> {
        None
    }
}
