//! Lifecycle rules: which of them a version falls under, and when they want something done to it. Who walks the buckets by
//! the clock is `lifecycle_walk.rs`.
//! Source: S3 user guide, "Managing the lifecycle of objects", "Lifecycle configuration elements".

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_s3::{LifecycleRule, PutBucketLifecycleConfigurationRequest, Tag};

use crate::lifecycle_walk::Walks;
use crate::state::{Bucket, Version};
use crate::{settings, tags};

pub(crate) const DAY_MS: i64 = 86_400_000;
/// What objects must have at least to be moved, where a rule says nothing of sizes.
const LEAST_MOVED_BYTES: u64 = 128 * 1024;
/// The default of what has such a least size at all.
pub(crate) const ALL_CLASSES: &str = "all_storage_classes_128K";

/// The rules of a bucket.
#[derive(Default)]
pub(crate) struct Rules {
    /// Those that are enabled.
    pub(crate) rules: Vec<LifecycleRule>,
    /// Small objects are moved to archives all the same.
    varies: bool,
}

/// Reads what was put, if anything.
pub(crate) fn config(
    cx: &Cx,
    bucket: &Bucket,
) -> Result<Option<PutBucketLifecycleConfigurationRequest>, Fault> {
    settings::get(cx, bucket, settings::LIFECYCLE, "")
}

impl Rules {
    /// Those of a bucket.
    pub(crate) fn of(cx: &Cx, bucket: &Bucket) -> Result<Rules, Fault> {
        Ok(config(cx, bucket)?.map(Rules::read).unwrap_or_default())
    }

    pub(crate) fn read(config: PutBucketLifecycleConfigurationRequest) -> Rules {
        let varies =
            config.transition_default_minimum_object_size.as_deref().is_some_and(|s| s != ALL_CLASSES);
        let mut rules = config.lifecycle_configuration.map(|c| c.rules).unwrap_or_default();
        rules.retain(|r| r.status == "Enabled");
        Rules { rules, varies }
    }

    /// The shortest time after which one of the rules may want something of an object.
    pub(crate) fn least_age_ms(&self) -> i64 {
        self.rules.iter().flat_map(ages).map(|days| i64::from(days) * DAY_MS).min().unwrap_or(i64::MAX)
    }

    /// What is due for a latest version, and when the next thing will be.
    pub(crate) fn judge_current(&self, key: &str, v: &Version, now_ms: i64) -> Judgement {
        let mut found = Judgement::default();
        for rule in self.rules.iter().filter(|r| applies(r, key, v)) {
            if let Some(e) = &rule.expiration
                && let Some(due_ms) = due(e.days, e.date, v.modified_ms)
            {
                found.note(due_ms, now_ms, Action::Expire);
            }
            for t in rule.transitions.iter().flatten() {
                let class = t.storage_class.as_deref().unwrap_or_default();
                if let Some(due_ms) = due(t.days, t.date, v.modified_ms)
                    && self.moves(rule, v, class)
                {
                    found.note(due_ms, now_ms, Action::Move(class.to_owned()));
                }
            }
        }
        found
    }

    /// The same for a version that isn't the latest any more since `since_ms`, and has `newer` such ones before it.
    pub(crate) fn judge_noncurrent(&self, key: &str, v: &Version, past: Past, now_ms: i64) -> Judgement {
        let mut found = Judgement::default();
        let kept = |newest: Option<i32>| i64::from(past.newer) < i64::from(newest.unwrap_or(0));
        for rule in self.rules.iter().filter(|r| applies(r, key, v)) {
            if let Some(e) =
                rule.noncurrent_version_expiration.as_ref().filter(|e| !kept(e.newer_noncurrent_versions))
                && let Some(due_ms) = due(e.noncurrent_days, None, past.since_ms)
            {
                found.note(due_ms, now_ms, Action::Expire);
            }
            for t in rule.noncurrent_version_transitions.iter().flatten() {
                let class = t.storage_class.as_deref().unwrap_or_default();
                if !kept(t.newer_noncurrent_versions)
                    && let Some(due_ms) = due(t.noncurrent_days, None, past.since_ms)
                    && self.moves(rule, v, class)
                {
                    found.note(due_ms, now_ms, Action::Move(class.to_owned()));
                }
            }
        }
        found
    }

