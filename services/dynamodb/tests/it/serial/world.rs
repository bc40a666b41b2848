//! The cloud under test: two tables with indexes and streams over a store in memory or on disk, faults, restarts, and what
//! the streams tell.

use std::sync::Arc;

use codec::{Fault, Value};
use directory::Identity;
use kernel::stage::faults::{FaultEffect, FaultRule};
use kernel::{ClockState, Config, Kernel, Scope};
use shapes_dynamodb::{
    AttributeDefinition, AttributeValue, CreateTableInput, GlobalSecondaryIndex, KeySchemaElement,
    LocalSecondaryIndex, Projection, StreamSpecification, op,
};
use shapes_dynamodbstreams::{
    AttributeValue as StreamValue, DescribeStreamInput, GetRecordsInput, GetShardIteratorInput,
    ListStreamsInput, Shard, op as streams,
};
use store::{Durability, Store};
use testkit::{EPOCH_MS, Folder};

use super::history::Key;
use crate::calls::{Item, n, s, services};

const HOUR_MS: i64 = 3_600_000;

/// Why a call has no output.
#[derive(Debug)]
pub enum Trouble {
    /// It was refused.
    Refused(Fault),
    /// The answer never came.
    Unknown,
}

/// What a stream tells of a change: the item, its list before and after.
#[derive(Clone, Debug)]
pub struct Told {
    /// The item.
    pub key: Key,
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub event: String,
    /// Its list before.
    pub old: Vec<u64>,
    /// Its list after.
    pub new: Vec<u64>,
    /// Its number.
    pub sequence: String,
}

/// The program, its store, its clock.
pub struct World {
    /// The program.
    pub kernel: Arc<Kernel>,
    store: Store,
    folder: Option<Folder>,
    now_ms: i64,
}

/// Calls an operation as root.
pub async fn call<O: codec::Op>(kernel: &Kernel, input: O::Input) -> Result<O::Output, Trouble> {
    let who = Identity::root("aws", "000000000000");
    let scope = Scope::new(kernel::region("us-east-1").unwrap(), "000000000000");
    kernel.call::<O>(&who, scope, input).await.map_err(|fault| {
        match fault.message().starts_with("The connection was closed") {
            true => Trouble::Unknown,
            false => Trouble::Refused(fault),
        }
    })
}

impl World {
    /// Two tables: on every other seed on disk, else in memory.
    pub async fn new(seed: u64) -> World {
        let folder = (seed % 2 == 1).then(Folder::new);
        let store = opened(folder.as_ref());
        let kernel = started(&store, EPOCH_MS);
        let world = World { kernel, store, folder, now_ms: EPOCH_MS };
        for input in [left(), right()] {
            call::<op::CreateTable>(&world.kernel, input).await.unwrap();
        }
        world
    }

    /// Lets calls fail: refused, throttled, cut off, their answers lost, or done twice where a token makes that one.
    pub fn trouble(&self) {
        let refuse = |code: &str| FaultEffect::Error {
            code: code.to_owned(),
            status: 500,
            message: "The request failed.".to_owned(),
        };
        let rules = [
            ("*", refuse("InternalServerError"), 0.02),
            ("*", FaultEffect::Throttle, 0.02),
            ("*", FaultEffect::Cut, 0.02),
            ("*", FaultEffect::LostReply, 0.04),
            ("*", FaultEffect::Latency { ms: 1 }, 0.1),
            ("TransactWriteItems", FaultEffect::Duplicate, 0.1),
        ];
        for (operation, effect, probability) in rules {
            let matchers = vec![("operation".to_owned(), operation.to_owned())];
            let rule = FaultRule { id: 0, matchers, effect, probability, times: None, until_ms: None };
            self.kernel.faults.add(&self.kernel.store, rule).unwrap();
        }
    }

    /// Ends the faults.
    pub fn peace(&self) {
        self.kernel.store.fail_commit(0);
        self.kernel.faults.clear(&self.kernel.store, None).unwrap();
    }

