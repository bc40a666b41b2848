//! `PutItem`.
//!
//! Errors: ValidationException. ResourceNotFoundException. ConditionalCheckFailedException, with the item if asked for.
//! ProvisionedThroughputExceededException. Source: API reference, "PutItem" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{PutItemInput, PutItemOutput};

use super::single::Single;
use crate::change::{Wanted, What};
use crate::err::invalid;
use crate::request::{Texts, not_both, wants_old};
use crate::{collection, item, legacy};

/// Puts an item.
pub(crate) fn decide(cx: &mut Cx, i: &PutItemInput) -> Result<PutItemOutput, Fault> {
    let returns = i.return_values.as_deref().unwrap_or("NONE");
    let new = item::read_counted(&i.item)?;
    if !matches!(returns, "NONE" | "ALL_OLD") {
        return Err(invalid("ReturnValues can only be ALL_OLD or NONE"));
    }
    not_both(
        &[("Expected", i.expected.is_some()), ("ConditionalOperator", i.conditional_operator.is_some())],
        &[("ConditionExpression", i.condition_expression.is_some())],
    )?;
    let parsed = Texts {
        condition: i.condition_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    }
    .parse()?;
    let expected = legacy::expected(i.expected.as_ref(), i.conditional_operator.as_deref())?;
    let wanted = Wanted {
        what: What::Put(new),
        condition: parsed.condition.or(expected),
        inserts: false,
        shows_old: wants_old(i.return_values_on_condition_check_failure.as_deref()),
    };
    let Single { open, done } = Single::run(cx, &i.table_name, &wanted)?;
    Ok(PutItemOutput {
        attributes: done.old.filter(|_| returns == "ALL_OLD").map(item::show),
        consumed_capacity: done.consumed.shown(i.return_consumed_capacity.as_deref(), &i.table_name),
        item_collection_metrics: collection::metrics(
            cx,
            &open,
            i.return_item_collection_metrics.as_deref(),
            done.new.as_ref(),
        )?,
    })
}
