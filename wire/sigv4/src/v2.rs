//! Signature Version 2, which S3 alone still takes: in the `Authorization: AWS key:signature` header, and in the query of a
//! presigned URL (what boto3 makes for us-east-1 unless told otherwise). It covers neither region nor body.
//!
//! Source: S3 API reference, "Signing and authenticating REST requests" (Signature Version 2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::canonical::{X_AMZ_DATE, X_AMZ_SECURITY_TOKEN, decode, header};
use crate::claim::{Claim, PayloadHash};
use crate::date::parse_date_header;
use crate::error::{Mismatch, SigError};
use crate::parse_amz_date;

/// Parameters of a query that belong to the resource that is signed.
const SUB_RESOURCES: [&str; 38] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];
/// How far a signed request's date may lie from now. Source: S3 API reference, `RequestTimeTooSkewed`.
const SKEW_S: i64 = 15 * 60;

/// What a claim of version 2 has of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V2 {
    /// `Expires` of a presigned URL, seconds since the epoch, as sent.
    pub expires: Option<String>,
}

/// Reads a claim of version 2; `None` when there is none.
pub(crate) fn parse(head: &Parts) -> Result<Option<Claim>, SigError> {
    let authorization = header(&head.headers, &AUTHORIZATION).map(str::trim);
    let in_header = authorization.and_then(|a| a.strip_prefix("AWS "));
    let query =
        head.uri.query().filter(|q| q.contains("AWSAccessKeyId=") && !q.contains("SignatureVersion="));
    match (in_header, query) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(SigError::TwoMechanisms),
        (Some(text), None) => from_header(head, text).map(Some),
        (None, Some(_)) => from_query(head).map(Some),
    }
}

fn claim(
    access_key_id: String,
    signature: String,
    token: Option<String>,
    v2: V2,
    date: (String, i64),
) -> Claim {
    Claim {
        access_key_id,
        date: String::new(),
        region: String::new(),
        region_set: None,
        service: "s3".to_owned(),
        terminator: String::new(),
        signed_headers: String::new(),
        signature,
        amz_date: date.0,
        amz_date_ms: date.1,
        security_token: token,
        presigned: None,
        payload: PayloadHash::Unsigned,
        v2: Some(v2),
    }
}

fn from_header(head: &Parts, text: &str) -> Result<Claim, SigError> {
    let (key, signature) = text.trim().split_once(':').ok_or(SigError::V2Malformed)?;
    let date = header(&head.headers, &X_AMZ_DATE).or_else(|| header(&head.headers, &DATE));
    let date = date.unwrap_or_default();
    let at_ms = parse_amz_date(date).or_else(|| parse_date_header(date));
    let at_ms = at_ms.ok_or_else(|| SigError::DateInvalid { got: date.to_owned() })?;
    let token = header(&head.headers, &X_AMZ_SECURITY_TOKEN).map(str::to_owned);
    Ok(claim(key.to_owned(), signature.to_owned(), token, V2 { expires: None }, (date.to_owned(), at_ms)))
}

fn from_query(head: &Parts) -> Result<Claim, SigError> {
    let get = |name: &str| parameter(head, name);
    let (Some(key), Some(signature), Some(expires)) =
        (get("AWSAccessKeyId"), get("Signature"), get("Expires"))
    else {
        return Err(SigError::V2QueryIncomplete);
    };
    let Ok(at_s) = expires.parse::<i64>() else {
        return Err(SigError::V2ExpiresInvalid { got: expires });
    };
    let token = get("x-amz-security-token");
    let token = token.or_else(|| header(&head.headers, &X_AMZ_SECURITY_TOKEN).map(str::to_owned));
    let date = (expires.clone(), at_s.saturating_mul(1_000));
    Ok(claim(key, signature, token, V2 { expires: Some(expires) }, date))
}

