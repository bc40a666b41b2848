//! `DescribeSnapshots`: the account's own and those shared with it.
//! Source: EC2 API reference, "DescribeSnapshots" (2026-11-22).
//!
//! Differs from AWS: snapshots of the public catalogue's images are not listed.

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeSnapshotsRequest, DescribeSnapshotsResult};
use store::Scan;

use crate::describe::{Ask, listed};
use crate::image::Shares;
use crate::resource::all;
use crate::snapshot::{self, Snapshot};

/// Errors: InvalidSnapshot.NotFound; those of [`listed`].
pub(crate) fn decide(cx: &mut Cx, i: &DescribeSnapshotsRequest) -> Result<DescribeSnapshotsResult, Fault> {
    let ask = Ask::new("DescribeSnapshots", &i.filters)
        .ids(&i.snapshot_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("snapshotIds");
    let mut rows = match i.snapshot_ids.as_deref().filter(|ids| !ids.is_empty()) {
        Some(ids) => ids.iter().map(|id| snapshot::find(cx, id)).collect::<Result<Vec<_>, _>>()?,
        None => visible(cx)?,
    };
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows.dedup_by(|a, b| a.id == b.id);
    let own = cx.scope.account.as_str();
    let named = |given: &Option<Vec<String>>, is: &dyn Fn(&str) -> bool| {
        let given = given.as_deref().unwrap_or_default();
        given.is_empty() || given.iter().any(|g| is(if g == "self" { own } else { g }))
    };
    let rows = rows.into_iter().filter(|s| {
        named(&i.owner_ids, &|o| s.owner == o)
            && named(&i.restorable_by_user_ids, &|u| s.restorable_by(u) || (s.owner == u))
    });
    let found = listed(cx, &ask, rows)?;
    let snapshots = found.show(|s, tags| snapshot::show(cx, s, tags));
    Ok(DescribeSnapshotsResult { next_token: found.next, snapshots })
}

fn visible(cx: &Cx) -> Result<Vec<Snapshot>, Fault> {
    let mut rows: Vec<Snapshot> = all::<Snapshot>(cx)?.collect();
    for to in [cx.scope.account.as_str(), "all"] {
        for ((_, _, id), owner) in cx.scan::<Shares>(Scan::prefix(&(cx.scope.region, to)))? {
            if owner.account != cx.scope.account && id.starts_with("snap-") {
                rows.extend(snapshot::visible(cx, &id)?);
            }
        }
    }
    Ok(rows)
}
