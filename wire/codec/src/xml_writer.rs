//! Writes records as XML: for awsQuery's, ec2Query's and restXml's answers and for restXml's payloads. Elements in the
//! model's order, attributes in start tags, empty elements closed at once.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use model::{Flags, Member, Model, Shape, TimestampFormat};

use crate::pages::Cut;
use crate::query::name::flattened;
use crate::record::{Document, R, Record, Timestamp, Wire, WireError, Writer};
use crate::rest::in_answer_body;
use crate::value::Value;
use crate::value_io::no_member;
use crate::xml::escape;

/// Which names and spellings are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Query names where the model has them.
    Query,
    /// Wire names; moments with milliseconds.
    Ec2,
    /// Wire names; of the top structure only members that travel in the body.
    RestXml,
}

/// A namespace: URI and optional prefix.
type Namespace = Option<(&'static str, Option<&'static str>)>;

/// A writer of XML elements.
pub(crate) struct XmlWriter {
    out: Vec<u8>,
    dialect: Dialect,
    model: Option<&'static Model>,
    shape: Option<&'static Shape>,
    parent: Option<&'static Shape>,
    name: &'static str,
    namespace: Namespace,
    flat: bool,
    format: Option<TimestampFormat>,
    /// Writing the attributes of a start tag, not elements.
    attributes: bool,
    body_only: bool,
    cut: Option<Cut>,
}

impl XmlWriter {
    /// A writer for that service's records.
    pub(crate) fn new(model: &'static Model, dialect: Dialect) -> XmlWriter {
        let mut w = XmlWriter::plain(dialect);
        w.model = Some(model);
        w
    }

    /// A writer without records: elements only.
    pub(crate) fn plain(dialect: Dialect) -> XmlWriter {
        XmlWriter {
            out: Vec::with_capacity(512),
            dialect,
            model: None,
            shape: None,
            parent: None,
            name: "",
            namespace: None,
            flat: false,
            format: None,
            attributes: false,
            body_only: false,
            cut: None,
        }
    }

    /// Has it write a page of a list.
    pub(crate) fn cut(&mut self, cut: Cut) {
        self.cut = Some(cut);
    }

    /// Where the items of the page are that was written.
    pub(crate) fn items(&self) -> Option<Range<usize>> {
        self.cut.as_ref()?.items.clone()
    }

    /// `<?xml …?>` and a line's end.
    pub(crate) fn declaration(&mut self) {
        self.out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }

    /// A start tag.
    pub(crate) fn open(&mut self, name: &str, xmlns: Option<&str>) {
        self.start(name);
        if let Some(uri) = xmlns {
            self.attribute("xmlns", uri);
        }
        self.out.push(b'>');
    }

    /// An end tag; shortens `<a></a>` to `<a/>`.
    pub(crate) fn close(&mut self, name: &str) {
        let bare = self.out.len().checked_sub(name.len() + 2);
        let is_open_tag = bare.is_some_and(|at| {
            self.out[at] == b'<'
                && self.out.ends_with(b">")
                && &self.out[at + 1..self.out.len() - 1] == name.as_bytes()
        });
        if is_open_tag {
            self.out.pop();
            self.out.extend_from_slice(b"/>");
            return;
        }
        self.end(name);
    }

