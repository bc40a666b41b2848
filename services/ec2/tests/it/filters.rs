//! Every filter of every Describe operation, with hits and a miss: what a filter finds by a value must be exactly the items that
//! show this value in the unfiltered list. A filter that isn't on the table fails the test, and so does a list that takes filters.

use std::collections::BTreeSet;

use kernel::{Guard, Operation, Service, Target};
use serde_json::{Value, json};
use testkit::Lab;

/// Values of each filter that are tried.
const VALUES: usize = 6;

/// Types that differ in what filters look at.
const TYPES: [&str; 10] = [
    "t2.micro",
    "t3.micro",
    "m1.small",
    "m5d.4xlarge",
    "c7g.metal",
    "p4d.24xlarge",
    "i3en.24xlarge",
    "m7i.large",
    "u-6tb1.112xlarge",
    "inf2.xlarge",
];

/// Lists without rows on the table, most of them because they need an id: their filters are tried in scenarios
/// (`ec2/describe/few-filters.scn`, `cross/ec2/instance-profiles.scn`). May only shrink.
const WITHOUT: [&str; 6] = [
    "DescribeEgressOnlyInternetGateways",
    "DescribeIamInstanceProfileAssociations",
    "DescribeLaunchTemplateVersions",
    "DescribeSpotPriceHistory",
    "DescribeFleetInstances",
    "SearchTransitGatewayRoutes",
];

static TABLE: &str = include_str!("../filters.tsv");

/// Filters of one operation: its name, its list, and where an item shows each filter's values. `=x`: all items have it;
/// `-`: no item of this test has it.
struct Row {
    operation: &'static str,
    list: &'static str,
    known: Vec<&'static str>,
    filters: Vec<(&'static str, &'static str)>,
}

pub(crate) fn call(lab: &Lab, operation: &str, input: &Value) -> Value {
    let meta = kernel::RequestMeta::default();
    let (who, text) = (lab.root(), input.to_string());
    let out = lab.block_on(lab.kernel.call_json(&who, lab.scope(), &meta, "ec2", operation, &text));
    serde_json::from_str(&out.unwrap_or_else(|f| panic!("{operation} {input}: {f:?}"))).unwrap()
}

/// An id out of an answer.
pub(crate) fn made(lab: &Lab, operation: &str, input: &Value, path: &str) -> String {
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

/// Groups of other VPCs in the VPC, one no more; reservations in the subnet.
fn guests(lab: &Lab, vpc: &str, subnet: &str) {
    let home = made(lab, "CreateVpc", &json!({"CidrBlock": "10.4.0.0/16"}), "/Vpc/VpcId");
    for name in ["guest", "gone"] {
        let group = json!({"GroupName": name, "Description": name, "VpcId": home});
        let group = made(lab, "CreateSecurityGroup", &group, "/GroupId");
        call(lab, "AssociateSecurityGroupVpc", &json!({"GroupId": group, "VpcId": vpc}));
        if name == "gone" {
            call(lab, "DisassociateSecurityGroupVpc", &json!({"GroupId": group, "VpcId": vpc}));
        }
    }
    for (cidr, kind) in [("10.0.1.16/28", "prefix"), ("10.0.1.32/28", "explicit")] {
        let block = json!({"SubnetId": subnet, "Cidr": cidr, "ReservationType": kind});
        call(lab, "CreateSubnetCidrReservation", &block);
    }
}

/// A trunk with two branches; carrier gateways, one of them gone, and a route to the other.
fn edges(lab: &Lab, vpc: &str, subnet: &str) {
    let nic = |kind: Value| {
        let mut input = json!({"SubnetId": subnet});
        input.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        made(lab, "CreateNetworkInterface", &input, "/NetworkInterface/NetworkInterfaceId")
    };
    let trunk = nic(json!({"InterfaceType": "trunk"}));
    for number in [json!({"VlanId": 7}), json!({"GreKey": 9})] {
        let mut input = json!({"TrunkInterfaceId": trunk, "BranchInterfaceId": nic(json!({}))});
        input.as_object_mut().unwrap().extend(number.as_object().unwrap().clone());
        call(lab, "AssociateTrunkInterface", &input);
    }
    let zones = json!({"AllAvailabilityZones": true, "Filters": [{"Name": "zone-type", "Values": ["wavelength-zone"]}]});
    let group = made(lab, "DescribeAvailabilityZones", &zones, "/AvailabilityZones/0/GroupName");
    call(lab, "ModifyAvailabilityZoneGroup", &json!({"GroupName": group, "OptInStatus": "opted-in"}));
    let new =
        || made(lab, "CreateCarrierGateway", &json!({"VpcId": vpc}), "/CarrierGateway/CarrierGatewayId");
    call(lab, "DeleteCarrierGateway", &json!({"CarrierGatewayId": new()}));
    let table = made(lab, "CreateRouteTable", &json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
    let route =
        json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "CarrierGatewayId": new()});
    call(lab, "CreateRoute", &route);
}

