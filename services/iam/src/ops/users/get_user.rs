//! `GetUser`: a user, or the caller.
//! Source: IAM API reference, "GetUser" (2026-11-22).

use crate::answers;
use crate::caller;
use crate::guards;
use crate::holder;
use codec::Fault;
use directory::User;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetUserRequest, GetUserResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetUser>(guard, decide)
}

fn guard(cx: &Cx, i: &GetUserRequest) -> Result<Guard, Fault> {
    guards::user_or_caller(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &GetUserRequest) -> Result<GetUserResponse, Fault> {
    let name = caller::user_name(cx, &i.user_name)?;
    if name.is_empty() {
        return Ok(GetUserResponse { user: root(cx) });
    }
    let (_, row) = holder::find::<User>(cx, &name)?;
    Ok(GetUserResponse { user: answers::user(cx, &row) })
}

/// The account's root as a user: no name, no path, and the account as its id. It exists since the epoch: accounts are not
/// created here.
fn root(cx: &Cx) -> shapes_iam::User {
    shapes_iam::User {
        user_id: cx.scope.account.clone(),
        arn: cx.scope.global_arn("iam", "root"),
        create_date: answers::at(0),
        ..shapes_iam::User::default()
    }
}
