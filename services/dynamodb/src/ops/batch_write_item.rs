//! `BatchWriteItem`: puts and deletions, each for itself.
//!
//! Errors: ValidationException: more than 25 requests, two on one item, an item or a key that isn't right; then nothing is
//! written. ResourceNotFoundException. What capacity is short for comes back as unprocessed; if nothing is written,
//! ProvisionedThroughputExceededException. Source: API reference, "BatchWriteItem" (2026-11-22).

use std::collections::{BTreeMap, BTreeSet};

use codec::Fault;
use dynamodb_language::size;
use kernel::Cx;
use shapes_dynamodb::{
    BatchWriteItemInput, BatchWriteItemOutput, ConsumedCapacity, ItemCollectionMetrics, WriteRequest,
};

use crate::capacity::{Consumed, Side, take, write_units};
use crate::change::{Wanted, What};
use crate::err::{invalid, key_mismatch};
use crate::item::spread;
use crate::table::Open;
use crate::write::index_units;
use crate::{collection, item, keys};

const MAX_REQUESTS: usize = 25;

/// Writes items of several tables.
pub(crate) fn decide(cx: &mut Cx, i: &BatchWriteItemInput) -> Result<BatchWriteItemOutput, Fault> {
    let mut tables = Vec::new();
    for (name, requests) in &i.request_items {
        tables.push((name, requests, requests.iter().map(wanted).collect::<Result<Vec<_>, _>>()?));
    }
    if tables.iter().map(|(_, _, w)| w.len()).sum::<usize>() > MAX_REQUESTS {
        return Err(invalid("Too many items requested for the BatchWriteItem call"));
    }
    let mut opened = Vec::new();
    for (name, _, all) in &tables {
        let open = Open::ready(cx, name)?;
        let mut seen = BTreeSet::new();
        for w in all {
            if let What::Put(item) = &w.what
                && keys::of_item(&open.t.keys, item).is_none()
            {
                // Recorded 2025-10-08: a batch says so of items, too.
                return Err(key_mismatch());
            }
            if !seen.insert(w.key(&open)?) {
                return Err(invalid("Provided list of item keys contains duplicates"));
            }
        }
        opened.push(open);
    }
    let mut out = Written::default();
    for ((name, requests, all), open) in tables.iter().zip(&opened) {
        out.table(cx, i, name, requests, all, open)?;
    }
    if !out.any
        && let Some(fault) = out.short
    {
        return Err(fault);
    }
    let asks = i.return_consumed_capacity.as_deref().is_some_and(|a| a != "NONE");
    Ok(BatchWriteItemOutput {
        unprocessed_items: Some(out.unprocessed),
        item_collection_metrics: Some(out.metrics).filter(|m| !m.is_empty()),
        consumed_capacity: asks.then_some(out.consumed),
    })
}

fn wanted(request: &WriteRequest) -> Result<Wanted, Fault> {
    let what = match (&request.put_request, &request.delete_request) {
        (Some(put), None) => What::Put(item::read_older(&put.item)?),
        (None, Some(delete)) => What::Delete(item::read_older(&delete.key)?),
        (Some(_), Some(_)) => {
            return Err(invalid(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
            ));
        }
        (None, None) => {
            return Err(invalid(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            ));
        }
    };
    Ok(Wanted { what, condition: None, inserts: false, shows_old: false })
}

#[derive(Default)]
struct Written {
    unprocessed: BTreeMap<String, Vec<WriteRequest>>,
    metrics: BTreeMap<String, Vec<ItemCollectionMetrics>>,
    consumed: Vec<ConsumedCapacity>,
    any: bool,
    short: Option<Fault>,
}

impl Written {
    fn table(
        &mut self,
        cx: &mut Cx,
        i: &BatchWriteItemInput,
        name: &str,
        requests: &[WriteRequest],
        all: &[Wanted],
        open: &Open,
    ) -> Result<(), Fault> {
        let mut consumed = Consumed::default();
        for (w, request) in all.iter().zip(requests) {
            let ready = w.read(cx, open)?;
            // Its own units are taken first: a refused request must leave nothing behind.
            let bytes = |i: Option<&dynamodb_language::Item>| i.map_or(0, size::item);
            let new = if let What::Put(item) = &w.what { Some(item) } else { None };
            let mut own = Consumed {
                table: write_units(bytes(ready.old.as_ref()).max(bytes(new))),
                ..Consumed::default()
            };
            let of_indexes = index_units(open, &ready.key, ready.old.as_ref(), new);
            of_indexes.into_iter().for_each(|(at, units)| own.add_index(open, at, units));
            if let Err(fault) = take(cx, open, Side::Write, &own, Some(spread(&ready.key.hash))) {
                self.unprocessed.entry(name.to_owned()).or_default().push(request.clone());
                self.short = Some(fault);
                continue;
            }
            let done = ready.make(cx, open)?;
            self.any = true;
            consumed.add(&done.consumed);
            let (What::Put(item) | What::Delete(item) | What::Update(item, _) | What::Check(item)) = &w.what;
            let asked = i.return_item_collection_metrics.as_deref();
            if let Some(m) = collection::metrics(cx, open, asked, Some(item))? {
                self.metrics.entry(name.to_owned()).or_default().push(m);
            }
        }
        self.consumed.extend(consumed.shown(i.return_consumed_capacity.as_deref(), name));
        Ok(())
    }
}
