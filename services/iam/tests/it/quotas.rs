//! Quotas: the last one that fits, and AWS's text for the one that doesn't.
//! Source: IAM user guide, "IAM and AWS STS quotas"; texts as AWS answers them, quoted in public issues.

use codec::{Fault, Op};
use service_iam::service;
use shapes_iam::*;
use testkit::Lab;

const DOC: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#;

fn lab() -> Lab {
    Lab::new(vec![service()])
}

fn own(text: &str) -> String {
    text.to_owned()
}

/// Makes `n` things that fit and one that doesn't.
fn fill<O: Op>(lab: &Lab, n: usize, ask: impl Fn(usize) -> O::Input) -> Fault {
    for i in 0..n {
        lab.call::<O>(ask(i)).unwrap_or_else(|f| panic!("{} {i}: {f:?}", O::NAME));
    }
    match lab.call::<O>(ask(n)) {
        Ok(_) => panic!("{}: {n} and one more", O::NAME),
        Err(f) => f,
    }
}

fn exceeds(f: &Fault, quota: &str) {
    assert_eq!((f.code(), f.status()), ("LimitExceeded", 409), "{f:?}");
    assert_eq!(f.message(), format!("Cannot exceed quota for {quota}"));
}

fn user(n: usize) -> CreateUserRequest {
    CreateUserRequest { user_name: format!("u{n}"), ..Default::default() }
}

fn group(n: usize) -> CreateGroupRequest {
    CreateGroupRequest { group_name: format!("g{n}"), path: None }
}

fn role(n: usize) -> CreateRoleRequest {
    let assume_role_policy_document = own(TRUST);
    CreateRoleRequest { role_name: format!("r{n}"), assume_role_policy_document, ..Default::default() }
}

fn policy(n: usize) -> CreatePolicyRequest {
    CreatePolicyRequest { policy_name: format!("p{n}"), policy_document: own(DOC), ..Default::default() }
}

fn profile(n: usize) -> CreateInstanceProfileRequest {
    CreateInstanceProfileRequest { instance_profile_name: format!("i{n}"), ..Default::default() }
}

#[test]
fn things_of_an_account() {
    let lab = lab();
    exceeds(&fill::<op::CreateUser>(&lab, 5_000, user), "UsersPerAccount: 5000");
    exceeds(&fill::<op::CreateGroup>(&lab, 300, group), "GroupsPerAccount: 300");
    exceeds(&fill::<op::CreateRole>(&lab, 1_000, role), "RolesPerAccount: 1000");
    exceeds(&fill::<op::CreatePolicy>(&lab, 1_500, policy), "PoliciesPerAccount: 1500");
    exceeds(&fill::<op::CreateInstanceProfile>(&lab, 1_000, profile), "InstanceProfilesPerAccount: 1000");
    lab.call::<op::DeleteUser>(DeleteUserRequest { user_name: own("u0") }).unwrap();
    lab.call::<op::CreateUser>(user(5_000)).unwrap();
}

#[test]
fn policies_and_groups_of_an_entity() {
    let lab = lab();
    for n in 0..=10 {
        lab.call::<op::CreatePolicy>(policy(n)).unwrap();
        lab.call::<op::CreateGroup>(group(n)).unwrap();
    }
    lab.call::<op::CreateUser>(user(0)).unwrap();
    lab.call::<op::CreateRole>(role(0)).unwrap();
    let arn = |n| format!("arn:aws:iam::000000000000:policy/p{n}");
    let f = fill::<op::AttachUserPolicy>(&lab, 10, |n| AttachUserPolicyRequest {
        user_name: own("u0"),
        policy_arn: arn(n),
    });
    exceeds(&f, "PoliciesPerUser: 10");
    let f = fill::<op::AttachGroupPolicy>(&lab, 10, |n| AttachGroupPolicyRequest {
        group_name: own("g0"),
        policy_arn: arn(n),
    });
    exceeds(&f, "PoliciesPerGroup: 10");
    let f = fill::<op::AttachRolePolicy>(&lab, 10, |n| AttachRolePolicyRequest {
        role_name: own("r0"),
        policy_arn: arn(n),
    });
    exceeds(&f, "PoliciesPerRole: 10");
    let f = fill::<op::AddUserToGroup>(&lab, 10, |n| AddUserToGroupRequest {
        group_name: format!("g{n}"),
        user_name: own("u0"),
    });
    exceeds(&f, "GroupsPerUser: 10");
}

