//! PutBucketEncryption, GetBucketEncryption, DeleteBucketEncryption: what protects objects that ask for nothing. SSE-S3 does,
//! and nothing else can be asked for until KMS stands.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketEncryptionRequest, GetBucketEncryptionOutput, GetBucketEncryptionRequest,
    PutBucketEncryptionRequest, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};

use crate::settings::Kind;
use crate::{buckets, err, guard, settings};

const KIND: Kind = Kind {
    name: "encryption",
    operation: "PutBucketEncryption",
    member: "ServerSideEncryptionConfiguration",
};

pub(super) fn put_guard(cx: &Cx, i: &PutBucketEncryptionRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutEncryptionConfiguration")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketEncryptionRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetEncryptionConfiguration")
}

/// Removing is putting nothing.
pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketEncryptionRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutEncryptionConfiguration")
}

/// Errors: MalformedXML: not one rule; InvalidArgument: a key without KMS; NotImplemented: KMS, blocked types.
pub(super) fn put(cx: &mut Cx, i: &PutBucketEncryptionRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let asked = &i.server_side_encryption_configuration;
    let [rule] = &asked.rules[..] else { return Err(err::malformed_xml()) };
    let blocked = rule.blocked_encryption_types.iter().flat_map(|b| b.encryption_type.iter().flatten());
    if blocked.into_iter().any(|kind| kind != "NONE") {
        return Err(err::not_built("BlockedEncryptionTypes"));
    }
    let Some(by_default) = &rule.apply_server_side_encryption_by_default else {
        return Err(err::malformed_xml());
    };
    match by_default.sse_algorithm.as_str() {
        "AES256" if by_default.kms_master_key_id.is_some() => {
            let message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
            return Err(Fault::new("InvalidArgument", 400, message));
        }
        "AES256" => {}
        "aws:kms" | "aws:kms:dsse" => return Err(err::not_built("SSEAlgorithm: aws:kms")),
        _ => return Err(err::malformed_xml()),
    }
    settings::set(cx, &bucket, KIND, "", asked)?;
    Ok(Empty {})
}

/// Every bucket has one: SSE-S3, unless it was told otherwise.
pub(super) fn get(cx: &mut Cx, i: &GetBucketEncryptionRequest) -> Result<GetBucketEncryptionOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let found = settings::get(cx, &bucket, KIND, "")?.unwrap_or_else(|| ServerSideEncryptionConfiguration {
        rules: vec![ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
                sse_algorithm: "AES256".to_owned(),
                kms_master_key_id: None,
            }),
            bucket_key_enabled: Some(false),
            blocked_encryption_types: None,
        }],
    });
    Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(found) })
}

/// Back to SSE-S3.
pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketEncryptionRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    settings::remove(cx, &bucket, KIND.name, "");
    Ok(Empty {})
}
