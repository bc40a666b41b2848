//! Version 4A: requests that AWS's own suite signed, the derivation of its keys, sets of regions, chunks, and refusals.
//!
//! Sources: aws-c-auth, `tests/aws-signing-test-suite/v4a`: its requests and keys, signed by awscrt 0.38.1 on 2026-11-23 (signatures
//! vary by run), the presigned one as it stands there; `tests/key_derivation_tests.c`; IAM user guide, "AWS SigV4A" (sets of
//! regions with wildcards).

use super::*;
use crate::{
    AwsChunkedDecoder, ChunkChain, ChunkError, Event, Family, Key, PayloadHash, PrivateKey, PublicKey, Rules,
    SigError, is_in_region_set, parse, sha256, verify,
};

const HOST: (&str, &str) = ("Host", "example.amazonaws.com");
const DATE: (&str, &str) = ("X-Amz-Date", "20150830T123600Z");
const REGION: (&str, &str) = ("X-Amz-Region-Set", "us-east-1");
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE+xo0rKwT38xVq==";
const PLAIN: &str = "host;x-amz-date;x-amz-region-set";
const VANILLA: &str = "304502203f90252098b3b515bba4bc5fc9a5da94cd756f4be32943e872f24e4d07b244a8022100c51f363ec6f7e6e1b29d6b267d14332dc722cbb45070945d51308b3c27fa45c0";

fn key() -> Key {
    Key::Public(PublicKey::derive("AKIDEXAMPLE", SUITE_SECRET))
}

fn signed(method: &str, uri: &str, headers: &[(&str, &str)], names: &str, signature: &str) -> Parts {
    let authorization = format!(
        "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20150830/service/aws4_request, SignedHeaders={names}, Signature={signature}"
    );
    let mut all = vec![HOST, DATE, REGION];
    all.extend_from_slice(headers);
    all.push(("Authorization", &authorization));
    head(method, uri, &all)
}

fn check(parts: &Parts, body: &[u8]) -> Result<(), SigError> {
    let claim = parse(parts)?.expect("it is signed");
    verify(&claim, parts, Some(&sha256(body)), &key(), Rules::COMMON)
}

#[test]
fn requests_of_the_suite_hold() {
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let hash = ("X-Amz-Content-Sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e");
    let of_the_form = "content-length;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-region-set";
    let with_token = "host;x-amz-date;x-amz-region-set;x-amz-security-token";
    for (name, parts, body) in [
        ("get-vanilla", signed("GET", "/", &[], PLAIN, VANILLA), &b""[..]),
        (
            "get-vanilla-query-order-key-case",
            signed(
                "GET",
                "/?Param2=value2&Param1=value1",
                &[],
                PLAIN,
                "30440220198733716f8af8e452aba08953838c76130863a059669a1c8da7e0dcb7b1fe6802202b59cbd8e4ea3285805c26990048df265cb5ec9f80caa22edf7e6881c94aef13",
            ),
            b"",
        ),
        (
            "post-sts-header-before",
            signed(
                "POST",
                "/",
                &[("X-Amz-Security-Token", TOKEN)],
                with_token,
                "3046022100e40d8e27e5e16ab60314cb6bdcb7597c7ce711ae4a26a3d4a7cdbb78c4bcb684022100faa17ccc87da58e3912ab7e04e7117fe16844d1ab90ab9ee5d25ee1e022498ba",
            ),
            b"",
        ),
        (
            "post-x-www-form-urlencoded",
            signed(
                "POST",
                "/",
                &[form, ("Content-Length", "13"), hash],
                of_the_form,
                "304602210096e949d08c441bf831163c5c42e3c45ff2d10b00ce102f62cc7980931df1b9ba022100f3e10fd022d93391dd9aade44fe78411849e1105763394779da785b059f392d4",
            ),
            b"Param1=value1",
        ),
    ] {
        assert_eq!(check(&parts, body), Ok(()), "{name}");
        assert!(
            matches!(check(&parts, b"other"), Err(SigError::Mismatch(_) | SigError::PayloadMismatch)),
            "{name}"
        );
    }
}

#[test]
fn a_presigned_request_of_the_suite_holds() {
    let uri = "/?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Region-Set=us-east-1&X-Amz-Signature=3046022100c57d8a142ae302eb396afb515da12ec3020a836331dfdbf6c8e4f14c0661c0a1022100e1da9728157dad97d80217afb04aa9b99f61dcdef57a056a7f198fb1b728f7c3";
    let parts = head("GET", uri, &[HOST]);
    let claim = parse(&parts).unwrap().unwrap();
    assert_eq!((claim.region.as_str(), claim.region_set.as_deref()), ("", Some("us-east-1")));
    assert_eq!(claim.scope(), "20150830/service/aws4_request");
    assert_eq!(claim.check_scope(true, "service"), Ok(()));
    assert_eq!(check(&parts, b""), Ok(()));
    let elsewhere = head("GET", &uri.replace("Set=us-east-1", "Set=us-east-2"), &[HOST]);
    assert!(matches!(check(&elsewhere, b""), Err(SigError::Mismatch(_))));
}

