"""EC2's account settings, event windows, locks and Spot fleets through boto3."""

import os

import botocore.exceptions
import pytest

CONFIG = {"IamFleetRole": "arn:aws:iam::{}:role/fleet", "TargetCapacity": 2}


@pytest.fixture
def account():
    """An account that no other test uses."""
    return str(100000000000 + int.from_bytes(os.urandom(4), "big"))


@pytest.fixture
def ec2(table, account):
    return table.client("ec2", key=account)


def test_settings_hold_for_what_comes_after(ec2):
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    ec2.enable_ebs_encryption_by_default()
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)
    assert volume["Encrypted"] is True
    ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=3)
    level = ec2.get_instance_metadata_defaults()["AccountLevel"]
    assert (level["HttpTokens"], level["HttpPutResponseHopLimit"]) == ("required", 3)
    snapshot = ec2.create_snapshot(VolumeId=volume["VolumeId"])["SnapshotId"]
    ec2.lock_snapshot(SnapshotId=snapshot, LockMode="governance", LockDuration=1)
    with pytest.raises(botocore.exceptions.ClientError, match="SnapshotLocked"):
        ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.unlock_snapshot(SnapshotId=snapshot)
    ec2.delete_snapshot(SnapshotId=snapshot)


def test_an_event_window_lives_and_ends(ec2):
    window = ec2.create_instance_event_window(Name="nights", CronExpression="* 21-23 * * 2,3")["InstanceEventWindow"]
    window = window["InstanceEventWindowId"]
    target = {"InstanceTags": [{"Key": "team", "Value": "red"}]}
    ec2.associate_instance_event_window(InstanceEventWindowId=window, AssociationTarget=target)
    pages = ec2.get_paginator("describe_instance_event_windows").paginate(
        Filters=[{"Name": "instance-tag-key", "Values": ["team"]}])
    assert [w["InstanceEventWindowId"] for p in pages for w in p["InstanceEventWindows"]] == [window]
    ec2.delete_instance_event_window(InstanceEventWindowId=window, ForceDelete=True)


def test_a_spot_fleet_fills_and_empties(ec2, account):
    name = {"Name": "name", "Values": ["al2023-ami-2023.12.*-kernel-6.18-x86_64"]}
    image = ec2.describe_images(Owners=["amazon"], Filters=[name])["Images"][0]["ImageId"]
    config = CONFIG | {"IamFleetRole": CONFIG["IamFleetRole"].format(account),
                       "LaunchSpecifications": [{"ImageId": image, "InstanceType": "t3.micro"}]}
    fleet = ec2.request_spot_fleet(SpotFleetRequestConfig=config)["SpotFleetRequestId"]
    pages = ec2.get_paginator("describe_spot_fleet_instances").paginate(SpotFleetRequestId=fleet)
    assert sum(len(p["ActiveInstances"]) for p in pages) == 2
    history = ec2.describe_spot_fleet_request_history(SpotFleetRequestId=fleet, StartTime=0)["HistoryRecords"]
    assert [h["EventInformation"]["EventSubType"] for h in history] == ["submitted", "active", "launched", "launched"]
    done = ec2.cancel_spot_fleet_requests(SpotFleetRequestIds=[fleet], TerminateInstances=True)
    assert done["SuccessfulFleetRequests"][0]["CurrentSpotFleetRequestState"] == "cancelled_terminating"
