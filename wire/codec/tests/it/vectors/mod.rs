//! botocore's protocol vectors, run as a server: a request must decode to the parameters, a result must encode to the
//! answer. The cases are in `vectors/*.jsonl` (see `vectors/NOTICE`); those that only a client can run, in `vectors/skips.tsv`.

mod compare;
mod models;
mod values;

use std::collections::BTreeMap;

use codec::{Fault, Reply, Request, Route, Value};
use http::{HeaderMap, HeaderName, HeaderValue};
use model::{Flags, Location, Protocol, Shape};
use serde_json::{Value as Json, json};

const FILES: [(&str, Protocol, &str); 10] = [
    ("ec2", Protocol::Ec2, include_str!("../../../vectors/ec2.jsonl")),
    ("json", Protocol::Json11, include_str!("../../../vectors/json.jsonl")),
    ("json_1_0", Protocol::Json10, include_str!("../../../vectors/json_1_0.jsonl")),
    (
        "json_1_0-query-compatible",
        Protocol::Json10,
        include_str!("../../../vectors/json_1_0-query-compatible.jsonl"),
    ),
    ("query", Protocol::Query, include_str!("../../../vectors/query.jsonl")),
    ("rest-json", Protocol::RestJson, include_str!("../../../vectors/rest-json.jsonl")),
    ("rest-xml", Protocol::RestXml, include_str!("../../../vectors/rest-xml.jsonl")),
    ("smithy-rpc-v2-cbor", Protocol::Cbor, include_str!("../../../vectors/smithy-rpc-v2-cbor.jsonl")),
    (
        "smithy-rpc-v2-cbor-non-query-compatible",
        Protocol::Cbor,
        include_str!("../../../vectors/smithy-rpc-v2-cbor-non-query-compatible.jsonl"),
    ),
    (
        "smithy-rpc-v2-cbor-query-compatible",
        Protocol::Cbor,
        include_str!("../../../vectors/smithy-rpc-v2-cbor-query-compatible.jsonl"),
    ),
];

/// Cases by file and direction, skipped ones among them: a file that isn't read is noticed.
const CASES: [(&str, usize, usize); 10] = [
    ("ec2", 29, 29),
    ("json", 54, 58),
    ("json_1_0", 21, 32),
    ("json_1_0-query-compatible", 1, 2),
    ("query", 38, 38),
    ("rest-json", 113, 91),
    ("rest-xml", 94, 78),
    ("smithy-rpc-v2-cbor", 15, 35),
    ("smithy-rpc-v2-cbor-non-query-compatible", 1, 0),
    ("smithy-rpc-v2-cbor-query-compatible", 1, 2),
];

const MOST_SKIPS: usize = 40;

/// File, direction and id of a case that isn't run.
fn skips() -> BTreeMap<(String, String, String), String> {
    let lines = include_str!("../../../vectors/skips.tsv").lines().filter(|l| !l.starts_with('#'));
    let columns = lines.map(|l| l.split('\t').map(str::to_owned).collect::<Vec<_>>());
    columns.map(|c| ((c[0].clone(), c[1].clone(), c[2].clone()), c[3].clone())).collect()
}