/// Two transit gateways, both attached to the VPC, and peered. Tells the first one's default table and an attachment to it.
fn transit(lab: &Lab, vpc: &str, subnet: &str) -> (String, String) {
    let own = json!({"Description": "own", "Options": {"AmazonSideAsn": 65000, "DnsSupport": "disable",
        "VpnEcmpSupport": "disable", "AutoAcceptSharedAttachments": "enable"}});
    let more = json!({"Options": {"DefaultRouteTablePropagation": "disable"}});
    let gateways = [own, more].map(|input| {
        let id = made(lab, "CreateTransitGateway", &input, "/TransitGateway/TransitGatewayId");
        let to = json!({"TransitGatewayId": id, "VpcId": vpc, "SubnetIds": [subnet]});
        call(lab, "CreateTransitGatewayVpcAttachment", &to);
        id
    });
    call(lab, "CreateTransitGatewayRouteTable", &json!({"TransitGatewayId": gateways[1]}));
    let peering = json!({"TransitGatewayId": gateways[0], "PeerTransitGatewayId": gateways[1],
        "PeerAccountId": "000000000000", "PeerRegion": "us-east-1"});
    call(lab, "CreateTransitGatewayPeeringAttachment", &peering);
    in_tables(lab, &gateways[0])
}

/// Another VPC on a transit gateway, that propagates to two tables; references to prefix lists.
fn in_tables(lab: &Lab, gateway: &str) -> (String, String) {
    let default = json!({"Filters": [{"Name": "default-for-az", "Values": ["true"]}]});
    let subnet = call(lab, "DescribeSubnets", &default)["Subnets"][0].clone();
    let to =
        json!({"TransitGatewayId": gateway, "VpcId": subnet["VpcId"], "SubnetIds": [subnet["SubnetId"]]});
    let path = "/TransitGatewayVpcAttachment/TransitGatewayAttachmentId";
    let attachment = made(lab, "CreateTransitGatewayVpcAttachment", &to, path);
    let path = "/TransitGateways/0/Options/AssociationDefaultRouteTableId";
    let table = made(lab, "DescribeTransitGateways", &json!({"TransitGatewayIds": [gateway]}), path);
    let path = "/TransitGatewayRouteTable/TransitGatewayRouteTableId";
    let second = made(lab, "CreateTransitGatewayRouteTable", &json!({"TransitGatewayId": gateway}), path);
    let both = json!({"TransitGatewayRouteTableId": second, "TransitGatewayAttachmentId": attachment});
    call(lab, "EnableTransitGatewayRouteTablePropagation", &both);
    for end in [json!({"TransitGatewayAttachmentId": attachment}), json!({"Blackhole": true})] {
        let list = json!({"PrefixListName": "ours", "AddressFamily": "IPv4", "MaxEntries": 1});
        let list = made(lab, "CreateManagedPrefixList", &list, "/PrefixList/PrefixListId");
        let mut input = json!({"TransitGatewayRouteTableId": table, "PrefixListId": list});
        input.as_object_mut().unwrap().extend(end.as_object().unwrap().clone());
        call(lab, "CreateTransitGatewayPrefixListReference", &input);
    }
    (table, attachment)
}

