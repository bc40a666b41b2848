//! The frame of `application/vnd.amazon.eventstream`: total length, headers' length, CRC-32 of those eight bytes, headers,
//! payload, CRC-32 of all before. Encoder and incremental decoder; nothing here knows a shape.
//! Source: AWS's "Event stream encoding" (Transcribe developer guide; Smithy "Amazon Event Stream Specification").

use crate::{Timestamp, WireError};

/// Bytes before the headers: two lengths and the CRC of them.
const PRELUDE_BYTES: usize = 12;
/// The message's CRC.
const TRAILER_BYTES: usize = 4;
/// Most bytes of headers that the specification allows.
pub const MAX_HEADERS_BYTES: usize = 128 * 1024;
/// Most bytes of payload that the specification allows.
pub const MAX_PAYLOAD_BYTES: usize = 24 * 1024 * 1024;

/// A header's value; the wire has ten types, of which two are the booleans.
#[derive(Clone, Debug, PartialEq)]
pub enum HeaderValue {
    /// Types 0 and 1.
    Bool(bool),
    /// Type 2.
    Byte(i8),
    /// Type 3.
    Short(i16),
    /// Type 4.
    Integer(i32),
    /// Type 5.
    Long(i64),
    /// Type 6.
    Bytes(Vec<u8>),
    /// Type 7.
    String(String),
    /// Type 8: milliseconds since 1970.
    Timestamp(Timestamp),
    /// Type 9.
    Uuid([u8; 16]),
}

/// One message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Headers in order; names are at most 255 bytes.
    pub headers: Vec<(String, HeaderValue)>,
    /// The payload.
    pub payload: Vec<u8>,
}

impl Frame {
    /// The text of the header of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(n, v)| match v {
            HeaderValue::String(s) if n == name => Some(s.as_str()),
            _ => None,
        })
    }

    /// The frame's bytes.
    ///
    /// Errors: a header or a payload that is longer than the format can say.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            let length = u8::try_from(name.len()).map_err(|_| bad("a header name over 255 bytes"))?;
            headers.push(length);
            headers.extend_from_slice(name.as_bytes());
            put_value(&mut headers, value)?;
        }
        if headers.len() > MAX_HEADERS_BYTES || self.payload.len() > MAX_PAYLOAD_BYTES {
            return Err(bad("too large a message"));
        }
        let total = PRELUDE_BYTES + headers.len() + self.payload.len() + TRAILER_BYTES;
        let mut out = Vec::with_capacity(total);
        out.extend_from_slice(&(total as u32).to_be_bytes());
        out.extend_from_slice(&(headers.len() as u32).to_be_bytes());
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out.extend_from_slice(&headers);
        out.extend_from_slice(&self.payload);
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        Ok(out)
    }
}

/// Cuts a stream of bytes, as they arrive, into frames.
pub struct Decoder {
    buffered: Vec<u8>,
    /// Bytes at the front of `buffered` that belong to frames already given out.
    done: usize,
    max_frame_bytes: usize,
}

impl Decoder {
    /// A decoder that refuses frames over `max_frame_bytes`.
    pub fn new(max_frame_bytes: usize) -> Decoder {
        Decoder { buffered: Vec::new(), done: 0, max_frame_bytes }
    }

    /// Adds bytes that arrived. Call [`Decoder::next_frame`] until it has no more before adding the next.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffered.drain(..self.done);
        self.done = 0;
        self.buffered.extend_from_slice(bytes);
    }

    /// Whether bytes of an unfinished frame are held: true at the end of a stream means that it was cut.
    pub fn is_inside_frame(&self) -> bool {
        self.done < self.buffered.len()
    }

    /// The next whole frame, if it has arrived.
    ///
    /// Errors: a CRC or a length that is wrong, a frame beyond the limit; the stream is of no use after one.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, WireError> {
        let waiting = &self.buffered[self.done..];
        let Some(prelude) = waiting.first_chunk::<PRELUDE_BYTES>() else { return Ok(None) };
        let word =
            |at: usize| u32::from_be_bytes([prelude[at], prelude[at + 1], prelude[at + 2], prelude[at + 3]]);
        let (total, headers_length) = (word(0) as usize, word(4) as usize);
        if word(8) != crc32fast::hash(&prelude[..8]) {
            return Err(bad("a wrong checksum of the prelude"));
        }
        if total > self.max_frame_bytes || headers_length > MAX_HEADERS_BYTES {
            return Err(bad("too large a message"));
        }
        if total < PRELUDE_BYTES + TRAILER_BYTES + headers_length {
            return Err(bad("lengths that contradict each other"));
        }
        if waiting.len() < total {
            return Ok(None);
        }
        let frame = decode_whole(&waiting[..total], headers_length)?;
        self.done += total;
        Ok(Some(frame))
    }
}

fn decode_whole(bytes: &[u8], headers_length: usize) -> Result<Frame, WireError> {
    let (message, trailer) = bytes.split_at(bytes.len() - TRAILER_BYTES);
    if trailer != crc32fast::hash(message).to_be_bytes() {
        return Err(bad("a wrong checksum of the message"));
    }
    let (headers, payload) = message[PRELUDE_BYTES..].split_at(headers_length);
    let mut left = headers;
    let mut frame = Frame { headers: Vec::new(), payload: payload.to_vec() };
    while !left.is_empty() {
        let [length] = take_array(&mut left)?;
        let name = take_text(&mut left, usize::from(length))?;
        frame.headers.push((name, take_value(&mut left)?));
    }
    Ok(frame)
}

