//! Notifications: messages to queues that tell of what happened to objects. They commit with what they tell of, in the outbox,
//! and are sent after it, at least once.
//! Source: S3 user guide, "Amazon S3 Event Notifications", "Event message structure"; records recorded 2026-02-21.

use codec::{Fault, Timestamp};
use kernel::{Cx, Effect, Scope};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use shapes_s3::{NotificationConfiguration, QueueConfiguration};
use store::Table;

use crate::encryption::hex;
use crate::listing::url_encoded;
use crate::state::{Bucket, Number, Version, Versioning};
use crate::{events, names, settings};

/// Whose name S3 sends in.
pub(crate) const PRINCIPAL: &str = "s3.amazonaws.com";

/// Bucket number: how many events of its objects were told. Orders events of one key.
pub(crate) struct Sequence;
impl Table for Sequence {
    const NAME: &'static str = "s3.event_sequence";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Number;
}

/// What was put, if anything.
pub(crate) fn config(cx: &Cx, bucket: &Bucket) -> Result<Option<NotificationConfiguration>, Fault> {
    settings::get(cx, bucket, settings::NOTIFICATION, "")
}

/// A queue's ARN in parts.
pub(crate) struct QueueArn<'a> {
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) name: &'a str,
}

impl<'a> QueueArn<'a> {
    pub(crate) fn parse(arn: &'a str) -> Option<QueueArn<'a>> {
        let parts: Vec<&str> = arn.split(':').collect();
        match parts[..] {
            ["arn", _, "sqs", region, account, name] if !name.is_empty() => {
                Some(QueueArn { region, account, name })
            }
            _ => None,
        }
    }

    /// Where calls to the queue are made.
    pub(crate) fn scope(&self, partition: &str) -> Option<Scope> {
        Scope::from_path(&format!("{partition}/{}/{}", self.account, self.region))
    }

    /// Where the queue is said to be.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:4566/{}/{}", self.account, self.name)
    }
}

/// Whether an event that a configuration asks for (`s3:ObjectCreated:*`) is the one that happened.
pub(crate) fn asks_for(asked: &str, event: &str) -> bool {
    let asked = asked.strip_prefix("s3:").unwrap_or(asked);
    asked == event || asked.strip_suffix('*').is_some_and(|kind| event.starts_with(kind))
}

/// Prefix and suffix that a configuration is limited to.
pub(crate) fn limits(config: &QueueConfiguration) -> (&str, &str) {
    let rules = config.filter.as_ref().and_then(|f| f.key.as_ref()).and_then(|k| k.filter_rules.as_ref());
    let value = |name: &str| {
        let rule = rules
            .into_iter()
            .flatten()
            .find(|r| r.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)));
        rule.and_then(|r| r.value.as_deref()).unwrap_or_default()
    };
    (value("prefix"), value("suffix"))
}

/// Tells whoever asked for it that something happened to a version.
pub(crate) fn tell(
    cx: &mut Cx,
    bucket: &Bucket,
    (name, key): (&str, &str),
    version: &Version,
    event: &'static str,
) -> Result<(), Fault> {
    let Some(config) = config(cx, bucket)? else { return Ok(()) };
    let asking: Vec<QueueConfiguration> = config
        .queue_configurations
        .unwrap_or_default()
        .into_iter()
        .filter(|q| {
            let (prefix, suffix) = limits(q);
            q.events.iter().any(|e| asks_for(e, event)) && key.starts_with(prefix) && key.ends_with(suffix)
        })
        .collect();
    if asking.is_empty() {
        return Ok(());
    }
    let told = cx.get::<Sequence>(&bucket.number)?.map_or(0, |n| n.n) + 1;
    cx.put::<Sequence>(&bucket.number, &Number { n: told });
    let object = object(bucket, key, version, event, told);
    for q in asking {
        let record = record(cx, bucket, name, (event, q.id.as_deref().unwrap_or_default()), version, &object);
        let arn = QueueArn::parse(&q.queue_arn);
        let Some((arn, scope)) = arn.and_then(|a| a.scope(cx.scope.partition).map(|s| (a, s))) else {
            continue;
        };
        let body = json!({ "Records": [record] }).to_string();
        cx.effect(Effect::Call {
            service: "sqs".to_owned(),
            operation: "SendMessage".to_owned(),
            scope_path: scope.path(),
            principal: PRINCIPAL.to_owned(),
            source_arn: names::bucket_arn(cx.scope, name),
            input: json!({ "QueueUrl": arn.url(), "MessageBody": body }).to_string(),
        });
    }
    Ok(())
}

