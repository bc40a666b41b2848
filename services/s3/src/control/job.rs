//! Jobs of Batch Operations: one call on each of many objects, in the name of a role. Rows, states, which job is next, and how
//! a job is shown. What it does is `job_run.rs`'s.
//! Source: S3 user guide, "Job status lifecycle", "Tracking job status and completion reports".

use codec::{Fault, Spelling, Timestamp};
use kernel::{Cx, Scope};
use shapes_s3control::{
    CreateJobRequest, JobDescriptor, JobFailure, JobListDescriptor, JobManifestLocation, JobOperation,
    JobProgressSummary, JobTimers, S3GeneratedManifestDescriptor,
};
use store::{Row, RowError, RowReader, RowWriter, Table};

/// A job.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Job {
    /// The request that made it, as JSON by the model.
    pub(crate) request: String,
    pub(crate) status: String,
    pub(crate) priority: i32,
    pub(crate) created_ms: i64,
    pub(crate) ended_ms: Option<i64>,
    pub(crate) suspended_ms: Option<i64>,
    /// Why the status was changed, as whoever changed it said.
    pub(crate) reason: Option<String>,
    pub(crate) failure: Vec<(String, String)>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) total: u64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    /// Chunks of tasks that are done.
    pub(crate) done_chunks: u64,
    pub(crate) active_since_ms: Option<i64>,
    /// How far its manifest has been read, or made.
    pub(crate) mark: Mark,
    /// Chunks of tasks that there are.
    pub(crate) chunks: u64,
    /// The files of the manifest that is made for it: key, size and MD5 of each, a line apart.
    pub(crate) files: Vec<String>,
    /// ARN and entity tag of that manifest.
    pub(crate) generated: Option<String>,
    pub(crate) generated_etag: String,
    /// What the chunk at hand is about was begun, and is waited for.
    pub(crate) begun: bool,
}

/// How far a manifest has been read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mark {
    /// Files that are read.
    pub(crate) file: u64,
    /// Bytes of the next one that are read, or lines where it is compressed.
    pub(crate) at: u64,
    /// Of a manifest that is made: the key that was looked at last, and its `seq`.
    pub(crate) key: String,
}

impl Row for Mark {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.file);
        w.put(2, &self.at);
        w.put(3, &self.key);
    }
    fn read(r: &mut RowReader) -> Result<Mark, RowError> {
        Ok(Mark { file: r.get(1)?, at: r.get(2)?, key: r.get(3)? })
    }
}

impl Row for Job {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.request);
        w.put(2, &self.status);
        w.put(3, &i64::from(self.priority));
        w.put(4, &self.created_ms);
        w.put(5, &self.ended_ms);
        w.put(6, &self.suspended_ms);
        w.put(7, &self.reason);
        w.put(8, &self.failure);
        w.put(9, &self.tags);
        w.put(10, &self.total);
        w.put(11, &self.succeeded);
        w.put(12, &self.failed);
        w.put(13, &self.done_chunks);
        w.put(14, &self.active_since_ms);
        w.put(15, &self.mark);
        w.put(16, &self.chunks);
        w.put(17, &self.files);
        w.put(18, &self.generated);
        w.put(19, &self.generated_etag);
        w.put(20, &self.begun);
    }
    fn read(r: &mut RowReader) -> Result<Job, RowError> {
        let priority: i64 = r.get(3)?;
        Ok(Job {
            request: r.get(1)?,
            status: r.get(2)?,
            priority: i32::try_from(priority).unwrap_or(i32::MAX),
            created_ms: r.get(4)?,
            ended_ms: r.get(5)?,
            suspended_ms: r.get(6)?,
            reason: r.get(7)?,
            failure: r.get(8)?,
            tags: r.get(9)?,
            total: r.get(10)?,
            succeeded: r.get(11)?,
            failed: r.get(12)?,
            done_chunks: r.get(13)?,
            active_since_ms: r.get(14)?,
            mark: r.get(15)?,
            chunks: r.get(16)?,
            files: r.get(17)?,
            generated: r.get(18)?,
            generated_etag: r.get(19)?,
            begun: r.get(20)?,
        })
    }
}

/// Scope's path, id.
pub(crate) type JobKey = (String, String);

/// Jobs.
pub(crate) struct Jobs;
impl Table for Jobs {
    const NAME: &'static str = "s3control.job";
    const VERSION: u16 = 1;
    type Key = JobKey;
    type Row = Job;
}

/// Text of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text {
    pub(crate) text: String,
}
impl Row for Text {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.text);
    }
    fn read(r: &mut RowReader) -> Result<Text, RowError> {
        Ok(Text { text: r.get(1)? })
    }
}

/// Scope's path, priority turned over, time of creation, id: the jobs that have something to do, the next one first.
pub(crate) struct Waiting;
impl Table for Waiting {
    const NAME: &'static str = "s3control.job_waiting";
    const VERSION: u16 = 1;
    type Key = (String, u32, i64, String);
    type Row = crate::state::There;
}

