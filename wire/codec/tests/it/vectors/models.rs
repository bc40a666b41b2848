//! Models in memory from a vector's shapes and operation. They are leaked: a model lives as long as the process.

use std::collections::HashMap;

use model::{
    ErrorInfo, Flags, HttpBinding, Kind, Location, Member, Model, Operation, Protocol, Shape, ShapeId,
    TimestampFormat, ValidationStyle,
};
use serde_json::{Map, Value as Json};

fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn text(facts: &Json, name: &str) -> Option<&'static str> {
    facts[name].as_str().map(leaked)
}

fn flag(facts: &Json, name: &str, flag: u32) -> u32 {
    if facts[name] == Json::Bool(true) { flag } else { 0 }
}

/// The model of one case.
pub fn build(case: &Json, protocol: Protocol) -> &'static Model {
    let known: Map<String, Json> = case["shapes"].as_object().cloned().unwrap_or_default();
    let ids: HashMap<&str, ShapeId> =
        known.keys().enumerate().map(|(i, n)| (n.as_str(), i as ShapeId)).collect();
    let shapes: Box<[Shape]> = known.iter().map(|(name, facts)| shape(name, facts, &ids)).collect();
    let operation = operation(case, protocol, &ids);
    let service = &case["service"];
    let model = Model {
        id: "vectors",
        full_name: "",
        service_id: "",
        api_version: text(service, "apiVersion").unwrap_or_default(),
        signing_name: "vectors",
        endpoint_prefix: "vectors",
        target_prefix: text(service, "targetPrefix"),
        xml_namespace: None,
        protocols: Box::new([protocol]),
        query_compatible: service.get("awsQueryCompatible").is_some(),
        validation: ValidationStyle::None,
        validation_code: "ValidationException",
        error_namespace: None,
        hash: 0,
        operation_index: HashMap::from([(operation.name, 0)]),
        shape_index: shapes.iter().enumerate().map(|(i, s)| (s.name, i as ShapeId)).collect(),
        shapes,
        operations: Box::new([operation]),
    };
    Box::leak(Box::new(model))
}

fn operation(case: &Json, protocol: Protocol, ids: &HashMap<&str, ShapeId>) -> Operation {
    let facts = &case["operation"];
    let name = text(facts, "name").unwrap();
    let id = |part: &str| facts[part]["shape"].as_str().map(|name| ids[name]);
    let has_members = |part: &str| {
        let shape = facts[part]["shape"].as_str().map(|name| &case["shapes"][name]["members"]);
        shape.and_then(Json::as_object).is_some_and(|members| !members.is_empty())
    };
    let wrapper = protocol == Protocol::Query && has_members("output");
    Operation {
        name,
        http: HttpBinding {
            method: leaked(facts["http"][0].as_str().unwrap()),
            uri: leaked(facts["http"][1].as_str().unwrap()),
            status: facts["http"][2].as_u64().unwrap() as u16,
        },
        input: id("input"),
        output: id("output"),
        result_wrapper: wrapper.then(|| leaked(&format!("{name}Result"))),
        input_root: text(&facts["input"], "locationName"),
        input_namespace: None,
        output_root: None,
        host_prefix: None,
        flags: Flags::default(),
        errors: Box::default(),
        pagination: None,
    }
}

fn shape(name: &str, facts: &Json, ids: &HashMap<&str, ShapeId>) -> Shape {
    let kind = kind(facts);
    let required: Vec<&str> =
        facts["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let members: Box<[Member]> = match kind {
        Kind::Structure => {
            let members = facts["members"].as_object().into_iter().flatten();
            members.map(|(n, f)| member(n, f, ids, required.contains(&n.as_str()))).collect()
        }
        Kind::List => Box::new([member("member", &facts["member"], ids, false)]),
        Kind::Map => Box::new(["key", "value"].map(|part| member(part, &facts[part], ids, false))),
        _ => Box::default(),
    };
    let mut by_name = HashMap::new();
    for (i, m) in members.iter().enumerate() {
        by_name.insert(m.wire(), i as u16);
    }
    let flags = flag(facts, "flattened", Flags::FLATTENED)
        | flag(facts, "exception", Flags::EXCEPTION)
        | flag(facts, "union", Flags::UNION);
    Shape {
        name: leaked(name),
        kind,
        flags: Flags(flags),
        min: None,
        max: None,
        pattern: None,
        enum_values: Box::default(),
        payload: text(facts, "payload"),
        wire_name: text(facts, "locationName"),
        xml_namespace: namespace(facts),
        timestamp_format: format(facts),
        error: facts.get("error").map(|e| ErrorInfo {
            code: text(e, "code"),
            status: e["httpStatusCode"].as_u64().unwrap_or(0) as u16,
            sender: e["senderFault"].as_bool(),
        }),
        members,
        by_name,
    }
}

fn kind(facts: &Json) -> Kind {
    match facts["kind"].as_str().unwrap() {
        "structure" if facts["document"] == Json::Bool(true) => Kind::Document,
        "structure" => Kind::Structure,
        "list" => Kind::List,
        "map" => Kind::Map,
        "string" => Kind::String,
        "blob" => Kind::Blob,
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer,
        "long" => Kind::Long,
        "float" => Kind::Float,
        "double" => Kind::Double,
        "timestamp" => Kind::Timestamp,
        other => panic!("kind {other}"),
    }
}

fn member(name: &str, facts: &Json, ids: &HashMap<&str, ShapeId>, is_required: bool) -> Member {
    let flags = flag(facts, "flattened", Flags::FLATTENED)
        | flag(facts, "idempotencyToken", Flags::IDEMPOTENCY_TOKEN)
        | flag(facts, "xmlAttribute", Flags::XML_ATTRIBUTE)
        | flag(facts, "jsonvalue", Flags::JSON_VALUE)
        | flag(facts, "hostLabel", Flags::HOST_LABEL)
        | if is_required { Flags::REQUIRED } else { 0 };
    Member {
        name: leaked(name),
        target: ids[facts["shape"].as_str().unwrap()],
        flags: Flags(flags),
        location: match facts["location"].as_str() {
            None => Location::Body,
            Some("uri") => Location::Uri,
            Some("querystring") => Location::QueryString,
            Some("header") => Location::Header,
            Some("headers") => Location::Headers,
            Some("statusCode") => Location::StatusCode,
            Some(other) => panic!("location {other}"),
        },
        wire_name: text(facts, "locationName"),
        query_name: text(facts, "queryName"),
        xml_namespace: namespace(facts),
        timestamp_format: format(facts),
    }
}

fn namespace(facts: &Json) -> Option<(&'static str, Option<&'static str>)> {
    let namespace = facts.get("xmlNamespace")?;
    match namespace.as_str() {
        Some(uri) => Some((leaked(uri), None)),
        None => Some((text(namespace, "uri")?, text(namespace, "prefix"))),
    }
}

fn format(facts: &Json) -> Option<TimestampFormat> {
    Some(match facts["timestampFormat"].as_str()? {
        "unixTimestamp" => TimestampFormat::UnixTimestamp,
        "iso8601" => TimestampFormat::Iso8601,
        "rfc822" => TimestampFormat::Rfc822,
        other => panic!("timestampFormat {other}"),
    })
}
