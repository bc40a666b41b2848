//! The objects that an export writes, their names and what they say.
//! Source: developer guide, "DynamoDB table export output format" (2026-11-22); the members of manifests as published examples
//! show them. The content of the checksum files is inferred: the manifest's MD5 in base64.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codec::{Blob, Fault};
use dynamodb_language::{Item, size};
use flate2::Compression;
use flate2::write::GzEncoder;
use kernel::{Cx, Flow};
use md5::{Digest, Md5};
use serde_json::json;
use sha2::Sha256;
use shapes_s3::{PutObjectRequest, op};
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::backfill::{Walk, Walks};
use crate::delta;
use crate::describe::at;
use crate::export::{self, Export, billed, end, enter, note_file, stage};
use crate::item::Items;
use crate::state::TableRow;
use crate::{keys, names, plain};

/// Items of a data file at most, and about how much text.
const FILE_ITEMS: usize = 5_000;
const FILE_BYTES: usize = 16 << 20;

/// A data file that is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FileRow {
    pub(crate) key: String,
    pub(crate) items: u64,
    /// Of the items in it.
    pub(crate) bytes: u64,
    pub(crate) md5: String,
    pub(crate) etag: String,
}

impl Row for FileRow {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.key);
        w.put(2, &self.items);
        w.put(3, &self.bytes);
        w.put(4, &self.md5);
        w.put(5, &self.etag);
    }
    fn read(r: &mut RowReader) -> Result<FileRow, RowError> {
        Ok(FileRow { key: r.get(1)?, items: r.get(2)?, bytes: r.get(3)?, md5: r.get(4)?, etag: r.get(5)? })
    }
}

/// Data files by number of the copy, in order.
pub(crate) struct Files;
impl Table for Files {
    const NAME: &'static str = "dynamodb.export_file";
    const VERSION: u16 = 1;
    type Key = (u64, u32);
    type Row = FileRow;
}

/// Where all exports of a prefix lie.
fn folder(e: &Export) -> String {
    let prefix = e.prefix.as_deref().unwrap_or_default().trim_end_matches('/');
    if prefix.is_empty() { "AWSDynamoDB".to_owned() } else { format!("{prefix}/AWSDynamoDB") }
}

/// The name of an object of an export's own.
pub(crate) fn name(e: &Export, id: &str, file: &str) -> String {
    format!("{}/{id}/{file}", folder(e))
}

/// The name of a data file: the same one when it is written again. Incremental exports of a prefix share a folder.
fn data_name(e: &Export, id: &str, n: u32) -> String {
    let hash = Sha256::digest(format!("{id}/{n}"));
    let text: String = hash[..26].iter().map(|b| char::from(kernel::BASE32[usize::from(b % 32)])).collect();
    let file = format!("data/{}.json.gz", text.to_ascii_lowercase());
    if e.incremental { format!("{}/{file}", folder(e)) } else { name(e, id, &file) }
}

async fn put(flow: &Flow<'_>, e: &Export, key: String, body: Vec<u8>) -> Result<String, Fault> {
    let input = PutObjectRequest {
        bucket: e.bucket.clone(),
        key,
        content_length: Some(body.len() as i64),
        body: Some(Blob(body)),
        server_side_encryption: Some("AES256".to_owned()),
        expected_bucket_owner: e.owner.clone(),
        ..PutObjectRequest::default()
    };
    Ok(flow.call::<op::PutObject>(input).await?.e_tag.unwrap_or_default().trim_matches('"').to_owned())
}

/// `FailureCode` and `FailureMessage` of a refusal of S3.
pub(crate) fn failure(fault: &Fault) -> (String, String) {
    let code = match fault.code() {
        "NoSuchBucket" => "S3NoSuchBucket",
        "AccessDenied" => "S3AccessDenied",
        other => other,
    };
    let text = format!(
        "{} (Service: Amazon S3; Status Code: {}; Error Code: {})",
        fault.message(),
        fault.status(),
        fault.code()
    );
    (code.to_owned(), text)
}

/// Shows that the bucket can be written to.
pub(crate) async fn start(flow: &Flow<'_>, id: &str, e: &Export) -> Result<(), Fault> {
    put(flow, e, name(e, id, "_started"), Vec::new()).await?;
    flow.decide(|cx| enter(cx, id, stage::WRITE)).await
}

/// A file's lines, how many items they tell of, and the bytes of those.
#[derive(Default)]
struct Lines {
    text: Vec<u8>,
    items: u64,
    bytes: u64,
}

impl Lines {
    fn add(&mut self, line: &serde_json::Value, bytes: usize) {
        self.text.extend_from_slice(line.to_string().as_bytes());
        self.text.push(b'\n');
        self.items += 1;
        self.bytes += bytes as u64;
    }
}

/// Writes the next data file.
pub(crate) async fn write(flow: &Flow<'_>, id: &str, e: &Export) -> Result<(), Fault> {
    let (lines, next) = flow.read(|cx| if e.incremental { changed(cx, e) } else { copied(cx, e) })?;
    let key = data_name(e, id, e.files);
    let body = zipped(&lines.text)?;
    let md5 = STANDARD.encode(Md5::digest(&body));
    let etag = put(flow, e, key.clone(), body).await?;
    let file = FileRow { key, items: lines.items, bytes: lines.bytes, md5, etag };
    flow.decide(|cx| note_file(cx, id, &file, next)).await
}

fn zipped(text: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(text).and_then(|()| out.finish()).map_err(Fault::internal)
}

