//! Reads JSON straight into records: one pass, no tree. Wrong types are refused in the words of AWS's JSON services.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Flags, Kind, Location, Member, Model, Protocol, Shape};

use super::lex::{Lexer, Token, finite};
use crate::record::{Blob, Document, R, Reader, Record, Timestamp, WireError};
use crate::validate::Checker;

/// A reader of JSON values. One serves a whole body: it changes its shape as it steps in and out.
pub(crate) struct JsonReader<'a, 'c> {
    lexer: Lexer<'a>,
    model: &'static Model,
    shape: &'static Shape,
    checker: &'c mut Checker,
    /// Whether refusals name token types (`STRING_VALUE`, JSON 1.0 services) or Java classes.
    token_names: bool,
    /// Top structure of a REST body: members that travel elsewhere are not read from it.
    body_only: bool,
    /// Unknown members are refused: the text is our own or a scenario's, not a client's.
    strict: bool,
}

impl<'a, 'c> JsonReader<'a, 'c> {
    pub(crate) fn new(
        model: &'static Model,
        shape: &'static Shape,
        protocol: Protocol,
        text: &'a str,
        checker: &'c mut Checker,
    ) -> JsonReader<'a, 'c> {
        let token_names = protocol == Protocol::Json10;
        JsonReader {
            lexer: Lexer::new(text),
            model,
            shape,
            checker,
            token_names,
            body_only: false,
            strict: false,
        }
    }

    /// Reads of the top structure only those members that travel in the body, and says which were there; whether
    /// required ones are missing is the caller's to check, who knows the others.
    pub(crate) fn body_members(&mut self, out: &mut dyn Record) -> R<u128> {
        if self.lexer.peek()? != Token::Object {
            return self.misfit("Structure");
        }
        self.body_only = true;
        self.lexer.open()?;
        self.members(out)
    }

    /// Refuses unknown members.
    pub(crate) fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Nothing but blanks may follow the value.
    pub(crate) fn end(&mut self) -> R {
        self.lexer.end()
    }

    fn misfit<T>(&mut self, wanted: &str) -> R<T> {
        let found = self.lexer.peek()?;
        Err(WireError(match (found, wanted) {
            (Token::Object, _) if wanted != "List" => {
                "Start of structure or map found where not expected.".into()
            }
            (Token::Array, _) => "Start of list found where not expected".into(),
            (_, "List" | "Structure" | "Map") => "Unexpected field type".into(),
            _ if self.token_names => match wanted {
                "String" => format!("{} cannot be converted to String", token_name(found)),
                _ => format!("{} can not be converted to {} {wanted}", token_name(found), article(wanted)),
            },
            _ => format!("class {} can not be converted to an {wanted}", class_name(found)),
        }))
    }

    fn member(&self, index: usize, name: &str) -> Option<usize> {
        let members = &self.shape.members;
        if members.get(index).is_some_and(|m| m.wire() == name) {
            return Some(index);
        }
        self.shape.by_name.get(name).map(|i| usize::from(*i))
    }

    fn members(&mut self, out: &mut dyn Record) -> R<u128> {
        let shape = self.shape;
        let body_only = std::mem::take(&mut self.body_only);
        let (mut first, mut expected, mut seen) = (true, 0, 0u128);
        while self.lexer.more(&mut first, b'}')? {
            let name = self.lexer.key()?;
            let Some(index) = self.member(expected, &name) else {
                if self.strict {
                    return Err(WireError(format!("{} has no member {name}", shape.name)));
                }
                self.lexer.skip()?;
                continue;
            };
            let m = &shape.members[index];
            expected = index + 1;
            if self.lexer.peek()? == Token::Null {
                self.lexer.word("null")?;
                continue;
            }
            if body_only && m.location != Location::Body {
                self.lexer.skip()?;
                continue;
            }
            self.shape = self.target(m);
            out.read_member(index as u16, self)?;
            self.shape = shape;
            if index < 128 {
                seen |= 1 << index;
            }
        }
        Ok(seen)
    }

    fn target(&self, m: &Member) -> &'static Shape {
        let model: &'static Model = self.model;
        model.shape(m.target)
    }

    /// A null item: handed on where it may be or where all is to be described, else left out.
    fn null_item(&mut self, shape: &Shape) -> R<bool> {
        if self.lexer.peek()? != Token::Null || shape.flags.has(Flags::SPARSE) {
            return Ok(false);
        }
        self.checker.null_item();
        if self.checker.describing() {
            return Ok(false);
        }
        self.lexer.word("null")?;
        Ok(true)
    }

    fn text(&mut self) -> R<Cow<'a, str>> {
        match self.lexer.peek()? {
            Token::String => self.lexer.string(),
            _ => self.misfit("String"),
        }
    }
}

impl Reader for JsonReader<'_, '_> {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn record(&mut self, out: &mut dyn Record) -> R {
        if self.lexer.peek()? != Token::Object {
            return self.misfit("Structure");
        }
        let shape = self.shape;
        self.lexer.open()?;
        let seen = self.members(out)?;
        self.checker.required(shape, seen);
        Ok(())
    }

