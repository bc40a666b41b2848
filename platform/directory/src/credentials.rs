//! From an access key id to who it is: root by convention, long-term keys, temporary credentials. Says what is stored;
//! whether a key is expired or inactive is for the caller to judge, with its own error per protocol.

use std::borrow::Cow;
use std::sync::Arc;

use store::{StoreError, Tx};

use crate::rows::{Role, Session, SessionKind};
use crate::tables::{AccessKeys, Roles, Sessions, Users, entity_key};

/// What kind of principal makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// An account's root.
    Root,
    /// An IAM user, with long-term keys or a session token.
    User,
    /// A role session.
    AssumedRole,
    /// A federated user.
    Federated,
    /// An AWS service.
    Service,
    /// Nobody: an unsigned call.
    Anonymous,
}

/// Who makes a call.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Kind of principal.
    pub kind: IdentityKind,
    /// Partition of its account.
    pub partition: String,
    /// Its account; empty for services and anonymous callers.
    pub account: String,
    /// ARN as GetCallerIdentity shows it; for a service, its name (`sns.amazonaws.com`).
    pub arn: String,
    /// `aws:userid`: `AIDA…`, `AROA…:session`, the account's id for root.
    pub user_id: String,
    /// Name of the user or role; empty otherwise.
    pub name: String,
    /// Path of the user or role; `/` otherwise.
    pub path: String,
    /// Access key id of the call; empty where none was used.
    pub access_key_id: String,
    /// Temporary credentials in use.
    pub session: Option<Arc<Session>>,
    /// For a service principal calling on behalf of a resource: `aws:SourceArn`.
    pub source_arn: Option<String>,
}

impl Identity {
    /// The root of an account.
    pub fn root(partition: &str, account: &str) -> Identity {
        Identity {
            kind: IdentityKind::Root,
            partition: partition.to_owned(),
            account: account.to_owned(),
            arn: format!("arn:{partition}:iam::{account}:root"),
            user_id: account.to_owned(),
            name: String::new(),
            path: "/".to_owned(),
            access_key_id: String::new(),
            session: None,
            source_arn: None,
        }
    }

    /// Nobody.
    pub fn anonymous(partition: &str) -> Identity {
        Identity {
            kind: IdentityKind::Anonymous,
            account: String::new(),
            arn: "*".to_owned(),
            user_id: "anonymous".to_owned(),
            ..Identity::root(partition, "")
        }
    }

    /// A service principal, calling for `source_arn` in `account`.
    pub fn service(partition: &str, name: &str, account: &str, source_arn: Option<&str>) -> Identity {
        Identity {
            kind: IdentityKind::Service,
            arn: name.to_owned(),
            user_id: name.to_owned(),
            name: name.to_owned(),
            source_arn: source_arn.map(str::to_owned),
            ..Identity::root(partition, account)
        }
    }

    /// A service that acts by a role that it may assume: as a session of the role, without credentials.
    pub fn role(partition: &str, account: &str, role: &Role, session_name: &str) -> Identity {
        Identity {
            kind: IdentityKind::AssumedRole,
            arn: format!("arn:{partition}:sts::{account}:assumed-role/{}/{session_name}", role.name),
            user_id: format!("{}:{session_name}", role.id),
            name: role.name.clone(),
            path: role.path.clone(),
            ..Identity::root(partition, account)
        }
    }

    /// The ARN of who stands behind a session and isn't its own principal: the role, or the user who federated.
    pub fn parent_arn(&self) -> Option<String> {
        match self.kind {
            IdentityKind::AssumedRole => Some(self.principal_arn().into_owned()),
            IdentityKind::Federated if !self.name.is_empty() => {
                Some(format!("arn:{}:iam::{}:user{}{}", self.partition, self.account, self.path, self.name))
            }
            _ => None,
        }
    }

    /// Temporary credentials that stand for a user or root by themselves (GetSessionToken, GetFederationToken), given
    /// without an MFA code: some services (IAM) don't take them.
    pub fn is_unproven_session(&self) -> bool {
        let borrowed = |k| matches!(k, SessionKind::SessionToken | SessionKind::Federated);
        self.session.as_ref().is_some_and(|s| borrowed(s.kind) && s.mfa_at_ms.is_none())
    }

    /// The ARN of the role behind a role session: what policies and `aws:PrincipalArn` name.
    pub fn principal_arn(&self) -> Cow<'_, str> {
        match self.kind {
            IdentityKind::AssumedRole => Cow::Owned(format!(
                "arn:{}:iam::{}:role{}{}",
                self.partition, self.account, self.path, self.name
            )),
            _ => Cow::Borrowed(&self.arn),
        }
    }
}

/// Whether a key may be used, as far as the directory knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialStatus {
    /// Usable until its expiry, if it has one.
    Active,
    /// Switched off.
    Inactive,
}

/// What stands behind an access key id.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// Secret access key.
    pub secret: String,
    /// Session token that must come along.
    pub token: Option<String>,
    /// Expiry of temporary credentials, milliseconds since the epoch.
    pub expires_ms: Option<i64>,
    /// On or off.
    pub status: CredentialStatus,
}