    /// The same for a delete marker that is all that is left of its key.
    pub(crate) fn judge_lone_marker(&self, key: &str, marker: &Version, now_ms: i64) -> Judgement {
        let mut found = Judgement::default();
        for e in self.rules.iter().filter(|r| applies(r, key, marker)).filter_map(|r| r.expiration.as_ref()) {
            if e.expired_object_delete_marker == Some(true) {
                found.note(now_ms, now_ms, Action::Expire);
            } else if let Some(due_ms) = due(e.days, e.date, marker.modified_ms) {
                found.note(due_ms, now_ms, Action::Expire);
            }
        }
        found
    }

    /// When an upload that began at that time is to be aborted.
    pub(crate) fn abort_at(&self, key: &str, initiated_ms: i64) -> Option<i64> {
        self.abort(key, initiated_ms).map(|(at_ms, _)| at_ms)
    }

    /// The same, with the id of the rule that wants it.
    fn abort(&self, key: &str, initiated_ms: i64) -> Option<(i64, &str)> {
        let rules = self.rules.iter().filter(|r| key.starts_with(Filter::of(r).prefix));
        let days = rules.filter_map(|r| {
            let days = r.abort_incomplete_multipart_upload.as_ref()?.days_after_initiation?;
            Some((days, r.id.as_deref().unwrap_or_default()))
        });
        let (days, id) = days.min_by_key(|(days, _)| *days)?;
        Some((midnight(initiated_ms + i64::from(days) * DAY_MS), id))
    }

    /// Whether a version may be moved to that class: downwards only, and small ones not, where the rule doesn't ask for it.
    fn moves(&self, rule: &LifecycleRule, v: &Version, to: &str) -> bool {
        if v.is_delete_marker || !is_below(&v.storage_class, to) {
            return false;
        }
        let archive = matches!(to, "GLACIER" | "DEEP_ARCHIVE");
        Filter::of(rule).has_sizes() || v.content.size_bytes >= LEAST_MOVED_BYTES || (self.varies && archive)
    }

    /// `x-amz-expiration`: when a latest version will expire, and by which rule.
    pub(crate) fn expiration(&self, key: &str, v: &Version) -> Option<String> {
        let dues = self.rules.iter().filter(|r| applies(r, key, v)).filter_map(|r| {
            let e = r.expiration.as_ref()?;
            Some((due(e.days, e.date, v.modified_ms)?, r.id.as_deref().unwrap_or_default()))
        });
        let (due_ms, id) = dues.min_by_key(|(due_ms, _)| *due_ms)?;
        let date = Timestamp { epoch_ms: due_ms }.http_date();
        Some(format!("expiry-date=\"{date}\", rule-id=\"{}\"", crate::listing::url_encoded(id)))
    }
}

/// What a version that isn't the latest needs to be judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    pub(crate) since_ms: i64,
    pub(crate) newer: u32,
}

/// What rules want of a version.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) action: Option<Action>,
    /// When they will want the next thing.
    pub(crate) next_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Expire,
    Move(String),
}

impl Judgement {
    /// Expiring goes before moving, moving further down before moving less far.
    fn note(&mut self, due_ms: i64, now_ms: i64, action: Action) {
        if due_ms > now_ms {
            self.next_ms = Some(self.next_ms.map_or(due_ms, |n| n.min(due_ms)));
            return;
        }
        self.action = match (self.action.take(), action) {
            (Some(Action::Expire), _) | (_, Action::Expire) => Some(Action::Expire),
            (Some(Action::Move(a)), Action::Move(b)) if rank(&a) > rank(&b) => Some(Action::Move(a)),
            (_, action) => Some(action),
        };
    }
}

