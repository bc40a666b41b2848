//! `CreateInstanceProfile`: makes an instance profile without a role.
//! Source: IAM API reference, "CreateInstanceProfile" (2026-11-22).

use crate::guards;
use crate::ids;
use crate::profiles;
use crate::quotas;
use crate::state::key;
use crate::tags;
use codec::Fault;
use directory::{InstanceProfile, InstanceProfiles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{CreateInstanceProfileRequest, CreateInstanceProfileResponse, err as shapes_err, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::CreateInstanceProfile>(guard, decide)
}

fn guard(cx: &Cx, i: &CreateInstanceProfileRequest) -> Result<Guard, Fault> {
    Ok(guards::new(
        cx,
        "instance-profile",
        &i.path,
        &i.instance_profile_name,
        &i.tags,
        "iam:TagInstanceProfile",
    ))
}

fn decide(cx: &mut Cx, i: &CreateInstanceProfileRequest) -> Result<CreateInstanceProfileResponse, Fault> {
    let key = key(cx, &i.instance_profile_name);
    if cx.get::<InstanceProfiles>(&key)?.is_some() {
        return Err(shapes_err::entity_already_exists_exception(format!(
            "Instance Profile {} already exists.",
            i.instance_profile_name
        )));
    }
    let tags = tags::new(&i.tags)?;
    quotas::INSTANCE_PROFILES.take(cx)?;
    let row = InstanceProfile {
        id: ids::unique(cx, "AIPA"),
        name: i.instance_profile_name.clone(),
        path: i.path.clone().unwrap_or_else(|| "/".to_owned()),
        created_ms: cx.now_ms,
        tags,
        role: None,
    };
    cx.put::<InstanceProfiles>(&key, &row);
    Ok(CreateInstanceProfileResponse { instance_profile: profiles::answer(cx, &row)? })
}
