//! Who may: the authorization facts of each operation. A table's policy speaks for the operations on the table, its items
//! and its indexes.
//! Source: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB"; developer guide,
//! "Using IAM policy conditions for fine-grained access control" (2026-11-22).

use codec::Fault;
use dynamodb_language::partiql::Statement;
use kernel::{Cx, Guard, Target};
use shapes_dynamodb::{
    AttributeValue, BatchExecuteStatementInput, BatchGetItemInput, BatchStatementRequest,
    BatchWriteItemInput, CreateTableInput, DeleteItemInput, ExecuteStatementInput, ExecuteTransactionInput,
    GetItemInput, ImportTableInput, ParameterizedStatement, PutItemInput, QueryInput,
    RestoreTableFromBackupInput, RestoreTableToPointInTimeInput, ScanInput, TagResourceInput,
    TransactGetItemsInput, TransactWriteItemsInput, UntagResourceInput, UpdateItemInput, UpdateTableInput,
};

use crate::conditions::{self, Said};
use crate::names::{self, Arn};
use crate::ops::transact_write_items::actions;
use crate::partiql;
use crate::replica::in_region;
use crate::request::Texts;
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
        target.policy = open.t.policy.clone();
        target.tags = open.t.tags.clone();
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

/// ImportTable: the table that it makes. What it reads, S3 judges.
pub(crate) fn import_table(cx: &Cx, i: &ImportTableInput) -> Result<Guard, Fault> {
    table(cx, &i.table_creation_parameters.table_name)
}

