//! The keys that encrypt messages at rest. Amazon SQS's own encrypt whatever is asked for nothing else. Of KMS's there is
//! only the account's `alias/aws/sqs`: KMS doesn't stand yet, so that no other key exists. As with AWS, a queue takes any name
//! for its key, and it shows when a message is sent.
//! Source: SQS developer guide, "Encryption at rest", "Key management": the policy of the AWS managed key lets in the
//! principals of its account. Inferred: the texts are KMS's, as other services pass them on (recorded of S3).

use codec::Fault;
use directory::IdentityKind;
use kernel::Cx;
use shapes_sqs::err;

use crate::state::Queue;

const MANAGED: &str = "alias/aws/sqs";

/// Whether a message can be encrypted with the queue's key.
///
/// Errors: KmsNotFound: there is no such key. KmsAccessDenied: the key serves its own account alone.
pub(crate) fn check_key(cx: &Cx, q: &Queue) -> Result<(), Fault> {
    let Some(key) = q.kms_key.as_deref() else { return Ok(()) };
    let prefix = format!("arn:{}:kms:{}:{}:", cx.scope.partition, cx.scope.region, cx.scope.account);
    let name = key.strip_prefix(&prefix).unwrap_or(key);
    if name != MANAGED {
        return Err(err::kms_not_found(not_found(name, &prefix)));
    }
    if cx.caller.account != cx.scope.account || cx.caller.kind == IdentityKind::Service {
        return Err(err::kms_access_denied(
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are \
             not allowed to access.",
        ));
    }
    Ok(())
}

/// KMS's words for a key that isn't there.
fn not_found(name: &str, prefix: &str) -> String {
    if name.starts_with("alias/") {
        return format!("Alias {prefix}{name} is not found.");
    }
    if let Some(region) = name.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2)) {
        return format!("Invalid arn {region}");
    }
    let id = name.strip_prefix("key/").unwrap_or(name);
    match is_key_id(id) {
        true => format!("Key '{prefix}key/{id}' does not exist"),
        false => format!("Invalid keyId '{id}'"),
    }
}

/// A UUID, or the id of a multi-Region key.
fn is_key_id(id: &str) -> bool {
    let hex = |t: &str| t.bytes().all(|b| b.is_ascii_hexdigit());
    id.strip_prefix("mrk-").is_some_and(|rest| rest.len() == 32 && hex(rest))
        || id.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && id.split('-').all(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_isnt_there_is_named_as_kms_names_it() {
        let prefix = "arn:aws:kms:us-east-1:000000000000:";
        for (name, said) in [
            ("alias/mine", "Alias arn:aws:kms:us-east-1:000000000000:alias/mine is not found."),
            ("testKeyId", "Invalid keyId 'testKeyId'"),
            ("arn:aws:kms:eu-west-1:000000000000:key/x", "Invalid arn eu-west-1"),
            (
                "134f2428-cec1-4b25-a1ae-9048164dba47",
                "Key 'arn:aws:kms:us-east-1:000000000000:key/134f2428-cec1-4b25-a1ae-9048164dba47' does not exist",
            ),
        ] {
            assert_eq!(not_found(name, prefix), said);
        }
    }
}
