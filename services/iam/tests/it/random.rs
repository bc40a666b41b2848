//! Random operations over a few names: whatever comes, the state's invariants hold after each that was done, and
//! the same seed gives the same state.

use codec::Op;
use service_iam::service;
use shapes_iam::*;
use testkit::Lab;

const DOC: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#;
const NAMES: [&str; 4] = ["a", "A", "b", "c"];
const ARNS: [&str; 3] = [
    "arn:aws:iam::000000000000:policy/a",
    "arn:aws:iam::000000000000:policy/x/b",
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
];

/// Numbers of a seed (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn name(&mut self) -> String {
        NAMES[self.roll(NAMES.len())].to_owned()
    }

    fn arn(&mut self) -> String {
        ARNS[self.roll(ARNS.len())].to_owned()
    }

    fn path(&mut self) -> Option<String> {
        [None, Some("/x/".to_owned())][self.roll(2)].clone()
    }

    fn boundary(&mut self) -> Option<String> {
        (self.roll(3) == 0).then(|| self.arn())
    }
}

/// Calls, and tells whether it was done.
fn call<O: Op>(lab: &Lab, input: O::Input) -> bool {
    match lab.call::<O>(input) {
        Ok(_) => true,
        Err(f) => {
            assert_ne!(f.code(), "InternalFailure", "{}: {f:?}", O::NAME);
            false
        }
    }
}

fn make(lab: &Lab, d: &mut Dice) -> bool {
    let (name, path, boundary) = (d.name(), d.path(), d.boundary());
    match d.roll(6) {
        0 => call::<op::CreateUser>(
            lab,
            CreateUserRequest { user_name: name, path, permissions_boundary: boundary, tags: None },
        ),
        1 => call::<op::CreateGroup>(lab, CreateGroupRequest { group_name: name, path }),
        2 => call::<op::CreateRole>(
            lab,
            CreateRoleRequest {
                role_name: name,
                path,
                permissions_boundary: boundary,
                assume_role_policy_document: TRUST.to_owned(),
                ..Default::default()
            },
        ),
        3 => call::<op::CreatePolicy>(
            lab,
            CreatePolicyRequest {
                path: (name == "b").then(|| "/x/".to_owned()),
                policy_name: name,
                policy_document: DOC.to_owned(),
                ..Default::default()
            },
        ),
        4 => call::<op::CreateInstanceProfile>(
            lab,
            CreateInstanceProfileRequest { instance_profile_name: name, path, tags: None },
        ),
        _ => call::<op::CreateAccessKey>(lab, CreateAccessKeyRequest { user_name: Some(name) }),
    }
}

fn join(lab: &Lab, d: &mut Dice) -> bool {
    let (name, other, policy_arn) = (d.name(), d.name(), d.arn());
    match d.roll(6) {
        0 => call::<op::AddUserToGroup>(lab, AddUserToGroupRequest { group_name: name, user_name: other }),
        1 => call::<op::AttachUserPolicy>(lab, AttachUserPolicyRequest { user_name: name, policy_arn }),
        2 => call::<op::AttachGroupPolicy>(lab, AttachGroupPolicyRequest { group_name: name, policy_arn }),
        3 => call::<op::AttachRolePolicy>(lab, AttachRolePolicyRequest { role_name: name, policy_arn }),
        4 => call::<op::AddRoleToInstanceProfile>(
            lab,
            AddRoleToInstanceProfileRequest { instance_profile_name: name, role_name: other },
        ),
        _ => call::<op::PutRolePermissionsBoundary>(
            lab,
            PutRolePermissionsBoundaryRequest { role_name: name, permissions_boundary: policy_arn },
        ),
    }
}

