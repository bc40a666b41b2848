//! CreateJob, DescribeJob, ListJobs, UpdateJobPriority, UpdateJobStatus, and the tags of jobs.

use codec::Fault;
use kernel::{Cx, Flow, Guard, Place, Scope, Target};
use shapes_s3control::err::{bad_request_exception, idempotency_exception, job_status_exception};
use shapes_s3control::{
    CreateJobRequest, CreateJobResult, DeleteJobTaggingRequest, DeleteJobTaggingResult, DescribeJobRequest,
    DescribeJobResult, GetJobTaggingRequest, GetJobTaggingResult, JobReport, ListJobsRequest, ListJobsResult,
    PutJobTaggingRequest, PutJobTaggingResult, S3Tag, UpdateJobPriorityRequest, UpdateJobPriorityResult,
    UpdateJobStatusRequest, UpdateJobStatusResult,
};
use store::Scan;

use super::job::{self, Job, JobKey, Jobs, Text, Tokens};
use super::{guard, job_checksum, job_generator, job_run, job_task, tags};
use crate::{err as s3_err, guard as s3_guard};

/// In the account that the call names, in the lane of its jobs.
pub(super) fn place(scope: Scope, account: &str) -> Place {
    let scope = Scope { account: account.to_owned(), ..scope };
    let lane = format!("jobs/{}/{}", scope.account, scope.region);
    Place::at(scope).lane(lane)
}

pub(super) fn create_guard(cx: &Cx, i: &CreateJobRequest) -> Result<Guard, Fault> {
    let operation = job::operations(&i.operation).first().copied();
    let target = Target { shown: None, ..guard::target(cx, &i.account_id, "*")? };
    let target = s3_guard::with_keys(target, [("s3:RequestJobOperation", operation)])
        .key("s3:RequestJobPriority", vec![i.priority.to_string()]);
    let tags = pairs(i.tags.as_deref().unwrap_or_default());
    let mut all = if tags.is_empty() {
        Guard::of(target)
    } else {
        Guard::of(target.clone().request_tags(tags.clone()))
            .and(target.request_tags(tags).action("s3:PutJobTagging"))
    };
    if i.role_arn.starts_with("arn:") {
        let pass = Target::on(i.role_arn.as_str()).action("iam:PassRole");
        all = all.and(pass.key("iam:PassedToService", vec![job_run::PRINCIPAL.to_owned()]));
    }
    Ok(all)
}

fn target(cx: &Cx, account: &str, id: &str) -> Result<Target, Fault> {
    let target = guard::target(cx, account, &job::arn(cx.scope, id))?;
    let Some(found) = cx.get::<Jobs>(&job::key(cx.scope, id))? else { return Ok(target) };
    let operation = job::operations(&job::request(&found)?.operation).first().copied();
    let cause = found.suspended_ms.filter(|_| found.status == "Suspended").map(|_| job::AWAITS);
    let target = target.key("s3:ExistingJobPriority", vec![found.priority.to_string()]).tags(found.tags);
    Ok(s3_guard::with_keys(target, [("s3:ExistingJobOperation", operation), ("s3:JobSuspendedCause", cause)]))
}

pub(super) fn describe_guard(cx: &Cx, i: &DescribeJobRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.job_id)?))
}

pub(super) fn list_guard(cx: &Cx, i: &ListJobsRequest) -> Result<Guard, Fault> {
    guard::account(cx, &i.account_id)
}

pub(super) fn priority_guard(cx: &Cx, i: &UpdateJobPriorityRequest) -> Result<Guard, Fault> {
    let target = target(cx, &i.account_id, &i.job_id)?;
    Ok(Guard::of(target.key("s3:RequestJobPriority", vec![i.priority.to_string()])))
}

/// The service itself goes on with its jobs by this operation, and needs nobody's leave for it.
pub(super) fn status_guard(cx: &Cx, i: &UpdateJobStatusRequest) -> Result<Guard, Fault> {
    match job_run::is_runner(cx.caller) {
        true => Ok(Guard::default()),
        false => Ok(Guard::of(target(cx, &i.account_id, &i.job_id)?)),
    }
}

pub(super) fn put_tags_guard(cx: &Cx, i: &PutJobTaggingRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.job_id)?.request_tags(pairs(&i.tags))))
}

pub(super) fn get_tags_guard(cx: &Cx, i: &GetJobTaggingRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.job_id)?))
}

pub(super) fn delete_tags_guard(cx: &Cx, i: &DeleteJobTaggingRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.account_id, &i.job_id)?))
}

fn pairs(tags: &[S3Tag]) -> Vec<(String, String)> {
    tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect()
}

fn invalid(message: &str) -> Fault {
    s3_err::invalid_request(message)
}

