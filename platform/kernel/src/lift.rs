//! What a presigned URL carries in its query in place of headers: by S3's rules of signing it is read as if they were there,
//! unless they are.
//! The signature itself is `authenticate.rs`'s: it covers the request as sent.
//! Source: recorded, 2026-02-21 (presigned URLs with `x-amz-meta-*` in the query). Checksums of the content are no part of that:
//! S3 ignores them in a query (aws/aws-sdk-go-v2#2610, aws/aws-sdk-js-v3#4448: content of another checksum is stored, without
//! one), and SDKs put that of the empty body there.

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use sigv4::{Claim, Rules, SigError};

/// Parameters of the signature, and none of the operation's.
const OF_THE_SIGNATURE: [&str; 9] = [
    "x-amz-algorithm",
    "x-amz-content-sha256",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-region-set",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// What S3 takes from headers alone.
const IGNORED: [&str; 11] = [
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-md5",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
    "x-amz-checksum-sha512",
    "x-amz-checksum-xxhash128",
    "x-amz-checksum-xxhash3",
    "x-amz-checksum-xxhash64",
    "x-amz-sdk-checksum-algorithm",
];

/// The headers of a presigned request of S3's with those that are in its query; `None` when there are none there.
pub(crate) fn lifted(head: &Parts, claim: &Result<Option<Claim>, SigError>) -> Option<HeaderMap> {
    let claim = claim.as_ref().ok()?.as_ref()?;
    let by_v2 = claim.v2.as_ref().is_some_and(|v| v.expires.is_some());
    if !Rules::of(&claim.service).s3 || !(by_v2 || claim.presigned.is_some()) {
        return None;
    }
    let mut headers: Option<HeaderMap> = None;
    for pair in head.uri.query()?.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.to_ascii_lowercase();
        let own = OF_THE_SIGNATURE.contains(&name.as_str()) || IGNORED.contains(&name.as_str());
        let of_v2 = by_v2 && matches!(name.as_str(), "content-type" | "content-md5");
        if !(of_v2 || (name.starts_with("x-amz-") && !own)) || head.headers.contains_key(&name) {
            continue;
        }
        let value = codec::decode_path(value);
        let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        else {
            continue;
        };
        headers.get_or_insert_with(|| head.headers.clone()).insert(name, value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(uri: &str) -> Vec<String> {
        let request = http::Request::get(uri).header("x-amz-acl", "private").body(()).unwrap();
        let head = request.into_parts().0;
        let headers = lifted(&head, &sigv4::parse(&head));
        headers.iter().flatten().map(|(n, v)| format!("{n}={}", v.to_str().unwrap())).collect()
    }

    #[test]
    fn headers_in_the_query_are_read_as_headers() {
        let v2 = "AWSAccessKeyId=a&Signature=s&Expires=1";
        let meta = "x-amz-meta-a=b%20c&x-amz-acl=public-read&content-type=text%2Fplain";
        assert_eq!(
            names(&format!("/b/k?{v2}&{meta}")),
            ["x-amz-acl=private", "x-amz-meta-a=b c", "content-type=text/plain"]
        );
        assert!(names(&format!("/b/k?{meta}")).is_empty(), "without a signature, a query is a query");
        assert!(names(&format!("/b/k?{v2}&x-amz-security-token=t")).is_empty());
        assert!(names(&format!("/b/k?{v2}&x-amz-checksum-crc32=AAAAAA%3D%3D")).is_empty());
    }
}
