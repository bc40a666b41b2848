//! The aws-chunked examples of the S3 API reference ("Transferring Payload in Multiple Chunks", "Including Trailing
//! Headers"), cut at every place, and what must be refused.

use super::*;
use crate::{AwsChunkedDecoder, ChunkError, Claim, Event, Rules, parse, verify};

const PLAIN: Example = Example {
    seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    chunks: [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ],
    trailer: "",
};

const WITH_TRAILER: Example = Example {
    seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    chunks: [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ],
    trailer: "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
};

struct Example {
    seed: &'static str,
    chunks: [&'static str; 3],
    trailer: &'static str,
}

impl Example {
    /// The request head of the example, verified.
    fn claim(&self) -> Claim {
        let (word, more) = match self.trailer {
            "" => ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", ""),
            _ => ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", ";x-amz-trailer"),
        };
        let signed = "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class";
        let signed = match self.trailer {
            "" => signed.replace("content-encoding;host", "content-encoding;content-length;host"),
            _ => signed.to_owned(),
        };
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={signed}{more},Signature={}",
            self.seed
        );
        let mut headers = vec![
            ("Host", "s3.amazonaws.com"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", word),
            ("Content-Encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "66560"),
            ("Authorization", &authorization),
        ];
        match self.trailer {
            "" => headers.push(("Content-Length", "66824")),
            _ => headers.push(("x-amz-trailer", "x-amz-checksum-crc32c")),
        }
        let parts = head("PUT", "/examplebucket/chunkObject.txt", &headers);
        let claim = parse(&parts).unwrap().unwrap();
        verify(&claim, &parts, None, &s3_key(), Rules::S3).unwrap();
        claim
    }

    fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (size, signature) in [65_536, 1024, 0].iter().zip(self.chunks) {
            body.extend_from_slice(format!("{size:x};chunk-signature={signature}\r\n").as_bytes());
            body.extend(std::iter::repeat_n(b'a', *size));
            if *size > 0 {
                body.extend_from_slice(b"\r\n");
            }
        }
        if !self.trailer.is_empty() {
            body.extend_from_slice(b"x-amz-checksum-crc32c:sOO8/Q==\r\n");
            body.extend_from_slice(format!("x-amz-trailer-signature:{}\r\n", self.trailer).as_bytes());
        }
        body.extend_from_slice(b"\r\n");
        body
    }

