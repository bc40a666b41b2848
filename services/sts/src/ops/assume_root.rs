//! `AssumeRoot`: a short session as root of a member account, for whoever manages root access of an organization. No account
//! here is in an organization, so that nobody may.
//! Source: STS API reference, "AssumeRoot" (2026-11-22): "You must use credentials from an Organizations management account
//! or a delegated administrator account for IAM", "You cannot use root user credentials to make this call". AWS's texts
//! aren't published; these are its common denials (inferred).

use codec::Fault;
use directory::IdentityKind;
use kernel::{Cx, Guard, Target};
use shapes_sts::{AssumeRootRequest, AssumeRootResponse};

use crate::{callers, err};

/// AWS managed policies that may scope such a session. Source: STS API reference, "AssumeRoot".
const TASKS: [&str; 5] = [
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
];

/// The target's root.
///
/// Errors: AccessDenied: root, or sessions that may not call STS.
pub(crate) fn guard(cx: &Cx, i: &AssumeRootRequest) -> Result<Guard, Fault> {
    let arn = target_arn(cx, &i.target_principal);
    callers::not_borrowed(cx.caller, "AssumeRoot")?;
    if cx.caller.kind == IdentityKind::Root {
        return Err(err::not_authorized(&cx.caller.arn, "sts:AssumeRoot", &arn));
    }
    let task = i.task_policy_arn.arn.clone().unwrap_or_default();
    Ok(Guard::of(Target::on(arn).key("sts:TaskPolicyArn", vec![task])))
}

/// An ARN as it is, an account's id as its root's ARN.
fn target_arn(cx: &Cx, principal: &str) -> String {
    match principal.starts_with("arn:") {
        true => principal.to_owned(),
        false => format!("arn:{}:iam::{principal}:root", cx.scope.partition),
    }
}

/// Errors: ValidationError: no task policy; AccessDenied: always, since there is no organization.
pub(crate) fn decide(cx: &mut Cx, i: &AssumeRootRequest) -> Result<AssumeRootResponse, Fault> {
    let task = i.task_policy_arn.arn.as_deref().unwrap_or_default();
    let prefix = format!("arn:{}:iam::aws:policy/root-task/", cx.scope.partition);
    if !task.strip_prefix(&prefix).is_some_and(|name| TASKS.contains(&name)) {
        return Err(err::validation(format!("{task} is not a policy for privileged tasks.")));
    }
    let arn = target_arn(cx, &i.target_principal);
    Err(err::not_authorized(&cx.caller.arn, "sts:AssumeRoot", &arn))
}