    /// Starts it again over the same store, some hours later: shards are closed and have children.
    pub async fn restart(&mut self) {
        self.kernel.check().unwrap();
        if self.folder.is_some() {
            // The folder is one's who has it open.
            self.kernel = started(&Store::memory(), EPOCH_MS);
            self.store = Store::memory();
            self.store = opened(self.folder.as_ref());
        }
        self.kernel = started(&self.store, self.now_ms);
        self.now_ms += 4 * HOUR_MS;
        self.kernel.advance_to(self.now_ms).await.unwrap();
        self.kernel.check().unwrap();
    }

    /// What the streams tell, shard by shard, parents before their children.
    pub async fn told(&self) -> Vec<Vec<Told>> {
        let mut all = Vec::new();
        let listed = call::<streams::ListStreams>(&self.kernel, ListStreamsInput::default()).await.unwrap();
        for stream in listed.streams.unwrap() {
            let stream_arn = stream.stream_arn.unwrap();
            let input = DescribeStreamInput { stream_arn: stream_arn.clone(), ..Default::default() };
            let described = call::<streams::DescribeStream>(&self.kernel, input).await.unwrap();
            let shards = described.stream_description.unwrap().shards.unwrap();
            let table = stream.table_name.unwrap();
            for shard in in_order(shards) {
                all.push(self.records(&table, &stream_arn, shard.shard_id.unwrap()).await);
            }
        }
        all
    }

    async fn records(&self, table: &str, stream_arn: &str, shard_id: String) -> Vec<Told> {
        let input = GetShardIteratorInput {
            stream_arn: stream_arn.to_owned(),
            shard_id,
            shard_iterator_type: "TRIM_HORIZON".to_owned(),
            ..Default::default()
        };
        let iterator = call::<streams::GetShardIterator>(&self.kernel, input).await.unwrap();
        let mut next = iterator.shard_iterator;
        let mut all = Vec::new();
        while let Some(shard_iterator) = next {
            let input = GetRecordsInput { shard_iterator, limit: Some(100) };
            let out = call::<streams::GetRecords>(&self.kernel, input).await.unwrap();
            let records = out.records.unwrap();
            next = out.next_shard_iterator.filter(|_| !records.is_empty());
            all.extend(records.into_iter().map(|r| {
                let change = r.dynamodb.unwrap();
                let list = |image: Option<_>| image.as_ref().map_or(Vec::new(), streamed);
                let keys = change.keys.unwrap();
                let sk = keys.get("sk").map(|v| format!("/{}", v.n.as_ref().unwrap()));
                Told {
                    key: format!("{table}/{}{}", keys["id"].s.as_ref().unwrap(), sk.unwrap_or_default()),
                    event: r.event_name.unwrap(),
                    old: list(change.old_image),
                    new: list(change.new_image),
                    sequence: change.sequence_number.unwrap(),
                }
            }));
        }
        all
    }
}

fn opened(folder: Option<&Folder>) -> Store {
    folder.map_or_else(Store::memory, |f| Store::open(f.path(), Durability::Process).unwrap())
}

fn started(store: &Store, now_ms: i64) -> Arc<Kernel> {
    let clock = ClockState { base_virtual_ms: now_ms, base_real_ms: 0, scale: 0.0 };
    let config = Config { seed: Some([7; 32]), clock: Some(clock), ..Config::default() };
    Kernel::open(config, store.clone(), services()).unwrap()
}

fn in_order(mut shards: Vec<Shard>) -> Vec<Shard> {
    shards.sort_by_key(|s| s.sequence_number_range.as_ref().unwrap().starting_sequence_number.clone());
    shards
}

fn key_schema(names: &[&str]) -> Vec<KeySchemaElement> {
    let kinds = ["HASH", "RANGE"];
    let one = |(name, kind): (&&str, &str)| KeySchemaElement {
        attribute_name: (*name).to_owned(),
        key_type: kind.to_owned(),
    };
    names.iter().zip(kinds).map(one).collect()
}

