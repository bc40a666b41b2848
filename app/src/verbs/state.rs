//! `tabletop status`, `reset`, `meter`, `scrub`, `snapshot` and `coverage`.

use serde_json::{Map, Value, json};

use crate::args::Flag;
use crate::client::encoded;
use crate::columns::{cell, pairs, plain, table};
use crate::failure::Failure;
use crate::verbs::{Ask, flag};

/// Flags of `reset`.
pub(crate) const RESET: &[Flag] = &[
    flag("account", "ID", "Only this account."),
    flag("region", "REGION", "Only this region, of --account or of the default account."),
    flag("service", "ID", "Only this service."),
];

/// `status`
pub(crate) fn status(ask: &Ask) -> Result<(), Failure> {
    ask.show(&ask.client.get("status")?, |v| {
        let clock = &v["clock"];
        let mut rows: Vec<(&str, String)> =
            ["version", "account", "region", "profile", "guest", "durability"]
                .map(|k| (k, cell(v, k)))
                .into();
        rows.push(("clock", format!("{} (scale {})", cell(clock, "now"), cell(clock, "scale"))));
        rows.extend(["calls", "parked", "faults", "disk_bytes", "services"].map(|k| (k, cell(v, k))));
        let corrupt = v["corrupt_records"].as_array().map_or(0, Vec::len);
        if corrupt > 0 {
            rows.push(("CORRUPT", format!("{corrupt} records can't be read; --json names them")));
        }
        for (what, key) in [("DATA LOSS", "data_loss"), ("STORE FAILED", "store_failure")] {
            rows.extend(v[key].as_str().map(|text| (what, text.to_owned())));
        }
        pairs(&rows)
    });
    Ok(())
}

/// `reset`
pub(crate) fn reset(ask: &Ask) -> Result<(), Failure> {
    let given = RESET.iter().filter_map(|f| Some((f.name.to_owned(), json!(ask.args.flag(f.name)?))));
    let body: Map<String, Value> = given.collect();
    ask.show(&ask.client.post("reset", &Value::Object(body))?, |v| {
        let of: Vec<String> = v["reset"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, v)| !v.is_null())
            .map(|(k, v)| format!("{k} {}", plain(v)))
            .collect();
        if of.is_empty() {
            "forgot everything".to_owned()
        } else {
            format!("forgot the state of {}", of.join(", "))
        }
    });
    Ok(())
}

/// `meter`
pub(crate) fn meter(ask: &Ask) -> Result<(), Failure> {
    ask.show(&ask.client.get("meter")?, |v| {
        let names = ["month", "account", "region", "service", "usage_type", "quantity"];
        let line = |l: &Value| {
            let usd =
                l["usd"].as_f64().map_or_else(|| "no price on file".to_owned(), |usd| format!("{usd:.6}"));
            names.iter().map(|n| cell(l, n)).chain([usd]).collect()
        };
        let rows: Vec<Vec<String>> = v["usage"].as_array().into_iter().flatten().map(line).collect();
        let head = ["MONTH", "ACCOUNT", "REGION", "SERVICE", "USAGE TYPE", "QUANTITY", "USD"];
        format!("{}total: {:.6} USD", table(&head, &rows), v["total_usd"].as_f64().unwrap_or(0.0))
    });
    Ok(())
}

/// Flags of `scrub`.
pub(crate) const SCRUB: &[Flag] =
    &[flag("bytes-per-second", "N", "Reads so many bytes a second at most, instead of 256 MiB.")];

/// `scrub`
pub(crate) fn scrub(ask: &Ask) -> Result<(), Failure> {
    let rate = match ask.args.flag("bytes-per-second") {
        None => json!({}),
        Some(n) => json!({ "bytes_per_second": n.parse::<u64>().ok() }),
    };
    let answer = ask.client.post("scrub", &rate)?;
    ask.show(&answer, |v| {
        let names = ["bucket", "key", "version_id", "why"];
        let rows_of = |list: &str, state: &str| -> Vec<Vec<String>> {
            let row =
                |c: &Value| [state.to_owned()].into_iter().chain(names.iter().map(|n| cell(c, n))).collect();
            v[list].as_array().into_iter().flatten().map(row).collect()
        };
        let mut rows = rows_of("named", "CORRUPT");
        rows.extend(rows_of("named_healed", "healed"));
        let read = format!("{} contents, {} bytes read", plain(&v["contents"]), plain(&v["bytes"]));
        if rows.is_empty() {
            return format!("{read}, all whole");
        }
        let table = table(&["STATE", "BUCKET", "KEY", "VERSION", "WHY"], &rows);
        format!("{table}{read}, {} healed, {} CORRUPT", plain(&v["healed"]), plain(&v["corrupt"]))
    });
    Ok(())
}

/// `snapshot save NAME`
pub(crate) fn snapshot_save(ask: &Ask) -> Result<(), Failure> {
    snapshot(ask, "save", "saved")
}

/// `snapshot load NAME`
pub(crate) fn snapshot_load(ask: &Ask) -> Result<(), Failure> {
    snapshot(ask, "load", "loaded")
}

fn snapshot(ask: &Ask, verb: &str, done: &str) -> Result<(), Failure> {
    let name = ask.word(0);
    let answer = ask.client.post(&format!("snapshots/{}/{verb}", encoded(name)), &json!({}))?;
    ask.show(&answer, |_| format!("{done} {name}"));
    Ok(())
}

/// `snapshot list`
pub(crate) fn snapshot_list(ask: &Ask) -> Result<(), Failure> {
    ask.show(&ask.client.get("snapshots")?, |v| {
        let row = |s: &Value| ["name", "saved", "bytes"].iter().map(|n| cell(s, n)).collect();
        let rows: Vec<Vec<String>> = v["snapshots"].as_array().into_iter().flatten().map(row).collect();
        if rows.is_empty() { "no snapshots".to_owned() } else { table(&["NAME", "SAVED", "BYTES"], &rows) }
    });
    Ok(())
}

/// `coverage [SERVICE]`
pub(crate) fn coverage(ask: &Ask) -> Result<(), Failure> {
    let one = ask.word(0);
    if one.is_empty() {
        ask.show(&ask.client.get("coverage")?, all_coverage);
        return Ok(());
    }
    ask.show(&ask.client.get(&format!("coverage/{}", encoded(one)))?, |v| {
        let list = |k: &str| {
            v[k].as_array()
                .map(Vec::as_slice)
                .unwrap_or_default()
                .iter()
                .map(|o| format!("  {}\n", plain(o)))
                .collect::<String>()
        };
        format!("built:\n{}not built (answers NotImplemented):\n{}", list("built"), list("not_built"))
    });
    Ok(())
}

fn all_coverage(v: &Value) -> String {
    let rows: Vec<Vec<String>> = v["services"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|s| ["service", "built", "modelled"].iter().map(|n| cell(s, n)).collect())
        .collect();
    let mut out = table(&["SERVICE", "BUILT", "MODELLED"], &rows);
    if let Some(asked) = v["asked_for_but_not_built"].as_object().filter(|o| !o.is_empty()) {
        out.push_str("\nasked for but not built:\n");
        for (what, times) in asked {
            out.push_str(&format!("  {what} ({times} times)\n"));
        }
    }
    out
}