fn copied(cx: &Cx, e: &Export) -> Result<(Lines, Option<Walk>), Fault> {
    let w = cx.get::<Walks>(&e.copy)?.unwrap_or_default();
    let mut scan = Scan::<Items>::prefix(&(e.copy,));
    if w.begun {
        scan = scan.after(&(e.copy, w.spread, w.hash, w.range));
    }
    let mut lines = Lines::default();
    for ((_, spread, hash, range), stored) in cx.scan(scan)? {
        lines.add(&json!({ "Item": plain::of_item(&stored.item) }), size::item(&stored.item));
        if lines.items as usize >= FILE_ITEMS || lines.text.len() >= FILE_BYTES {
            return Ok((lines, Some(Walk { spread, hash, range, begun: true })));
        }
    }
    Ok((lines, None))
}

fn changed(cx: &Cx, e: &Export) -> Result<(Lines, Option<Walk>), Fault> {
    let w = cx.get::<Walks>(&e.copy)?.unwrap_or_default();
    let Some(t) =
        cx.get_kept::<crate::state::Tables>(&(cx.scope.account.as_str(), cx.scope.region, e.table.as_str()))?
    else {
        return Ok((Lines::default(), None));
    };
    let (pairs, next) = delta::next(cx, e.delta, e.copy, &w, FILE_ITEMS)?;
    let mut lines = Lines::default();
    for (before, after, last_ms) in pairs {
        // What came and went within the window leaves no trace.
        let Some(either) = after.as_ref().or(before.as_ref()) else { continue };
        let line = line_of(&t, e, either, before.as_ref(), after.as_ref(), last_ms);
        let bytes = |i: Option<&Item>| i.map_or(0, size::item);
        lines.add(&line, bytes(before.as_ref()) + bytes(after.as_ref()));
    }
    Ok((lines, next))
}

fn line_of(
    t: &TableRow,
    e: &Export,
    either: &Item,
    before: Option<&Item>,
    after: Option<&Item>,
    last_ms: i64,
) -> serde_json::Value {
    let mut line = json!({
        "Metadata": { "WriteTimestampMicros": { "N": (last_ms * 1_000).to_string() } },
        "Keys": plain::of_item(&keys::attributes(&t.keys, either)),
    });
    if let Some(after) = after {
        line["NewImage"] = plain::of_item(after);
    }
    if let Some(before) = before.filter(|_| e.view == "NEW_AND_OLD_IMAGES") {
        line["OldImage"] = plain::of_item(before);
    }
    line
}

fn iso(ms: i64) -> String {
    at(ms).iso8601(true)
}

/// Writes the manifests, and ends the export.
pub(crate) async fn manifest(flow: &Flow<'_>, id: &str, e: &Export) -> Result<(), Fault> {
    let mut list = Vec::new();
    let rows =
        flow.read(|cx| Ok(cx.scan_prefix::<Files>(&(e.copy,))?.map(|(_, f)| f).collect::<Vec<_>>()))?;
    for f in rows {
        let line = json!({
            "itemCount": f.items, "md5Checksum": f.md5, "etag": f.etag, "dataFileS3Key": f.key,
        });
        list.extend_from_slice(format!("{line}\n").as_bytes());
    }
    let (summary, files) = (
        flow.read(|cx| Ok(summary(cx, id, e)))?.to_string().into_bytes(),
        name(e, id, "manifest-files.json"),
    );
    let sum = |body: &[u8]| STANDARD.encode(Md5::digest(body)).into_bytes();
    put(flow, e, name(e, id, "manifest-files.checksum"), sum(&list)).await?;
    put(flow, e, files, list).await?;
    put(flow, e, name(e, id, "manifest-summary.checksum"), sum(&summary)).await?;
    put(flow, e, name(e, id, "manifest-summary.json"), summary).await?;
    flow.decide(|cx| end(cx, id, None)).await
}

fn summary(cx: &Cx, id: &str, e: &Export) -> serde_json::Value {
    let mut s = json!({
        "version": if e.incremental { "2023-08-01" } else { "2020-06-30" },
        "exportArn": export::arn(cx, &e.table, id),
        "startTime": iso(e.started_ms),
        "endTime": iso(cx.now_ms),
        "tableArn": names::arn(cx.scope, &e.table),
        "tableId": e.table_id,
        "s3Bucket": e.bucket,
        "s3Prefix": e.prefix,
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": null,
        "manifestFilesS3Key": name(e, id, "manifest-files.json"),
        "billedSizeBytes": billed(e),
        "itemCount": e.items,
        "outputFormat": "DYNAMODB_JSON",
    });
    if e.incremental {
        s["exportFromTime"] = iso(e.from_ms).into();
        s["exportToTime"] = iso(e.at_ms).into();
        s["outputView"] = e.view.as_str().into();
        s["exportType"] = "INCREMENTAL_EXPORT".into();
    } else {
        s["exportTime"] = iso(e.at_ms).into();
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        let e = Export { prefix: Some("a/b/".to_owned()), ..Export::default() };
        assert_eq!(name(&e, "01", "manifest-files.json"), "a/b/AWSDynamoDB/01/manifest-files.json");
        let data = data_name(&e, "01", 0);
        assert!(data.starts_with("a/b/AWSDynamoDB/01/data/") && data.ends_with(".json.gz"), "{data}");
        assert_ne!(data, data_name(&e, "01", 1));
        let e = Export { incremental: true, ..Export::default() };
        assert!(data_name(&e, "01", 0).starts_with("AWSDynamoDB/data/"));
    }
}
