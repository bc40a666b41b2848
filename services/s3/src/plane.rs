//! What S3 answers beside its API: preflights by the rules of a bucket, web sites, forms of browsers. And what it hears
//! of finished requests: access logs.

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use kernel::{Cx, Finished, Look, Outgoing, Place, Plane, Serving, Visit};

use crate::address::{self, Address};
use crate::{access_log, buckets, cors, post, website};

/// For the service's row.
pub(crate) const PLANE: Plane = Plane { claims, serve, cross_origin, hears, hear };

/// Whether a request names a bucket of S3's: the host says so, or the bucket that its path may name is there.
fn is_ours(look: &Look<'_>, address: &Address) -> bool {
    address.is_certain || look.read(|cx| buckets::find(cx, &address.bucket, None)).is_ok()
}

fn claims(look: &Look<'_>, head: &Parts) -> bool {
    let is_preflight = head.method == Method::OPTIONS;
    let is_post = is_form(head);
    if !is_preflight && !is_post && !address::host(head).contains(".s3-website") {
        return false;
    }
    let Some(address) = address::read(head) else { return false };
    address.is_website
        || is_preflight && is_ours(look, &address)
        || is_post && address.key.is_empty() && (has_boundary(head) || is_ours(look, &address))
}

/// Whether a request may be a form, if it is posted to a bucket: nothing else is posted there without a signature.
fn is_form(head: &Parts) -> bool {
    static API: [HeaderName; 2] = [AUTHORIZATION, HeaderName::from_static("x-amz-target")];
    let is_api = || API.iter().any(|name| head.headers.contains_key(name));
    head.method == Method::POST && head.uri.query().is_none() && !is_api()
}

fn has_boundary(head: &Parts) -> bool {
    let kind = head.headers.get(http::header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    kind.and_then(codec::multipart::boundary).is_some()
}

fn serve<'v>(visit: &'v mut Visit<'_>) -> Serving<'v> {
    Box::pin(async move {
        let address = address::read(visit.head()).unwrap_or_default();
        let mut out = match visit.head().method {
            Method::OPTIONS => cors::preflight(&visit.look(), &address, visit.head())?,
            Method::POST if !address.is_website => post::serve(visit, &address).await?,
            _ => website::serve(visit, &address).await?,
        };
        sign_off(visit, &mut out);
        Ok(out)
    })
}

/// The ids that every answer of S3's carries.
fn sign_off(visit: &Visit<'_>, out: &mut Outgoing) {
    let id = visit.request_id();
    for (name, value) in [("x-amz-id-2", codec::host_id(&id)), ("x-amz-request-id", id)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            out.headers.insert(HeaderName::from_static(name), value);
        }
    }
}

fn cross_origin(look: &Look<'_>, head: &Parts, out: &mut HeaderMap) -> bool {
    let Some(address) = address::read(head) else { return false };
    if head.method != Method::OPTIONS {
        cors::allow(look, &address, head, out);
    }
    true
}

fn hears(cx: &Cx, finished: &Finished<'_>) -> Vec<Place> {
    access_log::places(cx, finished)
}

fn hear(cx: &mut Cx, finished: &Finished<'_>) -> Result<(), codec::Fault> {
    access_log::keep(cx, finished)
}
