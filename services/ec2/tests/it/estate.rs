//! Instances with every option, in every place, and volumes, snapshots and images of one's own, for the test of filters.

use serde_json::{Value, json};
use testkit::Lab;

use crate::filters::{call, made};

/// Makes all of it.
pub(crate) fn make(lab: &Lab, subnet: &str) {
    let image = image(lab, "al2023-ami-2023.12.*-kernel-6.18-x86_64");
    places(lab, &image);
    instances(lab, &image, subnet);
    storage(lab);
}

/// The id of a public image of that name.
fn image(lab: &Lab, name: &str) -> String {
    let named = json!({"Owners": ["amazon"], "Filters": [{"Name": "name", "Values": [name]}]});
    made(lab, "DescribeImages", &named, "/Images/0/ImageId")
}

/// The id of a new instance of its own reservation.
fn run(lab: &Lab, image: &str, kind: &str, more: &Value) -> String {
    let mut input = json!({"ImageId": image, "InstanceType": kind, "MinCount": 1, "MaxCount": 1});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made(lab, "RunInstances", &input, "/Instances/0/InstanceId")
}

/// Instances in a placement group, on a host and on reserved capacity.
fn places(lab: &Lab, image: &str) {
    let group = json!({"GroupName": "parts", "Strategy": "partition", "PartitionCount": 3});
    call(lab, "CreatePlacementGroup", &group);
    let spot = json!({"Placement": {"GroupName": "parts", "PartitionNumber": 2},
        "InstanceMarketOptions": {"MarketType": "spot"}});
    run(lab, image, "m5.large", &spot);
    let zone = json!({"InstanceType": "m5.large", "AvailabilityZone": "us-east-1a", "Quantity": 1});
    let host = made(lab, "AllocateHosts", &zone, "/HostIds/0");
    let on_host = json!({"Placement": {"AvailabilityZone": "us-east-1a", "Tenancy": "host", "HostId": host, "Affinity": "host"}});
    run(lab, image, "m5.large", &on_host);
    let kept = json!({"InstanceType": "m5.large", "InstancePlatform": "Linux/UNIX", "AvailabilityZone": "us-east-1a",
        "InstanceCount": 1, "InstanceMatchCriteria": "targeted"});
    let kept = made(lab, "CreateCapacityReservation", &kept, "/CapacityReservation/CapacityReservationId");
    let on_kept = json!({"Placement": {"AvailabilityZone": "us-east-1a"},
        "CapacityReservationSpecification": {"CapacityReservationTarget": {"CapacityReservationId": kept}}});
    run(lab, image, "m5.large", &on_kept);
}

/// Instances with every option, one of them stopped.
fn instances(lab: &Lab, image: &str, subnet: &str) {
    let options = json!({"KeyName": "a", "ClientToken": "once", "Monitoring": {"Enabled": true}, "EbsOptimized": true,
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 3, "HttpProtocolIpv6": "enabled",
            "InstanceMetadataTags": "enabled"},
        "HibernationOptions": {"Configured": true},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": true, "VolumeSize": 30}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "k", "Value": "v"}]},
            {"ResourceType": "volume", "Tags": [{"Key": "k", "Value": "w"}, {"Key": "l", "Value": "v"}]}]});
    let stopped = run(lab, image, "m5.large", &options);
    call(lab, "StopInstances", &json!({"InstanceIds": [stopped]}));
    let nets = json!({"NetworkInterfaces": [
            {"DeviceIndex": 0, "SubnetId": subnet, "Ipv6AddressCount": 1, "PrimaryIpv6": true, "Ipv4PrefixCount": 1,
                "Description": "first", "DeleteOnTermination": false},
            {"DeviceIndex": 1, "SubnetId": subnet, "Ipv6PrefixCount": 1, "Description": "second"}],
        "MaintenanceOptions": {"AutoRecovery": "disabled"},
        "PrivateDnsNameOptions": {"HostnameType": "resource-name", "EnableResourceNameDnsARecord": true,
            "EnableResourceNameDnsAAAARecord": true}});
    run(lab, image, "m5.large", &nets);
    for _ in 0..2 {
        run(lab, image, "t3.micro", &json!({"MetadataOptions": {"HttpEndpoint": "disabled"}}));
    }
    run(lab, &self::image(lab, "Windows_Server-2022-English-Full-Base-*"), "m5.large", &json!({}));
}

/// Volumes, two of them modified; snapshots of them; images of one's own.
fn storage(lab: &Lab) {
    let volumes = [
        json!({"AvailabilityZone": "us-east-1a", "Size": 20, "VolumeType": "gp3", "Encrypted": true}),
        json!({"AvailabilityZone": "us-east-1b", "Size": 10, "VolumeType": "io2", "Iops": 1000, "MultiAttachEnabled": true}),
    ];
    let mut snapshots = Vec::new();
    for (at, input) in volumes.iter().enumerate() {
        let id = made(lab, "CreateVolume", input, "/VolumeId");
        let snapshot = json!({"VolumeId": id, "Description": format!("snapshot {at}")});
        snapshots.push(made(lab, "CreateSnapshot", &snapshot, "/SnapshotId"));
        call(lab, "ModifyVolume", &json!({"VolumeId": id, "Size": 30 + at, "Iops": 4000}));
    }
    let of_snapshot = json!({"Name": "registered", "Description": "of a snapshot", "RootDeviceName": "/dev/sda1",
        "VirtualizationType": "hvm", "Architecture": "arm64", "EnaSupport": true, "SriovNetSupport": "simple",
        "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshots[0], "VolumeSize": 25,
            "VolumeType": "gp3", "DeleteOnTermination": false}}]});
    let registered = made(lab, "RegisterImage", &of_snapshot, "/ImageId");
    let copy = json!({"SourceImageId": registered, "SourceRegion": "us-east-1", "Name": "copied"});
    call(lab, "CopyImage", &copy);
    call(lab, "DisableImage", &json!({"ImageId": registered}));
    let stopped = json!({"Filters": [{"Name": "instance-state-name", "Values": ["stopped"]}]});
    let stopped = made(lab, "DescribeInstances", &stopped, "/Reservations/0/Instances/0/InstanceId");
    call(lab, "CreateImage", &json!({"InstanceId": stopped, "Name": "of an instance"}));
}
