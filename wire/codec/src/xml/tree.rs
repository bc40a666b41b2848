//! A body's elements as one flat vector of nodes, built from quick-xml's pull parser. Names lose their prefixes;
//! comments and processing instructions are passed over; a DTD is refused, so that nothing is ever expanded.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::record::{R, WireError};

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 128;
/// Most elements of one body; S3's largest legal one (10,000 parts with checksums) has some 60,000.
const MAX_NODES: usize = 250_000;
/// Most attributes of one element.
const MAX_ATTRIBUTES: usize = 32;

/// Index of a node in its tree.
pub type NodeId = u32;

/// A document's root and what is under it.
pub struct Tree<'a> {
    nodes: Vec<Node<'a>>,
}

struct Node<'a> {
    name: &'a str,
    text: Cow<'a, str>,
    /// Names with their prefixes.
    attributes: Vec<(&'a str, String)>,
    first_child: Option<NodeId>,
    last_child: Option<NodeId>,
    next: Option<NodeId>,
}

impl<'a> Tree<'a> {
    /// Parses a whole document.
    pub fn parse(text: &'a str) -> R<Tree<'a>> {
        let mut reader = Reader::from_str(text);
        let mut tree = Tree { nodes: Vec::new() };
        let mut open: Vec<NodeId> = Vec::new();
        loop {
            match reader.read_event().map_err(|e| bad(&e.to_string()))? {
                Event::Start(tag) => {
                    let id = tree.add(&open, &tag, text)?;
                    open.push(id);
                    if open.len() > MAX_DEPTH {
                        return Err(bad("nested too deeply"));
                    }
                }
                Event::Empty(tag) => drop(tree.add(&open, &tag, text)?),
                Event::End(_) => drop(open.pop()),
                Event::Text(t) => tree.add_text(&open, t.xml10_content())?,
                Event::CData(t) => tree.add_text(&open, t.xml10_content())?,
                Event::GeneralRef(r) => tree.add_text(&open, Cow::Owned(resolve(&r)?))?,
                Event::DocType(_) => return Err(bad("a document type declaration is not allowed")),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::Eof => break,
            }
        }
        if !open.is_empty() || tree.nodes.is_empty() {
            return Err(bad("the document ends too early"));
        }
        Ok(tree)
    }

    /// The root element.
    pub fn root(&self) -> NodeId {
        0
    }

    /// The element's name, without prefix.
    pub fn name(&self, id: NodeId) -> &'a str {
        self.node(id).name
    }

    /// The element's own text.
    pub fn text(&self, id: NodeId) -> &str {
        &self.node(id).text
    }

    /// The element's attribute of that name, with or without its prefix.
    pub fn attribute(&self, id: NodeId, name: &str) -> Option<&str> {
        let local = |n: &'a str| n.rsplit(':').next().unwrap_or(n);
        let found = self.node(id).attributes.iter().find(|(n, _)| *n == name || local(n) == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The elements directly under it, in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.node(id).first_child, |id| self.node(*id).next)
    }

    fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id as usize]
    }

    fn add(&mut self, open: &[NodeId], tag: &BytesStart, whole: &'a str) -> R<NodeId> {
        if self.nodes.len() >= MAX_NODES {
            return Err(bad("too many elements"));
        }
        let id = self.nodes.len() as NodeId;
        match open.last() {
            Some(parent) => {
                let parent = &mut self.nodes[*parent as usize];
                let before = parent.last_child.replace(id);
                match before {
                    Some(before) => self.nodes[before as usize].next = Some(id),
                    None => parent.first_child = Some(id),
                }
            }
            None if id > 0 => return Err(bad("more than one root element")),
            None => {}
        }
        let mut attributes = Vec::new();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| bad(&e.to_string()))?;
            if attributes.len() >= MAX_ATTRIBUTES {
                return Err(bad("too many attributes"));
            }
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| bad(&e.to_string()))?;
            attributes.push((within(whole, attribute.key.0)?, value.into_owned()));
        }
        let name = within(whole, tag.local_name().into_inner())?;
        let text = Cow::Borrowed("");
        self.nodes.push(Node { name, text, attributes, first_child: None, last_child: None, next: None });
        Ok(id)
    }

    fn add_text(&mut self, open: &[NodeId], text: Cow<'_, str>) -> R {
        match open.last() {
            Some(id) => {
                self.nodes[*id as usize].text.to_mut().push_str(&text);
                Ok(())
            }
            None if text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}').is_empty() => {
                Ok(())
            }
            None => Err(bad("text outside the root element")),
        }
    }
}

/// The parser's names are slices of the document; this finds the slice again, with the document's lifetime.
fn within<'a>(whole: &'a str, part: &str) -> R<&'a str> {
    let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    let found = start.checked_add(part.len()).and_then(|end| whole.get(start..end));
    found.filter(|found| *found == part).ok_or_else(|| bad("a name outside the document"))
}

/// `&amp;`, `&#65;` and their kind; a document can declare no others.
fn resolve(reference: &BytesRef) -> R<String> {
    if let Some(c) = reference.resolve_char_ref().map_err(|e| bad(&e.to_string()))? {
        return Ok(c.to_string());
    }
    let name: &str = reference;
    let known = quick_xml::escape::resolve_predefined_entity(name);
    known.map(str::to_owned).ok_or_else(|| bad("an unknown entity"))
}

fn bad(why: &str) -> WireError {
    WireError(format!("Malformed XML: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_names_texts_attributes_and_order() {
        let text = "<?xml version=\"1.0\"?>\n<!-- c --><s:A xmlns:s=\"u\" xsi:type='X&amp;Y'>\n<B>1 &lt;<![CDATA[<2>]]>&#65;</B><C/>\n<B>3</B></s:A>\n";
        let tree = Tree::parse(text).unwrap();
        assert_eq!(tree.name(tree.root()), "A");
        assert_eq!(tree.attribute(tree.root(), "xsi:type"), Some("X&Y"));
        assert_eq!(tree.attribute(tree.root(), "type"), Some("X&Y"));
        let children: Vec<_> = tree.children(tree.root()).map(|c| (tree.name(c), tree.text(c))).collect();
        assert_eq!(children, [("B", "1 <<2>A"), ("C", ""), ("B", "3")]);
    }

    #[test]
    fn refuses_what_is_not_well_formed_or_meant_to_hurt() {
        let deep = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
        let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_NODES));
        let attributes = format!("<a {}/>", "b='c' ".repeat(1000));
        let bomb = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        for text in [
            "",
            " ",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "x",
            "<a>&b;</a>",
            "<a>&#0;</a>",
            "<a b>",
            "<",
            "<a",
            "&amp;",
            bomb,
            &deep,
            &wide,
            &attributes,
        ] {
            assert!(Tree::parse(text).is_err(), "{}", &text[..text.len().min(40)]);
        }
    }
}
