//! `GetPolicy`: a managed policy, the customer's or AWS's.
//! Source: IAM API reference, "GetPolicy" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::managed;
use crate::managed::Managed;
use crate::policies;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetPolicyRequest, GetPolicyResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetPolicy>(guard, decide)
}

fn guard(cx: &Cx, i: &GetPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &GetPolicyRequest) -> Result<GetPolicyResponse, Fault> {
    let uses = managed::uses(cx, &i.policy_arn)?;
    let policy = match managed::find(cx, &i.policy_arn)? {
        Managed::Customer(_, row) => {
            shapes_iam::Policy { tags: Some(answers::tag_list(&row.tags)), ..answers::policy(cx, &row, uses) }
        }
        Managed::Aws(p) => shapes_iam::Policy { tags: Some(Vec::new()), ..policies::aws(cx, &p.about, uses) },
    };
    Ok(GetPolicyResponse { policy: Some(policy) })
}
