//! The operation table: a row per operation that is built. Guards come from facts, dry runs, denials and the founding are
//! the same for all; so a row is a name and a decision.

mod accept_vpc_peering_connection;
mod account_attributes;
mod account_settings;
mod address_attribute;
mod address_transfer;
mod allocate_address;
mod assign_ipv6_addresses;
mod assign_private_ip_addresses;
mod associate_address;
mod associate_dhcp_options;
mod associate_route_table;
mod associate_subnet_cidr_block;
mod associate_vpc_cidr_block;
mod attach_internet_gateway;
mod attach_network_interface;
mod attach_volume;
mod authorize_security_group;
mod capacity_reservation;
mod carrier_gateway;
mod change_instances;
mod copy_image;
mod copy_snapshot;
mod create_default_subnet;
mod create_default_vpc;
mod create_dhcp_options;
mod create_egress_only_internet_gateway;
mod create_image;
mod create_internet_gateway;
mod create_key_pair;
mod create_managed_prefix_list;
mod create_nat_gateway;
mod create_network_acl;
mod create_network_acl_entry;
mod create_network_interface;
mod create_route;
mod create_route_table;
mod create_security_group;
mod create_snapshot;
mod create_snapshots;
mod create_subnet;
mod create_subnet_cidr_reservation;
mod create_tags;
mod create_volume;
mod create_vpc;
mod create_vpc_endpoint;
mod create_vpc_peering_connection;
mod dedicated_host;
mod delete_dhcp_options;
mod delete_egress_only_internet_gateway;
mod delete_internet_gateway;
mod delete_key_pair;
mod delete_managed_prefix_list;
mod delete_nat_gateway;
mod delete_network_acl;
mod delete_network_acl_entry;
mod delete_network_interface;
mod delete_route;
mod delete_route_table;
mod delete_security_group;
mod delete_snapshot;
mod delete_subnet;
mod delete_subnet_cidr_reservation;
mod delete_tags;
mod delete_volume;
mod delete_vpc;
mod delete_vpc_endpoints;
mod delete_vpc_peering_connection;
mod deregister_image;
mod describe_addresses;
mod describe_availability_zones;
mod describe_dhcp_options;
mod describe_egress_only_internet_gateways;
mod describe_images;
pub(crate) mod describe_instance_status;
pub(crate) mod describe_instance_type_offerings;
mod describe_instance_types;
mod describe_instances;
mod describe_internet_gateways;
mod describe_key_pairs;
mod describe_managed_prefix_lists;
mod describe_nat_gateways;
mod describe_network_acls;
mod describe_network_interface_attribute;
mod describe_network_interfaces;
pub(crate) mod describe_prefix_lists;
mod describe_regions;
mod describe_route_tables;
mod describe_security_group_references;
mod describe_security_group_rules;
mod describe_security_groups;
mod describe_snapshots;
mod describe_spot_price_history;
mod describe_subnets;
pub(crate) mod describe_tags;
pub(crate) mod describe_volumes;
mod describe_vpc_attribute;
mod describe_vpc_endpoint_services;
mod describe_vpc_endpoints;
mod describe_vpc_peering_connections;
mod describe_vpcs;
mod detach_internet_gateway;
mod disassociate_address;
mod disassociate_route_table;
mod disassociate_subnet_cidr_block;
mod disassociate_vpc_cidr_block;
mod enable_image;
mod event_windows;
mod fleets;
mod flow_logs;
mod get_launch_template_data;
mod get_managed_prefix_list_associations;
mod get_managed_prefix_list_entries;
mod get_subnet_cidr_reservations;
mod group_vpc;
mod iam_instance_profile;
mod id_formats;
mod image_attribute;
mod image_protection;
mod import_key_pair;
mod instance_attribute;
pub(crate) mod instance_options;
mod instance_requirements;
mod instance_settings;
mod launch_template;
mod launch_template_versions;
mod modify_availability_zone_group;
mod modify_instance_placement;
mod modify_managed_prefix_list;
mod modify_network_interface_attribute;
mod modify_security_group_rules;
mod modify_subnet_attribute;
mod modify_volume;
mod modify_vpc_attribute;
mod modify_vpc_endpoint;
mod modify_vpc_peering_connection_options;
mod modify_vpc_tenancy;
mod nat_gateway_address;
mod of_instances;
mod peerings;
mod placement_group;
mod register_image;
mod reject_vpc_peering_connection;
mod release_address;
mod replace_network_acl_association;
mod replace_network_acl_entry;
mod replace_route;
mod replace_route_table_association;
mod reset_network_interface_attribute;
mod restore_managed_prefix_list_version;
mod revoke_security_group;
mod run_instances;
mod snapshot_attribute;
mod spot_fleets;
mod spot_requests;
mod traffic_mirror;
pub(crate) mod transit_gateway;
mod trunk;
mod unassign_ipv6_addresses;
mod unassign_private_ip_addresses;
mod update_security_group_rule_descriptions;
mod volume_attribute;
mod vpn;

