//! That the checker finds what is wrong: in histories written by hand, and in what clients see of the real service who break
//! the rules: who read, compute and write back without a condition, or read and write in several calls what they claim to be
//! one transaction.

use std::sync::Arc;

use shapes_dynamodb::{GetItemInput, PutItemInput, op};

use super::checker::check;
use super::clients::{Client, Shared};
use super::history::{Log, Outcome, Step, Txn};
use super::world::{Told, World, call, item_of, key_item, list_of, table_of};

/// `a+1` appends, `a=1,2` reads, `a=` reads nothing.
fn step(text: &str) -> Step {
    if let Some((key, x)) = text.split_once('+') {
        return Step::Append(key.to_owned(), x.parse().unwrap());
    }
    let (key, list) = text.split_once('=').unwrap();
    Step::Read(
        key.to_owned(),
        list.split(',').filter(|x| !x.is_empty()).map(|x| x.parse().unwrap()).collect(),
    )
}

/// A transaction a line: when it was called and answered, how it ended (`ok`, `no`, `??`), its steps.
fn history(text: &str) -> Vec<Txn> {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let outcome = match words[2] {
            "ok" => Outcome::Done,
            "no" => Outcome::Refused,
            _ => Outcome::Unknown,
        };
        Txn {
            what: "txn",
            called: words[0].parse().unwrap(),
            returned: words[1].parse().unwrap(),
            outcome,
            steps: words[3..].iter().map(|w| step(w)).collect(),
        }
    };
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(line).collect()
}

fn found(text: &str) -> String {
    check(&history(text), &[]).anomalies.join("\n")
}

#[test]
fn sound_histories_are_sound() {
    for text in [
        "1 2 ok a+1
         3 4 ok a=1 a+2
         5 6 ok a=1,2",
        // At the same time, in either order; a read of its own write.
        "1 9 ok a+1 b+1
         2 8 ok a+2 a=1,2
         3 7 ok a=1 b=1
         10 11 ok a=1,2 b=1",
        // A refused write that isn't seen; one without an answer that is, and one that isn't.
        "1 2 no a+1
         3 4 ?? a+2 b+2
         5 6 ?? a+3
         7 8 ok a=2 b=2",
        // What has no answer may happen later than others that began after it.
        "1 2 ?? a+1
         3 4 ok a=
         5 6 ok a=1",
    ] {
        assert_eq!(found(text), "", "{text}");
    }
}

#[test]
fn planted_anomalies_are_found() {
    for (text, name) in [
        // A lost update: two read the same and wrote on its strength.
        ("1 9 ok a= a+1\n 2 8 ok a= a+2\n 10 11 ok a=1,2", "G-single:"),
        // The same, where the later one overwrote the earlier one.
        ("1 9 ok a= a+1\n 2 8 ok a= a+2\n 10 11 ok a=2", "an answered write is lost"),
        // A fractured read: half of what another wrote.
        ("1 9 ok a+1 b+1\n 2 8 ok a=1 b=\n 10 11 ok a=1 b=1", "G-single:"),
        // Write skew: each read what the other wrote.
        ("1 9 ok a= b+1\n 2 8 ok b= a+2\n 10 11 ok a=2 b=1", "G2:"),
        // Two transactions whose writes interleave.
        ("1 9 ok a+1 b+1\n 2 8 ok a+2 b+2\n 10 11 ok a=1,2 b=2,1", "G0:"),
        // Two that read each other's writes.
        ("1 9 ok a+1 b=2\n 2 8 ok b+2 a=1\n 10 11 ok a=1 b=2", "G1c:"),
        // A stale read: what was answered before is missing.
        ("1 2 ok a+1\n 3 4 ok a=\n 5 6 ok a=1", "G-single against time:"),
        // Two items seen in different orders by two readers.
        ("1 9 ok a+1\n 1 9 ok b+2\n 2 8 ok a=1 b=\n 3 7 ok a= b=2\n 10 11 ok a=1 b=2", "G2:"),
        ("1 2 no a+1\n 3 4 ok a=1", "a refused write is seen"),
        ("1 2 ?? a+1 b+1\n 3 4 ok a=1 b=", "half of it happened"),
        ("1 2 ok a+1\n 3 4 ok a=1,1", "is there twice"),
        ("1 2 ok a=7", "was never written"),
        ("1 9 ok a+1\n 1 9 ok a+2\n 2 3 ok a=1,2\n 2 3 ok a=2,1", "two orders of a"),
        ("1 2 ok a+1 a=\n 3 4 ok a=1", "its own write is missing"),
        ("1 9 ok a= a=1\n 1 9 ok a+1", "it sees two versions"),
    ] {
        let found = found(text);
        assert!(found.contains(name), "{text}\nfound {found:?} rather than {name:?}");
    }
}

