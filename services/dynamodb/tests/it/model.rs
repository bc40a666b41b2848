//! A reference model: random calls on a table with two indexes and a stream, beside a plain map. The table, its indexes, every
//! way of reading them by pages, and the stream must say what the map says. `TABLETOP_SEEDS` says how many
//! seeds run (3 if it isn't set).

use std::collections::BTreeMap;

use shapes_dynamodb::{
    BatchWriteItemInput, Delete, DeleteItemInput, DeleteRequest, GetItemInput, Put, PutRequest, QueryInput,
    ScanInput, TransactWriteItem, TransactWriteItemsInput, Update, UpdateItemInput, WriteRequest, op,
};
use shapes_dynamodbstreams::{
    DescribeStreamInput, GetRecordsInput, GetShardIteratorInput, ListStreamsInput, op as streams,
};
use testkit::Lab;

use crate::calls::{Item, item, must, n, put, s, services, shown, table};

const HOUR_MS: i64 = 3_600_000;

/// A small generator: the same numbers for the same seed.
pub struct Random(pub u64);

impl Random {
    /// A number below that.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

type Key = (String, i64);

struct Model {
    lab: Lab,
    random: Random,
    items: BTreeMap<Key, Item>,
    /// Changes that the stream must tell: key and what is there after.
    changes: Vec<(Key, Option<Item>)>,
}

fn key_of(k: &Key) -> Item {
    item([("id", s(&k.0)), ("sk", n(k.1))])
}

impl Model {
    fn key(&mut self) -> Key {
        (format!("p{}", self.random.below(4)), self.random.below(12) as i64 - 6)
    }

    fn item(&mut self, k: &Key) -> Item {
        let mut i = key_of(k);
        if self.random.below(3) > 0 {
            i.insert("g".to_owned(), s(format!("g{}", self.random.below(3))));
        }
        if self.random.below(3) > 0 {
            i.insert("v".to_owned(), n(self.random.below(5) as i64 - 2));
        }
        if self.random.below(2) > 0 {
            i.insert("w".to_owned(), s("w".repeat(self.random.below(2_000) as usize)));
        }
        i
    }

    fn becomes(&mut self, k: Key, new: Option<Item>) {
        let same = match (self.items.get(&k), &new) {
            (None, None) => true,
            (Some(a), Some(b)) => shown(a) == shown(b),
            _ => false,
        };
        if same {
            return;
        }
        match &new {
            Some(i) => self.items.insert(k.clone(), i.clone()),
            None => self.items.remove(&k),
        };
        self.changes.push((k, new));
    }

    fn step(&mut self) {
        match self.random.below(10) {
            0..=3 => {
                let k = self.key();
                let i = self.item(&k);
                put(&self.lab, i.clone()).unwrap();
                self.becomes(k, Some(i));
            }
            4 => {
                let k = self.key();
                let input =
                    DeleteItemInput { table_name: "table".to_owned(), key: key_of(&k), ..Default::default() };
                must::<op::DeleteItem>(&self.lab, input);
                self.becomes(k, None);
            }
            5 | 6 => self.update(),
            7 => self.batch(),
            8 => self.transaction(),
            _ => drop(self.lab.advance(self.random.below(3_000) as i64)),
        }
    }

    /// Counts `v` up, on the condition that the item is there.
    fn update(&mut self) {
        let k = self.key();
        let input = UpdateItemInput {
            table_name: "table".to_owned(),
            key: key_of(&k),
            update_expression: Some("SET v = if_not_exists(v, :zero) + :one REMOVE w".to_owned()),
            condition_expression: Some("attribute_exists(id)".to_owned()),
            expression_attribute_values: Some(item([(":zero", n(0)), (":one", n(1))])),
            ..Default::default()
        };
        let outcome = self.lab.call::<op::UpdateItem>(input);
        let Some(mut i) = self.items.get(&k).cloned() else {
            assert_eq!(outcome.err().unwrap().code(), "ConditionalCheckFailedException");
            return;
        };
        outcome.unwrap();
        let v: i64 = i.get("v").and_then(|v| v.n.as_ref()).map_or(0, |v| v.parse().unwrap());
        i.insert("v".to_owned(), n(v + 1));
        i.remove("w");
        self.becomes(k, Some(i));
    }

