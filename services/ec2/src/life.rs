//! Lives of resources whose states come with time: pending, available, deleting, deleted, and then for an hour still shown.
//! States are worked out when they are asked for; the clock (`time.rs`) only takes away what is no longer shown.

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter};

use crate::resource::{Resource, get, remove, save};
use crate::{flow_log, time, vpc};

/// How long one that was deleted is still shown.
pub(crate) const SHOWN_MS: i64 = 3_600_000;

/// When what begins and ends, milliseconds since the epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Life {
    /// When it was made.
    pub(crate) made_ms: i64,
    /// From when on it is available.
    pub(crate) ready_ms: i64,
    /// When its deletion began.
    pub(crate) deleting_ms: Option<i64>,
    /// When it is gone.
    pub(crate) deleted_ms: i64,
}

impl Row for Life {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.made_ms);
        w.put(2, &self.ready_ms);
        w.put(3, &self.deleting_ms);
        w.put(4, &self.deleted_ms);
    }
    fn read(r: &mut RowReader) -> Result<Life, RowError> {
        Ok(Life { made_ms: r.get(1)?, ready_ms: r.get(2)?, deleting_ms: r.get(3)?, deleted_ms: r.get(4)? })
    }
}

impl Life {
    /// Made now.
    pub(crate) fn new(cx: &Cx, usual_ms: i64) -> Life {
        Life { made_ms: cx.now_ms, ready_ms: vpc::ready_ms(cx, usual_ms), ..Life::default() }
    }

    /// Whether it isn't being deleted.
    pub(crate) fn lasts(&self) -> bool {
        self.deleting_ms.is_none()
    }

    /// `pending`, `available`, `deleting`, `deleted`.
    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        match self.deleting_ms {
            Some(_) if cx.now_ms >= self.deleted_ms => "deleted",
            Some(_) => "deleting",
            None if cx.now_ms >= self.ready_ms => "available",
            None => "pending",
        }
    }
}

/// Something with a life.
pub(crate) trait Lives: Resource {
    /// Its life.
    fn life(&mut self) -> &mut Life;
}

/// Ends a life, and stores it. It is shown for a while.
pub(crate) fn end<R: Lives>(cx: &mut Cx, row: &mut R, usual_ms: i64) -> Result<(), Fault> {
    let (now_ms, deleted_ms) = (cx.now_ms, vpc::ready_ms(cx, usual_ms));
    let life = row.life();
    life.deleting_ms = Some(now_ms);
    life.deleted_ms = deleted_ms;
    cx.timer_set(time::FORGET_ENDED, row.id(), deleted_ms + SHOWN_MS)?;
    flow_log::end_of(cx, R::KIND, row.id())?;
    save(cx, row)
}

/// It is no longer shown.
pub(crate) fn forget<R: Lives>(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    match get::<R>(cx, id)? {
        Some(row) => remove(cx, &row),
        None => Ok(()),
    }
}
