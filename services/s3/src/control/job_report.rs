//! Reports of jobs: what became of each task, as CSV, and what tells where it lies.
//! Source: S3 user guide, "Tracking job status and completion reports": files and manifest. Its schema names ErrorCode before
//! HTTPStatusCode, and the lines have them the other way round, as the guide's own examples show.

use codec::{Blob, Fault};
use directory::Identity;
use kernel::Flow;
use md5::{Digest, Md5};
use serde_json::json;
use shapes_s3::{PutObjectRequest, op};
use shapes_s3control::JobReport;

use crate::encryption::hex;

use super::job::{self, Results};
use super::job_task::{self, Task};

/// What of a report's line says that it went well.
const WELL: &str = ",succeeded,200,,";
/// What is said of a task that has nothing else to tell.
pub(super) const SUCCESSFUL: &str = "Successful";

/// The line of a task.
pub(super) fn line(task: &Task, outcome: &Result<String, Fault>) -> String {
    let version = task.version_id.as_deref().unwrap_or_default();
    let start = format!("{},{},{version}", task.bucket, job_task::encoded(&task.key));
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\"").replace('\n', " "));
    match outcome {
        Ok(said) if said == SUCCESSFUL => format!("{start}{WELL}{said}\n"),
        Ok(said) => format!("{start}{WELL}{}\n", quoted(said)),
        Err(fault) => {
            format!("{start},failed,{},{},{}\n", fault.status(), fault.code(), quoted(fault.message()))
        }
    }
}

/// Writes the report of a job, in the name of its role: a file of what went well and one of what failed, and their manifest.
///
/// Errors: those of PutObject.
pub(super) async fn write(
    flow: &Flow<'_>,
    who: &Identity,
    id: &str,
    report: &JobReport,
) -> Result<(), Fault> {
    let key = job::key(flow.scope(), id);
    let lines: String =
        flow.read(|cx| Ok(cx.scan_prefix::<Results>(&key)?.map(|(_, t)| t.text).collect()))?;
    let bucket = report.bucket.as_deref().unwrap_or_default();
    let bucket = bucket.split_once(":::").map_or(bucket, |(_, name)| name).to_owned();
    let prefix =
        report.prefix.as_deref().filter(|p| !p.is_empty()).map(|p| format!("{p}/")).unwrap_or_default();
    let folder = format!("{prefix}job-{id}");
    let only_failed = report.report_scope.as_deref() == Some("FailedTasksOnly");
    let mut results = Vec::new();
    for (status, well) in [("succeeded", true), ("failed", false)] {
        let part: String = lines.split_inclusive('\n').filter(|l| l.contains(WELL) == well).collect();
        if part.is_empty() || (well && only_failed) {
            continue;
        }
        let md5 = hex(&Md5::digest(part.as_bytes()));
        let key = format!("{folder}/results/{md5}.csv");
        results
            .push(json!({ "TaskExecutionStatus": status, "Bucket": bucket, "MD5Checksum": md5, "Key": key }));
        put(flow, who, report, (&bucket, key), part, "text/csv").await?;
    }
    let created = kernel::text::iso_time(flow.now_ms());
    let manifest = json!({
        "Format": "Report_CSV_20180820",
        "ReportCreationDate": created,
        "Results": results,
        "ReportSchema": "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage",
    });
    let place = (bucket.as_str(), format!("{folder}/manifest.json"));
    put(flow, who, report, place, manifest.to_string(), "application/json").await
}

async fn put(
    flow: &Flow<'_>,
    who: &Identity,
    report: &JobReport,
    (bucket, key): (&str, String),
    text: String,
    content_type: &str,
) -> Result<(), Fault> {
    let input = PutObjectRequest {
        bucket: bucket.to_owned(),
        key,
        body: Some(Blob(text.into_bytes())),
        content_type: Some(content_type.to_owned()),
        expected_bucket_owner: report.expected_bucket_owner.clone(),
        ..PutObjectRequest::default()
    };
    flow.call_as::<op::PutObject>(who, flow.scope().clone(), input).await.map(drop)
}
