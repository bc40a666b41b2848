//! `UpdateItem`.
//!
//! Errors: as `PutItem`. Source: API reference, "UpdateItem" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{UpdateItemInput, UpdateItemOutput};

use super::single::Single;
use crate::change::{Done, Wanted, What};
use crate::item::WireItem;
use crate::request::{Texts, not_both, wants_old};
use crate::{collection, item, legacy};

/// Changes an item, or makes it.
pub(crate) fn decide(cx: &mut Cx, i: &UpdateItemInput) -> Result<UpdateItemOutput, Fault> {
    let key = item::read_counted(&i.key)?;
    not_both(
        &[
            ("AttributeUpdates", i.attribute_updates.is_some()),
            ("Expected", i.expected.is_some()),
            ("ConditionalOperator", i.conditional_operator.is_some()),
        ],
        &[
            ("UpdateExpression", i.update_expression.is_some()),
            ("ConditionExpression", i.condition_expression.is_some()),
        ],
    )?;
    let parsed = Texts {
        condition: i.condition_expression.as_deref(),
        update: i.update_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    }
    .parse()?;
    let expected = legacy::expected(i.expected.as_ref(), i.conditional_operator.as_deref())?;
    let update = match parsed.update {
        Some(update) => Some(update),
        None => legacy::updates(i.attribute_updates.as_ref())?,
    };
    let wanted = Wanted {
        what: What::Update(key.clone(), update),
        condition: parsed.condition.or(expected),
        inserts: false,
        shows_old: wants_old(i.return_values_on_condition_check_failure.as_deref()),
    };
    let Single { open, done } = Single::run(cx, &i.table_name, &wanted)?;
    Ok(UpdateItemOutput {
        consumed_capacity: done.consumed.shown(i.return_consumed_capacity.as_deref(), &i.table_name),
        attributes: returned(i.return_values.as_deref(), done),
        item_collection_metrics: collection::metrics(
            cx,
            &open,
            i.return_item_collection_metrics.as_deref(),
            Some(&key),
        )?,
    })
}

fn returned(asked: Option<&str>, done: Done) -> Option<WireItem> {
    let attributes = match asked? {
        "ALL_OLD" => done.old,
        "ALL_NEW" => done.new,
        "UPDATED_OLD" => {
            let old = done.old.as_ref()?;
            done.updated.as_ref().map(|u| u.updated_old(old)).filter(|a| !a.is_empty())
        }
        "UPDATED_NEW" => done.updated.as_ref().map(|u| u.updated_new()).filter(|a| !a.is_empty()),
        _ => None,
    };
    attributes.map(item::show)
}
