//! What the strings of a policy may say, and the rules of each kind of policy, in the order in which AWS complains.
//! The shape of the JSON was checked in `grammar.rs`.
//!
//! Order of complaints (reported by users of CreatePolicy, not recorded by us): version, values that fail to parse,
//! statement ids, missing actions, missing resources, resource formats, action formats, then the rules of the kind.

use std::collections::HashSet;

use crate::document::PolicyKind;
use crate::error::{PolicyError, PolicyErrorKind};
use crate::grammar::{ConditionDraft, Draft, Listed, PrincipalDraft, StatementDraft, Version};
use crate::operators::Family;
use crate::principal::account_of;
use crate::values;
use crate::variables::split_colons;

type Check = Result<(), PolicyError>;

const PARTITIONS: [&str; 10] = [
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
    "aws-global",
    "*",
];

const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// What a trust policy may be about. Source: IAM user guide, "Creating roles"; STS API reference.
const TRUST_ACTIONS: [&str; 6] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setsourceidentity",
    "sts:tagsession",
    "sts:setcontext",
];

/// Checks a draft.
pub(crate) fn check(draft: &Draft, kind: PolicyKind) -> Check {
    if kind == PolicyKind::Managed && draft.version != Some(Version::V2012) {
        return Err(PolicyError::semantics("Policy document must be version 2012-10-17 or greater."));
    }
    each(draft, values_parse)?;
    if takes_resources(kind) {
        each(draft, |statement| statement.resource.as_ref().map_or(Ok(()), resources_parse))?;
    }
    statement_ids(draft, kind)?;
    each(draft, |statement| has_actions(statement, kind))?;
    if requires_resource(kind) {
        each(draft, has_resources)?;
    }
    if takes_resources(kind) {
        each(draft, |statement| statement.resource.as_ref().map_or(Ok(()), resource_formats))?;
    }
    each(draft, action_formats)?;
    each(draft, |statement| condition_keys(&statement.conditions))?;
    match kind {
        PolicyKind::Trust => each(draft, trust_rules),
        PolicyKind::Resource => each(draft, resource_rules),
        PolicyKind::Rcp => each(draft, rcp_rules),
        _ => each(draft, no_principal),
    }
}

fn each(draft: &Draft, check: impl Fn(&StatementDraft) -> Check) -> Check {
    draft.statements.iter().try_for_each(check)
}

fn takes_resources(kind: PolicyKind) -> bool {
    kind != PolicyKind::Trust
}

fn requires_resource(kind: PolicyKind) -> bool {
    // A resource-based policy without the element is about the resource it hangs on.
    !matches!(kind, PolicyKind::Trust | PolicyKind::Resource)
}

/// `Effect` in the wrong case and dates that aren't dates get past AWS's grammar but not its parser.
fn values_parse(statement: &StatementDraft) -> Check {
    if statement.effect != "Allow" && statement.effect != "Deny" {
        return Err(PolicyError::legacy());
    }
    for condition in &statement.conditions {
        let dated = condition.operator.is_some_and(|operator| matches!(operator.family, Family::Date(_)));
        if dated && condition.values.iter().any(|text| values::date_ms(text).is_none()) {
            return Err(PolicyError::legacy());
        }
    }
    Ok(())
}

/// ARNs with an empty service, or with too few colons around an empty part, fail AWS's parser as long as no
/// complaint about formats comes first.
fn resources_parse(resource: &Listed) -> Check {
    if resource_formats(resource).is_err() {
        return Ok(());
    }
    for text in resource.values.iter().filter(|text| *text != "*") {
        let parts = split_colons(text, 7);
        let gap = parts.len() < 6 && parts.contains(&"");
        if gap || parts.get(2).is_some_and(|service| service.is_empty()) {
            return Err(PolicyError::legacy());
        }
    }
    Ok(())
}

fn statement_ids(draft: &Draft, kind: PolicyKind) -> Check {
    let strict = !kind.names_principals();
    let mut seen = HashSet::new();
    for sid in draft.statements.iter().filter_map(|statement| statement.sid.as_deref()) {
        if strict && !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(PolicyError::semantics(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
                 [0-9A-Za-z]*",
            ));
        }
        if !sid.is_empty() && !seen.insert(sid) {
            return Err(PolicyError::semantics(match strict {
                true => "Statement IDs (SID) in a single policy must be unique.",
                false => "The Statement Ids in the policy are not unique",
            }));
        }
    }
    Ok(())
}

