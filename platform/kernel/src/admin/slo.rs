//! Service levels over the admin API: a month's latencies by action, account and region, against an objective.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::admin::{Ask, Said};
use crate::nearest;
use crate::slo::{self, Counts};
use crate::text::iso_time;

const KEYS: [&str; 8] =
    ["month", "account", "region", "service", "operation", "by", "p99_ms", "availability"];
/// What holds where nothing else is asked for.
const P99_MS: f64 = 100.0;
const AVAILABILITY: f64 = 99.9;

/// What is held against the levels.
struct Objective {
    p99_ms: f64,
    /// In percent.
    availability: f64,
}

/// A month's report: this one's, unless another is named.
pub(crate) fn report(ask: &Ask) -> Said {
    if let Some(k) = ask.query.keys().find(|k| !KEYS.contains(&k.as_str())) {
        return Err((400, nearest::unknown("filter", k, &KEYS)));
    }
    let month = match ask.query.get("month") {
        Some(m) if is_month(m) => m.clone(),
        Some(m) => return Err((400, format!("a month is written as 2026-11, not '{m}'"))),
        None => iso_time(ask.kernel.clock.now_ms())[..7].to_owned(),
    };
    let objective = Objective {
        p99_ms: number(ask, "p99_ms", P99_MS)?,
        availability: number(ask, "availability", AVAILABILITY)?,
    };
    let by: Vec<&str> = ask
        .query
        .get("by")
        .map_or("account,region", String::as_str)
        .split(',')
        .filter(|b| !b.is_empty())
        .collect();
    if let Some(b) = by.iter().find(|b| !["account", "region"].contains(*b)) {
        return Err((400, nearest::unknown("grouping", b, &["account", "region"])));
    }
    ask.kernel.flush().map_err(|e| (500, e.to_string()))?;
    let rows = slo::of_month(&ask.kernel.store.tx(), &month).map_err(|e| (500, e.to_string()))?;
    let mut levels: BTreeMap<[String; 4], Counts> = BTreeMap::new();
    for ((_, account, region, service, operation), counts) in rows {
        let has =
            |key: &str, value: &str| ask.query.get(key).is_none_or(|want| want.eq_ignore_ascii_case(value));
        if !(has("account", &account)
            && has("region", &region)
            && has("service", &service)
            && has("operation", &operation))
        {
            continue;
        }
        let kept = |name: &str, value: String| if by.contains(&name) { value } else { String::new() };
        let key = [service, operation, kept("account", account), kept("region", region)];
        levels.entry(key).or_default().add(&counts);
    }
    let shown: Vec<Value> = levels.iter().map(|(key, counts)| show(key, counts, &objective)).collect();
    let met = shown.iter().all(|level| level["met"] == true);
    let Objective { p99_ms, availability } = objective;
    let objective = json!({ "p99_ms": p99_ms, "availability": availability });
    Ok(json!({ "month": month, "objective": objective, "met": met, "levels": shown }))
}

fn is_month(text: &str) -> bool {
    let shape = |(at, b): (usize, u8)| if at == 4 { b == b'-' } else { b.is_ascii_digit() };
    text.len() == 7 && text.bytes().enumerate().all(shape)
}

fn number(ask: &Ask, key: &str, otherwise: f64) -> Result<f64, (u16, String)> {
    let Some(text) = ask.query.get(key) else { return Ok(otherwise) };
    let n: Option<f64> = text.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0);
    n.ok_or_else(|| (400, format!("{key} is a number, not '{text}'")))
}

fn show([service, operation, account, region]: &[String; 4], c: &Counts, objective: &Objective) -> Value {
    let calls = c.calls();
    let ms = |us: u64| us as f64 / 1_000.0;
    let share = |n: u64| if calls == 0 { 100.0 } else { 100.0 * n as f64 / calls as f64 };
    let (p99_ms, availability) = (ms(c.quantile_us(0.99)), share(calls - c.failed.min(calls)));
    let mut out = json!({
        "service": service, "operation": operation, "calls": calls, "refused": c.refused, "failed": c.failed,
        "hung_up": c.hung_up, "mean_ms": ms(c.sum_us.checked_div(calls).unwrap_or(0)), "p50_ms": ms(c.quantile_us(0.5)),
        "p90_ms": ms(c.quantile_us(0.9)), "p99_ms": p99_ms, "p999_ms": ms(c.quantile_us(0.999)), "max_ms": ms(c.max_us),
        "within_objective": share(c.within((objective.p99_ms * 1_000.0) as u64)), "availability": availability,
        "met": p99_ms <= objective.p99_ms && availability >= objective.availability,
    });
    for (name, value) in [("account", account), ("region", region)] {
        if !value.is_empty() {
            out[name] = json!(value);
        }
    }
    out
}
