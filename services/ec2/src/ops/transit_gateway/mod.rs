//! Operations on transit gateways, their attachments and route tables.

mod attachment;
pub(crate) mod gateway;
pub(crate) mod peering;
pub(crate) mod prefix_list;
mod route;
pub(crate) mod route_table;

use kernel::Operation;
use shapes_ec2::op;

use crate::ops::{read, write};

/// Gateways and their attachments.
pub(crate) fn gateways() -> Vec<Operation> {
    vec![
        write::<op::CreateTransitGateway>(gateway::create),
        write::<op::ModifyTransitGateway>(gateway::modify),
        write::<op::DeleteTransitGateway>(gateway::delete),
        read::<op::DescribeTransitGateways>(gateway::describe),
        read::<op::DescribeTransitGatewayAttachments>(attachment::describe),
        write::<op::CreateTransitGatewayVpcAttachment>(attachment::create),
        write::<op::ModifyTransitGatewayVpcAttachment>(attachment::modify),
        write::<op::DeleteTransitGatewayVpcAttachment>(attachment::delete),
        write::<op::AcceptTransitGatewayVpcAttachment>(attachment::accept),
        write::<op::RejectTransitGatewayVpcAttachment>(attachment::reject),
        read::<op::DescribeTransitGatewayVpcAttachments>(attachment::describe_to_vpcs),
        write::<op::CreateTransitGatewayPeeringAttachment>(peering::create)
            .placed_by::<op::CreateTransitGatewayPeeringAttachment>(peering::new_place),
        write::<op::AcceptTransitGatewayPeeringAttachment>(peering::accept)
            .placed_by::<op::AcceptTransitGatewayPeeringAttachment>(|tx, scope, i| {
            peering::place(tx, scope, &i.transit_gateway_attachment_id)
        }),
        write::<op::RejectTransitGatewayPeeringAttachment>(peering::reject)
            .placed_by::<op::RejectTransitGatewayPeeringAttachment>(|tx, scope, i| {
            peering::place(tx, scope, &i.transit_gateway_attachment_id)
        }),
        write::<op::DeleteTransitGatewayPeeringAttachment>(peering::delete)
            .placed_by::<op::DeleteTransitGatewayPeeringAttachment>(|tx, scope, i| {
            peering::place(tx, scope, &i.transit_gateway_attachment_id)
        }),
        read::<op::DescribeTransitGatewayPeeringAttachments>(peering::describe),
    ]
}

/// Their route tables.
pub(crate) fn routes() -> Vec<Operation> {
    vec![
        write::<op::CreateTransitGatewayRouteTable>(route_table::create),
        write::<op::DeleteTransitGatewayRouteTable>(route_table::delete),
        read::<op::DescribeTransitGatewayRouteTables>(route_table::describe),
        write::<op::AssociateTransitGatewayRouteTable>(route_table::associate),
        write::<op::DisassociateTransitGatewayRouteTable>(route_table::disassociate),
        write::<op::EnableTransitGatewayRouteTablePropagation>(route_table::enable),
        write::<op::DisableTransitGatewayRouteTablePropagation>(route_table::disable),
        read::<op::GetTransitGatewayRouteTableAssociations>(route_table::associations),
        read::<op::GetTransitGatewayRouteTablePropagations>(route_table::propagations),
        read::<op::GetTransitGatewayAttachmentPropagations>(route_table::of_attachment),
        write::<op::CreateTransitGatewayRoute>(route::create),
        write::<op::ReplaceTransitGatewayRoute>(route::replace),
        write::<op::DeleteTransitGatewayRoute>(route::delete),
        read::<op::SearchTransitGatewayRoutes>(route::search),
        write::<op::CreateTransitGatewayPrefixListReference>(prefix_list::create),
        write::<op::ModifyTransitGatewayPrefixListReference>(prefix_list::modify),
        write::<op::DeleteTransitGatewayPrefixListReference>(prefix_list::delete),
        read::<op::GetTransitGatewayPrefixListReferences>(prefix_list::list),
    ]
}