    fn distinct(&mut self, most: u64) -> Vec<Key> {
        let mut keys: Vec<Key> = (0..=self.random.below(most)).map(|_| self.key()).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    fn batch(&mut self) {
        let mut requests = Vec::new();
        for k in self.distinct(20) {
            let new = (self.random.below(3) > 0).then(|| self.item(&k));
            requests.push(WriteRequest {
                put_request: new.clone().map(|item| PutRequest { item }),
                delete_request: new.is_none().then(|| DeleteRequest { key: key_of(&k) }),
            });
            self.becomes(k, new);
        }
        let request_items = BTreeMap::from([("table".to_owned(), requests)]);
        let out = must::<op::BatchWriteItem>(
            &self.lab,
            BatchWriteItemInput { request_items, ..Default::default() },
        );
        assert_eq!(out.unprocessed_items.unwrap().len(), 0);
    }

    /// Some writes, and perhaps a condition that fails: then none of them.
    fn transaction(&mut self) {
        let keys = self.distinct(6);
        let fails = self.random.below(3) == 0;
        let (mut actions, mut made) = (Vec::new(), Vec::new());
        for (at, k) in keys.iter().enumerate() {
            let table_name = "table".to_owned();
            let condition = (fails && at == keys.len() - 1).then(|| "id = sk".to_owned());
            if self.random.below(2) == 0 {
                let key = key_of(k);
                let delete =
                    Delete { key, table_name, condition_expression: condition, ..Default::default() };
                actions.push(TransactWriteItem { delete: Some(delete), ..Default::default() });
                made.push((k.clone(), None));
            } else {
                let i = self.item(k);
                let put = Put {
                    item: i.clone(),
                    table_name,
                    condition_expression: condition,
                    ..Default::default()
                };
                actions.push(TransactWriteItem { put: Some(put), ..Default::default() });
                made.push((k.clone(), Some(i)));
            }
        }
        let input = TransactWriteItemsInput { transact_items: actions, ..Default::default() };
        let outcome = self.lab.call::<op::TransactWriteItems>(input);
        assert_eq!(outcome.is_err(), fails, "{outcome:?}");
        if !fails {
            made.into_iter().for_each(|(k, new)| self.becomes(k, new));
        }
    }

    /// Everything read in every way, by pages of a random size.
    fn compare(&mut self) {
        let all: Vec<String> = self.items.values().map(shown).collect();
        assert_eq!(sorted(self.scan(None)), sorted(all), "the scan");
        let segments = 1 + self.random.below(4) as i32;
        let mut parts = Vec::new();
        (0..segments).for_each(|at| parts.extend(self.scan(Some((at, segments)))));
        assert_eq!(sorted(parts), sorted(self.items.values().map(shown).collect()), "{segments} segments");
        for p in 0..4 {
            let id = format!("p{p}");
            let mut own: Vec<(i64, String)> =
                self.items.iter().filter(|(k, _)| k.0 == id).map(|(k, i)| (k.1, shown(i))).collect();
            own.sort();
            let forward: Vec<String> = own.iter().map(|(_, i)| i.clone()).collect();
            assert_eq!(self.query(None, "id = :x", &id, true), forward);
            let backward: Vec<String> = forward.into_iter().rev().collect();
            assert_eq!(self.query(None, "id = :x", &id, false), backward);
            let middle = own.iter().filter(|(sk, _)| (-2..=3).contains(sk)).map(|(_, i)| i.clone());
            let between = "id = :x AND sk BETWEEN :lo AND :hi";
            assert_eq!(self.query(None, between, &id, true), middle.collect::<Vec<_>>());
            self.compare_local(&id);
        }
        for g in 0..3 {
            self.compare_global(&format!("g{g}"));
        }
        let k = self.key();
        let input = GetItemInput { table_name: "table".to_owned(), key: key_of(&k), ..Default::default() };
        let got = must::<op::GetItem>(&self.lab, input).item;
        assert_eq!(got.as_ref().map(shown), self.items.get(&k).map(shown));
        self.lab.kernel.check().unwrap();
    }

    fn compare_local(&mut self, id: &str) {
        let v = |i: &Item| i.get("v").and_then(|v| v.n.as_ref()).map(|v| v.parse::<i64>().unwrap());
        let own = self.items.iter().filter(|(k, _)| k.0 == id);
        let mut with_v: Vec<(i64, i64, String)> =
            own.filter_map(|(k, i)| Some((v(i)?, k.1, shown(i)))).collect();
        with_v.sort();
        let wanted: Vec<String> = with_v.into_iter().map(|(_, _, i)| i).collect();
        assert_eq!(self.query(Some("by-v"), "id = :x", id, true), wanted, "the local index");
    }

    fn compare_global(&mut self, g: &str) {
        let in_it = |i: &&Item| i.contains_key("v") && i.get("g").is_some_and(|x| x.s.as_deref() == Some(g));
        let wanted: Vec<String> = self.items.values().filter(in_it).map(shown).collect();
        assert_eq!(sorted(self.query(Some("by-g"), "g = :x", g, true)), sorted(wanted), "the global index");
    }

    fn scan(&mut self, segment: Option<(i32, i32)>) -> Vec<String> {
        let limit = Some(1 + self.random.below(9) as i32);
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let input = ScanInput {
                table_name: "table".to_owned(),
                limit,
                segment: segment.map(|s| s.0),
                total_segments: segment.map(|s| s.1),
                exclusive_start_key: start,
                ..Default::default()
            };
            let out = must::<op::Scan>(&self.lab, input);
            found.extend(out.items.unwrap().iter().map(shown));
            start = out.last_evaluated_key;
            if start.is_none() {
                return found;
            }
        }
    }

