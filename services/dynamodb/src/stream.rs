//! Streams, the writing side: what is recorded of a change, shards that open, close and have children, and what is
//! forgotten after a day. Reading is `ops/streams.rs`.
//!
//! A record commits with the change it tells of. Sequence numbers count through the whole stream; a shard has the records
//! of a range of partitions, so that the changes of one item follow each other in one shard and its children.
//! Source: developer guide, "Change data capture for DynamoDB Streams" (2026-11-22): records live 24 hours; shards roll over.

use codec::Fault;
use dynamodb_language::{Item, row, size};
use kernel::{Cx, Profile};
use shapes_dynamodb::StreamSpecification;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::err::{invalid, invalid_values};
use crate::schema::KeyPart;
use crate::state::{LatestStream, TableRow};
use crate::table::{Open, new_number};
use crate::{keys, time};

/// How long records are kept.
pub(crate) const KEEP_MS: i64 = 24 * 3_600_000;
/// How long a shard that has records stays open.
pub(crate) const ROTATE_MS: i64 = 4 * 3_600_000;
/// Shards at most: a table has as many partitions as its capacity needs.
const MAX_SHARDS: i64 = 64;

/// An open shard: it takes the records of the partitions whose spread lies in its range.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OpenShard {
    pub(crate) number: u32,
    pub(crate) from: u64,
    /// Inclusive.
    pub(crate) to: u64,
}

impl Row for OpenShard {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.number);
        w.put(2, &self.from);
        w.put(3, &self.to);
    }
    fn read(r: &mut RowReader) -> Result<OpenShard, RowError> {
        Ok(OpenShard { number: r.get(1)?, from: r.get(2)?, to: r.get(3)? })
    }
}

/// A stream. Written with every record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StreamRow {
    pub(crate) number: u64,
    pub(crate) table: String,
    pub(crate) label: String,
    pub(crate) view_type: String,
    pub(crate) keys: Vec<KeyPart>,
    pub(crate) created_ms: i64,
    pub(crate) enabled: bool,
    pub(crate) next_seq: u64,
    pub(crate) next_shard: u32,
    pub(crate) open: Vec<OpenShard>,
    /// When the timers are due; 0: not set.
    pub(crate) trim_ms: i64,
    pub(crate) rotate_ms: i64,
}

impl Row for StreamRow {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.number);
        w.put(2, &self.table);
        w.put(3, &self.label);
        w.put(4, &self.view_type);
        w.put(5, &self.keys);
        w.put(6, &self.created_ms);
        w.put(7, &self.enabled);
        w.put(8, &self.next_seq);
        w.put(9, &self.next_shard);
        w.put(10, &self.open);
        w.put(11, &self.trim_ms);
        w.put(12, &self.rotate_ms);
    }
    fn read(r: &mut RowReader) -> Result<StreamRow, RowError> {
        Ok(StreamRow {
            number: r.get(1)?,
            table: r.get(2)?,
            label: r.get(3)?,
            view_type: r.get(4)?,
            keys: r.get(5)?,
            created_ms: r.get(6)?,
            enabled: r.get(7)?,
            next_seq: r.get(8)?,
            next_shard: r.get(9)?,
            open: r.get(10)?,
            trim_ms: r.get(11)?,
            rotate_ms: r.get(12)?,
        })
    }
}

/// Account, region, table, label.
pub(crate) type StreamKey = (String, String, String, String);

/// Streams, also those of tables that are gone, for as long as they have something to read.
pub(crate) struct Streams;
impl Table for Streams {
    const NAME: &'static str = "dynamodb.stream";
    const VERSION: u16 = 1;
    type Key = StreamKey;
    type Row = StreamRow;
}

/// A shard.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shard {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) created_ms: i64,
    /// Sequence of the first record that it could have.
    pub(crate) first_seq: u64,
    /// Sequence of the last one that it could have had, once closed.
    pub(crate) last_seq: Option<u64>,
    pub(crate) closed_ms: i64,
}

impl Row for Shard {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.parent);
        w.put(3, &self.created_ms);
        w.put(4, &self.first_seq);
        w.put(5, &self.last_seq);
        w.put(6, &self.closed_ms);
    }
    fn read(r: &mut RowReader) -> Result<Shard, RowError> {
        Ok(Shard {
            id: r.get(1)?,
            parent: r.get(2)?,
            created_ms: r.get(3)?,
            first_seq: r.get(4)?,
            last_seq: r.get(5)?,
            closed_ms: r.get(6)?,
        })
    }
}

