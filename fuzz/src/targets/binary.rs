//! Binary formats: event-stream frames, model blobs, compressed bodies. Checksums are made right where they would only
//! keep the fuzzer out.

use std::io::Write;

use bytes::Bytes;
use codec::event_stream::{Decoder, Frame, HeaderValue};
use edge::{ContentEncoding, InflateError};

use crate::random::Random;

/// The first byte says how: with its lowest bit, what follows is a stream; without, headers and payload to be framed.
/// The second seeds the cuts at which the stream arrives.
pub fn event_stream(data: &[u8]) {
    let [mode, cuts, rest @ ..] = data else { return };
    let stream = if mode & 1 == 1 { rest.to_vec() } else { framed(rest) };
    let whole = frames(&stream, &mut |_| usize::MAX);
    let mut r = Random::new(u64::from(*cuts));
    assert_eq!(
        whole,
        frames(&stream, &mut |left| 1 + r.below(left.min(40))),
        "it matters how the stream arrives"
    );
    for frame in &whole.0 {
        let Ok(bytes) = frame.encode() else { panic!("a frame that was read can't be written") };
        let again = frames(&bytes, &mut |_| usize::MAX);
        assert_eq!(again.0.first(), Some(frame), "it reads back otherwise");
    }
}

/// The frames of a stream, and whether it ended in an error or inside a frame.
fn frames(stream: &[u8], cut: &mut dyn FnMut(usize) -> usize) -> (Vec<Frame>, bool, bool) {
    let mut decoder = Decoder::new(64 * 1024);
    let mut all = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(cut(rest.len()).min(rest.len()));
        rest = later;
        decoder.push(now);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => all.push(frame),
                Ok(None) => break,
                Err(_) => return (all, true, false),
            }
        }
    }
    (all, false, decoder.is_inside_frame())
}

/// Frames with the right lengths and checksums: each takes a byte for the length of its headers, one for its payload's.
fn framed(mut data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let [headers, payload, rest @ ..] = data {
        let (headers, rest) = rest.split_at(usize::from(*headers).min(rest.len()));
        let (payload, rest) = rest.split_at(usize::from(*payload).min(rest.len()));
        data = rest;
        let start = out.len();
        out.extend_from_slice(&((16 + headers.len() + payload.len()) as u32).to_be_bytes());
        out.extend_from_slice(&(headers.len() as u32).to_be_bytes());
        let crc = crc32fast::hash(&out[start..]);
        out.extend_from_slice(&crc.to_be_bytes());
        out.extend_from_slice(headers);
        out.extend_from_slice(payload);
        let crc = crc32fast::hash(&out[start..]);
        out.extend_from_slice(&crc.to_be_bytes());
    }
    out
}

/// A frame with a header of each type, in both forms.
pub fn frame_seeds() -> Vec<Vec<u8>> {
    let text = |name: &str, value: &str| (name.to_owned(), HeaderValue::String(value.to_owned()));
    let headers = vec![
        text(":event-type", "Records"),
        text(":message-type", "event"),
        text(":content-type", "text/plain"),
    ];
    let frame = Frame { headers, payload: b"hello".to_vec() }.encode().expect("it is small");
    let every_type = b"\x01a\x00\x01b\x01\x01c\x02\x07\x01d\x03\x00\x07\x01e\x04\x00\x00\x00\x07\x01f\x05\x00\x00\x00\x00\x00\x00\x00\x07\x01g\x06\x00\x01x\x01h\x07\x00\x01x\x01i\x08\x00\x00\x01\x00\x00\x00\x00\x00\x01j\x090123456789abcdef";
    let built = [&[0, 3, every_type.len() as u8, 2][..], every_type, b"hi", &[0, 0]].concat();
    vec![[&[1, 1][..], &frame, &frame].concat(), [&[1, 9][..], &frame].concat(), built]
}

/// A blob whose checksum is made right.
pub fn blob(data: &[u8]) {
    let mut blob = model::MAGIC.to_vec();
    let rest = data.strip_prefix(model::MAGIC).and_then(|d| d.get(8..)).unwrap_or(data);
    blob.extend_from_slice(&model::checksum(rest).to_le_bytes());
    blob.extend_from_slice(rest);
    with_static(blob, |blob| {
        if let Ok(model) = model::load(blob) {
            for operation in &model.operations {
                let _shape = operation.input.map(|id| model.shape(id));
            }
        }
    });
}

/// Lends bytes for ever to something that keeps none of them: models are loaded from bytes of the program itself.
#[expect(unsafe_code, reason = "leaking every input would take all memory there is")]
fn with_static(bytes: Vec<u8>, f: impl FnOnce(&'static [u8])) {
    let bytes: *mut [u8] = Box::into_raw(bytes.into_boxed_slice());
    // SAFETY: the bytes live until they are freed below, when the model that borrowed them is gone.
    f(unsafe { &*bytes });
    // SAFETY: they came from a box and are freed once.
    drop(unsafe { Box::from_raw(bytes) });
}

/// The smallest models that there are.
pub fn blob_seeds() -> Vec<Vec<u8>> {
    ["appconfigdata", "pricing", "dynamodbstreams", "cur"]
        .iter()
        .filter_map(|name| std::fs::read(crate::home().join(format!("../models/{name}.ttm"))).ok())
        .collect()
}

const INFLATE_CAP_BYTES: usize = 256 * 1024;

/// The first byte says which encoding.
pub fn inflate(data: &[u8]) {
    let Some((mode, body)) = data.split_first() else { return };
    let encoding = if mode & 1 == 1 { ContentEncoding::Gzip } else { ContentEncoding::Deflate };
    let body = Bytes::copy_from_slice(body);
    match edge::inflate(encoding, body.clone(), INFLATE_CAP_BYTES) {
        Ok(out) => assert!(out.len() <= INFLATE_CAP_BYTES),
        Err(e) => assert_ne!(e, InflateError::Unsupported),
    }
    if mode & 2 == 2 {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&body).expect("writing to memory works");
        let packed = gzip.finish().expect("writing to memory works");
        let again = edge::inflate(ContentEncoding::Gzip, packed.into(), INFLATE_CAP_BYTES);
        assert_eq!(again, Ok(body), "it comes back otherwise");
    }
}

/// Small bodies and a bomb.
pub fn gzip_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for plain in [&b"hello hello hello"[..], b"", &[0; 1_000_000]] {
        let mut gzip = flate2::write::GzEncoder::new(vec![3], flate2::Compression::best());
        gzip.write_all(plain).expect("writing to memory works");
        seeds.push(gzip.finish().expect("writing to memory works"));
        let mut zlib = flate2::write::ZlibEncoder::new(vec![0], flate2::Compression::best());
        zlib.write_all(plain).expect("writing to memory works");
        seeds.push(zlib.finish().expect("writing to memory works"));
        let mut deflate = flate2::write::DeflateEncoder::new(vec![2], flate2::Compression::best());
        deflate.write_all(plain).expect("writing to memory works");
        seeds.push(deflate.finish().expect("writing to memory works"));
    }
    seeds
}
