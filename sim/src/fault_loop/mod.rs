//! `sim fault-loop`: one workload in process, again and again, in which the first commit fails, then the second, and so on to
//! the last. A call whose commit failed answers an internal failure and has changed nothing; called again it does what it
//! would have done; and the services' invariants hold all along.

mod workload;

use std::collections::BTreeMap;

use kernel::RequestMeta;
use serde_json::Value;
use store::RawScan;
use testkit::Lab;

use crate::args::Args;
use workload::{STEPS, Step};

const KEYSPACES: [&str; 4] = ["iam", "sqs", "sts", "kernel"];

/// Everything stored, but for what the trail and the meter keep.
type Dump = BTreeMap<(&'static str, Vec<u8>), Vec<u8>>;

/// One pass over the workload.
struct Pass {
    lab: Lab,
    words: BTreeMap<&'static str, String>,
    /// How each step ended.
    outcomes: Vec<String>,
    /// Whether time was lost to the failure: a timer that failed fires later.
    shifted: bool,
}

/// Runs the loop.
pub fn run(_: &Args) -> Result<(), String> {
    let whole = Pass::run(0)?;
    if let Some(i) = whole.outcomes.iter().position(|o| o != "done") {
        return Err(format!("without a failure, {:?} ends {}", STEPS[i], whole.outcomes[i]));
    }
    let expected = whole.counts();
    let mut n = 1;
    loop {
        let pass = Pass::run(n).map_err(|e| format!("when commit {n} fails: {e}"))?;
        if pass.lab.kernel.store.fail_commit(0) > 0 {
            break;
        }
        if !pass.shifted && pass.outcomes != whole.outcomes {
            let i = pass.outcomes.iter().zip(&whole.outcomes).position(|(a, b)| a != b).unwrap_or(0);
            return Err(format!("after commit {n} failed, {:?} ends {}", STEPS[i], pass.outcomes[i]));
        }
        if !pass.shifted && pass.counts() != expected {
            return Err(format!("after commit {n} failed, {:?} rows instead of {expected:?}", pass.counts()));
        }
        n += 1;
    }
    println!(
        "fault-loop: {} steps, each of their {} commits failed once: all or nothing, invariants held",
        STEPS.len(),
        n - 1
    );
    Ok(())
}

impl Pass {
    /// Runs every step, with the `n`th commit failing (0: none).
    fn run(n: u64) -> Result<Pass, String> {
        let lab = Lab::new(vec![service_sts::service(), service_iam::service(), service_sqs::service()]);
        lab.kernel.store.fail_commit(n);
        let mut pass = Pass { lab, words: BTreeMap::new(), outcomes: Vec::new(), shifted: false };
        for step in STEPS {
            let outcome = pass.step(step).map_err(|e| format!("{step:?}: {e}"))?;
            pass.outcomes.push(outcome);
        }
        Ok(pass)
    }

    fn step(&mut self, step: &Step) -> Result<String, String> {
        let store = &self.lab.kernel.store;
        let left = store.fail_commit(0);
        store.fail_commit(left);
        let before = self.dump();
        let outcome = self.attempt(step);
        let store = &self.lab.kernel.store;
        let now_left = store.fail_commit(0);
        store.fail_commit(now_left);
        let failed = left > 0 && now_left == 0;
        self.lab.kernel.check()?;
        match (failed, step) {
            (false, _) => Ok(outcome),
            (true, Step::Advance(_)) => {
                self.shifted = true;
                self.lab.advance(120_000);
                self.lab.kernel.check().map(|()| "done".to_owned())
            }
            (true, Step::Call(..)) if outcome != "InternalFailure" => {
                Err(format!("its commit failed, and it ends {outcome}"))
            }
            (true, Step::Call(..)) if self.dump() != before => Err("it failed and left something".to_owned()),
            (true, Step::Call(..)) => {
                let again = self.attempt(step);
                self.lab.kernel.check().map(|()| again)
            }
        }
    }

    fn attempt(&mut self, step: &Step) -> String {
        let (service, operation, input) = match *step {
            Step::Advance(by_ms) => {
                let to_ms = self.lab.kernel.clock.now_ms() + by_ms;
                return ending(self.lab.block_on(self.lab.kernel.advance_to(to_ms)).map(drop));
            }
            Step::Call(service, operation, input) => (service, operation, input),
        };
        let input = self.words.iter().fold(input.to_owned(), |text, (word, value)| text.replace(word, value));
        let (who, scope, meta) = (self.lab.root(), self.lab.scope(), RequestMeta::default());
        let call = self.lab.kernel.call_json(&who, scope, &meta, service, operation, &input);
        let answer = self.lab.block_on(call);
        if let Ok(text) = &answer {
            let answer: Value = serde_json::from_str(text).unwrap_or_default();
            let found = [
                ("$handle", &answer["Messages"][0]["ReceiptHandle"]),
                ("$key", &answer["AccessKey"]["AccessKeyId"]),
            ];
            self.words.extend(found.into_iter().filter_map(|(w, v)| Some((w, v.as_str()?.to_owned()))));
        }
        ending(answer.map(drop))
    }

    fn dump(&self) -> Dump {
        let tx = self.lab.kernel.store.tx();
        let mut all = Dump::new();
        for keyspace in KEYSPACES {
            let rows = tx.scan_raw(keyspace, RawScan::all()).expect("memory can be read");
            all.extend(rows.map(|(key, value)| ((keyspace, key.to_vec()), value.to_vec())));
        }
        all
    }

    /// Rows of each service.
    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for (keyspace, _) in self.dump().keys().filter(|(k, _)| *k != "kernel") {
            *counts.entry(*keyspace).or_default() += 1;
        }
        counts
    }
}

fn ending(outcome: Result<(), codec::Fault>) -> String {
    outcome.map_or_else(|fault| fault.code().to_owned(), |()| "done".to_owned())
}
