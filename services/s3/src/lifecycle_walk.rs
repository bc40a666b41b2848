//! Lifecycle by the clock: at the midnights at which rules may want something, all of a bucket is walked, in bounded steps, and
//! what is due is done. The next walk is at the earliest time that this one found, or that a write since then brings.

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::lifecycle::{self, Action, DAY_MS, Rules};
use crate::log_line::Part;
use crate::state::{Bucket, Current, Past, Version, Versioning};
use crate::uploads::{self, Uploads};
use crate::{access_log, buckets, events, lock, versions};

/// Timer: a step of a walk. Its subject is the bucket.
pub(crate) const TIMER: &str = "lifecycle";
/// Versions that one step looks at.
const STEP: usize = 1_000;
/// Uploads that one step looks at: each may have thousands of parts.
const UPLOADS_STEP: usize = 20;

/// A walk, waited for or under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Walk {
    /// When the timer is set to fire; `i64::MAX`: not at all.
    due_ms: i64,
    /// Ages below this one concern no rule.
    least_age_ms: i64,
    /// 0: waiting; 1: among latest versions; 2: among the others; 3: among uploads.
    phase: u8,
    /// The key up to which (2: within which) the walk has come.
    key: String,
    /// 3: the upload up to which the walk has come.
    upload: String,
    /// 2: the last row of that key that was seen.
    turned: u64,
    /// 2: versions of that key seen that are not the latest.
    newer: u32,
    /// 2: when the version after the last row was made.
    successor_ms: i64,
    /// When the next walk is to begin, as far as this one knows.
    next_ms: i64,
}

impl Row for Walk {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.due_ms);
        w.put(2, &self.least_age_ms);
        w.put(3, &self.phase);
        w.put(4, &self.key);
        w.put(5, &self.turned);
        w.put(6, &self.newer);
        w.put(7, &self.successor_ms);
        w.put(8, &self.next_ms);
        w.put(9, &self.upload);
    }
    fn read(r: &mut RowReader) -> Result<Walk, RowError> {
        Ok(Walk {
            due_ms: r.get(1)?,
            least_age_ms: r.get(2)?,
            phase: r.get(3)?,
            key: r.get(4)?,
            turned: r.get(5)?,
            newer: r.get(6)?,
            successor_ms: r.get(7)?,
            next_ms: r.get(8)?,
            upload: r.get(9)?,
        })
    }
}

/// Bucket number: the walk of each bucket that has lifecycle rules.
pub(crate) struct Walks;
impl Table for Walks {
    const NAME: &'static str = "s3.lifecycle_walk";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Walk;
}

/// Rules were put: the next midnight looks at everything.
pub(crate) fn begin(cx: &mut Cx, bucket: &Bucket, name: &str, rules: &Rules) -> Result<(), Fault> {
    let mut walk = Walk { least_age_ms: rules.least_age_ms(), next_ms: i64::MAX, ..Walk::default() };
    set(cx, &mut walk, name, lifecycle::midnight(cx.now_ms + 1))?;
    cx.put::<Walks>(&bucket.number, &walk);
    Ok(())
}

/// Rules went.
pub(crate) fn end(cx: &mut Cx, bucket: &Bucket, name: &str) -> Result<(), Fault> {
    cx.delete::<Walks>(&bucket.number);
    cx.timer_clear(TIMER, name)
}

/// A version was made, changed or removed: a rule may want something of it, or of what it leaves, at the earliest so long from now.
pub(crate) fn touched(cx: &mut Cx, bucket: &Bucket, name: &str) -> Result<(), Fault> {
    let Some(walk) = cx.get_kept::<Walks>(&bucket.number)? else { return Ok(()) };
    if walk.least_age_ms == i64::MAX {
        return Ok(());
    }
    let mut walk = (*walk).clone();
    let due_ms = lifecycle::midnight(cx.now_ms + walk.least_age_ms.max(1));
    let known_ms = if walk.phase == 0 { walk.due_ms } else { walk.next_ms };
    if due_ms >= known_ms {
        return Ok(());
    }
    match walk.phase {
        0 => set(cx, &mut walk, name, due_ms)?,
        _ => walk.next_ms = due_ms,
    }
    cx.put::<Walks>(&bucket.number, &walk);
    Ok(())
}

fn set(cx: &mut Cx, walk: &mut Walk, name: &str, due_ms: i64) -> Result<(), Fault> {
    walk.due_ms = due_ms;
    match due_ms {
        i64::MAX => cx.timer_clear(TIMER, name),
        _ => cx.timer_set_in(vec![name.to_owned()], TIMER, name, due_ms),
    }
}

/// How access logs call moves, by the class that is moved to.
const MOVES: [(&str, &str); 6] = [
    ("STANDARD_IA", "S3.TRANSITION_SIA.OBJECT"),
    ("ONEZONE_IA", "S3.TRANSITION_ZIA.OBJECT"),
    ("INTELLIGENT_TIERING", "S3.TRANSITION_INT.OBJECT"),
    ("GLACIER_IR", "S3.TRANSITION_GIR.OBJECT"),
    ("GLACIER", "S3.TRANSITION.OBJECT"),
    ("DEEP_ARCHIVE", "S3.TRANSITION_GDA.OBJECT"),
];

