//! A line of a server access log.
//! Source: S3 user guide, "Amazon S3 server access log format" (names of operations: its examples; of the rest inferred).

use codec::Timestamp;
use directory::{Identity, IdentityKind};
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, HeaderName, REFERER, USER_AGENT};
use kernel::Finished;

use crate::address::{self, Address};
use crate::names;
use crate::state::Bucket;
use crate::website::encoded;

/// Operations whose name in logs is not that of what their query names.
const NAMED: [(&str, &str); 22] = [
    ("CopyObject", "COPY.OBJECT"),
    ("UploadPartCopy", "COPY.PART"),
    ("UploadPart", "PUT.PART"),
    ("CreateMultipartUpload", "POST.UPLOADS"),
    ("CompleteMultipartUpload", "POST.UPLOAD"),
    ("AbortMultipartUpload", "DELETE.UPLOAD"),
    ("ListParts", "GET.UPLOAD"),
    ("DeleteObjects", "POST.MULTI_OBJECT_DELETE"),
    ("ListObjectVersions", "GET.BUCKETVERSIONS"),
    ("GetBucketPolicy", "GET.BUCKETPOLICY"),
    ("PutBucketPolicy", "PUT.BUCKETPOLICY"),
    ("DeleteBucketPolicy", "DELETE.BUCKETPOLICY"),
    ("GetBucketLogging", "GET.LOGGING_STATUS"),
    ("PutBucketLogging", "PUT.LOGGING_STATUS"),
    ("GetObjectTagging", "GET.OBJECT_TAGGING"),
    ("PutObjectTagging", "PUT.OBJECT_TAGGING"),
    ("DeleteObjectTagging", "DELETE.OBJECT_TAGGING"),
    ("GetObject", "GET.OBJECT"),
    ("HeadObject", "HEAD.OBJECT"),
    ("DeleteObject", "DELETE.OBJECT"),
    ("ListObjects", "GET.BUCKET"),
    ("ListObjectsV2", "GET.BUCKET"),
];

/// The line, with its end.
pub(crate) fn text(bucket: &Bucket, address: &Address, f: &Finished<'_>) -> String {
    let head = f.head;
    let sent = |name: HeaderName| head.headers.get(name).map(|v| String::from_utf8_lossy(v.as_bytes()));
    let quoted = |text: Option<&str>| format!("\"{}\"", text.unwrap_or("-").replace('"', "%22"));
    let (signature, kind) = signing(f);
    let path = head.uri.path_and_query().map_or("/", |p| p.as_str());
    let line = format!("{} {path} {:?}", head.method, head.version);
    let fields = [
        names::canonical_id(&bucket.account),
        address.bucket.clone(),
        time(f.began_ms),
        f.source_ip.to_owned(),
        requester(f.caller),
        f.request_id.to_owned(),
        operation(address, f),
        or_none(&encoded(&address.key)),
        quoted(Some(&line)),
        f.status.to_string(),
        or_none(f.error_code.trim_start_matches(|c: char| c.is_ascii_digit())),
        number(f.sent_bytes),
        object_size(f),
        f.took_ms.to_string(),
        if f.error_code.is_empty() { f.took_ms.to_string() } else { "-".to_owned() },
        quoted(sent(REFERER).as_deref()),
        quoted(sent(USER_AGENT).as_deref()),
        parameter(head.uri.query(), "versionId").unwrap_or("-").to_owned(),
        codec::host_id(f.request_id),
        signature.to_owned(),
        // Which cipher a connection uses isn't known here.
        "-".to_owned(),
        kind.to_owned(),
        or_none(address::host(head)),
        if f.secure { "TLSv1.2" } else { "-" }.to_owned(),
        "-".to_owned(),
        "-".to_owned(),
    ];
    fields.join(" ") + "\n"
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "-" } else { text }.to_owned()
}

fn number(n: u64) -> String {
    if n == 0 { "-".to_owned() } else { n.to_string() }
}

/// `[06/Feb/2019:00:00:38 +0000]`
fn time(at_ms: i64) -> String {
    let date = Timestamp { epoch_ms: at_ms }.http_date();
    // `Wed, 06 Feb 2019 00:00:38 GMT`
    let parts: Vec<&str> = date.split(' ').collect();
    match parts[..] {
        [_, day, month, year, clock, _] => format!("[{day}/{month}/{year}:{clock} +0000]"),
        _ => "-".to_owned(),
    }
}

/// A user's or a role's ARN; the canonical user id of an account's root.
fn requester(caller: Option<&Identity>) -> String {
    match caller {
        None => "-".to_owned(),
        Some(who) if who.kind == IdentityKind::Anonymous => "-".to_owned(),
        Some(who) if who.kind == IdentityKind::Root => names::canonical_id(&who.account),
        Some(who) => who.arn.clone(),
    }
}

fn operation(address: &Address, f: &Finished<'_>) -> String {
    let method = f.head.method.as_str();
    if address.is_website {
        return format!("WEBSITE.{method}.OBJECT");
    }
    if f.head.method == Method::OPTIONS {
        return "REST.OPTIONS.PREFLIGHT".to_owned();
    }
    if let Some((_, name)) = NAMED.iter().find(|(operation, _)| *operation == f.operation) {
        return format!("REST.{name}");
    }
    let named = f.head.uri.query().and_then(|q| q.split('&').next()).filter(|q| !q.contains('='));
    let is_form = f.operation == "PutObject";
    let resource = match named.filter(|q| !q.is_empty() && !is_form) {
        Some(resource) => resource.replace('-', "_").to_ascii_uppercase(),
        None if address.key.is_empty() && !is_form => "BUCKET".to_owned(),
        None => "OBJECT".to_owned(),
    };
    format!("REST.{method}.{resource}")
}

/// The size of the object that was read or written, where the request or its answer tells.
fn object_size(f: &Finished<'_>) -> String {
    let answered = |name: HeaderName| f.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let asked = |name: HeaderName| f.head.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let size = match f.operation {
        _ if f.status >= 300 => None,
        "GetObject" | "HeadObject" => answered(CONTENT_RANGE)
            .and_then(|r| r.rsplit('/').next().map(str::to_owned))
            .or(answered(CONTENT_LENGTH))
            .or(Some(number(f.sent_bytes))),
        "PutObject" | "UploadPart" if f.head.method == Method::PUT => {
            asked(HeaderName::from_static("x-amz-decoded-content-length")).or(asked(CONTENT_LENGTH))
        }
        _ => None,
    };
    or_none(&size.unwrap_or_default())
}

fn parameter<'q>(query: Option<&'q str>, name: &str) -> Option<&'q str> {
    query?.split('&').filter_map(|p| p.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// Version of the signature, and where it was.
fn signing(f: &Finished<'_>) -> (&'static str, &'static str) {
    let query = f.head.uri.query().unwrap_or_default();
    let header = f.head.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match () {
        () if header.starts_with("AWS4-") => ("SigV4", "AuthHeader"),
        () if header.starts_with("AWS ") => ("SigV2", "AuthHeader"),
        () if query.contains("X-Amz-Signature=") => ("SigV4", "QueryString"),
        () if query.contains("AWSAccessKeyId=") => ("SigV2", "QueryString"),
        () => ("-", "-"),
    }
}
