//! Clients: each calls at random what reads and changes items, and notes what it asked for and what it saw.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use codec::Op;
use kernel::Kernel;
use shapes_dynamodb::{
    AttributeValue, BatchGetItemInput, BatchWriteItemInput, ConditionCheck, ExecuteTransactionInput, Get,
    GetItemInput, KeysAndAttributes, ParameterizedStatement, Put, PutItemInput, PutRequest, QueryInput,
    TransactGetItem, TransactGetItemsInput, TransactWriteItem, TransactWriteItemsInput, Update,
    UpdateItemInput, WriteRequest, op,
};

use super::history::{Key, Log, Step};
use super::world::{Trouble, call, has_key, item_of, key_item, list_of, list_shown, list_value, table_of};
use crate::calls::{Item, item, n, s};
use crate::model::Random;

/// Items that everybody fights for.
const KEYS: [&str; 9] =
    ["left/a", "left/b", "left/c", "right/p/0", "right/p/1", "right/p/2", "right/q/0", "right/q/1", "left/d"];
/// How often a call is repeated with its token when its answer doesn't come.
const ATTEMPTS: usize = 4;

const APPEND: &str = "SET l = list_append(if_not_exists(l, :none), :x), #last = :last, g = :g";

/// What all clients of a run share.
#[derive(Debug, Default)]
pub struct Shared {
    /// What they did and saw.
    pub log: Log,
    elements: AtomicU64,
}

/// A client.
pub struct Client {
    /// The program.
    pub kernel: Arc<Kernel>,
    /// What it shares with the others.
    pub shared: Arc<Shared>,
    /// Its dice.
    pub random: Random,
    /// Lists as it last saw them.
    known: BTreeMap<Key, Vec<u64>>,
}

impl Client {
    /// A client that knows nothing yet.
    pub fn new(kernel: Arc<Kernel>, shared: Arc<Shared>, seed: u64) -> Client {
        Client { kernel, shared, random: Random(seed), known: BTreeMap::new() }
    }

    /// Calls for ever.
    pub async fn run(mut self) {
        loop {
            self.step().await;
            tokio::task::yield_now().await;
        }
    }

    async fn step(&mut self) {
        match self.random.below(16) {
            0 | 1 => self.get().await,
            2 | 3 => self.append().await,
            4 | 5 => self.replace().await,
            6..=8 => self.read_together().await,
            9..=12 => self.write_together().await,
            13 => self.statements().await,
            14 if self.random.below(2) == 0 => self.batch_write().await,
            14 => self.batch_get().await,
            _ => self.query().await,
        }
    }

    fn key(&mut self) -> Key {
        KEYS[self.random.below(KEYS.len() as u64) as usize].to_owned()
    }

