//! Finding a bucket: where a call on it is decided, and whether the request came to the right region.

use codec::Fault;
use kernel::{Cx, Place, Scope, SignedFor};
use store::{StoreError, Tx};

use crate::control::through;
use crate::err;
use crate::state::{Bucket, BucketKey, Buckets};

/// The key of a bucket's row.
pub(crate) fn key(scope: &Scope, name: &str) -> BucketKey {
    (scope.partition.to_owned(), name.to_owned())
}

/// A call on a bucket is decided in its owner's scope, in the lane of the bucket.
pub(crate) fn place(tx: &Tx, scope: Scope, name: &str) -> Result<Place, StoreError> {
    let scope = match tx.get_kept::<Buckets>(&(scope.partition, name))? {
        Some(b) => Scope {
            account: b.account.clone(),
            region: kernel::region(&b.region).map_or(scope.region, |r| r.name),
            ..scope
        },
        None => scope,
    };
    Ok(Place::at(scope).lane(name))
}

/// The bucket of that name, if the caller's expectation about its owner holds.
///
/// Errors: `NoSuchBucket`; `InvalidBucketOwnerAWSAccountID`; `AccessDenied` for another owner.
pub(crate) fn find(cx: &Cx, name: &str, expected_owner: Option<&str>) -> Result<Bucket, Fault> {
    let row = cx.get_kept::<Buckets>(&(cx.scope.partition, name))?;
    let bucket = row.map(|b| (*b).clone()).ok_or_else(|| err::no_such_bucket(name))?;
    check_owner(&bucket, expected_owner)?;
    Ok(bucket)
}

/// Errors: `InvalidBucketOwnerAWSAccountID`; `AccessDenied` for another owner.
pub(crate) fn check_owner(bucket: &Bucket, expected: Option<&str>) -> Result<(), Fault> {
    let Some(expected) = expected else { return Ok(()) };
    check_account_id(expected)?;
    if expected == bucket.account { Ok(()) } else { Err(err::access_denied()) }
}

fn check_account_id(id: &str) -> Result<(), Fault> {
    if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    let message =
        format!("The value of the expected bucket owner parameter must be an AWS Account ID... [{id}]");
    Err(Fault::new("InvalidBucketOwnerAWSAccountID", 400, message))
}

/// Refuses a request that was signed for other regions than the bucket's. The local endpoint is every region's: the region
/// that a request was signed for is the one whose endpoint it was meant for.
///
/// Errors: `PermanentRedirect` (301); `AuthorizationHeaderMalformed` or, presigned, `AuthorizationQueryParametersError` for a
/// request that named the bucket in its host and was signed for us-east-1, as clients do that don't know the region, and for
/// one that a Multi-Region Access Point led to that bucket (boto/boto3#4627).
pub(crate) fn check_region(cx: &Cx, name: &str, bucket: &Bucket) -> Result<(), Fault> {
    let signed = &cx.request.signed_for;
    if *signed == SignedFor::Nothing || signed.holds(&bucket.region) {
        return Ok(());
    }
    let unknowing = *signed == SignedFor::Region("us-east-1") && is_virtual_hosted(cx, name);
    if unknowing || through::is_by_mrap(cx) {
        return Err(err::wrong_signing_region(cx.request, &bucket.region));
    }
    Err(err::permanent_redirect(name, &bucket.region, kernel::dns_suffix(cx.scope.partition)))
}

/// Whether a request named the bucket in its host.
pub(crate) fn is_virtual_hosted(cx: &Cx, name: &str) -> bool {
    let head = cx.request.head.as_deref();
    let host = head.and_then(|h| h.headers.get("host")).and_then(|h| h.to_str().ok()).unwrap_or_default();
    host.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
}
