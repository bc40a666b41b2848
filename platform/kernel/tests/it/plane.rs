//! What a service answers beside its API: who is asked, what it may do for a visitor, and what it hears afterwards.

use std::sync::Arc;

use bytes::Bytes;
use edge::{Handler, Incoming};
use http::{Method, StatusCode};
use kernel::{
    Finished, Front, Kernel, Look, OutBody, Outgoing, Place, Plane, Scope, Service, Serving, Visit,
};
use store::{Scan, Store};

use crate::toy::{self, Log};

const PLANE: Plane = Plane {
    claims: |_: &Look<'_>, head| head.uri.path().starts_with("/plane"),
    serve,
    cross_origin: |_: &Look<'_>, head, out| {
        if head.method == Method::GET {
            out.insert("access-control-allow-origin", http::HeaderValue::from_static("https://own"));
        }
        head.uri.path() == "/plane"
    },
    hears: |cx, f: &Finished<'_>| {
        (f.head.uri.path() == "/plane").then(|| Place::at(Scope::clone(cx.scope))).into_iter().collect()
    },
    hear: |cx, f: &Finished<'_>| {
        toy::log(cx, &format!("{} {} {} {}", f.head.uri.path(), f.status, f.error_code, f.sent_bytes))
    },
};

fn serve<'v>(visit: &'v mut Visit<'_>) -> Serving<'v> {
    Box::pin(async move {
        match visit.head().method {
            Method::GET => Ok(Outgoing::new(StatusCode::IM_A_TEAPOT, "tea")),
            _ => Err(codec::Fault::new("Strange", 400, "a strange method")),
        }
    })
}

fn kernel() -> Arc<Kernel> {
    let service = Service { plane: Some(&PLANE), ..toy::service() };
    Kernel::open(kernel::Config::default(), Store::memory(), vec![service]).expect("it opens")
}

async fn send(k: &Arc<Kernel>, method: &str, path: &str) -> Outgoing {
    let request = http::Request::builder().method(method).uri(path).header("origin", "https://other");
    let (parts, ()) = request.body(()).expect("it is one").into_parts();
    let here = std::net::SocketAddr::from(([127, 0, 0, 1], 4566));
    Front(k.clone())
        .handle(Incoming { parts, body: Bytes::new().into(), peer: here, tls: false, local: here })
        .await
}

#[tokio::test]
async fn a_service_answers_what_it_claims_and_hears_of_it() {
    let k = kernel();
    let out = send(&k, "GET", "/plane").await;
    assert_eq!(out.status, StatusCode::IM_A_TEAPOT);
    assert!(matches!(out.body, OutBody::Whole(b) if b == "tea"));
    assert_eq!(out.headers["access-control-allow-origin"], "https://own");
    let refused = send(&k, "PUT", "/plane").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(!refused.headers.contains_key("access-control-allow-origin"), "its own rules let nobody read");
    let general = send(&k, "PUT", "/plane/else").await;
    assert_eq!(general.headers["access-control-allow-origin"], "https://other");
    assert_ne!(send(&k, "GET", "/elsewhere").await.status, StatusCode::IM_A_TEAPOT);
    let heard: Vec<String> =
        k.store.tx().scan::<Log>(Scan::all()).unwrap().map(|(_, entry)| entry.what).collect();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0], "/plane 418  3");
    assert!(heard[1].starts_with("/plane 400 Strange "), "{}", heard[1]);
}
