//! Digests of request bodies that are not objects: a configuration, a list of what to delete. What a request says of its body is
//! checked, and some operations take none that says nothing. Of objects' bodies, `content.rs` sees to that.
//! Source: S3 API reference: DeleteObjects and the others named here ("Content-MD5", required); the text widely quoted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codec::Fault;
use http::HeaderMap;
use kernel::{Operation, RequestMeta};
use md5::{Digest as _, Md5};
use model::Flags;

use crate::checksum::{ALL, Algorithm};
use crate::err;

/// Operations that take no body without a digest. The model names more of which SDKs send one; AWS's own examples don't.
const DEMANDING: [&str; 8] = [
    "DeleteObjects",
    "PutBucketCors",
    "PutBucketLifecycleConfiguration",
    "PutBucketReplication",
    "PutBucketTagging",
    "PutObjectLegalHold",
    "PutObjectLockConfiguration",
    "PutObjectRetention",
];

/// Has the operations whose bodies may have digests check them.
pub(crate) fn checked(operation: Operation) -> Operation {
    let model = model::service(shapes_s3::SERVICE).and_then(|m| m.operation(operation.name));
    if !model.is_some_and(|o| o.flags.has(Flags::CHECKSUM_REQUIRED)) {
        return operation;
    }
    match DEMANDING.contains(&operation.name) {
        true => operation.checks_request(demand),
        false => operation.checks_request(check),
    }
}

/// Errors: `InvalidRequest`: nothing is said of the body; those of [`check`].
fn demand(meta: &RequestMeta) -> Result<(), Fault> {
    let Some(head) = &meta.head else { return Ok(()) };
    let has = |name: &str| head.headers.contains_key(name);
    let said = has("content-md5") || has("x-amz-trailer") || sums(&head.headers).next().is_some();
    if !said {
        let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return Err(err::invalid_request(message));
    }
    check(meta)
}

/// Errors: `InvalidDigest`, `InvalidRequest` for what is no digest; `BadDigest` for that of another body.
fn check(meta: &RequestMeta) -> Result<(), Fault> {
    let Some(head) = &meta.head else { return Ok(()) };
    if let Some(given) = head.headers.get("content-md5") {
        let text = given.to_str().unwrap_or_default();
        let md5 = STANDARD.decode(text).ok().filter(|b| b.len() == 16);
        let md5 = md5.ok_or_else(|| err::invalid_digest(text))?;
        if md5[..] != Md5::digest(&meta.body)[..] {
            return Err(err::bad_digest("MD5"));
        }
    }
    for (algorithm, value) in sums(&head.headers) {
        if algorithm.parse(value)? != algorithm.of(&meta.body) {
            return Err(err::bad_digest(algorithm.name()));
        }
    }
    Ok(())
}

/// The checksums that headers carry.
fn sums(headers: &HeaderMap) -> impl Iterator<Item = (Algorithm, &str)> {
    ALL.iter().filter_map(|algorithm| {
        let value = headers.get(format!("x-amz-checksum-{}", algorithm.name().to_lowercase()))?;
        Some((*algorithm, value.to_str().unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_body_is_checked() {
        let said = |name: &'static str, value: &'static str| {
            let request = http::Request::post("/b?delete").header(name, value);
            let head = Some(request.body(()).unwrap().into_parts().0.into());
            RequestMeta { head, body: "123456789".into(), ..RequestMeta::default() }
        };
        let code = |r: Result<(), Fault>| r.map_err(|f| f.code().to_owned());
        let refused = |code: &str| Err(code.to_owned());
        // Source: the check values of MD5 and CRC32.
        for (name, value) in
            [("content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="), ("x-amz-checksum-crc32", "y/Q5Jg==")]
        {
            assert_eq!(code(demand(&said(name, value))), Ok(()));
        }
        for (name, value, expected) in [
            ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==", "BadDigest"),
            ("content-md5", "x", "InvalidDigest"),
            ("x-amz-checksum-crc32", "AAAAAA==", "BadDigest"),
            ("x-amz-checksum-crc32", "AAAA", "InvalidRequest"),
        ] {
            assert_eq!(code(check(&said(name, value))), refused(expected), "{name}: {value}");
        }
        let nothing = said("x-amz-sdk-checksum-algorithm", "CRC32");
        assert_eq!((code(check(&nothing)), code(demand(&nothing))), (Ok(()), refused("InvalidRequest")));
        assert_eq!(code(demand(&RequestMeta::default())), Ok(()));
    }

    #[test]
    fn those_that_demand_a_digest_are_built() {
        let all = crate::ops::table();
        for name in DEMANDING {
            assert!(all.iter().any(|o| o.name == name), "{name}");
        }
    }
}
