//! `tabletop slo`: a month's latencies by action, account and region, against an objective.

use serde_json::Value;

use crate::args::Flag;
use crate::client::encoded;
use crate::columns::{cell, table};
use crate::failure::Failure;
use crate::verbs::{Ask, flag};

/// Flags of `slo`.
pub(crate) const FLAGS: &[Flag] = &[
    flag("month", "YYYY-MM", "Which month, by Tabletop's clock; this one if left out."),
    flag("service", "ID", "Only this service."),
    flag("operation", "NAME", "Only this operation."),
    flag("account", "ID", "Only calls of this account."),
    flag("region", "REGION", "Only calls in this region."),
    flag(
        "by",
        "account,region",
        "What else than actions to tell apart; both if left out, empty for neither.",
    ),
    flag("p99-ms", "N", "The objective: 99 of 100 calls take no longer; 100 if left out."),
    flag("availability", "PERCENT", "The objective: so many calls don't fail; 99.9 if left out."),
    flag("strict", "", "Ends with an error if an objective is missed."),
];

const HEAD: [&str; 14] = [
    "SERVICE",
    "OPERATION",
    "ACCOUNT",
    "REGION",
    "CALLS",
    "REFUSED",
    "FAILED",
    "HUNG UP",
    "P50 ms",
    "P90 ms",
    "P99 ms",
    "P99.9 ms",
    "MAX ms",
    "MET",
];

/// `slo`
pub(crate) fn report(ask: &Ask) -> Result<(), Failure> {
    let given: Vec<String> = FLAGS
        .iter()
        .filter(|f| !f.value.is_empty())
        .filter_map(|f| Some(format!("{}={}", f.name.replace('-', "_"), encoded(ask.args.flag(f.name)?))))
        .collect();
    let answer = ask.client.get(&format!("slo?{}", given.join("&")))?;
    ask.show(&answer, shown);
    match ask.args.has("strict") && answer["met"] == false {
        true => Err(Failure::refused("the objective is missed")),
        false => Ok(()),
    }
}

fn shown(v: &Value) -> String {
    let levels = v["levels"].as_array().map_or(&[][..], Vec::as_slice);
    let objective = &v["objective"];
    let said = format!(
        "{}: P99 at most {} ms, availability at least {} %",
        cell(v, "month"),
        cell(objective, "p99_ms"),
        cell(objective, "availability")
    );
    if levels.is_empty() {
        return format!("{said}; no calls");
    }
    let missed = levels.iter().filter(|level| level["met"] == false).count();
    let rows: Vec<Vec<String>> = levels.iter().map(row).collect();
    let verdict =
        if missed == 0 { "met by all".to_owned() } else { format!("missed by {missed} of {}", levels.len()) };
    format!("{}\n{said}: {verdict}", table(&HEAD, &rows))
}

fn row(level: &Value) -> Vec<String> {
    let ms = |member: &str| level[member].as_f64().map_or(String::new(), |ms| format!("{ms:.1}"));
    let mut row: Vec<String> =
        ["service", "operation", "account", "region", "calls", "refused", "failed", "hung_up"]
            .map(|m| cell(level, m))
            .into();
    row.extend(["p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"].map(ms));
    row.push(if level["met"] == true { "yes" } else { "NO" }.to_owned());
    row
}