    fn query(&mut self, index: Option<&str>, condition: &str, x: &str, forward: bool) -> Vec<String> {
        let limit = (self.random.below(3) > 0).then(|| 1 + self.random.below(5) as i32);
        let mut values = item([(":x", s(x))]);
        if condition.contains(":lo") {
            values.extend(item([(":lo", n(-2)), (":hi", n(3))]));
        }
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let input = QueryInput {
                table_name: "table".to_owned(),
                index_name: index.map(str::to_owned),
                key_condition_expression: Some(condition.to_owned()),
                expression_attribute_values: Some(values.clone()),
                scan_index_forward: Some(forward),
                limit,
                exclusive_start_key: start,
                ..Default::default()
            };
            let out = must::<op::Query>(&self.lab, input);
            found.extend(out.items.unwrap().iter().map(shown));
            start = out.last_evaluated_key;
            if start.is_none() {
                return found;
            }
        }
    }

    /// The stream tells every change, in order, through all its shards.
    fn compare_stream(&self) {
        let list = must::<streams::ListStreams>(&self.lab, ListStreamsInput::default());
        let arn = list.streams.unwrap()[0].stream_arn.clone().unwrap();
        let input = DescribeStreamInput { stream_arn: arn.clone(), ..Default::default() };
        let shards =
            must::<streams::DescribeStream>(&self.lab, input).stream_description.unwrap().shards.unwrap();
        let mut told = Vec::new();
        for shard in shards {
            let input = GetShardIteratorInput {
                stream_arn: arn.clone(),
                shard_id: shard.shard_id.unwrap(),
                shard_iterator_type: "TRIM_HORIZON".to_owned(),
                ..Default::default()
            };
            let mut next = must::<streams::GetShardIterator>(&self.lab, input).shard_iterator;
            while let Some(shard_iterator) = next {
                let input = GetRecordsInput { shard_iterator, limit: Some(7) };
                let out = must::<streams::GetRecords>(&self.lab, input);
                let records = out.records.unwrap();
                next = out.next_shard_iterator.filter(|_| !records.is_empty());
                told.extend(records.into_iter().map(|r| {
                    let c = r.dynamodb.unwrap();
                    let number = |v: &shapes_dynamodbstreams::AttributeValue| v.n.clone().unwrap();
                    let keys = c.keys.unwrap();
                    let id = keys["id"].s.clone().unwrap();
                    let key = (id, number(&keys["sk"]).parse::<i64>().unwrap());
                    (key, c.new_image.map(|i| i.len()))
                }));
            }
        }
        let wanted: Vec<(Key, Option<usize>)> =
            self.changes.iter().map(|(k, new)| (k.clone(), new.as_ref().map(Item::len))).collect();
        assert_eq!(told, wanted, "the stream");
    }
}

fn sorted(mut all: Vec<String>) -> Vec<String> {
    // An index that projects `w` and keys has every attribute of these items.
    all.sort();
    all
}

#[test]
fn the_table_says_what_a_map_says() {
    for seed in 0..testkit::seeds(3) {
        let lab = Lab::new(services());
        must::<op::CreateTable>(&lab, table(true));
        let mut model = Model { lab, random: Random(seed), items: BTreeMap::new(), changes: Vec::new() };
        for round in 0..12 {
            (0..25).for_each(|_| model.step());
            model.compare();
            if round % 5 == 4 {
                model.lab.advance(4 * HOUR_MS);
            }
        }
        model.compare_stream();
        assert!(model.changes.len() > 200, "seed {seed}: {} changes", model.changes.len());
    }
}

#[test]
fn an_update_in_a_transaction_is_one_of_its_actions() {
    let lab = Lab::new(services());
    must::<op::CreateTable>(&lab, table(false));
    let update = Update {
        key: key_of(&("a".to_owned(), 1)),
        table_name: "table".to_owned(),
        update_expression: "SET v = :v".to_owned(),
        expression_attribute_values: Some(item([(":v", n(7))])),
        ..Default::default()
    };
    let action = TransactWriteItem { update: Some(update), ..Default::default() };
    let input = TransactWriteItemsInput { transact_items: vec![action], ..Default::default() };
    must::<op::TransactWriteItems>(&lab, input);
    let input = GetItemInput {
        table_name: "table".to_owned(),
        key: key_of(&("a".to_owned(), 1)),
        ..Default::default()
    };
    let got = must::<op::GetItem>(&lab, input).item.unwrap();
    assert_eq!(shown(&got), "id='a' sk=1 v=7");
}
