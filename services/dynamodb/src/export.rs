//! Exports to S3: what is kept of one, and how it goes on after `ExportTableToPointInTime` has answered, piece by piece, as the
//! caller. A full export copies the table as of its moment and writes the copy; an incremental one collects what changed
//! and writes that beside a copy as of the window's end. Files are written over when a piece is done again.
//!
//! Differs from AWS: the bill counts what lies in the files; the calls of S3 bear the caller's name without `aws:CalledVia`.

use codec::Fault;
use kernel::{Cx, Flow, Flowing, Profile};
use shapes_dynamodb::{ExportDescription, IncrementalExportSpecification};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::backfill::{Walk, Walks};
use crate::copy::{self, Job, Jobs};
use crate::delta;
use crate::describe::at;
use crate::export_files::{self as files, FileRow, Files};
use crate::names;
use crate::table::{discard, new_number};

/// How long an export is IN_PROGRESS at least under the `real` profile.
const TAKES_MS: i64 = 150_000;
/// What an incremental export is billed at least.
const INCREMENTAL_BYTES: u64 = 10_000_000;
/// The operation that begins one.
pub(crate) const OPERATION: &str = "ExportTableToPointInTime";

/// How far an export has come.
pub(crate) mod stage {
    pub(crate) const COLLECT: u32 = 0;
    pub(crate) const COPY: u32 = 1;
    pub(crate) const START: u32 = 2;
    pub(crate) const WRITE: u32 = 3;
    pub(crate) const MANIFEST: u32 = 4;
    pub(crate) const DONE: u32 = 5;
}

/// An export.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Export {
    pub(crate) table: String,
    pub(crate) table_id: String,
    pub(crate) token: Option<String>,
    /// Of the request without its token.
    pub(crate) digest: Vec<u8>,
    pub(crate) bucket: String,
    pub(crate) owner: Option<String>,
    pub(crate) prefix: Option<String>,
    /// As it was given.
    pub(crate) kind: Option<String>,
    pub(crate) incremental: bool,
    /// The moment of a full export; the end of an incremental one's window, exclusive.
    pub(crate) at_ms: i64,
    pub(crate) from_ms: i64,
    pub(crate) view: String,
    pub(crate) started_ms: i64,
    pub(crate) ended_ms: i64,
    pub(crate) stage: u32,
    /// Numbers of the table, of its copy, and of what changed.
    pub(crate) source: u64,
    pub(crate) copy: u64,
    pub(crate) delta: u64,
    /// Where collecting has come to.
    pub(crate) cursor_ms: i64,
    pub(crate) cursor_n: u64,
    pub(crate) files: u32,
    pub(crate) items: u64,
    pub(crate) bytes: u64,
    pub(crate) failure: Option<(String, String)>,
}

impl Row for Export {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.table);
        w.put(2, &self.table_id);
        w.put(3, &self.token);
        w.put(4, &self.digest);
        w.put(5, &self.bucket);
        w.put(6, &self.owner);
        w.put(7, &self.prefix);
        w.put(8, &self.kind);
        w.put(9, &self.incremental);
        w.put(10, &self.at_ms);
        w.put(11, &self.from_ms);
        w.put(12, &self.view);
        w.put(13, &self.started_ms);
        w.put(14, &self.ended_ms);
        w.put(15, &self.stage);
        w.put(16, &self.source);
        w.put(17, &self.copy);
        w.put(18, &self.delta);
        w.put(19, &self.cursor_ms);
        w.put(20, &self.cursor_n);
        w.put(21, &self.files);
        w.put(22, &self.items);
        w.put(23, &self.bytes);
        w.put(24, &self.failure.as_ref().map(|f| f.0.clone()));
        w.put(25, &self.failure.as_ref().map(|f| f.1.clone()));
    }
    fn read(r: &mut RowReader) -> Result<Export, RowError> {
        Ok(Export {
            table: r.get(1)?,
            table_id: r.get(2)?,
            token: r.get(3)?,
            digest: r.get(4)?,
            bucket: r.get(5)?,
            owner: r.get(6)?,
            prefix: r.get(7)?,
            kind: r.get(8)?,
            incremental: r.get(9)?,
            at_ms: r.get(10)?,
            from_ms: r.get(11)?,
            view: r.get(12)?,
            started_ms: r.get(13)?,
            ended_ms: r.get(14)?,
            stage: r.get(15)?,
            source: r.get(16)?,
            copy: r.get(17)?,
            delta: r.get(18)?,
            cursor_ms: r.get(19)?,
            cursor_n: r.get(20)?,
            files: r.get(21)?,
            items: r.get(22)?,
            bytes: r.get(23)?,
            failure: r.get::<Option<String>>(24)?.zip(r.get::<Option<String>>(25)?),
        })
    }
}

