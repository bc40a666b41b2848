//! For which regions a request was signed. Whether its signature holds is `authenticate.rs`'s.

use sigv4::Claim;

use crate::regions::{Region, region, regions};

/// The regions that a request was signed for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignedFor {
    /// None: it isn't signed, or with version 2, or it comes from inside.
    #[default]
    Nothing,
    /// One, which version 4 has in its scope.
    Region(&'static str),
    /// A set with wildcards, which version 4A has in a header or the query.
    Set(String),
}

impl SignedFor {
    /// What a claim says, whose region was found to be that one.
    pub(crate) fn claimed(claim: Option<&Claim>, region: &Region) -> SignedFor {
        match claim {
            Some(Claim { region_set: Some(set), .. }) => SignedFor::Set(set.clone()),
            Some(Claim { v2: None, .. }) => SignedFor::Region(region.name),
            _ => SignedFor::Nothing,
        }
    }

    /// Whether the request was signed for a region; one that wasn't signed at all was for none.
    pub fn holds(&self, name: &str) -> bool {
        match self {
            SignedFor::Nothing => false,
            SignedFor::Region(region) => *region == name,
            SignedFor::Set(set) => sigv4::is_in_region_set(set, name),
        }
    }

    /// As the client wrote it; empty for nothing.
    pub fn text(&self) -> &str {
        match self {
            SignedFor::Nothing => "",
            SignedFor::Region(region) => region,
            SignedFor::Set(set) => set,
        }
    }
}

/// The region in which a request is taken that was signed for a set: the server's own if the set holds it, or else the first
/// one that it names, or else the first one that it holds. AWS has as many endpoints as regions; here one serves them all.
pub(crate) fn region_of_set(set: &str, own: &'static Region) -> Option<&'static Region> {
    if sigv4::is_in_region_set(set, own.name) {
        return Some(own);
    }
    let named = set.split(',').find_map(|name| region(name.trim()));
    named.or_else(|| regions().find(|r| sigv4::is_in_region_set(set, r.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_leads_to_a_region() {
        let own = region("us-east-1").unwrap();
        for (set, found) in [
            ("*", Some("us-east-1")),
            ("us-west-2,us-east-1", Some("us-east-1")),
            ("eu-west-1, us-west-2", Some("eu-west-1")),
            ("eu-*,us-west-2", Some("us-west-2")),
            ("eu-w*-1", Some("eu-west-1")),
            ("nowhere", None),
            ("", None),
        ] {
            assert_eq!(region_of_set(set, own).map(|r| r.name), found, "{set}");
        }
    }

    #[test]
    fn regions_are_held() {
        assert!(!SignedFor::Nothing.holds("us-east-1"));
        assert!(SignedFor::Region("us-east-1").holds("us-east-1"));
        assert!(SignedFor::Set("us-*".to_owned()).holds("us-east-1"));
        assert!(!SignedFor::Set("us-*".to_owned()).holds("eu-west-1"));
    }
}
