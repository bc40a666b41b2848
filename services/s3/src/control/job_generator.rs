//! Manifests that are made for jobs: a walk over a bucket, a step at a time, that keeps what the filter lets through, and, if that is
//! wanted, writes it down as an inventory report.
//! Source: S3 API reference, S3JobManifestGenerator, JobManifestGeneratorFilter; S3 user guide, "Specifying a manifest". Inferred: where
//! the files lie, and that jobs but those that replicate are about latest versions alone.

use std::io::Write;

use codec::{Blob, Fault};
use directory::Identity;
use flate2::Compression;
use flate2::write::GzEncoder;
use kernel::{Cx, Flow};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use shapes_s3::{PutObjectRequest, op};
use shapes_s3control::{
    JobManifestGeneratorFilter, KeyNameConstraint, ObjectEncryptionFilter, S3JobManifestGenerator,
    S3ManifestOutputLocation,
};
use store::Scan;

use super::job::{Job, Mark};
use super::job_manifest::Piece;
use super::job_task::Task;
use crate::encryption::hex;
use crate::state::{Bucket, Current, Past, Version, Versioning};
use crate::{buckets, err as s3_err, guard, inventory, names, replication, versions};

/// Versions that one step looks at.
const STEP: usize = 5_000;

/// What a step made.
pub(super) struct Made {
    pub(super) piece: Piece,
    /// The file that it was written to: key, size and MD5, a line apart.
    pub(super) file: Option<String>,
    /// The manifest's ARN and entity tag, once all is there.
    pub(super) manifest: Option<(String, String)>,
}

/// Which versions there are in a step, and the next one's mark.
type Found = (Vec<(String, Version)>, Option<Mark>);

/// Looks at what comes next of the source, in the name of the job's role.
///
/// Errors: `ManifestGenerationAccessDenied`; those of the source bucket and of PutObject.
pub(super) async fn make(
    flow: &Flow<'_>,
    who: &Identity,
    (id, job): (&str, &Job),
    generator: &S3JobManifestGenerator,
    all_versions: bool,
) -> Result<Made, Fault> {
    let name = replication::bucket_of(&generator.source_bucket).unwrap_or_default();
    let target = flow.read(|cx| {
        let bucket = buckets::find(cx, name, generator.expected_bucket_owner.as_deref())?;
        guard::bucket_target(cx, &bucket, name)
    })?;
    let denied = |f: Fault| Fault::new("ManifestGenerationAccessDenied", 403, f.message().to_owned());
    flow.ask(who, "s3:PutInventoryConfiguration", vec![target.clone()]).map_err(denied)?;
    let filter = generator.filter.clone().unwrap_or_default();
    if filter.eligible_for_replication == Some(true) {
        flow.ask(who, "s3:GetReplicationConfiguration", vec![target]).map_err(denied)?;
    }
    let (tasks, next) = flow.read(|cx| {
        let bucket = buckets::find(cx, name, None)?;
        let (found, next) = walk(cx, &bucket, &job.mark, all_versions)?;
        let lets = Filter::of(cx, &bucket, &filter)?;
        let kept = found.into_iter().filter(|(key, v)| !v.is_delete_marker && lets.through(key, v));
        let task = |(key, v): (String, Version)| Task {
            bucket: name.to_owned(),
            key,
            version_id: Some(v.id).filter(|id| bucket.versioning != Versioning::Off && id != versions::NULL),
        };
        Ok((kept.map(task).collect::<Vec<_>>(), next))
    })?;
    let mut made = Made { piece: Piece { tasks, next }, file: None, manifest: None };
    if let Some(to) = generator.manifest_output_location.as_ref().filter(|_| generator.enable_manifest_output)
    {
        let written = Written { flow, who, to, id };
        if !made.piece.tasks.is_empty() {
            made.file = Some(written.file(job.files.len(), &made.piece.tasks).await?);
        }
        if made.piece.next.is_none() {
            let files: Vec<&String> = job.files.iter().chain(&made.file).collect();
            made.manifest = Some(written.manifest(name, &files).await?);
        }
    }
    Ok(made)
}

