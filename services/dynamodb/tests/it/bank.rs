//! Transfers between accounts in two tables, by eight clients at once, beside readers of both: whatever is read in one
//! transaction adds up, nobody waits for ever, and no transfer is lost or doubled.

use std::sync::Arc;

use directory::Identity;
use kernel::{Config, Kernel, Scope};
use shapes_dynamodb::{
    AttributeDefinition, CreateTableInput, Get, KeySchemaElement, PutItemInput, TransactGetItem,
    TransactGetItemsInput, TransactWriteItem, TransactWriteItemsInput, Update, op,
};
use store::Store;

use crate::calls::{item, n, s, services};

const CLIENTS: u64 = 8;
const TRANSFERS: u64 = 60;
const START: i64 = 1_000;
const ACCOUNTS: [(&str, &str); 4] = [("left", "a"), ("left", "b"), ("right", "a"), ("right", "b")];

fn who() -> (Identity, Scope) {
    let scope = Scope::new(kernel::region("us-east-1").unwrap(), "000000000000");
    (Identity::root("aws", "000000000000"), scope)
}

async fn call<O: codec::Op>(k: &Arc<Kernel>, input: O::Input) -> Result<O::Output, codec::Fault> {
    let (who, scope) = who();
    k.call::<O>(&who, scope, input).await
}

async fn filled() -> Arc<Kernel> {
    let config = Config { seed: Some([7; 32]), ..Config::default() };
    let k = Kernel::open(config, Store::memory(), services()).unwrap();
    for table in ["left", "right"] {
        let input = CreateTableInput {
            table_name: table.to_owned(),
            attribute_definitions: Some(vec![AttributeDefinition {
                attribute_name: "id".to_owned(),
                attribute_type: "S".to_owned(),
            }]),
            key_schema: Some(vec![KeySchemaElement {
                attribute_name: "id".to_owned(),
                key_type: "HASH".to_owned(),
            }]),
            billing_mode: Some("PAY_PER_REQUEST".to_owned()),
            ..Default::default()
        };
        call::<op::CreateTable>(&k, input).await.unwrap();
    }
    for (table, id) in ACCOUNTS {
        let item = item([("id", s(id)), ("n", n(START)), ("moves", n(0))]);
        let input = PutItemInput { table_name: table.to_owned(), item, ..Default::default() };
        call::<op::PutItem>(&k, input).await.unwrap();
    }
    k
}

fn moved((table, id): (&str, &str), by: i64) -> TransactWriteItem {
    let update = Update {
        table_name: table.to_owned(),
        key: item([("id", s(id))]),
        update_expression: "SET n = n + :by, moves = moves + :one".to_owned(),
        condition_expression: Some("n >= :least".to_owned()),
        expression_attribute_values: Some(item([(":by", n(by)), (":one", n(1)), (":least", n(-by))])),
        ..Default::default()
    };
    TransactWriteItem { update: Some(update), ..Default::default() }
}

/// The balances and the numbers of moves, as of one moment.
async fn seen(k: &Arc<Kernel>) -> (i64, i64) {
    let gets = ACCOUNTS.iter().map(|(table, id)| TransactGetItem {
        get: Get { table_name: (*table).to_owned(), key: item([("id", s(*id))]), ..Default::default() },
    });
    let input = TransactGetItemsInput { transact_items: gets.collect(), ..Default::default() };
    let out = call::<op::TransactGetItems>(k, input).await.unwrap();
    let items: Vec<_> = out.responses.unwrap().into_iter().map(|r| r.item.unwrap()).collect();
    let sum = |name: &str| items.iter().map(|i| i[name].n.as_ref().unwrap().parse::<i64>().unwrap()).sum();
    (sum("n"), sum("moves"))
}

async fn client(k: Arc<Kernel>, seed: u64) -> i64 {
    let mut done = 0;
    for step in 0..TRANSFERS {
        let at = (seed * 7 + step * 3) as usize % 4;
        let to = (at + 1 + (step as usize + seed as usize) % 3) % 4;
        let by = 1 + (seed * step) as i64 % 400;
        // The two in either order: lanes are taken in one order all the same.
        let items = vec![moved(ACCOUNTS[at], -by), moved(ACCOUNTS[to], by)];
        let input = TransactWriteItemsInput { transact_items: items, ..Default::default() };
        match call::<op::TransactWriteItems>(&k, input).await {
            Ok(_) => done += 1,
            Err(f) => assert_eq!(f.code(), "TransactionCanceledException", "{f:?}"),
        }
        if step % 5 == 0 {
            let (sum, moves) = seen(&k).await;
            assert_eq!((sum, moves % 2), (4 * START, 0), "as of one moment");
        }
    }
    done
}

#[test]
fn transfers_add_up() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let k = filled().await;
        let clients: Vec<_> = (0..CLIENTS).map(|seed| tokio::task::spawn(client(k.clone(), seed))).collect();
        let mut done = 0;
        for c in clients {
            done += c.await.unwrap();
        }
        assert!(done > 100, "{done} transfers");
        assert_eq!(seen(&k).await, (4 * START, 2 * done));
        k.check().unwrap();
    });
}