use codec::{Fault, Op};
use kernel::{Cx, Operation};
use shapes_ec2::op;

use crate::{err, founding, guard, preflight};

/// Operations with their guards and decisions.
pub(crate) fn table() -> Vec<Operation> {
    let groups = [
        places(),
        tags(),
        vpcs(),
        subnets(),
        gateways(),
        routes(),
        acls(),
        groups(),
        prefix_lists(),
        interfaces(),
        instance_types(),
        images(),
        volumes(),
        snapshots(),
        addresses(),
        keys(),
        endpoints(),
        account_settings::table(),
        event_windows::table(),
        id_formats::table(),
        spot_fleets::table(),
        crate::snapshot_lock::table(),
        crate::replace_root_volume::table(),
        peerings::table(),
        transit_gateway::gateways(),
        transit_gateway::routes(),
        vpn::table(),
        flow_logs(),
        traffic_mirror::table(),
    ];
    let all = groups.into_iter().flatten().chain(of_instances::table()).map(preflight::with);
    all.map(|o| o.denies(err::denied).founds(founding::FOUNDING)).collect()
}

fn read<O: Op>(decide: fn(&mut Cx, &O::Input) -> Result<O::Output, Fault>) -> Operation {
    Operation::read::<O>(guard::of::<O>, decide)
}

fn write<O: Op>(decide: fn(&mut Cx, &O::Input) -> Result<O::Output, Fault>) -> Operation {
    Operation::write::<O>(guard::of::<O>, decide)
}

fn places() -> Vec<Operation> {
    vec![
        read::<op::DescribeRegions>(describe_regions::decide),
        read::<op::DescribeAvailabilityZones>(describe_availability_zones::decide),
        write::<op::ModifyAvailabilityZoneGroup>(modify_availability_zone_group::decide),
        read::<op::DescribeAccountAttributes>(account_attributes::describe),
    ]
}

fn tags() -> Vec<Operation> {
    vec![
        write::<op::CreateTags>(create_tags::decide),
        write::<op::DeleteTags>(delete_tags::decide),
        read::<op::DescribeTags>(describe_tags::decide),
    ]
}

fn vpcs() -> Vec<Operation> {
    vec![
        write::<op::CreateVpc>(create_vpc::decide),
        write::<op::CreateDefaultVpc>(create_default_vpc::decide),
        write::<op::DeleteVpc>(delete_vpc::decide),
        read::<op::DescribeVpcs>(describe_vpcs::decide),
        write::<op::ModifyVpcAttribute>(modify_vpc_attribute::decide),
        read::<op::DescribeVpcAttribute>(describe_vpc_attribute::decide),
        write::<op::ModifyVpcTenancy>(modify_vpc_tenancy::decide),
        write::<op::AssociateVpcCidrBlock>(associate_vpc_cidr_block::decide),
        write::<op::DisassociateVpcCidrBlock>(disassociate_vpc_cidr_block::decide),
        write::<op::CreateDhcpOptions>(create_dhcp_options::decide),
        write::<op::DeleteDhcpOptions>(delete_dhcp_options::decide),
        read::<op::DescribeDhcpOptions>(describe_dhcp_options::decide),
        write::<op::AssociateDhcpOptions>(associate_dhcp_options::decide),
    ]
}

