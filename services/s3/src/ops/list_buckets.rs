//! ListBuckets: the caller's account's buckets, of all regions.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard};
use shapes_s3::{Bucket, ListBucketsOutput, ListBucketsRequest, Owner};
use store::Scan;

use crate::state::{Buckets, Owned};
use crate::{err, guard, names};

/// The most that a page shows.
const MOST: i32 = 10_000;

pub(crate) fn guard(_: &Cx, _: &ListBucketsRequest) -> Result<Guard, Fault> {
    guard::account()
}

/// Errors: InvalidArgument: a size or a token that isn't one.
pub(crate) fn decide(cx: &mut Cx, i: &ListBucketsRequest) -> Result<ListBucketsOutput, Fault> {
    if let Some(n) = i.max_buckets.filter(|n| !(1..=MOST).contains(n)) {
        let message = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(err::invalid_argument(message, "max-buckets", &n.to_string()));
    }
    let (prefix, region) = (i.prefix.as_deref().unwrap_or_default(), i.bucket_region.as_deref());
    if let Some(name) = region.filter(|name| kernel::region(name).is_none()) {
        let message = format!("Argument value {name} is not a valid AWS Region");
        return Err(err::invalid_argument(&message, "bucket-region", name));
    }
    let filters = [prefix, region.unwrap_or_default()];
    let token = i.continuation_token.as_deref();
    let start = cx.page_start("ListBuckets", &filters, token).map_err(|_| {
        let message = "The continuation token provided is incorrect";
        err::invalid_argument(message, "continuation-token", token.unwrap_or_default())
    })?;
    let owner = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let mut scan = Scan::prefix(&owner);
    let first = (owner.0.clone(), owner.1.clone(), prefix.to_owned());
    scan = scan.from(&first);
    if let Some(after) = &start {
        scan = scan.after(&(owner.0.clone(), owner.1.clone(), after.clone()));
    }
    let names = cx.scan::<Owned>(scan)?.map(|((_, _, name), _)| name).take_while(|n| n.starts_with(prefix));
    let found = names.filter_map(|name| {
        let row = cx.get::<Buckets>(&(owner.0.clone(), name.clone())).ok()??;
        region.is_none_or(|r| r == row.region).then_some((name, row))
    });
    let limit = i.max_buckets.unwrap_or(MOST) as usize;
    let page = cx.page("ListBuckets", &filters, limit, found, |(name, _)| name.clone());
    let shown = page.items.into_iter().map(|(name, row)| Bucket {
        bucket_arn: Some(names::bucket_arn(cx.scope, &name)),
        name: Some(name),
        creation_date: Some(Timestamp { epoch_ms: row.created_ms.div_euclid(1_000) * 1_000 }),
        bucket_region: Some(row.region),
    });
    Ok(ListBucketsOutput {
        buckets: Some(shown.collect()),
        owner: Some(Owner { id: Some(names::canonical_id(&cx.scope.account)), ..Owner::default() }),
        continuation_token: page.next,
        prefix: i.prefix.clone(),
    })
}
