//! Service-linked roles: roles that AWS defines and only their service may assume.
//! Source: recorded, CreateServiceLinkedRole (2025); IAM API reference, "DeleteServiceLinkedRole".
//! Differs: nothing asks the service whether it still needs its role, so a deletion always succeeds, two seconds after it
//! was asked for.

mod delete;
mod facts;

use codec::Fault;
use directory::{Role, Roles};
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::op;

use crate::holder::{Kind, arn_of};
use crate::managed::{self, Usage};
use crate::quotas::ROLES;
use crate::state::key;
use crate::{answers, err, guards, ids};

pub(crate) use delete::{DELETION, Deletions, finish};

const MAX_SESSION_S: i32 = 3_600;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateServiceLinkedRole>(guard, create),
        Operation::write::<op::DeleteServiceLinkedRole>(
            |cx, i| guards::role(cx, &i.role_name),
            delete::decide,
        ),
        Operation::read::<op::GetServiceLinkedRoleDeletionStatus>(delete::status_guard, delete::status),
    ]
}

/// The role that a request asks for: its name and its path.
fn asked(i: &shapes_iam::CreateServiceLinkedRoleRequest) -> Option<(String, String)> {
    let role = facts::linked(&i.aws_service_name)?.role;
    let name = match i.custom_suffix.as_deref() {
        Some(suffix) => format!("{role}_{suffix}"),
        None => role.to_owned(),
    };
    Some((name, format!("/aws-service-role/{}/", i.aws_service_name)))
}

fn guard(cx: &Cx, i: &shapes_iam::CreateServiceLinkedRoleRequest) -> Result<Guard, Fault> {
    let arn = match asked(i) {
        Some((name, path)) => arn_of(cx, "role", &path, &name),
        None => arn_of(cx, "role", &format!("/aws-service-role/{}/", i.aws_service_name), "*"),
    };
    Ok(Guard::of(Target::on(arn).key("iam:AWSServiceName", vec![i.aws_service_name.clone()])))
}

fn create(
    cx: &mut Cx,
    i: &shapes_iam::CreateServiceLinkedRoleRequest,
) -> Result<shapes_iam::CreateServiceLinkedRoleResponse, Fault> {
    let service = &i.aws_service_name;
    let (Some(linked), Some((name, path))) = (facts::linked(service), asked(i)) else {
        // Inferred.
        return Err(err::invalid_input(format!("Service Linked Role is not supported for {service}")));
    };
    if i.custom_suffix.is_some() && !linked.suffix {
        return Err(err::invalid_input(format!("Custom suffix is not allowed for {service}")));
    }
    let key = key(cx, &name);
    if cx.get::<Roles>(&key)?.is_some() {
        return Err(err::invalid_input(format!(
            "Service role name {name} has been taken in this account, please try a different suffix."
        )));
    }
    ROLES.take(cx)?;
    let policy = format!("arn:{}:iam::aws:policy/aws-service-role/{}", cx.scope.partition, linked.policy);
    let row = Role {
        id: ids::unique(cx, "AROA"),
        name,
        path,
        created_ms: cx.now_ms,
        trust: trust(service),
        description: i.description.clone().or(linked.description.map(str::to_owned)),
        max_session_s: MAX_SESSION_S,
        attached: vec![policy.clone()],
        ..Role::default()
    };
    managed::note(cx, &policy, Usage::Permissions, Kind::Role, &row.name)?;
    cx.put::<Roles>(&key, &row);
    // Recorded: the answer of a creation shows neither the description nor when the role was last used.
    let shown = shapes_iam::Role { max_session_duration: None, ..answers::listed_role(cx, &row) };
    Ok(shapes_iam::CreateServiceLinkedRoleResponse { role: Some(shown) })
}

/// Source: recorded.
fn trust(service: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}
