//! Manifests of jobs, read piece by piece: lists of objects as CSV, and inventory reports, whose manifest names compressed files. What
//! makes a manifest where there is none is `job_generator.rs`'s.
//! Source: S3 user guide, "Specifying a manifest", "Locating your inventory list". Inferred: codes and texts of refusals.

use std::io::{BufRead, BufReader, Read};

use codec::Fault;
use directory::Identity;
use flate2::read::MultiGzDecoder;
use kernel::Flow;
use shapes_s3::{GetObjectOutput, GetObjectRequest, op};
use shapes_s3control::{CreateJobRequest, JobManifest};

use super::job::Mark;
use super::job_run::object_of;
use super::job_task::Task;

/// Bytes that are read at once, and so of a line at most.
const PIECE_BYTES: u64 = 1024 * 1024;
/// Lines of a compressed file that are taken at once.
const PIECE_LINES: usize = 10_000;
/// What a file is at most once it is inflated: a bound to the work, not to memory, since it is read line by line.
const INFLATED_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Files that an inventory's manifest names at most.
const MOST_FILES: usize = 10_000;

/// What was read, and where reading goes on; `None`: there is no more.
pub(super) struct Piece {
    pub(super) tasks: Vec<Task>,
    pub(super) next: Option<Mark>,
}

pub(super) fn invalid(why: &str) -> Fault {
    Fault::new("InvalidManifest", 400, why)
}

/// Reads what comes next of a job's manifest, in the name of its role.
///
/// Errors: those of GetObject; `InvalidManifest`.
pub(super) async fn read(
    flow: &Flow<'_>,
    who: &Identity,
    request: &CreateJobRequest,
    mark: &Mark,
) -> Result<Piece, Fault> {
    let manifest = request.manifest.as_ref().ok_or_else(|| invalid("There is no manifest"))?;
    match manifest.spec.format.as_str() {
        "S3InventoryReport_CSV_20161130" => of_inventory(flow, who, manifest, mark).await,
        _ => of_list(flow, who, manifest, mark).await,
    }
}

/// A stretch of a list: the lines that are whole in it.
async fn of_list(
    flow: &Flow<'_>,
    who: &Identity,
    manifest: &JobManifest,
    mark: &Mark,
) -> Result<Piece, Fault> {
    let (bucket, key) = object_of(&manifest.location.object_arn);
    let input = GetObjectRequest {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version_id: manifest.location.object_version_id.clone(),
        if_match: Some(manifest.location.e_tag.clone()),
        range: Some(format!("bytes={}-{}", mark.at, mark.at + PIECE_BYTES - 1)),
        ..GetObjectRequest::default()
    };
    let out = match flow.call_as::<op::GetObject>(who, flow.scope().clone(), input).await {
        // There is no byte there: it ended with the piece before, or is empty.
        Err(fault) if fault.code() == "InvalidRange" => GetObjectOutput::default(),
        other => other?,
    };
    let total = out.content_range.as_deref().and_then(|r| r.rsplit_once('/')?.1.parse().ok());
    let bytes = out.body.map(|b| b.0).unwrap_or_default();
    let is_last = mark.at + bytes.len() as u64 >= total.unwrap_or(0);
    let whole = match bytes.iter().rposition(|b| *b == b'\n') {
        _ if is_last => bytes.len(),
        Some(at) => at + 1,
        None => return Err(invalid("A line of the manifest is too long")),
    };
    let text =
        std::str::from_utf8(&bytes[..whole]).map_err(|_| invalid("The manifest is no text in UTF-8"))?;
    let fields = manifest.spec.fields.as_deref().unwrap_or_default();
    let lines = text.lines().filter(|l| !l.trim().is_empty());
    let tasks: Option<Vec<Task>> = lines.map(|line| Task::of_manifest(line, fields)).collect();
    let tasks = tasks.ok_or_else(|| invalid("A line of the manifest can't be read"))?;
    let next = (!is_last).then(|| Mark { at: mark.at + whole as u64, ..mark.clone() });
    Ok(Piece { tasks, next })
}

/// What an inventory's manifest says.
struct Inventory {
    bucket: String,
    fields: Vec<String>,
    keys: Vec<String>,
}

impl Inventory {
    fn of(text: &[u8]) -> Option<Inventory> {
        let json: serde_json::Value = serde_json::from_slice(text).ok()?;
        let word = |name: &str| json.get(name)?.as_str().map(str::to_owned);
        let fields = word("fileSchema")?.split(',').map(|f| f.trim().to_owned()).collect();
        let keys = json.get("files")?.as_array()?.iter().map(|f| f.get("key")?.as_str().map(str::to_owned));
        let bucket = word("destinationBucket")?;
        let bucket = bucket.split_once(":::").map_or(bucket.clone(), |(_, name)| name.to_owned());
        (word("fileFormat")? == "CSV").then_some(())?;
        Some(Inventory { bucket, fields, keys: keys.collect::<Option<Vec<_>>>()? })
    }
}

