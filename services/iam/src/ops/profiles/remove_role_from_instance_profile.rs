//! `RemoveRoleFromInstanceProfile`: takes the role out of an instance profile.
//! Source: IAM API reference, "RemoveRoleFromInstanceProfile" (2026-11-22).

use crate::err;
use crate::guards;
use crate::holder;
use crate::profiles;
use crate::state::{ProfilesOfRole, pair};
use codec::{Empty, Fault};
use directory::{InstanceProfiles, Role};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{RemoveRoleFromInstanceProfileRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::RemoveRoleFromInstanceProfile>(guard, decide)
}

fn guard(cx: &Cx, i: &RemoveRoleFromInstanceProfileRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::instance_profile(cx, &i.instance_profile_name)?))
}

fn decide(cx: &mut Cx, i: &RemoveRoleFromInstanceProfileRequest) -> Result<Empty, Fault> {
    let (key, mut row) = profiles::find(cx, &i.instance_profile_name)?;
    let (_, role) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    if row.role.as_deref() != Some(role.name.as_str()) {
        return Err(err::no_such(holder::Kind::Role, &i.role_name));
    }
    let index = pair(cx, &role.name, &row.name);
    cx.delete::<ProfilesOfRole>(&index);
    row.role = None;
    cx.put::<InstanceProfiles>(&key, &row);
    Ok(Empty {})
}