/// Secret of the keys that stand for an account's root by convention.
const WELL_KNOWN_SECRET: &str = "test";

/// What stands behind `access_key_id`: `test` is root of `default_account`, twelve digits are root of that account, and
/// anything else must have been created. `None`: unknown, or its user or role is gone.
pub fn resolve(
    tx: &Tx,
    access_key_id: &str,
    default_account: &str,
    partition: &str,
) -> Result<Option<Credential>, StoreError> {
    if access_key_id == "test" {
        return Ok(Some(well_known(access_key_id, default_account, partition)));
    }
    if access_key_id.len() == 12 && access_key_id.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Some(well_known(access_key_id, access_key_id, partition)));
    }
    let key = access_key_id.to_owned();
    if let Some(k) = tx.get::<AccessKeys>(&key)? {
        let mut identity = match k.user.as_str() {
            "" => Identity::root(&k.partition, &k.account),
            user => match user_identity(tx, &k.partition, &k.account, user, None)? {
                Some(i) => i,
                None => return Ok(None),
            },
        };
        identity.access_key_id = key;
        let identity = Arc::new(identity);
        let status = if k.active { CredentialStatus::Active } else { CredentialStatus::Inactive };
        return Ok(Some(Credential { identity, secret: k.secret, token: None, expires_ms: None, status }));
    }
    match tx.get::<Sessions>(&key)? {
        Some(s) => temporary(tx, key, s),
        None => Ok(None),
    }
}

fn well_known(access_key_id: &str, account: &str, partition: &str) -> Credential {
    let identity =
        Arc::new(Identity { access_key_id: access_key_id.to_owned(), ..Identity::root(partition, account) });
    let secret = WELL_KNOWN_SECRET.to_owned();
    Credential { identity, secret, token: None, expires_ms: None, status: CredentialStatus::Active }
}

fn temporary(tx: &Tx, access_key_id: String, s: Session) -> Result<Option<Credential>, StoreError> {
    let identity = match s.kind {
        SessionKind::AssumedRole => role_identity(tx, &s)?,
        SessionKind::Federated => federated_identity(tx, &s)?,
        SessionKind::SessionToken | SessionKind::AssumedRoot if s.principal.is_empty() => {
            Some(Identity::root(&s.partition, &s.account))
        }
        SessionKind::SessionToken | SessionKind::AssumedRoot => {
            user_identity(tx, &s.partition, &s.account, &s.principal, Some(&s.principal_id))?
        }
    };
    let Some(mut identity) = identity else { return Ok(None) };
    identity.access_key_id = access_key_id;
    let (secret, token, expires_ms) = (s.secret.clone(), Some(s.token.clone()), Some(s.expires_ms));
    identity.session = Some(Arc::new(s));
    let identity = Arc::new(identity);
    Ok(Some(Credential { identity, secret, token, expires_ms, status: CredentialStatus::Active }))
}

/// The user of that name; with `id`, only if it is still the same user.
fn user_identity(
    tx: &Tx,
    partition: &str,
    account: &str,
    name: &str,
    id: Option<&str>,
) -> Result<Option<Identity>, StoreError> {
    let user = tx.get::<Users>(&entity_key(partition, account, name))?;
    Ok(user.filter(|u| id.is_none_or(|id| u.id == id)).map(|u| Identity {
        kind: IdentityKind::User,
        arn: format!("arn:{partition}:iam::{account}:user{}{}", u.path, u.name),
        user_id: u.id,
        name: u.name,
        path: u.path,
        ..Identity::root(partition, account)
    }))
}

/// The session of a role that still exists under the same id.
fn role_identity(tx: &Tx, s: &Session) -> Result<Option<Identity>, StoreError> {
    let role = tx.get::<Roles>(&entity_key(&s.partition, &s.account, &s.principal))?;
    Ok(role.filter(|r| r.id == s.principal_id).map(|r| Identity {
        kind: IdentityKind::AssumedRole,
        arn: format!("arn:{}:sts::{}:assumed-role/{}/{}", s.partition, s.account, r.name, s.session_name),
        user_id: format!("{}:{}", r.id, s.session_name),
        name: r.name,
        path: r.path,
        ..Identity::root(&s.partition, &s.account)
    }))
}

/// A federated user, as long as the user who vouched for them is still there.
fn federated_identity(tx: &Tx, s: &Session) -> Result<Option<Identity>, StoreError> {
    let behind = match s.principal.as_str() {
        "" => Some(Identity::root(&s.partition, &s.account)),
        user => user_identity(tx, &s.partition, &s.account, user, Some(&s.principal_id))?,
    };
    Ok(behind.map(|behind| Identity {
        kind: IdentityKind::Federated,
        arn: format!("arn:{}:sts::{}:federated-user/{}", s.partition, s.account, s.session_name),
        user_id: format!("{}:{}", s.account, s.session_name),
        ..behind
    }))
}
