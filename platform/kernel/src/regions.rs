//! Regions and partitions: which exist and to whom they belong. Facts come from `facts/regions.tsv`; endpoints and
//! opt-in state per account are elsewhere.

use std::collections::BTreeMap;
use std::sync::OnceLock;

static FACTS: &str = include_str!("../../../facts/regions.tsv");

/// A region as AWS's own tables describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// `us-east-1`
    pub name: &'static str,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: &'static str,
    /// Off in a fresh account.
    pub opt_in: bool,
    /// Ids of its availability zones, comma separated.
    zone_ids: &'static str,
}

impl Region {
    /// Ids of its availability zones: `use1-az1`.
    pub fn zone_ids(&self) -> impl Iterator<Item = &'static str> {
        self.zone_ids.split(',')
    }
}

/// The region of that name, if it exists.
pub fn region(name: &str) -> Option<&'static Region> {
    table().get(name)
}

/// The region that a signature's scope names: one that exists, or a partition's home under the name that SDKs have for
/// clients without a region (`aws-global`). Given AWS's own endpoint they sign for the home region itself; given another
/// endpoint, Java's and others sign that name.
pub fn signed_for(name: &str) -> Option<&'static Region> {
    region(name).or_else(|| {
        let partition = name.strip_suffix("-global")?;
        ["aws", "aws-cn", "aws-us-gov"].contains(&partition).then(|| region(home_region(partition)))?
    })
}

/// Every region, by name.
pub fn regions() -> impl Iterator<Item = &'static Region> {
    table().values()
}

/// The region in which a partition's global services have their home.
pub fn home_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// The suffix of a partition's host names: `amazonaws.com`.
pub fn dns_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    }
}

fn table() -> &'static BTreeMap<&'static str, Region> {
    static TABLE: OnceLock<BTreeMap<&'static str, Region>> = OnceLock::new();
    TABLE.get_or_init(|| FACTS.lines().filter(|l| !l.starts_with('#')).filter_map(parse).collect())
}

fn parse(line: &'static str) -> Option<(&'static str, Region)> {
    let mut f = line.split('\t');
    let (name, partition, opt_in, zone_ids) = (f.next()?, f.next()?, f.next()? == "1", f.next()?);
    Some((name, Region { name, partition, opt_in, zone_ids }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_facts_is_a_region() {
        let lines = FACTS.lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(regions().count(), lines);
        assert_eq!(region("cn-north-1").map(|r| r.partition), Some("aws-cn"));
        assert_eq!(region("us-gov-west-1").map(|r| r.partition), Some("aws-us-gov"));
        assert_eq!(region("us-east-1").map(|r| r.zone_ids().count()), Some(6));
        assert!(region("us-east-7").is_none());
    }

    #[test]
    fn a_signature_may_name_a_partition_for_its_home() {
        let named = |name| signed_for(name).map(|r| r.name);
        assert_eq!(named("aws-global"), Some("us-east-1"));
        assert_eq!(named("aws-cn-global"), Some("cn-northwest-1"));
        assert_eq!(named("eu-west-1"), Some("eu-west-1"));
        assert_eq!(named("aws-iso-global"), None);
        assert_eq!(named("-global"), None);
        assert_eq!(named("global"), None);
    }
}
