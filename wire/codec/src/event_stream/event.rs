//! Events of a model's stream as frames: which members travel as headers, which one is the payload, how the rest is spelled.
//! Writing only; what clients stream to us is taken apart by [`super::Decoder`].
//! Source: Smithy's "Event streams" and "Amazon Event Stream Specification"; S3's "Appendix: SelectObjectContent response".

use model::{Flags, Kind, Member, Model, Protocol, Shape};

use super::{Frame, HeaderValue};
use crate::fault::Fault;
use crate::record::{R, Record, WireError};
use crate::value::Value;
use crate::value_io::to_value;
use crate::xml_writer::{Dialect, XmlWriter};

/// Writes the events of one stream.
#[derive(Clone, Copy, Debug)]
pub struct EventWriter {
    model: &'static Model,
    stream: &'static Shape,
    protocol: Protocol,
}

impl EventWriter {
    /// A writer for the stream in that output, if it has one.
    pub fn of(model: &'static Model, output: &'static Shape, protocol: Protocol) -> Option<EventWriter> {
        let mut targets = output.members.iter().map(|m| model.shape(m.target));
        let stream = targets.find(|s| s.flags.has(Flags::EVENT_STREAM))?;
        Some(EventWriter { model, stream, protocol })
    }

    /// The first frame of RPC protocols: the output's members beside the stream. REST protocols have them in headers.
    pub fn initial_response(&self, output: &'static Shape, record: &dyn Record) -> R<Option<Frame>> {
        if matches!(self.protocol, Protocol::RestJson | Protocol::RestXml) {
            return Ok(None);
        }
        let mut members = members_of(to_value(self.model, output, record)?);
        members.retain(|(i, _, _)| !self.target(output, *i).flags.has(Flags::EVENT_STREAM));
        let mut frame = typed("event", ":event-type", "initial-response");
        self.fill(&mut frame, output, &Value::Record(members))?;
        Ok(Some(frame))
    }

    /// One event: the name of the stream's member, and its value.
    pub fn event(&self, name: &str, record: &dyn Record) -> R<Frame> {
        let (_, event) = self.member(name)?;
        let mut frame = typed("event", ":event-type", event.name);
        let shape = self.model.shape(event.target);
        let (mut rest, mut payload) = (Vec::new(), None);
        for (index, member_name, value) in members_of(to_value(self.model, shape, record)?) {
            let m = &shape.members[usize::from(index)];
            if m.flags.has(Flags::EVENT_HEADER) {
                frame.headers.push((m.wire().to_owned(), header_value(m, value)?));
            } else if m.flags.has(Flags::EVENT_PAYLOAD) {
                payload = Some((self.model.shape(m.target), value));
            } else {
                rest.push((index, member_name, value));
            }
        }
        let has_payload = shape.members.iter().any(|m| m.flags.has(Flags::EVENT_PAYLOAD));
        match payload {
            Some((target, value)) => self.fill(&mut frame, target, &value)?,
            None if has_payload || shape.members.is_empty() => {}
            None => self.fill(&mut frame, shape, &Value::Record(rest))?,
        }
        Ok(frame)
    }

