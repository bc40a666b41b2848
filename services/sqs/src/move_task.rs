//! Move tasks: messages go from a dead-letter queue back to where they came from, or to another queue, so many a second.
//! Moved messages are new ones: new id, new time, nothing received.
//!
//! Differs: the permission to send to each original source is not asked for when no destination is named.
//! Source: SQS API reference, "StartMessageMoveTask"; developer guide, "Configuring a dead-letter queue redrive" and
//! "Troubleshooting dead-letter queue redrive" (2026-11-22); states and handles recorded 2023.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codec::Fault;
use kernel::Cx;
use serde_json::{Value, json};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::backlog::Backlog;
use crate::names::QueueArn;
use crate::place::Place;
use crate::queue::Open;
use crate::search::{Standing, Wanted};
use crate::state::Message;

/// Messages that a task without a rate of its own moves in a second; also the highest rate.
pub(crate) const MAX_PER_SECOND: u32 = 500;
const STEP_MS: i64 = 1_000;

pub(crate) const RUNNING: &str = "RUNNING";
pub(crate) const CANCELLED: &str = "CANCELLED";
const COMPLETED: &str = "COMPLETED";
const FAILED: &str = "FAILED";

/// A task that moves messages out of a dead-letter queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MoveTask {
    pub(crate) id: String,
    /// `RUNNING`, `CANCELLED`, `COMPLETED`, `FAILED`
    pub(crate) status: String,
    /// Names of the queues; no destination: back to where each message came from.
    pub(crate) source: String,
    pub(crate) destination: Option<String>,
    pub(crate) max_per_second: Option<u32>,
    pub(crate) moved: u64,
    pub(crate) to_move: u64,
    pub(crate) failure: Option<String>,
    pub(crate) started_ms: i64,
    /// Number of the source's queue: a queue of the same name that came later isn't meant.
    pub(crate) source_id: u64,
}

impl Row for MoveTask {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.status);
        w.put(3, &self.source);
        w.put(4, &self.destination);
        w.put(5, &self.max_per_second);
        w.put(6, &self.moved);
        w.put(7, &self.to_move);
        w.put(8, &self.failure);
        w.put(9, &self.started_ms);
        w.put(10, &self.source_id);
    }
    fn read(r: &mut RowReader) -> Result<MoveTask, RowError> {
        Ok(MoveTask {
            id: r.get(1)?,
            status: r.get(2)?,
            source: r.get(3)?,
            destination: r.get(4)?,
            max_per_second: r.get(5)?,
            moved: r.get(6)?,
            to_move: r.get(7)?,
            failure: r.get(8)?,
            started_ms: r.get(9)?,
            source_id: r.get(10)?,
        })
    }
}

/// Move tasks: account, region, source, number counting down, so that the newest comes first.
pub(crate) struct MoveTasks;
impl Table for MoveTasks {
    const NAME: &'static str = "sqs.move_task";
    const VERSION: u16 = 1;
    type Key = (String, String, String, u64);
    type Row = MoveTask;
}

/// Key of a task.
pub(crate) type TaskKey = (String, String, String, u64);

/// The handle of a task: base64 of JSON with its id and the ARN of its source, as AWS's.
pub(crate) fn handle(task: &MoveTask, source_arn: &str) -> String {
    STANDARD.encode(json!({"taskId": task.id, "sourceArn": source_arn}).to_string())
}

/// Id and source's ARN of a handle.
pub(crate) fn parse_handle(handle: &str) -> Option<(String, String)> {
    let bytes = STANDARD.decode(handle).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    Some((value["taskId"].as_str()?.to_owned(), value["sourceArn"].as_str()?.to_owned()))
}

/// Tasks of a source, newest first.
pub(crate) fn of_source(cx: &Cx, source: &str) -> Result<Vec<(TaskKey, MoveTask)>, Fault> {
    let scope = (cx.scope.account.as_str(), cx.scope.region, source);
    Ok(cx.scan_prefix::<MoveTasks>(&scope)?.collect())
}

