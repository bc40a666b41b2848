//! Routing: every operation of every model is found, by a request made from its template or its name.

use model::{Flags, Location, Model, Operation, Protocol};

use super::tests::{CBOR, FORM, JSON11, named, route};

/// Requests that nothing tells apart, by the operation that isn't found.
const AMBIGUOUS: [(&str, &str, &str); 6] = [
    ("s3", "ListDirectoryBuckets", "as ListBuckets, at the host of s3express-control"),
    ("s3", "GetBucketLifecycle", "as GetBucketLifecycleConfiguration, which has replaced it"),
    ("s3", "PutBucketLifecycle", "as PutBucketLifecycleConfiguration, which has replaced it"),
    ("s3", "PutBucketNotification", "as PutBucketNotificationConfiguration, which has replaced it"),
    ("lex-models", "StartImport", "as version 2's ListImports; the host tells them apart"),
    ("s3", "GetBucketNotification", "as GetBucketNotificationConfiguration, which has replaced it"),
];

#[test]
fn every_rest_operation_is_found_by_its_template() {
    let (mut checked, mut missed) = (0, Vec::new());
    for entry in model::entries() {
        let model = entry.model();
        if !entry.protocols.iter().any(|p| matches!(p, Protocol::RestJson | Protocol::RestXml)) {
            continue;
        }
        for operation in &model.operations {
            checked += 1;
            let (target, headers) = sample(model, operation);
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            let found = route((operation.http.method, &target), &headers, "", (entry.signing_name, ""));
            let known = AMBIGUOUS.iter().any(|(id, name, _)| *id == model.id && *name == operation.name);
            let right =
                found.as_ref().is_ok_and(|r| r.model.id == model.id && r.operation.name == operation.name);
            if right == known {
                missed.push(format!("{} {} {target} -> {}", model.id, operation.name, named(&found)));
            }
        }
    }
    assert!(missed.is_empty(), "{} of {checked}:\n{}", missed.len(), missed.join("\n"));
    assert!(checked > 1_400, "{checked} REST operations");
}

#[test]
fn every_rpc_operation_is_found_by_its_name() {
    let mut checked = 0;
    for entry in model::entries() {
        for operation in &entry.model().operations {
            let name = operation.name;
            for protocol in entry.protocols {
                let found = match protocol {
                    Protocol::Json10 | Protocol::Json11 => {
                        let target = format!("x-amz-target: {}.{name}", entry.target_prefix.unwrap());
                        route(("POST", "/"), &[JSON11, &target], "{}", ("", ""))
                    }
                    Protocol::Query | Protocol::Ec2 => {
                        let body = format!("Version={}&Action={name}&Engine={}", entry.api_version, entry.id);
                        route(("POST", "/"), &[FORM], &body, (entry.signing_name, ""))
                    }
                    Protocol::Cbor => {
                        let path = format!("/service/{}/operation/{name}", entry.target_prefix.unwrap());
                        route(("POST", &path), &[CBOR], "", (entry.signing_name, ""))
                    }
                    Protocol::RestJson | Protocol::RestXml => continue,
                };
                let found = found.unwrap_or_else(|f| panic!("{} {name}: {f:?}", entry.id));
                assert_eq!((found.model.id, found.operation.name), (entry.id, name), "{protocol:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 3_300, "{checked} RPC operations");
}

/// A request line's target and headers that satisfy the template and the required members.
fn sample(model: &'static Model, operation: &'static Operation) -> (String, Vec<String>) {
    let (path, query) = operation.http.uri.split_once('?').unwrap_or((operation.http.uri, ""));
    let mut target = String::new();
    for segment in path.split('/').skip(1) {
        target.push('/');
        target.push_str(match segment {
            "{resourceARN}" | "{resourceArn}" if model.id == "lexv2-models" => {
                "arn%3Aaws%3Alex%3A%3A%3Abot%2FX"
            }
            "{resourceArn}" if model.id == "lex-models" => "arn%3Aaws%3Alex%3A%3A%3Abot%3AX",
            s if s.ends_with("+}") => "one/two",
            s if s.starts_with('{') => "one%2Ftwo",
            s => s,
        });
    }
    let mut parts: Vec<String> = query.split('&').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    let mut headers = Vec::new();
    let members = operation.input.map_or(&[][..], |id| &model.shape(id).members);
    for member in members.iter().filter(|m| m.flags.has(Flags::REQUIRED)) {
        match member.location {
            Location::QueryString => parts.push(format!("{}=1", member.wire())),
            Location::Header => headers.push(format!("{}: 1", member.wire())),
            _ => {}
        }
    }
    if !parts.is_empty() {
        target = format!("{target}?{}", parts.join("&"));
    }
    (target, headers)
}