fn put_value(out: &mut Vec<u8>, value: &HeaderValue) -> Result<(), WireError> {
    match value {
        HeaderValue::Bool(true) => out.push(0),
        HeaderValue::Bool(false) => out.push(1),
        HeaderValue::Byte(v) => out.extend_from_slice(&[2, *v as u8]),
        HeaderValue::Short(v) => put_fixed(out, 3, &v.to_be_bytes()),
        HeaderValue::Integer(v) => put_fixed(out, 4, &v.to_be_bytes()),
        HeaderValue::Long(v) => put_fixed(out, 5, &v.to_be_bytes()),
        HeaderValue::Bytes(v) => put_sized(out, 6, v)?,
        HeaderValue::String(v) => put_sized(out, 7, v.as_bytes())?,
        HeaderValue::Timestamp(v) => put_fixed(out, 8, &v.epoch_ms.to_be_bytes()),
        HeaderValue::Uuid(v) => put_fixed(out, 9, v),
    }
    Ok(())
}

fn put_fixed(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    out.extend_from_slice(bytes);
}

fn put_sized(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) -> Result<(), WireError> {
    let length = i16::try_from(bytes.len()).map_err(|_| bad("a header value over 32767 bytes"))?;
    out.push(kind);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn take_value(left: &mut &[u8]) -> Result<HeaderValue, WireError> {
    let [kind] = take_array(left)?;
    Ok(match kind {
        0 => HeaderValue::Bool(true),
        1 => HeaderValue::Bool(false),
        2 => HeaderValue::Byte(i8::from_be_bytes(take_array(left)?)),
        3 => HeaderValue::Short(i16::from_be_bytes(take_array(left)?)),
        4 => HeaderValue::Integer(i32::from_be_bytes(take_array(left)?)),
        5 => HeaderValue::Long(i64::from_be_bytes(take_array(left)?)),
        6 => {
            let length = u16::from_be_bytes(take_array(left)?);
            HeaderValue::Bytes(take(left, usize::from(length))?.to_vec())
        }
        7 => {
            let length = u16::from_be_bytes(take_array(left)?);
            HeaderValue::String(take_text(left, usize::from(length))?)
        }
        8 => HeaderValue::Timestamp(Timestamp { epoch_ms: i64::from_be_bytes(take_array(left)?) }),
        9 => HeaderValue::Uuid(take_array(left)?),
        _ => return Err(bad("a header of an unknown type")),
    })
}

fn take<'a>(left: &mut &'a [u8], n: usize) -> Result<&'a [u8], WireError> {
    let (taken, rest) = left.split_at_checked(n).ok_or_else(|| bad("headers that end inside one"))?;
    *left = rest;
    Ok(taken)
}

fn take_array<const N: usize>(left: &mut &[u8]) -> Result<[u8; N], WireError> {
    Ok(take(left, N)?.try_into().expect("take returns exactly N bytes"))
}

fn take_text(left: &mut &[u8], n: usize) -> Result<String, WireError> {
    String::from_utf8(take(left, n)?.to_vec()).map_err(|_| bad("a header that is not UTF-8"))
}

fn bad(what: &str) -> WireError {
    WireError(format!("Malformed event stream: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_type() -> Frame {
        let headers = [
            ("t", HeaderValue::Bool(true)),
            ("f", HeaderValue::Bool(false)),
            ("byte", HeaderValue::Byte(-49)),
            ("short", HeaderValue::Short(-2)),
            ("int", HeaderValue::Integer(40972)),
            ("long", HeaderValue::Long(i64::MIN)),
            ("bytes", HeaderValue::Bytes(b"I'm a little teapot!".to_vec())),
            ("text", HeaderValue::String("application/json".into())),
            ("time", HeaderValue::Timestamp(Timestamp { epoch_ms: 8_675_309 })),
            ("uuid", HeaderValue::Uuid(*b"0123456789abcdef")),
        ];
        Frame {
            headers: headers.map(|(n, v)| (n.to_owned(), v)).to_vec(),
            payload: b"{'foo':'bar'}".to_vec(),
        }
    }

    /// The two smallest messages of the specification's test suite: empty, and a payload without headers.
    #[test]
    fn encodes_the_specification_s_examples() {
        let empty = [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
        assert_eq!(Frame::default().encode().unwrap(), empty);
        let frame = Frame { headers: Vec::new(), payload: b"{'foo':'bar'}".to_vec() };
        let bytes = frame.encode().unwrap();
        assert_eq!(bytes[..12], [0, 0, 0, 0x1d, 0, 0, 0, 0, 0xfd, 0x52, 0x8c, 0x5a]);
        assert_eq!(bytes[25..], [0xc3, 0x65, 0x39, 0x36]);
    }

    #[test]
    fn decodes_what_it_encodes_byte_by_byte() {
        let bytes = every_type().encode().unwrap();
        let mut decoder = Decoder::new(1024);
        let mut frames = Vec::new();
        for b in bytes.iter().chain(&bytes) {
            decoder.push(&[*b]);
            frames.extend(decoder.next_frame().unwrap());
        }
        assert_eq!(frames, [every_type(), every_type()]);
        assert!(!decoder.is_inside_frame());
    }

    #[test]
    fn refuses_every_flipped_byte_and_every_size_beyond_the_limit() {
        let bytes = every_type().encode().unwrap();
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 0x10;
            let mut decoder = Decoder::new(1024);
            decoder.push(&broken);
            assert!(!matches!(decoder.next_frame(), Ok(Some(_))), "byte {at}");
        }
        let mut decoder = Decoder::new(100);
        decoder.push(&bytes[..PRELUDE_BYTES]);
        assert!(decoder.next_frame().is_err());
    }

    #[test]
    fn refuses_headers_that_overrun() {
        let mut left: &[u8] = &[7, 0xff, 0xff, b'x'];
        assert!(take_value(&mut left).is_err());
        let mut left: &[u8] = &[10];
        assert!(take_value(&mut left).is_err());
    }
}
