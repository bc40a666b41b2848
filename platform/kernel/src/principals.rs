//! Whether the users and roles that a policy names are there: services that keep policies of resources ask before they
//! take one. What a policy means is `authz`'s; who calls is `authenticate.rs`'s.
//! Source: IAM user guide, "AWS JSON policy elements: Principal": a policy that names a principal which doesn't exist can't be saved.
//!
//! Differs: users and roles of an account in which nobody is are taken to exist; AWS asks every account.

use authz::PolicyDocument;
use codec::Fault;
use directory::{Roles, Users, entity_key};

use crate::cx::Cx;

impl Cx<'_> {
    /// The first user or role named by the policy as an `AWS` principal that isn't there.
    pub fn missing_principal<'p>(&self, policy: &'p PolicyDocument) -> Result<Option<&'p str>, Fault> {
        for (kind, value) in policy.statements().iter().flat_map(|s| s.principals()) {
            if kind == "AWS" && !self.may_exist(value)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// False for a user or role that isn't there.
    fn may_exist(&self, principal: &str) -> Result<bool, Fault> {
        let parts: Vec<&str> = principal.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts[..] else { return Ok(true) };
        let Some((word, rest)) = resource.split_once('/') else { return Ok(true) };
        let (path, name) = match rest.rsplit_once('/') {
            Some((path, name)) => (format!("/{path}/"), name),
            None => ("/".to_owned(), rest),
        };
        let key = entity_key(partition, account, name);
        let found = match word {
            "user" => self.get::<Users>(&key)?.is_some_and(|u| u.path == path && u.name == name),
            "role" => self.get::<Roles>(&key)?.is_some_and(|r| r.path == path && r.name == name),
            _ => true,
        };
        Ok(found || (account != self.scope.account && !self.is_inhabited(partition, account)?))
    }

    /// Whether an account has users or roles here.
    fn is_inhabited(&self, partition: &str, account: &str) -> Result<bool, Fault> {
        let prefix = (partition.to_owned(), account.to_owned());
        Ok(self.scan_prefix::<Users>(&prefix)?.next().is_some()
            || self.scan_prefix::<Roles>(&prefix)?.next().is_some())
    }
}