    /// A modelled error that ends the stream; one that isn't modelled becomes an `error` frame.
    pub fn fault(&self, fault: &Fault) -> R<Frame> {
        let name = fault.shape().unwrap_or(fault.code());
        let modelled = self.stream.members.iter().find(|m| {
            let target = self.model.shape(m.target);
            target.flags.has(Flags::EXCEPTION) && (target.name == name || m.name == name)
        });
        let Some(m) = modelled else {
            let mut frame = typed("error", ":error-code", fault.code());
            frame.headers.push((":error-message".into(), HeaderValue::String(fault.message().into())));
            return Ok(frame);
        };
        let shape = self.model.shape(m.target);
        let text = shape.members.iter().find(|m| m.name.eq_ignore_ascii_case("message"));
        let mut members: Vec<(&'static str, Value)> = fault.fields().to_vec();
        members.extend(text.map(|m| (m.name, Value::String(fault.message().to_owned()))));
        let mut frame = typed("exception", ":exception-type", m.name);
        self.fill(&mut frame, shape, &Value::of(shape, members))?;
        Ok(frame)
    }

    fn member(&self, name: &str) -> R<(u16, &'static Member)> {
        let found = self.stream.member(name);
        found.ok_or_else(|| WireError(format!("{} has no event {name}", self.stream.name)))
    }

    fn target(&self, shape: &'static Shape, index: u16) -> &'static Shape {
        let model: &'static Model = self.model;
        model.shape(shape.members[usize::from(index)].target)
    }

    /// Content type and payload of a value.
    fn fill(&self, frame: &mut Frame, shape: &'static Shape, value: &Value) -> R {
        let (content_type, payload) = match (shape.kind, value) {
            (Kind::Blob, Value::Blob(bytes)) => ("application/octet-stream", bytes.0.clone()),
            (Kind::String, Value::String(text)) => ("text/plain", text.clone().into_bytes()),
            _ => self.document(shape, value)?,
        };
        frame.headers.push((":content-type".into(), HeaderValue::String(content_type.into())));
        frame.payload = payload;
        Ok(())
    }

    fn document(&self, shape: &'static Shape, value: &Value) -> R<(&'static str, Vec<u8>)> {
        Ok(match self.protocol {
            Protocol::RestXml | Protocol::Query | Protocol::Ec2 => {
                let mut w = XmlWriter::new(self.model, Dialect::RestXml);
                w.element(shape.wire_name.unwrap_or(shape.name), None, shape, value)?;
                ("text/xml", w.finish().to_vec())
            }
            Protocol::Cbor => ("application/cbor", crate::cbor::write_body(self.model, shape, value)?),
            Protocol::Json10 => {
                ("application/x-amz-json-1.0", crate::json::write_body(self.model, shape, value)?)
            }
            Protocol::Json11 => {
                ("application/x-amz-json-1.1", crate::json::write_body(self.model, shape, value)?)
            }
            Protocol::RestJson => ("application/json", crate::json::write_body(self.model, shape, value)?),
        })
    }
}

fn typed(message_type: &str, type_header: &str, name: &str) -> Frame {
    let text = |header: &str, value: &str| (header.to_owned(), HeaderValue::String(value.to_owned()));
    Frame { headers: vec![text(":message-type", message_type), text(type_header, name)], payload: Vec::new() }
}

fn members_of(value: Value) -> Vec<(u16, &'static str, Value)> {
    match value {
        Value::Record(members) => members,
        _ => Vec::new(),
    }
}

fn header_value(m: &Member, value: Value) -> R<HeaderValue> {
    Ok(match value {
        Value::Bool(v) => HeaderValue::Bool(v),
        Value::Integer(v) => i32::try_from(v).map_or(HeaderValue::Long(v), HeaderValue::Integer),
        Value::String(v) => HeaderValue::String(v),
        Value::Blob(v) => HeaderValue::Bytes(v.0),
        Value::Timestamp(v) => HeaderValue::Timestamp(v),
        _ => return Err(WireError(format!("{} can not be an event's header", m.name))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Blob;

    fn writer(service: &str, operation: &str, protocol: Protocol) -> (EventWriter, &'static Shape) {
        let model = model::service(service).unwrap();
        let output = model.shape(model.operation(operation).unwrap().output.unwrap());
        (EventWriter::of(model, output, protocol).unwrap(), output)
    }

    fn one(shape: &'static Shape, name: &'static str, value: Value) -> Value {
        Value::of(shape, [(name, value)])
    }

    /// S3 user guide, "Appendix: SelectObjectContent response": headers and payloads of Records, Stats, Cont and End.
    #[test]
    fn s3_s_select_events() {
        let (w, _) = writer("s3", "SelectObjectContent", Protocol::RestXml);
        let shape = |name: &str| w.model.shape(w.model.shape_index[name]);
        let bytes = Value::Blob(Blob(b"1,2\n".to_vec()));
        let records = w.event("Records", &one(shape("RecordsEvent"), "Payload", bytes)).unwrap();
        assert_eq!(records.text(":event-type"), Some("Records"));
        assert_eq!(records.text(":content-type"), Some("application/octet-stream"));
        assert_eq!(records.payload, b"1,2\n");
        let details = one(shape("Stats"), "BytesScanned", Value::Integer(4));
        let stats = w.event("Stats", &one(shape("StatsEvent"), "Details", details)).unwrap();
        assert_eq!(stats.text(":content-type"), Some("text/xml"));
        assert_eq!(stats.payload, b"<Stats><BytesScanned>4</BytesScanned></Stats>");
        let end = w.event("End", &Value::record()).unwrap();
        assert_eq!((end.headers.len(), end.payload.len()), (2, 0));
        assert!(w.event("Nope", &Value::record()).is_err());
    }

    #[test]
    fn kinesis_begins_with_an_initial_response_and_ends_with_an_exception() {
        let (w, output) = writer("kinesis", "SubscribeToShard", Protocol::Json11);
        let first = w.initial_response(output, &Value::record()).unwrap().unwrap();
        assert_eq!(first.text(":event-type"), Some("initial-response"));
        assert_eq!(first.payload, b"{}");
        let event = w.model.shape(w.model.shape_index["SubscribeToShardEvent"]);
        let frame =
            w.event("SubscribeToShardEvent", &one(event, "MillisBehindLatest", Value::Integer(0))).unwrap();
        assert_eq!(frame.payload, br#"{"MillisBehindLatest":0}"#);
        let gone = w
            .fault(&Fault::modelled("ResourceNotFoundException", "ResourceNotFoundException", 400, "Gone"))
            .unwrap();
        assert_eq!(gone.text(":message-type"), Some("exception"));
        assert_eq!(gone.text(":exception-type"), Some("ResourceNotFoundException"));
        assert_eq!(gone.payload, br#"{"message":"Gone"}"#);
        let other = w.fault(&Fault::new("Weird", 500, "Odd")).unwrap();
        assert_eq!((other.text(":message-type"), other.text(":error-code")), (Some("error"), Some("Weird")));
        assert!(other.encode().is_ok());
    }

    #[test]
    fn lambda_s_chunks_are_raw() {
        let (w, output) = writer("lambda", "InvokeWithResponseStream", Protocol::RestJson);
        assert!(w.initial_response(output, &Value::record()).unwrap().is_none());
        let shape = w.model.shape(w.model.shape_index["InvokeResponseStreamUpdate"]);
        let chunk = one(shape, "Payload", Value::Blob(Blob(b"hi".to_vec())));
        assert_eq!(w.event("PayloadChunk", &chunk).unwrap().payload, b"hi");
    }
}
