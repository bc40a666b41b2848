//! Constraint checks. Readers of every protocol report what they read to one [`Checker`], which only notes *that*
//! something is amiss: the good path allocates nothing and tracks no path. When something is, the input is read once
//! more, untyped, and `describe.rs` walks it in the model's order and words every violation as AWS does.

use model::{Flags, Kind, Model, Protocol, Shape, ValidationStyle};

use crate::record::Record;
use crate::reply::Route;
use crate::value::Value;
use crate::{Fault, describe, pattern, to_value};

/// Collects whether the values read so far satisfy their shapes.
#[derive(Clone, Copy, Debug)]
pub struct Checker {
    style: ValidationStyle,
    describing: bool,
    failed: bool,
}

impl Checker {
    /// A checker for inputs of that service.
    pub fn new(model: &Model) -> Checker {
        Checker { style: model.validation, describing: false, failed: false }
    }

    /// A checker that finds nothing: for outputs, and for reading once more.
    pub fn off() -> Checker {
        Checker { style: ValidationStyle::None, describing: true, failed: false }
    }

    /// Whether this reading is the untyped one: null items of lists and maps are then to be handed on.
    pub fn describing(&self) -> bool {
        self.describing
    }

    /// Notes a text, an enum's too.
    pub fn text(&mut self, shape: &Shape, v: &str) {
        self.failed |= self.style == ValidationStyle::Coral && !text_ok(shape, v);
    }

    /// Notes an integer or a long.
    pub fn integer(&mut self, shape: &Shape, v: i64) {
        self.failed |= self.style == ValidationStyle::Coral && !integer_ok(shape, v);
    }

    /// Notes a float or a double.
    pub fn double(&mut self, shape: &Shape, v: f64) {
        self.failed |= self.style == ValidationStyle::Coral && !double_ok(shape, v);
    }

    /// Notes the size of a blob, list or map.
    pub fn length(&mut self, shape: &Shape, n: usize) {
        self.failed |= self.style == ValidationStyle::Coral && !length_ok(shape, n);
    }

    /// Notes a null where the list or map may hold none.
    pub fn null_item(&mut self) {
        self.failed |= self.style == ValidationStyle::Coral;
    }

    /// Notes which members of a structure were there: bit *i* of `seen` stands for member *i*.
    pub fn required(&mut self, shape: &Shape, seen: u128) {
        if matches!(self.style, ValidationStyle::Coral | ValidationStyle::QueryMissing) {
            let missing = |(i, m): (usize, &model::Member)| {
                m.flags.has(Flags::REQUIRED) && i < 128 && seen >> i & 1 == 0
            };
            self.failed |= shape.members.iter().enumerate().any(missing);
        }
    }

    /// Ends the reading of an operation's input. When something was amiss, `read` reads the same input again into an
    /// untyped value, and the violations are worded from that.
    pub fn finish(
        self,
        route: &Route,
        read: impl FnOnce(&mut Value, &mut Checker) -> Result<(), Fault>,
    ) -> Result<Violations, Fault> {
        let Some(shape) = route.input().filter(|_| self.failed) else {
            return Ok(Violations::default());
        };
        let mut value = Value::record();
        read(&mut value, &mut Checker::off())?;
        value.settle(shape);
        Ok(describe::violations(route.model, shape, &value))
    }
}

/// Checks an input that never was on a wire: a typed call from inside.
pub fn validate(model: &'static Model, shape: &'static Shape, record: &dyn Record) -> Violations {
    match to_value(model, shape, record) {
        Ok(value) => describe::violations(model, shape, &value),
        Err(e) => Violations { items: vec![e.0], ..Violations::default() },
    }
}

/// What an input violates, in the model's order. Not yet a fault, since authorization may have to speak first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// Ready texts (Coral: `Value … constraint: …`; else names of missing parameters).
    pub(crate) items: Vec<String>,
    /// How many more there were than are kept.
    pub(crate) more: usize,
    /// What the service checks by itself, in its own words, once the model has nothing to say (`words.rs`).
    pub(crate) own: Option<String>,
}

impl Violations {
    /// Whether the input is fine.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.own.is_none()
    }

    /// The fault that AWS answers for them.
    pub fn into_fault(self, model: &Model, protocol: Protocol) -> Fault {
        if let (true, Some(text)) = (self.items.is_empty(), self.own) {
            return Fault::new(model.validation_code, 400, text);
        }
        match model.validation {
            ValidationStyle::QueryMissing => missing_parameter(model, protocol, &self.items),
            _ => {
                let n = self.items.len() + self.more;
                let plural = if n == 1 { "" } else { "s" };
                let text = format!("{n} validation error{plural} detected: {}", self.items.join("; "));
                Fault::new(model.validation_code, 400, text)
            }
        }
    }
}

/// SQS, recorded 2024 (both protocols): code `MissingParameter`, JSON type `MissingRequiredParameterException`, text with
/// a full stop. EC2 writes none.
fn missing_parameter(model: &Model, protocol: Protocol, names: &[String]) -> Fault {
    let name = names.first().map_or("", String::as_str);
    let stop = if protocol == Protocol::Ec2 { "" } else { "." };
    let text = format!("The request must contain the parameter {name}{stop}");
    if model.query_compatible {
        return Fault::modelled("MissingRequiredParameterException", "MissingParameter", 400, text);
    }
    Fault::new("MissingParameter", 400, text)
}

/// Length as AWS counts it: characters.
pub(crate) fn chars(v: &str) -> usize {
    if v.is_ascii() { v.len() } else { v.chars().count() }
}

pub(crate) fn length_ok(shape: &Shape, n: usize) -> bool {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    shape.min.is_none_or(|min| n >= min) && shape.max.is_none_or(|max| n <= max)
}

pub(crate) fn text_length_ok(shape: &Shape, v: &str) -> bool {
    (shape.min.is_none() && shape.max.is_none()) || length_ok(shape, chars(v))
}

pub(crate) fn enum_ok(shape: &Shape, v: &str) -> bool {
    shape.enum_values.is_empty() || shape.enum_values.contains(&v)
}

pub(crate) fn text_ok(shape: &Shape, v: &str) -> bool {
    text_length_ok(shape, v) && enum_ok(shape, v) && shape.pattern.is_none_or(|p| pattern::matches(p, v))
}

pub(crate) fn integer_ok(shape: &Shape, v: i64) -> bool {
    shape.min.is_none_or(|min| v >= min) && shape.max.is_none_or(|max| v <= max)
}

pub(crate) fn double_ok(shape: &Shape, v: f64) -> bool {
    shape.min.is_none_or(|min| v >= min as f64) && shape.max.is_none_or(|max| v <= max as f64)
}

/// Whether the kind stands for one value without parts.
pub(crate) fn scalar(kind: Kind) -> bool {
    !matches!(kind, Kind::Structure | Kind::List | Kind::Map)
}
