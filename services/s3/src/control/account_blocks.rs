//! PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock, of an account: what they say holds for all its buckets
//! and access points, in every region, beside what those say themselves (`access.rs`).

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3control::{
    DeletePublicAccessBlockRequest, GetPublicAccessBlockOutput, GetPublicAccessBlockRequest,
    PublicAccessBlockConfiguration, PutPublicAccessBlockRequest,
};

use super::{err, guard};
use crate::access::{BLOCKS, Blocks};
use crate::state::{AccountConfigs, Config};
use crate::{err as s3_err, settings};

pub(super) fn put_guard(cx: &Cx, i: &PutPublicAccessBlockRequest) -> Result<Guard, Fault> {
    guard::account(cx, &i.account_id)
}

pub(super) fn get_guard(cx: &Cx, i: &GetPublicAccessBlockRequest) -> Result<Guard, Fault> {
    guard::account(cx, &i.account_id)
}

pub(super) fn delete_guard(cx: &Cx, i: &DeletePublicAccessBlockRequest) -> Result<Guard, Fault> {
    guard::account(cx, &i.account_id)
}

fn key(cx: &Cx) -> (String, String, String) {
    (cx.scope.partition.to_owned(), cx.scope.account.clone(), BLOCKS.to_owned())
}

/// The four settings as given; what isn't said is off.
pub(crate) fn read(config: &PublicAccessBlockConfiguration) -> Blocks {
    Blocks {
        public_acls: config.block_public_acls == Some(true),
        ignore_acls: config.ignore_public_acls == Some(true),
        public_policy: config.block_public_policy == Some(true),
        restrict: config.restrict_public_buckets == Some(true),
    }
}

/// As answers show them.
pub(crate) fn shown(blocks: Blocks) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration {
        block_public_acls: Some(blocks.public_acls),
        ignore_public_acls: Some(blocks.ignore_acls),
        block_public_policy: Some(blocks.public_policy),
        restrict_public_buckets: Some(blocks.restrict),
    }
}

/// Errors: InvalidRequest: a configuration without any setting (recorded).
pub(super) fn put(cx: &mut Cx, i: &PutPublicAccessBlockRequest) -> Result<Empty, Fault> {
    let config = &i.public_access_block_configuration;
    let PublicAccessBlockConfiguration {
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
    } = config;
    let all = [block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets];
    if all.iter().all(|setting| setting.is_none()) {
        return Err(s3_err::invalid_request("Must specify at least one configuration."));
    }
    let row = Config { text: read(config).to_text(), changed_ms: cx.now_ms };
    cx.put::<AccountConfigs>(&key(cx), &row);
    Ok(Empty {})
}

/// Errors: NoSuchPublicAccessBlockConfiguration.
pub(super) fn get(cx: &mut Cx, i: &GetPublicAccessBlockRequest) -> Result<GetPublicAccessBlockOutput, Fault> {
    let text = settings::of_account(cx, &i.account_id, BLOCKS)?;
    let text = text.ok_or_else(|| err::no_account_blocks(&i.account_id))?;
    Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(shown(Blocks::of_text(&text))) })
}

/// A configuration that isn't there is removed already.
pub(super) fn delete(cx: &mut Cx, _: &DeletePublicAccessBlockRequest) -> Result<Empty, Fault> {
    cx.delete::<AccountConfigs>(&key(cx));
    Ok(Empty {})
}
