//! FIFO queues: deduplication of what is sent, sequence numbers, and repeated receive attempts. The order of groups is the
//! backlog's (`backlog.rs`).
//!
//! Both remember for five minutes. Rows are filed under the number of the five minutes in which they were written: a look
//! concerns this and the last such number, and older ones are thrown away as new ones come.
//! Source: SQS developer guide, "Exactly-once processing in Amazon SQS" and "High throughput for FIFO queues" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use sha2::{Digest, Sha256};
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::md5::hex;
use crate::state::Queue;

/// How long deduplication ids and receive attempts are remembered.
pub(crate) const INTERVAL_MS: i64 = 300_000;
/// Old rows thrown away at a time.
const SWEEP: usize = 20;

/// What a deduplication id stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sent {
    pub(crate) at_ms: i64,
    pub(crate) message_id: String,
    pub(crate) seq: u64,
}

impl Row for Sent {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_ms);
        w.put(2, &self.message_id);
        w.put(3, &self.seq);
    }
    fn read(r: &mut RowReader) -> Result<Sent, RowError> {
        Ok(Sent { at_ms: r.get(1)?, message_id: r.get(2)?, seq: r.get(3)? })
    }
}

/// Deduplication ids: queue, number of the five minutes, group (`None`: the whole queue), id.
pub(crate) struct Deduplications;
impl Table for Deduplications {
    const NAME: &'static str = "sqs.deduplication";
    const VERSION: u16 = 1;
    type Key = (u64, i64, Option<String>, String);
    type Row = Sent;
}

/// One message of an earlier receive.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Taken {
    pub(crate) group: String,
    pub(crate) seq: u64,
    pub(crate) receive_count: u32,
}

impl Row for Taken {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.group);
        w.put(2, &self.seq);
        w.put(3, &self.receive_count);
    }
    fn read(r: &mut RowReader) -> Result<Taken, RowError> {
        Ok(Taken { group: r.get(1)?, seq: r.get(2)?, receive_count: r.get(3)? })
    }
}

/// What a receive with a ReceiveRequestAttemptId took.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Attempt {
    pub(crate) at_ms: i64,
    pub(crate) store: u64,
    pub(crate) taken: Vec<Taken>,
}

impl Row for Attempt {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_ms);
        w.put(2, &self.store);
        w.put(3, &self.taken);
    }
    fn read(r: &mut RowReader) -> Result<Attempt, RowError> {
        Ok(Attempt { at_ms: r.get(1)?, store: r.get(2)?, taken: r.get(3)? })
    }
}

/// Receive attempts: queue, number of the five minutes, attempt id.
pub(crate) struct Attempts;
impl Table for Attempts {
    const NAME: &'static str = "sqs.attempt";
    const VERSION: u16 = 1;
    type Key = (u64, i64, String);
    type Row = Attempt;
}

/// Deduplication id of a message that brings none: SHA-256 of its body, not of its attributes.
pub(crate) fn content_id(body: &str) -> String {
    hex(&Sha256::digest(body.as_bytes()))
}

/// A sequence number as shown: 20 digits, ascending.
pub(crate) fn sequence_number(seq: u64) -> String {
    format!("188{seq:017}")
}

fn slot(now_ms: i64) -> i64 {
    now_ms.div_euclid(INTERVAL_MS)
}

fn is_recent(now_ms: i64, at_ms: i64) -> bool {
    (0..INTERVAL_MS).contains(&(now_ms - at_ms))
}

/// What was sent under that deduplication id within the last five minutes. An id sent while the whole queue was the scope
/// goes on counting for every group (recorded 2024).
pub(crate) fn find_sent(cx: &Cx, q: &Queue, group: &str, id: &str) -> Result<Option<Sent>, Fault> {
    let of_group = q.deduplicates_by_group.then(|| Some(group.to_owned()));
    for scope in [Some(None), of_group].into_iter().flatten() {
        for slot in [slot(cx.now_ms), slot(cx.now_ms) - 1] {
            let key = (q.id, slot, scope.clone(), id.to_owned());
            let found = cx.get::<Deduplications>(&key)?.filter(|s| is_recent(cx.now_ms, s.at_ms));
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    Ok(None)
}

/// Remembers what was sent under a deduplication id.
pub(crate) fn remember_sent(
    cx: &mut Cx,
    q: &Queue,
    group: &str,
    id: &str,
    message_id: &str,
    seq: u64,
) -> Result<(), Fault> {
    let scope = q.deduplicates_by_group.then(|| group.to_owned());
    let sent = Sent { at_ms: cx.now_ms, message_id: message_id.to_owned(), seq };
    cx.put::<Deduplications>(&(q.id, slot(cx.now_ms), scope, id.to_owned()), &sent);
    if seq.is_multiple_of(SWEEP as u64 / 2) {
        let old = Scan::prefix(&(q.id,)).to(&(q.id, slot(cx.now_ms) - 1, None, String::new()));
        let old: Vec<_> = cx.scan::<Deduplications>(old)?.take(SWEEP).map(|(key, _)| key).collect();
        old.iter().for_each(|key| cx.delete::<Deduplications>(key));
    }
    Ok(())
}

/// What a receive with that attempt id took within the last five minutes.
pub(crate) fn find_attempt(cx: &Cx, q: &Queue, id: &str) -> Result<Option<Attempt>, Fault> {
    for slot in [slot(cx.now_ms), slot(cx.now_ms) - 1] {
        let found = cx.get::<Attempts>(&(q.id, slot, id.to_owned()))?;
        if let Some(a) = found.filter(|a| is_recent(cx.now_ms, a.at_ms) && a.store == q.store) {
            return Ok(Some(a));
        }
    }
    Ok(None)
}

/// Remembers what a receive with an attempt id took.
pub(crate) fn remember_attempt(cx: &mut Cx, q: &Queue, id: &str, taken: Vec<Taken>) -> Result<(), Fault> {
    let attempt = Attempt { at_ms: cx.now_ms, store: q.store, taken };
    cx.put::<Attempts>(&(q.id, slot(cx.now_ms), id.to_owned()), &attempt);
    let old = Scan::prefix(&(q.id,)).to(&(q.id, slot(cx.now_ms) - 1, String::new()));
    let old: Vec<_> = cx.scan::<Attempts>(old)?.take(2).map(|(key, _)| key).collect();
    old.iter().for_each(|key| cx.delete::<Attempts>(key));
    Ok(())
}
