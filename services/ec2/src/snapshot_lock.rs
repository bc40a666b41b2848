//! Locks of snapshots: governance, that its users may take back; compliance, that nobody may once its cooling-off is over.
//! A locked snapshot isn't deleted. States follow from the clock.
//! Source: EBS user guide, "Amazon EBS snapshot lock"; EC2 API reference, "LockSnapshot" (2026-11-22); codes inferred.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard, Operation};
use shapes_ec2 as s;
use shapes_ec2::op;
use store::{Row, RowError, RowReader, RowWriter};

use crate::describe::{Ask, listed};
use crate::err::{combination, fault, invalid_parameter, missing};
use crate::filter::Accessor;
use crate::guard;
use crate::resource::{Listed, all};
use crate::snapshot::{self, Snapshot};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Most days of a lock, most hours of cooling off.
const DAYS: i32 = 36_500;
const COOL_OFF_H: i32 = 72;

/// A lock.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lock {
    /// Compliance; else governance.
    pub(crate) complies: bool,
    pub(crate) created_ms: i64,
    /// From when on its duration counts: a snapshot must be complete.
    pub(crate) from_ms: i64,
    pub(crate) days: i32,
    pub(crate) until_ms: i64,
    pub(crate) cool_off_h: i32,
    /// 0 without cooling-off.
    pub(crate) cools_until_ms: i64,
}

impl Row for Lock {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.complies);
        w.put(2, &self.created_ms);
        w.put(3, &self.from_ms);
        w.put(4, &self.days);
        w.put(5, &self.until_ms);
        w.put(6, &self.cool_off_h);
        w.put(7, &self.cools_until_ms);
    }
    fn read(r: &mut RowReader) -> Result<Lock, RowError> {
        Ok(Lock {
            complies: r.get(1)?,
            created_ms: r.get(2)?,
            from_ms: r.get(3)?,
            days: r.get(4)?,
            until_ms: r.get(5)?,
            cool_off_h: r.get(6)?,
            cools_until_ms: r.get(7)?,
        })
    }
}

impl Lock {
    fn state(&self, cx: &Cx) -> &'static str {
        match self.complies {
            _ if cx.now_ms >= self.until_ms => "expired",
            true if cx.now_ms < self.cools_until_ms => "compliance-cooloff",
            true => "compliance",
            false => "governance",
        }
    }

    /// It keeps the snapshot from being deleted.
    pub(crate) fn holds(&self, cx: &Cx) -> bool {
        cx.now_ms < self.until_ms
    }

    /// Nobody can take it back any more.
    fn is_final(&self, cx: &Cx) -> bool {
        self.state(cx) == "compliance"
    }
}

/// Rows of the operation table.
pub(crate) fn table() -> Vec<Operation> {
    vec![
        Operation::write::<op::LockSnapshot>(lock_guard, lock),
        Operation::write::<op::UnlockSnapshot>(guard::of::<op::UnlockSnapshot>, unlock),
        Operation::read::<op::DescribeLockedSnapshots>(guard::of::<op::DescribeLockedSnapshots>, describe),
    ]
}

/// The snapshot, with what is asked of its lock.
fn lock_guard(cx: &Cx, i: &s::LockSnapshotRequest) -> Result<Guard, Fault> {
    let mut all = guard::of::<op::LockSnapshot>(cx, i)?;
    for target in &mut all.targets {
        i.cool_off_period.into_iter().for_each(|h| {
            target.keys.push(("ec2:SnapshotCoolOffPeriod", vec![h.to_string()]));
        });
        i.lock_duration.into_iter().for_each(|d| {
            target.keys.push(("ec2:SnapshotLockDuration", vec![d.to_string()]));
        });
    }
    Ok(all)
}

/// What a request asks for.
///
/// Errors: InvalidParameterValue: mode, days, hours, a date that is too near; InvalidParameterCombination: days and a date, a
/// cooling-off of governance; MissingParameter: neither days nor a date.
fn asked(cx: &Cx, i: &s::LockSnapshotRequest, row: &Snapshot) -> Result<Lock, Fault> {
    let complies = match i.lock_mode.as_str() {
        "compliance" => true,
        "governance" => false,
        other => return Err(invalid_parameter(other, "lockMode", "")),
    };
    if !complies && i.cool_off_period.is_some() {
        return Err(combination("The parameter coolOffPeriod cannot be used with the lock mode governance"));
    }
    let cool_off_h = i.cool_off_period.unwrap_or(0);
    if i.cool_off_period.is_some() && !(1..=COOL_OFF_H).contains(&cool_off_h) {
        return Err(invalid_parameter(cool_off_h, "coolOffPeriod", "Must be between 1 and 72 hours."));
    }
    let from_ms = row.ready_ms.max(cx.now_ms);
    let (days, until_ms) = match (i.lock_duration, &i.expiration_date) {
        (Some(_), Some(_)) => {
            let text = "The parameter lockDuration cannot be used with the parameter expirationDate";
            return Err(combination(text));
        }
        (None, None) => return Err(missing("lockDuration or expirationDate")),
        (Some(days), None) if !(1..=DAYS).contains(&days) => {
            return Err(invalid_parameter(days, "lockDuration", "Must be between 1 and 36500 days."));
        }
        (Some(days), None) => (days, from_ms + i64::from(days) * DAY_MS),
        (None, Some(at)) => {
            let days = (at.epoch_ms - cx.now_ms).div_euclid(DAY_MS);
            let why = "The date must lie at least 1 day and at most 36500 days ahead.";
            match i32::try_from(days) {
                Ok(days @ 1..=DAYS) => (days, at.epoch_ms),
                _ => return Err(invalid_parameter(at.epoch_ms, "expirationDate", why)),
            }
        }
    };
    let cools_until_ms = if cool_off_h > 0 { cx.now_ms + i64::from(cool_off_h) * HOUR_MS } else { 0 };
    Ok(Lock { complies, created_ms: cx.now_ms, from_ms, days, until_ms, cool_off_h, cools_until_ms })
}

