//! Server access logs: a line for each finished request to a bucket that wants them, kept until a batch is delivered into the target
//! bucket, as the logging service: the target's policy or list has to let it write. How a line looks is `log_line.rs`'s.
//! Source: S3 user guide, "Logging requests with server access logging", "Amazon S3 server access log format".
//!
//! Differs: a batch is delivered five minutes after its first line, or when it is full; AWS takes up to a few hours. The source of
//! a copy that an access point names has no line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codec::{Fault, Timestamp};
use kernel::{Cx, Effect, Finished, Place, Scope};
use serde_json::{Map, Value};
use shapes_s3::{BucketLoggingStatus, LoggingEnabled, TargetGrant};
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::access::LOGGING;
use crate::log_line::Part;
use crate::ops::From;
use crate::state::{Bucket, Buckets};
use crate::versions::Named;
use crate::{address, buckets, log_line, names, settings, versions};

/// Timer: a batch is to be delivered. Its subject is the bucket.
pub(crate) const TIMER: &str = "log";
/// How long after its first line a batch is delivered.
const BATCH_MS: i64 = 300_000;
/// Lines of a batch at most.
const BATCH_LINES: u64 = 2_000;

/// A line that waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Line {
    text: String,
    at_ms: i64,
}

impl Row for Line {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.text);
        w.put(2, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Line, RowError> {
        Ok(Line { text: r.get(1)?, at_ms: r.get(2)? })
    }
}

/// Bucket number, number of the line in its batch.
pub(crate) struct Lines;
impl Table for Lines {
    const NAME: &'static str = "s3.log_line";
    const VERSION: u16 = 1;
    type Key = (u64, u64);
    type Row = Line;
}

/// Where a bucket's log goes, if it has one.
pub(crate) fn target(cx: &Cx, bucket: &Bucket) -> Result<Option<LoggingEnabled>, Fault> {
    let status = settings::get::<BucketLoggingStatus>(cx, bucket, settings::LOGGING, "")?;
    Ok(status.and_then(|s| s.logging_enabled))
}

/// By what way a line is about the source of a copy ([`Place::via`]).
const SOURCE: &str = "source";

/// Where a finished request's lines are kept: with its bucket, and with that of a copy's source, if those want it.
pub(crate) fn places(cx: &Cx, finished: &Finished<'_>) -> Vec<Place> {
    let own = address::read(finished.head).and_then(|address| place(cx, finished, address.bucket));
    let source = source(finished).and_then(|from| place(cx, finished, from.bucket));
    let source = source.map(|place| Place { via: Some(SOURCE.to_owned()), ..place });
    own.into_iter().chain(source).collect()
}

fn place(cx: &Cx, finished: &Finished<'_>, name: String) -> Option<Place> {
    let partition = finished.caller.map_or(cx.scope.partition, |c| c.partition.as_str());
    let bucket = cx.get_kept::<Buckets>(&(partition, name.as_str())).ok()??;
    if !bucket.logs {
        return None;
    }
    let scope = Scope::new(kernel::region(&bucket.region)?, &bucket.account);
    Some(Place::at(scope).lane(name))
}

/// The source that a finished copy named, if it is one. Source: S3 user guide, "Additional logging for copy operations".
fn source(finished: &Finished<'_>) -> Option<From> {
    if !matches!(finished.operation, "CopyObject" | "UploadPartCopy") {
        return None;
    }
    From::parse(finished.head.headers.get("x-amz-copy-source")?.to_str().ok()?).ok()
}

/// Keeps a finished request's line in one of its places.
pub(crate) fn keep(cx: &mut Cx, finished: &Finished<'_>) -> Result<(), Fault> {
    if cx.via == Some(SOURCE) {
        return keep_source(cx, finished);
    }
    let address = address::read(finished.head).unwrap_or_default();
    let Ok(bucket) = buckets::find(cx, &address.bucket, None) else { return Ok(()) };
    let text = log_line::text(&bucket, &address, finished);
    add(cx, &bucket, &address.bucket, finished.began_ms, vec![text])
}

fn keep_source(cx: &mut Cx, finished: &Finished<'_>) -> Result<(), Fault> {
    let Some(from) = source(finished) else { return Ok(()) };
    let Ok(bucket) = buckets::find(cx, &from.bucket, None) else { return Ok(()) };
    let found = match &from.version_id {
        None => versions::latest(cx, &bucket, &from.key)?,
        Some(id) => match versions::find(cx, &bucket, &from.key, id)? {
            Named::Found(v) => Some(*v),
            Named::Absent | Named::Malformed => None,
        },
    };
    let part = Part {
        operation: match finished.operation {
            "CopyObject" => "REST.COPY.OBJECT_GET",
            _ => "REST.COPY.PART_GET",
        },
        key: &from.key,
        version_id: from.version_id.as_deref().unwrap_or_default(),
        status: finished.status,
        error: finished.error_code.to_owned(),
        size_bytes: found
            .filter(|v| finished.status < 300 && !v.is_delete_marker)
            .map(|v| v.content.size_bytes),
    };
    let text = log_line::of_source(&bucket, &from.bucket, &part, finished);
    add(cx, &bucket, &from.bucket, finished.began_ms, vec![text])
}

