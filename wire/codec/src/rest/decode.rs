//! A REST request's input: each member from where the model says it travels, the rest from the body.

use model::{Flags, Kind, Location, Member, Protocol, Shape};

use super::values::{Found, RawReader, ValueReader};
use crate::fault::Fault;
use crate::json::lex::Lexer;
use crate::json::read::JsonReader;
use crate::record::{R, Record, WireError};
use crate::reply::{Request, Route};
use crate::uri;
use crate::validate::{Checker, Violations};
use crate::xml::{Tree, XmlReader};

/// Reads a request's input.
pub(crate) fn decode(route: &Route, req: &Request, out: &mut dyn Record) -> Result<Violations, Fault> {
    let mut checker = Checker::new(route.model);
    read(route, req, out, &mut checker)?;
    checker.finish(route, |value, checker| read(route, req, value, checker))
}

fn read(route: &Route, req: &Request, out: &mut dyn Record, checker: &mut Checker) -> Result<(), Fault> {
    let Some(shape) = route.input() else { return Ok(()) };
    let mut seen = 0u128;
    let headers: Headers = req.headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
    for (index, m) in shape.members.iter().enumerate() {
        let Some(found) = find(route, m, req, &headers) else { continue };
        let target = route.model.shape(m.target);
        let mut reader = ValueReader { model: route.model, shape: target, member: m, found, checker };
        out.read_member(index as u16, &mut reader).map_err(|e| bad_value(route, m, e))?;
        note(&mut seen, index);
    }
    seen |= body(route, shape, req, out, checker).map_err(|e| bad_body(route, e))?;
    checker.required(shape, seen);
    Ok(())
}

fn note(seen: &mut u128, index: usize) {
    if index < 128 {
        *seen |= 1 << index;
    }
}

/// A request's headers in a row. It has few of them and shapes have many members: comparing is quicker than hashing each name.
type Headers<'r> = Vec<(&'r str, &'r http::HeaderValue)>;

/// The text of a member that travels outside the body, if it is there.
fn find(route: &Route, m: &Member, req: &Request, headers: &Headers) -> Option<Found> {
    let kind = route.model.shape(m.target).kind;
    match m.location {
        Location::Uri => {
            let label = route.labels.iter().find(|(name, _)| *name == m.name)?;
            Some(Found::One(uri::decode_path(&label.1).into_owned()))
        }
        Location::QueryString if kind == Kind::Map => {
            let entries = all_query(req.query);
            (!entries.is_empty()).then_some(Found::Entries(entries))
        }
        Location::QueryString => {
            let texts: Vec<String> = uri::pairs(req.query)
                .filter(|(name, _)| name == m.wire())
                .map(|(_, v)| v.into_owned())
                .collect();
            // Only text can be empty: `?max-keys=` says nothing.
            let says_nothing = texts.is_empty() || (is_number(kind) && texts[0].is_empty());
            (!says_nothing).then_some(Found::Many(texts))
        }
        Location::Header => {
            let wire = m.wire();
            let named = |name: &str| name.len() == wire.len() && name.eq_ignore_ascii_case(wire);
            let mut values =
                headers.iter().filter(|(name, _)| named(name)).map(|(_, value)| header_text(value));
            let mut text = values.next()?;
            for more in values {
                text.push_str(", ");
                text.push_str(&more);
            }
            let says_nothing = is_number(kind) && text.is_empty();
            (!says_nothing).then_some(Found::One(text))
        }
        Location::Headers => {
            let entries = prefixed_headers(m.wire(), req);
            (!entries.is_empty()).then_some(Found::Entries(entries))
        }
        Location::Body | Location::StatusCode => None,
    }
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Boolean | Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Timestamp)
}

