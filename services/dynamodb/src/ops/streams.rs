//! The service `dynamodbstreams`: `ListStreams`, `DescribeStream`, `GetShardIterator`, `GetRecords`.
//!
//! An iterator is a place in a shard, sealed: a sequence number to go on from. It is good for 15 minutes. Records that are
//! more than a day old aren't there any more, whether they were removed or not.
//!
//! Errors: ResourceNotFoundException: no such stream or shard. ValidationException. TrimmedDataAccessException: a sequence number
//! that is forgotten. ExpiredIteratorException. Source: API reference, "Amazon DynamoDB Streams" (2026-11-22).

use codec::{Fault, Timestamp};
use dynamodb_language::Item;
use kernel::Cx;
use shapes_dynamodbstreams::{
    AttributeValue, DescribeStreamInput, DescribeStreamOutput, GetRecordsInput, GetRecordsOutput,
    GetShardIteratorInput, GetShardIteratorOutput, Identity, KeySchemaElement, ListStreamsInput,
    ListStreamsOutput, Record, SequenceNumberRange, Shard as ShownShard, Stream, StreamDescription,
    StreamRecord, err,
};
use store::Scan;

use crate::err::invalid;
use crate::item;
use crate::names::{self, Arn};
use crate::stream::{Change, Changes, KEEP_MS, Shard, Shards, StreamKey, StreamRow, Streams};

const LIST_LIMIT: usize = 100;
/// Records of one answer at most, and about how many bytes.
const RECORDS_LIMIT: usize = 1_000;
const RECORDS_BYTES: u64 = 1 << 20;
const ITERATOR_MS: i64 = 15 * 60_000;

/// A sequence number as AWS shows it: 21 digits.
fn shown_seq(seq: u64) -> String {
    format!("1{seq:020}")
}

fn seq_of(text: &str) -> Option<u64> {
    text.strip_prefix('1').filter(|t| t.len() == 20)?.parse().ok()
}

/// The stream of an ARN.
fn open(cx: &Cx, arn: &str) -> Result<(StreamKey, StreamRow), Fault> {
    let not_found = || {
        err::resource_not_found_exception(format!("Requested resource not found: Stream: {arn} not found"))
    };
    let parsed = Arn::parse(arn).and_then(|a| Some((a, a.rest.strip_prefix("stream/")?)));
    let Some((a, label)) = parsed else { return Err(invalid("Invalid StreamArn")) };
    if !a.is_in(cx.scope) {
        return Err(not_found());
    }
    let key = crate::stream::key(cx, a.table, label);
    let row = cx.get::<Streams>(&key)?.ok_or_else(not_found)?;
    Ok((key, row))
}

fn arn(cx: &Cx, row: &StreamRow) -> String {
    names::stream_arn(cx.scope, &row.table, &row.label)
}

/// Lists streams, in the order of tables and labels.
pub(crate) fn list(cx: &mut Cx, i: &ListStreamsInput) -> Result<ListStreamsOutput, Fault> {
    let limit = i.limit.map_or(LIST_LIMIT, |l| l.max(1) as usize);
    let (account, region) = (cx.scope.account.as_str(), cx.scope.region);
    let mut scan = match &i.table_name {
        Some(name) => Scan::<Streams>::prefix(&(account, region, names::bare(name))),
        None => Scan::<Streams>::prefix(&(account, region)),
    };
    if let Some(after) = &i.exclusive_start_stream_arn {
        let label = Arn::parse(after).and_then(|a| Some((a.table, a.rest.strip_prefix("stream/")?)));
        let (table, label) = label.ok_or_else(|| invalid("Invalid StreamArn"))?;
        scan = scan.after(&crate::stream::key(cx, table, label));
    }
    let mut rows: Vec<StreamRow> = cx.scan(scan)?.take(limit + 1).map(|(_, row)| row).collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let streams = rows.iter().map(|row| Stream {
        stream_arn: Some(arn(cx, row)),
        table_name: Some(row.table.clone()),
        stream_label: Some(row.label.clone()),
    });
    Ok(ListStreamsOutput {
        streams: Some(streams.collect()),
        last_evaluated_stream_arn: rows.last().filter(|_| more).map(|row| arn(cx, row)),
    })
}