/// A step.
pub(crate) fn step(cx: &mut Cx, name: &str) -> Result<(), Fault> {
    let Ok(bucket) = buckets::find(cx, name, None) else { return Ok(()) };
    let Some(mut walk) = cx.get::<Walks>(&bucket.number)? else { return Ok(()) };
    let rules = Rules::of(cx, &bucket)?;
    if walk.phase == 0 {
        walk = Walk { phase: 1, next_ms: i64::MAX, least_age_ms: walk.least_age_ms, ..Walk::default() };
    }
    // Versions that the walk itself touches ask for walks through the row: it has to be there.
    cx.put::<Walks>(&bucket.number, &walk);
    let mut w = Walker { cx, bucket: &bucket, name, rules: &rules, walk };
    let more = match w.walk.phase {
        1 => w.currents()?,
        2 => w.pasts()?,
        _ => w.uploads()?,
    };
    let Walker { cx, mut walk, .. } = w;
    let asked_ms = cx.get::<Walks>(&bucket.number)?.map_or(i64::MAX, |row| row.next_ms);
    walk.next_ms = walk.next_ms.min(asked_ms);
    if more {
        set(cx, &mut walk, name, cx.now_ms)?;
    } else if walk.phase < 3 {
        let phase = walk.phase + 1;
        walk = Walk { phase, next_ms: walk.next_ms, least_age_ms: walk.least_age_ms, ..Walk::default() };
        set(cx, &mut walk, name, cx.now_ms)?;
    } else {
        let next_ms = walk.next_ms;
        walk = Walk { least_age_ms: walk.least_age_ms, next_ms: i64::MAX, ..Walk::default() };
        set(cx, &mut walk, name, next_ms)?;
    }
    cx.put::<Walks>(&bucket.number, &walk);
    Ok(())
}

struct Walker<'w, 'c> {
    cx: &'w mut Cx<'c>,
    bucket: &'w Bucket,
    name: &'w str,
    rules: &'w Rules,
    walk: Walk,
}

impl Walker<'_, '_> {
    fn next_at(&mut self, ms: Option<i64>) {
        // What is due again at once waits for the next day, as AWS's daily run does.
        let ms = ms.map(|ms| ms.max(self.cx.now_ms + 1)).map_or(i64::MAX, lifecycle::midnight);
        self.walk.next_ms = self.walk.next_ms.min(ms);
    }

    /// Latest versions. Tells whether there are more.
    fn currents(&mut self) -> Result<bool, Fault> {
        let from = match self.walk.key.as_str() {
            "" => String::new(),
            key => format!("{key}\0"),
        };
        let scan = Scan::prefix(&(self.bucket.number,)).from(&(self.bucket.number, from));
        let rows: Vec<_> = self.cx.scan::<Current>(scan)?.take(STEP).collect();
        for ((_, key), v) in &rows {
            let judged = self.rules.judge_current(key, v, self.cx.now_ms);
            self.next_at(judged.next_ms);
            match judged.action {
                Some(Action::Expire) => self.expire(key, v)?,
                Some(Action::Move(class)) => self.transition(key, v, &class)?,
                None => {}
            }
        }
        if let Some(((_, key), _)) = rows.last() {
            self.walk.key.clone_from(key);
        }
        Ok(rows.len() == STEP)
    }

    /// A latest version's time is over: it goes, or gets a delete marker before it.
    fn expire(&mut self, key: &str, v: &Version) -> Result<(), Fault> {
        let at = (self.name, key);
        if self.bucket.versioning == Versioning::Off {
            return self.remove(key, v);
        }
        let marker = Version {
            is_delete_marker: true,
            modified_ms: self.cx.now_ms,
            owner: self.bucket.account.clone(),
            ..Version::default()
        };
        let made = versions::put(self.cx, self.bucket, key, marker)?;
        self.log("S3.CREATE.DELETEMARKER", key, &made)?;
        events::removed(self.cx, self.bucket, at, &made, events::LIFECYCLE_MARKER)
    }

    /// A version's time is over for good.
    fn remove(&mut self, key: &str, v: &Version) -> Result<(), Fault> {
        versions::remove(self.cx, self.bucket, key, v)?;
        self.log("S3.EXPIRE.OBJECT", key, v)?;
        events::removed(self.cx, self.bucket, (self.name, key), v, events::LIFECYCLE_DELETE)
    }

    /// Has the access log tell of it. Source: S3 user guide, "S3 Lifecycle and logging".
    fn log(&mut self, operation: &str, key: &str, v: &Version) -> Result<(), Fault> {
        let version_id = if v.id == versions::NULL { "" } else { v.id.as_str() };
        let size_bytes = (!v.is_delete_marker).then_some(v.content.size_bytes);
        let part = Part { operation, key, version_id, status: 0, error: String::new(), size_bytes };
        access_log::keep_own(self.cx, self.bucket, self.name, &part)
    }