/// Account, region, id.
pub(crate) type ExportKey = (String, String, String);

/// Exports. Their ids begin with the moment they were begun.
pub(crate) struct Exports;
impl Table for Exports {
    const NAME: &'static str = "dynamodb.export";
    const VERSION: u16 = 1;
    type Key = ExportKey;
    type Row = Export;
}

/// The key of an export in the scope.
pub(crate) fn key(cx: &Cx, id: &str) -> ExportKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), id.to_owned())
}

/// ARN of an export.
pub(crate) fn arn(cx: &Cx, table: &str, id: &str) -> String {
    format!("{}/export/{id}", names::arn(cx.scope, table))
}

/// `ExportStatus`
pub(crate) fn status(e: &Export, now_ms: i64) -> &'static str {
    match (e.stage == stage::DONE && now_ms >= e.ended_ms, &e.failure) {
        (false, _) => "IN_PROGRESS",
        (true, None) => "COMPLETED",
        (true, Some(_)) => "FAILED",
    }
}

/// The whole description.
pub(crate) fn description(cx: &Cx, id: &str, e: &Export) -> ExportDescription {
    let status = status(e, cx.now_ms);
    let completed = status == "COMPLETED";
    let failed = e.failure.as_ref().filter(|_| status == "FAILED");
    ExportDescription {
        export_arn: Some(arn(cx, &e.table, id)),
        export_status: Some(status.to_owned()),
        start_time: Some(at(e.started_ms)),
        end_time: (status != "IN_PROGRESS").then(|| at(e.ended_ms)),
        export_manifest: completed.then(|| files::name(e, id, "manifest-summary.json")),
        table_arn: Some(names::arn(cx.scope, &e.table)),
        table_id: Some(e.table_id.clone()),
        export_time: (!e.incremental).then(|| at(e.at_ms)),
        client_token: e.token.clone(),
        s3_bucket: Some(e.bucket.clone()),
        s3_bucket_owner: e.owner.clone(),
        s3_prefix: e.prefix.clone(),
        s3_sse_algorithm: Some("AES256".to_owned()),
        failure_code: failed.map(|f| f.0.clone()),
        failure_message: failed.map(|f| f.1.clone()),
        export_format: Some("DYNAMODB_JSON".to_owned()),
        billed_size_bytes: completed.then(|| billed(e) as i64),
        item_count: completed.then_some(e.items as i64),
        export_type: e.kind.clone(),
        incremental_export_specification: e.incremental.then(|| IncrementalExportSpecification {
            export_from_time: Some(at(e.from_ms)),
            export_to_time: Some(at(e.at_ms)),
            export_view_type: Some(e.view.clone()),
        }),
        ..ExportDescription::default()
    }
}

pub(crate) fn billed(e: &Export) -> u64 {
    if e.incremental { e.bytes.max(INCREMENTAL_BYTES) } else { e.bytes }
}

/// Begins an export, which then goes on by itself.
pub(crate) fn begin(cx: &mut Cx, id: &str, mut e: Export) -> Result<Export, Fault> {
    e.copy = new_number(cx);
    e.delta = if e.incremental { new_number(cx) } else { 0 };
    (e.cursor_ms, e.cursor_n) = (e.from_ms, 0);
    e.stage = if e.incremental { stage::COLLECT } else { stage::COPY };
    if !e.incremental {
        begin_copy(cx, &e, e.at_ms + 1)?;
    }
    cx.put::<Exports>(&key(cx, id), &e);
    cx.go_on(OPERATION, id);
    Ok(e)
}

