//! A small strict JSON reader that keeps what a policy needs and general readers drop: where each value starts and
//! ends, and that a key occurs twice. Bounded in depth and length. Not a general JSON library.

use std::collections::HashSet;

use crate::document::Position;

/// Objects smaller than this are searched for duplicate keys one by one.
const FEW: usize = 16;
/// Deeper nesting than any policy has (a condition value sits at depth 6).
const MAX_DEPTH: usize = 24;
/// IAM's models allow 131,072 characters for a policy document; four bytes each at most.
const MAX_BYTES: usize = 131_072 * 4;

/// A JSON value and the place it was read from.
#[derive(Debug)]
pub(crate) struct Node {
    pub value: Json,
    /// Just past the first character of the value (AWS's convention, see [`Position`]).
    pub start: Position,
    /// Just past the last character of the value.
    pub end: Position,
}

/// A JSON value. Numbers stay text: conditions compare them as written.
#[derive(Debug)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// Why a text was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    Invalid,
    DuplicateKey,
}

/// Reads one JSON value that fills the whole text.
pub(crate) fn parse(text: &str) -> Result<Node, JsonError> {
    if text.len() > MAX_BYTES {
        return Err(JsonError::Invalid);
    }
    let mut reader = Reader { text, at: 0, line: 1, column: 1 };
    reader.skip_space();
    let node = reader.value(0)?;
    reader.skip_space();
    if reader.peek().is_some() {
        return Err(JsonError::Invalid);
    }
    Ok(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            _ => self.text[self.at..].chars().next(),
        }
    }

    /// Takes the plain ASCII characters that come next in a string, all at once.
    fn plain(&mut self) -> &str {
        let from = self.at;
        let rest = &self.text.as_bytes()[from..];
        let special = |byte: &u8| !(0x20..0x80).contains(byte) || matches!(byte, b'"' | b'\\');
        let length = rest.iter().position(special).unwrap_or(rest.len());
        self.at += length;
        self.column += length as u32;
        &self.text[from..self.at]
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn expect(&mut self, wanted: char) -> Result<(), JsonError> {
        if self.next() == Some(wanted) { Ok(()) } else { Err(JsonError::Invalid) }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.next();
        }
    }

    fn position(&self) -> Position {
        Position { line: self.line, column: self.column }
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::Invalid);
        }
        let before = self.position();
        let start = Position { line: before.line, column: before.column + 1 };
        let value = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.array(depth)?,
            Some('"') => Json::String(self.string()?),
            Some('t') => self.word("true", Json::Bool(true))?,
            Some('f') => self.word("false", Json::Bool(false))?,
            Some('n') => self.word("null", Json::Null)?,
            Some('-' | '0'..='9') => Json::Number(self.number()?),
            _ => return Err(JsonError::Invalid),
        };
        Ok(Node { value, start, end: self.position() })
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.expect('{')?;
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut names = HashSet::new();
        self.skip_space();
        if self.peek() == Some('}') {
            self.next();
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            self.expect(':')?;
            self.skip_space();
            let node = self.value(depth + 1)?;
            // Real policies have few keys; only a hostile one makes the set worth filling.
            let duplicate = match members.len() {
                ..FEW => members.iter().any(|(known, _)| *known == name),
                FEW => {
                    names.extend(members.iter().map(|(known, _)| known.clone()));
                    !names.insert(name.clone())
                }
                _ => !names.insert(name.clone()),
            };
            if duplicate {
                return Err(JsonError::DuplicateKey);
            }
            members.push((name, node));
            self.skip_space();
            match self.next() {
                Some(',') => {}
                Some('}') => return Ok(Json::Object(members)),
                _ => return Err(JsonError::Invalid),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.expect('[')?;
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(']') {
            self.next();
            return Ok(Json::Array(items));
        }
        loop {
            self.skip_space();
            items.push(self.value(depth + 1)?);
            self.skip_space();
            match self.next() {
                Some(',') => {}
                Some(']') => return Ok(Json::Array(items)),
                _ => return Err(JsonError::Invalid),
            }
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, JsonError> {
        for c in word.chars() {
            self.expect(c)?;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<String, JsonError> {
        let from = self.at;
        if self.peek() == Some('-') {
            self.next();
        }
        let whole = self.digits()?;
        if whole > 1 && self.text[from..].trim_start_matches('-').starts_with('0') {
            return Err(JsonError::Invalid);
        }
        if self.peek() == Some('.') {
            self.next();
            self.digits()?;
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.next();
            if matches!(self.peek(), Some('+' | '-')) {
                self.next();
            }
            self.digits()?;
        }
        Ok(self.text[from..self.at].to_owned())
    }

    fn digits(&mut self) -> Result<usize, JsonError> {
        let from = self.at;
        while matches!(self.peek(), Some('0'..='9')) {
            self.next();
        }
        if self.at == from { Err(JsonError::Invalid) } else { Ok(self.at - from) }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.expect('"')?;
        let mut out = String::new();
        loop {
            out.push_str(self.plain());
            match self.next().ok_or(JsonError::Invalid)? {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                c if (c as u32) < 0x20 => return Err(JsonError::Invalid),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        Ok(match self.next().ok_or(JsonError::Invalid)? {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = self.hex4()?;
                if (0xd800..0xdc00).contains(&high) {
                    self.expect('\\')?;
                    self.expect('u')?;
                    let low = self.hex4()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(JsonError::Invalid);
                    }
                    let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    return char::from_u32(code).ok_or(JsonError::Invalid);
                }
                char::from_u32(high).ok_or(JsonError::Invalid)?
            }
            _ => return Err(JsonError::Invalid),
        })
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|c| c.to_digit(16)).ok_or(JsonError::Invalid)?;
            code = code * 16 + digit;
        }
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_json() {
        for bad in
            ["", "{", "[1,]", "{\"a\":1,}", "01", "1.", "\"\u{1}\"", "\"\\ud800\"", "tru", "{} x", "nul", "-"]
        {
            assert_eq!(parse(bad).err(), Some(JsonError::Invalid), "{bad}");
        }
        assert_eq!(parse(r#"{"a":1,"a":2}"#).err(), Some(JsonError::DuplicateKey));
        let many = |last: usize| {
            let members: Vec<String> = (0..40).chain([last]).map(|n| format!("\"k{n}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(parse(&many(40)).is_ok());
        for last in [0, 15, 16, 17, 39] {
            assert_eq!(parse(&many(last)).err(), Some(JsonError::DuplicateKey), "{last}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "[".repeat(100_000);
        assert_eq!(parse(&deep).err(), Some(JsonError::Invalid));
        let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(parse(&fits).is_ok());
    }

    #[test]
    fn reads_escapes_and_positions() {
        let node = parse("\n  \"a\\u00e9\\ud83d\\ude00\"").unwrap();
        assert_eq!((node.start.line, node.start.column), (2, 4));
        assert!(matches!(node.value, Json::String(s) if s == "aé😀"));
    }
}
