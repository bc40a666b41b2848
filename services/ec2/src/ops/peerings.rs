//! The rows of the table for VPC peering connections: what changes one is decided in the lanes of both sides.

use kernel::Operation;
use shapes_ec2::op;

use crate::ops::{
    accept_vpc_peering_connection, create_vpc_peering_connection, delete_vpc_peering_connection,
    describe_vpc_peering_connections, modify_vpc_peering_connection_options, read,
    reject_vpc_peering_connection, write,
};
use crate::vpc_peering_connection::place;

/// Operations on connections.
pub(crate) fn table() -> Vec<Operation> {
    vec![
        write::<op::CreateVpcPeeringConnection>(create_vpc_peering_connection::decide)
            .placed_by::<op::CreateVpcPeeringConnection>(create_vpc_peering_connection::place),
        write::<op::AcceptVpcPeeringConnection>(accept_vpc_peering_connection::decide)
            .placed_by::<op::AcceptVpcPeeringConnection>(|tx, at, i| place(tx, at, &i.vpc_peering_connection_id)),
        write::<op::RejectVpcPeeringConnection>(reject_vpc_peering_connection::decide)
            .placed_by::<op::RejectVpcPeeringConnection>(|tx, at, i| place(tx, at, &i.vpc_peering_connection_id)),
        write::<op::DeleteVpcPeeringConnection>(delete_vpc_peering_connection::decide)
            .placed_by::<op::DeleteVpcPeeringConnection>(|tx, at, i| place(tx, at, &i.vpc_peering_connection_id)),
        read::<op::DescribeVpcPeeringConnections>(describe_vpc_peering_connections::decide),
        write::<op::ModifyVpcPeeringConnectionOptions>(modify_vpc_peering_connection_options::decide)
            .placed_by::<op::ModifyVpcPeeringConnectionOptions>(|tx, at, i| {
                place(tx, at, &i.vpc_peering_connection_id)
            }),
    ]
}
