//! `Scan`, whole or in parallel segments.
//!
//! Errors: ValidationException: filter, projection, `Select`, segment, start. ResourceNotFoundException.
//! ProvisionedThroughputExceededException. Source: API reference, "Scan" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{ScanInput, ScanOutput};

use crate::err::invalid;
use crate::range::{Range, Start};
use crate::read::{self, Reading, Select};
use crate::request::{Texts, not_both};
use crate::table::Open;
use crate::{item, legacy};

/// Reads a table or an index.
pub(crate) fn decide(cx: &mut Cx, i: &ScanInput) -> Result<ScanOutput, Fault> {
    let start = i.exclusive_start_key.as_ref().map(item::read).transpose()?;
    check_generations(i)?;
    let parsed = Texts {
        filter: i.filter_expression.as_deref(),
        projection: i.projection_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    }
    .parse()?;
    let (segment, total) = segment(i)?;
    let projection = parsed.projection.or(legacy::to_get(i.attributes_to_get.as_deref())?);
    let filter = match parsed.filter {
        Some(filter) => Some(filter),
        None => legacy::filter(i.scan_filter.as_ref(), i.conditional_operator.as_deref())?,
    };

    let open = Open::ready(cx, &i.table_name)?;
    let consistent = i.consistent_read.unwrap_or(false);
    let index = read::index(cx, &open, i.index_name.as_deref(), consistent)?;
    let projected_by = match (&i.projection_expression, &i.attributes_to_get) {
        (Some(_), _) => Some("ProjectionExpression"),
        (None, Some(_)) => Some("AttributesToGet"),
        _ => None,
    };
    let select = read::select(i.select.as_deref(), index, projected_by, "Scanning")?;
    let range = Range::segment(segment, total);
    let start = match &start {
        None => None,
        Some(given) => {
            let start = Start::of(&open, index, given).ok_or_else(|| {
                invalid("The provided starting key is invalid: The provided key element does not match the schema")
            })?;
            if !range.holds(start.order()) {
                return Err(invalid(format!(
                    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with \
                     correct Segment. TotalSegments: {total} Segment: {segment}"
                )));
            }
            Some(start)
        }
    };
    let reading = Reading {
        open: &open,
        index,
        range,
        start,
        reverse: false,
        limit: i.limit.map(|l| l as usize),
        consistent,
        filter: filter.as_ref(),
        projection: projection.as_ref(),
        select,
    };
    let page = read::page(cx, &reading)?;
    Ok(ScanOutput {
        items: (select != Select::Count).then(|| page.items.into_iter().map(item::show).collect()),
        count: Some(page.count as i32),
        scanned_count: Some(page.scanned as i32),
        last_evaluated_key: page.last.map(item::show),
        consumed_capacity: page.consumed.shown(i.return_consumed_capacity.as_deref(), &i.table_name),
    })
}

fn segment(i: &ScanInput) -> Result<(u64, u64), Fault> {
    match (i.segment, i.total_segments) {
        (None, None) => Ok((0, 1)),
        (Some(_), None) => Err(invalid(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
        )),
        (None, Some(_)) => Err(invalid(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
        )),
        (Some(s), Some(t)) if s >= t => Err(invalid(format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {s} is not less than \
             TotalSegments: {t}"
        ))),
        (Some(s), Some(t)) => Ok((s as u64, t as u64)),
    }
}

fn check_generations(i: &ScanInput) -> Result<(), Fault> {
    not_both(
        &[
            ("AttributesToGet", i.attributes_to_get.is_some()),
            ("ScanFilter", i.scan_filter.is_some()),
            ("ConditionalOperator", i.conditional_operator.is_some()),
        ],
        &[
            ("ProjectionExpression", i.projection_expression.is_some()),
            ("FilterExpression", i.filter_expression.is_some()),
        ],
    )
}