#[test]
fn keys_are_derived_as_aws_does() {
    // The access key of the C library's test of its derivation; the text signed here is ours.
    let private = PrivateKey::derive("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom");
    let signature = private.sign(b"text");
    assert!(private.public().holds(b"text", &signature));
    assert!(!private.public().holds(b"texts", &signature));
    assert!(!PublicKey::derive("AKISORANDOMAASORANDOM", "other").holds(b"text", &signature));
    assert!(
        !PublicKey::derive("AKISORANDOMAASORANDON", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom")
            .holds(b"text", &signature)
    );
}

#[test]
fn what_is_no_signature_holds_nothing() {
    let private = PrivateKey::derive("a", "b");
    let good = private.sign(b"text");
    for bad in
        ["", "3", "30", "zz", &good[2..], &good[..good.len() - 2], &format!("{good}00"), &"30".repeat(80)]
    {
        assert!(!private.public().holds(b"text", bad), "{bad}");
    }
    assert!(private.public().holds(b"text", &good.to_uppercase()));
}

#[test]
fn other_claims_are_refused() {
    let text = |parts: Parts| check(&parts, b"").unwrap_err().text(Family::Json);
    let unsigned_set = signed("GET", "/", &[], "host;x-amz-date", VANILLA);
    assert_eq!(
        text(unsigned_set),
        "There were headers present in the request which were not signed: x-amz-region-set"
    );
    let other_words = [("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")];
    let parts = signed("GET", "/", &other_words, PLAIN, VANILLA);
    assert_eq!(parse(&parts), Err(SigError::PayloadHashInvalid));
    let mut without_set = signed("GET", "/", &[], PLAIN, VANILLA);
    without_set.headers.remove("x-amz-region-set");
    let claim = parse(&without_set).unwrap().unwrap();
    assert_eq!(
        claim.check_scope(false, "service").unwrap_err().text(Family::Json),
        "Credential should be scoped to a valid region, not ''. "
    );
    // A key of version 4 signs none of it, nor the other way round.
    let parts = signed("GET", "/", &[], PLAIN, VANILLA);
    let claim = parse(&parts).unwrap().unwrap();
    let shared = verify(&claim, &parts, Some(&sha256(b"")), &suite_key("service"), Rules::COMMON);
    assert!(matches!(shared, Err(SigError::Mismatch(_))));
}

#[test]
fn sets_hold_regions() {
    for (set, region, holds) in [
        ("*", "eu-west-1", true),
        ("us-east-1", "us-east-1", true),
        ("us-east-1", "us-east-2", false),
        ("us-east-1, eu-west-1", "eu-west-1", true),
        ("us-*", "us-west-2", true),
        ("us-*", "eu-west-2", false),
        ("us-west-*", "us-west-2", true),
        ("*-1", "us-east-1", true),
        ("*-1", "us-east-2", false),
        ("us-*-*1", "us-east-1", true),
        ("u*-e*-1", "us-east-1", true),
        ("us-east-1*us-east-1", "us-east-1", false),
        ("", "us-east-1", false),
        (",", "us-east-1", false),
    ] {
        assert_eq!(is_in_region_set(set, region), holds, "{set} {region}");
    }
}

/// A body in two chunks with a trailer, signed by the key pair; `word` tells whether trailers are announced.
fn chunked(with_trailer: bool, padded: bool) -> (AwsChunkedDecoder, Vec<u8>) {
    let private = PrivateKey::derive("AKIDEXAMPLE", SUITE_SECRET);
    let tail = if with_trailer { "-TRAILER" } else { "" };
    let word = format!("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD{tail}");
    let parts = signed("PUT", "/", &[("X-Amz-Content-Sha256", &word)], PLAIN, VANILLA);
    let claim = parse(&parts).unwrap().unwrap();
    assert_eq!(claim.payload, PayloadHash::StreamingSigned { trailer: with_trailer });
    let fill = |s: String| if padded { format!("{s:*<144}") } else { s };
    let mut chain = ChunkChain::new(&claim);
    let mut body = Vec::new();
    for data in ["hello", ""] {
        let signature = fill(private.sign(&chain.chunk(&sha256(data.as_bytes()))));
        body.extend_from_slice(format!("{:x};chunk-signature={signature}\r\n{data}", data.len()).as_bytes());
        body.extend_from_slice(if data.is_empty() { b"" } else { b"\r\n" });
        chain.follow(&signature);
    }
    if with_trailer {
        let signature = fill(private.sign(&chain.trailer(&sha256(b"x-amz-checksum-crc32:NhCmhg==\n"))));
        body.extend_from_slice(b"x-amz-checksum-crc32:NhCmhg==\r\n");
        body.extend_from_slice(format!("x-amz-trailer-signature:{signature}\r\n").as_bytes());
    }
    body.extend_from_slice(b"\r\n");
    (AwsChunkedDecoder::new(&claim, key(), Some(5)).expect("it announces chunks"), body)
}

fn decoded(decoder: &mut AwsChunkedDecoder, mut body: &[u8]) -> Result<Vec<u8>, ChunkError> {
    let mut data = Vec::new();
    while let Some(event) = decoder.next(&mut body)? {
        if let Event::Data(bytes) = event {
            data.extend_from_slice(bytes);
        }
    }
    decoder.finish().map(|()| data)
}

#[test]
fn chunks_are_signed_one_after_the_other() {
    for (with_trailer, padded) in [(false, false), (false, true), (true, false), (true, true)] {
        let (mut decoder, body) = chunked(with_trailer, padded);
        assert_eq!(decoded(&mut decoder, &body), Ok(b"hello".to_vec()), "{with_trailer} {padded}");
        let (mut decoder, body) = chunked(with_trailer, padded);
        let altered = String::from_utf8(body).unwrap().replace("hello", "hullo");
        assert_eq!(decoded(&mut decoder, altered.as_bytes()), Err(ChunkError::Signature));
    }
    let (mut decoder, body) = chunked(true, true);
    let altered = String::from_utf8(body).unwrap().replace("NhCmhg", "NhCmhh");
    assert_eq!(decoded(&mut decoder, altered.as_bytes()), Err(ChunkError::Signature));
}
