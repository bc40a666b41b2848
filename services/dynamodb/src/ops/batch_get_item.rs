//! `BatchGetItem`.
//!
//! Errors: ValidationException: more than 100 keys, one key twice. ResourceNotFoundException. What doesn't fit into 16 MB, or
//! isn't served because capacity is short, comes back as unprocessed; if nothing is served, ProvisionedThroughputExceededException.
//! Source: API reference, "BatchGetItem" (2026-11-22).

use std::collections::{BTreeMap, BTreeSet};

use codec::Fault;
use dynamodb_language::{Item, size};
use kernel::Cx;
use shapes_dynamodb::{BatchGetItemInput, BatchGetItemOutput, ConsumedCapacity, KeysAndAttributes};

use super::get_item::read;
use crate::capacity::{Consumed, Side, take};
use crate::err::invalid;
use crate::item::{self, WireItem, spread};
use crate::request::{Parsed, Texts, not_both};
use crate::table::Open;
use crate::{keys, legacy};

const MAX_KEYS: usize = 100;
/// Most bytes of one answer.
const MAX_BYTES: usize = 16 << 20;

struct Table<'a> {
    name: &'a String,
    asked: &'a KeysAndAttributes,
    keys: Vec<Item>,
    parsed: Parsed,
}

/// Gets items of several tables.
pub(crate) fn decide(cx: &mut Cx, i: &BatchGetItemInput) -> Result<BatchGetItemOutput, Fault> {
    let tables = i.request_items.iter().map(|(name, k)| parsed(name, k)).collect::<Result<Vec<_>, _>>()?;
    if tables.iter().map(|t| t.keys.len()).sum::<usize>() > MAX_KEYS {
        return Err(invalid("Too many items requested for the BatchGetItem call"));
    }
    let mut out = Got::default();
    let mut opened = Vec::new();
    for t in &tables {
        let open = Open::ready(cx, t.name)?;
        let mut seen = BTreeSet::new();
        for key in &t.keys {
            if !seen.insert(keys::given(&open.t, key)?) {
                return Err(invalid("Provided list of item keys contains duplicates"));
            }
        }
        opened.push(open);
    }
    for (t, open) in tables.iter().zip(&opened) {
        out.table(cx, t, open, i.return_consumed_capacity.as_deref())?;
    }
    if !out.any
        && let Some(fault) = out.short
    {
        return Err(fault);
    }
    let asks = i.return_consumed_capacity.as_deref().is_some_and(|a| a != "NONE");
    Ok(BatchGetItemOutput {
        responses: Some(out.responses),
        unprocessed_keys: Some(out.unprocessed),
        consumed_capacity: asks.then_some(out.consumed),
    })
}

fn parsed<'a>(name: &'a String, asked: &'a KeysAndAttributes) -> Result<Table<'a>, Fault> {
    not_both(
        &[("AttributesToGet", asked.attributes_to_get.is_some())],
        &[("ProjectionExpression", asked.projection_expression.is_some())],
    )?;
    let keys = asked.keys.iter().map(item::read).collect::<Result<_, _>>()?;
    let parsed = Texts {
        projection: asked.projection_expression.as_deref(),
        names: asked.expression_attribute_names.as_ref(),
        ..Texts::default()
    }
    .parse()?;
    Ok(Table { name, asked, keys, parsed })
}

#[derive(Default)]
struct Got {
    responses: BTreeMap<String, Vec<WireItem>>,
    unprocessed: BTreeMap<String, KeysAndAttributes>,
    consumed: Vec<ConsumedCapacity>,
    bytes: usize,
    any: bool,
    short: Option<Fault>,
}

impl Got {
    fn table(&mut self, cx: &mut Cx, t: &Table, open: &Open, asks: Option<&str>) -> Result<(), Fault> {
        let projection =
            t.parsed.projection.clone().or(legacy::to_get(t.asked.attributes_to_get.as_deref())?);
        let consistent = t.asked.consistent_read.unwrap_or(false);
        let (mut all, mut left) = (Consumed::default(), Vec::new());
        let found = self.responses.entry(t.name.clone()).or_default();
        for (key, given) in t.keys.iter().zip(&t.asked.keys) {
            if self.bytes >= MAX_BYTES {
                left.push(given.clone());
                continue;
            }
            let (item, consumed) = read(cx, open, key, projection.as_ref(), consistent)?;
            let place = spread(&keys::given(&open.t, key)?.hash);
            if let Err(fault) = take(cx, open, Side::Read, &consumed, Some(place)) {
                left.push(given.clone());
                self.short = Some(fault);
                continue;
            }
            let here = item.as_ref().map_or(0, size::item);
            if self.bytes + here > MAX_BYTES {
                left.push(given.clone());
                self.bytes = MAX_BYTES;
                continue;
            }
            self.bytes += here;
            self.any = true;
            all.add(&consumed);
            found.extend(item.map(item::show));
        }
        if !left.is_empty() {
            self.unprocessed.insert(t.name.clone(), KeysAndAttributes { keys: left, ..t.asked.clone() });
        }
        self.consumed.extend(all.shown(asks, t.name));
        Ok(())
    }
}