/// Describes a stream and its shards.
pub(crate) fn describe(cx: &mut Cx, i: &DescribeStreamInput) -> Result<DescribeStreamOutput, Fault> {
    let (_, row) = open(cx, &i.stream_arn)?;
    let limit = i.limit.map_or(LIST_LIMIT, |l| l.max(1) as usize);
    let mut shards = live_shards(cx, &row)?;
    if let Some(filter) = &i.shard_filter {
        match (filter.type_.as_deref(), &filter.shard_id) {
            (Some("CHILD_SHARDS"), Some(parent)) => {
                shards.retain(|(_, s)| s.parent.as_ref() == Some(parent));
            }
            _ => return Err(invalid("ShardFilter requires Type CHILD_SHARDS and a ShardId")),
        }
    }
    if let Some(after) = &i.exclusive_start_shard_id {
        let at = shards.iter().position(|(_, s)| s.id == *after);
        shards.drain(..at.map_or(0, |at| at + 1));
    }
    let more = shards.len() > limit;
    shards.truncate(limit);
    let last = shards.last().filter(|_| more).map(|(_, s)| s.id.clone());
    let keys = row.keys.iter().map(|k| KeySchemaElement {
        attribute_name: k.name.clone(),
        key_type: if k.hash { "HASH" } else { "RANGE" }.to_owned(),
    });
    let description = StreamDescription {
        stream_arn: Some(arn(cx, &row)),
        stream_label: Some(row.label.clone()),
        stream_status: Some(if row.enabled { "ENABLED" } else { "DISABLED" }.to_owned()),
        stream_view_type: Some(row.view_type.clone()),
        creation_request_date_time: Some(Timestamp { epoch_ms: row.created_ms }),
        table_name: Some(row.table.clone()),
        key_schema: Some(keys.collect()),
        shards: Some(shards.iter().map(|(_, s)| shown_shard(s)).collect()),
        last_evaluated_shard_id: last,
    };
    Ok(DescribeStreamOutput { stream_description: Some(description) })
}

/// The shards that are open or may still have records.
fn live_shards(cx: &Cx, row: &StreamRow) -> Result<Vec<(u32, Shard)>, Fault> {
    let horizon = cx.now_ms - KEEP_MS;
    let prefix = (row.number,);
    let all = cx.scan_prefix::<Shards>(&prefix)?;
    let live = all.filter(|(_, s)| s.last_seq.is_none() || s.closed_ms > horizon);
    Ok(live.map(|((_, n), s)| (n, s)).collect())
}

fn shown_shard(s: &Shard) -> ShownShard {
    ShownShard {
        shard_id: Some(s.id.clone()),
        sequence_number_range: Some(SequenceNumberRange {
            starting_sequence_number: Some(shown_seq(s.first_seq)),
            ending_sequence_number: s.last_seq.map(shown_seq),
        }),
        parent_shard_id: s.parent.clone(),
    }
}

/// Gives an iterator.
pub(crate) fn iterator(cx: &mut Cx, i: &GetShardIteratorInput) -> Result<GetShardIteratorOutput, Fault> {
    let (_, row) = open(cx, &i.stream_arn)?;
    let found = live_shards(cx, &row)?.into_iter().find(|(_, s)| s.id == i.shard_id);
    let Some((number, shard)) = found else {
        return Err(err::resource_not_found_exception(format!(
            "Requested resource not found: Shard: {} in Stream: {} not found",
            i.shard_id, i.stream_arn
        )));
    };
    let given = match (i.shard_iterator_type.as_str(), &i.sequence_number) {
        ("AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER", None) => {
            return Err(invalid(format!(
                "The SequenceNumber parameter is required for ShardIteratorType {}",
                i.shard_iterator_type
            )));
        }
        ("AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER", Some(text)) => {
            let seq =
                seq_of(text).filter(|s| *s >= shard.first_seq && shard.last_seq.is_none_or(|l| *s <= l));
            Some(seq.ok_or_else(|| invalid("Invalid SequenceNumber"))?)
        }
        ("AT_TIMESTAMP", _) => Some(first_since(cx, &row, number, i)?),
        _ => None,
    };
    let from = match (i.shard_iterator_type.as_str(), given) {
        ("AT_SEQUENCE_NUMBER", Some(seq)) => not_trimmed(cx, &row, (number, &shard), seq)?,
        ("AFTER_SEQUENCE_NUMBER", Some(seq)) => not_trimmed(cx, &row, (number, &shard), seq)? + 1,
        ("AT_TIMESTAMP", Some(seq)) => seq,
        ("LATEST", _) => row.next_seq,
        _ => shard.first_seq,
    };
    Ok(GetShardIteratorOutput { shard_iterator: Some(sealed(cx, &i.stream_arn, number, from)) })
}

/// The first record of a shard that is no older than the time asked for.
/// Source: the operation's model; that a time between records means the next one, inferred from Kinesis's `AT_TIMESTAMP`.
fn first_since(cx: &Cx, row: &StreamRow, shard: u32, i: &GetShardIteratorInput) -> Result<u64, Fault> {
    let Some(since) = i.timestamp else {
        return Err(invalid("The Timestamp parameter is required for ShardIteratorType AT_TIMESTAMP"));
    };
    let since_ms = since.epoch_ms.max(cx.now_ms - KEEP_MS + 1);
    let found = cx.scan_prefix::<Changes>(&(row.number, shard))?.find(|(_, c)| c.at_ms >= since_ms);
    Ok(found.map_or(row.next_seq, |(key, _)| key.2))
}

/// Refuses a sequence number whose record is forgotten: too old, or removed since.
fn not_trimmed(cx: &Cx, row: &StreamRow, (number, shard): (u32, &Shard), seq: u64) -> Result<u64, Fault> {
    let horizon = cx.now_ms - KEEP_MS;
    if shard.created_ms > horizon || seq >= row.next_seq {
        return Ok(seq);
    }
    let place = (row.number, number);
    let kept = cx.scan_prefix::<Changes>(&place)?;
    let first = kept.filter(|(_, change)| change.at_ms > horizon).map(|(key, _)| key.2).next();
    match first.is_some_and(|first| first <= seq) {
        true => Ok(seq),
        false => Err(err::trimmed_data_access_exception(
            "The operation attempted to read past the oldest stream record in a shard.",
        )),
    }
}

