//! Tokens of JSON (RFC 8259) over text that is known to be UTF-8. Strict; no values, no shapes.

use std::borrow::Cow;

use crate::record::{Document, R, WireError};

/// Nesting beyond this is refused.
pub(crate) const MAX_DEPTH: usize = 128;

/// Kind of the value at the cursor, told by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// A cursor on JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0, depth: 0 }
    }

    fn space(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// Next byte after blanks, not consumed.
    fn next_byte(&mut self) -> Option<u8> {
        self.space();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Kind of the next value.
    pub(crate) fn peek(&mut self) -> R<Token> {
        match self.next_byte() {
            Some(b'{') => Ok(Token::Object),
            Some(b'[') => Ok(Token::Array),
            Some(b'"') => Ok(Token::String),
            Some(b'-' | b'0'..=b'9') => Ok(Token::Number),
            Some(b't') => Ok(Token::True),
            Some(b'f') => Ok(Token::False),
            Some(b'n') => Ok(Token::Null),
            Some(_) => malformed(),
            None => Err(WireError("Unexpected end of input".into())),
        }
    }

    /// Steps into an object or array.
    pub(crate) fn open(&mut self) -> R {
        if self.depth >= MAX_DEPTH {
            return Err(WireError("The input is nested too deeply".into()));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Inside an object or array that `close` ends: whether another element follows, past its comma.
    pub(crate) fn more(&mut self, first: &mut bool, close: u8) -> R<bool> {
        let was_first = std::mem::take(first);
        match self.next_byte() {
            Some(b) if b == close => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(b',') if !was_first => {
                self.at += 1;
                match self.next_byte() {
                    Some(b) if b == close => malformed(),
                    _ => Ok(true),
                }
            }
            Some(_) if was_first => Ok(true),
            _ => malformed(),
        }
    }

    /// A member's name and its colon.
    pub(crate) fn key(&mut self) -> R<Cow<'a, str>> {
        if self.next_byte() != Some(b'"') {
            return malformed();
        }
        let key = self.string()?;
        if self.next_byte() != Some(b':') {
            return malformed();
        }
        self.at += 1;
        Ok(key)
    }

    /// The string at the cursor, which stands on its quote.
    pub(crate) fn string(&mut self) -> R<Cow<'a, str>> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(Cow::Borrowed(&self.text[start..at]));
                }
                Some(b'\\') => return self.escaped(start, at).map(Cow::Owned),
                Some(0..=0x1F) | None => return malformed(),
                Some(_) => at += 1,
            }
        }
    }

    fn escaped(&mut self, start: usize, mut at: usize) -> R<String> {
        let bytes = self.text.as_bytes();
        let mut out = String::with_capacity(at - start + 16);
        let mut run = start;
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    out.push_str(&self.text[run..at]);
                    self.at = at + 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    out.push_str(&self.text[run..at]);
                    let (c, len) = self.escape(at)?;
                    out.push(c);
                    at += len;
                    run = at;
                }
                Some(0..=0x1F) | None => return malformed(),
                Some(_) => at += 1,
            }
        }
    }

    /// The character that the escape at `at` stands for, and the escape's length.
    fn escape(&self, at: usize) -> R<(char, usize)> {
        let c = match self.text.as_bytes().get(at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(at),
            _ => return malformed(),
        };
        Ok((c, 2))
    }

    fn unicode(&self, at: usize) -> R<(char, usize)> {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
            let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            u32::from_str_radix(digits, 16).ok().filter(|_| hex)
        };
        let high = unit(at).ok_or_else(bad)?;
        if !(0xD800..0xE000).contains(&high) {
            return Ok((char::from_u32(high).ok_or_else(bad)?, 6));
        }
        let low =
            unit(at + 6).filter(|low| high < 0xDC00 && (0xDC00..0xE000).contains(low)).ok_or_else(bad)?;
        let c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        Ok((char::from_u32(c).ok_or_else(bad)?, 12))
    }

    /// The number at the cursor, as its text, and whether it is whole (no fraction, no exponent).
    pub(crate) fn number(&mut self) -> R<(&'a str, bool)> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
        let digits = |at: &mut usize| {
            let from = *at;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            *at - from
        };
        let zero = bytes.get(at) == Some(&b'0');
        let n = digits(&mut at);
        if n == 0 || (zero && n > 1) {
            return malformed();
        }
        let mut whole = true;
        if bytes.get(at) == Some(&b'.') {
            whole = false;
            at += 1;
            if digits(&mut at) == 0 {
                return malformed();
            }
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            whole = false;
            at += 1;
            at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
            if digits(&mut at) == 0 {
                return malformed();
            }
        }
        self.at = at;
        Ok((&self.text[start..at], whole))
    }

    /// `true`, `false` or `null`.
    pub(crate) fn word(&mut self, word: &str) -> R {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return malformed();
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes over one value, checking its form.
    pub(crate) fn skip(&mut self) -> R {
        match self.peek()? {
            Token::Object => {
                self.open()?;
                let mut first = true;
                while self.more(&mut first, b'}')? {
                    self.key()?;
                    self.skip()?;
                }
                Ok(())
            }
            Token::Array => {
                self.open()?;
                let mut first = true;
                while self.more(&mut first, b']')? {
                    self.skip()?;
                }
                Ok(())
            }
            Token::String => self.string().map(drop),
            Token::Number => self.number().map(drop),
            Token::True => self.word("true"),
            Token::False => self.word("false"),
            Token::Null => self.word("null"),
        }
    }

    /// One value as a document.
    pub(crate) fn document(&mut self) -> R<Document> {
        Ok(match self.peek()? {
            Token::Object => {
                self.open()?;
                let mut map = std::collections::BTreeMap::new();
                let mut first = true;
                while self.more(&mut first, b'}')? {
                    let key = self.key()?.into_owned();
                    map.insert(key, self.document()?);
                }
                Document::Map(map)
            }
            Token::Array => {
                self.open()?;
                let mut list = Vec::new();
                let mut first = true;
                while self.more(&mut first, b']')? {
                    list.push(self.document()?);
                }
                Document::List(list)
            }
            Token::String => Document::String(self.string()?.into_owned()),
            Token::Number => {
                let (text, whole) = self.number()?;
                match text.parse::<i64>() {
                    Ok(n) if whole => Document::Integer(n),
                    _ => Document::Double(finite(text)?),
                }
            }
            Token::True => self.word("true").map(|()| Document::Bool(true))?,
            Token::False => self.word("false").map(|()| Document::Bool(false))?,
            Token::Null => self.word("null").map(|()| Document::Null)?,
        })
    }

    /// Nothing but blanks may follow.
    pub(crate) fn end(&mut self) -> R {
        match self.next_byte() {
            None => Ok(()),
            Some(_) => malformed(),
        }
    }

    /// Whether there is nothing but blanks.
    pub(crate) fn blank(&mut self) -> bool {
        self.next_byte().is_none()
    }
}

/// A number that a double can hold.
pub(crate) fn finite(text: &str) -> R<f64> {
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() => Ok(n),
        _ => malformed(),
    }
}

fn bad() -> WireError {
    WireError("Unexpected character in the input".into())
}

fn malformed<T>() -> R<T> {
    Err(bad())
}
