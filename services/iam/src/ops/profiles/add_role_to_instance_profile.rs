//! `AddRoleToInstanceProfile`: puts a role into an instance profile. The caller must be allowed to pass the role to EC2.
//! Source: IAM API reference, "AddRoleToInstanceProfile" (2026-11-22).

use crate::guards;
use crate::holder;
use crate::profiles;
use crate::quotas;
use crate::state::{Mark, ProfilesOfRole, pair};
use codec::{Empty, Fault};
use directory::{InstanceProfiles, Role};
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::{AddRoleToInstanceProfileRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::AddRoleToInstanceProfile>(guard, decide)
}

fn guard(cx: &Cx, i: &AddRoleToInstanceProfileRequest) -> Result<Guard, Fault> {
    let profile = guards::instance_profile(cx, &i.instance_profile_name)?;
    let role = guards::entity::<Role>(cx, &i.role_name)?;
    // A denial to pass a role shows its ARN.
    let role = Target { shown: None, ..role }
        .action("iam:PassRole")
        .key("iam:PassedToService", vec!["ec2.amazonaws.com".to_owned()])
        .key("iam:AssociatedResourceArn", vec![profile.resource.clone()]);
    Ok(Guard::of(profile).and(role))
}

fn decide(cx: &mut Cx, i: &AddRoleToInstanceProfileRequest) -> Result<Empty, Fault> {
    let (key, mut row) = profiles::find(cx, &i.instance_profile_name)?;
    let (_, role) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    if row.role.is_some() {
        quotas::ROLES_OF_PROFILE.check(2)?;
    }
    let index = pair(cx, &role.name, &row.name);
    cx.put::<ProfilesOfRole>(&index, &Mark);
    row.role = Some(role.name);
    cx.put::<InstanceProfiles>(&key, &row);
    Ok(Empty {})
}
