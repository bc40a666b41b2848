//! Users, groups and roles as holders of policies: what the operations on all three have in common. Rows are `directory`'s.

use std::collections::BTreeMap;

use codec::Fault;
use directory::{EntityKey, Group, Groups, Role, Roles, User, Users};
use kernel::Cx;
use store::Table;

use crate::err;
use crate::state::key;

/// A kind of entity that policies can be attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Users.
    User = 0,
    /// Groups.
    Group = 1,
    /// Roles.
    Role = 2,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Kind; 3] = [Kind::User, Kind::Group, Kind::Role];

    /// As texts and ARNs spell it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Group => "group",
            Kind::Role => "role",
        }
    }

    /// As names of quotas spell it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::User => "User",
            Kind::Group => "Group",
            Kind::Role => "Role",
        }
    }
}

/// A row that holds policies.
pub(crate) trait Holder: Clone {
    /// Its table.
    type Rows: Table<Key = EntityKey, Row = Self>;
    /// What it is.
    const KIND: Kind;
    /// Name as created.
    fn name(&self) -> &str;
    /// Path.
    fn path(&self) -> &str;
    /// ARNs of attached policies.
    fn attached(&self) -> &[String];
    /// ARNs of attached policies, to change.
    fn attached_mut(&mut self) -> &mut Vec<String>;
    /// Inline policies.
    fn inline(&self) -> &BTreeMap<String, String>;
    /// Inline policies, to change.
    fn inline_mut(&mut self) -> &mut BTreeMap<String, String>;
    /// Permissions boundary.
    fn boundary(&self) -> Option<&str>;
    /// Tags.
    fn tags(&self) -> &[(String, String)];
}

impl Holder for User {
    type Rows = Users;
    const KIND: Kind = Kind::User;
    fn name(&self) -> &str {
        &self.name
    }
    fn path(&self) -> &str {
        &self.path
    }
    fn attached(&self) -> &[String] {
        &self.attached
    }
    fn attached_mut(&mut self) -> &mut Vec<String> {
        &mut self.attached
    }
    fn inline(&self) -> &BTreeMap<String, String> {
        &self.inline
    }
    fn inline_mut(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.inline
    }
    fn boundary(&self) -> Option<&str> {
        self.boundary.as_deref()
    }
    fn tags(&self) -> &[(String, String)] {
        &self.tags
    }
}

impl Holder for Group {
    type Rows = Groups;
    const KIND: Kind = Kind::Group;
    fn name(&self) -> &str {
        &self.name
    }
    fn path(&self) -> &str {
        &self.path
    }
    fn attached(&self) -> &[String] {
        &self.attached
    }
    fn attached_mut(&mut self) -> &mut Vec<String> {
        &mut self.attached
    }
    fn inline(&self) -> &BTreeMap<String, String> {
        &self.inline
    }
    fn inline_mut(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.inline
    }
    fn boundary(&self) -> Option<&str> {
        None
    }
    fn tags(&self) -> &[(String, String)] {
        &[]
    }
}

impl Holder for Role {
    type Rows = Roles;
    const KIND: Kind = Kind::Role;
    fn name(&self) -> &str {
        &self.name
    }
    fn path(&self) -> &str {
        &self.path
    }
    fn attached(&self) -> &[String] {
        &self.attached
    }
    fn attached_mut(&mut self) -> &mut Vec<String> {
        &mut self.attached
    }
    fn inline(&self) -> &BTreeMap<String, String> {
        &self.inline
    }
    fn inline_mut(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.inline
    }
    fn boundary(&self) -> Option<&str> {
        self.boundary.as_deref()
    }
    fn tags(&self) -> &[(String, String)] {
        &self.tags
    }
}

/// The entity of that name, with its key.
pub(crate) fn find<H: Holder>(cx: &Cx, name: &str) -> Result<(EntityKey, H), Fault> {
    let key = key(cx, name);
    let row = cx.get::<H::Rows>(&key)?.ok_or_else(|| err::no_such(H::KIND, name))?;
    Ok((key, row))
}

/// As [`find`], for a change: roles that only AWS may change are refused.
pub(crate) fn find_to_change<H: Holder>(cx: &Cx, name: &str) -> Result<(EntityKey, H), Fault> {
    let (key, row) = find::<H>(cx, name)?;
    if H::KIND == Kind::Role && is_protected(row.path()) {
        return Err(err::protected(row.name()));
    }
    Ok((key, row))
}

/// Paths under which AWS keeps roles to itself.
pub(crate) fn is_protected(path: &str) -> bool {
    path.starts_with("/aws-service-role/") || path.starts_with("/aws-reserved/")
}

/// The ARN of an entity of the call's account.
pub(crate) fn arn<H: Holder>(cx: &Cx, row: &H) -> String {
    arn_of(cx, H::KIND.word(), row.path(), row.name())
}

/// `arn:aws:iam::111122223333:user/a/b/name`
pub(crate) fn arn_of(cx: &Cx, word: &str, path: &str, name: &str) -> String {
    cx.scope.global_arn("iam", &format!("{word}{path}{name}"))
}
