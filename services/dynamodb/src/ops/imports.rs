//! `ImportTable`, `DescribeImport`, `ListImports`.
//!
//! Errors: ValidationException: a table or options that make no sense. ResourceInUseException: there is a table of that name.
//! ImportConflictException: a token that was used for another table. ImportNotFoundException.
//! Source: API reference; developer guide, "Requesting a table import" (2026-11-22); texts, defaults and what tokens do as
//! others observed them on AWS (2026-10). Refused as not built: Ion, Zstandard, vector indexes.

use codec::{Fault, Spelling};
use kernel::Cx;
use shapes_dynamodb::{
    CreateTableInput, DescribeImportInput, DescribeImportOutput, ImportSummary, ImportTableDescription,
    ImportTableInput, ImportTableOutput, ListImportsInput, ListImportsOutput, S3BucketSource, err,
};
use store::Scan;

use crate::backup::new_id;
use crate::billing;
use crate::describe::at;
use crate::err::{invalid, not_built};
use crate::import::{self, Import, Imports};
use crate::names::{self, Arn};
use crate::ops::create_table;
use crate::table::Open;

const PAGE: usize = 25;
const TOKEN_LENGTH: usize = 112;

/// Begins an import.
pub(crate) fn begin(cx: &mut Cx, i: &ImportTableInput) -> Result<ImportTableOutput, Fault> {
    let p = &i.table_creation_parameters;
    let csv = i.input_format_options.as_ref().and_then(|o| o.csv.as_ref());
    if csv.is_some() && i.input_format != "CSV" {
        return Err(invalid(format!(
            "Invalid Request: Unsupported InputFormatOptions for the given input format: {}.",
            i.input_format
        )));
    }
    refuse_unbuilt(i)?;
    let name = names::of(cx.scope, &p.table_name)?.to_owned();
    if let Some((id, before)) = begun_with(cx, i.client_token.as_deref())? {
        if before.table != name {
            return Err(err::import_conflict_exception(
                "Import conflict: Duplicate request detected with conflicting parameters",
            ));
        }
        if !before.done {
            return Ok(ImportTableOutput { import_table_description: description(cx, &id, &before)? });
        }
    }
    let mut t = create_table::configured(cx, &table_of(i))?;
    if Open::named(cx, &name)?.is_some() {
        return Err(err::resource_in_use_exception(format!("Table already exists: {name}")));
    }
    create_table::check_room(cx)?;
    t.ready_ms = i64::MAX;
    t.indexes.iter_mut().for_each(|index| index.ready_ms = i64::MAX);
    let open = Open { name, t: t.into() };
    open.save(cx);
    billing::arm(cx)?;
    let source = &i.s3_bucket_source;
    let row = Import {
        table: open.name.clone(),
        table_id: open.t.id.clone(),
        token: i.client_token.clone(),
        request: kept(i)?,
        bucket: source.s3_bucket.clone(),
        owner: source.s3_bucket_owner.clone(),
        prefix: source.s3_key_prefix.clone(),
        csv: i.input_format == "CSV",
        delimiter: csv.and_then(|c| c.delimiter.clone()),
        header: csv.and_then(|c| c.header_list.clone()).unwrap_or_default(),
        gzip: i.input_compression_type.as_deref() == Some("GZIP"),
        started_ms: cx.now_ms,
        ..Import::default()
    };
    let id = new_id(cx);
    cx.put::<Imports>(&import::key(cx, &id), &row);
    cx.go_on(import::OPERATION, &id);
    Ok(ImportTableOutput { import_table_description: description(cx, &id, &row)? })
}

fn refuse_unbuilt(i: &ImportTableInput) -> Result<(), Fault> {
    let vectors = i.table_creation_parameters.vector_indexes.as_ref();
    let what = if i.input_format == "ION" {
        "InputFormat ION"
    } else if i.input_compression_type.as_deref() == Some("ZSTD") {
        "InputCompressionType ZSTD"
    } else if vectors.is_some_and(|v| !v.is_empty()) {
        "VectorIndexes"
    } else {
        return Ok(());
    };
    Err(not_built(&format!("ImportTable with {what}")))
}

fn table_of(i: &ImportTableInput) -> CreateTableInput {
    let p = &i.table_creation_parameters;
    CreateTableInput {
        table_name: p.table_name.clone(),
        attribute_definitions: Some(p.attribute_definitions.clone()),
        key_schema: Some(p.key_schema.clone()),
        billing_mode: p.billing_mode.clone(),
        provisioned_throughput: p.provisioned_throughput.clone(),
        on_demand_throughput: p.on_demand_throughput.clone(),
        sse_specification: p.sse_specification.clone(),
        global_secondary_indexes: p.global_secondary_indexes.clone(),
        ..CreateTableInput::default()
    }
}

fn begun_with(cx: &Cx, token: Option<&str>) -> Result<Option<(String, Import)>, Fault> {
    let Some(token) = token else { return Ok(None) };
    let scope = (cx.scope.account.as_str(), cx.scope.region);
    let found = cx.scan_prefix::<Imports>(&scope)?.find(|(_, i)| i.token.as_deref() == Some(token));
    Ok(found.map(|((_, _, id), i)| (id, i)))
}

type Shape = (&'static model::Model, &'static model::Shape);

fn request_shape() -> Result<Shape, Fault> {
    let m = model::service(shapes_dynamodb::SERVICE);
    let shape = m.and_then(|m| Some((m, m.shape(*m.shape_index.get("ImportTableInput")?))));
    shape.ok_or_else(|| Fault::internal("the model has imports"))
}

fn kept(i: &ImportTableInput) -> Result<String, Fault> {
    let (m, shape) = request_shape()?;
    let value = codec::to_value(m, shape, i).map_err(|e| Fault::internal(e.0))?;
    Ok(codec::to_json(m, shape, &value, Spelling::Model))
}

