//! `ListInstanceProfiles`: the instance profiles under a path.
//! Source: IAM API reference, "ListInstanceProfiles" (2026-11-22).

use crate::guards;
use crate::pages;
use crate::profiles;
use codec::Fault;
use directory::InstanceProfiles;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListInstanceProfilesRequest, ListInstanceProfilesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListInstanceProfiles>(guard, decide)
}

fn guard(cx: &Cx, i: &ListInstanceProfilesRequest) -> Result<Guard, Fault> {
    Ok(guards::all(cx, "instance-profile", &i.path_prefix))
}

fn decide(cx: &mut Cx, i: &ListInstanceProfilesRequest) -> Result<ListInstanceProfilesResponse, Fault> {
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let asked = pages::asked(cx, "ListInstanceProfiles", &[prefix], &i.marker, i.max_items)?;
    let rows = asked.rows::<InstanceProfiles>(cx)?.filter(|(_, p)| p.path.starts_with(prefix));
    let page = asked.cut(cx, rows, |(key, _)| key.2.clone());
    let profiles = page.items.iter().map(|(_, row)| profiles::listed(cx, row));
    Ok(ListInstanceProfilesResponse {
        instance_profiles: profiles.collect::<Result<_, Fault>>()?,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
