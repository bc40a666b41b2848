//! Rows of the directory's tables. Names keep the case in which they were given; keys fold it (see `tables.rs`).

use std::collections::BTreeMap;

use store::{Row, RowError, RowReader, RowWriter};

/// An IAM user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// `AIDA…`
    pub id: String,
    /// Name as created.
    pub name: String,
    /// `/` or `/a/b/`.
    pub path: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Key and value, in the order of arrival.
    pub tags: Vec<(String, String)>,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// ARNs of attached managed policies, in the order of attachment.
    pub attached: Vec<String>,
    /// Inline policies: name to document.
    pub inline: BTreeMap<String, String>,
    /// Names of groups.
    pub groups: Vec<String>,
    /// Last sign-in with a password.
    pub password_last_used_ms: Option<i64>,
}

impl Row for User {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.path);
        w.put(4, &self.created_ms);
        w.put(5, &self.tags);
        w.put(6, &self.boundary);
        w.put(7, &self.attached);
        w.put(8, &self.inline);
        w.put(9, &self.groups);
        w.put(10, &self.password_last_used_ms);
    }
    fn read(r: &mut RowReader) -> Result<User, RowError> {
        Ok(User {
            id: r.get(1)?,
            name: r.get(2)?,
            path: r.get(3)?,
            created_ms: r.get(4)?,
            tags: r.get(5)?,
            boundary: r.get(6)?,
            attached: r.get(7)?,
            inline: r.get(8)?,
            groups: r.get(9)?,
            password_last_used_ms: r.get(10)?,
        })
    }
}

/// An IAM group. Its members are found through [`User::groups`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// `AGPA…`
    pub id: String,
    /// Name as created.
    pub name: String,
    /// `/` or `/a/b/`.
    pub path: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// ARNs of attached managed policies.
    pub attached: Vec<String>,
    /// Inline policies: name to document.
    pub inline: BTreeMap<String, String>,
}

impl Row for Group {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.path);
        w.put(4, &self.created_ms);
        w.put(5, &self.attached);
        w.put(6, &self.inline);
    }
    fn read(r: &mut RowReader) -> Result<Group, RowError> {
        Ok(Group {
            id: r.get(1)?,
            name: r.get(2)?,
            path: r.get(3)?,
            created_ms: r.get(4)?,
            attached: r.get(5)?,
            inline: r.get(6)?,
        })
    }
}

/// An IAM role.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Role {
    /// `AROA…`
    pub id: String,
    /// Name as created.
    pub name: String,
    /// `/`, `/a/b/`, `/aws-service-role/…/`.
    pub path: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Trust policy.
    pub trust: String,
    /// Free text.
    pub description: Option<String>,
    /// Longest session, 3600 to 43200.
    pub max_session_s: i32,
    /// Key and value, in the order of arrival.
    pub tags: Vec<(String, String)>,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// ARNs of attached managed policies.
    pub attached: Vec<String>,
    /// Inline policies: name to document.
    pub inline: BTreeMap<String, String>,
}

impl Row for Role {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.path);
        w.put(4, &self.created_ms);
        w.put(5, &self.trust);
        w.put(6, &self.description);
        w.put(7, &self.max_session_s);
        w.put(8, &self.tags);
        w.put(9, &self.boundary);
        w.put(10, &self.attached);
        w.put(11, &self.inline);
    }
    fn read(r: &mut RowReader) -> Result<Role, RowError> {
        Ok(Role {
            id: r.get(1)?,
            name: r.get(2)?,
            path: r.get(3)?,
            created_ms: r.get(4)?,
            trust: r.get(5)?,
            description: r.get(6)?,
            max_session_s: r.get(7)?,
            tags: r.get(8)?,
            boundary: r.get(9)?,
            attached: r.get(10)?,
            inline: r.get(11)?,
        })
    }
}

/// An instance profile: how EC2's instances come by a role.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceProfile {
    /// `AIPA…`
    pub id: String,
    /// Name as created.
    pub name: String,
    /// `/` or `/a/b/`.
    pub path: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Key and value, in the order of arrival.
    pub tags: Vec<(String, String)>,
    /// Name of its role.
    pub role: Option<String>,
}
impl Row for InstanceProfile {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.path);
        w.put(4, &self.created_ms);
        w.put(5, &self.tags);
        w.put(6, &self.role);
    }
    fn read(r: &mut RowReader) -> Result<InstanceProfile, RowError> {
        Ok(InstanceProfile {
            id: r.get(1)?,
            name: r.get(2)?,
            path: r.get(3)?,
            created_ms: r.get(4)?,
            tags: r.get(5)?,
            role: r.get(6)?,
        })
    }
}

/// A customer managed policy; its documents are [`PolicyVersion`] rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// `ANPA…`
    pub id: String,
    /// Name as created.
    pub name: String,
    /// `/` or `/a/b/`.
    pub path: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// When a version was last made or the default changed.
    pub updated_ms: i64,
    /// Free text.
    pub description: Option<String>,
    /// Key and value, in the order of arrival.
    pub tags: Vec<(String, String)>,
    /// Number of the default version.
    pub default_version: u32,
    /// Number that the next version gets.
    pub next_version: u32,
}

