//! Lists about traffic that is watched, flow logs and mirroring, for the walks (`walks.rs`), with enough in them to be walked five
//! items a page.

use serde_json::{Value, json};
use testkit::Lab;

use super::walks::call;

type Walk = (&'static str, &'static str, Value, usize);

fn made(lab: &Lab, operation: &str, input: Value, path: &str) -> String {
    call(lab, "ec2", operation, &input).pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Six flow logs of the default VPC, each into its own folder.
fn flow_logs(lab: &Lab) {
    call(lab, "s3", "CreateBucket", &json!({"Bucket": "flow-logs"}));
    let default = json!({"Filters": [{"Name": "is-default", "Values": ["true"]}]});
    let vpc = call(lab, "ec2", "DescribeVpcs", &default)["Vpcs"][0]["VpcId"].clone();
    for n in 0..6 {
        let log = json!({"ResourceType": "VPC", "ResourceIds": [vpc], "TrafficType": "ALL", "LogDestinationType": "s3",
            "LogDestination": format!("arn:aws:s3:::flow-logs/{n}/")});
        made(lab, "CreateFlowLogs", log, "");
    }
}

/// Six filters, the first of them with six rules, targets, and sessions of the interfaces of an instance each.
fn mirrors(lab: &Lab) {
    let images = json!({"Owners": ["amazon"], "Filters": [{"Name": "name", "Values": ["al2023-ami-2023.12.*-kernel-6.18-x86_64"]}]});
    let image = call(lab, "ec2", "DescribeImages", &images)["Images"][0]["ImageId"].clone();
    let mut filters = Vec::new();
    for n in 0..6 {
        let run = json!({"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1});
        let run = call(lab, "ec2", "RunInstances", &run);
        let interface = &run["Instances"][0]["NetworkInterfaces"][0]["NetworkInterfaceId"];
        let path = "/TrafficMirrorFilter/TrafficMirrorFilterId";
        filters.push(made(lab, "CreateTrafficMirrorFilter", json!({}), path));
        let rule = json!({"TrafficMirrorFilterId": filters[0], "TrafficDirection": "ingress", "RuleNumber": n + 1,
            "RuleAction": "accept", "SourceCidrBlock": "0.0.0.0/0", "DestinationCidrBlock": "0.0.0.0/0"});
        made(lab, "CreateTrafficMirrorFilterRule", rule, "");
        let to = json!({"NetworkInterfaceId": interface});
        let target = made(lab, "CreateTrafficMirrorTarget", to, "/TrafficMirrorTarget/TrafficMirrorTargetId");
        let session = json!({"NetworkInterfaceId": interface, "TrafficMirrorTargetId": target,
            "TrafficMirrorFilterId": filters[0], "SessionNumber": 1});
        made(lab, "CreateTrafficMirrorSession", session, "");
    }
}

/// Lists, and how many items at least they have to show.
pub fn lists(lab: &Lab) -> Vec<Walk> {
    flow_logs(lab);
    mirrors(lab);
    vec![
        ("ec2", "DescribeFlowLogs", json!({}), 6),
        ("ec2", "DescribeTrafficMirrorFilters", json!({}), 6),
        ("ec2", "DescribeTrafficMirrorFilterRules", json!({}), 6),
        ("ec2", "DescribeTrafficMirrorTargets", json!({}), 6),
        ("ec2", "DescribeTrafficMirrorSessions", json!({}), 6),
    ]
}