/// Refuses what can't become a job. Inferred: the texts.
///
/// Errors: `InvalidRequest`; `NotImplemented` for what a job can't do here.
fn check(i: &CreateJobRequest) -> Result<(), Fault> {
    let [operation] = job::operations(&i.operation)[..] else {
        return Err(invalid("Exactly one operation must be specified"));
    };
    if matches!(operation, "LambdaInvoke" | "S3UpdateObjectEncryption") {
        return Err(s3_err::not_built(operation));
    }
    if let Some(o) = &i.operation.s3_put_object_copy {
        job_task::check_copy(o)?;
    }
    let retention = i.operation.s3_put_object_retention.as_ref().map(|o| &o.retention);
    if retention.is_some_and(|r| r.event_hold.is_some() || r.event_hold_duration.is_some()) {
        return Err(s3_err::not_built("EventHold"));
    }
    if let Some(o) = &i.operation.s3_compute_object_checksum {
        job_checksum::asked(o)?;
    }
    if !(1..=64).contains(&i.client_request_token.len()) {
        return Err(invalid("ClientRequestToken must have 1 to 64 characters"));
    }
    if i.description.as_ref().is_some_and(|d| !(1..=256).contains(&d.chars().count())) {
        return Err(invalid("Description must have 1 to 256 characters"));
    }
    if i.priority < 0 {
        return Err(invalid("Priority must not be negative"));
    }
    let role: Vec<&str> = i.role_arn.splitn(6, ':').collect();
    if !matches!(role[..], ["arn", _, "iam", "", account, role] if account.len() == 12 && role.starts_with("role/"))
    {
        return Err(invalid("Invalid role ARN"));
    }
    check_manifest(i)?;
    check_report(&i.report)
}

fn check_manifest(i: &CreateJobRequest) -> Result<(), Fault> {
    let generator = i.manifest_generator.as_ref().and_then(|g| g.s3_job_manifest_generator.as_ref());
    let manifest = match (&i.manifest, generator) {
        (Some(manifest), None) => manifest,
        (None, Some(generator)) => return job_generator::check(generator),
        (None, None) => return Err(invalid("A manifest must be specified")),
        (Some(_), Some(_)) => {
            return Err(invalid("Either a manifest or a manifest generator must be specified"));
        }
    };
    let fields = manifest.spec.fields.as_deref().unwrap_or_default();
    let has = |name: &str| fields.iter().filter(|f| *f == name).count() == 1;
    let known = |f: &String| matches!(f.as_str(), "Ignore" | "Bucket" | "Key" | "VersionId");
    match manifest.spec.format.as_str() {
        "S3BatchOperations_CSV_20180820" if has("Bucket") && has("Key") && fields.iter().all(known) => {}
        "S3BatchOperations_CSV_20180820" => {
            return Err(invalid("Required fields are missing in the schema: + [Bucket, Key]"));
        }
        // Its own manifest says which columns it has.
        "S3InventoryReport_CSV_20161130" => {}
        _ => return Err(invalid("Unsupported manifest format")),
    }
    let (bucket, key) = job_run::object_of(&manifest.location.object_arn);
    if bucket.is_empty() || key.is_empty() || manifest.location.e_tag.is_empty() {
        return Err(invalid("Invalid manifest location"));
    }
    Ok(())
}

fn check_report(report: &JobReport) -> Result<(), Fault> {
    if !report.enabled {
        return Ok(());
    }
    let bucket = report.bucket.as_deref().and_then(|b| b.strip_prefix("arn:")).unwrap_or_default();
    let scope = report.report_scope.as_deref();
    if bucket.is_empty()
        || report.format.as_deref() != Some("Report_CSV_20180820")
        || !matches!(scope, Some("AllTasks" | "FailedTasksOnly"))
    {
        return Err(invalid("A report needs a bucket, a format and a scope"));
    }
    Ok(())
}

/// Errors: InvalidRequest; NotImplemented; IdempotencyException: the token was used for another job.
pub(super) fn create(cx: &mut Cx, i: &CreateJobRequest) -> Result<CreateJobResult, Fault> {
    check(i)?;
    let tags = tags::check(&i.tags.iter().flatten().map(as_tag).collect::<Vec<_>>())?;
    let request = job::to_text(i)?;
    let token = (cx.scope.path(), i.client_request_token.clone());
    if let Some(known) = cx.get::<Tokens>(&token)? {
        if job::find(cx, &known.text)?.request != request {
            return Err(idempotency_exception("The client request token was used for another request"));
        }
        return Ok(CreateJobResult { job_id: Some(known.text) });
    }
    let id = cx.ids.uuid("s3control.job");
    let new = Job {
        request,
        status: "New".to_owned(),
        priority: i.priority,
        created_ms: cx.now_ms,
        tags,
        ..Job::default()
    };
    job::put(cx, &id, &new)?;
    cx.put::<Tokens>(&token, &Text { text: id.clone() });
    job_run::wake(cx)?;
    Ok(CreateJobResult { job_id: Some(id) })
}

fn as_tag(t: &S3Tag) -> shapes_s3control::Tag {
    shapes_s3control::Tag { key: t.key.clone(), value: t.value.clone() }
}

/// Errors: NotFoundException.
pub(super) fn describe(cx: &mut Cx, i: &DescribeJobRequest) -> Result<DescribeJobResult, Fault> {
    let found = job::find(cx, &i.job_id)?;
    Ok(DescribeJobResult { job: Some(job::described(cx, &i.job_id, found)?) })
}

