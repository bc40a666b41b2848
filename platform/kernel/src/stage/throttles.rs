//! Throttles: AWS's documented token buckets (`facts/throttles.tsv`) and what the user sets instead, on the virtual
//! clock. Off in the `dev` profile, but for what the user sets.

use std::collections::HashMap;

use codec::Fault;
use parking_lot::{Mutex, RwLock};
use store::{Row, RowError, RowReader, RowWriter, Scan, Store, StoreError, Table};

static FACTS: &str = include_str!("../../../../facts/throttles.tsv");

/// Buckets kept at most; the fullest go first (a full bucket says nothing).
const BUCKETS: usize = 65_536;

/// What shares a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// All operations of the row, per account and region.
    Account,
    /// Each operation, per account and region.
    Operation,
    /// Each operation on each resource.
    Subject,
}

impl Sharing {
    fn name(self) -> &'static str {
        match self {
            Sharing::Account => "account",
            Sharing::Operation => "operation",
            Sharing::Subject => "subject",
        }
    }

    fn named(name: &str) -> Sharing {
        match name {
            "account" => Sharing::Account,
            "operation" => Sharing::Operation,
            _ => Sharing::Subject,
        }
    }
}

/// One limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Service id, or a service's class of resources (`sqs.fifo`).
    pub service: String,
    /// Operations; `*` is all.
    pub operations: Vec<String>,
    /// What shares a bucket.
    pub sharing: Sharing,
    /// Tokens in a full bucket.
    pub capacity: f64,
    /// Tokens per second.
    pub refill_per_s: f64,
    /// Error code.
    pub code: String,
    /// HTTP status.
    pub status: u16,
    /// Where the figures come from.
    pub source: String,
}

impl Row for Limit {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.service);
        w.put(2, &self.operations.join(","));
        w.put(3, &self.capacity);
        w.put(4, &self.refill_per_s);
        w.put(5, &self.code);
        w.put(6, &self.status);
        w.put(7, &self.source);
        w.put(8, &self.sharing.name().to_owned());
    }
    fn read(r: &mut RowReader) -> Result<Limit, RowError> {
        Ok(Limit {
            service: r.get(1)?,
            operations: r.get::<String>(2)?.split(',').map(str::to_owned).collect(),
            capacity: r.get(3)?,
            refill_per_s: r.get(4)?,
            code: r.get(5)?,
            status: r.get(6)?,
            source: r.get(7)?,
            sharing: Sharing::named(&r.get::<String>(8)?),
        })
    }
}

/// The limits that the user set, by service and operations.
struct Limits;
impl Table for Limits {
    const NAME: &'static str = "kernel.throttle";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = Limit;
}

/// A call as throttles see it.
pub(crate) struct Draw<'a> {
    pub(crate) class: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) subject: &'a str,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

/// Limits and their buckets.
#[derive(Debug)]
pub struct Throttles {
    enabled: bool,
    facts: Vec<Limit>,
    set: RwLock<Vec<Limit>>,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Throttles {
    /// The documented limits, in force or not, and those that are stored.
    pub(crate) fn open(enabled: bool, store: &Store) -> Result<Throttles, StoreError> {
        let throttles = Throttles::new(enabled);
        throttles.reload(store)?;
        Ok(throttles)
    }

    fn new(enabled: bool) -> Throttles {
        let facts = FACTS.lines().filter(|l| !l.starts_with('#')).filter_map(parse).collect();
        Throttles { enabled, facts, set: RwLock::default(), buckets: Mutex::default() }
    }

    /// Whether the documented limits are in force.
    pub fn enabled(&self) -> bool {
        self.enabled
    }

    /// The limits in force: the user's, then the documented ones.
    pub fn limits(&self) -> Vec<Limit> {
        let mut all = self.set.read().clone();
        if self.enabled {
            all.extend(self.facts.iter().cloned());
        }
        all
    }

    /// Sets a limit and stores it; it stands before the documented ones. A capacity of 0 takes the user's limit away again.
    pub fn set(&self, store: &Store, limit: Limit) -> Result<(), StoreError> {
        let mut set = self.set.write();
        let key = (limit.service.clone(), limit.operations.join(","));
        let mut tx = store.tx();
        match limit.capacity > 0.0 {
            true => tx.put::<Limits>(&key, &limit),
            false => tx.delete::<Limits>(&key),
        }
        let commit = store.commit(tx)?;
        set.retain(|l| l.service != limit.service || l.operations != limit.operations);
        if limit.capacity > 0.0 {
            set.push(limit);
            narrowest_first(&mut set);
        }
        self.buckets.lock().clear();
        drop(set);
        store.wait(commit)
    }

    /// Reads the user's limits again and fills all buckets: the state, and perhaps the clock, was replaced.
    pub(crate) fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let mut limits: Vec<Limit> =
            store.tx().scan::<Limits>(Scan::all())?.map(|(_, limit)| limit).collect();
        narrowest_first(&mut limits);
        *self.set.write() = limits;
        self.buckets.lock().clear();
        Ok(())
    }

    /// Services and classes of resources that have documented limits.
    pub(crate) fn classes(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.facts.iter().map(|l| l.service.as_str()).collect();
        all.dedup();
        all
    }