#[test]
fn botocore_s_protocol_vectors() {
    let mut skips = skips();
    let skipped = skips.len();
    let (mut passed, mut failed) = (0, Vec::new());
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (file, protocol, lines) in FILES {
        for line in lines.lines() {
            let case: Json = serde_json::from_str(line).unwrap();
            let (direction, id) = (case["direction"].as_str().unwrap(), case["id"].as_str().unwrap());
            let count = counts.entry(file).or_default();
            *(if direction == "input" { &mut count.0 } else { &mut count.1 }) += 1;
            if let Some(reason) = skips.remove(&(file.to_owned(), direction.to_owned(), id.to_owned())) {
                assert!(reason.len() > 10, "{id} is skipped without a reason");
                continue;
            }
            match run(&case, protocol, direction) {
                Ok(()) => passed += 1,
                Err(why) => failed.push(format!("{file}\t{direction}\t{id}\t{why}")),
            }
        }
    }
    println!("vectors: {passed} passed, {skipped} skipped, {} failed", failed.len());
    assert!(failed.is_empty(), "{} failed, {passed} passed:\n{}", failed.len(), failed.join("\n"));
    assert!(skips.is_empty(), "no such cases: {skips:?}");
    assert!(skipped <= MOST_SKIPS, "{skipped} cases are skipped");
    for (file, inputs, outputs) in CASES {
        assert_eq!(counts.get(file), Some(&(inputs, outputs)), "{file}");
    }
    assert_eq!(passed + skipped, 732);
}

fn run(case: &Json, protocol: Protocol, direction: &str) -> Result<(), String> {
    let model = models::build(case, protocol);
    let route = Route { model, operation: &model.operations[0], protocol, labels: Vec::new() };
    match direction {
        "input" => input(case, route),
        _ if case.get("fault").is_some() => fault(case, &route),
        _ => output(case, &route),
    }
}

