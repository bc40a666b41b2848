//! `ReplaceRouteTableAssociation`: another table for a subnet or gateway, or another main one.
//! Source: EC2 API reference, "ReplaceRouteTableAssociation" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ReplaceRouteTableAssociationRequest, ReplaceRouteTableAssociationResult};

use crate::err::invalid_value;
use crate::id;
use crate::ops::disassociate_route_table::associated;
use crate::resource::{find, save};
use crate::route_table::{self, Association, RouteTable};

/// Errors: InvalidAssociationID.NotFound; InvalidRouteTableID.NotFound; InvalidParameterValue: of another VPC.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ReplaceRouteTableAssociationRequest,
) -> Result<ReplaceRouteTableAssociationResult, Fault> {
    let mut old = associated(cx, &i.association_id)?;
    let mut new = find::<RouteTable>(cx, &i.route_table_id)?;
    if old.vpc != new.vpc {
        let text = format!("route table {} and route table {} belong to different networks", old.id, new.id);
        return Err(invalid_value(text));
    }
    let id = id::fresh(cx, "rtbassoc");
    if old.id == new.id {
        return Ok(answer(i.association_id.clone()));
    }
    if old.main_association == i.association_id {
        old.main_association.clear();
        new.main_association.clone_from(&id);
    } else {
        let at = old.associations.iter().position(|a| a.id == i.association_id);
        let gone = old.associations.remove(at.expect("it was found by this association"));
        new.associations.push(Association { id: id.clone(), ..gone });
    }
    save(cx, &old)?;
    save(cx, &new)?;
    Ok(answer(id))
}

fn answer(id: String) -> ReplaceRouteTableAssociationResult {
    ReplaceRouteTableAssociationResult {
        new_association_id: Some(id),
        association_state: Some(route_table::associated()),
    }
}
