//! One task of a job: a line of its manifest, and the call that it becomes.

use std::collections::BTreeMap;

use codec::{Empty, Fault, Timestamp};
use directory::Identity;
use kernel::Flow;
use shapes_s3::{
    AccessControlPolicy, CopyObjectRequest, DeleteObjectTaggingRequest, GlacierJobParameters, Grant, Grantee,
    ObjectLockLegalHold, ObjectLockRetention, Owner, PutObjectAclRequest, PutObjectLegalHoldRequest,
    PutObjectRetentionRequest, PutObjectTaggingRequest, RestoreObjectRequest, RestoreRequest, Tag, Tagging,
    op,
};
use shapes_s3control::{JobOperation, S3AccessControlPolicy, S3CopyObjectOperation, S3Grant, S3Tag};

use super::{job_checksum, job_report};
use crate::err as s3_err;

/// What is to be done on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Task {
    pub(super) bucket: String,
    /// As it is, not percent-encoded.
    pub(super) key: String,
    pub(super) version_id: Option<String>,
}

impl Task {
    /// A line of a manifest: values by field, in quotes or without, keys percent-encoded.
    pub(super) fn of_manifest(line: &str, fields: &[String]) -> Option<Task> {
        let values = split(line)?;
        let value = |name: &str| {
            let at = fields.iter().position(|f| f == name)?;
            values.get(at).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
        };
        let key = codec::decode_path(&value("Key")?.replace('+', " ")).into_owned();
        Some(Task { bucket: value("Bucket")?, key, version_id: value("VersionId") })
    }

    /// Whether a line of an inventory is about a delete marker.
    pub(super) fn is_marker(line: &str, fields: &[String]) -> bool {
        let at = fields.iter().position(|f| f == "IsDeleteMarker");
        at.is_some_and(|at| split(line).is_some_and(|v| v.get(at).is_some_and(|v| v == "true")))
    }

    /// As it is kept: parts of a line, each percent-encoded.
    pub(super) fn to_line(&self) -> String {
        let version = self.version_id.as_deref().unwrap_or_default();
        [self.bucket.as_str(), &encoded(&self.key), &encoded(version)].join(",")
    }

    /// Back from [`Task::to_line`].
    pub(super) fn of_line(line: &str) -> Option<Task> {
        let parts: Vec<&str> = line.split(',').collect();
        let [bucket, key, version] = parts[..] else { return None };
        let plain = |v: &str| codec::decode_path(v).into_owned();
        let version_id = Some(plain(version)).filter(|v| !v.is_empty());
        Some(Task { bucket: bucket.to_owned(), key: plain(key), version_id })
    }
}

/// Everything but letters, digits and what stands in paths unharmed, as `%XX`.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(b))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// The values of a line of CSV.
fn split(line: &str) -> Option<Vec<String>> {
    let (mut values, mut value, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                value.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(std::mem::take(&mut value)),
            other => value.push(other),
        }
    }
    values.push(value);
    (!quoted).then_some(values)
}

/// Does a task, in the name of `who`; what the report says of it.
///
/// Errors: those of the call.
pub(super) async fn run(
    flow: &Flow<'_>,
    who: &Identity,
    task: &Task,
    asked: &JobOperation,
) -> Result<String, Fault> {
    match &asked.s3_compute_object_checksum {
        Some(o) => job_checksum::compute(flow, who, task, o).await,
        None => call(flow, who, task, asked).await.map(|()| job_report::SUCCESSFUL.to_owned()),
    }
}

