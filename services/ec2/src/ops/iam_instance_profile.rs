//! `AssociateIamInstanceProfile`, `DisassociateIamInstanceProfile`, `ReplaceIamInstanceProfileAssociation`,
//! `DescribeIamInstanceProfileAssociations`. Source: EC2 API reference, the operations (2026-11-22).

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_ec2 as s;
use shapes_ec2::op;

use crate::describe::{Ask, stored};
use crate::guard;
use crate::iam_profile::{self, Association};
use crate::instance::{self, INSTANCE};
use crate::resource::{find, get, remove};

/// The instance, and passing the profile's role.
pub(crate) fn associate_guard(cx: &Cx, i: &s::AssociateIamInstanceProfileRequest) -> Result<Guard, Fault> {
    let guard = guard::of::<op::AssociateIamInstanceProfile>(cx, i)?;
    with_profile(cx, guard, &i.iam_instance_profile)
}

fn with_profile(
    cx: &Cx,
    mut guard: Guard,
    given: &s::IamInstanceProfileSpecification,
) -> Result<Guard, Fault> {
    let count = guard.targets.len();
    if let Some(arn) = iam_profile::passes(cx, given, &mut guard)? {
        for target in &mut guard.targets[..count] {
            target.keys.push(("ec2:NewInstanceProfile", vec![arn.clone()]));
        }
    }
    Ok(guard)
}

fn on_instance(cx: &Cx, association: &str) -> Result<Guard, Fault> {
    let instance = get::<Association>(cx, association)?.map(|a| a.instance);
    Ok(Guard::of(guard::on(cx, &INSTANCE, instance.as_deref().unwrap_or("*"))?))
}

/// The instance, and passing the new profile's role.
pub(crate) fn replace_guard(
    cx: &Cx,
    i: &s::ReplaceIamInstanceProfileAssociationRequest,
) -> Result<Guard, Fault> {
    with_profile(cx, on_instance(cx, &i.association_id)?, &i.iam_instance_profile)
}

/// The association's instance.
pub(crate) fn disassociate_guard(
    cx: &Cx,
    i: &s::DisassociateIamInstanceProfileRequest,
) -> Result<Guard, Fault> {
    on_instance(cx, &i.association_id)
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: terminated; IncorrectState: it has one; those of
/// [`iam_profile::find`].
pub(crate) fn associate(
    cx: &mut Cx,
    i: &s::AssociateIamInstanceProfileRequest,
) -> Result<s::AssociateIamInstanceProfileResult, Fault> {
    let row = instance::living(cx, &i.instance_id)?;
    iam_profile::none_yet(cx, &row)?;
    let made = iam_profile::associate(cx, &row.id, &i.iam_instance_profile)?;
    let shown = iam_profile::show(cx, &made, Some("associating"));
    Ok(s::AssociateIamInstanceProfileResult { iam_instance_profile_association: Some(shown) })
}

/// Errors: InvalidAssociationID.NotFound.
pub(crate) fn disassociate(
    cx: &mut Cx,
    i: &s::DisassociateIamInstanceProfileRequest,
) -> Result<s::DisassociateIamInstanceProfileResult, Fault> {
    let row = find::<Association>(cx, &i.association_id)?;
    let shown = iam_profile::show(cx, &row, Some("disassociating"));
    remove(cx, &row)?;
    Ok(s::DisassociateIamInstanceProfileResult { iam_instance_profile_association: Some(shown) })
}

/// Errors: InvalidAssociationID.NotFound; those of [`iam_profile::find`].
pub(crate) fn replace(
    cx: &mut Cx,
    i: &s::ReplaceIamInstanceProfileAssociationRequest,
) -> Result<s::ReplaceIamInstanceProfileAssociationResult, Fault> {
    let old = find::<Association>(cx, &i.association_id)?;
    let made = iam_profile::associate(cx, &old.instance, &i.iam_instance_profile)?;
    remove(cx, &old)?;
    let shown = iam_profile::show(cx, &made, Some("associating"));
    Ok(s::ReplaceIamInstanceProfileAssociationResult { iam_instance_profile_association: Some(shown) })
}

/// Errors: InvalidAssociationID.NotFound; those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeIamInstanceProfileAssociationsRequest,
) -> Result<s::DescribeIamInstanceProfileAssociationsResult, Fault> {
    let ask = Ask::new("DescribeIamInstanceProfileAssociations", &i.filters)
        .ids(&i.association_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<Association>(cx, &ask)?;
    Ok(s::DescribeIamInstanceProfileAssociationsResult {
        iam_instance_profile_associations: found.show(|a, _| iam_profile::show(cx, a, None)),
        next_token: found.next,
    })
}