fn sealed(cx: &Cx, stream_arn: &str, shard: u32, from: u64) -> String {
    let place = format!("{shard}|{from}|{}", cx.now_ms);
    format!("{stream_arn}|1|{}", cx.page_token("ShardIterator", &[stream_arn], &place))
}

/// Stream, shard, sequence to go on from.
fn unsealed(cx: &Cx, iterator: &str) -> Result<(String, u32, u64), Fault> {
    let bad = || invalid("Invalid ShardIterator");
    let (arn, token) = iterator.split_once("|1|").ok_or_else(bad)?;
    let place = cx.page_start("ShardIterator", &[arn], Some(token)).map_err(|_| bad())?.ok_or_else(bad)?;
    let mut parts = place.split('|').map(str::parse::<i64>);
    let (Some(Ok(shard)), Some(Ok(from)), Some(Ok(at_ms))) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(bad());
    };
    if cx.now_ms >= at_ms + ITERATOR_MS {
        return Err(err::expired_iterator_exception(
            "The provided iterator exceeds the maximum age allowed.",
        ));
    }
    Ok((arn.to_owned(), shard as u32, from as u64))
}

/// The stream that an iterator names.
pub(crate) fn arn_of_iterator(iterator: &str) -> &str {
    iterator.split_once("|1|").map_or("*", |(arn, _)| arn)
}

/// Gets the next records of a shard.
pub(crate) fn records(cx: &mut Cx, i: &GetRecordsInput) -> Result<GetRecordsOutput, Fault> {
    let (arn, number, from) = unsealed(cx, &i.shard_iterator)?;
    let (_, row) = open(cx, &arn)?;
    let Some(shard) = cx.get::<Shards>(&(row.number, number))? else {
        return Err(err::trimmed_data_access_exception(
            "The operation attempted to read past the oldest stream record in a shard.",
        ));
    };
    let limit = i.limit.map_or(RECORDS_LIMIT, |l| l.max(1) as usize);
    let horizon = cx.now_ms - KEEP_MS;
    let (mut records, mut bytes, mut next) = (Vec::new(), 0, from);
    let scan = Scan::<Changes>::prefix(&(row.number, number)).from(&(row.number, number, from));
    let mut more = false;
    for ((_, _, seq), change) in cx.scan(scan)? {
        if change.at_ms <= horizon {
            next = seq + 1;
            continue;
        }
        if records.len() >= limit || (bytes > 0 && bytes + change.size_bytes > RECORDS_BYTES) {
            more = true;
            break;
        }
        bytes += change.size_bytes;
        next = seq + 1;
        records.push(shown(cx, &row, seq, change));
    }
    // Of a closed shard that was read to its end there is nothing more to come.
    let ended = !more && shard.last_seq.is_some();
    cx.meter("Streams-Requests", 1.0);
    Ok(GetRecordsOutput {
        records: Some(records),
        next_shard_iterator: (!ended).then(|| sealed(cx, &arn, number, next)),
    })
}

fn shown(cx: &Cx, row: &StreamRow, seq: u64, c: Change) -> Record {
    Record {
        event_id: Some(c.event_id),
        event_name: Some(c.event),
        event_version: Some("1.1".to_owned()),
        event_source: Some("aws:dynamodb".to_owned()),
        aws_region: Some(cx.scope.region.to_owned()),
        dynamodb: Some(StreamRecord {
            // AWS shows whole seconds.
            approximate_creation_date_time: Some(Timestamp { epoch_ms: c.at_ms.div_euclid(1_000) * 1_000 }),
            keys: Some(image(c.keys)),
            new_image: c.new.map(image),
            old_image: c.old.map(image),
            sequence_number: Some(shown_seq(seq)),
            size_bytes: Some(c.size_bytes as i64),
            stream_view_type: Some(row.view_type.clone()),
        }),
        user_identity: c.expired.then(|| Identity {
            principal_id: Some("dynamodb.amazonaws.com".to_owned()),
            type_: Some("Service".to_owned()),
        }),
    }
}

fn image(i: Item) -> std::collections::BTreeMap<String, AttributeValue> {
    i.into_iter().map(|(name, v)| (name, of_streams(item::shown(v)))).collect()
}

/// The same value in the other service's shape.
fn of_streams(v: shapes_dynamodb::AttributeValue) -> AttributeValue {
    AttributeValue {
        s: v.s,
        n: v.n,
        b: v.b,
        ss: v.ss,
        ns: v.ns,
        bs: v.bs,
        m: v.m.map(|m| m.into_iter().map(|(k, v)| (k, of_streams(v))).collect()),
        l: v.l.map(|l| l.into_iter().map(of_streams).collect()),
        null: v.null,
        bool: v.bool,
    }
}
