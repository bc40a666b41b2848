//! Managed policies by ARN, the customer's and AWS's own, and who uses them. Versions are the operations' own.

use codec::Fault;
use directory::{EntityKey, Policies, Policy, SharedPolicy};
use kernel::Cx;
use shapes_iam::err as shapes_err;

use crate::err;
use crate::holder::{Holder, Kind, arn_of};
use crate::state::{Mark, UseCount, UseCounts, Uses, home, key};

/// A managed policy.
#[expect(clippy::large_enum_variant, reason = "it lives on the stack of one call, never in a list")]
pub(crate) enum Managed {
    /// Of the call's account.
    Customer(EntityKey, Policy),
    /// AWS's.
    Aws(SharedPolicy),
}

/// What an entity uses a policy for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    /// As permissions.
    Permissions = 0,
    /// As its boundary.
    Boundary = 1,
}

/// The policy of that ARN.
///
/// Errors: InvalidInput: no ARN.
pub(crate) fn lookup(cx: &Cx, arn: &str) -> Result<Option<Managed>, Fault> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [head, partition, service, region, account, resource] = parts[..] else {
        return Err(err::invalid_arn(arn));
    };
    if head != "arn" {
        return Err(err::invalid_arn(arn));
    }
    let Some(path_and_name) = resource.strip_prefix("policy/") else { return Ok(None) };
    if (partition, service, region) != (cx.scope.partition, "iam", "") {
        return Ok(None);
    }
    if account == "aws" {
        return Ok(directory::managed_policy(path_and_name).map(Managed::Aws));
    }
    if account != cx.scope.account {
        return Ok(None);
    }
    let key = key(cx, path_and_name.rsplit('/').next().unwrap_or(path_and_name));
    let row = cx.get::<Policies>(&key)?.filter(|p| arn_of(cx, "policy", &p.path, &p.name) == arn);
    Ok(row.map(|row| Managed::Customer(key, row)))
}

/// The policy of that ARN. Errors: NoSuchEntity.
pub(crate) fn find(cx: &Cx, arn: &str) -> Result<Managed, Fault> {
    lookup(cx, arn)?.ok_or_else(|| err::no_such_policy(arn))
}

/// The customer's policy of that ARN. Errors: NoSuchEntity. AccessDenied: it is AWS's.
pub(crate) fn find_own(cx: &Cx, arn: &str, action: &str) -> Result<(EntityKey, Policy), Fault> {
    match find(cx, arn)? {
        Managed::Customer(key, row) => Ok((key, row)),
        Managed::Aws(_) => Err(err::denied(format!(
            "User: {} is not authorized to perform: {action} on resource: policy {arn}",
            cx.caller.arn
        ))),
    }
}

/// Errors: NoSuchEntity, PolicyNotAttachable: the policy of that ARN can't be attached to an entity of the customer's.
pub(crate) fn check_attachable(cx: &Cx, arn: &str) -> Result<(), Fault> {
    match lookup(cx, arn)? {
        None => Err(err::not_attachable(arn)),
        Some(Managed::Aws(p)) if p.about.path.starts_with("/aws-service-role/") => {
            Err(shapes_err::policy_not_attachable_exception(
                "Cannot attach a Service Role Policy to a Customer Role.",
            ))
        }
        Some(_) => Ok(()),
    }
}

/// Errors: NoSuchEntity: the ARN is no policy's that could be a boundary.
pub(crate) fn check_boundary(cx: &Cx, arn: &str) -> Result<(), Fault> {
    let there = match lookup(cx, arn)? {
        None => false,
        Some(Managed::Aws(p)) => !p.about.path.starts_with("/aws-service-role/"),
        Some(Managed::Customer(..)) => true,
    };
    if !there {
        let text = format!("Scope ARN: {arn} does not exist or is not attachable.");
        return Err(shapes_err::no_such_entity_exception(text));
    }
    Ok(())
}

/// How often a policy is used in the call's account.
pub(crate) fn uses(cx: &Cx, arn: &str) -> Result<UseCount, Fault> {
    Ok(cx.get::<UseCounts>(&count_key(cx, arn))?.unwrap_or_default())
}

/// Who uses a policy: usage, kind and name in lower case, in that order.
pub(crate) fn users_of(cx: &Cx, arn: &str) -> Result<Vec<(u8, u8, String)>, Fault> {
    Ok(cx.scan_prefix::<Uses>(&count_key(cx, arn))?.map(|(k, _)| (k.3, k.4, k.5)).collect())
}

/// Notes that an entity uses a policy from now on.
pub(crate) fn note(cx: &mut Cx, arn: &str, usage: Usage, kind: Kind, name: &str) -> Result<(), Fault> {
    cx.put::<Uses>(&use_key(cx, arn, usage, kind, name), &Mark);
    let mut count = uses(cx, arn)?;
    *side(&mut count, usage) += 1;
    cx.put::<UseCounts>(&count_key(cx, arn), &count);
    Ok(())
}

/// Notes that an entity no longer uses a policy.
pub(crate) fn forget(cx: &mut Cx, arn: &str, usage: Usage, kind: Kind, name: &str) -> Result<(), Fault> {
    cx.delete::<Uses>(&use_key(cx, arn, usage, kind, name));
    let mut count = uses(cx, arn)?;
    let n = side(&mut count, usage);
    *n = n.saturating_sub(1);
    match count == UseCount::default() {
        true => cx.delete::<UseCounts>(&count_key(cx, arn)),
        false => cx.put::<UseCounts>(&count_key(cx, arn), &count),
    }
    Ok(())
}

/// Moves an entity's uses to its new name.
pub(crate) fn rename_uses<H: Holder>(cx: &mut Cx, row: &H, new_name: &str) -> Result<(), Fault> {
    let attached = row.attached().iter().map(|a| (a.clone(), Usage::Permissions));
    let uses: Vec<_> = attached.chain(row.boundary().map(|b| (b.to_owned(), Usage::Boundary))).collect();
    for (arn, usage) in uses {
        forget(cx, &arn, usage, H::KIND, row.name())?;
        note(cx, &arn, usage, H::KIND, new_name)?;
    }
    Ok(())
}

fn side(count: &mut UseCount, usage: Usage) -> &mut u32 {
    match usage {
        Usage::Permissions => &mut count.attachments,
        Usage::Boundary => &mut count.boundaries,
    }
}

fn count_key(cx: &Cx, arn: &str) -> (String, String, String) {
    let (partition, account) = home(cx);
    (partition, account, arn.to_owned())
}

fn use_key(
    cx: &Cx,
    arn: &str,
    usage: Usage,
    kind: Kind,
    name: &str,
) -> (String, String, String, u8, u8, String) {
    let (partition, account) = home(cx);
    (partition, account, arn.to_owned(), usage as u8, kind as u8, name.to_ascii_lowercase())
}
