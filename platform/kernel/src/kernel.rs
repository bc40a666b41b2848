//! The kernel: the platform's parts put together under the services. Opens the store, keeps the clock, and holds what
//! every call needs. The life of a request is `pipeline.rs`, of a decision `decide.rs`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use blobs::MasterKey;
use directory::{Directory, Identity};
use foldhash::HashMap;
use parking_lot::{Mutex, RwLock};
use store::{Scan, Store, StoreError};
use tokio::sync::Notify;

use crate::authenticate::SigningKeys;
use crate::buckets::Buckets;
use crate::clock::{Clock, ClockState};
use crate::config::Config;
use crate::cx::RequestMeta;
use crate::decide::Case;
use crate::effects::Outbox;
use crate::healing::Suspects;
use crate::ids::Ids;
use crate::lanes::Lanes;
use crate::ledger::Dropped;
use crate::meta;
use crate::meter::Meter;
use crate::operation::{Act, Operation, Service};
use crate::page::PageKey;
use crate::parking::Parking;
use crate::place::Place;
use crate::regions::{self, Region};
use crate::replace::Kept;
use crate::scope::Scope;
use crate::scrub::Scrub;
use crate::slo::Slo;
use crate::stage::faults::Faults;
use crate::stage::throttles::Throttles;
use crate::trail::Trail;
use crate::{erase, profile::Profile, timers};

/// The platform under all services. Share it by `Arc`.
pub struct Kernel {
    /// As started.
    pub config: Config,
    /// The default region.
    pub region: &'static Region,
    /// The store.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Users, roles, policies, sessions.
    pub directory: Directory,
    /// Ids and randomness.
    pub ids: Ids,
    /// Faults.
    pub faults: Faults,
    /// Throttles.
    pub throttles: Throttles,
    /// The meter.
    pub meter: Meter,
    /// The trail.
    pub trail: Trail,
    pub(crate) slo: Slo,
    pub(crate) services: Vec<Wired>,
    pub(crate) by_id: HashMap<&'static str, usize>,
    pub(crate) lanes: Lanes,
    pub(crate) buckets: Buckets,
    pub(crate) parking: Parking,
    pub(crate) page_key: PageKey,
    pub(crate) signing_keys: SigningKeys,
    /// Due time of the first timer, or `i64::MAX`.
    pub(crate) next_due_ms: AtomicI64,
    pub(crate) timers_changed: Notify,
    /// Held by whoever fires timers: the loop, or an advance.
    pub(crate) firing: tokio::sync::Mutex<()>,
    /// Held by whoever runs effects: the loop, or an advance.
    pub(crate) effecting: tokio::sync::Mutex<()>,
    pub(crate) flushing: Mutex<()>,
    pub(crate) next_effect: AtomicU64,
    pub(crate) dropped: Arc<Dropped>,
    /// Blobs removed since the start, or found to be kept after all.
    pub(crate) blobs_removed: AtomicU64,
    /// Wraps the data keys of what rests encrypted; belongs to the state.
    pub(crate) master_key: RwLock<Arc<MasterKey>>,
    pub(crate) effects_added: Notify,
    pub(crate) flush_wanted: Notify,
    /// Calls to modelled operations without a row: service.operation to count.
    pub(crate) unimplemented: Mutex<HashMap<String, u64>>,
    pub(crate) calls: AtomicU64,
    /// Where it is served, once it is.
    pub(crate) served_at: OnceLock<String>,
    /// How services say what they store, once the program has told: for the scrub.
    pub scrubs: OnceLock<Vec<Scrub>>,
    /// What was found to be corrupt while it was read.
    pub(crate) suspects: Arc<Suspects>,
    pub(crate) scrubbed: Mutex<serde_json::Value>,
    /// Snapshots of a state that is in memory.
    pub(crate) kept: Mutex<BTreeMap<String, Kept>>,
}

/// A service with its operations by name.
pub(crate) struct Wired {
    pub(crate) service: Service,
    pub(crate) by_name: HashMap<&'static str, usize>,
    /// Whether one of its operations takes a body while it comes.
    streams: bool,
}

/// Why the kernel could not start.
#[derive(Debug)]
pub enum OpenError {
    /// The store didn't open.
    Store(StoreError),
    /// A service's generated code belongs to another model.
    Model(String),
    /// The default region doesn't exist.
    Region(String),
    /// The state began with another seed.
    Seed,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Store(e) => write!(f, "{e}"),
            OpenError::Model(service) => {
                write!(f, "the shapes of {service} were generated from another model: run `cargo xtask gen`")
            }
            OpenError::Region(name) => write!(f, "there is no region '{name}'"),
            OpenError::Seed => {
                write!(
                    f,
                    "the data folder began with another seed, so that this one would change nothing: leave it out"
                )
            }
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OpenError::Store(e) => Some(e),
            _ => None,
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(e: StoreError) -> OpenError {
        OpenError::Store(e)
    }
}

