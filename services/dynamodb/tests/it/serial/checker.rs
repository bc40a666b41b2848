//! Whether a history is strictly serializable: whether there is an order of its transactions, one after the other, in which
//! everybody saw what they saw, and that agrees with the order in which calls ended and others began.
//!
//! The method is Elle's for lists that are appended to (K. Kingsbury and P. Alvaro, "Elle: Inferring Isolation Anomalies from
//! Experimental Observations", VLDB 2020). Every element is appended once, so the longest list that was ever read of an item
//! is the order of its versions, and every other list that was read must be a beginning of it. From that follow the
//! dependencies of Adya's theory: who overwrote whom (ww), who read whose write (wr), who overwrote what somebody had read
//! (rw). With the order of answers and calls (time) they form a graph, and the history is strictly serializable if and
//! only if that has no cycle. A cycle without time is named as Adya names it: G0 of ww alone, G1c of ww and wr, G-single with
//! one rw (a fractured read, a lost update), G2 with more (write skew).
//!
//! The history must end with a read of every item: what was answered and isn't there then is lost.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Graph, Why};
use super::history::{Key, Outcome, Step, Txn};

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong, in words; nothing, if it is strictly serializable.
    pub anomalies: Vec<String>,
    /// The order of each item's elements.
    pub versions: BTreeMap<Key, Vec<u64>>,
}

struct Checker<'a> {
    txns: &'a [Txn],
    writers: BTreeMap<(&'a str, u64), usize>,
    /// What each transaction saw of items before it changed them.
    reads: Vec<BTreeMap<&'a str, Vec<u64>>>,
    verdict: Verdict,
}

/// Judges a history; `streams` are the writes in the order in which each shard told them.
pub fn check(txns: &[Txn], streams: &[Vec<(Key, u64)>]) -> Verdict {
    let reads = vec![BTreeMap::new(); txns.len()];
    let mut c = Checker { txns, writers: BTreeMap::new(), reads, verdict: Verdict::default() };
    c.note_writers();
    c.note_reads();
    c.order_versions();
    let happened = c.happened();
    c.order_transactions(&happened, streams);
    c.verdict
}

impl<'a> Checker<'a> {
    fn wrong(&mut self, text: String) {
        self.verdict.anomalies.push(text);
    }

    fn shown(&self, t: usize) -> String {
        let txn = &self.txns[t];
        let step = |s: &Step| match s {
            Step::Append(key, x) => format!("{key}+{x}"),
            Step::Read(key, list) => format!("{key}={list:?}"),
        };
        format!("T{t} {} [{}]", txn.what, txn.steps.iter().map(step).collect::<Vec<_>>().join(" "))
    }

    fn note_writers(&mut self) {
        for (t, txn) in self.txns.iter().enumerate() {
            for step in &txn.steps {
                let Step::Append(key, x) = step else { continue };
                if self.writers.insert((key, *x), t).is_some() {
                    self.wrong(format!("{key}+{x} is wanted twice: the history can't be judged"));
                }
            }
        }
    }

    /// What transactions saw, without what they wrote themselves.
    fn note_reads(&mut self) {
        for (t, txn) in self.txns.iter().enumerate().filter(|(_, t)| t.outcome != Outcome::Refused) {
            let mut own: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
            for step in &txn.steps {
                match step {
                    Step::Append(key, x) => own.entry(key).or_default().push(*x),
                    Step::Read(key, list) => {
                        let mine = own.get(key.as_str()).map_or(&[][..], Vec::as_slice);
                        let Some(before) = list.strip_suffix(mine) else {
                            self.wrong(format!("its own write is missing: {}", self.shown(t)));
                            continue;
                        };
                        let seen = self.reads[t].insert(key, before.to_vec());
                        if seen.is_some_and(|s| s != before) {
                            self.wrong(format!("it sees two versions: {}", self.shown(t)));
                        }
                    }
                }
            }
        }
    }

    /// The longest list read of each item; every other one must be a beginning of it.
    fn order_versions(&mut self) {
        let done = self.txns.iter().enumerate().filter(|(_, t)| t.outcome == Outcome::Done);
        let lists: Vec<(usize, &'a Key, &'a Vec<u64>)> = done
            .flat_map(|(t, txn)| {
                txn.steps.iter().filter_map(move |s| match s {
                    Step::Read(key, list) => Some((t, key, list)),
                    Step::Append(..) => None,
                })
            })
            .collect();
        let mut longest: BTreeMap<Key, Vec<u64>> = BTreeMap::new();
        for (_, key, list) in &lists {
            let known = longest.entry((*key).clone()).or_default();
            if list.len() > known.len() {
                known.clone_from(list);
            }
        }
        for (t, key, list) in lists {
            if !longest[key].starts_with(list) {
                let text = format!("two orders of {key}: {:?}, and {}", longest[key], self.shown(t));
                self.wrong(text);
            }
        }
        for (key, list) in &longest {
            let mut seen = BTreeSet::new();
            for x in list {
                if !seen.insert(x) {
                    self.wrong(format!("{key}+{x} is there twice"));
                }
                match self.writers.get(&(key.as_str(), *x)) {
                    None => self.wrong(format!("{key}+{x} was never written")),
                    Some(t) if self.txns[*t].outcome == Outcome::Refused => {
                        let text = format!("a refused write is seen: {}", self.shown(*t));
                        self.wrong(text);
                    }
                    Some(_) => {}
                }
            }
        }
        self.verdict.versions = longest;
    }

