//! Item collections: what a partition holds, in the table and its local indexes. Shown when `ReturnItemCollectionMetrics`
//! asks for it; only tables with local indexes have any.

use codec::Fault;
use dynamodb_language::{Item, size};
use kernel::Cx;
use shapes_dynamodb::ItemCollectionMetrics;

use crate::item::{self, Entries, Items, spread};
use crate::keys;
use crate::table::Open;

const GB: f64 = 1_073_741_824.0;

/// The metrics of the collection of an item, if they are asked for.
pub(crate) fn metrics(
    cx: &Cx,
    open: &Open,
    asked: Option<&str>,
    item: Option<&Item>,
) -> Result<Option<ItemCollectionMetrics>, Fault> {
    let has_local = open.t.indexes.iter().any(|i| !i.global);
    let (Some("SIZE"), true, Some(item)) = (asked, has_local, item) else { return Ok(None) };
    let Some(key) = keys::of_item(&open.t.keys, item) else { return Ok(None) };
    let spread = spread(&key.hash);
    let hash = key.hash.as_slice();
    let mut bytes: usize = cx
        .scan_prefix::<Items>(&(open.t.number, spread, hash))?
        .map(|(_, stored)| size::item(&stored.item))
        .sum();
    for index in open.t.indexes.iter().filter(|i| !i.global) {
        bytes += cx
            .scan_prefix::<Entries>(&(index.number, spread, hash))?
            .map(|(_, stored)| size::item(&stored.item))
            .sum::<usize>();
    }
    let low = (bytes as f64 / GB).floor();
    Ok(Some(ItemCollectionMetrics {
        item_collection_key: Some(item::show(keys::attributes(&open.t.keys[..1], item))),
        size_estimate_range_gb: Some(vec![low, low + 1.0]),
    }))
}