/// The pairs of a query, decoded.
fn parameters(head: &Parts) -> impl Iterator<Item = (String, Option<String>)> {
    let text = |t: &str| String::from_utf8_lossy(&decode(t, false)).into_owned();
    head.uri.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()).map(move |pair| {
        match pair.split_once('=') {
            Some((name, value)) => (text(name), Some(text(value))),
            None => (text(pair), None),
        }
    })
}

fn parameter(head: &Parts, name: &str) -> Option<String> {
    parameters(head).find(|(n, _)| n == name).and_then(|(_, value)| value)
}

impl Claim {
    /// As [`Claim::check_time`], of a claim of version 2.
    ///
    /// Errors: `Expired`, `NotYetCurrent`, told by the first clock.
    pub fn check_time_v2(&self, now_ms: &[i64]) -> Result<(), SigError> {
        let presigned = self.v2.as_ref().is_some_and(|v| v.expires.is_some());
        let one = |now_ms: i64| {
            let age_ms = now_ms.saturating_sub(self.amz_date_ms);
            let signed_ms = self.amz_date_ms;
            match presigned {
                true if age_ms > 0 => Err(SigError::V2Expired { expires_ms: signed_ms, now_ms }),
                false if age_ms > SKEW_S * 1_000 => {
                    Err(SigError::Expired { signed_ms, now_ms, window_s: SKEW_S, presigned: false })
                }
                false if age_ms < -SKEW_S * 1_000 => {
                    Err(SigError::NotYetCurrent { signed_ms, now_ms, window_s: SKEW_S })
                }
                _ => Ok(()),
            }
        };
        match now_ms.iter().map(|now| one(*now)).collect::<Vec<_>>() {
            all if all.is_empty() || all.iter().any(Result::is_ok) => Ok(()),
            mut all => all.swap_remove(0),
        }
    }
}

/// Checks a claim of version 2. `bucket` is the one that the host names, for a request that names it there.
///
/// Errors: `Mismatch`.
pub fn verify_v2(claim: &Claim, head: &Parts, bucket: Option<&str>, secret: &str) -> Result<(), SigError> {
    let text = string_to_sign(claim, head, bucket, head.uri.path());
    let holds = |text: &str| {
        let found = sign_v2(secret, text.as_bytes());
        bool::from(found.as_bytes().ct_eq(claim.signature.as_bytes()))
    };
    if holds(&text) {
        return Ok(());
    }
    // Clients sign a bucket's own path with a slash at its end, which they may not send.
    let path = head.uri.path();
    let is_bucket = bucket.is_none() && path.len() > 1 && !path[1..].contains('/');
    if is_bucket && holds(&string_to_sign(claim, head, None, &format!("{path}/"))) {
        return Ok(());
    }
    Err(SigError::Mismatch(Box::new(Mismatch {
        canonical_request: String::new(),
        string_to_sign: text,
        access_key_id: claim.access_key_id.clone(),
        signature: claim.signature.clone(),
    })))
}

/// Whether that is the signature of a text that is signed by itself: of a form's policy.
pub fn signs_v2(secret: &str, text: &[u8], signature: &str) -> bool {
    bool::from(sign_v2(secret, text).as_bytes().ct_eq(signature.as_bytes()))
}

/// The signature of a text: of a request, or of a form's policy.
pub(crate) fn sign_v2(secret: &str, text: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn string_to_sign(claim: &Claim, head: &Parts, bucket: Option<&str>, path: &str) -> String {
    let presigned = claim.v2.as_ref().and_then(|v| v.expires.as_deref());
    // What a presigned URL carries in its query in place of headers is signed as if it were one.
    let value = |name: &str| {
        let in_header =
            head.headers.get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).trim().to_owned());
        let in_query =
            || presigned.and_then(|_| parameters(head).find(|(n, _)| n.eq_ignore_ascii_case(name))?.1);
        in_header.or_else(in_query).unwrap_or_default()
    };
    let date = match presigned {
        Some(expires) => expires.to_owned(),
        None if head.headers.contains_key("x-amz-date") => String::new(),
        None => value("date"),
    };
    let mut text = [head.method.as_str(), &value("content-md5"), &value("content-type"), &date]
        .map(|l| l.to_owned() + "\n")
        .concat();
    for (name, values) in amz_headers(head, presigned.is_some()) {
        text.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    if let Some(bucket) = bucket {
        text.push('/');
        text.push_str(bucket);
    }
    text.push_str(path);
    let mut signed: Vec<_> = parameters(head).filter(|(n, _)| SUB_RESOURCES.contains(&n.as_str())).collect();
    signed.sort();
    for (i, (name, value)) in signed.into_iter().enumerate() {
        text.push(if i == 0 { '?' } else { '&' });
        text.push_str(&name);
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            text.push('=');
            text.push_str(&value);
        }
    }
    text
}

