//! `Query`.
//!
//! Errors: ValidationException: key condition, filter, projection, `Select`, start. ResourceNotFoundException.
//! ProvisionedThroughputExceededException. Source: API reference, "Query" (2026-11-22).

use codec::Fault;
use dynamodb_language::Item;
use dynamodb_language::expression::KeyCondition;
use dynamodb_language::legacy::check_query_filter;
use kernel::Cx;
use shapes_dynamodb::{QueryInput, QueryOutput};

use crate::err::{invalid, refused};
use crate::range::{Range, Start, of_query};
use crate::read::{self, Reading, Select};
use crate::request::{Texts, not_both};
use crate::schema::KeyPart;
use crate::state::Index;
use crate::table::Open;
use crate::{item, legacy};

/// Reads a part of a partition.
pub(crate) fn decide(cx: &mut Cx, i: &QueryInput) -> Result<QueryOutput, Fault> {
    let start = i.exclusive_start_key.as_ref().map(item::read).transpose()?;
    check_generations(i)?;
    let texts = Texts {
        filter: i.filter_expression.as_deref(),
        projection: i.projection_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    };
    let mut placeholders = texts.placeholders(i.key_condition_expression.is_some())?;
    let parsed = texts.parse_with(&mut placeholders)?;
    let mut condition = match (&i.key_condition_expression, &i.key_conditions) {
        (Some(text), _) => KeyCondition::parse(text, &mut placeholders).map_err(refused)?,
        (None, Some(conditions)) => legacy::key_conditions(conditions)?,
        (None, None) => {
            return Err(invalid(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
            ));
        }
    };
    placeholders.check_all_used().map_err(refused)?;
    condition.check().map_err(refused)?;
    let projection = parsed.projection.or(legacy::to_get(i.attributes_to_get.as_deref())?);
    let query_filter = legacy::filter(i.query_filter.as_ref(), i.conditional_operator.as_deref())?;

    let open = Open::ready(cx, &i.table_name)?;
    let consistent = i.consistent_read.unwrap_or(false);
    let index = read::index(cx, &open, i.index_name.as_deref(), consistent)?;
    let select = read::select(i.select.as_deref(), index, projected_by(i), "Querying")?;
    let parts = index.map_or(&open.t.keys, |x| &x.keys);
    let query = condition
        .resolve(&KeyPart::attributes(parts, true), &KeyPart::attributes(parts, false))
        .map_err(refused)?;
    if let Some(filter) = &parsed.filter {
        let names: Vec<&str> = parts.iter().map(|k| k.name.as_str()).collect();
        filter.check_filter(&names).map_err(refused)?;
    }
    if let Some(filter) = &query_filter {
        let names: Vec<&str> = parts.iter().map(|k| k.name.as_str()).collect();
        check_query_filter(filter, &names).map_err(refused)?;
    }
    let filter = parsed.filter.or(query_filter);
    let range = of_query(parts, &query);
    let start = start.map(|given| starting(&open, index, &range, &given)).transpose()?;
    let reading = Reading {
        open: &open,
        index,
        range,
        start,
        reverse: i.scan_index_forward == Some(false),
        limit: i.limit.map(|l| l as usize),
        consistent,
        filter: filter.as_ref(),
        projection: projection.as_ref(),
        select,
    };
    let page = read::page(cx, &reading)?;
    Ok(QueryOutput {
        items: (select != Select::Count).then(|| page.items.into_iter().map(item::show).collect()),
        count: Some(page.count as i32),
        scanned_count: Some(page.scanned as i32),
        last_evaluated_key: page.last.map(item::show),
        consumed_capacity: page.consumed.shown(i.return_consumed_capacity.as_deref(), &i.table_name),
    })
}

fn starting(open: &Open, index: Option<&Index>, range: &Range, given: &Item) -> Result<Start, Fault> {
    let start =
        Start::of(open, index, given).ok_or_else(|| invalid("The provided starting key is invalid"))?;
    if range.holds(start.order()) {
        return Ok(start);
    }
    Err(invalid("The provided starting key is outside query boundaries based on provided conditions"))
}

fn check_generations(i: &QueryInput) -> Result<(), Fault> {
    not_both(
        &[
            ("AttributesToGet", i.attributes_to_get.is_some()),
            ("QueryFilter", i.query_filter.is_some()),
            ("ConditionalOperator", i.conditional_operator.is_some()),
            // Beside a filter or projection expression they are fine.
            ("KeyConditions", i.key_conditions.is_some() && i.key_condition_expression.is_some()),
        ],
        &[
            ("ProjectionExpression", i.projection_expression.is_some()),
            ("FilterExpression", i.filter_expression.is_some()),
            ("KeyConditionExpression", i.key_condition_expression.is_some()),
        ],
    )
}

fn projected_by(i: &QueryInput) -> Option<&'static str> {
    match (&i.projection_expression, &i.attributes_to_get) {
        (Some(_), _) => Some("ProjectionExpression"),
        (None, Some(_)) => Some("AttributesToGet"),
        _ => None,
    }
}