    fn list(&mut self, each: &mut dyn FnMut(&mut dyn Reader) -> R) -> R {
        if self.lexer.peek()? != Token::Array {
            return self.misfit("List");
        }
        let shape = self.shape;
        let item = shape.members.first().map(|m| self.target(m)).unwrap_or(shape);
        self.lexer.open()?;
        let (mut first, mut n) = (true, 0);
        while self.lexer.more(&mut first, b']')? {
            n += 1;
            if self.null_item(shape)? {
                continue;
            }
            self.shape = item;
            each(self)?;
        }
        self.shape = shape;
        self.checker.length(shape, n);
        Ok(())
    }

    fn map(&mut self, each: &mut dyn FnMut(String, &mut dyn Reader) -> R) -> R {
        if self.lexer.peek()? != Token::Object {
            return self.misfit("Map");
        }
        let shape = self.shape;
        let [key, value] = &*shape.members else { return self.lexer.skip() };
        let (key, value) = (self.target(key), self.target(value));
        self.lexer.open()?;
        let (mut first, mut n) = (true, 0);
        while self.lexer.more(&mut first, b'}')? {
            n += 1;
            let name = self.lexer.key()?.into_owned();
            self.checker.text(key, &name);
            if self.null_item(shape)? {
                continue;
            }
            self.shape = value;
            each(name, self)?;
        }
        self.shape = shape;
        self.checker.length(shape, n);
        Ok(())
    }

    fn string(&mut self) -> R<String> {
        let text = self.text()?;
        self.checker.text(self.shape, &text);
        Ok(text.into_owned())
    }

    fn boolean(&mut self) -> R<bool> {
        match self.lexer.peek()? {
            Token::True => self.lexer.word("true").map(|()| true),
            Token::False => self.lexer.word("false").map(|()| false),
            _ => self.misfit("Boolean"),
        }
    }

    fn integer(&mut self) -> R<i64> {
        let name = if self.shape.kind == Kind::Long { "Long" } else { "Integer" };
        if self.lexer.peek()? != Token::Number {
            return self.misfit(name);
        }
        let (text, whole) = self.lexer.number()?;
        let n = match text.parse::<i64>() {
            Ok(n) if whole => n,
            _ => truncated(text, name)?,
        };
        if name == "Integer" && i32::try_from(n).is_err() {
            return Err(WireError(format!("{n} can not be converted to an Integer")));
        }
        self.checker.integer(self.shape, n);
        Ok(n)
    }

    fn double(&mut self) -> R<f64> {
        let v = match self.lexer.peek()? {
            Token::Number => finite(self.lexer.number()?.0)?,
            Token::String => {
                let before = self.lexer.clone();
                match &*self.lexer.string()? {
                    "NaN" => f64::NAN,
                    "Infinity" => f64::INFINITY,
                    "-Infinity" => f64::NEG_INFINITY,
                    _ => {
                        self.lexer = before;
                        return self.misfit("Double");
                    }
                }
            }
            _ => return self.misfit("Double"),
        };
        self.checker.double(self.shape, v);
        Ok(v)
    }

    fn blob(&mut self) -> R<Blob> {
        let text = self.text()?;
        let bytes = STANDARD
            .decode(text.as_bytes())
            .map_err(|_| WireError("Invalid Base64 value: its length or a character is wrong".into()))?;
        self.checker.length(self.shape, bytes.len());
        Ok(Blob(bytes))
    }

    fn timestamp(&mut self) -> R<Timestamp> {
        let found = match self.lexer.peek()? {
            Token::Number => Timestamp::from_epoch_f64(finite(self.lexer.number()?.0)?),
            Token::String => Timestamp::parse(&self.lexer.string()?),
            _ => return self.misfit("milliseconds since epoch"),
        };
        found.ok_or_else(|| WireError("The value can not be converted to a timestamp".into()))
    }

    fn document(&mut self) -> R<Document> {
        self.lexer.document()
    }

    fn skip(&mut self) -> R {
        self.lexer.skip()
    }

    fn null(&mut self) -> R<bool> {
        let null = self.lexer.peek()? == Token::Null;
        if null {
            self.lexer.word("null")?;
        }
        Ok(null)
    }
}

/// A number with a fraction or an exponent where a whole one is wanted: AWS cuts the fraction off.
fn truncated(text: &str, name: &str) -> R<i64> {
    let n = finite(text)?.trunc();
    // 2^63 is exact in a double; everything below it in size fits an i64.
    if n.abs() >= 9_223_372_036_854_775_808.0 {
        return Err(WireError(format!("{text} can not be converted to {} {name}", article(name))));
    }
    Ok(n as i64)
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

fn token_name(token: Token) -> &'static str {
    match token {
        Token::Object => "START_OBJECT",
        Token::Array => "START_ARRAY",
        Token::String => "STRING_VALUE",
        Token::Number => "NUMBER_VALUE",
        Token::True => "TRUE_VALUE",
        Token::False => "FALSE_VALUE",
        Token::Null => "NULL_VALUE",
    }
}

fn class_name(token: Token) -> &'static str {
    match token {
        Token::Object => "java.util.HashMap",
        Token::Array => "java.util.ArrayList",
        Token::String => "java.lang.String",
        Token::Number => "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
        Token::True | Token::False => "java.lang.Boolean",
        Token::Null => "null",
    }
}
