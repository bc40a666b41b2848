//! Quotas over the admin API: whoever runs Tabletop sees what was granted, and grants. What they limit is the services'.

use serde_json::{Value, json};
use store::Scan;

use crate::admin::{Ask, Said};
use crate::quotas::{Applied, Granted, Quota, quota, quotas};
use crate::regions;
use crate::scope::Scope;

/// What was granted, in every account and region.
pub(crate) fn list(ask: &Ask) -> Said {
    ask.only(&[])?;
    let tx = ask.kernel.store.tx();
    let rows = tx.scan::<Applied>(Scan::all()).map_err(|e| (500, e.to_string()))?;
    let shown = rows
        .map(|((account, region, service, code), row)| show(&account, &region, &service, &code, row.value));
    Ok(json!({ "granted": shown.collect::<Vec<Value>>() }))
}

fn show(account: &str, region: &str, service: &str, code: &str, value: f64) -> Value {
    let name = quota(service, code).map(|q| q.name);
    json!({ "account": account, "region": region, "service": service, "code": code, "name": name, "value": value })
}

fn named(ask: &Ask) -> Result<&'static Quota, (u16, String)> {
    let text = |name: &str| ask.text(name).ok_or_else(|| (400, format!("a quota needs a {name}")));
    let (service, code) = (text("service")?, text("code")?);
    quota(service, code).ok_or_else(|| {
        let known: Vec<&str> = quotas().filter(|q| q.service == service).map(|q| q.code).collect();
        (400, crate::nearest::unknown("quota", code, &known))
    })
}

/// Grants a quota to an account in a region (those of the configuration, unless named), adjustable or not.
pub(crate) fn set(ask: &Ask) -> Said {
    ask.only(&["account", "region", "service", "code", "value"])?;
    let known = named(ask)?;
    let value = ask.body.get("value").and_then(Value::as_f64).filter(|v| (0.0..=1e10).contains(v));
    let value = value.ok_or((400, "value is a number from 0 to 10000000000".to_owned()))?;
    let config = &ask.kernel.config;
    let name = ask.text("region").unwrap_or(&config.region);
    let region = regions::region(name).ok_or_else(|| (400, format!("there is no region '{name}'")))?;
    let scope = Scope::new(region, ask.text("account").unwrap_or(&config.account));
    let key = known.key(&scope);
    let mut tx = ask.kernel.store.tx();
    tx.put::<Applied>(&key, &Granted { value });
    let store = &ask.kernel.store;
    store.commit(tx).and_then(|commit| store.wait(commit)).map_err(|e| (500, e.to_string()))?;
    Ok(show(&key.0, &key.1, known.service, known.code, value))
}
