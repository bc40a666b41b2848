//! `tabletop clock`.

use serde_json::{Value, json};

use crate::columns::{cell, pairs};
use crate::failure::Failure;
use crate::verbs::Ask;

/// `clock show`
pub(crate) fn show(ask: &Ask) -> Result<(), Failure> {
    ask.show(&ask.client.get("clock")?, text);
    Ok(())
}

/// `clock freeze`
pub(crate) fn freeze(ask: &Ask) -> Result<(), Failure> {
    turn(ask, "freeze", &json!({}))
}

/// `clock scale N`
pub(crate) fn scale(ask: &Ask) -> Result<(), Failure> {
    let word = ask.word(0);
    let scale: f64 = word.parse().map_err(|_| Failure::usage(format!("'{word}' is no number")))?;
    turn(ask, "scale", &json!({ "scale": scale }))
}

/// `clock advance DURATION`
pub(crate) fn advance(ask: &Ask) -> Result<(), Failure> {
    turn(ask, "advance", &json!({ "by": ask.word(0) }))
}

/// `clock set TIME`
pub(crate) fn set(ask: &Ask) -> Result<(), Failure> {
    turn(ask, "set", &json!({ "to": ask.word(0) }))
}

fn turn(ask: &Ask, verb: &str, body: &Value) -> Result<(), Failure> {
    ask.show(&ask.client.post(&format!("clock/{verb}"), body)?, text);
    Ok(())
}

fn text(v: &Value) -> String {
    let pace = match v["frozen"].as_bool() {
        Some(true) => "frozen".to_owned(),
        _ => format!("{} times real time", cell(v, "scale")),
    };
    let mut rows = vec![("now", cell(v, "now")), ("real", cell(v, "real")), ("pace", pace)];
    if let Some(n) = v["fired"].as_u64() {
        rows.push(("timers fired", n.to_string()));
    }
    pairs(&rows)
}