/// The versions before the latest ones, if they are wanted, and then these, each in order of key: replicas are made in that order.
fn walk(cx: &Cx, bucket: &Bucket, mark: &Mark, all_versions: bool) -> Result<Found, Fault> {
    let number = bucket.number;
    let in_past = all_versions && mark.file == 0;
    let mut found: Vec<(String, Version)> = match in_past {
        false => {
            let from = if mark.key.is_empty() { String::new() } else { format!("{}\0", mark.key) };
            let rows = cx.scan::<Current>(Scan::prefix(&(number,)).from(&(number, from)))?;
            rows.take(STEP).map(|((_, key), v)| (key, v)).collect()
        }
        true => {
            let from = (number, mark.key.clone(), if mark.key.is_empty() { 0 } else { mark.at });
            let rows = cx.scan::<Past>(Scan::prefix(&(number,)).from(&from))?;
            rows.take(STEP).map(|((_, key, _), v)| (key, v)).collect()
        }
    };
    let next = match found.last() {
        // Those before it lie behind its `seq`, turned over.
        Some((key, v)) if found.len() == STEP => {
            Some(Mark { file: mark.file, at: (!v.seq).saturating_add(1), key: key.clone() })
        }
        _ if in_past => Some(Mark { file: 1, ..Mark::default() }),
        _ => None,
    };
    if in_past {
        // They lie newest first.
        found.reverse();
    }
    Ok((found, next))
}

/// A filter with what it needs of the bucket.
struct Filter<'f> {
    by: &'f JobManifestGeneratorFilter,
    replicated: Option<shapes_s3::ReplicationConfiguration>,
}

impl Filter<'_> {
    fn of<'f>(cx: &Cx, bucket: &Bucket, by: &'f JobManifestGeneratorFilter) -> Result<Filter<'f>, Fault> {
        let replicated = match by.eligible_for_replication {
            Some(_) => replication::config(cx, bucket)?,
            None => None,
        };
        Ok(Filter { by, replicated })
    }

    fn through(&self, key: &str, v: &Version) -> bool {
        let by = self.by;
        let size = i64::try_from(v.content.size_bytes).unwrap_or(i64::MAX);
        let status = v.replication_status.as_deref().unwrap_or("NONE");
        let one_of = |all: &Option<Vec<String>>, value: &str| {
            all.as_ref().filter(|a| !a.is_empty()).is_none_or(|a| a.iter().any(|x| x == value))
        };
        let eligible =
            || self.replicated.as_ref().is_some_and(|config| replication::is_eligible(config, key, v));
        by.created_after.is_none_or(|t| v.modified_ms > t.epoch_ms)
            && by.created_before.is_none_or(|t| v.modified_ms < t.epoch_ms)
            && by.object_size_greater_than_bytes.is_none_or(|n| size > n)
            && by.object_size_less_than_bytes.is_none_or(|n| size < n)
            && one_of(&by.object_replication_statuses, status)
            && one_of(&by.match_any_storage_class, &v.storage_class)
            && by.key_name_constraint.as_ref().is_none_or(|c| is_named(c, key))
            && by.match_any_object_encryption.as_ref().is_none_or(|all| all.iter().any(|e| is_kept(e, v)))
            && by.eligible_for_replication.is_none_or(|wanted| wanted == eligible())
    }
}

fn is_named(c: &KeyNameConstraint, key: &str) -> bool {
    let any = |all: &Option<Vec<String>>, holds: &dyn Fn(&str) -> bool| {
        all.as_ref().filter(|a| !a.is_empty()).is_none_or(|a| a.iter().any(|x| holds(x)))
    };
    any(&c.match_any_prefix, &|p| key.starts_with(p))
        && any(&c.match_any_suffix, &|s| key.ends_with(s))
        && any(&c.match_any_substring, &|s| key.contains(s))
}

fn is_kept(e: &ObjectEncryptionFilter, v: &Version) -> bool {
    let sse = &v.content.sse;
    match sse.algorithm.as_str() {
        _ if !sse.customer_key_md5.is_empty() => e.ssec.is_some(),
        "AES256" => e.sses3.is_some(),
        "aws:kms" => e.ssekms.is_some(),
        "aws:kms:dsse" => e.dssekms.is_some(),
        _ => e.notsse.is_some(),
    }
}

