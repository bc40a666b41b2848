//! What SQS keeps: rows and tables. All live in the keyspace `sqs`. Messages lie under the number of their queue's store,
//! so that a queue is emptied by giving it another number; what lies under the old one is swept by timer (see `time.rs`).

use std::collections::BTreeMap;

use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::place::Place;

/// Account, region, name.
pub(crate) type QueueKey = (String, String, String);

/// A queue's configuration. Small: it is read by every call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Queue {
    /// Number of the queue; deduplication and receipt handles are bound to it.
    pub(crate) id: u64,
    /// Number under which its messages lie; a purge takes a new one.
    pub(crate) store: u64,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
    pub(crate) fifo: bool,
    pub(crate) delay_s: u32,
    pub(crate) max_bytes: u32,
    pub(crate) retention_s: u32,
    pub(crate) wait_s: u32,
    pub(crate) visibility_s: u32,
    pub(crate) policy: Option<String>,
    /// RedrivePolicy as given.
    pub(crate) redrive: Option<String>,
    /// Name of the dead-letter queue, and after how many receives messages go there.
    pub(crate) dead_letter_queue: String,
    pub(crate) max_receive_count: u32,
    /// RedriveAllowPolicy as given.
    pub(crate) redrive_allow: Option<String>,
    pub(crate) kms_key: Option<String>,
    pub(crate) kms_reuse_s: u32,
    pub(crate) managed_sse: bool,
    pub(crate) content_deduplication: bool,
    /// DeduplicationScope is `messageGroup`.
    pub(crate) deduplicates_by_group: bool,
    /// FifoThroughputLimit is `perMessageGroupId`.
    pub(crate) limits_by_group: bool,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) purged_ms: Option<i64>,
}

impl Queue {
    /// When a message enqueued at that time expires.
    pub(crate) fn expiry_ms(&self, enqueued_ms: i64) -> i64 {
        enqueued_ms + i64::from(self.retention_s) * 1_000
    }
}

impl Row for Queue {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.store);
        w.put(3, &self.created_ms);
        w.put(4, &self.modified_ms);
        w.put(5, &self.fifo);
        w.put(6, &self.delay_s);
        w.put(7, &self.max_bytes);
        w.put(8, &self.retention_s);
        w.put(9, &self.wait_s);
        w.put(10, &self.visibility_s);
        w.put(11, &self.policy);
        w.put(12, &self.redrive);
        w.put(13, &self.dead_letter_queue);
        w.put(14, &self.max_receive_count);
        w.put(15, &self.redrive_allow);
        w.put(16, &self.kms_key);
        w.put(17, &self.kms_reuse_s);
        w.put(18, &self.managed_sse);
        w.put(19, &self.content_deduplication);
        w.put(20, &self.deduplicates_by_group);
        w.put(21, &self.limits_by_group);
        w.put(22, &self.tags);
        w.put(23, &self.purged_ms);
    }
    fn read(r: &mut RowReader) -> Result<Queue, RowError> {
        Ok(Queue {
            id: r.get(1)?,
            store: r.get(2)?,
            created_ms: r.get(3)?,
            modified_ms: r.get(4)?,
            fifo: r.get(5)?,
            delay_s: r.get(6)?,
            max_bytes: r.get(7)?,
            retention_s: r.get(8)?,
            wait_s: r.get(9)?,
            visibility_s: r.get(10)?,
            policy: r.get(11)?,
            redrive: r.get(12)?,
            dead_letter_queue: r.get(13)?,
            max_receive_count: r.get(14)?,
            redrive_allow: r.get(15)?,
            kms_key: r.get(16)?,
            kms_reuse_s: r.get(17)?,
            managed_sse: r.get(18)?,
            content_deduplication: r.get(19)?,
            deduplicates_by_group: r.get(20)?,
            limits_by_group: r.get(21)?,
            tags: r.get(22)?,
            purged_ms: r.get(23)?,
        })
    }
}

/// Queues.
pub(crate) struct Queues;
impl Table for Queues {
    const NAME: &'static str = "sqs.queue";
    const VERSION: u16 = 1;
    type Key = QueueKey;
    type Row = Queue;
}

/// A moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Moment {
    pub(crate) at_ms: i64,
}

impl Row for Moment {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Moment, RowError> {
        Ok(Moment { at_ms: r.get(1)? })
    }
}

/// Names of queues deleted in the last 60 seconds, and when.
pub(crate) struct Deleted;
impl Table for Deleted {
    const NAME: &'static str = "sqs.deleted";
    const VERSION: u16 = 1;
    type Key = QueueKey;
    type Row = Moment;
}

