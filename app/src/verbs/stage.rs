//! `tabletop fault` and `tabletop throttle`.

use serde_json::{Map, Value, json};

use crate::args::Flag;
use crate::columns::{cell, plain, table};
use crate::failure::Failure;
use crate::verbs::{Ask, flag};

/// Flags of `fault add`: matchers, the effect, and how often and how long.
pub(crate) const FAULT: &[Flag] = &[
    flag("effect", "NAME", "error, throttle, latency, lost-reply, cut, duplicate, lag or capacity."),
    flag("partition", "PATTERN", "Matches the partition; patterns may have * and ?."),
    flag("account", "PATTERN", "Matches the account."),
    flag("region", "PATTERN", "Matches the region."),
    flag("service", "PATTERN", "Matches the service's id, such as sqs."),
    flag("operation", "PATTERN", "Matches the operation, such as SendMessage."),
    flag("principal", "PATTERN", "Matches the ARN of the caller."),
    flag("resource", "PATTERN", "Matches an ARN that the call touches."),
    flag("zone", "PATTERN", "Matches the zone of the effect capacity, by name or id."),
    flag("code", "CODE", "Error code of the effect error."),
    flag("status", "N", "HTTP status of the effect error."),
    flag("message", "TEXT", "Text of the effect error."),
    flag("ms", "N", "Real milliseconds of the effect latency; the clock's of the effect lag."),
    flag("probability", "P", "Share of matching calls that it hits, 0 to 1."),
    flag("times", "N", "How many calls it hits at most."),
    flag("for", "DURATION", "How long it is in force, by Tabletop's clock."),
];

/// Flags of `throttle set`.
pub(crate) const THROTTLE: &[Flag] = &[
    flag("service", "ID", "The service, such as sqs."),
    flag("operation", "NAME", "The operation, or several with commas between; all if left out."),
    flag("capacity", "N", "Calls in a full bucket; 0 takes the throttle away."),
    flag("refill-per-s", "N", "Calls that come back per second; as many as the capacity if left out."),
];

const NUMBERS: [&str; 7] = ["status", "ms", "probability", "times", "until_ms", "capacity", "refill_per_s"];

/// `fault add`
pub(crate) fn fault_add(ask: &Ask) -> Result<(), Failure> {
    let rule = ask.client.post("faults", &body(ask, FAULT)?)?;
    ask.show(&rule, |v| faults_table(std::slice::from_ref(v)));
    Ok(())
}

/// `fault list`
pub(crate) fn fault_list(ask: &Ask) -> Result<(), Failure> {
    ask.show(&ask.client.get("faults")?, |v| match v["faults"].as_array() {
        Some(rules) if !rules.is_empty() => faults_table(rules),
        _ => "no faults".to_owned(),
    });
    Ok(())
}

/// `fault clear [ID]`
pub(crate) fn fault_clear(ask: &Ask) -> Result<(), Failure> {
    let path = match ask.word(0) {
        "" => "faults".to_owned(),
        id => format!("faults/{}", crate::client::encoded(id)),
    };
    ask.show(&ask.client.delete(&path)?, |v| format!("faults cleared: {}", cell(v, "cleared")));
    Ok(())
}

fn faults_table(rules: &[Value]) -> String {
    let rows: Vec<Vec<String>> = rules.iter().map(fault_row).collect();
    table(&["ID", "EFFECT", "MATCHES", "PROBABILITY", "TIMES LEFT", "UNTIL"], &rows)
}

fn fault_row(rule: &Value) -> Vec<String> {
    const OF_EFFECT: [&str; 4] = ["code", "status", "message", "ms"];
    const SHOWN: [&str; 5] = ["id", "effect", "probability", "times", "until_ms"];
    let all = rule.as_object().cloned().unwrap_or_default();
    let said = |(k, v): (&String, &Value)| format!("{k}={}", plain(v));
    let effect = all.iter().filter(|(k, _)| OF_EFFECT.contains(&k.as_str())).map(said);
    let matches =
        all.iter().filter(|(k, _)| !OF_EFFECT.contains(&k.as_str()) && !SHOWN.contains(&k.as_str()));
    let matches: Vec<String> = matches.map(said).collect();
    let any = |text: String, or: &str| if text.is_empty() { or.to_owned() } else { text };
    let until = rule["until_ms"].as_i64().map(kernel::text::iso_time).unwrap_or_default();
    vec![
        cell(rule, "id"),
        std::iter::once(cell(rule, "effect")).chain(effect).collect::<Vec<_>>().join(" "),
        any(matches.join(" "), "every call"),
        any(cell(rule, "probability"), "1"),
        any(cell(rule, "times"), "any"),
        any(until, "cleared"),
    ]
}

/// `throttle show`
pub(crate) fn throttle_show(ask: &Ask) -> Result<(), Failure> {
    ask.show(&ask.client.get("throttles")?, |v| match v["limits"].as_array() {
        Some(limits) if !limits.is_empty() => throttles_table(limits),
        _ => "no throttles (AWS's documented ones are on with --profile real)".to_owned(),
    });
    Ok(())
}

/// `throttle set`
pub(crate) fn throttle_set(ask: &Ask) -> Result<(), Failure> {
    let limit = ask.client.post("throttles", &body(ask, THROTTLE)?)?;
    ask.show(&limit, |v| throttles_table(std::slice::from_ref(v)));
    Ok(())
}

fn throttles_table(limits: &[Value]) -> String {
    let names = ["service", "operations", "capacity", "refill_per_s", "per", "code"];
    let rows: Vec<Vec<String>> = limits.iter().map(|l| names.iter().map(|n| cell(l, n)).collect()).collect();
    table(&["SERVICE", "OPERATIONS", "CAPACITY", "REFILL/S", "PER", "CODE"], &rows)
}

/// The flags given, as members of a request.
fn body(ask: &Ask, flags: &[Flag]) -> Result<Value, Failure> {
    let mut body = Map::new();
    for f in flags {
        let Some(text) = ask.args.flag(f.name) else { continue };
        let key = f.name.replace('-', "_");
        let value = match NUMBERS.contains(&key.as_str()) {
            true => number(f.name, text)?,
            false => json!(text),
        };
        body.insert(key, value);
    }
    Ok(Value::Object(body))
}

fn number(name: &str, text: &str) -> Result<Value, Failure> {
    let wrong = || Failure::usage(format!("--{name} is a number, not '{text}'"));
    match text.parse::<u64>() {
        Ok(n) => Ok(json!(n)),
        Err(_) => text.parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| json!(n)).ok_or_else(wrong),
    }
}
