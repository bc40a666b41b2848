//! Typed records, written by hand as the generator would, through every door: codecs, values, peeking, showing.

use std::any::Any;
use std::collections::BTreeMap;

use codec::{Blob, R, Reader, Record, Spelling, Wire, Writer};
use http::HeaderMap;
use model::Protocol;

use crate::support::{body, route, service};

#[derive(Clone, Debug, Default, PartialEq)]
struct SendMessageRequest {
    queue_url: String,
    message_body: String,
    delay_seconds: Option<i32>,
    message_attributes: Option<BTreeMap<String, MessageAttributeValue>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct MessageAttributeValue {
    string_value: Option<String>,
    binary_value: Option<Blob>,
    data_type: String,
}

impl Record for SendMessageRequest {
    fn read_member(&mut self, index: u16, r: &mut dyn Reader) -> R {
        match index {
            0 => self.queue_url.read(r),
            1 => self.message_body.read(r),
            2 => self.delay_seconds.read(r),
            3 => self.message_attributes.read(r),
            _ => r.skip(),
        }
    }
    fn write_members(&self, w: &mut dyn Writer) -> R {
        w.member(0, &self.queue_url)?;
        w.member(1, &self.message_body)?;
        w.member(2, &self.delay_seconds)?;
        w.member(3, &self.message_attributes)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send + Sync> {
        self
    }
}

impl Record for MessageAttributeValue {
    fn read_member(&mut self, index: u16, r: &mut dyn Reader) -> R {
        match index {
            0 => self.string_value.read(r),
            1 => self.binary_value.read(r),
            4 => self.data_type.read(r),
            _ => r.skip(),
        }
    }
    fn write_members(&self, w: &mut dyn Writer) -> R {
        w.member(0, &self.string_value)?;
        w.member(1, &self.binary_value)?;
        w.member(4, &self.data_type)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send + Sync> {
        self
    }
}

impl Wire for MessageAttributeValue {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        r.record(self)
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        w.record(self)
    }
}

fn sample() -> SendMessageRequest {
    let value = MessageAttributeValue {
        string_value: None,
        binary_value: Some(Blob(b"hi".to_vec())),
        data_type: "Binary".into(),
    };
    SendMessageRequest {
        queue_url: "http://h/q".into(),
        message_body: "body".into(),
        delay_seconds: Some(5),
        message_attributes: Some(BTreeMap::from([("k.1".to_owned(), value)])),
    }
}

#[test]
fn typed_records_read_what_untyped_clients_write() {
    let shape = service("sqs").shape_index["SendMessageRequest"];
    let shape = service("sqs").shape(shape);
    for protocol in [Protocol::Json10, Protocol::Query] {
        let route = route("sqs", "SendMessage", protocol);
        let value = codec::to_value(route.model, shape, &sample()).unwrap();
        let sent = codec::client::encode(route.model, route.operation, protocol, &value).unwrap();
        let headers = HeaderMap::new();
        let req =
            codec::Request { method: "POST", path: "/", query: "", headers: &headers, body: &sent.body };
        let mut read = SendMessageRequest::default();
        assert!(codec::decode(&route, &req, &mut read).unwrap().is_empty());
        assert_eq!(read, sample());
    }
}

#[test]
fn values_are_lossless() {
    let model = service("sqs");
    let shape = model.shape(model.shape_index["SendMessageRequest"]);
    let value = codec::to_value(model, shape, &sample()).unwrap();
    let mut back = SendMessageRequest::default();
    codec::from_value(model, shape, &value, &mut back).unwrap();
    assert_eq!(back, sample());
    assert_eq!(
        codec::to_json(model, shape, &value, Spelling::Trail),
        r#"{"queueUrl":"http://h/q","messageBody":"body","delaySeconds":5,"messageAttributes":{"k.1":{"binaryValue":"aGk=","dataType":"Binary"}}}"#
    );
    assert!(codec::from_json(model, shape, r#"{"QueueUrll":"x"}"#).is_err());
}

#[test]
fn paths_find_scalars() {
    let model = service("sqs");
    let shape = model.shape(model.shape_index["SendMessageRequest"]);
    for (path, found) in [
        ("QueueUrl", Some("http://h/q")),
        ("DelaySeconds", Some("5")),
        ("MessageAttributes.k.1.DataType", Some("Binary")),
        ("MessageAttributes.k.1.BinaryValue", Some("aGk=")),
        ("MessageAttributes.k.1", None),
        ("MessageAttributes.k", None),
        ("QueueUrl.x", None),
        ("Nothing", None),
        ("", None),
    ] {
        assert_eq!(codec::peek(model, shape, &sample(), path).as_deref(), found, "{path}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let model = service("iam");
    let shape = model.shape(model.shape_index["CreateLoginProfileRequest"]);
    let value = codec::from_json(model, shape, r#"{"UserName":"u","Password":"hunter2"}"#).unwrap();
    let shown = codec::show(model, shape, &value);
    assert!(shown.contains("\"userName\":\"u\"") && !shown.contains("hunter2"), "{shown}");
    assert!(codec::to_json(model, shape, &value, Spelling::Model).contains("hunter2"));
}

#[test]
fn typed_answers_are_written() {
    let route = route("sqs", "SendMessage", Protocol::Json10);
    // Any record can stand in: the shape of the answer decides names.
    let reply = codec::encode(&route, &codec::Empty {}, "r");
    assert_eq!(body(&reply), "{}");
}
