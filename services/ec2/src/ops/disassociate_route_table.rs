//! `DisassociateRouteTable`: the subnet then goes by the main one. Source: EC2 API reference, "DisassociateRouteTable".

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DisassociateRouteTableRequest;

use crate::err::{fault, invalid_value};
use crate::resource::{by_link, save};
use crate::route_table::RouteTable;

/// The route table of an association.
///
/// Errors: InvalidAssociationID.NotFound.
pub(crate) fn associated(cx: &Cx, id: &str) -> Result<RouteTable, Fault> {
    let there = by_link::<RouteTable>(cx, id)?;
    let there = there.filter(|t| t.main_association == id || t.associations.iter().any(|a| a.id == id));
    there.ok_or_else(|| {
        fault("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"))
    })
}

/// Errors: InvalidAssociationID.NotFound; InvalidParameterValue: the main one.
pub(crate) fn decide(cx: &mut Cx, i: &DisassociateRouteTableRequest) -> Result<Empty, Fault> {
    let id = &i.association_id;
    let mut table = associated(cx, id)?;
    if table.main_association == *id {
        return Err(invalid_value(format!("cannot disassociate the main route table association {id}")));
    }
    table.associations.retain(|a| a.id != *id);
    save(cx, &table)?;
    Ok(Empty {})
}