fn asked(row: &Import) -> Result<ImportTableInput, Fault> {
    let (m, shape) = request_shape()?;
    let mut i = ImportTableInput::default();
    let value = codec::from_json(m, shape, &row.request).map_err(|e| Fault::internal(e.0))?;
    codec::from_value(m, shape, &value, &mut i).map_err(|e| Fault::internal(e.0))?;
    Ok(i)
}

fn source(cx: &Cx, row: &Import) -> S3BucketSource {
    S3BucketSource {
        s3_bucket_owner: Some(row.owner.clone().unwrap_or_else(|| cx.scope.account.clone())),
        s3_bucket: row.bucket.clone(),
        s3_key_prefix: row.prefix.clone(),
    }
}

fn description(cx: &Cx, id: &str, row: &Import) -> Result<ImportTableDescription, Fault> {
    let i = asked(row)?;
    let status = import::status(row, cx.now_ms);
    let over = status != "IN_PROGRESS";
    let failed = row.failure.as_ref().filter(|_| over);
    Ok(ImportTableDescription {
        import_arn: Some(import::arn(cx, &row.table, id)),
        import_status: Some(status.to_owned()),
        table_arn: Some(names::arn(cx.scope, &row.table)),
        table_id: Some(row.table_id.clone()),
        client_token: row.token.clone(),
        s3_bucket_source: Some(source(cx, row)),
        error_count: Some(row.errors as i64),
        input_format: Some(i.input_format),
        input_format_options: i.input_format_options,
        input_compression_type: Some(i.input_compression_type.unwrap_or_else(|| "NONE".to_owned())),
        table_creation_parameters: Some(i.table_creation_parameters),
        start_time: Some(at(row.started_ms)),
        end_time: over.then(|| at(row.ended_ms)),
        processed_size_bytes: over.then_some(row.bytes as i64),
        processed_item_count: Some(row.processed as i64),
        imported_item_count: Some(row.imported as i64),
        failure_code: failed.map(|f| f.0.clone()),
        failure_message: failed.map(|f| f.1.clone()),
        ..ImportTableDescription::default()
    })
}

/// Describes an import.
pub(crate) fn describe(cx: &mut Cx, i: &DescribeImportInput) -> Result<DescribeImportOutput, Fault> {
    let a = Arn::parse(&i.import_arn);
    let found = a.and_then(|a| Some((a, a.rest.strip_prefix("import/")?)));
    let (a, id) = found.ok_or_else(|| invalid("Invalid Import ARN"))?;
    let row = if a.is_in(cx.scope) { cx.get::<Imports>(&import::key(cx, id))? } else { None };
    let row = row.filter(|row| row.table == a.table);
    let row =
        row.ok_or_else(|| err::import_not_found_exception(format!("Import not found: {}", i.import_arn)))?;
    Ok(DescribeImportOutput { import_table_description: description(cx, id, &row)? })
}

/// Lists imports, the newest first: all, or those into a table of that name.
pub(crate) fn list(cx: &mut Cx, i: &ListImportsInput) -> Result<ListImportsOutput, Fault> {
    let limit = i.page_size.map_or(PAGE, |n| (n.max(1) as usize).min(PAGE));
    let binding = [i.table_arn.as_deref().unwrap_or_default()];
    let token = i.next_token.as_deref().map(unhexed);
    let after = cx.page_start("ListImports", &binding, token.as_deref()).map_err(|_| {
        let token = i.next_token.as_deref().unwrap_or_default();
        invalid(format!("Invalid Request: Provided nextToken is invalid: {token}"))
    })?;
    let table = i.table_arn.as_deref().map(|arn| Arn::parse(arn).map_or("", |a| a.table));
    let mut scan = Scan::<Imports>::prefix(&(cx.scope.account.as_str(), cx.scope.region));
    if let Some(id) = &after {
        scan = scan.to(&import::key(cx, id));
    }
    let wanted = |row: &Import| table.is_none_or(|t| t == row.table);
    let found = cx.scan(scan.reverse())?.filter(|(_, r)| wanted(r)).map(|((_, _, id), row)| (id, row));
    let page = cx.page("ListImports", &binding, limit, found, |(id, _)| id.clone());
    let summary = |(id, row): &(String, Import)| -> Result<ImportSummary, Fault> {
        let d = description(cx, id, row)?;
        Ok(ImportSummary {
            import_arn: d.import_arn,
            import_status: d.import_status,
            table_arn: d.table_arn,
            s3_bucket_source: d.s3_bucket_source,
            input_format: d.input_format,
            start_time: d.start_time,
            end_time: d.end_time,
            ..ImportSummary::default()
        })
    };
    Ok(ListImportsOutput {
        import_summary_list: Some(page.items.iter().map(summary).collect::<Result<_, _>>()?),
        next_token: page.next.as_deref().map(hexed),
    })
}

/// A page's token in the model's alphabet: hex, at least so long, in groups of sixteen.
fn hexed(token: &str) -> String {
    let mut hex: String = token.bytes().map(|b| format!("{b:02x}")).collect();
    while hex.len() < TOKEN_LENGTH || !hex.len().is_multiple_of(16) {
        hex.push_str("00");
    }
    hex
}

fn unhexed(hex: &str) -> String {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Vec<u8> = hex.as_bytes().chunks(2).filter_map(byte).filter(|b| *b != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_hex() {
        let hex = hexed("AQbR-_x");
        assert_eq!((hex.len(), unhexed(&hex).as_str()), (TOKEN_LENGTH, "AQbR-_x"));
        assert_eq!(hexed(&"x".repeat(57)).len() % 16, 0);
    }
}
