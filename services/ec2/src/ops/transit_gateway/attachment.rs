//! Attachments of transit gateways to VPCs: `Create…`, `Modify…`, `Delete…`, `DescribeTransitGatewayVpcAttachment…`, and
//! `DescribeTransitGatewayAttachments`, which lists those to other gateways, too.
//! Source: EC2 API reference; transit gateway guide, "VPC attachments"; the text for a second attachment as users reported it
//! (hashicorp/terraform-provider-aws#25868, 2022), others inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed, stored};
use crate::err::{fault, invalid_parameter, missing};
use crate::life::{Life, end};
use crate::network_interface::{Attachment as Plug, NetworkInterface, Plan, destroy, make};
use crate::ops::transit_gateway::gateway::{USUAL_MS, defaults};
use crate::quotas::{self, room};
use crate::resource::{all, find, get, on, save};
use crate::subnet::Subnet;
use crate::transit_gateway::attachment::{
    Attachment, TRANSIT_GATEWAY_ATTACHMENT, ToVpc, between, of_kind, show, show_to_vpc,
};
use crate::transit_gateway::usable;
use crate::vpc::Vpc;
use crate::{id, tags};

/// Errors: InvalidTransitGatewayID.NotFound; IncorrectState; InvalidVpcID.NotFound; InvalidSubnetID.NotFound;
/// DuplicateTransitGatewayAttachment; DuplicateSubnetsInSameZone; TransitGatewayAttachmentLimitExceeded.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTransitGatewayVpcAttachmentRequest,
) -> Result<s::CreateTransitGatewayVpcAttachmentResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &TRANSIT_GATEWAY_ATTACHMENT)?;
    let gateway = usable(cx, &i.transit_gateway_id)?;
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    if between(cx, &vpc.id, &gateway.id)?.is_some() {
        let text = format!("{} has non-deleted Transit Gateway Attachments with same VPC ID.", gateway.id);
        return Err(fault("DuplicateTransitGatewayAttachment", text));
    }
    let lasting = |id: &str| -> Result<Vec<Attachment>, Fault> {
        Ok(on::<Attachment>(cx, id)?.into_iter().filter(Attachment::lasts).collect())
    };
    room(cx, &quotas::ATTACHMENTS_PER_GATEWAY, lasting(&gateway.id)?.iter(), 1)?;
    room(cx, &quotas::ATTACHMENTS_PER_VPC, lasting(&vpc.id)?.iter(), 1)?;
    let (association, propagations) = defaults(cx, &gateway)?;
    let mut row = Attachment {
        id: id::fresh(cx, "tgw-attach"),
        gateway: gateway.id,
        kind: "vpc".to_owned(),
        resource: vpc.id,
        on: vec!["DnsSupport".to_owned(), "SecurityGroupReferencingSupport".to_owned()],
        association,
        propagations,
        life: Life::new(cx, USUAL_MS),
        ..Attachment::default()
    };
    if i.subnet_ids.is_empty() {
        return Err(missing("SubnetIds"));
    }
    plug_in(cx, &mut row, &i.subnet_ids)?;
    let o = i.options.clone().unwrap_or_default();
    row.set("DnsSupport", o.dns_support.as_deref());
    row.set("SecurityGroupReferencingSupport", o.security_group_referencing_support.as_deref());
    row.set("Ipv6Support", o.ipv6_support.as_deref());
    row.set("ApplianceModeSupport", o.appliance_mode_support.as_deref());
    save(cx, &row)?;
    tags::add(cx, &TRANSIT_GATEWAY_ATTACHMENT, &row.id, &tags)?;
    let mut shown = show_to_vpc(cx, &row, &tags);
    shown.state = Some("pending".to_owned());
    Ok(s::CreateTransitGatewayVpcAttachmentResult { transit_gateway_vpc_attachment: Some(shown) })
}

