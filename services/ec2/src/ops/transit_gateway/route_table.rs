//! Route tables of transit gateways: `Create…`, `Delete…`, `DescribeTransitGatewayRouteTables`; associations and propagations
//! of attachments, and their lists. Source: EC2 API reference; transit gateway guide (2026-11-22). Texts are inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed, stored};
use crate::err::{self, fault, missing};
use crate::filter::Accessor;
use crate::life::{Life, end};
use crate::ops::transit_gateway::gateway::USUAL_MS;
use crate::resource::{Listed, find, on, save};
use crate::transit_gateway::attachment::{self, Attachment};
use crate::transit_gateway::route_table::{TRANSIT_GATEWAY_ROUTE_TABLE, TransitRouteTable, show, usable};
use crate::{id, tags};

/// Errors: InvalidTransitGatewayID.NotFound; IncorrectState.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTransitGatewayRouteTableRequest,
) -> Result<s::CreateTransitGatewayRouteTableResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &TRANSIT_GATEWAY_ROUTE_TABLE)?;
    let gateway = crate::transit_gateway::usable(cx, &i.transit_gateway_id)?.id;
    let life = Life::new(cx, USUAL_MS);
    let row = TransitRouteTable { id: id::fresh(cx, "tgw-rtb"), gateway, routes: Vec::new(), life };
    save(cx, &row)?;
    tags::add(cx, &TRANSIT_GATEWAY_ROUTE_TABLE, &row.id, &tags)?;
    let mut shown = show(cx, &row, &tags);
    shown.state = Some("pending".to_owned());
    Ok(s::CreateTransitGatewayRouteTableResult { transit_gateway_route_table: Some(shown) })
}

