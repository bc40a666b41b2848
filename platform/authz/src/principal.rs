//! Who calls, and what a policy's `Principal` element says of them. Authentication happened before; whether a principal
//! named in a policy exists is the caller's to check.

/// What sort of principal makes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// The account's root user.
    Root,
    /// An IAM user.
    User,
    /// A session of a role (`AssumeRole*`).
    RoleSession,
    /// A session made by `GetFederationToken`.
    FederatedUser,
    /// An AWS service, named by its service principal.
    Service,
    /// Whoever comes with a token or assertion of an identity provider (`AssumeRoleWithWebIdentity`, `…WithSAML`).
    Federated,
    /// Nobody in particular: an unsigned request.
    Anonymous,
}

/// The principal of a request.
#[derive(Clone, Copy, Debug)]
pub struct PrincipalRef<'a> {
    /// What sort it is.
    pub kind: PrincipalKind,
    /// Its ARN: of the user, of the session, of root. For a service its service principal name (`events.amazonaws.com`),
    /// for a federated principal the provider's ARN or name, for an anonymous one empty.
    pub arn: &'a str,
    /// Its account; empty for services, federated and anonymous principals.
    pub account: &'a str,
    /// For a role session the role's ARN, for a federated user the ARN of the user who federated.
    pub parent_arn: Option<&'a str>,
    /// Unique id of the user or role (`AIDA…`, `AROA…`), which stands in stored trust policies for a principal.
    pub unique_id: Option<&'a str>,
    /// The account's canonical user id.
    pub canonical_user: Option<&'a str>,
}

impl<'a> PrincipalRef<'a> {
    /// Makes a principal without the optional parts.
    pub fn new(kind: PrincipalKind, arn: &'a str, account: &'a str) -> Self {
        Self { kind, arn, account, parent_arn: None, unique_id: None, canonical_user: None }
    }

    /// Makes a role session.
    pub fn role_session(session_arn: &'a str, role_arn: &'a str, account: &'a str) -> Self {
        Self { parent_arn: Some(role_arn), ..Self::new(PrincipalKind::RoleSession, session_arn, account) }
    }

    fn has_account(&self) -> bool {
        !self.account.is_empty()
    }

    /// The principal itself and everything above it, each of which a `NotPrincipal` with `Deny` must name.
    fn chain(&self) -> impl Iterator<Item = Link<'a>> {
        let account = self.has_account().then_some(Link::Account);
        let own =
            (self.kind != PrincipalKind::Root && self.kind != PrincipalKind::Anonymous).then_some(Link::Own);
        [account, self.parent_arn.map(Link::Parent), own].into_iter().flatten()
    }
}

#[derive(Clone, Copy)]
enum Link<'a> {
    Account,
    Parent(&'a str),
    Own,
}

/// How a resource-based policy names a principal; the order is that of strength within one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// By its account: the account's own policies must also allow.
    Account,
    /// By its role (or by the user who federated): boundaries and session policies still limit it.
    Role,
    /// Directly, or as one of everybody: within the account nothing else needs to allow.
    Direct,
}

/// A `Principal` or `NotPrincipal` element.
#[derive(Debug)]
pub(crate) struct PrincipalElement {
    pub negated: bool,
    names: Vec<Name>,
}

#[derive(Debug)]
enum Name {
    Everyone,
    Account(String),
    Arn(String),
    UniqueId(String),
    Service(String),
    Federated(String),
    CanonicalUser(String),
}

