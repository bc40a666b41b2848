//! The state over the admin API: health, status, reset, meter, snapshots.

use std::collections::BTreeMap;

use codec::Fault;
use directory::Identity;
use serde_json::{Value, json};

use crate::admin::{Ask, Said, clock};
use crate::cx::RequestMeta;
use crate::decide::Case;
use crate::kernel::Kernel;
use crate::operation::Service;
use crate::regions::{region as region_named, regions};
use crate::scope::Scope;
use crate::text::iso_time;
use crate::{meter, nearest};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Services that run, in the form that drop-in scripts look for.
pub(crate) fn health(kernel: &Kernel) -> Value {
    let services: serde_json::Map<String, Value> =
        kernel.services().map(|s| (s.id.to_owned(), json!("running"))).collect();
    json!({ "status": "running", "services": services, "edition": "tabletop", "version": VERSION })
}

/// How everything stands.
pub(crate) fn status(kernel: &Kernel) -> Value {
    let corrupt: Vec<String> = kernel.store.corrupt_records().iter().map(ToString::to_string).collect();
    json!({
        "version": VERSION, "account": kernel.config.account, "region": kernel.region.name,
        "profile": kernel.config.profile.name(), "guest": kernel.config.guest,
        "durability": format!("{:?}", kernel.store.durability()).to_lowercase(),
        "clock": clock::show(kernel), "calls": kernel.calls(), "parked": kernel.parking.parked(),
        "faults": kernel.faults.list().len(), "documented_throttles": kernel.throttles.enabled(),
        "disk_bytes": kernel.store.disk_bytes(), "corrupt_records": corrupt,
        "services": kernel.services().map(|s| s.id).collect::<Vec<_>>(),
    })
}

/// Forgets state: all of it, or of one account, region or service.
pub(crate) async fn reset(ask: &Ask<'_>) -> Said {
    ask.only(&["account", "region", "service"])?;
    let kernel = ask.kernel;
    let _firing = kernel.firing.lock().await;
    let (account, region, service) = (ask.text("account"), ask.text("region"), ask.text("service"));
    if let Some(id) = service
        && kernel.service(id).is_none()
    {
        let ids: Vec<&str> = kernel.services().map(|s| s.id).collect();
        return Err((400, nearest::unknown("service", id, &ids)));
    }
    if let Some(name) = region
        && region_named(name).is_none()
    {
        let names: Vec<&str> = regions().map(|r| r.name).collect();
        return Err((400, nearest::unknown("region", name, &names)));
    }
    let failed = |e: store::StoreError| (500, e.to_string());
    if account.is_none() && region.is_none() {
        let chosen: Vec<&Service> =
            kernel.services().filter(|s| service.is_none_or(|id| id == s.id)).collect();
        let mut tx = kernel.store.tx();
        for s in &chosen {
            for keyspace in s.keyspaces {
                tx.delete_prefix(keyspace, &[]).map_err(failed)?;
            }
        }
        if service.is_none() {
            for keyspace in ["trail", "meter"] {
                tx.delete_prefix(keyspace, &[]).map_err(failed)?;
            }
            kernel.trail.clear();
            kernel.directory.last_uses.forget_prefix("");
        }
        kernel.forget_timers(&mut tx, |s, _| chosen.iter().any(|c| c.id == s)).map_err(failed)?;
        kernel.store.commit(tx).map_err(failed)?;
    } else {
        reset_scopes(ask, account, region, service).map_err(|f| (500, format!("{f:?}")))?;
    }
    kernel.directory.clear();
    Ok(json!({ "reset": { "account": account, "region": region, "service": service } }))
}

