//! `AddPermission` and `RemovePermission`: a statement of the queue's policy, named by its label.
//!
//! Errors: NonExistentQueue. MissingParameter: no actions, no accounts. InvalidParameterValue: label, account, action.
//! OverLimit: more than 7 actions, 20 statements, 50 principals.
//! Source: SQS API reference, "AddPermission"; the statement's form recorded 2024.

use codec::{Empty, Fault};
use kernel::Cx;
use serde_json::{Map, Value, json};
use shapes_sqs::{AddPermissionRequest, RemovePermissionRequest, err};

use crate::err::{invalid_parameter, invalid_value, missing};
use crate::queue::{Open, meter};

const SHARED: [&str; 7] = [
    "*",
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ReceiveMessage",
    "SendMessage",
];
const MAX_ACTIONS: usize = 7;
const MAX_STATEMENTS: usize = 20;
const MAX_PRINCIPALS: usize = 50;

/// Adds a statement.
pub(crate) fn add(cx: &mut Cx, i: &AddPermissionRequest) -> Result<Empty, Fault> {
    let mut open = Open::of_url(cx, &i.queue_url)?;
    check(i)?;
    let arn = open.arn(cx);
    let mut policy = match &open.q.policy {
        Some(text) => serde_json::from_str(text).unwrap_or_default(),
        None => json!({"Version": "2008-10-17", "Id": format!("{arn}/SQSDefaultPolicy"), "Statement": []}),
    };
    let statements = statements(&mut policy);
    if statements.iter().any(|s| s["Sid"] == i.label.as_str()) {
        return Err(invalid_value(&i.label, "Label", "Already exists."));
    }
    if statements.len() >= MAX_STATEMENTS {
        let n = statements.len() + 1;
        return Err(err::over_limit(format!(
            "{n} statements were found in the submitted policy, max allowed is {MAX_STATEMENTS}"
        )));
    }
    let principal = |a: &String| format!("arn:{}:iam::{a}:root", cx.scope.partition);
    statements.push(json!({
        "Sid": i.label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(i.aws_account_ids.iter().map(principal))},
        "Action": one_or_many(i.actions.iter().map(|a| format!("SQS:{a}"))),
        "Resource": arn,
    }));
    open.change().policy = Some(policy.to_string());
    finish(cx, open)
}

fn check(i: &AddPermissionRequest) -> Result<(), Fault> {
    let label_ok = (1..=80).contains(&i.label.len())
        && i.label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !label_ok {
        let reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
        return Err(invalid_value(&i.label, "Label", reason));
    }
    if i.actions.is_empty() {
        return Err(missing("Actions"));
    }
    if i.aws_account_ids.is_empty() {
        return Err(missing("PrincipalId"));
    }
    if i.actions.len() > MAX_ACTIONS {
        let n = i.actions.len();
        return Err(err::over_limit(format!("{n} Actions were found, maximum allowed is {MAX_ACTIONS}.")));
    }
    if i.aws_account_ids.len() > MAX_PRINCIPALS {
        let n = i.aws_account_ids.len();
        return Err(err::over_limit(format!(
            "{n} Principals were found, maximum allowed is {MAX_PRINCIPALS}."
        )));
    }
    if let Some(bad) = i.actions.iter().find(|a| !SHARED.contains(&a.as_str())) {
        let reason = "Only the queue owner is allowed to invoke this action.";
        return Err(invalid_value(format!("SQS:{bad}"), "ActionName", reason));
    }
    let account_ok = |a: &String| a.len() == 12 && a.bytes().all(|b| b.is_ascii_digit());
    if !i.aws_account_ids.iter().all(account_ok) {
        let ids = i.aws_account_ids.join(", ");
        return Err(invalid_parameter(format!(
            "Value [{ids}] for parameter PrincipalId is invalid. Reason: Unable to verify."
        )));
    }
    Ok(())
}

/// Removes a statement; the last one takes the policy with it.
pub(crate) fn remove(cx: &mut Cx, i: &RemovePermissionRequest) -> Result<Empty, Fault> {
    let mut open = Open::of_url(cx, &i.queue_url)?;
    let mut policy = open.q.policy.as_deref().and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
    let statements = statements(&mut policy);
    let before = statements.len();
    statements.retain(|s| s["Sid"] != i.label.as_str());
    if statements.len() == before {
        return Err(invalid_value(&i.label, "Label", "can't find label."));
    }
    open.change().policy = (!statements.is_empty()).then(|| policy.to_string());
    finish(cx, open)
}

fn finish(cx: &mut Cx, mut open: Open) -> Result<Empty, Fault> {
    open.change().modified_ms = cx.now_ms;
    open.save(cx);
    meter(cx, open.usage_type(), 0);
    Ok(Empty::default())
}

/// The statements of a policy, as a list.
fn statements(policy: &mut Value) -> &mut Vec<Value> {
    if !policy.is_object() {
        *policy = Value::Object(Map::new());
    }
    let list = match policy["Statement"].take() {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        single => vec![single],
    };
    policy["Statement"] = Value::Array(list);
    policy["Statement"].as_array_mut().expect("it was made a list just now")
}

fn one_or_many(items: impl Iterator<Item = String>) -> Value {
    let mut items: Vec<Value> = items.map(Value::String).collect();
    if items.len() == 1 { items.swap_remove(0) } else { Value::Array(items) }
}