    /// Which transactions happened: those that were answered, and of the others those that left something.
    fn happened(&mut self) -> Vec<bool> {
        let mut all = vec![false; self.txns.len()];
        for (t, txn) in self.txns.iter().enumerate() {
            let there = |s: &Step| match s {
                Step::Append(key, x) => {
                    Some(self.verdict.versions.get(key).is_some_and(|list| list.contains(x)))
                }
                Step::Read(..) => None,
            };
            let appends: Vec<bool> = txn.steps.iter().filter_map(there).collect();
            let some = appends.contains(&true);
            match txn.outcome {
                Outcome::Done if appends.contains(&false) => {
                    let text = format!("an answered write is lost: {}", self.shown(t));
                    self.wrong(text);
                }
                Outcome::Unknown if some && appends.contains(&false) => {
                    let text = format!("half of it happened: {}", self.shown(t));
                    self.wrong(text);
                }
                _ => {}
            }
            all[t] = txn.outcome == Outcome::Done || (txn.outcome == Outcome::Unknown && some);
        }
        all
    }

    fn order_transactions(&mut self, happened: &[bool], streams: &[Vec<(Key, u64)>]) {
        let mut g = Graph::new(self.txns.len());
        for (key, list) in &self.verdict.versions {
            let writers: Vec<Option<&usize>> =
                list.iter().map(|x| self.writers.get(&(key.as_str(), *x))).collect();
            for pair in writers.windows(2) {
                if let [Some(a), Some(b)] = pair {
                    g.edge(**a, **b, Why::WriteWrite);
                }
            }
            for (t, reads) in self.reads.iter().enumerate().filter(|(t, _)| happened[*t]) {
                let Some(seen) = reads.get(key.as_str()) else { continue };
                if let Some(Some(writer)) = seen.len().checked_sub(1).and_then(|at| writers.get(at)) {
                    g.edge(**writer, t, Why::WriteRead);
                }
                if let Some(Some(next)) = writers.get(seen.len()) {
                    g.edge(t, **next, Why::ReadWrite);
                }
            }
        }
        for told in streams {
            let writers: Vec<&usize> =
                told.iter().filter_map(|(k, x)| self.writers.get(&(k.as_str(), *x))).collect();
            writers.windows(2).for_each(|pair| g.edge(*pair[0], *pair[1], Why::Stream));
        }
        self.order_by_time(&mut g, happened);
        let levels = [Why::WriteWrite, Why::WriteRead, Why::ReadWrite, Why::Stream, Why::Time];
        if let Some(cycle) = levels.into_iter().find_map(|most| g.cycle(most)) {
            self.wrong(self.named(&cycle));
        }
    }

    /// Whoever was answered comes before whoever began later: over a chain of the moments at which answers came.
    fn order_by_time(&self, g: &mut Graph, happened: &[bool]) {
        let there = |t: &usize| happened[*t];
        let mut ended: Vec<usize> =
            (0..self.txns.len()).filter(there).filter(|t| self.txns[*t].outcome == Outcome::Done).collect();
        ended.sort_by_key(|t| self.txns[*t].returned);
        let mut moments: Vec<(u64, usize)> = Vec::new();
        for t in ended {
            let node = g.node();
            g.edge(t, node, Why::Time);
            if let Some((_, before)) = moments.last() {
                g.edge(*before, node, Why::Time);
            }
            moments.push((self.txns[t].returned, node));
        }
        for t in (0..self.txns.len()).filter(there) {
            let before = moments.partition_point(|(at, _)| *at < self.txns[t].called);
            if let Some((_, node)) = before.checked_sub(1).map(|at| moments[at]) {
                g.edge(node, t, Why::Time);
            }
        }
    }

    fn named(&self, cycle: &[(usize, Why)]) -> String {
        let count = |why| cycle.iter().filter(|(_, w)| *w == why).count();
        let name = match (count(Why::ReadWrite), count(Why::WriteRead)) {
            (0, 0) => "G0",
            (0, _) => "G1c",
            (1, _) => "G-single",
            _ => "G2",
        };
        let by = match (count(Why::Time), count(Why::Stream)) {
            (0, 0) => "",
            (0, _) => " against the stream",
            _ => " against time",
        };
        let mut text = format!("{name}{by}:");
        for (node, why) in cycle {
            if *node < self.txns.len() {
                text += &format!(" {} -{}->", self.shown(*node), why.shown());
            }
        }
        text
    }
}
