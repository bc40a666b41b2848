//! Operations on who may: policies, access control lists, ownership, block public access.

mod blocks;
mod bucket_acl;
mod bucket_policy;
mod object_acl;
mod ownership;

use kernel::{Access, Operation};
use shapes_s3::op;

use crate::buckets::place;
use crate::control::through;

pub(super) use object_acl::changed_version;

/// Their rows.
pub(super) fn table() -> Vec<Operation> {
    let mut all = vec![
        Operation::write::<op::PutBucketPolicy>(bucket_policy::put_guard, bucket_policy::put)
            .placed_by::<op::PutBucketPolicy>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketPolicy>(bucket_policy::get_guard, bucket_policy::get)
            .resolved_by::<op::GetBucketPolicy>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetBucketPolicy>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketPolicy>(bucket_policy::delete_guard, bucket_policy::delete)
            .placed_by::<op::DeleteBucketPolicy>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketPolicyStatus>(bucket_policy::status_guard, bucket_policy::status)
            .placed_by::<op::GetBucketPolicyStatus>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutPublicAccessBlock>(blocks::put_guard, blocks::put)
            .placed_by::<op::PutPublicAccessBlock>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetPublicAccessBlock>(blocks::get_guard, blocks::get)
            .placed_by::<op::GetPublicAccessBlock>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeletePublicAccessBlock>(blocks::delete_guard, blocks::delete)
            .placed_by::<op::DeletePublicAccessBlock>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketOwnershipControls>(ownership::put_guard, ownership::put)
            .placed_by::<op::PutBucketOwnershipControls>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketOwnershipControls>(ownership::get_guard, ownership::get)
            .placed_by::<op::GetBucketOwnershipControls>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketOwnershipControls>(ownership::delete_guard, ownership::delete)
            .placed_by::<op::DeleteBucketOwnershipControls>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketAcl>(bucket_acl::put_guard, bucket_acl::put)
            .placed_by::<op::PutBucketAcl>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketAcl>(bucket_acl::get_guard, bucket_acl::get)
            .resolved_by::<op::GetBucketAcl>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetBucketAcl>(|tx, s, i| place(tx, s, &i.bucket)),
    ];
    all.extend([
        Operation::write::<op::PutObjectAcl>(object_acl::put_guard, object_acl::put)
            .resolved_by::<op::PutObjectAcl>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::PutObjectAcl>(|tx, s, i| place(tx, s, &i.bucket))
            .data(),
        Operation::read::<op::GetObjectAcl>(object_acl::get_guard, object_acl::get)
            .resolved_by::<op::GetObjectAcl>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetObjectAcl>(|tx, s, i| place(tx, s, &i.bucket))
            .data(),
    ]);
    // Policies and lists may let everybody in, to some of it.
    all.into_iter().map(|o| o.access(Access::Anonymous)).collect()
}
