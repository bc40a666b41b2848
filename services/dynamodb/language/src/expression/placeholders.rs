//! `ExpressionAttributeNames` and `ExpressionAttributeValues` of a request, and which of them its expressions used.

use std::collections::{BTreeMap, BTreeSet};

use super::path::{Path, Step};
use super::tree::{RawPath, RawStep};
use crate::{Invalid, Type, Value};

const MAX_BYTES: usize = 255;

/// The placeholders of a request. Every expression of the request is parsed with the same; [`Placeholders::check_all_used`]
/// comes last.
#[derive(Debug, Clone, Default)]
pub struct Placeholders {
    names: BTreeMap<String, String>,
    values: BTreeMap<String, Value>,
    used_names: BTreeSet<String>,
    used_values: BTreeSet<String>,
}

impl Placeholders {
    /// The placeholders as given; `None` is a parameter that is absent.
    ///
    /// Errors, names before values: a map that is empty; a key that is no placeholder.
    pub fn new(
        names: Option<BTreeMap<String, String>>,
        values: Option<BTreeMap<String, Value>>,
    ) -> Result<Placeholders, Invalid> {
        if let Some(names) = &names {
            check_keys("ExpressionAttributeNames", '#', names.keys())?;
        }
        if let Some(values) = &values {
            check_keys("ExpressionAttributeValues", ':', values.keys())?;
        }
        Ok(Placeholders {
            names: names.unwrap_or_default(),
            values: values.unwrap_or_default(),
            ..Placeholders::default()
        })
    }

    /// Refuses placeholders in a request without expressions.
    ///
    /// Source: dynamodb-conformance, captured October 2026; older regions go on with ": ConditionExpression is null".
    pub fn check_needed(names: bool, values: bool, expressions: bool) -> Result<(), Invalid> {
        let given = [("ExpressionAttributeNames", names), ("ExpressionAttributeValues", values)];
        match given.iter().find(|(_, given)| *given && !expressions) {
            Some((what, _)) => {
                Err(Invalid::new(format!("{what} can only be specified when using expressions")))
            }
            None => Ok(()),
        }
    }

    /// Refuses placeholders that no expression used.
    pub fn check_all_used(&self) -> Result<(), Invalid> {
        let unused = |what: &str, keys: Vec<&str>| {
            let keys = keys.join(", ");
            Err(Invalid::new(format!("Value provided in {what} unused in expressions: keys: {{{keys}}}")))
        };
        let names = self.names.keys().filter(|k| !self.used_names.contains(*k)).map(String::as_str);
        let names: Vec<&str> = names.collect();
        if !names.is_empty() {
            return unused("ExpressionAttributeNames", names);
        }
        let values = self.values.keys().filter(|k| !self.used_values.contains(*k)).map(String::as_str);
        let values: Vec<&str> = values.collect();
        if values.is_empty() { Ok(()) } else { unused("ExpressionAttributeValues", values) }
    }

    /// The text when a name of the path is an undefined placeholder.
    pub(super) fn path(&mut self, raw: &RawPath) -> Result<Path, String> {
        let mut steps = Vec::with_capacity(raw.steps.len());
        for step in &raw.steps {
            steps.push(match step {
                RawStep::Name(name) if name.starts_with('#') => Step::Name(self.name(name)?),
                RawStep::Name(name) => Step::Name(name.clone()),
                RawStep::Index(at) => Step::Index(*at),
            });
        }
        Ok(Path::new(steps).expect("the parser begins every path with a name"))
    }

    fn name(&mut self, placeholder: &str) -> Result<String, String> {
        let name = self.names.get(placeholder).cloned().ok_or_else(|| {
            format!(
                "An expression attribute name used in the document path is not defined; attribute name: {placeholder}"
            )
        })?;
        self.used_names.insert(placeholder.to_owned());
        Ok(name)
    }

    /// The text when the value is undefined.
    pub(super) fn value(&mut self, placeholder: &str) -> Result<Value, String> {
        self.use_value(placeholder).cloned()
    }

    /// The type of a value. The text when it is undefined.
    pub(super) fn value_type(&mut self, placeholder: &str) -> Result<Type, String> {
        self.use_value(placeholder).map(Value::kind)
    }

    fn use_value(&mut self, placeholder: &str) -> Result<&Value, String> {
        let value = self.values.get(placeholder).ok_or_else(|| {
            format!(
                "An expression attribute value used in expression is not defined; attribute value: {placeholder}"
            )
        })?;
        if !self.used_values.contains(placeholder) {
            self.used_values.insert(placeholder.to_owned());
        }
        Ok(value)
    }
}

fn check_keys<'a>(
    what: &str,
    sign: char,
    keys: impl ExactSizeIterator<Item = &'a String>,
) -> Result<(), Invalid> {
    if keys.len() == 0 {
        return Err(Invalid::new(format!("{what} must not be empty")));
    }
    for key in keys {
        let rest = key.strip_prefix(sign).unwrap_or("");
        if rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(Invalid::new(format!("{what} contains invalid key: Syntax error; key: \"{key}\"")));
        }
        if key.len() > MAX_BYTES {
            return Err(Invalid::new(format!(
                "{what} contains invalid key: The expression attribute map contains a key that is too long; key: \
                 \"{key}\""
            )));
        }
    }
    Ok(())
}