/// The object in a record: what is left of it depends on the event.
fn object(bucket: &Bucket, key: &str, v: &Version, event: &str, told: u64) -> Value {
    let mut o = Map::new();
    o.insert("key".to_owned(), url_encoded(key).into());
    let is_gone = event == events::DELETE || event == events::LIFECYCLE_DELETE;
    if !is_gone && !v.is_delete_marker {
        o.insert("size".to_owned(), v.content.size_bytes.into());
        o.insert("eTag".to_owned(), v.content.etag.clone().into());
    } else if !is_gone {
        // Recorded: a delete marker has the entity tag of nothing.
        o.insert("eTag".to_owned(), "d41d8cd98f00b204e9800998ecf8427e".into());
    }
    if bucket.versioning != Versioning::Off && v.id != crate::versions::NULL {
        o.insert("versionId".to_owned(), v.id.clone().into());
    }
    o.insert("sequencer".to_owned(), format!("00{told:016X}").into());
    Value::Object(o)
}

fn record(
    cx: &Cx,
    bucket: &Bucket,
    name: &str,
    (event, configuration): (&str, &str),
    version: &Version,
    object: &Value,
) -> Value {
    let who = if cx.caller.user_id == "anonymous" {
        "Anonymous".to_owned()
    } else if cx.caller.source_arn.is_some() || cx.caller.user_id == "s3" {
        PRINCIPAL.to_owned()
    } else {
        format!("AWS:{}", cx.caller.user_id)
    };
    let mut record = json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region,
        "eventTime": Timestamp { epoch_ms: cx.now_ms }.iso8601(true),
        "eventName": event,
        "userIdentity": { "principalId": who },
        "requestParameters": { "sourceIPAddress": cx.request.source_ip },
        "responseElements": {
            "x-amz-request-id": cx.request.request_id,
            "x-amz-id-2": hex(&Sha256::digest(cx.request.request_id.as_bytes())),
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration,
            "bucket": {
                "name": name,
                "ownerIdentity": { "principalId": principal_id(&bucket.account) },
                "arn": names::bucket_arn(cx.scope, name),
            },
            "object": object,
        },
    });
    if event == events::RESTORED {
        let until_ms = version.restored_until_ms.unwrap_or(cx.now_ms);
        record["glacierEventData"] = json!({ "restoreEventData": {
            "lifecycleRestorationExpiryTime": Timestamp { epoch_ms: until_ms }.iso8601(true),
            "lifecycleRestoreStorageClass": version.storage_class,
        } });
    }
    record
}

/// The short id of an account that records name owners by.
fn principal_id(account: &str) -> String {
    let hash = Sha256::digest(["principal of ", account].concat());
    let digit = |b: &u8| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[usize::from(*b) % 36]);
    format!("A{}", hash.iter().take(13).map(digit).collect::<String>())
}

/// What a queue gets when it is first named.
pub(crate) fn test_event(bucket: &str, now_ms: i64, request_id: &str) -> String {
    json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": Timestamp { epoch_ms: now_ms }.iso8601(true),
        "Bucket": bucket,
        "RequestId": request_id,
        "HostId": hex(&Sha256::digest(request_id.as_bytes())),
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_asked_for_one_by_one_or_by_kind() {
        assert!(asks_for("s3:ObjectCreated:*", "ObjectCreated:Put"));
        assert!(asks_for("s3:ObjectCreated:Put", "ObjectCreated:Put"));
        assert!(!asks_for("s3:ObjectCreated:Copy", "ObjectCreated:Put"));
        assert!(!asks_for("s3:ObjectRemoved:*", "ObjectCreated:Put"));
    }
}
