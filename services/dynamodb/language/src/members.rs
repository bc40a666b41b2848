//! What a request supplied for one attribute value, and its checks in AWS's order and words. Not the wire: the codec read
//! it, and the service moves the members of its record here, innermost values first.

use std::collections::{BTreeMap, BTreeSet};

use crate::number::underflow;
use crate::{Invalid, Number, Value};

/// Levels that a value may nest: 32 with the attribute itself. Source: developer guide, "Service quotas"; the boundary as
/// dynamodb-conformance captured it.
const MAX_DEPTH: usize = 31;

/// The members of an `AttributeValue`, of which exactly one must be there. Maps and lists hold values already checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// `S`
    pub s: Option<String>,
    /// `N`
    pub n: Option<String>,
    /// `B`
    pub b: Option<Vec<u8>>,
    /// `SS`
    pub ss: Option<Vec<String>>,
    /// `NS`
    pub ns: Option<Vec<String>>,
    /// `BS`
    pub bs: Option<Vec<Vec<u8>>>,
    /// `M`
    pub m: Option<BTreeMap<String, Value>>,
    /// `L`
    pub l: Option<Vec<Value>>,
    /// `NULL`
    pub null: Option<bool>,
    /// `BOOL`
    pub bool: Option<bool>,
}

/// AWS words some refusals of values in two ways, by operation.
///
/// Source: dynamodb-conformance, captured in four regions in October 2026.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wording {
    /// `PutItem`, `UpdateItem` and `DeleteItem` (which put "1 validation error detected: " before it), `GetItem`,
    /// `BatchGetItem` and `Query`.
    #[default]
    Current,
    /// `BatchWriteItem`, `Scan`, and in most regions transactions. Values of expressions are refused with
    /// "ExpressionAttributeValues contains invalid value: … for key :v" around it.
    Older,
}

impl Members {
    /// The value, refused in the current wording.
    ///
    /// Errors: no member; a number that is none; an empty set or one with duplicates; `NULL` that is false; two members.
    pub fn into_value(self) -> Result<Value, Invalid> {
        self.into_value_or(Wording::Current)
    }

    /// The value, refused in the given wording. Errors: as those of [`Members::into_value`].
    pub fn into_value_or(self, wording: Wording) -> Result<Value, Invalid> {
        let mut found = Vec::with_capacity(1);
        found.extend(self.s.map(Value::S));
        if let Some(text) = self.n {
            found.push(Value::N(given_number(&text, wording)?));
        }
        found.extend(self.b.map(Value::B));
        if let Some(texts) = self.ss {
            found.push(string_set(texts, wording)?);
        }
        if let Some(texts) = self.ns {
            found.push(number_set(&texts, wording)?);
        }
        if let Some(many) = self.bs {
            found.push(binary_set(many, wording)?);
        }
        found.extend(self.m.map(Value::M));
        found.extend(self.l.map(Value::L));
        match self.null {
            Some(true) => found.push(Value::Null),
            Some(false) => {
                return Err(Invalid::parameter("Null attribute value types must have the value of true"));
            }
            None => {}
        }
        found.extend(self.bool.map(Value::Bool));
        let value = found.pop().ok_or_else(|| {
            Invalid::new(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            )
        })?;
        if !found.is_empty() {
            return Err(Invalid::new(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                 datatypes",
            ));
        }
        Ok(value)
    }
}

/// The number that a request supplied as `N`, refused in the given wording.
pub fn given_number(text: &str, wording: Wording) -> Result<Number, Invalid> {
    if wording == Wording::Current {
        return Number::parse(text);
    }
    let not_numeric = "The parameter cannot be converted to a numeric value";
    if text.is_empty() {
        return Err(Invalid::new(not_numeric));
    }
    match (older_exponent(text), Number::parse(text)) {
        (Some(exponent), _) if i32::try_from(exponent).is_err() => {
            Err(Invalid::new(format!("{not_numeric}: {text}")))
        }
        // Its magnitude is counted in 32 bits and wraps.
        (Some(exponent), Err(_)) if exponent == i64::from(i32::MAX) => Err(underflow()),
        (_, number) => number,
    }
}

/// The exponent that a number is written with, if it has one of 64 bits.
fn older_exponent(text: &str) -> Option<i64> {
    text.split_once(['e', 'E'])?.1.parse().ok()
}

fn string_set(texts: Vec<String>, wording: Wording) -> Result<Value, Invalid> {
    if texts.is_empty() {
        return Err(Invalid::parameter("An string set  may not be empty"));
    }
    if let Some(listed) = listed_duplicates(&texts) {
        let list = match wording {
            Wording::Current => quoted(&listed, ", "),
            Wording::Older => texts.join(", "),
        };
        return Err(Invalid::parameter(format!("Input collection [{list}] contains duplicates.")));
    }
    Ok(Value::Ss(texts.into_iter().collect()))
}

fn number_set(texts: &[String], wording: Wording) -> Result<Value, Invalid> {
    if texts.is_empty() {
        return Err(Invalid::parameter("An number set  may not be empty"));
    }
    let numbers = texts.iter().map(|t| given_number(t, wording)).collect::<Result<Vec<_>, _>>()?;
    let set: BTreeSet<Number> = numbers.iter().copied().collect();
    match wording {
        _ if set.len() == numbers.len() => Ok(Value::Ns(set)),
        Wording::Current => Err(Invalid::parameter("Input collection contains duplicates.")),
        Wording::Older => Err(Invalid::new("Input collection contains duplicates")),
    }
}

fn binary_set(many: Vec<Vec<u8>>, wording: Wording) -> Result<Value, Invalid> {
    if many.is_empty() {
        return Err(Invalid::parameter("Binary sets should not be empty"));
    }
    if let Some(listed) = listed_duplicates(&many) {
        let shown = |all: &[Vec<u8>]| all.iter().map(|bytes| base64(bytes)).collect::<Vec<_>>();
        let list = match wording {
            Wording::Current => quoted(&shown(&listed), ","),
            Wording::Older => shown(&many).join(", "),
        };
        return Err(Invalid::parameter(format!("Input collection [{list}]of type BS contains duplicates.")));
    }
    Ok(Value::Bs(many.into_iter().collect()))
}

/// When an element repeats: those before the repeat in order, then the repeat, then the rest as supplied.
fn listed_duplicates<T: Ord + Clone>(all: &[T]) -> Option<Vec<T>> {
    let mut seen = BTreeSet::new();
    let at = all.iter().position(|element| !seen.insert(element))?;
    Some(seen.into_iter().chain(&all[at..]).cloned().collect())
}

fn quoted(all: &[String], between: &str) -> String {
    let all: Vec<String> = all.iter().map(|text| format!("\"{text}\"")).collect();
    all.join(between)
}

/// Refuses a value with anything below the 32nd level, the attribute itself being the first: a scalar within 31 maps or lists
/// passes.
pub fn check_depth(value: &Value) -> Result<(), Invalid> {
    if value.depth() > MAX_DEPTH { Err(too_deep()) } else { Ok(()) }
}

/// What a value that nests too deeply is refused with.
pub(crate) fn too_deep() -> Invalid {
    Invalid::new(
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
    )
}

/// Base64 with padding, for texts that show bytes.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |all, b| all << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
