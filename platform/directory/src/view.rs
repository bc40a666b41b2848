//! Compiled views: what the policies of a principal are, parsed and indexed, kept until its account's directory changes.
//! Every account has an epoch that any change to its users, groups, roles, policies or tags moves; a view of an older
//! epoch is never used, and one account's changes leave other accounts' views alone.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use authz::{Action, Candidates, NamedPolicy, PolicyDocument, PolicyKind, PolicySet};
use foldhash::HashMap;
use store::{Store, StoreError, Tx};

use crate::credentials::{Credential, Identity, IdentityKind, resolve};
use crate::last_use::LastUses;
use crate::managed::managed_policy;
use crate::tables::{Groups, Policies, PolicyVersions, Roles, Users, entity_key};

/// Views kept per account; beyond that the account's views are dropped at once and built again as needed.
const VIEWS_PER_ACCOUNT: usize = 4_096;
/// Credentials kept in all.
const CREDENTIALS: usize = 16_384;
/// What a federated user may whom root vouches for, before session policies: all that root may.
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
/// Parsed documents kept in all.
const DOCUMENTS: usize = 8_192;

/// The policies and tags of one principal.
#[derive(Debug)]
pub struct PrincipalView {
    /// Identity-based policies: its own and its groups'.
    pub identity: PolicySet,
    /// Permissions boundary.
    pub boundary: Option<PolicySet>,
    /// Session policies.
    pub session: Option<PolicySet>,
    /// `aws:PrincipalTag/…`: the principal's tags, under its session's.
    pub tags: Vec<(String, String)>,
    actions: RwLock<HashMap<Box<str>, Arc<ActionView>>>,
}

/// The statements of a view that can apply to one action.
#[derive(Debug)]
pub struct ActionView {
    /// The action, parsed.
    pub action: Action,
    /// Of the identity-based policies.
    pub identity: Candidates,
    /// Of the boundary.
    pub boundary: Option<Candidates>,
    /// Of the session policies.
    pub session: Option<Candidates>,
}

impl PrincipalView {
    /// What of this view applies to an action. Actions come from the services' tables, so they are few.
    pub fn action(&self, action: &str) -> Arc<ActionView> {
        if let Some(v) = self.actions.read().unwrap_or_else(PoisonError::into_inner).get(action) {
            return v.clone();
        }
        let parsed = Action::new(action);
        let view = Arc::new(ActionView {
            identity: self.identity.candidates(&parsed),
            boundary: self.boundary.as_ref().map(|s| s.candidates(&parsed)),
            session: self.session.as_ref().map(|s| s.candidates(&parsed)),
            action: parsed,
        });
        let mut all = self.actions.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(action.into(), view.clone());
        view
    }
}

#[derive(Default)]
struct AccountViews {
    epoch: u64,
    views: HashMap<String, Arc<PrincipalView>>,
}

/// A document with the text it was parsed from, so that texts of the same hash are told apart.
struct Parsed {
    kind: PolicyKind,
    text: Box<str>,
    document: Arc<PolicyDocument>,
}

/// The directory as the authorizer asks it.
#[derive(Default)]
pub struct Directory {
    /// By account. An account of the same number in another partition shares the epoch, which does no harm.
    epochs: RwLock<HashMap<String, Arc<AtomicU64>>>,
    accounts: RwLock<HashMap<String, AccountViews>>,
    credentials: RwLock<HashMap<String, (Arc<Credential>, u64)>>,
    documents: RwLock<HashMap<u64, Parsed>>,
    /// When keys and principals were last used.
    pub last_uses: LastUses,
    kept: AtomicU64,
    built: AtomicU64,
}

impl Directory {
    /// Says that something of an account's directory changed. Called after the change is visible and before it is
    /// answered, so that the very next call sees it.
    pub fn changed(&self, account: &str) {
        self.epoch_of(account).fetch_add(1, Ordering::AcqRel);
    }

    /// How often a view was found kept, and how often it had to be built, since the start.
    pub fn views_asked(&self) -> (u64, u64) {
        (self.kept.load(Ordering::Relaxed), self.built.load(Ordering::Relaxed))
    }

