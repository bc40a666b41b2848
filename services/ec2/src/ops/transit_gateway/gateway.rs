//! `CreateTransitGateway`, `ModifyTransitGateway`, `DeleteTransitGateway`, `DescribeTransitGateways`.
//! Source: EC2 API reference; transit gateway guide, "Transit gateway quotas" (2026-11-22). Texts of limits are inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::cidr::Cidr;
use crate::describe::{Ask, stored};
use crate::err::{self, fault, invalid_parameter};
use crate::life::{Life, end};
use crate::quotas::{self, room};
use crate::resource::{all, get, on, save};
use crate::transit_gateway::attachment::Attachment;
use crate::transit_gateway::route_table::{self, TransitRouteTable};
use crate::transit_gateway::{TRANSIT_GATEWAY, TransitGateway, show, usable};
use crate::{id, tags};

/// AWS takes about this long, for a gateway and for what belongs to it.
pub(crate) const USUAL_MS: i64 = 120_000;

/// Errors: TransitGatewayLimitExceeded; InvalidParameterValue: the number, a block.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTransitGatewayRequest,
) -> Result<s::CreateTransitGatewayResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &TRANSIT_GATEWAY)?;
    let o = i.options.clone().unwrap_or_default();
    err::refuse(&[("Options.MulticastSupport", o.multicast_support.as_deref() == Some("enable"))])?;
    room(cx, &quotas::TRANSIT_GATEWAYS, all::<TransitGateway>(cx)?.filter(|g| g.life.lasts()), 1)?;
    let usual =
        ["DefaultRouteTableAssociation", "DefaultRouteTablePropagation", "VpnEcmpSupport", "DnsSupport"];
    let mut row = TransitGateway {
        id: id::fresh(cx, "tgw"),
        description: i.description.clone().unwrap_or_default(),
        asn: number(o.amazon_side_asn.unwrap_or(64_512))?,
        blocks: own_blocks(o.transit_gateway_cidr_blocks.as_deref().unwrap_or_default())?,
        on: usual.map(str::to_owned).to_vec(),
        life: Life::new(cx, USUAL_MS),
        ..TransitGateway::default()
    };
    row.set("AutoAcceptSharedAttachments", o.auto_accept_shared_attachments.as_deref());
    row.set("DefaultRouteTableAssociation", o.default_route_table_association.as_deref());
    row.set("DefaultRouteTablePropagation", o.default_route_table_propagation.as_deref());
    row.set("VpnEcmpSupport", o.vpn_ecmp_support.as_deref());
    row.set("DnsSupport", o.dns_support.as_deref());
    row.set("SecurityGroupReferencingSupport", o.security_group_referencing_support.as_deref());
    let (association, propagation) =
        (row.is_on("DefaultRouteTableAssociation"), row.is_on("DefaultRouteTablePropagation"));
    if association || propagation {
        let life = Life::new(cx, USUAL_MS);
        let gateway = row.id.clone();
        let table = TransitRouteTable { id: id::fresh(cx, "tgw-rtb"), gateway, life, routes: Vec::new() };
        save(cx, &table)?;
        row.association_table = if association { table.id.clone() } else { String::new() };
        row.propagation_table = if propagation { table.id } else { String::new() };
    }
    save(cx, &row)?;
    tags::add(cx, &TRANSIT_GATEWAY, &row.id, &tags)?;
    let mut shown = show(cx, &row, &tags);
    shown.state = Some("pending".to_owned());
    Ok(s::CreateTransitGatewayResult { transit_gateway: Some(shown) })
}

/// A private number of 16 or 32 bits.
pub(crate) fn number(asn: i64) -> Result<i64, Fault> {
    match (64_512..=65_534).contains(&asn) || (4_200_000_000..=4_294_967_294).contains(&asn) {
        true => Ok(asn),
        false => Err(invalid_parameter(
            asn,
            "AmazonSideAsn",
            "It must be a private ASN: 64512 to 65534 or 4200000000 to 4294967294.",
        )),
    }
}

/// Blocks of a gateway: /24 and larger, or /64 and larger.
fn own_blocks(given: &[String]) -> Result<Vec<String>, Fault> {
    let read = |text: &String| {
        let good = Cidr::parse(text).filter(|c| Cidr::is_exact(text) && c.len <= if c.v6 { 64 } else { 24 });
        good.map(|c| c.to_string()).ok_or_else(|| invalid_parameter(text, "TransitGatewayCidrBlocks", ""))
    };
    given.iter().map(read).collect()
}

