//! `StartMessageMoveTask`, `ListMessageMoveTasks`, `CancelMessageMoveTask`.
//!
//! Errors: ResourceNotFoundException: source, destination, task. InvalidParameterValue: the source is nobody's dead-letter
//! queue, a task is running, the handle is none, a number is out of its range.
//! Source: SQS API reference, the three operations (2026-11-22); texts recorded 2023.

use codec::Fault;
use kernel::Cx;
use shapes_sqs::{
    CancelMessageMoveTaskRequest, CancelMessageMoveTaskResult, ListMessageMoveTasksRequest,
    ListMessageMoveTasksResult, ListMessageMoveTasksResultEntry, StartMessageMoveTaskRequest,
    StartMessageMoveTaskResult, err,
};
use store::Scan;

use crate::err::{invalid_parameter, invalid_value};
use crate::move_task::{self, CANCELLED, MAX_PER_SECOND, MoveTask, MoveTasks, RUNNING};
use crate::names;
use crate::queue::{Open, meter};
use crate::state::Queues;

/// Finished tasks of one source that are remembered.
const KEPT: usize = 10;

fn not_there(parameter: &str) -> Fault {
    err::resource_not_found_exception(format!(
        "The resource that you specified for the {parameter} parameter doesn't exist."
    ))
}

/// Starts a task.
pub(crate) fn start(
    cx: &mut Cx,
    i: &StartMessageMoveTaskRequest,
) -> Result<StartMessageMoveTaskResult, Fault> {
    if let Some(n) = i.max_number_of_messages_per_second
        && !(1..=MAX_PER_SECOND.cast_signed()).contains(&n)
    {
        let reason = "You must enter a value between 1 and 500.";
        return Err(invalid_value(n, "MaxNumberOfMessagesPerSecond", reason));
    }
    let source = Open::of_arn(cx, &i.source_arn)?.ok_or_else(|| not_there("SourceArn"))?;
    let destination = match &i.destination_arn {
        None => None,
        Some(arn) => Some(Open::of_arn(cx, arn)?.ok_or_else(|| not_there("DestinationArn"))?),
    };
    if !is_dead_letter_queue(cx, &source.name)? {
        return Err(invalid_parameter("Source queue must be configured as a Dead Letter Queue."));
    }
    if destination.as_ref().is_some_and(|d| d.q.fifo != source.q.fifo) {
        return Err(invalid_parameter("Source and destination queues must be of the same type."));
    }
    let tasks = move_task::of_source(cx, &source.name)?;
    if tasks.iter().any(|(_, t)| t.status == RUNNING) {
        return Err(invalid_parameter(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        ));
    }
    for (key, _) in tasks.iter().skip(KEPT - 1) {
        cx.delete::<MoveTasks>(key);
    }
    let newest = tasks.first().map_or(u64::MAX, |(key, _)| key.3);
    let key = (cx.scope.account.clone(), cx.scope.region.to_owned(), source.name.clone(), newest - 1);
    let task = MoveTask {
        id: cx.ids.uuid("sqs.move_task"),
        status: RUNNING.to_owned(),
        source: source.name.clone(),
        destination: destination.map(|d| d.name),
        max_per_second: i.max_number_of_messages_per_second.map(i32::unsigned_abs),
        to_move: source.backlog(cx)?.visible(),
        started_ms: cx.now_ms,
        source_id: source.q.id,
        ..MoveTask::default()
    };
    cx.put::<MoveTasks>(&key, &task);
    cx.timer_set(crate::time::MOVE, &move_task::subject(&key), cx.now_ms)?;
    meter(cx, source.usage_type(), 0);
    Ok(StartMessageMoveTaskResult { task_handle: Some(move_task::handle(&task, &source.arn(cx))) })
}

fn is_dead_letter_queue(cx: &Cx, name: &str) -> Result<bool, Fault> {
    let scan = Scan::prefix(&(cx.scope.account.as_str(), cx.scope.region));
    Ok(cx.scan::<Queues>(scan)?.any(|(_, q)| q.dead_letter_queue == name))
}

/// Lists tasks of a source, newest first.
pub(crate) fn list(
    cx: &mut Cx,
    i: &ListMessageMoveTasksRequest,
) -> Result<ListMessageMoveTasksResult, Fault> {
    let max = i.max_results.unwrap_or(1);
    if !(1..=KEPT as i32).contains(&max) {
        return Err(invalid_value(max, "MaxResults", "Must be between 1 and 10, if provided."));
    }
    let source = Open::of_arn(cx, &i.source_arn)?.ok_or_else(|| not_there("SourceArn"))?;
    meter(cx, source.usage_type(), 0);
    let tasks = move_task::of_source(cx, &source.name)?;
    let source_arn = source.arn(cx);
    let results: Vec<_> = tasks
        .into_iter()
        .filter(|(_, t)| t.source_id == source.q.id)
        .take(max.unsigned_abs() as usize)
        .map(|(_, t)| ListMessageMoveTasksResultEntry {
            task_handle: (t.status == RUNNING).then(|| move_task::handle(&t, &source_arn)),
            status: Some(t.status),
            source_arn: Some(source_arn.clone()),
            destination_arn: t.destination.map(|name| names::arn(cx.scope, &name)),
            max_number_of_messages_per_second: t.max_per_second.map(u32::cast_signed),
            approximate_number_of_messages_moved: Some(t.moved.cast_signed()),
            approximate_number_of_messages_to_move: Some(t.to_move.cast_signed()),
            failure_reason: t.failure,
            started_timestamp: Some(t.started_ms),
        })
        .collect();
    Ok(ListMessageMoveTasksResult { results: (!results.is_empty()).then_some(results) })
}

/// Cancels a running task. What was moved stays moved.
pub(crate) fn cancel(
    cx: &mut Cx,
    i: &CancelMessageMoveTaskRequest,
) -> Result<CancelMessageMoveTaskResult, Fault> {
    let Some((id, arn)) = move_task::parse_handle(&i.task_handle) else {
        return Err(invalid_parameter("Value for parameter TaskHandle is invalid."));
    };
    let source = Open::of_arn(cx, &arn)?.ok_or_else(|| not_there("SourceArn"))?;
    let tasks = move_task::of_source(cx, &source.name)?;
    let Some((key, mut task)) = tasks.into_iter().find(|(_, t)| t.id == id) else {
        return Err(err::resource_not_found_exception("Task does not exist."));
    };
    if task.status != RUNNING {
        return Err(invalid_parameter("Only active tasks can be cancelled."));
    }
    task.status = CANCELLED.to_owned();
    cx.timer_clear(crate::time::MOVE, &move_task::subject(&key))?;
    cx.put::<MoveTasks>(&key, &task);
    meter(cx, source.usage_type(), 0);
    Ok(CancelMessageMoveTaskResult { approximate_number_of_messages_moved: Some(task.moved.cast_signed()) })
}