fn subnets() -> Vec<Operation> {
    vec![
        write::<op::CreateSubnet>(create_subnet::decide),
        write::<op::CreateDefaultSubnet>(create_default_subnet::decide),
        write::<op::DeleteSubnet>(delete_subnet::decide),
        read::<op::DescribeSubnets>(describe_subnets::decide),
        write::<op::ModifySubnetAttribute>(modify_subnet_attribute::decide),
        write::<op::AssociateSubnetCidrBlock>(associate_subnet_cidr_block::decide),
        write::<op::DisassociateSubnetCidrBlock>(disassociate_subnet_cidr_block::decide),
        write::<op::CreateSubnetCidrReservation>(create_subnet_cidr_reservation::decide),
        write::<op::DeleteSubnetCidrReservation>(delete_subnet_cidr_reservation::decide),
        read::<op::GetSubnetCidrReservations>(get_subnet_cidr_reservations::decide),
    ]
}

fn gateways() -> Vec<Operation> {
    vec![
        write::<op::CreateInternetGateway>(create_internet_gateway::decide),
        write::<op::DeleteInternetGateway>(delete_internet_gateway::decide),
        read::<op::DescribeInternetGateways>(describe_internet_gateways::decide),
        write::<op::AttachInternetGateway>(attach_internet_gateway::decide),
        write::<op::DetachInternetGateway>(detach_internet_gateway::decide),
        write::<op::CreateEgressOnlyInternetGateway>(create_egress_only_internet_gateway::decide),
        write::<op::DeleteEgressOnlyInternetGateway>(delete_egress_only_internet_gateway::decide),
        read::<op::DescribeEgressOnlyInternetGateways>(describe_egress_only_internet_gateways::decide),
        write::<op::CreateNatGateway>(create_nat_gateway::decide),
        write::<op::DeleteNatGateway>(delete_nat_gateway::decide),
        read::<op::DescribeNatGateways>(describe_nat_gateways::decide),
        write::<op::CreateCarrierGateway>(carrier_gateway::create),
        write::<op::DeleteCarrierGateway>(carrier_gateway::delete),
        read::<op::DescribeCarrierGateways>(carrier_gateway::describe),
        write::<op::AssignPrivateNatGatewayAddress>(nat_gateway_address::assign),
        write::<op::UnassignPrivateNatGatewayAddress>(nat_gateway_address::unassign),
        write::<op::AssociateNatGatewayAddress>(nat_gateway_address::associate),
        write::<op::DisassociateNatGatewayAddress>(nat_gateway_address::disassociate),
    ]
}

fn routes() -> Vec<Operation> {
    vec![
        write::<op::CreateRouteTable>(create_route_table::decide),
        write::<op::DeleteRouteTable>(delete_route_table::decide),
        read::<op::DescribeRouteTables>(describe_route_tables::decide),
        write::<op::CreateRoute>(create_route::decide),
        write::<op::ReplaceRoute>(replace_route::decide),
        write::<op::DeleteRoute>(delete_route::decide),
        write::<op::AssociateRouteTable>(associate_route_table::decide),
        write::<op::DisassociateRouteTable>(disassociate_route_table::decide),
        write::<op::ReplaceRouteTableAssociation>(replace_route_table_association::decide),
    ]
}

fn acls() -> Vec<Operation> {
    vec![
        write::<op::CreateNetworkAcl>(create_network_acl::decide),
        write::<op::DeleteNetworkAcl>(delete_network_acl::decide),
        read::<op::DescribeNetworkAcls>(describe_network_acls::decide),
        write::<op::CreateNetworkAclEntry>(create_network_acl_entry::decide),
        write::<op::ReplaceNetworkAclEntry>(replace_network_acl_entry::decide),
        write::<op::DeleteNetworkAclEntry>(delete_network_acl_entry::decide),
        write::<op::ReplaceNetworkAclAssociation>(replace_network_acl_association::decide),
    ]
}