    fn distinct(&mut self, most: u64) -> Vec<Key> {
        let mut keys: Vec<Key> = (0..=self.random.below(most)).map(|_| self.key()).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// An element that nobody else has.
    pub fn element(&self) -> u64 {
        self.shared.elements.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn read(&mut self, key: &str, found: Option<&Item>) -> Step {
        let list = list_of(found);
        self.known.insert(key.to_owned(), list.clone());
        Step::Read(key.to_owned(), list)
    }

    /// The list as it was last seen, perhaps long ago.
    fn known(&self, key: &str) -> Vec<u64> {
        self.known.get(key).cloned().unwrap_or_default()
    }

    /// Notes how a call ended that changes all its items or none. A refusal shows items in the order of the actions.
    fn ended<T>(&mut self, at: usize, keys: &[Key], outcome: Result<T, Trouble>) -> Option<T> {
        let fault = match outcome {
            Ok(out) => return Some(out),
            Err(Trouble::Unknown) => return None,
            Err(Trouble::Refused(fault)) => fault,
        };
        let mut seen = Vec::new();
        let field = |name| fault.fields().iter().find(|f| f.0 == name).map(|f| &f.1);
        if let Some(shown) = field("Item") {
            seen.push((keys[0].clone(), list_shown(shown)));
        }
        for (key, reason) in keys.iter().zip(field("CancellationReasons").map_or(&[][..], |r| r.items())) {
            let shown = reason.get("Item").map(list_shown);
            seen.extend(shown.map(|list| (key.clone(), list)));
        }
        self.known.extend(seen.clone());
        let steps = seen.into_iter().map(|(key, list)| Step::Read(key, list)).collect();
        self.shared.log.refused(at, steps);
        None
    }

    /// Calls until an answer comes; the token makes that one call.
    async fn insist<O: Op>(&self, input: O::Input) -> Result<O::Output, Trouble>
    where
        O::Input: Clone,
    {
        let mut doubtful = false;
        for _ in 0..ATTEMPTS {
            match call::<O>(&self.kernel, input.clone()).await {
                Err(Trouble::Unknown) => doubtful = true,
                // A cancellation says that it didn't happen; other refusals only that it didn't this time.
                Err(Trouble::Refused(f)) if doubtful && f.code() != "TransactionCanceledException" => {}
                other => return other,
            }
        }
        Err(Trouble::Unknown)
    }

    /// Reads an item.
    pub async fn get(&mut self) {
        let key = self.key();
        let at = self.shared.log.begin("GetItem", Vec::new());
        let input = GetItemInput {
            table_name: table_of(&key),
            key: key_item(&key),
            consistent_read: Some(true),
            ..Default::default()
        };
        let outcome = call::<op::GetItem>(&self.kernel, input).await;
        if let Some(out) = self.ended(at, &[], outcome) {
            let step = self.read(&key, out.item.as_ref());
            self.shared.log.done(at, vec![step]);
        }
    }

    /// Appends to an item, and sees it before, after or not at all.
    async fn append(&mut self) {
        let (key, x) = (self.key(), self.element());
        let append = Step::Append(key.clone(), x);
        let returns = ["NONE", "ALL_OLD", "ALL_NEW"][self.random.below(3) as usize];
        let at = self.shared.log.begin("UpdateItem", vec![append.clone()]);
        let input = UpdateItemInput {
            table_name: table_of(&key),
            key: key_item(&key),
            update_expression: Some(APPEND.to_owned()),
            expression_attribute_names: Some(last_name()),
            expression_attribute_values: Some(values(x)),
            return_values: Some(returns.to_owned()),
            ..Default::default()
        };
        let outcome = call::<op::UpdateItem>(&self.kernel, input).await;
        let Some(out) = self.ended(at, &[], outcome) else { return };
        let seen = out.attributes.as_ref();
        let steps = match returns {
            "NONE" => vec![append],
            "ALL_OLD" => vec![self.read(&key, seen), append],
            _ => vec![append, self.read(&key, seen)],
        };
        self.shared.log.done(at, steps);
    }

    /// Puts an item anew, with one element more, if it is still as it was.
    async fn replace(&mut self) {
        let (key, x) = (self.key(), self.element());
        let (old, new) = self.longer(&key, x);
        let steps = vec![Step::Read(key.clone(), old.clone()), Step::Append(key.clone(), x)];
        let at = self.shared.log.begin("PutItem", steps.clone());
        let (condition, values) = unchanged(&old);
        let input = PutItemInput {
            table_name: table_of(&key),
            item: item_of(&key, &new),
            condition_expression: Some(condition),
            expression_attribute_values: values,
            return_values_on_condition_check_failure: Some("ALL_OLD".to_owned()),
            ..Default::default()
        };
        let outcome = call::<op::PutItem>(&self.kernel, input).await;
        if self.ended(at, std::slice::from_ref(&key), outcome).is_some() {
            self.known.insert(key, new);
            self.shared.log.done(at, steps);
        }
    }

    fn longer(&self, key: &str, x: u64) -> (Vec<u64>, Vec<u64>) {
        let old = self.known(key);
        let new = old.iter().copied().chain([x]).collect();
        (old, new)
    }

    async fn read_together(&mut self) {
        let keys = self.distinct(4);
        self.read_all(&keys).await;
    }

    /// Reads items as of one moment.
    pub async fn read_all(&mut self, keys: &[Key]) {
        let at = self.shared.log.begin("TransactGetItems", Vec::new());
        let get = |key: &Key| TransactGetItem {
            get: Get { table_name: table_of(key), key: key_item(key), ..Default::default() },
        };
        let input =
            TransactGetItemsInput { transact_items: keys.iter().map(get).collect(), ..Default::default() };
        let outcome = call::<op::TransactGetItems>(&self.kernel, input).await;
        let Some(out) = self.ended(at, &[], outcome) else { return };
        let found = out.responses.unwrap();
        let steps = keys.iter().zip(found).map(|(key, r)| self.read(key, r.item.as_ref())).collect();
        self.shared.log.done(at, steps);
    }

    /// Appends to some items, some of them only if they are as they were, and some others are.
    async fn write_together(&mut self) {
        let keys = self.distinct(4);
        let (mut actions, mut steps) = (Vec::new(), Vec::new());
        for key in &keys {
            let (action, step) = match self.random.below(4) {
                0 => self.checked(key),
                1 => self.put_if_unchanged(key),
                _ => self.appended(key),
            };
            actions.push(action);
            steps.extend(step);
        }
        let at = self.shared.log.begin("TransactWriteItems", steps.clone());
        let input = TransactWriteItemsInput {
            transact_items: actions,
            client_request_token: Some(format!("token-{}", self.element())),
            ..Default::default()
        };
        let outcome = self.insist::<op::TransactWriteItems>(input).await;
        if self.ended(at, &keys, outcome).is_some() {
            self.shared.log.done(at, steps);
        }
    }

    fn checked(&self, key: &str) -> (TransactWriteItem, Vec<Step>) {
        let old = self.known(key);
        let (condition_expression, expression_attribute_values) = unchanged(&old);
        let check = ConditionCheck {
            table_name: table_of(key),
            key: key_item(key),
            condition_expression,
            expression_attribute_values,
            return_values_on_condition_check_failure: Some("ALL_OLD".to_owned()),
            ..Default::default()
        };
        let action = TransactWriteItem { condition_check: Some(check), ..Default::default() };
        (action, vec![Step::Read(key.to_owned(), old)])
    }

    fn put_if_unchanged(&self, key: &str) -> (TransactWriteItem, Vec<Step>) {
        let x = self.element();
        let (old, new) = self.longer(key, x);
        let (condition, expression_attribute_values) = unchanged(&old);
        let put = Put {
            table_name: table_of(key),
            item: item_of(key, &new),
            condition_expression: Some(condition),
            expression_attribute_values,
            return_values_on_condition_check_failure: Some("ALL_OLD".to_owned()),
            ..Default::default()
        };
        let action = TransactWriteItem { put: Some(put), ..Default::default() };
        (action, vec![Step::Read(key.to_owned(), old), Step::Append(key.to_owned(), x)])
    }

    fn appended(&self, key: &str) -> (TransactWriteItem, Vec<Step>) {
        let x = self.element();
        let update = Update {
            table_name: table_of(key),
            key: key_item(key),
            update_expression: APPEND.to_owned(),
            expression_attribute_names: Some(last_name()),
            expression_attribute_values: Some(values(x)),
            ..Default::default()
        };
        let action = TransactWriteItem { update: Some(update), ..Default::default() };
        (action, vec![Step::Append(key.to_owned(), x)])
    }

    /// Appends or reads by PartiQL, as a transaction. Items that aren't there can't be appended to.
    async fn statements(&mut self) {
        let keys = self.distinct(4);
        let writes = self.random.below(2) == 0;
        let (mut statements, mut steps) = (Vec::new(), Vec::new());
        for key in &keys {
            let x = self.element();
            statements.push(statement(key, writes.then_some(x)));
            steps.extend(writes.then(|| Step::Append(key.clone(), x)));
        }
        let at = self.shared.log.begin("ExecuteTransaction", steps.clone());
        let input = ExecuteTransactionInput {
            transact_statements: statements,
            client_request_token: Some(format!("token-{}", self.element())),
            ..Default::default()
        };
        let outcome = self.insist::<op::ExecuteTransaction>(input).await;
        let Some(out) = self.ended(at, &keys, outcome) else { return };
        if !writes {
            let found = out.responses.unwrap();
            steps = keys.iter().zip(found).map(|(key, r)| self.read(key, r.item.as_ref())).collect();
        }
        self.shared.log.done(at, steps);
    }

    /// Reads items, each at a moment of its own.
    async fn batch_get(&mut self) {
        let keys = self.distinct(5);
        let log = |_| self.shared.log.begin("BatchGetItem", Vec::new());
        let ats: Vec<usize> = keys.iter().map(log).collect();
        let mut request_items: BTreeMap<String, KeysAndAttributes> = BTreeMap::new();
        for key in &keys {
            let of_table = request_items.entry(table_of(key)).or_default();
            of_table.consistent_read = Some(true);
            of_table.keys.push(key_item(key));
        }
        let input = BatchGetItemInput { request_items, ..Default::default() };
        let Ok(out) = call::<op::BatchGetItem>(&self.kernel, input).await else { return };
        let found = out.responses.unwrap();
        for (key, at) in keys.iter().zip(ats) {
            let of_table = found.get(&table_of(key)).map_or(&[][..], Vec::as_slice);
            let wanted = key_item(key);
            let step = self.read(key, of_table.iter().find(|i| has_key(i, &wanted)));
            self.shared.log.done(at, vec![step]);
        }
    }

    /// Puts items that nobody has put before, each for itself.
    async fn batch_write(&mut self) {
        let mut request_items: BTreeMap<String, Vec<WriteRequest>> = BTreeMap::new();
        let mut all = Vec::new();
        for _ in 0..=self.random.below(4) {
            let x = self.element();
            let key = if x.is_multiple_of(2) { format!("left/new{x}") } else { format!("right/new/{x}") };
            let put = PutRequest { item: item_of(&key, &[x]) };
            let request = WriteRequest { put_request: Some(put), delete_request: None };
            request_items.entry(table_of(&key)).or_default().push(request);
            let steps = vec![Step::Append(key, x)];
            all.push((self.shared.log.begin("BatchWriteItem", steps.clone()), steps));
        }
        let input = BatchWriteItemInput { request_items, ..Default::default() };
        match call::<op::BatchWriteItem>(&self.kernel, input).await {
            Ok(out) => {
                assert!(out.unprocessed_items.unwrap().is_empty());
                all.into_iter().for_each(|(at, steps)| self.shared.log.done(at, steps));
            }
            Err(Trouble::Refused(_)) => {
                all.into_iter().for_each(|(at, _)| self.shared.log.refused(at, Vec::new()));
            }
            Err(Trouble::Unknown) => {}
        }
    }

    /// Reads a partition, by the table or its local index; each item at a moment of its own, says AWS.
    async fn query(&mut self) {
        let keys: Vec<Key> = (0..3).map(|sk| format!("right/p/{sk}")).collect();
        let ats: Vec<usize> = keys.iter().map(|_| self.shared.log.begin("Query", Vec::new())).collect();
        let input = QueryInput {
            table_name: "right".to_owned(),
            index_name: (self.random.below(2) == 0).then(|| "by-last".to_owned()),
            key_condition_expression: Some("id = :p".to_owned()),
            expression_attribute_values: Some(item([(":p", s("p"))])),
            consistent_read: Some(true),
            ..Default::default()
        };
        let Ok(out) = call::<op::Query>(&self.kernel, input).await else { return };
        let found = out.items.unwrap();
        for (key, at) in keys.iter().zip(ats) {
            let wanted = key_item(key);
            let step = self.read(key, found.iter().find(|i| has_key(i, &wanted)));
            self.shared.log.done(at, vec![step]);
        }
    }
}

fn last_name() -> BTreeMap<String, String> {
    BTreeMap::from([("#last".to_owned(), "last".to_owned())])
}

fn values(x: u64) -> Item {
    item([(":none", list_value(&[])), (":x", list_value(&[x])), (":last", n(x as i64)), (":g", s("all"))])
}

/// The condition that an item has this list still.
fn unchanged(list: &[u64]) -> (String, Option<Item>) {
    match list {
        [] => ("attribute_not_exists(id)".to_owned(), None),
        _ => ("l = :old".to_owned(), Some(item([(":old", list_value(list))]))),
    }
}

/// Appends an element to an item, or reads it.
fn statement(key: &str, x: Option<u64>) -> ParameterizedStatement {
    let table = table_of(key);
    let by = if table == "right" { "id = ? AND sk = ?" } else { "id = ?" };
    let mut parameters: Vec<AttributeValue> = Vec::new();
    let statement = match x {
        Some(x) => {
            parameters.extend([list_value(&[x]), n(x as i64)]);
            format!("UPDATE \"{table}\" SET l = list_append(l, ?) SET \"last\" = ? WHERE {by}")
        }
        None => format!("SELECT * FROM \"{table}\" WHERE {by}"),
    };
    // `id` comes before `sk`.
    parameters.extend(key_item(key).into_values());
    ParameterizedStatement { statement, parameters: Some(parameters), ..Default::default() }
}
