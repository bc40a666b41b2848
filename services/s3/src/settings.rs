//! Configurations of buckets, as rows of text: what each means is the business of who wrote it. Those that are records of the
//! model are kept as JSON by the model's names.

use codec::{Fault, Record, Spelling, WireError};
use kernel::Cx;
use model::{Model, Shape};
use store::Shared;

use crate::state::{AccountConfigs, Bucket, Config, Configs};

/// A sort of configuration that is kept as a record of the model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// What its rows are called.
    pub(crate) name: &'static str,
    /// The operation whose input has the record, and the member that holds it; empty: the whole input.
    pub(crate) operation: &'static str,
    pub(crate) member: &'static str,
}

/// Lifecycle rules.
pub(crate) const LIFECYCLE: Kind =
    Kind { name: "lifecycle", operation: "PutBucketLifecycleConfiguration", member: "" };
/// Notifications.
pub(crate) const NOTIFICATION: Kind = Kind {
    name: "notification",
    operation: "PutBucketNotificationConfiguration",
    member: "NotificationConfiguration",
};
/// Object lock: the default retention.
pub(crate) const OBJECT_LOCK: Kind =
    Kind { name: "object-lock", operation: "PutObjectLockConfiguration", member: "ObjectLockConfiguration" };
/// Replication rules.
pub(crate) const REPLICATION: Kind =
    Kind { name: "replication", operation: "PutBucketReplication", member: "ReplicationConfiguration" };
/// Rules on requests from other origins.
pub(crate) const CORS: Kind = Kind { name: "cors", operation: "PutBucketCors", member: "CORSConfiguration" };

/// Inventories, by id.
pub(crate) const INVENTORY: Kind = Kind {
    name: "inventory",
    operation: "PutBucketInventoryConfiguration",
    member: "InventoryConfiguration",
};
/// Server access logs.
pub(crate) const LOGGING: Kind =
    Kind { name: "logging", operation: "PutBucketLogging", member: "BucketLoggingStatus" };
/// A web site.
pub(crate) const WEBSITE: Kind =
    Kind { name: "website", operation: "PutBucketWebsite", member: "WebsiteConfiguration" };

impl Kind {
    fn shape(&self) -> (&'static Model, &'static Shape) {
        let model = model::service(shapes_s3::SERVICE).expect("S3's model is built in");
        let operation = model.operation(self.operation).expect("the operation is S3's");
        let input = model.shape(operation.input.expect("it takes an input"));
        if self.member.is_empty() {
            return (model, input);
        }
        let (_, member) = input.member(self.member).expect("the member is the operation's");
        (model, model.shape(member.target))
    }

    fn to_text(self, record: &dyn Record) -> Result<String, Fault> {
        let (model, shape) = self.shape();
        let value = codec::to_value(model, shape, record).map_err(broken)?;
        Ok(codec::to_json(model, shape, &value, Spelling::Model))
    }

    fn of_text<T: Record + Default>(self, text: &str) -> Result<T, Fault> {
        let (model, shape) = self.shape();
        let value = codec::from_json(model, shape, text).map_err(broken)?;
        let mut record = T::default();
        codec::from_value(model, shape, &value, &mut record).map_err(broken)?;
        Ok(record)
    }
}

fn broken(e: WireError) -> Fault {
    Fault::internal(format!("a configuration can't be kept: {}", e.0))
}

fn key(bucket: &Bucket, kind: &str, id: &str) -> (u64, String, String) {
    (bucket.number, kind.to_owned(), id.to_owned())
}

/// The row of a configuration; of most calls on a bucket, that there is none.
fn kept(cx: &Cx, bucket: &Bucket, kind: &str, id: &str) -> Result<Option<Shared<Config>>, Fault> {
    cx.get_kept::<Configs>(&(bucket.number, kind, id))
}

/// The text of a configuration of which a bucket has one.
pub(crate) fn text(cx: &Cx, bucket: &Bucket, kind: &str) -> Result<Option<String>, Fault> {
    Ok(kept(cx, bucket, kind, "")?.map(|row| row.text.clone()))
}

/// Keeps such a text.
pub(crate) fn set_text(cx: &mut Cx, bucket: &Bucket, kind: &str, text: impl Into<String>) {
    let row = Config { text: text.into(), changed_ms: cx.now_ms };
    cx.put::<Configs>(&key(bucket, kind, ""), &row);
}

/// Removes a configuration.
pub(crate) fn remove(cx: &mut Cx, bucket: &Bucket, kind: &str, id: &str) {
    cx.delete::<Configs>(&key(bucket, kind, id));
}

/// The record of that kind and id (empty where there is only one).
pub(crate) fn get<T: Record + Default>(
    cx: &Cx,
    bucket: &Bucket,
    kind: Kind,
    id: &str,
) -> Result<Option<T>, Fault> {
    match kept(cx, bucket, kind.name, id)? {
        Some(row) => kind.of_text(&row.text).map(Some),
        None => Ok(None),
    }
}

/// Whether there is one of that id.
pub(crate) fn has(cx: &Cx, bucket: &Bucket, kind: Kind, id: &str) -> Result<bool, Fault> {
    Ok(kept(cx, bucket, kind.name, id)?.is_some())
}

/// How many there are of a kind; counts no further than `most`.
pub(crate) fn count(cx: &Cx, bucket: &Bucket, kind: Kind, most: usize) -> Result<usize, Fault> {
    Ok(cx.scan_prefix::<Configs>(&(bucket.number, kind.name.to_owned()))?.take(most).count())
}

/// Keeps a record.
pub(crate) fn set(
    cx: &mut Cx,
    bucket: &Bucket,
    kind: Kind,
    id: &str,
    record: &dyn Record,
) -> Result<(), Fault> {
    let row = Config { text: kind.to_text(record)?, changed_ms: cx.now_ms };
    cx.put::<Configs>(&key(bucket, kind.name, id), &row);
    Ok(())
}

/// The records of that kind with ids after `after`, in order of id.
pub(crate) fn all<T: Record + Default>(
    cx: &Cx,
    bucket: &Bucket,
    kind: Kind,
    after: Option<&str>,
) -> Result<Vec<(String, T)>, Fault> {
    let prefix = (bucket.number, kind.name.to_owned());
    let rows = cx.scan_prefix::<Configs>(&prefix)?;
    let rows = rows.filter(|((_, _, id), _)| after.is_none_or(|a| id.as_str() > a));
    rows.map(|((_, _, id), row)| Ok((id, kind.of_text(&row.text)?))).collect()
}

/// The text of a configuration of an account in a partition.
pub(crate) fn of_account(cx: &Cx, account: &str, kind: &str) -> Result<Option<String>, Fault> {
    let row = cx.get_kept::<AccountConfigs>(&(cx.scope.partition, account, kind))?;
    Ok(row.map(|row| row.text.clone()))
}