    fn decoder(&self) -> AwsChunkedDecoder {
        AwsChunkedDecoder::new(&self.claim(), s3_key(), Some(66_560)).unwrap()
    }
}

#[derive(Debug, Default, PartialEq)]
struct Decoded {
    data: Vec<u8>,
    trailers: Vec<(String, String)>,
    ended: bool,
}

/// Decodes a body that arrives in pieces of a size.
fn decode(mut decoder: AwsChunkedDecoder, body: &[u8], piece: usize) -> Result<Decoded, ChunkError> {
    let mut out = Decoded::default();
    for mut input in body.chunks(piece) {
        while let Some(event) = decoder.next(&mut input)? {
            match event {
                Event::Data(data) => out.data.extend_from_slice(data),
                Event::Trailer { name, value } => out.trailers.push((name, value)),
                Event::End => out.ended = true,
            }
        }
        assert!(input.is_empty(), "no event means that all input was taken");
    }
    decoder.finish().map(|()| out)
}

#[test]
fn the_examples_of_the_s3_reference_decode_however_they_are_cut() {
    for example in [PLAIN, WITH_TRAILER] {
        let body = example.body();
        for piece in [1, 7, 1000, 65_536, body.len()] {
            let out = decode(example.decoder(), &body, piece).unwrap();
            assert_eq!(out.data, vec![b'a'; 66_560]);
            assert!(out.ended);
            let trailers = if example.trailer.is_empty() { 0 } else { 1 };
            assert_eq!(out.trailers.len(), trailers);
        }
    }
    let out = decode(WITH_TRAILER.decoder(), &WITH_TRAILER.body(), 4096).unwrap();
    assert_eq!(out.trailers, [("x-amz-checksum-crc32c".to_owned(), "sOO8/Q==".to_owned())]);
}

#[test]
fn a_changed_byte_anywhere_that_matters_is_found() {
    let body = WITH_TRAILER.body();
    let text = |needle: &str| body.windows(needle.len()).position(|w| w == needle.as_bytes()).unwrap();
    for at in [100, 66_000, text("sOO8"), text("d81f82fc"), text("2ca2aba2")] {
        let mut bad = body.clone();
        bad[at] = if bad[at] == b'0' { b'1' } else { b'0' };
        assert_eq!(decode(WITH_TRAILER.decoder(), &bad, 4096), Err(ChunkError::Signature), "byte {at}");
    }
}

#[test]
fn a_body_cut_short_never_passes() {
    let body = WITH_TRAILER.body();
    let end = body.len() - "\r\n\r\n".len();
    for cut in [0, 1, 50, 87, 66_000, end - 64, end] {
        assert!(decode(WITH_TRAILER.decoder(), &body[..cut], 4096).is_err(), "cut at {cut}");
    }
}

#[test]
fn unsigned_chunks_with_trailers_decode() {
    let body = b"5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Amz-Checksum-CRC32: DUoRhQ==\r\n\r\n";
    for piece in 1..body.len() {
        let out = decode(AwsChunkedDecoder::unsigned(Some(11)), body, piece).unwrap();
        assert_eq!(out.data, b"hello world");
        assert_eq!(out.trailers, [("x-amz-checksum-crc32".to_owned(), "DUoRhQ==".to_owned())]);
    }
}

#[test]
fn malformed_bodies_are_refused_in_bounded_memory() {
    let long_line = vec![b'1'; 100_000];
    let many_trailers = [b"0\r\n".to_vec(), b"a:b\r\n".repeat(1000)].concat();
    let rows: [(&[u8], Option<u64>); 14] = [
        (b"", None),
        (b"\r\n", None),
        (b"-5\r\nhello\r\n0\r\n\r\n", None),
        (b"+5\r\nhello\r\n0\r\n\r\n", None),
        (b"0x5\r\nhello\r\n0\r\n\r\n", None),
        (b"fffffffffffffffff\r\n", None),
        (b"5\r\nhello!\r\n0\r\n\r\n", None),
        (b"5\r\nhello\r\n0\r\n\r\nmore", None),
        (b"5\r\nhello\r\n0\r\nno colon\r\n\r\n", None),
        (b"5\r\nhello\r\n0\r\n\xff:x\r\n\r\n", None),
        (b"5\r\nhello\r\n0\r\n\r\n", Some(4)),
        (b"5\r\nhello\r\n0\r\n\r\n", Some(6)),
        (&long_line, None),
        (&many_trailers, None),
    ];
    for (body, length) in rows {
        for piece in [1, 4096] {
            let start = String::from_utf8_lossy(&body[..body.len().min(30)]);
            let result = decode(AwsChunkedDecoder::unsigned(length), body, piece);
            assert!(result.is_err(), "{start:?} gave {result:?}");
        }
    }
    // Two chunks whose sizes overflow together, without a byte of data for the second.
    let mut decoder = AwsChunkedDecoder::unsigned(None);
    let mut input: &[u8] = b"ffffffffffffffff\r\nx";
    assert_eq!(decoder.next(&mut input), Ok(Some(Event::Data(b"x"))));
}

#[test]
fn a_plain_signed_body_may_not_bring_trailers() {
    let body = PLAIN.body();
    let mut bad = body[..body.len() - 2].to_vec();
    bad.extend_from_slice(b"x-amz-checksum-crc32:AAAA\r\n\r\n");
    assert!(matches!(decode(PLAIN.decoder(), &bad, 4096), Err(ChunkError::Malformed(_))));
}