fn begin_copy(cx: &mut Cx, e: &Export, from_ms: i64) -> Result<(), Fault> {
    let source_table = e.table.clone();
    let job = Job { source: e.source, source_table, dest: e.copy, from_ms, ..Job::default() };
    copy::begin(cx, job)
}

/// What an export does next.
pub(crate) fn go_on<'f>(flow: &'f Flow<'_>, id: &'f str) -> Flowing<'f, Option<i64>> {
    Box::pin(async move {
        let Some(e) = flow.read(|cx| cx.get::<Exports>(&key(cx, id)))? else { return Ok(None) };
        let outcome = match e.stage {
            stage::COLLECT | stage::COPY => flow.decide(|cx| prepare(cx, id)).await,
            stage::START => files::start(flow, id, &e).await,
            stage::WRITE => files::write(flow, id, &e).await,
            stage::MANIFEST => files::manifest(flow, id, &e).await,
            _ => return Ok(None),
        };
        match outcome {
            Ok(()) => Ok(Some(0)),
            Err(fault) if fault.status() < 500 => {
                flow.decide(|cx| end(cx, id, Some(files::failure(&fault)))).await?;
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    })
}

/// Collects, and copies.
fn prepare(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let key = key(cx, id);
    let Some(mut e) = cx.get::<Exports>(&key)? else { return Ok(()) };
    if e.stage == stage::COLLECT {
        let mut cursor = (e.cursor_ms, e.cursor_n);
        let done = delta::collect(cx, e.source, e.delta, e.at_ms, &mut cursor)?;
        (e.cursor_ms, e.cursor_n) = cursor;
        if done {
            begin_copy(cx, &e, e.at_ms)?;
            e.stage = stage::COPY;
        }
    } else if cx.get::<Jobs>(&e.copy)?.is_some() {
        return copy::step(cx, &format!("{:016x}", e.copy));
    } else {
        e.stage = stage::START;
    }
    cx.put::<Exports>(&key, &e);
    Ok(())
}

/// Notes that a data file is written, and how far it goes; without more to come, the manifests are next.
pub(crate) fn note_file(cx: &mut Cx, id: &str, file: &FileRow, next: Option<Walk>) -> Result<(), Fault> {
    let key = key(cx, id);
    let Some(mut e) = cx.get::<Exports>(&key)? else { return Ok(()) };
    cx.put::<Files>(&(e.copy, e.files), file);
    e.files += 1;
    e.items += file.items;
    e.bytes += file.bytes;
    match next {
        Some(walk) => cx.put::<Walks>(&e.copy, &walk),
        None => e.stage = stage::MANIFEST,
    }
    cx.put::<Exports>(&key, &e);
    Ok(())
}

/// Takes an export to its next stage.
pub(crate) fn enter(cx: &mut Cx, id: &str, stage: u32) -> Result<(), Fault> {
    let key = key(cx, id);
    let Some(mut e) = cx.get::<Exports>(&key)? else { return Ok(()) };
    e.stage = stage;
    cx.put::<Walks>(&e.copy, &Walk::default());
    cx.put::<Exports>(&key, &e);
    Ok(())
}

/// Ends an export, and forgets what it was made of.
pub(crate) fn end(cx: &mut Cx, id: &str, failure: Option<(String, String)>) -> Result<(), Fault> {
    let key = key(cx, id);
    let Some(mut e) = cx.get::<Exports>(&key)? else { return Ok(()) };
    if failure.is_none() {
        let usage = if e.incremental { "IncrementalExportDataSize-Bytes" } else { "ExportDataSize-Bytes" };
        cx.meter(usage, billed(&e) as f64 / 1e9);
    }
    e.stage = stage::DONE;
    e.ended_ms = match cx.profile {
        Profile::Dev => cx.now_ms,
        Profile::Real => cx.now_ms.max(e.started_ms + TAKES_MS),
    };
    e.failure = failure;
    cx.put::<Exports>(&key, &e);
    for n in 0..e.files {
        cx.delete::<Files>(&(e.copy, n));
    }
    cx.delete::<Walks>(&e.copy);
    discard(cx, e.copy)?;
    if e.delta == 0 { Ok(()) } else { discard(cx, e.delta) }
}
