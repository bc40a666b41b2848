//! Replication: versions of a bucket that are made again in another one, with their ids, by rules. A timer begins each of them; its
//! bytes are copied, so that each can be healed from the other, and then it is made in the lanes of both buckets: whole or not at all.
//! Source: S3 user guide, "Replicating objects within and across Regions".
//!
//! Differs: replication time control, metrics, changes of replicas and rules for existing objects are refused; jobs replicate
//! these.

use std::collections::BTreeMap;

use codec::Fault;
use directory::Identity;
use kernel::{Cx, Effect, Flow, Flowing, Healing, ITSELF, Profile};
use shapes_s3::{ReplicationConfiguration, ReplicationRule};

use crate::content::Received;
use crate::reading::{Found, Unread};
use crate::replication_role::{self, Way};
use crate::spot::Spot;
use crate::state::{Bucket, Content, Part, Parts, Place, Version, Versioning};
use crate::{buckets, content, events, healing, names, reading, settings, tags, versions};

/// Whose row says how replicas go on.
const OPERATION: &str = "PutBucketReplication";

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
    let (prefix, wanted_tags) = match &rule.filter {
        None => (rule.prefix.as_deref(), Vec::new()),
        Some(f) => match &f.and {
            Some(and) => (and.prefix.as_deref(), and.tags.iter().flatten().collect()),
            None => (f.prefix.as_deref(), f.tag.iter().collect::<Vec<_>>()),
        },
    };
    let marked = rule.delete_marker_replication.as_ref().and_then(|d| d.status.as_deref()) == Some("Enabled");
    // The older form of a rule, without a filter, replicates delete markers.
    let wanted = !v.is_delete_marker || (wanted_tags.is_empty() && (marked || rule.filter.is_none()));
    wanted && key.starts_with(prefix.unwrap_or_default()) && wanted_tags.iter().all(|t| tags::has(&v.tags, t))
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

/// Whether rules are for a version, which is no replica itself.
pub(crate) fn is_eligible(config: &ReplicationConfiguration, key: &str, v: &Version) -> bool {
    v.replication_status.as_deref() != Some(REPLICA) && !rules(config, key, v).is_empty()
}

/// Somebody wants a version that is there to be replicated, again or at last: replicas are made of it by today's rules, at once.
pub(crate) fn again(
    cx: &mut Cx,
    bucket: &Bucket,
    (name, key): (&str, &str),
    v: &Version,
) -> Result<(), Fault> {
    let Some(config) = config(cx, bucket)? else { return Ok(()) };
    for to in rules(&config, key, v).iter().filter_map(|r| bucket_of(&r.destination.bucket)) {
        cx.effect(Effect::Work {
            service: shapes_s3::SERVICE.to_owned(),
            operation: OPERATION.to_owned(),
            scope_path: cx.scope.path(),
            lanes: vec![name.to_owned(), to.to_owned()],
            subject: format!("{name}/{to}/{}/{key}", v.seq),
            access_key_id: String::new(),
            caller_account: ITSELF.to_owned(),
        });
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

/// A replica that is to be made.
struct Task {
    name: String,
    from: Bucket,
    key: String,
    version: Version,
    to: String,
    /// The rule that asks for it, with the bucket that it goes to and who makes it; `None`: it can't be made.
    by: Option<(ReplicationRule, Bucket, Identity)>,
    /// The bucket that it goes to, whether or not it can be made.
    there: Option<Bucket>,
}

impl Task {
    /// Whether the role may do what the replica takes.
    fn is_permitted(&self, flow: &Flow<'_>) -> Result<bool, Fault> {
        let Some((rule, there, role)) = &self.by else { return Ok(false) };
        let (source, target) = ((&self.from, self.name.as_str()), (there, self.to.as_str()));
        replication_role::may(
            flow,
            role,
            &Way { source, target, key: &self.key, version: &self.version, rule },
        )
    }
}

/// What a timer is about; `None`: there is nothing to replicate any more.
fn task(cx: &Cx, subject: &str) -> Result<Option<Task>, Fault> {
    let parts: Vec<&str> = subject.splitn(4, '/').collect();
    let [name, to, seq, key] = parts[..] else {
        return Err(Fault::internal("a replica's timer names no object"));
    };
    let Ok(from) = buckets::find(cx, name, None) else { return Ok(None) };
    let seq: u64 = seq.parse().map_err(Fault::internal)?;
    let Some(version) = versions::at(cx, &from, key, seq)? else { return Ok(None) };
    let Some(config) = config(cx, &from)? else { return Ok(None) };
    let rule = rules(&config, key, &version)
        .into_iter()
        .find(|r| bucket_of(&r.destination.bucket) == Some(to))
        .cloned();
    let there = buckets::find(cx, to, None).ok().filter(|b| b.versioning == Versioning::Enabled);
    let role = replication_role::assumed(cx, &config.role)?;
    let by = rule.zip(there.clone()).zip(role).map(|((rule, there), role)| (rule, there, role));
    let (name, key, to) = (name.to_owned(), key.to_owned(), to.to_owned());
    Ok(Some(Task { name, from, key, version, to, by, there }))
}

/// The time of a replica has come, unless faults hold it up. It is made afterwards, by [`go_on`].
pub(crate) fn on_timer(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some(task) = task(cx, subject)? else { return Ok(()) };
    if let Some(there) = &task.there
        && let Some(due_ms) = held_up(cx, &task.version, (&task.name, &task.from), (&task.to, there))
    {
        return cx.timer_set_in(vec![task.name, task.to], TIMER, subject, due_ms);
    }
    if task.by.is_some() {
        cx.go_on(OPERATION, subject);
        return Ok(());
    }
    end(cx, task, None).map(drop)
}

/// Whether a replica of a version has bytes of its own: what a customer's key encrypts can't be read for that, so that it is
/// shared.
fn has_own_bytes(v: &Version) -> bool {
    v.content.place != Place::Nowhere && v.content.sse.customer_key_md5.is_empty()
}

/// Copies of content (or of its parts), by the id of what they are copies of.
type Copies = BTreeMap<String, Received>;

/// Copies the bytes of a version, if the role may, and makes the replica of them.
pub(crate) fn go_on<'f>(flow: &'f Flow<'_>, subject: &'f str) -> Flowing<'f, Option<i64>> {
    Box::pin(async move {
        let Some(begun) = flow.read(|cx| task(cx, subject))? else { return Ok(None) };
        let may = begun.is_permitted(flow)?;
        let found = if may { flow.read(|cx| pieces(flow, cx, &begun))? } else { Vec::new() };
        let mut copies = may.then(Copies::new);
        for (content, found) in found {
            match healing::duplicate(flow, &content, found).await {
                Ok(copy) => drop(copies.as_mut().map(|all| all.insert(content.id, copy))),
                Err(Unread::Failed(fault)) => return Err(fault),
                Err(Unread::Broken(spot, _)) => {
                    if healing::heal(flow, &spot).await? == Healing::Healed {
                        return Ok(Some(0));
                    }
                    copies = None;
                    break;
                }
            }
        }
        let ended = flow.decide(|cx| match task(cx, subject)? {
            Some(task) => end(cx, task, copies.as_ref()),
            None => Ok(true),
        });
        if !ended.await? {
            return Ok(Some(0));
        }
        copies.into_iter().flatten().for_each(|(_, copy)| copy.committed());
        Ok(None)
    })
}

