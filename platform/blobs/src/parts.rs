//! What a stream still has to read: ranges of one blob or of several, one after the other. Reads nothing itself.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;

use crate::{BlobError, BlobReader, BlobRef, Blobs, DataKey, format::PIECE_BYTES};

/// Ranges that are not empty, in order.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    parts: VecDeque<Part>,
    left_bytes: u64,
}

#[derive(Debug)]
struct Part {
    source: Arc<Source>,
    range: Range<u64>,
}

/// A blob, opened when its first piece is read.
#[derive(Debug)]
struct Source {
    reader: OnceLock<BlobReader>,
    closed: Option<(Blobs, BlobRef, DataKey)>,
}

impl Source {
    fn reader(&self) -> Result<&BlobReader, BlobError> {
        match (self.reader.get(), &self.closed) {
            (None, Some((blobs, blob, key))) => {
                let reader = blobs.reader(*blob, key)?;
                Ok(self.reader.get_or_init(|| reader))
            }
            (reader, _) => Ok(reader.expect("it is open if it is not closed")),
        }
    }
}

impl Parts {
    /// A range of an open blob.
    pub(crate) fn of_reader(reader: &BlobReader, range: Range<u64>) -> Parts {
        let source = Source { reader: OnceLock::from(reader.clone()), closed: None };
        let mut parts = Parts::default();
        parts.push(source, range.start..range.end.min(reader.len_bytes()));
        parts
    }

    /// A range of what these blobs are together.
    pub(crate) fn of_blobs(
        blobs: &Blobs,
        several: impl IntoIterator<Item = (BlobRef, DataKey)>,
        range: Range<u64>,
    ) -> Parts {
        let (mut parts, mut at) = (Parts::default(), 0_u64);
        for (blob, key) in several {
            if at >= range.end {
                break;
            }
            let cut = |offset: u64| offset.saturating_sub(at).min(blob.len_bytes);
            let closed = Some((blobs.clone(), blob, key));
            parts.push(Source { reader: OnceLock::new(), closed }, cut(range.start)..cut(range.end));
            at = at.saturating_add(blob.len_bytes);
        }
        parts
    }

    fn push(&mut self, source: Source, range: Range<u64>) {
        if range.start < range.end {
            self.left_bytes = self.left_bytes.saturating_add(range.end - range.start);
            self.parts.push_back(Part { source: Arc::new(source), range });
        }
    }

    pub(crate) fn left_bytes(&self) -> u64 {
        self.left_bytes
    }

    /// What reads the next piece, of at most `PIECE_BYTES` and of one blob. The pieces after it can be taken before it is read.
    pub(crate) fn take_next(&mut self) -> Option<impl FnOnce() -> Result<Bytes, BlobError> + Send + use<>> {
        let part = self.parts.front_mut()?;
        let (source, from) = (part.source.clone(), part.range.start);
        let next = (from / PIECE_BYTES as u64 + 1).saturating_mul(PIECE_BYTES as u64);
        let to = next.min(part.range.end);
        part.range.start = to;
        self.left_bytes -= to - from;
        if part.range.is_empty() {
            self.parts.pop_front();
        }
        Some(move || source.reader()?.piece(from, to))
    }
}