impl PrincipalElement {
    /// Makes the element of (type, value) pairs that the checks have accepted.
    pub(crate) fn new(pairs: &[(String, String)], negated: bool) -> Self {
        let name = |(kind, value): &(String, String)| match kind.as_str() {
            "Service" => Name::Service(value.clone()),
            "Federated" => Name::Federated(value.clone()),
            "CanonicalUser" => Name::CanonicalUser(value.clone()),
            _ if value == "*" => Name::Everyone,
            _ => match account_of(value) {
                Some(account) => Name::Account(account.to_owned()),
                None if value.starts_with("arn:") => Name::Arn(value.clone()),
                None => Name::UniqueId(value.clone()),
            },
        };
        Self { negated, names: pairs.iter().map(name).collect() }
    }

    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.names.iter().map(|name| match name {
            Name::Everyone => ("*", "*"),
            Name::Account(text) | Name::Arn(text) | Name::UniqueId(text) => ("AWS", text.as_str()),
            Name::Service(text) => ("Service", text.as_str()),
            Name::Federated(text) => ("Federated", text.as_str()),
            Name::CanonicalUser(text) => ("CanonicalUser", text.as_str()),
        })
    }

    /// Whether a statement that allows is about the principal, and how strongly it names it.
    pub(crate) fn grants(&self, principal: &PrincipalRef<'_>) -> Option<Grant> {
        if self.negated {
            // Everybody but those named, by whichever of their names.
            let named = self.names.iter().any(|name| name.grant(principal).is_some());
            return (!named).then_some(Grant::Direct);
        }
        self.names.iter().filter_map(|name| name.grant(principal)).max()
    }

    /// Whether a statement that denies is about the principal. `NotPrincipal` spares only a principal whose every level
    /// is named: the account, the role and the session. Source: IAM user guide, "NotPrincipal with Deny".
    pub(crate) fn denies(&self, principal: &PrincipalRef<'_>) -> bool {
        if !self.negated {
            return self.names.iter().any(|name| name.grant(principal).is_some());
        }
        if self.names.iter().any(|name| matches!(name, Name::Everyone)) {
            return false;
        }
        let mut chain = principal.chain().peekable();
        chain.peek().is_none() || !chain.all(|link| self.names.iter().any(|name| name.is(link, principal)))
    }
}

impl Name {
    fn grant(&self, principal: &PrincipalRef<'_>) -> Option<Grant> {
        let parent_grant = Grant::Role;
        match self {
            Self::Everyone => Some(Grant::Direct),
            Self::Account(account) => {
                (principal.has_account() && account == principal.account).then_some(Grant::Account)
            }
            Self::CanonicalUser(id) => (principal.canonical_user == Some(id)).then_some(Grant::Account),
            Self::Service(name) => {
                (principal.kind == PrincipalKind::Service && name == principal.arn).then_some(Grant::Direct)
            }
            Self::Federated(name) => {
                (principal.kind == PrincipalKind::Federated && name == principal.arn).then_some(Grant::Direct)
            }
            Self::Arn(arn) if principal.has_account() && arn == principal.arn => Some(Grant::Direct),
            Self::Arn(arn) => (principal.parent_arn == Some(arn)).then_some(parent_grant),
            Self::UniqueId(id) if principal.unique_id == Some(id) => match principal.kind {
                PrincipalKind::User => Some(Grant::Direct),
                _ => Some(parent_grant),
            },
            Self::UniqueId(_) => None,
        }
    }

    fn is(&self, link: Link<'_>, principal: &PrincipalRef<'_>) -> bool {
        match (self, link) {
            (Self::Account(account), Link::Account) => account == principal.account,
            (Self::CanonicalUser(id), Link::Account) => principal.canonical_user == Some(id),
            (Self::Arn(arn), Link::Parent(parent)) => arn == parent,
            (Self::UniqueId(id), Link::Parent(_)) => principal.unique_id == Some(id),
            (_, Link::Own) => self.grant(principal) == Some(Grant::Direct),
            _ => false,
        }
    }
}

/// Returns the account that a principal text stands for: `111122223333` or `arn:aws:iam::111122223333:root`.
pub(crate) fn account_of(text: &str) -> Option<&str> {
    let account = match text.strip_prefix("arn:") {
        Some(rest) => {
            let (_partition, rest) = rest.split_once(':')?;
            rest.strip_prefix("iam::")?.strip_suffix(":root")?
        }
        None => text,
    };
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then_some(account)
}