#[test]
fn a_stream_in_another_order_is_found() {
    let txns = history("1 2 ok a+1\n 3 4 ok b+2\n 5 6 ok a=1 b=2");
    let told = |order: [(&str, u64); 2]| vec![order.map(|(key, x)| (key.to_owned(), x)).to_vec()];
    assert_eq!(check(&txns, &told([("a", 1), ("b", 2)])).anomalies, Vec::<String>::new());
    let wrong = check(&txns, &told([("b", 2), ("a", 1)])).anomalies;
    assert!(wrong[0].contains("against time") && wrong[0].contains("-stream->"), "{wrong:?}");
    let versions = check(&txns, &[]).versions;
    let one = |key: &str, event: &str, x| Told {
        key: key.to_owned(),
        event: event.to_owned(),
        old: Vec::new(),
        new: vec![x],
        sequence: format!("{x}"),
    };
    let (a, b) = (one("a", "INSERT", 1), one("b", "INSERT", 2));
    let compare = |told: Vec<Told>| super::compare_streams(&versions, &[told]).join("\n");
    assert_eq!(compare(vec![a.clone(), b.clone()]), "");
    assert!(compare(vec![a.clone()]).contains("0 of the 1 versions of b"));
    assert!(compare(vec![a.clone(), b.clone(), b.clone()]).contains("as version 2 of [2]"));
    assert!(compare(vec![b, a.clone()]).contains("numbers don't grow"));
    assert!(compare(vec![a, one("b", "MODIFY", 2)]).contains("MODIFY"));
}

struct Cheat {
    world: World,
    shared: Arc<Shared>,
}

impl Cheat {
    async fn new() -> Cheat {
        Cheat { world: World::new(0).await, shared: Arc::default() }
    }

    fn log(&self) -> &Log {
        &self.shared.log
    }

    fn client(&self) -> Client {
        Client::new(self.world.kernel.clone(), self.shared.clone(), 0)
    }

    async fn get(&self, key: &str) -> Vec<u64> {
        let input = GetItemInput { table_name: table_of(key), key: key_item(key), ..Default::default() };
        list_of(call::<op::GetItem>(&self.world.kernel, input).await.unwrap().item.as_ref())
    }

    /// Puts an item with one element more, whatever is there now.
    async fn put(&self, key: &str, old: &[u64], x: u64) {
        let new: Vec<u64> = old.iter().copied().chain([x]).collect();
        let input =
            PutItemInput { table_name: table_of(key), item: item_of(key, &new), ..Default::default() };
        call::<op::PutItem>(&self.world.kernel, input).await.unwrap();
    }

    async fn found(&self, keys: &[&str]) -> String {
        let keys: Vec<String> = keys.iter().map(|k| (*k).to_owned()).collect();
        self.client().read_all(&keys).await;
        check(&self.log().txns(), &[]).anomalies.join("\n")
    }
}

fn read(key: &str, list: &[u64]) -> Step {
    Step::Read(key.to_owned(), list.to_vec())
}

fn append(key: &str, x: u64) -> Step {
    Step::Append(key.to_owned(), x)
}

/// Two clients read an item, and each writes it back with an element more.
#[tokio::test]
async fn a_lost_update_of_the_real_service_is_found() {
    let cheat = Cheat::new().await;
    let (one, two) = (cheat.log().begin("put", Vec::new()), cheat.log().begin("put", Vec::new()));
    let (seen_by_one, seen_by_two) = (cheat.get("left/a").await, cheat.get("left/a").await);
    cheat.put("left/a", &seen_by_one, 1).await;
    cheat.log().done(one, vec![read("left/a", &seen_by_one), append("left/a", 1)]);
    cheat.put("left/a", &seen_by_two, 2).await;
    cheat.log().done(two, vec![read("left/a", &seen_by_two), append("left/a", 2)]);
    let found = cheat.found(&["left/a"]).await;
    assert!(found.contains("an answered write is lost"), "{found}");
}

/// One reads two items one after the other, and another writes both in between.
#[tokio::test]
async fn a_fractured_read_of_the_real_service_is_found() {
    let cheat = Cheat::new().await;
    let reading = cheat.log().begin("two gets", Vec::new());
    let first = cheat.get("left/a").await;
    let both = vec![append("left/a", 1), append("right/p/0", 1)];
    let writing = cheat.log().begin("both", both.clone());
    cheat.put("left/a", &[], 1).await;
    cheat.put("right/p/0", &[], 1).await;
    cheat.log().done(writing, both);
    let second = cheat.get("right/p/0").await;
    cheat.log().done(reading, vec![read("left/a", &first), read("right/p/0", &second)]);
    let found = cheat.found(&["left/a", "right/p/0"]).await;
    assert!(found.contains("G-single:"), "{found}");
}