fn part(lab: &Lab, d: &mut Dice) -> bool {
    let (name, other, policy_arn) = (d.name(), d.name(), d.arn());
    match d.roll(7) {
        0 => call::<op::RemoveUserFromGroup>(
            lab,
            RemoveUserFromGroupRequest { group_name: name, user_name: other },
        ),
        1 => call::<op::DetachUserPolicy>(lab, DetachUserPolicyRequest { user_name: name, policy_arn }),
        2 => call::<op::DetachGroupPolicy>(lab, DetachGroupPolicyRequest { group_name: name, policy_arn }),
        3 => call::<op::DetachRolePolicy>(lab, DetachRolePolicyRequest { role_name: name, policy_arn }),
        4 => call::<op::RemoveRoleFromInstanceProfile>(
            lab,
            RemoveRoleFromInstanceProfileRequest { instance_profile_name: name, role_name: other },
        ),
        5 => call::<op::DeleteUserPermissionsBoundary>(
            lab,
            DeleteUserPermissionsBoundaryRequest { user_name: name },
        ),
        _ => {
            let ask = ListAccessKeysRequest { user_name: Some(name.clone()), ..Default::default() };
            let keys = lab.call::<op::ListAccessKeys>(ask).map(|o| o.access_key_metadata).unwrap_or_default();
            keys.into_iter().next().is_some_and(|k| {
                let access_key_id = k.access_key_id.unwrap();
                call::<op::DeleteAccessKey>(
                    lab,
                    DeleteAccessKeyRequest { user_name: Some(name), access_key_id },
                )
            })
        }
    }
}

fn change(lab: &Lab, d: &mut Dice) -> bool {
    let (name, other, new_path, policy_arn) = (d.name(), d.name(), d.path(), d.arn());
    let version_id = format!("v{}", 1 + d.roll(7));
    match d.roll(5) {
        0 => call::<op::UpdateUser>(
            lab,
            UpdateUserRequest { user_name: name, new_user_name: Some(other), new_path },
        ),
        1 => call::<op::UpdateGroup>(
            lab,
            UpdateGroupRequest { group_name: name, new_group_name: Some(other), new_path },
        ),
        2 => call::<op::CreatePolicyVersion>(
            lab,
            CreatePolicyVersionRequest {
                policy_arn,
                policy_document: DOC.to_owned(),
                set_as_default: Some(d.roll(2) == 0),
            },
        ),
        3 => call::<op::DeletePolicyVersion>(lab, DeletePolicyVersionRequest { policy_arn, version_id }),
        _ => call::<op::SetDefaultPolicyVersion>(
            lab,
            SetDefaultPolicyVersionRequest { policy_arn, version_id },
        ),
    }
}

fn unmake(lab: &Lab, d: &mut Dice) -> bool {
    let (name, policy_arn) = (d.name(), d.arn());
    match d.roll(5) {
        0 => call::<op::DeleteUser>(lab, DeleteUserRequest { user_name: name }),
        1 => call::<op::DeleteGroup>(lab, DeleteGroupRequest { group_name: name }),
        2 => call::<op::DeleteRole>(lab, DeleteRoleRequest { role_name: name }),
        3 => call::<op::DeletePolicy>(lab, DeletePolicyRequest { policy_arn }),
        _ => call::<op::DeleteInstanceProfile>(
            lab,
            DeleteInstanceProfileRequest { instance_profile_name: name },
        ),
    }
}

/// Runs a seed; answers how many calls were done and the account as it stands.
fn run(seed: u64, checked: bool) -> (usize, String) {
    let lab = Lab::new(vec![service()]);
    let mut d = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let steps = [make, join, join, part, change, unmake];
    let mut done = 0;
    for n in 0..500 {
        let step = d.roll(steps.len());
        if !steps[step](&lab, &mut d) {
            continue;
        }
        done += 1;
        if checked && let Err(wrong) = lab.kernel.check() {
            panic!("seed {seed}, call {n}: {wrong}");
        }
    }
    let all = GetAccountAuthorizationDetailsRequest { max_items: Some(1_000), ..Default::default() };
    (done, format!("{:?}", lab.call::<op::GetAccountAuthorizationDetails>(all).unwrap()))
}

#[test]
fn invariants_hold_whatever_comes() {
    for seed in 1..=4 {
        let (done, state) = run(seed, true);
        assert!(done > 100, "seed {seed}: only {done} calls were done");
        assert_eq!(state, run(seed, false).1, "seed {seed}");
    }
}
