//! The role by which replicas are made: S3 must be trusted to assume it, and it must be allowed to read the source and to write
//! the replica. Making replicas is `replication.rs`'s.
//! Source: S3 user guide, "Setting up permissions for live replication", "Amazon S3 replication failure reasons".

use codec::Fault;
use directory::{Identity, Role, Roles, entity_key};
use kernel::{Cx, Flow, Target};
use shapes_s3::ReplicationRule;

use crate::access::Subject;
use crate::guard::{self, Object};
use crate::state::{Bucket, Version};

/// The role of that ARN, if it is there and S3 may assume it: as who acts by it.
pub(crate) fn assumed(cx: &Cx, arn: &str) -> Result<Option<Identity>, Fault> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else { return Ok(None) };
    let Some(name) = resource.strip_prefix("role/").and_then(|r| r.rsplit('/').next()) else {
        return Ok(None);
    };
    let role = cx.get::<Roles>(&entity_key(partition, account, name))?;
    let trusts = |r: &Role| r.trust.contains("\"s3.amazonaws.com\"") && r.trust.contains("\"Allow\"");
    Ok(role.filter(trusts).map(|r| Identity::role(partition, account, &r, "s3-replication")))
}

/// A version, where it is and where its replica goes.
pub(crate) struct Way<'a> {
    pub(crate) source: (&'a Bucket, &'a str),
    pub(crate) target: (&'a Bucket, &'a str),
    pub(crate) key: &'a str,
    pub(crate) version: &'a Version,
    pub(crate) rule: &'a ReplicationRule,
}

/// Whether the role may do all that a replica takes. `false`: AWS would name one of `SrcGetObjectNotPermitted`,
/// `SrcGetTaggingNotPermitted`, `DstPutObjectNotPermitted`, `DstPutTaggingNotPermitted`…
pub(crate) fn may(flow: &Flow<'_>, who: &Identity, way: &Way<'_>) -> Result<bool, Fault> {
    let all = flow.read(|cx| targets(cx, way))?;
    match flow.ask(who, "s3:ReplicateObject", all) {
        Ok(()) => Ok(true),
        Err(fault) if fault.cause().is_some() => Err(fault),
        Err(_) => Ok(false),
    }
}

fn targets(cx: &Cx, way: &Way<'_>) -> Result<Vec<Target>, Fault> {
    let v = way.version;
    let place = |bucket, version_id| Object { bucket, key: way.key, version_id, expected_owner: None };
    let bucket = guard::bucket_target(cx, way.source.0, way.source.1)?;
    let from = place(way.source.1, Some(v.id.as_str()));
    let from = guard::key_target(cx, way.source.0, from, Subject::Version(v))?;
    let to = guard::key_target(cx, way.target.0, place(way.target.1, None), Subject::Key)?;
    let mut all =
        vec![bucket.clone().action("s3:GetReplicationConfiguration"), bucket.action("s3:ListBucket")];
    if v.is_delete_marker {
        all.push(to.action("s3:ReplicateDelete"));
        return Ok(all);
    }
    for action in ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"] {
        all.push(from.clone().action(action));
    }
    if !v.tags.is_empty() {
        all.push(from.action("s3:GetObjectVersionTagging"));
        all.push(to.clone().action("s3:ReplicateTags"));
    }
    if way.rule.destination.access_control_translation.is_some() {
        all.push(to.clone().action("s3:ObjectOwnerOverrideToBucketOwner"));
    }
    all.push(to.action("s3:ReplicateObject"));
    Ok(all)
}
