//! `ListPolicyVersions`: the versions of a managed policy, newest first, without documents.
//! Source: IAM API reference, "ListPolicyVersions" (2026-11-22).

use crate::guards;
use crate::managed;
use crate::managed::Managed;
use crate::pages;
use crate::policies;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListPolicyVersionsRequest, ListPolicyVersionsResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListPolicyVersions>(guard, decide)
}

fn guard(cx: &Cx, i: &ListPolicyVersionsRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(guards::policy(cx, &i.policy_arn)?))
}

fn decide(cx: &mut Cx, i: &ListPolicyVersionsRequest) -> Result<ListPolicyVersionsResponse, Fault> {
    let asked = pages::asked(cx, "ListPolicyVersions", &[&i.policy_arn], &i.marker, i.max_items)?;
    let versions = match managed::find(cx, &i.policy_arn)? {
        Managed::Customer(key, row) => {
            let versions = policies::versions(cx, &key)?;
            versions.iter().map(|(n, v)| (u32::MAX - n, policies::version(*n, v, &row, false))).collect()
        }
        Managed::Aws(p) => vec![(0, policies::aws_version(&p, false))],
    };
    let page = asked.cut_all(cx, versions, |(order, _)| format!("{order:010}")).map(|(_, v)| v);
    Ok(ListPolicyVersionsResponse {
        versions: Some(page.items),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
