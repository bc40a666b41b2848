//! What the lists of launches, their places and their market show in the test of filters: two of everything at least, unlike
//! each other. Not networks: `filters.rs`.

use serde_json::{Value, json};
use testkit::Lab;

use crate::filters::{call, made};

/// Templates, fleets, Spot requests, groups, reservations, hosts, windows.
pub(crate) fn launches(lab: &Lab) {
    let named = json!([{"Name": "name", "Values": ["al2023-ami-2023.12.*-kernel-6.18-x86_64"]}]);
    let image = made(lab, "DescribeImages", &json!({"Filters": named}), "/Images/0/ImageId");
    let tagged =
        |noun: &str, value: &str| json!([{"ResourceType": noun, "Tags": [{"Key": "team", "Value": value}]}]);
    for (n, kind) in ["t3.micro", "c5.large"].into_iter().enumerate() {
        let data = json!({"ImageId": image, "InstanceType": kind});
        let name = format!("template-{n}");
        call(lab, "CreateLaunchTemplate", &json!({"LaunchTemplateName": name, "LaunchTemplateData": data}));
        lab.advance(60_000);
        let fleet = json!({"Type": (["maintain", "request"])[n],
            "ExcessCapacityTerminationPolicy": (["termination", "no-termination"])[n],
            "ReplaceUnhealthyInstances": n == 0,
            "LaunchTemplateConfigs": [{"LaunchTemplateSpecification": {"LaunchTemplateName": name, "Version": "1"}}],
            "TargetCapacitySpecification": {"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "spot"}});
        call(lab, "CreateFleet", &fleet);
        let strategy = ["spread", "partition"][n];
        call(lab, "CreatePlacementGroup", &json!({"GroupName": strategy, "Strategy": strategy}));
        let reserved = json!({"InstanceType": kind, "InstancePlatform": "Linux/UNIX", "InstanceCount": 1,
            "AvailabilityZone": (["us-east-1a", "us-east-1b"])[n],
            "EndDateType": (["unlimited", "limited"])[n], "InstanceMatchCriteria": (["open", "targeted"])[n]});
        let mut reserved = reserved;
        if n == 1 {
            reserved["EndDate"] = json!("2099-01-01T00:00:00Z");
        }
        call(lab, "CreateCapacityReservation", &reserved);
        let host = json!({"InstanceType": (["m5.large", "c5.large"])[n], "Quantity": 1, "ClientToken": format!("token-{n}"),
            "AutoPlacement": (["on", "off"])[n], "AvailabilityZone": (["us-east-1a", "us-east-1b"])[n]});
        let host = made(lab, "AllocateHosts", &host, "/HostIds/0");
        let launch = json!({"ImageId": image, "InstanceType": kind, "MinCount": 1, "MaxCount": 1});
        let instance = made(lab, "RunInstances", &launch, "/Instances/0/InstanceId");
        call(lab, "CreateReplaceRootVolumeTask", &json!({"InstanceId": instance}));
        let volume = json!({"AvailabilityZone": "us-east-1a", "Size": 1});
        let volume = made(lab, "CreateVolume", &volume, "/VolumeId");
        let snapshot = made(lab, "CreateSnapshot", &json!({"VolumeId": volume}), "/SnapshotId");
        let mode = ["governance", "compliance"][n];
        call(lab, "LockSnapshot", &json!({"SnapshotId": snapshot, "LockMode": mode, "LockDuration": 1}));
        for target in [
            json!({"InstanceIds": [instance]}),
            json!({"DedicatedHostIds": [host]}),
            json!({"InstanceTags": [{"Key": format!("k{n}"), "Value": format!("v{n}")}]}),
        ] {
            let own = tagged("instance-event-window", &format!("w{n}"));
            let window = json!({"Name": format!("window-{n}"), "CronExpression": "* 21-23 * * 2,3",
                "TagSpecifications": own});
            let window =
                made(lab, "CreateInstanceEventWindow", &window, "/InstanceEventWindow/InstanceEventWindowId");
            let with = json!({"InstanceEventWindowId": window, "AssociationTarget": target});
            call(lab, "AssociateInstanceEventWindow", &with);
        }
    }
    spot(lab, &image);
}

/// Three Spot requests: one that has its instance, one that waits, one with an interface.
fn spot(lab: &Lab, image: &str) {
    call(lab, "CreateKeyPair", &json!({"KeyName": "spot", "KeyType": "ed25519"}));
    let group =
        made(lab, "DescribeSecurityGroups", &json!({"GroupNames": ["default"]}), "/SecurityGroups/0/GroupId");
    let disk = json!([{"DeviceName": "/dev/sdf",
        "Ebs": {"VolumeSize": 9, "VolumeType": "gp3", "DeleteOnTermination": true}}]);
    let order: Value = json!({"ImageId": image, "InstanceType": "t3.micro", "KeyName": "spot", "SecurityGroupIds": [group],
        "BlockDeviceMappings": disk, "Monitoring": {"Enabled": true}});
    call(lab, "RequestSpotInstances", &json!({"LaunchSpecification": order, "Type": "persistent"}));
    lab.advance(60_000);
    let order = json!({"ImageId": image, "InstanceType": "c5.large"});
    call(
        lab,
        "RequestSpotInstances",
        &json!({"LaunchSpecification": order, "SpotPrice": "0.001",
        "LaunchGroup": "own", "AvailabilityZoneGroup": "us-east-1a", "ValidFrom": "2098-01-01T00:00:00Z",
        "ValidUntil": "2099-01-01T00:00:00Z"}),
    );
    lab.advance(60_000);
    let first = json!({"Filters": [{"Name": "cidr", "Values": ["172.31.16.0/20"]}]});
    let subnet = made(lab, "DescribeSubnets", &first, "/Subnets/0/SubnetId");
    let nic = json!([{"DeviceIndex": 0, "SubnetId": subnet, "Groups": [group], "Description": "own",
        "DeleteOnTermination": true,
        "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": "172.31.16.77"}]}]);
    let order = json!({"ImageId": image, "InstanceType": "t3.micro", "NetworkInterfaces": nic});
    call(lab, "RequestSpotInstances", &json!({"LaunchSpecification": order}));
}
