//! Signatures: claims of any request, requests signed by us, and bodies in signed chunks.

use http::request::Parts;
use sigv4::{
    AwsChunkedDecoder, ChunkChain, ChunkError, Claim, Credentials, Event, Family, Key, Payload, PayloadHash,
    PrivateKey, Rules, SigningKey, SigningScope, parse, presign, sha256, sign, verify,
};

use super::request;
use crate::random::Random;

/// Words of signatures.
pub const WORDS: &[&str] = &[
    "authorization: AWS4-HMAC-SHA256 ",
    "Credential=",
    "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request",
    "SignedHeaders=",
    "host;x-amz-date",
    "Signature=",
    "x-amz-date: 20260101T000000Z\n",
    "date: Thu, 01 Jan 2026 00:00:00 GMT\n",
    "x-amz-security-token: t\n",
    "x-amz-content-sha256: UNSIGNED-PAYLOAD\n",
    "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\n",
    "x-amz-content-sha256: STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD\n",
    "authorization: AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/s3/aws4_request, ",
    "x-amz-region-set: us-*,eu-west-1\n",
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    "&X-Amz-Credential=",
    "&X-Amz-Date=20260101T000000Z",
    "&X-Amz-Expires=900",
    "&X-Amz-SignedHeaders=host",
    "&X-Amz-Signature=",
    "&X-Amz-Security-Token=",
    "%2F",
    "+",
    "%20",
    "//",
    "/./",
    "/../",
    "%C3%A9",
    ";",
    ", ",
];

const NOW_MS: i64 = 1_767_225_600_000;

fn shared() -> SigningKey {
    SigningKey::derive("secret", "20260101", "us-east-1", "s3")
}

fn key() -> Key {
    Key::Shared(shared())
}

fn private() -> PrivateKey {
    PrivateKey::derive("AKIAIOSFODNN7EXAMPLE", "secret")
}

fn who() -> Credentials {
    Credentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: "secret".to_owned(),
        session_token: None,
    }
}

fn scope(rules: Rules) -> SigningScope<'static> {
    SigningScope { region: "us-east-1", service: "s3", now_ms: NOW_MS, rules }
}

/// Checks the claim of a request as it is; then signs the request and holds that claim to be good.
pub fn run(data: &[u8]) {
    let Some((head, body)) = request::parse(data) else { return };
    let hash = sha256(&body);
    for rules in [Rules::COMMON, Rules::S3] {
        if let Ok(Some(claim)) = parse(&head) {
            let _times = claim.check_time(&[NOW_MS, i64::MIN, i64::MAX], rules);
            let _scope = claim.check_scope(true, "s3");
            let key = if claim.region_set.is_some() { Key::Public(private().public()) } else { key() };
            if let Err(e) = verify(&claim, &head, Some(&hash), &key, rules) {
                for family in [Family::Json, Family::Query, Family::Ec2, Family::S3] {
                    let _code = sigv4::code_for(&e, family);
                }
            }
        }
        ours_is_good(&head, &body, &hash, rules);
    }
}

fn ours_is_good(head: &Parts, body: &[u8], hash: &[u8; 32], rules: Rules) {
    // What is signed already, or announces another body, is not ours to sign.
    let foreign = ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "date"];
    let query = head.uri.query().unwrap_or_default();
    let has_host = head.headers.contains_key("host") || head.uri.host().is_some();
    let is_ours = head.uri.path().starts_with('/') && has_host && !query.contains("X-Amz-");
    if !is_ours || foreign.iter().any(|name| head.headers.contains_key(*name)) {
        return;
    }
    let mut signed = head.clone();
    sign(&mut signed, Payload::Bytes(body), &who(), scope(rules));
    let claim = parse(&signed).expect("our own claim is well-formed").expect("it is there");
    claim.check_time(&[NOW_MS], rules).expect("it is in time");
    claim.check_scope(true, "s3").expect("it is in scope");
    verify(&claim, &signed, Some(hash), &key(), rules).expect("our own signature is good");

    let mut presigned = head.clone();
    presign(&mut presigned, &who(), scope(rules), 900);
    let claim = parse(&presigned).expect("our own claim is well-formed").expect("it is there");
    if rules.s3 {
        verify(&claim, &presigned, None, &key(), rules).expect("our own signature is good");
    }
}

/// Requests of all kinds, plain, signed and presigned.
pub fn seeds() -> Vec<Vec<u8>> {
    let plain = [
        &b"GET /b/k%20e/../y?list-type=2&prefix=a+b&x\nhost: s3.amazonaws.com\nx-amz-meta-a:  b  c \n\n"[..],
        b"POST /\nhost: localhost:4566\ncontent-type: application/x-amz-json-1.0\n\n{}",
    ];
    let mut seeds: Vec<Vec<u8>> = plain.iter().map(|p| p.to_vec()).collect();
    for text in plain {
        let (head, body) = request::parse(text).expect("it is well-formed");
        let mut signed = head.clone();
        sign(&mut signed, Payload::Bytes(&body), &who(), scope(Rules::S3));
        seeds.push(written(&signed, &body));
        let mut presigned = head;
        presign(&mut presigned, &who(), scope(Rules::S3), 900);
        seeds.push(written(&presigned, &body));
    }
    seeds
}

