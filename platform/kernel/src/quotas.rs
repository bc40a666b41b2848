//! Quotas: which there are and what they are by default (`facts/quotas.tsv`), and what applies to an account in a region. A
//! decision reads what applies ([`Cx::quota`]) and refuses in its service's own words. Who may raise one is a service's, or
//! the operator's over the admin API. Not rates of requests: those are `stage/throttles.rs`.

use std::sync::OnceLock;

use codec::Fault;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::cx::Cx;
use crate::profile::Profile;
use crate::regions::home_region;
use crate::scope::Scope;

static FACTS: &str = include_str!("../../../facts/quotas.tsv");

/// A quota as AWS lists it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Service, as Service Quotas names it: `vpc`.
    pub service: &'static str,
    /// `L-F678F1CE`
    pub code: &'static str,
    /// `VPCs per Region`
    pub name: &'static str,
    /// AWS's default.
    pub default: f64,
    dev: f64,
    /// Can be raised.
    pub adjustable: bool,
    /// One for the whole account, kept in the partition's home region.
    pub global: bool,
}

impl Quota {
    /// What applies where nothing was raised.
    pub fn at_first(&self, profile: Profile) -> f64 {
        match profile {
            Profile::Dev => self.dev,
            Profile::Real => self.default,
        }
    }

    /// The region in which it is kept, for a call in that scope.
    pub fn region(&self, scope: &Scope) -> &'static str {
        match self.global {
            true => home_region(scope.partition),
            false => scope.region,
        }
    }

    pub(crate) fn key(&self, scope: &Scope) -> AppliedKey {
        let texts = [self.region(scope), self.service, self.code].map(str::to_owned);
        let [region, service, code] = texts;
        (scope.account.clone(), region, service, code)
    }
}

/// Every quota, by service and code.
pub fn quotas() -> impl Iterator<Item = &'static Quota> {
    table().iter()
}

/// The quota of that service and code.
pub fn quota(service: &str, code: &str) -> Option<&'static Quota> {
    let at = table().binary_search_by(|q| (q.service, q.code).cmp(&(service, code))).ok()?;
    table().get(at)
}

/// In the order of the facts, which is that of services and codes.
fn table() -> &'static [Quota] {
    static TABLE: OnceLock<Vec<Quota>> = OnceLock::new();
    TABLE.get_or_init(|| FACTS.lines().filter(|l| !l.starts_with('#')).filter_map(parse).collect())
}

fn parse(line: &'static str) -> Option<Quota> {
    let mut cells = line.split('\t');
    let (service, code, name) = (cells.next()?, cells.next()?, cells.next()?);
    let default: f64 = cells.next()?.parse().ok()?;
    let dev = cells.next()?.parse().unwrap_or(default);
    let (adjustable, global) = (cells.next()? == "y", cells.next()? == "a");
    Some(Quota { service, code, name, default, dev, adjustable, global })
}

/// Account, region, service, code.
pub(crate) type AppliedKey = (String, String, String, String);

/// What was granted in place of the default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Granted {
    /// How many.
    pub value: f64,
}

impl Row for Granted {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.value);
    }
    fn read(r: &mut RowReader) -> Result<Granted, RowError> {
        Ok(Granted { value: r.get(1)? })
    }
}

/// Quotas that were raised. They lie in the keyspace of the service that raises them, `quotas`.
pub struct Applied;
impl Table for Applied {
    const NAME: &'static str = "quotas.applied";
    const VERSION: u16 = 1;
    type Key = AppliedKey;
    type Row = Granted;
}

impl Cx<'_> {
    /// How many of something the account may have here: what applies of the quota of that service and code, in whole things.
    ///
    /// Errors: an internal one, for a quota that isn't among the facts.
    pub fn quota(&self, service: &str, code: &str) -> Result<usize, Fault> {
        let known = quota(service, code);
        let known = known.ok_or_else(|| Fault::internal(format!("no quota {code} of {service}")))?;
        // Values lie between 0 and 10^10 by Service Quotas' model.
        Ok(self.quota_value(known)?.max(0.0) as usize)
    }

    /// What applies of a quota.
    pub fn quota_value(&self, quota: &Quota) -> Result<f64, Fault> {
        let granted = self.get::<Applied>(&quota.key(self.scope))?;
        Ok(granted.map_or(quota.at_first(self.profile), |g| g.value))
    }

    /// Grants a quota: from this commit on, that many.
    pub fn grant_quota(&mut self, quota: &Quota, value: f64) {
        let key = quota.key(self.scope);
        self.put::<Applied>(&key, &Granted { value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_facts_is_read_and_they_are_sorted() {
        let lines: Vec<&str> = FACTS.lines().filter(|l| !l.starts_with('#')).collect();
        assert_eq!(lines.len(), quotas().count());
        assert!(table().is_sorted_by(|a, b| (a.service, a.code) < (b.service, b.code)));
        assert!(lines.iter().all(|l| l.split('\t').count() == 8), "eight cells a line");
    }

    #[test]
    fn a_default_may_differ_by_profile() {
        let vcpus = quota("ec2", "L-1216C47A").expect("it is there");
        assert!(vcpus.at_first(Profile::Dev) > 1_000.0 && vcpus.at_first(Profile::Real) == 5.0);
        assert_eq!(quota("vpc", "L-1216C47A"), None);
    }
}
