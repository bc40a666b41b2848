//! What a request supplied for one attribute value, and its checks in AWS's order and words. Not the wire: the codec read
//! it, and the service moves the members of its record here, innermost values first.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Invalid, Number, Value};

/// Levels that documents may nest. Source: developer guide, "Service quotas": nested attribute depth.
const MAX_DEPTH: usize = 32;

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

impl Members {
    /// The value.
    ///
    /// Errors: no member; a number that is none; an empty set or one with duplicates; `NULL` that is false; two members.
    pub fn into_value(self) -> Result<Value, Invalid> {
        let mut found = Vec::with_capacity(1);
        found.extend(self.s.map(Value::S));
        if let Some(text) = self.n {
            found.push(Value::N(Number::parse(&text)?));
        }
        found.extend(self.b.map(Value::B));
        if let Some(texts) = self.ss {
            found.push(string_set(texts)?);
        }
        if let Some(texts) = self.ns {
            found.push(number_set(&texts)?);
        }
        if let Some(many) = self.bs {
            found.push(binary_set(many)?);
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

fn string_set(texts: Vec<String>) -> Result<Value, Invalid> {
    if texts.is_empty() {
        return Err(Invalid::parameter("An string set  may not be empty"));
    }
    let set: BTreeSet<String> = texts.iter().cloned().collect();
    if set.len() < texts.len() {
        let list = texts.join(", ");
        return Err(Invalid::parameter(format!("Input collection [{list}] contains duplicates.")));
    }
    Ok(Value::Ss(set))
}

fn number_set(texts: &[String]) -> Result<Value, Invalid> {
    if texts.is_empty() {
        return Err(Invalid::parameter("An number set  may not be empty"));
    }
    let numbers = texts.iter().map(|t| Number::parse(t)).collect::<Result<Vec<_>, _>>()?;
    let set: BTreeSet<Number> = numbers.iter().copied().collect();
    if set.len() < numbers.len() {
        return Err(Invalid::new("Input collection contains duplicates"));
    }
    Ok(Value::Ns(set))
}

fn binary_set(many: Vec<Vec<u8>>) -> Result<Value, Invalid> {
    if many.is_empty() {
        return Err(Invalid::parameter("Binary sets should not be empty"));
    }
    let set: BTreeSet<Vec<u8>> = many.iter().cloned().collect();
    if set.len() < many.len() {
        let list: Vec<String> = many.iter().map(|bytes| base64(bytes)).collect();
        let list = list.join(", ");
        return Err(Invalid::parameter(format!("Input collection [{list}]of type BS contains duplicates.")));
    }
    Ok(Value::Bs(set))
}

/// Refuses a value that nests deeper than 32 levels, the attribute itself being the first.
pub fn check_depth(value: &Value) -> Result<(), Invalid> {
    if value.depth() > MAX_DEPTH {
        return Err(Invalid::new("Nesting Levels have exceeded supported limits"));
    }
    Ok(())
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
