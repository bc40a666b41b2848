//! GetBucketReplication, PutBucketReplication and DeleteBucketReplication.

use std::collections::BTreeSet;

use codec::{Empty, Fault, Value};
use kernel::{Cx, Guard, Target};
use shapes_s3::{
    DeleteBucketReplicationRequest, GetBucketReplicationOutput, GetBucketReplicationRequest,
    PutBucketReplicationRequest, ReplicationRule, ReplicationRuleFilter,
};

use super::put_object;
use crate::state::{Bucket, Versioning};
use crate::{buckets, err, guard, replication, settings};

const MOST_RULES: usize = 1_000;

pub(crate) fn get_guard(cx: &Cx, i: &GetBucketReplicationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetReplicationConfiguration")
}

/// Errors: ReplicationConfigurationNotFoundError.
pub(crate) fn get(cx: &mut Cx, i: &GetBucketReplicationRequest) -> Result<GetBucketReplicationOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let Some(config) = replication::config(cx, &bucket)? else {
        let message = "The replication configuration was not found";
        return Err(Fault::new("ReplicationConfigurationNotFoundError", 404, message)
            .with_field("BucketName", Value::String(i.bucket.clone())));
    };
    Ok(GetBucketReplicationOutput { replication_configuration: Some(config) })
}

/// The role that S3 will take must be the caller's to pass.
pub(crate) fn put_guard(cx: &Cx, i: &PutBucketReplicationRequest) -> Result<Guard, Fault> {
    let owner = i.expected_bucket_owner.as_deref();
    let guard = guard::bucket(cx, &i.bucket, owner, "s3:PutReplicationConfiguration")?;
    let role = &i.replication_configuration.role;
    let pass = Target::on(role.as_str())
        .action("iam:PassRole")
        .key("iam:PassedToService", vec!["s3.amazonaws.com".to_owned()]);
    Ok(if role.starts_with("arn:") { guard.and(pass) } else { guard })
}

/// Errors: InvalidRequest: versions aren't kept, here or there; MalformedXML; InvalidArgument.
pub(crate) fn put(cx: &mut Cx, i: &PutBucketReplicationRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    if bucket.versioning != Versioning::Enabled {
        let message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
        return Err(err::invalid_request(message));
    }
    let mut config = i.replication_configuration.clone();
    if config.rules.is_empty() || config.rules.len() > MOST_RULES || config.role.is_empty() {
        return Err(err::malformed_xml());
    }
    let (mut ids, mut priorities) = (BTreeSet::new(), BTreeSet::new());
    for rule in &mut config.rules {
        check(rule)?;
        check_destination(cx, rule)?;
        if rule.id.as_deref().unwrap_or_default().is_empty() {
            rule.id = Some(cx.ids.text("s3.replication", 48, kernel::BASE32));
        }
        if !ids.insert(rule.id.clone()) {
            let message = "Rule Id must be unique. Found same Id for more than one rule";
            return Err(Fault::new("InvalidArgument", 400, message));
        }
        if rule.filter.is_some() && !priorities.insert((rule.priority, rule.destination.bucket.clone())) {
            let message = format!("Found duplicate priority {}", rule.priority.unwrap_or_default());
            return Err(err::invalid_request(message));
        }
    }
    settings::set(cx, &bucket, settings::REPLICATION, "", &config)?;
    Ok(Empty {})
}

fn check(rule: &ReplicationRule) -> Result<(), Fault> {
    if !matches!(rule.status.as_str(), "Enabled" | "Disabled") {
        return Err(err::malformed_xml());
    }
    let needed = |what: &str| {
        err::invalid_request(format!(
            "{what} must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information."
        ))
    };
    match (&rule.filter, &rule.prefix) {
        (Some(_), Some(_)) => return Err(err::malformed_xml()),
        (Some(_), None) if rule.priority.is_none() => return Err(needed("Priority")),
        (Some(_), None) if rule.delete_marker_replication.is_none() => {
            return Err(needed("DeleteMarkerReplication"));
        }
        _ => {}
    }
    let of_and = |f: &ReplicationRuleFilter| f.and.as_ref().and_then(|a| a.tags.clone());
    let tags =
        rule.filter.iter().flat_map(|f| f.tag.clone().into_iter().chain(of_and(f).into_iter().flatten()));
    if tags.into_iter().any(|t| t.value.is_none()) {
        return Err(err::malformed_xml());
    }
    let by_tag = rule.filter.as_ref().is_some_and(|f| {
        f.tag.is_some() || f.and.as_ref().is_some_and(|a| a.tags.as_ref().is_some_and(|t| !t.is_empty()))
    });
    let markers = rule.delete_marker_replication.as_ref().and_then(|d| d.status.as_deref());
    if by_tag && markers == Some("Enabled") {
        let message = "Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide for more information.";
        return Err(err::invalid_request(message));
    }
    let criteria = rule.source_selection_criteria.as_ref();
    let unbuilt = [
        ("ExistingObjectReplication", rule.existing_object_replication.as_ref().map(|e| e.status.as_str())),
        ("ReplicationTime", rule.destination.replication_time.as_ref().map(|t| t.status.as_str())),
        ("Metrics", rule.destination.metrics.as_ref().map(|m| m.status.as_str())),
        ("EncryptionConfiguration", rule.destination.encryption_configuration.as_ref().map(|_| "Enabled")),
        (
            "SseKmsEncryptedObjects",
            criteria.and_then(|c| Some(c.sse_kms_encrypted_objects.as_ref()?.status.as_str())),
        ),
        (
            "ReplicaModifications",
            criteria.and_then(|c| Some(c.replica_modifications.as_ref()?.status.as_str())),
        ),
    ];
    match unbuilt.iter().find(|(_, status)| *status == Some("Enabled")) {
        Some((what, _)) => Err(err::not_built(what)),
        None => Ok(()),
    }
}

fn check_destination(cx: &Cx, rule: &ReplicationRule) -> Result<(), Fault> {
    let Some(name) = replication::bucket_of(&rule.destination.bucket) else {
        return Err(Fault::new("InvalidArgument", 400, "Invalid bucket ARN"));
    };
    put_object::check_class(rule.destination.storage_class.as_deref())?;
    let Ok(found) = buckets::find(cx, name, None) else {
        return Err(err::invalid_request("Destination bucket must exist."));
    };
    if found.versioning != Versioning::Enabled {
        return Err(err::invalid_request("Destination bucket must have versioning enabled."));
    }
    check_owner(rule, &found)
}

/// The destination's account is named where replicas are to be its own, and is the bucket's.
/// Source: S3 API reference, Destination, AccessControlTranslation. Inferred: the texts.
fn check_owner(rule: &ReplicationRule, found: &Bucket) -> Result<(), Fault> {
    let to = &rule.destination;
    if let Some(translation) = &to.access_control_translation {
        if translation.owner != "Destination" {
            return Err(err::malformed_xml());
        }
        if to.account.is_none() {
            return Err(err::invalid_request(
                "Account must be specified when AccessControlTranslation is specified.",
            ));
        }
    }
    match &to.account {
        Some(account) if *account != found.account => {
            Err(err::invalid_request("Destination bucket must be owned by the account specified."))
        }
        _ => Ok(()),
    }
}

pub(crate) fn delete_guard(cx: &Cx, i: &DeleteBucketReplicationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutReplicationConfiguration")
}

pub(crate) fn delete(cx: &mut Cx, i: &DeleteBucketReplicationRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    settings::remove(cx, &bucket, settings::REPLICATION.name, "");
    Ok(Empty {})
}
