//! The `aws-chunked` body encoding: a push parser for its three variants, and the chain of chunk signatures.
//! It holds at most one line; data passes through as slices of the input.
//!
//! Data of a chunk is given out before that chunk's signature can be known, since the signature covers all of it: a
//! caller must keep nothing of a body whose decoding ends in an error.
//!
//! Source: S3 API reference, "Transferring Payload in Multiple Chunks" and "Including Trailing Headers".

use sha2::{Digest, Sha256};

use crate::canonical::{hex, hex_string};
use crate::claim::{Claim, PayloadHash};
use crate::key::Key;
use crate::v4a;
use crate::verify::EMPTY_SHA256;

/// The longest chunk header or trailer line; a chunk header has 100 bytes.
const LONGEST_LINE_BYTES: usize = 4096;
const MOST_TRAILERS: usize = 16;

/// What the signatures of a chunked body sign: each chunk's covers the one before.
#[derive(Debug)]
pub struct ChunkChain {
    algorithm: &'static str,
    amz_date: String,
    scope: String,
    previous: String,
}

impl ChunkChain {
    /// Starts from a verified claim, whose signature is the seed.
    pub fn new(claim: &Claim) -> ChunkChain {
        let (amz_date, scope) = (claim.amz_date.clone(), claim.scope());
        ChunkChain { algorithm: claim.algorithm(), amz_date, scope, previous: claim.signature.clone() }
    }

    /// What the signature of a chunk of this hash signs.
    pub fn chunk(&self, data_sha256: &[u8; 32]) -> Vec<u8> {
        let empty = hex_string(&EMPTY_SHA256) + "\n";
        self.text("-PAYLOAD", &empty, data_sha256)
    }

    /// What the signature of trailers of this hash signs; hashed are their lines `name:value\n`.
    pub fn trailer(&self, trailer_sha256: &[u8; 32]) -> Vec<u8> {
        self.text("-TRAILER", "", trailer_sha256)
    }

    /// The next one follows that signature.
    pub fn follow(&mut self, signature: &str) {
        self.previous = v4a::trimmed(signature).to_owned();
    }

    fn text(&self, kind: &str, middle: &str, hash: &[u8; 32]) -> Vec<u8> {
        let algorithm = [self.algorithm, kind].concat();
        let mut text =
            [&*algorithm, &self.amz_date, &self.scope, &self.previous, middle].join("\n").into_bytes();
        text.extend_from_slice(&hex(hash));
        text
    }
}

/// A chain and what its signatures are checked with.
struct Signed {
    chain: ChunkChain,
    key: Key,
}

/// What the decoder found.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// Bytes of the body.
    Data(&'a [u8]),
    /// A trailer header; the name is in lower case.
    Trailer {
        /// The name.
        name: String,
        /// The value, trimmed.
        value: String,
    },
    /// The body is complete, and every signature in it was right.
    End,
}

/// Why a chunked body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkError {
    /// It does not follow the format (S3: `InvalidChunkSizeError`, `MalformedTrailerError`, `IncompleteBody`).
    Malformed(&'static str),
    /// A signature in it is wrong (S3: `SignatureDoesNotMatch`).
    Signature,
    /// It is longer or shorter than `x-amz-decoded-content-length` said (S3: `IncompleteBody`).
    Length,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Data { left: u64 },
    DataEnd,
    Trailers,
    Ended,
    Failed,
}

/// A push parser of one chunked body.
pub struct AwsChunkedDecoder {
    signed: Option<Signed>,
    has_trailers: bool,
    state: State,
    line: Vec<u8>,
    hasher: Sha256,
    /// That of the chunk at hand, as sent.
    signature: String,
    decoded_bytes: u64,
    decoded_length: Option<u64>,
    trailers: usize,
    trailer_hasher: Sha256,
}

