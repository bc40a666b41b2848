//! awsJson: bodies in, bodies and headers out.

use model::Protocol;

use crate::support::{body, decode, decoded, header, output, route};

#[test]
fn bodies_are_read() {
    let cases = [
        (
            "sqs",
            "SendMessage",
            r#"{"QueueUrl":"q","MessageBody":"a\"\u00e9\ud83d\ude00\n"}"#,
            "{\"QueueUrl\":\"q\",\"MessageBody\":\"a\\\"é😀\\n\"}",
        ),
        (
            "sqs",
            "SendMessage",
            " {\n\t\"Unknown\":{\"a\":[1,2,{\"b\":null}]} , \"QueueUrl\" : \"q\" } \n",
            r#"{"QueueUrl":"q"}"#,
        ),
        ("sqs", "SendMessage", r#"{"QueueUrl":null,"DelaySeconds":5}"#, r#"{"DelaySeconds":5}"#),
        ("sqs", "SendMessage", r#"{"DelaySeconds":5.9}"#, r#"{"DelaySeconds":5}"#),
        ("sqs", "SendMessage", r#"{"DelaySeconds":1e2}"#, r#"{"DelaySeconds":100}"#),
        ("sqs", "SendMessage", "", "{}"),
        ("sqs", "SendMessage", r#"{"MessageBody":"a","MessageBody":"b"}"#, r#"{"MessageBody":"b"}"#),
        (
            "sqs",
            "SendMessage",
            r#"{"MessageAttributes":{"k":{"DataType":"Binary","BinaryValue":"aGk="}}}"#,
            r#"{"MessageAttributes":{"k":{"BinaryValue":"aGk=","DataType":"Binary"}}}"#,
        ),
        (
            "dynamodb",
            "PutItem",
            r#"{"TableName":"t","Item":{"a":{"M":{"b":{"L":[{"N":"1"},{"BOOL":false},{"NULL":true}]}}}}}"#,
            r#"{"TableName":"t","Item":{"a":{"M":{"b":{"L":[{"N":"1"},{"BOOL":false},{"NULL":true}]}}}}}"#,
        ),
        (
            "events",
            "PutEvents",
            r#"{"Entries":[{"Time":1422172800.25}]}"#,
            r#"{"Entries":[{"Time":"2015-01-25T08:00:00.250Z"}]}"#,
        ),
        (
            "cloudwatch",
            "PutMetricData",
            r#"{"Namespace":"n","MetricData":[{"MetricName":"m","Value":"NaN"}]}"#,
            r#"{"Namespace":"n","MetricData":[{"MetricName":"m","Value":"NaN"}]}"#,
        ),
    ];
    for (service, operation, sent, read) in cases {
        assert_eq!(decoded(&route(service, operation, Protocol::Json10), sent), read);
    }
}

#[test]
fn wrong_types_are_refused_in_aws_words() {
    // `class … can not be converted to an String`: apigateway.json, recorded. Token names: DynamoDB (wire.md §6).
    let cases = [
        (
            "events",
            Protocol::Json11,
            "PutRule",
            r#"{"Name":1}"#,
            "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String",
        ),
        (
            "dynamodb",
            Protocol::Json10,
            "ListTables",
            r#"{"Limit":"5"}"#,
            "STRING_VALUE can not be converted to an Integer",
        ),
        (
            "dynamodb",
            Protocol::Json10,
            "ListTables",
            r#"{"ExclusiveStartTableName":5}"#,
            "NUMBER_VALUE cannot be converted to String",
        ),
        ("dynamodb", Protocol::Json10, "PutItem", r#"{"Item":[]}"#, "Start of list found where not expected"),
        (
            "dynamodb",
            Protocol::Json10,
            "PutItem",
            r#"{"TableName":{}}"#,
            "Start of structure or map found where not expected.",
        ),
        ("dynamodb", Protocol::Json10, "PutItem", r#"[]"#, "Start of list found where not expected"),
    ];
    for (service, protocol, operation, sent, text) in cases {
        let fault = decode(&route(service, operation, protocol), sent.as_bytes()).unwrap_err();
        assert_eq!(
            (fault.code(), fault.message(), fault.status()),
            ("SerializationException", text, 400),
            "{sent}"
        );
    }
}

#[test]
fn answers_carry_type_id_and_checksum() {
    let send = route("sqs", "SendMessage", Protocol::Json10);
    let reply = codec::encode(&send, &output(&send, r#"{"MessageId":"m","MD5OfMessageBody":"d"}"#), "id-1");
    assert_eq!(reply.status, 200);
    assert_eq!(body(&reply), r#"{"MD5OfMessageBody":"d","MessageId":"m"}"#);
    assert_eq!(header(&reply, "content-type"), Some("application/x-amz-json-1.0"));
    assert_eq!(header(&reply, "x-amzn-requestid"), Some("id-1"));
    assert_eq!(header(&reply, "x-amz-crc32"), None);

    let list = route("dynamodb", "ListTables", Protocol::Json10);
    let reply = codec::encode(&list, &output(&list, r#"{"TableNames":[]}"#), "id-2");
    assert_eq!(body(&reply), r#"{"TableNames":[]}"#);
    // CRC-32 (IEEE) of that body, by Python's zlib.crc32.
    assert_eq!(header(&reply, "x-amz-crc32"), Some("1315925753"));

    let delete = route("sqs", "DeleteMessage", Protocol::Json10);
    assert_eq!(body(&codec::encode(&delete, &codec::Empty {}, "id-3")), "{}");
}

#[test]
fn moments_are_numbers_with_their_fraction() {
    let describe = route("dynamodb", "DescribeTable", Protocol::Json10);
    let out = output(&describe, r#"{"Table":{"CreationDateTime":"2015-01-25T08:00:00.250Z"}}"#);
    assert_eq!(body(&codec::encode(&describe, &out, "")), r#"{"Table":{"CreationDateTime":1422172800.25}}"#);
}
