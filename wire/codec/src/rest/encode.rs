//! A REST answer: members into headers, status and body, as the model says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use model::{Flags, Kind, Location, Member, Model, Protocol, Shape, TimestampFormat};

use super::lists;
use super::values::header_format;
use crate::json::write::JsonWriter;
use crate::record::{Document, R, Record, Timestamp, Wire, WireError, Writer};
use crate::value_io::no_member;
use crate::xml_writer::{Dialect, XmlWriter};

/// What is known of the answer after its members outside the body.
pub struct Head {
    pub status: Option<u16>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The member that is the whole body, when it was there.
    pub payload: Option<Payload>,
}

/// A body that one member makes.
pub struct Payload {
    pub content_type: &'static str,
    pub body: Bytes,
}

/// Writes the members of `out` that travel outside the body, and the payload member.
pub fn head(model: &'static Model, protocol: Protocol, shape: &'static Shape, out: &dyn Record) -> R<Head> {
    let head = Head { status: None, headers: Vec::new(), payload: None };
    let mut writer = HeadWriter {
        model,
        protocol,
        top: shape,
        shape,
        member: None,
        place: Place::Nowhere,
        head,
        texts: Vec::new(),
    };
    out.write_members(&mut writer)?;
    Ok(writer.head)
}

/// Where the value at hand goes.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Nowhere,
    Header,
    /// An item of a header that holds a list.
    HeaderItem,
    Prefixed,
    Status,
    Payload,
}

struct HeadWriter {
    model: &'static Model,
    protocol: Protocol,
    top: &'static Shape,
    shape: &'static Shape,
    member: Option<&'static Member>,
    place: Place,
    head: Head,
    /// Items of the list at hand.
    texts: Vec<String>,
}

impl HeadWriter {
    fn text(&mut self, v: &str) -> R {
        let Some(m) = self.member else { return Ok(()) };
        match self.place {
            Place::Header => self.header(m.wire(), v),
            Place::HeaderItem | Place::Prefixed => self.texts.push(v.to_owned()),
            Place::Payload => {
                let body = Bytes::copy_from_slice(v.as_bytes());
                self.head.payload = Some(Payload { content_type: "text/plain", body });
            }
            Place::Status | Place::Nowhere => {}
        }
        Ok(())
    }

    /// Adds a header. What HTTP can't carry is left out; nothing may break the answer.
    fn header(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            self.head.headers.push((name, value));
        }
    }

    fn is_payload(&self, what: &str) -> R<&'static Member> {
        self.member
            .filter(|_| self.place == Place::Payload)
            .ok_or_else(|| WireError(format!("{}: a {what} travels only in a body", self.top.name)))
    }

    fn json(&mut self, write: &mut dyn FnMut(&mut JsonWriter) -> R) -> R {
        let mut w = JsonWriter::new(self.model, self.shape);
        write(&mut w)?;
        self.head.payload = Some(Payload { content_type: "application/json", body: w.finish().into() });
        Ok(())
    }
}

/// RFC 2047's form, in which S3 answers metadata that isn't ASCII.
/// Source: S3 user guide, "Working with object metadata".
fn encoded_word(text: &str) -> String {
    format!("=?UTF-8?B?{}?=", STANDARD.encode(text))
}

impl Writer for HeadWriter {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn member(&mut self, index: u16, value: &dyn Wire) -> R {
        let m = self.top.members.get(usize::from(index)).ok_or_else(|| no_member(self.top, index))?;
        if value.absent() {
            return Ok(());
        }
        self.shape = self.model.shape(m.target);
        self.member = Some(m);
        self.place = match m.location {
            Location::Header => Place::Header,
            Location::Headers => Place::Prefixed,
            Location::StatusCode => Place::Status,
            _ if self.top.payload == Some(m.name) => Place::Payload,
            _ => return Ok(()),
        };
        if self.place == Place::Payload && self.shape.flags.has(Flags::EVENT_STREAM) {
            return Ok(());
        }
        value.write(self)
    }