/// Errors: InvalidRouteTableID.NotFound; IncorrectState: associations.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTransitGatewayRouteTableRequest,
) -> Result<s::DeleteTransitGatewayRouteTableResult, Fault> {
    let mut row = usable(cx, &i.transit_gateway_route_table_id)?;
    for mut a in on::<Attachment>(cx, &row.id)? {
        if a.association == row.id {
            let text = format!("{} has non-deleted associations: {}.", row.id, a.id);
            return Err(fault("IncorrectState", text));
        }
        a.propagations.retain(|t| *t != row.id);
        save(cx, &a)?;
    }
    row.routes.clear();
    end(cx, &mut row, USUAL_MS)?;
    let mut shown = show(cx, &row, &tags::of(cx, &row.id)?);
    shown.state = Some("deleting".to_owned());
    Ok(s::DeleteTransitGatewayRouteTableResult { transit_gateway_route_table: Some(shown) })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTransitGatewayRouteTablesRequest,
) -> Result<s::DescribeTransitGatewayRouteTablesResult, Fault> {
    let ask = Ask::new("DescribeTransitGatewayRouteTables", &i.filters)
        .ids(&i.transit_gateway_route_table_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<TransitRouteTable>(cx, &ask)?;
    let transit_gateway_route_tables = found.show(|t, tags| show(cx, t, tags));
    Ok(s::DescribeTransitGatewayRouteTablesResult { transit_gateway_route_tables, next_token: found.next })
}

/// A table and an attachment of the same gateway.
fn pair(cx: &Cx, table: &str, attachment: &str) -> Result<(TransitRouteTable, Attachment), Fault> {
    let (t, a) = (usable(cx, table)?, attachment::usable(cx, attachment)?);
    match t.gateway == a.gateway {
        true => Ok((t, a)),
        false => {
            Err(err::invalid_value(format!("{} and {} belong to different transit gateways.", t.id, a.id)))
        }
    }
}

fn association(a: &Attachment, table: &str, state: &str) -> s::TransitGatewayAssociation {
    s::TransitGatewayAssociation {
        transit_gateway_route_table_id: Some(table.to_owned()),
        transit_gateway_attachment_id: Some(a.id.clone()),
        resource_id: Some(a.resource.clone()),
        resource_type: Some(a.kind.clone()),
        state: Some(state.to_owned()),
    }
}

/// Errors: InvalidRouteTableID.NotFound; InvalidTransitGatewayAttachmentID.NotFound; IncorrectState;
/// Resource.AlreadyAssociated.
pub(crate) fn associate(
    cx: &mut Cx,
    i: &s::AssociateTransitGatewayRouteTableRequest,
) -> Result<s::AssociateTransitGatewayRouteTableResult, Fault> {
    let (t, mut a) = pair(cx, &i.transit_gateway_route_table_id, &i.transit_gateway_attachment_id)?;
    if !a.association.is_empty() {
        let text = format!("Transit Gateway Attachment {} is already associated to a route table.", a.id);
        return Err(fault("Resource.AlreadyAssociated", text));
    }
    a.association.clone_from(&t.id);
    save(cx, &a)?;
    let association = Some(association(&a, &t.id, "associating"));
    Ok(s::AssociateTransitGatewayRouteTableResult { association })
}

/// Errors: InvalidRouteTableID.NotFound; InvalidTransitGatewayAttachmentID.NotFound; InvalidAssociation.NotFound.
pub(crate) fn disassociate(
    cx: &mut Cx,
    i: &s::DisassociateTransitGatewayRouteTableRequest,
) -> Result<s::DisassociateTransitGatewayRouteTableResult, Fault> {
    let t = usable(cx, &i.transit_gateway_route_table_id)?;
    let mut a = find::<Attachment>(cx, &i.transit_gateway_attachment_id)?;
    if a.association != t.id {
        let text = format!("Transit Gateway Attachment {} is not associated to route table {}.", a.id, t.id);
        return Err(fault("InvalidAssociation.NotFound", text));
    }
    a.association.clear();
    save(cx, &a)?;
    let association = Some(association(&a, &t.id, "disassociating"));
    Ok(s::DisassociateTransitGatewayRouteTableResult { association })
}

fn propagation(a: &Attachment, table: &str, state: &str) -> s::TransitGatewayPropagation {
    s::TransitGatewayPropagation {
        transit_gateway_attachment_id: Some(a.id.clone()),
        resource_id: Some(a.resource.clone()),
        resource_type: Some(a.kind.clone()),
        transit_gateway_route_table_id: Some(table.to_owned()),
        state: Some(state.to_owned()),
        ..s::TransitGatewayPropagation::default()
    }
}

/// Errors: InvalidRouteTableID.NotFound; InvalidTransitGatewayAttachmentID.NotFound; IncorrectState;
/// TransitGatewayRouteTablePropagation.Duplicate; InvalidParameterValue: a peering doesn't propagate.
pub(crate) fn enable(
    cx: &mut Cx,
    i: &s::EnableTransitGatewayRouteTablePropagationRequest,
) -> Result<s::EnableTransitGatewayRouteTablePropagationResult, Fault> {
    announced(i.transit_gateway_route_table_announcement_id.is_some())?;
    let id = i.transit_gateway_attachment_id.as_deref();
    let id = id.ok_or_else(|| missing("TransitGatewayAttachmentId"))?;
    let (t, mut a) = pair(cx, &i.transit_gateway_route_table_id, id)?;
    if a.kind == "peering" {
        let text = format!("{} is a peering attachment: it can not propagate routes.", a.id);
        return Err(err::invalid_value(text));
    }
    if a.propagations.contains(&t.id) {
        let text = format!("Propagation from {} to {} already exists.", a.id, t.id);
        return Err(fault("TransitGatewayRouteTablePropagation.Duplicate", text));
    }
    a.propagations.push(t.id.clone());
    save(cx, &a)?;
    let propagation = Some(propagation(&a, &t.id, "enabled"));
    Ok(s::EnableTransitGatewayRouteTablePropagationResult { propagation })
}

fn announced(given: bool) -> Result<(), Fault> {
    err::refuse(&[("TransitGatewayRouteTableAnnouncementId", given)])
}

/// Errors: InvalidRouteTableID.NotFound; InvalidTransitGatewayAttachmentID.NotFound;
/// TransitGatewayRouteTablePropagation.NotFound.
pub(crate) fn disable(
    cx: &mut Cx,
    i: &s::DisableTransitGatewayRouteTablePropagationRequest,
) -> Result<s::DisableTransitGatewayRouteTablePropagationResult, Fault> {
    announced(i.transit_gateway_route_table_announcement_id.is_some())?;
    let id = i.transit_gateway_attachment_id.as_deref();
    let mut a = find::<Attachment>(cx, id.ok_or_else(|| missing("TransitGatewayAttachmentId"))?)?;
    let t = usable(cx, &i.transit_gateway_route_table_id)?;
    if !a.propagations.contains(&t.id) {
        let text = format!("Propagation from {} to {} does not exist.", a.id, t.id);
        return Err(fault("TransitGatewayRouteTablePropagation.NotFound", text));
    }
    a.propagations.retain(|id| *id != t.id);
    save(cx, &a)?;
    let propagation = Some(propagation(&a, &t.id, "disabled"));
    Ok(s::DisableTransitGatewayRouteTablePropagationResult { propagation })
}

/// An attachment in the lists of a route table.
pub(crate) struct OfTable(Attachment);

impl Listed for OfTable {
    const FILTERS: &'static [(&'static str, Accessor<OfTable>)] = &[
        ("resource-id", |a, p| p.text(&a.0.resource)),
        ("resource-type", |a, p| p.text(&a.0.kind)),
        ("transit-gateway-attachment-id", |a, p| p.text(&a.0.id)),
    ];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Errors: InvalidRouteTableID.NotFound; those of [`listed`].
