//! Reads CBOR straight into records: one pass, no tree. Whole numbers stand for floats and back where nothing is lost.

use std::collections::BTreeMap;

use model::{Flags, Kind, Member, Model, Shape};

use super::token::{MAX_DEPTH, Token, Tokens};
use crate::record::{Blob, Document, R, Reader, Record, Timestamp, WireError};
use crate::validate::Checker;

/// The tag of a time as seconds since 1970.
const TAG_EPOCH: u64 = 1;

/// A reader of CBOR values. One serves a whole body: it changes its shape as it steps in and out.
pub struct CborReader<'a, 'c> {
    tokens: Tokens<'a>,
    model: &'static Model,
    shape: &'static Shape,
    checker: &'c mut Checker,
    depth: usize,
}

impl<'a, 'c> CborReader<'a, 'c> {
    pub fn new(
        model: &'static Model,
        shape: &'static Shape,
        input: &'a [u8],
        checker: &'c mut Checker,
    ) -> CborReader<'a, 'c> {
        CborReader { tokens: Tokens::new(input), model, shape, checker, depth: 0 }
    }

    /// Nothing may follow the value.
    pub fn end(&self) -> R {
        if self.tokens.is_at_end() {
            Ok(())
        } else {
            Err(WireError("Malformed CBOR: more than one value".into()))
        }
    }

    /// The head of the value, its tags passed over.
    fn value(&mut self) -> R<Token> {
        loop {
            match self.tokens.next_token()? {
                Token::Tag(_) => continue,
                token => return Ok(token),
            }
        }
    }

    fn peek_null(&mut self) -> R<bool> {
        Ok(self.tokens.peek()? == Token::Null)
    }

    fn enter(&mut self) -> R {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(WireError("The input is nested too deeply".into())) } else { Ok(()) }
    }

    fn key(&mut self) -> R<String> {
        match self.value()? {
            Token::Text(n) => self.tokens.text(n),
            found => misfit(found, "String"),
        }
    }

    fn target(&self, m: &Member) -> &'static Shape {
        let model: &'static Model = self.model;
        model.shape(m.target)
    }

    /// A null item: handed on where it may be or where all is to be described, else left out.
    fn null_item(&mut self, shape: &Shape) -> R<bool> {
        if !self.peek_null()? || shape.flags.has(Flags::SPARSE) {
            return Ok(false);
        }
        self.checker.null_item();
        if self.checker.describing() {
            return Ok(false);
        }
        self.tokens.next_token().map(|_| true)
    }

    fn members(&mut self, mut left: Option<usize>, out: &mut dyn Record) -> R<u128> {
        let shape = self.shape;
        let mut seen = 0u128;
        while self.tokens.more(&mut left)? {
            let name = self.key()?;
            let index = shape.by_name.get(name.as_str()).copied();
            let Some(index) = index.filter(|_| !matches!(self.tokens.peek(), Ok(Token::Null))) else {
                self.tokens.skip()?;
                continue;
            };
            self.shape = self.target(&shape.members[usize::from(index)]);
            out.read_member(index, self)?;
            self.shape = shape;
            if index < 128 {
                seen |= 1 << index;
            }
        }
        Ok(seen)
    }
}

impl Reader for CborReader<'_, '_> {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn record(&mut self, out: &mut dyn Record) -> R {
        let shape = self.shape;
        let Token::Map(left) = self.value()? else { return Err(unexpected("Structure")) };
        self.enter()?;
        let seen = self.members(left, out)?;
        self.depth -= 1;
        self.checker.required(shape, seen);
        Ok(())
    }

    fn list(&mut self, each: &mut dyn FnMut(&mut dyn Reader) -> R) -> R {
        let shape = self.shape;
        let Token::Array(mut left) = self.value()? else { return Err(unexpected("List")) };
        let item = shape.members.first().map_or(shape, |m| self.target(m));
        self.enter()?;
        let mut n = 0;
        while self.tokens.more(&mut left)? {
            n += 1;
            if self.null_item(shape)? {
                continue;
            }
            self.shape = item;
            each(self)?;
        }
        self.depth -= 1;
        self.shape = shape;
        self.checker.length(shape, n);
        Ok(())
    }