fn reset_scopes(
    ask: &Ask<'_>,
    account: Option<&str>,
    region: Option<&str>,
    service: Option<&str>,
) -> Result<(), Fault> {
    let kernel = ask.kernel;
    let account = account.unwrap_or(&kernel.config.account);
    let places: Vec<_> = regions().filter(|r| region.is_none_or(|name| name == r.name)).collect();
    for s in kernel.services().filter(|s| service.is_none_or(|id| id == s.id)) {
        if s.global && region.is_some() && service.is_none() {
            // A region's state is asked for, and a global service has none there.
            continue;
        }
        for r in &places {
            let scope = Scope::new(r, account);
            let caller = Identity::root(r.partition, account);
            let meta = RequestMeta::default();
            let case = Case { service: s, scope: &scope, caller: &caller, meta: &meta, last_chance: true };
            let _lane = kernel.lanes.enter(s.id, &scope, s.global);
            let mut cx = kernel.cx(case);
            (s.reset)(&mut cx)?;
            let path = scope.path();
            kernel.forget_timers(&mut cx.tx, |id, p| id == s.id && p == path).map_err(crate::cx::internal)?;
            kernel.commit(cx, case)?;
        }
    }
    Ok(())
}

/// Usage and what it costs, this month (virtual) or since the beginning.
pub(crate) fn meter(ask: &Ask<'_>) -> Said {
    ask.kernel.flush().map_err(|e| (500, e.to_string()))?;
    let rows = meter::usage(&ask.kernel.store.tx()).map_err(|e| (500, e.to_string()))?;
    let mut totals: BTreeMap<(String, String, String, String, String), f64> = BTreeMap::new();
    for ((day, _, account, region, service, usage_type), quantity) in rows {
        let month = iso_time(day * 86_400_000)[..7].to_owned();
        *totals.entry((month, account, region, service, usage_type)).or_default() += quantity;
    }
    let mut total = 0.0;
    let lines: Vec<Value> = totals
        .into_iter()
        .map(|((month, account, region, service, usage_type), quantity)| {
            let usd = meter::price(&service, &usage_type, quantity);
            total += usd.unwrap_or(0.0);
            json!({
                "month": month, "account": account, "region": region, "service": service, "usage_type": usage_type,
                "quantity": quantity, "usd": usd,
            })
        })
        .collect();
    Ok(json!({ "usage": lines, "total_usd": total }))
}

/// Names of saved snapshots.
pub(crate) fn snapshots(kernel: &Kernel) -> Said {
    let Some(dir) = &kernel.config.snapshots else { return Ok(json!({ "snapshots": [] })) };
    let mut names = Vec::new();
    if let Ok(entries) = std::fs::read_dir(dir) {
        names.extend(entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(json!({ "snapshots": names }))
}

/// Saves or loads the whole state under a name.
pub(crate) async fn snapshot(ask: &Ask<'_>, name: &str, verb: &str) -> Said {
    let kernel = ask.kernel;
    let sound =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !sound || name.len() > 64 {
        return Err((400, "a snapshot's name has letters, digits, - and _, at most 64".to_owned()));
    }
    let base = kernel.config.snapshots.as_ref();
    let dir =
        base.ok_or((400, "this Tabletop has no folder for snapshots (--ephemeral)".to_owned()))?.join(name);
    let _firing = kernel.firing.lock().await;
    kernel.flush().map_err(|e| (500, e.to_string()))?;
    match verb {
        "save" => {
            if dir.exists() {
                std::fs::remove_dir_all(&dir).map_err(|e| (500, e.to_string()))?;
            }
            kernel.store.snapshot_save(&dir).map_err(|e| (500, e.to_string()))?;
        }
        "load" => {
            if !dir.exists() {
                return Err((404, format!("there is no snapshot '{name}'")));
            }
            kernel.store.snapshot_load(&dir).map_err(|e| (500, e.to_string()))?;
            kernel.reloaded().map_err(|e| (500, e.to_string()))?;
        }
        other => return Err((404, nearest::unknown("snapshot verb", other, &["save", "load"]))),
    }
    Ok(json!({ "snapshot": name, "done": verb }))
}

impl Kernel {
    /// After the whole state was replaced: forget what was derived from the old one.
    fn reloaded(&self) -> Result<(), store::StoreError> {
        self.directory.clear();
        self.faults.reload(&self.store)?;
        self.rescan()?;
        Ok(())
    }
}