fn groups() -> Vec<Operation> {
    use update_security_group_rule_descriptions as descriptions;
    vec![
        write::<op::CreateSecurityGroup>(create_security_group::decide),
        write::<op::DeleteSecurityGroup>(delete_security_group::decide),
        read::<op::DescribeSecurityGroups>(describe_security_groups::decide),
        write::<op::AuthorizeSecurityGroupIngress>(authorize_security_group::ingress),
        write::<op::AuthorizeSecurityGroupEgress>(authorize_security_group::egress),
        write::<op::RevokeSecurityGroupIngress>(revoke_security_group::ingress),
        write::<op::RevokeSecurityGroupEgress>(revoke_security_group::egress),
        read::<op::DescribeSecurityGroupRules>(describe_security_group_rules::decide),
        write::<op::ModifySecurityGroupRules>(modify_security_group_rules::decide),
        write::<op::UpdateSecurityGroupRuleDescriptionsIngress>(descriptions::ingress),
        write::<op::UpdateSecurityGroupRuleDescriptionsEgress>(descriptions::egress),
        read::<op::DescribeSecurityGroupReferences>(describe_security_group_references::decide),
        write::<op::AssociateSecurityGroupVpc>(group_vpc::associate),
        write::<op::DisassociateSecurityGroupVpc>(group_vpc::disassociate),
        read::<op::DescribeSecurityGroupVpcAssociations>(group_vpc::describe),
        read::<op::GetSecurityGroupsForVpc>(group_vpc::for_vpc),
        read::<op::DescribeStaleSecurityGroups>(group_vpc::describe_stale),
    ]
}

fn prefix_lists() -> Vec<Operation> {
    vec![
        write::<op::CreateManagedPrefixList>(create_managed_prefix_list::decide),
        write::<op::ModifyManagedPrefixList>(modify_managed_prefix_list::decide),
        write::<op::RestoreManagedPrefixListVersion>(restore_managed_prefix_list_version::decide),
        write::<op::DeleteManagedPrefixList>(delete_managed_prefix_list::decide),
        read::<op::DescribeManagedPrefixLists>(describe_managed_prefix_lists::decide),
        read::<op::DescribePrefixLists>(describe_prefix_lists::decide),
        read::<op::GetManagedPrefixListEntries>(get_managed_prefix_list_entries::decide),
        read::<op::GetManagedPrefixListAssociations>(get_managed_prefix_list_associations::decide),
    ]
}

fn interfaces() -> Vec<Operation> {
    vec![
        write::<op::CreateNetworkInterface>(create_network_interface::decide),
        write::<op::DeleteNetworkInterface>(delete_network_interface::decide),
        write::<op::AttachNetworkInterface>(attach_network_interface::attach),
        Operation::write::<op::DetachNetworkInterface>(
            attach_network_interface::detach_guard,
            attach_network_interface::detach,
        ),
        read::<op::DescribeNetworkInterfaces>(describe_network_interfaces::decide),
        read::<op::DescribeNetworkInterfaceAttribute>(describe_network_interface_attribute::decide),
        write::<op::ModifyNetworkInterfaceAttribute>(modify_network_interface_attribute::decide),
        write::<op::ResetNetworkInterfaceAttribute>(reset_network_interface_attribute::decide),
        write::<op::AssignPrivateIpAddresses>(assign_private_ip_addresses::decide),
        write::<op::UnassignPrivateIpAddresses>(unassign_private_ip_addresses::decide),
        write::<op::AssignIpv6Addresses>(assign_ipv6_addresses::decide),
        write::<op::UnassignIpv6Addresses>(unassign_ipv6_addresses::decide),
        write::<op::AssociateTrunkInterface>(trunk::associate),
        write::<op::DisassociateTrunkInterface>(trunk::disassociate),
        read::<op::DescribeTrunkInterfaceAssociations>(trunk::describe),
    ]
}

fn addresses() -> Vec<Operation> {
    vec![
        write::<op::AllocateAddress>(allocate_address::decide),
        write::<op::ReleaseAddress>(release_address::decide),
        read::<op::DescribeAddresses>(describe_addresses::decide),
        write::<op::AssociateAddress>(associate_address::decide),
        write::<op::DisassociateAddress>(disassociate_address::decide),
        write::<op::EnableAddressTransfer>(address_transfer::enable),
        write::<op::DisableAddressTransfer>(address_transfer::disable),
        Operation::write::<op::AcceptAddressTransfer>(address_transfer::guard, address_transfer::accept)
            .resolved_by::<op::AcceptAddressTransfer>(address_transfer::source)
            .placed_by::<op::AcceptAddressTransfer>(address_transfer::place),
        read::<op::DescribeAddressTransfers>(address_transfer::describe),
        write::<op::ModifyAddressAttribute>(address_attribute::modify),
        write::<op::ResetAddressAttribute>(address_attribute::reset),
        read::<op::DescribeAddressesAttribute>(address_attribute::describe),
    ]
}

