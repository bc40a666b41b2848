//! `TransactWriteItems`.
//!
//! Errors: ValidationException: an action that is none, two on one item. ResourceNotFoundException.
//! TransactionCanceledException: conditions, capacity, what can't be done, by action. IdempotentParameterMismatchException.
//! Source: API reference, "TransactWriteItems" (2026-11-22).

use std::collections::BTreeMap;

use codec::Fault;
use dynamodb_language::size;
use kernel::Cx;
use sha2::{Digest, Sha256};
use shapes_dynamodb::{
    ConsumedCapacity, TransactWriteItem, TransactWriteItemsInput, TransactWriteItemsOutput,
};

use crate::capacity::{Consumed, Side, read_units};
use crate::change::{Wanted, What};
use crate::err::invalid;
use crate::item::{Items, WireItem};
use crate::request::{Parsed, Texts, wants_old};
use crate::table::Open;
use crate::transaction::{repeated, write};
use crate::{collection, item};

/// One action, as its four kinds have it.
pub(crate) struct Action<'a> {
    pub(crate) table: &'a str,
    pub(crate) attributes: &'a WireItem,
    pub(crate) texts: Texts<'a>,
    /// IAM action.
    pub(crate) permission: &'static str,
    on_failure: Option<&'a str>,
    of: fn(dynamodb_language::Item, &mut Parsed) -> What,
}

/// Names of the tables that the actions are on.
pub(crate) fn tables(i: &TransactWriteItemsInput) -> Vec<&str> {
    actions(i).map(|a| a.table).collect()
}

/// The actions that are ones.
pub(crate) fn actions(i: &TransactWriteItemsInput) -> impl Iterator<Item = Action<'_>> {
    i.transact_items.iter().filter_map(|t| action(t).ok())
}

/// Writes all or nothing.
pub(crate) fn decide(cx: &mut Cx, i: &TransactWriteItemsInput) -> Result<TransactWriteItemsOutput, Fault> {
    let mut wanted = Vec::with_capacity(i.transact_items.len());
    for t in &i.transact_items {
        let a = action(t)?;
        let attributes = item::read(a.attributes)?;
        let mut parsed = a.texts.parse()?;
        let what = (a.of)(attributes, &mut parsed);
        let w =
            Wanted { what, condition: parsed.condition, inserts: false, shows_old: wants_old(a.on_failure) };
        wanted.push((a.table, w));
    }
    let mut actions = Vec::with_capacity(wanted.len());
    for (table, w) in wanted {
        actions.push((Open::ready(cx, table)?, w));
    }
    let names: Vec<&str> = tables(i);
    if repeated(cx, i.client_request_token.as_deref(), &digest(i))? {
        let consumed = replayed(cx, &names, &actions, i.return_consumed_capacity.as_deref())?;
        return Ok(TransactWriteItemsOutput { consumed_capacity: consumed, item_collection_metrics: None });
    }
    let done = write(cx, &actions)?;
    let mut by_table: BTreeMap<&str, Consumed> = BTreeMap::new();
    let mut metrics: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for ((name, (open, w)), d) in names.iter().zip(&actions).zip(&done) {
        by_table.entry(name).or_default().add(&d.consumed);
        let (What::Put(key) | What::Delete(key) | What::Update(key, _) | What::Check(key)) = &w.what;
        let asked = i.return_item_collection_metrics.as_deref();
        if let Some(m) = collection::metrics(cx, open, asked, Some(key))? {
            metrics.entry((*name).to_owned()).or_default().push(m);
        }
    }
    Ok(TransactWriteItemsOutput {
        consumed_capacity: shown(&by_table, i.return_consumed_capacity.as_deref(), Side::Write),
        item_collection_metrics: Some(metrics).filter(|m| !m.is_empty()),
    })
}

fn digest(i: &TransactWriteItemsInput) -> Vec<u8> {
    let mut hash = Sha256::new();
    for t in &i.transact_items {
        hash.update(format!("{t:?}"));
    }
    hash.finalize().to_vec()
}

fn shown(
    by_table: &BTreeMap<&str, Consumed>,
    asked: Option<&str>,
    side: Side,
) -> Option<Vec<ConsumedCapacity>> {
    let all: Vec<ConsumedCapacity> =
        by_table.iter().filter_map(|(name, c)| c.shown_as(asked, name, Some(side))).collect();
    Some(all).filter(|a| !a.is_empty())
}

/// A repeated transaction consumes what reading its items does.
fn replayed(
    cx: &Cx,
    names: &[&str],
    actions: &[(Open, Wanted)],
    asked: Option<&str>,
) -> Result<Option<Vec<ConsumedCapacity>>, Fault> {
    let mut by_table: BTreeMap<&str, Consumed> = BTreeMap::new();
    for (name, (open, w)) in names.iter().zip(actions) {
        let key = w.key(open)?.item_key(open.t.number);
        let bytes = cx.get::<Items>(&key)?.map_or(0, |s| size::item(&s.item));
        let consumed = Consumed { table: read_units(bytes) * 2.0, ..Consumed::default() };
        by_table.entry(name).or_default().add(&consumed);
    }
    Ok(shown(&by_table, asked, Side::Read))
}

fn action(t: &TransactWriteItem) -> Result<Action<'_>, Fault> {
    let mut found = Vec::new();
    if let Some(c) = &t.condition_check {
        found.push(Action {
            table: &c.table_name,
            permission: "dynamodb:ConditionCheckItem",
            attributes: &c.key,
            texts: Texts {
                condition: Some(&c.condition_expression),
                names: c.expression_attribute_names.as_ref(),
                values: c.expression_attribute_values.as_ref(),
                ..Texts::default()
            },
            on_failure: c.return_values_on_condition_check_failure.as_deref(),
            of: |key, _| What::Check(key),
        });
    }
    if let Some(p) = &t.put {
        found.push(Action {
            table: &p.table_name,
            permission: "dynamodb:PutItem",
            attributes: &p.item,
            texts: Texts {
                condition: p.condition_expression.as_deref(),
                names: p.expression_attribute_names.as_ref(),
                values: p.expression_attribute_values.as_ref(),
                ..Texts::default()
            },
            on_failure: p.return_values_on_condition_check_failure.as_deref(),
            of: |item, _| What::Put(item),
        });
    }
    if let Some(d) = &t.delete {
        found.push(Action {
            table: &d.table_name,
            permission: "dynamodb:DeleteItem",
            attributes: &d.key,
            texts: Texts {
                condition: d.condition_expression.as_deref(),
                names: d.expression_attribute_names.as_ref(),
                values: d.expression_attribute_values.as_ref(),
                ..Texts::default()
            },
            on_failure: d.return_values_on_condition_check_failure.as_deref(),
            of: |key, _| What::Delete(key),
        });
    }
    if let Some(u) = &t.update {
        found.push(Action {
            table: &u.table_name,
            permission: "dynamodb:UpdateItem",
            attributes: &u.key,
            texts: Texts {
                condition: u.condition_expression.as_deref(),
                update: Some(&u.update_expression),
                names: u.expression_attribute_names.as_ref(),
                values: u.expression_attribute_values.as_ref(),
                ..Texts::default()
            },
            on_failure: u.return_values_on_condition_check_failure.as_deref(),
            of: |key, parsed| What::Update(key, parsed.update.take()),
        });
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        _ => Err(invalid("TransactItems can only contain one of Check, Put, Update or Delete")),
    }
}