    /// Takes a token for a call; the error is AWS's when there is none.
    pub(crate) fn draw(&self, d: &Draw<'_>, now_ms: i64) -> Result<(), Fault> {
        if !self.enabled && self.set.read().is_empty() {
            return Ok(());
        }
        let set = self.set.read();
        let facts = if self.enabled { self.facts.as_slice() } else { &[] };
        let Some(limit) = set.iter().chain(facts).find(|l| l.covers(d)) else { return Ok(()) };
        let key = limit.key(d);
        let mut buckets = self.buckets.lock();
        if buckets.len() >= BUCKETS {
            buckets.retain(|_, b| b.tokens < 1.0);
        }
        let b = buckets.entry(key).or_insert(Bucket { tokens: limit.capacity, at_ms: now_ms });
        let refill = (now_ms - b.at_ms).max(0) as f64 / 1_000.0 * limit.refill_per_s;
        *b = Bucket { tokens: (b.tokens + refill).min(limit.capacity), at_ms: now_ms.max(b.at_ms) };
        if b.tokens < 1.0 {
            return Err(limit.fault());
        }
        b.tokens -= 1.0;
        Ok(())
    }

    /// The throttling error of a service, for faults.
    pub(crate) fn fault(&self, service: &str) -> Fault {
        match self.facts.iter().find(|l| l.service.split('.').next() == Some(service)) {
            Some(l) => l.fault(),
            None => Fault::new("ThrottlingException", 400, "Rate exceeded"),
        }
    }
}

impl Limit {
    fn covers(&self, d: &Draw<'_>) -> bool {
        self.service == d.class && self.operations.iter().any(|o| o == "*" || o == d.operation)
    }

    fn key(&self, d: &Draw<'_>) -> String {
        let head = format!("{}|{}|{}|{}", self.service, self.operations.join(","), d.account, d.region);
        match self.sharing {
            Sharing::Account => head,
            Sharing::Operation => format!("{head}|{}", d.operation),
            Sharing::Subject => format!("{head}|{}|{}", d.operation, d.subject),
        }
    }

    fn fault(&self) -> Fault {
        // Seen at AWS with EC2's code; the others say that the rate is exceeded.
        let text =
            if self.code == "RequestLimitExceeded" { "Request limit exceeded." } else { "Rate exceeded" };
        Fault::new(self.code.clone(), self.status, text)
    }
}

/// Limits of single operations stand before those of all, in whatever order they were set.
fn narrowest_first(limits: &mut [Limit]) {
    limits.sort_by_cached_key(|l| {
        let all = l.operations.iter().any(|o| o == "*");
        (all, l.service.clone(), l.operations.clone())
    });
}

fn parse(line: &str) -> Option<Limit> {
    let f: Vec<&str> = line.split('\t').collect();
    let [service, operations, sharing, capacity, refill, code, status, source] = f.as_slice() else {
        return None;
    };
    Some(Limit {
        service: (*service).to_owned(),
        operations: operations.split(',').map(str::to_owned).collect(),
        sharing: Sharing::named(sharing),
        capacity: capacity.parse().ok()?,
        refill_per_s: refill.parse().ok()?,
        code: (*code).to_owned(),
        status: status.parse().ok()?,
        source: (*source).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(operation: &'static str, account: &'static str) -> Draw<'static> {
        Draw { class: "sts", operation, account, region: "us-east-1", subject: "" }
    }

    #[test]
    fn every_line_of_the_facts_is_a_limit() {
        let lines = FACTS.lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(Throttles::new(true).limits().len(), lines);
    }

    #[test]
    fn a_burst_then_the_refill_rate_and_accounts_apart() {
        let t = Throttles::new(true);
        let answered = |n: usize, at| (0..n).filter(|_| t.draw(&draw("AssumeRole", "1"), at).is_ok()).count();
        assert_eq!(answered(1_000, 0), 600);
        assert_eq!(answered(1_000, 500), 300);
        assert!(t.draw(&draw("GetCallerIdentity", "1"), 500).is_err(), "one bucket for all of STS");
        assert!(t.draw(&draw("GetCallerIdentity", "2"), 500).is_ok(), "another account has its own");
    }

    #[test]
    fn off_means_off_but_for_what_the_user_sets() {
        let t = Throttles::new(false);
        assert!((0..2_000).all(|_| t.draw(&draw("AssumeRole", "1"), 0).is_ok()));
        let limit = Throttles::new(true).limits().into_iter().find(|l| l.service == "sts").expect("on file");
        let store = Store::memory();
        let limit = Limit { capacity: 1.0, refill_per_s: 1.0, ..limit };
        t.set(&store, limit.clone()).expect("it is stored");
        let again = Throttles::open(false, &store).expect("it is read");
        assert_eq!(again.limits(), std::slice::from_ref(&limit));
        for t in [t, again] {
            assert!(t.draw(&draw("AssumeRole", "1"), 0).is_ok());
            assert!(t.draw(&draw("AssumeRole", "1"), 0).is_err());
            t.set(&store, Limit { capacity: 0.0, ..limit.clone() }).expect("it is taken away");
            assert!(t.draw(&draw("AssumeRole", "1"), 0).is_ok());
        }
        assert_eq!(Throttles::open(false, &store).expect("it is read").limits(), []);
    }
}
