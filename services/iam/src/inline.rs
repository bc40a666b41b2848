//! Inline policies of users, groups and roles.

use authz::policy_size;
use codec::Fault;
use kernel::Cx;
use shapes_iam::err as shapes_err;

use crate::documents;
use crate::holder::{self, Holder};
use crate::quotas;

/// Adds or replaces an inline policy.
///
/// Errors: NoSuchEntity, UnmodifiableEntity, MalformedPolicyDocument. LimitExceeded: the entity's inline policies
/// together would be too long.
pub(crate) fn put<H: Holder>(cx: &mut Cx, name: &str, policy: &str, document: &str) -> Result<(), Fault> {
    let (key, mut row) = holder::find_to_change::<H>(cx, name)?;
    documents::check_inline(document)?;
    row.inline_mut().insert(policy.to_owned(), document.to_owned());
    let limit = quotas::inline_size(H::KIND);
    if row.inline().values().map(|d| policy_size(d)).sum::<usize>() > limit {
        return Err(shapes_err::limit_exceeded_exception(format!(
            "Maximum policy size of {limit} bytes exceeded for {} {}",
            H::KIND.word(),
            row.name()
        )));
    }
    cx.put::<H::Rows>(&key, &row);
    Ok(())
}

/// An inline policy and its holder. Errors: NoSuchEntity.
pub(crate) fn get<H: Holder>(cx: &Cx, name: &str, policy: &str) -> Result<(H, String), Fault> {
    let (_, row) = holder::find::<H>(cx, name)?;
    let document = row.inline().get(policy).cloned().ok_or_else(|| no_such::<H>(policy))?;
    Ok((row, document))
}

/// Deletes an inline policy. Errors: NoSuchEntity, UnmodifiableEntity.
pub(crate) fn delete<H: Holder>(cx: &mut Cx, name: &str, policy: &str) -> Result<(), Fault> {
    let (key, mut row) = holder::find_to_change::<H>(cx, name)?;
    row.inline_mut().remove(policy).ok_or_else(|| no_such::<H>(policy))?;
    cx.put::<H::Rows>(&key, &row);
    Ok(())
}

fn no_such<H: Holder>(policy: &str) -> Fault {
    shapes_err::no_such_entity_exception(format!(
        "The {} policy with name {policy} cannot be found.",
        H::KIND.word()
    ))
}