/// What is counted of a queue's messages, and where to begin looking. One row per store, written with every change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counters {
    /// Sequence of the message that came last.
    pub(crate) last_seq: u64,
    /// All messages.
    pub(crate) total: u64,
    /// Of these, received and invisible as of `settled_ms`.
    pub(crate) in_flight: u64,
    /// Of these, not yet received and invisible as of `settled_ms`.
    pub(crate) delayed: u64,
    /// The time for which the two above hold.
    pub(crate) settled_ms: i64,
    /// No place in the index (FIFO: head of a group) lies before this one.
    pub(crate) ready_ms: i64,
    pub(crate) ready_seq: u64,
    /// No message was enqueued before.
    pub(crate) oldest_ms: i64,
    /// When the retention timer is due; 0: not set.
    pub(crate) timer_ms: i64,
    /// Standard queues: fresh messages (see `backlog.rs`), and the point up to which none was enqueued.
    pub(crate) fresh: u64,
    pub(crate) fresh_ms: i64,
    pub(crate) fresh_seq: u64,
}

impl Row for Counters {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.last_seq);
        w.put(2, &self.total);
        w.put(3, &self.in_flight);
        w.put(4, &self.delayed);
        w.put(5, &self.settled_ms);
        w.put(6, &self.ready_ms);
        w.put(7, &self.ready_seq);
        w.put(8, &self.oldest_ms);
        w.put(9, &self.timer_ms);
        w.put(10, &self.fresh);
        w.put(11, &self.fresh_ms);
        w.put(12, &self.fresh_seq);
    }
    fn read(r: &mut RowReader) -> Result<Counters, RowError> {
        Ok(Counters {
            last_seq: r.get(1)?,
            total: r.get(2)?,
            in_flight: r.get(3)?,
            delayed: r.get(4)?,
            settled_ms: r.get(5)?,
            ready_ms: r.get(6)?,
            ready_seq: r.get(7)?,
            oldest_ms: r.get(8)?,
            timer_ms: r.get(9)?,
            fresh: r.get(10)?,
            fresh_ms: r.get(11)?,
            fresh_seq: r.get(12)?,
        })
    }
}

/// Counters by store.
pub(crate) struct CountersTable;
impl Table for CountersTable {
    const NAME: &'static str = "sqs.counters";
    const VERSION: u16 = 2;
    type Key = u64;
    type Row = Counters;

    /// Under version 1 every message had a place in the index: none was fresh, and none becomes so before the next purge.
    fn upgrade(version: u16, mut r: RowReader<'_>) -> Result<Counters, RowError> {
        if version != 1 {
            return Err(RowError::new(format!("counters of version {version}")));
        }
        Ok(Counters { fresh_ms: i64::MAX, ..Counters::read(&mut r)? })
    }
}

/// A message attribute as stored: name, type, and text or bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StoredAttribute {
    pub(crate) name: String,
    pub(crate) data_type: String,
    pub(crate) binary: bool,
    pub(crate) value: Vec<u8>,
}

impl Row for StoredAttribute {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.name);
        w.put(2, &self.data_type);
        w.put(3, &self.binary);
        w.put(4, &self.value);
    }
    fn read(r: &mut RowReader) -> Result<StoredAttribute, RowError> {
        Ok(StoredAttribute { name: r.get(1)?, data_type: r.get(2)?, binary: r.get(3)?, value: r.get(4)? })
    }
}

/// A message: written once, never changed. What changes is its [`Place`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) body_md5: String,
    /// In the order of their names.
    pub(crate) attributes: Vec<StoredAttribute>,
    pub(crate) sender_id: String,
    pub(crate) sent_ms: i64,
    pub(crate) trace_header: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) deduplication_id: Option<String>,
    /// The queue from which it came here as a dead letter.
    pub(crate) dead_letter_source: Option<String>,
    /// Where it was put on arrival.
    pub(crate) first_place: Place,
}

impl Row for Message {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.body);
        w.put(3, &self.body_md5);
        w.put(4, &self.attributes);
        w.put(5, &self.sender_id);
        w.put(6, &self.sent_ms);
        w.put(7, &self.trace_header);
        w.put(8, &self.group);
        w.put(9, &self.deduplication_id);
        w.put(10, &self.dead_letter_source);
        w.put(11, &self.first_place);
    }
    fn read(r: &mut RowReader) -> Result<Message, RowError> {
        Ok(Message {
            id: r.get(1)?,
            body: r.get(2)?,
            body_md5: r.get(3)?,
            attributes: r.get(4)?,
            sender_id: r.get(5)?,
            sent_ms: r.get(6)?,
            trace_header: r.get(7)?,
            group: r.get(8)?,
            deduplication_id: r.get(9)?,
            dead_letter_source: r.get(10)?,
            first_place: r.get(11)?,
        })
    }
}

/// Store, when enqueued, sequence: in the order in which they expire.
pub(crate) type MessageKey = (u64, i64, u64);

/// Messages.
pub(crate) struct Messages;
impl Table for Messages {
    const NAME: &'static str = "sqs.message";
    const VERSION: u16 = 1;
    type Key = MessageKey;
    type Row = Message;
}

/// Messages of queues that were purged or deleted, still to be swept: account, region, number of the store or the queue.
pub(crate) struct Garbage;
impl Table for Garbage {
    const NAME: &'static str = "sqs.garbage";
    const VERSION: u16 = 1;
    type Key = (String, String, u64);
    type Row = Moment;
}
