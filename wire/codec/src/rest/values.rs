//! Reads members that travel as text outside the body: path labels, query parts, headers and headers with a prefix.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Flags, Kind, Location, Member, Model, Shape, TimestampFormat};

use super::lists;
use crate::record::{Blob, Document, R, Reader, Record, Timestamp, WireError};
use crate::validate::Checker;
use crate::xml::read as text;

/// What stands in the member's place.
pub enum Found {
    /// One text; a list in a header is cut from it.
    One(String),
    /// A query part that may repeat.
    Many(Vec<String>),
    /// Headers of a prefix, or all query parts.
    Entries(Vec<(String, Vec<String>)>),
}

/// A reader of such a member.
pub struct ValueReader<'c> {
    pub model: &'static Model,
    pub shape: &'static Shape,
    pub member: &'static Member,
    pub found: Found,
    pub checker: &'c mut Checker,
}

impl ValueReader<'_> {
    fn text(&self) -> R<&str> {
        match &self.found {
            Found::One(text) => Ok(text),
            Found::Many(texts) => Ok(texts.first().map_or("", String::as_str)),
            Found::Entries(_) => Err(WireError(format!("{} takes no entries", self.member.name))),
        }
    }

    /// Texts that aren't strings may have blanks around them.
    fn word(&self) -> R<&str> {
        self.text().map(str::trim)
    }

    fn target(&self, m: &Member) -> &'static Shape {
        let model: &'static Model = self.model;
        model.shape(m.target)
    }

    fn items(&mut self, item: &Shape, member: &Member) -> R<Vec<String>> {
        match std::mem::replace(&mut self.found, Found::Many(Vec::new())) {
            Found::Many(texts) => Ok(texts),
            Found::One(text) if self.member.location == Location::Header => match item.kind {
                Kind::Timestamp if header_format(member, item) == TimestampFormat::Rfc822 => {
                    Ok(lists::split_dates(&text))
                }
                Kind::String => lists::split_quoted(&text),
                _ => Ok(lists::split(&text)),
            },
            Found::One(text) => Ok(vec![text]),
            Found::Entries(_) => Err(WireError(format!("{} takes no entries", self.member.name))),
        }
    }
}

/// Header dates are RFC 7231's unless the model says otherwise.
pub fn header_format(m: &Member, shape: &Shape) -> TimestampFormat {
    m.timestamp_format.or(shape.timestamp_format).unwrap_or(TimestampFormat::Rfc822)
}

impl Reader for ValueReader<'_> {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn record(&mut self, _: &mut dyn Record) -> R {
        Err(WireError(format!("{} is no structure", self.member.name)))
    }

    fn list(&mut self, each: &mut dyn FnMut(&mut dyn Reader) -> R) -> R {
        let shape = self.shape;
        let Some(m) = shape.members.first() else { return Ok(()) };
        let item = self.target(m);
        let texts = self.items(item, m)?;
        self.checker.length(shape, texts.len());
        self.shape = item;
        for text in texts {
            self.found = Found::One(text);
            each(self)?;
        }
        self.shape = shape;
        Ok(())
    }

    fn map(&mut self, each: &mut dyn FnMut(String, &mut dyn Reader) -> R) -> R {
        let shape = self.shape;
        let [key, value] = &*shape.members else { return Ok(()) };
        let (key, value) = (self.target(key), self.target(value));
        let Found::Entries(entries) = std::mem::replace(&mut self.found, Found::Many(Vec::new())) else {
            return Err(WireError(format!("{} takes entries", self.member.name)));
        };
        self.checker.length(shape, entries.len());
        for (name, texts) in entries {
            self.checker.text(key, &name);
            (self.shape, self.found) = (value, Found::Many(texts));
            each(name, self)?;
        }
        self.shape = shape;
        Ok(())
    }

    fn string(&mut self) -> R<String> {
        let mut text = self.text()?.to_owned();
        if self.member.location == Location::Header && self.member.flags.has(Flags::JSON_VALUE) {
            let bytes = STANDARD
                .decode(text.trim())
                .map_err(|_| WireError("Invalid Base64 value in a header".into()))?;
            text = String::from_utf8(bytes).map_err(|_| WireError("A header's value is not UTF-8".into()))?;
        }
        self.checker.text(self.shape, &text);
        Ok(text)
    }

    fn boolean(&mut self) -> R<bool> {
        text::boolean(self.word()?)
    }

    fn integer(&mut self) -> R<i64> {
        let v = text::integer(self.word()?, self.shape)?;
        self.checker.integer(self.shape, v);
        Ok(v)
    }

    fn double(&mut self) -> R<f64> {
        let v = text::double(self.word()?)?;
        self.checker.double(self.shape, v);
        Ok(v)
    }

    fn blob(&mut self) -> R<Blob> {
        let blob = text::blob(self.word()?)?;
        self.checker.length(self.shape, blob.0.len());
        Ok(blob)
    }

    fn timestamp(&mut self) -> R<Timestamp> {
        text::timestamp(self.word()?)
    }

    fn document(&mut self) -> R<Document> {
        Ok(Document::String(self.text()?.to_owned()))
    }

    fn skip(&mut self) -> R {
        Ok(())
    }
}

/// A reader of a payload that is bytes or text as it stands.
pub struct RawReader<'a, 'c> {
    pub shape: &'static Shape,
    pub body: &'a [u8],
    pub checker: &'c mut Checker,
}

impl RawReader<'_, '_> {
    fn misfit<T>(&self) -> R<T> {
        Err(WireError(format!("{} can not be the whole body", self.shape.name)))
    }
}

impl Reader for RawReader<'_, '_> {
    fn shape(&self) -> &'static Shape {
        self.shape
    }
    fn record(&mut self, _: &mut dyn Record) -> R {
        self.misfit()
    }
    fn list(&mut self, _: &mut dyn FnMut(&mut dyn Reader) -> R) -> R {
        self.misfit()
    }
    fn map(&mut self, _: &mut dyn FnMut(String, &mut dyn Reader) -> R) -> R {
        self.misfit()
    }
    fn string(&mut self) -> R<String> {
        let text = std::str::from_utf8(self.body).map_err(|_| WireError("The body is not UTF-8".into()))?;
        self.checker.text(self.shape, text);
        Ok(text.to_owned())
    }
    fn boolean(&mut self) -> R<bool> {
        self.misfit()
    }
    fn integer(&mut self) -> R<i64> {
        self.misfit()
    }
    fn double(&mut self) -> R<f64> {
        self.misfit()
    }
    fn blob(&mut self) -> R<Blob> {
        self.checker.length(self.shape, self.body.len());
        Ok(Blob(self.body.to_vec()))
    }
    fn timestamp(&mut self) -> R<Timestamp> {
        self.misfit()
    }
    fn document(&mut self) -> R<Document> {
        self.misfit()
    }
    fn skip(&mut self) -> R {
        Ok(())
    }
}
