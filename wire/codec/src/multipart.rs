//! `multipart/form-data`: a push parser for the forms that browsers send. It holds one part's head, or as much data as a delimiter
//! is long; the rest passes through.
//!
//! Source: RFC 7578; RFC 2046, section 5.1.

use bytes::{Buf, Bytes, BytesMut};

use crate::uri;

/// The longest head of a part.
const HEAD_BYTES: usize = 8 * 1024;
/// The longest boundary. Source: RFC 2046, section 5.1.1.
const BOUNDARY_BYTES: usize = 70;

/// The boundary in a content type of `multipart/form-data`; empty where it names none, `None` for another type.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (kind, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = rest.split(';').find_map(|p| {
        let (name, value) = p.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then_some(value.trim().trim_matches('"'))
    });
    Some(named.unwrap_or_default())
}

/// The head of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Name of the field.
    pub name: String,
    /// Name of the file, if the part is one.
    pub file_name: Option<String>,
    /// `Content-Type` of the part.
    pub content_type: Option<String>,
}

/// What the decoder found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A part begins; the one before it is over.
    Part(Part),
    /// Data of the part, never empty.
    Data(Bytes),
    /// The form is over.
    End,
}

/// The body is no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first delimiter: nothing of it counts.
    Preamble,
    /// Behind a delimiter.
    Delimited,
    Head,
    Data,
    End,
}

/// A form on its way in.
#[derive(Debug)]
pub struct Decoder {
    /// With the line end before it.
    delimiter: Vec<u8>,
    buffer: BytesMut,
    state: State,
}

impl Decoder {
    /// A decoder for forms with that boundary.
    ///
    /// Errors: a boundary that can't be one.
    pub fn new(boundary: &str) -> Result<Decoder, Malformed> {
        if boundary.is_empty() || boundary.len() > BOUNDARY_BYTES {
            return Err(Malformed);
        }
        let delimiter = ["\r\n--", boundary].concat().into_bytes();
        // The first delimiter may have no line before it.
        Ok(Decoder { delimiter, buffer: BytesMut::from(&b"\r\n"[..]), state: State::Preamble })
    }

    /// Takes a piece of the body.
    pub fn push(&mut self, piece: &[u8]) {
        if self.state != State::End {
            self.buffer.extend_from_slice(piece);
        }
    }

    /// The next thing in what was pushed; `None` when more is needed.
    pub fn next_event(&mut self) -> Result<Option<Event>, Malformed> {
        loop {
            match self.state {
                State::End => return Ok(Some(Event::End)),
                State::Preamble | State::Data => {
                    if let Some(event) = self.data() {
                        return Ok(Some(event));
                    }
                    if self.state != State::Delimited {
                        return Ok(None);
                    }
                }
                State::Delimited => {
                    while matches!(self.buffer.first(), Some(b' ' | b'\t')) {
                        self.buffer.advance(1);
                    }
                    let Some(two) = self.buffer.get(..2) else { return Ok(None) };
                    self.state = match two {
                        b"--" => State::End,
                        b"\r\n" => State::Head,
                        _ => return Err(Malformed),
                    };
                    if self.state == State::End {
                        self.buffer.clear();
                    }
                }
                // The line end behind the delimiter is still there: a head may be empty.
                State::Head => {
                    let Some(end) = find(&self.buffer, b"\r\n\r\n") else {
                        return if self.buffer.len() > HEAD_BYTES { Err(Malformed) } else { Ok(None) };
                    };
                    if end > HEAD_BYTES {
                        return Err(Malformed);
                    }
                    let head = self.buffer.split_to(end + 4);
                    self.state = State::Data;
                    return Ok(Some(Event::Part(part(&head)?)));
                }
            }
        }
    }

    /// Data up to the next delimiter, if there is some. Moves on behind a delimiter once all before it was given out.
    fn data(&mut self) -> Option<Event> {
        let (upto, found) = match find(&self.buffer, &self.delimiter) {
            Some(at) => (at, true),
            None => (self.buffer.len().saturating_sub(self.delimiter.len() - 1), false),
        };
        let data = self.buffer.split_to(upto).freeze();
        if self.state == State::Data && !data.is_empty() {
            return Some(Event::Data(data));
        }
        if found {
            self.buffer.advance(self.delimiter.len());
            self.state = State::Delimited;
        }
        None
    }
}

