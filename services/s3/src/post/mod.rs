//! Browser uploads: a form that is posted to a bucket becomes a PutObject, as whoever signed the form's policy or as nobody; its file
//! streams by. What the policy demands is `policy.rs`'s, what becomes of the object PutObject's.
//! Source: S3 API reference, "POST Object", "Browser-based uploads using POST"; answers recorded 2026-02-21.

mod policy;

use std::fmt::Write;

use codec::{Fault, Value};
use http::header::{CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use kernel::{FileName, Outgoing, SignedText, Visit, Visitor};
use shapes_s3::{PutObjectRequest, Tag, op};

use crate::address::{self, Address};
use crate::{attributes, err, website};
use policy::Policy;

/// What the fields before the file may take together. Source: S3 API reference, "POST Object" (20 KB).
const FIELDS_BYTES: usize = 20_000;
/// Fields that say what the object's headers are, beside `x-amz-…`.
const HEADERS: [&str; 6] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];
/// Fields that are about the request.
const OF_THE_SIGNATURE: [&str; 5] =
    ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "x-amz-signature"];

/// The fields of a form, by name in lower case, and its file's name.
pub(crate) struct Fields {
    all: Vec<(String, String)>,
}

impl Fields {
    fn new(sent: Vec<(String, String)>, file: &FileName) -> Fields {
        // Browsers of old send a path.
        let name = file.0.as_deref().map(|n| n.rsplit(['/', '\\']).next().unwrap_or_default());
        let expanded = |value: String| match name {
            Some(name) => value.replace("${filename}", name),
            None => value,
        };
        let all = sent.into_iter().map(|(n, v)| (n.to_ascii_lowercase(), expanded(v))).collect();
        Fields { all }
    }

    /// The value of a field, by its name in lower case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(name, _)| name.as_str())
    }

    fn needed(&self, shown: &str) -> Result<&str, Fault> {
        self.get(&shown.to_ascii_lowercase()).ok_or_else(|| {
            let text = format!(
                "Bucket POST must contain a field named '{shown}'.  If it is specified, please check the order of the fields."
            );
            Fault::new("InvalidArgument", 400, text)
                .with_field("ArgumentName", Value::String(shown.to_owned()))
                .with_field("ArgumentValue", Value::String(String::new()))
        })
    }
}

/// Answers a form.
///
/// Errors: PreconditionFailed: no form; MalformedPOSTRequest; MaxPostPreDataLengthExceeded; InvalidArgument: a field that is missing;
/// those of signatures; InvalidPolicyDocument; AccessDenied: against the policy; those of PutObject.
pub(crate) async fn serve(visit: &mut Visit<'_>, address: &Address) -> Result<Outgoing, Fault> {
    let kind = visit.head().headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let Some(boundary) = codec::multipart::boundary(kind).map(str::to_owned) else {
        return Err(err::precondition_failed(
            "Bucket POST must be of the enclosure-type multipart/form-data",
        ));
    };
    let form = visit.form(&boundary, FIELDS_BYTES).await.map_err(err::of_upload)?;
    let Some(file) = &form.file else {
        let text = "POST requires exactly one file upload per request.";
        return Err(err::invalid_argument(text, "file", "0"));
    };
    let fields = Fields::new(form.fields, file);
    let key = fields.needed("key")?.to_owned();
    let visitor = authenticated(visit, &fields)?;
    if let Some(text) = fields.get("policy") {
        let policy = Policy::read(text)?;
        policy.check_time(|at_ms| visit.is_past(at_ms))?;
        let limits = policy.check(&fields, &address.bucket)?;
        if let Some((least, most)) = limits {
            visit.limit_file(least, most);
        }
    }
    let input = PutObjectRequest {
        bucket: address.bucket.clone(),
        key: key.clone(),
        tagging: tagging(visit, &fields)?,
        ..visit.input::<op::PutObject>(labels(), &headers(&fields)?, b"")?
    };
    let put = visit.call::<op::PutObject>(&visitor, input).await?;
    Ok(if put.hang_up { put } else { answer(visit, address, &fields, &key, put) })
}

/// Labels that stand for what is filled in afterwards.
fn labels() -> Vec<(&'static str, String)> {
    vec![("Bucket", "b".to_owned()), ("Key", "k".to_owned())]
}

