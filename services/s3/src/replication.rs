//! Replication: versions of a bucket that are made again in another one, with their ids, by rules. A timer makes each of them, in
//! the lanes of both buckets, so that a replica is there whole or not at all; its bytes are the source's, shared.
//! Source: S3 user guide, "Replicating objects within and across Regions".
//!
//! Differs: of the role it is checked that it is there and that S3 may assume it, not what its policies allow. Existing objects,
//! replication time control, metrics and changes of replicas are refused.

use codec::Fault;
use directory::{Roles, entity_key};
use kernel::{Cx, Profile};
use shapes_s3::{ReplicationConfiguration, ReplicationRule};
use store::Scan;

use crate::state::{Bucket, Past, Version, Versioning};
use crate::{buckets, content, events, names, settings, versions};

/// Timer: a version is to be replicated. Its subject is source, destination, `seq` and key, with slashes between them.
pub(crate) const TIMER: &str = "replicate";
/// How long a replica takes in the `real` profile. AWS's documentation says that most are made within seconds.
const LAG_MS: i64 = 15_000;
/// As what faults see it, beside the operations.
const ACTIVITY: &str = "Replicate";
/// How long after it is asked again whether replication still stands still.
const STILL_MS: i64 = 5 * 60_000;

pub(crate) const PENDING: &str = "PENDING";
pub(crate) const COMPLETED: &str = "COMPLETED";
pub(crate) const FAILED: &str = "FAILED";
pub(crate) const REPLICA: &str = "REPLICA";

/// What was put, if anything.
pub(crate) fn config(cx: &Cx, bucket: &Bucket) -> Result<Option<ReplicationConfiguration>, Fault> {
    settings::get(cx, bucket, settings::REPLICATION, "")
}

/// The name of the bucket of an ARN.
pub(crate) fn bucket_of(arn: &str) -> Option<&str> {
    let name = arn.split_once(":s3:::")?.1;
    (arn.starts_with("arn:") && !name.is_empty() && !name.contains('/')).then_some(name)
}

/// Whether a rule is for a version.
fn applies(rule: &ReplicationRule, key: &str, v: &Version) -> bool {
    if rule.status != "Enabled" {
        return false;
    }
    let (prefix, tags) = match &rule.filter {
        None => (rule.prefix.as_deref(), Vec::new()),
        Some(f) => match &f.and {
            Some(and) => (and.prefix.as_deref(), and.tags.iter().flatten().collect()),
            None => (f.prefix.as_deref(), f.tag.iter().collect::<Vec<_>>()),
        },
    };
    let marked = rule.delete_marker_replication.as_ref().and_then(|d| d.status.as_deref()) == Some("Enabled");
    // The older form of a rule, without a filter, replicates delete markers.
    let wanted = !v.is_delete_marker || (tags.is_empty() && (marked || rule.filter.is_none()));
    wanted
        && key.starts_with(prefix.unwrap_or_default())
        && tags.iter().all(|t| v.tags.iter().any(|(k, value)| *k == t.key && *value == t.value))
}

/// The rules that a version falls under: the one of highest priority for each destination.
fn rules<'c>(config: &'c ReplicationConfiguration, key: &str, v: &Version) -> Vec<&'c ReplicationRule> {
    let mut found: Vec<&ReplicationRule> = config.rules.iter().filter(|r| applies(r, key, v)).collect();
    found.sort_by_key(|r| std::cmp::Reverse(r.priority.unwrap_or(0)));
    let mut seen: Vec<&str> = Vec::new();
    found.retain(|r| {
        let first = !seen.contains(&r.destination.bucket.as_str());
        seen.push(&r.destination.bucket);
        first
    });
    found
}

/// A version was written or a delete marker made by somebody: replicas are to be made of it.
pub(crate) fn begin(
    cx: &mut Cx,
    bucket: &Bucket,
    (name, key): (&str, &str),
    v: &Version,
) -> Result<(), Fault> {
    if bucket.versioning != Versioning::Enabled || v.replication_status.as_deref() == Some(REPLICA) {
        return Ok(());
    }
    let Some(config) = config(cx, bucket)? else { return Ok(()) };
    let due_ms = cx.now_ms + usual_ms(cx);
    let rules = rules(&config, key, v);
    for rule in &rules {
        let Some(to) = bucket_of(&rule.destination.bucket) else { continue };
        let subject = format!("{name}/{to}/{}/{key}", v.seq);
        cx.timer_set_in(vec![name.to_owned(), to.to_owned()], TIMER, &subject, due_ms)?;
    }
    if rules.is_empty() || v.is_delete_marker {
        return Ok(());
    }
    let pending = Version { replication_status: Some(PENDING.to_owned()), ..v.clone() };
    versions::update(cx, bucket, key, &pending)
}

