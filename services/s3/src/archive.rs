//! Archived objects: content of the storage classes `GLACIER` and `DEEP_ARCHIVE` can't be read until a copy of it is restored,
//! which takes hours by the clock (in the `dev` profile none) and lasts for days.
//! Source: S3 user guide, "Working with archived objects", "Archive retrieval options".

use codec::{Fault, Timestamp, Value};
use kernel::{Cx, Profile};
use shapes_s3::RestoreStatus;

use crate::lifecycle::{DAY_MS, midnight};
use crate::state::Version;
use crate::{buckets, err, events, versions};

/// Timer: a restore is done. Its subject is bucket, `seq` and key, with slashes between them.
pub(crate) const DONE: &str = "restored";
/// Timer: a restored copy's time is over.
pub(crate) const OVER: &str = "restore-over";

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Whether content of that class lies in an archive.
pub(crate) fn is_archived(v: &Version) -> bool {
    matches!(v.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE")
}

/// Whether a restore is under way.
pub(crate) fn is_restoring(v: &Version, now_ms: i64) -> bool {
    v.restoring_until_ms.is_some_and(|ms| ms > now_ms)
}

/// Whether a restored copy is there.
pub(crate) fn is_restored(v: &Version, now_ms: i64) -> bool {
    !is_restoring(v, now_ms) && v.restored_until_ms.is_some_and(|ms| ms > now_ms)
}

/// Errors: `InvalidObjectState`: the content is archived, and no copy of it is restored.
pub(crate) fn check_read(v: &Version, now_ms: i64, is_copy: bool) -> Result<(), Fault> {
    if !is_archived(v) || is_restored(v, now_ms) {
        return Ok(());
    }
    let message = match is_copy {
        false => "The operation is not valid for the object's storage class",
        true => "Operation is not valid for the source object's storage class",
    };
    Err(state(v, message))
}

/// `InvalidObjectState`, with the class.
pub(crate) fn state(v: &Version, message: &str) -> Fault {
    shapes_s3::err::invalid_object_state(message)
        .with_field("StorageClass", Value::String(v.storage_class.clone()))
}

/// `x-amz-restore`.
pub(crate) fn header(v: &Version, now_ms: i64) -> Option<String> {
    if is_restoring(v, now_ms) {
        return Some("ongoing-request=\"true\"".to_owned());
    }
    let until = v.restored_until_ms.filter(|ms| *ms > now_ms)?;
    let date = Timestamp { epoch_ms: until }.http_date();
    Some(format!("ongoing-request=\"false\", expiry-date=\"{date}\""))
}

/// What lists say of a restore, to those who ask for it. Source: S3 API reference, RestoreStatus.
pub(crate) fn status(v: &Version, now_ms: i64) -> Option<RestoreStatus> {
    let is_restoring = is_restoring(v, now_ms);
    let until = v.restored_until_ms.filter(|ms| !is_restoring && *ms > now_ms);
    (is_restoring || until.is_some()).then(|| RestoreStatus {
        is_restore_in_progress: Some(is_restoring),
        restore_expiry_date: until.map(|epoch_ms| Timestamp { epoch_ms }),
    })
}

/// Whether a list is to say it.
///
/// Errors: `InvalidArgument`: another attribute.
pub(crate) fn is_asked_for(attributes: Option<&[String]>) -> Result<bool, Fault> {
    let asked: Vec<&str> =
        attributes.unwrap_or_default().iter().flat_map(|a| a.split(',')).map(str::trim).collect();
    if let Some(unknown) = asked.iter().find(|a| **a != "RestoreStatus") {
        let message = "Invalid attribute name specified.";
        return Err(err::invalid_argument(message, "x-amz-optional-object-attributes", unknown));
    }
    Ok(!asked.is_empty())
}

/// How long a restore takes at most, by class and tier; `None` for a tier that the class doesn't have.
pub(crate) fn duration_ms(class: &str, tier: &str) -> Option<i64> {
    match (class, tier) {
        ("GLACIER", "Expedited") => Some(5 * MINUTE_MS),
        ("GLACIER", "Standard") => Some(5 * HOUR_MS),
        ("GLACIER", "Bulk") | ("DEEP_ARCHIVE", "Standard") => Some(12 * HOUR_MS),
        ("DEEP_ARCHIVE", "Bulk") => Some(48 * HOUR_MS),
        _ => None,
    }
}

/// Begins a restore, or gives a restored copy more time.
pub(crate) fn restore(
    cx: &mut Cx,
    (name, key): (&str, &str),
    v: &mut Version,
    days: i32,
    takes_ms: i64,
) -> Result<(), Fault> {
    let done_ms = match (is_restored(v, cx.now_ms), cx.profile) {
        (true, _) | (_, Profile::Dev) => cx.now_ms,
        (false, Profile::Real) => cx.now_ms + takes_ms,
    };
    v.restoring_until_ms = Some(done_ms);
    let until_ms = midnight(done_ms + i64::from(days) * DAY_MS);
    v.restored_until_ms = Some(until_ms);
    let subject = format!("{name}/{}/{key}", v.seq);
    cx.timer_set(DONE, &subject, done_ms)?;
    cx.timer_set(OVER, &subject, until_ms)
}

/// A restore is done, or its copy's time is over.
pub(crate) fn on_timer(cx: &mut Cx, kind: &str, subject: &str) -> Result<(), Fault> {
    let mut parts = subject.splitn(3, '/');
    let (Some(name), Some(seq), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Fault::internal("a restore's timer names no object"));
    };
    let Ok(bucket) = buckets::find(cx, name, None) else { return Ok(()) };
    let seq: u64 = seq.parse().map_err(Fault::internal)?;
    let found = versions::at(cx, &bucket, key, seq)?;
    // The same number may name another object by now: one that isn't archived, or is restored until another time.
    let Some(mut v) = found.filter(is_archived) else { return Ok(()) };
    if kind == DONE {
        let is_it = v.restoring_until_ms.is_some_and(|ms| ms <= cx.now_ms);
        return if is_it { events::told(cx, &bucket, (name, key), &v, events::RESTORED) } else { Ok(()) };
    }
    if v.restored_until_ms.is_none_or(|ms| ms > cx.now_ms) {
        return Ok(());
    }
    v.restored_until_ms = None;
    v.restoring_until_ms = None;
    versions::update(cx, &bucket, key, &v)?;
    events::told(cx, &bucket, (name, key), &v, events::RESTORE_OVER)
}
