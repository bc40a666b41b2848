"""EC2's networks through boto3: client, resource, waiters, paginators; keys that OpenSSH and OpenSSL read; denials that STS explains."""

import json
import os
import shutil
import subprocess

import boto3
import pytest
from botocore.config import Config

from faults import refused
from table import REGION


@pytest.fixture
def account():
    """An account that no other test uses."""
    return str(100000000000 + int.from_bytes(os.urandom(4), "big"))


@pytest.fixture
def ec2(table, account):
    return table.client("ec2", key=account)


def tags(kind, **pairs):
    return [{"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in pairs.items()]}]


def test_a_fresh_account_has_its_default_vpc_in_every_region(table, account):
    for region in (REGION, "eu-west-1"):
        ec2 = table.client("ec2", key=account, region=region)
        [vpc] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        assert vpc["CidrBlock"] == "172.31.0.0/16" and vpc["OwnerId"] == account
        zones = ec2.describe_availability_zones()["AvailabilityZones"]
        subnets = ec2.describe_subnets()["Subnets"]
        assert sorted(s["AvailabilityZone"] for s in subnets) == [z["ZoneName"] for z in zones]
        assert all(s["DefaultForAz"] and s["AvailableIpAddressCount"] == 4091 for s in subnets)


def test_three_tiers_with_client_waiters_and_paginators(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags("vpc", Name="tiers"))["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc], WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.%d.0/24" % n, AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate("ababab")
    ]
    ec2.get_waiter("subnet_available").wait(SubnetIds=subnets, WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    pages = list(ec2.get_paginator("describe_subnets").paginate(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}], PaginationConfig={"PageSize": 5}))
    assert [len(p["Subnets"]) for p in pages] == [5, 1]
    assert sorted(s["SubnetId"] for p in pages for s in p["Subnets"]) == sorted(subnets)
    address = ec2.allocate_address(Domain="vpc")
    nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address["AllocationId"])["NatGateway"]["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat], WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    associations = [ec2.associate_route_table(RouteTableId=table, SubnetId=s)["AssociationId"] for s in subnets[2:]]
    web = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    db = ec2.create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=db, IpPermissions=[{
        "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": web}]}])
    [group] = ec2.describe_security_groups(Filters=[{"Name": "ip-permission.group-id", "Values": [web]}])["SecurityGroups"]
    assert group["GroupId"] == db

    # And back again, in an order that AWS takes.
    with refused("DependencyViolation", 400):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_security_group(GroupId=db)
    ec2.delete_security_group(GroupId=web)
    for association in associations:
        ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=table)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat], WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    ec2.release_address(AllocationId=address["AllocationId"])
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.detach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=igw)
    ec2.delete_vpc(VpcId=vpc)
    with refused("InvalidVpcID.NotFound", 400, "The vpc ID '%s' does not exist" % vpc):
        ec2.describe_vpcs(VpcIds=[vpc])


