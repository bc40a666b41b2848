//! Launches for the walks (`walks.rs`): instances, fleets, requests, and the lists that ask for one of them.

use serde_json::{Value, json};
use testkit::Lab;

use super::walks::call;

/// Instances by every way that there is, and what they stand on.
pub fn launches(lab: &Lab, image: &str, n: i32) {
    let made = |operation: &str, input: Value| call(lab, "ec2", operation, &input);
    let reserved = json!({"InstanceType": "t4g.nano", "InstancePlatform": "Linux/UNIX", "InstanceCount": 1,
        "AvailabilityZone": "us-east-1a"});
    made("CreateCapacityReservation", reserved);
    let launch = json!({"ImageId": image, "InstanceType": "t4g.nano", "MinCount": 1, "MaxCount": 1,
        "IamInstanceProfile": {"Name": "a"}});
    let instance = made("RunInstances", launch)["Instances"][0]["InstanceId"].clone();
    made("CreateReplaceRootVolumeTask", json!({"InstanceId": instance}));
    let template = format!("template-{n}");
    let data = json!({"InstanceType": "t4g.nano"});
    made("CreateLaunchTemplate", json!({"LaunchTemplateName": template, "LaunchTemplateData": data}));
    let spec = json!([{"LaunchTemplateSpecification": {"LaunchTemplateName": template, "Version": "1"},
        "Overrides": [{"ImageId": image}]}]);
    let capacity = json!({"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "spot"});
    made("CreateFleet", json!({"LaunchTemplateConfigs": spec, "TargetCapacitySpecification": capacity}));
    let order = json!({"ImageId": image, "InstanceType": "t4g.nano"});
    let config = json!({"IamFleetRole": "arn:aws:iam::000000000000:role/a", "TargetCapacity": 1,
        "LaunchSpecifications": [order]});
    made("RequestSpotFleet", json!({"SpotFleetRequestConfig": config}));
    made("RequestSpotInstances", json!({"LaunchSpecification": order}));
    made("AllocateHosts", json!({"InstanceFamily": "c5", "AvailabilityZone": "us-east-1b"}));
}

/// Lists of one fleet, one reservation, some types.
pub fn lists(lab: &Lab) -> Vec<(&'static str, &'static str, Value, usize)> {
    let reserved = json!({"Filters": [{"Name": "capacity-reservation-id", "Values": ["cr-*"]}]});
    let launched = call(lab, "ec2", "DescribeInstances", &reserved);
    let used = json!({"CapacityReservationId": launched["Reservations"][0]["Instances"][0]["CapacityReservationId"]});
    let fleets = call(lab, "ec2", "DescribeFleets", &json!({}));
    let fleet = json!({"FleetId": fleets["Fleets"][0]["FleetId"]});
    let old = call(lab, "ec2", "DescribeSpotFleetRequests", &json!({}));
    let old = &old["SpotFleetRequestConfigs"][0]["SpotFleetRequestId"];
    let mut told = fleet.clone();
    told["StartTime"] = json!("2020-01-01T00:00:00Z");
    let old_told = json!({"SpotFleetRequestId": old, "StartTime": "2020-01-01T00:00:00Z"});
    let history = json!({"InstanceTypes": ["c5.metal", "c5.large"], "AvailabilityZone": "us-east-1a"});
    let required = json!({"ArchitectureTypes": ["x86_64"], "VirtualizationTypes": ["hvm"], "InstanceRequirements":
        {"VCpuCount": {"Min": 2}, "MemoryMiB": {"Min": 8192}, "AllowedInstanceTypes": ["m5.*"]}});
    vec![
        ("ec2", "GetCapacityReservationUsage", used, 1),
        ("ec2", "DescribeFleetInstances", fleet, 1),
        ("ec2", "DescribeFleetHistory", told, 3),
        ("ec2", "DescribeSpotFleetInstances", json!({"SpotFleetRequestId": old}), 1),
        ("ec2", "DescribeSpotFleetRequestHistory", old_told, 3),
        ("ec2", "DescribeSpotPriceHistory", history, 30),
        ("ec2", "GetInstanceTypesFromInstanceRequirements", required, 6),
    ]
}