/// Gives an attachment an interface in each of these subnets, one a zone.
fn plug_in(cx: &mut Cx, row: &mut Attachment, subnets: &[String]) -> Result<(), Fault> {
    for name in subnets {
        let subnet = find::<Subnet>(cx, name)?;
        if subnet.vpc != row.resource {
            let text = format!("Subnet {name} does not belong to VPC {}.", row.resource);
            return Err(fault("InvalidSubnet.Conflict", text));
        }
        for (other, _) in &row.subnets {
            if get::<Subnet>(cx, other)?.is_some_and(|o| o.zone == subnet.zone) {
                let text = format!("Duplicate Subnets for same AZ: {name}, {other}");
                return Err(fault("DuplicateSubnetsInSameZone", text));
            }
        }
        let description = format!("Network Interface for Transit Gateway Attachment {}", row.id);
        let plan = Plan {
            subnet: &subnet.id,
            description: &description,
            kind: "transit_gateway",
            manager: &row.id,
            ..Plan::default()
        };
        let mut interface = make(cx, &plan)?;
        interface.groups.clear();
        interface.attachment = Some(Plug {
            id: id::fresh(cx, "ela-attach"),
            instance_owner: "amazon-aws".to_owned(),
            device_index: 1,
            attached_ms: cx.now_ms,
            ..Plug::default()
        });
        save(cx, &interface)?;
        row.subnets.push((subnet.id, interface.id));
    }
    Ok(())
}

fn unplug(cx: &mut Cx, interface: &str) -> Result<(), Fault> {
    match get::<NetworkInterface>(cx, interface)? {
        Some(row) => destroy(cx, &row),
        None => Ok(()),
    }
}

/// Errors: InvalidTransitGatewayAttachmentID.NotFound; IncorrectState; InvalidSubnetID.NotFound; as for a new one.
pub(crate) fn modify(
    cx: &mut Cx,
    i: &s::ModifyTransitGatewayVpcAttachmentRequest,
) -> Result<s::ModifyTransitGatewayVpcAttachmentResult, Fault> {
    let mut row = of_kind(cx, &i.transit_gateway_attachment_id, "vpc")?;
    in_state(cx, &row)?;
    for gone in i.remove_subnet_ids.iter().flatten() {
        let Some(at) = row.subnets.iter().position(|(subnet, _)| subnet == gone) else {
            return Err(invalid_parameter(gone, "RemoveSubnetIds", "It is not a subnet of the attachment."));
        };
        let (_, interface) = row.subnets.remove(at);
        unplug(cx, &interface)?;
    }
    plug_in(cx, &mut row, i.add_subnet_ids.as_deref().unwrap_or_default())?;
    if row.subnets.is_empty() {
        return Err(invalid_parameter("", "RemoveSubnetIds", "An attachment needs at least one subnet."));
    }
    let o = i.options.clone().unwrap_or_default();
    row.set("DnsSupport", o.dns_support.as_deref());
    row.set("SecurityGroupReferencingSupport", o.security_group_referencing_support.as_deref());
    row.set("Ipv6Support", o.ipv6_support.as_deref());
    row.set("ApplianceModeSupport", o.appliance_mode_support.as_deref());
    save(cx, &row)?;
    let shown = show_to_vpc(cx, &row, &tags::of(cx, &row.id)?);
    Ok(s::ModifyTransitGatewayVpcAttachmentResult { transit_gateway_vpc_attachment: Some(shown) })
}

/// Refuses an attachment that isn't available.
pub(crate) fn in_state(cx: &Cx, row: &Attachment) -> Result<(), Fault> {
    match row.state(cx) {
        "available" => Ok(()),
        state => {
            let text = format!("{} is in invalid state. Current state: {state}", row.id);
            Err(fault("IncorrectState", text))
        }
    }
}

