//! `CreateRole`: makes a role with a trust policy.
//! Source: IAM API reference, "CreateRole" (2026-11-22).

use crate::answers;
use crate::documents;
use crate::err;
use crate::guards;
use crate::holder;
use crate::ids;
use crate::managed;
use crate::quotas;
use crate::state::key;
use crate::tags;
use codec::Fault;
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{CreateRoleRequest, CreateRoleResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::CreateRole>(guard, decide)
}

fn guard(cx: &Cx, i: &CreateRoleRequest) -> Result<Guard, Fault> {
    let guard = guards::new(cx, "role", &i.path, &i.role_name, &i.tags, "iam:TagRole");
    Ok(guards::with_boundary(guard, &i.permissions_boundary))
}

fn decide(cx: &mut Cx, i: &CreateRoleRequest) -> Result<CreateRoleResponse, Fault> {
    let path = i.path.clone().unwrap_or_else(|| "/".to_owned());
    if holder::is_protected(&path) {
        return Err(err::validation(format!(
            "The specified value for path is invalid: {path} is reserved for roles that AWS creates."
        )));
    }
    let key = key(cx, &i.role_name);
    if cx.get::<Roles>(&key)?.is_some() {
        return Err(err::exists(holder::Kind::Role, &i.role_name));
    }
    documents::check_trust(cx, &i.assume_role_policy_document)?;
    let tags = tags::new(&i.tags)?;
    if let Some(arn) = &i.permissions_boundary {
        managed::check_boundary(cx, arn)?;
        managed::note(cx, arn, managed::Usage::Boundary, holder::Kind::Role, &i.role_name)?;
    }
    quotas::ROLES.take(cx)?;
    let row = Role {
        id: ids::unique(cx, "AROA"),
        name: i.role_name.clone(),
        path,
        created_ms: cx.now_ms,
        trust: i.assume_role_policy_document.clone(),
        description: i.description.clone(),
        max_session_s: i.max_session_duration.unwrap_or(3_600),
        tags,
        boundary: i.permissions_boundary.clone(),
        ..Role::default()
    };
    cx.put::<Roles>(&key, &row);
    // Source: recorded, CreateRole 2023-2025: neither duration nor boundary nor last use.
    let role = shapes_iam::Role {
        max_session_duration: None,
        tags: answers::tags(&row.tags),
        ..answers::listed_role(cx, &row)
    };
    Ok(CreateRoleResponse { role })
}
