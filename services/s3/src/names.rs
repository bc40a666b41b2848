//! Names: what a bucket may be called, how long a key may be, ARNs, canonical user ids.
//! Source: S3 user guide, "Bucket naming rules", "Creating object key names".

use codec::Fault;
use kernel::Scope;
use sha2::{Digest, Sha256};

use crate::encryption::hex;
use crate::err;

/// The longest key, in bytes of UTF-8.
const KEY_BYTES: usize = 1_024;

/// Whether a new bucket may have that name.
pub(crate) fn is_bucket_name(name: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends = |at: Option<&u8>| at.copied().is_some_and(plain);
    let is_address = name.split('.').count() == 4 && name.split('.').all(|p| p.parse::<u8>().is_ok());
    let prefixes = ["xn--", "sthree-", "amzn-s3-demo-"];
    let suffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    (3..=63).contains(&name.len())
        && bytes.iter().all(|c| plain(*c) || matches!(c, b'-' | b'.'))
        && ends(bytes.first())
        && ends(bytes.last())
        && !name.contains("..")
        && !is_address
        && !prefixes[..2].iter().any(|p| name.starts_with(p))
        && !suffixes.iter().any(|s| name.ends_with(s))
}

/// Errors: `KeyTooLongError`.
pub(crate) fn check_key(key: &str) -> Result<(), Fault> {
    if key.len() > KEY_BYTES { Err(err::key_too_long(key)) } else { Ok(()) }
}

/// `arn:aws:s3:::bucket`
pub(crate) fn bucket_arn(scope: &Scope, bucket: &str) -> String {
    ["arn:", scope.partition, ":s3:::", bucket].concat()
}

/// `arn:aws:s3:::bucket/key`
pub(crate) fn object_arn(scope: &Scope, bucket: &str, key: &str) -> String {
    ["arn:", scope.partition, ":s3:::", bucket, "/", key].concat()
}

/// The canonical user id of an account: 64 hexadecimal digits, always the same ones.
pub(crate) fn canonical_id(account: &str) -> String {
    hex(&Sha256::digest(["canonical user of ", account].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules() {
        for good in ["abc", "my-bucket", "my.bucket.1", "123", &"a".repeat(63)] {
            assert!(is_bucket_name(good), "{good}");
        }
        for bad in [
            "ab",
            &"a".repeat(64),
            "Abc",
            "-abc",
            "abc-",
            ".abc",
            "a..b",
            "192.168.5.4",
            "xn--abc",
            "sthree-a",
            "a_b",
            "abc-s3alias",
            "abc--ol-s3",
        ] {
            assert!(!is_bucket_name(bad), "{bad}");
        }
    }

    #[test]
    fn canonical_ids_are_64_digits_and_stay() {
        assert_eq!(canonical_id("000000000000").len(), 64);
        assert_eq!(canonical_id("000000000000"), canonical_id("000000000000"));
        assert_ne!(canonical_id("000000000000"), canonical_id("111111111111"));
    }
}