/// Shards by stream and number.
pub(crate) struct Shards;
impl Table for Shards {
    const NAME: &'static str = "dynamodb.shard";
    const VERSION: u16 = 1;
    type Key = (u64, u32);
    type Row = Shard;
}

/// What is recorded of one change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Change {
    pub(crate) event_id: String,
    /// `INSERT`, `MODIFY`, `REMOVE`
    pub(crate) event: String,
    pub(crate) at_ms: i64,
    pub(crate) keys: Item,
    pub(crate) new: Option<Item>,
    pub(crate) old: Option<Item>,
    pub(crate) size_bytes: u64,
    /// Time to live removed it, nobody's call.
    pub(crate) expired: bool,
}

impl Row for Change {
    fn write(&self, w: &mut RowWriter) {
        let image = |i: &Option<Item>| i.as_ref().map(row::encode);
        w.put(1, &self.event_id);
        w.put(2, &self.event);
        w.put(3, &self.at_ms);
        w.put(4, &row::encode(&self.keys));
        w.put(5, &image(&self.new));
        w.put(6, &image(&self.old));
        w.put(7, &self.size_bytes);
        w.put(8, &self.expired);
    }
    fn read(r: &mut RowReader) -> Result<Change, RowError> {
        let item = |bytes: Vec<u8>| row::decode(&bytes).map_err(|e| RowError::new(e.to_string()));
        Ok(Change {
            event_id: r.get(1)?,
            event: r.get(2)?,
            at_ms: r.get(3)?,
            keys: item(r.get(4)?)?,
            new: r.get::<Option<Vec<u8>>>(5)?.map(item).transpose()?,
            old: r.get::<Option<Vec<u8>>>(6)?.map(item).transpose()?,
            size_bytes: r.get(7)?,
            expired: r.get(8)?,
        })
    }
}

/// Stream, shard, sequence.
pub(crate) type ChangeKey = (u64, u32, u64);

/// Records of all streams.
pub(crate) struct Changes;
impl Table for Changes {
    const NAME: &'static str = "dynamodb.change";
    const VERSION: u16 = 1;
    type Key = ChangeKey;
    type Row = Change;
}

/// The key of a stream in the scope.
pub(crate) fn key(cx: &Cx, table: &str, label: &str) -> StreamKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), table.to_owned(), label.to_owned())
}

/// Subject of a stream's timers; they run in the table's lane.
fn subject(table: &str, label: &str) -> String {
    format!("{table}/{label}")
}

/// `2026-01-01T00:00:00.000`
fn label(now_ms: i64) -> String {
    kernel::text::iso_time(now_ms).trim_end_matches('Z').to_owned()
        + &format!(".{:03}", now_ms.rem_euclid(1_000))
}

/// How many partitions its capacity needs: 3,000 read or 1,000 write units each. Under the `dev` profile one will do.
fn partitions(cx: &Cx, t: &TableRow) -> u64 {
    if cx.profile == Profile::Dev {
        return 1;
    }
    let (read, write) = match t.on_demand {
        true => (12_000, 4_000),
        false => (t.throughput.read_units, t.throughput.write_units),
    };
    (read.div_euclid(3_000).max((write + 999).div_euclid(1_000))).clamp(1, MAX_SHARDS) as u64
}

/// Opens a stream if the specification asks for one.
///
/// Errors: ValidationException: one is open, or no view type is given.
pub(crate) fn begin_if_asked(cx: &mut Cx, open: &mut Open, spec: &StreamSpecification) -> Result<(), Fault> {
    if !spec.stream_enabled {
        return match spec.stream_view_type {
            Some(_) => Err(invalid_values("StreamViewType cannot be specified when StreamEnabled is false")),
            None => Ok(()),
        };
    }
    let Some(view_type) = &spec.stream_view_type else {
        return Err(invalid_values("StreamViewType must be specified when StreamEnabled is true"));
    };
    if open.t.stream.as_ref().is_some_and(|s| s.enabled) {
        return Err(invalid(format!("Table already has an enabled stream: TableName: {}", open.name)));
    }
    let mut row = StreamRow {
        number: new_number(cx),
        table: open.name.clone(),
        label: label(cx.now_ms),
        view_type: view_type.clone(),
        keys: open.t.keys.clone(),
        created_ms: cx.now_ms,
        enabled: true,
        next_seq: 1,
        ..StreamRow::default()
    };
    let n = partitions(cx, &open.t);
    let width = u64::MAX / n;
    for i in 0..n {
        let to = if i + 1 == n { u64::MAX } else { width * (i + 1) - 1 };
        open_shard(cx, &mut row, width * i, to, None);
    }
    open.t.change().stream = Some(LatestStream {
        number: row.number,
        label: row.label.clone(),
        view_type: row.view_type.clone(),
        enabled: true,
    });
    cx.put::<Streams>(&key(cx, &open.name, &row.label), &row);
    Ok(())
}

