//! Imports from S3: what is kept of one, and how it goes on after `ImportTable` has answered, an object at a time, as the
//! caller. The table is CREATING until the last item is there. Items that can't be imported are counted.
//!
//! Differs from AWS: there is no log group that says which items those were; a name is taken as soon as the import begins.

use codec::Fault;
use kernel::{Cx, Flow, Flowing, Profile};
use shapes_s3::{GetObjectRequest, ListObjectsV2Request, op};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::export_files::failure;
use crate::import_text::{Format, Line, Reader};
use crate::item::Items;
use crate::keys;
use crate::names;
use crate::table::{self, Open, settles};
use crate::write::{By, Change, apply};
use dynamodb_language::{Item, size};

/// How long an import is IN_PROGRESS at least under the `real` profile.
const TAKES_MS: i64 = 90_000;
/// Bytes of an object read at once.
const PIECE_BYTES: u64 = 4 << 20;
/// Items written by one decision.
const BATCH: usize = 250;
/// The operation that begins one.
pub(crate) const OPERATION: &str = "ImportTable";

/// An import.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Import {
    pub(crate) table: String,
    pub(crate) table_id: String,
    pub(crate) token: Option<String>,
    /// The request, as JSON by the model: it is shown again.
    pub(crate) request: String,
    pub(crate) bucket: String,
    pub(crate) owner: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) csv: bool,
    pub(crate) delimiter: Option<String>,
    pub(crate) header: Vec<String>,
    pub(crate) gzip: bool,
    pub(crate) started_ms: i64,
    pub(crate) ended_ms: i64,
    pub(crate) done: bool,
    /// The last object that is read.
    pub(crate) after: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) processed: u64,
    pub(crate) imported: u64,
    pub(crate) errors: u64,
    pub(crate) failure: Option<(String, String)>,
}

impl Row for Import {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.table);
        w.put(2, &self.table_id);
        w.put(3, &self.token);
        w.put(4, &self.request);
        w.put(5, &self.bucket);
        w.put(6, &self.owner);
        w.put(7, &self.prefix);
        w.put(8, &self.csv);
        w.put(9, &self.delimiter);
        w.put(10, &self.header);
        w.put(11, &self.gzip);
        w.put(12, &self.started_ms);
        w.put(13, &self.ended_ms);
        w.put(14, &self.done);
        w.put(15, &self.after);
        w.put(16, &self.bytes);
        w.put(17, &self.processed);
        w.put(18, &self.imported);
        w.put(19, &self.errors);
        w.put(20, &self.failure.as_ref().map(|f| f.0.clone()));
        w.put(21, &self.failure.as_ref().map(|f| f.1.clone()));
    }
    fn read(r: &mut RowReader) -> Result<Import, RowError> {
        Ok(Import {
            table: r.get(1)?,
            table_id: r.get(2)?,
            token: r.get(3)?,
            request: r.get(4)?,
            bucket: r.get(5)?,
            owner: r.get(6)?,
            prefix: r.get(7)?,
            csv: r.get(8)?,
            delimiter: r.get(9)?,
            header: r.get(10)?,
            gzip: r.get(11)?,
            started_ms: r.get(12)?,
            ended_ms: r.get(13)?,
            done: r.get(14)?,
            after: r.get(15)?,
            bytes: r.get(16)?,
            processed: r.get(17)?,
            imported: r.get(18)?,
            errors: r.get(19)?,
            failure: r.get::<Option<String>>(20)?.zip(r.get::<Option<String>>(21)?),
        })
    }
}

/// Account, region, id.
pub(crate) type ImportKey = (String, String, String);

/// Imports. Their ids begin with the moment they were begun.
pub(crate) struct Imports;
impl Table for Imports {
    const NAME: &'static str = "dynamodb.import";
    const VERSION: u16 = 1;
    type Key = ImportKey;
    type Row = Import;
}

/// The key of an import in the scope.
pub(crate) fn key(cx: &Cx, id: &str) -> ImportKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), id.to_owned())
}

/// ARN of an import.
pub(crate) fn arn(cx: &Cx, table: &str, id: &str) -> String {
    format!("{}/import/{id}", names::arn(cx.scope, table))
}

/// `ImportStatus`
pub(crate) fn status(i: &Import, now_ms: i64) -> &'static str {
    match (i.done && now_ms >= i.ended_ms, &i.failure) {
        (false, _) => "IN_PROGRESS",
        (true, None) => "COMPLETED",
        (true, Some(_)) => "FAILED",
    }
}

/// What an import does next: another object, or its end.
pub(crate) fn go_on<'f>(flow: &'f Flow<'_>, id: &'f str) -> Flowing<'f, Option<i64>> {
    Box::pin(async move {
        let Some(i) = flow.read(|cx| cx.get::<Imports>(&key(cx, id)))?.filter(|i| !i.done) else {
            return Ok(None);
        };
        match next_object(flow, id, &i).await {
            Ok(true) => Ok(Some(0)),
            Ok(false) => flow.decide(|cx| end(cx, id, None)).await.map(|()| None),
            Err(fault) if fault.status() < 500 => {
                flow.decide(|cx| end(cx, id, Some(failure(&fault)))).await.map(|()| None)
            }
            Err(fault) => Err(fault),
        }
    })
}