fn table(name: &str, keys: &[&str], attributes: &[(&str, &str)]) -> CreateTableInput {
    let defined = |(name, kind): &(&str, &str)| AttributeDefinition {
        attribute_name: (*name).to_owned(),
        attribute_type: (*kind).to_owned(),
    };
    CreateTableInput {
        table_name: name.to_owned(),
        attribute_definitions: Some(attributes.iter().map(defined).collect()),
        key_schema: Some(key_schema(keys)),
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        stream_specification: Some(StreamSpecification {
            stream_enabled: true,
            stream_view_type: Some("NEW_AND_OLD_IMAGES".to_owned()),
        }),
        ..CreateTableInput::default()
    }
}

fn all() -> Projection {
    Projection { projection_type: Some("ALL".to_owned()), non_key_attributes: None }
}

/// Items by `id`, and by what was appended last.
fn left() -> CreateTableInput {
    CreateTableInput {
        global_secondary_indexes: Some(vec![GlobalSecondaryIndex {
            index_name: "by-last".to_owned(),
            key_schema: key_schema(&["g", "last"]),
            projection: all(),
            ..GlobalSecondaryIndex::default()
        }]),
        ..table("left", &["id"], &[("id", "S"), ("g", "S"), ("last", "N")])
    }
}

/// Items by `id` and `sk`, and within an `id` by what was appended last.
fn right() -> CreateTableInput {
    CreateTableInput {
        local_secondary_indexes: Some(vec![LocalSecondaryIndex {
            index_name: "by-last".to_owned(),
            key_schema: key_schema(&["id", "last"]),
            projection: all(),
        }]),
        ..table("right", &["id", "sk"], &[("id", "S"), ("sk", "N"), ("last", "N")])
    }
}

/// The table of an item.
pub fn table_of(key: &str) -> String {
    key.split('/').next().unwrap().to_owned()
}

/// The key attributes of an item.
pub fn key_item(key: &str) -> Item {
    let mut parts = key.split('/').skip(1);
    let mut item = Item::from([("id".to_owned(), s(parts.next().unwrap()))]);
    item.extend(parts.next().map(|sk| ("sk".to_owned(), n(sk.parse().unwrap()))));
    item
}

/// Whether an item is the one with that key.
pub fn has_key(item: &Item, key: &Item) -> bool {
    key.iter().all(|(name, v)| item[name].s == v.s && item[name].n == v.n)
}

/// The whole item with this list.
pub fn item_of(key: &str, list: &[u64]) -> Item {
    let mut item = key_item(key);
    item.insert("l".to_owned(), list_value(list));
    item.insert("last".to_owned(), n(*list.last().unwrap() as i64));
    item.insert("g".to_owned(), s("all"));
    item
}

/// A list of elements as a value.
pub fn list_value(list: &[u64]) -> AttributeValue {
    AttributeValue { l: Some(list.iter().map(|x| n(*x as i64)).collect()), ..AttributeValue::default() }
}

/// The list of an item; an item that isn't there has none.
pub fn list_of(item: Option<&Item>) -> Vec<u64> {
    let list = item.and_then(|i| i["l"].l.as_ref());
    list.map_or(Vec::new(), |l| l.iter().map(|x| x.n.as_ref().unwrap().parse().unwrap()).collect())
}

fn streamed(image: &std::collections::BTreeMap<String, StreamValue>) -> Vec<u64> {
    image["l"].l.as_ref().unwrap().iter().map(|x| x.n.as_ref().unwrap().parse().unwrap()).collect()
}

/// The list of the item that a refusal shows.
pub fn list_shown(item: &Value) -> Vec<u64> {
    let list = item.get("l").and_then(|v| v.get("L")).map_or(&[][..], Value::items);
    list.iter().map(|x| x.get("N").unwrap().as_str().unwrap().parse().unwrap()).collect()
}
