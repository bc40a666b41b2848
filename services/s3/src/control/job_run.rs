//! What jobs do, step by step: the manifest is read piece by piece, or made; its tasks are done a chunk at a time, the report is written. Each step is a
//! call of the service to itself, wanted by a timer, and each task a call of S3's own operation in the name of the job's
//! role: the same decision as if somebody had made that call. A crash repeats the chunk that it was in.

use codec::Fault;
use directory::{Identity, IdentityKind};
use kernel::{Cx, Effect, Flow, Profile, Timer};
use shapes_s3control::CreateJobRequest;
use shapes_sts::AssumeRoleRequest;

use super::job::{self, Job, Results, Tasks, Text};
use super::job_generator::{self, Made};
use super::job_task::{self, Task};
use super::{job_manifest, job_replicate, job_report};

/// Who does the work, as trust policies name it.
pub(crate) const PRINCIPAL: &str = "batchoperations.s3.amazonaws.com";
/// Timers: some job has something to do; a job waits for its confirmation, or is over, for long enough.
const STEP: &str = "jobs";
const UNCONFIRMED: &str = "job-unconfirmed";
const OLD: &str = "job-old";
/// Tasks in a step.
const CHUNK: usize = 100;
/// Between two steps in the `real` profile.
const PACE_MS: i64 = 1_000;
const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// Source: S3 user guide, "Job status lifecycle": Suspended (30 days); ListJobs (90 days).
const UNCONFIRMED_MS: i64 = 30 * DAY_MS;
const KEPT_MS: i64 = 90 * DAY_MS;
/// A job fails once it tried so many tasks and more than half of them failed. Source: S3 user guide, "Tracking job failure".
const TRIED: u64 = 1_000;
/// Lines of a manifest at most, here.
const MOST_TASKS: u64 = 20_000_000;

/// Whether that is the service itself, going on with its jobs.
pub(super) fn is_runner(who: &Identity) -> bool {
    who.kind == IdentityKind::Service && who.arn == PRINCIPAL
}

/// Has the next step done soon.
pub(super) fn wake(cx: &mut Cx) -> Result<(), Fault> {
    let wait_ms = if cx.profile == Profile::Dev { 0 } else { PACE_MS };
    cx.timer_set(STEP, "", cx.now_ms + wait_ms)
}

/// What happens when a timer of jobs falls due.
pub(super) fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    match timer.kind.as_str() {
        STEP => {
            let input = format!(
                "{{\"AccountId\":\"{}\",\"JobId\":\"next\",\"RequestedJobStatus\":\"Ready\"}}",
                cx.scope.account
            );
            cx.effect(Effect::Call {
                service: shapes_s3control::SERVICE.to_owned(),
                operation: "UpdateJobStatus".to_owned(),
                scope_path: cx.scope.path(),
                principal: PRINCIPAL.to_owned(),
                source_arn: job::arn(cx.scope, "*"),
                input,
            });
            Ok(())
        }
        UNCONFIRMED => {
            let found = cx.get::<job::Jobs>(&job::key(cx.scope, &timer.subject))?;
            let Some(found) = found.filter(|j| j.status == "Suspended") else { return Ok(()) };
            let why = "The job wasn't confirmed within 30 days";
            job::put(cx, &timer.subject, &failing(found, "NotConfirmed", why))?;
            wake(cx)
        }
        OLD => job::forget(cx, &timer.subject),
        other => Err(Fault::internal(format!("S3 Control sets no timer {other}"))),
    }
}

fn failing(job: Job, code: &str, reason: &str) -> Job {
    let failure = vec![(code.to_owned(), reason.to_owned())];
    Job { status: "Failing".to_owned(), failure, ..job }
}

/// Goes on with the job whose turn it is.
pub(super) async fn step(flow: &mut Flow<'_>) -> Result<(), Fault> {
    let Some((id, found)) = flow.read(|cx| job::next(cx))? else { return Ok(()) };
    let request = job::request(&found)?;
    let waits = match found.status.as_str() {
        "New" | "Preparing" => prepare(flow, &id, &found, &request).await.map(|()| false)?,
        "Ready" | "Active" => work(flow, &id, &found, &request).await?,
        _ => finish(flow, &id, &found, &request).await.map(|()| false)?,
    };
    flow.decide(|cx| match job::next(cx)? {
        Some(_) if waits => cx.timer_set(STEP, "", cx.now_ms + PACE_MS),
        Some(_) => wake(cx),
        None => Ok(()),
    })
    .await
}