/// Scope's path, the client's token: the id of the job that was made with it.
pub(crate) struct Tokens;
impl Table for Tokens {
    const NAME: &'static str = "s3control.job_token";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = Text;
}

/// Scope's path, job, number: tasks that are to be done, a line each.
pub(crate) struct Tasks;
impl Table for Tasks {
    const NAME: &'static str = "s3control.job_tasks";
    const VERSION: u16 = 1;
    type Key = (String, String, u64);
    type Row = Text;
}

/// The same key: what became of those tasks, as the report's lines.
pub(crate) struct Results;
impl Table for Results {
    const NAME: &'static str = "s3control.job_results";
    const VERSION: u16 = 1;
    type Key = (String, String, u64);
    type Row = Text;
}

/// The key of a job of the scope.
pub(crate) fn key(scope: &Scope, id: &str) -> JobKey {
    (scope.path(), id.to_owned())
}

/// `arn:aws:s3:us-east-1:123456789012:job/id`
pub(crate) fn arn(scope: &Scope, id: &str) -> String {
    scope.arn("s3", &format!("job/{id}"))
}

/// The job of that id.
///
/// Errors: `NotFoundException`. Inferred: the text.
pub(crate) fn find(cx: &Cx, id: &str) -> Result<Job, Fault> {
    let none = || shapes_s3control::err::not_found_exception("The specified job does not exist");
    cx.get::<Jobs>(&key(cx.scope, id))?.ok_or_else(none)
}

/// Statuses in which something is left to do for the service.
pub(crate) fn is_waiting(status: &str) -> bool {
    matches!(status, "New" | "Preparing" | "Ready" | "Active" | "Completing" | "Failing" | "Cancelling")
}

/// Statuses that nothing follows.
pub(crate) fn is_over(status: &str) -> bool {
    matches!(status, "Complete" | "Failed" | "Cancelled")
}

fn place_in_line(scope: &Scope, id: &str, job: &Job) -> (String, u32, i64, String) {
    (scope.path(), u32::MAX - job.priority.unsigned_abs(), job.created_ms, id.to_owned())
}

/// Keeps a job, in the line of those that have something to do or out of it.
pub(crate) fn put(cx: &mut Cx, id: &str, job: &Job) -> Result<(), Fault> {
    let key = key(cx.scope, id);
    if let Some(old) = cx.get::<Jobs>(&key)? {
        cx.delete::<Waiting>(&place_in_line(cx.scope, id, &old));
    }
    if is_waiting(&job.status) {
        cx.put::<Waiting>(&place_in_line(cx.scope, id, job), &crate::state::There);
    }
    cx.put::<Jobs>(&key, job);
    Ok(())
}

/// The job that is to go on next: the one of the highest priority, the oldest of these.
pub(crate) fn next(cx: &Cx) -> Result<Option<(String, Job)>, Fault> {
    let Some(((_, _, _, id), _)) = cx.scan_prefix::<Waiting>(&(cx.scope.path(),))?.next() else {
        return Ok(None);
    };
    Ok(cx.get::<Jobs>(&key(cx.scope, &id))?.map(|job| (id, job)))
}

/// Forgets a job with all that belongs to it.
pub(crate) fn forget(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let key = key(cx.scope, id);
    let Some(job) = cx.get::<Jobs>(&key)? else { return Ok(()) };
    cx.delete::<Waiting>(&place_in_line(cx.scope, id, &job));
    cx.delete::<Tokens>(&(key.0.clone(), request(&job)?.client_request_token));
    forget_work(cx, id)?;
    cx.delete::<Jobs>(&key);
    Ok(())
}

/// Forgets the tasks of a job and what became of them.
pub(crate) fn forget_work(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let key = key(cx.scope, id);
    let tasks: Vec<_> = cx.scan_prefix::<Tasks>(&key)?.map(|(k, _)| k).collect();
    tasks.iter().for_each(|k| cx.delete::<Tasks>(k));
    let results: Vec<_> = cx.scan_prefix::<Results>(&key)?.map(|(k, _)| k).collect();
    results.iter().for_each(|k| cx.delete::<Results>(k));
    Ok(())
}

fn shape() -> (&'static model::Model, &'static model::Shape) {
    let model = model::service(shapes_s3control::SERVICE).expect("S3 Control's model is built in");
    let operation = model.operation("CreateJob").expect("the operation is S3 Control's");
    (model, model.shape(operation.input.expect("it takes an input")))
}

/// A request as it is kept.
pub(crate) fn to_text(request: &CreateJobRequest) -> Result<String, Fault> {
    let (model, shape) = shape();
    let value = codec::to_value(model, shape, request).map_err(|e| Fault::internal(e.0))?;
    Ok(codec::to_json(model, shape, &value, Spelling::Model))
}

