//! Web sites: what the address of a bucket's site answers. Pages are read as the visitor, through GetObject: whoever may not read
//! an object doesn't see its page. Refusals are pages, too.
//! Source: S3 user guide, "Hosting a static website using Amazon S3", "Configuring an index document", "Configuring a custom error
//! document", "Configuring a webpage redirect"; pages recorded 2026-02-21.

use codec::Fault;
use http::header::{HeaderName, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use kernel::{Outgoing, Visit, Visitor};
use shapes_s3::{ErrorDocument, Redirect, RoutingRule, WebsiteConfiguration, op};

use crate::address::{self, Address};
use crate::{attributes, buckets, err, html, settings};

/// Header of an object that is a redirect, and of the answer that is one.
const REDIRECT: &str = "x-amz-website-redirect-location";
/// What of a visitor's headers the object's read heeds.
const HEEDED: [&str; 5] = ["range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/// Answers a request to a site.
pub(crate) async fn serve(visit: &mut Visit<'_>, address: &Address) -> Result<Outgoing, Fault> {
    match page(visit, address).await {
        Ok(out) => Ok(out),
        Err(fault) => Ok(html::refusal(visit, &fault, None)),
    }
}

/// Errors: MethodNotAllowed; NoSuchBucket; NoSuchWebsiteConfiguration; those of reading the page.
async fn page(visit: &mut Visit<'_>, address: &Address) -> Result<Outgoing, Fault> {
    if !matches!(visit.head().method, Method::GET | Method::HEAD) {
        return Err(err::method_not_allowed(visit.head().method.as_str(), "OBJECT"));
    }
    let config = visit.look().read(|cx| {
        let bucket = buckets::find(cx, &address.bucket, None)?;
        settings::get::<WebsiteConfiguration>(cx, &bucket, settings::WEBSITE, "")
    })?;
    let config = config.ok_or_else(|| no_website(&address.bucket))?;
    if let Some(all) = &config.redirect_all_requests_to {
        let rest = visit.head().uri.path_and_query().map_or("/", |p| p.as_str());
        let protocol = all.protocol.as_deref().unwrap_or_else(|| protocol(visit));
        return Ok(redirect(301, &format!("{protocol}://{}{rest}", all.host_name)));
    }
    let rules = config.routing_rules.as_deref().unwrap_or_default();
    if let Some(rule) = rule(rules, &address.key, None) {
        return Ok(follow(visit, rule, &address.key));
    }
    let visitor = visit.unsigned()?;
    let suffix = config.index_document.as_ref().map_or("", |d| d.suffix.as_str());
    let is_folder = address.key.is_empty() || address.key.ends_with('/');
    let key = if is_folder { format!("{}{suffix}", address.key) } else { address.key.clone() };
    let fault = match read(visit, &visitor, &address.bucket, &key, true).await {
        Ok(out) => return Ok(or_redirect(visit, out)),
        Err(fault) if fault.status() < 400 => return Err(fault),
        Err(fault) => fault,
    };
    let is_missing = matches!(fault.code(), "NoSuchKey" | "AccessDenied");
    if is_missing && !is_folder && !suffix.is_empty() {
        let index = format!("{key}/{suffix}");
        if exists(visit, &visitor, &address.bucket, &index).await {
            return Ok(html::found(visit, &format!("/{}/", encoded(&key))));
        }
    }
    if let Some(rule) = rule(rules, &address.key, Some(fault.status())) {
        return Ok(follow(visit, rule, &address.key));
    }
    match config.error_document {
        Some(document) if fault.status() < 500 => {
            Ok(instead(visit, &visitor, &address.bucket, &document, &fault).await)
        }
        _ => Err(fault),
    }
}

fn no_website(bucket: &str) -> Fault {
    let text = "The specified bucket does not have a website configuration";
    err::none_such("NoSuchWebsiteConfiguration", text, bucket)
}

/// The site's own page for a refusal, with the refusal's status.
async fn instead(
    visit: &mut Visit<'_>,
    visitor: &Visitor,
    bucket: &str,
    document: &ErrorDocument,
    fault: &Fault,
) -> Outgoing {
    match read(visit, visitor, bucket, &document.key, false).await {
        Ok(out) if out.hang_up => out,
        Ok(mut out) => {
            out.status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::NOT_FOUND);
            html::explain(&mut out, fault);
            out
        }
        Err(second) => html::refusal(visit, fault, Some(&second)),
    }
}

/// Reads an object as the visitor: its head alone, if that was asked for.
async fn read(
    visit: &mut Visit<'_>,
    visitor: &Visitor,
    bucket: &str,
    key: &str,
    heeds: bool,
) -> Result<Outgoing, Fault> {
    let mut headers = HeaderMap::new();
    for name in HEEDED.iter().filter(|_| heeds) {
        if let Some(value) = visit.head().headers.get(*name) {
            headers.insert(HeaderName::from_static(name), value.clone());
        }
    }
    if visit.head().method == Method::HEAD {
        let mut input = visit.input::<op::HeadObject>(labels(), &headers, b"")?;
        (input.bucket, input.key) = (bucket.to_owned(), key.to_owned());
        return visit.call::<op::HeadObject>(visitor, input).await;
    }
    let mut input = visit.input::<op::GetObject>(labels(), &headers, b"")?;
    (input.bucket, input.key) = (bucket.to_owned(), key.to_owned());
    visit.call::<op::GetObject>(visitor, input).await
}

/// Whether the visitor may read an object.
async fn exists(visit: &mut Visit<'_>, visitor: &Visitor, bucket: &str, key: &str) -> bool {
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    let input = shapes_s3::HeadObjectRequest { bucket, key, ..Default::default() };
    visit.call::<op::HeadObject>(visitor, input).await.is_ok()
}

/// What an object's header redirects to, or the object.
fn or_redirect(visit: &Visit<'_>, out: Outgoing) -> Outgoing {
    let to = out.headers.get(REDIRECT).and_then(|v| v.to_str().ok()).map(str::to_owned);
    match to {
        Some(to) if !out.hang_up => {
            let whole = if to.starts_with('/') { [&base(visit), to.as_str()].concat() } else { to };
            redirect(301, &whole)
        }
        _ => out,
    }
}

fn protocol(visit: &Visit<'_>) -> &'static str {
    if visit.is_secure() { "https" } else { "http" }
}

/// `http://host`, as the visitor wrote it.
fn base(visit: &Visit<'_>) -> String {
    format!("{}://{}", protocol(visit), address::host(visit.head()))
}

pub(crate) fn redirect(status: u16, to: &str) -> Outgoing {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::MOVED_PERMANENTLY);
    let mut out = Outgoing::new(status, "");
    if let Ok(to) = HeaderValue::from_str(to) {
        out.headers.insert(LOCATION, to);
    }
    out
}

/// The first rule for a key and, once it couldn't be read, the status of the refusal.
fn rule<'r>(rules: &'r [RoutingRule], key: &str, status: Option<u16>) -> Option<&'r RoutingRule> {
    rules.iter().find(|rule| {
        let Some(condition) = &rule.condition else { return status.is_none() };
        let prefix = condition.key_prefix_equals.as_deref().unwrap_or_default();
        let on_error = condition.http_error_code_returned_equals.as_deref();
        let fits = match (on_error, status) {
            (None, None) => true,
            (Some(wanted), Some(status)) => wanted == status.to_string(),
            _ => false,
        };
        fits && key.starts_with(prefix)
    })
}

