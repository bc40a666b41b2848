//! `ListPoliciesGrantingServiceAccess`: which policies of a user, group or role allow anything of each service.
//! Source: IAM API reference, "ListPoliciesGrantingServiceAccess" (2026-11-22).

use crate::held;
use crate::pages;
use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListPoliciesGrantingServiceAccessRequest, ListPoliciesGrantingServiceAccessResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListPoliciesGrantingServiceAccess>(guard, decide)
}

fn guard(_: &Cx, i: &ListPoliciesGrantingServiceAccessRequest) -> Result<Guard, Fault> {
    Ok(Guard::resource(i.arn.clone()))
}

fn decide(
    cx: &mut Cx,
    i: &ListPoliciesGrantingServiceAccessRequest,
) -> Result<ListPoliciesGrantingServiceAccessResponse, Fault> {
    let held = held::of_arn(cx, &i.arn)?;
    let namespaces: String = i.service_namespaces.join(",");
    let asked =
        pages::asked(cx, "ListPoliciesGrantingServiceAccess", &[&i.arn, &namespaces], &i.marker, None)?;
    let mut numbered: Vec<(usize, &String)> = i.service_namespaces.iter().enumerate().collect();
    numbered.dedup_by_key(|(_, n)| n.as_str());
    let page = asked.cut_all(cx, numbered, |(n, _)| format!("{n:03}"));
    let mut entries = Vec::with_capacity(page.items.len());
    for (_, namespace) in page.items {
        let mut policies = Vec::new();
        for h in &held {
            if h.grants(namespace)? {
                policies.push(shown(h));
            }
        }
        entries.push(shapes_iam::ListPoliciesGrantingServiceAccessEntry {
            service_namespace: Some(namespace.clone()),
            policies: Some(policies),
        });
    }
    Ok(ListPoliciesGrantingServiceAccessResponse {
        policies_granting_service_access: entries,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// A managed policy with its ARN, an inline one with its holder.
fn shown(h: &held::Held) -> shapes_iam::PolicyGrantingServiceAccess {
    let inline = h.arn.is_none();
    shapes_iam::PolicyGrantingServiceAccess {
        policy_name: h.name.clone(),
        policy_type: if inline { "INLINE" } else { "MANAGED" }.to_owned(),
        policy_arn: h.arn.clone(),
        entity_type: inline.then(|| h.kind.title().to_uppercase()),
        entity_name: inline.then(|| h.holder.clone()),
    }
}