    /// An element with text.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) {
        self.open(name, None);
        escape(&mut self.out, text);
        self.close(name);
    }

    /// Text inside the element that is open.
    pub(crate) fn text_of(&mut self, text: &str) {
        escape(&mut self.out, text);
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str) {
        self.start(name);
        self.out.extend_from_slice(b"/>");
    }

    /// The members of a structure as children of the element that is open.
    pub(crate) fn members(&mut self, shape: &'static Shape, record: &dyn Record) -> R {
        let outer = self.parent.replace(shape);
        let done = record.write_members(self);
        self.parent = outer;
        done
    }

    /// restXml's document: one whole record as an element, but only members that travel in the body.
    pub(crate) fn document_of(
        &mut self,
        name: &'static str,
        namespace: Namespace,
        shape: &'static Shape,
        record: &dyn Record,
    ) -> R {
        self.body_only = true;
        let done = self.element(name, namespace, shape, record);
        self.body_only = false;
        done
    }

    /// One whole record as an element of that name (a payload, or restXml's document).
    pub(crate) fn element(
        &mut self,
        name: &'static str,
        namespace: Namespace,
        shape: &'static Shape,
        record: &dyn Record,
    ) -> R {
        (self.name, self.namespace, self.shape, self.flat) = (name, namespace, Some(shape), false);
        self.record(record)
    }

    /// One untyped value as that member.
    pub(crate) fn value_member(&mut self, model: &'static Model, m: &Member, value: &Value) -> R {
        self.model = Some(model);
        self.place(model, m);
        value.write(self)
    }

    /// A value without a shape as an element.
    pub(crate) fn untyped(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(v) => self.leaf(name, v),
            Value::Integer(v) => self.leaf(name, &v.to_string()),
            Value::Bool(v) => self.leaf(name, if *v { "true" } else { "false" }),
            Value::Double(v) => self.leaf(name, &v.to_string()),
            Value::Timestamp(v) => self.leaf(name, &v.iso8601(true)),
            Value::Blob(v) => self.leaf(name, &STANDARD.encode(&v.0)),
            Value::Document(v) => self.leaf(name, &crate::plain::document_json(v)),
            Value::Null => {}
            Value::List(items) => {
                self.open(name, None);
                items.iter().for_each(|v| self.untyped("member", v));
                self.close(name);
            }
            Value::Map(entries) => {
                self.open(name, None);
                entries.iter().for_each(|(k, v)| self.untyped(k, v));
                self.close(name);
            }
            Value::Record(members) => {
                self.open(name, None);
                members.iter().for_each(|(_, k, v)| self.untyped(k, v));
                self.close(name);
            }
        }
    }

    /// The document.
    pub(crate) fn finish(self) -> Bytes {
        Bytes::from(self.out)
    }

    fn start(&mut self, name: &str) {
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"=\"");
        escape(&mut self.out, value);
        self.out.push(b'"');
    }

    /// Start tag of the value at hand, without its `>`.
    fn start_value(&mut self) {
        let name = self.name;
        self.start(name);
        if self.namespace.is_some() {
            self.declare();
        }
    }

    /// The namespace of the value at hand, in its start tag.
    // By itself, since few have one: what most elements go through stays small.
    #[cold]
    fn declare(&mut self) {
        match self.namespace.take() {
            Some((uri, Some(prefix))) => self.attribute(&format!("xmlns:{prefix}"), uri),
            Some((uri, None)) => self.attribute("xmlns", uri),
            None => {}
        }
    }

    fn open_value(&mut self) {
        self.start_value();
        self.out.push(b'>');
    }

    /// Sets name, shape and spelling for a member's value.
    fn place(&mut self, model: &'static Model, m: &Member) {
        let target = model.shape(m.target);
        let query_name = m.query_name.filter(|_| self.dialect == Dialect::Query);
        self.name = query_name.unwrap_or_else(|| m.wire());
        if m.xml_namespace.is_some() || self.namespace.is_some() {
            self.namespace = m.xml_namespace;
        }
        self.flat = flattened(m, target);
        self.format = m.timestamp_format;
        self.shape = Some(target);
    }

    fn current(&self) -> R<&'static Shape> {
        self.shape.ok_or_else(|| WireError("no shape at hand".into()))
    }

    fn text(&mut self, v: &str) -> R {
        let name = self.name;
        if self.attributes {
            self.attribute(name, v);
            return Ok(());
        }
        self.open_value();
        if v.is_empty() {
            self.close(name);
            return Ok(());
        }
        escape(&mut self.out, v);
        self.end(name);
        Ok(())
    }

    /// As `text`, of what is not empty and has nothing to escape.
    fn plain_text(&mut self, v: &str) -> R {
        let name = self.name;
        if self.attributes {
            self.attribute(name, v);
            return Ok(());
        }
        self.open_value();
        self.out.extend_from_slice(v.as_bytes());
        self.end(name);
        Ok(())
    }

    fn end(&mut self, name: &str) {
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
    }

    /// As [`Writer::member`], while the top structure is special: it has members outside the body, or a page is cut out of it.
    fn member_of_top(
        &mut self,
        model: &'static Model,
        parent: &'static Shape,
        m: &Member,
        value: &dyn Wire,
    ) -> R {
        if self.body_only && !in_answer_body(m.location) {
            return Ok(());
        }
        let body_only = std::mem::take(&mut self.body_only);
        self.place(model, m);
        let done = match self.cut.take_if(|cut| std::ptr::eq(cut.of, parent)) {
            None => value.write(self),
            Some(cut) => self.member_cut(cut, m, value),
        };
        self.body_only = body_only;
        done
    }

    /// As [`Writer::member`], of the structure that a page is cut out of.
    fn member_cut(&mut self, mut cut: Cut, m: &Member, value: &dyn Wire) -> R {
        if cut.left_out == m.name {
            self.cut = Some(cut);
            return Ok(());
        }
        let (name, start) = (self.name, self.out.len());
        let done = value.write(self);
        if cut.list == m.name {
            cut.note(start..self.out.len(), name);
        }
        self.cut = Some(cut);
        done
    }
}

