//! The text of imports: lines of DynamoDB JSON or CSV, perhaps compressed, that come piece by piece, and the items that they
//! say. Nothing of a piece is kept but an unfinished line.
//! Source: developer guide, "Amazon S3 import formats for DynamoDB" (2026-11-22): in CSV all attributes are texts but those
//! of keys; the header is the first line unless it is given.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynamodb_language::{Item, Number, Value};
use flate2::write::MultiGzDecoder;

use crate::plain;

/// The longest line: an item of 400 KB as JSON, whatever is escaped in it.
const LINE_BYTES: usize = 4 << 20;
/// Compressed bytes given to the decoder at once: what they become stays small.
const SLICE_BYTES: usize = 4 << 10;

/// How the text is to be read.
#[derive(Clone, Debug)]
pub(crate) enum Format {
    /// A line is `{"Item": …}`.
    Json,
    /// A line is the values of an item.
    Csv {
        delimiter: u8,
        /// Names of the columns; none: the first line has them.
        header: Vec<String>,
        /// Types of keys' attributes.
        kinds: Vec<(String, String)>,
    },
}

/// What a line says.
#[derive(Debug, PartialEq)]
pub(crate) enum Line {
    /// An item.
    Item(Item),
    /// Nothing that could be imported.
    Wrong,
    /// Nothing that could be read: neither can the rest of the object.
    Garbage,
}

/// Reads an object.
pub(crate) struct Reader {
    format: Format,
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    rest: Vec<u8>,
    /// Of the text, uncompressed.
    pub(crate) bytes: u64,
    /// The rest of the object can't be read.
    pub(crate) stopped: bool,
}

impl Reader {
    /// A reader for one object.
    pub(crate) fn new(format: Format, gzip: bool) -> Reader {
        let gzip = gzip.then(|| MultiGzDecoder::new(Vec::new()));
        Reader { format, gzip, rest: Vec::new(), bytes: 0, stopped: false }
    }

    /// Takes a slice of the object, at most [`Reader::slice`] long. Gives the lines that are whole.
    pub(crate) fn take(&mut self, slice: &[u8]) -> Vec<Line> {
        if self.stopped {
            return Vec::new();
        }
        let text = match &mut self.gzip {
            None => slice.to_vec(),
            Some(gzip) => match gzip.write_all(slice) {
                Ok(()) => std::mem::take(gzip.get_mut()),
                Err(_) => return self.garbage(),
            },
        };
        self.lines(&text)
    }

    /// Bytes to give at once.
    pub(crate) fn slice(&self) -> usize {
        if self.gzip.is_some() { SLICE_BYTES } else { LINE_BYTES / 4 }
    }

    /// The object is at its end: what is left of it.
    pub(crate) fn finish(&mut self) -> Vec<Line> {
        if self.stopped {
            return Vec::new();
        }
        let mut out = Vec::new();
        if let Some(gzip) = &mut self.gzip {
            let finished = gzip.try_finish();
            let text = std::mem::take(gzip.get_mut());
            out.extend(self.lines(&text));
            if finished.is_err() {
                out.extend(self.garbage());
            }
        }
        let last = std::mem::take(&mut self.rest);
        if !self.stopped && !last.is_empty() {
            out.extend(self.line(&last));
        }
        out
    }

    fn garbage(&mut self) -> Vec<Line> {
        self.stopped = true;
        vec![Line::Garbage]
    }

    fn lines(&mut self, text: &[u8]) -> Vec<Line> {
        self.bytes += text.len() as u64;
        let mut out = Vec::new();
        let mut parts = text.split(|b| *b == b'\n');
        let mut last = parts.next_back().unwrap_or_default();
        for part in parts {
            let mut line = std::mem::take(&mut self.rest);
            line.extend_from_slice(part);
            if let Some(said) = self.line(&line) {
                self.stopped = said == Line::Garbage;
                out.push(said);
            }
            if self.stopped {
                last = &[];
                break;
            }
        }
        self.rest.extend_from_slice(last);
        if self.rest.len() > LINE_BYTES {
            out.extend(self.garbage());
        }
        out
    }

