//! The request context: what the condition keys hold. Filled in by the kernel, lazily; this file only says how keys are
//! asked for.

use std::borrow::Cow;
use std::collections::HashMap;

/// What a condition key holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue<'a> {
    /// The one value of a single-valued key.
    One(Cow<'a, str>),
    /// The values of a multivalued key (`aws:TagKeys`). None of them: as if the key were absent.
    Many(Vec<Cow<'a, str>>),
}

impl<'a> ContextValue<'a> {
    /// Borrows a single value.
    pub fn one(value: &'a str) -> Self {
        Self::One(Cow::Borrowed(value))
    }

    pub(crate) fn values(&self) -> &[Cow<'a, str>] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// Where condition keys are looked up. Keys are not case-sensitive: `key` comes in lower case, tag keys
/// (`aws:resourcetag/cost-center`) included.
pub trait ContextKeys {
    /// Returns what the key holds, or `None` if the request doesn't have it.
    fn get(&self, key: &str) -> Option<ContextValue<'_>>;
}

/// A context held as a map, for simulators and tests.
#[derive(Clone, Debug, Default)]
pub struct ContextMap {
    keys: HashMap<String, ContextValue<'static>>,
}

impl ContextMap {
    /// Makes an empty context.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a single-valued key.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.keys.insert(key.to_ascii_lowercase(), ContextValue::One(Cow::Owned(value.into())));
    }

    /// Sets a multivalued key.
    pub fn set_many(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        let values = values.into_iter().map(Cow::Owned).collect();
        self.keys.insert(key.to_ascii_lowercase(), ContextValue::Many(values));
    }
}

impl ContextKeys for ContextMap {
    fn get(&self, key: &str) -> Option<ContextValue<'_>> {
        Some(match self.keys.get(key)? {
            ContextValue::One(value) => ContextValue::One(Cow::Borrowed(value)),
            ContextValue::Many(values) => {
                ContextValue::Many(values.iter().map(|value| Cow::Borrowed(&**value)).collect())
            }
        })
    }
}
