//! XML as a tree, with its namespaces: the one reading of a document that its signature is checked on and its claims are
//! taken from. Comments are passed over; document types and processing instructions are refused, since no assertion needs
//! them and much harm comes with them.
//! Source: W3C "Extensible Markup Language 1.0", "Namespaces in XML 1.0".

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Elements that a document may nest, and may have in all.
const DEPTH: usize = 64;
const ELEMENTS: usize = 10_000;
/// Declarations of namespaces that may be in force at an element, and attributes that it may have. Those of a document are
/// not counted: providers declare two on each value of an attribute.
const DECLARATIONS: usize = 200;
const ATTRIBUTES: usize = 100;
/// Bytes of a namespace's URI: each element under it has a copy, and so has its canonical form.
const NAMESPACE: usize = 1_000;
/// Namespace of the prefix `xml`, which needs no declaration.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// An element.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// As written; empty: none.
    pub prefix: String,
    /// Name without prefix.
    pub local: String,
    /// Namespace; empty: none.
    pub namespace: String,
    /// Namespaces that it declares: prefix (empty: the default) and URI.
    pub declared: Vec<(String, String)>,
    /// In the order of the document.
    pub attributes: Vec<Attribute>,
    /// Likewise; no two texts follow each other.
    pub children: Vec<Node>,
}

/// An attribute that declares no namespace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribute {
    /// As written; empty: none.
    pub prefix: String,
    /// Name without prefix.
    pub local: String,
    /// Namespace; empty: none.
    pub namespace: String,
    /// Normalized, entities resolved.
    pub value: String,
}

/// What an element holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, entities resolved.
    Text(String),
}

impl Element {
    /// Reads a document; `None` if it isn't well-formed, or has what no assertion needs.
    pub fn parse(text: &str) -> Option<Element> {
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Element> = Vec::new();
        let mut root = None;
        let mut elements = 0;
        loop {
            let (element, ends) = match reader.read_event().ok()? {
                Event::Start(s) => (element(&s, &open)?, false),
                Event::Empty(s) => (element(&s, &open)?, true),
                Event::End(_) => {
                    close(&mut open, &mut root)?;
                    continue;
                }
                Event::Text(t) => {
                    add_text(&mut open, &t.xml10_content())?;
                    continue;
                }
                Event::CData(t) => {
                    add_text(&mut open, &t.xml10_content())?;
                    continue;
                }
                Event::GeneralRef(r) => {
                    let c = match r.resolve_char_ref().ok()? {
                        Some(c) => c,
                        None => named(&r.xml10_content())?,
                    };
                    add_text(&mut open, c.encode_utf8(&mut [0; 4]))?;
                    continue;
                }
                Event::Comment(_) | Event::Decl(_) => continue,
                Event::PI(_) | Event::DocType(_) => return None,
                Event::Eof => break,
            };
            elements += 1;
            let declarations: usize = open.iter().chain([&element]).map(|e| e.declared.len()).sum();
            if elements > ELEMENTS || declarations > DECLARATIONS {
                return None;
            }
            if open.len() >= DEPTH || root.is_some() {
                return None;
            }
            open.push(element);
            if ends {
                close(&mut open, &mut root)?;
            }
        }
        root.filter(|_| open.is_empty())
    }

    /// Whether it has that name.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace == namespace
    }

    /// An attribute without a namespace.
    pub fn attribute(&self, local: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|a| a.namespace.is_empty() && a.local == local);
        found.map(|a| a.value.as_str())
    }

    /// Its children that are elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|n| match n {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        })
    }

    /// The children of that name.
    pub fn all(&self, namespace: &'static str, local: &'static str) -> impl Iterator<Item = &Element> {
        self.elements().filter(move |e| e.is(namespace, local))
    }

    /// The child of that name, if there is exactly one.
    pub fn only(&self, namespace: &'static str, local: &'static str) -> Option<&Element> {
        let mut found = self.all(namespace, local);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Its text, without that of its elements and without white space around it.
    pub fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|n| match n {
            Node::Text(t) => Some(t.as_str()),
            Node::Element(_) => None,
        });
        texts.collect::<String>().trim().to_owned()
    }

    /// It and all elements under it.
    pub fn walk(&self, see: &mut dyn FnMut(&Element)) {
        see(self);
        self.elements().for_each(|e| e.walk(see));
    }
}

fn close(open: &mut Vec<Element>, root: &mut Option<Element>) -> Option<()> {
    let done = open.pop()?;
    match open.last_mut() {
        Some(parent) => parent.children.push(Node::Element(done)),
        None => *root = Some(done),
    }
    Some(())
}

fn add_text(open: &mut [Element], text: &str) -> Option<()> {
    match open.last_mut() {
        None => text.chars().all(char::is_whitespace).then_some(()),
        Some(parent) => {
            match parent.children.last_mut() {
                Some(Node::Text(before)) => before.push_str(text),
                _ => parent.children.push(Node::Text(text.to_owned())),
            }
            Some(())
        }
    }
}