impl AwsChunkedDecoder {
    /// A decoder for what a claim announced, or `None` if that is not a chunked body.
    ///
    /// `decoded_length` is `x-amz-decoded-content-length`.
    pub fn new(claim: &Claim, key: Key, decoded_length: Option<u64>) -> Option<AwsChunkedDecoder> {
        match claim.payload {
            PayloadHash::StreamingSigned { trailer } => {
                let signed = Signed { chain: ChunkChain::new(claim), key };
                Some(AwsChunkedDecoder::with(Some(signed), trailer, decoded_length))
            }
            PayloadHash::StreamingUnsignedTrailer => Some(AwsChunkedDecoder::unsigned(decoded_length)),
            PayloadHash::Hex(_) | PayloadHash::Unsigned | PayloadHash::None => None,
        }
    }

    /// A decoder of unsigned chunks with trailers, which need no claim (anonymous uploads).
    pub fn unsigned(decoded_length: Option<u64>) -> AwsChunkedDecoder {
        AwsChunkedDecoder::with(None, true, decoded_length)
    }

    fn with(signed: Option<Signed>, has_trailers: bool, decoded_length: Option<u64>) -> AwsChunkedDecoder {
        AwsChunkedDecoder {
            signed,
            has_trailers,
            state: State::Header,
            line: Vec::new(),
            hasher: Sha256::new(),
            signature: String::new(),
            decoded_bytes: 0,
            decoded_length,
            trailers: 0,
            trailer_hasher: Sha256::new(),
        }
    }

