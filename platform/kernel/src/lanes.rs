//! Lanes: decisions of one lane run one after the other, so that a decision may read, judge and write without anybody
//! in between. A lane is a service (by its IAM prefix) in an account and region (or an account, for global services), or a
//! finer one that the service names ([`Place`]). Lanes share a fixed set of locks by hash: two lanes may wait for each other needlessly, never the
//! other way round.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use parking_lot::{Mutex, MutexGuard};

use crate::place::Place;

const LOCKS: usize = 256;

/// The locks behind all lanes.
#[derive(Debug)]
pub struct Lanes {
    locks: Box<[Mutex<()>]>,
    hasher: RandomState,
}

/// The lanes that a decision holds, mostly one. Left when dropped.
pub struct Held<'l> {
    _first: MutexGuard<'l, ()>,
    /// Taken in the order of the locks, so that two who want the same ones never wait for each other.
    _rest: Vec<MutexGuard<'l, ()>>,
}

impl Default for Lanes {
    fn default() -> Lanes {
        Lanes { locks: (0..LOCKS).map(|_| Mutex::new(())).collect(), hasher: RandomState::default() }
    }
}

impl Lanes {
    /// Waits for the lanes of a place. A decision takes all its lanes at once and never a further one.
    pub fn enter(&self, service: &str, place: &Place, global: bool) -> Held<'_> {
        if let [_, _, ..] = &place.lanes[..] {
            let partition = place.scope.partition;
            let mut locks: Vec<usize> =
                place.lanes.iter().map(|name| self.named(service, partition, name)).collect();
            locks.sort_unstable();
            locks.dedup();
            let mut guards = locks.into_iter().map(|i| self.locks[i].lock());
            let first = guards.next().expect("there are two names or more");
            return Held { _first: first, _rest: guards.collect() };
        }
        Held { _first: self.first(service, place, global).lock(), _rest: Vec::new() }
    }

    /// Whether one would probably have to wait for the (first) lane of a place.
    pub(crate) fn is_taken(&self, service: &str, place: &Place, global: bool) -> bool {
        self.first(service, place, global).is_locked()
    }

    fn first(&self, service: &str, place: &Place, global: bool) -> &Mutex<()> {
        let scope = &place.scope;
        &self.locks[match place.lanes.first() {
            Some(name) => self.named(service, scope.partition, name),
            None if global => self.index(&(service, &scope.account, scope.partition)),
            None => self.index(&(service, &scope.account, scope.region)),
        }]
    }

    /// Waits for all lanes: while the guards live, nobody decides. For replacing the whole state.
    pub(crate) fn enter_all(&self) -> Vec<MutexGuard<'_, ()>> {
        self.locks.iter().map(Mutex::lock).collect()
    }

    /// The lock of a named lane; of a service's own lane, where that is named ([`Place::own_lane`]).
    fn named(&self, service: &str, partition: &str, name: &str) -> usize {
        match name.strip_prefix('@').and_then(|own| own.split_once('/')) {
            Some((account, region)) => self.index(&(service, account, region)),
            None => self.index(&(service, partition, name)),
        }
    }

    fn index(&self, lane: &impl Hash) -> usize {
        self.hasher.hash_one(lane) as usize % LOCKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scope;

    fn place(lanes: &[&str]) -> Place {
        let region = crate::regions::region("us-east-1").expect("it exists");
        lanes.iter().fold(Place::at(Scope::new(region, "000000000000")), |p, name| p.lane(*name))
    }

    /// How many of the locks are held.
    fn locked(lanes: &Lanes) -> usize {
        lanes.locks.iter().filter(|l| l.is_locked()).count()
    }

    #[test]
    fn several_lanes_are_held_at_once_and_the_same_one_is_taken_once() {
        let lanes = Lanes::default();
        let held = lanes.enter("dynamodb", &place(&["a", "b", "a"]), false);
        assert_eq!(locked(&lanes), 2);
        drop(held);
        assert_eq!(locked(&lanes), 0);
    }

    #[test]
    fn a_named_lane_is_the_same_one_in_every_account() {
        let lanes = Lanes::default();
        let mut elsewhere = place(&["bucket"]);
        elsewhere.scope.account = "111111111111".to_owned();
        let first = lanes.locks.iter().position(Mutex::is_locked);
        assert_eq!(first, None);
        let held = lanes.enter("s3", &place(&["bucket"]), true);
        let one = lanes.locks.iter().position(Mutex::is_locked);
        drop(held);
        let _held = lanes.enter("s3", &elsewhere, true);
        assert_eq!(lanes.locks.iter().position(Mutex::is_locked), one);
    }

    #[test]
    fn a_services_own_lanes_of_two_accounts_are_held_together() {
        let lanes = Lanes::default();
        let own = place(&[]);
        let both = own.clone().own_lane("000000000000", "us-east-1").own_lane("111111111111", "eu-west-1");
        let held = lanes.enter("ec2", &both, false);
        assert_eq!(locked(&lanes), 2);
        assert!(lanes.is_taken("ec2", &own, false));
        drop(held);
        assert!(!lanes.is_taken("ec2", &own, false));
    }
}
