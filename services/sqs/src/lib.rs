//! SQS: queues of messages that are received, hidden for a while, and deleted by who is done with them.
//!
//! Concepts. A *queue* is standard or FIFO. Its messages are its *backlog*. A message never changes; its *place* does: from
//! when on it is visible, how often it was received. A *receipt handle* names one receive. A FIFO message belongs to a
//! *group*; the first message of a group, its *head*, decides whether the group can be received from.
//!
//! | file | holds |
//! | --- | --- |
//! | `ops/` | the operations, batch forms beside their single ones |
//! | `state.rs`, `place.rs` | rows and tables |
//! | `queue.rs`, `names.rs`, `attributes.rs` | queues: finding them, naming them, what is set on them |
//! | `backlog.rs`, `search.rs` | messages, their indexes and counters, always changed together; looking for those that can be received |
//! | `message.rs`, `md5.rs`, `batch.rs` | what is sent: checks, digests, batches |
//! | `selection.rs`, `receipt.rs` | what is shown of a received message, and its handle |
//! | `fifo.rs` | deduplication, sequence numbers, receive attempts |
//! | `redrive.rs`, `move_task.rs` | dead letters, and moving them back |
//! | `guard.rs`, `encryption.rs` | who may; by which key |
//! | `time.rs`, `check.rs` | what the clock does; the invariants |
//!
//! Invariants (`check.rs`): every message has exactly one place, in every index; counters equal what is there; no message
//! outlives its retention; behind an invisible message of a group nothing is received.
//!
//! Cost, in rows written: a send to a standard queue three (message, place, counters), a receive three for each message and
//! the counters once, a delete three and the counters. None depends on the length of the queue. Counts are kept, not
//! counted; they are brought to now by reading the places that became visible since the last change.
//!
//! A FIFO send writes three or four rows more: its group, the group's head, the deduplication id. An empty receive writes
//! none.
//!
//! Differs from AWS:
//! - Attributes, purges and deletions take effect at once, counts are exact, and standard queues deliver in order and once
//!   unless the visibility timeout ends. A deleted queue's name is taken for 60 seconds of the clock, under every profile.
//! - Encryption: `SqsManagedSseEnabled` is configuration; data rests as the store keeps it. KMS doesn't stand yet: of its keys only
//!   `alias/aws/sqs` is there, and a queue with another one takes no messages.
//! - The fair order that AWS gives to groups of a standard queue isn't made.
//! - The host of a queue URL says nothing: account and name come from its path, the region from the signature.
//! - `MessageNotInflight` is documented by AWS and never answered: AWS was seen to answer otherwise (`ops/`). The texts of
//!   `OverLimit` on receives and of a refused RedriveAllowPolicy are inferred.

mod attributes;
mod backlog;
mod batch;
mod check;
mod encryption;
mod err;
mod fifo;
mod guard;
mod md5;
mod message;
mod move_task;
mod names;
mod ops;
mod place;
mod queue;
mod receipt;
mod redrive;
mod search;
mod selection;
mod state;
mod time;

use kernel::{Access, Operation, Service};
use shapes_sqs::{SERVICE, op};

use crate::names::owner_of_url;

/// The service, for the wiring.
pub fn service() -> Service {
    Service {
        id: SERVICE,
        model_hash: shapes_sqs::MODEL_HASH,
        iam_prefix: "sqs",
        global: false,
        keyspaces: &["sqs"],
        writes_directory: false,
        operations: operations(),
        on_timer: time::on_timer,
        reset: time::reset,
        check: check::check,
        plane: None,
    }
}

fn operations() -> Vec<Operation> {
    let mut all = messages();
    all.extend(queues());
    all.extend(tasks());
    // Seen at AWS: "not authorized to perform: sqs:sendmessage" (aws/serverless-application-model#3633, 2024).
    all.into_iter().map(Operation::denied_in_lower_case).collect()
}