impl Row for Policy {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.path);
        w.put(4, &self.created_ms);
        w.put(5, &self.updated_ms);
        w.put(6, &self.description);
        w.put(7, &self.tags);
        w.put(8, &self.default_version);
        w.put(9, &self.next_version);
    }
    fn read(r: &mut RowReader) -> Result<Policy, RowError> {
        Ok(Policy {
            id: r.get(1)?,
            name: r.get(2)?,
            path: r.get(3)?,
            created_ms: r.get(4)?,
            updated_ms: r.get(5)?,
            description: r.get(6)?,
            tags: r.get(7)?,
            default_version: r.get(8)?,
            next_version: r.get(9)?,
        })
    }
}

/// One version of a customer managed policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyVersion {
    /// The policy's text.
    pub document: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
}

impl Row for PolicyVersion {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.document);
        w.put(2, &self.created_ms);
    }
    fn read(r: &mut RowReader) -> Result<PolicyVersion, RowError> {
        Ok(PolicyVersion { document: r.get(1)?, created_ms: r.get(2)? })
    }
}

/// A long-term access key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessKey {
    /// Partition of its account.
    pub partition: String,
    /// Account.
    pub account: String,
    /// Name of the user; empty for the account's root.
    pub user: String,
    /// Secret access key.
    pub secret: String,
    /// `Active` or `Inactive`.
    pub active: bool,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
}

impl Row for AccessKey {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.partition);
        w.put(2, &self.account);
        w.put(3, &self.user);
        w.put(4, &self.secret);
        w.put(5, &self.active);
        w.put(6, &self.created_ms);
    }
    fn read(r: &mut RowReader) -> Result<AccessKey, RowError> {
        Ok(AccessKey {
            partition: r.get(1)?,
            account: r.get(2)?,
            user: r.get(3)?,
            secret: r.get(4)?,
            active: r.get(5)?,
            created_ms: r.get(6)?,
        })
    }
}

/// What kind of temporary credentials a session is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionKind {
    /// AssumeRole and its siblings.
    #[default]
    AssumedRole,
    /// GetFederationToken.
    Federated,
    /// GetSessionToken: acts as its user or root.
    SessionToken,
    /// AssumeRoot.
    AssumedRoot,
}

/// Temporary credentials with all that was fixed when they were issued.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// What issued it.
    pub kind: SessionKind,
    /// Partition of the account.
    pub partition: String,
    /// Account in which it acts.
    pub account: String,
    /// Secret access key.
    pub secret: String,
    /// Session token that must come with every request.
    pub token: String,
    /// Name of the role, or of the user behind a federated session or session token (empty: root).
    pub principal: String,
    /// Id of that role or user (`AROA…`, `AIDA…`); the account's id for root. A session dies with it.
    pub principal_id: String,
    /// Role session name, or federated user name.
    pub session_name: String,
    /// Inline session policies.
    pub policies: Vec<String>,
    /// ARNs of managed session policies.
    pub policy_arns: Vec<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// Keys of tags that go on to further sessions.
    pub transitive_tag_keys: Vec<String>,
    /// `sts:SourceIdentity`.
    pub source_identity: Option<String>,
    /// `aws:FederatedProvider`.
    pub federated_provider: Option<String>,
    /// When a device's code was given, milliseconds since the epoch.
    pub mfa_at_ms: Option<i64>,
    /// Whether it was issued by a role session (chained: one hour at most).
    pub chained: bool,
    /// Issue time, milliseconds since the epoch.
    pub issued_ms: i64,
    /// Expiry, milliseconds since the epoch.
    pub expires_ms: i64,
    /// Further context keys fixed at issue (web identity and SAML claims).
    pub context: Vec<(String, String)>,
}

impl Row for Session {
    fn write(&self, w: &mut RowWriter) {
        let kind = match self.kind {
            SessionKind::AssumedRole => 0u8,
            SessionKind::Federated => 1,
            SessionKind::SessionToken => 2,
            SessionKind::AssumedRoot => 3,
        };
        w.put(1, &kind);
        w.put(2, &self.partition);
        w.put(3, &self.account);
        w.put(4, &self.secret);
        w.put(5, &self.token);
        w.put(6, &self.principal);
        w.put(7, &self.principal_id);
        w.put(8, &self.session_name);
        w.put(9, &self.policies);
        w.put(10, &self.policy_arns);
        w.put(11, &self.tags);
        w.put(12, &self.transitive_tag_keys);
        w.put(13, &self.source_identity);
        w.put(14, &self.federated_provider);
        w.put(15, &self.mfa_at_ms);
        w.put(16, &self.chained);
        w.put(17, &self.issued_ms);
        w.put(18, &self.expires_ms);
        w.put(19, &self.context);
    }
    fn read(r: &mut RowReader) -> Result<Session, RowError> {
        let kind: u8 = r.get(1)?;
        Ok(Session {
            kind: match kind {
                0 => SessionKind::AssumedRole,
                1 => SessionKind::Federated,
                2 => SessionKind::SessionToken,
                _ => SessionKind::AssumedRoot,
            },
            partition: r.get(2)?,
            account: r.get(3)?,
            secret: r.get(4)?,
            token: r.get(5)?,
            principal: r.get(6)?,
            principal_id: r.get(7)?,
            session_name: r.get(8)?,
            policies: r.get(9)?,
            policy_arns: r.get(10)?,
            tags: r.get(11)?,
            transitive_tag_keys: r.get(12)?,
            source_identity: r.get(13)?,
            federated_provider: r.get(14)?,
            mfa_at_ms: r.get(15)?,
            chained: r.get(16)?,
            issued_ms: r.get(17)?,
            expires_ms: r.get(18)?,
            context: r.get(19)?,
        })
    }
}