/// Imports the next object; `false`: there is none.
async fn next_object(flow: &Flow<'_>, id: &str, i: &Import) -> Result<bool, Fault> {
    let input = ListObjectsV2Request {
        bucket: i.bucket.clone(),
        prefix: i.prefix.clone(),
        start_after: i.after.clone(),
        max_keys: Some(1),
        expected_bucket_owner: i.owner.clone(),
        ..ListObjectsV2Request::default()
    };
    let listed = flow.call::<op::ListObjectsV2>(input).await?;
    let Some(object) = listed.contents.into_iter().flatten().next() else { return Ok(false) };
    let (name, size) = (object.key.unwrap_or_default(), object.size.unwrap_or(0) as u64);
    let kinds = flow.read(|cx| Ok(Open::named(cx, &i.table)?.map(|o| o.t.attributes.clone())))?;
    let format = match i.csv {
        false => Format::Json,
        true => Format::Csv {
            delimiter: i.delimiter.as_deref().and_then(|d| d.bytes().next()).unwrap_or(b','),
            header: i.header.clone(),
            kinds: kinds.unwrap_or_default(),
        },
    };
    let mut reader = Reader::new(format, i.gzip);
    let mut counts = Counts::default();
    let mut from = 0;
    while from < size && !reader.stopped {
        let to = (from + PIECE_BYTES).min(size);
        let input = GetObjectRequest {
            bucket: i.bucket.clone(),
            key: name.clone(),
            range: Some(format!("bytes={from}-{}", to - 1)),
            expected_bucket_owner: i.owner.clone(),
            ..GetObjectRequest::default()
        };
        let piece = flow.call::<op::GetObject>(input).await?.body.unwrap_or_default();
        for slice in piece.0.chunks(reader.slice()) {
            let lines = reader.take(slice);
            import_lines(flow, i, lines, &mut counts).await?;
        }
        from = to;
    }
    import_lines(flow, i, reader.finish(), &mut counts).await?;
    counts.bytes = reader.bytes;
    flow.decide(|cx| note(cx, id, &name, &counts)).await?;
    Ok(true)
}

/// What became of an object's lines.
#[derive(Default)]
struct Counts {
    bytes: u64,
    processed: u64,
    imported: u64,
}

async fn import_lines(
    flow: &Flow<'_>,
    i: &Import,
    lines: Vec<Line>,
    counts: &mut Counts,
) -> Result<(), Fault> {
    counts.processed += lines.len() as u64;
    let items: Vec<Item> =
        lines.into_iter().filter_map(|l| if let Line::Item(item) = l { Some(item) } else { None }).collect();
    for batch in items.chunks(BATCH) {
        counts.imported += flow.decide(|cx| put(cx, i, batch)).await?;
    }
    Ok(())
}

/// Puts items, a later one over an earlier one of the same key. Tells how many fit the table.
fn put(cx: &mut Cx, i: &Import, items: &[Item]) -> Result<u64, Fault> {
    let open = Open::named(cx, &i.table)?.filter(|o| o.t.id == i.table_id);
    let Some(open) = open else { return Err(Fault::new("TableGone", 400, "The table is gone.")) };
    let mut done = 0;
    for item in items {
        let (Ok(key), Ok(())) = (keys::of_new(&open.t, item), size::check_put(item)) else { continue };
        let old = cx.get::<Items>(&key.item_key(open.t.number))?.map(|s| s.item);
        let change = Change { key: &key, old: old.as_ref(), new: Some(item), by: By::Call };
        apply(cx, &open, &change)?;
        done += 1;
    }
    Ok(done)
}

fn note(cx: &mut Cx, id: &str, name: &str, counts: &Counts) -> Result<(), Fault> {
    let key = key(cx, id);
    let Some(mut i) = cx.get::<Imports>(&key)? else { return Ok(()) };
    i.after = Some(name.to_owned());
    i.bytes += counts.bytes;
    i.processed += counts.processed;
    i.imported += counts.imported;
    i.errors += counts.processed - counts.imported;
    cx.put::<Imports>(&key, &i);
    Ok(())
}

/// Ends an import. The table stays with what was imported, unless S3 never gave anything.
fn end(cx: &mut Cx, id: &str, failed: Option<(String, String)>) -> Result<(), Fault> {
    let key = key(cx, id);
    let Some(mut i) = cx.get::<Imports>(&key)? else { return Ok(()) };
    cx.meter("ImportDataSize-Bytes", i.bytes as f64 / 1e9);
    let open = Open::named(cx, &i.table)?.filter(|o| o.t.id == i.table_id);
    match open {
        Some(open) if failed.is_some() && i.after.is_none() => table::remove(cx, &open)?,
        Some(mut open) => {
            let ready_ms = settles(cx, TAKES_MS);
            let t = open.t.change();
            t.ready_ms = ready_ms;
            t.indexes.iter_mut().for_each(|index| index.ready_ms = ready_ms);
            open.save(cx);
        }
        None => {}
    }
    i.done = true;
    i.ended_ms = match cx.profile {
        Profile::Dev => cx.now_ms,
        Profile::Real => cx.now_ms.max(i.started_ms + TAKES_MS),
    };
    i.failure = failed.or_else(|| {
        let text = "Some of the items failed validation checks and were not imported. Please check CloudWatch error logs for \
                    more details.";
        (i.errors > 0).then(|| ("ItemValidationError".to_owned(), text.to_owned()))
    });
    cx.put::<Imports>(&key, &i);
    Ok(())
}
