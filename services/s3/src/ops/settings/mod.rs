//! Operations on what a bucket is set to, and on tags.

mod abac;
mod accelerate;
mod analytics;
mod bucket_tagging;
mod cors;
mod encryption;
mod intelligent_tiering;
mod inventory;
mod logging;
mod metrics;
mod named;
mod object_tagging;
mod request_payment;
mod website;

pub(crate) use abac::tagged;
pub(crate) use bucket_tagging::KIND as BUCKET_TAGS;

use kernel::{Access, Operation};
use shapes_s3::op;

use crate::buckets::place;
use crate::control::through;

/// Their rows.
pub(super) fn table() -> Vec<Operation> {
    let mut all = on_tags();
    all.extend(on_single());
    all.extend(on_named());
    // A bucket's policy may let everybody in, to all of it.
    all.into_iter().map(|o| o.access(Access::Anonymous)).collect()
}

fn on_tags() -> Vec<Operation> {
    vec![
        Operation::write::<op::PutObjectTagging>(object_tagging::put_guard, object_tagging::put)
            .resolved_by::<op::PutObjectTagging>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::PutObjectTagging>(|tx, s, i| place(tx, s, &i.bucket))
            .data(),
        Operation::read::<op::GetObjectTagging>(object_tagging::get_guard, object_tagging::get)
            .resolved_by::<op::GetObjectTagging>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetObjectTagging>(|tx, s, i| place(tx, s, &i.bucket))
            .data(),
        Operation::write::<op::DeleteObjectTagging>(object_tagging::delete_guard, object_tagging::delete)
            .resolved_by::<op::DeleteObjectTagging>(|tx, s, m, i| through::bucket(tx, s, m, &mut i.bucket))
            .placed_by::<op::DeleteObjectTagging>(|tx, s, i| place(tx, s, &i.bucket))
            .data(),
        Operation::write::<op::PutBucketTagging>(bucket_tagging::put_guard, bucket_tagging::put)
            .placed_by::<op::PutBucketTagging>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketTagging>(bucket_tagging::get_guard, bucket_tagging::get)
            .placed_by::<op::GetBucketTagging>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketTagging>(bucket_tagging::delete_guard, bucket_tagging::delete)
            .placed_by::<op::DeleteBucketTagging>(|tx, s, i| place(tx, s, &i.bucket)),
    ]
}

/// Of which a bucket has one.
fn on_single() -> Vec<Operation> {
    vec![
        Operation::write::<op::PutBucketAbac>(abac::put_guard, abac::put)
            .placed_by::<op::PutBucketAbac>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketAbac>(abac::get_guard, abac::get)
            .placed_by::<op::GetBucketAbac>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketEncryption>(encryption::put_guard, encryption::put)
            .placed_by::<op::PutBucketEncryption>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketEncryption>(encryption::get_guard, encryption::get)
            .placed_by::<op::GetBucketEncryption>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketEncryption>(encryption::delete_guard, encryption::delete)
            .placed_by::<op::DeleteBucketEncryption>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketCors>(cors::put_guard, cors::put)
            .placed_by::<op::PutBucketCors>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketCors>(cors::get_guard, cors::get)
            .resolved_by::<op::GetBucketCors>(|tx, s, m, i| through::regional(tx, s, m, &mut i.bucket))
            .placed_by::<op::GetBucketCors>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketCors>(cors::delete_guard, cors::delete)
            .placed_by::<op::DeleteBucketCors>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketWebsite>(website::put_guard, website::put)
            .placed_by::<op::PutBucketWebsite>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketWebsite>(website::get_guard, website::get)
            .placed_by::<op::GetBucketWebsite>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketWebsite>(website::delete_guard, website::delete)
            .placed_by::<op::DeleteBucketWebsite>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketLogging>(logging::put_guard, logging::put)
            .placed_by::<op::PutBucketLogging>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketLogging>(logging::get_guard, logging::get)
            .placed_by::<op::GetBucketLogging>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketAccelerateConfiguration>(accelerate::put_guard, accelerate::put)
            .placed_by::<op::PutBucketAccelerateConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketAccelerateConfiguration>(accelerate::get_guard, accelerate::get)
            .placed_by::<op::GetBucketAccelerateConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketRequestPayment>(request_payment::put_guard, request_payment::put)
            .placed_by::<op::PutBucketRequestPayment>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketRequestPayment>(request_payment::get_guard, request_payment::get)
            .placed_by::<op::GetBucketRequestPayment>(|tx, s, i| place(tx, s, &i.bucket)),
    ]
}

/// Of which a bucket has several, each with an id.
fn on_named() -> Vec<Operation> {
    vec![
        Operation::write::<op::PutBucketAnalyticsConfiguration>(analytics::put_guard, analytics::put)
            .placed_by::<op::PutBucketAnalyticsConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketAnalyticsConfiguration>(analytics::get_guard, analytics::get)
            .placed_by::<op::GetBucketAnalyticsConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketAnalyticsConfiguration>(
            analytics::delete_guard,
            analytics::delete,
        )
        .placed_by::<op::DeleteBucketAnalyticsConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::ListBucketAnalyticsConfigurations>(analytics::list_guard, analytics::list)
            .placed_by::<op::ListBucketAnalyticsConfigurations>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketInventoryConfiguration>(inventory::put_guard, inventory::put)
            .placed_by::<op::PutBucketInventoryConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketInventoryConfiguration>(inventory::get_guard, inventory::get)
            .placed_by::<op::GetBucketInventoryConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketInventoryConfiguration>(
            inventory::delete_guard,
            inventory::delete,
        )
        .placed_by::<op::DeleteBucketInventoryConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::ListBucketInventoryConfigurations>(inventory::list_guard, inventory::list)
            .placed_by::<op::ListBucketInventoryConfigurations>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketMetricsConfiguration>(metrics::put_guard, metrics::put)
            .placed_by::<op::PutBucketMetricsConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketMetricsConfiguration>(metrics::get_guard, metrics::get)
            .placed_by::<op::GetBucketMetricsConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketMetricsConfiguration>(metrics::delete_guard, metrics::delete)
            .placed_by::<op::DeleteBucketMetricsConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::ListBucketMetricsConfigurations>(metrics::list_guard, metrics::list)
            .placed_by::<op::ListBucketMetricsConfigurations>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::PutBucketIntelligentTieringConfiguration>(
            intelligent_tiering::put_guard,
            intelligent_tiering::put,
        )
        .placed_by::<op::PutBucketIntelligentTieringConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::GetBucketIntelligentTieringConfiguration>(
            intelligent_tiering::get_guard,
            intelligent_tiering::get,
        )
        .placed_by::<op::GetBucketIntelligentTieringConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::write::<op::DeleteBucketIntelligentTieringConfiguration>(
            intelligent_tiering::delete_guard,
            intelligent_tiering::delete,
        )
        .placed_by::<op::DeleteBucketIntelligentTieringConfiguration>(|tx, s, i| place(tx, s, &i.bucket)),
        Operation::read::<op::ListBucketIntelligentTieringConfigurations>(
            intelligent_tiering::list_guard,
            intelligent_tiering::list,
        )
        .placed_by::<op::ListBucketIntelligentTieringConfigurations>(|tx, s, i| place(tx, s, &i.bucket)),
    ]
}