fn has_actions(statement: &StatementDraft, kind: PolicyKind) -> Check {
    match &statement.action {
        Some(action) if !action.values.is_empty() => Ok(()),
        _ if kind.names_principals() => Err(PolicyError::semantics("Missing required field Action")),
        _ => Err(PolicyError::semantics("Policy statement must contain actions.")),
    }
}

fn has_resources(statement: &StatementDraft) -> Check {
    match &statement.resource {
        Some(resource) if !resource.values.is_empty() => Ok(()),
        _ => Err(PolicyError::semantics("Policy statement must contain resources.")),
    }
}

fn resource_formats(resource: &Listed) -> Check {
    resource.values.iter().filter(|text| *text != "*").try_for_each(|text| resource_format(text))
}

fn resource_format(text: &str) -> Check {
    let parts = split_colons(text, 6);
    let part = |at: usize| parts.get(at).copied().unwrap_or("*");
    if parts.len() < 2 {
        return Err(PolicyError::semantics(format!("Resource {text} must be in ARN format or \"*\".")));
    }
    if !PARTITIONS.contains(&part(1)) {
        // AWS quotes the ARN with the missing parts filled in.
        return Err(PolicyError::semantics(format!(
            "Partition \"{}\" is not valid for resource \"arn:{}:{}:{}:{}:{}\".",
            part(1),
            part(1),
            part(2),
            part(3),
            part(4),
            part(5),
        )));
    }
    if parts.len() < 3 || part(2).contains(['*', '?']) {
        return Err(PolicyError::semantics(
            "Resource vendor must be fully qualified and cannot contain regexes.",
        ));
    }
    match part(2) {
        "iam" => iam_resource(text, &parts),
        "s3" if part(3) != "*" && !part(3).is_empty() && !part(5).starts_with("accesspoint/") => {
            Err(PolicyError::semantics(format!("Resource {text} can not contain region information.")))
        }
        _ => Ok(()),
    }
}

fn iam_resource(text: &str, parts: &[&str]) -> Check {
    let (region, path) = (parts.get(3).copied().unwrap_or(""), parts.get(5).copied().unwrap_or("*"));
    if !region.is_empty() && region != "*" {
        return Err(PolicyError::semantics(format!(
            "IAM resource {text} cannot contain region information."
        )));
    }
    // Root and role templates are younger than AWS's text.
    let unlisted = path.starts_with('*') || path == "root" || path.starts_with("role-template/");
    if !unlisted && !IAM_PATHS.iter().any(|start| path.starts_with(start)) {
        return Err(PolicyError::semantics(format!(
            "IAM resource path must either be \"*\" or start with {}.",
            IAM_PATHS.join(", ")
        )));
    }
    Ok(())
}

fn action_formats(statement: &StatementDraft) -> Check {
    let actions = statement.action.iter().flat_map(|action| &action.values);
    actions.into_iter().filter(|text| *text != "*").try_for_each(|text| {
        let mut parts = text.split(':');
        let vendor = parts.next().unwrap_or("");
        match parts.count() {
            0 => return Err(prefaced()),
            1 => {}
            _ => return Err(PolicyError::semantics("Actions/Condition can contain only one colon.")),
        }
        if vendor != "*" && !vendor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.') {
            return Err(PolicyError::semantics(format!("Vendor {vendor} is not valid")));
        }
        Ok(())
    })
}

