//! REST-JSON, REST-XML and CBOR on real services: what travels where, faults, and hostile bodies.

use codec::route::{Hints, find};
use codec::{Fault, Reply, Request, Route, Value};
use http::{HeaderMap, HeaderName, HeaderValue};
use model::{Flags, Location, Operation, Protocol};

use crate::support::{Limits, Random, body, header, output, random, route, service};

/// Routes and decodes a request to a service.
fn call(
    service: &str,
    (method, target): (&str, &str),
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<(Route, Value), Fault> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let req = Request { method, path, query, headers: &map, body };
    let signing_name = model::service(service).unwrap().signing_name;
    let hints = Hints { signing_name: Some(signing_name), host: None };
    let route = find(&req, &hints).map_err(|f| f.fault)?;
    let mut value = Value::record();
    codec::decode(&route, &req, &mut value)?;
    Ok((route, value))
}

/// A decoded input as plain JSON.
fn read(service: &str, line: (&str, &str), headers: &[(&str, &str)], body: &str) -> String {
    let (route, value) = call(service, line, headers, body.as_bytes()).unwrap();
    codec::to_json(route.model, route.input().unwrap(), &value, codec::Spelling::Model)
}

fn answer(service: &str, operation: &str, protocol: Protocol, json: &str) -> Reply {
    let route = route(service, operation, protocol);
    let value = output(&route, json);
    codec::encode(&route, &value, "ABC")
}