/// Subject of a task's timer.
pub(crate) fn subject(key: &TaskKey) -> String {
    format!("{}/{}", key.2, key.3)
}

/// The next step of a task: as many messages as it may move in a second.
pub(crate) fn step(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some((source, number)) = subject.split_once('/') else { return Ok(()) };
    let Ok(number) = number.parse() else { return Ok(()) };
    let key = (cx.scope.account.clone(), cx.scope.region.to_owned(), source.to_owned(), number);
    let Some(mut task) = cx.get::<MoveTasks>(&key)?.filter(|t| t.status == RUNNING) else { return Ok(()) };
    match advance(cx, &mut task)? {
        Step::More => cx.timer_set(crate::time::MOVE, subject, cx.now_ms + STEP_MS)?,
        Step::Done => task.status = COMPLETED.to_owned(),
        Step::Failed(reason) => {
            task.status = FAILED.to_owned();
            task.failure = Some(reason.to_owned());
        }
    }
    cx.put::<MoveTasks>(&key, &task);
    Ok(())
}

enum Step {
    More,
    Done,
    Failed(&'static str),
}

const NO_QUEUE: Step = Step::Failed("AWS.SimpleQueueService.NonExistentQueue");

fn advance(cx: &mut Cx, task: &mut MoveTask) -> Result<Step, Fault> {
    let source = Open::named(cx, &task.source)?.filter(|s| s.q.id == task.source_id);
    let Some(source) = source else { return Ok(NO_QUEUE) };
    let rate = u64::from(task.max_per_second.unwrap_or(MAX_PER_SECOND));
    let limit = rate.min(task.to_move.saturating_sub(task.moved));
    let mut backlog = source.backlog(cx)?;
    let found = backlog.receivable(cx, Wanted::any(usize::try_from(limit).unwrap_or(usize::MAX)))?;
    let outcome = move_all(cx, task, &source, &mut backlog, found.messages);
    backlog.save(cx, &source.name)?;
    if source.q.fifo {
        cx.wake(source.wake_key());
    }
    match outcome? {
        Some(step) => Ok(step),
        None if task.moved >= task.to_move => Ok(Step::Done),
        None => {
            let backlog = source.backlog(cx)?;
            let more = !backlog.receivable(cx, Wanted::any(1))?.messages.is_empty();
            Ok(if more { Step::More } else { Step::Done })
        }
    }
}

/// Moves messages one after the other; the answer is the step that ends the task, if something does.
fn move_all(
    cx: &mut Cx,
    task: &mut MoveTask,
    source: &Open,
    backlog: &mut Backlog,
    messages: Vec<(Standing, Option<Message>)>,
) -> Result<Option<Step>, Fault> {
    for (at, message) in messages {
        let Some(message) = backlog.row_of(cx, &at, message)? else {
            backlog.remove(cx, &at)?;
            continue;
        };
        let destination = match &task.destination {
            Some(name) => Some(name.clone()),
            None => {
                message.dead_letter_source.as_deref().and_then(QueueArn::parse).map(|a| a.name.to_owned())
            }
        };
        let Some(name) = destination else { return Ok(Some(Step::Failed("CouldNotDetermineMessageSource"))) };
        let Some(to) = Open::named(cx, &name)?.filter(|to| to.q.fifo == source.q.fifo) else {
            return Ok(Some(NO_QUEUE));
        };
        backlog.remove(cx, &at)?;
        let message = Message {
            id: cx.ids.uuid("sqs.message"),
            sent_ms: cx.now_ms,
            dead_letter_source: None,
            ..message
        };
        let place = Place { enqueued_ms: cx.now_ms, visible_ms: cx.now_ms, ..Place::default() };
        if to.q.id == source.q.id {
            backlog.insert(cx, &to.q, message, place)?;
        } else {
            let mut there = to.backlog(cx)?;
            there.insert(cx, &to.q, message, place)?;
            there.save(cx, &to.name)?;
        }
        cx.wake(to.wake_key());
        task.moved += 1;
    }
    Ok(None)
}