    fn line(&mut self, line: &[u8]) -> Option<Line> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        let Ok(text) = std::str::from_utf8(line) else { return Some(Line::Garbage) };
        match &mut self.format {
            Format::Json => Some(json_line(text)),
            Format::Csv { delimiter, header, kinds } => {
                let values = fields(text, char::from(*delimiter));
                if header.is_empty() {
                    *header = values;
                    return None;
                }
                Some(csv_item(header, kinds, values).map_or(Line::Wrong, Line::Item))
            }
        }
    }
}

fn json_line(text: &str) -> Line {
    let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else { return Line::Garbage };
    json.get("Item").and_then(plain::to_item).map_or(Line::Wrong, Line::Item)
}

/// The fields of a CSV line: quoted ones may hold the delimiter, and quotes twice.
fn fields(line: &str, delimiter: char) -> Vec<String> {
    let (mut out, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            c if c == delimiter && !quoted => out.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    out.push(field);
    out
}

fn csv_item(header: &[String], kinds: &[(String, String)], values: Vec<String>) -> Option<Item> {
    if header.len() != values.len() {
        return None;
    }
    let mut item = Item::new();
    for (name, text) in header.iter().zip(values) {
        let kind = kinds.iter().find(|(n, _)| n == name).map_or("S", |(_, k)| k.as_str());
        let value = match kind {
            "N" => Value::N(Number::parse(&text).ok()?),
            "B" => Value::B(STANDARD.decode(&text).ok()?),
            _ => Value::S(text),
        };
        item.insert(name.clone(), value);
    }
    Some(item)
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read(format: Format, gzip: bool, bytes: &[u8], slice: usize) -> Vec<Line> {
        let mut r = Reader::new(format, gzip);
        let mut out: Vec<Line> = bytes.chunks(slice).flat_map(|c| r.take(c)).collect();
        out.extend(r.finish());
        out
    }

    fn item(text: &str) -> Line {
        Line::Item(plain::to_item(&serde_json::from_str(text).unwrap()).unwrap())
    }

    #[test]
    fn json_comes_in_pieces_of_any_size() {
        let text = b"{\"Item\":{\"id\":{\"S\":\"a\"}}}\n\n{\"Item\":{\"id\":{\"N\":\"x\"}}}\r\n{\"Item\":{\"id\":{\"S\":\"b\"}}}";
        let want = [item(r#"{"id":{"S":"a"}}"#), Line::Wrong, item(r#"{"id":{"S":"b"}}"#)];
        let mut zipped = GzEncoder::new(Vec::new(), Compression::default());
        zipped.write_all(text).unwrap();
        let zipped = zipped.finish().unwrap();
        for slice in [1, 7, 1_000] {
            assert_eq!(read(Format::Json, false, text, slice), want);
            assert_eq!(read(Format::Json, true, &zipped, slice), want);
        }
    }

    #[test]
    fn garbage_ends_an_object() {
        let text = b"{\"Item\":{\"id\":{\"S\":\"a\"}}}\nwhat\n{\"Item\":{\"id\":{\"S\":\"b\"}}}\n";
        assert_eq!(read(Format::Json, false, text, 9), [item(r#"{"id":{"S":"a"}}"#), Line::Garbage]);
        assert_eq!(read(Format::Json, true, text, 9), [Line::Garbage], "not compressed");
        let long = vec![b'x'; LINE_BYTES + 2];
        assert_eq!(read(Format::Json, false, &long, 1 << 16), [Line::Garbage]);
    }

    #[test]
    fn csv_has_texts_but_for_keys() {
        let csv = |header: &[&str]| Format::Csv {
            delimiter: b';',
            header: header.iter().map(|h| (*h).to_owned()).collect(),
            kinds: vec![("id".to_owned(), "N".to_owned())],
        };
        let text = b"id;t\n1;\"a;\"\"b\"\"\"\nx;y\n2\n";
        let want = [item(r#"{"id":{"N":"1"},"t":{"S":"a;\"b\""}}"#), Line::Wrong, Line::Wrong];
        assert_eq!(read(csv(&[]), false, text, 3), want);
        assert_eq!(read(csv(&["id", "t"]), false, b"1;z\n", 3), [item(r#"{"id":{"N":"1"},"t":{"S":"z"}}"#)]);
    }
}