/// The `x-amz-*` headers, by name; of a presigned request those in its query, too.
fn amz_headers(head: &Parts, presigned: bool) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut all = std::collections::BTreeMap::<String, Vec<String>>::new();
    for (name, value) in head.headers.iter().filter(|(n, _)| n.as_str().starts_with("x-amz-")) {
        let value = String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
        all.entry(name.as_str().to_owned()).or_default().push(value);
    }
    if presigned {
        for (name, value) in parameters(head) {
            let name = name.to_ascii_lowercase();
            if name.starts_with("x-amz-") && !head.headers.contains_key(&name) {
                all.entry(name).or_default().push(value.unwrap_or_default());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn head(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut b = http::Request::builder().method(method).uri(uri);
        for (n, v) in headers {
            b = b.header(*n, *v);
        }
        b.body(()).expect("a request").into_parts().0
    }

    fn holds(head: &Parts, bucket: Option<&str>) -> bool {
        let claim = parse(head).expect("well-formed").expect("a claim");
        verify_v2(&claim, head, bucket, SECRET).is_ok()
    }

    /// Source: S3 API reference, "Authentication examples" of Signature Version 2.
    #[test]
    fn published_examples_hold() {
        let key = |signature: &str| format!("AWS AKIAIOSFODNN7EXAMPLE:{signature}");
        let get = head(
            "GET",
            "/photos/puppy.jpg",
            &[
                ("date", "Tue, 27 Mar 2007 19:36:42 +0000"),
                ("authorization", &key("bWq2s1WEIj+Ydj0vQ697zp+IXMU=")),
            ],
        );
        assert!(holds(&get, Some("awsexamplebucket1")) || holds(&get, Some("johnsmith")));
        let list = head(
            "GET",
            "/?prefix=photos&max-keys=50&marker=puppy",
            &[
                ("date", "Tue, 27 Mar 2007 19:42:41 +0000"),
                ("authorization", &key("htDYFYduRNen8P9ZfE/s9SuKy0U=")),
            ],
        );
        assert!(holds(&list, Some("johnsmith")) || holds(&list, Some("awsexamplebucket1")));
        assert!(!holds(&list, Some("other")) && !holds(&list, None));
    }

    #[test]
    fn presigned_queries_are_whole() {
        let claim = |uri: &str| parse(&head("GET", uri, &[]));
        assert_eq!(claim("/b/k?AWSAccessKeyId=a&Signature=s"), Err(SigError::V2QueryIncomplete));
        assert!(matches!(
            claim("/b/k?AWSAccessKeyId=a&Signature=s&Expires=soon"),
            Err(SigError::V2ExpiresInvalid { .. })
        ));
        let good =
            claim("/b/k?AWSAccessKeyId=a&Signature=s%2B%3D&Expires=100").expect("sound").expect("a claim");
        assert_eq!((good.access_key_id.as_str(), good.signature.as_str()), ("a", "s+="));
        assert!(good.check_time_v2(&[99_000]).is_ok());
        assert!(good.check_time_v2(&[101_000, 100_000]).is_ok());
        assert!(good.check_time_v2(&[101_000, 102_000]).is_err());
        assert_eq!(claim("/?Action=x&AWSAccessKeyId=a&SignatureVersion=2"), Ok(None));
        assert_eq!(claim("/b/k"), Ok(None));
    }
}
