//! The operations, one file each, and their table.

mod abort_multipart_upload;
mod access;
mod complete_multipart_upload;
mod copy_object;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
mod delete_objects;
mod get_bucket_location;
mod get_object;
mod get_object_attributes;
mod head_bucket;
mod lifecycle;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_parts;
mod notification;
mod object_legal_hold;
mod object_lock_configuration;
mod object_retention;
mod put_object;
mod replication;
mod restore_object;
mod settings;
mod upload_part;
mod upload_part_copy;
mod versioning;

pub(crate) use copy_object::From;
pub(crate) use settings::{BUCKET_TAGS, tagged};

use kernel::{Access, Operation};
use shapes_s3::op;

use crate::control::through;
use crate::{buckets, integrity};

/// Every operation that is built.
pub(crate) fn table() -> Vec<Operation> {
    let mut all = on_buckets();
    all.extend(on_objects());
    all.extend(in_time());
    all.extend(on_uploads());
    all.extend(access::table());
    all.extend(settings::table());
    all.into_iter().map(integrity::checked).collect()
}

fn on_buckets() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateBucket>(create_bucket::guard, create_bucket::decide)
            .placed_by::<op::CreateBucket>(create_bucket::place),
        Operation::write::<op::DeleteBucket>(delete_bucket::guard, delete_bucket::decide)
            .placed_by::<op::DeleteBucket>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
        Operation::read::<op::HeadBucket>(head_bucket::guard, head_bucket::decide)
            .resolved_by::<op::HeadBucket>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
            .placed_by::<op::HeadBucket>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .denies(head_bucket::denied)
            .action("s3:ListBucket")
            .access(Access::Anonymous),
        Operation::read::<op::ListBuckets>(list_buckets::guard, list_buckets::decide)
            .action("s3:ListAllMyBuckets"),
        Operation::read::<op::GetBucketLocation>(get_bucket_location::guard, get_bucket_location::decide)
            .resolved_by::<op::GetBucketLocation>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetBucketLocation>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .access(Access::Anonymous),
        Operation::read::<op::GetBucketVersioning>(versioning::get_guard, versioning::get)
            .placed_by::<op::GetBucketVersioning>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketVersioning>(versioning::put_guard, versioning::put)
            .placed_by::<op::PutBucketVersioning>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
    ]
}

/// What the clock has a part in, and what tells of it: locks, lifecycle, archives, notifications.
fn in_time() -> Vec<Operation> {
    vec![
        Operation::read::<op::GetObjectLockConfiguration>(
            object_lock_configuration::get_guard,
            object_lock_configuration::get,
        )
        .placed_by::<op::GetObjectLockConfiguration>(|tx, s, i| buckets::place(tx, s, &i.bucket))
        .action("s3:GetBucketObjectLockConfiguration"),
        Operation::write::<op::PutObjectLockConfiguration>(
            object_lock_configuration::put_guard,
            object_lock_configuration::put,
        )
        .placed_by::<op::PutObjectLockConfiguration>(|tx, s, i| buckets::place(tx, s, &i.bucket))
        .action("s3:PutBucketObjectLockConfiguration"),
        Operation::read::<op::GetObjectRetention>(object_retention::get_guard, object_retention::get)
            .resolved_by::<op::GetObjectRetention>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetObjectRetention>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .data(),
        Operation::write::<op::PutObjectRetention>(object_retention::put_guard, object_retention::put)
            .resolved_by::<op::PutObjectRetention>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::PutObjectRetention>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .data(),
        Operation::read::<op::GetObjectLegalHold>(object_legal_hold::get_guard, object_legal_hold::get)
            .resolved_by::<op::GetObjectLegalHold>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetObjectLegalHold>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .data(),
        Operation::write::<op::PutObjectLegalHold>(object_legal_hold::put_guard, object_legal_hold::put)
            .resolved_by::<op::PutObjectLegalHold>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::PutObjectLegalHold>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .data(),
        Operation::read::<op::GetBucketLifecycleConfiguration>(lifecycle::get_guard, lifecycle::get)
            .placed_by::<op::GetBucketLifecycleConfiguration>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:GetLifecycleConfiguration"),
        Operation::write::<op::PutBucketLifecycleConfiguration>(lifecycle::put_guard, lifecycle::put)
            .placed_by::<op::PutBucketLifecycleConfiguration>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:PutLifecycleConfiguration"),
        Operation::write::<op::DeleteBucketLifecycle>(lifecycle::delete_guard, lifecycle::delete)
            .placed_by::<op::DeleteBucketLifecycle>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:PutLifecycleConfiguration"),
        Operation::read::<op::GetBucketReplication>(replication::get_guard, replication::get)
            .placed_by::<op::GetBucketReplication>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:GetReplicationConfiguration"),
        Operation::write::<op::PutBucketReplication>(replication::put_guard, replication::put)
            .placed_by::<op::PutBucketReplication>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:PutReplicationConfiguration")
            .goes_on(crate::replication::go_on),
        Operation::write::<op::DeleteBucketReplication>(replication::delete_guard, replication::delete)
            .placed_by::<op::DeleteBucketReplication>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:PutReplicationConfiguration"),
        Operation::write::<op::RestoreObject>(restore_object::guard, restore_object::decide)
            .resolved_by::<op::RestoreObject>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::RestoreObject>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .data(),
        Operation::read::<op::GetBucketNotificationConfiguration>(notification::get_guard, notification::get)
            .resolved_by::<op::GetBucketNotificationConfiguration>(|tx, s, m, i| {
                through::regional(tx, s, m, &mut i.bucket)
            })
            .placed_by::<op::GetBucketNotificationConfiguration>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:GetBucketNotification"),
        Operation::flow::<op::PutBucketNotificationConfiguration>(notification::put_guard, |f, i| {
            Box::pin(notification::put(f, i))
        })
        .placed_by::<op::PutBucketNotificationConfiguration>(|tx, s, i| buckets::place(tx, s, &i.bucket))
        .action("s3:PutBucketNotification"),
    ]
}