/// A policy of exactly `size` characters that count, and some that don't.
fn sized(size: usize) -> String {
    let frame = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::"}}"#;
    frame.replace(":::", &format!(":::{}", "x".repeat(size - frame.len()))).replace(",", ",  \n\t ")
}

#[test]
fn sizes_of_texts() {
    let lab = lab();
    lab.call::<op::CreateUser>(user(0)).unwrap();
    lab.call::<op::CreateGroup>(group(0)).unwrap();
    lab.call::<op::CreateRole>(role(0)).unwrap();
    let managed = |n: usize| CreatePolicyRequest { policy_document: sized(6_144 + n), ..policy(n) };
    exceeds(&fill::<op::CreatePolicy>(&lab, 1, managed), "PolicySize: 6144");
    let too_long = |f: &Fault, what: &str| {
        assert_eq!(f.code(), "LimitExceeded");
        assert_eq!(f.message(), format!("Maximum policy size of {what}"));
    };
    // The first half fits, the second half too, and one more character doesn't.
    let f = fill::<op::PutUserPolicy>(&lab, 2, |n| PutUserPolicyRequest {
        user_name: own("u0"),
        policy_name: format!("p{}", n.min(1)),
        policy_document: sized(1_024 + n / 2),
    });
    too_long(&f, "2048 bytes exceeded for user u0");
    let f = fill::<op::PutGroupPolicy>(&lab, 2, |n| PutGroupPolicyRequest {
        group_name: own("g0"),
        policy_name: format!("p{}", n.min(1)),
        policy_document: sized(2_560 + n / 2),
    });
    too_long(&f, "5120 bytes exceeded for group g0");
    let f = fill::<op::PutRolePolicy>(&lab, 2, |n| PutRolePolicyRequest {
        role_name: own("r0"),
        policy_name: format!("p{}", n.min(1)),
        policy_document: sized(5_120 + n / 2),
    });
    too_long(&f, "10240 bytes exceeded for role r0");
    let trust = |filler: usize| {
        let condition = format!(r#""Condition":{{"StringLike":{{"a:b":"{}"}}}},"#, "x".repeat(filler));
        let text = TRUST.replace(r#""Action""#, &format!(r#"{condition}"Action""#));
        UpdateAssumeRolePolicyRequest { role_name: own("r0"), policy_document: text }
    };
    let room = 2_048 - authz::policy_size(&trust(0).policy_document);
    let f = fill::<op::UpdateAssumeRolePolicy>(&lab, 1, |n| trust(room + n));
    exceeds(&f, "ACLSizePerRole: 2048");
}

#[test]
fn tags_of_a_thing() {
    let lab = lab();
    let tags = |from: usize, n: usize| -> Vec<Tag> {
        (from..from + n).map(|i| Tag { key: format!("k{i}"), value: own("v") }).collect()
    };
    let fifty = CreateUserRequest { tags: Some(tags(0, 50)), ..user(0) };
    lab.call::<op::CreateUser>(fifty).unwrap();
    let again = TagUserRequest { user_name: own("u0"), tags: tags(0, 50) };
    lab.call::<op::TagUser>(again).unwrap();
    let more = TagUserRequest { user_name: own("u0"), tags: tags(50, 1) };
    let f = lab.call::<op::TagUser>(more).unwrap_err();
    assert_eq!(f.code(), "LimitExceeded");
    assert_eq!(f.message(), "The number of tags has reached the maximum limit.");
}