fn open_shard(cx: &mut Cx, row: &mut StreamRow, from: u64, to: u64, parent: Option<String>) {
    let number = row.next_shard;
    row.next_shard += 1;
    let suffix = cx.ids.text("dynamodb.shard", 8, kernel::HEX);
    let shard = Shard {
        id: format!("shardId-{:020}-{suffix}", cx.now_ms + i64::from(number)),
        parent,
        created_ms: cx.now_ms,
        first_seq: row.next_seq,
        ..Shard::default()
    };
    cx.put::<Shards>(&(row.number, number), &shard);
    row.open.push(OpenShard { number, from, to });
}

fn close_shard(cx: &mut Cx, row: &StreamRow, number: u32) -> Result<Option<Shard>, Fault> {
    let Some(mut shard) = cx.get::<Shards>(&(row.number, number))? else { return Ok(None) };
    shard.last_seq = Some(row.next_seq - 1);
    shard.closed_ms = cx.now_ms;
    cx.put::<Shards>(&(row.number, number), &shard);
    Ok(Some(shard))
}

/// Ends the table's stream.
///
/// Errors: ValidationException: none is open.
pub(crate) fn disable(cx: &mut Cx, open: &mut Open) -> Result<(), Fault> {
    if !open.t.stream.as_ref().is_some_and(|s| s.enabled) {
        return Err(invalid(format!("Table does not have an enabled stream: TableName: {}", open.name)));
    }
    end(cx, open)?;
    if let Some(stream) = &mut open.t.change().stream {
        stream.enabled = false;
    }
    Ok(())
}

/// Closes what is open of the table's stream. It stays readable for a day.
pub(crate) fn end(cx: &mut Cx, open: &Open) -> Result<(), Fault> {
    let Some(stream) = open.t.stream.as_ref().filter(|s| s.enabled) else { return Ok(()) };
    let key = key(cx, &open.name, &stream.label);
    let Some(mut row) = cx.get::<Streams>(&key)? else { return Ok(()) };
    row.next_seq += 1;
    for shard in std::mem::take(&mut row.open) {
        close_shard(cx, &row, shard.number)?;
    }
    row.enabled = false;
    cx.timer_clear(time::ROTATE, &subject(&row.table, &row.label))?;
    row.trim_ms = if row.trim_ms == 0 { cx.now_ms + KEEP_MS } else { row.trim_ms };
    time::set(cx, time::TRIM, &subject(&row.table, &row.label), row.trim_ms)?;
    cx.put::<Streams>(&key, &row);
    Ok(())
}

/// Records a change, if the table has a stream.
pub(crate) fn record(
    cx: &mut Cx,
    open: &Open,
    spread: u64,
    old: Option<&Item>,
    new: Option<&Item>,
    expired: bool,
) -> Result<(), Fault> {
    let Some(stream) = open.t.stream.as_ref().filter(|s| s.enabled) else { return Ok(()) };
    let key = key(cx, &open.name, &stream.label);
    let Some(mut row) = cx.get::<Streams>(&key)? else { return Ok(()) };
    let Some(either) = new.or(old) else { return Ok(()) };
    let (with_new, with_old) = match stream.view_type.as_str() {
        "NEW_IMAGE" => (true, false),
        "OLD_IMAGE" => (false, true),
        "NEW_AND_OLD_IMAGES" => (true, true),
        _ => (false, false),
    };
    let mut change = Change {
        event_id: cx.ids.text("dynamodb.event", 32, kernel::HEX),
        event: match (old, new) {
            (None, _) => "INSERT",
            (_, None) => "REMOVE",
            _ => "MODIFY",
        }
        .to_owned(),
        at_ms: cx.now_ms,
        keys: keys::attributes(&open.t.keys, either),
        new: new.filter(|_| with_new).cloned(),
        old: old.filter(|_| with_old).cloned(),
        size_bytes: 0,
        expired,
    };
    let images = [Some(&change.keys), change.new.as_ref(), change.old.as_ref()];
    change.size_bytes = images.into_iter().flatten().map(|i| size::item(i) as u64).sum();
    let shard = row.open.iter().find(|s| (s.from..=s.to).contains(&spread));
    let Some(shard) = shard.map(|s| s.number) else { return Err(Fault::internal("no shard covers a key")) };
    cx.put::<Changes>(&(row.number, shard, row.next_seq), &change);
    row.next_seq += 1;
    arm(cx, &mut row)?;
    cx.put::<Streams>(&key, &row);
    Ok(())
}

