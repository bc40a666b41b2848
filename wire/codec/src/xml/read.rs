//! Reads records from an XML tree. The order of elements is free, namespaces are not looked at, unknown elements are
//! passed over; a flattened list or map is all elements of its name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Flags, Kind, Location, Member, Model, Shape};

use super::tree::{NodeId, Tree};
use crate::query::name::{flat_item_name, flattened};
use crate::record::{Blob, Document, R, Reader, Record, Timestamp, WireError};
use crate::validate::Checker;

/// Where the reader stands.
#[derive(Clone)]
enum At<'t> {
    Element(NodeId),
    /// The elements of a flattened list or map.
    Flat(Vec<NodeId>),
    Attribute(&'t str),
}

/// A reader of XML values. One serves a whole body: it changes its place and shape as it steps in and out.
pub(crate) struct XmlReader<'t, 'c> {
    tree: &'t Tree<'t>,
    at: At<'t>,
    model: &'static Model,
    shape: &'static Shape,
    checker: &'c mut Checker,
}

impl<'t, 'c> XmlReader<'t, 'c> {
    /// A reader that stands on the root element.
    pub(crate) fn new(
        model: &'static Model,
        shape: &'static Shape,
        tree: &'t Tree<'t>,
        checker: &'c mut Checker,
    ) -> XmlReader<'t, 'c> {
        XmlReader { tree, at: At::Element(tree.root()), model, shape, checker }
    }

    /// Reads those members of the top structure that travel in the body. Returns which were there, a bit each.
    pub(crate) fn body_members(&mut self, out: &mut dyn Record) -> R<u128> {
        self.members(out, true)
    }

    fn members(&mut self, out: &mut dyn Record, body_only: bool) -> R<u128> {
        let (shape, at) = (self.shape, self.at.clone());
        let tree = self.tree;
        let At::Element(element) = at else { return Err(misfit(shape)) };
        let mut found: Vec<(usize, Vec<NodeId>)> = Vec::new();
        for child in tree.children(element) {
            let Some(index) = self.member_of(tree.name(child), body_only) else { continue };
            match found.iter_mut().find(|(i, _)| *i == index) {
                Some((_, nodes)) => nodes.push(child),
                None => found.push((index, vec![child])),
            }
        }
        let mut seen = 0u128;
        for (index, nodes) in found {
            let m = &shape.members[index];
            let target = self.target(m);
            self.at = match nodes.last() {
                Some(last) if !flattened(m, target) => At::Element(*last),
                _ => At::Flat(nodes),
            };
            self.read_member(index, target, out, &mut seen)?;
        }
        for (index, m) in shape.members.iter().enumerate().filter(|(_, m)| m.flags.has(Flags::XML_ATTRIBUTE))
        {
            if let Some(value) = tree.attribute(element, m.wire()) {
                self.at = At::Attribute(value);
                self.read_member(index, self.target(m), out, &mut seen)?;
            }
        }
        (self.shape, self.at) = (shape, At::Element(element));
        Ok(seen)
    }

    fn read_member(
        &mut self,
        index: usize,
        target: &'static Shape,
        out: &mut dyn Record,
        seen: &mut u128,
    ) -> R {
        self.shape = target;
        out.read_member(index as u16, self)?;
        if index < 128 {
            *seen |= 1 << index;
        }
        Ok(())
    }

    /// Index of the member that an element of that name belongs to.
    fn member_of(&self, name: &str, body_only: bool) -> Option<usize> {
        let wanted =
            |m: &Member| (!body_only || m.location == Location::Body) && !m.flags.has(Flags::XML_ATTRIBUTE);
        let members = &self.shape.members;
        let by_wire = members.iter().position(|m| wanted(m) && m.wire() == name);
        by_wire.or_else(|| {
            members.iter().position(|m| wanted(m) && flat_item_name(m, self.target(m)) == Some(name))
        })
    }

    fn target(&self, m: &Member) -> &'static Shape {
        let model: &'static Model = self.model;
        model.shape(m.target)
    }

    fn text(&self) -> R<&'t str> {
        match &self.at {
            At::Element(id) => Ok(self.tree.text(*id)),
            At::Attribute(value) => Ok(value),
            At::Flat(_) => Err(misfit(self.shape)),
        }
    }

    /// Text of anything but a string: blanks around it don't count.
    fn word(&self) -> R<&'t str> {
        self.text().map(str::trim)
    }

    /// The elements of a list or the entries of a map.
    fn items(&self) -> R<Vec<NodeId>> {
        match &self.at {
            At::Flat(nodes) => Ok(nodes.clone()),
            At::Element(id) => Ok(self.tree.children(*id).collect()),
            At::Attribute(_) => Err(misfit(self.shape)),
        }
    }
}

