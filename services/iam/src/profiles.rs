//! Instance profiles: how EC2's instances come by a role.

use codec::Fault;
use directory::{EntityKey, InstanceProfile, InstanceProfiles, Role, Roles};
use kernel::Cx;
use shapes_iam::err as shapes_err;

use crate::answers;
use crate::state::key;

/// The instance profile of that name. Errors: NoSuchEntity.
pub(crate) fn find(cx: &Cx, name: &str) -> Result<(EntityKey, InstanceProfile), Fault> {
    let key = key(cx, name);
    let row = cx.get::<InstanceProfiles>(&key)?;
    let row = row.ok_or_else(|| {
        shapes_err::no_such_entity_exception(format!("Instance Profile {name} cannot be found."))
    })?;
    Ok((key, row))
}

/// As answers on one instance profile show it.
pub(crate) fn answer(cx: &Cx, row: &InstanceProfile) -> Result<shapes_iam::InstanceProfile, Fault> {
    let role: Option<Role> = match &row.role {
        Some(name) => cx.get::<Roles>(&key(cx, name))?,
        None => None,
    };
    Ok(answers::instance_profile(cx, row, role.as_ref()))
}

/// As lists show it: without tags. Source: IAM API reference, "ListInstanceProfiles".
pub(crate) fn listed(cx: &Cx, row: &InstanceProfile) -> Result<shapes_iam::InstanceProfile, Fault> {
    Ok(shapes_iam::InstanceProfile { tags: None, ..answer(cx, row)? })
}
