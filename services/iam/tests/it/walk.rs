//! Every list of the core, walked one item a page: all items, each once, in order, and a last page that says so.

use codec::Op;
use service_iam::service;
use shapes_iam::*;
use testkit::Lab;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const DOC: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
const NAMES: [&str; 3] = ["a", "B", "c"];

fn own(text: &str) -> String {
    text.to_owned()
}

/// Two tags.
fn tags() -> Option<Vec<Tag>> {
    Some(["K", "l"].map(|k| Tag { key: own(k), value: own("v") }).to_vec())
}

/// An account with three of everything, joined with everything.
fn world() -> Lab {
    let lab = Lab::new(vec![service()]);
    for n in NAMES {
        make(&lab, n);
    }
    for n in NAMES {
        join(&lab, n);
    }
    lab
}

fn make(lab: &Lab, n: &str) {
    let name = own(n);
    let user = CreateUserRequest { user_name: name.clone(), tags: tags(), ..Default::default() };
    lab.call::<op::CreateUser>(user).unwrap();
    lab.call::<op::CreateGroup>(CreateGroupRequest { group_name: name.clone(), path: None }).unwrap();
    let role = CreateRoleRequest {
        role_name: name.clone(),
        assume_role_policy_document: own(TRUST),
        tags: tags(),
        ..Default::default()
    };
    lab.call::<op::CreateRole>(role).unwrap();
    let policy = CreatePolicyRequest {
        policy_name: name.clone(),
        policy_document: own(DOC),
        tags: tags(),
        ..Default::default()
    };
    lab.call::<op::CreatePolicy>(policy).unwrap();
    let profile =
        CreateInstanceProfileRequest { instance_profile_name: name, tags: tags(), ..Default::default() };
    lab.call::<op::CreateInstanceProfile>(profile).unwrap();
}

fn join(lab: &Lab, n: &str) {
    let (a, name) = (own("a"), own(n));
    let arn = format!("arn:aws:iam::000000000000:policy/{n}");
    for (user_name, group_name) in [(a.clone(), name.clone()), (name.clone(), a.clone())] {
        lab.call::<op::AddUserToGroup>(AddUserToGroupRequest { group_name, user_name }).unwrap();
    }
    let (policy_arn, policy_name, policy_document) = (arn.clone(), name.clone(), own(DOC));
    lab.call::<op::AttachUserPolicy>(AttachUserPolicyRequest {
        user_name: a.clone(),
        policy_arn: policy_arn.clone(),
    })
    .unwrap();
    lab.call::<op::AttachGroupPolicy>(AttachGroupPolicyRequest {
        group_name: a.clone(),
        policy_arn: policy_arn.clone(),
    })
    .unwrap();
    lab.call::<op::AttachRolePolicy>(AttachRolePolicyRequest { role_name: a.clone(), policy_arn }).unwrap();
    lab.call::<op::PutUserPolicy>(PutUserPolicyRequest {
        user_name: a.clone(),
        policy_name: policy_name.clone(),
        policy_document: policy_document.clone(),
    })
    .unwrap();
    lab.call::<op::PutGroupPolicy>(PutGroupPolicyRequest {
        group_name: a.clone(),
        policy_name: policy_name.clone(),
        policy_document: policy_document.clone(),
    })
    .unwrap();
    lab.call::<op::PutRolePolicy>(PutRolePolicyRequest {
        role_name: a.clone(),
        policy_name,
        policy_document: policy_document.clone(),
    })
    .unwrap();
    if n != "c" {
        lab.call::<op::CreateAccessKey>(CreateAccessKeyRequest { user_name: Some(a.clone()) }).unwrap();
    }
    lab.call::<op::CreatePolicyVersion>(CreatePolicyVersionRequest {
        policy_arn: own("arn:aws:iam::000000000000:policy/a"),
        policy_document,
        set_as_default: None,
    })
    .unwrap();
    lab.call::<op::AddRoleToInstanceProfile>(AddRoleToInstanceProfileRequest {
        instance_profile_name: name,
        role_name: a,
    })
    .unwrap();
}

/// Walks one item a page; `ask` makes the request for a marker, `read` takes the items and the next marker.
fn walk<O: Op>(
    lab: &Lab,
    ask: impl Fn(Option<String>) -> O::Input,
    read: impl Fn(O::Output) -> (Vec<String>, Option<bool>, Option<String>),
) -> Vec<String> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let (items, truncated, next) = read(lab.call::<O>(ask(marker)).unwrap());
        assert_eq!(items.len(), 1, "{}: {items:?}", O::NAME);
        assert_eq!(truncated, Some(next.is_some()), "{}", O::NAME);
        all.extend(items);
        marker = match next {
            Some(m) => Some(m),
            None => return all,
        };
        assert!(all.len() < 100, "{} doesn't end", O::NAME);
    }
}

