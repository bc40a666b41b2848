//! Who may do what in EC2: `data/ec2-access.txt`, a table of callers and requests whose format is told at its head; and tags that
//! change between two calls.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::collections::BTreeMap;
use std::sync::Arc;

use directory::Identity;
use serde_json::{Value, json};
use testkit::Lab;

use crate::ec2_authorization::{call, user};

const TABLE: &str = include_str!("data/ec2-access.txt");

/// What the table's names stand for.
fn things(lab: &Lab) -> BTreeMap<&'static str, String> {
    let root = lab.root();
    let made = |operation: &str, input: Value, path: &str| {
        let out = call(lab, &root, "ec2", operation, &input).unwrap();
        out.pointer(path).and_then(Value::as_str).unwrap().to_owned()
    };
    let filter = json!([{"Name": "name", "Values": ["al2023-ami-2023.12.*-kernel-6.18-x86_64"]}]);
    let image = made("DescribeImages", json!({"Owners": ["amazon"], "Filters": filter}), "/Images/0/ImageId");
    let mut all = BTreeMap::from([("$image", image.clone())]);
    for (n, name, tags) in [
        (1, "$blue", json!([{"Key": "team", "Value": "blue"}])),
        (2, "$red", json!([{"Key": "team", "Value": "red"}])),
        (3, "$kept", json!([{"Key": "team", "Value": "blue"}, {"Key": "keep", "Value": "yes"}])),
    ] {
        let of = |kind: &str| json!([{"ResourceType": kind, "Tags": tags}]);
        let vpc = json!({"CidrBlock": format!("10.{n}.0.0/16"), "TagSpecifications": of("vpc")});
        let vpc = made("CreateVpc", vpc, "/Vpc/VpcId");
        all.insert(name, vpc.clone());
        let [subnet, group, instance] = match name {
            "$blue" => ["$bluesub", "$bluegroup", "$bluei"],
            "$red" => ["$redsub", "", "$redi"],
            _ => continue,
        };
        let input =
            json!({"VpcId": vpc, "CidrBlock": format!("10.{n}.1.0/24"), "TagSpecifications": of("subnet")});
        all.insert(subnet, made("CreateSubnet", input, "/Subnet/SubnetId"));
        if !group.is_empty() {
            let more = of("security-group");
            let input =
                json!({"VpcId": vpc, "GroupName": "g", "Description": "d", "TagSpecifications": more});
            all.insert(group, made("CreateSecurityGroup", input, "/GroupId"));
        }
        let input = json!({
            "ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": all[subnet],
            "TagSpecifications": of("instance"),
        });
        all.insert(instance, made("RunInstances", input, "/Instances/0/InstanceId"));
    }
    all
}

/// Longer names first: one may begin with another.
fn with(things: &BTreeMap<&'static str, String>, text: &str) -> String {
    things.iter().rev().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
}

#[test]
fn who_may_do_what_in_ec2() {
    let lab = Lab::new(tabletop::services());
    let things = things(&lab);
    let mut callers: Vec<(String, Arc<Identity>)> = Vec::new();
    let (mut cases, mut wrong) = (0, Vec::new());
    for line in TABLE.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some((name, statements)) = line.strip_prefix("caller ").and_then(|l| l.split_once(": ")) {
            let statements: Value =
                serde_json::from_str(&format!("[{}]", with(&things, statements))).unwrap();
            callers.push((name.to_owned(), user(&lab, name, &statements)));
            continue;
        }
        let (request, may) = line.rsplit_once(" : ").unwrap();
        let (operation, input) = request.split_once(' ').unwrap();
        let mut input: Value = serde_json::from_str(&with(&things, input)).unwrap();
        input["DryRun"] = json!(true);
        let may: Vec<&str> = may.split(' ').collect();
        assert!(may.iter().all(|name| callers.iter().any(|(n, _)| n == name)), "{line}");
        for (name, who) in &callers {
            cases += 1;
            let answer = call(&lab, who, "ec2", operation, &input).unwrap_err();
            let wanted =
                if may.contains(&name.as_str()) { "DryRunOperation" } else { "UnauthorizedOperation" };
            if answer.code() != wanted {
                wrong.push(format!("{name}: {request}: {} for {wanted}", answer.code()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases >= 150, "only {cases}");
}

#[test]
fn a_tag_that_changes_decides_the_very_next_call() {
    let lab = Lab::new(tabletop::services());
    let things = things(&lab);
    let blue = json!({"StringEquals": {"ec2:ResourceTag/team": "blue"}});
    let who = user(
        &lab,
        "blue",
        &json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": blue}),
    );
    let asked = |operation: &str, input: Value| call(&lab, &who, "ec2", operation, &input).unwrap_err();
    let may = |thing: &str| {
        let answer = match thing {
            "$red" => asked("DeleteVpc", json!({"VpcId": things[thing], "DryRun": true})),
            _ => asked("StopInstances", json!({"InstanceIds": [things[thing]], "DryRun": true})),
        };
        answer.code() == "DryRunOperation"
    };
    for thing in ["$red", "$redi"] {
        let tag = |operation: &str, tag: Value| {
            let input = json!({"Resources": [things[thing]], "Tags": [tag]});
            call(&lab, &lab.root(), "ec2", operation, &input).unwrap();
        };
        assert!(!may(thing));
        for _ in 0..3 {
            tag("CreateTags", json!({"Key": "team", "Value": "blue"}));
            assert!(may(thing));
            tag("CreateTags", json!({"Key": "team", "Value": "red"}));
            assert!(!may(thing));
        }
        tag("CreateTags", json!({"Key": "team", "Value": "blue"}));
        assert!(may(thing));
        tag("DeleteTags", json!({"Key": "team"}));
        assert!(!may(thing));
    }
}