async fn of_inventory(
    flow: &Flow<'_>,
    who: &Identity,
    manifest: &JobManifest,
    mark: &Mark,
) -> Result<Piece, Fault> {
    let (bucket, key) = object_of(&manifest.location.object_arn);
    let get = |bucket: &str, key: &str, if_match: Option<String>| GetObjectRequest {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        if_match,
        ..GetObjectRequest::default()
    };
    let named = GetObjectRequest {
        version_id: manifest.location.object_version_id.clone(),
        ..get(bucket, key, Some(manifest.location.e_tag.clone()))
    };
    let out = flow.call_as::<op::GetObject>(who, flow.scope().clone(), named).await?;
    let inventory = Inventory::of(&out.body.map(|b| b.0).unwrap_or_default())
        .filter(|i| i.keys.len() <= MOST_FILES)
        .ok_or_else(|| invalid("The manifest is none of an inventory report in CSV"))?;
    let Some(file) = usize::try_from(mark.file).ok().and_then(|n| inventory.keys.get(n)) else {
        return Ok(Piece { tasks: Vec::new(), next: None });
    };
    let input = get(&inventory.bucket, file, None);
    let out = flow.call_as::<op::GetObject>(who, flow.scope().clone(), input).await?;
    let bytes = out.body.map(|b| b.0).unwrap_or_default();
    let (tasks, is_whole) = lines(&bytes, mark.at, &inventory.fields)?;
    let next = match is_whole {
        false => Some(Mark { at: mark.at + PIECE_LINES as u64, ..mark.clone() }),
        true => Some(Mark { file: mark.file + 1, at: 0, ..mark.clone() })
            .filter(|next| next.file < inventory.keys.len() as u64),
    };
    Ok(Piece { tasks, next })
}

/// Lines of a compressed file behind the first ones; whether these are all. Delete markers are no objects.
fn lines(bytes: &[u8], after: u64, fields: &[String]) -> Result<(Vec<Task>, bool), Fault> {
    let unread = |_| invalid("A file of the inventory report can't be read");
    let mut reader = BufReader::new(MultiGzDecoder::new(bytes).take(INFLATED_BYTES));
    let (mut tasks, mut line, mut n) = (Vec::new(), Vec::new(), 0u64);
    loop {
        line.clear();
        let read = (&mut reader).take(PIECE_BYTES).read_until(b'\n', &mut line).map_err(unread)?;
        if read == 0 {
            return Ok((tasks, true));
        }
        n += 1;
        if n <= after {
            continue;
        }
        if n > after + PIECE_LINES as u64 {
            return Ok((tasks, false));
        }
        let text =
            std::str::from_utf8(&line).map_err(|_| invalid("An inventory report is no text in UTF-8"))?;
        let text = text.trim_end();
        if !text.is_empty() && !Task::is_marker(text, fields) {
            let task = Task::of_manifest(text, fields);
            tasks.push(task.ok_or_else(|| invalid("A line of the inventory report can't be read"))?);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn compressed_files_are_read_by_lines() {
        let fields: Vec<String> =
            ["Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker"].map(str::to_owned).into();
        let bytes =
            packed("\"b\",\"a%20b\",\"v\",\"true\",\"false\"\n\"b\",\"gone\",\"w\",\"true\",\"true\"\n");
        let (tasks, whole) = lines(&bytes, 0, &fields).unwrap();
        assert!(whole);
        assert_eq!(tasks.len(), 1, "a delete marker is no object");
        assert_eq!((tasks[0].key.as_str(), tasks[0].version_id.as_deref()), ("a b", Some("v")));
        let many = packed(&"\"b\",\"k\"\n".repeat(PIECE_LINES + 5));
        let (first, whole) = lines(&many, 0, &fields).unwrap();
        assert_eq!((first.len(), whole), (PIECE_LINES, false));
        let (rest, whole) = lines(&many, PIECE_LINES as u64, &fields).unwrap();
        assert_eq!((rest.len(), whole), (5, true));
        assert!(lines(b"no gzip", 0, &fields).is_err());
        assert!(lines(&packed(&"x".repeat(3 << 20)), 0, &fields).is_err(), "a line without an end");
    }

    #[test]
    fn manifests_of_inventories_are_json() {
        let text = br#"{"destinationBucket":"arn:aws:s3:::lists","fileFormat":"CSV","fileSchema":"Bucket, Key","files":[{"key":"a.csv.gz"}]}"#;
        let found = Inventory::of(text).unwrap();
        assert_eq!(
            (found.bucket.as_str(), found.fields, found.keys),
            ("lists", vec!["Bucket".to_owned(), "Key".to_owned()], vec!["a.csv.gz".to_owned()])
        );
        assert!(Inventory::of(b"{}").is_none());
        assert!(Inventory::of(&text[..20]).is_none());
    }
}
