"""EC2's instances, volumes, images through boto3: client, resource, waiters, paginators."""

import os

import pytest

from faults import refused
from table import REGION


@pytest.fixture
def ec2(table):
    return table.client("ec2", key=str(100000000000 + int.from_bytes(os.urandom(4), "big")))


@pytest.fixture
def image(ec2):
    name = [{"Name": "name", "Values": ["al2023-ami-2023.12.*-kernel-6.18-x86_64"]}]
    [found] = ec2.describe_images(Owners=["amazon"], Filters=name)["Images"]
    return found["ImageId"]


def run(ec2, image, count=1, **more):
    launch = dict({"ImageId": image, "InstanceType": "t3.micro", "MinCount": count, "MaxCount": count}, **more)
    return [i["InstanceId"] for i in ec2.run_instances(**launch)["Instances"]]


def test_instances_live_and_end(ec2, image):
    ids = run(ec2, image, 3, UserData="hello")
    ec2.get_waiter("instance_running").wait(InstanceIds=ids)
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=ids)
    shown = [i for r in ec2.describe_instances(InstanceIds=ids)["Reservations"] for i in r["Instances"]]
    assert len({i["PrivateIpAddress"] for i in shown}) == len({i["PublicIpAddress"] for i in shown}) == 3
    data = ec2.describe_instance_attribute(InstanceId=ids[0], Attribute="userData")["UserData"]["Value"]
    assert data == "aGVsbG8="
    ec2.stop_instances(InstanceIds=ids[:1])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=ids[:1])
    ec2.modify_instance_attribute(InstanceId=ids[0], UserData={"Value": b"bye"})
    data = ec2.describe_instance_attribute(InstanceId=ids[0], Attribute="userData")["UserData"]["Value"]
    assert data == "Ynll"
    ec2.terminate_instances(InstanceIds=ids)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)
    assert ec2.describe_volumes()["Volumes"] == []


def test_volumes_snapshots_and_images(ec2, image):
    [instance] = run(ec2, image, Placement={"AvailabilityZone": REGION + "a"})
    volume = ec2.create_volume(AvailabilityZone=REGION + "a", Size=1)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume])
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume])
    with refused("VolumeInUse", 400):
        ec2.delete_volume(VolumeId=volume)
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
    golden = ec2.create_image(InstanceId=instance, Name="golden")["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[golden])
    [shown] = ec2.describe_images(Owners=["self"])["Images"]
    assert len(shown["BlockDeviceMappings"]) == 2
    assert run(ec2, golden)


def test_pages(ec2, image):
    ids = run(ec2, image, 7)
    pages = list(ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}))
    found = [i["InstanceId"] for p in pages for r in p["Reservations"] for i in r["Instances"]]
    assert len(pages) == 2 and sorted(found) == sorted(ids)
    types = ec2.get_paginator("describe_instance_types").paginate(PaginationConfig={"PageSize": 100})
    names = [t["InstanceType"] for p in types for t in p["InstanceTypes"]]
    assert len(names) == len(set(names)) > 500
