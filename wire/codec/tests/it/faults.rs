//! Faults as each protocol spells them, and as its clients read them.

use codec::{Fault, Value, client};
use http::HeaderMap;
use model::Protocol;

use crate::support::{body, header, route, service};

#[test]
fn sqs_in_json_says_both_codes() {
    // sqs.json, recorded: boto3's Code is the query error's, QueryErrorCode the JSON type's.
    let fault = Fault::modelled(
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        400,
        "The specified queue does not exist.",
    );
    let reply = codec::encode_fault(Some(service("sqs")), Protocol::Json10, None, &fault, "r");
    assert_eq!(
        body(&reply),
        r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#
    );
    assert_eq!(header(&reply, "x-amzn-query-error"), Some("AWS.SimpleQueueService.NonExistentQueue;Sender"));
    assert_eq!(reply.status, 400);
}

#[test]
fn query_errors_are_wrapped() {
    let fault = Fault::modelled(
        "NoSuchEntityException",
        "NoSuchEntity",
        404,
        "The user with name x cannot be found.",
    );
    let reply = codec::encode_fault(Some(service("iam")), Protocol::Query, None, &fault, "r");
    assert_eq!(
        body(&reply),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
         <Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The user with name x cannot be found.</Message>\
         </Error><RequestId>r</RequestId></ErrorResponse>"
    );
    assert_eq!(reply.status, 404);
}

#[test]
fn ec2_errors_capitalise_their_id() {
    let fault = Fault::new("InvalidParameterValue", 400, "Value (x) is invalid.");
    let reply = codec::encode_fault(Some(service("ec2")), Protocol::Ec2, None, &fault, "r");
    assert_eq!(
        body(&reply),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>InvalidParameterValue</Code>\
         <Message>Value (x) is invalid.</Message></Error></Errors><RequestID>r</RequestID></Response>"
    );
}

#[test]
fn json_types_carry_their_namespace() {
    let cases = [
        (
            "dynamodb",
            Protocol::Json10,
            "ResourceNotFoundException",
            "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
            "message",
        ),
        (
            "dynamodb",
            Protocol::Json10,
            "SerializationException",
            "com.amazon.coral.service#SerializationException",
            "Message",
        ),
        (
            "dynamodb",
            Protocol::Json10,
            "ValidationException",
            "com.amazon.coral.validate#ValidationException",
            "message",
        ),
        ("events", Protocol::Json11, "ResourceNotFoundException", "ResourceNotFoundException", "message"),
    ];
    for (id, protocol, code, kind, name) in cases {
        let fault = match code {
            "ResourceNotFoundException" => Fault::modelled("ResourceNotFoundException", code, 400, "m"),
            _ => Fault::new(code, 400, "m"),
        };
        let reply = codec::encode_fault(Some(service(id)), protocol, None, &fault, "r");
        assert_eq!(body(&reply), format!(r#"{{"__type":"{kind}","{name}":"m"}}"#));
    }
}

#[test]
fn further_members_and_headers_are_sent() {
    let fault = Fault::modelled(
        "ConditionalCheckFailedException",
        "ConditionalCheckFailedException",
        400,
        "The conditional request failed",
    )
    .with_field(
        "Item",
        Value::Map(vec![("a".into(), Value::of(attribute_value(), [("S", Value::String("x".into()))]))]),
    )
    .with_header("x-tabletop-unimplemented", "dynamodb.X");
    let reply = codec::encode_fault(Some(service("dynamodb")), Protocol::Json10, None, &fault, "r");
    assert!(
        body(&reply).ends_with(r#","message":"The conditional request failed","Item":{"a":{"S":"x"}}}"#),
        "{}",
        body(&reply)
    );
    assert_eq!(header(&reply, "x-tabletop-unimplemented"), Some("dynamodb.X"));
}

fn attribute_value() -> &'static model::Shape {
    let model = service("dynamodb");
    model.shape(model.shape_index["AttributeValue"])
}

#[test]
fn an_internal_failure_keeps_its_cause_to_itself() {
    let fault = Fault::internal("disk on fire");
    for protocol in [Protocol::Json10, Protocol::Query, Protocol::Ec2] {
        let reply = codec::encode_fault(Some(service("sqs")), protocol, None, &fault, "r");
        assert_eq!(reply.status, 500);
        assert!(!body(&reply).contains("fire"), "{}", body(&reply));
        assert!(body(&reply).contains("InternalFailure"));
    }
}

#[test]
fn clients_read_every_spelling() {
    let fault = Fault::modelled(
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        400,
        "no \"queue\" & co",
    );
    for protocol in [Protocol::Json10, Protocol::Query, Protocol::Ec2] {
        let route = route("sqs", "SendMessage", protocol);
        let reply = codec::encode_fault(Some(route.model), protocol, Some(route.operation), &fault, "r");
        let headers = HeaderMap::from_iter(reply.headers.clone());
        let error =
            client::decode(route.model, route.operation, protocol, reply.status, &headers, &reply.body)
                .unwrap_err();
        assert_eq!(error.code, "AWS.SimpleQueueService.NonExistentQueue");
        assert_eq!((error.message.as_str(), error.status), ("no \"queue\" & co", 400));
    }
}
