//! What STS keeps beyond the directory's sessions: when their rows may go. Also the invariants of sessions.

use codec::Fault;
use directory::{Session, SessionKind, Sessions};
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

/// Partition, account, hour since the epoch in which the session's row may go, access key id.
pub(crate) type Ending = (String, String, i64, String);

/// Sessions by the hour of their end.
pub(crate) struct Endings;
impl Table for Endings {
    const NAME: &'static str = "sts.ending";
    const VERSION: u16 = 1;
    type Key = Ending;
    type Row = Mark;
}

/// A row that says all by its key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark;
impl Row for Mark {
    fn write(&self, _: &mut RowWriter) {}
    fn read(_: &mut RowReader) -> Result<Mark, RowError> {
        Ok(Mark)
    }
}

/// Deletes an account's sessions.
pub(crate) fn reset(cx: &mut Cx) -> Result<(), Fault> {
    let here = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let all: Vec<Ending> = cx.scan_prefix::<Endings>(&here)?.map(|(key, _)| key).collect();
    for key in &all {
        cx.delete::<Sessions>(&key.3);
        cx.delete::<Endings>(key);
    }
    Ok(())
}

/// Every session is sound by itself.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    for (id, s) in cx.scan::<Sessions>(Scan::all()).map_err(|f| format!("{f:?}"))? {
        sound(&s).map_err(|what| format!("session {id}: {what}"))?;
    }
    Ok(())
}

fn sound(s: &Session) -> Result<(), &'static str> {
    let lasts_ms = s.expires_ms - s.issued_ms;
    let tagged = |key: &String| s.tags.iter().any(|(k, _)| k.to_lowercase() == key.to_lowercase());
    if lasts_ms <= 0 || lasts_ms > 129_600_000 {
        return Err("lasts longer than 36 hours, or ended before it began");
    }
    if s.chained && lasts_ms > 3_600_000 {
        return Err("is chained and lasts longer than an hour");
    }
    if s.kind == SessionKind::AssumedRole && lasts_ms > 43_200_000 {
        return Err("is a role's and lasts longer than twelve hours");
    }
    if !s.transitive_tag_keys.iter().all(tagged) {
        return Err("hands on a tag that it hasn't");
    }
    Ok(())
}