/// Follows a rule.
fn follow(visit: &Visit<'_>, rule: &RoutingRule, key: &str) -> Outgoing {
    let Redirect { host_name, http_redirect_code, protocol: to, replace_key_prefix_with, replace_key_with } =
        &rule.redirect;
    let prefix = rule.condition.as_ref().and_then(|c| c.key_prefix_equals.as_deref()).unwrap_or_default();
    let key = match (replace_key_with, replace_key_prefix_with) {
        (Some(whole), _) => whole.clone(),
        (None, Some(begin)) => [begin, key.strip_prefix(prefix).unwrap_or(key)].concat(),
        (None, None) => key.to_owned(),
    };
    let host = host_name.as_deref().unwrap_or_else(|| address::host(visit.head()));
    let to = to.as_deref().unwrap_or_else(|| protocol(visit));
    let status = http_redirect_code.as_deref().and_then(|c| c.parse().ok()).unwrap_or(301);
    redirect(status, &format!("{to}://{host}/{}", encoded(&key)))
}

/// A key as a URL's path.
pub(crate) fn encoded(key: &str) -> String {
    key.split('/').map(attributes::percent_encoded).collect::<Vec<_>>().join("/")
}

/// Labels that stand for what is filled in afterwards.
fn labels() -> Vec<(&'static str, String)> {
    vec![("Bucket", "b".to_owned()), ("Key", "k".to_owned())]
}
