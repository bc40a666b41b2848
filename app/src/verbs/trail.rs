//! `tabletop trail` and `tabletop why`.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::args::Flag;
use crate::client::encoded;
use crate::columns::{cell, pairs, table};
use crate::failure::Failure;
use crate::posture::say;
use crate::verbs::{Ask, flag};

/// Flags of `trail`.
pub(crate) const FILTERS: &[Flag] = &[
    flag("follow", "", "Goes on, and shows calls as they come."),
    flag("limit", "N", "How many calls at most; 100 if left out."),
    flag("service", "ID", "Only calls of this service."),
    flag("operation", "NAME", "Only calls of this operation."),
    flag("principal", "TEXT", "Only callers whose ARN contains this."),
    flag("account", "ID", "Only calls in this account."),
    flag("region", "REGION", "Only calls in this region."),
    flag("error", "CODE", "Only calls that failed with this code; any for whatever error."),
    flag("since", "DURATION", "Only calls of the last so long, by Tabletop's clock."),
    flag("write", "true|false", "Only calls of operations that change state, or only the others."),
];

const EVERY: Duration = Duration::from_millis(500);
/// A call may be numbered before one that is written down earlier: so far back a poll looks again.
const LOOK_BACK: u64 = 1_000;

/// `trail`
pub(crate) fn list(ask: &Ask) -> Result<(), Failure> {
    let given: Vec<String> = FILTERS
        .iter()
        .filter(|f| !f.value.is_empty())
        .filter_map(|f| Some(format!("{}={}", f.name, encoded(ask.args.flag(f.name)?))))
        .collect();
    if ask.args.has("follow") {
        return follow(ask, &given);
    }
    let answer = ask.client.get(&format!("trail?{}", given.join("&")))?;
    ask.show(&answer, |v| {
        let rows: Vec<Vec<String>> = events(v).iter().rev().map(row).collect();
        if rows.is_empty() { "no calls".to_owned() } else { table(&HEAD, &rows) }
    });
    Ok(())
}

/// Polls for calls numbered after the last one seen, until it is interrupted.
fn follow(ask: &Ask, given: &[String]) -> Result<(), Failure> {
    let mut seen: BTreeMap<u64, String> = BTreeMap::new();
    let last = |seen: &BTreeMap<u64, String>| seen.keys().next_back().copied();
    let mut first = true;
    loop {
        let passing = |g: &&String| first || !g.starts_with("limit=") && !g.starts_with("since=");
        let mut query: Vec<String> = given.iter().filter(passing).cloned().collect();
        if !first {
            query.push("limit=10000".to_owned());
        }
        if let Some(after) = last(&seen).and_then(|n| n.checked_sub(LOOK_BACK)) {
            query.push(format!("after={after}"));
        }
        let answer = ask.client.get(&format!("trail?{}", query.join("&")))?;
        if last(&seen).zip(answer["next"].as_u64()).is_some_and(|(last, next)| next <= last) {
            // The trail began anew: a reset, or a snapshot was loaded.
            seen.clear();
        }
        for e in events(&answer).iter().rev() {
            let (Some(seq), id) = (e["seq"].as_u64(), cell(e, "request_id")) else { continue };
            let new = seen.insert(seq, id.clone()).is_none_or(|before| before != id);
            if new && !say(&if ask.json { e.to_string() } else { row(e).join("  ") }) {
                return Ok(());
            }
        }
        while seen.len() as u64 > 4 * LOOK_BACK {
            seen.pop_first();
        }
        first = false;
        sleep(EVERY);
    }
}

fn events(v: &Value) -> &[Value] {
    v["events"].as_array().map(Vec::as_slice).unwrap_or_default()
}

const HEAD: [&str; 6] = ["TIME", "REQUEST", "CALL", "REGION", "PRINCIPAL", "OUTCOME"];

fn row(e: &Value) -> Vec<String> {
    let outcome = match cell(e, "error_code") {
        code if code.is_empty() => "ok".to_owned(),
        code => code,
    };
    let principal = match cell(e, "principal") {
        arn if arn.is_empty() => "-".to_owned(),
        arn => arn,
    };
    vec![
        cell(e, "time"),
        cell(e, "request_id"),
        format!("{}.{}", cell(e, "service"), cell(e, "operation")),
        cell(e, "region"),
        principal,
        outcome,
    ]
}

/// `why REQUEST_ID`
pub(crate) fn why(ask: &Ask) -> Result<(), Failure> {
    let answer = ask.client.get(&format!("why/{}", encoded(ask.word(0))))?;
    ask.show(&answer, |e| {
        let outcome = match cell(e, "error_code") {
            code if code.is_empty() => "ok".to_owned(),
            code => format!("{code}: {}", cell(e, "error_message")),
        };
        let mut rows = vec![
            ("time", cell(e, "time")),
            ("call", format!("{}.{} in {}", cell(e, "service"), cell(e, "operation"), cell(e, "region"))),
            ("principal", cell(e, "principal")),
            ("access key", cell(e, "access_key_id")),
            ("resources", cell(e, "resources")),
            ("outcome", outcome),
            ("why", cell(e, "why")),
        ];
        rows.retain(|(_, value)| !value.is_empty());
        pairs(&rows)
    });
    Ok(())
}
