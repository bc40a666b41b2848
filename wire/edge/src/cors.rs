//! Cross-origin answers for a local server: any page's origin is mirrored.
//!
//! Not a policy: it opens what it is applied to for every web page that the user visits, which is right for APIs whose
//! requests are signed, and wrong for administration. A service with rules of its own (an S3 bucket's CORS) leaves
//! these functions uncalled.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::Outgoing;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS");
const MAX_AGE_S: HeaderValue = HeaderValue::from_static("86400");
const VARIES: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
/// What SDKs in browsers read from answers.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "date, etag, location, x-amz-id-2, x-amz-request-id, x-amzn-requestid, x-amzn-errortype, x-amzn-query-error, \
     x-amz-crc32, x-amz-version-id, x-amz-delete-marker, x-amz-server-side-encryption, x-amz-checksum-crc32, \
     x-amz-checksum-crc32c, x-amz-checksum-crc64nvme, x-amz-checksum-sha1, x-amz-checksum-sha256",
);
const REQUEST_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// The answer to a preflight request, or `None` if the request is none.
///
/// Source: Fetch standard, "CORS-preflight request".
pub fn preflight(method: &Method, headers: &HeaderMap) -> Option<Outgoing> {
    let origin = headers.get(ORIGIN)?;
    if method != Method::OPTIONS || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut answer = Outgoing::new(StatusCode::NO_CONTENT, Bytes::new());
    let out = &mut answer.headers;
    out.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    out.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    out.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
    out.insert(VARY, VARIES);
    if let Some(asked) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        out.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    if headers.contains_key(REQUEST_PRIVATE_NETWORK) {
        out.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    Some(answer)
}

/// Lets the page that asked read an answer; without an `Origin` nothing is added, and headers set before stay.
pub fn allow(origin: Option<&HeaderValue>, answer: &mut HeaderMap) {
    let Some(origin) = origin else { return };
    if answer.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        return;
    }
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    answer.append(VARY, HeaderValue::from_static("Origin"));
}