impl Writer for XmlWriter {
    fn shape(&self) -> &'static Shape {
        self.shape.or(self.parent).expect("a writer of records has a shape")
    }

    fn member(&mut self, index: u16, value: &dyn Wire) -> R {
        // Most members of most records are absent.
        if value.absent() {
            return Ok(());
        }
        let (Some(parent), Some(model)) = (self.parent, self.model) else {
            return Err(WireError("no structure is being written".into()));
        };
        let m = parent.members.get(usize::from(index)).ok_or_else(|| no_member(parent, index))?;
        if m.flags.has(Flags::XML_ATTRIBUTE) != self.attributes {
            return Ok(());
        }
        if self.body_only || self.cut.is_some() {
            return self.member_of_top(model, parent, m, value);
        }
        self.place(model, m);
        value.write(self)
    }

    fn record(&mut self, r: &dyn Record) -> R {
        let shape = self.current()?;
        let name = self.name;
        // Query's and EC2's answers have neither namespaces of shapes nor attributes.
        let is_rest = self.dialect == Dialect::RestXml;
        if is_rest && self.namespace.is_none() {
            self.namespace = shape.xml_namespace;
        }
        self.start_value();
        let outer = self.parent.replace(shape);
        if is_rest && shape.members.iter().any(|m| m.flags.has(Flags::XML_ATTRIBUTE)) {
            self.attributes = true;
            r.write_members(self)?;
            self.attributes = false;
        }
        self.out.push(b'>');
        r.write_members(self)?;
        self.parent = outer;
        self.close(name);
        Ok(())
    }

    fn list(&mut self, n: usize, item: &mut dyn FnMut(usize, &mut dyn Writer) -> R) -> R {
        let shape = self.current()?;
        let m = shape.members.first().ok_or_else(|| no_member(shape, 0))?;
        let model = self.model.ok_or_else(|| no_member(shape, 0))?;
        let (outer, flat) = (self.name, self.flat);
        if !flat {
            self.open_value();
        }
        for i in 0..n {
            self.place(model, m);
            if flat {
                self.name = outer;
            }
            item(i, self)?;
        }
        if !flat {
            self.close(outer);
        }
        Ok(())
    }

    fn map(
        &mut self,
        n: usize,
        key: &mut dyn FnMut(usize) -> String,
        value: &mut dyn FnMut(usize, &mut dyn Writer) -> R,
    ) -> R {
        let shape = self.current()?;
        let [key_member, value_member] = &*shape.members else { return Err(no_member(shape, 1)) };
        let model = self.model.ok_or_else(|| no_member(shape, 0))?;
        let (outer, flat) = (self.name, self.flat);
        let entry = if flat { outer } else { "entry" };
        let namespace = self.namespace.filter(|_| flat);
        if !flat {
            self.open_value();
        }
        for i in 0..n {
            (self.name, self.namespace) = (entry, namespace);
            self.open_value();
            self.place(model, key_member);
            self.text(&key(i))?;
            self.place(model, value_member);
            value(i, self)?;
            self.close(entry);
        }
        if !flat {
            self.close(outer);
        }
        Ok(())
    }

    fn null(&mut self) -> R {
        self.text("")
    }
    fn string(&mut self, v: &str) -> R {
        self.text(v)
    }
    fn boolean(&mut self, v: bool) -> R {
        self.plain_text(if v { "true" } else { "false" })
    }
    fn integer(&mut self, v: i64) -> R {
        match v {
            0..10 => self.plain_text(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"][v as usize]),
            _ => self.plain_text(&v.to_string()),
        }
    }
    fn double(&mut self, v: f64) -> R {
        if v.is_infinite() {
            return self.text(if v > 0.0 { "Infinity" } else { "-Infinity" });
        }
        self.text(&format!("{v:?}"))
    }
    fn blob(&mut self, v: &[u8]) -> R {
        self.text(&STANDARD.encode(v))
    }

    fn timestamp(&mut self, v: Timestamp) -> R {
        let own = self.shape.and_then(|s| s.timestamp_format);
        let text = match self.format.or(own).unwrap_or(TimestampFormat::Iso8601) {
            // IAM writes whole seconds; the others always write milliseconds.
            TimestampFormat::Iso8601 => {
                let whole =
                    v.epoch_ms % 1000 == 0 && self.model.is_some_and(|m| WHOLE_SECONDS.contains(&m.id));
                v.iso8601(!whole)
            }
            format => v.format(format),
        };
        self.plain_text(&text)
    }

    fn document(&mut self, _: &Document) -> R {
        Err(WireError("XML carries no documents".into()))
    }
}

/// Services whose moments have no fraction when it is zero (wire.md §7, awsQuery).
const WHOLE_SECONDS: [&str; 2] = ["iam", "sts"];
