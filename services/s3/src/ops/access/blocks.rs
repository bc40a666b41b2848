//! PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock, of a bucket.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeletePublicAccessBlockRequest, GetPublicAccessBlockOutput, GetPublicAccessBlockRequest,
    PublicAccessBlockConfiguration, PutPublicAccessBlockRequest,
};

use crate::access::{BLOCKS, Blocks};
use crate::{buckets, err, guard, settings};

pub(super) fn put_guard(cx: &Cx, i: &PutPublicAccessBlockRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketPublicAccessBlock")
}

pub(super) fn get_guard(cx: &Cx, i: &GetPublicAccessBlockRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketPublicAccessBlock")
}

/// Removing is putting nothing.
pub(super) fn delete_guard(cx: &Cx, i: &DeletePublicAccessBlockRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketPublicAccessBlock")
}

/// Errors: MalformedXML: a configuration without any setting.
pub(super) fn put(cx: &mut Cx, i: &PutPublicAccessBlockRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let PublicAccessBlockConfiguration {
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
    } = &i.public_access_block_configuration;
    let all = [block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets];
    if all.iter().all(|setting| setting.is_none()) {
        return Err(err::malformed_xml());
    }
    let [public_acls, ignore_acls, public_policy, restrict] = all.map(|setting| *setting == Some(true));
    let blocks = Blocks { public_acls, ignore_acls, public_policy, restrict };
    settings::set_text(cx, &bucket, BLOCKS, blocks.to_text());
    Ok(Empty {})
}

/// Errors: NoSuchPublicAccessBlockConfiguration.
pub(super) fn get(cx: &mut Cx, i: &GetPublicAccessBlockRequest) -> Result<GetPublicAccessBlockOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let text = settings::text(cx, &bucket, BLOCKS)?.ok_or_else(|| {
        let message = "The public access block configuration was not found";
        err::none_such("NoSuchPublicAccessBlockConfiguration", message, &i.bucket)
    })?;
    let Blocks { public_acls, ignore_acls, public_policy, restrict } = Blocks::of_text(&text);
    Ok(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some(PublicAccessBlockConfiguration {
            block_public_acls: Some(public_acls),
            ignore_public_acls: Some(ignore_acls),
            block_public_policy: Some(public_policy),
            restrict_public_buckets: Some(restrict),
        }),
    })
}

/// A configuration that isn't there is removed already.
pub(super) fn delete(cx: &mut Cx, i: &DeletePublicAccessBlockRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    settings::remove(cx, &bucket, BLOCKS, "");
    Ok(Empty {})
}