fn named(entity: &str) -> Option<char> {
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

fn element(start: &BytesStart<'_>, open: &[Element]) -> Option<Element> {
    let (prefix, local) = split(start.name().as_ref())?;
    let mut out = Element { prefix, local, ..Element::default() };
    // Names that come twice are told by their namespaces, below; the reader's own search is costly.
    for (n, attribute) in start.attributes().with_checks(false).enumerate() {
        if n > ATTRIBUTES + DECLARATIONS {
            return None;
        }
        let attribute = attribute.ok()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
        match split(attribute.key.as_ref())? {
            (prefix, local) if prefix.is_empty() && local == "xmlns" => {
                out.declared.push((String::new(), value))
            }
            // A prefix can't be declared away.
            (prefix, local) if prefix == "xmlns" => {
                match value.is_empty() || local == "xml" || local == "xmlns" {
                    true => return None,
                    false => out.declared.push((local, value)),
                }
            }
            (prefix, local) => {
                out.attributes.push(Attribute { prefix, local, namespace: String::new(), value });
            }
        }
    }
    let declared_twice = |i: usize, prefix: &String| out.declared[..i].iter().any(|(p, _)| p == prefix);
    let unsound = |(i, (p, uri)): (usize, &(String, String))| uri.len() > NAMESPACE || declared_twice(i, p);
    if out.declared.iter().enumerate().any(unsound) || out.attributes.len() > ATTRIBUTES {
        return None;
    }
    out.namespace = resolve(&out.prefix, &out.declared, open)?;
    for i in 0..out.attributes.len() {
        let prefix = &out.attributes[i].prefix;
        // An attribute without a prefix is in no namespace, whatever the default is.
        let namespace = if prefix.is_empty() { String::new() } else { resolve(prefix, &out.declared, open)? };
        out.attributes[i].namespace = namespace;
    }
    let twice = |i: usize, a: &Attribute| {
        out.attributes[..i].iter().any(|b| b.local == a.local && b.namespace == a.namespace)
    };
    (!out.attributes.iter().enumerate().any(|(i, a)| twice(i, a))).then_some(out)
}

/// Prefix and local name of a sound name.
fn split(name: &str) -> Option<(String, String)> {
    let sound = |part: &str| {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        !part.is_empty() && part.chars().all(fits) && !part.starts_with(|c: char| c.is_ascii_digit())
    };
    match name.split_once(':') {
        Some((prefix, local)) if sound(prefix) && sound(local) => Some((prefix.to_owned(), local.to_owned())),
        None if sound(name) => Some((String::new(), name.to_owned())),
        _ => None,
    }
}

/// The namespace of a prefix; `None` for a prefix that nobody declared.
fn resolve(prefix: &str, own: &[(String, String)], open: &[Element]) -> Option<String> {
    if prefix == "xml" {
        return Some(XML.to_owned());
    }
    let outer = open.iter().rev().flat_map(|e| e.declared.iter());
    let found = own.iter().chain(outer).find(|(p, _)| p == prefix).map(|(_, uri)| uri.clone());
    if prefix.is_empty() { Some(found.unwrap_or_default()) } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read() {
        let e = Element::parse(
            "<?xml version='1.0'?>\n<a:r xmlns:a='u' xmlns='d' a:x='1' x=\"2&#10;\">t&amp;<![CDATA[<]]><!-- c -->u<b/></a:r>\n",
        );
        let e = e.expect("well-formed");
        assert!(e.is("u", "r"));
        assert_eq!((e.attribute("x"), e.text().as_str()), (Some("2\n"), "t&<u"));
        assert_eq!(e.attributes[0].namespace, "u");
        assert!(e.only("d", "b").is_some());
    }

    #[test]
    fn namespaces_are_bounded_where_they_hold() {
        let values = "<v xmlns:xs='s' xmlns:i='i' i:type='xs:string'/>".repeat(500);
        let e = Element::parse(&format!("<a>{values}</a>")).expect("each value declares its own");
        assert_eq!(e.elements().count(), 500);
        let nested = |n: usize| {
            let open = |i: usize| -> String {
                let declared: String = (0..10).map(|j| format!(" xmlns:p{i}{j}='u'")).collect();
                format!("<a{declared}>")
            };
            (0..n).map(open).collect::<String>() + &"</a>".repeat(n)
        };
        assert!(Element::parse(&nested(DECLARATIONS / 10)).is_some());
        assert_eq!(Element::parse(&nested(DECLARATIONS / 10 + 1)), None);
        let named = |n: usize| Element::parse(&format!("<a xmlns='{}'/>", "u".repeat(n)));
        assert!(named(NAMESPACE).is_some());
        assert_eq!(named(NAMESPACE + 1), None);
    }

    #[test]
    fn what_is_refused() {
        let deep = "<a>".repeat(DEPTH + 1) + &"</a>".repeat(DEPTH + 1);
        let many = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS));
        for bad in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>text",
            "<p:a/>",
            "<a p:x=''/>",
            "<a x='1' x='2'/>",
            "<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>",
            "<a xmlns:p=''/>",
            "<a>&e;</a>",
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
            "<a><?pi x?></a>",
            "<a'b/>",
            "<a:b:c xmlns:a='u'/>",
            &deep,
            &many,
        ] {
            assert_eq!(Element::parse(bad), None, "{bad:.60}");
        }
    }
}