impl Reader for XmlReader<'_, '_> {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn record(&mut self, out: &mut dyn Record) -> R {
        let shape = self.shape;
        let seen = self.members(out, false)?;
        self.checker.required(shape, seen);
        Ok(())
    }

    fn list(&mut self, each: &mut dyn FnMut(&mut dyn Reader) -> R) -> R {
        let (shape, items) = (self.shape, self.items()?);
        let Some(m) = shape.members.first() else { return Ok(()) };
        let target = self.target(m);
        self.checker.length(shape, items.len());
        for item in items {
            (self.shape, self.at) = (target, At::Element(item));
            each(self)?;
        }
        self.shape = shape;
        Ok(())
    }

    fn map(&mut self, each: &mut dyn FnMut(String, &mut dyn Reader) -> R) -> R {
        let (shape, entries) = (self.shape, self.items()?);
        let [key, value] = &*shape.members else { return Ok(()) };
        let (key_shape, value_shape) = (self.target(key), self.target(value));
        self.checker.length(shape, entries.len());
        for entry in entries {
            let part = |name: &str| self.tree.children(entry).find(|c| self.tree.name(*c) == name);
            let (Some(key), Some(value)) = (part(key.wire()), part(value.wire())) else {
                return Err(WireError("An entry without key or value".into()));
            };
            let key = self.tree.text(key).to_owned();
            self.checker.text(key_shape, &key);
            (self.shape, self.at) = (value_shape, At::Element(value));
            each(key, self)?;
        }
        self.shape = shape;
        Ok(())
    }

    fn string(&mut self) -> R<String> {
        let text = self.text()?.to_owned();
        self.checker.text(self.shape, &text);
        Ok(text)
    }

    fn boolean(&mut self) -> R<bool> {
        boolean(self.word()?)
    }

    fn integer(&mut self) -> R<i64> {
        let v = integer(self.word()?, self.shape)?;
        self.checker.integer(self.shape, v);
        Ok(v)
    }

    fn double(&mut self) -> R<f64> {
        let v = double(self.word()?)?;
        self.checker.double(self.shape, v);
        Ok(v)
    }

    fn blob(&mut self) -> R<Blob> {
        let bytes = blob(self.word()?)?;
        self.checker.length(self.shape, bytes.0.len());
        Ok(bytes)
    }

    fn timestamp(&mut self) -> R<Timestamp> {
        timestamp(self.word()?)
    }

    fn document(&mut self) -> R<Document> {
        Err(WireError("XML carries no documents".into()))
    }

    fn skip(&mut self) -> R {
        Ok(())
    }
}

/// `true` or `false`, in XML and in REST's headers, labels and queries.
pub(crate) fn boolean(text: &str) -> R<bool> {
    match text {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err(unreadable(text, "Boolean")),
    }
}

/// A whole number that its shape can hold.
pub(crate) fn integer(text: &str, shape: &Shape) -> R<i64> {
    let v: i64 = text.parse().map_err(|_| unreadable(text, "Integer"))?;
    match shape.kind {
        Kind::Long => Ok(v),
        _ => i32::try_from(v).map(i64::from).map_err(|_| unreadable(text, "Integer")),
    }
}

/// A number, or `NaN`, `Infinity`, `-Infinity`.
pub(crate) fn double(text: &str) -> R<f64> {
    match text {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        _ => {
            let finite = text.parse::<f64>().ok().filter(|v| v.is_finite());
            finite.ok_or_else(|| unreadable(text, "Double"))
        }
    }
}

/// Base64.
pub(crate) fn blob(text: &str) -> R<Blob> {
    STANDARD.decode(text).map(Blob).map_err(|_| WireError("Invalid Base64 value".into()))
}

/// Any spelling of a moment.
pub(crate) fn timestamp(text: &str) -> R<Timestamp> {
    Timestamp::parse(text).ok_or_else(|| unreadable(text, "Timestamp"))
}

/// Long texts are cut: they come from the client and go into its answer.
fn unreadable(text: &str, wanted: &str) -> WireError {
    let shown: String = text.chars().take(64).collect();
    WireError(format!("'{shown}' can not be converted to {wanted}"))
}

fn misfit(shape: &Shape) -> WireError {
    WireError(format!("Unexpected content for {}", shape.name))
}