#[test]
fn s3_requests_are_read_from_everywhere() {
    let put = read(
        "s3",
        ("PUT", "/b/dir%2Fa+b%20c"),
        &[("x-amz-meta-Color", "red"), ("content-type", "text/plain"), ("x-amz-tagging", "a=b")],
        "hello",
    );
    assert_eq!(
        put,
        r#"{"Body":"aGVsbG8=","Bucket":"b","ContentType":"text/plain","Key":"dir/a+b c","Metadata":{"color":"red"},"Tagging":"a=b"}"#
    );
    let list = read("s3", ("GET", "/b?list-type=2&max-keys=5&prefix=a%2Bb+c&continuation-token="), &[], "");
    assert_eq!(list, r#"{"Bucket":"b","MaxKeys":5,"Prefix":"a+b c","ContinuationToken":""}"#);
    let delete = "<Delete xmlns='u'><Object><Key>a &amp; b</Key></Object><Quiet>true</Quiet><Object><Key>c</Key><VersionId>1</VersionId></Object></Delete>";
    assert_eq!(
        read("s3", ("POST", "/b?delete"), &[], delete),
        r#"{"Bucket":"b","Delete":{"Objects":[{"Key":"a & b"},{"Key":"c","VersionId":"1"}],"Quiet":true}}"#
    );
    let acl = "<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='CanonicalUser'><ID>1</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>";
    assert_eq!(
        read("s3", ("PUT", "/b?acl"), &[], acl),
        r#"{"AccessControlPolicy":{"Grants":[{"Grantee":{"ID":"1","Type":"CanonicalUser"},"Permission":"READ"}]},"Bucket":"b"}"#
    );
}

#[test]
fn s3_answers_have_their_own_roots() {
    let list = answer(
        "s3",
        "ListObjectsV2",
        Protocol::RestXml,
        r#"{"Name":"b","KeyCount":1,"Contents":[{"Key":"k","ETag":"\"e\""}]}"#,
    );
    assert_eq!(
        body(&list),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Contents><Key>k</Key><ETag>&quot;e&quot;</ETag></Contents><Name>b</Name><KeyCount>1</KeyCount></ListBucketResult>"
    );
    assert_eq!(header(&list, "x-amz-request-id"), Some("ABC"));
    let place = answer("s3", "GetBucketLocation", Protocol::RestXml, r#"{"LocationConstraint":"eu-west-1"}"#);
    assert!(body(&place).ends_with(
        "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>"
    ));
    let nowhere = answer("s3", "GetBucketLocation", Protocol::RestXml, "{}");
    assert!(body(&nowhere).ends_with(
        "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>"
    ));
    let copy =
        answer("s3", "CopyObject", Protocol::RestXml, r#"{"CopyObjectResult":{"ETag":"e"},"VersionId":"v"}"#);
    assert!(body(&copy).contains("<CopyObjectResult xmlns"), "{}", body(&copy));
    assert_eq!(header(&copy, "x-amz-version-id"), Some("v"));
    let get = answer(
        "s3",
        "GetObject",
        Protocol::RestXml,
        r#"{"Body":"aGk=","ContentType":"text/css","LastModified":784111777,"Metadata":{"a":"b","u":"é"}}"#,
    );
    assert_eq!((body(&get).as_str(), header(&get, "content-type")), ("hi", Some("text/css")));
    assert_eq!(header(&get, "last-modified"), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    assert_eq!(
        (header(&get, "x-amz-meta-a"), header(&get, "x-amz-meta-u")),
        (Some("b"), Some("=?UTF-8?B?w6k=?="))
    );
    let hold = answer("s3", "GetObjectLegalHold", Protocol::RestXml, r#"{"LegalHold":{"Status":"ON"}}"#);
    assert!(body(&hold).contains("<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>"));
    assert_eq!(answer("s3", "DeleteObject", Protocol::RestXml, "{}").status, 204);
}

#[test]
fn faults_in_each_rest_envelope() {
    let refuse = |service: &str, operation: &str, protocol, fault: &Fault| {
        let route = route(service, operation, protocol);
        codec::encode_fault(Some(route.model), protocol, Some(route.operation), fault, "ABC")
    };
    let no_key = Fault::new("NoSuchKey", 404, "The specified key does not exist.")
        .with_field("Key", Value::String("k".into()));
    let s3 = refuse("s3", "GetObject", Protocol::RestXml, &no_key);
    assert!(body(&s3).contains("<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>k</Key><RequestId>ABC</RequestId><HostId>"));
    let head = refuse("s3", "HeadObject", Protocol::RestXml, &no_key);
    assert_eq!((head.status, head.body.len(), header(&head, "content-type")), (404, 0, None));
    let zone = Fault::new("NoSuchHostedZone", 404, "No hosted zone found with ID: Z");
    let route53 = refuse("route53", "GetHostedZone", Protocol::RestXml, &zone);
    assert!(body(&route53).contains(
        "<ErrorResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Error><Type>Sender</Type><Code>NoSuchHostedZone</Code>"
    ));
    let slow = Fault::modelled("TooManyRequestsException", "TooManyRequestsException", 429, "Rate exceeded")
        .with_field("retryAfterSeconds", Value::String("2".into()))
        .with_field("Reason", Value::String("CallerRateLimitExceeded".into()));
    let lambda = refuse("lambda", "ListFunctions", Protocol::RestJson, &slow);
    assert_eq!(body(&lambda), r#"{"message":"Rate exceeded","Reason":"CallerRateLimitExceeded"}"#);
    assert_eq!(header(&lambda, "x-amzn-errortype"), Some("TooManyRequestsException"));
    assert_eq!(header(&lambda, "retry-after"), Some("2"));
}

#[test]
fn malformed_bodies_and_values_are_refused() {
    let code = |service, line, body: &[u8]| call(service, line, &[], body).unwrap_err().code().to_owned();
    for xml in ["<Delete>", "x", "<!DOCTYPE d><Delete/>", "<Delete><Quiet>perhaps</Quiet></Delete>", "\u{0}"]
    {
        assert_eq!(code("s3", ("POST", "/b?delete"), xml.as_bytes()), "MalformedXML", "{xml}");
    }
    assert_eq!(code("s3", ("GET", "/b?max-keys=many"), b""), "InvalidArgument");
    for json in [&b"{"[..], b"[]", b"{\"FunctionName\":1}", b"\xff"] {
        assert_eq!(
            code("lambda", ("POST", "/2015-03-31/functions"), json),
            "SerializationException",
            "{json:?}"
        );
    }
    assert_eq!(code("lambda", ("GET", "/2015-03-31/functions/?MaxItems=x"), b""), "SerializationException");
    let cbor = service("cloudwatch");
    let route = Route {
        model: cbor,
        operation: cbor.operation("ListMetrics").unwrap(),
        protocol: Protocol::Cbor,
        labels: Vec::new(),
    };
    let headers = HeaderMap::new();
    for bytes in [
        &[0xa1][..],
        &[0x80],
        &[0xff],
        &[0xbb, 255, 255, 255, 255, 255, 255, 255, 255],
        &[0xa0, 0xa0],
        &[0x9f; 1000],
    ] {
        let req = Request { method: "POST", path: "/", query: "", headers: &headers, body: bytes };
        let fault = codec::decode(&route, &req, &mut Value::record()).unwrap_err();
        assert_eq!(fault.code(), "SerializationException", "{bytes:?}");
    }
}

/// An operation that takes what `operation` answers, so that answers can be read back as requests.
fn mirrored(operation: &Operation) -> &'static Operation {
    Box::leak(Box::new(Operation {
        input: operation.output,
        errors: Box::default(),
        pagination: None,
        ..*operation
    }))
}

/// Answers of these protocols, read back as requests, are the same values; cut or changed, they are refused or read, and
/// never panic.
#[test]
fn bodies_survive_the_round_trip_and_damage() {
    let limits = Limits { no_empty_structures: false, no_empty_collections: true };
    let mut n = 0;
    for (id, protocol) in [
        ("cloudwatch", Protocol::Cbor),
        ("resourcegroupstaggingapi", Protocol::Cbor),
        ("lambda", Protocol::RestJson),
        ("apigateway", Protocol::RestJson),
        ("scheduler", Protocol::RestJson),
        ("route53", Protocol::RestXml),
        ("cloudfront", Protocol::RestXml),
        ("s3", Protocol::RestXml),
        ("s3control", Protocol::RestXml),
    ] {
        let model = service(id);
        for operation in &model.operations {
            let Some(shape) = operation.output.map(|o| model.shape(o)) else { continue };
            let in_body =
                shape.payload.is_none() && shape.members.iter().all(|m| m.location == Location::Body);
            if !in_body
                || operation.flags.has(Flags::UNWRAPPED_OUTPUT)
                || operation.flags.has(Flags::DEPRECATED)
                || matches!(operation.http.status, 204)
            {
                continue;
            }
            let route = Route { model, operation: mirrored(operation), protocol, labels: Vec::new() };
            for seed in 1..4 {
                let mut r = Random::new(seed);
                let Some(value) = random(&mut r, model, shape, 4, limits) else { continue };
                let reply = codec::encode(&route, &value, "ABC");
                let headers = HeaderMap::new();
                let read = |body: &[u8]| {
                    let mut back = Value::record();
                    let req = Request { method: "POST", path: "/", query: "", headers: &headers, body };
                    codec::decode(&route, &req, &mut back).map(|_| back)
                };
                assert_eq!(
                    read(&reply.body).unwrap(),
                    value,
                    "{id} {} {}",
                    operation.name,
                    String::from_utf8_lossy(&reply.body)
                );
                for _ in 0..8 {
                    let mut damaged = reply.body.to_vec();
                    if damaged.is_empty() {
                        continue;
                    }
                    let at = r.below(damaged.len() as u64) as usize;
                    damaged[at] ^= 1 << r.below(8);
                    drop(read(&damaged));
                    drop(read(&damaged[..at]));
                }
                n += 1;
            }
        }
    }
    assert!(n > 600, "only {n} answers were tried");
}

#[test]
fn rest_inputs_are_validated_wherever_they_travel() {
    let headers = HeaderMap::new();
    let target = "/2015-03-31/functions/no%20name/invocations";
    let req = Request { method: "POST", path: target, query: "", headers: &headers, body: b"{}" };
    let route = find(&req, &Hints { signing_name: Some("lambda"), host: None }).unwrap();
    let violations = codec::decode(&route, &req, &mut Value::record()).unwrap();
    let text = violations.into_fault(route.model, route.protocol).message().to_owned();
    assert!(
        text.starts_with("1 validation error detected: Value 'no name' at 'functionName' failed to satisfy"),
        "{text}"
    );
    let req =
        Request { method: "POST", path: "/2015-03-31/functions", query: "", headers: &headers, body: b"{}" };
    let route = find(&req, &Hints { signing_name: Some("lambda"), host: None }).unwrap();
    let violations = codec::decode(&route, &req, &mut Value::record()).unwrap();
    let text = violations.into_fault(route.model, route.protocol).message().to_owned();
    assert!(
        text.contains("Value null at 'functionName' failed to satisfy constraint: Member must not be null"),
        "{text}"
    );
}

/// SQS developer guide, "Making Query API requests": the queue's URL is the endpoint, with or without the parameter.
#[test]
fn sqs_takes_a_queue_s_url_as_its_endpoint() {
    let line = ("GET", "/000000000000/q?Action=ReceiveMessage&MaxNumberOfMessages=2");
    assert_eq!(read("sqs", line, &[], ""), r#"{"QueueUrl":"/000000000000/q","MaxNumberOfMessages":2}"#);
    let line = ("GET", "/000000000000/q/?Action=DeleteQueue&QueueUrl=http%3A%2F%2Fx%2F1%2Fr");
    assert_eq!(read("sqs", line, &[], ""), r#"{"QueueUrl":"http://x/1/r"}"#);
}
