//! Where a call happens: partition, account, region. No identity of the caller.

use crate::regions::{self, Region};

/// The place whose state a call sees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'static str,
    /// Twelve digits.
    pub account: String,
    /// `us-east-1`
    pub region: &'static str,
}

impl Scope {
    /// The scope of an account in a region.
    pub fn new(region: &Region, account: &str) -> Scope {
        Scope { partition: region.partition, account: account.to_owned(), region: region.name }
    }

    /// `partition/account/region`: how timers and the outbox name a scope.
    pub fn path(&self) -> String {
        format!("{}/{}/{}", self.partition, self.account, self.region)
    }

    /// Back from [`Scope::path`].
    pub fn from_path(path: &str) -> Option<Scope> {
        let mut parts = path.split('/');
        let (_, account, region) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Scope::new(regions::region(region)?, account))
    }

    /// `arn:{partition}:{service}:{region}:{account}:{rest}`
    pub fn arn(&self, service: &str, rest: &str) -> String {
        // Every call makes some: joining costs a fraction of formatting.
        ["arn:", self.partition, ":", service, ":", self.region, ":", &self.account, ":", rest].concat()
    }

    /// `arn:{partition}:{service}::{account}:{rest}`: for global services.
    pub fn global_arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}::{}:{rest}", self.partition, self.account)
    }
}
