//! Every filter of every Describe operation, with hits and a miss: what a filter finds by a value must be exactly the items that
//! show this value in the unfiltered list. A filter that isn't on the table fails the test.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::Lab;

use crate::resource::Listed;

/// Filters of one operation: its name, its list, and where an item shows each filter's values. `=x`: all items have it;
/// `-`: no item of this test has it.
struct Row {
    operation: &'static str,
    list: &'static str,
    known: Vec<&'static str>,
    filters: &'static [(&'static str, &'static str)],
}

fn row<R: Listed>(
    operation: &'static str,
    list: &'static str,
    filters: &'static [(&'static str, &'static str)],
) -> Row {
    Row { operation, list, known: R::FILTERS.iter().map(|(name, _)| *name).collect(), filters }
}

fn call(lab: &Lab, operation: &str, input: &Value) -> Value {
    let meta = kernel::RequestMeta::default();
    let (who, text) = (lab.root(), input.to_string());
    let out = lab.block_on(lab.kernel.call_json(&who, lab.scope(), &meta, "ec2", operation, &text));
    serde_json::from_str(&out.unwrap_or_else(|f| panic!("{operation} {input}: {f:?}"))).unwrap()
}

/// An id out of an answer.
fn made(lab: &Lab, operation: &str, input: &Value, path: &str) -> String {
    call(lab, operation, input).pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn network(lab: &Lab) -> (String, String) {
    let vpc = json!({"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": true, "InstanceTenancy": "dedicated"});
    let vpc = call(lab, "CreateVpc", &vpc)["Vpc"].clone();
    let id = vpc["VpcId"].as_str().unwrap().to_owned();
    let six = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].as_str().unwrap().replace("/56", "/64");
    let subnet = json!({"VpcId": id, "CidrBlock": "10.0.1.0/24", "Ipv6CidrBlock": six});
    let subnet = made(lab, "CreateSubnet", &subnet, "/Subnet/SubnetId");
    let igw = made(lab, "CreateInternetGateway", &json!({}), "/InternetGateway/InternetGatewayId");
    call(lab, "AttachInternetGateway", &json!({"InternetGatewayId": igw, "VpcId": id}));
    let table = made(lab, "CreateRouteTable", &json!({"VpcId": id}), "/RouteTable/RouteTableId");
    call(lab, "AssociateRouteTable", &json!({"RouteTableId": table, "SubnetId": subnet}));
    call(lab, "AssociateRouteTable", &json!({"RouteTableId": table, "GatewayId": igw}));
    let route = |extra: Value| {
        let mut input = json!({"RouteTableId": table});
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        call(lab, "CreateRoute", &input);
    };
    let eigw = json!({"VpcId": id});
    let eigw = made(
        lab,
        "CreateEgressOnlyInternetGateway",
        &eigw,
        "/EgressOnlyInternetGateway/EgressOnlyInternetGatewayId",
    );
    route(json!({"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": eigw}));
    let allocation = made(lab, "AllocateAddress", &json!({}), "/AllocationId");
    let nat = json!({"SubnetId": subnet, "AllocationId": allocation});
    let nat = made(lab, "CreateNatGateway", &nat, "/NatGateway/NatGatewayId");
    route(json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": nat}));
    let own = json!({"SubnetId": subnet, "Description": "own", "Ipv6AddressCount": 1});
    let eni = made(lab, "CreateNetworkInterface", &own, "/NetworkInterface/NetworkInterfaceId");
    route(json!({"DestinationCidrBlock": "9.0.0.0/8", "NetworkInterfaceId": eni}));
    let allocation = made(lab, "AllocateAddress", &json!({}), "/AllocationId");
    call(lab, "AllocateAddress", &json!({}));
    call(lab, "AssociateAddress", &json!({"AllocationId": allocation, "NetworkInterfaceId": eni}));
    let other = made(lab, "CreateVpc", &json!({"CidrBlock": "10.1.0.0/16"}), "/Vpc/VpcId");
    let pcx = json!({"VpcId": id, "PeerVpcId": other});
    let pcx = made(lab, "CreateVpcPeeringConnection", &pcx, "/VpcPeeringConnection/VpcPeeringConnectionId");
    call(lab, "AcceptVpcPeeringConnection", &json!({"VpcPeeringConnectionId": pcx}));
    route(json!({"DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": pcx}));
    let s3 = json!({"VpcId": id, "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": [table]});
    call(lab, "CreateVpcEndpoint", &s3);
    call(lab, "CreateVpcPeeringConnection", &json!({"VpcId": id, "PeerVpcId": id}));
    (id, subnet)
}

fn rules(lab: &Lab, vpc: &str) {
    let group = json!({"GroupName": "web", "Description": "the web", "VpcId": vpc});
    let group = made(lab, "CreateSecurityGroup", &group, "/GroupId");
    let permissions = json!([{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 443, "IpRanges": [{"CidrIp": "1.0.0.0/8"}],
        "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}], "PrefixListIds": [{"PrefixListId": "pl-63a5400a"}],
        "UserIdGroupPairs": [{"GroupId": group}]}]);
    for operation in ["AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"] {
        call(lab, operation, &json!({"GroupId": group, "IpPermissions": permissions}));
    }
    let acl = made(lab, "CreateNetworkAcl", &json!({"VpcId": vpc}), "/NetworkAcl/NetworkAclId");
    let entry = json!({"NetworkAclId": acl, "RuleNumber": 7, "Protocol": "6", "RuleAction": "allow", "Egress": true,
        "Ipv6CidrBlock": "::/0", "PortRange": {"From": 1, "To": 2}});
    call(lab, "CreateNetworkAclEntry", &entry);
    let entry = json!({"NetworkAclId": acl, "RuleNumber": 8, "Protocol": "1", "RuleAction": "deny", "Egress": false,
        "CidrBlock": "3.0.0.0/8", "IcmpTypeCode": {"Type": 8, "Code": 5}});
    call(lab, "CreateNetworkAclEntry", &entry);
    let list = json!({"PrefixListName": "own", "AddressFamily": "IPv4", "MaxEntries": 1});
    call(lab, "CreateManagedPrefixList", &list);
    let options = json!([{"Key": "ntp-servers", "Values": ["1.1.1.1"]}]);
    call(lab, "CreateDhcpOptions", &json!({"DhcpConfigurations": options}));
    for name in ["a", "b"] {
        call(lab, "CreateKeyPair", &json!({"KeyName": name, "KeyType": "ed25519"}));
    }
}

/// Values that an item shows at a path; lists on the way are passed through.
fn values(item: &Value, path: &str) -> BTreeSet<String> {
    let mut at = vec![item.clone()];
    for step in path.split('.') {
        let flat = at.into_iter().flat_map(|v| match v {
            Value::Array(items) => items,
            other => vec![other],
        });
        at = flat.filter_map(|v| v.get(step).cloned()).collect();
    }
    let flat = at.into_iter().flat_map(|v| match v {
        Value::Array(items) => items,
        other => vec![other],
    });
    flat.filter(|v| !v.is_null()).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect()
}

fn found(lab: &Lab, row: &Row, name: &str, value: &str) -> Vec<Value> {
    let filters = json!([{"Name": name, "Values": [value]}]);
    let member = if row.operation == "DescribeNatGateways" { "Filter" } else { "Filters" };
    let mut input = json!({});
    input[member] = filters;
    call(lab, row.operation, &input)[row.list].as_array().cloned().unwrap_or_default()
}

fn check(lab: &Lab, row: &Row) {
    let mut input = json!({});
    if row.operation == "DescribeAvailabilityZones" {
        input = json!({"AllAvailabilityZones": false});
    }
    let all = call(lab, row.operation, &input)[row.list].as_array().cloned().unwrap_or_default();
    assert!(all.len() > 1, "{} has too few items to tell a filter from none", row.operation);
    let known: BTreeSet<&str> = row.known.iter().copied().collect();
    let listed: BTreeSet<&str> = row.filters.iter().map(|(name, _)| *name).collect();
    assert_eq!(known, listed, "{}", row.operation);
    for (name, path) in row.filters {
        let what = format!("{} {name}", row.operation);
        assert_eq!(found(lab, row, name, "no-such-value"), Vec::<Value>::new(), "{what}: a miss");
        if let Some(constant) = path.strip_prefix('=') {
            assert_eq!(found(lab, row, name, constant), all, "{what}: all have it");
            continue;
        }
        if *path == "-" {
            continue;
        }
        let shown: BTreeSet<String> = all.iter().flat_map(|item| values(item, path)).collect();
        assert!(!shown.is_empty(), "{what}: nothing shows a value at {path}");
        for value in shown {
            let expected: Vec<Value> =
                all.iter().filter(|item| values(item, path).contains(&value)).cloned().collect();
            assert_eq!(found(lab, row, name, &value), expected, "{what} = {value}");
        }
    }
}

const ACCOUNT: &str = "=000000000000";

fn places() -> Vec<Row> {
    vec![
        row::<crate::zones::RegionRow>(
            "DescribeRegions",
            "Regions",
            &[("endpoint", "Endpoint"), ("opt-in-status", "OptInStatus"), ("region-name", "RegionName")],
        ),
        row::<crate::zones::Zone>(
            "DescribeAvailabilityZones",
            "AvailabilityZones",
            &[
                ("group-long-name", "GroupLongName"),
                ("group-name", "GroupName"),
                ("message", "-"),
                ("opt-in-status", "OptInStatus"),
                ("parent-zone-id", "-"),
                ("parent-zone-name", "-"),
                ("region-name", "RegionName"),
                ("state", "State"),
                ("zone-id", "ZoneId"),
                ("zone-name", "ZoneName"),
                ("zone-type", "ZoneType"),
            ],
        ),
        row::<crate::key_pair::KeyPair>(
            "DescribeKeyPairs",
            "KeyPairs",
            &[("fingerprint", "KeyFingerprint"), ("key-name", "KeyName"), ("key-pair-id", "KeyPairId")],
        ),
    ]
}

fn vpcs() -> Vec<Row> {
    vec![
        row::<crate::vpc::Vpc>(
            "DescribeVpcs",
            "Vpcs",
            &[
                ("cidr", "CidrBlock"),
                ("cidrBlock", "CidrBlock"),
                ("cidr-block-association.association-id", "CidrBlockAssociationSet.AssociationId"),
                ("cidr-block-association.cidr-block", "CidrBlockAssociationSet.CidrBlock"),
                ("cidr-block-association.state", "CidrBlockAssociationSet.CidrBlockState.State"),
                ("dhcp-options-id", "DhcpOptionsId"),
                ("dhcpOptionsId", "DhcpOptionsId"),
                ("ipv6-cidr-block-association.association-id", "Ipv6CidrBlockAssociationSet.AssociationId"),
                ("ipv6-cidr-block-association.ipv6-cidr-block", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"),
                ("ipv6-cidr-block-association.ipv6-pool", "Ipv6CidrBlockAssociationSet.Ipv6Pool"),
                ("ipv6-cidr-block-association.state", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"),
                ("is-default", "IsDefault"),
                ("isDefault", "IsDefault"),
                ("owner-id", ACCOUNT),
                ("state", "State"),
                ("vpc-id", "VpcId"),
            ],
        ),
        row::<crate::subnet::Subnet>(
            "DescribeSubnets",
            "Subnets",
            &[
                ("availability-zone", "AvailabilityZone"),
                ("availabilityZone", "AvailabilityZone"),
                ("availability-zone-id", "AvailabilityZoneId"),
                ("availabilityZoneId", "AvailabilityZoneId"),
                ("available-ip-address-count", "AvailableIpAddressCount"),
                ("cidr", "CidrBlock"),
                ("cidr-block", "CidrBlock"),
                ("cidrBlock", "CidrBlock"),
                ("customer-owned-ipv4-pool", "-"),
                ("default-for-az", "DefaultForAz"),
                ("defaultForAz", "DefaultForAz"),
                ("enable-dns64", "EnableDns64"),
                ("enable-lni-at-device-index", "-"),
                ("ipv6-cidr-block-association.association-id", "Ipv6CidrBlockAssociationSet.AssociationId"),
                ("ipv6-cidr-block-association.ipv6-cidr-block", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"),
                ("ipv6-cidr-block-association.state", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"),
                ("ipv6-native", "Ipv6Native"),
                ("map-customer-owned-ip-on-launch", "MapCustomerOwnedIpOnLaunch"),
                ("map-public-ip-on-launch", "MapPublicIpOnLaunch"),
                ("outpost-arn", "-"),
                ("owner-id", ACCOUNT),
                (
                    "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
                    "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord",
                ),
                (
                    "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
                    "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord",
                ),
                (
                    "private-dns-name-options-on-launch.hostname-type",
                    "PrivateDnsNameOptionsOnLaunch.HostnameType",
                ),
                ("state", "State"),
                ("subnet-arn", "SubnetArn"),
                ("subnet-id", "SubnetId"),
                ("vpc-id", "VpcId"),
            ],
        ),
        row::<crate::dhcp_options::DhcpOptions>(
            "DescribeDhcpOptions",
            "DhcpOptions",
            &[
                ("dhcp-options-id", "DhcpOptionsId"),
                ("key", "DhcpConfigurations.Key"),
                ("owner-id", ACCOUNT),
                ("value", "DhcpConfigurations.Values.Value"),
            ],
        ),
        row::<crate::vpc_peering_connection::Peering>(
            "DescribeVpcPeeringConnections",
            "VpcPeeringConnections",
            &[
                ("accepter-vpc-info.cidr-block", "AccepterVpcInfo.CidrBlockSet.CidrBlock"),
                ("accepter-vpc-info.owner-id", "AccepterVpcInfo.OwnerId"),
                ("accepter-vpc-info.vpc-id", "AccepterVpcInfo.VpcId"),
                ("expiration-time", "=2026-01-08T00:00:00.000Z"),
                ("requester-vpc-info.cidr-block", "RequesterVpcInfo.CidrBlockSet.CidrBlock"),
                ("requester-vpc-info.owner-id", "RequesterVpcInfo.OwnerId"),
                ("requester-vpc-info.vpc-id", "RequesterVpcInfo.VpcId"),
                ("status-code", "Status.Code"),
                ("status-message", "Status.Message"),
                ("vpc-peering-connection-id", "VpcPeeringConnectionId"),
            ],
        ),
    ]
}

fn paths() -> Vec<Row> {
    vec![
        row::<crate::internet_gateway::InternetGateway>(
            "DescribeInternetGateways",
            "InternetGateways",
            &[
                ("attachment.state", "Attachments.State"),
                ("attachment.vpc-id", "Attachments.VpcId"),
                ("internet-gateway-id", "InternetGatewayId"),
                ("owner-id", ACCOUNT),
            ],
        ),
        row::<crate::nat_gateway::NatGateway>(
            "DescribeNatGateways",
            "NatGateways",
            &[
                ("connectivity-type", "ConnectivityType"),
                ("nat-gateway-id", "NatGatewayId"),
                ("state", "State"),
                ("subnet-id", "SubnetId"),
                ("vpc-id", "VpcId"),
            ],
        ),
        row::<crate::route_table::RouteTable>(
            "DescribeRouteTables",
            "RouteTables",
            &[
                ("association.gateway-id", "Associations.GatewayId"),
                ("association.main", "Associations.Main"),
                ("association.route-table-association-id", "Associations.RouteTableAssociationId"),
                ("association.route-table-id", "Associations.RouteTableId"),
                ("association.subnet-id", "Associations.SubnetId"),
                ("owner-id", ACCOUNT),
                ("route-table-id", "RouteTableId"),
                ("route.carrier-gateway-id", "-"),
                ("route.destination-cidr-block", "Routes.DestinationCidrBlock"),
                ("route.destination-ipv6-cidr-block", "Routes.DestinationIpv6CidrBlock"),
                ("route.destination-prefix-list-id", "Routes.DestinationPrefixListId"),
                ("route.egress-only-internet-gateway-id", "Routes.EgressOnlyInternetGatewayId"),
                ("route.gateway-id", "Routes.GatewayId"),
                ("route.instance-id", "-"),
                ("route.local-gateway-id", "-"),
                ("route.nat-gateway-id", "Routes.NatGatewayId"),
                ("route.network-interface-id", "Routes.NetworkInterfaceId"),
                ("route.origin", "Routes.Origin"),
                ("route.state", "Routes.State"),
                ("route.transit-gateway-id", "-"),
                ("route.vpc-peering-connection-id", "Routes.VpcPeeringConnectionId"),
                ("vpc-id", "VpcId"),
            ],
        ),
        row::<crate::vpc_endpoint::VpcEndpoint>(
            "DescribeVpcEndpoints",
            "VpcEndpoints",
            &[
                ("ip-address-type", "IpAddressType"),
                ("service-name", "ServiceName"),
                ("service-region", "ServiceRegion"),
                ("vpc-endpoint-id", "VpcEndpointId"),
                ("vpc-endpoint-state", "State"),
                ("vpc-endpoint-type", "VpcEndpointType"),
                ("vpc-id", "VpcId"),
            ],
        ),
        row::<crate::endpoint_services::Service>(
            "DescribeVpcEndpointServices",
            "ServiceDetails",
            &[
                ("owner", "Owner"),
                ("service-name", "ServiceName"),
                ("service-region", "ServiceRegion"),
                ("service-type", "ServiceType.ServiceType"),
                ("supported-ip-address-types", "SupportedIpAddressTypes"),
            ],
        ),
    ]
}

fn guards() -> Vec<Row> {
    vec![
        row::<crate::network_acl::NetworkAcl>(
            "DescribeNetworkAcls",
            "NetworkAcls",
            &[
                ("association.association-id", "Associations.NetworkAclAssociationId"),
                ("association.network-acl-id", "Associations.NetworkAclId"),
                ("association.subnet-id", "Associations.SubnetId"),
                ("default", "IsDefault"),
                ("entry.cidr", "Entries.CidrBlock"),
                ("entry.egress", "Entries.Egress"),
                ("entry.icmp.code", "Entries.IcmpTypeCode.Code"),
                ("entry.icmp.type", "Entries.IcmpTypeCode.Type"),
                ("entry.ipv6-cidr", "Entries.Ipv6CidrBlock"),
                ("entry.port-range.from", "Entries.PortRange.From"),
                ("entry.port-range.to", "Entries.PortRange.To"),
                ("entry.protocol", "Entries.Protocol"),
                ("entry.rule-action", "Entries.RuleAction"),
                ("entry.rule-number", "Entries.RuleNumber"),
                ("network-acl-id", "NetworkAclId"),
                ("owner-id", ACCOUNT),
                ("vpc-id", "VpcId"),
            ],
        ),
        row::<crate::security_group::SecurityGroup>(
            "DescribeSecurityGroups",
            "SecurityGroups",
            &[
                ("description", "Description"),
                ("egress.ip-permission.cidr", "IpPermissionsEgress.IpRanges.CidrIp"),
                ("egress.ip-permission.from-port", "IpPermissionsEgress.FromPort"),
                ("egress.ip-permission.group-id", "IpPermissionsEgress.UserIdGroupPairs.GroupId"),
                ("egress.ip-permission.group-name", "-"),
                ("egress.ip-permission.ipv6-cidr", "IpPermissionsEgress.Ipv6Ranges.CidrIpv6"),
                ("egress.ip-permission.prefix-list-id", "IpPermissionsEgress.PrefixListIds.PrefixListId"),
                ("egress.ip-permission.protocol", "IpPermissionsEgress.IpProtocol"),
                ("egress.ip-permission.to-port", "IpPermissionsEgress.ToPort"),
                ("egress.ip-permission.user-id", "IpPermissionsEgress.UserIdGroupPairs.UserId"),
                ("group-id", "GroupId"),
                ("group-name", "GroupName"),
                ("ip-permission.cidr", "IpPermissions.IpRanges.CidrIp"),
                ("ip-permission.from-port", "IpPermissions.FromPort"),
                ("ip-permission.group-id", "IpPermissions.UserIdGroupPairs.GroupId"),
                ("ip-permission.group-name", "-"),
                ("ip-permission.ipv6-cidr", "IpPermissions.Ipv6Ranges.CidrIpv6"),
                ("ip-permission.prefix-list-id", "IpPermissions.PrefixListIds.PrefixListId"),
                ("ip-permission.protocol", "IpPermissions.IpProtocol"),
                ("ip-permission.to-port", "IpPermissions.ToPort"),
                ("ip-permission.user-id", "IpPermissions.UserIdGroupPairs.UserId"),
                ("owner-id", ACCOUNT),
                ("vpc-id", "VpcId"),
            ],
        ),
        row::<crate::security_group_rule::GroupRule>(
            "DescribeSecurityGroupRules",
            "SecurityGroupRules",
            &[("group-id", "GroupId"), ("security-group-rule-id", "SecurityGroupRuleId")],
        ),
        row::<crate::prefix_list::PrefixList>(
            "DescribeManagedPrefixLists",
            "PrefixLists",
            &[
                ("owner-id", "OwnerId"),
                ("prefix-list-id", "PrefixListId"),
                ("prefix-list-name", "PrefixListName"),
            ],
        ),
    ]
}

fn ends() -> Vec<Row> {
    vec![
        row::<crate::elastic_ip::ElasticIp>(
            "DescribeAddresses",
            "Addresses",
            &[
                ("allocation-id", "AllocationId"),
                ("association-id", "AssociationId"),
                ("domain", "Domain"),
                ("instance-id", "-"),
                ("network-border-group", "NetworkBorderGroup"),
                ("network-interface-id", "NetworkInterfaceId"),
                ("network-interface-owner-id", "NetworkInterfaceOwnerId"),
                ("private-ip-address", "PrivateIpAddress"),
                ("public-ip", "PublicIp"),
            ],
        ),
        row::<crate::network_interface::NetworkInterface>(
            "DescribeNetworkInterfaces",
            "NetworkInterfaces",
            &[
                ("addresses.association.owner-id", "PrivateIpAddresses.Association.IpOwnerId"),
                ("addresses.association.public-ip", "PrivateIpAddresses.Association.PublicIp"),
                ("addresses.primary", "PrivateIpAddresses.Primary"),
                ("addresses.private-ip-address", "PrivateIpAddresses.PrivateIpAddress"),
                ("association.allocation-id", "Association.AllocationId"),
                ("association.association-id", "Association.AssociationId"),
                ("association.ip-owner-id", "Association.IpOwnerId"),
                ("association.public-dns-name", "-"),
                ("association.public-ip", "Association.PublicIp"),
                ("attachment.attach-time", "-"),
                ("attachment.attachment-id", "Attachment.AttachmentId"),
                ("attachment.delete-on-termination", "Attachment.DeleteOnTermination"),
                ("attachment.device-index", "Attachment.DeviceIndex"),
                ("attachment.instance-id", "-"),
                ("attachment.instance-owner-id", "Attachment.InstanceOwnerId"),
                ("attachment.nat-gateway-id", "-"),
                ("attachment.status", "Attachment.Status"),
                ("availability-zone", "AvailabilityZone"),
                ("availability-zone-id", "AvailabilityZoneId"),
                ("description", "Description"),
                ("group-id", "Groups.GroupId"),
                ("group-name", "Groups.GroupName"),
                ("interface-type", "InterfaceType"),
                ("ipv6-addresses.ipv6-address", "Ipv6Addresses.Ipv6Address"),
                ("mac-address", "MacAddress"),
                ("network-interface-id", "NetworkInterfaceId"),
                ("operator.managed", "=false"),
                ("operator.principal", "-"),
                ("owner-id", "OwnerId"),
                ("private-dns-name", "-"),
                ("private-ip-address", "PrivateIpAddress"),
                ("requester-id", "RequesterId"),
                ("requester-managed", "RequesterManaged"),
                ("source-dest-check", "SourceDestCheck"),
                ("status", "Status"),
                ("subnet-id", "SubnetId"),
                ("vpc-id", "VpcId"),
            ],
        ),
    ]
}

#[test]
fn every_filter_finds_what_shows_its_value_and_nothing_else() {
    let lab = Lab::new(vec![crate::service()]);
    let (vpc, subnet) = network(&lab);
    rules(&lab, &vpc);
    call(&lab, "CreateInternetGateway", &json!({}));
    call(&lab, "CreateNatGateway", &json!({"SubnetId": subnet, "ConnectivityType": "private"}));
    let sqs = json!({"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.sqs", "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": false, "SubnetIds": [subnet]});
    call(&lab, "CreateVpcEndpoint", &sqs);
    let rows: Vec<Row> = [places(), vpcs(), paths(), guards(), ends()].into_iter().flatten().collect();
    for row in &rows {
        check(&lab, row);
    }
    let filters: usize = rows.iter().map(|r| r.filters.len()).sum();
    assert!(rows.len() >= 18 && filters >= 200, "{} operations, {filters} filters", rows.len());
}
