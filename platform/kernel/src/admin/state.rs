//! The state over the admin API: health, status, reset, meter, snapshots.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use store::Durability;

use crate::admin::{Ask, Said, clock};
use crate::kernel::Kernel;
use crate::regions::{region as region_named, regions};
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
        "policy_views": { "kept": kernel.directory.views_asked().0, "built": kernel.directory.views_asked().1 },
        "faults": kernel.faults.list().len(), "documented_throttles": kernel.throttles.enabled(),
        "disk_bytes": kernel.store.disk_bytes(), "corrupt_records": corrupt,
        "data_loss": kernel.store.lost(), "store_failure": kernel.store.failure().map(|e| failed((*e).clone()).1),
        "services": kernel.services().map(|s| s.id).collect::<Vec<_>>(),
    })
}

/// Looks through the whole state of every service for what must not be. Costs a pass over the data.
pub(crate) async fn check(kernel: &Arc<Kernel>) -> Said {
    let kernel = kernel.clone();
    let checked = tokio::task::spawn_blocking(move || kernel.check()).await;
    let checked = checked.map_err(|_| (500, "the check failed inside; the log says more".to_owned()))?;
    checked.map(|()| json!({ "sound": true })).map_err(|e| (500, e))
}

/// Forgets state: all of it, or of one account, region or service. A region without an account is the default account's.
pub(crate) async fn reset(ask: &Ask) -> Said {
    ask.only(&["account", "region", "service"])?;
    let kernel = &ask.kernel;
    let text = |k: &str| match ask.body.get(k) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(s)) => Ok(Some(s.as_str())),
        Some(_) => Err((400, format!("{k} is a text"))),
    };
    let (account, region, service) = (text("account")?, text("region")?, text("service")?);
    let unknown_service = |id: &str| {
        let ids: Vec<&str> = kernel.services().map(|s| s.id).collect();
        (400, nearest::unknown("service", id, &ids))
    };
    let chosen = service.map(|id| kernel.service(id).ok_or_else(|| unknown_service(id))).transpose()?;
    if let Some(id) = account
        && (id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err((400, format!("an account is twelve digits, not '{id}'")));
    }
    if let Some(name) = region
        && region_named(name).is_none()
    {
        let names: Vec<&str> = regions().map(|r| r.name).collect();
        return Err((400, nearest::unknown("region", name, &names)));
    }
    let account = account.or(region.map(|_| kernel.config.account.as_str()));
    match (account, chosen) {
        (Some(account), _) => {
            let done = kernel.forget_account(account, region, service).await;
            done.map_err(|f| (500, f.cause().map_or_else(|| f.message().to_owned(), ToString::to_string)))?;
        }
        (None, Some(service)) => kernel.forget_service(service).await.map_err(failed)?,
        (None, None) => kernel.forget_all().await.map_err(failed)?,
    }
    Ok(json!({ "reset": { "account": account, "region": region, "service": service } }))
}

/// Usage by month, and what it costs.
pub(crate) fn meter(ask: &Ask) -> Said {
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

/// The saved snapshots. Those in memory take room only as the state moves away from them, so that no size is told.
pub(crate) fn snapshots(kernel: &Kernel) -> Said {
    let show = |name: &str, bytes: Option<u64>, saved: Option<String>| json!({ "name": name, "bytes": bytes, "saved": saved });
    let shown: Vec<Value> = match snapshot_folder(kernel)? {
        Some(dir) => {
            saved_in(dir)?.into_iter().map(|(name, bytes, saved)| show(&name, Some(bytes), saved)).collect()
        }
        None => {
            kernel.kept.lock().iter().map(|(name, k)| show(name, None, Some(iso_time(k.real_ms)))).collect()
        }
    };
    Ok(json!({ "snapshots": shown }))
}

/// Name, size and time of the snapshots in a folder.
fn saved_in(dir: &std::path::Path) -> Result<Vec<(String, u64, Option<String>)>, (u16, String)> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err((500, format!("{} can't be read: {e}", dir.display()))),
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Ok(state) = std::fs::metadata(entry.path().join("state"))
            && sound_name(&name)
        {
            let saved = state.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
            let saved = saved.map(|d| iso_time(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)));
            found.push((name, state.len(), saved));
        }
    }
    found.sort();
    Ok(found)
}

/// Where snapshots go; `None` for those of a state in memory, which stay there.
fn snapshot_folder(kernel: &Kernel) -> Result<Option<&std::path::Path>, (u16, String)> {
    match &kernel.config.snapshots {
        None if kernel.store.durability() != Durability::Memory => {
            Err((400, "this Tabletop was started without a folder for snapshots".to_owned()))
        }
        dir => Ok(dir.as_deref()),
    }
}

fn sound_name(name: &str) -> bool {
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (1..=64).contains(&name.len()) && name.bytes().all(sound)
}

/// Saves or loads the whole state under a name.
pub(crate) async fn snapshot(ask: &Ask, name: &str, verb: &str) -> Said {
    ask.only(&[])?;
    let kernel = &ask.kernel;
    if !sound_name(name) {
        return Err((400, "a snapshot's name has letters, digits, - and _, at most 64".to_owned()));
    }
    let dir = snapshot_folder(kernel)?.map(|d| d.join(name));
    let there = match (verb, dir) {
        ("save", Some(dir)) => kernel.snapshot_save(&dir).await.map(|()| true),
        ("save", None) => kernel.snapshot_keep(name).await.map(|()| true),
        ("load", Some(dir)) if !dir.join("state").is_file() => Ok(false),
        ("load", Some(dir)) => kernel.snapshot_load(&dir).await.map(|()| true),
        ("load", None) => kernel.snapshot_recall(name).await,
        (other, _) => return Err((404, nearest::unknown("snapshot verb", other, &["save", "load"]))),
    };
    if !there.map_err(failed)? {
        return Err((404, format!("there is no snapshot '{name}'")));
    }
    Ok(json!({ "snapshot": name, "done": verb }))
}

fn failed(e: store::StoreError) -> (u16, String) {
    let mut text = e.to_string();
    let mut cause = std::error::Error::source(&e);
    while let Some(c) = cause {
        text.push_str(&format!(": {c}"));
        cause = c.source();
    }
    (500, text)
}