/// A VPN of each kind, one of them propagating to the VPC's route tables.
fn vpns(lab: &Lab, vpc: &str) {
    let device = json!({"Type": "ipsec.1", "BgpAsn": 65010, "IpAddress": "203.0.113.10"});
    let device = made(lab, "CreateCustomerGateway", &device, "/CustomerGateway/CustomerGatewayId");
    let large = json!({"Type": "ipsec.1", "BgpAsnExtended": 4_200_000_000_i64, "IpAddress": "203.0.113.11"});
    let large = made(lab, "CreateCustomerGateway", &large, "/CustomerGateway/CustomerGatewayId");
    let gateway = json!({"Type": "ipsec.1", "AmazonSideAsn": 65001, "AvailabilityZone": "us-east-1a"});
    let gateway = made(lab, "CreateVpnGateway", &gateway, "/VpnGateway/VpnGatewayId");
    call(lab, "CreateVpnGateway", &json!({"Type": "ipsec.1"}));
    call(lab, "AttachVpnGateway", &json!({"VpcId": vpc, "VpnGatewayId": gateway}));
    let to = json!({"Type": "ipsec.1", "CustomerGatewayId": device, "VpnGatewayId": gateway,
        "Options": {"StaticRoutesOnly": true}});
    let connection = made(lab, "CreateVpnConnection", &to, "/VpnConnection/VpnConnectionId");
    let route = json!({"VpnConnectionId": connection, "DestinationCidrBlock": "172.16.0.0/16"});
    call(lab, "CreateVpnConnectionRoute", &route);
    let tables = json!({"Filters": [{"Name": "vpc-id", "Values": [vpc]}]});
    let tables = call(lab, "DescribeRouteTables", &tables)["RouteTables"].clone();
    for table in tables.as_array().unwrap() {
        let on = json!({"GatewayId": gateway, "RouteTableId": table["RouteTableId"]});
        call(lab, "EnableVgwRoutePropagation", &on);
    }
    let transit = call(lab, "DescribeTransitGateways", &json!({}))["TransitGateways"][0].clone();
    let to = json!({"Type": "ipsec.1", "CustomerGatewayId": large, "TransitGatewayId": transit["TransitGatewayId"]});
    call(lab, "CreateVpnConnection", &to);
}

/// Flow logs of several types, to buckets that are there always.
fn flow_logs(lab: &Lab, vpc: &str, subnet: &str) {
    let transit = call(lab, "DescribeTransitGateways", &json!({}))["TransitGateways"][0].clone();
    for (kind, id, traffic) in [
        ("VPC", &json!(vpc), json!("ALL")),
        ("Subnet", &json!(subnet), json!("REJECT")),
        ("TransitGateway", &transit["TransitGatewayId"], Value::Null),
    ] {
        let mut input = json!({"ResourceType": kind, "ResourceIds": [id], "LogDestinationType": "s3",
            "LogDestination": "arn:aws:s3:::logs"});
        if !traffic.is_null() {
            input["TrafficType"] = traffic;
        }
        assert_eq!(call(lab, "CreateFlowLogs", &input)["FlowLogIds"].as_array().map(Vec::len), Some(1));
    }
}

