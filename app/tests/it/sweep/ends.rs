//! Lists about addresses on their way and groups away from home for the walks (`walks.rs`), with enough in them to be walked
//! five items a page.

use serde_json::{Value, json};
use testkit::Lab;

use super::walks::call;

type Walk = (&'static str, &'static str, Value, usize);

fn made(lab: &Lab, operation: &str, input: Value, path: &str) -> String {
    call(lab, "ec2", operation, &input).pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn addresses(lab: &Lab) {
    for _ in 0..5 {
        let address = made(lab, "AllocateAddress", json!({}), "/AllocationId");
        let to = json!({"AllocationId": address, "TransferAccountId": "111122223333"});
        made(lab, "EnableAddressTransfer", to, "");
        let name = json!({"AllocationId": address, "DomainName": "mail.example.com"});
        made(lab, "ModifyAddressAttribute", name, "");
    }
}

/// Groups of one VPC in another, where rules refer to what doesn't last. Tells the other.
fn groups(lab: &Lab) -> String {
    let [home, other] =
        ["10.7.0.0/16", "10.8.0.0/16"].map(|b| made(lab, "CreateVpc", json!({"CidrBlock": b}), "/Vpc/VpcId"));
    for n in 0..6 {
        let new = |vpc: &str| json!({"GroupName": format!("g{n}"), "Description": "d", "VpcId": vpc});
        let guest = made(lab, "CreateSecurityGroup", new(&home), "/GroupId");
        let own = made(lab, "CreateSecurityGroup", new(&other), "/GroupId");
        let both = json!({"GroupId": guest, "VpcId": other});
        made(lab, "AssociateSecurityGroupVpc", both.clone(), "");
        let refers = json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": guest}]}]);
        made(lab, "AuthorizeSecurityGroupIngress", json!({"GroupId": own, "IpPermissions": refers}), "");
        made(lab, "DisassociateSecurityGroupVpc", both, "");
    }
    other
}

/// A trunk with branches, and carrier gateways that are still shown; NAT gateways and reservations in a subnet, which is told.
fn edges(lab: &Lab) -> String {
    let first = json!({"Filters": [{"Name": "cidr", "Values": ["172.31.0.0/20"]}]});
    let subnet = made(lab, "DescribeSubnets", first, "/Subnets/0/SubnetId");
    let nic = |kind: &str| {
        let input = json!({"SubnetId": subnet, "InterfaceType": kind});
        made(lab, "CreateNetworkInterface", input, "/NetworkInterface/NetworkInterfaceId")
    };
    let trunk = nic("trunk");
    for n in 1..7 {
        let both = json!({"TrunkInterfaceId": trunk, "BranchInterfaceId": nic("branch"), "VlanId": n});
        made(lab, "AssociateTrunkInterface", both, "");
    }
    let zones = json!({"AllAvailabilityZones": true, "Filters": [{"Name": "zone-type", "Values": ["wavelength-zone"]}]});
    let group = made(lab, "DescribeAvailabilityZones", zones, "/AvailabilityZones/0/GroupName");
    let group = json!({"GroupName": group, "OptInStatus": "opted-in"});
    call(lab, "ec2", "ModifyAvailabilityZoneGroup", &group);
    let vpc = made(lab, "DescribeVpcs", json!({}), "/Vpcs/0/VpcId");
    for _ in 0..6 {
        let new = json!({"VpcId": vpc});
        let gateway = made(lab, "CreateCarrierGateway", new, "/CarrierGateway/CarrierGatewayId");
        made(lab, "DeleteCarrierGateway", json!({"CarrierGatewayId": gateway}), "");
    }
    for n in 0..5 {
        made(lab, "CreateNatGateway", json!({"SubnetId": subnet, "ConnectivityType": "private"}), "");
        let block =
            json!({"SubnetId": subnet, "Cidr": format!("172.31.{n}.0/28"), "ReservationType": "explicit"});
        made(lab, "CreateSubnetCidrReservation", block, "");
    }
    subnet
}

/// Lists, and how many items at least they have to show.
pub fn lists(lab: &Lab) -> Vec<Walk> {
    addresses(lab);
    let subnet = edges(lab);
    let of_vpc = json!({"VpcId": groups(lab)});
    vec![
        ("ec2", "DescribeAddressTransfers", json!({}), 5),
        ("ec2", "DescribeAddressesAttribute", json!({}), 5),
        ("ec2", "DescribeNatGateways", json!({}), 5),
        ("ec2", "GetSubnetCidrReservations", json!({"SubnetId": subnet}), 5),
        ("ec2", "DescribeTrunkInterfaceAssociations", json!({}), 6),
        ("ec2", "DescribeCarrierGateways", json!({}), 6),
        ("ec2", "DescribeSecurityGroupVpcAssociations", json!({}), 6),
        ("ec2", "GetSecurityGroupsForVpc", of_vpc.clone(), 7),
        ("ec2", "DescribeStaleSecurityGroups", of_vpc, 6),
    ]
}