/// Who acts for a job: a session of its role, which must trust the service.
async fn acting(flow: &Flow<'_>, id: &str, request: &CreateJobRequest) -> Result<Identity, Fault> {
    let input = AssumeRoleRequest {
        role_arn: request.role_arn.clone(),
        role_session_name: format!("s3-batch-{id}").chars().take(64).collect(),
        ..AssumeRoleRequest::default()
    };
    let (scope, source) = (flow.scope().clone(), job::arn(flow.scope(), id));
    let out = flow.call_as_service::<shapes_sts::op::AssumeRole>(PRINCIPAL, &source, scope, input).await?;
    let key = out.credentials.ok_or_else(|| Fault::internal("a role was assumed without credentials"))?;
    flow.bearer(&key.access_key_id, &key.secret_access_key, Some(&key.session_token))
}

/// `arn:aws:s3:::bucket/key`, taken apart.
pub(super) fn object_of(arn: &str) -> (&str, &str) {
    arn.split_once(":::").and_then(|(_, path)| path.split_once('/')).unwrap_or_default()
}

/// Reads what comes next of the manifest, or makes it, and keeps its tasks.
async fn prepare(
    flow: &mut Flow<'_>,
    id: &str,
    found: &Job,
    request: &CreateJobRequest,
) -> Result<(), Fault> {
    let made = match manifest(flow, id, found, request).await {
        Err(fault) if fault.cause().is_some() => return Err(fault),
        made => made,
    };
    flow.decide(|cx| {
        let mut now = job::find(cx, id)?;
        if now.status == "Cancelling" {
            return Ok(());
        }
        let made = match &made {
            Ok(made) => made,
            Err(fault) => return job::put(cx, id, &failing(now, fault.code(), fault.message())),
        };
        let (path, name) = job::key(cx.scope, id);
        for chunk in made.piece.tasks.chunks(CHUNK) {
            let text = chunk.iter().map(Task::to_line).collect::<Vec<_>>().join("\n");
            cx.put::<Tasks>(&(path.clone(), name.clone(), now.chunks), &Text { text });
            now.chunks += 1;
        }
        now.total += made.piece.tasks.len() as u64;
        now.files.extend(made.file.clone());
        if let Some((arn, etag)) = &made.manifest {
            (now.generated, now.generated_etag) = (Some(arn.clone()), etag.clone());
        }
        now.status = "Preparing".to_owned();
        match &made.piece.next {
            _ if now.total > MOST_TASKS => {
                now = failing(now, "InvalidManifest", "The manifest has too many lines");
            }
            Some(mark) => now.mark.clone_from(mark),
            None if now.total == 0 => now = failing(now, "InvalidManifest", "The manifest is empty"),
            None => ready(cx, id, &mut now, request)?,
        }
        job::put(cx, id, &now)
    })
    .await
}

/// All tasks are known: they can begin, once that is confirmed.
fn ready(cx: &mut Cx, id: &str, now: &mut Job, request: &CreateJobRequest) -> Result<(), Fault> {
    now.status = "Ready".to_owned();
    if request.confirmation_required == Some(true) {
        now.status = "Suspended".to_owned();
        now.suspended_ms = Some(cx.now_ms);
        cx.timer_set(UNCONFIRMED, id, cx.now_ms + UNCONFIRMED_MS)?;
    }
    Ok(())
}

/// The next tasks of a job.
///
/// Errors: those of reading the manifest in the name of the role, or of making it.
async fn manifest(flow: &Flow<'_>, id: &str, found: &Job, request: &CreateJobRequest) -> Result<Made, Fault> {
    let who = acting(flow, id, request).await?;
    let generator = request.manifest_generator.as_ref();
    match generator.and_then(|g| g.s3_job_manifest_generator.as_ref()) {
        Some(generator) => {
            let all_versions = request.operation.s3_replicate_object.is_some();
            job_generator::make(flow, &who, (id, found), generator, all_versions).await
        }
        None => {
            let piece = job_manifest::read(flow, &who, request, &found.mark).await?;
            Ok(Made { piece, file: None, manifest: None })
        }
    }
}