/// What there is to copy of a version, held.
fn pieces(flow: &Flow<'_>, cx: &Cx, task: &Task) -> Result<Vec<(Content, Found)>, Fault> {
    let v = &task.version;
    if task.by.is_none() || !has_own_bytes(v) {
        return Ok(Vec::new());
    }
    let all = match v.content.place {
        Place::Parts => content::parts(cx, &task.from, &v.content.id)?,
        _ => vec![(0, Part { content: v.content.clone(), ..Part::default() })],
    };
    let found = all.into_iter().map(|(n, part)| {
        let spot = || Spot::of(task.from.number, (&task.key, v.seq), n, &part.content);
        let found = reading::find_one(flow.blobs(), cx, &task.from, &part.content, spot)?;
        Ok((part.content, found))
    });
    found.collect()
}

/// Makes a replica of copies of a version's bytes, if that can be (`None`: they can't be read), and notes how it ended. `false`: these
/// are copies of what isn't there any more.
fn end(cx: &mut Cx, task: Task, copies: Option<&Copies>) -> Result<bool, Fault> {
    let Task { name, from, key, version: v, to, by, .. } = task;
    let status = match (by, copies) {
        (Some((rule, there, _)), Some(copies)) => {
            if !replicate(cx, (&from, &key, &v), (&there, &to), &rule, copies)? {
                return Ok(false);
            }
            COMPLETED
        }
        _ => {
            events::told(cx, &from, (&name, &key), &v, events::REPLICATION_FAILED)?;
            FAILED
        }
    };
    if !v.is_delete_marker && v.replication_status.as_deref() != Some(FAILED) {
        let status = Some(status.to_owned());
        versions::update(cx, &from, &key, &Version { replication_status: status, ..v })?;
    }
    Ok(true)
}

fn replicate(
    cx: &mut Cx,
    (from, key, v): (&Bucket, &str, &Version),
    (to, name): (&Bucket, &str),
    rule: &ReplicationRule,
    copies: &Copies,
) -> Result<bool, Fault> {
    if let versions::Named::Found(_) = versions::find(cx, to, key, &v.id)? {
        // It was made before.
        return Ok(true);
    }
    let content = match has_own_bytes(v) {
        true => {
            let Some(content) = content_of(cx, (from, v), to, copies)? else { return Ok(false) };
            content
        }
        false => content::share(cx, (&v.content, from), to, &|sse| Ok(sse.clone()))?,
    };
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
    events::told(cx, to, (name, key), &made, event)?;
    Ok(true)
}

/// The content of a replica, of copies of the version's bytes; `None`: they are of others.
fn content_of(
    cx: &mut Cx,
    (from, v): (&Bucket, &Version),
    to: &Bucket,
    copies: &Copies,
) -> Result<Option<Content>, Fault> {
    if v.content.place != Place::Parts {
        return Ok(copies.get(&v.content.id).map(|copy| copy.keep_as(cx, to, &v.content)));
    }
    let parts = content::parts(cx, from, &v.content.id)?;
    if !parts.iter().all(|(_, part)| copies.contains_key(&part.content.id)) {
        return Ok(None);
    }
    let whole = Content { id: content::new_id(cx.ids), ..v.content.clone() };
    for (n, part) in parts {
        let content = copies[&part.content.id].keep_as(cx, to, &part.content);
        cx.put::<Parts>(&(to.number, whole.id.clone(), n), &Part { content, ..part });
    }
    Ok(Some(whole))
}
