//! `CreateUser`: makes a user.
//! Source: IAM API reference, "CreateUser" (2026-11-22).

use crate::answers;
use crate::err;
use crate::guards;
use crate::holder;
use crate::ids;
use crate::managed;
use crate::quotas;
use crate::state::key;
use crate::tags;
use codec::Fault;
use directory::{User, Users};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{CreateUserRequest, CreateUserResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::CreateUser>(guard, decide)
}

fn guard(cx: &Cx, i: &CreateUserRequest) -> Result<Guard, Fault> {
    let guard = guards::new(cx, "user", &i.path, &i.user_name, &i.tags, "iam:TagUser");
    Ok(guards::with_boundary(guard, &i.permissions_boundary))
}

fn decide(cx: &mut Cx, i: &CreateUserRequest) -> Result<CreateUserResponse, Fault> {
    let key = key(cx, &i.user_name);
    if cx.get::<Users>(&key)?.is_some() {
        return Err(err::exists(holder::Kind::User, &i.user_name));
    }
    let tags = tags::new(&i.tags)?;
    if let Some(arn) = &i.permissions_boundary {
        managed::check_boundary(cx, arn)?;
        managed::note(cx, arn, managed::Usage::Boundary, holder::Kind::User, &i.user_name)?;
    }
    quotas::USERS.take(cx)?;
    let row = User {
        id: ids::unique(cx, "AIDA"),
        name: i.user_name.clone(),
        path: i.path.clone().unwrap_or_else(|| "/".to_owned()),
        created_ms: cx.now_ms,
        tags,
        boundary: i.permissions_boundary.clone(),
        ..User::default()
    };
    cx.put::<Users>(&key, &row);
    Ok(CreateUserResponse { user: Some(answers::user(cx, &row)) })
}