fn keys() -> Vec<Operation> {
    vec![
        write::<op::CreateKeyPair>(create_key_pair::decide),
        write::<op::ImportKeyPair>(import_key_pair::decide),
        write::<op::DeleteKeyPair>(delete_key_pair::decide),
        read::<op::DescribeKeyPairs>(describe_key_pairs::decide),
    ]
}

fn endpoints() -> Vec<Operation> {
    vec![
        write::<op::CreateVpcEndpoint>(create_vpc_endpoint::decide),
        write::<op::ModifyVpcEndpoint>(modify_vpc_endpoint::decide),
        write::<op::DeleteVpcEndpoints>(delete_vpc_endpoints::decide),
        read::<op::DescribeVpcEndpoints>(describe_vpc_endpoints::decide),
        read::<op::DescribeVpcEndpointServices>(describe_vpc_endpoint_services::decide),
    ]
}

fn flow_logs() -> Vec<Operation> {
    vec![
        Operation::flow::<op::CreateFlowLogs>(flow_logs::guard, |f, i| Box::pin(flow_logs::create(f, i))),
        write::<op::DeleteFlowLogs>(flow_logs::delete),
        read::<op::DescribeFlowLogs>(flow_logs::describe),
    ]
}

fn instance_types() -> Vec<Operation> {
    vec![
        read::<op::DescribeInstanceTypes>(describe_instance_types::decide),
        read::<op::DescribeInstanceTypeOfferings>(describe_instance_type_offerings::decide),
        read::<op::GetInstanceTypesFromInstanceRequirements>(instance_requirements::decide),
    ]
}

fn images() -> Vec<Operation> {
    vec![
        read::<op::DescribeImages>(describe_images::decide),
        write::<op::RegisterImage>(register_image::decide),
        write::<op::CreateImage>(create_image::decide),
        write::<op::CopyImage>(copy_image::decide),
        write::<op::DeregisterImage>(deregister_image::decide),
        read::<op::DescribeImageAttribute>(image_attribute::describe),
        write::<op::ModifyImageAttribute>(image_attribute::modify),
        write::<op::ResetImageAttribute>(image_attribute::reset),
        write::<op::EnableImage>(enable_image::enable),
        write::<op::DisableImage>(enable_image::disable),
        write::<op::EnableImageDeprecation>(enable_image::deprecate),
        write::<op::DisableImageDeprecation>(enable_image::restore),
        write::<op::EnableImageDeregistrationProtection>(image_protection::enable),
        write::<op::DisableImageDeregistrationProtection>(image_protection::disable),
        write::<op::CancelImageLaunchPermission>(image_protection::cancel)
            .placed_by::<op::CancelImageLaunchPermission>(image_protection::place),
    ]
}

fn volumes() -> Vec<Operation> {
    vec![
        write::<op::CreateVolume>(create_volume::decide),
        write::<op::DeleteVolume>(delete_volume::decide),
        write::<op::AttachVolume>(attach_volume::attach),
        write::<op::DetachVolume>(attach_volume::detach),
        write::<op::ModifyVolume>(modify_volume::decide),
        read::<op::DescribeVolumes>(describe_volumes::decide),
        read::<op::DescribeVolumeStatus>(describe_volumes::status),
        read::<op::DescribeVolumesModifications>(describe_volumes::modifications),
        read::<op::DescribeVolumeAttribute>(volume_attribute::describe),
        write::<op::ModifyVolumeAttribute>(volume_attribute::modify),
        write::<op::EnableVolumeIO>(volume_attribute::enable_io),
    ]
}

fn snapshots() -> Vec<Operation> {
    vec![
        write::<op::CreateSnapshot>(create_snapshot::decide),
        write::<op::CreateSnapshots>(create_snapshots::decide),
        write::<op::CopySnapshot>(copy_snapshot::decide),
        write::<op::DeleteSnapshot>(delete_snapshot::decide),
        read::<op::DescribeSnapshots>(describe_snapshots::decide),
        read::<op::DescribeSnapshotAttribute>(snapshot_attribute::describe),
        write::<op::ModifySnapshotAttribute>(snapshot_attribute::modify),
        write::<op::ResetSnapshotAttribute>(snapshot_attribute::reset),
    ]
}
