//! Configurations of a bucket that are kept as the model's own structures: rows of [`Configs`], as JSON by the model's names. What
//! they mean is told where they are used.

use codec::{Fault, Op, Record, Spelling};
use kernel::Cx;

use crate::state::{Bucket, Config, Configs};

/// Lifecycle rules.
pub(crate) const LIFECYCLE: &str = "lifecycle";
/// Notifications.
pub(crate) const NOTIFICATION: &str = "notification";
/// Object lock: the default retention.
pub(crate) const OBJECT_LOCK: &str = "object-lock";
/// Replication rules.
pub(crate) const REPLICATION: &str = "replication";

/// The shape of a member of an operation's input, or of the whole input for an empty name: what [`put`] and [`get`] keep.
fn shape<O: Op>(member: &str) -> Option<(&'static model::Model, &'static model::Shape)> {
    let model = model::service(O::SERVICE)?;
    let input = model.shape(model.operation(O::NAME)?.input?);
    if member.is_empty() {
        return Some((model, input));
    }
    Some((model, model.shape(input.member(member)?.1.target)))
}

/// Keeps a configuration: the member of that name of the input of `O`.
pub(crate) fn put<O: Op>(
    cx: &mut Cx,
    bucket: &Bucket,
    kind: &str,
    member: &str,
    config: &dyn Record,
) -> Result<(), Fault> {
    let (model, shape) = shape::<O>(member).ok_or_else(|| Fault::internal("no such configuration"))?;
    let value = codec::to_value(model, shape, config).map_err(|e| Fault::internal(e.0))?;
    let text = codec::to_json(model, shape, &value, Spelling::Model);
    let row = Config { text, changed_ms: cx.now_ms };
    cx.put::<Configs>(&key(bucket, kind), &row);
    Ok(())
}

/// What [`put`] kept, if anything.
pub(crate) fn get<O: Op, T: Record + Default>(
    cx: &Cx,
    bucket: &Bucket,
    kind: &str,
    member: &str,
) -> Result<Option<T>, Fault> {
    let Some(row) = cx.get::<Configs>(&key(bucket, kind))? else { return Ok(None) };
    let (model, shape) = shape::<O>(member).ok_or_else(|| Fault::internal("no such configuration"))?;
    let value = codec::from_json(model, shape, &row.text).map_err(|e| Fault::internal(e.0))?;
    let mut out = T::default();
    codec::from_value(model, shape, &value, &mut out).map_err(|e| Fault::internal(e.0))?;
    Ok(Some(out))
}

/// Forgets one, if it is there.
pub(crate) fn delete(cx: &mut Cx, bucket: &Bucket, kind: &str) {
    cx.delete::<Configs>(&key(bucket, kind));
}

fn key(bucket: &Bucket, kind: &str) -> (u64, String, String) {
    (bucket.number, kind.to_owned(), String::new())
}
