//! The parameters that expressions replaced, from the wire to the language.

use std::collections::BTreeMap;

use codec::Fault;
use dynamodb_language::expression::{Condition, KeyCondition, Projection, Update};
use dynamodb_language::legacy::{
    self, AttributeUpdate, ComparisonOperator, ConditionalOperator, Expected, Filter, UpdateAction,
};
use shapes_dynamodb::{AttributeValue, AttributeValueUpdate, Condition as Given, ExpectedAttributeValue};

use crate::err::refused;
use crate::item::value;

fn values(given: Option<&Vec<AttributeValue>>) -> Result<Option<Vec<dynamodb_language::Value>>, Fault> {
    given.map(|all| all.iter().map(value).collect()).transpose()
}

fn joined(operator: Option<&str>, conditions: Option<usize>) -> Result<ConditionalOperator, Fault> {
    if operator.is_some() {
        legacy::check_conditional_operator(conditions).map_err(refused)?;
    }
    Ok(if operator == Some("OR") { ConditionalOperator::Or } else { ConditionalOperator::And })
}

/// The condition of `Expected`.
pub(crate) fn expected(
    given: Option<&BTreeMap<String, ExpectedAttributeValue>>,
    operator: Option<&str>,
) -> Result<Option<Condition>, Fault> {
    let joined = joined(operator, given.map(BTreeMap::len))?;
    let Some(given) = given else { return Ok(None) };
    let mut all = BTreeMap::new();
    for (name, e) in given {
        let one = Expected {
            operator: e.comparison_operator.as_deref().and_then(ComparisonOperator::of_name),
            values: values(e.attribute_value_list.as_ref())?,
            exists: e.exists,
            value: e.value.as_ref().map(value).transpose()?,
        };
        all.insert(name.clone(), one);
    }
    legacy::expected(&all, joined).map(Some).map_err(refused)
}

/// The update of `AttributeUpdates`.
pub(crate) fn updates(
    given: Option<&BTreeMap<String, AttributeValueUpdate>>,
) -> Result<Option<Update>, Fault> {
    let Some(given) = given else { return Ok(None) };
    let mut all = BTreeMap::new();
    for (name, u) in given {
        let action = match u.action.as_deref() {
            Some("ADD") => UpdateAction::Add,
            Some("DELETE") => UpdateAction::Delete,
            _ => UpdateAction::Put,
        };
        let value = u.value.as_ref().map(value).transpose()?;
        all.insert(name.clone(), AttributeUpdate { action, value });
    }
    legacy::attribute_updates(&all).map(Some).map_err(refused)
}

fn filters(given: &BTreeMap<String, Given>) -> Result<BTreeMap<String, Filter>, Fault> {
    let mut all = BTreeMap::new();
    for (name, c) in given {
        let operator = ComparisonOperator::of_name(&c.comparison_operator)
            .ok_or_else(|| Fault::internal("the model lets only known operators in"))?;
        let values = values(c.attribute_value_list.as_ref())?.unwrap_or_default();
        all.insert(name.clone(), Filter { operator, values });
    }
    Ok(all)
}

/// The condition of `QueryFilter` or `ScanFilter`.
pub(crate) fn filter(
    given: Option<&BTreeMap<String, Given>>,
    operator: Option<&str>,
) -> Result<Option<Condition>, Fault> {
    let joined = joined(operator, given.map(BTreeMap::len))?;
    let Some(given) = given else { return Ok(None) };
    legacy::filter(&filters(given)?, joined).map(Some).map_err(refused)
}

/// The key condition of `KeyConditions`.
pub(crate) fn key_conditions(given: &BTreeMap<String, Given>) -> Result<KeyCondition, Fault> {
    let all = filters(given)?;
    let condition = legacy::key_conditions(&all).map_err(refused)?;
    legacy::check_indexable(&all).map_err(refused)?;
    Ok(condition)
}

/// The projection of `AttributesToGet`.
pub(crate) fn to_get(given: Option<&[String]>) -> Result<Option<Projection>, Fault> {
    given.map(legacy::attributes_to_get).transpose().map_err(refused)
}