/// An instance whose interface is mirrored to another one, twice, by rules of two filters.
fn mirrors(lab: &Lab, subnet: &str) {
    let images = json!({"Owners": ["amazon"], "Filters": [{"Name": "name", "Values": ["al2023-ami-2023.12.*-kernel-6.18-x86_64"]}]});
    let image = call(lab, "DescribeImages", &images)["Images"][0]["ImageId"].clone();
    let run = json!({"ImageId": image, "InstanceType": "m5.large", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet});
    let source = made(lab, "RunInstances", &run, "/Instances/0/NetworkInterfaces/0/NetworkInterfaceId");
    for (n, text, direction, action) in [(1, "one", "ingress", "accept"), (2, "two", "egress", "reject")] {
        let to = json!({"SubnetId": subnet});
        let to = made(lab, "CreateNetworkInterface", &to, "/NetworkInterface/NetworkInterfaceId");
        let target = json!({"NetworkInterfaceId": to, "Description": text});
        let target =
            made(lab, "CreateTrafficMirrorTarget", &target, "/TrafficMirrorTarget/TrafficMirrorTargetId");
        let path = "/TrafficMirrorFilter/TrafficMirrorFilterId";
        let filter = made(lab, "CreateTrafficMirrorFilter", &json!({"Description": text}), path);
        let rule = json!({"TrafficMirrorFilterId": filter, "RuleNumber": n, "Protocol": 5 + n, "Description": text,
            "TrafficDirection": direction, "RuleAction": action,
            "SourceCidrBlock": format!("10.{n}.0.0/16"), "DestinationCidrBlock": format!("10.{n}.1.0/24")});
        call(lab, "CreateTrafficMirrorFilterRule", &rule);
        let session = json!({"NetworkInterfaceId": source, "TrafficMirrorTargetId": target, "TrafficMirrorFilterId": filter,
            "SessionNumber": n, "PacketLength": 100 + n, "Description": text});
        call(lab, "CreateTrafficMirrorSession", &session);
    }
}

const OPEN: &str = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// As much of S3 as flow logs ask: every bucket is there and takes logs.
fn buckets() -> Service {
    let acl = Operation::read::<shapes_s3::op::GetBucketAcl>(
        |_, i| Ok(Guard::of(Target::on(format!("arn:aws:s3:::{}", i.bucket)).policy(Some(OPEN.to_owned())))),
        |_, _| Ok(shapes_s3::GetBucketAclOutput::default()),
    );
    Service {
        id: shapes_s3::SERVICE,
        model_hash: shapes_s3::MODEL_HASH,
        iam_prefix: "s3",
        keyspaces: &[],
        operations: vec![acl],
        ..service_ec2::service()
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
    let text = |v: Value| match v {
        Value::String(text) => text,
        // As filters have it: without a fraction that is none.
        other => other.to_string().trim_end_matches(".0").to_owned(),
    };
    // An empty text shows nothing.
    flat.filter(|v| !v.is_null()).map(text).filter(|t| !t.is_empty()).collect()
}

/// What lists of something's own need besides filters: what they are of.
struct Of {
    vpc: String,
    subnet: String,
    table: String,
    attachment: String,
}

impl Of {
    fn input(&self, operation: &str) -> Value {
        match operation {
            "DescribeAvailabilityZones" => json!({"AllAvailabilityZones": false}),
            "DescribeImages" => json!({"Owners": ["self"], "IncludeDisabled": true}),
            "DescribeSnapshots" => json!({"OwnerIds": ["self"]}),
            "DescribeInstanceStatus" => json!({"IncludeAllInstances": true}),
            "DescribeInstanceTypes" => json!({"InstanceTypes": TYPES}),
            "DescribeInstanceTypeOfferings" => json!({"LocationType": "availability-zone"}),
            "GetSecurityGroupsForVpc" => json!({"VpcId": self.vpc}),
            "GetTransitGatewayAttachmentPropagations" => {
                json!({"TransitGatewayAttachmentId": self.attachment})
            }
            name if name.starts_with("GetTransitGateway") => {
                json!({"TransitGatewayRouteTableId": self.table})
            }
            "GetSubnetCidrReservations" => json!({"SubnetId": self.subnet}),
            _ => json!({}),
        }
    }
}

fn found(lab: &Lab, row: &Row, of: &Of, name: &str, value: &str) -> Vec<Value> {
    // Filters want times to the millisecond; answers of this test show whole seconds without.
    let is_time = value.len() == 20 && value.as_bytes()[10] == b'T' && value.ends_with('Z');
    let value = if is_time { value.replace('Z', ".000Z") } else { value.to_owned() };
    let filters = json!([{"Name": name, "Values": [value]}]);
    let member = match row.operation {
        "DescribeNatGateways" | "DescribeHosts" | "DescribeFlowLogs" => "Filter",
        _ => "Filters",
    };
    let mut input = of.input(row.operation);
    input[member] = filters;
    call(lab, row.operation, &input)[row.list].as_array().cloned().unwrap_or_default()
}

fn check(lab: &Lab, row: &Row, of: &Of) {
    let all =
        call(lab, row.operation, &of.input(row.operation))[row.list].as_array().cloned().unwrap_or_default();
    assert!(all.len() > 1, "{} has too few items to tell a filter from none", row.operation);
    let known: BTreeSet<&str> = row.known.iter().copied().collect();
    let listed: BTreeSet<&str> = row.filters.iter().map(|(name, _)| *name).collect();
    assert_eq!(known, listed, "{}", row.operation);
    for (name, path) in &row.filters {
        let what = format!("{} {name}", row.operation);
        assert_eq!(found(lab, row, of, name, "no-such-value"), Vec::<Value>::new(), "{what}: a miss");
        if let Some(constant) = path.strip_prefix('=') {
            assert_eq!(found(lab, row, of, name, constant), all, "{what}: all have it");
            continue;
        }
        if *path == "-" {
            continue;
        }
        let shown: BTreeSet<String> = all.iter().flat_map(|item| values(item, path)).collect();
        assert!(!shown.is_empty(), "{what}: nothing shows a value at {path}");
        for value in shown.into_iter().take(VALUES) {
            let expected: Vec<Value> =
                all.iter().filter(|item| values(item, path).contains(&value)).cloned().collect();
            assert_eq!(found(lab, row, of, name, &value), expected, "{what} = {value}");
        }
    }
}

/// The table, by operation.
fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|l| !l.starts_with('#'));
    let cells: Vec<Vec<&str>> = lines.map(|l| l.split('\t').collect()).collect();
    let of = |(operation, known)| {
        let own: Vec<&Vec<&str>> = cells.iter().filter(|c| c[0] == operation).collect();
        let filters = own.iter().map(|c| (c[2], c[3])).collect();
        Row { operation, list: own[0][1], known, filters }
    };
    service_ec2::known_filters().into_iter().map(of).collect()
}