/// Errors: InvalidTransitGatewayID.NotFound; IncorrectState; InvalidRouteTableID.NotFound; InvalidParameterValue.
pub(crate) fn modify(
    cx: &mut Cx,
    i: &s::ModifyTransitGatewayRequest,
) -> Result<s::ModifyTransitGatewayResult, Fault> {
    let mut row = usable(cx, &i.transit_gateway_id)?;
    let o = i.options.clone().unwrap_or_default();
    err::refuse(&[("Options.EncryptionSupport", o.encryption_support.is_some())])?;
    if let Some(text) = &i.description {
        row.description.clone_from(text);
    }
    if let Some(asn) = o.amazon_side_asn {
        row.asn = number(asn)?;
    }
    row.set("AutoAcceptSharedAttachments", o.auto_accept_shared_attachments.as_deref());
    row.set("DefaultRouteTableAssociation", o.default_route_table_association.as_deref());
    row.set("DefaultRouteTablePropagation", o.default_route_table_propagation.as_deref());
    row.set("VpnEcmpSupport", o.vpn_ecmp_support.as_deref());
    row.set("DnsSupport", o.dns_support.as_deref());
    row.set("SecurityGroupReferencingSupport", o.security_group_referencing_support.as_deref());
    let own = |table: Option<&str>| match table {
        Some(id) => Ok(route_table::usable(cx, id)?.id),
        None => Ok(String::new()),
    };
    if o.association_default_route_table_id.is_some() {
        row.association_table = own(o.association_default_route_table_id.as_deref())?;
    }
    if o.propagation_default_route_table_id.is_some() {
        row.propagation_table = own(o.propagation_default_route_table_id.as_deref())?;
    }
    row.blocks.retain(|b| !o.remove_transit_gateway_cidr_blocks.iter().flatten().any(|r| r == b));
    row.blocks.extend(own_blocks(o.add_transit_gateway_cidr_blocks.as_deref().unwrap_or_default())?);
    save(cx, &row)?;
    let shown = show(cx, &row, &tags::of(cx, &row.id)?);
    Ok(s::ModifyTransitGatewayResult { transit_gateway: Some(shown) })
}

/// Its default route table goes with it.
///
/// Errors: InvalidTransitGatewayID.NotFound; IncorrectState: attachments, other route tables.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTransitGatewayRequest,
) -> Result<s::DeleteTransitGatewayResult, Fault> {
    let mut row = usable(cx, &i.transit_gateway_id)?;
    let there: Vec<Attachment> = on::<Attachment>(cx, &row.id)?;
    let lasting = |peering: bool| {
        let own =
            there.iter().filter(|a| a.gateway == row.id && a.lasts() && (a.kind == "peering") == peering);
        own.map(|a| a.id.as_str()).collect::<Vec<_>>().join(", ")
    };
    for (peering, what) in [(false, "Transit Gateway"), (true, "Transit Gateway Cross Region Peering")] {
        let ids = lasting(peering);
        if !ids.is_empty() {
            let text = format!("{} has non-deleted {what} Attachments: {ids}.", row.id);
            return Err(fault("IncorrectState", text));
        }
    }
    for mut table in on::<TransitRouteTable>(cx, &row.id)? {
        if table.life.lasts() {
            end(cx, &mut table, USUAL_MS)?;
        }
    }
    end(cx, &mut row, USUAL_MS)?;
    let mut shown = show(cx, &row, &tags::of(cx, &row.id)?);
    shown.state = Some("deleting".to_owned());
    Ok(s::DeleteTransitGatewayResult { transit_gateway: Some(shown) })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTransitGatewaysRequest,
) -> Result<s::DescribeTransitGatewaysResult, Fault> {
    let ask = Ask::new("DescribeTransitGateways", &i.filters)
        .ids(&i.transit_gateway_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<TransitGateway>(cx, &ask)?;
    let transit_gateways = found.show(|g, tags| show(cx, g, tags));
    Ok(s::DescribeTransitGatewaysResult { transit_gateways, next_token: found.next })
}

/// The tables that a new attachment of a gateway is associated with and propagates to.
pub(crate) fn defaults(cx: &Cx, gateway: &TransitGateway) -> Result<(String, Vec<String>), Fault> {
    let there = |id: &str| -> Result<Option<String>, Fault> {
        Ok(get::<TransitRouteTable>(cx, id)?.filter(|t| t.life.lasts()).map(|t| t.id))
    };
    let association = match gateway.is_on("DefaultRouteTableAssociation") {
        true => there(&gateway.association_table)?,
        false => None,
    };
    let propagation = match gateway.is_on("DefaultRouteTablePropagation") {
        true => there(&gateway.propagation_table)?,
        false => None,
    };
    Ok((association.unwrap_or_default(), propagation.into_iter().collect()))
}
