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

/// Further operations whose bodies may have digests, though the model demands none.
const FURTHER: [&str; 2] = ["PutBucketAccelerateConfiguration", "RestoreObject"];

/// Operations whose body is an object's.
const OF_OBJECTS: [&str; 2] = ["PutObject", "UploadPart"];

/// Has the operations whose bodies may have digests check them.
pub(crate) fn checked(operation: Operation) -> Operation {
    let model = model::service(shapes_s3::SERVICE).and_then(|m| m.operation(operation.name));
    let is_required = model.is_some_and(|o| o.flags.has(Flags::CHECKSUM_REQUIRED));
    if DEMANDING.contains(&operation.name) {
        operation.checks_request(demand)
    } else if is_required || FURTHER.contains(&operation.name) {
        operation.checks_request(check)
    } else if OF_OBJECTS.contains(&operation.name) {
        operation.checks_request(check_announced)
    } else {
        operation.checks_request(check_md5)
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

/// Errors: `InvalidRequest`: a checksum is announced, and there is none.
/// Source: S3 API reference, PutObject, "x-amz-sdk-checksum-algorithm"; the text widely quoted.
fn check_announced(meta: &RequestMeta) -> Result<(), Fault> {
    let Some(head) = &meta.head else { return Ok(()) };
    let has = |name: &str| head.headers.contains_key(name);
    if !has("x-amz-sdk-checksum-algorithm") || has("x-amz-trailer") || sums(&head.headers).next().is_some() {
        return Ok(());
    }
    let message = "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.";
    Err(err::invalid_request(message))
}

/// Errors: `InvalidDigest`: no digest; `BadDigest`: that of another body.
fn check_md5(meta: &RequestMeta) -> Result<(), Fault> {
    let Some(head) = &meta.head else { return Ok(()) };
    if let Some(given) = head.headers.get("content-md5") {
        let text = given.to_str().unwrap_or_default();
        let md5 = STANDARD.decode(text).ok().filter(|b| b.len() == 16);
        let md5 = md5.ok_or_else(|| err::invalid_digest(text))?;
        if md5[..] != Md5::digest(&meta.body)[..] {
            return Err(err::bad_digest("MD5"));
        }
    }
    Ok(())
}

/// Errors: those of [`check_announced`] and [`check_md5`]; `InvalidRequest` for what is no checksum; `BadDigest` for that of
/// another body.
fn check(meta: &RequestMeta) -> Result<(), Fault> {
    let Some(head) = &meta.head else { return Ok(()) };
    check_announced(meta)?;
    check_md5(meta)?;
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
        assert_eq!(code(check(&nothing)), refused("InvalidRequest"), "announced, and not there");
        assert_eq!(code(check_announced(&nothing)), refused("InvalidRequest"));
        assert_eq!(code(check_md5(&nothing)), Ok(()));
        assert_eq!(code(demand(&nothing)), refused("InvalidRequest"));
        assert_eq!(code(check_announced(&said("x-amz-checksum-crc32", "y/Q5Jg=="))), Ok(()));
        assert_eq!(code(demand(&RequestMeta::default())), Ok(()));
    }

    #[test]
    fn those_with_rules_of_their_own_are_built() {
        let all = crate::ops::table();
        for name in DEMANDING.iter().chain(&FURTHER).chain(&OF_OBJECTS) {
            assert!(all.iter().any(|o| o.name == *name), "{name}");
        }
    }
}
