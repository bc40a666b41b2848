//! S3 Control: AWS's second face of S3, for what concerns an account rather than one bucket. Its state lies beside S3's, and its
//! decisions run in the same lanes.
//!
//! | file | holds |
//! | --- | --- |
//! | `account_blocks.rs` | block public access, of a whole account |
//! | `points.rs`, `point_ops.rs`, `point_policy.rs` | access points |
//! | `mrap.rs`, `mrap_ops.rs`, `mrap_show.rs` | Multi-Region Access Points |
//! | `through.rs` | how S3's calls get through an access point |
//! | `job.rs`, `job_ops.rs` | jobs of Batch Operations |
//! | `job_manifest.rs`, `job_generator.rs` | what jobs are about: manifests that are read, and made |
//! | `job_run.rs`, `job_task.rs`, `job_report.rs` | what jobs do, and what they report |
//! | `job_checksum.rs`, `job_replicate.rs` | tasks that are no call: checksums, replicas |
//! | `tags.rs` | tags of buckets and access points |
//! | `guard.rs`, `err.rs` | who may; refusals |
//!
//! Differs from AWS: there are no private clouds that requests could come from, so that an access point of one refuses them all.
//! Requests to a Multi-Region Access Point (`alias.mrap.accesspoint.s3-global.…`) come from the region that they were signed
//! for; with a set of regions (Signature Version 4A) from the server's own, if the set holds it, else from the first in it. They
//! are led to the bucket there where that is dialled in, else to one in the same part of the world, else to the first that is,
//! and refused if they were signed for other regions; AWS measures distances in its network.
//! Jobs: not built are Lambda invocations and re-encryptions as their tasks. A job reads its whole manifest first, of twenty million
//! lines at most; a file of an inventory report has 64 MiB at most.
//! Not built: Storage Lens, Access Grants, Object Lambda, Outposts, directory buckets. Each answers `NotImplemented`.

mod account_blocks;
mod err;
mod guard;
mod job;
mod job_checksum;
mod job_generator;
mod job_manifest;
mod job_ops;
mod job_replicate;
mod job_report;
mod job_run;
mod job_task;
mod mrap;
mod mrap_ops;
mod mrap_show;
mod point_ops;
mod point_policy;
mod points;
mod tags;
pub(crate) mod through;

use codec::Fault;
use kernel::{Cx, Operation, Service, Timer};
use shapes_s3control::op;
use store::Scan;

use crate::access::BLOCKS;
use crate::err as s3_err;
use crate::state::{AccountConfigs, Bucket};

/// S3 Control, for the wiring.
pub fn service() -> Service {
    Service {
        id: shapes_s3control::SERVICE,
        model_hash: shapes_s3control::MODEL_HASH,
        iam_prefix: "s3",
        global: false,
        keyspaces: &["s3control"],
        operations: table(),
        on_timer,
        writes_directory: false,
        reset,
        check,
        plane: None,
    }
}

fn table() -> Vec<Operation> {
    let mut all = of_accounts();
    all.extend(of_points());
    all.extend(of_jobs());
    all.extend(of_mraps());
    all
}

fn of_accounts() -> Vec<Operation> {
    vec![
        Operation::write::<op::PutPublicAccessBlock>(account_blocks::put_guard, account_blocks::put)
            .owned_by::<op::PutPublicAccessBlock>(|i| Some(i.account_id.clone()))
            .action("s3:PutAccountPublicAccessBlock"),
        Operation::read::<op::GetPublicAccessBlock>(account_blocks::get_guard, account_blocks::get)
            .owned_by::<op::GetPublicAccessBlock>(|i| Some(i.account_id.clone()))
            .action("s3:GetAccountPublicAccessBlock"),
        Operation::write::<op::DeletePublicAccessBlock>(account_blocks::delete_guard, account_blocks::delete)
            .owned_by::<op::DeletePublicAccessBlock>(|i| Some(i.account_id.clone()))
            .action("s3:PutAccountPublicAccessBlock"),
        Operation::write::<op::TagResource>(tags::tag_guard, tags::tag)
            .placed_by::<op::TagResource>(|tx, s, i| tags::place(tx, s, &i.resource_arn)),
        Operation::write::<op::UntagResource>(tags::untag_guard, tags::untag)
            .placed_by::<op::UntagResource>(|tx, s, i| tags::place(tx, s, &i.resource_arn)),
        Operation::read::<op::ListTagsForResource>(tags::list_guard, tags::list)
            .placed_by::<op::ListTagsForResource>(|tx, s, i| tags::place(tx, s, &i.resource_arn)),
    ]
}

