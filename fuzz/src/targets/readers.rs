//! The readers of the RPC protocols, over bodies alone: the first byte says which operation, the rest is the body.

use std::sync::OnceLock;

use codec::{Request, Route, Spelling, Value};
use http::HeaderMap;
use model::Protocol;

use super::values;
use crate::random::Random;

/// Words of awsJson.
pub const JSON_WORDS: &[&str] = &[
    "\"Item\"",
    "\"S\":",
    "\"N\":",
    "\"B\":",
    "\"M\":",
    "\"L\":",
    "\"NULL\":",
    "\"BOOL\":",
    "\"SS\":",
    "\"BS\":",
    "\"TableName\"",
    "\"Entries\"",
    "\"QueueUrl\"",
    "\"MessageAttributes\"",
    "\"StringValue\"",
    "\"Time\"",
    "\"__type\"",
    "\"DataType\"",
    "\"timestamp\"",
    "\"CiphertextBlob\"",
    "\"2026-01-01T00:00:00Z\"",
    "1767225600.123",
    "\"AAAA\"",
];

/// Words of forms.
pub const FORM_WORDS: &[&str] = &[
    "Action=",
    "Version=2011-06-15",
    "&RoleArn=",
    "&Tags.member.1.Key=",
    "&Tags.entry.1.key=",
    ".1.Value=",
    "&Attribute.1.Name=",
    "&MessageAttribute.1.Value.StringValue=",
    "&SendMessageBatchRequestEntry.1.Id=",
    "&Filter.1.Value.1=",
    "+",
    "%2B",
    "%F0%9F",
    "&InstanceId.1=",
    "&TagSpecification.1.Tag.1.Key=",
    ".member.4294967295",
    "&DurationSeconds=3600",
    "&PolicyArns.member.1.arn=",
];

const OPERATIONS: [(&str, &str, Protocol); 20] = [
    ("dynamodb", "PutItem", Protocol::Json10),
    ("dynamodb", "TransactWriteItems", Protocol::Json10),
    ("sqs", "SendMessageBatch", Protocol::Json10),
    ("events", "PutEvents", Protocol::Json11),
    ("kms", "Encrypt", Protocol::Json11),
    ("logs", "PutLogEvents", Protocol::Json11),
    ("ecs", "RegisterTaskDefinition", Protocol::Json11),
    ("athena", "StartQueryExecution", Protocol::Json11),
    ("sts", "AssumeRole", Protocol::Query),
    ("sqs", "SendMessageBatch", Protocol::Query),
    ("sqs", "SetQueueAttributes", Protocol::Query),
    ("iam", "SimulateCustomPolicy", Protocol::Query),
    ("sns", "Publish", Protocol::Query),
    ("autoscaling", "CreateAutoScalingGroup", Protocol::Query),
    ("rds", "CreateDBInstance", Protocol::Query),
    ("cloudformation", "CreateStack", Protocol::Query),
    ("ec2", "RunInstances", Protocol::Ec2),
    ("ec2", "AuthorizeSecurityGroupIngress", Protocol::Ec2),
    ("ec2", "DescribeInstances", Protocol::Ec2),
    ("ec2", "CreateFleet", Protocol::Ec2),
];

fn routes() -> &'static [Route] {
    static ROUTES: OnceLock<Vec<Route>> = OnceLock::new();
    ROUTES.get_or_init(|| {
        let route = |(service, operation, protocol): &(&str, &str, Protocol)| {
            let model = model::service(service).expect("the service has a model");
            let operation = model.operation(operation).expect("the operation is in the model");
            Route { model, operation, protocol: *protocol, labels: Vec::new() }
        };
        OPERATIONS.iter().map(route).collect()
    })
}

/// Reads a body and holds what was read to [`same_as_plain`].
pub fn rpc(data: &[u8]) {
    let Some((which, body)) = data.split_first() else { return };
    let route = &routes()[usize::from(*which) % routes().len()];
    let headers = HeaderMap::new();
    let req = Request { method: "POST", path: "/", query: "", headers: &headers, body };
    let mut value = Value::record();
    match codec::decode(route, &req, &mut value) {
        Ok(_) => same_as_plain(route, &value),
        Err(fault) => {
            codec::encode_fault(Some(route.model), route.protocol, Some(route.operation), &fault, "id");
        }
    }
}

/// What was read is the same value again after it was written as plain JSON, as the outbox and the trail keep it.
pub fn same_as_plain(route: &Route, value: &Value) {
    let Some(shape) = route.input() else { return };
    let plain = codec::to_json(route.model, shape, value, Spelling::Model);
    let again = codec::from_json(route.model, shape, &plain);
    let again = again.unwrap_or_else(|e| panic!("{} reads back as {e:?}", clipped(&plain)));
    let twice = codec::to_json(route.model, shape, &again, Spelling::Model);
    assert_eq!(clipped(&plain), clipped(&twice), "it reads back otherwise");
    assert!(plain == twice, "it reads back otherwise, further on");
    codec::to_json(route.model, shape, value, Spelling::Trail);
    codec::show(route.model, shape, value);
    codec::peek(route.model, shape, value, "Entries.0.Id");
}

fn clipped(text: &str) -> String {
    text.chars().take(2_000).collect()
}

fn seeds(protocols: &[Protocol]) -> Vec<Vec<u8>> {
    let mut r = Random::new(1);
    let mut seeds = Vec::new();
    for (which, route) in routes().iter().enumerate().filter(|(_, r)| protocols.contains(&r.protocol)) {
        let shape = route.input().expect("every operation of the table has an input");
        for depth in [2, 4, 7] {
            let value = values::random(&mut r, route.model, shape, depth).expect("a structure can be said");
            if let Ok(request) = codec::client::encode(route.model, route.operation, route.protocol, &value) {
                seeds.push([&[which as u8], &*request.body].concat());
            }
        }
    }
    seeds
}

/// Bodies of awsJson.
pub fn json_seeds() -> Vec<Vec<u8>> {
    seeds(&[Protocol::Json10, Protocol::Json11])
}

/// Bodies of awsQuery.
pub fn query_seeds() -> Vec<Vec<u8>> {
    seeds(&[Protocol::Query])
}

/// Bodies of ec2Query.
pub fn ec2_seeds() -> Vec<Vec<u8>> {
    seeds(&[Protocol::Ec2])
}