/// In order of id.
///
/// Errors: InvalidNextTokenException; InvalidRequest: a number out of range.
pub(super) fn list(cx: &mut Cx, i: &ListJobsRequest) -> Result<ListJobsResult, Fault> {
    let limit = super::page_size(i.max_results)?;
    let statuses = i.job_statuses.clone().unwrap_or_default();
    let filter = statuses.join(",");
    let bad = |_| shapes_s3control::err::invalid_next_token_exception("Invalid token");
    let after = cx.page_start("ListJobs", &[&filter], i.next_token.as_deref()).map_err(bad)?;
    let prefix = (cx.scope.path(),);
    let range = match after {
        Some(last) => Scan::prefix(&prefix).after(&(prefix.0.clone(), last)),
        None => Scan::prefix(&prefix),
    };
    let rows = cx.scan::<Jobs>(range)?;
    let rows = rows.filter(|(_, job)| statuses.is_empty() || statuses.contains(&job.status));
    let page = cx.page("ListJobs", &[&filter], limit, rows, |(k, _): &(JobKey, Job)| k.1.clone());
    let jobs: Result<Vec<_>, Fault> = page.items.into_iter().map(|(k, j)| job::listed(cx, k.1, j)).collect();
    Ok(ListJobsResult { jobs: Some(jobs?), next_token: page.next })
}

/// Errors: NotFoundException; BadRequestException: the job is over.
pub(super) fn priority(cx: &mut Cx, i: &UpdateJobPriorityRequest) -> Result<UpdateJobPriorityResult, Fault> {
    let mut found = job::find(cx, &i.job_id)?;
    if i.priority < 0 {
        return Err(invalid("Priority must not be negative"));
    }
    if job::is_over(&found.status) {
        return Err(bad_request_exception("The priority of a job that is over can't be changed"));
    }
    found.priority = i.priority;
    job::put(cx, &i.job_id, &found)?;
    Ok(UpdateJobPriorityResult { job_id: i.job_id.clone(), priority: i.priority })
}

/// Changes a job's status; called by the service itself, goes on with the jobs of the account.
///
/// Errors: NotFoundException; JobStatusException: not from the status that the job has.
pub(super) async fn status(
    flow: &mut Flow<'_>,
    i: &UpdateJobStatusRequest,
) -> Result<UpdateJobStatusResult, Fault> {
    if job_run::is_runner(flow.caller()) {
        job_run::step(flow).await?;
        return Ok(UpdateJobStatusResult::default());
    }
    flow.decide(|cx| change_status(cx, i)).await
}

fn change_status(cx: &mut Cx, i: &UpdateJobStatusRequest) -> Result<UpdateJobStatusResult, Fault> {
    let mut found = job::find(cx, &i.job_id)?;
    let refused = || {
        let message = format!(
            "Requested job status {} is not allowed for a job with status {}",
            i.requested_job_status, found.status
        );
        job_status_exception(message)
    };
    found.status = match (i.requested_job_status.as_str(), found.status.as_str()) {
        ("Ready", "Suspended") => "Ready".to_owned(),
        ("Cancelled", "Suspended" | "New" | "Preparing" | "Ready" | "Active") => "Cancelling".to_owned(),
        ("Ready" | "Cancelled", _) => return Err(refused()),
        _ => return Err(invalid("RequestedJobStatus must be Ready or Cancelled")),
    };
    found.reason.clone_from(&i.status_update_reason);
    job::put(cx, &i.job_id, &found)?;
    job_run::wake(cx)?;
    Ok(UpdateJobStatusResult {
        job_id: Some(i.job_id.clone()),
        status: Some(found.status),
        status_update_reason: found.reason,
    })
}

/// Errors: NotFoundException; those of tags. The tags that were there are gone.
pub(super) fn put_tags(cx: &mut Cx, i: &PutJobTaggingRequest) -> Result<PutJobTaggingResult, Fault> {
    let found = job::find(cx, &i.job_id)?;
    let tags = tags::check(&i.tags.iter().map(as_tag).collect::<Vec<_>>())?;
    job::put(cx, &i.job_id, &Job { tags, ..found })?;
    Ok(PutJobTaggingResult {})
}

/// Errors: NotFoundException.
pub(super) fn get_tags(cx: &mut Cx, i: &GetJobTaggingRequest) -> Result<GetJobTaggingResult, Fault> {
    let tags = job::find(cx, &i.job_id)?.tags.into_iter().map(|(key, value)| S3Tag { key, value });
    Ok(GetJobTaggingResult { tags: Some(tags.collect()) })
}

/// Errors: NotFoundException.
pub(super) fn delete_tags(cx: &mut Cx, i: &DeleteJobTaggingRequest) -> Result<DeleteJobTaggingResult, Fault> {
    let found = job::find(cx, &i.job_id)?;
    job::put(cx, &i.job_id, &Job { tags: Vec::new(), ..found })?;
    Ok(DeleteJobTaggingResult {})
}