fn of_points() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateAccessPoint>(point_ops::create_guard, point_ops::create)
            .placed_by::<op::CreateAccessPoint>(point_ops::create_place),
        Operation::read::<op::GetAccessPoint>(point_ops::get_guard, point_ops::get)
            .placed_by::<op::GetAccessPoint>(|_, s, i| Ok(point_ops::place(s, &i.account_id))),
        Operation::write::<op::DeleteAccessPoint>(point_ops::delete_guard, point_ops::delete)
            .placed_by::<op::DeleteAccessPoint>(|_, s, i| Ok(point_ops::place(s, &i.account_id))),
        Operation::read::<op::ListAccessPoints>(point_ops::list_guard, point_ops::list)
            .placed_by::<op::ListAccessPoints>(|_, s, i| Ok(point_ops::place(s, &i.account_id))),
        Operation::write::<op::PutAccessPointPolicy>(point_policy::put_guard, point_policy::put)
            .placed_by::<op::PutAccessPointPolicy>(|_, s, i| Ok(point_ops::place(s, &i.account_id))),
        Operation::read::<op::GetAccessPointPolicy>(point_policy::get_guard, point_policy::get)
            .placed_by::<op::GetAccessPointPolicy>(|_, s, i| Ok(point_ops::place(s, &i.account_id))),
        Operation::write::<op::DeleteAccessPointPolicy>(point_policy::delete_guard, point_policy::delete)
            .placed_by::<op::DeleteAccessPointPolicy>(|_, s, i| Ok(point_ops::place(s, &i.account_id))),
        Operation::read::<op::GetAccessPointPolicyStatus>(point_policy::status_guard, point_policy::status)
            .placed_by::<op::GetAccessPointPolicyStatus>(|_, s, i| Ok(point_ops::place(s, &i.account_id))),
    ]
}

fn of_mraps() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateMultiRegionAccessPoint>(mrap_ops::create_guard, mrap_ops::create)
            .placed_by::<op::CreateMultiRegionAccessPoint>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
        Operation::write::<op::DeleteMultiRegionAccessPoint>(mrap_ops::delete_guard, mrap_ops::delete)
            .placed_by::<op::DeleteMultiRegionAccessPoint>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
        Operation::write::<op::PutMultiRegionAccessPointPolicy>(mrap_ops::policy_guard, mrap_ops::put_policy)
            .placed_by::<op::PutMultiRegionAccessPointPolicy>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
        Operation::read::<op::DescribeMultiRegionAccessPointOperation>(
            mrap_ops::describe_guard,
            mrap_ops::describe,
        )
        .placed_by::<op::DescribeMultiRegionAccessPointOperation>(|_, s, i| {
            Ok(mrap::place(s, &i.account_id))
        }),
        Operation::read::<op::GetMultiRegionAccessPoint>(mrap_show::get_guard, mrap_show::get)
            .placed_by::<op::GetMultiRegionAccessPoint>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
        Operation::read::<op::ListMultiRegionAccessPoints>(mrap_show::list_guard, mrap_show::list)
            .placed_by::<op::ListMultiRegionAccessPoints>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
        Operation::read::<op::GetMultiRegionAccessPointPolicy>(mrap_show::policy_guard, mrap_show::policy)
            .placed_by::<op::GetMultiRegionAccessPointPolicy>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
        Operation::read::<op::GetMultiRegionAccessPointPolicyStatus>(
            mrap_show::status_guard,
            mrap_show::status,
        )
        .placed_by::<op::GetMultiRegionAccessPointPolicyStatus>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
        Operation::read::<op::GetMultiRegionAccessPointRoutes>(mrap_show::routes_guard, mrap_show::routes)
            .placed_by::<op::GetMultiRegionAccessPointRoutes>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
        Operation::write::<op::SubmitMultiRegionAccessPointRoutes>(
            mrap_show::submit_guard,
            mrap_show::submit,
        )
        .placed_by::<op::SubmitMultiRegionAccessPointRoutes>(|_, s, i| Ok(mrap::place(s, &i.account_id))),
    ]
}

/// What happens when a timer falls due.
fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    match timer.kind.as_str() {
        mrap_ops::TIMER => mrap_ops::on_timer(cx, &timer.subject),
        _ => job_run::on_timer(cx, timer),
    }
}

