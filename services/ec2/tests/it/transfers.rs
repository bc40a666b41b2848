//! Addresses that wander between accounts at random, against a reference model: each is always somebody's, and only one's,
//! whatever is offered, taken and released, and whenever the program starts again.

use std::collections::{BTreeMap, BTreeSet};

use codec::Fault;
use directory::Identity;
use kernel::Scope;
use shapes_ec2::*;
use store::Store;
use testkit::Lab;

use crate::addresses::Dice;

const ACCOUNTS: usize = 6;
const STEPS: usize = 3_000;
/// What an account may have.
const QUOTA: usize = 5;

/// Who has an address, under which allocation id, and whom it is offered to.
#[derive(Clone)]
struct Has {
    who: usize,
    allocation: String,
    offered: Option<usize>,
}

struct World {
    lab: Lab,
    held: BTreeMap<String, Has>,
    dice: Dice,
    moves: usize,
}

fn name(who: usize) -> String {
    (who + 1).to_string().repeat(12)
}

impl World {
    fn call<O: codec::Op>(&self, who: usize, input: O::Input) -> Result<O::Output, Fault> {
        let region = kernel::region("us-east-1").unwrap();
        let root = Identity::root(region.partition, &name(who));
        self.lab.call_as::<O>(&root, Scope::new(region, &name(who)), input)
    }

    fn full(&self, who: usize) -> bool {
        self.held.values().filter(|h| h.who == who).count() == QUOTA
    }

    fn any(&mut self) -> Option<(String, Has)> {
        let n = self.held.len();
        let at = if n > 0 { self.dice.roll(n) } else { 0 };
        self.held.iter().nth(at).map(|(ip, h)| (ip.clone(), h.clone()))
    }

    fn allocate(&mut self, who: usize) {
        let made = self.call::<op::AllocateAddress>(who, Default::default());
        assert_eq!(made.is_err(), self.full(who), "{made:?}");
        if let Ok(made) = made {
            let has = Has { who, allocation: made.allocation_id.unwrap(), offered: None };
            assert!(self.held.insert(made.public_ip.unwrap(), has).is_none(), "had twice");
        }
    }

    fn offer(&mut self, stranger: usize) {
        let Some((ip, has)) = self.any() else { return };
        let who = if self.dice.roll(4) == 0 { stranger } else { has.who };
        let to = self.dice.roll(ACCOUNTS);
        let answer = self.call::<op::EnableAddressTransfer>(
            who,
            EnableAddressTransferRequest {
                allocation_id: has.allocation,
                transfer_account_id: name(to),
                ..Default::default()
            },
        );
        assert_eq!(answer.is_ok(), has.who == who && to != who, "{answer:?}");
        if answer.is_ok() {
            self.held.get_mut(&ip).unwrap().offered = Some(to);
        }
    }

    fn accept(&mut self, stranger: usize) {
        let Some((ip, has)) = self.any() else { return };
        let who = if self.dice.roll(4) == 0 { stranger } else { has.offered.unwrap_or(stranger) };
        let ask = AcceptAddressTransferRequest { address: ip.clone(), ..Default::default() };
        let answer = self.call::<op::AcceptAddressTransfer>(who, ask);
        assert_eq!(answer.is_ok(), has.offered == Some(who) && !self.full(who), "{answer:?}");
        if let Ok(answer) = answer {
            let allocation = answer.address_transfer.unwrap().allocation_id.unwrap();
            self.held.insert(ip, Has { who, allocation, offered: None });
            self.moves += 1;
        }
    }

    fn release(&mut self, who: usize) {
        let Some((ip, has)) = self.any() else { return };
        let ask = ReleaseAddressRequest { allocation_id: Some(has.allocation), ..Default::default() };
        let answer = self.call::<op::ReleaseAddress>(who, ask);
        assert_eq!(answer.is_ok(), has.who == who, "{answer:?}");
        if answer.is_ok() {
            self.held.remove(&ip);
        }
    }

    fn compare(&self) {
        for who in 0..ACCOUNTS {
            let shown = self.call::<op::DescribeAddresses>(who, Default::default()).unwrap();
            let shown = shown.addresses.unwrap().into_iter();
            let shown: BTreeSet<String> = shown.map(|a| a.public_ip.unwrap()).collect();
            let own = self.held.iter().filter(|(_, h)| h.who == who).map(|(ip, _)| ip.clone()).collect();
            assert_eq!(shown, own, "{}", name(who));
        }
    }
}

#[test]
fn no_address_that_wanders_is_lost_or_had_twice() {
    let store = Store::memory();
    let over = || Lab::over(store.clone(), vec![service_ec2::service()]);
    let mut world = World { lab: over(), held: BTreeMap::new(), dice: Dice(7), moves: 0 };
    for step in 0..STEPS {
        let who = world.dice.roll(ACCOUNTS);
        match world.dice.roll(10) {
            0 => world.allocate(who),
            1..=3 => world.offer(who),
            4..=7 => world.accept(who),
            _ => world.release(who),
        }
        if step % 250 == 249 {
            world.compare();
            world.lab.kernel.check().unwrap();
            world.lab = over();
        }
    }
    assert!(world.moves > 150, "only {} moves", world.moves);
}
