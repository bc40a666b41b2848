//! Ids that IAM gives out: unique ids of entities, access key ids, secrets.
//! Source: IAM user guide, "IAM identifiers" (prefixes); the account inside an access key id is what STS's
//! GetAccessKeyInfo reads out of it, and what public decoders agree on: 16 characters of base32 are 80 bits, a one, forty
//! bits of account, 39 of the key's own.

use kernel::{BASE32, BASE64, Cx};

/// `AIDA…`: a prefix of four and 17 characters.
pub(crate) fn unique(cx: &Cx, prefix: &str) -> String {
    format!("{prefix}{}", cx.ids.text("iam.unique", 17, BASE32))
}

/// `AKIA…`: 20 characters that name the account.
pub(crate) fn access_key(cx: &Cx) -> String {
    let account: u128 = cx.scope.account.parse().unwrap_or(0);
    let mut own = [0; 16];
    own.copy_from_slice(&cx.ids.bytes("iam.access_key")[..16]);
    let own = u128::from_be_bytes(own) & ((1 << 39) - 1);
    let bits = (1 << 79) | (account << 39) | own;
    let digits = (0..16).rev().map(|i| char::from(BASE32[(bits >> (5 * i)) as usize & 31]));
    format!("AKIA{}", digits.collect::<String>())
}

/// A secret access key: 40 characters.
pub(crate) fn secret(cx: &Cx) -> String {
    cx.ids.text("iam.secret", 40, BASE64)
}
