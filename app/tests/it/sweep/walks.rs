//! Every list that pages, one item a page (EC2's: five, its least). A list that is built and not on the table fails the test, so that a new one
//! gets its line, and enough in its account to be walked.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use directory::MfaDevice;
use serde_json::{Value, json};
use testkit::sweep::{paged, walk_by};
use testkit::{EPOCH_MS, Lab};

use super::{ends, launches, traffic, transit};

const NAMES: [&str; 3] = ["a", "B", "c"];
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const DOC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","sqs:*","sns:*"],"Resource":"*"}]}"#;
const LEAF: &str = include_str!("../../../../services/iam/tests/it/data/leaf.pem");
const LEAF_KEY: &str = include_str!("../../../../services/iam/tests/it/data/leaf.key");
const CA: &str = include_str!("../../../../services/iam/tests/it/data/ca.pem");
const SSH: &str = include_str!("../../../../services/iam/tests/it/data/ssh.pub");

/// Built, and never with anything to list: there is no report on an organization where there is no organization.
const NOTHING_TO_WALK: &str = "iam GetOrganizationsAccessReport";

/// What stands in the tables for the account's ARNs.
const ARN: &str = "arn:aws:iam::000000000000:";

#[test]
fn every_list_walks_one_item_a_page() {
    let lab = Lab::new(tabletop::services());
    fill(&lab);
    let (mut wrong, mut walked) = (Vec::new(), std::collections::BTreeSet::new());
    for (service, operation, input, least) in lists(&lab) {
        let name = format!("{service} {operation}");
        let size = match operation {
            "DescribeInstanceEventWindows" => 20,
            _ if service == "ec2" => 5,
            _ => 1,
        };
        match walk_by(&lab, service, operation, &input, size) {
            Ok(n) if n >= least => {}
            Ok(n) => wrong.push(format!("{name}: {n} items are too few")),
            Err(e) => wrong.push(format!("{name}: {e}")),
        }
        walked.insert(name);
    }
    let mut lists = paged(&lab);
    assert!(lists.remove(NOTHING_TO_WALK), "{NOTHING_TO_WALK} is gone");
    eprintln!("{} lists walked", walked.len());
    // A statement's page ends at its limit whether or not more follows, as a query's does.
    walked.insert("dynamodb ExecuteStatement".to_owned());
    wrong.extend(lists.difference(&walked).map(|name| format!("{name} is not walked")));
    wrong.extend(walked.difference(&lists).map(|name| format!("{name} does not page")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(walked.len() >= 39, "only {}", walked.len());
}

pub fn call(lab: &Lab, service: &str, operation: &str, input: &Value) -> Value {
    let meta = kernel::RequestMeta { base_url: "http://localhost:4566".to_owned(), ..Default::default() };
    let (who, input) = (lab.root(), input.to_string());
    let out = lab.block_on(lab.kernel.call_json(&who, lab.scope(), &meta, service, operation, &input));
    serde_json::from_str(&out.unwrap_or_else(|f| panic!("{operation} {input}: {f:?}"))).unwrap()
}

fn fill(lab: &Lab) {
    for more in [50, 60, 70] {
        let raise = json!({"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE", "DesiredValue": more});
        call(lab, "service-quotas", "RequestServiceQuotaIncrease", &raise);
    }
    for n in NAMES {
        entities(lab, n);
        providers(lab, n);
    }
    for n in NAMES {
        relations(lab, n);
    }
    belongings(lab);
    objects(lab);
    tables(lab);
    let dead = json!({"QueueName": "dead"});
    call(lab, "sqs", "CreateQueue", &dead);
    let redrive = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":3}"#;
    for n in NAMES {
        let input = json!({"QueueName": n, "Attributes": {"RedrivePolicy": redrive}});
        call(lab, "sqs", "CreateQueue", &input);
    }
}

/// Buckets, and in one of them keys with versions.
fn objects(lab: &Lab) {
    for n in NAMES {
        let bucket = format!("bucket-{}", n.to_lowercase());
        call(lab, "s3", "CreateBucket", &json!({"Bucket": bucket}));
        let on = json!({"Bucket": "bucket-a", "VersioningConfiguration": {"Status": "Enabled"}});
        call(lab, "s3", "PutBucketVersioning", &on);
        for key in NAMES {
            call(lab, "s3", "PutObject", &json!({"Bucket": "bucket-a", "Key": key, "Body": "aGk="}));
        }
        let point = json!({"AccountId": "000000000000", "Name": format!("point-{}", n.to_lowercase()), "Bucket": bucket});
        call(lab, "s3control", "CreateAccessPoint", &point);
        let job = json!({
            "AccountId": "000000000000", "Priority": 1, "ClientRequestToken": n, "RoleArn": format!("{ARN}role/a"),
            "Operation": {"S3DeleteObjectTagging": {}}, "Report": {"Enabled": false},
            "Manifest": {
                "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
                "Location": {"ObjectArn": "arn:aws:s3:::bucket-a/manifest", "ETag": "e"},
            },
        });
        call(lab, "s3control", "CreateJob", &job);
        let details =
            json!({"Name": format!("mrap-{}", n.to_lowercase()), "Regions": [{"Bucket": "bucket-a"}]});
        let mrap = json!({"AccountId": "000000000000", "ClientToken": n, "Details": details});
        call(lab, "s3control", "CreateMultiRegionAccessPoint", &mrap);
    }
}

fn tables(lab: &Lab) {
    for n in NAMES {
        let input = json!({
            "TableName": format!("table-{n}"),
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        });
        call(lab, "dynamodb", "CreateTable", &input);
        call(
            lab,
            "dynamodb",
            "CreateBackup",
            &json!({"TableName": format!("table-{n}"), "BackupName": "backup"}),
        );
        let on = json!({"TableName": format!("table-{n}"),
                        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}});
        call(lab, "dynamodb", "UpdateContinuousBackups", &on);
        let arn = format!("arn:aws:dynamodb:us-east-1:000000000000:table/table-{n}");
        let export = json!({"TableArn": arn, "S3Bucket": "bucket-a"});
        call(lab, "dynamodb", "ExportTableToPointInTime", &export);
    }
}

/// Three uploads, the last of which has three parts; answers that one's id.
fn uploads(lab: &Lab) -> Value {
    let begin = |key| call(lab, "s3", "CreateMultipartUpload", &json!({"Bucket": "bucket-a", "Key": key}));
    let id = ["b", "a", "a"].map(begin)[2]["UploadId"].clone();
    for n in [1, 2, 10_000] {
        let part = json!({"Bucket": "bucket-a", "Key": "a", "UploadId": id, "PartNumber": n, "Body": "aGk="});
        call(lab, "s3", "UploadPart", &part);
    }
    id
}

fn tags() -> Value {
    json!([{"Key": "K", "Value": "v"}, {"Key": "l", "Value": "v"}, {"Key": "m", "Value": "v"}])
}

fn entities(lab: &Lab, n: &str) {
    for (operation, input) in [
        ("CreateUser", json!({"UserName": n, "Tags": tags()})),
        ("CreateGroup", json!({"GroupName": n})),
        ("CreateRole", json!({"RoleName": n, "AssumeRolePolicyDocument": TRUST, "Tags": tags()})),
        ("CreatePolicy", json!({"PolicyName": n, "PolicyDocument": DOC, "Tags": tags()})),
        ("CreateInstanceProfile", json!({"InstanceProfileName": n, "Tags": tags()})),
        ("CreateVirtualMFADevice", json!({"VirtualMFADeviceName": n, "Tags": tags()})),
    ] {
        call(lab, "iam", operation, &input);
    }
}

fn providers(lab: &Lab, n: &str) {
    let saml = format!(
        r#"<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com"><!--{}--><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/></IDPSSODescriptor></EntityDescriptor>"#,
        "x".repeat(1_000)
    );
    let url = format!("https://{}.example.com", n.to_lowercase());
    for (operation, input) in [
        ("CreateSAMLProvider", json!({"Name": n, "SAMLMetadataDocument": saml, "Tags": tags()})),
        (
            "CreateOpenIDConnectProvider",
            json!({"Url": url, "ThumbprintList": ["a".repeat(40)], "Tags": tags()}),
        ),
        (
            "UploadServerCertificate",
            json!({"ServerCertificateName": n, "CertificateBody": LEAF, "PrivateKey": LEAF_KEY, "Tags": tags()}),
        ),
    ] {
        call(lab, "iam", operation, &input);
    }
}

fn relations(lab: &Lab, n: &str) {
    let arn = format!("{ARN}policy/{n}");
    for (operation, input) in [
        ("AddUserToGroup", json!({"UserName": "a", "GroupName": n})),
        ("AddUserToGroup", json!({"UserName": n, "GroupName": "a"})),
        ("AttachUserPolicy", json!({"UserName": "a", "PolicyArn": arn})),
        ("AttachGroupPolicy", json!({"GroupName": "a", "PolicyArn": arn})),
        ("AttachRolePolicy", json!({"RoleName": "a", "PolicyArn": arn})),
        ("AttachUserPolicy", json!({"UserName": n, "PolicyArn": format!("{ARN}policy/B")})),
        ("PutUserPolicy", json!({"UserName": "a", "PolicyName": n, "PolicyDocument": DOC})),
        ("PutGroupPolicy", json!({"GroupName": "a", "PolicyName": n, "PolicyDocument": DOC})),
        ("PutRolePolicy", json!({"RoleName": "a", "PolicyName": n, "PolicyDocument": DOC})),
        ("CreatePolicyVersion", json!({"PolicyArn": format!("{ARN}policy/a"), "PolicyDocument": DOC})),
        ("AddRoleToInstanceProfile", json!({"InstanceProfileName": n, "RoleName": "a"})),
    ] {
        call(lab, "iam", operation, &input);
    }
}

/// What belongs to one user: keys, certificates, devices.
fn belongings(lab: &Lab) {
    call(lab, "iam", "CreateAccountAlias", &json!({"AccountAlias": "tabletop"}));
    for (i, certificate) in [LEAF, CA].into_iter().enumerate() {
        call(lab, "iam", "CreateAccessKey", &json!({"UserName": "a"}));
        let input = json!({"UserName": "a", "CertificateBody": certificate});
        call(lab, "iam", "UploadSigningCertificate", &input);
        // Another key: one character of its modulus differs.
        let key = SSH.replacen("hbdj", ["hbdj", "hbdk"][i], 1);
        call(lab, "iam", "UploadSSHPublicKey", &json!({"UserName": "a", "SSHPublicKeyBody": key}));
        let input = json!({"UserName": "a", "ServiceName": "codecommit.amazonaws.com"});
        call(lab, "iam", "CreateServiceSpecificCredential", &input);
    }
    for n in ["one", "two", "three"] {
        let made = call(lab, "iam", "CreateVirtualMFADevice", &json!({"VirtualMFADeviceName": n}));
        let seed = made["VirtualMFADevice"]["Base32StringSeed"].as_str().unwrap();
        let app = MfaDevice { seed: plain(seed), ..MfaDevice::default() };
        let codes = [app.code(EPOCH_MS - 30_000).unwrap(), app.code(EPOCH_MS).unwrap()];
        let input = json!({
            "UserName": "a", "SerialNumber": format!("{ARN}mfa/{n}"),
            "AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1],
        });
        call(lab, "iam", "EnableMFADevice", &input);
    }
}

/// A blob of ASCII out of its Base64.
fn plain(base64: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0u32;
    let mut out = String::new();
    for (i, c) in base64.chars().filter(|c| *c != '=').enumerate() {
        bits = bits << 6 | ALPHABET.find(c).unwrap() as u32;
        if i % 4 != 0 {
            let left = [0, 4, 2, 0][i % 4];
            out.push(char::from((bits >> left) as u8));
        }
    }
    out
}

/// Lists of quotas.
fn quotas() -> Vec<(&'static str, &'static str, Value, usize)> {
    let vpc = json!({"ServiceCode": "vpc"});
    let vpcs = json!({"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"});
    vec![
        ("service-quotas", "ListServices", json!({}), 5),
        ("service-quotas", "ListServiceQuotas", vpc.clone(), 18),
        ("service-quotas", "ListAWSDefaultServiceQuotas", vpc, 18),
        ("service-quotas", "ListRequestedServiceQuotaChangeHistory", json!({}), 3),
        ("service-quotas", "ListRequestedServiceQuotaChangeHistoryByQuota", vpcs, 3),
    ]
}

/// Those of S3 and S3 Control.
fn lists_of_s3(lab: &Lab) -> Vec<(&'static str, &'static str, Value, usize)> {
    let upload = uploads(lab);
    vec![
        ("s3", "ListBuckets", json!({}), 3),
        ("s3", "ListObjects", json!({"Bucket": "bucket-a", "Delimiter": "/"}), 3),
        ("s3", "ListObjectsV2", json!({"Bucket": "bucket-a"}), 3),
        ("s3", "ListObjectVersions", json!({"Bucket": "bucket-a"}), 9),
        ("s3", "ListMultipartUploads", json!({"Bucket": "bucket-a"}), 3),
        ("s3", "ListParts", json!({"Bucket": "bucket-a", "Key": "a", "UploadId": upload}), 3),
        ("s3control", "ListAccessPoints", json!({"AccountId": "000000000000"}), 3),
        ("s3control", "ListJobs", json!({"AccountId": "000000000000"}), 3),
        ("s3control", "ListMultiRegionAccessPoints", json!({"AccountId": "000000000000"}), 3),
    ]
}

/// Lists, and how many items at least they have to show.
fn lists(lab: &Lab) -> Vec<(&'static str, &'static str, Value, usize)> {
    let (user, group, role) = (json!({"UserName": "a"}), json!({"GroupName": "a"}), json!({"RoleName": "a"}));
    let report = json!({"Arn": format!("{ARN}user/a")});
    let job = call(lab, "iam", "GenerateServiceLastAccessedDetails", &report)["JobId"].clone();
    let actions = ["s3:GetObject", "sqs:SendMessage", "iam:GetUser"];
    let dead = "http://localhost:4566/000000000000/dead";
    let mut all = vec![
        ("sqs", "ListQueues", json!({}), 4),
        ("sqs", "ListDeadLetterSourceQueues", json!({"QueueUrl": dead}), 3),
        ("dynamodb", "ListTables", json!({}), 3),
        ("dynamodb", "ListBackups", json!({}), 3),
        ("dynamodb", "ListExports", json!({}), 3),
    ];
    all.extend(lists_of_s3(lab));
    let iam = [
        ("GetAccountAuthorizationDetails", json!({}), 12),
        ("GetGroup", group.clone(), 3),
        ("GetServiceLastAccessedDetails", json!({"JobId": job}), 3),
        ("GetServiceLastAccessedDetailsWithEntities", json!({"JobId": job, "ServiceNamespace": "s3"}), 1),
        ("ListAccessKeys", user.clone(), 2),
        ("ListAccountAliases", json!({}), 1),
        ("ListAttachedGroupPolicies", group.clone(), 3),
        ("ListAttachedRolePolicies", role.clone(), 3),
        ("ListAttachedUserPolicies", user.clone(), 3),
        ("ListEntitiesForPolicy", json!({"PolicyArn": format!("{ARN}policy/B")}), 5),
        ("ListGroupPolicies", group, 3),
        ("ListGroups", json!({}), 3),
        ("ListGroupsForUser", user.clone(), 3),
        ("ListInstanceProfileTags", json!({"InstanceProfileName": "a"}), 3),
        ("ListInstanceProfiles", json!({}), 3),
        ("ListInstanceProfilesForRole", role.clone(), 3),
        ("ListMFADeviceTags", json!({"SerialNumber": format!("{ARN}mfa/a")}), 3),
        ("ListMFADevices", user.clone(), 3),
        (
            "ListOpenIDConnectProviderTags",
            json!({"OpenIDConnectProviderArn": format!("{ARN}oidc-provider/a.example.com")}),
            3,
        ),
        ("ListPolicies", json!({"Scope": "Local"}), 3),
        ("ListPolicyTags", json!({"PolicyArn": format!("{ARN}policy/a")}), 3),
        ("ListPolicyVersions", json!({"PolicyArn": format!("{ARN}policy/a")}), 4),
        ("ListRolePolicies", role.clone(), 3),
        ("ListRoleTags", role, 3),
        ("ListRoles", json!({}), 3),
        ("ListSAMLProviderTags", json!({"SAMLProviderArn": format!("{ARN}saml-provider/a")}), 3),
        ("ListSSHPublicKeys", user.clone(), 2),
        ("ListServerCertificateTags", json!({"ServerCertificateName": "a"}), 3),
        ("ListServerCertificates", json!({}), 3),
        ("ListServiceSpecificCredentials", user.clone(), 2),
        ("ListSigningCertificates", user.clone(), 2),
        ("ListUserPolicies", user.clone(), 3),
        ("ListUserTags", user, 3),
        ("ListUsers", json!({}), 3),
        ("ListVirtualMFADevices", json!({}), 6),
        ("SimulateCustomPolicy", json!({"PolicyInputList": [DOC], "ActionNames": actions}), 3),
        (
            "SimulatePrincipalPolicy",
            json!({"PolicySourceArn": format!("{ARN}user/a"), "ActionNames": actions}),
            3,
        ),
    ];
    all.extend(iam.map(|(operation, input, least)| ("iam", operation, input, least)));
    let others = [ec2(lab), quotas(), transit::lists(lab), ends::lists(lab), traffic::lists(lab)];
    all.extend(others.into_iter().flatten());
    all
}

/// A region of EC2 of which every list takes two pages.
fn fill_ec2(lab: &Lab) -> String {
    let made = |operation: &str, input: Value, path: &str| {
        call(lab, "ec2", operation, &input)
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let vpc = made("DescribeVpcs", json!({}), "/Vpcs/0/VpcId");
    let first = json!({"Filters": [{"Name": "cidr", "Values": ["172.31.0.0/20"]}]});
    let subnet = made("DescribeSubnets", first, "/Subnets/0/SubnetId");
    let gateway = made("DescribeInternetGateways", json!({}), "/InternetGateways/0/InternetGatewayId");
    let blocks: Vec<Value> = (0..6).map(|n| json!({"Cidr": format!("10.{n}.0.0/16")})).collect();
    let list = json!({"PrefixListName": "p", "AddressFamily": "IPv4", "MaxEntries": 9, "Entries": blocks});
    let entries = made("CreateManagedPrefixList", list, "/PrefixList/PrefixListId");
    let image = made("DescribeImages", few_images(), "/Images/0/ImageId");
    for _ in 0..21 {
        made("CreateInstanceEventWindow", json!({"CronExpression": "* 21-23 * * 2,3"}), "");
    }
    for n in 0..6 {
        launches::launches(lab, &image, n);
        let zone = json!({"AvailabilityZone": "us-east-1a", "Size": 1});
        let volume = made("CreateVolume", zone, "/VolumeId");
        made("ModifyVolume", json!({"VolumeId": volume, "Size": 2}), "");
        let snapshot = made("CreateSnapshot", json!({"VolumeId": volume}), "/SnapshotId");
        made(
            "LockSnapshot",
            json!({"SnapshotId": snapshot, "LockMode": "governance", "LockDuration": 1}),
            "",
        );
    }
    for n in 0..6 {
        if n < 4 {
            made("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "");
            made("CreateInternetGateway", json!({}), "");
        }
        if n < 5 {
            made("CreateEgressOnlyInternetGateway", json!({"VpcId": vpc}), "");
        }
        let options = json!([{"Key": "domain-name", "Values": [format!("{n}.example.com")]}]);
        let options =
            made("CreateDhcpOptions", json!({"DhcpConfigurations": options}), "/DhcpOptions/DhcpOptionsId");
        made("CreateTags", json!({"Resources": [options], "Tags": [{"Key": "n", "Value": "v"}]}), "");
        let table = made("CreateRouteTable", json!({"VpcId": vpc}), "/RouteTable/RouteTableId");
        let route = json!({"RouteTableId": table, "DestinationPrefixListId": entries, "GatewayId": gateway});
        made("CreateRoute", route, "");
        made("CreateNetworkAcl", json!({"VpcId": vpc}), "");
        made("CreateSecurityGroup", json!({"GroupName": n.to_string(), "Description": "d"}), "");
        let list = json!({"PrefixListName": "p", "AddressFamily": "IPv4", "MaxEntries": 1});
        made("CreateManagedPrefixList", list, "");
        made("CreateNetworkInterface", json!({"SubnetId": subnet}), "");
        made("CreateVpcEndpoint", json!({"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.s3"}), "");
        made("CreateVpcPeeringConnection", json!({"VpcId": vpc, "PeerVpcId": "vpc-0"}), "");
    }
    entries
}

fn one_family(types: &str) -> Value {
    json!({"Filters": [{"Name": "instance-type", "Values": [types]}]})
}

fn few_images() -> Value {
    json!({"Filters": [{"Name": "name", "Values": ["al2023-ami-minimal-2023.12.*-kernel-6.*"]}]})
}

fn ec2(lab: &Lab) -> Vec<(&'static str, &'static str, Value, usize)> {
    let list = fill_ec2(lab);
    let mut all = vec![
        ("ec2", "GetManagedPrefixListAssociations", json!({"PrefixListId": list}), 6),
        ("ec2", "GetManagedPrefixListEntries", json!({"PrefixListId": list}), 6),
        ("ec2", "DescribeImages", few_images(), 6),
        ("ec2", "DescribeLaunchTemplateVersions", json!({"Versions": ["$Latest"]}), 6),
        ("ec2", "DescribeInstanceTypes", one_family("t3.*"), 7),
        ("ec2", "DescribeInstanceTypeOfferings", one_family("t3.*"), 7),
    ];
    let lists = [
        ("DescribeCapacityReservations", 6),
        ("DescribeDhcpOptions", 7),
        ("DescribeEgressOnlyInternetGateways", 5),
        ("DescribeFleets", 6),
        ("DescribeHosts", 6),
        ("DescribeIamInstanceProfileAssociations", 6),
        ("DescribeInstanceCreditSpecifications", 6),
        ("DescribeInstanceEventWindows", 21),
        ("DescribeLockedSnapshots", 6),
        ("DescribeReplaceRootVolumeTasks", 6),
        ("DescribeInstanceStatus", 6),
        ("DescribeInstances", 6),
        ("DescribeInternetGateways", 5),
        ("DescribeLaunchTemplates", 6),
        ("DescribeManagedPrefixLists", 9),
        ("DescribeNetworkAcls", 11),
        ("DescribeNetworkInterfaces", 11),
        ("DescribePrefixLists", 2),
        ("DescribeRouteTables", 11),
        ("DescribeSecurityGroupRules", 16),
        ("DescribeSnapshots", 6),
        ("DescribeSpotFleetRequests", 6),
        ("DescribeSpotInstanceRequests", 6),
        ("DescribeVolumeStatus", 6),
        ("DescribeVolumes", 6),
        ("DescribeVolumesModifications", 6),
        ("DescribeSecurityGroups", 11),
        ("DescribeSubnets", 6),
        ("DescribeTags", 6),
        ("DescribeVpcEndpointServices", 26),
        ("DescribeVpcEndpoints", 6),
        ("DescribeVpcPeeringConnections", 6),
        ("DescribeVpcs", 5),
    ];
    all.extend(lists.map(|(operation, least)| ("ec2", operation, json!({}), least)));
    all.extend(launches::lists(lab));
    all
}
