//! `GetItem`.
//!
//! Errors: ValidationException. ResourceNotFoundException. ProvisionedThroughputExceededException.
//! Source: API reference, "GetItem" (2026-11-22).

use codec::Fault;
use dynamodb_language::expression::Projection;
use dynamodb_language::{Item, size};
use kernel::Cx;
use shapes_dynamodb::{GetItemInput, GetItemOutput};

use crate::capacity::{Consumed, Side, read_units, take};
use crate::err::refused;
use crate::item::{self, Items, spread};
use crate::request::{Texts, not_both};
use crate::table::Open;
use crate::{keys, legacy};

/// Gets an item.
pub(crate) fn decide(cx: &mut Cx, i: &GetItemInput) -> Result<GetItemOutput, Fault> {
    let key = item::read(&i.key)?;
    not_both(
        &[("AttributesToGet", i.attributes_to_get.is_some())],
        &[("ProjectionExpression", i.projection_expression.is_some())],
    )?;
    let parsed = Texts {
        projection: i.projection_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        ..Texts::default()
    }
    .parse()?;
    let projection = parsed.projection.or(legacy::to_get(i.attributes_to_get.as_deref())?);
    let open = Open::ready(cx, &i.table_name)?;
    let (found, consumed) = read(cx, &open, &key, projection.as_ref(), i.consistent_read.unwrap_or(false))?;
    let bytes = keys::given(&open.t, &key)?;
    take(cx, &open, Side::Read, &consumed, Some(spread(&bytes.hash)))?;
    Ok(GetItemOutput {
        item: found.map(item::show),
        consumed_capacity: consumed.shown(i.return_consumed_capacity.as_deref(), &i.table_name),
    })
}

/// Reads one item, or the part of it that is wanted, and tells what that consumes.
pub(crate) fn read(
    cx: &Cx,
    open: &Open,
    key: &Item,
    projection: Option<&Projection>,
    consistent: bool,
) -> Result<(Option<Item>, Consumed), Fault> {
    let bytes = keys::given(&open.t, key)?;
    if let Some(p) = projection {
        let names: Vec<&str> = open.t.keys.iter().map(|k| k.name.as_str()).collect();
        p.named().check_scalar_keys(&names, &[]).map_err(refused)?;
    }
    let found = cx.get::<Items>(&bytes.item_key(open.t.number))?.map(|s| s.item);
    let units = read_units(found.as_ref().map_or(0, size::item));
    let table = if consistent { units } else { units / 2.0 };
    let shown = found.map(|item| match projection {
        Some(p) => p.apply(&item),
        None => item,
    });
    Ok((shown, Consumed { table, ..Consumed::default() }))
}
