//! Finding the queue that a call names, and keeping its row. Not its messages: `backlog.rs`.

use codec::Fault;
use kernel::{Cx, Scope};
use store::Shared;

use crate::backlog::Backlog;
use crate::err::no_such_queue;
use crate::names;
use crate::state::{CountersTable, Garbage, Moment, Queue, QueueKey, Queues};

/// The key of a queue in a scope.
pub(crate) fn key(scope: &Scope, name: &str) -> QueueKey {
    (scope.account.clone(), scope.region.to_owned(), name.to_owned())
}

/// The row of a queue in the scope: every call reads it.
pub(crate) fn find(cx: &Cx, name: &str) -> Result<Option<Shared<Queue>>, Fault> {
    cx.get_kept::<Queues>(&(cx.scope.account.as_str(), cx.scope.region, name))
}

/// A queue that is there.
pub(crate) struct Open {
    pub(crate) name: String,
    pub(crate) q: Shared<Queue>,
}

impl Open {
    /// The queue of a URL.
    ///
    /// Errors: InvalidAddress: the URL names none. NonExistentQueue: there is none.
    pub(crate) fn of_url(cx: &Cx, url: &str) -> Result<Open, Fault> {
        let name = names::of_url(url)?;
        Open::named(cx, name)?.ok_or_else(|| no_such_queue(cx))
    }

    /// The queue of that name in the scope.
    pub(crate) fn named(cx: &Cx, name: &str) -> Result<Option<Open>, Fault> {
        let found = find(cx, name)?;
        Ok(found.map(|q| Open { name: name.to_owned(), q }))
    }

    /// The queue of an ARN, if it is in the scope.
    pub(crate) fn of_arn(cx: &Cx, arn: &str) -> Result<Option<Open>, Fault> {
        match names::QueueArn::parse(arn) {
            Some(a) if a.is_in(cx.scope) => Open::named(cx, a.name),
            _ => Ok(None),
        }
    }

    /// The row, to be changed; `save` writes it.
    pub(crate) fn change(&mut self) -> &mut Queue {
        self.q.change()
    }

    /// Writes the row.
    pub(crate) fn save(&self, cx: &mut Cx) {
        cx.put::<Queues>(&key(cx.scope, &self.name), &self.q);
    }

    /// Its messages.
    pub(crate) fn backlog(&self, cx: &Cx) -> Result<Backlog, Fault> {
        Backlog::open(cx, &self.q)
    }

    /// What a receive that waits is woken by.
    pub(crate) fn wake_key(&self) -> String {
        ["sqs/", &crate::md5::hex(&self.q.id.to_be_bytes())].concat()
    }

    /// Its ARN.
    pub(crate) fn arn(&self, cx: &Cx) -> String {
        names::arn(cx.scope, &self.name)
    }

    /// Usage type of requests on it.
    pub(crate) fn usage_type(&self) -> &'static str {
        if self.q.fifo { "Requests-FIFO-Tier1" } else { "Requests-Tier1" }
    }

    /// Forgets all messages at once; their rows are swept later.
    pub(crate) fn drop_messages(&self, cx: &mut Cx) -> Result<(), Fault> {
        cx.timer_clear(crate::time::RETENTION, &self.name)?;
        cx.delete::<CountersTable>(&self.q.store);
        discard(cx, self.q.store)
    }
}

/// Has the rows under a number swept.
pub(crate) fn discard(cx: &mut Cx, number: u64) -> Result<(), Fault> {
    let (account, region) = (cx.scope.account.clone(), cx.scope.region.to_owned());
    cx.put::<Garbage>(&(account, region, number), &Moment { at_ms: cx.now_ms });
    cx.timer_set(crate::time::SWEEP, "", cx.now_ms)
}

/// A number for a new queue or store. Random, so that queues of all lanes share one space.
pub(crate) fn new_number(cx: &Cx) -> u64 {
    let bytes = cx.ids.bytes("sqs.number");
    let (first, _) = bytes.split_first_chunk().expect("32 bytes begin with eight");
    u64::from_be_bytes(*first)
}

/// Counts a request on the bill: one for each 64 KiB begun (SQS pricing page, 2026-11-22).
pub(crate) fn meter(cx: &mut Cx, usage_type: &'static str, payload_bytes: usize) {
    cx.meter(usage_type, payload_bytes.div_ceil(64 << 10).max(1) as f64);
}
