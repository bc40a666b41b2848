//! A request body on its way into a flow: piece by piece, out of its `aws-chunked` framing, every signature and hash that
//! the request announced checked. What the bytes mean, and their checksums, are the service's.
//!
//! Pieces are given out before the last check can be made: a flow keeps nothing of an upload until it ended with `None`.
//! How refusals are worded is the service's, too.

use bytes::Bytes;
use edge::{Body, BodyError};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use sigv4::{AwsChunkedDecoder, ChunkError, Claim, Event, Key, PayloadHash};

use crate::form::FormFile;

/// The largest number of bytes that are read and thrown away so that a client that still sends hears a refusal.
const DRAINED_BYTES: usize = 8 * 1024 * 1024;

/// Why a body can't be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadError {
    /// It did not come in time.
    Timeout,
    /// It is larger than the server takes.
    TooLarge,
    /// It ended early, or is longer or shorter than announced.
    Incomplete,
    /// A chunk has no size.
    ChunkSize,
    /// Its chunks are malformed.
    Chunks,
    /// A chunk's signature isn't the one that the key gives.
    Signature,
    /// It hasn't the hash that was signed.
    Hash {
        /// The one that was signed.
        signed: [u8; 32],
        /// The one that it has.
        found: [u8; 32],
    },
    /// It is no form.
    Form,
    /// A form's fields before the file take more than that.
    Fields {
        /// What they may take.
        most_bytes: usize,
    },
    /// A form's file is longer or shorter than it may be.
    File {
        /// How long it is; more, where it is much too long.
        size_bytes: u64,
        /// What it may have at least.
        least_bytes: u64,
        /// What it may have at most.
        most_bytes: u64,
    },
}

/// A request body as a stream.
pub struct Upload {
    source: Source,
    chunks: Option<Box<AwsChunkedDecoder>>,
    /// The hash that was signed, and what came so far.
    hash: Option<([u8; 32], Sha256)>,
    /// What came from the wire and is not decoded yet.
    rest: Bytes,
    trailers: Vec<(String, String)>,
    length: Option<u64>,
    begun: bool,
    ended: bool,
}

enum Source {
    Wire(Body),
    Whole(Bytes),
    Form(Box<FormFile>),
}

impl Upload {
    /// A body as it comes in.
    pub(crate) fn of_wire(body: Body, headers: &HeaderMap) -> Upload {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let announced = body.length();
        let mut upload = Upload::from_source(Source::Wire(body), announced);
        if text("x-amz-content-sha256").starts_with("STREAMING-") {
            upload.length = text("x-amz-decoded-content-length").parse().ok();
            upload.chunks = Some(Box::new(AwsChunkedDecoder::unsigned(upload.length)));
        }
        upload
    }

    /// Says what the request's signature covers, once that signature was checked with `key`. A caller whom nobody checked (a
    /// guest, an anonymous one) has no key: chunks are then taken out of their framing and not verified.
    pub(crate) fn verify(&mut self, claim: Option<&Claim>, key: Option<&Key>) {
        let (Some(claim), Some(key)) = (claim, key) else { return };
        if let Some(chunks) = AwsChunkedDecoder::new(claim, key.clone(), self.length) {
            self.chunks = Some(Box::new(chunks));
        }
        if let PayloadHash::Hex(hash) = claim.payload {
            self.hash = Some((hash, Sha256::new()));
        }
    }

    /// Bytes that are already here: of calls that come from inside.
    pub fn of_bytes(bytes: Bytes) -> Upload {
        let length = bytes.len() as u64;
        Upload::from_source(Source::Whole(bytes), Some(length))
    }

    /// The file of a form.
    pub(crate) fn of_form(file: FormFile) -> Upload {
        Upload::from_source(Source::Form(Box::new(file)), None)
    }

    /// Limits a form's file to a number of bytes.
    pub(crate) fn limit(&mut self, least: u64, most: u64) {
        if let Source::Form(file) = &mut self.source {
            file.limits = Some((least, most));
        }
    }

