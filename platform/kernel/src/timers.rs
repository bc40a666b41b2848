//! Durable timers: rows ordered by due time, so that the next one is the first row. Set and cleared in a decision's
//! transaction; fired by the kernel in order of due time, each in its lane, in a transaction that removes it.

use store::{Row, RowError, RowReader, RowWriter, Scan, StoreError, Table, Tx};

use crate::operation::Timer;
use crate::place::Place;
use crate::scope::Scope;

/// When a timer is due, and in which lanes it fires.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Due {
    pub(crate) due_ms: i64,
    /// Named lanes; empty: the service's own.
    pub(crate) lanes: Vec<String>,
}

impl Row for Due {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.due_ms);
        w.put(2, &self.lanes);
    }
    fn read(r: &mut RowReader) -> Result<Due, RowError> {
        Ok(Due { due_ms: r.get(1)?, lanes: r.get(2)? })
    }
}

/// Timers by due time, service, scope, kind, subject.
pub(crate) struct ByDue;
impl Table for ByDue {
    const NAME: &'static str = "kernel.timer_by_due";
    const VERSION: u16 = 1;
    type Key = (i64, String, String, String, String);
    type Row = Due;
}

/// Timers by service, scope, kind, subject.
pub(crate) struct BySubject;
impl Table for BySubject {
    const NAME: &'static str = "kernel.timer_by_subject";
    const VERSION: u16 = 1;
    type Key = (String, String, String, String);
    type Row = Due;
}

/// A timer with all that is needed to fire it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) service: String,
    pub(crate) scope_path: String,
    pub(crate) lanes: Vec<String>,
    pub(crate) timer: Timer,
}

/// Sets a timer that fires at that place, replacing the one of that service, scope, kind and subject.
pub(crate) fn set(
    tx: &mut Tx,
    service: &str,
    place: Place,
    kind: &str,
    subject: &str,
    due_ms: i64,
) -> Result<(), StoreError> {
    let key = (service.to_owned(), place.scope.path(), kind.to_owned(), subject.to_owned());
    let due = Due { due_ms, lanes: place.lanes };
    match tx.get::<BySubject>(&key)? {
        Some(old) if old == due => return Ok(()),
        Some(old) => tx.delete::<ByDue>(&by_due(old.due_ms, &key)),
        None => {}
    }
    tx.put::<ByDue>(&by_due(due_ms, &key), &due);
    tx.put::<BySubject>(&key, &due);
    Ok(())
}

pub(crate) fn clear(
    tx: &mut Tx,
    service: &str,
    scope: &Scope,
    kind: &str,
    subject: &str,
) -> Result<(), StoreError> {
    let key = (service.to_owned(), scope.path(), kind.to_owned(), subject.to_owned());
    if let Some(old) = tx.get::<BySubject>(&key)? {
        tx.delete::<ByDue>(&by_due(old.due_ms, &key));
        tx.delete::<BySubject>(&key);
    }
    Ok(())
}

/// Removes a timer that is about to fire; `false` when it was cleared or moved meanwhile.
pub(crate) fn take(tx: &mut Tx, p: &Pending) -> Result<bool, StoreError> {
    let t = &p.timer;
    let key = (p.service.clone(), p.scope_path.clone(), t.kind.clone(), t.subject.clone());
    if tx.get::<BySubject>(&key)?.is_none_or(|due| due.due_ms != t.due_ms) {
        return Ok(false);
    }
    tx.delete::<ByDue>(&by_due(t.due_ms, &key));
    tx.delete::<BySubject>(&key);
    Ok(true)
}

/// The timers due first, up to `n` of them, in order.
pub(crate) fn first(tx: &Tx, n: usize) -> Result<Vec<Pending>, StoreError> {
    let rows = tx.scan::<ByDue>(Scan::all())?.take(n);
    let pending = rows.map(|((due_ms, service, scope_path, kind, subject), due)| Pending {
        service,
        scope_path,
        lanes: due.lanes,
        timer: Timer { kind, subject, due_ms },
    });
    Ok(pending.collect())
}

fn by_due(due_ms: i64, key: &(String, String, String, String)) -> (i64, String, String, String, String) {
    (due_ms, key.0.clone(), key.1.clone(), key.2.clone(), key.3.clone())
}
