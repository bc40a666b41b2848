"""EC2's Site-to-Site VPNs through boto3: built with waiters, read as a device's tools read them, torn down."""

import os
import xml.etree.ElementTree as ET

import pytest

SOON = {"Delay": 0, "MaxAttempts": 2}


@pytest.fixture
def ec2(table):
    """EC2 in an account that no other test uses."""
    return table.client("ec2", key=str(100000000000 + int.from_bytes(os.urandom(4), "big")))


def test_a_site_to_site_vpn_is_built_and_torn_down(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    device = ec2.create_customer_gateway(Type="ipsec.1", BgpAsn=65010, IpAddress="203.0.113.7")
    device = device["CustomerGateway"]["CustomerGatewayId"]
    ec2.get_waiter("customer_gateway_available").wait(CustomerGatewayIds=[device], WaiterConfig=SOON)
    gateway = ec2.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=64800)["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpcId=vpc, VpnGatewayId=gateway)
    made = ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=device, VpnGatewayId=gateway,
        Options={"StaticRoutesOnly": True, "TunnelOptions": [
            {"TunnelInsideCidr": "169.254.44.40/30", "PreSharedKey": "a_shared.secret", "IKEVersions": [{"Value": "ikev2"}]}]},
        TagSpecifications=[{"ResourceType": "vpn-connection", "Tags": [{"Key": "Name", "Value": "office"}]}],
    )["VpnConnection"]
    vpn = made["VpnConnectionId"]
    ec2.get_waiter("vpn_connection_available").wait(VpnConnectionIds=[vpn], WaiterConfig=SOON)

    shown = ec2.describe_vpn_connections(Filters=[{"Name": "tag:Name", "Values": ["office"]}])["VpnConnections"][0]
    tunnels = shown["Options"]["TunnelOptions"]
    assert [t["Status"] for t in shown["VgwTelemetry"]] == ["DOWN", "DOWN"]
    assert len({t["OutsideIpAddress"] for t in tunnels}) == len({t["TunnelInsideCidr"] for t in tunnels}) == 2
    assert tunnels[0]["IkeVersions"] == [{"Value": "ikev2"}] and len(tunnels[1]["PreSharedKey"]) == 32
    document = ET.fromstring(shown["CustomerGatewayConfiguration"])
    assert document.get("id") == vpn and document.findtext("customer_gateway_id") == device
    told = [
        (t.findtext("vpn_gateway/tunnel_outside_address/ip_address"), t.findtext("ike/pre_shared_key"))
        for t in document.findall("ipsec_tunnel")
    ]
    assert told == [(t["OutsideIpAddress"], t["PreSharedKey"]) for t in tunnels]
    assert document.findtext("ipsec_tunnel/customer_gateway/tunnel_inside_address/ip_address") == "169.254.44.42"

    ec2.create_vpn_connection_route(VpnConnectionId=vpn, DestinationCidrBlock="172.16.0.0/12")
    ec2.enable_vgw_route_propagation(GatewayId=gateway, RouteTableId=table)
    [routes] = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert routes["PropagatingVgws"] == [{"GatewayId": gateway}]
    [route] = [r for r in routes["Routes"] if r["Origin"] == "EnableVgwRoutePropagation"]
    assert (route["DestinationCidrBlock"], route["GatewayId"]) == ("172.16.0.0/12", gateway)

    ec2.disable_vgw_route_propagation(GatewayId=gateway, RouteTableId=table)
    ec2.delete_vpn_connection_route(VpnConnectionId=vpn, DestinationCidrBlock="172.16.0.0/12")
    ec2.delete_vpn_connection(VpnConnectionId=vpn)
    ec2.get_waiter("vpn_connection_deleted").wait(VpnConnectionIds=[vpn], WaiterConfig=SOON)
    ec2.detach_vpn_gateway(VpcId=vpc, VpnGatewayId=gateway)
    ec2.delete_vpn_gateway(VpnGatewayId=gateway)
    ec2.delete_customer_gateway(CustomerGatewayId=device)
    ec2.delete_vpc(VpcId=vpc)
