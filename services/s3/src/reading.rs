//! Reading content: finding the rows of a range, holding the blobs that it lies in, and streaming them out one after the other.
//! Holds one open file at a time, whatever the number of parts. Who may read what is not here.

use blobs::{BlobRef, BlobStream, Blobs, DataKey, MasterKey, Pin};
use bytes::Bytes;
use codec::Fault;
use kernel::{Cx, Flow, Source};

use crate::content::{CONTEXT, Incoming, inline, parts};
use crate::state::{Bucket, Content, Part, Place};

/// How often a look is taken again when a blob went before it could be held.
const LOOKS: usize = 8;

/// What a look at the rows found of a range of some content, for [`open`] to read without them: nothing of it can go.
pub(crate) struct Found {
    pieces: Vec<Piece>,
}

struct Piece {
    content: Content,
    inline: Option<Vec<u8>>,
    /// Which of its bytes are wanted.
    range: (u64, u64),
    pin: Option<Pin>,
}

/// Takes a look until everything that it found could be held: what is overwritten in this very moment is looked for again.
///
/// Errors: those of `f`; `InternalError` for content whose bytes are gone.
pub(crate) fn look<T>(
    flow: &Flow<'_>,
    f: impl Fn(&mut Cx) -> Result<(T, Option<Found>), Fault>,
) -> Result<(T, Found), Fault> {
    for _ in 0..LOOKS {
        if let (out, Some(found)) = flow.read(&f)? {
            return Ok((out, found));
        }
    }
    Err(Fault::internal("the bytes of an object are gone"))
}

/// Finds the rows of a range of some content, in the same look that found the version; `None`: some of it went since.
pub(crate) fn find(
    blobs: &Blobs,
    cx: &Cx,
    bucket: &Bucket,
    content: &Content,
    (from, to): (u64, u64),
) -> Result<Option<Found>, Fault> {
    let all = match content.place {
        Place::Parts => parts(cx, bucket, &content.id)?,
        _ => vec![(1, Part { content: content.clone(), ..Part::default() })],
    };
    let mut pieces = Vec::new();
    for (_, part) in all {
        let size = part.content.size_bytes;
        let within = |at: u64| at.saturating_sub(part.offset_bytes).min(size);
        let range = (within(from), within(to));
        if range.0 >= range.1 {
            continue;
        }
        let (mut held, mut pin) = (None, None);
        match part.content.place {
            Place::Inline => held = Some(inline(cx, bucket, &part.content)?),
            Place::Blob(id) => {
                pin = blobs.pin(id);
                if pin.is_none() {
                    return Ok(None);
                }
            }
            Place::Nowhere | Place::Parts => return Err(Fault::internal("content without a place")),
        }
        pieces.push(Piece { content: part.content, inline: held, range, pin });
    }
    Ok(Some(Found { pieces }))
}

/// A stretch of content that is still to be read.
enum Stretch {
    Whole(Bytes),
    Blob { blob: BlobRef, key: DataKey, range: (u64, u64), _pin: Option<Pin> },
}

/// Bytes of one content, or of its parts, as they are streamed out.
pub(crate) struct Reading {
    blobs: Blobs,
    stretches: std::vec::IntoIter<Stretch>,
    current: Option<(BlobStream, Option<Pin>)>,
    left_bytes: u64,
    what: String,
}

/// Opens what was found; small content is decrypted at once, and of large content the first bytes are read.
///
/// Errors: `InternalError` for content that is corrupt or gone.
pub(crate) async fn open(
    flow: &Flow<'_>,
    found: Found,
    wrapping: &MasterKey,
    what: String,
) -> Result<Reading, Fault> {
    let left_bytes = found.pieces.iter().map(|p| p.range.1 - p.range.0).sum();
    let stretches: Result<Vec<Stretch>, Fault> =
        found.pieces.into_iter().map(|piece| stretch(piece, wrapping)).collect();
    let blobs = flow.blobs().clone();
    let stretches = stretches?.into_iter();
    let mut reading = Reading { blobs, stretches, current: None, left_bytes, what };
    if let [Stretch::Blob { .. }, ..] = reading.stretches.as_slice() {
        let first = reading.stretches.next().expect("there is one");
        reading.begin(first).await.map_err(Fault::internal)?;
    }
    Ok(reading)
}

fn stretch(piece: Piece, wrapping: &MasterKey) -> Result<Stretch, Fault> {
    let key = wrapping.unwrap(&piece.content.sse.wrapped_key, CONTEXT);
    let key = key.map_err(|_| Fault::internal("a data key doesn't open"))?;
    if let Some(sealed) = piece.inline {
        let bytes = key.open(&sealed, CONTEXT).map_err(|_| Fault::internal("content in a row is corrupt"))?;
        let (start, end) = (piece.range.0 as usize, piece.range.1 as usize);
        if end > bytes.len() {
            return Err(Fault::internal("content in a row is shorter than it was"));
        }
        return Ok(Stretch::Whole(Bytes::from(bytes).slice(start..end)));
    }
    let Place::Blob(id) = piece.content.place else {
        return Err(Fault::internal("content without a place"));
    };
    let blob = BlobRef { id, len_bytes: piece.content.size_bytes };
    Ok(Stretch::Blob { blob, key, range: piece.range, _pin: piece.pin })
}

impl Reading {
    async fn begin(&mut self, stretch: Stretch) -> Result<(), String> {
        let Stretch::Blob { blob, key, range, _pin } = stretch else { return Ok(()) };
        let stream = self.blobs.stream(blob, &key, range.0..range.1).await;
        self.current = Some((stream.map_err(|e| format!("{}: {e}", self.what))?, _pin));
        Ok(())
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

impl Source for Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, String> {
        loop {
            if let Some((stream, _)) = &mut self.current {
                match stream.next().await {
                    Some(piece) => return piece.map(Some).map_err(|e| format!("{}: {e}", self.what)),
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
