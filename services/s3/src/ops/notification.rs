//! GetBucketNotificationConfiguration and PutBucketNotificationConfiguration.
//!
//! Differs: topics, functions and EventBridge are refused until their services stand. Every queue that is named gets a test
//! event, which is also how it is found out whether S3 may send to it.

use codec::{Empty, Fault, Value};
use kernel::{Cx, Flow, Guard};
use shapes_s3::{
    FilterRule, GetBucketNotificationConfigurationRequest, NotificationConfiguration,
    PutBucketNotificationConfigurationRequest, QueueConfiguration,
};
use shapes_sqs::SendMessageRequest;

use crate::notifications::{self, QueueArn};
use crate::{buckets, err, events, guard, names, settings};

pub(crate) fn get_guard(cx: &Cx, i: &GetBucketNotificationConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketNotification")
}

pub(crate) fn get(
    cx: &mut Cx,
    i: &GetBucketNotificationConfigurationRequest,
) -> Result<NotificationConfiguration, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    Ok(notifications::config(cx, &bucket)?.unwrap_or_default())
}

pub(crate) fn put_guard(cx: &Cx, i: &PutBucketNotificationConfigurationRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketNotification")
}

/// Errors: MalformedXML; InvalidArgument about events, filters, ARNs and queues that can't be sent to.
pub(crate) async fn put(
    flow: &mut Flow<'_>,
    i: &PutBucketNotificationConfigurationRequest,
) -> Result<Empty, Fault> {
    let mut config = i.notification_configuration.clone();
    refuse_unbuilt(&config)?;
    let queues = config.queue_configurations.get_or_insert_default();
    for q in queues.iter_mut() {
        check(q)?;
    }
    check_overlaps(queues)?;
    let region = flow.read(|cx| Ok(buckets::find(cx, &i.bucket, None)?.region))?;
    for q in queues.iter_mut() {
        let arn = QueueArn::parse(&q.queue_arn).filter(|a| a.region == region);
        if arn.is_none() {
            let message =
                "The notification destination service region is not valid for the bucket location constraint";
            return Err(err::invalid_argument(message, "Queue", &q.queue_arn));
        }
        if q.id.as_deref().unwrap_or_default().is_empty() {
            q.id = Some(flow.ids().uuid("s3.notification"));
        }
    }
    if i.skip_destination_validation != Some(true) {
        try_out(flow, &i.bucket, queues).await?;
    }
    if queues.is_empty() {
        config.queue_configurations = None;
    }
    flow.decide(|cx| {
        let bucket = buckets::find(cx, &i.bucket, None)?;
        if config.queue_configurations.is_none() {
            settings::remove(cx, &bucket, settings::NOTIFICATION.name, "");
            return Ok(Empty {});
        }
        settings::set(cx, &bucket, settings::NOTIFICATION, "", &config)?;
        Ok(Empty {})
    })
    .await
}

fn refuse_unbuilt(config: &NotificationConfiguration) -> Result<(), Fault> {
    let some = |n: Option<usize>| n.is_some_and(|n| n > 0);
    if some(config.topic_configurations.as_ref().map(Vec::len)) {
        return Err(err::not_built("TopicConfiguration"));
    }
    if some(config.lambda_function_configurations.as_ref().map(Vec::len)) {
        return Err(err::not_built("CloudFunctionConfiguration"));
    }
    match config.event_bridge_configuration {
        Some(_) => Err(err::not_built("EventBridgeConfiguration")),
        None => Ok(()),
    }
}

