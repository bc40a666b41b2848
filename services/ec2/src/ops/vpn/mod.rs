//! Operations on customer gateways, virtual private gateways and VPN connections.

mod connection;
mod customer_gateway;
mod gateway;
mod modify;
mod route;

use kernel::Operation;
use shapes_ec2::op;

use crate::ops::{read, write};

/// All of them.
pub(crate) fn table() -> Vec<Operation> {
    vec![
        write::<op::CreateCustomerGateway>(customer_gateway::create),
        write::<op::DeleteCustomerGateway>(customer_gateway::delete),
        read::<op::DescribeCustomerGateways>(customer_gateway::describe),
        write::<op::CreateVpnGateway>(gateway::create),
        write::<op::DeleteVpnGateway>(gateway::delete),
        read::<op::DescribeVpnGateways>(gateway::describe),
        write::<op::AttachVpnGateway>(gateway::attach),
        write::<op::DetachVpnGateway>(gateway::detach),
        write::<op::EnableVgwRoutePropagation>(gateway::propagate),
        write::<op::DisableVgwRoutePropagation>(gateway::no_longer_propagate),
        Operation::write::<op::CreateVpnConnection>(connection::guard, connection::create),
        write::<op::DeleteVpnConnection>(connection::delete),
        read::<op::DescribeVpnConnections>(connection::describe),
        write::<op::ModifyVpnConnection>(modify::connection),
        write::<op::ModifyVpnConnectionOptions>(modify::options),
        Operation::write::<op::ModifyVpnTunnelOptions>(modify::tunnel_guard, modify::tunnel),
        write::<op::CreateVpnConnectionRoute>(route::create),
        write::<op::DeleteVpnConnectionRoute>(route::delete),
    ]
}
