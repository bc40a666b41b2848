//! A line of a server access log.
//! Source: S3 user guide, "Amazon S3 server access log format" (names of operations: its examples; of the rest inferred).

use codec::Timestamp;
use directory::{Identity, IdentityKind};
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, HeaderName, REFERER, USER_AGENT};
use http::request::Parts;
use kernel::{Cx, Finished};

use crate::address::{self, Address};
use crate::names;
use crate::state::Bucket;
use crate::website::encoded;

/// How logs call S3 where nobody asked it.
const ITSELF: &str = "AmazonS3";

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

/// What a line says, where it says something.
#[derive(Default)]
struct Fields<'a> {
    at_ms: i64,
    source_ip: &'a str,
    requester: String,
    request_id: &'a str,
    operation: String,
    key: &'a str,
    uri: String,
    status: String,
    error: &'a str,
    sent: String,
    size: String,
    total: String,
    turn: String,
    referer: String,
    agent: String,
    version_id: &'a str,
    signature: (&'a str, &'a str),
    host: &'a str,
    secure: bool,
}

impl Fields<'_> {
    /// The line, with its end.
    fn line(self, bucket: &Bucket, name: &str) -> String {
        let fields = [
            names::canonical_id(&bucket.account),
            name.to_owned(),
            time(self.at_ms),
            or_none(self.source_ip),
            or_none(&self.requester),
            self.request_id.to_owned(),
            self.operation,
            or_none(&encoded(self.key)),
            or_none(&self.uri),
            or_none(&self.status),
            or_none(self.error),
            or_none(&self.sent),
            or_none(&self.size),
            or_none(&self.total),
            or_none(&self.turn),
            or_none(&self.referer),
            or_none(&self.agent),
            or_none(self.version_id),
            codec::host_id(self.request_id),
            or_none(self.signature.0),
            // Which cipher a connection uses isn't known here.
            "-".to_owned(),
            or_none(self.signature.1),
            or_none(self.host),
            if self.secure { "TLSv1.2" } else { "-" }.to_owned(),
            "-".to_owned(),
            "-".to_owned(),
        ];
        fields.join(" ") + "\n"
    }
}

/// The line of a finished request.
pub(crate) fn text(bucket: &Bucket, address: &Address, f: &Finished<'_>) -> String {
    let head = f.head;
    let sent = |name: HeaderName| head.headers.get(name).map(|v| String::from_utf8_lossy(v.as_bytes()));
    let quoted = |text: Option<&str>| format!("\"{}\"", text.unwrap_or("-").replace('"', "%22"));
    let path = head.uri.path_and_query().map_or("/", |p| p.as_str());
    let line = format!("{} {path} {:?}", head.method, head.version);
    let fields = Fields {
        at_ms: f.began_ms,
        source_ip: f.source_ip,
        requester: requester(f.caller),
        request_id: f.request_id,
        operation: operation(address, f),
        key: &address.key,
        uri: quoted(Some(&line)),
        status: f.status.to_string(),
        error: plain(f.error_code),
        sent: number(f.sent_bytes),
        size: object_size(f),
        total: f.took_ms.to_string(),
        turn: if f.error_code.is_empty() { f.took_ms.to_string() } else { String::new() },
        referer: quoted(sent(REFERER).as_deref()),
        agent: quoted(sent(USER_AGENT).as_deref()),
        version_id: parameter(head.uri.query(), "versionId").unwrap_or_default(),
        signature: signing(head),
        host: address::host(head),
        secure: f.secure,
    };
    fields.line(bucket, &address.bucket)
}

/// A line about one object, besides that of the request or without a request.
pub(crate) struct Part<'a> {
    pub(crate) operation: &'a str,
    pub(crate) key: &'a str,
    pub(crate) version_id: &'a str,
    /// 0: there is none.
    pub(crate) status: u16,
    pub(crate) error: String,
    pub(crate) size_bytes: Option<u64>,
}

impl Part<'_> {
    fn fields(&self) -> Fields<'_> {
        Fields {
            operation: self.operation.to_owned(),
            key: self.key,
            version_id: self.version_id,
            status: if self.status == 0 { String::new() } else { self.status.to_string() },
            error: plain(&self.error),
            size: self.size_bytes.map(|n| n.to_string()).unwrap_or_default(),
            ..Fields::default()
        }
    }
}

/// The line of the source of a finished copy.
pub(crate) fn of_source(bucket: &Bucket, name: &str, part: &Part<'_>, f: &Finished<'_>) -> String {
    let fields = Fields {
        at_ms: f.began_ms,
        source_ip: f.source_ip,
        requester: requester(f.caller),
        request_id: f.request_id,
        signature: signing(f.head),
        host: address::host(f.head),
        secure: f.secure,
        ..part.fields()
    };
    fields.line(bucket, name)
}

/// The line of one of the objects that a request is about which is being decided.
pub(crate) fn of_part(cx: &Cx, bucket: &Bucket, name: &str, part: &Part<'_>) -> String {
    let head = cx.request.head.as_deref();
    let fields = Fields {
        at_ms: cx.now_ms,
        source_ip: &cx.request.source_ip,
        requester: requester(Some(cx.caller)),
        request_id: &cx.request.request_id,
        signature: head.map(signing).unwrap_or_default(),
        host: head.map(address::host).unwrap_or_default(),
        secure: cx.request.secure,
        ..part.fields()
    };
    fields.line(bucket, name)
}

/// The line of what S3 does to an object by itself.
pub(crate) fn of_s3(cx: &Cx, bucket: &Bucket, name: &str, part: &Part<'_>) -> String {
    let request_id = cx.ids.text("s3.log_request", 16, b"0123456789ABCDEF");
    let fields = Fields {
        at_ms: cx.now_ms,
        requester: ITSELF.to_owned(),
        request_id: &request_id,
        uri: "\"-\"".to_owned(),
        referer: "\"-\"".to_owned(),
        agent: "\"-\"".to_owned(),
        ..part.fields()
    };
    fields.line(bucket, name)
}

/// An error's code without what HTTP's status says besides.
fn plain(code: &str) -> &str {
    code.trim_start_matches(|c: char| c.is_ascii_digit())
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "-" } else { text }.to_owned()
}

fn number(n: u64) -> String {
    if n == 0 { String::new() } else { n.to_string() }
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
        None => String::new(),
        Some(who) if who.kind == IdentityKind::Anonymous => String::new(),
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
    size.unwrap_or_default()
}

fn parameter<'q>(query: Option<&'q str>, name: &str) -> Option<&'q str> {
    query?.split('&').filter_map(|p| p.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// Version of the signature, and where it was.
fn signing(head: &Parts) -> (&'static str, &'static str) {
    let query = head.uri.query().unwrap_or_default();
    let header = head.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match () {
        () if header.starts_with("AWS4-") => ("SigV4", "AuthHeader"),
        () if header.starts_with("AWS ") => ("SigV2", "AuthHeader"),
        () if query.contains("X-Amz-Signature=") => ("SigV4", "QueryString"),
        () if query.contains("AWSAccessKeyId=") => ("SigV2", "QueryString"),
        () => ("", ""),
    }
}