/// Checks one configuration, and spells its filter as AWS does.
fn check(q: &mut QueueConfiguration) -> Result<(), Fault> {
    if QueueArn::parse(&q.queue_arn).is_none() {
        return Err(err::invalid_argument("The ARN could not be parsed", "Queue", &q.queue_arn));
    }
    if q.events.is_empty() {
        return Err(err::malformed_xml());
    }
    let known = |e: &&String| e.strip_prefix("s3:").is_some_and(|e| events::ALL.contains(&e));
    if let Some(unknown) = q.events.iter().find(|e| !known(e)) {
        let message = "The event is not supported for notifications";
        return Err(err::invalid_argument(message, "Event", unknown));
    }
    let rules = q.filter.as_mut().and_then(|f| f.key.as_mut()).and_then(|k| k.filter_rules.as_mut());
    let mut seen: Vec<String> = Vec::new();
    for rule in rules.into_iter().flatten() {
        let FilterRule { name: Some(name), value: Some(_) } = rule else { return Err(err::malformed_xml()) };
        *name = match name.to_ascii_lowercase().as_str() {
            "prefix" => "Prefix".to_owned(),
            "suffix" => "Suffix".to_owned(),
            _ => {
                let message = "filter rule name must be either prefix or suffix";
                return Err(err::invalid_argument(message, "FilterRule.Name", name));
            }
        };
        if seen.contains(name) {
            let message = format!("Cannot specify more than one {} rule in a filter.", name.to_lowercase());
            return Err(err::invalid_argument(&message, "FilterRule.Name", name));
        }
        seen.push(name.clone());
    }
    Ok(())
}

/// No event of an object may be told twice.
fn check_overlaps(queues: &[QueueConfiguration]) -> Result<(), Fault> {
    let nested = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
    let ends = |a: &str, b: &str| a.ends_with(b) || b.ends_with(a);
    for (n, a) in queues.iter().enumerate() {
        for b in &queues[n + 1..] {
            let same = a.events.iter().any(|x| {
                b.events.iter().any(|y| {
                    let (x, y) = (x.trim_start_matches("s3:"), y.trim_start_matches("s3:"));
                    notifications::asks_for(x, y) || notifications::asks_for(y, x)
                })
            });
            let ((prefix_a, suffix_a), (prefix_b, suffix_b)) =
                (notifications::limits(a), notifications::limits(b));
            if same && nested(prefix_a, prefix_b) && ends(suffix_a, suffix_b) {
                let message = "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.";
                return Err(Fault::new("InvalidArgument", 400, message));
            }
        }
    }
    Ok(())
}

/// Sends a test event to every queue.
async fn try_out(flow: &Flow<'_>, bucket: &str, queues: &[QueueConfiguration]) -> Result<(), Fault> {
    let mut failed: Vec<(String, &str)> = Vec::new();
    let source_arn = names::bucket_arn(flow.scope(), bucket);
    for q in queues {
        let Some(arn) = QueueArn::parse(&q.queue_arn) else { continue };
        let Some(scope) = arn.scope(flow.scope().partition) else { continue };
        let input = SendMessageRequest {
            queue_url: arn.url(),
            message_body: notifications::test_event(bucket, flow.now_ms(), &flow.request().request_id),
            ..SendMessageRequest::default()
        };
        let sent = flow.call_as_service::<shapes_sqs::op::SendMessage>(
            notifications::PRINCIPAL,
            &source_arn,
            scope,
            input,
        );
        match sent.await {
            Ok(_) => {}
            Err(fault) if fault.status() >= 500 => return Err(fault),
            Err(fault) if fault.code().contains("AccessDenied") => failed.push((
                q.queue_arn.clone(),
                "Permissions on the destination queue do not allow S3 to publish notifications from this bucket",
            )),
            Err(_) => failed.push((q.queue_arn.clone(), "The destination queue does not exist")),
        }
    }
    refuse(failed)
}

/// Source: recorded for two queues that don't exist.
fn refuse(failed: Vec<(String, &str)>) -> Result<(), Fault> {
    const NAMES: [(&str, &str); 4] = [
        ("ArgumentName1", "ArgumentValue1"),
        ("ArgumentName2", "ArgumentValue2"),
        ("ArgumentName3", "ArgumentValue3"),
        ("ArgumentName4", "ArgumentValue4"),
    ];
    let text = |t: &str| Value::String(t.to_owned());
    let fault =
        Fault::new("InvalidArgument", 400, "Unable to validate the following destination configurations");
    match &failed[..] {
        [] => Ok(()),
        [(arn, why)] => {
            Err(fault.with_field("ArgumentName", text(arn)).with_field("ArgumentValue", text(why)))
        }
        several => Err(several.iter().zip(NAMES).fold(fault, |f, ((arn, why), (name, value))| {
            f.with_field(name, text(arn)).with_field(value, text(why))
        })),
    }
}
