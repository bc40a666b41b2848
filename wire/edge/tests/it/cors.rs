//! Cross-origin answers.

use edge::cors;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(n, v)| (n.parse().unwrap(), HeaderValue::from_static(v))).collect()
}

#[test]
fn a_preflight_mirrors_what_was_asked() {
    let asked = headers(&[
        ("origin", "http://localhost:3000"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "authorization,x-amz-date"),
    ]);
    let answer = cors::preflight(&Method::OPTIONS, &asked).unwrap();
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.headers["access-control-allow-origin"], "http://localhost:3000");
    assert_eq!(answer.headers["access-control-allow-headers"], "authorization,x-amz-date");
    assert!(answer.headers["access-control-allow-methods"].to_str().unwrap().contains("PUT"));
}

#[test]
fn what_is_no_preflight_is_left_alone() {
    let asked = headers(&[("origin", "http://a"), ("access-control-request-method", "PUT")]);
    assert!(cors::preflight(&Method::PUT, &asked).is_none());
    assert!(cors::preflight(&Method::OPTIONS, &headers(&[("origin", "http://a")])).is_none());
    assert!(
        cors::preflight(&Method::OPTIONS, &headers(&[("access-control-request-method", "PUT")])).is_none()
    );
}

#[test]
fn answers_are_opened_to_their_origin_unless_a_service_decided() {
    let origin = HeaderValue::from_static("http://a");
    let mut answer = HeaderMap::new();
    cors::allow(Some(&origin), &mut answer);
    assert_eq!(answer["access-control-allow-origin"], "http://a");
    assert_eq!(answer["vary"], "Origin");
    let mut decided = headers(&[("access-control-allow-origin", "*")]);
    cors::allow(Some(&origin), &mut decided);
    assert_eq!(decided.len(), 1);
    let mut same_origin = HeaderMap::new();
    cors::allow(None, &mut same_origin);
    assert!(same_origin.is_empty());
}