/// Data events, open to whom the bucket's policy or access control list lets in.
fn on_objects() -> Vec<Operation> {
    let all = vec![
        Operation::flow::<op::PutObject>(put_object::guard, |f, i| Box::pin(put_object::flow(f, i)))
            .resolved_by::<op::PutObject>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::PutObject>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
        Operation::flow::<op::GetObject>(get_object::guard, |f, i| Box::pin(get_object::flow(f, i)))
            .resolved_by::<op::GetObject>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetObject>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
        Operation::read::<op::HeadObject>(get_object::head_guard, get_object::head)
            .resolved_by::<op::HeadObject>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::HeadObject>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:GetObject"),
        Operation::flow::<op::CopyObject>(copy_object::guard, |f, i| Box::pin(copy_object::flow(f, i)))
            .resolved_by::<op::CopyObject>(|tx, s, m, i| {
                through::copy(tx, s, m, &mut i.bucket, &mut i.copy_source)
            })
            .placed_by::<op::CopyObject>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteObject>(delete_object::guard, delete_object::decide)
            .resolved_by::<op::DeleteObject>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::DeleteObject>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteObjects>(delete_objects::guard, delete_objects::decide)
            .resolved_by::<op::DeleteObjects>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
            .placed_by::<op::DeleteObjects>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:DeleteObject"),
        Operation::read::<op::ListObjects>(list_objects::guard_1, list_objects::decide_1)
            .resolved_by::<op::ListObjects>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
            .placed_by::<op::ListObjects>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:ListBucket"),
        Operation::read::<op::ListObjectsV2>(list_objects::guard_2, list_objects::decide_2)
            .resolved_by::<op::ListObjectsV2>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::ListObjectsV2>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:ListBucket"),
        Operation::read_in_order::<op::ListObjectVersions>(
            list_object_versions::guard,
            list_object_versions::decide,
        )
        .resolved_by::<op::ListObjectVersions>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
        .placed_by::<op::ListObjectVersions>(|tx, s, i| buckets::place(tx, s, &i.bucket))
        .action("s3:ListBucketVersions"),
    ];
    all.into_iter().map(|o| o.data().access(Access::Anonymous)).collect()
}

/// Multipart uploads, and what a part or an object can be asked about itself.
fn on_uploads() -> Vec<Operation> {
    let all = vec![
        Operation::write::<op::CreateMultipartUpload>(
            create_multipart_upload::guard,
            create_multipart_upload::decide,
        )
        .resolved_by::<op::CreateMultipartUpload>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
        .placed_by::<op::CreateMultipartUpload>(|tx, s, i| buckets::place(tx, s, &i.bucket))
        .action("s3:PutObject"),
        Operation::flow::<op::UploadPart>(upload_part::guard, |f, i| Box::pin(upload_part::flow(f, i)))
            .resolved_by::<op::UploadPart>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::UploadPart>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:PutObject"),
        Operation::flow::<op::UploadPartCopy>(upload_part_copy::guard, |f, i| {
            Box::pin(upload_part_copy::flow(f, i))
        })
        .resolved_by::<op::UploadPartCopy>(|tx, s, m, i| {
            through::check_regional(m, &i.bucket)?;
            through::copy(tx, s, m, &mut i.bucket, &mut i.copy_source)
        })
        .placed_by::<op::UploadPartCopy>(|tx, s, i| buckets::place(tx, s, &i.bucket))
        .action("s3:PutObject"),
        Operation::write::<op::CompleteMultipartUpload>(
            complete_multipart_upload::guard,
            complete_multipart_upload::decide,
        )
        .resolved_by::<op::CompleteMultipartUpload>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
        .placed_by::<op::CompleteMultipartUpload>(|tx, s, i| buckets::place(tx, s, &i.bucket))
        .action("s3:PutObject"),
        Operation::write::<op::AbortMultipartUpload>(
            abort_multipart_upload::guard,
            abort_multipart_upload::decide,
        )
        .resolved_by::<op::AbortMultipartUpload>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
        .placed_by::<op::AbortMultipartUpload>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
        Operation::read::<op::ListParts>(list_parts::guard, list_parts::decide)
            .resolved_by::<op::ListParts>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::ListParts>(|tx, s, i| buckets::place(tx, s, &i.bucket))
            .action("s3:ListMultipartUploadParts"),
        Operation::read::<op::ListMultipartUploads>(
            list_multipart_uploads::guard,
            list_multipart_uploads::decide,
        )
        .resolved_by::<op::ListMultipartUploads>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
        .placed_by::<op::ListMultipartUploads>(|tx, s, i| buckets::place(tx, s, &i.bucket))
        .action("s3:ListBucketMultipartUploads"),
        Operation::read::<op::GetObjectAttributes>(
            get_object_attributes::guard,
            get_object_attributes::decide,
        )
        .resolved_by::<op::GetObjectAttributes>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
        .placed_by::<op::GetObjectAttributes>(|tx, s, i| buckets::place(tx, s, &i.bucket)),
    ];
    all.into_iter().map(|o| o.data().access(Access::Anonymous)).collect()
}
