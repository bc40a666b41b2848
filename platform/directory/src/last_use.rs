//! When access keys, roles and users were last used, and for which service: noted in memory on every call, because
//! writing a row per call would cost more than the call; the kernel writes them down now and then. AWS itself reports
//! them with a delay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use store::{Row, RowError, RowReader, RowWriter, Scan, StoreError, Table, Tx};

/// Subjects kept; beyond that the half that was used longest ago is forgotten.
const SUBJECTS: usize = if cfg!(test) { 1_000 } else { 200_000 };

/// The last use of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastUse {
    /// Milliseconds since the epoch.
    pub at_ms: i64,
    /// Service id of the call.
    pub service: String,
    /// Region of the call.
    pub region: String,
}

impl Row for LastUse {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_ms);
        w.put(2, &self.service);
        w.put(3, &self.region);
    }
    fn read(r: &mut RowReader) -> Result<LastUse, RowError> {
        Ok(LastUse { at_ms: r.get(1)?, service: r.get(2)?, region: r.get(3)? })
    }
}

/// Last uses by subject, as last written down.
pub struct LastUseRows;
impl Table for LastUseRows {
    const NAME: &'static str = "kernel.last_use";
    const VERSION: u16 = 1;
    type Key = String;
    type Row = LastUse;
}

/// Last uses by subject: an access key id, or `arn|service` for the access advisor.
#[derive(Debug, Default)]
pub struct LastUses {
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    by_subject: BTreeMap<String, LastUse>,
    /// Subjects whose rows are out of date.
    changed: BTreeSet<String>,
}

impl Noted {
    fn mark(&mut self, subject: &str) {
        if !self.changed.contains(subject) {
            self.changed.insert(subject.to_owned());
        }
    }

    fn drop_older_half(&mut self) {
        let mut times: Vec<i64> = self.by_subject.values().map(|u| u.at_ms).collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let keep_after = *median;
        let old = self.by_subject.iter().filter(|(_, u)| u.at_ms <= keep_after).map(|(k, _)| k.clone());
        for subject in old.collect::<Vec<_>>() {
            self.by_subject.remove(&subject);
            self.changed.insert(subject);
        }
    }
}

impl LastUses {
    /// Notes a use. A repeated use of the same service costs no allocation.
    pub fn note(&self, subject: &str, at_ms: i64, service: &str, region: &str) {
        let mut noted = self.noted();
        noted.mark(subject);
        if let Some(u) = noted.by_subject.get_mut(subject) {
            u.at_ms = at_ms;
            if u.service != service {
                service.clone_into(&mut u.service);
            }
            if u.region != region {
                region.clone_into(&mut u.region);
            }
            return;
        }
        if noted.by_subject.len() >= SUBJECTS {
            noted.drop_older_half();
        }
        let u = LastUse { at_ms, service: service.to_owned(), region: region.to_owned() };
        noted.by_subject.insert(subject.to_owned(), u);
    }

    /// The last use of that subject.
    pub fn get(&self, subject: &str) -> Option<LastUse> {
        self.noted().by_subject.get(subject).cloned()
    }

    /// Subjects that start with `prefix`, in order.
    pub fn with_prefix(&self, prefix: &str) -> Vec<(String, LastUse)> {
        let noted = self.noted();
        let from = noted.by_subject.range(prefix.to_owned()..);
        from.take_while(|(k, _)| k.starts_with(prefix)).map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Forgets a subject.
    pub fn forget(&self, subject: &str) {
        let mut noted = self.noted();
        if noted.by_subject.remove(subject).is_some() {
            noted.mark(subject);
        }
    }

    /// Forgets every subject that starts with `prefix`.
    pub fn forget_prefix(&self, prefix: &str) {
        self.with_prefix(prefix).iter().for_each(|(subject, _)| self.forget(subject));
    }

    /// Reads what was written down, in place of what is noted.
    pub fn load(&self, tx: &Tx) -> Result<(), StoreError> {
        let by_subject = tx.scan::<LastUseRows>(Scan::all())?.collect();
        *self.noted() = Noted { by_subject, changed: BTreeSet::new() };
        Ok(())
    }

    /// Moves what was noted since the last time into a transaction. Gives the subjects, for [`LastUses::restore`].
    pub fn drain(&self, tx: &mut Tx) -> BTreeSet<String> {
        let mut noted = self.noted();
        let changed = std::mem::take(&mut noted.changed);
        for subject in &changed {
            match noted.by_subject.get(subject) {
                Some(u) => tx.put::<LastUseRows>(subject, u),
                None => tx.delete::<LastUseRows>(subject),
            }
        }
        changed
    }

    /// Takes back what could not be written.
    pub fn restore(&self, subjects: BTreeSet<String>) {
        self.noted().changed.extend(subjects);
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use store::Store;

    use super::*;

    #[test]
    fn what_is_written_down_is_there_after_a_restart() {
        let store = Store::memory();
        let uses = LastUses::default();
        uses.note("AKIA1", 1_000, "sqs", "us-east-1");
        uses.note("AKIA2", 1_000, "iam", "us-east-1");
        let mut tx = store.tx();
        assert_eq!(uses.drain(&mut tx).len(), 2);
        store.commit(tx).expect("memory commits");
        uses.note("AKIA1", 2_000, "sts", "eu-west-1");
        uses.forget("AKIA2");
        let mut tx = store.tx();
        assert_eq!(uses.drain(&mut tx).len(), 2);
        store.commit(tx).expect("memory commits");
        assert!(uses.drain(&mut store.tx()).is_empty());

        let again = LastUses::default();
        again.load(&store.tx()).expect("memory reads");
        let want = LastUse { at_ms: 2_000, service: "sts".to_owned(), region: "eu-west-1".to_owned() };
        assert_eq!(again.get("AKIA1"), Some(want));
        assert_eq!(again.get("AKIA2"), None);
    }

    #[test]
    fn subjects_by_prefix() {
        let uses = LastUses::default();
        for s in ["arn:a|iam", "arn:a|sqs", "arn:ab|sqs"] {
            uses.note(s, 1, "x", "y");
        }
        let found: Vec<String> = uses.with_prefix("arn:a|").into_iter().map(|(k, _)| k).collect();
        assert_eq!(found, ["arn:a|iam", "arn:a|sqs"]);
    }

    #[test]
    fn the_oldest_are_forgotten_first() {
        let uses = LastUses::default();
        for n in 0..=SUBJECTS as i64 {
            uses.note(&format!("s{n:07}"), n, "x", "y");
        }
        assert_eq!(uses.get("s0000000"), None);
        assert!(uses.get(&format!("s{SUBJECTS:07}")).is_some());
    }
}
