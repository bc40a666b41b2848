//! The expression language: conditions, filters, key conditions, projections and updates. Texts become resolved trees here,
//! which the sibling modules evaluate. Not PartiQL and not the legacy parameters, though both make the same trees.
//!
//! Order of checks, as AWS answers: emptiness and size of the text; syntax; for conditions redundant parentheses, function
//! names, misuse of functions, reserved words, then condition by condition undefined placeholders, numbers of operands,
//! operands that must differ, types; for updates reserved words, function names, repeated sections, undefined names, undefined
//! values, overlapping and conflicting paths, types. Unused placeholders come last, over all expressions of a request.
//!
//! Sources: developer guide, "Using expressions in DynamoDB" and "Service quotas" (4 KB, 300 operators, 100 operands of IN, 32
//! levels); texts as AWS answered them to Dynalite's, Alternator's and dynamodb-conformance's test suites.

mod apply;
mod check;
mod condition;
mod key_condition;
mod parse;
mod parse_condition;
mod parse_update;
mod path;
mod placeholders;
mod projection;
mod reserved;
mod token;
mod tree;
mod update;
mod update_check;

pub use apply::Updated;
pub use condition::{Comparator, Condition};
pub(crate) use condition::{Operand, Test};
pub use key_condition::{KeyAttribute, KeyCondition, KeyOp, KeyQuery, KeyTerm};
pub use path::{Path, Step};
pub use placeholders::Placeholders;
pub use projection::Projection;
pub use update::Update;
pub(crate) use update::{Action, Assigned, UpdateOperand, check_update_paths};

use std::collections::BTreeSet;

use crate::Invalid;

/// Which parameter an expression came in; texts name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `ConditionExpression`
    Condition,
    /// `FilterExpression`
    Filter,
    /// `KeyConditionExpression`
    KeyCondition,
    /// `ProjectionExpression`
    Projection,
    /// `UpdateExpression`
    Update,
}

impl Kind {
    /// The parameter's name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Condition => "ConditionExpression",
            Kind::Filter => "FilterExpression",
            Kind::KeyCondition => "KeyConditionExpression",
            Kind::Projection => "ProjectionExpression",
            Kind::Update => "UpdateExpression",
        }
    }

    fn invalid(self, what: impl std::fmt::Display) -> Invalid {
        Invalid::new(format!("Invalid {}: {what}", self.name()))
    }
}

/// The attributes that an expression names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Top-level attributes: what the condition key `dynamodb:Attributes` sees.
    pub attributes: BTreeSet<String>,
    /// Those of them below which the expression reaches (`a.b`, `a[0]`).
    pub nested: BTreeSet<String>,
}

impl Named {
    pub(crate) fn add(&mut self, path: &Path) {
        self.attributes.insert(path.attribute().to_owned());
        if path.is_nested() {
            self.nested.insert(path.attribute().to_owned());
        }
    }

    /// Refuses paths that reach below a key attribute of the table or of an index.
    pub fn check_scalar_keys(&self, table_keys: &[&str], index_keys: &[&str]) -> Result<(), Invalid> {
        let below = |keys: &[&str]| keys.iter().find(|k| self.nested.contains(**k)).map(|k| (*k).to_owned());
        let text =
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed:";
        if let Some(key) = below(table_keys) {
            return Err(Invalid::new(format!("{text} Key: {key}")));
        }
        match below(index_keys) {
            Some(key) => Err(Invalid::new(format!("{text} IndexKey: {key}"))),
            None => Ok(()),
        }
    }
}