async fn call(flow: &Flow<'_>, who: &Identity, task: &Task, asked: &JobOperation) -> Result<(), Fault> {
    let scope = flow.scope().clone();
    let Task { bucket, key, version_id } = task.clone();
    if let Some(copy) = &asked.s3_put_object_copy {
        return flow.call_as::<op::CopyObject>(who, scope, copying(task, copy)?).await.map(drop);
    }
    if let Some(set) = &asked.s3_put_object_acl {
        let policy = set.access_control_policy.as_ref();
        let input = PutObjectAclRequest {
            bucket,
            key,
            version_id,
            acl: policy.and_then(|p| p.canned_access_control_list.clone()),
            access_control_policy: policy.and_then(granting),
            ..PutObjectAclRequest::default()
        };
        return flow.call_as::<op::PutObjectAcl>(who, scope, input).await.map(drop);
    }
    if let Some(set) = &asked.s3_put_object_tagging {
        let tagging = Tagging { tag_set: set.tag_set.iter().flatten().map(tag).collect() };
        let input = PutObjectTaggingRequest {
            bucket,
            key,
            version_id,
            tagging,
            ..PutObjectTaggingRequest::default()
        };
        return flow.call_as::<op::PutObjectTagging>(who, scope, input).await.map(drop);
    }
    if asked.s3_delete_object_tagging.is_some() {
        let input =
            DeleteObjectTaggingRequest { bucket, key, version_id, ..DeleteObjectTaggingRequest::default() };
        return flow.call_as::<op::DeleteObjectTagging>(who, scope, input).await.map(drop);
    }
    if let Some(restore) = &asked.s3_initiate_restore_object {
        let tier = restore.glacier_job_tier.clone().unwrap_or_else(|| "BULK".to_owned());
        let request = RestoreRequest {
            days: restore.expiration_in_days,
            glacier_job_parameters: Some(GlacierJobParameters { tier: in_title_case(&tier) }),
            ..RestoreRequest::default()
        };
        let restore_request = Some(request);
        let input = RestoreObjectRequest {
            bucket,
            key,
            version_id,
            restore_request,
            ..RestoreObjectRequest::default()
        };
        return flow.call_as::<op::RestoreObject>(who, scope, input).await.map(drop);
    }
    locking(flow, who, task, asked).await.map(drop)
}

/// `STANDARD` is `Standard` to S3.
fn in_title_case(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let (first, rest) = lower.split_at_checked(1).unwrap_or((&lower, ""));
    first.to_ascii_uppercase() + rest
}

async fn locking(flow: &Flow<'_>, who: &Identity, task: &Task, asked: &JobOperation) -> Result<Empty, Fault> {
    let scope = flow.scope().clone();
    let Task { bucket, key, version_id } = task.clone();
    if let Some(hold) = &asked.s3_put_object_legal_hold {
        let legal_hold = Some(ObjectLockLegalHold { status: Some(hold.legal_hold.status.clone()) });
        let input = PutObjectLegalHoldRequest {
            bucket,
            key,
            version_id,
            legal_hold,
            ..PutObjectLegalHoldRequest::default()
        };
        flow.call_as::<op::PutObjectLegalHold>(who, scope, input).await?;
        return Ok(Empty {});
    }
    let Some(set) = &asked.s3_put_object_retention else {
        return Err(s3_err::not_built("an operation of jobs"));
    };
    let retention = ObjectLockRetention {
        mode: set.retention.mode.clone(),
        retain_until_date: set.retention.retain_until_date,
        ..ObjectLockRetention::default()
    };
    let input = PutObjectRetentionRequest {
        bucket,
        key,
        version_id,
        retention: Some(retention),
        bypass_governance_retention: set.bypass_governance_retention,
        ..PutObjectRetentionRequest::default()
    };
    flow.call_as::<op::PutObjectRetention>(who, scope, input).await?;
    Ok(Empty {})
}

fn tag(t: &S3Tag) -> Tag {
    Tag { key: t.key.clone(), value: Some(t.value.clone()) }
}

fn granting(policy: &S3AccessControlPolicy) -> Option<AccessControlPolicy> {
    let list = policy.access_control_list.as_ref()?;
    let grant = |g: &S3Grant| {
        let grantee = g.grantee.as_ref().map(|who| {
            let id = who.identifier.clone();
            match who.type_identifier.as_deref() {
                Some("uri") => Grantee { type_: "Group".to_owned(), uri: id, ..Grantee::default() },
                Some("emailAddress") => Grantee {
                    type_: "AmazonCustomerByEmail".to_owned(),
                    email_address: id,
                    ..Grantee::default()
                },
                _ => Grantee { type_: "CanonicalUser".to_owned(), id, ..Grantee::default() },
            }
        });
        Grant { grantee, permission: g.permission.clone() }
    };
    Some(AccessControlPolicy {
        grants: Some(list.grants.iter().flatten().map(grant).collect()),
        owner: Some(Owner { id: list.owner.id.clone(), ..Owner::default() }),
    })
}

