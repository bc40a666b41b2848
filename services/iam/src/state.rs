//! What IAM keeps beyond the directory's tables: indexes (keys of a user, members of a group, uses of a policy), counters
//! for quotas, instance profiles. Rows of users, groups, roles, policies and keys are `directory`'s. All of them live in
//! the keyspace `iam`, keyed by partition and account first.

use codec::Fault;
use directory::{
    AccessKeys, EntityKey, Groups, InstanceProfiles, Policies, PolicyVersions, Roles, Sessions, Users,
    entity_key,
};
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Table};

/// A row that says only that its key is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark;
impl Row for Mark {
    fn write(&self, _: &mut RowWriter) {}
    fn read(_: &mut RowReader) -> Result<Mark, RowError> {
        Ok(Mark)
    }
}

/// Access key ids of a user: partition, account, user's name in lower case (empty: root), key id.
pub(crate) struct KeysOfUser;
impl Table for KeysOfUser {
    const NAME: &'static str = "iam.key_of_user";
    const VERSION: u16 = 1;
    type Key = (String, String, String, String);
    type Row = Mark;
}

/// Users of a group: partition, account, group's name, user's name, both in lower case.
pub(crate) struct Members;
impl Table for Members {
    const NAME: &'static str = "iam.member";
    const VERSION: u16 = 1;
    type Key = (String, String, String, String);
    type Row = Mark;
}

/// Who uses a managed policy: partition, account, policy's ARN, usage (0 permissions, 1 boundary), kind of entity
/// ([`crate::holder::Kind`] as a number), entity's name in lower case.
pub(crate) struct Uses;
impl Table for Uses {
    const NAME: &'static str = "iam.policy_use";
    const VERSION: u16 = 1;
    type Key = (String, String, String, u8, u8, String);
    type Row = Mark;
}

/// How often a managed policy is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UseCount {
    /// As permissions.
    pub(crate) attachments: u32,
    /// As a boundary.
    pub(crate) boundaries: u32,
}
impl Row for UseCount {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.attachments);
        w.put(2, &self.boundaries);
    }
    fn read(r: &mut RowReader) -> Result<UseCount, RowError> {
        Ok(UseCount { attachments: r.get(1)?, boundaries: r.get(2)? })
    }
}

/// Numbers of uses by partition, account and policy's ARN; no row means none.
pub(crate) struct UseCounts;
impl Table for UseCounts {
    const NAME: &'static str = "iam.policy_use_count";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = UseCount;
}

/// A number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) u32);
impl Row for Number {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.0);
    }
    fn read(r: &mut RowReader) -> Result<Number, RowError> {
        Ok(Number(r.get(1)?))
    }
}

/// How many things of a kind an account has: partition, account, the quota's name (`UsersPerAccount`).
pub(crate) struct Counts;
impl Table for Counts {
    const NAME: &'static str = "iam.count";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = Number;
}

/// Instance profiles of a role: partition, account, role's name, profile's name, both in lower case.
pub(crate) struct ProfilesOfRole;
impl Table for ProfilesOfRole {
    const NAME: &'static str = "iam.profile_of_role";
    const VERSION: u16 = 1;
    type Key = (String, String, String, String);
    type Row = Mark;
}

/// Partition and account of the call, as keys have them.
pub(crate) fn home(cx: &Cx) -> (String, String) {
    (cx.scope.partition.to_owned(), cx.scope.account.clone())
}

/// The key of the entity of that name in the call's account.
pub(crate) fn key(cx: &Cx, name: &str) -> EntityKey {
    entity_key(cx.scope.partition, &cx.scope.account, name)
}

/// A key of an index from one name to another.
pub(crate) fn pair(cx: &Cx, first: &str, second: &str) -> (String, String, String, String) {
    let (partition, account, first) = key(cx, first);
    (partition, account, first, second.to_ascii_lowercase())
}

/// The names at the end of an index's rows that begin with `first`.
pub(crate) fn seconds<T>(cx: &Cx, first: &str) -> Result<Vec<String>, Fault>
where
    T: Table<Key = (String, String, String, String), Row = Mark>,
{
    Ok(cx.scan_prefix::<T>(&key(cx, first))?.map(|(k, _)| k.3).collect())
}

/// Deletes everything of the call's account.
pub(crate) fn reset(cx: &mut Cx) -> Result<(), Fault> {
    let keys: Vec<String> = cx.scan_prefix::<KeysOfUser>(&home(cx))?.map(|(k, _)| k.3).collect();
    keys.iter().for_each(|id| cx.delete::<AccessKeys>(id));
    let (partition, account) = home(cx);
    let sessions: Vec<String> = cx
        .scan_prefix::<Sessions>(&())?
        .filter(|(_, s)| s.partition == partition && s.account == account)
        .map(|(id, _)| id)
        .collect();
    sessions.iter().for_each(|id| cx.delete::<Sessions>(id));
    for clear in [
        clear::<Users>,
        clear::<Groups>,
        clear::<Roles>,
        clear::<Policies>,
        clear::<PolicyVersions>,
        clear::<KeysOfUser>,
        clear::<Members>,
        clear::<Uses>,
        clear::<UseCounts>,
        clear::<Counts>,
        clear::<InstanceProfiles>,
        clear::<ProfilesOfRole>,
    ] {
        clear(cx)?;
    }
    Ok(())
}

/// Deletes the account's rows of one table; its keys begin with partition and account.
pub(crate) fn clear<T: Table>(cx: &mut Cx) -> Result<(), Fault> {
    let keys: Vec<T::Key> = cx.scan_prefix::<T>(&home(cx))?.map(|(k, _)| k).collect();
    keys.iter().for_each(|k| cx.delete::<T>(k));
    Ok(())
}
