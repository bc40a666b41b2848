//! `GetContextKeysForPrincipalPolicy`: the condition keys that the policies of a user, group or role read, and those of further texts.
//! Source: IAM API reference, "GetContextKeysForPrincipalPolicy" (2026-11-22).

use crate::context_keys;
use crate::held;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetContextKeysForPolicyResponse, GetContextKeysForPrincipalPolicyRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetContextKeysForPrincipalPolicy>(guard, decide)
}

fn guard(_: &Cx, i: &GetContextKeysForPrincipalPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::resource(i.policy_source_arn.clone()))
}

fn decide(
    cx: &mut Cx,
    i: &GetContextKeysForPrincipalPolicyRequest,
) -> Result<GetContextKeysForPolicyResponse, Fault> {
    let mut keys = Vec::new();
    for held in held::of_arn(cx, &i.policy_source_arn)? {
        context_keys::add(&mut keys, &held.document)?;
    }
    for text in i.policy_input_list.as_deref().unwrap_or_default() {
        context_keys::add(&mut keys, text)?;
    }
    Ok(GetContextKeysForPolicyResponse { context_key_names: Some(keys) })
}