    /// Takes bytes from the front of `input` until there is an event; `None` when it needs more input.
    ///
    /// After `End` or an error the decoder takes nothing more.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, ChunkError> {
        let result = self.advance(input);
        if result.is_err() {
            self.state = State::Failed;
        }
        result
    }

    /// Says whether the body was complete when the transport ended.
    pub fn finish(&self) -> Result<(), ChunkError> {
        match self.state {
            State::Ended => Ok(()),
            _ => Err(ChunkError::Malformed("the body ends before its last chunk")),
        }
    }

    fn advance<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, ChunkError> {
        loop {
            match self.state {
                State::Ended => return skip_line_ends(input),
                State::Failed => return Err(ChunkError::Malformed("the body was refused before")),
                State::Data { left: 0 } => {
                    self.end_chunk()?;
                    self.state = State::DataEnd;
                }
                State::Data { left } => {
                    if input.is_empty() {
                        return Ok(None);
                    }
                    return Ok(Some(Event::Data(self.take_data(input, left))));
                }
                State::Header | State::DataEnd | State::Trailers => {
                    let Some(line) = self.take_line(input)? else { return Ok(None) };
                    if let Some(event) = self.on_line(&line)? {
                        return Ok(Some(event));
                    }
                }
            }
        }
    }

    fn take_data<'a>(&mut self, input: &mut &'a [u8], left: u64) -> &'a [u8] {
        let n = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let (data, rest) = input.split_at(n);
        *input = rest;
        if self.signed.is_some() {
            self.hasher.update(data);
        }
        self.state = State::Data { left: left - n as u64 };
        data
    }

    /// Takes a line without its end (`\n`, with any `\r` before it), or nothing if the input ends inside it.
    fn take_line(&mut self, input: &mut &[u8]) -> Result<Option<Vec<u8>>, ChunkError> {
        let (part, rest, complete) = match input.iter().position(|b| *b == b'\n') {
            Some(at) => (&input[..at], &input[at + 1..], true),
            None => (*input, &input[input.len()..], false),
        };
        if self.line.len() + part.len() > LONGEST_LINE_BYTES {
            return Err(ChunkError::Malformed("a line is too long"));
        }
        self.line.extend_from_slice(part);
        *input = rest;
        if !complete {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.line);
        while line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(line))
    }

    fn on_line(&mut self, line: &[u8]) -> Result<Option<Event<'static>>, ChunkError> {
        let line = std::str::from_utf8(line).map_err(|_| ChunkError::Malformed("a line is not text"))?;
        match self.state {
            State::Header => self.on_header(line).map(|()| None),
            State::DataEnd if line.is_empty() => {
                self.state = State::Header;
                Ok(None)
            }
            State::DataEnd => Err(ChunkError::Malformed("a chunk is longer than its size")),
            _ => self.on_trailer(line),
        }
    }

    fn on_header(&mut self, line: &str) -> Result<(), ChunkError> {
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        let sound = (1..=16).contains(&size.len()) && size.bytes().all(|b| b.is_ascii_hexdigit());
        let size = u64::from_str_radix(size, 16).ok().filter(|_| sound);
        let size = size.ok_or(ChunkError::Malformed("a chunk has no size"))?;
        if self.signed.is_some() {
            let signature = extension.strip_prefix("chunk-signature=").filter(|s| is_signature(s));
            let signature = signature.ok_or(ChunkError::Malformed("a chunk has no signature"))?;
            self.signature = signature.to_owned();
        }
        self.decoded_bytes = self.decoded_bytes.checked_add(size).ok_or(ChunkError::Length)?;
        if self.decoded_length.is_some_and(|length| self.decoded_bytes > length) {
            return Err(ChunkError::Length);
        }
        if size > 0 {
            self.state = State::Data { left: size };
            return Ok(());
        }
        if self.decoded_length.is_some_and(|length| self.decoded_bytes != length) {
            return Err(ChunkError::Length);
        }
        self.end_chunk()?;
        self.state = State::Trailers;
        Ok(())
    }

    fn end_chunk(&mut self) -> Result<(), ChunkError> {
        let Some(Signed { chain, key }) = &mut self.signed else { return Ok(()) };
        let hash = std::mem::take(&mut self.hasher).finalize().into();
        if !key.holds(&chain.chunk(&hash), &self.signature) {
            return Err(ChunkError::Signature);
        }
        chain.follow(&self.signature);
        Ok(())
    }

    fn on_trailer(&mut self, line: &str) -> Result<Option<Event<'static>>, ChunkError> {
        let signed = self.signed.is_some() && self.has_trailers;
        if line.is_empty() {
            if signed {
                // S3's own example has an empty line before the trailer's signature; the signature ends the body.
                return Ok(None);
            }
            self.state = State::Ended;
            return Ok(Some(Event::End));
        }
        if !self.has_trailers {
            return Err(ChunkError::Malformed("there are trailers that were not announced"));
        }
        let (name, value) = line.split_once(':').ok_or(ChunkError::Malformed("a trailer has no colon"))?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        if name == "x-amz-trailer-signature" && signed {
            return self.end_trailers(&value).map(Some);
        }
        self.trailers += 1;
        if self.trailers > MOST_TRAILERS {
            return Err(ChunkError::Malformed("there are too many trailers"));
        }
        for part in [&*name, ":", &*value, "\n"] {
            self.trailer_hasher.update(part);
        }
        Ok(Some(Event::Trailer { name, value }))
    }

    fn end_trailers(&mut self, signature: &str) -> Result<Event<'static>, ChunkError> {
        let Signed { chain, key } = self.signed.as_ref().expect("only signed trailers have a signature");
        if !is_signature(signature) {
            return Err(ChunkError::Malformed("a signature is not hexadecimal"));
        }
        let hash = std::mem::take(&mut self.trailer_hasher).finalize().into();
        if !key.holds(&chain.trailer(&hash), signature) {
            return Err(ChunkError::Signature);
        }
        self.state = State::Ended;
        Ok(Event::End)
    }
}

/// After the end only empty lines may come, of which S3's example with trailers has two.
fn skip_line_ends<'a>(input: &mut &[u8]) -> Result<Option<Event<'a>>, ChunkError> {
    if input.iter().any(|b| !matches!(b, b'\r' | b'\n')) {
        return Err(ChunkError::Malformed("there are bytes after the end"));
    }
    *input = &[];
    Ok(None)
}

/// Whether a text could be a signature of either version.
fn is_signature(text: &str) -> bool {
    let digits = v4a::trimmed(text);
    digits.len() >= 64 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}
