//! Managed policies attached to users, groups and roles.

use codec::Fault;
use kernel::Cx;

use crate::err;
use crate::holder::{self, Holder};
use crate::managed::{self, Usage};
use crate::quotas;

/// Attaches a policy. Attaching it again changes nothing.
///
/// Errors: NoSuchEntity: entity or policy. UnmodifiableEntity, PolicyNotAttachable. LimitExceeded: too many are attached.
pub(crate) fn attach<H: Holder>(cx: &mut Cx, name: &str, arn: &str) -> Result<(), Fault> {
    let (key, mut row) = holder::find_to_change::<H>(cx, name)?;
    managed::check_attachable(cx, arn)?;
    if row.attached().iter().any(|a| a == arn) {
        return Ok(());
    }
    quotas::attached(cx, H::KIND)?.check(row.attached().len() + 1)?;
    row.attached_mut().push(arn.to_owned());
    managed::note(cx, arn, Usage::Permissions, H::KIND, row.name())?;
    cx.put::<H::Rows>(&key, &row);
    Ok(())
}

/// Detaches a policy.
///
/// Errors: NoSuchEntity: no such entity, or the policy isn't attached to it. UnmodifiableEntity.
pub(crate) fn detach<H: Holder>(cx: &mut Cx, name: &str, arn: &str) -> Result<(), Fault> {
    let (key, mut row) = holder::find_to_change::<H>(cx, name)?;
    managed::lookup(cx, arn)?;
    let before = row.attached().len();
    row.attached_mut().retain(|a| a != arn);
    if row.attached().len() == before {
        return Err(err::no_such_policy(arn));
    }
    managed::forget(cx, arn, Usage::Permissions, H::KIND, row.name())?;
    cx.put::<H::Rows>(&key, &row);
    Ok(())
}

/// Errors: DeleteConflict: the entity still has policies, inline or attached.
pub(crate) fn no_policies<H: Holder>(row: &H) -> Result<(), Fault> {
    if !row.inline().is_empty() {
        return Err(err::must_first("delete policies"));
    }
    if !row.attached().is_empty() {
        return Err(err::must_first("detach all policies"));
    }
    Ok(())
}

/// The attached policies whose paths begin with `prefix`.
pub(crate) fn listed<H: Holder>(row: &H, prefix: &str) -> Vec<shapes_iam::AttachedPolicy> {
    row.attached()
        .iter()
        .filter_map(|arn| {
            let (path, name) = path_and_name(arn);
            path.starts_with(prefix).then(|| shapes_iam::AttachedPolicy {
                policy_name: Some(name.to_owned()),
                policy_arn: Some(arn.clone()),
            })
        })
        .collect()
}

/// Order of attached policies: by name.
pub(crate) fn sort_key(p: &shapes_iam::AttachedPolicy) -> String {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    format!("{}\0{}", text(&p.policy_name), text(&p.policy_arn))
}

/// Path (`/`, `/a/`) and name in a policy's ARN.
pub(crate) fn path_and_name(arn: &str) -> (&str, &str) {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let path = resource.strip_prefix("policy").unwrap_or(resource);
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

#[cfg(test)]
mod tests {
    use super::path_and_name;

    #[test]
    fn paths_of_arns() {
        assert_eq!(path_and_name("arn:aws:iam::aws:policy/A"), ("/", "A"));
        assert_eq!(path_and_name("arn:aws:iam::aws:policy/service-role/A"), ("/service-role/", "A"));
        assert_eq!(path_and_name("nonsense"), ("", ""));
    }
}