#[test]
fn lists_of_entities() {
    let lab = world();
    let lists = [
        walk::<op::ListUsers>(
            &lab,
            |marker| ListUsersRequest { marker, max_items: Some(1), ..Default::default() },
            |out| (out.users.into_iter().filter_map(|u| u.user_name).collect(), out.is_truncated, out.marker),
        ),
        walk::<op::ListGroups>(
            &lab,
            |marker| ListGroupsRequest { marker, max_items: Some(1), ..Default::default() },
            |out| (out.groups.into_iter().map(|g| g.group_name).collect(), out.is_truncated, out.marker),
        ),
        walk::<op::ListRoles>(
            &lab,
            |marker| ListRolesRequest { marker, max_items: Some(1), ..Default::default() },
            |out| (out.roles.into_iter().map(|r| r.role_name).collect(), out.is_truncated, out.marker),
        ),
        walk::<op::ListInstanceProfiles>(
            &lab,
            |marker| ListInstanceProfilesRequest { marker, max_items: Some(1), ..Default::default() },
            |out| {
                (
                    out.instance_profiles.into_iter().map(|p| p.instance_profile_name).collect(),
                    out.is_truncated,
                    out.marker,
                )
            },
        ),
        walk::<op::ListPolicies>(
            &lab,
            |marker| ListPoliciesRequest {
                scope: Some(own("Local")),
                marker,
                max_items: Some(1),
                ..Default::default()
            },
            |out| {
                (
                    out.policies.unwrap().into_iter().map(|p| p.policy_name.unwrap()).collect(),
                    out.is_truncated,
                    out.marker,
                )
            },
        ),
    ];
    for list in lists {
        assert_eq!(list, NAMES);
    }
}

#[test]
fn lists_of_relations() {
    let lab = world();
    let lists = [
        walk::<op::ListInstanceProfilesForRole>(
            &lab,
            |marker| ListInstanceProfilesForRoleRequest { role_name: own("a"), marker, max_items: Some(1) },
            |out| {
                (
                    out.instance_profiles.into_iter().map(|p| p.instance_profile_name).collect(),
                    out.is_truncated,
                    out.marker,
                )
            },
        ),
        walk::<op::GetGroup>(
            &lab,
            |marker| GetGroupRequest { group_name: own("a"), marker, max_items: Some(1) },
            |out| (out.users.into_iter().filter_map(|u| u.user_name).collect(), out.is_truncated, out.marker),
        ),
        walk::<op::ListGroupsForUser>(
            &lab,
            |marker| ListGroupsForUserRequest { user_name: own("a"), marker, max_items: Some(1) },
            |out| (out.groups.into_iter().map(|g| g.group_name).collect(), out.is_truncated, out.marker),
        ),
    ];
    for list in lists {
        assert_eq!(list, NAMES);
    }
}

#[test]
fn lists_of_attached_policies() {
    let lab = world();
    let lists = [
        walk::<op::ListAttachedUserPolicies>(
            &lab,
            |marker| ListAttachedUserPoliciesRequest {
                user_name: own("a"),
                marker,
                max_items: Some(1),
                ..Default::default()
            },
            |out| {
                (
                    out.attached_policies.unwrap().into_iter().map(|p| p.policy_name.unwrap()).collect(),
                    out.is_truncated,
                    out.marker,
                )
            },
        ),
        walk::<op::ListAttachedGroupPolicies>(
            &lab,
            |marker| ListAttachedGroupPoliciesRequest {
                group_name: own("a"),
                marker,
                max_items: Some(1),
                ..Default::default()
            },
            |out| {
                (
                    out.attached_policies.unwrap().into_iter().map(|p| p.policy_name.unwrap()).collect(),
                    out.is_truncated,
                    out.marker,
                )
            },
        ),
        walk::<op::ListAttachedRolePolicies>(
            &lab,
            |marker| ListAttachedRolePoliciesRequest {
                role_name: own("a"),
                marker,
                max_items: Some(1),
                ..Default::default()
            },
            |out| {
                (
                    out.attached_policies.unwrap().into_iter().map(|p| p.policy_name.unwrap()).collect(),
                    out.is_truncated,
                    out.marker,
                )
            },
        ),
    ];
    for list in lists {
        assert_eq!(list, ["B", "a", "c"]);
    }
}

#[test]
fn lists_of_inline_policies() {
    let lab = world();
    let lists = [
        walk::<op::ListUserPolicies>(
            &lab,
            |marker| ListUserPoliciesRequest { user_name: own("a"), marker, max_items: Some(1) },
            |out| (out.policy_names, out.is_truncated, out.marker),
        ),
        walk::<op::ListGroupPolicies>(
            &lab,
            |marker| ListGroupPoliciesRequest { group_name: own("a"), marker, max_items: Some(1) },
            |out| (out.policy_names, out.is_truncated, out.marker),
        ),
        walk::<op::ListRolePolicies>(
            &lab,
            |marker| ListRolePoliciesRequest { role_name: own("a"), marker, max_items: Some(1) },
            |out| (out.policy_names, out.is_truncated, out.marker),
        ),
    ];
    for list in lists {
        assert_eq!(list, ["B", "a", "c"]);
    }
}