def test_the_resource_interface(table, account):
    ec2 = boto3.resource(
        "ec2", endpoint_url=table.url, region_name=REGION, verify=table.ca, aws_access_key_id=account,
        aws_secret_access_key="test", config=Config(retries={"max_attempts": 0}))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")
    vpc.wait_until_available()
    vpc.create_tags(Tags=[{"Key": "Name", "Value": "r"}])
    vpc.reload()
    assert vpc.tags == [{"Key": "Name", "Value": "r"}]
    subnet = vpc.create_subnet(CidrBlock="10.0.1.0/24")
    interface = subnet.create_network_interface(Description="i")
    assert [i.id for i in vpc.network_interfaces.all()] == [interface.id]
    assert [s.id for s in vpc.subnets.filter(Filters=[{"Name": "cidr-block", "Values": ["10.0.1.*"]}])] == [subnet.id]
    group = vpc.create_security_group(GroupName="g", Description="d")
    group.authorize_ingress(IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    group.reload()
    assert group.ip_permissions[0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    interface.delete()
    subnet.delete()
    group.delete()
    vpc.delete()


def test_tags_are_described_in_pages(ec2):
    igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.create_tags(Resources=[igw], Tags=[{"Key": "k%02d" % n, "Value": "v"} for n in range(12)])
    pages = list(ec2.get_paginator("describe_tags").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(p["Tags"]) for p in pages] == [5, 5, 2]
    with refused("TagLimitExceeded", 400):
        ec2.create_tags(Resources=[igw], Tags=[{"Key": "x%02d" % n, "Value": "v"} for n in range(39)])
    with refused("FilterLimitExceeded", 400):
        ec2.describe_tags(Filters=[{"Name": "key", "Values": ["k%d" % n for n in range(201)]}])


def test_dry_runs_say_that_they_would_have_succeeded(ec2):
    with refused("DryRunOperation", 412):
        ec2.create_vpc(CidrBlock="10.0.0.0/16", DryRun=True)
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_keys_are_keys(ec2, tmp_path, kind):
    made = ec2.create_key_pair(KeyName="k", KeyType=kind)
    file = tmp_path / "key.pem"
    file.write_text(made["KeyMaterial"] + "\n")
    file.chmod(0o600)
    [shown] = ec2.describe_key_pairs(KeyNames=["k"], IncludePublicKey=True)["KeyPairs"]
    assert shown["KeyFingerprint"] == made["KeyFingerprint"] and shown["KeyType"] == kind
    imported = ec2.import_key_pair(KeyName="i", PublicKeyMaterial=shown["PublicKey"].encode())
    if kind == "ed25519":
        assert imported["KeyFingerprint"] == made["KeyFingerprint"]
    if shutil.which("ssh-keygen"):
        public = subprocess.run(["ssh-keygen", "-y", "-f", file], check=True, capture_output=True, text=True).stdout
        assert public.split()[:2] == shown["PublicKey"].split()[:2]
    if kind == "rsa" and shutil.which("openssl"):
        subprocess.run(["openssl", "rsa", "-check", "-noout", "-in", file], check=True, capture_output=True)


def test_a_denial_is_explained_by_sts(table, iam, user, sts):
    user.allow("ec2:Describe*")
    ec2 = user.client("ec2")
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    with refused("UnauthorizedOperation", 403, user.arn) as denied:
        ec2.delete_vpc(VpcId=vpc["VpcId"])
    sealed = denied.value.response["Error"]["Message"].split("Encoded authorization failure message: ")[1]
    opened = json.loads(sts.decode_authorization_message(EncodedMessage=sealed)["DecodedMessage"])
    assert opened["context"]["action"] == "ec2:DeleteVpc" and not opened["allowed"]
    assert opened["context"]["resource"].endswith("vpc/" + vpc["VpcId"])


def test_accounts_and_regions_never_meet(table):
    names = []
    for n in range(3):
        for region in (REGION, "us-west-2", "eu-west-1", "cn-north-1"):
            ec2 = table.client("ec2", key=str(200000000000 + n), region=region)
            vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
            ec2.create_security_group(GroupName="same", Description="d", VpcId=vpc)
            names.append((ec2, vpc))
    for ec2, vpc in names:
        seen = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.9.0.0/16"]}])["Vpcs"]
        assert [v["VpcId"] for v in seen] == [vpc]
    assert len({vpc for _, vpc in names}) == 12


def test_an_address_moves_to_another_account(table, ec2, account):
    other = str(int(account) + 1)
    theirs = table.client("ec2", key=other)
    made = ec2.allocate_address(Domain="vpc", TagSpecifications=tags("elastic-ip", Name="mine"))
    address, allocation = made["PublicIp"], made["AllocationId"]
    offer = ec2.enable_address_transfer(AllocationId=allocation, TransferAccountId=other)["AddressTransfer"]
    assert offer["AddressTransferStatus"] == "pending" and offer["PublicIp"] == address
    assert [t["AllocationId"] for t in ec2.describe_address_transfers()["AddressTransfers"]] == [allocation]
    with refused("InvalidAddress.NotFound", 400, "not found"):
        ec2.accept_address_transfer(Address=address)
    taken = theirs.accept_address_transfer(Address=address, TagSpecifications=tags("elastic-ip", Name="theirs"))
    assert taken["AddressTransfer"]["TransferAccountId"] == other
    assert ec2.describe_addresses()["Addresses"] == []
    [moved] = theirs.describe_addresses(PublicIps=[address])["Addresses"]
    assert moved["Tags"] == [{"Key": "Name", "Value": "theirs"}]
    pages = ec2.get_paginator("describe_address_transfers").paginate(AllocationIds=[allocation])
    assert [t["AddressTransferStatus"] for p in pages for t in p["AddressTransfers"]] == ["accepted"]
    theirs.release_address(AllocationId=moved["AllocationId"])
