//! Tables of the directory. All live in the keyspace `iam`, keyed by partition and account first, so that one
//! account's rows lie together; access keys and sessions are found by access key id alone.

use store::Table;

use crate::rows::{AccessKey, Group, InstanceProfile, Policy, PolicyVersion, Role, Session, User};

/// Partition, account, name in lower case: IAM names are unique without regard to case.
pub type EntityKey = (String, String, String);

/// The key of the user, group, role or policy of that name.
pub fn entity_key(partition: &str, account: &str, name: &str) -> EntityKey {
    (partition.to_owned(), account.to_owned(), name.to_ascii_lowercase())
}

/// Users.
pub struct Users;
impl Table for Users {
    const NAME: &'static str = "iam.user";
    const VERSION: u16 = 1;
    type Key = EntityKey;
    type Row = User;
}

/// Groups.
pub struct Groups;
impl Table for Groups {
    const NAME: &'static str = "iam.group";
    const VERSION: u16 = 1;
    type Key = EntityKey;
    type Row = Group;
}

/// Roles.
pub struct Roles;
impl Table for Roles {
    const NAME: &'static str = "iam.role";
    const VERSION: u16 = 1;
    type Key = EntityKey;
    type Row = Role;
}

/// Instance profiles.
pub struct InstanceProfiles;
impl Table for InstanceProfiles {
    const NAME: &'static str = "iam.instance_profile";
    const VERSION: u16 = 1;
    type Key = EntityKey;
    type Row = InstanceProfile;
}

/// Customer managed policies.
pub struct Policies;
impl Table for Policies {
    const NAME: &'static str = "iam.policy";
    const VERSION: u16 = 1;
    type Key = EntityKey;
    type Row = Policy;
}

/// Versions of customer managed policies: entity key of the policy and the version's number.
pub struct PolicyVersions;
impl Table for PolicyVersions {
    const NAME: &'static str = "iam.policy_version";
    const VERSION: u16 = 1;
    type Key = (String, String, String, u32);
    type Row = PolicyVersion;
}

/// Long-term access keys by id.
pub struct AccessKeys;
impl Table for AccessKeys {
    const NAME: &'static str = "iam.access_key";
    const VERSION: u16 = 1;
    type Key = String;
    type Row = AccessKey;
}

/// Temporary credentials by access key id.
pub struct Sessions;
impl Table for Sessions {
    const NAME: &'static str = "iam.session";
    const VERSION: u16 = 1;
    type Key = String;
    type Row = Session;
}