/// Where a manifest is written, and for which job.
struct Written<'w> {
    flow: &'w Flow<'w>,
    who: &'w Identity,
    to: &'w S3ManifestOutputLocation,
    id: &'w str,
}

impl Written<'_> {
    fn key(&self, tail: &str) -> String {
        let prefix = self.to.manifest_prefix.as_deref().filter(|p| !p.is_empty());
        let prefix = prefix.map(|p| format!("{}/", p.trim_end_matches('/'))).unwrap_or_default();
        format!("{prefix}job-{}/{tail}", self.id)
    }

    fn bucket(&self) -> &str {
        replication::bucket_of(&self.to.bucket).unwrap_or_default()
    }

    async fn put(&self, key: String, bytes: Vec<u8>, content_type: &str) -> Result<String, Fault> {
        let encryption = self.to.manifest_encryption.as_ref().and_then(|e| e.sses3.as_ref());
        let input = PutObjectRequest {
            bucket: self.bucket().to_owned(),
            key,
            body: Some(Blob(bytes)),
            content_type: Some(content_type.to_owned()),
            server_side_encryption: encryption.map(|_| "AES256".to_owned()),
            expected_bucket_owner: self.to.expected_manifest_bucket_owner.clone(),
            ..PutObjectRequest::default()
        };
        let out = self.flow.call_as::<op::PutObject>(self.who, self.flow.scope().clone(), input).await?;
        Ok(out.e_tag.unwrap_or_default().trim_matches('"').to_owned())
    }

    async fn file(&self, n: usize, tasks: &[Task]) -> Result<String, Fault> {
        let mut text = String::new();
        for t in tasks {
            let version = t.version_id.as_deref().unwrap_or_default();
            text.push_str(&format!("\"{}\",\"{}\",\"{version}\"\n", t.bucket, inventory::shown_key(&t.key)));
        }
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(text.as_bytes()).map_err(Fault::internal)?;
        let bytes = packed.finish().map_err(Fault::internal)?;
        let (size, sum) = (bytes.len(), hex(&Md5::digest(&bytes)));
        let key = self.key(&format!("data/{n:05}.csv.gz"));
        self.put(key.clone(), bytes, "application/gzip").await?;
        Ok(format!("{key}\n{size}\n{sum}"))
    }

    /// Its ARN and entity tag.
    async fn manifest(&self, source: &str, files: &[&String]) -> Result<(String, String), Fault> {
        let file = |f: &&String| -> Value {
            let parts: Vec<&str> = f.split('\n').collect();
            let size: u64 = parts.get(1).and_then(|s| s.parse().ok()).unwrap_or(0);
            json!({ "key": parts.first(), "size": size, "MD5checksum": parts.get(2) })
        };
        let manifest = json!({
            "sourceBucket": source,
            "destinationBucket": self.to.bucket,
            "version": "2021-11-30",
            "creationTimestamp": self.flow.now_ms().to_string(),
            "fileFormat": "CSV",
            "fileSchema": "Bucket, Key, VersionId",
            "files": files.iter().map(file).collect::<Vec<_>>(),
        });
        let key = self.key("manifest.json");
        let etag = self.put(key.clone(), manifest.to_string().into_bytes(), "application/json").await?;
        Ok((names::object_arn(self.flow.scope(), self.bucket(), &key), etag))
    }
}

/// Refuses what can't be made. Inferred: the texts.
///
/// Errors: `InvalidRequest`; `NotImplemented` for manifests that KMS keys encrypt.
pub(super) fn check(g: &S3JobManifestGenerator) -> Result<(), Fault> {
    let invalid = |why: &str| Err(s3_err::invalid_request(why));
    if replication::bucket_of(&g.source_bucket).is_none() {
        return invalid("Invalid source bucket ARN");
    }
    match &g.manifest_output_location {
        None if g.enable_manifest_output => invalid("A manifest that is to be written needs a location"),
        Some(to) if replication::bucket_of(&to.bucket).is_none() => invalid("Invalid manifest bucket ARN"),
        Some(to) if to.manifest_encryption.as_ref().is_some_and(|e| e.ssekms.is_some()) => {
            Err(s3_err::not_built("manifests that KMS keys encrypt"))
        }
        _ => Ok(()),
    }
}