#[test]
fn every_filter_finds_what_shows_its_value_and_nothing_else() {
    let lab = Lab::new(vec![service_ec2::service(), buckets()]);
    let (vpc, subnet) = network(&lab);
    rules(&lab, &vpc);
    let (table, attachment) = transit(&lab, &vpc, &subnet);
    vpns(&lab, &vpc);
    guests(&lab, &vpc, &subnet);
    flow_logs(&lab, &vpc, &subnet);
    mirrors(&lab, &subnet);
    edges(&lab, &vpc, &subnet);
    call(&lab, "CreateInternetGateway", &json!({}));
    call(&lab, "CreateNatGateway", &json!({"SubnetId": subnet, "ConnectivityType": "private"}));
    let sqs = json!({"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.sqs", "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": false, "SubnetIds": [subnet]});
    call(&lab, "CreateVpcEndpoint", &sqs);
    crate::filling::launches(&lab);
    crate::estate::make(&lab, &subnet);
    let rows = rows();
    let of = Of { vpc, subnet, table, attachment };
    for row in &rows {
        check(&lab, row, &of);
    }
    let filters: usize = rows.iter().map(|r| r.filters.len()).sum();
    assert!(rows.len() >= 59 && filters >= 705, "{} operations, {filters} filters", rows.len());
}

#[test]
fn every_list_that_takes_filters_is_on_the_table() {
    let on_table: BTreeSet<&str> = rows().iter().map(|r| r.operation).collect();
    let model = model::service(shapes_ec2::SERVICE).unwrap();
    for operation in service_ec2::service().operations {
        let input = model.shape(model.operation(operation.name).unwrap().input.unwrap());
        let filtered = ["Filters", "Filter"].iter().any(|name| input.member(name).is_some());
        let (listed, excepted) = (on_table.contains(operation.name), WITHOUT.contains(&operation.name));
        assert_eq!(filtered, listed || excepted, "{} has filters: tests/filters.tsv", operation.name);
        assert!(!listed || !excepted, "{} can leave the exceptions", operation.name);
    }
}
