//! `AssociateTrunkInterface`, `DisassociateTrunkInterface`, `DescribeTrunkInterfaceAssociations`.
//! Source: EC2 API reference, the operations (2026-11-23). Codes and texts are inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, stored};
use crate::err::{combination, invalid_parameter, missing};
use crate::instance::Instance;
use crate::network_interface::{NetworkInterface, users_own};
use crate::resource::{find, get, save};
use crate::trunk::{self, TrunkAssociation, branches, show};
use crate::{id, instance_type, tags, token};

/// Numbers of VLANs.
const VLANS: std::ops::RangeInclusive<i32> = 1..=4094;

/// The VLAN or the GRE key that a call gives.
fn number(i: &s::AssociateTrunkInterfaceRequest) -> Result<(i32, bool), Fault> {
    match (i.vlan_id, i.gre_key) {
        (None, None) => Err(missing("vlanId")),
        (Some(_), Some(_)) => Err(combination("Specify either vlanId or greKey")),
        (Some(n), None) if VLANS.contains(&n) => Ok((n, false)),
        (Some(n), None) => Err(invalid_parameter(n, "vlanId", "Must be between 1 and 4094.")),
        (None, Some(n)) if n >= 0 => Ok((n, true)),
        (None, Some(n)) => Err(invalid_parameter(n, "greKey", "Must not be negative.")),
    }
}

/// Errors: MissingParameter; InvalidParameterCombination: a VLAN and a key, another zone; InvalidParameterValue: an interface
/// of another type, a number that is taken; InvalidNetworkInterfaceID.NotFound; AuthFailure; InvalidNetworkInterface.InUse;
/// UnsupportedOperation; AttachmentLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn associate(
    cx: &mut Cx,
    i: &s::AssociateTrunkInterfaceRequest,
) -> Result<s::AssociateTrunkInterfaceResult, Fault> {
    let (made, token) = token::look_up(cx, "AssociateTrunkInterface", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<TrunkAssociation>(cx, &id)?,
        None => new(cx, i)?,
    };
    token::keep(cx, token, &row.id);
    Ok(s::AssociateTrunkInterfaceResult {
        interface_association: Some(show(&row, &tags::of(cx, &row.id)?)),
        client_token: i.client_token.clone(),
    })
}

fn new(cx: &mut Cx, i: &s::AssociateTrunkInterfaceRequest) -> Result<TrunkAssociation, Fault> {
    let (number, is_gre) = number(i)?;
    let trunk = users_own(find::<NetworkInterface>(cx, &i.trunk_interface_id)?)?;
    let mut branch = users_own(find::<NetworkInterface>(cx, &i.branch_interface_id)?)?;
    if trunk.kind != "trunk" {
        return Err(invalid_parameter(&trunk.id, "trunkInterfaceId", "It is no trunk network interface."));
    }
    if !["interface", "branch"].contains(&branch.kind.as_str()) {
        let why = "It cannot be a branch network interface.";
        return Err(invalid_parameter(&branch.id, "branchInterfaceId", why));
    }
    if branch.attachment.is_some() || !branch.trunk_association.is_empty() {
        return Err(trunk::in_use(&branch));
    }
    if branch.zone != trunk.zone {
        return Err(combination("The trunk and the branch must be in the same Availability Zone"));
    }
    let there = branches(cx, &trunk.id)?;
    if there.iter().any(|a| (a.number, a.is_gre) == (number, is_gre)) {
        let name = if is_gre { "greKey" } else { "vlanId" };
        return Err(invalid_parameter(number, name, "The trunk has a branch with it already."));
    }
    if let Some(a) = &trunk.attachment {
        let instance = get::<Instance>(cx, &a.instance)?;
        if let Some(kind) = instance.and_then(|i| instance_type::named(&i.kind)) {
            trunk::room(&kind, there.len() + 1)?;
        }
    }
    let row = TrunkAssociation {
        id: id::fresh(cx, "trunk-assoc"),
        branch: branch.id.clone(),
        trunk: trunk.id,
        number,
        is_gre,
    };
    save(cx, &row)?;
    branch.trunk_association.clone_from(&row.id);
    "branch".clone_into(&mut branch.kind);
    save(cx, &branch)?;
    Ok(row)
}

/// Errors: InvalidAssociationID.NotFound; IdempotentParameterMismatch.
pub(crate) fn disassociate(
    cx: &mut Cx,
    i: &s::DisassociateTrunkInterfaceRequest,
) -> Result<s::DisassociateTrunkInterfaceResult, Fault> {
    let (ended, token) = token::look_up(cx, "DisassociateTrunkInterface", i.client_token.as_deref(), i)?;
    if ended.is_none() {
        let row = find::<TrunkAssociation>(cx, &i.association_id)?;
        trunk::end(cx, &row)?;
    }
    token::keep(cx, token, &i.association_id);
    Ok(s::DisassociateTrunkInterfaceResult { return_: Some(true), client_token: i.client_token.clone() })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTrunkInterfaceAssociationsRequest,
) -> Result<s::DescribeTrunkInterfaceAssociationsResult, Fault> {
    let ask = Ask::new("DescribeTrunkInterfaceAssociations", &i.filters)
        .ids(&i.association_ids)
        .pages(i.max_results, &i.next_token)
        .limits(5, 255);
    let found = stored::<TrunkAssociation>(cx, &ask)?;
    let interface_associations = found.show(show);
    Ok(s::DescribeTrunkInterfaceAssociationsResult { interface_associations, next_token: found.next })
}
