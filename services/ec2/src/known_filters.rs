//! Which filters Describe operations know, for tests that hold them against what is documented (`tests/filters.tsv`).

use crate::resource::Listed;

/// Filters by operation, without those by tag, which are the engine's.
pub fn known_filters() -> Vec<(&'static str, Vec<&'static str>)> {
    use crate::ops::transit_gateway::{prefix_list::Reference, route_table::OfTable, route_table::To};
    fn of<R: Listed>(operation: &'static str) -> (&'static str, Vec<&'static str>) {
        (operation, R::FILTERS.iter().map(|(name, _)| *name).collect())
    }
    vec![
        of::<crate::zones::RegionRow>("DescribeRegions"),
        of::<crate::zones::Zone>("DescribeAvailabilityZones"),
        of::<crate::key_pair::KeyPair>("DescribeKeyPairs"),
        of::<crate::vpc::Vpc>("DescribeVpcs"),
        of::<crate::subnet::Subnet>("DescribeSubnets"),
        of::<crate::dhcp_options::DhcpOptions>("DescribeDhcpOptions"),
        of::<crate::vpc_peering_connection::Peering>("DescribeVpcPeeringConnections"),
        of::<crate::internet_gateway::InternetGateway>("DescribeInternetGateways"),
        of::<crate::nat_gateway::NatGateway>("DescribeNatGateways"),
        of::<crate::carrier_gateway::CarrierGateway>("DescribeCarrierGateways"),
        of::<crate::trunk::TrunkAssociation>("DescribeTrunkInterfaceAssociations"),
        of::<crate::route_table::RouteTable>("DescribeRouteTables"),
        of::<crate::vpc_endpoint::VpcEndpoint>("DescribeVpcEndpoints"),
        of::<crate::endpoint_services::Service>("DescribeVpcEndpointServices"),
        of::<crate::network_acl::NetworkAcl>("DescribeNetworkAcls"),
        of::<crate::security_group::SecurityGroup>("DescribeSecurityGroups"),
        of::<crate::security_group_rule::GroupRule>("DescribeSecurityGroupRules"),
        of::<crate::group_vpc::GroupVpc>("DescribeSecurityGroupVpcAssociations"),
        of::<crate::group_vpc::ForVpc>("GetSecurityGroupsForVpc"),
        of::<crate::prefix_list::PrefixList>("DescribeManagedPrefixLists"),
        of::<crate::ops::describe_prefix_lists::OfAws>("DescribePrefixLists"),
        of::<crate::subnet_cidr_reservation::Reservation>("GetSubnetCidrReservations"),
        of::<crate::elastic_ip::ElasticIp>("DescribeAddresses"),
        of::<crate::event_window::EventWindow>("DescribeInstanceEventWindows"),
        of::<crate::snapshot_lock::Locked>("DescribeLockedSnapshots"),
        of::<crate::replace_root_volume::Task>("DescribeReplaceRootVolumeTasks"),
        of::<crate::launch_template::LaunchTemplate>("DescribeLaunchTemplates"),
        of::<crate::fleet::Fleet>("DescribeFleets"),
        of::<crate::spot_request::SpotRequest>("DescribeSpotInstanceRequests"),
        of::<crate::placement_group::PlacementGroup>("DescribePlacementGroups"),
        of::<crate::capacity_reservation::CapacityReservation>("DescribeCapacityReservations"),
        of::<crate::dedicated_host::Host>("DescribeHosts"),
        of::<crate::network_interface::NetworkInterface>("DescribeNetworkInterfaces"),
        of::<crate::transit_gateway::TransitGateway>("DescribeTransitGateways"),
        of::<crate::transit_gateway::attachment::Attachment>("DescribeTransitGatewayAttachments"),
        of::<crate::transit_gateway::attachment::ToVpc>("DescribeTransitGatewayVpcAttachments"),
        of::<crate::transit_gateway::attachment::ToPeer>("DescribeTransitGatewayPeeringAttachments"),
        of::<crate::transit_gateway::route_table::TransitRouteTable>("DescribeTransitGatewayRouteTables"),
        of::<OfTable>("GetTransitGatewayRouteTableAssociations"),
        of::<OfTable>("GetTransitGatewayRouteTablePropagations"),
        of::<To>("GetTransitGatewayAttachmentPropagations"),
        of::<Reference>("GetTransitGatewayPrefixListReferences"),
        of::<crate::customer_gateway::CustomerGateway>("DescribeCustomerGateways"),
        of::<crate::vpn_gateway::VpnGateway>("DescribeVpnGateways"),
        of::<crate::vpn_connection::VpnConnection>("DescribeVpnConnections"),
        of::<crate::flow_log::FlowLog>("DescribeFlowLogs"),
        of::<crate::traffic_mirror::Filter>("DescribeTrafficMirrorFilters"),
        of::<crate::traffic_mirror::rule::Rule>("DescribeTrafficMirrorFilterRules"),
        of::<crate::traffic_mirror::target::Target>("DescribeTrafficMirrorTargets"),
        of::<crate::traffic_mirror::session::Session>("DescribeTrafficMirrorSessions"),
    ]
}
