//! The parameters that expressions replaced: `Expected`, `QueryFilter` and `ScanFilter` with `ConditionalOperator`,
//! `KeyConditions`, `AttributeUpdates`, `AttributesToGet`. They become the trees that expressions make, after checks and with
//! texts of their own. Names of attributes are whole: a dot in one is a dot.
//!
//! Sources: developer guide, "Legacy conditional parameters"; texts as AWS answered them to Dynalite's suite, semantics of
//! Alternator's.

mod compare;
mod updates;

pub use compare::{ComparisonOperator, Expected, Filter};
pub use updates::{AttributeUpdate, UpdateAction, attribute_updates};

use std::collections::{BTreeMap, BTreeSet};

use crate::Invalid;
use crate::expression::{Condition, KeyCondition, KeyTerm, Path, Projection, Test};

/// How conditions on several attributes are joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConditionalOperator {
    /// All must hold.
    #[default]
    And,
    /// One must hold.
    Or,
}

impl ConditionalOperator {
    fn join(self, tests: Vec<Test>) -> Condition {
        let none = tests.is_empty();
        Condition::of(match self {
            ConditionalOperator::Or if !none => Test::Or(tests),
            _ => Test::And(tests),
        })
    }
}

/// Refuses parameters of both kinds in one request. Each is a name and whether it is there.
pub fn check_not_mixed(legacy: &[(&str, bool)], expressions: &[(&str, bool)]) -> Result<(), Invalid> {
    let given = |all: &[(&str, bool)]| {
        all.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    let (legacy, expressions) = (given(legacy), given(expressions));
    if legacy.is_empty() || expressions.is_empty() {
        return Ok(());
    }
    Err(Invalid::new(format!(
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {{{legacy}}} Expression parameters: {{{expressions}}}"
    )))
}

/// Refuses a `ConditionalOperator` that joins nothing. `conditions` are those of the filter or `Expected`, if there is one.
pub fn check_conditional_operator(conditions: Option<usize>) -> Result<(), Invalid> {
    match conditions {
        None => Err(Invalid::new("ConditionalOperator cannot be used without Filter or Expected")),
        Some(0 | 1) => Err(Invalid::new(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        )),
        Some(_) => Ok(()),
    }
}

/// `Expected` as a condition.
pub fn expected(
    conditions: &BTreeMap<String, Expected>,
    joined: ConditionalOperator,
) -> Result<Condition, Invalid> {
    let tests = conditions.iter().map(|(name, c)| c.test(name)).collect::<Result<_, _>>()?;
    Ok(joined.join(tests))
}

/// `QueryFilter` or `ScanFilter` as a condition.
pub fn filter(
    conditions: &BTreeMap<String, Filter>,
    joined: ConditionalOperator,
) -> Result<Condition, Invalid> {
    conditions.values().try_for_each(Filter::check)?;
    Ok(joined.join(conditions.iter().map(|(name, c)| c.test(name)).collect()))
}

/// Refuses a `QueryFilter` on attributes of the key that is queried.
pub fn check_query_filter(filter: &Condition, key: &[&str]) -> Result<(), Invalid> {
    match key.iter().find(|k| filter.named().attributes.contains(**k)) {
        Some(name) => Err(Invalid::new(format!(
            "QueryFilter can only contain non-primary key attributes: Primary key attribute: {name}"
        ))),
        None => Ok(()),
    }
}

/// `KeyConditions`, checked as far as they can be without a table. [`check_indexable`] comes when the table is known.
pub fn key_conditions(conditions: &BTreeMap<String, Filter>) -> Result<KeyCondition, Invalid> {
    conditions.values().try_for_each(Filter::check)?;
    if conditions.is_empty() || conditions.len() > 2 {
        return Err(Invalid::new("Conditions can be of length 1 or 2 only"));
    }
    let term = |(name, c): (&String, &Filter)| Some(KeyTerm { attribute: name.clone(), op: c.key_op()? });
    Ok(KeyCondition::of(conditions.iter().filter_map(term).collect()))
}

/// Refuses operators by which no index is searched.
pub fn check_indexable(conditions: &BTreeMap<String, Filter>) -> Result<(), Invalid> {
    if conditions.values().all(|c| c.key_op().is_some()) {
        return Ok(());
    }
    Err(Invalid::new("Attempted conditional constraint is not an indexable operation"))
}

/// `AttributesToGet` as a projection.
pub fn attributes_to_get(names: &[String]) -> Result<Projection, Invalid> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(Invalid::parameter(format!("Duplicate value in attribute name: {twice}")));
    }
    Ok(Projection::of(names.iter().map(Path::attribute_named).collect()))
}
