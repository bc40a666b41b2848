//! Hostile input: an error or an answer, never a panic, a hang or memory without bound.

use http::HeaderMap;
use model::Protocol;

use crate::support::{Limits, Random, decode, random, route};

#[test]
fn malformed_json_is_refused() {
    let deep_lists = "[".repeat(200_000);
    let deep_known = r#"{"Item":{"a":"#.to_owned() + &r#"{"L":["#.repeat(100_000);
    let deep_unknown = format!(r#"{{"x":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    let cases: Vec<Vec<u8>> = vec![
        b"{".to_vec(),
        b"{\"TableName\"".to_vec(),
        b"{\"TableName\":".to_vec(),
        b"{\"TableName\":\"".to_vec(),
        b"{\"TableName\":\"a\\".to_vec(),
        b"{\"TableName\":\"a\\u12\"}".to_vec(),
        b"{\"TableName\":\"\\ud800\"}".to_vec(),
        b"{\"TableName\":\"\\udc00\\ud800\"}".to_vec(),
        b"{\"TableName\":\"\\u+123\"}".to_vec(),
        b"{\"TableName\":\"a\xff\"}".to_vec(),
        b"{\"TableName\":\"a\nb\"}".to_vec(),
        b"{\"TableName\":\"a\"}}".to_vec(),
        b"{\"TableName\":\"a\",}".to_vec(),
        b"{,\"TableName\":\"a\"}".to_vec(),
        b"{\"TableName\" \"a\"}".to_vec(),
        b"{'TableName':'a'}".to_vec(),
        b"{\"TableName\":tru}".to_vec(),
        b"{\"x\":01}".to_vec(),
        b"{\"x\":-}".to_vec(),
        b"{\"x\":1.}".to_vec(),
        b"{\"x\":.5}".to_vec(),
        b"{\"x\":1e}".to_vec(),
        b"{\"x\":NaN}".to_vec(),
        b"\"just text\"".to_vec(),
        b"nul".to_vec(),
        b"\x00".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        deep_lists.into_bytes(),
        deep_known.into_bytes(),
        deep_unknown.into_bytes(),
    ];
    let put = route("dynamodb", "PutItem", Protocol::Json10);
    for case in cases {
        let shown = String::from_utf8_lossy(&case[..case.len().min(60)]).into_owned();
        let fault = decode(&put, &case).map(|_| ()).expect_err(&shown);
        assert_eq!(fault.code(), "SerializationException", "{shown}");
    }
}

#[test]
fn numbers_beyond_their_type_are_refused() {
    for number in
        ["1e400", "-1e400", "99999999999", "1e30", "9223372036854775808", "-99999999999999999999999"]
    {
        let list = route("dynamodb", "ListTables", Protocol::Json10);
        assert!(decode(&list, format!(r#"{{"Limit":{number}}}"#).as_bytes()).is_err(), "{number}");
        let put = route("events", "PutEvents", Protocol::Json11);
        let body = format!(r#"{{"Entries":[{{"Time":{number}}}]}}"#);
        let moment = decode(&put, body.as_bytes());
        assert_eq!(moment.is_err(), number != "99999999999", "{number}");
    }
}

#[test]
fn hostile_names_cost_no_memory() {
    let assume = route("sts", "AssumeRole", Protocol::Query);
    let (value, _) = decode(&assume, b"Tags.member.999999999.Key=k&Tags.member.4294967295.Key=l").unwrap();
    assert_eq!(value.get("Tags").map(|t| t.items().len()), Some(2));

    let dots = ".".repeat(100_000);
    let deep = "Tags.member.1.".repeat(10_000);
    for form in [
        "Tags.member.99999999999999999999.Key=k".to_owned(),
        "Tags.member.-1.Key=k".to_owned(),
        "Tags.member.+1.Key=k".to_owned(),
        "Tags.member.1=k".to_owned(),
        format!("Tags.{dots}=x"),
        "Tags.member.member.1.Key=x".to_owned(),
        "RoleArn=\u{0}%".to_owned(),
        "RoleArn=%ff".to_owned(),
        "a=b&".repeat(200_000),
    ] {
        assert!(decode(&assume, form.as_bytes()).is_err(), "{}", &form[..form.len().min(60)]);
    }
    for form in [format!("{deep}=x"), format!("{dots}=x"), "&&&&====".to_owned(), ".=1&..=2".to_owned()] {
        assert!(decode(&assume, form.as_bytes()).is_ok(), "{}", &form[..form.len().min(60)]);
    }
}

#[test]
fn recursive_shapes_end() {
    // EMR-like recursion in a form: RDS and EC2 have none, DynamoDB's AttributeValue is recursive by structure.
    let model = crate::support::service("dynamodb");
    let route = codec::Route {
        model,
        operation: model.operation("PutItem").unwrap(),
        protocol: Protocol::Query,
        labels: Vec::new(),
    };
    let form = format!("Item.entry.1.key=a&Item.entry.1.value{}=x", ".M.entry.1.value".repeat(5_000));
    assert!(decode(&route, form.as_bytes()).is_err());
}

#[test]
fn no_cut_and_no_flipped_byte_panics() {
    let limits = Limits { no_empty_structures: false, no_empty_collections: false };
    for (id, operation, protocol) in [
        ("dynamodb", "PutItem", Protocol::Json10),
        ("sqs", "SendMessageBatch", Protocol::Json10),
        ("sqs", "SendMessageBatch", Protocol::Query),
        ("ec2", "RunInstances", Protocol::Ec2),
    ] {
        let route = route(id, operation, protocol);
        let mut r = Random::new(5);
        let value = random(&mut r, route.model, route.input().unwrap(), 5, limits).unwrap();
        let good = codec::client::encode(route.model, route.operation, protocol, &value).unwrap().body;
        let step = (good.len() / 400).max(1);
        for at in (0..good.len()).step_by(step) {
            let _ = decode(&route, &good[..at]);
            let mut flipped = good.clone();
            flipped[at] ^= 1 << r.below(8);
            let _ = decode(&route, &flipped);
        }
    }
}

#[test]
fn clients_survive_garbled_answers() {
    let headers = HeaderMap::new();
    for protocol in [Protocol::Json10, Protocol::Query, Protocol::Ec2] {
        let route = route("sqs", "ReceiveMessage", protocol);
        for body in [&b""[..], b"<", b"<a><b></a>", b"<a>&nope;</a>", b"{\"Messages\":5}", b"\xff", b"<a/>"] {
            for status in [200, 400] {
                let read =
                    codec::client::decode(route.model, route.operation, protocol, status, &headers, body);
                assert!(status == 200 || read.is_err());
            }
        }
    }
}
