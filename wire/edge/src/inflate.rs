//! Undoing a body's content encoding, gzip or deflate, within a cap on what comes out.
//! It works on whole bodies; a bomb costs at most the cap.

use std::io::Read;

use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// The first buffer of what comes out, when the cap allows it.
const FIRST_BUFFER_BYTES: usize = 32 * 1024;

/// A content encoding that we can undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentEncoding {
    /// None, or `identity`.
    Identity,
    /// `gzip`.
    Gzip,
    /// `deflate`, with or without zlib's wrapping.
    Deflate,
}

/// Why a body could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InflateError {
    /// It would be larger than the cap.
    TooLarge,
    /// It is damaged.
    Broken,
    /// Its encoding is not one of ours.
    Unsupported,
}

impl ContentEncoding {
    /// The encoding that a head announces; `aws-chunked` is framing and not counted.
    pub fn of(headers: &HeaderMap) -> Result<ContentEncoding, InflateError> {
        let mut found = ContentEncoding::Identity;
        for value in headers.get_all(CONTENT_ENCODING) {
            let value = value.to_str().map_err(|_| InflateError::Unsupported)?;
            for word in value.split(',').map(str::trim) {
                let encoding = match word.to_ascii_lowercase().as_str() {
                    "" | "identity" | "aws-chunked" => continue,
                    "gzip" | "x-gzip" => ContentEncoding::Gzip,
                    "deflate" => ContentEncoding::Deflate,
                    _ => return Err(InflateError::Unsupported),
                };
                if found != ContentEncoding::Identity {
                    return Err(InflateError::Unsupported);
                }
                found = encoding;
            }
        }
        Ok(found)
    }
}

/// Decodes a body to at most `cap_bytes`.
pub fn inflate(encoding: ContentEncoding, body: Bytes, cap_bytes: usize) -> Result<Bytes, InflateError> {
    match encoding {
        ContentEncoding::Identity if body.len() > cap_bytes => Err(InflateError::TooLarge),
        ContentEncoding::Identity => Ok(body),
        ContentEncoding::Gzip => read(MultiGzDecoder::new(&*body), cap_bytes),
        ContentEncoding::Deflate => match read(ZlibDecoder::new(&*body), cap_bytes) {
            Err(InflateError::Broken) => read(DeflateDecoder::new(&*body), cap_bytes),
            done => done,
        },
    }
}

/// Reads it all into a buffer that grows with what comes, but never beyond the cap: at most one and a half times the cap is
/// held at once, while the last growth copies.
fn read(mut decoder: impl Read, cap_bytes: usize) -> Result<Bytes, InflateError> {
    let mut out: Vec<u8> = Vec::new();
    let limit = cap_bytes.saturating_add(1);
    loop {
        let size = (2 * out.len()).max(FIRST_BUFFER_BYTES).min(limit);
        out.reserve_exact(size - out.len());
        let room = size - out.len();
        let read = decoder.by_ref().take(room as u64).read_to_end(&mut out);
        if read.map_err(|_| InflateError::Broken)? < room {
            return Ok(out.into());
        }
        if out.len() > cap_bytes {
            return Err(InflateError::TooLarge);
        }
    }
}