/// Where a text that begins with a carriage return first occurs.
fn find(all: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = all.get(from..)?.iter().position(|b| *b == b'\r') {
        if all[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

fn part(head: &[u8]) -> Result<Part, Malformed> {
    let head = String::from_utf8_lossy(head);
    let mut out = Part::default();
    let mut named = false;
    for line in head.split("\r\n").filter(|l| !l.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(Malformed)?;
        match name.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => {
                for (name, value) in parameters(value) {
                    match name.as_str() {
                        "name" => (out.name, named) = (value, true),
                        "filename" if out.file_name.is_none() => out.file_name = Some(value),
                        "filename*" => {
                            let encoded = value.rsplit('\'').next().unwrap_or_default();
                            out.file_name = Some(uri::decode_path(encoded).into_owned());
                        }
                        _ => {}
                    }
                }
            }
            "content-type" => out.content_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    if named { Ok(out) } else { Err(Malformed) }
}

/// The parameters behind the first word of a header. A backslash counts for itself but before a quote: old browsers send paths.
fn parameters(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = value.find(';').map_or("", |at| &value[at + 1..]);
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_start_matches([';', ' ', '\t']).trim().to_ascii_lowercase();
        let after = after.trim_start();
        let Some(quoted) = after.strip_prefix('"') else {
            let end = after.find(';').unwrap_or(after.len());
            found.push((name, after[..end].trim().to_owned()));
            rest = &after[end..];
            continue;
        };
        let (mut text, mut end, mut chars) = (String::new(), quoted.len(), quoted.char_indices().peekable());
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if chars.peek().is_some_and(|(_, c)| *c == '"') => {
                    chars.next();
                    text.push('"');
                }
                '"' => {
                    end = at + 1;
                    break;
                }
                other => text.push(other),
            }
        }
        found.push((name, text));
        rest = &quoted[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "preamble\r\n--xx\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\nb\r\n--xx\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"C:\\d\\e \\\"f\\\".txt\"\r\nContent-Type: text/plain\r\n\r\n\
        \r\n--x\r\n--xx--\r\nepilogue";

    /// Name and data of each part, when the form comes in pieces of that size.
    fn read(form: &str, size: usize) -> Result<Vec<(Part, String)>, Malformed> {
        let mut decoder = Decoder::new("xx").unwrap();
        let mut found: Vec<(Part, String)> = Vec::new();
        for piece in form.as_bytes().chunks(size) {
            decoder.push(piece);
            while let Some(event) = decoder.next_event()? {
                match event {
                    Event::Part(part) => found.push((part, String::new())),
                    Event::Data(data) => {
                        found.last_mut().unwrap().1.push_str(std::str::from_utf8(&data).unwrap());
                    }
                    Event::End => return Ok(found),
                }
            }
        }
        Err(Malformed)
    }

    #[test]
    fn parts_are_the_same_however_they_come() {
        for size in [1, 2, 3, 7, 64, 10_000] {
            let found = read(FORM, size).unwrap();
            assert_eq!(found.len(), 2);
            assert_eq!((found[0].0.name.as_str(), found[0].1.as_str()), ("key", "a\r\nb"));
            assert_eq!(found[1].0.file_name.as_deref(), Some("C:\\d\\e \"f\".txt"));
            assert_eq!(found[1].0.content_type.as_deref(), Some("text/plain"));
            assert_eq!(found[1].1, "\r\n--x");
        }
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert_eq!(read("--xx\r\nContent-Disposition: form-data\r\n\r\na\r\n--xx--", 9), Err(Malformed));
        assert_eq!(read("--xxother", 4), Err(Malformed));
        assert_eq!(read("--xx\r\nno header at all\r\n\r\n", 100), Err(Malformed));
        assert_eq!(read(&format!("--xx\r\nx: {}", "y".repeat(20_000)), 1_000), Err(Malformed));
        assert!(Decoder::new("").is_err());
    }

    #[test]
    fn the_boundary_is_in_the_content_type() {
        assert_eq!(boundary("multipart/form-data; charset=utf-8; Boundary=\"a b\""), Some("a b"));
        assert_eq!(boundary("Multipart/Form-Data"), Some(""));
        assert_eq!(boundary("multipart/mixed; boundary=x"), None);
    }
}
