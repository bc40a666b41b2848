//! The trail over the admin API: the newest calls, filtered, and why one of them was allowed or denied.

use serde_json::{Value, json};

use crate::admin::{Ask, Said};
use crate::nearest;
use crate::text::{iso_time, parse_duration};
use crate::trail::Event;

const FILTERS: [&str; 11] = [
    "limit",
    "service",
    "operation",
    "principal",
    "account",
    "region",
    "error",
    "since",
    "after_ms",
    "after",
    "write",
];

/// Newest calls first, up to `limit` (100).
pub(crate) fn list(ask: &Ask) -> Said {
    if let Some(k) = ask.query.keys().find(|k| !FILTERS.contains(&k.as_str())) {
        return Err((400, nearest::unknown("filter", k, &FILTERS)));
    }
    let number = |k: &str| match ask.query.get(k) {
        None => Ok(None),
        Some(v) => v.parse::<i64>().map(Some).map_err(|_| (400, format!("{k} is a whole number"))),
    };
    if let Some(w) = ask.query.get("write").filter(|w| !matches!(w.as_str(), "true" | "false")) {
        return Err((400, format!("write is true or false, not '{w}'")));
    }
    let limit = usize::try_from(number("limit")?.unwrap_or(100)).unwrap_or(0);
    let since = match ask.query.get("since") {
        Some(d) => parse_duration(d)
            .map(|ms| ask.kernel.clock.now_ms().saturating_sub(ms))
            .ok_or((400, "since is a duration such as 10m".to_owned()))?,
        None => i64::MIN,
    };
    let after_ms = number("after_ms")?.unwrap_or(i64::MIN).max(since);
    let after = number("after")?.and_then(|n| u64::try_from(n).ok());
    let next = ask.kernel.trail.next();
    let mut events = Vec::new();
    let walked = ask.kernel.trail.newest_first(&ask.kernel.store.tx(), |seq, e| {
        if events.len() >= limit || after.is_some_and(|after| seq <= after) {
            return false;
        }
        if e.at_ms > after_ms && passes(ask, e) {
            events.push(show(seq, e));
        }
        true
    });
    walked.map_err(|e| (500, e.to_string()))?;
    Ok(json!({ "events": events, "next": next }))
}

fn passes(ask: &Ask, e: &Event) -> bool {
    ask.query.iter().all(|(k, want)| match k.as_str() {
        "service" => e.service.eq_ignore_ascii_case(want),
        "operation" => e.operation.eq_ignore_ascii_case(want),
        "principal" => e.principal.contains(want.as_str()),
        "account" => e.account == *want,
        "region" => e.region == *want,
        "error" => want == "any" && !e.error_code.is_empty() || e.error_code.eq_ignore_ascii_case(want),
        "write" => e.write.to_string() == *want,
        _ => true,
    })
}

/// Which statement allowed or denied a call.
pub(crate) fn why(ask: &Ask, request_id: &str) -> Said {
    let mut found = None;
    let walked = ask.kernel.trail.newest_first(&ask.kernel.store.tx(), |seq, e| {
        if e.request_id.eq_ignore_ascii_case(request_id) {
            found = Some(show(seq, e));
        }
        found.is_none()
    });
    walked.map_err(|e| (500, e.to_string()))?;
    found.ok_or_else(|| (404, format!("the trail has no request {request_id}")))
}

fn show(seq: u64, e: &Event) -> Value {
    json!({
        "seq": seq, "time": iso_time(e.at_ms), "at_ms": e.at_ms, "request_id": e.request_id, "service": e.service,
        "operation": e.operation, "partition": e.partition, "account": e.account, "region": e.region,
        "principal": e.principal, "access_key_id": e.access_key_id, "source_ip": e.source_ip,
        "user_agent": e.user_agent, "error_code": e.error_code, "error_message": e.error_message, "write": e.write,
        "resources": e.resources, "why": e.why,
    })
}
