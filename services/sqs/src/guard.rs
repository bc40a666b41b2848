//! Who may: the authorization facts of each operation. The queue's policy speaks for those operations that AWS lets other
//! accounts use; for the rest only the owner's own principals count.
//! Source: SQS developer guide, "Amazon SQS API permissions" and "Limitations of Amazon SQS custom policies" (2026-11-22).

use std::collections::BTreeMap;

use codec::Fault;
use kernel::{Cx, Guard, Target};
use shapes_sqs::{
    CancelMessageMoveTaskRequest, CreateQueueRequest, GetQueueUrlRequest, ListMessageMoveTasksRequest,
    StartMessageMoveTaskRequest, TagQueueRequest, UntagQueueRequest,
};

use crate::names::{self, QueueArn};
use crate::queue;

fn pairs(tags: &BTreeMap<String, String>) -> Vec<(String, String)> {
    tags.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// The target of a queue by name: ARN, policy, tags.
fn target(cx: &Cx, name: &str, shared: bool) -> Result<Target, Fault> {
    let mut target = Target::on(names::arn(cx.scope, name));
    target.throttle_class = names::is_fifo(name).then_some("sqs.fifo");
    if let Some(q) = queue::find(cx, name)? {
        let speaks = shared || cx.caller.account == cx.scope.account;
        target.policy = q.policy.clone().filter(|_| speaks);
        target.tags = pairs(&q.tags);
    }
    Ok(target)
}

/// An operation on the queue of a URL that other accounts may use.
pub(crate) fn shared(cx: &Cx, url: &str) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, names::name_or_url(url), true)?))
}

/// An operation on the queue of a URL that only its owner may use.
pub(crate) fn own(cx: &Cx, url: &str) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, names::name_or_url(url), false)?))
}

/// GetQueueUrl.
pub(crate) fn get_queue_url(cx: &Cx, i: &GetQueueUrlRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, &i.queue_name, true)?))
}

/// CreateQueue; with tags it is tagging, too.
pub(crate) fn create_queue(cx: &Cx, i: &CreateQueueRequest) -> Result<Guard, Fault> {
    let create = target(cx, &i.queue_name, false)?;
    let Some(tags) = i.tags.as_ref().filter(|t| !t.is_empty()) else { return Ok(Guard::of(create)) };
    let tag = create.clone().action("sqs:TagQueue");
    Ok(Guard::of(create.request_tags(pairs(tags))).and(tag.request_tags(pairs(tags))))
}

/// TagQueue.
pub(crate) fn tag_queue(cx: &Cx, i: &TagQueueRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, names::name_or_url(&i.queue_url), false)?.request_tags(pairs(&i.tags))))
}

/// UntagQueue.
pub(crate) fn untag_queue(cx: &Cx, i: &UntagQueueRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(target(cx, names::name_or_url(&i.queue_url), false)?.tag_keys(i.tag_keys.clone())))
}

fn of_arn(cx: &Cx, arn: &str) -> Result<Target, Fault> {
    match QueueArn::parse(arn) {
        Some(a) if a.is_in(cx.scope) => target(cx, a.name, false),
        Some(a) => Ok(Target::on(arn).account(a.account)),
        None => Ok(Target::on(arn)),
    }
}

/// StartMessageMoveTask: reads and empties the source; sends to the destination, if one is named.
pub(crate) fn start_move(cx: &Cx, i: &StartMessageMoveTaskRequest) -> Result<Guard, Fault> {
    let source = of_arn(cx, &i.source_arn)?;
    let mut guard = Guard::of(source.clone())
        .and(source.clone().action("sqs:ReceiveMessage"))
        .and(source.clone().action("sqs:DeleteMessage"))
        .and(source.action("sqs:GetQueueAttributes"));
    if let Some(arn) = &i.destination_arn {
        guard = guard.and(of_arn(cx, arn)?.action("sqs:SendMessage"));
    }
    Ok(guard)
}

/// ListMessageMoveTasks.
pub(crate) fn list_moves(cx: &Cx, i: &ListMessageMoveTasksRequest) -> Result<Guard, Fault> {
    Ok(Guard::of(of_arn(cx, &i.source_arn)?))
}

/// CancelMessageMoveTask: the source that the handle names.
pub(crate) fn cancel_move(cx: &Cx, i: &CancelMessageMoveTaskRequest) -> Result<Guard, Fault> {
    match crate::move_task::parse_handle(&i.task_handle) {
        Some((_, arn)) => Ok(Guard::of(of_arn(cx, &arn)?)),
        None => Ok(Guard::any()),
    }
}
