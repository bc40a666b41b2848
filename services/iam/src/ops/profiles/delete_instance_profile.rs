//! `DeleteInstanceProfile`: deletes an instance profile that holds no role.
//! Source: IAM API reference, "DeleteInstanceProfile" (2026-11-22).

use crate::err;
use crate::guards;
use crate::profiles;
use crate::quotas;
use codec::{Empty, Fault};
use directory::InstanceProfiles;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteInstanceProfileRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteInstanceProfile>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteInstanceProfileRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::instance_profile(cx, &i.instance_profile_name)?))
}

fn decide(cx: &mut Cx, i: &DeleteInstanceProfileRequest) -> Result<Empty, Fault> {
    let (key, row) = profiles::find(cx, &i.instance_profile_name)?;
    if row.role.is_some() {
        return Err(err::must_first("remove roles from instance profile"));
    }
    quotas::INSTANCE_PROFILES.give_back(cx)?;
    cx.delete::<InstanceProfiles>(&key);
    Ok(Empty {})
}