fn usual_ms(cx: &Cx) -> i64 {
    if cx.profile == Profile::Real { LAG_MS } else { 0 }
}

/// When a replica is due that faults hold up, if that is later than now: they may lag where the source is, and where the
/// destination is.
fn held_up(cx: &Cx, v: &Version, (name, from): (&str, &Bucket), (to, there): (&str, &Bucket)) -> Option<i64> {
    let lag = |region: &str, bucket: &str| cx.lag(ACTIVITY, region, &names::bucket_arn(cx.scope, bucket));
    let Some((here_ms, there_ms)) = lag(&from.region, name).zip(lag(&there.region, to)) else {
        return Some(cx.now_ms + STILL_MS);
    };
    let due_ms = v.modified_ms + usual_ms(cx) + here_ms.max(there_ms);
    (due_ms > cx.now_ms).then_some(due_ms)
}

/// The time of a replica has come, unless faults hold it up.
pub(crate) fn on_timer(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let parts: Vec<&str> = subject.splitn(4, '/').collect();
    let [name, to, seq, key] = parts[..] else {
        return Err(Fault::internal("a replica's timer names no object"));
    };
    let Ok(from) = buckets::find(cx, name, None) else { return Ok(()) };
    let seq: u64 = seq.parse().map_err(Fault::internal)?;
    let Some(v) = version(cx, &from, key, seq)? else { return Ok(()) };
    let Some(config) = config(cx, &from)? else { return Ok(()) };
    let rule = rules(&config, key, &v).into_iter().find(|r| bucket_of(&r.destination.bucket) == Some(to));
    let destination = buckets::find(cx, to, None).ok().filter(|b| b.versioning == Versioning::Enabled);
    if let Some(there) = &destination
        && let Some(due_ms) = held_up(cx, &v, (name, &from), (to, there))
    {
        return cx.timer_set_in(vec![name.to_owned(), to.to_owned()], TIMER, subject, due_ms);
    }
    let may = is_trusted(cx, &config.role)?;
    let status = match (rule, destination) {
        (Some(rule), Some(destination)) if may => {
            replicate(cx, (&from, key, &v), (&destination, to), rule)?;
            COMPLETED
        }
        _ => {
            events::told(cx, &from, (name, key), &v, events::REPLICATION_FAILED)?;
            FAILED
        }
    };
    if v.is_delete_marker || v.replication_status.as_deref() == Some(FAILED) {
        return Ok(());
    }
    versions::update(cx, &from, key, &Version { replication_status: Some(status.to_owned()), ..v })
}

fn version(cx: &Cx, bucket: &Bucket, key: &str, seq: u64) -> Result<Option<Version>, Fault> {
    let latest = versions::latest(cx, bucket, key)?;
    if let Some(v) = latest.filter(|v| v.seq == seq) {
        return Ok(Some(v));
    }
    let at = Scan::prefix(&(bucket.number, key.to_owned(), !seq));
    Ok(cx.scan::<Past>(at)?.next().map(|(_, v)| v))
}

/// Whether the role is there and S3 may assume it.
fn is_trusted(cx: &Cx, arn: &str) -> Result<bool, Fault> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else { return Ok(false) };
    let Some(name) = resource.strip_prefix("role/").and_then(|r| r.rsplit('/').next()) else {
        return Ok(false);
    };
    let role = cx.get::<Roles>(&entity_key(partition, account, name))?;
    Ok(role.is_some_and(|r| r.trust.contains("\"s3.amazonaws.com\"") && r.trust.contains("\"Allow\"")))
}

fn replicate(
    cx: &mut Cx,
    (from, key, v): (&Bucket, &str, &Version),
    (to, name): (&Bucket, &str),
    rule: &ReplicationRule,
) -> Result<(), Fault> {
    if let versions::Named::Found(_) = versions::find(cx, to, key, &v.id)? {
        // It was made before.
        return Ok(());
    }
    let content = content::share(cx, (&v.content, from), to, &|sse| Ok(sse.clone()))?;
    let owner = match rule.destination.access_control_translation {
        Some(_) => to.account.clone(),
        None => v.owner.clone(),
    };
    let replica = Version {
        content,
        owner,
        storage_class: rule.destination.storage_class.clone().unwrap_or_else(|| v.storage_class.clone()),
        replication_status: (!v.is_delete_marker).then(|| REPLICA.to_owned()),
        restored_until_ms: None,
        restoring_until_ms: None,
        ..v.clone()
    };
    let made = versions::put_replica(cx, to, key, replica)?;
    events::changed(cx, to, name)?;
    let event = if made.is_delete_marker { events::MARKER } else { events::PUT };
    events::told(cx, to, (name, key), &made, event)
}
