//! `ListInstanceProfilesForRole`: the instance profiles that hold a role.
//! Source: IAM API reference, "ListInstanceProfilesForRole" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::pages;
use crate::profiles;
use crate::state::{ProfilesOfRole, seconds};
use codec::Fault;
use directory::Role;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListInstanceProfilesForRole>(guard, decide)
}

fn guard(cx: &Cx, i: &ListInstanceProfilesForRoleRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(
    cx: &mut Cx,
    i: &ListInstanceProfilesForRoleRequest,
) -> Result<ListInstanceProfilesForRoleResponse, Fault> {
    let (_, role) = holder::find::<Role>(cx, &i.role_name)?;
    let asked = pages::asked(cx, "ListInstanceProfilesForRole", &[&i.role_name], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, seconds::<ProfilesOfRole>(cx, &role.name)?, String::clone);
    let mut instance_profiles = Vec::with_capacity(page.items.len());
    for name in &page.items {
        let (_, row) = profiles::find(cx, name)?;
        instance_profiles.push(profiles::listed(cx, &row)?);
    }
    Ok(ListInstanceProfilesForRoleResponse {
        instance_profiles,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