/// Errors: InvalidSnapshot.NotFound; AuthFailure: another account's; those of [`asked`]; SnapshotLocked: in compliance, and
/// not made longer.
fn lock(cx: &mut Cx, i: &s::LockSnapshotRequest) -> Result<s::LockSnapshotResult, Fault> {
    let mut row = snapshot::find_own(cx, &i.snapshot_id)?;
    let mut new = asked(cx, i, &row)?;
    if let Some(old) = row.lock.as_ref().filter(|l| l.holds(cx)) {
        if old.is_final(cx) {
            if !new.complies || new.until_ms < old.until_ms || new.cool_off_h > 0 {
                let text = format!(
                    "The snapshot '{}' is locked in compliance mode: its lock can only be made longer.",
                    row.id
                );
                return Err(fault("SnapshotLocked", text));
            }
            (new.cool_off_h, new.cools_until_ms) = (old.cool_off_h, old.cools_until_ms);
        }
        new.created_ms = old.created_ms;
    }
    let shown = show(cx, &row, &new);
    row.lock = Some(new);
    snapshot::save(cx, &row)?;
    Ok(s::LockSnapshotResult {
        snapshot_id: shown.snapshot_id,
        lock_state: shown.lock_state,
        lock_duration: shown.lock_duration,
        cool_off_period: shown.cool_off_period,
        cool_off_period_expires_on: shown.cool_off_period_expires_on,
        lock_created_on: shown.lock_created_on,
        lock_expires_on: shown.lock_expires_on,
        lock_duration_start_time: shown.lock_duration_start_time,
    })
}

/// Errors: InvalidSnapshot.NotFound; AuthFailure; SnapshotNotLocked; SnapshotLocked: in compliance, its cooling-off over.
fn unlock(cx: &mut Cx, i: &s::UnlockSnapshotRequest) -> Result<s::UnlockSnapshotResult, Fault> {
    let mut row = snapshot::find_own(cx, &i.snapshot_id)?;
    match row.lock.take() {
        None => Err(fault("SnapshotNotLocked", format!("The snapshot '{}' is not locked.", row.id))),
        Some(lock) if lock.is_final(cx) => {
            let text =
                format!("The snapshot '{}' is locked in compliance mode and can't be unlocked.", row.id);
            Err(fault("SnapshotLocked", text))
        }
        Some(_) => {
            snapshot::save(cx, &row)?;
            Ok(s::UnlockSnapshotResult { snapshot_id: Some(row.id) })
        }
    }
}

/// A snapshot with a lock.
pub(crate) struct Locked(Snapshot, Lock);

impl Listed for Locked {
    const FILTERS: &'static [(&'static str, Accessor<Locked>)] =
        &[("lock-state", |l, p| p.text(l.1.state(p.cx)))];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Errors: InvalidSnapshot.NotFound; those of [`listed`].
fn describe(
    cx: &mut Cx,
    i: &s::DescribeLockedSnapshotsRequest,
) -> Result<s::DescribeLockedSnapshotsResult, Fault> {
    let ask = Ask::new("DescribeLockedSnapshots", &i.filters)
        .ids(&i.snapshot_ids)
        .pages(i.max_results, &i.next_token);
    let mut rows: Vec<Snapshot> = match ask.ids {
        Some(ids) => ids.iter().map(|id| snapshot::find_own(cx, id)).collect::<Result<_, Fault>>()?,
        None => all::<Snapshot>(cx)?.collect(),
    };
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows.dedup_by(|a, b| a.id == b.id);
    let rows = rows.into_iter().filter_map(|r| {
        let lock = r.lock.clone()?;
        Some(Locked(r, lock))
    });
    let found = listed(cx, &ask, rows)?;
    let snapshots = found.show(|l, _| show(cx, &l.0, &l.1));
    Ok(s::DescribeLockedSnapshotsResult { snapshots, next_token: found.next })
}

fn show(cx: &Cx, row: &Snapshot, lock: &Lock) -> s::LockedSnapshotsInfo {
    let at = |epoch_ms: i64| Some(Timestamp { epoch_ms });
    s::LockedSnapshotsInfo {
        owner_id: Some(row.owner.clone()),
        snapshot_id: Some(row.id.clone()),
        lock_state: Some(lock.state(cx).to_owned()),
        lock_duration: Some(lock.days),
        cool_off_period: Some(lock.cool_off_h).filter(|h| *h > 0),
        cool_off_period_expires_on: at(lock.cools_until_ms).filter(|t| t.epoch_ms > 0),
        lock_created_on: at(lock.created_ms),
        lock_duration_start_time: at(lock.from_ms),
        lock_expires_on: at(lock.until_ms),
    }
}