fn of_jobs() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateJob>(job_ops::create_guard, job_ops::create)
            .placed_by::<op::CreateJob>(|_, s, i| Ok(job_ops::place(s, &i.account_id))),
        Operation::read::<op::DescribeJob>(job_ops::describe_guard, job_ops::describe)
            .placed_by::<op::DescribeJob>(|_, s, i| Ok(job_ops::place(s, &i.account_id))),
        Operation::read::<op::ListJobs>(job_ops::list_guard, job_ops::list)
            .placed_by::<op::ListJobs>(|_, s, i| Ok(job_ops::place(s, &i.account_id))),
        Operation::write::<op::UpdateJobPriority>(job_ops::priority_guard, job_ops::priority)
            .placed_by::<op::UpdateJobPriority>(|_, s, i| Ok(job_ops::place(s, &i.account_id))),
        Operation::flow::<op::UpdateJobStatus>(job_ops::status_guard, |f, i| Box::pin(job_ops::status(f, i)))
            .placed_by::<op::UpdateJobStatus>(|_, s, i| Ok(job_ops::place(s, &i.account_id))),
        Operation::write::<op::PutJobTagging>(job_ops::put_tags_guard, job_ops::put_tags)
            .placed_by::<op::PutJobTagging>(|_, s, i| Ok(job_ops::place(s, &i.account_id))),
        Operation::read::<op::GetJobTagging>(job_ops::get_tags_guard, job_ops::get_tags)
            .placed_by::<op::GetJobTagging>(|_, s, i| Ok(job_ops::place(s, &i.account_id))),
        Operation::write::<op::DeleteJobTagging>(job_ops::delete_tags_guard, job_ops::delete_tags)
            .placed_by::<op::DeleteJobTagging>(|_, s, i| Ok(job_ops::place(s, &i.account_id))),
    ]
}

/// How many a list shows at most.
///
/// Errors: `InvalidRequest`: out of range. Inferred: the text.
fn page_size(asked: Option<i32>) -> Result<usize, Fault> {
    match asked {
        None | Some(0) => Ok(1_000),
        Some(n @ 1..=1_000) => Ok(n.unsigned_abs() as usize),
        Some(_) => Err(s3_err::invalid_request("MaxResults must be between 0 and 1000")),
    }
}

/// Removes the access points and jobs of the scope's account in its region, and what it blocks.
fn reset(cx: &mut Cx) -> Result<(), Fault> {
    let (partition, account) = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let prefix = (partition.clone(), account.clone(), cx.scope.region.to_owned());
    let all: Vec<_> = cx.scan_prefix::<points::Points>(&prefix)?.collect();
    for (key, point) in &all {
        point_ops::remove(cx, key, point);
    }
    let path = cx.scope.path();
    let jobs: Vec<String> = cx.scan_prefix::<job::Jobs>(&(path,))?.map(|(key, _)| key.1).collect();
    for id in jobs {
        job::forget(cx, &id)?;
    }
    if cx.scope.region == mrap::HOME {
        forget_mraps(cx)?;
    }
    cx.delete::<AccountConfigs>(&(partition, account, BLOCKS.to_owned()));
    Ok(())
}

fn forget_mraps(cx: &mut Cx) -> Result<(), Fault> {
    let prefix = (cx.scope.partition.to_owned(), cx.scope.account.clone());
    let all: Vec<_> = cx.scan_prefix::<mrap::Mraps>(&prefix)?.collect();
    for (key, found) in all {
        cx.delete::<points::Aliases>(&(key.0.clone(), found.alias));
        cx.delete::<mrap::Mraps>(&key);
    }
    let requests: Vec<_> = cx.scan_prefix::<mrap::Requests>(&prefix)?.map(|(key, _)| key).collect();
    requests.iter().for_each(|key| cx.delete::<mrap::Requests>(key));
    Ok(())
}

/// Asserts the invariants: an access point is known by its alias and to its bucket, and nothing else is.
fn check(cx: &Cx) -> Result<(), String> {
    let fault = |f: Fault| format!("{f:?}");
    let mut there = 0;
    for (key, point) in cx.scan::<points::Points>(Scan::all()).map_err(fault)? {
        let alias = (key.0.clone(), point.alias.clone());
        let whose = cx.get::<points::Aliases>(&alias).map_err(fault)?;
        if whose.is_none_or(|w| w.name != key.3) {
            return Err(format!("an access point isn't known by its alias: {key:?}"));
        }
        there += 1;
    }
    for known in [
        cx.scan::<points::Aliases>(Scan::all()).map_err(fault)?.filter(|(_, w)| !w.region.is_empty()).count(),
        cx.scan::<points::OfBucket>(Scan::all()).map_err(fault)?.count(),
    ] {
        if known != there {
            return Err(format!("{there} access points are known {known} times"));
        }
    }
    Ok(())
}

/// Refuses the removal of a bucket that has access points.
///
/// Errors: `BucketHasAccessPointsAttached`.
pub(crate) fn check_removal(cx: &Cx, bucket: &Bucket, name: &str) -> Result<(), Fault> {
    if points::are_on(cx, bucket.number)? { Err(err::points_attached(name)) } else { Ok(()) }
}
