//! `ExportTableToPointInTime`, `DescribeExport`, `ListExports`.
//!
//! Errors: TableNotFoundException. PointInTimeRecoveryUnavailableException: it isn't enabled. InvalidExportTimeException: no
//! such moment, or window. ExportConflictException: a token that was used for something else. ExportNotFoundException.
//! Source: API reference; developer guide, "Requesting a table export" (2026-11-22); texts and their order as others observed
//! them on AWS (2026-10). Refused as not built: Ion, keys of KMS, filters.

use codec::Fault;
use kernel::Cx;
use sha2::{Digest, Sha256};
use shapes_dynamodb::{
    DescribeExportInput, DescribeExportOutput, ExportSummary, ExportTableToPointInTimeInput,
    ExportTableToPointInTimeOutput, ListExportsInput, ListExportsOutput, err,
};
use store::Scan;

use crate::backup::new_id;
use crate::err::{invalid, invalid_values, not_built};
use crate::export::{self, Export, Exports};
use crate::names::Arn;
use crate::ops::restores::restorable;
use crate::table::Open;

const QUARTER_MS: i64 = 15 * 60_000;
const DAY_MS: i64 = 86_400_000;
const PAGE: usize = 25;
const NEW_AND_OLD: &str = "NEW_AND_OLD_IMAGES";

/// Begins an export.
pub(crate) fn begin(
    cx: &mut Cx,
    i: &ExportTableToPointInTimeInput,
) -> Result<ExportTableToPointInTimeOutput, Fault> {
    let incremental = coupled(i)?;
    refuse_unbuilt(i)?;
    let a = Arn::parse(&i.table_arn).ok_or_else(|| invalid_values("tableArn is not a valid ARN"))?;
    if !a.rest.is_empty() {
        return Err(invalid("Invalid Request: Table ARN is invalid."));
    }
    let open = if a.is_in(cx.scope) { Open::named(cx, a.table)? } else { None };
    let open =
        open.ok_or_else(|| err::table_not_found_exception(format!("Table not found: {}", i.table_arn)))?;
    let digest = digest(i);
    if let Some((id, e)) = begun_with(cx, i.client_token.as_deref())? {
        if e.digest != digest {
            return Err(err::export_conflict_exception(
                "Export conflict: Duplicate request detected with conflicting parameters",
            ));
        }
        let export_description = Some(export::description(cx, &id, &e));
        return Ok(ExportTableToPointInTimeOutput { export_description });
    }
    let e = Export {
        table: open.name.clone(),
        table_id: open.t.id.clone(),
        token: i.client_token.clone(),
        digest,
        bucket: i.s3_bucket.clone(),
        owner: i.s3_bucket_owner.clone(),
        prefix: i.s3_prefix.clone(),
        kind: i.export_type.clone(),
        incremental,
        started_ms: cx.now_ms,
        source: open.t.number,
        ..Export::default()
    };
    let e = if incremental { window(cx, &open, i, e)? } else { moment(cx, &open, i, e)? };
    let id = new_id(cx);
    let e = export::begin(cx, &id, e)?;
    Ok(ExportTableToPointInTimeOutput { export_description: Some(export::description(cx, &id, &e)) })
}

/// Whether the export is incremental, as type and specification say together.
fn coupled(i: &ExportTableToPointInTimeInput) -> Result<bool, Fault> {
    let spec = i.incremental_export_specification.as_ref();
    match (i.export_type.as_deref(), spec) {
        (None, Some(_)) => Err(invalid(
            "Invalid Request: Export Type expected to be Incremental Export when incremental export specification is provided",
        )),
        (Some("FULL_EXPORT"), Some(_)) => Err(invalid(
            "Invalid Request: When Export Type is Full Export , Incremental Export Specification should not be provided",
        )),
        (Some("INCREMENTAL_EXPORT"), None) => Err(invalid(
            "Invalid Request: Incremental Export Specification expected when export type is set as Incremental Export",
        )),
        (Some("INCREMENTAL_EXPORT"), Some(s)) if s.export_from_time.is_none() => {
            Err(invalid("Invalid Request: ExportFromTime must be provided in IncrementalExportSpecification"))
        }
        (kind, _) => Ok(kind == Some("INCREMENTAL_EXPORT")),
    }
}

fn refuse_unbuilt(i: &ExportTableToPointInTimeInput) -> Result<(), Fault> {
    if i.s3_sse_kms_key_id.is_some() && i.s3_sse_algorithm.as_deref() != Some("KMS") {
        return Err(invalid("Invalid Request: KMS Key Id is not supported for this encryption type"));
    }
    let what = if i.export_format.as_deref() == Some("ION") {
        "ExportFormat ION"
    } else if i.s3_sse_algorithm.as_deref() == Some("KMS") {
        "S3SseAlgorithm KMS"
    } else if i.filter_specification.is_some() {
        "FilterSpecification"
    } else {
        return Ok(());
    };
    Err(not_built(&format!("ExportTableToPointInTime with {what}")))
}

/// What the request says beside its token.
fn digest(i: &ExportTableToPointInTimeInput) -> Vec<u8> {
    let bare = ExportTableToPointInTimeInput { client_token: None, ..i.clone() };
    Sha256::digest(format!("{bare:?}")).to_vec()
}

fn begun_with(cx: &Cx, token: Option<&str>) -> Result<Option<(String, Export)>, Fault> {
    let Some(token) = token else { return Ok(None) };
    let scope = (cx.scope.account.as_str(), cx.scope.region);
    let found = cx.scan_prefix::<Exports>(&scope)?.find(|(_, e)| e.token.as_deref() == Some(token));
    Ok(found.map(|((_, _, id), e)| (id, e)))
}