/// The request that made a job.
pub(crate) fn request(job: &Job) -> Result<CreateJobRequest, Fault> {
    let (model, shape) = shape();
    let broken = |e: codec::WireError| Fault::internal(e.0);
    let value = codec::from_json(model, shape, &job.request).map_err(broken)?;
    let mut out = CreateJobRequest::default();
    codec::from_value(model, shape, &value, &mut out).map_err(broken)?;
    Ok(out)
}

/// What a job does, as AWS names it; every one that an operation asks for.
pub(crate) fn operations(o: &JobOperation) -> Vec<&'static str> {
    [
        ("LambdaInvoke", o.lambda_invoke.is_some()),
        ("S3PutObjectCopy", o.s3_put_object_copy.is_some()),
        ("S3PutObjectAcl", o.s3_put_object_acl.is_some()),
        ("S3PutObjectTagging", o.s3_put_object_tagging.is_some()),
        ("S3DeleteObjectTagging", o.s3_delete_object_tagging.is_some()),
        ("S3InitiateRestoreObject", o.s3_initiate_restore_object.is_some()),
        ("S3PutObjectLegalHold", o.s3_put_object_legal_hold.is_some()),
        ("S3PutObjectRetention", o.s3_put_object_retention.is_some()),
        ("S3ReplicateObject", o.s3_replicate_object.is_some()),
        ("S3ComputeObjectChecksum", o.s3_compute_object_checksum.is_some()),
        ("S3UpdateObjectEncryption", o.s3_update_object_encryption.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, asked)| asked.then_some(name))
    .collect()
}

fn time(epoch_ms: i64) -> Timestamp {
    Timestamp { epoch_ms }
}

fn progress(job: &Job, now_ms: i64) -> JobProgressSummary {
    let count = |n: u64| i64::try_from(n).ok();
    let active = job.active_since_ms.map_or(0, |since| job.ended_ms.unwrap_or(now_ms) - since);
    JobProgressSummary {
        total_number_of_tasks: count(job.total),
        number_of_tasks_succeeded: count(job.succeeded),
        number_of_tasks_failed: count(job.failed),
        timers: Some(JobTimers { elapsed_time_in_active_seconds: Some(active / 1_000) }),
    }
}

/// A job as DescribeJob shows it.
pub(crate) fn described(cx: &Cx, id: &str, job: Job) -> Result<JobDescriptor, Fault> {
    let request = request(&job)?;
    let failure = |(code, reason): &(String, String)| JobFailure {
        failure_code: Some(code.clone()),
        failure_reason: Some(reason.clone()),
    };
    Ok(JobDescriptor {
        job_id: Some(id.to_owned()),
        job_arn: Some(arn(cx.scope, id)),
        confirmation_required: Some(request.confirmation_required == Some(true)),
        description: request.description,
        manifest: request.manifest,
        operation: Some(request.operation),
        priority: Some(job.priority),
        progress_summary: Some(progress(&job, cx.now_ms)),
        status_update_reason: job.reason.clone(),
        failure_reasons: Some(job.failure.iter().map(failure).collect()),
        report: Some(request.report),
        creation_time: Some(time(job.created_ms)),
        termination_date: job.ended_ms.map(time),
        role_arn: Some(request.role_arn),
        suspended_date: job.suspended_ms.map(time),
        suspended_cause: job.suspended_ms.map(|_| AWAITS.to_owned()),
        manifest_generator: request.manifest_generator,
        generated_manifest_descriptor: generated(&job),
        status: Some(job.status),
    })
}

/// The manifest that was made for a job.
fn generated(job: &Job) -> Option<S3GeneratedManifestDescriptor> {
    let object_arn = job.generated.clone()?;
    let location = JobManifestLocation {
        object_arn,
        e_tag: job.generated_etag.clone(),
        ..JobManifestLocation::default()
    };
    Some(S3GeneratedManifestDescriptor { format: Some(GENERATED.to_owned()), location: Some(location) })
}

/// The form of manifests that are made.
pub(crate) const GENERATED: &str = "S3InventoryReport_CSV_20211130";

/// Why a job is suspended.
pub(crate) const AWAITS: &str = "AwaitingConfirmation";

/// A job as ListJobs shows it.
pub(crate) fn listed(cx: &Cx, id: String, job: Job) -> Result<JobListDescriptor, Fault> {
    let request = request(&job)?;
    Ok(JobListDescriptor {
        job_id: Some(id),
        description: request.description,
        operation: operations(&request.operation).first().map(|o| (*o).to_owned()),
        priority: Some(job.priority),
        creation_time: Some(time(job.created_ms)),
        termination_date: job.ended_ms.map(time),
        progress_summary: Some(progress(&job, cx.now_ms)),
        status: Some(job.status),
    })
}
