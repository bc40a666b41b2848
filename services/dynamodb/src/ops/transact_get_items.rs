//! `TransactGetItems`: items of several tables as of one moment.
//!
//! Errors: ValidationException. ResourceNotFoundException. TransactionCanceledException: keys, capacity, by item.
//! Source: API reference, "TransactGetItems" (2026-11-22).

use std::collections::{BTreeMap, BTreeSet};

use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{ConsumedCapacity, ItemResponse, TransactGetItemsInput, TransactGetItemsOutput};

use super::get_item::read;
use crate::capacity::{Consumed, Side, take};
use crate::err::invalid;
use crate::item::{self, spread};
use crate::keys;
use crate::request::Texts;
use crate::table::Open;
use crate::transaction::{Reason, cancelled};

/// Gets all, as of one moment.
pub(crate) fn decide(cx: &mut Cx, i: &TransactGetItemsInput) -> Result<TransactGetItemsOutput, Fault> {
    let mut gets = Vec::with_capacity(i.transact_items.len());
    for t in &i.transact_items {
        let key = item::read(&t.get.key)?;
        let parsed = Texts {
            projection: t.get.projection_expression.as_deref(),
            names: t.get.expression_attribute_names.as_ref(),
            ..Texts::default()
        }
        .parse()?;
        gets.push((&t.get.table_name, key, parsed.projection));
    }
    let mut by_table: BTreeMap<&str, Consumed> = BTreeMap::new();
    let mut responses = Vec::with_capacity(gets.len());
    let mut reasons = vec![Reason::none(); gets.len()];
    let mut seen = BTreeSet::new();
    for ((table, key, projection), reason) in gets.iter().zip(&mut reasons) {
        let open = Open::ready(cx, table)?;
        let got = read(cx, &open, key, projection.as_ref(), true).and_then(|(found, consumed)| {
            let bytes = keys::given(&open.t, key)?;
            let consumed = consumed.doubled();
            take(cx, &open, Side::Read, &consumed, Some(spread(&bytes.hash)))?;
            Ok((found, consumed, (open.t.number, bytes)))
        });
        match got {
            Ok((found, consumed, place)) => {
                if !seen.insert(place) {
                    return Err(invalid(
                        "Transaction request cannot include multiple operations on one item",
                    ));
                }
                by_table.entry(table).or_default().add(&consumed);
                responses.push(ItemResponse { item: found.map(item::show) });
            }
            Err(fault) => *reason = Reason::of(fault)?,
        }
    }
    if reasons.iter().any(|r| r.code != "None") {
        return Err(cancelled(&reasons)?);
    }
    let asked = i.return_consumed_capacity.as_deref();
    let shown: Vec<ConsumedCapacity> =
        by_table.iter().filter_map(|(name, c)| c.shown_as(asked, name, Some(Side::Read))).collect();
    Ok(TransactGetItemsOutput {
        consumed_capacity: Some(shown).filter(|s| !s.is_empty()),
        responses: Some(responses),
    })
}