impl Kernel {
    /// Puts the platform together over a store and under these services.
    pub fn open(config: Config, store: Store, services: Vec<Service>) -> Result<Arc<Kernel>, OpenError> {
        let region =
            regions::region(&config.region).ok_or_else(|| OpenError::Region(config.region.clone()))?;
        erase::finish(&store, services.iter().flat_map(|s| s.keyspaces).copied())?;
        let start = meta::start(&store, config.seed)?;
        if start.other_seed {
            return Err(OpenError::Seed);
        }
        let clock = Clock::new(config.clock.or(start.clock));
        let tx = store.tx();
        let trail = Trail::open(&tx, config.trail_keep)?;
        let next_effect = tx.scan::<Outbox>(Scan::all().reverse())?.next().map_or(0, |(n, _)| n + 1);
        let next_due_ms = timers::first(&tx, 1)?.first().map_or(i64::MAX, |p| p.timer.due_ms);
        let directory = Directory::default();
        directory.last_uses.load(&tx)?;
        drop(tx);
        let (services, by_id) = wire(services)?;
        let slo = Slo::new(clock.now_ms());
        Ok(Arc::new(Kernel {
            region,
            faults: Faults::open(&store)?,
            throttles: Throttles::open(config.profile == Profile::Real, &store)?,
            clock,
            directory,
            ids: Ids::new(start.seed, start.number),
            meter: Meter::default(),
            slo,
            trail,
            services,
            by_id,
            lanes: Lanes::default(),
            buckets: Buckets::default(),
            parking: Parking::default(),
            page_key: PageKey(start.page_key),
            signing_keys: SigningKeys::default(),
            next_due_ms: AtomicI64::new(next_due_ms),
            timers_changed: Notify::new(),
            firing: tokio::sync::Mutex::new(()),
            effecting: tokio::sync::Mutex::new(()),
            flushing: Mutex::new(()),
            next_effect: AtomicU64::new(next_effect),
            effects_added: Notify::new(),
            dropped: Arc::default(),
            blobs_removed: AtomicU64::new(0),
            master_key: RwLock::new(Arc::new(meta::master_key(&store)?)),
            flush_wanted: Notify::new(),
            unimplemented: Mutex::default(),
            calls: AtomicU64::new(0),
            served_at: OnceLock::new(),
            scrubs: OnceLock::new(),
            suspects: Arc::default(),
            scrubbed: Mutex::default(),
            kept: Mutex::default(),
            config,
            store,
        }))
    }

    /// The service of that id, if it is built.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.by_id.get(id).map(|i| &self.services[*i].service)
    }

    /// Every service that is built.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().map(|w| &w.service)
    }

    /// Asserts the invariants of every service's whole state; the error says whose don't hold.
    pub fn check(&self) -> Result<(), String> {
        let place = Place::at(Scope::new(self.region, &self.config.account));
        let caller = Identity::root(self.region.partition, &self.config.account);
        let meta = RequestMeta::default();
        for service in self.services() {
            let case =
                Case { service, place: &place, caller: &caller, meta: &meta, last_chance: false, asked: &[] };
            let cx = self.cx(case);
            (service.check)(&cx).map_err(|e| format!("{}: {e}", service.id))?;
        }
        Ok(())
    }

    /// The row of an operation, if it is built.
    pub(crate) fn row(&self, service: &str, operation: &str) -> Option<(&Service, &Operation)> {
        let wired = &self.services[*self.by_id.get(service)?];
        let row = *wired.by_name.get(operation)?;
        Some((&wired.service, &wired.service.operations[row]))
    }

    /// Whether an operation of that service takes a body while it comes.
    pub(crate) fn streams(&self, service: &str) -> bool {
        self.by_id.get(service).is_some_and(|i| self.services[*i].streams)
    }

    /// Notes that a modelled operation was asked for that isn't built.
    pub(crate) fn note_unimplemented(&self, what: &str) {
        *self.unimplemented.lock().entry(what.to_owned()).or_default() += 1;
    }

    /// Says where requests reach it (`http://localhost:4566`): what URLs begin with in answers to calls that came with no
    /// request.
    pub fn serve_at(&self, base_url: &str) {
        self.served_at.get_or_init(|| base_url.to_owned());
    }

    /// The base of URLs for calls that came with no request.
    pub(crate) fn base_url(&self) -> String {
        self.served_at.get().cloned().unwrap_or_else(|| "http://localhost:4566".to_owned())
    }

    /// Ends all waiting, now and from now on: whoever is parked answers with what there is. For the stop.
    pub fn stop_waiting(&self) {
        self.parking.close();
    }

    /// Calls answered since the start.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Stores how the clock stands, so that a restart goes on from there.
    pub(crate) fn keep_clock(&self, state: ClockState) -> Result<(), StoreError> {
        meta::keep_clock(&self.store, state)
    }
}

fn wire(services: Vec<Service>) -> Result<(Vec<Wired>, HashMap<&'static str, usize>), OpenError> {
    let mut by_id = HashMap::default();
    let mut wired = Vec::with_capacity(services.len());
    for service in services {
        if service.model_hash != 0 && model::service(service.id).is_some_and(|m| m.hash != service.model_hash)
        {
            return Err(OpenError::Model(service.id.to_owned()));
        }
        let by_name = service.operations.iter().enumerate().map(|(i, o)| (o.name, i)).collect();
        by_id.insert(service.id, wired.len());
        let streams = service.operations.iter().any(|o| matches!(o.act, Act::Flow(_)));
        wired.push(Wired { service, by_name, streams });
    }
    Ok((wired, by_id))
}
