//! Ids of resources as AWS forms them: a prefix that tells the type, a dash, seventeen hex digits of which the first is 0.
//! Ids of older resources had eight digits; both are well formed.

use kernel::{Cx, HEX};
use sha2::{Digest, Sha256};

/// A new id: `vpc-0123456789abcdef0`. One stream per prefix.
pub(crate) fn fresh(cx: &Cx, prefix: &'static str) -> String {
    format!("{prefix}-0{}", cx.ids.text(prefix, 16, HEX))
}

/// An id that is the same for the same account, region and place in it: those of the default VPC's furniture.
pub(crate) fn settled(cx: &Cx, prefix: &str, place: &str) -> String {
    let mut h = Sha256::new();
    for part in [prefix, &cx.scope.account, cx.scope.region, place] {
        h.update(part.as_bytes());
        h.update([0]);
    }
    let digest = h.finalize();
    let hex: String = digest[..8].iter().map(|b| format!("{b:02x}")).collect();
    format!("{prefix}-0{hex}")
}

/// Whether it has the form of an id with that prefix.
pub(crate) fn is_well_formed(prefix: &str, id: &str) -> bool {
    let digits = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
    digits.is_some_and(|d| {
        matches!(d.len(), 8 | 17) && d.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::is_well_formed;

    #[test]
    fn forms() {
        for good in ["vpc-0123456789abcdef0", "vpc-1a2b3c4d"] {
            assert!(is_well_formed("vpc", good), "{good}");
        }
        for bad in ["vpc-", "vpc-0123456789abcdef", "vpc-XYZ23456", "subnet-1a2b3c4d", "vpc1a2b3c4d", ""] {
            assert!(!is_well_formed("vpc", bad), "{bad}");
        }
    }
}
