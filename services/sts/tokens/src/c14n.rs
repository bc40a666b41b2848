//! Exclusive canonicalization without comments: the bytes of an element that its signature covers.
//! Source: W3C "Exclusive XML Canonicalization 1.0" (2002), "Canonical XML 1.0" (2001).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::xml::{Element, Node};

/// Prefix to namespace.
type Names = BTreeMap<String, String>;

/// The canonical form of `element` under its ancestors (outermost first), as if `without` weren't there. `inclusive` are the
/// prefixes of an InclusiveNamespaces list (`#default` for the default one).
pub fn canonical(
    element: &Element,
    ancestors: &[&Element],
    without: Option<&Element>,
    inclusive: &[&str],
) -> String {
    let mut scope = Names::new();
    for ancestor in ancestors {
        scope.extend(ancestor.declared.iter().cloned());
    }
    let mut out = String::new();
    let inclusive = inclusive.iter().map(|p| if *p == "#default" { "" } else { p }).collect();
    let writer = Writer { without, inclusive };
    writer.element(element, &scope, &Names::new(), &mut out);
    out
}

struct Writer<'a> {
    without: Option<&'a Element>,
    inclusive: BTreeSet<&'a str>,
}

impl Writer<'_> {
    /// `scope` is what is declared around the element, `written` what is declared in the output around it.
    fn element(&self, e: &Element, scope: &Names, written: &Names, out: &mut String) {
        let mut scope = Cow::Borrowed(scope);
        if !e.declared.is_empty() {
            scope.to_mut().extend(e.declared.iter().cloned());
        }
        let mut written = Cow::Borrowed(written);
        let name = qualified(&e.prefix, &e.local);
        out.push('<');
        out.push_str(&name);
        for (prefix, uri) in self.needed(e, &scope, &written) {
            let xmlns = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            write_attribute(&xmlns, &uri, out);
            written.to_mut().insert(prefix, uri);
        }
        let mut attributes: Vec<_> = e.attributes.iter().collect();
        attributes.sort_by(|a, b| (&a.namespace, &a.local).cmp(&(&b.namespace, &b.local)));
        for a in attributes {
            write_attribute(&qualified(&a.prefix, &a.local), &a.value, out);
        }
        out.push('>');
        for child in &e.children {
            match child {
                Node::Text(t) => write_text(t, out),
                Node::Element(c) if self.without.is_some_and(|w| std::ptr::eq(w, c)) => {}
                Node::Element(c) => self.element(c, &scope, &written, out),
            }
        }
        out.push_str("</");
        out.push_str(&name);
        out.push('>');
    }

    /// The declarations to write: of the prefixes that the element uses, and of the inclusive ones, where the output doesn't
    /// say the same already.
    fn needed(&self, e: &Element, scope: &Names, written: &Names) -> Names {
        let attributes = e.attributes.iter().map(|a| a.prefix.as_str()).filter(|p| !p.is_empty());
        let used = attributes.chain([e.prefix.as_str()]);
        // By what is in scope, which is bounded; a list isn't.
        let listed = scope.keys().map(String::as_str).filter(|p| self.inclusive.contains(p));
        let mut needed = Names::new();
        for prefix in used.chain(listed).filter(|p| *p != "xml") {
            let uri = scope.get(prefix).cloned().unwrap_or_default();
            if written.get(prefix).cloned().unwrap_or_default() != uri {
                needed.insert(prefix.to_owned(), uri);
            }
        }
        needed
    }
}

fn qualified(prefix: &str, local: &str) -> String {
    if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
}

fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Canonical forms as Python's xml.etree.ElementTree.canonicalize writes them, whose namespaces are exclusive too.
    #[test]
    fn canonical_forms() {
        let cases = [
            (
                "<r xmlns=\"d\" xmlns:b=\"ub\" xmlns:a=\"ua\" z=\"1\" b:y=\"2\" a:y=\"3\" a=\"&quot;&lt;&#10;&#9;x\ty\"><!-- c --><b:c xmlns:b=\"ub\"><d xmlns=\"\"/><e>t&gt;&amp;&lt;&#13;\r\n\u{fc}</e></b:c><a:f xmlns:b=\"other\" b:q=\"1\"/><![CDATA[<x>&]]></r>",
                "<r xmlns=\"d\" xmlns:a=\"ua\" xmlns:b=\"ub\" a=\"&quot;&lt;&#xA;&#x9;x y\" z=\"1\" a:y=\"3\" b:y=\"2\"><b:c><d xmlns=\"\"></d><e>t&gt;&amp;&lt;&#xD;\n\u{fc}</e></b:c><a:f xmlns:b=\"other\" b:q=\"1\"></a:f>&lt;x&gt;&amp;</r>",
            ),
            (
                r#"<p:r xmlns:p="u" xmlns:unused="v"><p:c xmlns:p="w"><p:d/></p:c><q xmlns="x" xml:lang="en"/></p:r>"#,
                r#"<p:r xmlns:p="u"><p:c xmlns:p="w"><p:d></p:d></p:c><q xmlns="x" xml:lang="en"></q></p:r>"#,
            ),
        ];
        for (text, want) in cases {
            let root = Element::parse(text).expect("well-formed");
            assert_eq!(canonical(&root, &[], None, &[]), want);
        }
    }

    /// Exclusive XML Canonicalization 1.0, section 2.2: an element under two others has one form; section 3: with a list,
    /// the prefixes on it are declared though nothing uses them.
    #[test]
    fn parts_of_a_document() {
        let inner = r#"<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2>"#;
        let want = r#"<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>"#;
        for outer in [
            r#"<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org">"#,
            r#"<n0:local xmlns:n0="http://example.com" xmlns:n1="x" xml:lang="fr">"#,
        ] {
            let root = Element::parse(&format!("{outer}{inner}</n0:local>")).expect("well-formed");
            let element = root.elements().next().expect("an element");
            assert_eq!(canonical(element, &[&root], None, &[]), want);
        }
        let root =
            Element::parse(r#"<r xmlns="d" xmlns:a="ua" xmlns:b="ub"><b:c/></r>"#).expect("well-formed");
        let element = root.elements().next().expect("an element");
        let listed = canonical(element, &[&root], None, &["a", "#default", "nowhere"]);
        assert_eq!(listed, r#"<b:c xmlns="d" xmlns:a="ua" xmlns:b="ub"></b:c>"#);
        assert_eq!(canonical(&root, &[], Some(element), &[]), r#"<r xmlns="d"></r>"#);
    }
}
