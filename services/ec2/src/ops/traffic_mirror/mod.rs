//! Operations on traffic mirror filters, their rules, targets and sessions.

mod filter;
mod rule;
mod session;
mod target;

use kernel::{Cx, Operation};
use shapes_ec2::op;

use crate::ops::{read, write};

/// All of them.
pub(crate) fn table() -> Vec<Operation> {
    vec![
        write::<op::CreateTrafficMirrorFilter>(filter::create),
        write::<op::DeleteTrafficMirrorFilter>(filter::delete),
        read::<op::DescribeTrafficMirrorFilters>(filter::describe),
        write::<op::ModifyTrafficMirrorFilterNetworkServices>(filter::services),
        write::<op::CreateTrafficMirrorFilterRule>(rule::create),
        Operation::write::<op::ModifyTrafficMirrorFilterRule>(rule::modify_guard, rule::modify),
        Operation::write::<op::DeleteTrafficMirrorFilterRule>(rule::delete_guard, rule::delete),
        read::<op::DescribeTrafficMirrorFilterRules>(rule::describe),
        write::<op::CreateTrafficMirrorTarget>(target::create),
        write::<op::DeleteTrafficMirrorTarget>(target::delete),
        read::<op::DescribeTrafficMirrorTargets>(target::describe),
        write::<op::CreateTrafficMirrorSession>(session::create),
        write::<op::ModifyTrafficMirrorSession>(session::modify),
        write::<op::DeleteTrafficMirrorSession>(session::delete),
        read::<op::DescribeTrafficMirrorSessions>(session::describe),
    ]
}

/// The token of an answer: the call's, or one that is made up.
fn client_token(cx: &Cx, given: &Option<String>) -> Option<String> {
    given.clone().or_else(|| Some(cx.ids.uuid("ec2.client-token")))
}
