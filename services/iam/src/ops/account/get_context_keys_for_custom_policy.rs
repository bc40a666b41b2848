//! `GetContextKeysForCustomPolicy`: the condition keys that policy texts read.
//! Source: IAM API reference, "GetContextKeysForCustomPolicy" (2026-11-22).

use crate::context_keys;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetContextKeysForCustomPolicyRequest, GetContextKeysForPolicyResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetContextKeysForCustomPolicy>(guard, decide)
}

fn guard(_: &Cx, _: &GetContextKeysForCustomPolicyRequest) -> Result<Guard, Fault> {
    Ok(Guard::any())
}

fn decide(
    _: &mut Cx,
    i: &GetContextKeysForCustomPolicyRequest,
) -> Result<GetContextKeysForPolicyResponse, Fault> {
    let mut keys = Vec::new();
    for text in &i.policy_input_list {
        context_keys::add(&mut keys, text)?;
    }
    Ok(GetContextKeysForPolicyResponse { context_key_names: Some(keys) })
}