    /// Forgets everything: the whole state was replaced.
    pub fn clear(&self) {
        for epoch in self.epochs.read().unwrap_or_else(PoisonError::into_inner).values() {
            epoch.fetch_add(1, Ordering::AcqRel);
        }
        self.accounts.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.credentials.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn epoch_of(&self, account: &str) -> Arc<AtomicU64> {
        if let Some(e) = self.epochs.read().unwrap_or_else(PoisonError::into_inner).get(account) {
            return e.clone();
        }
        let mut all = self.epochs.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(account.to_owned()).or_default().clone()
    }

    fn epoch(&self, account: &str) -> u64 {
        let known = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(epoch) = known.get(account) {
            return epoch.load(Ordering::Acquire);
        }
        drop(known);
        self.epoch_of(account).load(Ordering::Acquire)
    }

    /// What stands behind an access key id, as of now.
    pub fn credential(
        &self,
        store: &Store,
        access_key_id: &str,
        default_account: &str,
        partition: &str,
    ) -> Result<Option<Arc<Credential>>, StoreError> {
        if let Some((c, epoch)) =
            self.credentials.read().unwrap_or_else(PoisonError::into_inner).get(access_key_id)
            && c.identity.partition == partition
            && *epoch == self.epoch(&c.identity.account)
        {
            return Ok(Some(c.clone()));
        }
        // The account is known only after the read, so the epoch is read around it: the same before and after means
        // that nothing changed in between.
        loop {
            let Some(found) = resolve(&store.tx(), access_key_id, default_account, partition)? else {
                return Ok(None);
            };
            let before = self.epoch(&found.identity.account);
            let Some(again) = resolve(&store.tx(), access_key_id, default_account, partition)? else {
                return Ok(None);
            };
            if before != self.epoch(&again.identity.account) {
                continue;
            }
            let credential = Arc::new(again);
            let mut all = self.credentials.write().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= CREDENTIALS {
                all.clear();
            }
            all.insert(access_key_id.to_owned(), (credential.clone(), before));
            return Ok(Some(credential));
        }
    }

    /// The compiled policies of a caller, as of now.
    pub fn view(&self, store: &Store, who: &Identity) -> Result<Arc<PrincipalView>, StoreError> {
        let key = match &who.session {
            Some(_) => who.access_key_id.as_str(),
            None => who.arn.as_str(),
        };
        let epoch = self.epoch(&who.account);
        if let Some(a) = self.accounts.read().unwrap_or_else(PoisonError::into_inner).get(&who.account)
            && a.epoch == epoch
            && let Some(v) = a.views.get(key)
        {
            self.kept.fetch_add(1, Ordering::Relaxed);
            return Ok(v.clone());
        }
        self.built.fetch_add(1, Ordering::Relaxed);
        let view = Arc::new(self.build(&store.tx(), who)?);
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        let a = accounts.entry(who.account.clone()).or_default();
        if a.epoch < epoch || a.views.len() >= VIEWS_PER_ACCOUNT {
            a.views.clear();
            a.epoch = a.epoch.max(epoch);
        }
        if a.epoch == epoch {
            a.views.insert(key.to_owned(), view.clone());
        }
        Ok(view)
    }

    /// The parsed document of that text. A text that doesn't parse grants nothing and denies nothing; such texts are
    /// refused where policies are stored, so this is for rows of older versions.
    pub fn document(&self, kind: PolicyKind, text: &str) -> Option<Arc<PolicyDocument>> {
        let mut h = DefaultHasher::new();
        (kind as u8, text).hash(&mut h);
        let hash = h.finish();
        if let Some(p) = self.documents.read().unwrap_or_else(PoisonError::into_inner).get(&hash)
            && p.kind == kind
            && *p.text == *text
        {
            return Some(p.document.clone());
        }
        let document = Arc::new(PolicyDocument::parse(text, kind).ok()?);
        let mut all = self.documents.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= DOCUMENTS {
            all.clear();
        }
        all.insert(hash, Parsed { kind, text: text.into(), document: document.clone() });
        Some(document)
    }

    /// The text of the default version of a managed policy.
    pub fn managed_document(&self, tx: &Tx, arn: &str) -> Result<Option<String>, StoreError> {
        let mut parts = arn.splitn(6, ':').skip(1);
        let (Some(partition), Some(account), Some(resource)) = (parts.next(), parts.nth(2), parts.next())
        else {
            return Ok(None);
        };
        let Some(path_and_name) = resource.strip_prefix("policy/") else { return Ok(None) };
        if account == "aws" {
            return Ok(managed_policy(path_and_name).map(|p| p.document.clone()));
        }
        let name = path_and_name.rsplit('/').next().unwrap_or(path_and_name);
        let key = entity_key(partition, account, name);
        let Some(policy) = tx.get::<Policies>(&key)? else { return Ok(None) };
        let version = tx.get::<PolicyVersions>(&(key.0, key.1, key.2, policy.default_version))?;
        Ok(version.map(|v| v.document))
    }

    fn build(&self, tx: &Tx, who: &Identity) -> Result<PrincipalView, StoreError> {
        let mut b = Builder { directory: self, tx, identity: Vec::new() };
        let (mut boundary, mut tags) = (None, Vec::new());
        let key = entity_key(&who.partition, &who.account, &who.name);
        match who.kind {
            IdentityKind::User | IdentityKind::Federated if !who.name.is_empty() => {
                if let Some(user) = tx.get::<Users>(&key)? {
                    b.add(&user.attached, user.inline.iter())?;
                    for name in &user.groups {
                        let key = entity_key(&who.partition, &who.account, name);
                        if let Some(g) = tx.get::<Groups>(&key)? {
                            b.add(&g.attached, g.inline.iter())?;
                        }
                    }
                    (boundary, tags) = (user.boundary, user.tags);
                }
            }
            IdentityKind::Federated => b.add_text("root", EVERYTHING),
            IdentityKind::AssumedRole => {
                if let Some(role) = tx.get::<Roles>(&key)? {
                    b.add(&role.attached, role.inline.iter())?;
                    (boundary, tags) = (role.boundary, role.tags);
                }
            }
            _ => {}
        }
        let identity = PolicySet::new(b.identity);
        let boundary = match boundary {
            Some(arn) => Some(self.set_of(tx, &[arn], &[], PolicyKind::Boundary)?),
            None => None,
        };
        let mut session = None;
        if let Some(s) = &who.session {
            let must_allow = who.kind == IdentityKind::Federated;
            if must_allow || !s.policies.is_empty() || !s.policy_arns.is_empty() {
                session = Some(self.set_of(tx, &s.policy_arns, &s.policies, PolicyKind::Session)?);
            }
            tags.retain(|(k, _)| !s.tags.iter().any(|(t, _)| t.eq_ignore_ascii_case(k)));
            tags.extend(s.tags.iter().cloned());
        }
        Ok(PrincipalView { identity, boundary, session, tags, actions: RwLock::default() })
    }

    fn set_of(
        &self,
        tx: &Tx,
        arns: &[String],
        inline: &[String],
        kind: PolicyKind,
    ) -> Result<PolicySet, StoreError> {
        let mut named = Vec::new();
        for arn in arns {
            let text = self.managed_document(tx, arn)?;
            if let Some(document) = text.and_then(|t| self.document(kind, &t)) {
                named.push(NamedPolicy { name: arn.as_str().into(), document });
            }
        }
        for text in inline {
            if let Some(document) = self.document(kind, text) {
                named.push(NamedPolicy { name: "session policy".into(), document });
            }
        }
        Ok(PolicySet::new(named))
    }
}

struct Builder<'a> {
    directory: &'a Directory,
    tx: &'a Tx,
    identity: Vec<NamedPolicy>,
}

impl Builder<'_> {
    fn add_text(&mut self, name: &str, text: &str) {
        if let Some(document) = self.directory.document(PolicyKind::Identity, text) {
            self.identity.push(NamedPolicy { name: name.into(), document });
        }
    }

    fn add<'t>(
        &mut self,
        attached: &[String],
        inline: impl Iterator<Item = (&'t String, &'t String)>,
    ) -> Result<(), StoreError> {
        for arn in attached {
            let text = self.directory.managed_document(self.tx, arn)?;
            if let Some(document) = text.and_then(|t| self.directory.document(PolicyKind::Identity, &t)) {
                self.identity.push(NamedPolicy { name: arn.as_str().into(), document });
            }
        }
        for (name, text) in inline {
            self.add_text(name, text);
        }
        Ok(())
    }
}
