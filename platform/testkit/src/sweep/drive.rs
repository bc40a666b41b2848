//! A kernel to which inputs are put: as signed HTTP requests to the front door, without a socket, and as calls from inside.
//! The caller is a user who may do everything (root may not: it can't assume roles), so that only the input decides.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use codec::client::{self, ClientRequest};
use codec::{Spelling, Value};
use directory::Identity;
use edge::{Handler as _, Incoming, OutBody};
use kernel::{ClockState, Config, Front, Kernel, RequestMeta, Scope, Service};
use model::{Model, Operation, Protocol};
use serde_json::json;
use sigv4::{Credentials, Payload, Rules, SigningScope};
use store::Store;

use crate::EPOCH_MS;

/// What became of a call: status, code and text; code and text are empty when it went well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) text: String,
}

/// The kernel and its runtime.
pub(crate) struct Driver {
    pub(crate) kernel: Arc<Kernel>,
    runtime: tokio::runtime::Runtime,
    who: Identity,
    key: Credentials,
}

const ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

impl Driver {
    /// Needs IAM among the services.
    pub(crate) fn new(services: Vec<Service>) -> Driver {
        let clock = ClockState { base_virtual_ms: EPOCH_MS, base_real_ms: 0, scale: 0.0 };
        let config = Config { seed: Some([7; 32]), clock: Some(clock), ..Config::default() };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        let kernel = Kernel::open(config, Store::memory(), services).expect("it opens");
        let root = Identity::root("aws", "000000000000");
        let iam = |operation: &str, input: serde_json::Value| {
            let (meta, input) = (meta(), input.to_string());
            let call = kernel.call_json(&root, scope(), &meta, "iam", operation, &input);
            runtime.block_on(call).expect("IAM is there, and empty")
        };
        iam("CreateUser", json!({"UserName": "sweeper"}));
        iam("PutUserPolicy", json!({"UserName": "sweeper", "PolicyName": "all", "PolicyDocument": ALL}));
        let made = iam("CreateAccessKey", json!({"UserName": "sweeper"}));
        let made: serde_json::Value = serde_json::from_str(&made).expect("it is JSON");
        let text = |name: &str| made["AccessKey"][name].as_str().unwrap_or_default().to_owned();
        let key = Credentials {
            access_key_id: text("AccessKeyId"),
            secret_access_key: text("SecretAccessKey"),
            session_token: None,
        };
        let who = kernel.identify("aws", &key.access_key_id, &key.secret_access_key, None);
        Driver { who: Identity::clone(&who.expect("the key is good")), kernel, runtime, key }
    }

    /// Puts the input into an HTTP request of that protocol.
    pub(crate) fn over_the_wire(
        &self,
        model: &'static Model,
        operation: &'static Operation,
        protocol: Protocol,
        input: &Value,
    ) -> Answer {
        match client::encode(model, operation, protocol, input) {
            Ok(request) => self.send(model, operation, protocol, request),
            Err(e) => failed(&format!("the client can't write it: {}", e.0)),
        }
    }

    /// Sends a request and reads its answer.
    pub(crate) fn send(
        &self,
        model: &'static Model,
        operation: &'static Operation,
        protocol: Protocol,
        request: ClientRequest,
    ) -> Answer {
        let mut head = http::Request::builder().method(request.method).uri(&request.uri);
        head = head.header("host", format!("{}.us-east-1.amazonaws.com", model.endpoint_prefix));
        for (name, value) in &request.headers {
            head = head.header(name, value);
        }
        let (mut parts, ()) = head.body(()).expect("the client's headers are sound").into_parts();
        let now_ms = self.kernel.clock.now_ms();
        let signing =
            SigningScope { region: "us-east-1", service: model.signing_name, now_ms, rules: Rules::COMMON };
        sigv4::sign(&mut parts, Payload::Bytes(&request.body), &self.key, signing);
        let here = std::net::SocketAddr::from(([127, 0, 0, 1], 4566));
        let body = bytes::Bytes::from(request.body).into();
        let incoming = Incoming { parts, body, peer: here, tls: false, local: here };
        let front = Front(self.kernel.clone());
        let handled = catch_unwind(AssertUnwindSafe(|| self.runtime.block_on(front.handle(incoming))));
        let Ok(out) = handled else { return failed("it panicked") };
        let status = out.status.as_u16();
        // A list that goes out in pieces: it was not refused, and the rest of it isn't waited for.
        let OutBody::Whole(body) = &out.body else {
            return Answer { status, code: String::new(), text: String::new() };
        };
        match client::decode(model, operation, protocol, status, &out.headers, body) {
            Ok(_) => Answer { status, code: String::new(), text: String::new() },
            Err(e) => Answer { status: e.status, code: e.code, text: e.message },
        }
    }

    /// Calls from inside, with plain JSON.
    pub(crate) fn call_inside(
        &self,
        model: &'static Model,
        operation: &'static Operation,
        input: &Value,
    ) -> Answer {
        let input = match operation.input {
            Some(id) => codec::to_json(model, model.shape(id), input, Spelling::Model),
            None => "{}".to_owned(),
        };
        let meta = meta();
        let call = self.kernel.call_json(&self.who, scope(), &meta, model.id, operation.name, &input);
        match catch_unwind(AssertUnwindSafe(|| self.runtime.block_on(call))) {
            Ok(Ok(_)) => Answer { status: 200, code: String::new(), text: String::new() },
            Ok(Err(f)) => {
                Answer { status: f.status(), code: f.code().to_owned(), text: f.message().to_owned() }
            }
            Err(_) => failed("it panicked"),
        }
    }
}

fn scope() -> Scope {
    Scope::new(kernel::region("us-east-1").expect("it exists"), "000000000000")
}

/// Of calls that only want to be refused: one piece of a long list is enough.
fn meta() -> RequestMeta {
    let base_url = "http://localhost:4566".to_owned();
    RequestMeta { base_url, piece_items: Some(10), ..RequestMeta::default() }
}

fn failed(why: &str) -> Answer {
    Answer { status: 0, code: String::new(), text: why.to_owned() }
}
