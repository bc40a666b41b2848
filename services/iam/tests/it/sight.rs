//! What others see of a change: the very next call sees it, and other accounts see nothing of it.

use directory::{Identity, IdentityKind};
use kernel::Scope;
use service_iam::service;
use shapes_iam::*;
use testkit::Lab;

const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}"#;
const DENY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}}"#;

struct Tenant<'l> {
    lab: &'l Lab,
    account: &'static str,
    root: Identity,
    user: Identity,
}

impl Tenant<'_> {
    fn new<'l>(lab: &'l Lab, account: &'static str) -> Tenant<'l> {
        let root = Identity::root("aws", account);
        let user_name = "u".to_owned();
        let ask = CreateUserRequest { user_name: user_name.clone(), ..Default::default() };
        let out = lab.call_as::<op::CreateUser>(&root, scope(account), ask).unwrap();
        let made = out.user.unwrap();
        let user = Identity {
            kind: IdentityKind::User,
            arn: made.arn,
            user_id: made.user_id,
            name: user_name,
            ..root.clone()
        };
        Tenant { lab, account, root, user }
    }

    fn put(&self, document: &str) {
        let ask = PutUserPolicyRequest {
            user_name: "u".to_owned(),
            policy_name: "p".to_owned(),
            policy_document: document.to_owned(),
        };
        self.lab.call_as::<op::PutUserPolicy>(&self.root, scope(self.account), ask).unwrap();
    }

    fn may_list(&self) -> bool {
        let ask = ListUsersRequest::default();
        match self.lab.call_as::<op::ListUsers>(&self.user, scope(self.account), ask) {
            Ok(out) => {
                assert_eq!(out.users.len(), 1, "only one's own users");
                true
            }
            Err(f) => {
                assert_eq!(f.code(), "AccessDenied");
                false
            }
        }
    }
}

fn scope(account: &str) -> Scope {
    Scope::new(kernel::region("us-east-1").unwrap(), account)
}

#[test]
fn the_very_next_call_sees_a_change() {
    let lab = Lab::new(vec![service()]);
    let t = Tenant::new(&lab, "111111111111");
    assert!(!t.may_list());
    for _ in 0..3 {
        t.put(ALLOW);
        assert!(t.may_list());
        t.put(DENY);
        assert!(!t.may_list());
    }
}

#[test]
fn one_tenants_changes_leave_another_alone() {
    let lab = Lab::new(vec![service()]);
    let (a, b) = (Tenant::new(&lab, "111111111111"), Tenant::new(&lab, "222222222222"));
    b.put(ALLOW);
    assert!(b.may_list() && !a.may_list());
    let view = |t: &Tenant<'_>| lab.kernel.directory.view(&lab.kernel.store, &t.user).unwrap();
    let (of_a, of_b) = (view(&a), view(&b));
    for document in [ALLOW, DENY, ALLOW] {
        a.put(document);
        assert!(b.may_list());
    }
    assert!(std::ptr::eq(&*of_b, &*view(&b)), "the other tenant's compiled policies stay");
    assert!(!std::ptr::eq(&*of_a, &*view(&a)), "one's own are built anew");
    lab.kernel.check().unwrap();
}

#[test]
fn a_managed_policys_default_version_is_what_counts() {
    let lab = Lab::new(vec![service()]);
    let t = Tenant::new(&lab, "000000000000");
    let ask = CreatePolicyRequest {
        policy_name: "p".to_owned(),
        policy_document: ALLOW.to_owned(),
        ..Default::default()
    };
    let policy_arn = lab.call::<op::CreatePolicy>(ask).unwrap().policy.unwrap().arn.unwrap();
    let group_name = "g".to_owned();
    lab.call::<op::CreateGroup>(CreateGroupRequest { group_name: group_name.clone(), path: None }).unwrap();
    let user_name = "u".to_owned();
    lab.call::<op::AddUserToGroup>(AddUserToGroupRequest { group_name: group_name.clone(), user_name })
        .unwrap();
    let attach = AttachGroupPolicyRequest { group_name, policy_arn: policy_arn.clone() };
    lab.call::<op::AttachGroupPolicy>(attach).unwrap();
    assert!(t.may_list());
    let version = CreatePolicyVersionRequest {
        policy_arn: policy_arn.clone(),
        policy_document: DENY.to_owned(),
        set_as_default: Some(true),
    };
    lab.call::<op::CreatePolicyVersion>(version).unwrap();
    assert!(!t.may_list());
    let back = SetDefaultPolicyVersionRequest { policy_arn, version_id: "v1".to_owned() };
    lab.call::<op::SetDefaultPolicyVersion>(back).unwrap();
    assert!(t.may_list());
}