/// Sets the timers that a stream with records needs.
fn arm(cx: &mut Cx, row: &mut StreamRow) -> Result<(), Fault> {
    if row.trim_ms == 0 {
        row.trim_ms = cx.now_ms + KEEP_MS;
        time::set(cx, time::TRIM, &subject(&row.table, &row.label), row.trim_ms)?;
    }
    if row.rotate_ms == 0 {
        row.rotate_ms = cx.now_ms + ROTATE_MS;
        time::set(cx, time::ROTATE, &subject(&row.table, &row.label), row.rotate_ms)?;
    }
    Ok(())
}

fn of_subject(cx: &Cx, subject: &str) -> Result<Option<(StreamKey, StreamRow)>, Fault> {
    let Some((table, label)) = subject.split_once('/') else { return Ok(None) };
    let key = key(cx, table, label);
    Ok(cx.get::<Streams>(&key)?.map(|row| (key, row)))
}

/// Closes the shards that have records, and opens their children: two where the table has grown beyond its shards.
pub(crate) fn rotate(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some((key, mut row)) = of_subject(cx, subject)? else { return Ok(()) };
    row.rotate_ms = 0;
    if !row.enabled {
        return Ok(());
    }
    let table = Open::named(cx, &row.table)?;
    let wanted = table.map_or(1, |open| partitions(cx, &open.t)) as usize;
    let mut lacking = wanted.saturating_sub(row.open.len());
    for shard in std::mem::take(&mut row.open) {
        let has_records = cx.scan_prefix::<Changes>(&(row.number, shard.number))?.next().is_some();
        if !has_records {
            row.open.push(shard);
            continue;
        }
        let Some(closed) = close_shard(cx, &row, shard.number)? else { continue };
        let middle = shard.from + (shard.to - shard.from) / 2;
        if lacking > 0 && shard.from < shard.to {
            lacking -= 1;
            open_shard(cx, &mut row, shard.from, middle, Some(closed.id.clone()));
            open_shard(cx, &mut row, middle + 1, shard.to, Some(closed.id));
        } else {
            open_shard(cx, &mut row, shard.from, shard.to, Some(closed.id));
        }
    }
    row.next_seq += 1;
    cx.put::<Streams>(&key, &row);
    Ok(())
}

/// Forgets what is older than a day: records, then closed shards, then the stream itself once it is closed.
pub(crate) fn trim(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some((key, mut row)) = of_subject(cx, subject)? else { return Ok(()) };
    let horizon = cx.now_ms - KEEP_MS;
    let mut left = time::STEP;
    let mut next_ms = i64::MAX;
    let shards: Vec<((u64, u32), Shard)> = cx.scan_prefix::<Shards>(&(row.number,))?.collect();
    let mut remain = 0;
    for (shard_key, shard) in shards {
        let old: Vec<ChangeKey> = cx
            .scan_prefix::<Changes>(&shard_key)?
            .take_while(|(_, change)| change.at_ms <= horizon)
            .take(left)
            .map(|(k, _)| k)
            .collect();
        old.iter().for_each(|k| cx.delete::<Changes>(k));
        left -= old.len();
        let first = cx.scan_prefix::<Changes>(&shard_key)?.next();
        match first {
            Some((_, change)) => next_ms = next_ms.min(change.at_ms + KEEP_MS),
            None if shard.last_seq.is_some() && shard.closed_ms <= horizon => {
                cx.delete::<Shards>(&shard_key);
                continue;
            }
            None if shard.last_seq.is_some() => next_ms = next_ms.min(shard.closed_ms + KEEP_MS),
            None => {}
        }
        remain += 1;
    }
    if remain == 0 && !row.enabled {
        cx.delete::<Streams>(&key);
        return Ok(());
    }
    row.trim_ms = 0;
    if next_ms < i64::MAX {
        // Reading passes over what is too old, so that removing it may go in steps of an hour.
        row.trim_ms = if left == 0 { cx.now_ms } else { next_ms.max(cx.now_ms + 3_600_000) };
        time::set(cx, time::TRIM, subject, row.trim_ms)?;
    }
    cx.put::<Streams>(&key, &row);
    Ok(())
}