pub(crate) fn associations(
    cx: &mut Cx,
    i: &s::GetTransitGatewayRouteTableAssociationsRequest,
) -> Result<s::GetTransitGatewayRouteTableAssociationsResult, Fault> {
    let t = find::<TransitRouteTable>(cx, &i.transit_gateway_route_table_id)?;
    let ids = Some(vec![t.id.clone()]);
    let ask = Ask::new("GetTransitGatewayRouteTableAssociations", &i.filters)
        .ids(&ids)
        .pages(i.max_results, &i.next_token);
    let rows = on::<Attachment>(cx, &t.id)?.into_iter().filter(|a| a.association == t.id);
    let found = listed(cx, &ask, rows.map(OfTable))?;
    let associations = found.show(|a, _| s::TransitGatewayRouteTableAssociation {
        transit_gateway_attachment_id: Some(a.0.id.clone()),
        resource_id: Some(a.0.resource.clone()),
        resource_type: Some(a.0.kind.clone()),
        state: Some("associated".to_owned()),
    });
    Ok(s::GetTransitGatewayRouteTableAssociationsResult { associations, next_token: found.next })
}

/// Errors: InvalidRouteTableID.NotFound; those of [`listed`].
pub(crate) fn propagations(
    cx: &mut Cx,
    i: &s::GetTransitGatewayRouteTablePropagationsRequest,
) -> Result<s::GetTransitGatewayRouteTablePropagationsResult, Fault> {
    let t = find::<TransitRouteTable>(cx, &i.transit_gateway_route_table_id)?;
    let ids = Some(vec![t.id.clone()]);
    let ask = Ask::new("GetTransitGatewayRouteTablePropagations", &i.filters)
        .ids(&ids)
        .pages(i.max_results, &i.next_token);
    let rows = on::<Attachment>(cx, &t.id)?.into_iter().filter(|a| a.propagations.contains(&t.id));
    let found = listed(cx, &ask, rows.map(OfTable))?;
    let shown = found.show(|a, _| s::TransitGatewayRouteTablePropagation {
        transit_gateway_attachment_id: Some(a.0.id.clone()),
        resource_id: Some(a.0.resource.clone()),
        resource_type: Some(a.0.kind.clone()),
        state: Some("enabled".to_owned()),
        ..s::TransitGatewayRouteTablePropagation::default()
    });
    Ok(s::GetTransitGatewayRouteTablePropagationsResult {
        transit_gateway_route_table_propagations: shown,
        next_token: found.next,
    })
}

/// A table that an attachment propagates to.
pub(crate) struct To(String);

impl Listed for To {
    const FILTERS: &'static [(&'static str, Accessor<To>)] =
        &[("transit-gateway-route-table-id", |t, p| p.text(&t.0))];
    fn id(&self) -> &str {
        &self.0
    }
}

/// Errors: InvalidTransitGatewayAttachmentID.NotFound; those of [`listed`].
pub(crate) fn of_attachment(
    cx: &mut Cx,
    i: &s::GetTransitGatewayAttachmentPropagationsRequest,
) -> Result<s::GetTransitGatewayAttachmentPropagationsResult, Fault> {
    let a = find::<Attachment>(cx, &i.transit_gateway_attachment_id)?;
    let ids = Some(vec![a.id.clone()]);
    let ask = Ask::new("GetTransitGatewayAttachmentPropagations", &i.filters)
        .ids(&ids)
        .pages(i.max_results, &i.next_token);
    let mut tables = a.propagations;
    tables.sort();
    let found = listed(cx, &ask, tables.into_iter().map(To))?;
    let shown = found.show(|t, _| s::TransitGatewayAttachmentPropagation {
        transit_gateway_route_table_id: Some(t.0.clone()),
        state: Some("enabled".to_owned()),
    });
    Ok(s::GetTransitGatewayAttachmentPropagationsResult {
        transit_gateway_attachment_propagations: shown,
        next_token: found.next,
    })
}
