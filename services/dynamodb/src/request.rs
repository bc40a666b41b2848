//! What the requests on items have in common: placeholders and expressions, and parameters that exclude each other.
//! Texts: the language's, and AWS's as clients have quoted them.

use std::collections::BTreeMap;

use codec::Fault;
use dynamodb_language::Item;
use dynamodb_language::expression::{Condition, Kind, Placeholders, Projection, Update};
use dynamodb_language::legacy::check_not_mixed;

use crate::err::{invalid, refused};
use crate::item::{self, WireItem};

/// The parameters of a request that hold expressions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Texts<'a> {
    pub(crate) condition: Option<&'a str>,
    pub(crate) filter: Option<&'a str>,
    pub(crate) projection: Option<&'a str>,
    pub(crate) update: Option<&'a str>,
    pub(crate) names: Option<&'a BTreeMap<String, String>>,
    pub(crate) values: Option<&'a WireItem>,
}

/// The expressions of a request, parsed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) condition: Option<Condition>,
    pub(crate) filter: Option<Condition>,
    pub(crate) projection: Option<Projection>,
    pub(crate) update: Option<Update>,
}

impl Texts<'_> {
    fn any(&self) -> bool {
        self.condition.is_some()
            || self.filter.is_some()
            || self.projection.is_some()
            || self.update.is_some()
    }

    /// The placeholders of the request.
    ///
    /// Errors: ValidationException: given without an expression, or none.
    pub(crate) fn placeholders(&self, further_expressions: bool) -> Result<Placeholders, Fault> {
        let needed = self.any() || further_expressions;
        Placeholders::check_needed(self.names.is_some(), self.values.is_some(), needed).map_err(refused)?;
        let values = self.values.map(values).transpose()?;
        Placeholders::new(self.names.cloned(), values).map_err(refused)
    }

    /// Parses all of them; every placeholder must be used by one.
    ///
    /// Errors: ValidationException, in AWS's order.
    pub(crate) fn parse(&self) -> Result<Parsed, Fault> {
        if !self.any() && self.names.is_none() && self.values.is_none() {
            return Ok(Parsed::default());
        }
        let mut placeholders = self.placeholders(false)?;
        let parsed = self.parse_with(&mut placeholders)?;
        placeholders.check_all_used().map_err(refused)?;
        Ok(parsed)
    }

    /// Parses all of them, beside others of the same request.
    pub(crate) fn parse_with(&self, p: &mut Placeholders) -> Result<Parsed, Fault> {
        let condition = |kind, text: Option<&str>, p: &mut Placeholders| {
            text.map(|t| Condition::parse(kind, t, p)).transpose().map_err(refused)
        };
        let update = self.update.map(|t| Update::parse(t, p)).transpose().map_err(refused)?;
        let filter = condition(Kind::Filter, self.filter, p)?;
        let projection = self.projection.map(|t| Projection::parse(t, p)).transpose().map_err(refused)?;
        let condition = condition(Kind::Condition, self.condition, p)?;
        Ok(Parsed { condition, filter, projection, update })
    }
}

fn values(given: &WireItem) -> Result<Item, Fault> {
    let one = |(name, v): (&String, &shapes_dynamodb::AttributeValue)| {
        let v = item::value(v).map_err(|f| {
            invalid(format!(
                "ExpressionAttributeValues contains invalid value: {} for key {name}",
                f.message()
            ))
        })?;
        Ok((name.clone(), v))
    };
    given.iter().map(one).collect()
}

/// Refuses a request that has parameters of both generations. Each is named with whether it is there.
pub(crate) fn not_both(legacy: &[(&str, bool)], expressions: &[(&str, bool)]) -> Result<(), Fault> {
    check_not_mixed(legacy, expressions).map_err(refused)
}

/// Whether the caller wants the item with a failed condition.
pub(crate) fn wants_old(on_failure: Option<&str>) -> bool {
    on_failure == Some("ALL_OLD")
}