    fn map(&mut self, each: &mut dyn FnMut(String, &mut dyn Reader) -> R) -> R {
        let shape = self.shape;
        let [key, value] = &*shape.members else { return self.tokens.skip() };
        let (key, value) = (self.target(key), self.target(value));
        let Token::Map(mut left) = self.value()? else { return Err(unexpected("Map")) };
        self.enter()?;
        let mut n = 0;
        while self.tokens.more(&mut left)? {
            n += 1;
            let name = self.key()?;
            self.checker.text(key, &name);
            if self.null_item(shape)? {
                continue;
            }
            self.shape = value;
            each(name, self)?;
        }
        self.depth -= 1;
        self.shape = shape;
        self.checker.length(shape, n);
        Ok(())
    }

    fn string(&mut self) -> R<String> {
        let text = self.key()?;
        self.checker.text(self.shape, &text);
        Ok(text)
    }

    fn boolean(&mut self) -> R<bool> {
        match self.value()? {
            Token::Bool(v) => Ok(v),
            found => misfit(found, "Boolean"),
        }
    }

    fn integer(&mut self) -> R<i64> {
        let is_long = self.shape.kind == Kind::Long;
        let name = if is_long { "Long" } else { "Integer" };
        let wide = match self.value()? {
            Token::Integer(v) => v,
            // Floats hold whole numbers exactly only up to 2^53.
            Token::Float(v) if v.fract() == 0.0 && v.abs() <= 9_007_199_254_740_992.0 => v as i128,
            found => return misfit(found, name),
        };
        let narrow = if is_long { i64::try_from(wide).ok() } else { i32::try_from(wide).ok().map(i64::from) };
        let v = narrow.ok_or_else(|| WireError(format!("{wide} can not be converted to {name}")))?;
        self.checker.integer(self.shape, v);
        Ok(v)
    }

    fn double(&mut self) -> R<f64> {
        let v = match self.value()? {
            Token::Float(v) => v,
            Token::Integer(v) => v as f64,
            found => return misfit(found, "Double"),
        };
        self.checker.double(self.shape, v);
        Ok(v)
    }

    fn blob(&mut self) -> R<Blob> {
        let bytes = match self.value()? {
            Token::Bytes(n) => self.tokens.bytes(n, false)?,
            found => return misfit(found, "Blob"),
        };
        self.checker.length(self.shape, bytes.len());
        Ok(Blob(bytes))
    }

    fn timestamp(&mut self) -> R<Timestamp> {
        let first = self.tokens.next_token()?;
        let number = if first == Token::Tag(TAG_EPOCH) { self.tokens.next_token()? } else { first };
        let found = match number {
            Token::Integer(v) => i64::try_from(v).ok().and_then(|v| Timestamp::from_epoch_f64(v as f64)),
            Token::Float(v) => Timestamp::from_epoch_f64(v),
            found => return misfit(found, "Timestamp"),
        };
        found.ok_or_else(|| WireError("The value can not be converted to a timestamp".into()))
    }

    fn document(&mut self) -> R<Document> {
        let first = self.value()?;
        self.enter()?;
        let document = match first {
            Token::Null => Document::Null,
            Token::Bool(v) => Document::Bool(v),
            Token::Integer(v) => i64::try_from(v).map_or(Document::Double(v as f64), Document::Integer),
            Token::Float(v) => Document::Double(v),
            Token::Text(n) => Document::String(self.tokens.text(n)?),
            Token::Array(mut left) => {
                let mut items = Vec::new();
                while self.tokens.more(&mut left)? {
                    items.push(self.document()?);
                }
                Document::List(items)
            }
            Token::Map(mut left) => {
                let mut entries = BTreeMap::new();
                while self.tokens.more(&mut left)? {
                    let key = self.key()?;
                    entries.insert(key, self.document()?);
                }
                Document::Map(entries)
            }
            found => return misfit(found, "Document"),
        };
        self.depth -= 1;
        Ok(document)
    }

    fn skip(&mut self) -> R {
        self.tokens.skip()
    }

    fn null(&mut self) -> R<bool> {
        let null = self.peek_null()?;
        if null {
            self.tokens.next_token()?;
        }
        Ok(null)
    }
}

fn unexpected(wanted: &str) -> WireError {
    WireError(format!("Unexpected field type: a {wanted} is wanted"))
}

fn misfit<T>(found: Token, wanted: &str) -> R<T> {
    let found = match found {
        Token::Integer(_) => "an integer",
        Token::Float(_) => "a float",
        Token::Bytes(_) => "a byte string",
        Token::Text(_) => "a text string",
        Token::Array(_) => "an array",
        Token::Map(_) => "a map",
        Token::Bool(_) => "a boolean",
        Token::Tag(_) | Token::Null | Token::Break => "nothing",
    };
    Err(WireError(format!("{found} can not be converted to {wanted}")))
}
