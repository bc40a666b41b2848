//! Tags of quotas, of what applies alone: a default has none.
//! Source: Service Quotas user guide, "Tagging"; API reference, "TagResource": at most 50 (2026-11-22).

use codec::Fault;
use kernel::{Cx, Quota};
use shapes_service_quotas::{Tag, err};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::catalogue;

const MOST: usize = 50;

/// Tags of a quota, in the order of keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TagRow {
    /// Keys and values.
    pub(crate) tags: Vec<(String, String)>,
}

impl Row for TagRow {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.tags);
    }
    fn read(r: &mut RowReader) -> Result<TagRow, RowError> {
        Ok(TagRow { tags: r.get(1)? })
    }
}

/// Tags by account, region, service, code.
pub(crate) struct QuotaTags;
impl Table for QuotaTags {
    const NAME: &'static str = "quotas.tags";
    const VERSION: u16 = 1;
    type Key = (String, String, String, String);
    type Row = TagRow;
}

fn key(cx: &Cx, service: &str, code: &str) -> (String, String, String, String) {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), service.to_owned(), code.to_owned())
}

/// The tags of a quota.
pub(crate) fn of(cx: &Cx, service: &str, code: &str) -> Result<Vec<(String, String)>, Fault> {
    Ok(cx.get::<QuotaTags>(&key(cx, service, code))?.map(|r| r.tags).unwrap_or_default())
}

/// The quota that an ARN of this account and region names.
///
/// Errors: NoSuchResourceException; IllegalArgumentException: no ARN of a quota.
pub(crate) fn named(cx: &Cx, arn: &str) -> Result<&'static Quota, Fault> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "servicequotas", _, _, rest] = parts.as_slice() else {
        return Err(err::illegal_argument_exception("The provided ARN is not valid."));
    };
    let (service, code) = rest.split_once('/').unwrap_or((rest, ""));
    let quota = catalogue::find(cx, service, code)?;
    match arn == catalogue::arn(cx, service, code) {
        true => Ok(quota),
        false => Err(err::no_such_resource_exception(
            "The request failed because the specified resource does not exist.",
        )),
    }
}

/// Adds tags, replacing values of keys that are there.
///
/// Errors: TooManyTagsException: more than 50.
pub(crate) fn add(cx: &mut Cx, quota: &Quota, new: &[Tag]) -> Result<(), Fault> {
    let mut tags = of(cx, quota.service, quota.code)?;
    tags.retain(|(k, _)| !new.iter().any(|n| n.key == *k));
    for tag in new {
        if tags.iter().any(|(k, _)| *k == tag.key) {
            return Err(err::illegal_argument_exception("The request contains duplicate tag keys."));
        }
        tags.push((tag.key.clone(), tag.value.clone()));
    }
    if tags.len() > MOST {
        return Err(err::too_many_tags_exception(
            "You've exceeded the number of tags allowed for a resource. The maximum number of tags per resource is 50.",
        ));
    }
    tags.sort();
    cx.put::<QuotaTags>(&key(cx, quota.service, quota.code), &TagRow { tags });
    Ok(())
}

/// Takes tags away by their keys.
pub(crate) fn take(cx: &mut Cx, quota: &Quota, keys: &[String]) -> Result<(), Fault> {
    let mut tags = of(cx, quota.service, quota.code)?;
    tags.retain(|(k, _)| !keys.contains(k));
    let key = key(cx, quota.service, quota.code);
    match tags.is_empty() {
        true => cx.delete::<QuotaTags>(&key),
        false => cx.put::<QuotaTags>(&key, &TagRow { tags }),
    }
    Ok(())
}
