//! Replacing the whole state under a running kernel: a reset, a snapshot loaded. Everything that the kernel keeps in
//! memory because the store says so is in [`Kernel::derive_again`]; a field that is derived from the store and not on that
//! list is a bug.
//!
//! Nobody decides, fires, runs an effect or flushes meanwhile; requests wait for their lane, reads see the one state or the
//! other. Ids, the seed and the key of page tokens belong to the run, not to the state, so they stay: otherwise a loaded
//! snapshot would bring back ids that were given out since.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use blobs::Hold;
use codec::Fault;
use directory::Identity;
use store::{Scan, Store, StoreError, Tx};

use crate::clock::{Clock, ClockState};
use crate::cx::{RequestMeta, internal};
use crate::decide::Case;
use crate::effects::{Effect, Outbox};
use crate::erase::erase;
use crate::kernel::Kernel;
use crate::meta;
use crate::operation::Service;
use crate::place::Place;
use crate::regions::{Region, home_region, regions};
use crate::scope::Scope;

/// A state kept in memory, and when that was.
pub(crate) struct Kept {
    store: Store,
    pub(crate) real_ms: i64,
    /// Its blobs stay as long as it does.
    _hold: Hold,
}

/// Where a snapshot's folder has the blobs.
const BLOBS: &str = "blobs";

impl Kernel {
    /// Forgets everything, as if the folder were new; the clock goes back to real time. After a crash midway the next start
    /// finishes it.
    pub async fn forget_all(&self) -> Result<(), StoreError> {
        let _firing = self.firing.lock().await;
        let _effecting = self.effecting.lock().await;
        self.alone(|k| {
            let keyspaces = k.services().flat_map(|s| s.keyspaces).copied();
            erase(&k.store, keyspaces, &meta::identity(&k.store)?)?;
            k.derive_again()
        })?;
        self.sweep_blobs().await;
        Ok(())
    }

    /// Forgets all state of one service, everywhere.
    pub async fn forget_service(&self, service: &Service) -> Result<(), StoreError> {
        let _firing = self.firing.lock().await;
        let _effecting = self.effecting.lock().await;
        self.flush()?;
        self.alone(|k| {
            k.wipe(|tx| {
                for keyspace in service.keyspaces {
                    tx.delete_prefix(keyspace, &[])?;
                }
                k.forget_timers(tx, |id, _| id == service.id)?;
                forget_effects(tx, service, None)
            })?;
            k.directory.clear();
            k.parking.wake_all();
            k.rescan()
        })
    }

    /// Forgets an account's state in one region or all, of one service or all. A global service's state is in no region, so
    /// it goes only when no region is named, or the service itself is.
    pub async fn forget_account(
        &self,
        account: &str,
        region: Option<&str>,
        service: Option<&str>,
    ) -> Result<(), Fault> {
        let _firing = self.firing.lock().await;
        let _effecting = self.effecting.lock().await;
        self.flush().map_err(internal)?;
        for s in self.services().filter(|s| service.is_none_or(|id| id == s.id)) {
            if s.global && region.is_some() && service.is_none() {
                continue;
            }
            let home = |r: &&Region| r.name == home_region(r.partition);
            let partition = region.and_then(crate::regions::region).map(|r| r.partition);
            let places = regions().filter(|r| match s.global {
                true => home(r) && partition.is_none_or(|p| p == r.partition),
                false => region.is_none_or(|name| name == r.name),
            });
            for place in places {
                self.forget_scope(s, &Scope::new(place, account))?;
            }
        }
        self.directory.clear();
        self.parking.wake_all();
        self.rescan().map_err(internal)
    }

    fn forget_scope(&self, service: &Service, scope: &Scope) -> Result<(), Fault> {
        let caller = Identity::root(scope.partition, &scope.account);
        let meta = RequestMeta::default();
        let place = Place::at(scope.clone());
        let case =
            Case { service, place: &place, caller: &caller, meta: &meta, last_chance: true, asked: &[] };
        let _lanes = self.lanes.enter_all();
        let mut cx = self.cx(case);
        (service.reset)(&mut cx)?;
        let path = scope.path();
        self.forget_timers(&mut cx.tx, |id, p| id == service.id && p == path).map_err(internal)?;
        forget_effects(&mut cx.tx, service, Some(scope)).map_err(internal)?;
        let commit = self.commit(cx, case)?;
        self.store.flush(commit).map_err(internal)
    }

    /// Saves the whole state into a folder, with the clock as it stands.
    pub async fn snapshot_save(self: &Arc<Kernel>, dir: &Path) -> Result<(), StoreError> {
        let _firing = self.firing.lock().await;
        self.keep_clock(self.clock.state())?;
        self.flush()?;
        let (kernel, dir) = (self.clone(), dir.to_owned());
        aside(move || {
            // Blobs that the saved rows name must not go before they are saved, too.
            let _hold = kernel.config.blobs.hold();
            kernel.store.snapshot_save(&dir)?;
            kernel.config.blobs.link_all_to(&dir.join(BLOBS)).map(drop).map_err(blob_failure)
        })
        .await
    }