/// Does a chunk of tasks; `true`: it is to be waited for.
async fn work(flow: &mut Flow<'_>, id: &str, found: &Job, request: &CreateJobRequest) -> Result<bool, Fault> {
    let (path, name) = job::key(flow.scope(), id);
    let at = (path, name, found.done_chunks);
    let chunk = flow.read(|cx| cx.get::<Tasks>(&at))?.unwrap_or_default().text;
    let tasks: Vec<Task> = chunk.lines().filter_map(Task::of_line).collect();
    let who = acting(flow, id, request).await;
    let is_replication = request.operation.s3_replicate_object.is_some();
    if let (true, false, Ok(who)) = (is_replication, found.begun, &who) {
        job_replicate::begin(flow, who, &tasks).await?;
        return begun(flow, id).await.map(|()| true);
    }
    let (mut lines, mut good, mut bad) = (Vec::new(), 0, 0);
    for task in tasks {
        let outcome = match &who {
            Ok(who) if is_replication => match job_replicate::outcome(flow, who, &task) {
                Some(outcome) => outcome.map(|()| job_report::SUCCESSFUL.to_owned()),
                None => return Ok(true),
            },
            Ok(who) => job_task::run(flow, who, &task, &request.operation).await,
            Err(fault) => Err(fault.clone()),
        };
        match &outcome {
            Ok(_) => good += 1,
            Err(fault) if fault.cause().is_some() => return Err(fault.clone()),
            Err(_) => bad += 1,
        }
        lines.push(job_report::line(&task, &outcome));
    }
    done(flow, id, &at, (lines.concat(), good, bad)).await.map(|()| false)
}

/// Notes that a chunk was begun.
async fn begun(flow: &Flow<'_>, id: &str) -> Result<(), Fault> {
    flow.decide(|cx| {
        let mut now = job::find(cx, id)?;
        now.begun = true;
        now.active_since_ms = now.active_since_ms.or(Some(cx.now_ms));
        if now.status == "Ready" {
            now.status = "Active".to_owned();
        }
        job::put(cx, id, &now)
    })
    .await
}

/// Notes what became of a chunk.
async fn done(
    flow: &Flow<'_>,
    id: &str,
    at: &(String, String, u64),
    (text, good, bad): (String, u64, u64),
) -> Result<(), Fault> {
    flow.decide(|cx| {
        let mut now = job::find(cx, id)?;
        cx.put::<Results>(at, &Text { text });
        cx.delete::<Tasks>(at);
        now.begun = false;
        now.active_since_ms = now.active_since_ms.or(Some(cx.now_ms));
        now.done_chunks += 1;
        now.succeeded += good;
        now.failed += bad;
        let tried = now.succeeded + now.failed;
        if now.status == "Cancelling" {
            return job::put(cx, id, &now);
        }
        now.status = if tried >= now.total { "Completing" } else { "Active" }.to_owned();
        if now.status == "Active" && tried >= TRIED && now.failed * 2 > tried {
            let why = "The job failed because more than half of its tasks failed";
            now = failing(now, "JobFailureThresholdExceeded", why);
        }
        job::put(cx, id, &now)
    })
    .await
}

/// Writes the report and ends the job.
async fn finish(flow: &mut Flow<'_>, id: &str, found: &Job, request: &CreateJobRequest) -> Result<(), Fault> {
    let written = match request.report.enabled && found.succeeded + found.failed > 0 {
        true => match acting(flow, id, request).await {
            Ok(who) => job_report::write(flow, &who, id, &request.report).await,
            Err(fault) => Err(fault),
        },
        false => Ok(()),
    };
    if let Err(fault) = &written
        && fault.cause().is_some()
    {
        return written;
    }
    flow.decide(|cx| {
        let mut now = job::find(cx, id)?;
        if let Err(fault) = &written {
            now.failure.push((fault.code().to_owned(), fault.message().to_owned()));
        }
        now.status = match now.status.as_str() {
            "Cancelling" => "Cancelled",
            "Completing" if written.is_ok() => "Complete",
            _ => "Failed",
        }
        .to_owned();
        now.ended_ms = Some(cx.now_ms);
        job::forget_work(cx, id)?;
        cx.timer_clear(UNCONFIRMED, id)?;
        cx.timer_set(OLD, id, cx.now_ms + KEPT_MS)?;
        job::put(cx, id, &now)
    })
    .await
}