fn prefaced() -> PolicyError {
    PolicyError::semantics("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
}

/// A condition key has a prefix too. Keys that test nothing are let through, as AWS does.
fn condition_keys(conditions: &[ConditionDraft]) -> Check {
    let bare = |condition: &&ConditionDraft| !condition.values.is_empty() && !condition.key.contains(':');
    conditions.iter().find(bare).map_or(Ok(()), |_| Err(prefaced()))
}

fn no_principal(statement: &StatementDraft) -> Check {
    match statement.principal {
        Some(_) => Err(PolicyError::semantics("Policy document should not specify a principal.")),
        None => Ok(()),
    }
}

fn trust_rules(statement: &StatementDraft) -> Check {
    match &statement.principal {
        None => return Err(PolicyError::semantics("Missing required field Principal")),
        Some(principal) if principal.negated => {
            let text = match statement.effect.as_str() {
                "Allow" => "Allow with NotPrincipal is not allowed.",
                _ => "AssumeRole policy must not contain NotPrincipal field.",
            };
            return Err(PolicyError::semantics(text));
        }
        Some(principal) => principals(principal)?,
    }
    let actions = statement.action.iter().flat_map(|action| &action.values);
    if actions.into_iter().any(|text| !may_be_trusted(text)) {
        return Err(PolicyError::semantics("AssumeRole policy may only specify STS AssumeRole actions."));
    }
    let cognito = |principal: &PrincipalDraft| {
        principal
            .pairs
            .iter()
            .any(|(kind, name)| kind == "Federated" && name == "cognito-identity.amazonaws.com")
    };
    if statement.principal.as_ref().is_some_and(cognito) && statement.conditions.is_empty() {
        return Err(PolicyError::semantics("A condition block must be present for the Cognito provider"));
    }
    match &statement.resource {
        Some(resource) if resource.negated => {
            Err(PolicyError::semantics("AssumeRole policy must not contain resources."))
        }
        Some(_) => Err(PolicyError::semantics("Has prohibited field Resource")),
        None => Ok(()),
    }
}

fn may_be_trusted(action: &str) -> bool {
    let folded = action.to_ascii_lowercase();
    let pattern = crate::glob::Pattern::wild(&folded, false);
    folded.starts_with("sts:") && TRUST_ACTIONS.iter().any(|known| pattern.matches_fixed(known))
}

fn resource_rules(statement: &StatementDraft) -> Check {
    match &statement.principal {
        None => Err(PolicyError::semantics("Missing required field Principal")),
        Some(principal) => principals(principal),
    }
}

/// RCPs deny, to everyone; only AWS's own `RCPFullAWSAccess` allows.
/// Source: Organizations user guide, "RCP syntax".
fn rcp_rules(statement: &StatementDraft) -> Check {
    let everyone = statement.principal.as_ref().is_some_and(|principal| {
        !principal.negated && principal.pairs.len() == 1 && principal.pairs[0].1 == "*"
    });
    let all = |listed: &Option<Listed>| {
        listed.as_ref().is_some_and(|listed| !listed.negated && listed.values == ["*"])
    };
    let full_access = all(&statement.action) && all(&statement.resource) && statement.conditions.is_empty();
    let not_action = statement.action.as_ref().is_some_and(|action| action.negated);
    if everyone && !not_action && (statement.effect == "Deny" || full_access) {
        return Ok(());
    }
    Err(PolicyError::semantics(
        "The provided policy document does not meet the requirements of the specified policy type.",
    ))
}

fn principals(principal: &PrincipalDraft) -> Check {
    if principal.pairs.is_empty() {
        return Err(PolicyError::semantics("Missing required field Principal cannot be empty!"));
    }
    for (kind, value) in &principal.pairs {
        let fits = match kind.as_str() {
            "AWS" => is_aws_principal(value),
            "Service" => value.contains('.') && !value.contains(['*', '?', '/', ':', ' ']),
            "Federated" => !value.is_empty() && !value.contains(['*', '?', ' ']),
            "CanonicalUser" => !value.is_empty(),
            _ => false,
        };
        if !fits {
            return Err(PolicyError::new(
                PolicyErrorKind::InvalidPrincipal,
                format!("Invalid principal in policy: \"{}\":\"{value}\"", kind.to_uppercase()),
            ));
        }
    }
    Ok(())
}

/// `*`, an account, the ARN of a user, role, session or root, or a unique id that stands for a deleted principal.
/// Wildcards stand for everyone or not at all. Source: IAM user guide, "Principal".
fn is_aws_principal(text: &str) -> bool {
    if text == "*" || account_of(text).is_some() {
        return true;
    }
    if !text.starts_with("arn:") {
        let id = text.len() >= 16 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        return id && (text.starts_with("AIDA") || text.starts_with("AROA"));
    }
    let Some([_, partition, service, region, account, path]) = crate::arn::split(text) else { return false };
    let starts: &[&str] = match service {
        "iam" => &["user/", "role/"],
        "sts" => &["assumed-role/", "federated-user/"],
        _ => return false,
    };
    let named = starts.iter().any(|start| path.strip_prefix(start).is_some_and(|rest| !rest.is_empty()));
    let owned = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())
        || service == "iam" && account == "cloudfront";
    PARTITIONS[..9].contains(&partition) && region.is_empty() && named && owned && !path.contains(['*', '?'])
}