/// Keeps lines about some of the objects of a request that is being decided, if the bucket wants them.
pub(crate) fn keep_parts(cx: &mut Cx, bucket: &Bucket, name: &str, parts: &[Part<'_>]) -> Result<(), Fault> {
    if !bucket.logs || parts.is_empty() || cx.request.head.is_none() {
        return Ok(());
    }
    let lines = parts.iter().map(|part| log_line::of_part(cx, bucket, name, part)).collect();
    add(cx, bucket, name, cx.now_ms, lines)
}

/// Keeps a line about what S3 does by itself, if the bucket wants it.
pub(crate) fn keep_own(cx: &mut Cx, bucket: &Bucket, name: &str, part: &Part<'_>) -> Result<(), Fault> {
    if !bucket.logs {
        return Ok(());
    }
    let text = log_line::of_s3(cx, bucket, name, part);
    add(cx, bucket, name, cx.now_ms, vec![text])
}

fn add(cx: &mut Cx, bucket: &Bucket, name: &str, at_ms: i64, lines: Vec<String>) -> Result<(), Fault> {
    let last = cx.scan::<Lines>(Scan::prefix(&(bucket.number,)).reverse())?.next();
    let first = last.map_or(0, |((_, n), _)| n + 1);
    let count = lines.len() as u64;
    for (n, text) in (first..).zip(lines) {
        cx.put::<Lines>(&(bucket.number, n), &Line { text, at_ms });
    }
    match first {
        0 if count < BATCH_LINES => cx.timer_set(TIMER, name, cx.now_ms + BATCH_MS),
        n if n + count >= BATCH_LINES => deliver(cx, bucket, name),
        _ => Ok(()),
    }
}

/// A batch's time has come.
pub(crate) fn on_timer(cx: &mut Cx, name: &str) -> Result<(), Fault> {
    let Ok(bucket) = buckets::find(cx, name, None) else { return Ok(()) };
    deliver(cx, &bucket, name)
}

/// Delivers what waits.
pub(crate) fn deliver(cx: &mut Cx, bucket: &Bucket, name: &str) -> Result<(), Fault> {
    let lines: Vec<_> = cx.scan_prefix::<Lines>(&(bucket.number,))?.collect();
    for (at, _) in &lines {
        cx.delete::<Lines>(at);
    }
    cx.timer_clear(TIMER, name)?;
    let Some(to) = target(cx, bucket)? else { return Ok(()) };
    // By the day of the events, where keys are to say it.
    let by_event = partition_source(&to) == Some("EventTime");
    let mut rest = lines.into_iter().map(|(_, line)| line).peekable();
    while let Some(first) = rest.next() {
        let day_ms = first.at_ms.div_euclid(86_400_000) * 86_400_000;
        let mut text = first.text;
        while let Some(line) = rest.next_if(|l| !by_event || (day_ms..day_ms + 86_400_000).contains(&l.at_ms))
        {
            text.push_str(&line.text);
        }
        let key = key(cx, bucket, name, &to, if by_event { day_ms } else { cx.now_ms });
        write(cx, name, &to, &key, &text);
    }
    Ok(())
}

/// Where the dates in partitioned keys come from; `None`: keys are simple.
fn partition_source(to: &LoggingEnabled) -> Option<&str> {
    let partitioned = to.target_object_key_format.as_ref()?.partitioned_prefix.as_ref()?;
    Some(partitioned.partition_date_source.as_deref().unwrap_or("DeliveryTime"))
}

/// The key of a log's object. Source: S3 user guide, "Log object key format".
fn key(cx: &Cx, bucket: &Bucket, name: &str, to: &LoggingEnabled, at_ms: i64) -> String {
    let time = Timestamp { epoch_ms: at_ms }.iso8601(false);
    let (date, clock) = time.trim_end_matches('Z').split_once('T').unwrap_or((&time, ""));
    let folders = match partition_source(to) {
        Some(_) => format!("{}/{}/{name}/{}/", bucket.account, bucket.region, date.replace('-', "/")),
        None => String::new(),
    };
    let unique = cx.ids.text("s3.log", 16, b"0123456789ABCDEF");
    format!("{}{folders}{date}-{}-{unique}", to.target_prefix, clock.replace(':', "-"))
}

/// Writes an object into the target bucket, after the commit.
fn write(cx: &mut Cx, name: &str, to: &LoggingEnabled, key: &str, text: &str) {
    let mut input = Map::new();
    for (member, value) in [
        ("Bucket", to.target_bucket.clone()),
        ("Key", key.to_owned()),
        ("ContentType", "text/plain".to_owned()),
        ("Body", STANDARD.encode(text)),
    ] {
        input.insert(member.to_owned(), Value::String(value));
    }
    for (permission, member) in [("FULL_CONTROL", "GrantFullControl"), ("READ", "GrantRead")] {
        let to: Vec<String> = to
            .target_grants
            .iter()
            .flatten()
            .filter(|g| g.permission.as_deref() == Some(permission))
            .filter_map(grantee)
            .collect();
        if !to.is_empty() {
            input.insert(member.to_owned(), Value::String(to.join(", ")));
        }
    }
    cx.effect(Effect::Call {
        service: shapes_s3::SERVICE.to_owned(),
        operation: "PutObject".to_owned(),
        scope_path: cx.scope.path(),
        principal: LOGGING.to_owned(),
        source_arn: names::bucket_arn(cx.scope, name),
        input: Value::Object(input).to_string(),
    });
}

/// A grantee as headers spell one.
fn grantee(grant: &TargetGrant) -> Option<String> {
    let to = grant.grantee.as_ref()?;
    let by = |name: &str, value: &Option<String>| value.as_ref().map(|v| format!("{name}=\"{v}\""));
    by("id", &to.id).or(by("uri", &to.uri)).or(by("emailAddress", &to.email_address))
}