fn written(head: &Parts, body: &[u8]) -> Vec<u8> {
    let mut out = format!("{} {}\n", head.method, head.uri).into_bytes();
    for (name, value) in &head.headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.push(b':');
        out.extend_from_slice(value.as_bytes());
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(body);
    out
}

/// Words of chunks.
pub const CHUNK_WORDS: &[&str] = &[
    "\r\n",
    "0\r\n",
    "5\r\nhello\r\n",
    ";chunk-signature=",
    "x-amz-checksum-crc32:AAAAAA==\r\n",
    "x-amz-trailer-signature:",
    "ffffffffffffffff",
    "10000",
    "\n",
    ":",
];

/// The first byte says how chunks are signed and whether a length was announced; the second seeds the cuts.
pub fn chunked(data: &[u8]) {
    let [mode, cuts, body @ ..] = data else { return };
    let whole = chunks(decoder(*mode), body, &mut |_| usize::MAX);
    let mut r = Random::new(u64::from(*cuts));
    let cut = chunks(decoder(*mode), body, &mut |left| 1 + r.below(left.min(20)));
    assert_eq!(whole, cut, "it matters how the body arrives");
    let decoded = whole.0.len();
    assert!(decoded <= body.len(), "{decoded} bytes came out of {}", body.len());
}

type Chunks = (Vec<u8>, Vec<(String, String)>, bool, Result<(), ChunkError>);

/// The data, the trailers, whether the end was told, and the error, or whether the body was whole.
fn chunks(mut decoder: AwsChunkedDecoder, mut body: &[u8], cut: &mut dyn FnMut(usize) -> usize) -> Chunks {
    let (mut data, mut trailers, mut ended) = (Vec::new(), Vec::new(), false);
    while !body.is_empty() {
        let (mut now, later) = body.split_at(cut(body.len()).min(body.len()));
        body = later;
        loop {
            match decoder.next(&mut now) {
                Ok(Some(Event::Data(bytes))) => data.extend_from_slice(bytes),
                Ok(Some(Event::Trailer { name, value })) => trailers.push((name, value)),
                Ok(Some(Event::End)) => {
                    assert!(!ended, "the end is told once");
                    ended = true;
                }
                Ok(None) => break,
                Err(e) => return (data, trailers, ended, Err(e)),
            }
        }
        assert!(now.is_empty(), "what was pushed is taken");
    }
    let finished = decoder.finish();
    (data, trailers, ended, finished)
}

fn decoder(mode: u8) -> AwsChunkedDecoder {
    let length = (mode & 4 == 4).then_some(5);
    let key = if mode & 8 == 8 { Key::Public(private().public()) } else { key() };
    match mode & 1 {
        0 => AwsChunkedDecoder::unsigned(length),
        _ => AwsChunkedDecoder::new(&claim(mode), key, length).expect("the claim announces chunks"),
    }
}

fn claim(mode: u8) -> Claim {
    let trailer = mode & 2 == 2;
    Claim {
        region_set: (mode & 8 == 8).then(|| "*".to_owned()),
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        date: "20260101".to_owned(),
        region: "us-east-1".to_owned(),
        service: "s3".to_owned(),
        terminator: "aws4_request".to_owned(),
        signed_headers: "host;x-amz-date".to_owned(),
        signature: "00".repeat(32),
        amz_date: "20260101T000000Z".to_owned(),
        amz_date_ms: NOW_MS,
        security_token: None,
        presigned: None,
        payload: PayloadHash::StreamingSigned { trailer },
        v2: None,
    }
}

/// Bodies of every kind, rightly signed.
pub fn chunk_seeds() -> Vec<Vec<u8>> {
    let hex = |bytes: [u8; 32]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let sign = |mode: u8, text: &[u8]| match mode & 8 {
        8 => format!("{:*<144}", private().sign(text)),
        _ => hex(shared().sign(text)),
    };
    let mut seeds = vec![
        b"\x00\x015\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n".to_vec(),
        b"\x04\x022\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n".to_vec(),
    ];
    for mode in [1, 3, 5, 7, 9, 11, 13, 15] {
        let mut chain = ChunkChain::new(&claim(mode));
        let first = sign(mode, &chain.chunk(&sha256(b"hello")));
        chain.follow(&first);
        let last = sign(mode, &chain.chunk(&sha256(b"")));
        chain.follow(&last);
        let mut body = format!("5;chunk-signature={first}\r\nhello\r\n0;chunk-signature={last}\r\n");
        if mode & 2 == 2 {
            let trailer = sign(mode, &chain.trailer(&sha256(b"a:b\n")));
            body.push_str(&format!("a:b\r\n\r\nx-amz-trailer-signature:{trailer}\r\n"));
        }
        body.push_str("\r\n");
        seeds.push([&[mode, 3], body.as_bytes()].concat());
    }
    seeds
}
