//! Authorization of every built operation of EC2: nothing is allowed without leave, an allowed action is, and leave for another
//! region, by ARN or by condition, is none. Single rules are in `scenarios/cross/ec2`.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::sync::Arc;

use directory::{Identity, IdentityKind};
use serde_json::{Map, Value, json};
use testkit::Lab;

const ACCOUNT: &str = "000000000000";

pub fn call(
    lab: &Lab,
    who: &Identity,
    service: &str,
    operation: &str,
    input: &Value,
) -> Result<Value, codec::Fault> {
    let meta = kernel::RequestMeta::default();
    let text = input.to_string();
    let out = lab.block_on(lab.kernel.call_json(who, lab.scope(), &meta, service, operation, &text))?;
    Ok(serde_json::from_str(&out).unwrap())
}

/// A user with one statement, or several.
pub fn user(lab: &Lab, name: &str, statement: &Value) -> Arc<Identity> {
    let root = lab.root();
    let made = call(lab, &root, "iam", "CreateUser", &json!({"UserName": name})).unwrap();
    let policy = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    let put = json!({"UserName": name, "PolicyName": "p", "PolicyDocument": policy});
    call(lab, &root, "iam", "PutUserPolicy", &put).unwrap();
    Arc::new(Identity {
        kind: IdentityKind::User,
        arn: format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        user_id: made["User"]["UserId"].as_str().unwrap().to_owned(),
        name: name.to_owned(),
        ..lab.root()
    })
}

/// What stands in inputs, by the name of the member.
fn things(lab: &Lab) -> Map<String, Value> {
    let root = lab.root();
    let made = |operation: &str, input: Value, path: &str| {
        let out = call(lab, &root, "ec2", operation, &input).unwrap();
        out.pointer(path).cloned().unwrap_or(Value::Null)
    };
    let vpc = made("DescribeVpcs", json!({}), "/Vpcs/0/VpcId");
    let subnet = made("DescribeSubnets", json!({}), "/Subnets/0/SubnetId");
    let table = made("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
    let acl = made("CreateNetworkAcl", json!({"VpcId": vpc}), "/NetworkAcl/NetworkAclId");
    let group = made("CreateSecurityGroup", json!({"GroupName": "g", "Description": "d"}), "/GroupId");
    let interface =
        made("CreateNetworkInterface", json!({"SubnetId": subnet}), "/NetworkInterface/NetworkInterfaceId");
    let list = json!({"PrefixListName": "p", "AddressFamily": "IPv4", "MaxEntries": 1});
    let things = json!({
        "VpcId": vpc, "SubnetId": subnet, "RouteTableId": table, "NetworkAclId": acl, "GroupId": group,
        "NetworkInterfaceId": interface, "PrefixListId": made("CreateManagedPrefixList", list, "/PrefixList/PrefixListId"),
        "AllocationId": made("AllocateAddress", json!({}), "/AllocationId"),
        "InternetGatewayId": made("DescribeInternetGateways", json!({}), "/InternetGateways/0/InternetGatewayId"),
        "DhcpOptionsId": made("DescribeDhcpOptions", json!({}), "/DhcpOptions/0/DhcpOptionsId"),
        "KeyName": "k", "Resources": [vpc],
    });
    things.as_object().unwrap().clone()
}

/// An input with the things that the operation has members for, of the members' types.
fn input(operation: &'static model::Operation, things: &Map<String, Value>) -> Value {
    let model = model::service("ec2").unwrap();
    let shape = model.shape(operation.input.unwrap());
    let fits = |name: &str, value: &Value| {
        let member = shape.member(name).map(|(_, m)| model.shape(m.target).kind);
        member.is_some_and(|k| (k == model::Kind::List) == value.is_array())
    };
    Value::Object(things.iter().filter(|(n, v)| fits(n, v)).map(|(n, v)| (n.clone(), v.clone())).collect())
}

#[test]
fn every_operation_of_ec2_asks_for_leave() {
    let lab = Lab::new(tabletop::services());
    let things = things(&lab);
    let model = model::service("ec2").unwrap();
    let elsewhere = json!({"StringEquals": {"ec2:Region": "eu-west-1"}});
    let here = json!({"StringEquals": {"ec2:Region": "us-east-1"}});
    let arn = "arn:aws:ec2:eu-west-1:000000000000:*";
    let nobody = user(&lab, "nobody", &json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}));
    let abroad = user(&lab, "abroad", &json!({"Effect": "Allow", "Action": "ec2:*", "Resource": arn}));
    let condition = json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": elsewhere});
    let far = user(&lab, "far", &condition);
    let denied = user(&lab, "denied", &json!({"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}));
    let condition = json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": here});
    let allowed = user(&lab, "allowed", &condition);
    let (mut cases, mut wrong) = (0, Vec::new());
    let built = lab.kernel.service("ec2").unwrap().operations.iter().map(|o| o.name);
    for name in built.collect::<Vec<_>>() {
        let input = input(model.operation(name).unwrap(), &things);
        for (who, may) in
            [(&nobody, false), (&abroad, false), (&far, false), (&denied, false), (&allowed, true)]
        {
            cases += 1;
            let answer = call(&lab, who, "ec2", name, &input);
            let refused =
                answer.as_ref().is_err_and(|f| f.code() == "UnauthorizedOperation" && f.status() == 403);
            if refused == may {
                wrong.push(format!("{name} by {}: {answer:?}", who.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases >= 500, "only {cases}");
}
