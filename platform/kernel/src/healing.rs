//! Healing: what is stored and corrupt is made whole again from another copy, by the service that knows of one. The scrub asks
//! for it, and so does whoever finds something corrupt when its answer is already under way. How it is done is the service's.

use std::collections::VecDeque;
use std::sync::Arc;

use codec::Fault;
use directory::Identity;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::cx::RequestMeta;
use crate::decide::Case;
use crate::flow::{Flow, Flowing};
use crate::kernel::Kernel;
use crate::place::Place;
use crate::scope::Scope;

/// What waits to be healed at most. The scrub finds the rest.
const MOST_SUSPECTS: usize = 1_000;

/// What became of something corrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Healing {
    /// It is whole.
    Healed,
    /// It is not there any more.
    Gone,
    /// It stays corrupt: there is no whole copy of it.
    Failed,
}

/// Makes stored content whole again that lies at a place, in the service's words ([`crate::Stored::place`]).
pub type HealFn = for<'f, 'a> fn(&'f Flow<'a>, &'f str) -> Flowing<'f, Healing>;

/// Places that were found to be corrupt, by service.
#[derive(Default)]
pub(crate) struct Suspects {
    waiting: Mutex<VecDeque<(&'static str, String)>>,
    added: Notify,
}

/// Reports what is corrupt. A clone reports to the same.
#[derive(Clone)]
pub struct Alarm {
    service: &'static str,
    suspects: Arc<Suspects>,
}

impl Alarm {
    /// Has a place healed, soon.
    pub fn raise(&self, place: String) {
        let mut waiting = self.suspects.waiting.lock();
        let known = waiting.iter().any(|(service, p)| *service == self.service && *p == place);
        if !known && waiting.len() < MOST_SUSPECTS {
            waiting.push_back((self.service, place));
            self.suspects.added.notify_one();
        }
    }
}

impl Kernel {
    pub(crate) fn alarm(&self, service: &'static str) -> Alarm {
        Alarm { service, suspects: self.suspects.clone() }
    }

    /// Heals what lies at a place of a service's.
    pub(crate) async fn heal(&self, service: &str, place: &str) -> Result<Healing, Fault> {
        let scrub = self.scrubs.get().into_iter().flatten().find(|s| s.service == service);
        let Some((scrub, service)) = scrub.zip(self.service(service)) else { return Ok(Healing::Failed) };
        // Not while the whole state is replaced.
        let _effecting = self.effecting.lock().await;
        let own = Place::at(Scope::new(self.region, &self.config.account));
        let caller = Identity::service(own.scope.partition, service.id, &own.scope.account, None);
        let meta = RequestMeta { base_url: self.base_url(), ..RequestMeta::default() };
        let case = Case { service, place: &own, caller: &caller, meta: &meta, last_chance: true, asked: &[] };
        (scrub.heal)(&Flow::new(self, case, None), place).await
    }

    /// Heals what is reported, for as long as the runtime runs.
    pub(crate) async fn heal_loop(&self) {
        loop {
            self.suspects.added.notified().await;
            self.heal_suspects().await;
        }
    }

    /// Heals what was reported so far.
    pub async fn heal_suspects(&self) {
        loop {
            let Some((service, place)) = self.suspects.waiting.lock().pop_front() else { return };
            let told = match self.heal(service, &place).await {
                Ok(Healing::Healed) => "it is healed".to_owned(),
                Ok(Healing::Gone) => "it is gone".to_owned(),
                Ok(Healing::Failed) => "there is no whole copy of it".to_owned(),
                Err(fault) => format!("healing it failed: {fault:?}"),
            };
            eprintln!("tabletop: {service}: {place} was found to be corrupt: {told}");
        }
    }
}
