//! The front door: what is answered before AWS's own requests (health, the admin API, issuers' documents, what services answer
//! beside their APIs, CORS preflights), and the pipeline for all the rest. The HTTP server itself is `edge`.

use std::sync::Arc;

use edge::{Handler, Incoming, Outgoing, cors};

use crate::kernel::Kernel;
use crate::{admin, pipeline, plane, well_known};

/// The kernel as the HTTP server's handler.
pub struct Front(pub Arc<Kernel>);

impl Handler for Front {
    async fn handle(&self, request: Incoming) -> Outgoing {
        // What few requests need is boxed: every request's future is moved about, and as large as the largest way through it.
        if let Some(document) = well_known::serve(&self.0, &request.parts, request.tls) {
            return document;
        }
        let path = request.parts.uri.path();
        if path.starts_with("/_tabletop/") || path == "/_localstack/health" {
            return Box::pin(admin::serve(&self.0, request)).await;
        }
        if let Some(service) = plane::claimant(&self.0, &request.parts) {
            return Box::pin(plane::serve(&self.0, service, request)).await;
        }
        if let Some(preflight) = cors::preflight(&request.parts.method, &request.parts.headers) {
            return preflight;
        }
        pipeline::serve(&self.0, request).await
    }
}
