//! Snapshots of volumes: rows, who may make volumes of them, what they look like.
//! Source: EBS user guide, "Amazon EBS snapshots", "Share a snapshot" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::fault;
use crate::filter::Accessor;
use crate::image::{Owner, Shares};
use crate::kind::{Keys, Kind, Seen};
use crate::resource::{self, Listed, Of, Resource};
use crate::settings;
use crate::snapshot_lock::Lock;
use crate::tags::{self, Tags};

pub(crate) static SNAPSHOT: Kind = Kind {
    noun: "snapshot",
    prefix: "snap",
    not_found: ("InvalidSnapshot.NotFound", "The snapshot '{}' does not exist."),
    malformed: Some((
        "InvalidParameterValue",
        "Value ({}) for parameter snapshotId is invalid. Expected: 'snap-...'.",
    )),
    seen,
};

/// How long AWS takes for a small one.
pub(crate) const USUAL_MS: i64 = 60_000;

/// A snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) id: String,
    pub(crate) owner: String,
    /// The volume that it was taken of, whether or not that is still there.
    pub(crate) volume: String,
    pub(crate) size_gb: i32,
    pub(crate) description: String,
    pub(crate) encrypted: bool,
    pub(crate) started_ms: i64,
    /// From when on it is complete.
    pub(crate) ready_ms: i64,
    /// `all`, or accounts, that may make volumes of it.
    pub(crate) shared: Vec<String>,
    pub(crate) lock: Option<Lock>,
}

impl Row for Snapshot {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.owner);
        w.put(3, &self.volume);
        w.put(4, &self.size_gb);
        w.put(5, &self.description);
        w.put(6, &self.encrypted);
        w.put(7, &self.started_ms);
        w.put(8, &self.ready_ms);
        w.put(9, &self.shared);
        w.put(10, &self.lock);
    }
    fn read(r: &mut RowReader) -> Result<Snapshot, RowError> {
        Ok(Snapshot {
            id: r.get(1)?,
            owner: r.get(2)?,
            volume: r.get(3)?,
            size_gb: r.get(4)?,
            description: r.get(5)?,
            encrypted: r.get(6)?,
            started_ms: r.get(7)?,
            ready_ms: r.get(8)?,
            shared: r.get(9)?,
            lock: r.get(10)?,
        })
    }
}

fn seen(cx: &Cx, id: &str) -> Result<Option<Seen>, Fault> {
    Ok(visible(cx, id)?.map(|s| Seen { id: s.id.clone(), arn_id: s.id.clone(), keys: s.keys(cx) }))
}

/// The snapshot of that id, if the caller's account may use it.
pub(crate) fn visible(cx: &Cx, id: &str) -> Result<Option<Snapshot>, Fault> {
    if let Some(own) = resource::get::<Snapshot>(cx, id)? {
        return Ok(Some(own));
    }
    for to in [cx.scope.account.as_str(), "all"] {
        let key = (cx.scope.region.to_owned(), to.to_owned(), id.to_owned());
        if let Some(owner) = cx.get::<Shares>(&key)? {
            if to == "all" && settings::hides_snapshots(cx, &owner.account)? {
                continue;
            }
            return cx.get::<Of<Snapshot>>(&(owner.account, cx.scope.region.to_owned(), id.to_owned()));
        }
    }
    Ok(None)
}

/// A snapshot that the caller's account may use.
///
/// Errors: InvalidParameterValue: no id of a snapshot; InvalidSnapshot.NotFound.
pub(crate) fn find(cx: &Cx, id: &str) -> Result<Snapshot, Fault> {
    SNAPSHOT.formed(id)?;
    visible(cx, id)?.ok_or_else(|| SNAPSHOT.not_found(id))
}

/// A snapshot of the caller's own account.
///
/// Errors: those of [`find`]; UnauthorizedOperation is IAM's, so AuthFailure: of another account.
pub(crate) fn find_own(cx: &Cx, id: &str) -> Result<Snapshot, Fault> {
    let found = find(cx, id)?;
    match found.owner == cx.scope.account {
        true => Ok(found),
        false => Err(fault("AuthFailure", format!("Not authorized for snapshot:{id}"))),
    }
}

