//! Reads awsQuery's and ec2Query's answers: a small tree of elements, then values by shape.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Kind, Model, Operation, Protocol, Shape};
use quick_xml::events::Event;

use super::ClientError;
use crate::query::name::{entry_part, flat_item_name, flattened};
use crate::record::{Blob, R, Timestamp, WireError};
use crate::value::Value;

const MAX_DEPTH: usize = 128;

#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }
}

/// The output in an answer's body.
pub(super) fn output(
    model: &'static Model,
    shape: &'static Shape,
    operation: &Operation,
    protocol: Protocol,
    body: &[u8],
) -> R<Value> {
    let root = parse(body)?;
    let wrapper = operation.result_wrapper.filter(|_| protocol == Protocol::Query);
    let element = match wrapper {
        Some(name) => root.child(name).ok_or_else(|| WireError(format!("no {name} in the answer")))?,
        None => &root,
    };
    structure(model, shape, element, protocol == Protocol::Query)
}

/// The error in an answer's body.
pub(super) fn error(status: u16, body: &[u8]) -> R<ClientError> {
    let root = parse(body)?;
    let at = match root.name.as_str() {
        "Response" => root.child("Errors").and_then(|e| e.child("Error")),
        "ErrorResponse" => root.child("Error"),
        _ => Some(&root),
    };
    let at = at.ok_or_else(|| WireError("no Error in the answer".into()))?;
    let mut error = ClientError { code: String::new(), message: String::new(), status, fields: Vec::new() };
    for c in &at.children {
        match c.name.as_str() {
            "Code" => error.code.clone_from(&c.text),
            "Message" => error.message.clone_from(&c.text),
            "Type" | "Detail" => {}
            _ => error.fields.push((c.name.clone(), c.text.clone())),
        }
    }
    Ok(error)
}

fn structure(model: &'static Model, shape: &'static Shape, e: &Element, query: bool) -> R<Value> {
    let mut members = Vec::new();
    for (i, m) in shape.members.iter().enumerate() {
        let target = model.shape(m.target);
        let name = m.query_name.filter(|_| query).or_else(|| flat_item_name(m, target));
        let name = name.unwrap_or_else(|| m.wire());
        let found: Vec<&Element> = e.children.iter().filter(|c| c.name == name).collect();
        let Some(first) = found.first() else { continue };
        let value = match target.kind {
            Kind::List if flattened(m, target) => list(model, target, &found, query)?,
            Kind::Map if flattened(m, target) => map(model, target, &found, query)?,
            _ => value_of(model, target, first, query)?,
        };
        members.push((i as u16, m.name, value));
    }
    Ok(Value::Record(members))
}

fn value_of(model: &'static Model, shape: &'static Shape, e: &Element, query: bool) -> R<Value> {
    let misfit = || WireError(format!("{} in {} is not a {:?}", e.text, e.name, shape.kind));
    let text = e.text.as_str();
    Ok(match shape.kind {
        Kind::Structure => structure(model, shape, e, query)?,
        Kind::List => list(model, shape, &e.children.iter().collect::<Vec<_>>(), query)?,
        Kind::Map => map(model, shape, &e.children.iter().collect::<Vec<_>>(), query)?,
        Kind::String => Value::String(text.to_owned()),
        Kind::Blob => Value::Blob(Blob(STANDARD.decode(text).map_err(|_| misfit())?)),
        Kind::Boolean => Value::Bool(text.parse().map_err(|_| misfit())?),
        Kind::Integer | Kind::Long => Value::Integer(text.parse().map_err(|_| misfit())?),
        Kind::Float | Kind::Double => Value::Double(text.parse().map_err(|_| misfit())?),
        Kind::Timestamp => Value::Timestamp(Timestamp::parse(text).ok_or_else(misfit)?),
        Kind::Document => return Err(misfit()),
    })
}

fn list(model: &'static Model, shape: &'static Shape, items: &[&Element], query: bool) -> R<Value> {
    let m = shape.members.first().ok_or_else(|| WireError("a list without items".into()))?;
    let target = model.shape(m.target);
    let items: R<Vec<Value>> = items.iter().map(|e| value_of(model, target, e, query)).collect();
    items.map(Value::List)
}

fn map(model: &'static Model, shape: &'static Shape, entries: &[&Element], query: bool) -> R<Value> {
    let [key, item] = &*shape.members else { return Err(WireError("a map without entries".into())) };
    let (key, item_name) =
        if query { (entry_part(key), entry_part(item)) } else { (key.wire(), item.wire()) };
    let target = model.shape(item.target);
    let mut out = Vec::with_capacity(entries.len());
    for e in entries {
        let (Some(k), Some(v)) = (e.child(key), e.child(item_name)) else {
            return Err(WireError(format!("an entry of {} lacks {key} or {item_name}", e.name)));
        };
        out.push((k.text.clone(), value_of(model, target, v, query)?));
    }
    Ok(Value::Map(out))
}

fn parse(body: &[u8]) -> R<Element> {
    let text = std::str::from_utf8(body).map_err(|_| WireError("the answer is not UTF-8".into()))?;
    let failed = |e: quick_xml::Error| WireError(format!("the answer is not XML: {e}"));
    let mut reader = quick_xml::Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        let top = open.len() - 1;
        match reader.read_event().map_err(failed)? {
            Event::Start(s) => {
                if open.len() > MAX_DEPTH {
                    return Err(WireError("the answer is nested too deeply".into()));
                }
                open.push(named(s.local_name().as_ref()));
            }
            Event::Empty(s) => open[top].children.push(named(s.local_name().as_ref())),
            Event::End(_) => {
                let done = open.pop().expect("the bottom element never ends");
                let Some(parent) = open.last_mut() else { return Err(WireError("a stray end tag".into())) };
                parent.children.push(done);
            }
            Event::Text(t) => open[top].text.push_str(&t.xml10_content()),
            Event::CData(t) => open[top].text.push_str(&t.xml10_content()),
            Event::GeneralRef(r) => {
                let name = r.xml10_content();
                open[top].text.push_str(&reference(&name)?);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match (open.len(), open.pop().map(|mut bottom| bottom.children.pop())) {
        (1, Some(Some(root))) => Ok(root),
        _ => Err(WireError("the answer is cut off".into())),
    }
}

fn named(name: &str) -> Element {
    Element { name: name.to_owned(), ..Element::default() }
}

/// What `&name;` stands for.
fn reference(name: &str) -> R<String> {
    let unknown = || WireError(format!("the answer names an unknown entity {name}"));
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32).map(String::from).ok_or_else(unknown);
    }
    quick_xml::escape::resolve_predefined_entity(name).map(str::to_owned).ok_or_else(unknown)
}