/// When a rule's day comes: the days are full, and the day is over in UTC.
fn due(days: Option<i32>, date: Option<Timestamp>, since_ms: i64) -> Option<i64> {
    match (days, date) {
        (Some(days), _) => Some(midnight(since_ms + i64::from(days) * DAY_MS)),
        (None, date) => date.map(|d| d.epoch_ms),
    }
}

/// The midnight of UTC at that time or next after it.
pub(crate) fn midnight(ms: i64) -> i64 {
    ms.div_euclid(DAY_MS) * DAY_MS + if ms.rem_euclid(DAY_MS) == 0 { 0 } else { DAY_MS }
}

fn ages(rule: &LifecycleRule) -> Vec<i32> {
    let mut all = Vec::new();
    if let Some(e) = &rule.expiration {
        // What goes by dates or by what else is left may be due any day.
        all.push(e.days.unwrap_or(0));
    }
    all.extend(rule.transitions.iter().flatten().map(|t| t.days.unwrap_or(0)));
    all.extend(rule.noncurrent_version_expiration.iter().filter_map(|e| e.noncurrent_days));
    all.extend(rule.noncurrent_version_transitions.iter().flatten().filter_map(|t| t.noncurrent_days));
    all.extend(rule.abort_incomplete_multipart_upload.iter().filter_map(|a| a.days_after_initiation));
    all
}

/// A rule's filter, in one form.
#[derive(Default)]
pub(crate) struct Filter<'r> {
    pub(crate) prefix: &'r str,
    pub(crate) tags: Vec<&'r Tag>,
    pub(crate) more_than_bytes: Option<i64>,
    pub(crate) less_than_bytes: Option<i64>,
}

