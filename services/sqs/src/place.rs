//! Where messages stand: rows and tables of the indexes by which messages are found. What keeps them in step with the
//! messages and the counters is `backlog.rs`.

use store::{Field, Row, RowError, RowReader, RowWriter, Table};

/// Why a message is invisible while it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It was never received: it is delayed.
    #[default]
    New,
    /// It was received: it is in flight.
    Received,
}

impl Field for Kind {
    fn write(&self, w: &mut RowWriter) {
        w.raw(&[u8::from(*self == Kind::Received)]);
    }
    fn read(mut r: RowReader<'_>) -> Result<Kind, RowError> {
        let [byte] = r.fixed()?;
        Ok(if byte == 0 { Kind::New } else { Kind::Received })
    }
    fn may_omit(&self) -> bool {
        *self == Kind::New
    }
}

/// Where a message stands: from when on it can be received, and how often it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Place {
    pub(crate) enqueued_ms: i64,
    pub(crate) visible_ms: i64,
    pub(crate) kind: Kind,
    pub(crate) receive_count: u32,
    pub(crate) first_received_ms: i64,
    /// The last receive: what the cap of 12 hours counts from.
    pub(crate) received_ms: i64,
}

impl Place {
    /// Of a message that is visible as it comes.
    pub(crate) fn on_arrival(enqueued_ms: i64) -> Place {
        Place { enqueued_ms, visible_ms: enqueued_ms, ..Place::default() }
    }
}

impl Row for Place {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.enqueued_ms);
        w.put(2, &self.visible_ms);
        w.put(3, &self.kind);
        w.put(4, &self.receive_count);
        w.put(5, &self.first_received_ms);
        w.put(6, &self.received_ms);
    }
    fn read(r: &mut RowReader) -> Result<Place, RowError> {
        Ok(Place {
            enqueued_ms: r.get(1)?,
            visible_ms: r.get(2)?,
            kind: r.get(3)?,
            receive_count: r.get(4)?,
            first_received_ms: r.get(5)?,
            received_ms: r.get(6)?,
        })
    }
}

/// Messages by the time from which they are visible: store, visible from, sequence. One row for every message that isn't fresh
/// (see `backlog.rs`).
pub(crate) struct ByVisibility;
impl Table for ByVisibility {
    const NAME: &'static str = "sqs.by_visibility";
    const VERSION: u16 = 1;
    type Key = (u64, i64, u64);
    type Row = Place;
}

/// Places of messages of standard queues that have moved since their arrival: store, sequence.
pub(crate) struct Moved;
impl Table for Moved {
    const NAME: &'static str = "sqs.moved";
    const VERSION: u16 = 1;
    type Key = (u64, u64);
    type Row = Place;
}

/// Places of messages of FIFO queues in the order of their groups: store, group, sequence. One row for every message.
pub(crate) struct ByGroup;
impl Table for ByGroup {
    const NAME: &'static str = "sqs.by_group";
    const VERSION: u16 = 1;
    type Key = (u64, String, u64);
    type Row = Place;
}

/// A group's name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Group {
    pub(crate) name: String,
}

impl Row for Group {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.name);
    }
    fn read(r: &mut RowReader) -> Result<Group, RowError> {
        Ok(Group { name: r.get(1)? })
    }
}

/// Groups of FIFO queues by their first message: store, visible from, sequence. One row for every group with messages.
pub(crate) struct Heads;
impl Table for Heads {
    const NAME: &'static str = "sqs.head";
    const VERSION: u16 = 1;
    type Key = (u64, i64, u64);
    type Row = Group;
}
