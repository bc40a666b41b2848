//! The policy simulators: what policies would say, asked by the evaluator that decides real calls.
//! Source: IAM API reference, "SimulateCustomPolicy", "SimulatePrincipalPolicy"; recorded, SimulatePrincipalPolicy
//! (2025-04-21).
//! Differs: the account is in no organization, so organization policies count only where a request brings them; the
//! resources that EC2's scenarios need are not checked.

mod context;
mod evaluate;
mod policies;

use codec::Fault;
use kernel::{Cx, Guard, Operation};
use shapes_iam::op;

use crate::{err, pages};
use evaluate::Simulation;
use policies::Policies;

/// EC2's scenarios. Source: IAM API reference, ResourceHandlingOption.
const SCENARIOS: [&str; 6] = [
    "EC2-Classic-InstanceStore",
    "EC2-Classic-EBS",
    "EC2-VPC-InstanceStore",
    "EC2-VPC-InstanceStore-Subnet",
    "EC2-VPC-EBS",
    "EC2-VPC-EBS-Subnet",
];

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::read::<op::SimulateCustomPolicy>(|_, _| Ok(Guard::any()), custom),
        Operation::read::<op::SimulatePrincipalPolicy>(
            |_, i| Ok(Guard::resource(i.policy_source_arn.clone())),
            principal,
        ),
    ]
}

/// What both simulators are asked.
struct Question<'a> {
    operation: &'static str,
    actions: &'a [String],
    resources: Vec<String>,
    resource_policy: &'a Option<String>,
    resource_owner: &'a Option<String>,
    caller_arn: Option<String>,
    entries: &'a Option<Vec<shapes_iam::ContextEntry>>,
    max_items: Option<i32>,
    marker: &'a Option<String>,
}

fn custom(
    cx: &mut Cx,
    i: &shapes_iam::SimulateCustomPolicyRequest,
) -> Result<shapes_iam::SimulatePolicyResponse, Fault> {
    check_scenario(&i.resource_handling_option)?;
    let mut policies = Policies::new(&i.resource_policy)?;
    policies.add_inputs(&i.policy_input_list)?;
    policies.set_boundary_inputs(&i.permissions_boundary_policy_input_list)?;
    policies.set_organization(&i.ordered_organization_policy_input_list)?;
    let question = Question {
        operation: "SimulateCustomPolicy",
        actions: &i.action_names,
        resources: resources(&i.resource_arns),
        resource_policy: &i.resource_policy,
        resource_owner: &i.resource_owner,
        caller_arn: i.caller_arn.clone(),
        entries: &i.context_entries,
        max_items: i.max_items,
        marker: &i.marker,
    };
    answer(cx, &question, &policies, context::Known::default())
}

fn principal(
    cx: &mut Cx,
    i: &shapes_iam::SimulatePrincipalPolicyRequest,
) -> Result<shapes_iam::SimulatePolicyResponse, Fault> {
    check_scenario(&i.resource_handling_option)?;
    let mut policies = Policies::new(&i.resource_policy)?;
    policies.add_held(cx, &i.policy_source_arn, i.policy_exclusion_list.as_deref().unwrap_or_default())?;
    policies.add_inputs(i.policy_input_list.as_deref().unwrap_or_default())?;
    policies.set_boundary_inputs(&i.permissions_boundary_policy_input_list)?;
    let known = context::Known::of(cx, &i.policy_source_arn)?;
    let question = Question {
        operation: "SimulatePrincipalPolicy",
        actions: &i.action_names,
        resources: resources(&i.resource_arns),
        resource_policy: &i.resource_policy,
        resource_owner: &i.resource_owner,
        caller_arn: i.caller_arn.clone().or_else(|| known.caller_arn()),
        entries: &i.context_entries,
        max_items: i.max_items,
        marker: &i.marker,
    };
    answer(cx, &question, &policies, known)
}

/// The resources asked about; none means all of them.
fn resources(given: &Option<Vec<String>>) -> Vec<String> {
    match given.as_deref() {
        Some([_, ..]) => given.clone().unwrap_or_default(),
        _ => vec!["*".to_owned()],
    }
}

fn check_scenario(given: &Option<String>) -> Result<(), Fault> {
    match given {
        Some(s) if !SCENARIOS.contains(&s.as_str()) => {
            Err(err::invalid_input(format!("Invalid resource handling option: {s}")))
        }
        _ => Ok(()),
    }
}

/// One result for each action on each resource, in the order asked.
fn answer(
    cx: &Cx,
    q: &Question<'_>,
    policies: &Policies,
    known: context::Known,
) -> Result<shapes_iam::SimulatePolicyResponse, Fault> {
    let simulation = Simulation::new(cx, q, policies, known)?;
    let actions = q.actions.join(",");
    let resources = q.resources.join(",");
    let asked = pages::asked(cx, q.operation, &[&actions, &resources], q.marker, q.max_items)?;
    let pairs =
        q.actions.iter().flat_map(|action| q.resources.iter().map(move |resource| (action, resource)));
    let numbered = pairs.enumerate().map(|(n, (action, resource))| (n, action, resource)).collect();
    let page = asked.cut_all(cx, numbered, |(n, _, _)| format!("{n:08}"));
    let page = page.map(|(_, action, resource)| simulation.run(action, resource));
    Ok(shapes_iam::SimulatePolicyResponse {
        evaluation_results: Some(page.items),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