/// Stores a snapshot, and who may see it.
pub(crate) fn save(cx: &mut Cx, snapshot: &Snapshot) -> Result<(), Fault> {
    unshare(cx, &snapshot.id)?;
    for to in &snapshot.shared {
        let key = (cx.scope.region.to_owned(), to.clone(), snapshot.id.clone());
        cx.put::<Shares>(&key, &Owner { account: snapshot.owner.clone() });
    }
    resource::save(cx, snapshot)
}

/// Nobody else sees it any more.
pub(crate) fn unshare(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let shared = resource::get::<Snapshot>(cx, id)?.map(|s| s.shared).unwrap_or_default();
    for to in shared {
        cx.delete::<Shares>(&(cx.scope.region.to_owned(), to, id.to_owned()));
    }
    Ok(())
}

impl Snapshot {
    /// A new one, of a volume as it is now.
    pub(crate) fn new(cx: &Cx, volume: &str, size_gb: i32, encrypted: bool, description: &str) -> Snapshot {
        Snapshot {
            id: crate::id::fresh(cx, "snap"),
            owner: cx.scope.account.clone(),
            volume: volume.to_owned(),
            size_gb,
            description: description.to_owned(),
            encrypted,
            started_ms: cx.now_ms,
            ready_ms: crate::vpc::ready_ms(cx, USUAL_MS),
            shared: Vec::new(),
            lock: None,
        }
    }

    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        if cx.now_ms < self.ready_ms { "pending" } else { "completed" }
    }

    /// It is locked, and can't be deleted.
    pub(crate) fn is_locked(&self, cx: &Cx) -> bool {
        self.lock.as_ref().is_some_and(|l| l.holds(cx))
    }

    fn progress(&self, cx: &Cx) -> String {
        let whole = (self.ready_ms - self.started_ms).max(1);
        let done = (cx.now_ms - self.started_ms).clamp(0, whole);
        if cx.now_ms >= self.ready_ms { "100%".to_owned() } else { format!("{}%", done * 100 / whole) }
    }

    /// Accounts, or `all`, that may make volumes of it.
    pub(crate) fn restorable_by(&self, user: &str) -> bool {
        self.shared.iter().any(|s| s == user)
    }
}

impl Listed for Snapshot {
    const FILTERS: &'static [(&'static str, Accessor<Snapshot>)] = &[
        ("description", |s, p| p.text(&s.description)),
        ("encrypted", |s, p| p.flag(s.encrypted)),
        ("owner-alias", |_, _| {}),
        ("owner-id", |s, p| p.text(&s.owner)),
        ("progress", |s, p| p.text(&s.progress(p.cx))),
        ("snapshot-id", |s, p| p.text(&s.id)),
        ("start-time", |s, p| p.time(s.started_ms)),
        ("status", |s, p| p.text(s.state(p.cx))),
        ("storage-tier", |_, p| p.text("standard")),
        ("transfer-type", |_, _| {}),
        ("volume-id", |s, p| p.text(&s.volume)),
        ("volume-size", |s, p| p.number(s.size_gb)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Snapshot {
    const TABLE: &'static str = "ec2.snapshot";
    const KIND: &'static Kind = &SNAPSHOT;
    const LINKED: &'static [&'static str] = &["volume-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.volume.clone()]
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![
            ("ec2:Encrypted", vec![self.encrypted.to_string()]),
            ("ec2:Owner", vec![self.owner.clone()]),
            ("ec2:ParentVolume", vec![crate::volume::VOLUME.arn(cx, &self.volume)]),
            ("ec2:SnapshotID", vec![self.id.clone()]),
            ("ec2:SnapshotTime", vec![kernel::text::iso_time(self.started_ms)]),
            ("ec2:VolumeSize", vec![self.size_gb.to_string()]),
        ]
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, n: &Snapshot, tags: &Tags) -> s::Snapshot {
    let complete = cx.now_ms >= n.ready_ms;
    s::Snapshot {
        tags: tags::shown(tags),
        storage_tier: Some("standard".to_owned()),
        completion_time: complete.then_some(Timestamp { epoch_ms: n.ready_ms }),
        snapshot_id: Some(n.id.clone()),
        volume_id: Some(n.volume.clone()),
        state: Some(n.state(cx).to_owned()),
        start_time: Some(Timestamp { epoch_ms: n.started_ms }),
        progress: Some(n.progress(cx)),
        owner_id: Some(n.owner.clone()),
        description: Some(n.description.clone()),
        volume_size: Some(n.size_gb),
        encrypted: Some(n.encrypted),
        ..s::Snapshot::default()
    }
}
