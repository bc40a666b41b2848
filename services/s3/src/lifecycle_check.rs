//! What lifecycle rules may say. Texts of AWS's where they are recorded or widely quoted; the others say so.
//! Source: S3 API reference, PutBucketLifecycleConfiguration; S3 user guide, "Lifecycle configuration elements".

use std::collections::BTreeSet;

use codec::{Fault, Timestamp};
use shapes_s3::{LifecycleExpiration, LifecycleRule, Tag, Transition};

use crate::err;
use crate::lifecycle::{DAY_MS, Filter, is_below};

/// Rules at most. Source: S3 user guide, "Setting a lifecycle configuration on a bucket".
const MOST_RULES: usize = 1_000;
const ID_LENGTH: usize = 255;
const CLASSES: [&str; 6] =
    ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "GLACIER_IR", "DEEP_ARCHIVE"];
/// Days that objects stay where they are before they may move to an infrequent access class.
const INFREQUENT_DAYS: i32 = 30;

fn refused(message: impl Into<String>) -> Fault {
    Fault::new("InvalidArgument", 400, message)
}

/// Errors: MalformedXML; InvalidArgument; InvalidRequest.
pub(crate) fn check(rules: &[LifecycleRule]) -> Result<(), Fault> {
    if rules.is_empty() || rules.len() > MOST_RULES {
        return Err(err::malformed_xml());
    }
    let mut ids = BTreeSet::new();
    for rule in rules {
        check_rule(rule)?;
        let Some(id) = rule.id.as_deref().filter(|id| !id.is_empty()) else { continue };
        if id.chars().count() > ID_LENGTH {
            return Err(refused("ID length should not exceed allowed limit of 255"));
        }
        if !ids.insert(id) {
            return Err(refused("Rule ID must be unique. Found same ID for more than one rule"));
        }
    }
    Ok(())
}

fn check_rule(rule: &LifecycleRule) -> Result<(), Fault> {
    if !matches!(rule.status.as_str(), "Enabled" | "Disabled") {
        return Err(err::malformed_xml());
    }
    check_filter(rule)?;
    let filter = Filter::of(rule);
    let acts = rule.expiration.is_some()
        || rule.transitions.as_ref().is_some_and(|t| !t.is_empty())
        || rule.noncurrent_version_transitions.as_ref().is_some_and(|t| !t.is_empty())
        || rule.noncurrent_version_expiration.is_some()
        || rule.abort_incomplete_multipart_upload.is_some();
    if !acts {
        return Err(err::invalid_request("At least one action needs to be specified in a rule"));
    }
    if let Some(e) = &rule.expiration {
        check_expiration(e, &filter)?;
    }
    check_transitions(rule, &filter)?;
    check_noncurrent(rule)?;
    if let Some(abort) = &rule.abort_incomplete_multipart_upload {
        positive(
            abort.days_after_initiation,
            "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action",
        )?;
        if !filter.tags.is_empty() {
            return Err(err::invalid_request(
                "AbortIncompleteMultipartUpload cannot be specified with Tags.",
            ));
        }
    }
    Ok(())
}

fn positive(days: Option<i32>, what: &str) -> Result<(), Fault> {
    match days {
        None => Err(err::malformed_xml()),
        Some(..=0) => Err(refused(format!("{what} must be a positive integer"))),
        Some(_) => Ok(()),
    }
}

/// A rule has a filter or the older prefix; a filter has one condition, or several within `And`.
fn check_filter(rule: &LifecycleRule) -> Result<(), Fault> {
    let filter = match (&rule.filter, &rule.prefix) {
        (None, Some(_)) => return Ok(()),
        (Some(filter), None) => filter,
        _ => return Err(err::malformed_xml()),
    };
    let sizes =
        |more: Option<i64>, less: Option<i64>| usize::from(more.is_some()) + usize::from(less.is_some());
    let conditions = usize::from(filter.prefix.is_some())
        + usize::from(filter.tag.is_some())
        + usize::from(filter.and.is_some())
        + sizes(filter.object_size_greater_than, filter.object_size_less_than);
    if conditions > 1 {
        return Err(err::malformed_xml());
    }
    if filter.tag.as_ref().is_some_and(|t| t.value.is_none()) {
        return Err(err::malformed_xml());
    }
    if let Some(and) = &filter.and {
        let tags = and.tags.as_deref().unwrap_or_default();
        let within = usize::from(and.prefix.is_some())
            + tags.len()
            + sizes(and.object_size_greater_than, and.object_size_less_than);
        if within < 2 {
            return Err(err::malformed_xml());
        }
        check_tags(tags)?;
        if let (Some(more), Some(less)) = (and.object_size_greater_than, and.object_size_less_than)
            && more >= less
        {
            let text = "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.";
            return Err(err::invalid_request(text));
        }
    }
    Ok(())
}

