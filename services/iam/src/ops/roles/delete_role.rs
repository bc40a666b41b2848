//! `DeleteRole`: deletes a role without policies and instance profiles; its sessions die with it.
//! Source: IAM API reference, "DeleteRole" (2026-11-22).

use crate::attach;
use crate::err;
use crate::guards;
use crate::holder;
use crate::managed;
use crate::quotas;
use crate::state::{ProfilesOfRole, seconds};
use crate::trust;
use codec::{Empty, Fault};
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{DeleteRoleRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::DeleteRole>(guard, decide)
}

fn guard(cx: &Cx, i: &DeleteRoleRequest) -> Result<Guard, Fault> {
    guards::role(cx, &i.role_name)
}

fn decide(cx: &mut Cx, i: &DeleteRoleRequest) -> Result<Empty, Fault> {
    let (key, row) = holder::find_to_change::<Role>(cx, &i.role_name)?;
    if !seconds::<ProfilesOfRole>(cx, &row.name)?.is_empty() {
        return Err(err::must_first("remove roles from instance profile"));
    }
    attach::no_policies(&row)?;
    if let Some(arn) = &row.boundary {
        managed::forget(cx, arn, managed::Usage::Boundary, holder::Kind::Role, &row.name)?;
    }
    quotas::ROLES.give_back(cx)?;
    cx.delete::<Roles>(&key);
    trust::rename_principal(cx, &holder::arn(cx, &row), &row.id)?;
    Ok(Empty {})
}