fn no_recovery(name: &str) -> Fault {
    err::point_in_time_recovery_unavailable_exception(format!(
        "Point in time recovery is not enabled for table '{name}'"
    ))
}

/// A full export's moment.
fn moment(cx: &Cx, open: &Open, i: &ExportTableToPointInTimeInput, e: Export) -> Result<Export, Fault> {
    let (earliest, latest) = restorable(cx, &open.t).ok_or_else(|| no_recovery(&open.name))?;
    let at_ms = i.export_time.map_or(cx.now_ms, |t| t.epoch_ms);
    if at_ms > cx.now_ms || at_ms < earliest {
        return Err(err::invalid_export_time_exception("Export Time is invalid"));
    }
    if i.export_time.is_some() && at_ms > latest {
        return Err(err::invalid_export_time_exception(
            "Point in Time Recovery is not available for specified export time",
        ));
    }
    Ok(Export { at_ms, ..e })
}

/// An incremental export's window.
fn window(cx: &Cx, open: &Open, i: &ExportTableToPointInTimeInput, e: Export) -> Result<Export, Fault> {
    let refused = |text: String| Err(err::invalid_export_time_exception(text));
    let spec = i.incremental_export_specification.clone().unwrap_or_default();
    let from_ms = spec.export_from_time.map_or(0, |t| t.epoch_ms);
    let to_ms = spec.export_to_time.map_or(cx.now_ms, |t| t.epoch_ms);
    if from_ms < open.t.created_ms.div_euclid(1_000) * 1_000 {
        return refused(format!(
            "Incremental export period from time cannot be less than the table creation time : {}",
            kernel::text::iso_time(from_ms)
        ));
    }
    if to_ms > cx.now_ms {
        return refused(format!(
            "Incremental export period to time cannot be greater than the current time : {}",
            kernel::text::iso_time(to_ms)
        ));
    }
    if to_ms - from_ms < QUARTER_MS {
        return refused(
            "Difference between export period from time and export period to time is less than 15 minutes"
                .to_owned(),
        );
    }
    if to_ms - from_ms > DAY_MS {
        return refused(
            "Difference between export period from time and export period to time is greater than 24 hours"
                .to_owned(),
        );
    }
    let (earliest, _) = restorable(cx, &open.t).ok_or_else(|| no_recovery(&open.name))?;
    if from_ms < earliest.div_euclid(1_000) * 1_000 {
        return refused("Point in Time Recovery is not available for specified export time".to_owned());
    }
    let view = spec.export_view_type.unwrap_or_else(|| NEW_AND_OLD.to_owned());
    Ok(Export { at_ms: to_ms, from_ms, view, ..e })
}

/// Describes an export.
pub(crate) fn describe(cx: &mut Cx, i: &DescribeExportInput) -> Result<DescribeExportOutput, Fault> {
    let a = Arn::parse(&i.export_arn);
    let id = a.and_then(|a| a.rest.strip_prefix("export/")).ok_or_else(|| invalid("Invalid Export ARN"))?;
    let a = a.expect("it has an id");
    let missing = |text: &str| err::export_not_found_exception(format!("Export not found: {text}"));
    if !a.is_in(cx.scope) {
        return Err(missing("Invalid export arn"));
    }
    let e = cx.get::<Exports>(&export::key(cx, id))?.filter(|e| e.table == a.table);
    let e = e.ok_or_else(|| missing(&format!("Export not found: {}", i.export_arn)))?;
    Ok(DescribeExportOutput { export_description: Some(export::description(cx, id, &e)) })
}

/// Lists exports, the newest first: all, or those of a table that is there.
pub(crate) fn list(cx: &mut Cx, i: &ListExportsInput) -> Result<ListExportsOutput, Fault> {
    let limit = i.max_results.map_or(PAGE, |n| (n.max(1) as usize).min(PAGE));
    let binding = [i.table_arn.as_deref().unwrap_or_default()];
    let after = cx.page_start("ListExports", &binding, i.next_token.as_deref()).map_err(|_| {
        let token = i.next_token.as_deref().unwrap_or_default();
        invalid(format!("Invalid Request: Provided nextToken is invalid: {token}"))
    })?;
    let table = i.table_arn.as_deref().map(|arn| Arn::parse(arn).map_or("", |a| a.table));
    let table_id = match table {
        Some(name) => Open::named(cx, name)?.map(|open| open.t.id.clone()),
        None => None,
    };
    let mut scan = Scan::<Exports>::prefix(&(cx.scope.account.as_str(), cx.scope.region));
    if let Some(id) = &after {
        scan = scan.to(&export::key(cx, id));
    }
    let wanted = |e: &Export| table.is_none() || table_id.as_ref() == Some(&e.table_id);
    let found = cx.scan(scan.reverse())?.filter(|(_, e)| wanted(e)).map(|((_, _, id), e)| (id, e));
    let page = cx.page("ListExports", &binding, limit, found, |(id, _)| id.clone());
    let summary = |(id, e): &(String, Export)| ExportSummary {
        export_arn: Some(export::arn(cx, &e.table, id)),
        export_status: Some(export::status(e, cx.now_ms).to_owned()),
        export_type: e.kind.clone(),
    };
    Ok(ListExportsOutput {
        export_summaries: Some(page.items.iter().map(summary).collect()),
        next_token: page.next,
    })
}
