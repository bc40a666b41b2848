//! AWS's sentence for a refused request. Says nothing of the error code or the protocol.
//!
//! Source: IAM user guide, "Troubleshoot access denied error messages"; AWS Security Blog 2026, "Enhanced access denied
//! error messages with policy ARNs".

use crate::layers::{Decision, DecisionEffect, LayerKind};

/// How much of the reason AWS tells the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DenialDetail {
    /// Only that the request isn't authorized: services without reasons, and calls from outside the organization.
    Plain,
    /// With the kind of policy that denied.
    Reason,
    /// With the ARN of the policy too, for explicit denies by policies that have one. AWS does so if principal and
    /// resource are in the same account or organization.
    ReasonAndArn,
}

/// Builds the message for a denial. `principal` is the ARN (`anonymous` is filled in for an empty one); `resource` is
/// left out of the sentence if `None` (S3 puts its ARN in quotation marks: pass it so). For an allowed request the message is plain.
pub fn denial_text(
    decision: &Decision<'_>,
    principal: &str,
    action: &str,
    resource: Option<&str>,
    detail: DenialDetail,
) -> String {
    let principal = if principal.is_empty() { "anonymous" } else { principal };
    let mut text = format!("User: {principal} is not authorized to perform: {action}");
    if let Some(resource) = resource {
        text.push_str(" on resource: ");
        text.push_str(resource);
    }
    let (Some(layer), true) = (decision.layer, detail != DenialDetail::Plain) else { return text };
    match decision.effect {
        DecisionEffect::Allow => {}
        DecisionEffect::ImplicitDeny => {
            text.push_str(&format!(" because no {} allows the {action} action", policy_type(layer)));
        }
        DecisionEffect::ExplicitDeny => {
            text.push_str(&format!(" with an explicit deny in {} {}", article(layer), policy_type(layer)));
            if detail == DenialDetail::ReasonAndArn
                && names_its_policy(layer)
                && let Some(matched) = decision.matched
                && matched.policy.name.starts_with("arn:")
            {
                text.push_str(": ");
                text.push_str(&matched.policy.name);
            }
        }
    }
    text
}

fn policy_type(layer: LayerKind) -> &'static str {
    match layer {
        LayerKind::Scp => "service control policy",
        LayerKind::Rcp => "resource control policy",
        LayerKind::Resource => "resource-based policy",
        LayerKind::Trust => "role trust policy",
        LayerKind::Identity => "identity-based policy",
        LayerKind::Boundary => "permissions boundary",
        LayerKind::Session => "session policy",
    }
}

fn article(layer: LayerKind) -> &'static str {
    match layer {
        LayerKind::Identity => "an",
        LayerKind::Trust => "the",
        _ => "a",
    }
}

/// Resource-based policies have no ARN of their own.
fn names_its_policy(layer: LayerKind) -> bool {
    !matches!(layer, LayerKind::Resource | LayerKind::Trust)
}