    /// Whether the content itself tells where it ends, so that nobody has to say its length: a form's file.
    pub fn is_delimited(&self) -> bool {
        matches!(self.source, Source::Form(_))
    }

    fn from_source(source: Source, length: Option<u64>) -> Upload {
        let rest = Bytes::new();
        let trailers = Vec::new();
        Upload { source, chunks: None, hash: None, rest, trailers, length, begun: false, ended: false }
    }

    /// Length of the content in bytes, if the client said it.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next piece of the content, never empty; `None` when all of it was here and everything that was signed is right.
    ///
    /// Errors: why not; nothing of it is to be kept then.
    pub async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        loop {
            if self.ended {
                return Ok(None);
            }
            if let Some(piece) = self.decoded()? {
                self.check_piece(&piece);
                return Ok(Some(piece));
            }
            self.begun = true;
            let piece = match &mut self.source {
                Source::Whole(bytes) if bytes.is_empty() => None,
                Source::Whole(bytes) => Some(std::mem::take(bytes)),
                Source::Wire(body) => body.frame().await.transpose().map_err(|e| unread(&e))?,
                Source::Form(file) => file.next().await?,
            };
            match piece {
                Some(piece) => self.rest = piece,
                None => self.finish()?,
            }
        }
    }

    /// The value of a trailer, once the upload ended. Names are in lower case.
    pub fn trailer(&self, name: &str) -> Option<&str> {
        self.trailers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The next piece of content in what was read; `None` when more must be read.
    fn decoded(&mut self) -> Result<Option<Bytes>, UploadError> {
        let Some(chunks) = &mut self.chunks else {
            let piece = std::mem::take(&mut self.rest);
            return Ok((!piece.is_empty()).then_some(piece));
        };
        let whole = std::mem::take(&mut self.rest);
        let mut input = &whole[..];
        while let Some(event) = chunks.next(&mut input).map_err(unframed)? {
            match event {
                Event::Data(data) => {
                    let piece = whole.slice_ref(data);
                    self.rest = whole.slice_ref(input);
                    return Ok(Some(piece));
                }
                Event::Trailer { name, value } => self.trailers.push((name, value)),
                Event::End => {}
            }
        }
        Ok(None)
    }

    fn check_piece(&mut self, piece: &[u8]) {
        if let Some((_, hasher)) = &mut self.hash {
            hasher.update(piece);
        }
    }

    fn finish(&mut self) -> Result<(), UploadError> {
        if let Some(chunks) = &self.chunks {
            chunks.finish().map_err(unframed)?;
        }
        if let Some((signed, hasher)) = self.hash.take() {
            let found: [u8; 32] = hasher.finalize().into();
            if found != signed {
                return Err(UploadError::Hash { signed, found });
            }
        }
        self.ended = true;
        Ok(())
    }

    /// Reads on for a while, so that a client that is busy sending reads the refusal afterwards. A client that waits for
    /// leave to send (`Expect: 100-continue`) has sent nothing.
    pub(crate) async fn drain(mut self, waits_for_leave: bool) {
        if waits_for_leave && !self.begun {
            return;
        }
        let body = match &mut self.source {
            Source::Wire(body) => body,
            Source::Form(file) => file.body(),
            Source::Whole(_) => return,
        };
        let mut drained = 0;
        while drained < DRAINED_BYTES {
            match body.frame().await {
                Some(Ok(piece)) => drained += piece.len(),
                Some(Err(_)) | None => return,
            }
        }
    }
}

pub(crate) fn unread(e: &BodyError) -> UploadError {
    match e {
        BodyError::Timeout => UploadError::Timeout,
        BodyError::TooLarge => UploadError::TooLarge,
        BodyError::Broken => UploadError::Incomplete,
    }
}

fn unframed(e: ChunkError) -> UploadError {
    match e {
        ChunkError::Length => UploadError::Incomplete,
        ChunkError::Malformed("a chunk has no size") => UploadError::ChunkSize,
        ChunkError::Malformed(_) => UploadError::Chunks,
        ChunkError::Signature => UploadError::Signature,
    }
}