fn check_tags(tags: &[Tag]) -> Result<(), Fault> {
    if tags.iter().any(|t| t.value.is_none()) {
        return Err(err::malformed_xml());
    }
    let keys: BTreeSet<&str> = tags.iter().map(|t| t.key.as_str()).collect();
    if keys.len() == tags.len() {
        Ok(())
    } else {
        Err(err::invalid_request("Duplicate Tag Keys are not allowed."))
    }
}

fn check_date(date: Timestamp) -> Result<(), Fault> {
    if date.epoch_ms.rem_euclid(DAY_MS) == 0 {
        return Ok(());
    }
    Err(err::invalid_argument("'Date' must be at midnight GMT", "Date", &date.iso8601(true)))
}

fn check_expiration(e: &LifecycleExpiration, filter: &Filter<'_>) -> Result<(), Fault> {
    match (e.days, e.date, e.expired_object_delete_marker) {
        (Some(days), None, None) => positive(Some(days), "'Days' for Expiration action"),
        (None, Some(date), None) => check_date(date),
        (None, None, Some(_)) if !filter.tags.is_empty() => {
            Err(err::invalid_request("ExpiredObjectDeleteMarker cannot be specified with Tags."))
        }
        (None, None, Some(_)) => Ok(()),
        _ => Err(err::malformed_xml()),
    }
}

fn check_transitions(rule: &LifecycleRule, filter: &Filter<'_>) -> Result<(), Fault> {
    let transitions = rule.transitions.as_deref().unwrap_or_default();
    let shown = format!("filter '(prefix={})'", filter.prefix);
    let mut classes = BTreeSet::new();
    for t in transitions {
        let class = class(t.storage_class.as_deref())?;
        if !classes.insert(class) {
            return Err(err::invalid_request(format!(
                "'StorageClass' must be different for 'Transition' actions in same 'Rule' with {shown}"
            )));
        }
        match (t.days, t.date) {
            (Some(days), None) => check_least_days("'Days' in Transition action", days, class)?,
            (None, Some(date)) => check_date(date)?,
            _ => return Err(err::malformed_xml()),
        }
    }
    check_order(transitions, &shown)?;
    let Some(e) = &rule.expiration else { return Ok(()) };
    if transitions
        .iter()
        .any(|t| (t.days.is_some() && e.date.is_some()) || (t.date.is_some() && e.days.is_some()))
    {
        return Err(err::invalid_request(format!(
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for {shown}"
        )));
    }
    let last = transitions.iter().filter_map(|t| t.days).max();
    if let (Some(days), Some(last)) = (e.days, last)
        && days <= last
    {
        return Err(refused(format!(
            "'Days' in the Expiration action for {shown} must be greater than 'Days' in the Transition action"
        )));
    }
    Ok(())
}

fn class(given: Option<&str>) -> Result<&str, Fault> {
    given.filter(|c| CLASSES.contains(c)).ok_or_else(err::malformed_xml)
}

fn check_least_days(what: &str, days: i32, class: &str) -> Result<(), Fault> {
    if days < 0 {
        return Err(refused(format!("{what} must be nonnegative")));
    }
    if matches!(class, "STANDARD_IA" | "ONEZONE_IA") && days < INFREQUENT_DAYS {
        return Err(refused(format!(
            "{what} must be greater than or equal to 30 for storageClass '{class}'"
        )));
    }
    Ok(())
}

/// From an infrequent access class objects move on after 30 days at the earliest, and never upwards.
fn check_order(transitions: &[Transition], shown: &str) -> Result<(), Fault> {
    for early in transitions {
        for late in transitions {
            let (Some(a), Some(b)) = (early.days, late.days) else { continue };
            let from = early.storage_class.as_deref().unwrap_or_default();
            let to = late.storage_class.as_deref().unwrap_or_default();
            if is_below(from, to) && matches!(from, "STANDARD_IA" | "ONEZONE_IA") && b - a < INFREQUENT_DAYS {
                return Err(refused(format!(
                    "'Days' in the 'Transition' action for StorageClass '{to}' for {shown} must be 30 days more than '{shown}' in the 'Transition' action for StorageClass '{from}'"
                )));
            }
        }
    }
    Ok(())
}

fn check_noncurrent(rule: &LifecycleRule) -> Result<(), Fault> {
    let newer = |n: Option<i32>| match n {
        Some(n) if !(1..=100).contains(&n) => {
            Err(refused("'NewerNoncurrentVersions' must be a positive integer not greater than 100"))
        }
        _ => Ok(()),
    };
    if let Some(e) = &rule.noncurrent_version_expiration {
        positive(e.noncurrent_days, "'NoncurrentDays' for NoncurrentVersionExpiration action")?;
        newer(e.newer_noncurrent_versions)?;
    }
    for t in rule.noncurrent_version_transitions.iter().flatten() {
        let class = class(t.storage_class.as_deref())?;
        let days = t.noncurrent_days.ok_or_else(err::malformed_xml)?;
        check_least_days("'NoncurrentDays' in NoncurrentVersionTransition action", days, class)?;
        newer(t.newer_noncurrent_versions)?;
    }
    Ok(())
}
