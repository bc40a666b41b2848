//! The yardstick: a bare hyper server that reads a request's body and answers fixed bytes. `PUT /answer` sets them.

use std::convert::Infallible;
use std::sync::{Arc, RwLock};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, body::Incoming, server::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Serves until it is killed; prints its address first.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        println!("http://{}", listener.local_addr().expect("it is bound"));
        let answer: Arc<RwLock<Bytes>> = Arc::default();
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let answer = answer.clone();
            tokio::spawn(async move {
                stream.set_nodelay(true).ok();
                let service = service_fn(move |request| reply(request, answer.clone()));
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
            });
        }
    });
}

async fn reply(
    request: Request<Incoming>,
    answer: Arc<RwLock<Bytes>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let set = request.method() == Method::PUT && request.uri().path() == "/answer";
    let body = request.into_body().collect().await.map(|b| b.to_bytes()).unwrap_or_default();
    if set {
        *answer.write().expect("nobody panics holding it") = body;
        return Ok(Response::new(Full::default()));
    }
    let bytes = answer.read().expect("nobody panics holding it").clone();
    let response = Response::builder()
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amzn-requestid", "00000000-0000-4000-8000-000000000000")
        .body(Full::new(bytes));
    Ok(response.expect("the headers are sound"))
}