    fn record(&mut self, r: &dyn Record) -> R {
        let m = self.is_payload("structure")?;
        if self.protocol != Protocol::RestXml {
            return self.json(&mut |w| w.record(r));
        }
        let mut w = XmlWriter::new(self.model, Dialect::RestXml);
        w.declaration();
        // S3's roots are called as the members are (`LegalHold`); the others' as the shapes, unless the member has
        // another name on the wire.
        let renamed = m.wire_name.filter(|name| *name != m.name);
        let name = match self.model.id {
            "s3" => m.wire(),
            _ => renamed.or(self.shape.wire_name).unwrap_or(self.shape.name),
        };
        let namespace = m.xml_namespace.or(self.shape.xml_namespace);
        w.element(name, namespace.or(super::namespace(self.model).map(|uri| (uri, None))), self.shape, r)?;
        self.head.payload = Some(Payload { content_type: "application/xml", body: w.finish() });
        Ok(())
    }

    fn list(&mut self, n: usize, item: &mut dyn FnMut(usize, &mut dyn Writer) -> R) -> R {
        if self.place == Place::Payload {
            return self.json(&mut |w| w.list(n, item));
        }
        let m = self.shape.members.first().ok_or_else(|| no_member(self.shape, 0))?;
        let (outer, owner, place) = (self.shape, self.member, self.place);
        let target = self.model.shape(m.target);
        (self.place, self.texts) = (Place::HeaderItem, Vec::new());
        for i in 0..n {
            (self.shape, self.member) = (target, Some(m));
            item(i, self)?;
        }
        let texts = std::mem::take(&mut self.texts);
        (self.shape, self.member, self.place) = (outer, owner, place);
        let items = match target.kind {
            Kind::String => texts.iter().map(|t| lists::quoted(t)).collect(),
            _ => texts,
        };
        self.text(&items.join(", "))
    }

    fn map(
        &mut self,
        n: usize,
        key: &mut dyn FnMut(usize) -> String,
        value: &mut dyn FnMut(usize, &mut dyn Writer) -> R,
    ) -> R {
        if self.place == Place::Payload {
            return self.json(&mut |w| w.map(n, key, value));
        }
        let m = self.shape.members.get(1).ok_or_else(|| no_member(self.shape, 1))?;
        let prefix = self.member.map_or("", Member::wire);
        let target = self.model.shape(m.target);
        for i in 0..n {
            (self.shape, self.place, self.texts) = (target, Place::Prefixed, Vec::new());
            value(i, self)?;
            let text = std::mem::take(&mut self.texts).join(",");
            let text = if text.is_ascii() { text } else { encoded_word(&text) };
            self.header(&format!("{prefix}{}", key(i)), &text);
        }
        Ok(())
    }

    fn null(&mut self) -> R {
        Ok(())
    }

    fn string(&mut self, v: &str) -> R {
        let is_json =
            self.place == Place::Header && self.member.is_some_and(|m| m.flags.has(Flags::JSON_VALUE));
        if is_json { self.text(&STANDARD.encode(v)) } else { self.text(v) }
    }

    fn boolean(&mut self, v: bool) -> R {
        self.text(if v { "true" } else { "false" })
    }

    fn integer(&mut self, v: i64) -> R {
        if self.place == Place::Status {
            self.head.status = u16::try_from(v).ok().filter(|v| (100..600).contains(v));
            return Ok(());
        }
        self.text(&v.to_string())
    }

    fn double(&mut self, v: f64) -> R {
        let text = match v {
            f64::INFINITY => "Infinity".to_owned(),
            f64::NEG_INFINITY => "-Infinity".to_owned(),
            _ => format!("{v:?}"),
        };
        self.text(&text)
    }

    fn blob(&mut self, v: &[u8]) -> R {
        if self.place == Place::Payload {
            let body = Bytes::copy_from_slice(v);
            self.head.payload = Some(Payload { content_type: "application/octet-stream", body });
            return Ok(());
        }
        self.text(&STANDARD.encode(v))
    }

    fn timestamp(&mut self, v: Timestamp) -> R {
        let format = self.member.map_or(TimestampFormat::Rfc822, |m| header_format(m, self.shape));
        self.text(&v.format(format))
    }

    fn document(&mut self, v: &Document) -> R {
        self.is_payload("document")?;
        self.json(&mut |w| w.document(v))
    }
}
