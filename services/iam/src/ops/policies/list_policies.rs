//! `ListPolicies`: managed policies: the customer's first, then AWS's, each in order of path and name.
//! Source: IAM API reference, "ListPolicies" (2026-11-22).

use crate::answers;
use crate::holder;
use crate::managed;
use crate::pages;
use crate::policies;
use crate::state::{UseCount, home};
use codec::Fault;
use directory::Policies;
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::{ListPoliciesRequest, ListPoliciesResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListPolicies>(guard, decide)
}

fn guard(cx: &Cx, i: &ListPoliciesRequest) -> Result<Guard, Fault> {
    let path = i.path_prefix.as_deref().unwrap_or("/");
    let arn = cx.scope.global_arn("iam", &format!("policy{path}"));
    Ok(Guard::of(Target::on(arn).shown(format!("policy path {path}"))))
}

fn decide(cx: &mut Cx, i: &ListPoliciesRequest) -> Result<ListPoliciesResponse, Fault> {
    let scope = i.scope.as_deref().unwrap_or("All");
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let usage = i.policy_usage_filter.as_deref().unwrap_or("");
    let only_attached = if i.only_attached == Some(true) { "attached" } else { "" };
    let filters = [scope, prefix, usage, only_attached];
    let asked = pages::asked(cx, "ListPolicies", &filters, &i.marker, i.max_items)?;
    let mut all = Vec::new();
    if scope != "AWS" {
        for (key, row) in cx.scan_prefix::<Policies>(&home(cx))? {
            let arn = holder::arn_of(cx, "policy", &row.path, &row.name);
            let uses = managed::uses(cx, &arn)?;
            if row.path.starts_with(prefix) && wanted(i, uses) {
                all.push((format!("0{}", key.2), answers::policy(cx, &row, uses)));
            }
        }
    }
    if scope != "Local" {
        for about in directory::managed_policies() {
            let uses = managed::uses(cx, &policies::aws_arn(cx, &about))?;
            if about.path.starts_with(prefix) && wanted(i, uses) {
                all.push((format!("1{}{}", about.path, about.name), policies::aws(cx, &about, uses)));
            }
        }
    }
    let page = asked.cut_all(cx, all, |(order, _)| order.clone()).map(|(_, p)| p);
    Ok(ListPoliciesResponse {
        policies: Some(page.items),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// Whether a policy with these uses passes the filters by use. A policy that is nothing but a boundary is no permissions
/// policy; one that nobody uses may become one.
fn wanted(i: &ListPoliciesRequest, uses: UseCount) -> bool {
    let only_attached = i.only_attached == Some(true);
    match i.policy_usage_filter.as_deref() {
        Some("PermissionsBoundary") => uses.boundaries > 0,
        Some(_) if !only_attached => uses.attachments > 0 || uses.boundaries == 0,
        Some(_) => uses.attachments > 0,
        None => !only_attached || uses != UseCount::default(),
    }
}
