//! Reading a blob: any range, in pieces, each decrypted where it was read to. Blocks on the disk; `stream` does not.

use std::{fs::File, io, num::NonZeroU64, ops::Range, os::unix::fs::FileExt, sync::Arc};

use bytes::Bytes;

use crate::{
    BlobError, BlobRef, BlobStream, DataKey,
    blobs::Shared,
    fault::Faults,
    format::{BLOCK_BYTES, Cipher, GROUP_BLOCKS, HEADER_BYTES, Layout, Piece, TAG_BYTES},
    parts::Parts,
    pool::{Pool, lend},
};

/// An open blob. A clone is one more reference to the same.
#[derive(Clone)]
pub struct BlobReader {
    open: Arc<Open>,
}

struct Open {
    source: Source,
    blob: BlobRef,
    layout: Layout,
    cipher: Cipher,
    pool: Arc<Pool>,
}

enum Source {
    File(File, Arc<Faults>),
    Bytes(Vec<u8>),
}

impl Source {
    fn len(&self) -> io::Result<u64> {
        match self {
            Source::File(file, _) => Ok(file.metadata()?.len()),
            Source::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    fn read(&self, into: &mut [u8], at: u64) -> io::Result<()> {
        match self {
            Source::File(file, faults) => {
                faults.step()?;
                file.read_exact_at(into, at)
            }
            Source::Bytes(bytes) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX);
                let found = bytes.get(at..).and_then(|rest| rest.get(..into.len()));
                into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }

    /// Lets the operating system forget what it has of the file in memory, up to here. Only Linux can be asked.
    #[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "nobody can be asked"))]
    fn forget(&self, to: Option<NonZeroU64>) {
        #[cfg(target_os = "linux")]
        if let Source::File(file, _) = self {
            // Best effort.
            let _ = rustix::fs::fadvise(file, 0, to, rustix::fs::Advice::DontNeed);
        }
    }
}

impl BlobReader {
    pub(crate) fn of_file(
        file: File,
        blob: BlobRef,
        key: &DataKey,
        shared: &Shared,
    ) -> Result<BlobReader, BlobError> {
        let source = Source::File(file, shared.folder.faults.clone());
        BlobReader::open(source, blob, key, shared.for_reading.clone())
    }

    /// A reader of bytes that claim to be the file of a blob.
    ///
    /// Errors: Corrupt: the header or the length says otherwise.
    pub fn of_bytes(file: Vec<u8>, blob: BlobRef, key: &DataKey) -> Result<BlobReader, BlobError> {
        BlobReader::open(Source::Bytes(file), blob, key, Arc::default())
    }

    fn open(source: Source, blob: BlobRef, key: &DataKey, pool: Arc<Pool>) -> Result<BlobReader, BlobError> {
        let corrupt = || BlobError::Corrupt { id: blob.id, block: None };
        let layout = Layout::new(blob.len_bytes).ok_or_else(corrupt)?;
        let len = source.len().map_err(|e| BlobError::of(blob.id, "opening", e))?;
        if len != layout.file_bytes() {
            return Err(corrupt());
        }
        let mut header = [0; HEADER_BYTES];
        source.read(&mut header, 0).map_err(|e| failed(e, blob, None))?;
        let cipher = Cipher::resume(blob.id, key, &header).ok_or_else(corrupt)?;
        let reader = BlobReader { open: Arc::new(Open { source, blob, layout, cipher, pool }) };
        if blob.len_bytes == 0 {
            reader.piece(0, 0)?;
        }
        Ok(reader)
    }

    /// What is open.
    pub fn blob(&self) -> BlobRef {
        self.open.blob
    }

    /// The length of the content.
    pub fn len_bytes(&self) -> u64 {
        self.open.layout.len_bytes()
    }

    /// The content from `offset` on: at most `max` bytes, and none beyond the next multiple of `PIECE_BYTES`. Empty only at
    /// the end, or if nothing was asked for.
    ///
    /// Errors: Corrupt: a block that it touches does not verify. Io.
    pub fn read_at(&self, offset: u64, max: usize) -> Result<Bytes, BlobError> {
        let end = self.piece_end(offset).min(offset.saturating_add(max as u64));
        if offset >= end {
            return Ok(Bytes::new());
        }
        self.piece(offset, end)
    }

    /// A range of the content (cut at its end), in pieces of at most `PIECE_BYTES`. Ends after the first error.
    pub fn pieces(&self, range: Range<u64>) -> Pieces {
        Pieces { reader: self.clone(), next: range.start, end: range.end.min(self.len_bytes()) }
    }

    /// As `pieces`, for async code: reads one piece ahead.
    pub fn stream(&self, range: Range<u64>) -> BlobStream {
        BlobStream::new(Parts::of_reader(self, range))
    }

    /// Reads everything.
    ///
    /// Errors: as `read_at`'s.
    pub fn verify(&self) -> Result<(), BlobError> {
        self.pieces(0..self.len_bytes()).try_for_each(|piece| piece.map(drop))
    }

    /// What is read from now on comes from the medium, where the operating system can be asked for that.
    pub(crate) fn forget(&self) {
        self.open.source.forget(None);
    }

    /// What was read up to here need not stay in memory.
    pub(crate) fn forget_before(&self, offset: u64) {
        self.open.source.forget(NonZeroU64::new(offset));
    }

    /// Where a piece that begins at `offset` ends at the latest.
    fn piece_end(&self, offset: u64) -> u64 {
        self.open.layout.piece_end(offset)
    }

    /// `offset..end` lies within a group.
    pub(crate) fn piece(&self, offset: u64, end: u64) -> Result<Bytes, BlobError> {
        let open = &*self.open;
        let piece = open.layout.piece(offset, end);
        let content_at = piece.tags_bytes + near_gap_bytes(&piece).unwrap_or(0);
        let needed = content_at + piece.content_bytes;
        let pooled = needed > SMALL_BYTES;
        let mut buffer = if pooled { open.pool.take() } else { Vec::new() };
        if buffer.len() < needed {
            buffer.resize(needed, 0);
        }
        if let Err(e) = open.fill(&piece, &mut buffer[..needed]) {
            if pooled {
                open.pool.put(buffer);
            }
            return Err(e);
        }
        let (start, end) = (content_at + piece.wanted.start, content_at + piece.wanted.end);
        match pooled {
            true => Ok(lend(&open.pool, buffer, start, end)),
            false => Ok(Bytes::from(buffer).slice(start..end)),
        }
    }
}

/// Reads up to this size take a buffer of their own size.
const SMALL_BYTES: usize = 2 * BLOCK_BYTES;
const TAGS_BYTES: usize = GROUP_BLOCKS * TAG_BYTES;

/// What lies between tags and content, if it is so little (tags of blocks that nobody asked for) that reading it saves a read.
fn near_gap_bytes(piece: &Piece) -> Option<usize> {
    let gap = piece.gap_bytes();
    (gap <= TAGS_BYTES).then_some(gap)
}

impl Open {
    /// Reads and decrypts: the tags at the front of the buffer, the content at its end.
    fn fill(&self, piece: &Piece, buffer: &mut [u8]) -> Result<(), BlobError> {
        let fail = |e| failed(e, self.blob, Some(piece.blocks.start));
        match near_gap_bytes(piece) {
            Some(_) => self.source.read(buffer, piece.tags_at).map_err(fail)?,
            None => {
                let (tags, content) = buffer.split_at_mut(piece.tags_bytes);
                self.source.read(tags, piece.tags_at).map_err(fail)?;
                self.source.read(content, piece.content_at).map_err(fail)?;
            }
        }
        let (tags, content) = buffer.split_at_mut(buffer.len() - piece.content_bytes);
        let opened = piece.open(&self.cipher, self.layout, &tags[..piece.tags_bytes], content);
        opened.map_err(|block| BlobError::Corrupt { id: self.blob.id, block: Some(block) })
    }
}

/// A file that ends too early is a corrupt one.
fn failed(e: io::Error, blob: BlobRef, block: Option<u64>) -> BlobError {
    match e.kind() {
        io::ErrorKind::UnexpectedEof => BlobError::Corrupt { id: blob.id, block },
        _ => BlobError::io(format!("reading {}", blob.id), e),
    }
}

impl std::fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobReader").field("blob", &self.open.blob).finish_non_exhaustive()
    }
}

/// The pieces of a range.
#[derive(Debug)]
pub struct Pieces {
    reader: BlobReader,
    next: u64,
    end: u64,
}

impl Pieces {
    /// The bytes still to come.
    pub fn left_bytes(&self) -> u64 {
        self.end.saturating_sub(self.next)
    }
}

impl Iterator for Pieces {
    type Item = Result<Bytes, BlobError>;

    fn next(&mut self) -> Option<Result<Bytes, BlobError>> {
        let to = self.reader.piece_end(self.next).min(self.end);
        if self.next >= to {
            return None;
        }
        let piece = self.reader.piece(self.next, to);
        self.next = if piece.is_ok() { to } else { self.end };
        Some(piece)
    }
}
