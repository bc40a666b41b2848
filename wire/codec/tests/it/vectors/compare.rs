//! When two bodies or values are the same: JSON and CBOR by value, XML with free order inside a structure, moments and
//! numbers by what they mean.

use base64::Engine as _;
use codec::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value as Json, json};

/// Whether two JSON values mean the same. A null member is an absent one.
pub fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            let present = |o: &Map<String, Json>| o.iter().filter(|(_, v)| !v.is_null()).count();
            present(a) == present(b)
                && a.iter().filter(|(_, v)| !v.is_null()).all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Number(a), Json::Number(b)) => close(a.as_f64().unwrap(), b.as_f64().unwrap()),
        (Json::String(a), Json::String(b)) => same_text(a, b),
        _ => a == b,
    }
}

/// Floats may have gone through 32 bits.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs())
}

/// Texts that spell the same number or moment are the same; so are texts of the same JSON (`jsonvalue`).
pub fn same_text(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return close(a, b);
    }
    if let (Some(a), Some(b)) = (Timestamp::parse(a), Timestamp::parse(b)) {
        return a == b;
    }
    matches!((json_text(a), json_text(b)), (Some(a), Some(b)) if same(&a, &b))
}

fn json_text(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().filter(|v: &Json| v.is_object() || v.is_array())
}

/// An element: name, attributes that aren't namespaces' at the root, text, children.
#[derive(Debug)]
pub struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

/// Parses a document. Ids of requests are left out, since every answer has one of its own, and empty messages of faults.
pub fn xml(text: &str) -> Element {
    let mut reader = Reader::from_str(text);
    let blank = |name: &str| Element {
        name: name.to_owned(),
        attributes: Vec::new(),
        text: String::new(),
        children: Vec::new(),
    };
    let mut open = vec![blank("")];
    let start = |tag: &quick_xml::events::BytesStart, is_root: bool| {
        let mut e = blank(tag.name().as_ref());
        for a in tag.attributes().map(Result::unwrap).filter(|a| !(is_root && a.key.as_ref() == "xmlns")) {
            let value = a.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap();
            e.attributes.push((a.key.as_ref().to_owned(), value.into_owned()));
        }
        e.attributes.sort();
        e
    };
    let close = |open: &mut Vec<Element>, e: Element| {
        let is_id = matches!(e.name.as_str(), "RequestId" | "requestId" | "RequestID" | "ResponseMetadata");
        let is_silent = e.name == "Message" && e.text.is_empty();
        if !is_id && !is_silent {
            open.last_mut().unwrap().children.push(e);
        }
    };
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{e}: {text}")) {
            Event::Start(tag) => open.push(start(&tag, open.len() == 1)),
            Event::Empty(tag) => {
                let e = start(&tag, open.len() == 1);
                close(&mut open, e);
            }
            Event::End(_) => {
                let e = open.pop().unwrap();
                close(&mut open, e);
            }
            Event::Text(t) => open.last_mut().unwrap().text.push_str(&t.xml10_content()),
            Event::CData(t) => open.last_mut().unwrap().text.push_str(&t.xml10_content()),
            Event::GeneralRef(r) => {
                let known = quick_xml::escape::resolve_predefined_entity(&r).map(str::to_owned);
                let text = known.or_else(|| r.resolve_char_ref().unwrap().map(String::from)).unwrap();
                open.last_mut().unwrap().text.push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    open.pop().unwrap().children.pop().expect("a root element")
}

/// Whether two elements mean the same. Children of one name keep their order, names among each other don't.
pub fn same_xml(a: &Element, b: &Element, ignore_name: bool) -> bool {
    let sorted = |e: &Element| {
        let mut order: Vec<usize> = (0..e.children.len()).collect();
        order.sort_by_key(|i| e.children[*i].name.clone());
        order
    };
    let is_leaf = a.children.is_empty() && b.children.is_empty();
    (ignore_name || a.name == b.name)
        && a.attributes == b.attributes
        && a.children.len() == b.children.len()
        && (!is_leaf || same_text(&a.text, &b.text) || same_text(a.text.trim(), b.text.trim()))
        && sorted(a).iter().zip(sorted(b)).all(|(i, j)| same_xml(&a.children[*i], &b.children[j], false))
}

/// A CBOR item as JSON, by a decoder of this test's own: bytes as base64, moments as numbers.
pub fn cbor(bytes: &[u8]) -> Json {
    let mut at = 0;
    let value = item(bytes, &mut at);
    assert_eq!(at, bytes.len(), "one item");
    value
}

fn item(b: &[u8], at: &mut usize) -> Json {
    let first = b[*at];
    *at += 1;
    let (major, info) = (first >> 5, first & 31);
    let width = match info {
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => 0,
    };
    let mut n = u64::from(info);
    if width > 0 {
        n = b[*at..*at + width].iter().fold(0, |n, b| n << 8 | u64::from(*b));
        *at += width;
    }
    let is_open = info == 31;
    let is_done = |at: &mut usize, i: u64| if is_open { b[*at] == 0xff } else { i == n };
    match major {
        0 => json!(n),
        1 => json!(-1 - n as i64),
        2 | 3 => {
            let mut bytes = Vec::new();
            if is_open {
                while b[*at] != 0xff {
                    let chunk = item(b, at);
                    let chunk = chunk.as_str().unwrap();
                    bytes.extend(match major {
                        2 => base64::engine::general_purpose::STANDARD.decode(chunk).unwrap(),
                        _ => chunk.as_bytes().to_vec(),
                    });
                }
                *at += 1;
            } else {
                bytes.extend_from_slice(&b[*at..*at + n as usize]);
                *at += n as usize;
            }
            match major {
                2 => json!(base64::engine::general_purpose::STANDARD.encode(bytes)),
                _ => json!(String::from_utf8(bytes).unwrap()),
            }
        }
        4 | 5 => {
            let (mut items, mut entries, mut i) = (Vec::new(), Map::new(), 0);
            while !is_done(at, i) {
                let value = item(b, at);
                match major {
                    4 => items.push(value),
                    _ => drop(entries.insert(value.as_str().unwrap().to_owned(), item(b, at))),
                }
                i += 1;
            }
            *at += usize::from(is_open);
            if major == 4 { Json::Array(items) } else { Json::Object(entries) }
        }
        6 => item(b, at),
        _ => match (info, n) {
            (20, _) => json!(false),
            (21, _) => json!(true),
            (22 | 23, _) => Json::Null,
            (25, bits) => special(half(bits)),
            (26, bits) => special(f64::from(f32::from_bits(bits as u32))),
            (27, bits) => special(f64::from_bits(bits)),
            other => panic!("{other:?}"),
        },
    }
}

/// A half float; our writer makes none.
fn half(bits: u64) -> f64 {
    let (exponent, fraction) = ((bits >> 10 & 31) as i32, (bits & 1023) as f64);
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    match exponent {
        0 => sign * fraction * 2f64.powi(-24),
        31 if fraction > 0.0 => f64::NAN,
        31 => sign * f64::INFINITY,
        _ => sign * (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

fn special(v: f64) -> Json {
    if v.is_finite() { json!(v) } else { json!(v.to_string()) }
}