impl<'r> Filter<'r> {
    pub(crate) fn of(rule: &'r LifecycleRule) -> Filter<'r> {
        let Some(f) = &rule.filter else {
            return Filter { prefix: rule.prefix.as_deref().unwrap_or_default(), ..Filter::default() };
        };
        match &f.and {
            Some(and) => Filter {
                prefix: and.prefix.as_deref().unwrap_or_default(),
                tags: and.tags.iter().flatten().collect(),
                more_than_bytes: and.object_size_greater_than,
                less_than_bytes: and.object_size_less_than,
            },
            None => Filter {
                prefix: f.prefix.as_deref().unwrap_or_default(),
                tags: f.tag.iter().collect(),
                more_than_bytes: f.object_size_greater_than,
                less_than_bytes: f.object_size_less_than,
            },
        }
    }

    pub(crate) fn has_sizes(&self) -> bool {
        self.more_than_bytes.is_some() || self.less_than_bytes.is_some()
    }

    fn has(&self, key: &str, v: &Version) -> bool {
        let size = v.content.size_bytes as i64;
        let about_content = self.has_sizes() || !self.tags.is_empty();
        key.starts_with(self.prefix)
            && !(v.is_delete_marker && about_content)
            && self.tags.iter().all(|t| tags::has(&v.tags, t))
            && self.more_than_bytes.is_none_or(|n| size > n)
            && self.less_than_bytes.is_none_or(|n| size < n)
    }
}

fn applies(rule: &LifecycleRule, key: &str, v: &Version) -> bool {
    Filter::of(rule).has(key, v)
}

/// Where a class stands in the waterfall. Source: S3 user guide, "Transitioning objects using Amazon S3 Lifecycle".
pub(crate) fn rank(class: &str) -> Option<u8> {
    Some(match class {
        "" | "STANDARD" | "REDUCED_REDUNDANCY" => 0,
        "STANDARD_IA" => 1,
        "INTELLIGENT_TIERING" => 2,
        "ONEZONE_IA" => 3,
        "GLACIER_IR" => 4,
        "GLACIER" => 5,
        "DEEP_ARCHIVE" => 6,
        _ => return None,
    })
}

/// Whether objects may be moved from one class to another.
pub(crate) fn is_below(from: &str, to: &str) -> bool {
    match (rank(from), rank(to)) {
        (Some(a), Some(b)) => a < b && !(from == "ONEZONE_IA" && to == "GLACIER_IR"),
        _ => false,
    }
}

/// `x-amz-expiration` of a version that is the latest of its key.
pub(crate) fn expiration(cx: &Cx, bucket: &Bucket, key: &str, v: &Version) -> Result<Option<String>, Fault> {
    if cx.get_kept::<Walks>(&bucket.number)?.is_none() {
        return Ok(None);
    }
    Ok(Rules::of(cx, bucket)?.expiration(key, v))
}

/// `x-amz-abort-date` and `x-amz-abort-rule-id` of an upload that rules abort.
pub(crate) fn abort(
    cx: &Cx,
    bucket: &Bucket,
    key: &str,
    initiated_ms: i64,
) -> Result<Option<(Timestamp, String)>, Fault> {
    if cx.get_kept::<Walks>(&bucket.number)?.is_none() {
        return Ok(None);
    }
    let rules = Rules::of(cx, bucket)?;
    let due = rules.abort(key, initiated_ms);
    Ok(due.map(|(epoch_ms, id)| (Timestamp { epoch_ms }, id.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shapes_s3::{LifecycleExpiration, Transition};

    #[test]
    fn days_are_full_and_end_at_midnight() {
        // The user guide's example: created 15 January 10:30 with 3 days goes on 19 January at midnight.
        let created = Timestamp::parse("2014-01-15T10:30:00Z").unwrap().epoch_ms;
        let want = Timestamp::parse("2014-01-19T00:00:00Z").unwrap().epoch_ms;
        assert_eq!(due(Some(3), None, created), Some(want));
        assert_eq!(midnight(0), 0);
        assert_eq!(midnight(1), DAY_MS);
    }

    #[test]
    fn classes_go_down_only() {
        for (from, to, want) in [
            ("STANDARD", "STANDARD_IA", true),
            ("STANDARD_IA", "STANDARD", false),
            ("ONEZONE_IA", "GLACIER_IR", false),
            ("ONEZONE_IA", "GLACIER", true),
            ("GLACIER", "DEEP_ARCHIVE", true),
            ("DEEP_ARCHIVE", "GLACIER", false),
            ("GLACIER_IR", "GLACIER_IR", false),
            ("STANDARD", "NONSENSE", false),
        ] {
            assert_eq!(is_below(from, to), want, "{from} to {to}");
        }
    }

    #[test]
    fn expiring_goes_before_moving_and_further_before_less_far() {
        let rule = |days, class: Option<&str>| LifecycleRule {
            status: "Enabled".to_owned(),
            prefix: Some(String::new()),
            expiration: class
                .is_none()
                .then(|| LifecycleExpiration { days: Some(days), ..Default::default() }),
            transitions: class.map(|c| {
                vec![Transition { days: Some(days), date: None, storage_class: Some(c.to_owned()) }]
            }),
            ..LifecycleRule::default()
        };
        let rules = Rules {
            rules: vec![rule(1, Some("GLACIER")), rule(2, Some("DEEP_ARCHIVE")), rule(3, None)],
            varies: true,
        };
        let judge = |days: i64| rules.judge_current("k", &Version::default(), days * DAY_MS);
        assert_eq!(judge(0), Judgement { action: None, next_ms: Some(DAY_MS) });
        assert_eq!(judge(1).action, Some(Action::Move("GLACIER".to_owned())));
        assert_eq!(judge(2).action, Some(Action::Move("DEEP_ARCHIVE".to_owned())));
        assert_eq!(judge(3).action, Some(Action::Expire));
        assert_eq!(rules.least_age_ms(), DAY_MS);
    }
}
