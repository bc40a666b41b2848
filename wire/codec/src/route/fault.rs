//! What AWS answers when a request names no operation, in each protocol's words.

use model::{Model, Protocol};

use crate::Fault;
use crate::Value;
use crate::reply::Request;

/// A request that leads to no operation. It has no [`crate::Route`], but as much as is known for spelling the answer.
#[derive(Clone, Debug)]
pub struct RouteFault {
    /// Service, when that much is clear.
    pub model: Option<&'static Model>,
    /// Protocol to answer in.
    pub protocol: Protocol,
    /// The answer.
    pub fault: Fault,
    /// The operation's name as the request gave it, for the log.
    pub operation: Option<String>,
}

/// The service has no operation of that name (or, in REST, at that path).
pub fn unknown_operation(
    model: &'static Model,
    protocol: Protocol,
    operation: Option<&str>,
    req: &Request,
) -> RouteFault {
    let name = operation.unwrap_or_default();
    let fault = match protocol {
        Protocol::Ec2 => {
            Fault::new("InvalidAction", 400, format!("The action {name} is not valid for this web service."))
        }
        Protocol::Query => {
            let text = format!("Could not find operation {name} for version {}", version(req, model));
            Fault::new("InvalidAction", 400, text)
        }
        Protocol::Json10 | Protocol::Json11 => Fault::new("UnknownOperationException", 400, ""),
        Protocol::RestXml if model.id == "s3" => {
            let kind = match req.path.trim_matches('/').split_once('/') {
                Some(_) => "OBJECT",
                None if req.path.len() > 1 => "BUCKET",
                None => "SERVICE",
            };
            Fault::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
                .with_field("Method", Value::String(req.method.to_owned()))
                .with_field("ResourceType", Value::String(kind.to_owned()))
        }
        Protocol::RestJson | Protocol::RestXml | Protocol::Cbor => {
            Fault::new("UnknownOperationException", 404, "")
        }
    };
    RouteFault { model: Some(model), protocol, fault, operation: operation.map(str::to_owned) }
}

/// A query request without `Action`. Source: AWS's "Common Errors" (IAM API reference).
pub fn missing_action(model: &'static Model, protocol: Protocol) -> RouteFault {
    let fault = Fault::new("MissingAction", 400, "The request is missing an action or a required parameter.");
    RouteFault { model: Some(model), protocol, fault, operation: None }
}

/// No model of that service here. 501, so that SDKs don't try again. Not an answer of AWS's, which has all of them.
pub fn unknown_service(what: &str, protocol: Protocol, operation: Option<&str>) -> RouteFault {
    let fault = Fault::new("NotImplemented", 501, format!("Tabletop has no model of {what}."));
    RouteFault { model: None, protocol, fault, operation: operation.map(str::to_owned) }
}

fn version(req: &Request, model: &'static Model) -> String {
    super::evidence::parameter(req, "Version").unwrap_or_else(|| model.api_version.to_owned())
}
