//! When access keys, roles and users were last used, and for which service: noted in memory on every call, because
//! writing a row per call would cost more than the call; the kernel writes them down now and then. AWS itself reports
//! them with a delay.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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

/// Last uses by subject: an access key id, or `arn|service` for the access advisor.
#[derive(Debug, Default)]
pub struct LastUses {
    by_subject: Mutex<BTreeMap<String, LastUse>>,
}

impl LastUses {
    /// Notes a use. A repeated use within the same second of the same service costs no allocation.
    pub fn note(&self, subject: &str, at_ms: i64, service: &str, region: &str) {
        let mut map = self.by_subject.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(u) = map.get_mut(subject) {
            u.at_ms = at_ms;
            if u.service != service {
                service.clone_into(&mut u.service);
            }
            if u.region != region {
                region.clone_into(&mut u.region);
            }
            return;
        }
        let u = LastUse { at_ms, service: service.to_owned(), region: region.to_owned() };
        map.insert(subject.to_owned(), u);
    }

    /// The last use of that subject.
    pub fn get(&self, subject: &str) -> Option<LastUse> {
        self.by_subject.lock().unwrap_or_else(PoisonError::into_inner).get(subject).cloned()
    }

    /// Subjects that start with `prefix`, in order.
    pub fn with_prefix(&self, prefix: &str) -> Vec<(String, LastUse)> {
        let map = self.by_subject.lock().unwrap_or_else(PoisonError::into_inner);
        let from = map.range(prefix.to_owned()..);
        from.take_while(|(k, _)| k.starts_with(prefix)).map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Forgets a subject.
    pub fn forget(&self, subject: &str) {
        self.by_subject.lock().unwrap_or_else(PoisonError::into_inner).remove(subject);
    }
}