/// Operations on messages: data events, open to whom the queue's policy lets in.
fn messages() -> Vec<Operation> {
    vec![
        Operation::write::<op::SendMessage>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::send_message::decide,
        )
        .owned_by::<op::SendMessage>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::SendMessageBatch>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::send_message::decide_batch,
        )
        .action("sqs:SendMessage")
        .owned_by::<op::SendMessageBatch>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::ReceiveMessage>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::receive_message::decide,
        )
        .owned_by::<op::ReceiveMessage>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::DeleteMessage>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::delete_message::decide,
        )
        .owned_by::<op::DeleteMessage>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::DeleteMessageBatch>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::delete_message::decide_batch,
        )
        .action("sqs:DeleteMessage")
        .owned_by::<op::DeleteMessageBatch>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::ChangeMessageVisibility>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::change_message_visibility::decide,
        )
        .owned_by::<op::ChangeMessageVisibility>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::ChangeMessageVisibilityBatch>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::change_message_visibility::decide_batch,
        )
        .action("sqs:ChangeMessageVisibility")
        .owned_by::<op::ChangeMessageVisibilityBatch>(|i| owner_of_url(&i.queue_url)),
    ]
    .into_iter()
    .map(|o| o.data().access(Access::Anonymous))
    .collect()
}

/// Operations on queues.
fn queues() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateQueue>(guard::create_queue, ops::create_queue::decide),
        Operation::write::<op::DeleteQueue>(|cx, i| guard::own(cx, &i.queue_url), ops::delete_queue::decide)
            .owned_by::<op::DeleteQueue>(|i| owner_of_url(&i.queue_url)),
        Operation::read::<op::GetQueueUrl>(guard::get_queue_url, ops::get_queue_url::decide)
            .owned_by::<op::GetQueueUrl>(|i| i.queue_owner_aws_account_id.clone())
            .access(Access::Anonymous),
        Operation::read::<op::ListQueues>(|_, _| Ok(kernel::Guard::any()), ops::list_queues::decide),
        Operation::read::<op::GetQueueAttributes>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::get_queue_attributes::decide,
        )
        .owned_by::<op::GetQueueAttributes>(|i| owner_of_url(&i.queue_url))
        .access(Access::Anonymous),
        Operation::write::<op::SetQueueAttributes>(
            |cx, i| guard::own(cx, &i.queue_url),
            ops::set_queue_attributes::decide,
        )
        .owned_by::<op::SetQueueAttributes>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::PurgeQueue>(|cx, i| guard::shared(cx, &i.queue_url), ops::purge_queue::decide)
            .owned_by::<op::PurgeQueue>(|i| owner_of_url(&i.queue_url))
            .access(Access::Anonymous),
        Operation::write::<op::TagQueue>(guard::tag_queue, ops::tags::tag)
            .owned_by::<op::TagQueue>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::UntagQueue>(guard::untag_queue, ops::tags::untag)
            .owned_by::<op::UntagQueue>(|i| owner_of_url(&i.queue_url)),
        Operation::read::<op::ListQueueTags>(|cx, i| guard::own(cx, &i.queue_url), ops::tags::list)
            .owned_by::<op::ListQueueTags>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::AddPermission>(|cx, i| guard::own(cx, &i.queue_url), ops::permissions::add)
            .owned_by::<op::AddPermission>(|i| owner_of_url(&i.queue_url)),
        Operation::write::<op::RemovePermission>(
            |cx, i| guard::own(cx, &i.queue_url),
            ops::permissions::remove,
        )
        .owned_by::<op::RemovePermission>(|i| owner_of_url(&i.queue_url)),
    ]
}

/// Operations on dead-letter queues.
fn tasks() -> Vec<Operation> {
    vec![
        Operation::read::<op::ListDeadLetterSourceQueues>(
            |cx, i| guard::shared(cx, &i.queue_url),
            ops::list_dead_letter_source_queues::decide,
        )
        .owned_by::<op::ListDeadLetterSourceQueues>(|i| owner_of_url(&i.queue_url))
        .access(Access::Anonymous),
        Operation::write::<op::StartMessageMoveTask>(guard::start_move, ops::move_tasks::start),
        Operation::read::<op::ListMessageMoveTasks>(guard::list_moves, ops::move_tasks::list),
        Operation::write::<op::CancelMessageMoveTask>(guard::cancel_move, ops::move_tasks::cancel),
    ]
}