/// Errors: InvalidTransitGatewayAttachmentID.NotFound; IncorrectState.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTransitGatewayVpcAttachmentRequest,
) -> Result<s::DeleteTransitGatewayVpcAttachmentResult, Fault> {
    let mut row = of_kind(cx, &i.transit_gateway_attachment_id, "vpc")?;
    in_state(cx, &row)?;
    for (_, interface) in row.subnets.clone() {
        unplug(cx, &interface)?;
    }
    row.association.clear();
    row.propagations.clear();
    end(cx, &mut row, USUAL_MS)?;
    let mut shown = show_to_vpc(cx, &row, &tags::of(cx, &row.id)?);
    shown.state = Some("deleting".to_owned());
    Ok(s::DeleteTransitGatewayVpcAttachmentResult { transit_gateway_vpc_attachment: Some(shown) })
}

/// Only what another account attached to a shared gateway waits. None can be shared here, so that none waits.
///
/// Errors: InvalidTransitGatewayAttachmentID.NotFound; IncorrectState.
fn not_waiting(cx: &Cx, id: &str) -> Result<Fault, Fault> {
    let row = of_kind(cx, id, "vpc")?;
    let text = format!("{} is in invalid state. Current state: {}", row.id, row.state(cx));
    Ok(fault("IncorrectState", text))
}

/// Errors: InvalidTransitGatewayAttachmentID.NotFound; IncorrectState: it doesn't wait.
pub(crate) fn accept(
    cx: &mut Cx,
    i: &s::AcceptTransitGatewayVpcAttachmentRequest,
) -> Result<s::AcceptTransitGatewayVpcAttachmentResult, Fault> {
    Err(not_waiting(cx, &i.transit_gateway_attachment_id)?)
}

/// Errors: as for accepting.
pub(crate) fn reject(
    cx: &mut Cx,
    i: &s::RejectTransitGatewayVpcAttachmentRequest,
) -> Result<s::RejectTransitGatewayVpcAttachmentResult, Fault> {
    Err(not_waiting(cx, &i.transit_gateway_attachment_id)?)
}

/// Attachments of a kind, those with the given ids or all.
///
/// Errors: InvalidTransitGatewayAttachmentID.NotFound.
pub(crate) fn of(cx: &Cx, ids: &Option<Vec<String>>, kind: &str) -> Result<Vec<Attachment>, Fault> {
    match ids.as_deref().filter(|ids| !ids.is_empty()) {
        Some(ids) => {
            let mut rows = ids.iter().map(|id| of_kind(cx, id, kind)).collect::<Result<Vec<_>, _>>()?;
            rows.sort_by(|a, b| a.id.cmp(&b.id));
            rows.dedup_by(|a, b| a.id == b.id);
            Ok(rows)
        }
        None => Ok(all::<Attachment>(cx)?.filter(|a| a.kind == kind).collect()),
    }
}

/// Errors: InvalidTransitGatewayAttachmentID.NotFound; those of [`listed`].
pub(crate) fn describe_to_vpcs(
    cx: &mut Cx,
    i: &s::DescribeTransitGatewayVpcAttachmentsRequest,
) -> Result<s::DescribeTransitGatewayVpcAttachmentsResult, Fault> {
    let ask = Ask::new("DescribeTransitGatewayVpcAttachments", &i.filters)
        .ids(&i.transit_gateway_attachment_ids)
        .pages(i.max_results, &i.next_token);
    let rows = of(cx, &i.transit_gateway_attachment_ids, "vpc")?;
    let found = listed(cx, &ask, rows.into_iter().map(ToVpc))?;
    let transit_gateway_vpc_attachments = found.show(|a, tags| show_to_vpc(cx, &a.0, tags));
    Ok(s::DescribeTransitGatewayVpcAttachmentsResult {
        transit_gateway_vpc_attachments,
        next_token: found.next,
    })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTransitGatewayAttachmentsRequest,
) -> Result<s::DescribeTransitGatewayAttachmentsResult, Fault> {
    let ask = Ask::new("DescribeTransitGatewayAttachments", &i.filters)
        .ids(&i.transit_gateway_attachment_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<Attachment>(cx, &ask)?;
    let transit_gateway_attachments = found.show(|a, tags| show(cx, a, tags));
    Ok(s::DescribeTransitGatewayAttachmentsResult { transit_gateway_attachments, next_token: found.next })
}