/// Who signed the form's policy; nobody, where it has none.
fn authenticated(visit: &Visit<'_>, fields: &Fields) -> Result<Visitor, Fault> {
    let is_v4 = OF_THE_SIGNATURE.iter().any(|name| fields.get(name).is_some());
    let is_v2 = fields.get("awsaccesskeyid").is_some() || fields.get("signature").is_some();
    if !is_v4 && !is_v2 {
        return match fields.get("policy") {
            Some(_) => Err(err::access_denied()),
            None => visit.unsigned(),
        };
    }
    let token = fields.get("x-amz-security-token");
    if is_v2 && fields.get("x-amz-signature").is_none() {
        return visit.signed(&SignedText {
            access_key_id: fields.needed("AWSAccessKeyId")?,
            signature: fields.needed("signature")?,
            text: fields.needed("policy")?,
            scope: None,
            token,
        });
    }
    let algorithm = fields.needed("X-Amz-Algorithm")?;
    let credential = fields.needed("X-Amz-Credential")?;
    let signature = fields.needed("X-Amz-Signature")?;
    fields.needed("X-Amz-Date")?;
    let text = fields.needed("policy")?;
    if algorithm != "AWS4-HMAC-SHA256" {
        let message = "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"";
        return Err(err::invalid_argument(message, "X-Amz-Algorithm", algorithm));
    }
    let (access_key_id, scope) = credential.split_once('/').unwrap_or((credential, ""));
    visit.signed(&SignedText { text, access_key_id, scope: Some(scope), signature, token })
}

/// The headers that a PutObject would have.
fn headers(fields: &Fields) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::new();
    for (name, value) in &fields.all {
        let is_amz = name.starts_with("x-amz-") && !OF_THE_SIGNATURE.contains(&name.as_str());
        let name = if name == "acl" { "x-amz-acl" } else { name };
        if !is_amz && name != "x-amz-acl" && !HEADERS.contains(&name) {
            continue;
        }
        let invalid = || err::invalid_argument("A form field can't be a header", name, value);
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| invalid())?;
        headers.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?, value);
    }
    Ok(headers)
}

/// Tags as a header spells them; a form has them as XML.
///
/// Errors: MalformedXML.
fn tagging(visit: &Visit<'_>, fields: &Fields) -> Result<Option<String>, Fault> {
    let Some(xml) = fields.get("tagging") else { return Ok(None) };
    let read = visit.input::<op::PutObjectTagging>(labels(), &HeaderMap::new(), xml.as_bytes());
    let tags = read.map_err(|_| err::malformed_xml())?.tagging.tag_set;
    let pair = |t: &Tag| {
        let value = t.value.as_ref().ok_or_else(err::malformed_xml)?;
        Ok(format!("{}={}", attributes::percent_encoded(&t.key), attributes::percent_encoded(value)))
    };
    let pairs: Result<Vec<String>, Fault> = tags.iter().map(pair).collect();
    Ok(Some(pairs?.join("&")))
}

/// What the form asked to be answered.
fn answer(visit: &Visit<'_>, address: &Address, fields: &Fields, key: &str, mut out: Outgoing) -> Outgoing {
    let etag = out.headers.get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let bucket = &address.bucket;
    let to = fields.get("success_action_redirect").or(fields.get("redirect"));
    if let Some(to) = to.filter(|to| to.starts_with("http://") || to.starts_with("https://")) {
        let joint = if to.contains('?') { '&' } else { '?' };
        let [b, k, e] = [bucket, key, &etag].map(attributes::percent_encoded);
        let to = format!("{to}{joint}bucket={b}&key={k}&etag={e}");
        out.status = StatusCode::SEE_OTHER;
        set(&mut out, LOCATION, &to);
        return out;
    }
    let scheme = if visit.is_secure() { "https" } else { "http" };
    let place = if address.in_host { String::new() } else { format!("/{bucket}") };
    let host = address::host(visit.head());
    let location = format!("{scheme}://{host}{place}/{}", website::encoded(key));
    set(&mut out, LOCATION, &location);
    match fields.get("success_action_status") {
        Some("200") => out.status = StatusCode::OK,
        Some("201") => {
            out.status = StatusCode::CREATED;
            set(&mut out, CONTENT_TYPE, "application/xml");
            out.body =
                document(&[("Location", &location), ("Bucket", bucket), ("Key", key), ("ETag", &etag)])
                    .into();
        }
        _ => out.status = StatusCode::NO_CONTENT,
    }
    out
}

fn set(out: &mut Outgoing, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        out.headers.insert(name, value);
    }
}

fn document(members: &[(&str, &str)]) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>".to_owned();
    for (name, value) in members {
        let value =
            value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        write!(xml, "<{name}>{value}</{name}>").expect("a text takes all");
    }
    xml + "</PostResponse>"
}
