//! `GetInstanceProfile`: an instance profile with its role.
//! Source: IAM API reference, "GetInstanceProfile" (2026-11-22).

use crate::guards;
use crate::profiles;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetInstanceProfileRequest, GetInstanceProfileResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetInstanceProfile>(guard, decide)
}

fn guard(cx: &Cx, i: &GetInstanceProfileRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::instance_profile(cx, &i.instance_profile_name)?))
}

fn decide(cx: &mut Cx, i: &GetInstanceProfileRequest) -> Result<GetInstanceProfileResponse, Fault> {
    let (_, row) = profiles::find(cx, &i.instance_profile_name)?;
    Ok(GetInstanceProfileResponse { instance_profile: profiles::answer(cx, &row)? })
}