/// UpdateTable. Who adds a replica makes a table in the other region and fills it; who takes one away deletes it.
/// Source: developer guide, "DynamoDB global tables security": permissions in the destination's region (2026-11-22).
pub(crate) fn update_table(cx: &Cx, i: &UpdateTableInput) -> Result<Guard, Fault> {
    const ADD: [&str; 9] = [
        "dynamodb:CreateTable",
        "dynamodb:CreateTableReplica",
        "dynamodb:Scan",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "dynamodb:PutItem",
        "dynamodb:GetItem",
        "dynamodb:DeleteItem",
        "dynamodb:BatchWriteItem",
    ];
    const REMOVE: [&str; 2] = ["dynamodb:DeleteTable", "dynamodb:DeleteTableReplica"];
    let mut guard = table(cx, &i.table_name)?;
    let name = names::bare(&i.table_name);
    let arn_in = |region: &str| in_region(cx.scope, region).map(|s| names::arn(&s, name));
    for update in i.replica_updates.iter().flatten() {
        let added = update.create.as_ref().and_then(|c| arn_in(&c.region_name));
        let removed = update.delete.as_ref().and_then(|d| arn_in(&d.region_name));
        let actions = ADD.iter().map(|a| (&added, *a)).chain(REMOVE.iter().map(|a| (&removed, *a)));
        for (arn, action) in actions {
            if let Some(arn) = arn {
                guard = guard.and(Target::on(arn.clone()).action(action));
            }
        }
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

/// A target with the condition keys of a call on it, where a policy could ask for them.
fn with(
    cx: &Cx,
    target: Target,
    name_or_arn: &str,
    said: impl FnOnce(&Open) -> Said,
) -> Result<Target, Fault> {
    if !conditions::asked(cx, &target) {
        return Ok(target);
    }
    Ok(match Open::named(cx, names::bare(name_or_arn))? {
        Some(open) => said(&open).on(target),
        None => target,
    })
}

/// An operation on one item.
fn one(cx: &Cx, table: &str, said: impl FnOnce(&Open) -> Said) -> Result<Guard, Fault> {
    Ok(Guard::of(with(cx, target(cx, table)?, table, said)?))
}

/// GetItem.
pub(crate) fn get(cx: &Cx, i: &GetItemInput) -> Result<Guard, Fault> {
    one(cx, &i.table_name, |open| conditions::get(open, i))
}

/// PutItem.
pub(crate) fn put(cx: &Cx, i: &PutItemInput) -> Result<Guard, Fault> {
    one(cx, &i.table_name, |open| conditions::put(open, i))
}

/// UpdateItem.
pub(crate) fn update(cx: &Cx, i: &UpdateItemInput) -> Result<Guard, Fault> {
    one(cx, &i.table_name, |open| conditions::update(open, i))
}

/// DeleteItem.
pub(crate) fn delete(cx: &Cx, i: &DeleteItemInput) -> Result<Guard, Fault> {
    one(cx, &i.table_name, |open| conditions::delete(open, i))
}

/// A table, or one of its indexes.
fn indexed(cx: &Cx, table: &str, index: Option<&str>) -> Result<Target, Fault> {
    let rest = index.map_or(String::new(), |i| format!("/index/{i}"));
    part(cx, table, &rest)
}

/// Query.
pub(crate) fn query(cx: &Cx, i: &QueryInput) -> Result<Guard, Fault> {
    let target = indexed(cx, &i.table_name, i.index_name.as_deref())?;
    Ok(Guard::of(with(cx, target, &i.table_name, |open| conditions::query(open, i))?))
}

/// Scan.
pub(crate) fn scan(cx: &Cx, i: &ScanInput) -> Result<Guard, Fault> {
    let target = indexed(cx, &i.table_name, i.index_name.as_deref())?;
    Ok(Guard::of(with(cx, target, &i.table_name, |_| conditions::scan(i))?))
}

fn all(targets: Vec<Target>) -> Guard {
    Guard { targets, ..Guard::default() }
}

/// BatchGetItem: every table.
pub(crate) fn batch_get(cx: &Cx, i: &BatchGetItemInput) -> Result<Guard, Fault> {
    let one = |(t, asked): (&String, _)| with(cx, target(cx, t)?, t, |open| conditions::keys(open, asked));
    Ok(all(i.request_items.iter().map(one).collect::<Result<_, _>>()?))
}

/// BatchWriteItem: every table.
pub(crate) fn batch_write(cx: &Cx, i: &BatchWriteItemInput) -> Result<Guard, Fault> {
    let one = |(t, asked): (&String, &Vec<_>)| {
        with(cx, target(cx, t)?, t, |open| conditions::requests(open, asked))
    };
    Ok(all(i.request_items.iter().map(one).collect::<Result<_, _>>()?))
}

/// TransactGetItems: AWS asks for the permission to get each item.
pub(crate) fn transact_get(cx: &Cx, i: &TransactGetItemsInput) -> Result<Guard, Fault> {
    let mut targets = Vec::new();
    for t in &i.transact_items {
        let texts = Texts {
            projection: t.get.projection_expression.as_deref(),
            names: t.get.expression_attribute_names.as_ref(),
            ..Texts::default()
        };
        let name = &t.get.table_name;
        let target = target(cx, name)?
            .action("dynamodb:GetItem")
            .key("dynamodb:EnclosingOperation", vec!["TransactGetItems".to_owned()]);
        targets.push(with(cx, target, name, |open| conditions::action(open, &t.get.key, &texts))?);
    }
    Ok(all(targets))
}

/// TransactWriteItems: AWS asks for the permission of each action.
pub(crate) fn transact_write(cx: &Cx, i: &TransactWriteItemsInput) -> Result<Guard, Fault> {
    let mut targets = Vec::new();
    for a in actions(i) {
        let target = target(cx, a.table)?
            .action(a.permission)
            .key("dynamodb:EnclosingOperation", vec!["TransactWriteItems".to_owned()]);
        let said = |open: &Open| conditions::action(open, a.attributes, &a.texts);
        targets.push(with(cx, target, a.table, said)?);
    }
    Ok(all(targets))
}

/// A PartiQL statement; what can't be read is left to the decision.
fn statement(
    cx: &Cx,
    text: &str,
    parameters: Option<&Vec<AttributeValue>>,
    enclosing: Option<&str>,
) -> Result<Target, Fault> {
    let Ok(s) = partiql::parse(text, parameters) else { return Ok(Target::on("*").action(of_text(text))) };
    let index = if let Statement::Select(s) = &s { s.index.as_deref() } else { None };
    let mut target = indexed(cx, s.table(), index)?.action(of_text(text));
    if let Some(operation) = enclosing {
        target = target.key("dynamodb:EnclosingOperation", vec![operation.to_owned()]);
    }
    let table = s.table().to_owned();
    if !conditions::asked(cx, &target) {
        return Ok(target);
    }
    let Some(open) = Open::named(cx, names::bare(&table))? else { return Ok(target) };
    partiql::said(&open, &s, target)
}

/// The IAM action of a statement, by its first word.
fn of_text(text: &str) -> &'static str {
    let first = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    match first.as_str() {
        "insert" => "dynamodb:PartiQLInsert",
        "update" => "dynamodb:PartiQLUpdate",
        "delete" => "dynamodb:PartiQLDelete",
        "from" => "dynamodb:PartiQLUpdate",
        _ => "dynamodb:PartiQLSelect",
    }
}

/// ExecuteStatement.
pub(crate) fn execute(cx: &Cx, i: &ExecuteStatementInput) -> Result<Guard, Fault> {
    Ok(Guard::of(statement(cx, &i.statement, i.parameters.as_ref(), None)?))
}

/// BatchExecuteStatement.
pub(crate) fn batch_execute(cx: &Cx, i: &BatchExecuteStatementInput) -> Result<Guard, Fault> {
    let one = |s: &BatchStatementRequest| statement(cx, &s.statement, s.parameters.as_ref(), None);
    Ok(all(i.statements.iter().map(one).collect::<Result<_, _>>()?))
}

/// ExecuteTransaction.
pub(crate) fn execute_transaction(cx: &Cx, i: &ExecuteTransactionInput) -> Result<Guard, Fault> {
    let one = |s: &ParameterizedStatement| {
        statement(cx, &s.statement, s.parameters.as_ref(), Some("ExecuteTransaction"))
    };
    Ok(all(i.transact_statements.iter().map(one).collect::<Result<_, _>>()?))
}

/// An operation on a stream. Streams have no policy of their own, nor their table's.
pub(crate) fn stream(arn: &str) -> Guard {
    Guard::resource(arn)
}

/// RestoreTableFromBackup: reads the backup, makes and fills the table.
pub(crate) fn from_backup(cx: &Cx, i: &RestoreTableFromBackupInput) -> Result<Guard, Fault> {
    let backup = arn_target(cx, &i.backup_arn)?;
    Ok(Guard::of(backup).and(target(cx, &i.target_table_name)?))
}

/// RestoreTableToPointInTime: reads the source, makes and fills the table.
pub(crate) fn to_point_in_time(cx: &Cx, i: &RestoreTableToPointInTimeInput) -> Result<Guard, Fault> {
    let source = i.source_table_arn.as_deref().or(i.source_table_name.as_deref()).unwrap_or("*");
    Ok(Guard::of(target(cx, source)?).and(target(cx, &i.target_table_name)?))
}