fn header_text(value: &http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// All query parts, grouped by name; those that have members of their own too, as Smithy asks of servers (`httpQueryParams`).
fn all_query(query: &str) -> Vec<(String, Vec<String>)> {
    let mut at = std::collections::HashMap::new();
    let mut entries: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in uri::pairs(query) {
        let index = *at.entry(name.clone()).or_insert(entries.len());
        if index == entries.len() {
            entries.push((name.into_owned(), Vec::new()));
        }
        entries[index].1.push(value.into_owned());
    }
    entries
}

fn prefixed_headers(prefix: &str, req: &Request) -> Vec<(String, Vec<String>)> {
    let prefix = prefix.to_ascii_lowercase();
    let mut entries = Vec::new();
    for name in req.headers.keys() {
        let Some(key) = name.as_str().strip_prefix(&prefix) else { continue };
        let values: Vec<String> = req.headers.get_all(name).iter().map(header_text).collect();
        entries.push((key.to_owned(), vec![values.join(",")]));
    }
    entries
}

/// Reads the members that travel in the body, and tells which were there.
fn body(
    route: &Route,
    shape: &'static Shape,
    req: &Request,
    out: &mut dyn Record,
    checker: &mut Checker,
) -> R<u128> {
    if let Some((index, m)) = shape.payload.and_then(|name| shape.member(name)) {
        let mut seen = 0;
        if payload(route, (index, m), req, out, checker)? {
            note(&mut seen, usize::from(index));
        }
        return Ok(seen);
    }
    if !shape.members.iter().any(|m| m.location == Location::Body) {
        return Ok(0);
    }
    match route.protocol {
        Protocol::RestXml if is_blank(req.body) => Ok(0),
        Protocol::RestXml => {
            let tree = Tree::parse(utf8(req.body)?)?;
            XmlReader::new(route.model, shape, &tree, checker).body_members(out)
        }
        _ => {
            let text = utf8(req.body)?;
            let text = if Lexer::new(text).blank() { "{}" } else { text };
            let mut reader = JsonReader::new(route.model, shape, route.protocol, text, checker);
            let seen = reader.body_members(out)?;
            reader.end().map(|()| seen)
        }
    }
}

/// Reads the member that is the whole body. An empty body is an absent member, unless the model demands it.
fn payload(
    route: &Route,
    (index, m): (u16, &'static Member),
    req: &Request,
    out: &mut dyn Record,
    checker: &mut Checker,
) -> R<bool> {
    let model = route.model;
    let target = model.shape(m.target);
    let is_raw = matches!(target.kind, Kind::Blob | Kind::String);
    let is_absent =
        if is_raw { req.body.is_empty() && !m.flags.has(Flags::REQUIRED) } else { is_blank(req.body) };
    if is_absent || target.flags.has(Flags::EVENT_STREAM) {
        return Ok(false);
    }
    if is_raw {
        out.read_member(index, &mut RawReader { shape: target, body: req.body, checker })?;
        return Ok(true);
    }
    let text = utf8(req.body)?;
    if route.protocol == Protocol::RestXml {
        let tree = Tree::parse(text)?;
        out.read_member(index, &mut XmlReader::new(model, target, &tree, checker))?;
        return Ok(true);
    }
    let mut reader = JsonReader::new(model, target, route.protocol, text, checker);
    out.read_member(index, &mut reader)?;
    reader.end()?;
    Ok(true)
}

fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

fn utf8(body: &[u8]) -> R<&str> {
    std::str::from_utf8(body).map_err(|_| WireError("The body is not UTF-8".into()))
}

/// A label, query part or header that can't be read.
fn bad_value(route: &Route, m: &Member, e: WireError) -> Fault {
    if route.model.id == "s3" {
        let text = format!("Provided {} is not valid: {}", m.wire(), e.0);
        return Fault::new("InvalidArgument", 400, text);
    }
    bad_body(route, e)
}

fn bad_body(route: &Route, e: WireError) -> Fault {
    match (route.protocol, route.model.id) {
        (Protocol::RestXml, "s3" | "s3control") => Fault::new(
            "MalformedXML",
            400,
            "The XML you provided was not well-formed or did not validate against our published schema",
        ),
        (Protocol::RestXml, _) => Fault::new("MalformedInput", 400, e.0),
        _ => Fault::new("SerializationException", 400, e.0),
    }
}