fn input(case: &Json, mut route: Route) -> Result<(), String> {
    let sent = &case["request"];
    let mut headers = HeaderMap::new();
    for (name, value) in sent["headers"].as_object().unwrap() {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.insert(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
    }
    let text = sent["body"].as_str().unwrap();
    let body = match route.protocol {
        Protocol::Cbor => base64(text),
        _ => text.as_bytes().to_vec(),
    };
    let part = |name: &str| sent[name].as_str().unwrap();
    let (method, path, query) = (part("method"), part("path"), part("query"));
    let req = Request { method, path, query, headers: &headers, body: &body };
    if matches!(route.protocol, Protocol::RestJson | Protocol::RestXml) {
        route =
            codec::route::find_rest(route.model, route.protocol, &req).ok_or("no operation at that path")?;
    }
    let mut value = Value::record();
    codec::decode(&route, &req, &mut value).map_err(|f| format!("{f:?}"))?;
    let (mut got, wanted) = (values::to_json(&value), expected_input(&route, &case["value"]));
    // SDKs fill in what the caller left out: a token, always the same in the vectors.
    for m in
        route.input().map_or(&[][..], |s| &s.members).iter().filter(|m| m.flags.has(Flags::IDEMPOTENCY_TOKEN))
    {
        if wanted.get(m.name).is_none() && got[m.name] == json!("00000000-0000-4000-8000-000000000000") {
            got.as_object_mut().unwrap().remove(m.name);
        }
    }
    let (got, wanted) = (without_named(&route, got), without_named(&route, wanted));
    if compare::same(&got, &wanted) { Ok(()) } else { Err(format!("got {got} wanted {wanted} from {sent}")) }
}

/// A map of query parts holds those that have a member of their own too, when a server reads it; clients may give it or
/// not, and give the member's value precedence.
fn without_named(route: &Route, mut value: Json) -> Json {
    let members = route.input().map_or(&[][..], |s| &s.members);
    for m in members.iter().filter(|m| m.location == Location::QueryString) {
        let Some(map) = value.get_mut(m.name).and_then(Json::as_object_mut) else { continue };
        map.retain(|name, _| !members.iter().any(|m| m.wire() == name));
        if map.is_empty() {
            value.as_object_mut().unwrap().remove(m.name);
        }
    }
    value
}

/// Names of headers come without case.
fn expected_input(route: &Route, value: &Json) -> Json {
    let mut value = value.clone();
    let members = route.input().map_or(&[][..], |s| &s.members);
    for m in members {
        let Some(member) = value.get_mut(m.name) else { continue };
        match (m.location, member.as_object()) {
            (Location::Headers, Some(entries)) => {
                *member = entries.iter().map(|(k, v)| (k.to_lowercase(), v.clone())).collect();
            }
            _ if m.flags.has(Flags::JSON_VALUE) => *member = json!(values::json_value(member)),
            _ => {}
        }
    }
    value
}

fn output(case: &Json, route: &Route) -> Result<(), String> {
    let value = match route.output() {
        Some(shape) => values::from_json(route.model, shape, None, &case["value"]),
        None => Value::record(),
    };
    let reply = codec::encode(route, &value, request_id(case));
    compare_reply(case, route.protocol, &reply, route.output())
}

fn fault(case: &Json, route: &Route) -> Result<(), String> {
    let leaked = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let facts = &case["fault"];
    let shape = leaked(case["operation"]["errors"][0].as_str().unwrap());
    let error_shape = &route.model.shapes[usize::from(route.model.shape_index[shape])];
    let status = case["reply"]["status"].as_u64().unwrap() as u16;
    let message = message(case);
    let code = error_shape.error.and_then(|e| e.code).unwrap_or(shape);
    let mut fault = Fault::modelled(shape, code, status, message);
    for (name, value) in facts["members"].as_object().unwrap() {
        let Some((_, m)) = error_shape.member(name) else { continue };
        if !name.eq_ignore_ascii_case("message") {
            let target = route.model.shape(m.target);
            fault = fault.with_field(m.name, values::from_json(route.model, target, Some(m), value));
        }
    }
    let id = request_id(case);
    let reply = codec::encode_fault(Some(route.model), route.protocol, Some(route.operation), &fault, id);
    let (ours, theirs) = (error_type(&reply_facts(&reply, route.protocol)), error_type(&case["reply"]));
    if matches!(route.protocol, Protocol::Json10 | Protocol::Json11 | Protocol::RestJson) && ours != theirs {
        return Err(format!("error type {ours} wanted {theirs}"));
    }
    compare_reply(case, route.protocol, &reply, Some(error_shape))
}

/// The message that the answer shows, whether or not the error's shape has such a member.
fn message(case: &Json) -> &str {
    let members = &case["fault"]["members"];
    let known =
        case["fault"]["message"].as_str().or(members["message"].as_str()).or(members["Message"].as_str());
    let body = case["reply"]["body"].as_str().unwrap_or_default();
    let in_xml = || Some(body.split_once("<Message>")?.1.split_once("</Message>")?.0);
    known.or_else(in_xml).unwrap_or_default()
}

fn request_id(case: &Json) -> &str {
    let headers = case["reply"]["headers"].as_object().unwrap();
    let id = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amzn-requestid"));
    id.and_then(|(_, id)| id.as_str()).unwrap_or("request-id")
}

fn reply_facts(reply: &Reply, protocol: Protocol) -> Json {
    let headers = reply.headers.iter().map(|(n, v)| (n.to_string(), json!(v.to_str().unwrap())));
    let body = match protocol {
        Protocol::Cbor => Json::Null,
        _ => json!(String::from_utf8_lossy(&reply.body)),
    };
    json!({ "headers": headers.collect::<serde_json::Map<_, _>>(), "body": body })
}

/// What JSON clients take for the error's type: from the header, `code` or `__type`, without namespace and URI.
fn error_type(reply: &Json) -> String {
    let headers = reply["headers"].as_object().unwrap();
    let header = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amzn-errortype"));
    let body: Json = serde_json::from_str(reply["body"].as_str().unwrap_or_default()).unwrap_or_default();
    let found = [header.map_or(&Json::Null, |h| h.1), &body["code"], &body["__type"]]
        .into_iter()
        .find_map(Json::as_str);
    let bare = found.unwrap_or_default();
    let bare = bare.split(':').next().unwrap_or_default();
    bare.rsplit('#').next().unwrap_or_default().to_owned()
}

fn compare_reply(
    case: &Json,
    protocol: Protocol,
    reply: &Reply,
    shape: Option<&Shape>,
) -> Result<(), String> {
    let wanted = &case["reply"];
    if Some(u64::from(reply.status)) != wanted["status"].as_u64() {
        return Err(format!("status {} for {}", reply.status, wanted["status"]));
    }
    for (name, value) in wanted["headers"].as_object().unwrap() {
        compare_header(reply, name, value.as_str().unwrap(), shape)?;
    }
    let Some(body) = wanted["body"].as_str() else { return Ok(()) };
    let got = String::from_utf8_lossy(&reply.body);
    let is_same = match protocol {
        // Nothing and an empty structure are the same to clients.
        Protocol::Cbor if body.is_empty() => matches!(&reply.body[..], [] | [0xbf, 0xff]),
        Protocol::Cbor if reply.body.is_empty() => compare::cbor(&base64(body)) == json!({}),
        Protocol::Json10 | Protocol::Json11 | Protocol::RestJson if got.is_empty() || body.is_empty() => {
            [&*got, body].iter().all(|b| matches!(*b, "" | "{}"))
        }
        Protocol::Cbor => {
            let (ours, theirs) = (compare::cbor(&reply.body), compare::cbor(&base64(body)));
            same_but_types(&ours, &theirs)
        }
        _ if got == body => true,
        Protocol::Ec2 | Protocol::Query | Protocol::RestXml if body.trim_start().starts_with('<') => {
            let is_fault = case.get("fault").is_some();
            // REST-XML's roots aren't in botocore's models; ours come from the overlays.
            let ignore_root =
                protocol == Protocol::RestXml && !is_fault && shape.is_some_and(|s| s.payload.is_none());
            !got.is_empty() && compare::same_xml(&compare::xml(&got), &compare::xml(body), ignore_root)
        }
        _ => match (serde_json::from_str::<Json>(&got), serde_json::from_str::<Json>(body)) {
            (Ok(ours), Ok(theirs)) => same_but_types(&ours, &theirs),
            _ => false,
        },
    };
    if is_same {
        return Ok(());
    }
    let shown =
        if protocol == Protocol::Cbor { compare::cbor(&reply.body).to_string() } else { got.into_owned() };
    Err(format!("got {shown:?} wanted {body:?}"))
}

/// Compares all but error types, whose place and namespace are the service's own business; see [`error_type`].
fn same_but_types(ours: &Json, theirs: &Json) -> bool {
    let bare = |v: &Json| {
        let mut v = v.clone();
        for name in ["__type", "code"] {
            v.as_object_mut().and_then(|v| v.remove(name));
        }
        v
    };
    compare::same(&bare(ours), &bare(theirs))
}

fn compare_header(reply: &Reply, name: &str, wanted: &str, shape: Option<&Shape>) -> Result<(), String> {
    let values = reply.headers.iter().filter(|(n, _)| n.as_str().eq_ignore_ascii_case(name));
    let got: Vec<&str> = values.map(|(_, v)| v.to_str().unwrap()).collect();
    let got = got.join(", ");
    let is_list = shape.is_some_and(|s| s.members.iter().any(|m| m.wire().eq_ignore_ascii_case(name)));
    let spaceless = |s: &str| s.replace(", ", ",");
    let is_same = match name.to_ascii_lowercase().as_str() {
        // Lengths are the edge's to write; error types are compared apart.
        "content-length" | "x-amzn-errortype" => true,
        "content-type" if reply.body.is_empty() => true,
        "content-type" => {
            let bare =
                |s: &str| s.split(';').next().unwrap_or_default().replace("text/xml", "application/xml");
            bare(&got) == bare(wanted)
        }
        _ => compare::same_text(&got, wanted) || (is_list && spaceless(&got) == spaceless(wanted)),
    };
    if is_same { Ok(()) } else { Err(format!("header {name}: got {got:?} wanted {wanted:?}")) }
}

fn base64(text: &str) -> Vec<u8> {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}