    /// Replaces the whole state by a saved one, as if the program had stopped, found that state, and started on it.
    pub async fn snapshot_load(self: &Arc<Kernel>, dir: &Path) -> Result<(), StoreError> {
        let _firing = self.firing.lock().await;
        let _effecting = self.effecting.lock().await;
        let (kernel, dir) = (self.clone(), dir.to_owned());
        aside(move || {
            let _hold = kernel.config.blobs.hold();
            kernel.config.blobs.restore_from(&dir.join(BLOBS)).map_err(blob_failure)?;
            kernel.take_over(|store| store.snapshot_load(&dir))
        })
        .await?;
        self.sweep_blobs().await;
        Ok(())
    }

    /// As [`Kernel::snapshot_save`], where everything is in memory: keeps the state there too, under a name.
    pub async fn snapshot_keep(&self, name: &str) -> Result<(), StoreError> {
        let _firing = self.firing.lock().await;
        self.keep_clock(self.clock.state())?;
        self.flush()?;
        let _hold = self.config.blobs.hold();
        let kept = Kept { store: self.store.fork()?, real_ms: self.clock.real_now_ms(), _hold };
        self.kept.lock().insert(name.to_owned(), kept);
        Ok(())
    }

    /// As [`Kernel::snapshot_load`], from what [`Kernel::snapshot_keep`] keeps under a name; `false` if there is nothing.
    pub async fn snapshot_recall(&self, name: &str) -> Result<bool, StoreError> {
        let _firing = self.firing.lock().await;
        let _effecting = self.effecting.lock().await;
        let Some(kept) = self.kept.lock().get(name).map(|k| k.store.clone()) else { return Ok(false) };
        self.take_over(|store| store.replace_with(&kept)).map(|()| true)
    }

    fn take_over(&self, load: impl FnOnce(&Store) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.alone(|k| {
            let meta = meta::identity(&k.store)?;
            load(&k.store)?;
            k.wipe(|tx| meta::keep_identity(tx, &meta))?;
            k.derive_again()
        })
    }

    /// Runs something while nobody decides or flushes. The caller also holds back timers and effects.
    fn alone<T>(&self, f: impl FnOnce(&Kernel) -> T) -> T {
        let _lanes = self.lanes.enter_all();
        let _flushing = self.flushing.lock();
        f(self)
    }

    fn wipe(&self, f: impl FnOnce(&mut Tx) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut tx = self.store.tx();
        f(&mut tx)?;
        let commit = self.store.commit(tx)?;
        self.store.wait(commit)
    }

    /// Forgets what was derived from the state before, and derives it from the state now.
    fn derive_again(&self) -> Result<(), StoreError> {
        *self.master_key.write() = Arc::new(meta::master_key(&self.store)?);
        let tx = self.store.tx();
        self.directory.clear();
        self.faults.reload(&self.store)?;
        self.throttles.reload(&self.store)?;
        self.trail.reopen(&tx)?;
        self.meter.forget();
        self.slo.forget(self.clock.now_ms());
        self.buckets.forget();
        let next_effect = tx.scan::<Outbox>(Scan::all().reverse())?.next().map_or(0, |(n, _)| n + 1);
        self.next_effect.fetch_max(next_effect, Ordering::Relaxed);
        let stored = meta::clock(&tx)?.or(self.config.clock);
        self.clock.restore(stored.unwrap_or_else(|| real_time(&self.clock)));
        self.parking.wake_all();
        self.rescan()
    }
}

/// Removes the effects that a service still wanted, or that were still wanted of it: everywhere, or in one place.
fn forget_effects(tx: &mut Tx, service: &Service, place: Option<&Scope>) -> Result<(), StoreError> {
    let there = |partition: &str, account: &str, region: &str| {
        place.is_none_or(|p| {
            p.partition == partition && p.account == account && (service.global || p.region == region)
        })
    };
    let concerns = |effect: &Effect| {
        let (id, scope_path, source_arn) = match effect {
            Effect::Call { service, scope_path, source_arn, .. } => {
                (service, scope_path, source_arn.as_str())
            }
            Effect::Work { service, scope_path, .. } => (service, scope_path, ""),
        };
        let to = Scope::from_path(scope_path).is_some_and(|s| there(s.partition, &s.account, s.region));
        let source: Vec<&str> = source_arn.splitn(6, ':').collect();
        let from = match source[..] {
            [_, partition, name, region, account, _] => {
                name == service.iam_prefix && there(partition, account, region)
            }
            _ => false,
        };
        from || (id == service.id && to)
    };
    let doomed: Vec<u64> =
        tx.scan::<Outbox>(Scan::all())?.filter(|(_, q)| concerns(&q.effect)).map(|(n, _)| n).collect();
    doomed.iter().for_each(|n| tx.delete::<Outbox>(n));
    Ok(())
}

fn blob_failure(e: blobs::BlobError) -> StoreError {
    let what = "copying the blobs of a snapshot".to_owned();
    StoreError::Io { what, source: Arc::new(std::io::Error::other(e)) }
}

fn real_time(clock: &Clock) -> ClockState {
    let now = clock.real_now_ms();
    ClockState { base_virtual_ms: now, base_real_ms: now, scale: 1.0 }
}

/// Runs something long beside the threads that serve.
async fn aside(f: impl FnOnce() -> Result<(), StoreError> + Send + 'static) -> Result<(), StoreError> {
    match tokio::task::spawn_blocking(f).await {
        Ok(outcome) => outcome,
        Err(e) => match e.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime stops, and with it whoever asked.
            Err(_) => std::future::pending().await,
        },
    }
}