/// Who is granted a permission on copies, as a header says it.
fn granted(o: &S3CopyObjectOperation, permission: &str) -> Option<String> {
    let grants = o.access_control_grants.iter().flatten();
    let grants = grants.filter(|g| g.permission.as_deref() == Some(permission));
    let grantees = grants.filter_map(|g| g.grantee.as_ref()).map(|g| {
        let (kind, who) = (g.type_identifier.as_deref(), g.identifier.as_deref());
        format!("{}=\"{}\"", kind.unwrap_or_default(), who.unwrap_or_default())
    });
    let all: Vec<String> = grantees.collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Refuses what a copy can't have here.
///
/// Errors: `InvalidRequest`: a permission that objects don't have; `NotImplemented`: event holds, requester pays.
pub(super) fn check_copy(o: &S3CopyObjectOperation) -> Result<(), Fault> {
    let known = ["FULL_CONTROL", "READ", "READ_ACP", "WRITE_ACP"];
    let given = o.access_control_grants.iter().flatten().map(|g| g.permission.as_deref().unwrap_or_default());
    if given.into_iter().any(|permission| !known.contains(&permission)) {
        return Err(s3_err::invalid_request("The permission can't be granted on an object"));
    }
    if o.object_lock_event_hold.is_some() || o.object_lock_event_hold_duration.is_some() {
        return Err(s3_err::not_built("ObjectLockEventHold"));
    }
    match o.requester_pays {
        Some(true) => Err(s3_err::not_built("RequesterPays")),
        _ => Ok(()),
    }
}

/// A copy, as the operation and the task say it.
///
/// Errors: `NotImplemented` for KMS keys.
fn copying(task: &Task, o: &S3CopyObjectOperation) -> Result<CopyObjectRequest, Fault> {
    let source = match &task.version_id {
        Some(id) => format!("{}/{}?versionId={id}", task.bucket, encoded(&task.key)),
        None => format!("{}/{}", task.bucket, encoded(&task.key)),
    };
    let target = o.target_resource.as_deref().unwrap_or_default();
    let prefix = o.target_key_prefix.as_deref().map(|p| format!("{p}/")).unwrap_or_default();
    let tags = o.new_object_tagging.as_ref().map(|tags| {
        let pair = |t: &S3Tag| format!("{}={}", encoded(&t.key), encoded(&t.value));
        tags.iter().map(pair).collect::<Vec<_>>().join("&")
    });
    let metadata = o.new_object_metadata.clone().unwrap_or_default();
    Ok(CopyObjectRequest {
        bucket: target.split_once(":::").map_or(target, |(_, bucket)| bucket).to_owned(),
        key: prefix + &task.key,
        copy_source: source,
        acl: o.canned_access_control_list.clone(),
        grant_full_control: granted(o, "FULL_CONTROL"),
        grant_read: granted(o, "READ"),
        grant_read_acp: granted(o, "READ_ACP"),
        grant_write_acp: granted(o, "WRITE_ACP"),
        copy_source_if_modified_since: o.modified_since_constraint,
        copy_source_if_unmodified_since: o.un_modified_since_constraint,
        metadata_directive: o.metadata_directive.clone(),
        cache_control: metadata.cache_control,
        content_disposition: metadata.content_disposition,
        content_encoding: metadata.content_encoding,
        content_language: metadata.content_language,
        content_type: metadata.content_type,
        expires: metadata.http_expires_date.map(|t: Timestamp| t.http_date()),
        metadata: metadata.user_metadata.filter(|m: &BTreeMap<String, String>| !m.is_empty()),
        server_side_encryption: metadata.sse_algorithm,
        ssekms_key_id: o.sse_aws_kms_key_id.clone(),
        bucket_key_enabled: o.bucket_key_enabled,
        tagging_directive: tags.as_ref().map(|_| "REPLACE".to_owned()),
        tagging: tags,
        storage_class: o.storage_class.clone(),
        website_redirect_location: o.redirect_location.clone(),
        object_lock_mode: o.object_lock_mode.clone(),
        object_lock_retain_until_date: o.object_lock_retain_until_date,
        object_lock_legal_hold_status: o.object_lock_legal_hold_status.clone(),
        checksum_algorithm: o.checksum_algorithm.clone(),
        ..CopyObjectRequest::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_manifests_are_csv() {
        let fields = ["Bucket", "Key", "VersionId"].map(str::to_owned);
        for (line, key, version) in [
            ("b,a/b", "a/b", None),
            ("b,a%2Cb%20c,", "a,b c", None),
            (r#""b","a+b","v1""#, "a b", Some("v1")),
            (r#"b,"a""b",v"#, "a\"b", Some("v")),
        ] {
            let task = Task::of_manifest(line, &fields).expect(line);
            assert_eq!((task.key.as_str(), task.version_id.as_deref()), (key, version), "{line}");
            assert_eq!(Task::of_line(&task.to_line()), Some(task), "{line}");
        }
        for bad in ["b", "b,", ",k", r#""b,k"#] {
            assert_eq!(Task::of_manifest(bad, &fields), None, "{bad}");
        }
    }
}
