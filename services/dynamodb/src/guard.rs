//! Who may: the authorization facts of each operation. A table's policy speaks for the operations on the table, its items
//! and its indexes.
//! Source: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB"; developer guide,
//! "Using IAM policy conditions for fine-grained access control" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Guard, Target};
use shapes_dynamodb::{
    BatchGetItemInput, BatchWriteItemInput, CreateTableInput, QueryInput, ScanInput, TagResourceInput,
    TransactGetItemsInput, TransactWriteItemsInput, UntagResourceInput,
};

use crate::names::{self, Arn};
use crate::table::Open;

/// The table that a name or ARN names; what is no name is left to the decision.
pub(crate) fn target(cx: &Cx, name_or_arn: &str) -> Result<Target, Fault> {
    part(cx, name_or_arn, "")
}

/// A part of a table (`/index/x`), under the table's policy and tags.
pub(crate) fn part(cx: &Cx, name_or_arn: &str, rest: &str) -> Result<Target, Fault> {
    let (name, base) = match Arn::parse(name_or_arn) {
        Some(a) if !a.is_in(cx.scope) => {
            return Ok(Target::on(format!("{name_or_arn}{rest}")).account(a.account));
        }
        Some(a) => (a.table, names::arn(cx.scope, a.table)),
        None => (name_or_arn, names::arn(cx.scope, name_or_arn)),
    };
    let mut target = Target::on(format!("{base}{rest}"));
    if let Some(open) = Open::named(cx, name)? {
        target.policy = open.t.policy;
        target.tags = open.t.tags;
    }
    Ok(target)
}

/// An operation on a table.
pub(crate) fn table(cx: &Cx, name_or_arn: &str) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, name_or_arn)?))
}

/// An operation on the resource of an ARN.
pub(crate) fn arn(cx: &Cx, arn: &str) -> Result<Guard, Fault> {
    Ok(Guard::of(arn_target(cx, arn)?))
}

fn arn_target(cx: &Cx, arn: &str) -> Result<Target, Fault> {
    let Some(a) = Arn::parse(arn) else { return Ok(Target::on(arn)) };
    let rest = if a.rest.is_empty() { String::new() } else { format!("/{}", a.rest) };
    if !a.is_in(cx.scope) {
        return Ok(Target::on(arn).account(a.account));
    }
    part(cx, a.table, &rest)
}

/// CreateTable; with tags it is tagging, with a policy it is putting one.
pub(crate) fn create_table(cx: &Cx, i: &CreateTableInput) -> Result<Guard, Fault> {
    let create = target(cx, &i.table_name)?;
    let tags: Vec<(String, String)> =
        i.tags.iter().flatten().map(|t| (t.key.clone(), t.value.clone())).collect();
    let mut guard = Guard::of(create.clone().request_tags(tags.clone()));
    if !tags.is_empty() {
        guard = guard.and(create.clone().action("dynamodb:TagResource").request_tags(tags));
    }
    if i.resource_policy.is_some() {
        guard = guard.and(create.action("dynamodb:PutResourcePolicy"));
    }
    Ok(guard)
}

/// TagResource.
pub(crate) fn tag(cx: &Cx, i: &TagResourceInput) -> Result<Guard, Fault> {
    let tags = i.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect();
    Ok(Guard::of(arn_target(cx, &i.resource_arn)?.request_tags(tags)))
}

/// UntagResource.
pub(crate) fn untag(cx: &Cx, i: &UntagResourceInput) -> Result<Guard, Fault> {
    Ok(Guard::of(arn_target(cx, &i.resource_arn)?.tag_keys(i.tag_keys.clone())))
}

/// A table, or one of its indexes.
fn indexed(cx: &Cx, table: &str, index: Option<&str>) -> Result<Guard, Fault> {
    let rest = index.map_or(String::new(), |i| format!("/index/{i}"));
    Ok(Guard::of(part(cx, table, &rest)?))
}

/// Query.
pub(crate) fn query(cx: &Cx, i: &QueryInput) -> Result<Guard, Fault> {
    indexed(cx, &i.table_name, i.index_name.as_deref())
}

/// Scan.
pub(crate) fn scan(cx: &Cx, i: &ScanInput) -> Result<Guard, Fault> {
    indexed(cx, &i.table_name, i.index_name.as_deref())
}

fn all(targets: Vec<Target>) -> Guard {
    Guard { targets, ..Guard::default() }
}

/// BatchGetItem: every table.
pub(crate) fn batch_get(cx: &Cx, i: &BatchGetItemInput) -> Result<Guard, Fault> {
    Ok(all(i.request_items.keys().map(|t| target(cx, t)).collect::<Result<_, _>>()?))
}

/// BatchWriteItem: every table.
pub(crate) fn batch_write(cx: &Cx, i: &BatchWriteItemInput) -> Result<Guard, Fault> {
    Ok(all(i.request_items.keys().map(|t| target(cx, t)).collect::<Result<_, _>>()?))
}

/// TransactGetItems: AWS asks for the permission to get each item.
pub(crate) fn transact_get(cx: &Cx, i: &TransactGetItemsInput) -> Result<Guard, Fault> {
    let one = |t: &str| Ok(target(cx, t)?.action("dynamodb:GetItem"));
    Ok(all(i.transact_items.iter().map(|t| one(&t.get.table_name)).collect::<Result<_, Fault>>()?))
}

/// TransactWriteItems: AWS asks for the permission of each action.
pub(crate) fn transact_write(cx: &Cx, i: &TransactWriteItemsInput) -> Result<Guard, Fault> {
    let mut targets = Vec::new();
    for t in &i.transact_items {
        let actions = [
            ("dynamodb:ConditionCheckItem", t.condition_check.as_ref().map(|c| &c.table_name)),
            ("dynamodb:PutItem", t.put.as_ref().map(|p| &p.table_name)),
            ("dynamodb:DeleteItem", t.delete.as_ref().map(|d| &d.table_name)),
            ("dynamodb:UpdateItem", t.update.as_ref().map(|u| &u.table_name)),
        ];
        for (action, table) in actions {
            if let Some(table) = table {
                targets.push(target(cx, table)?.action(action));
            }
        }
    }
    Ok(all(targets))
}

/// An operation on a stream. Streams have no policy of their own, nor their table's.
pub(crate) fn stream(arn: &str) -> Guard {
    Guard::resource(arn)
}