    fn transition(&mut self, key: &str, v: &Version, class: &str) -> Result<(), Fault> {
        let moved = Version { storage_class: class.to_owned(), ..v.clone() };
        versions::update(self.cx, self.bucket, key, &moved)?;
        if let Some((_, operation)) = MOVES.iter().find(|(to, _)| *to == class) {
            self.log(operation, key, &moved)?;
        }
        events::told(self.cx, self.bucket, (self.name, key), &moved, events::LIFECYCLE_TRANSITION)?;
        // Another rule may want it further down, later: it is judged again then.
        let again = self.rules.judge_current(key, &moved, self.cx.now_ms);
        self.next_at(again.next_ms);
        Ok(())
    }

    /// All other versions, newest first in each key.
    fn pasts(&mut self) -> Result<bool, Fault> {
        let number = self.bucket.number;
        let scan = match self.walk.key.as_str() {
            "" => Scan::prefix(&(number,)),
            key => {
                Scan::prefix(&(number,)).from(&(number, key.to_owned(), self.walk.turned.saturating_add(1)))
            }
        };
        let rows: Vec<_> = self.cx.scan::<Past>(scan)?.take(STEP).collect();
        for ((_, key, turned), v) in &rows {
            if *key != self.walk.key || self.walk.turned == 0 {
                self.leave_key()?;
                self.enter_key(key)?;
            }
            self.walk.turned = *turned;
            self.past(key, v)?;
        }
        let more = rows.len() == STEP;
        if !more {
            self.leave_key()?;
        }
        Ok(more)
    }

    fn enter_key(&mut self, key: &str) -> Result<(), Fault> {
        let current = self.cx.get::<Current>(&(self.bucket.number, key.to_owned()))?;
        self.walk.key = key.to_owned();
        self.walk.newer = 0;
        // Without a current version the first one here is the latest, a delete marker.
        self.walk.successor_ms = current.as_ref().map_or(i64::MAX, |c| c.modified_ms);
        Ok(())
    }

    fn past(&mut self, key: &str, v: &Version) -> Result<(), Fault> {
        let since_ms = std::mem::replace(&mut self.walk.successor_ms, v.modified_ms);
        if since_ms == i64::MAX {
            return Ok(());
        }
        let past = lifecycle::Past { since_ms, newer: self.walk.newer };
        self.walk.newer += 1;
        let judged = self.rules.judge_noncurrent(key, v, past, self.cx.now_ms);
        self.next_at(judged.next_ms);
        match judged.action {
            Some(Action::Expire) if lock::is_locked(v, self.cx.now_ms, false) => {
                let until_ms = v.lock_until_ms.filter(|ms| *ms > self.cx.now_ms);
                self.next_at(Some(until_ms.unwrap_or(self.cx.now_ms + DAY_MS)));
                Ok(())
            }
            Some(Action::Expire) => self.remove(key, v),
            Some(Action::Move(class)) => self.transition(key, v, &class),
            None => Ok(()),
        }
    }

    /// Uploads that were never completed. Tells whether there are more.
    fn uploads(&mut self) -> Result<bool, Fault> {
        let number = self.bucket.number;
        let scan = match self.walk.upload.as_str() {
            "" => Scan::prefix(&(number,)),
            id => Scan::prefix(&(number,)).from(&(number, self.walk.key.clone(), format!("{id}\0"))),
        };
        let rows: Vec<_> = self.cx.scan::<Uploads>(scan)?.take(UPLOADS_STEP).collect();
        for ((_, key, id), upload) in &rows {
            let Some(due_ms) = self.rules.abort_at(key, upload.initiated_ms) else { continue };
            if due_ms > self.cx.now_ms {
                self.next_at(Some(due_ms));
            } else {
                uploads::abort(self.cx, self.bucket, key, id)?;
                self.log("S3.DELETE.UPLOAD", key, &Version { is_delete_marker: true, ..Version::default() })?;
            }
        }
        if let Some(((_, key, id), _)) = rows.last() {
            self.walk.key.clone_from(key);
            self.walk.upload.clone_from(id);
        }
        Ok(rows.len() == UPLOADS_STEP)
    }

    /// After all versions of a key: a delete marker that is all that is left of it may go too.
    fn leave_key(&mut self) -> Result<(), Fault> {
        if self.walk.key.is_empty() {
            return Ok(());
        }
        let key = std::mem::take(&mut self.walk.key);
        let place = (self.bucket.number, key.clone());
        if self.cx.get::<Current>(&place)?.is_some() {
            return Ok(());
        }
        let left: Vec<_> = self.cx.scan_prefix::<Past>(&place)?.take(2).collect();
        let [(_, marker)] = &left[..] else { return Ok(()) };
        let judged = self.rules.judge_lone_marker(&key, marker, self.cx.now_ms);
        self.next_at(judged.next_ms);
        if judged.action.is_some() {
            self.remove(&key, marker)?;
        }
        Ok(())
    }
}