#[test]
fn lists_of_tags() {
    let lab = world();
    let lists = [
        walk::<op::ListUserTags>(
            &lab,
            |marker| ListUserTagsRequest { user_name: own("a"), marker, max_items: Some(1) },
            |out| (out.tags.into_iter().map(|t| t.key).collect(), out.is_truncated, out.marker),
        ),
        walk::<op::ListRoleTags>(
            &lab,
            |marker| ListRoleTagsRequest { role_name: own("a"), marker, max_items: Some(1) },
            |out| (out.tags.into_iter().map(|t| t.key).collect(), out.is_truncated, out.marker),
        ),
        walk::<op::ListPolicyTags>(
            &lab,
            |marker| ListPolicyTagsRequest {
                policy_arn: own("arn:aws:iam::000000000000:policy/a"),
                marker,
                max_items: Some(1),
            },
            |out| (out.tags.into_iter().map(|t| t.key).collect(), out.is_truncated, out.marker),
        ),
        walk::<op::ListInstanceProfileTags>(
            &lab,
            |marker| ListInstanceProfileTagsRequest {
                instance_profile_name: own("a"),
                marker,
                max_items: Some(1),
            },
            |out| (out.tags.into_iter().map(|t| t.key).collect(), out.is_truncated, out.marker),
        ),
    ];
    for list in lists {
        assert_eq!(list, ["K", "l"]);
    }
}

#[test]
fn versions_newest_first_and_access_keys() {
    let lab = world();
    let arn = "arn:aws:iam::000000000000:policy/a";
    let versions = walk::<op::ListPolicyVersions>(
        &lab,
        |marker| ListPolicyVersionsRequest { policy_arn: own(arn), marker, max_items: Some(1) },
        |out| {
            (
                out.versions.unwrap().into_iter().map(|v| v.version_id.unwrap()).collect(),
                out.is_truncated,
                out.marker,
            )
        },
    );
    assert_eq!(versions, ["v4", "v3", "v2", "v1"]);
    let keys = walk::<op::ListAccessKeys>(
        &lab,
        |marker| ListAccessKeysRequest { user_name: Some(own("a")), marker, max_items: Some(1) },
        |out| {
            (
                out.access_key_metadata.into_iter().map(|k| k.access_key_id.unwrap()).collect(),
                out.is_truncated,
                out.marker,
            )
        },
    );
    assert_eq!(keys.len(), 2);
    assert!(keys[0] < keys[1]);
}

#[test]
fn entities_of_a_policy_and_the_whole_account() {
    let lab = world();
    let arn = "arn:aws:iam::000000000000:policy/B";
    let entities = walk::<op::ListEntitiesForPolicy>(
        &lab,
        |marker| ListEntitiesForPolicyRequest {
            policy_arn: own(arn),
            marker,
            max_items: Some(1),
            ..Default::default()
        },
        |out| {
            let users =
                out.policy_users.unwrap().into_iter().map(|u| format!("user {}", u.user_name.unwrap()));
            let groups =
                out.policy_groups.unwrap().into_iter().map(|g| format!("group {}", g.group_name.unwrap()));
            let roles =
                out.policy_roles.unwrap().into_iter().map(|r| format!("role {}", r.role_name.unwrap()));
            (users.chain(groups).chain(roles).collect(), out.is_truncated, out.marker)
        },
    );
    assert_eq!(entities, ["user a", "group a", "role a"]);
    let all = walk::<op::GetAccountAuthorizationDetails>(
        &lab,
        |marker| GetAccountAuthorizationDetailsRequest { filter: None, marker, max_items: Some(1) },
        |out| {
            let users = out.user_detail_list.unwrap().into_iter().map(|u| u.arn.unwrap());
            let groups = out.group_detail_list.unwrap().into_iter().map(|g| g.arn.unwrap());
            let roles = out.role_detail_list.unwrap().into_iter().map(|r| r.arn.unwrap());
            let policies = out.policies.unwrap().into_iter().map(|p| p.arn.unwrap());
            let arns = users.chain(groups).chain(roles).chain(policies);
            (arns.collect(), out.is_truncated, out.marker)
        },
    );
    let arns: Vec<String> = ["user", "group", "role", "policy"]
        .iter()
        .flat_map(|word| NAMES.map(|n| format!("arn:aws:iam::000000000000:{word}/{n}")))
        .collect();
    assert_eq!(all, arns);
}

#[test]
fn aws_managed_policies_by_pages() {
    let lab = Lab::new(vec![service()]);
    let (mut names, mut marker) = (std::collections::BTreeSet::new(), None);
    loop {
        let ask = ListPoliciesRequest { marker, max_items: Some(400), ..Default::default() };
        let out = lab.call::<op::ListPolicies>(ask).unwrap();
        for p in out.policies.unwrap() {
            assert!(names.insert(p.arn.unwrap()));
        }
        marker = out.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(names.len(), directory::managed_policies().len());
}
