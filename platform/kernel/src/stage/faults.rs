//! Faults: rules that make calls fail, wait, lose their answers or happen twice. A rule matches by place, service,
//! operation, principal and resource; the first match with an effect wins. Rules are stored, so they outlive a restart.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;
use serde_json::{Map, Value, json};
use store::{Row, RowError, RowReader, RowWriter, Scan, Store, StoreError, Table};

use crate::ids::Ids;
use crate::stage::capacity;

/// What a fault does.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultEffect {
    /// Answers this error instead.
    Error {
        /// AWS's error code.
        code: String,
        /// HTTP status.
        status: u16,
        /// Text.
        message: String,
    },
    /// Answers the service's own throttling error.
    Throttle,
    /// Waits that long (real time) before the call goes on.
    Latency {
        /// Milliseconds.
        ms: u64,
    },
    /// Does the call, then cuts the connection instead of answering.
    LostReply,
    /// Cuts the connection without doing the call.
    Cut,
    /// Does the call twice, as a client's retry after a lost answer would.
    Duplicate,
    /// Leaves calls alone, and holds up what is done after them: copies between regions, entries of indexes.
    Lag {
        /// Milliseconds of virtual time; `None`: for as long as the rule is there.
        ms: Option<u64>,
    },
    /// Leaves calls alone, and takes away what they would get: a service asks before it gives machines ([`crate::Cx::has_capacity`]).
    Capacity,
}

/// A rule. Absent matchers match everything; the others are wildcard patterns (`*`, `?`).
#[derive(Clone, Debug, PartialEq)]
pub struct FaultRule {
    /// Its number, from 1.
    pub id: u64,
    /// Matchers by name, one of [`MATCHERS`].
    pub matchers: Vec<(String, String)>,
    /// What it does.
    pub effect: FaultEffect,
    /// Share of matching calls that it hits, 0 to 1.
    pub probability: f64,
    /// Hits left; `None` for any number.
    pub times: Option<u64>,
    /// Virtual time at which it ends, milliseconds since the epoch.
    pub until_ms: Option<i64>,
}

/// Longest latency: AWS's clients give up sooner.
const LATENCY_MAX_MS: u64 = 900_000;
/// Longest lag: ten years.
const LAG_MAX_MS: u64 = 315_360_000_000;

/// Names of matchers.
pub const MATCHERS: [&str; 8] =
    ["partition", "account", "region", "service", "operation", "principal", "resource", "zone"];

/// A call as faults see it.
pub(crate) struct Seen<'a> {
    pub(crate) partition: &'a str,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) principal: &'a str,
    /// `None` before the call's resources are known: then only rules without that matcher apply; afterwards only those with.
    pub(crate) resources: Option<&'a [&'a str]>,
    /// Names of the zone in question, where capacity is.
    pub(crate) zones: &'a [&'a str],
}

impl FaultRule {
    pub(in crate::stage) fn matches(&self, seen: &Seen<'_>) -> bool {
        if self.matcher("resource") != seen.resources.is_some() {
            return false;
        }
        self.matchers.iter().all(|(name, pattern)| match name.as_str() {
            "partition" => glob(pattern, seen.partition),
            "account" => glob(pattern, seen.account),
            "region" => glob(pattern, seen.region),
            "service" => glob(pattern, seen.service),
            "operation" => glob(pattern, seen.operation),
            "principal" => glob(pattern, seen.principal),
            "resource" => seen.resources.is_some_and(|rs| rs.iter().any(|r| glob(pattern, r))),
            "zone" => seen.zones.iter().any(|z| glob(pattern, z)),
            _ => false,
        })
    }

    /// Whether it looks at that.
    pub(in crate::stage) fn matcher(&self, name: &str) -> bool {
        self.matchers.iter().any(|(k, _)| k == name)
    }

    /// A rule from the admin API's JSON. The error names what is wrong.
    pub fn from_json(v: &Value) -> Result<FaultRule, String> {
        let o = v.as_object().ok_or("a fault is a JSON object")?;
        let mut rule = FaultRule {
            id: 0,
            matchers: Vec::new(),
            effect: FaultEffect::Throttle,
            probability: 1.0,
            times: None,
            until_ms: None,
        };
        let mut effect = None;
        for (k, v) in o {
            match k.as_str() {
                "effect" => effect = v.as_str(),
                "code" | "status" | "message" | "ms" => {}
                "probability" => rule.probability = v.as_f64().ok_or("probability is a number")?,
                "times" => rule.times = Some(v.as_u64().ok_or("times is a whole number")?),
                "until_ms" => rule.until_ms = Some(v.as_i64().ok_or("until_ms is a whole number")?),
                name if MATCHERS.contains(&name) => {
                    let pattern = v.as_str().ok_or_else(|| format!("{name} is a text"))?;
                    rule.matchers.push((name.to_owned(), pattern.to_owned()));
                }
                other => return Err(crate::nearest::unknown("fault key", other, &KEYS)),
            }
        }
        if !(0.0..=1.0).contains(&rule.probability) {
            return Err("probability lies between 0 and 1".to_owned());
        }
        rule.effect = effect_from(effect.ok_or("a fault needs an effect")?, o)?;
        match rule.effect {
            FaultEffect::Capacity => capacity::fits(&rule)?,
            _ if rule.matcher("zone") => {
                return Err("zone is for the effect capacity: calls are in regions".to_owned());
            }
            _ => {}
        }
        Ok(rule)
    }

    /// The rule as the admin API shows it.
    pub fn to_json(&self) -> Value {
        let mut o = Map::new();
        o.insert("id".into(), json!(self.id));
        for (k, v) in &self.matchers {
            o.insert(k.clone(), json!(v));
        }
        let (name, more) = effect_parts(&self.effect);
        o.insert("effect".into(), json!(name));
        o.extend(more);
        o.insert("probability".into(), json!(self.probability));
        if let Some(n) = self.times {
            o.insert("times".into(), json!(n));
        }
        if let Some(t) = self.until_ms {
            o.insert("until_ms".into(), json!(t));
        }
        Value::Object(o)
    }
}

const KEYS: [&str; 16] = [
    "effect",
    "code",
    "status",
    "message",
    "ms",
    "probability",
    "times",
    "until_ms",
    "partition",
    "account",
    "region",
    "service",
    "operation",
    "principal",
    "resource",
    "zone",
];

/// Names of effects that are built.
pub const EFFECTS: [&str; 8] =
    ["error", "throttle", "latency", "lost-reply", "cut", "duplicate", "lag", "capacity"];

/// What may be said of which effects.
const DETAILS: [(&str, &[&str]); 4] =
    [("code", &["error"]), ("status", &["error"]), ("message", &["error"]), ("ms", &["latency", "lag"])];

fn effect_from(name: &str, o: &Map<String, Value>) -> Result<FaultEffect, String> {
    if !EFFECTS.contains(&name) {
        return Err(crate::nearest::unknown("effect", name, &EFFECTS));
    }
    if let Some((detail, of)) = DETAILS.iter().find(|(d, of)| !of.contains(&name) && o.contains_key(*d)) {
        return Err(format!("{detail} is for the effect {}, and this one is {name}", of.join(" or ")));
    }
    let text = |k: &str, or: &str| match o.get(k) {
        None => Ok(or.to_owned()),
        Some(v) => v.as_str().map(str::to_owned).ok_or_else(|| format!("{k} is a text")),
    };
    Ok(match name {
        "error" => FaultEffect::Error {
            code: text("code", "ServiceUnavailable")?,
            status: o
                .get("status")
                .map_or(Some(503), Value::as_u64)
                .and_then(|s| u16::try_from(s).ok())
                .filter(|s| (400..600).contains(s))
                .ok_or("status lies between 400 and 599")?,
            message: text("message", "Service is unable to handle request.")?,
        },
        "throttle" => FaultEffect::Throttle,
        "latency" => {
            let ms = o.get("ms").and_then(Value::as_u64).filter(|ms| *ms <= LATENCY_MAX_MS);
            FaultEffect::Latency {
                ms: ms.ok_or_else(|| format!("latency needs ms, up to {LATENCY_MAX_MS}"))?,
            }
        }
        "lost-reply" => FaultEffect::LostReply,
        "cut" => FaultEffect::Cut,
        "capacity" => FaultEffect::Capacity,
        "lag" => FaultEffect::Lag {
            ms: match o.get("ms") {
                None => None,
                Some(ms) => Some(
                    ms.as_u64()
                        .filter(|ms| *ms <= LAG_MAX_MS)
                        .ok_or_else(|| format!("ms is a whole number, up to {LAG_MAX_MS}"))?,
                ),
            },
        },
        _ => FaultEffect::Duplicate,
    })
}

fn effect_parts(e: &FaultEffect) -> (&'static str, Map<String, Value>) {
    let mut more = Map::new();
    let name = match e {
        FaultEffect::Error { code, status, message } => {
            more.insert("code".into(), json!(code));
            more.insert("status".into(), json!(status));
            more.insert("message".into(), json!(message));
            "error"
        }
        FaultEffect::Throttle => "throttle",
        FaultEffect::Latency { ms } => {
            more.insert("ms".into(), json!(ms));
            "latency"
        }
        FaultEffect::LostReply => "lost-reply",
        FaultEffect::Cut => "cut",
        FaultEffect::Duplicate => "duplicate",
        FaultEffect::Lag { ms } => {
            if let Some(ms) = ms {
                more.insert("ms".into(), json!(ms));
            }
            "lag"
        }
        FaultEffect::Capacity => "capacity",
    };
    (name, more)
}

/// A stored rule: its JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredRule(pub(crate) String);

impl Row for StoredRule {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.0);
    }
    fn read(r: &mut RowReader) -> Result<StoredRule, RowError> {
        Ok(StoredRule(r.get(1)?))
    }
}

/// Rules by id.
pub(crate) struct Rules;
impl Table for Rules {
    const NAME: &'static str = "kernel.fault";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = StoredRule;
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults {
    pub(in crate::stage) any: AtomicBool,
    pub(in crate::stage) rules: RwLock<Vec<FaultRule>>,
}

impl Faults {
    /// The stored rules.
    pub(crate) fn open(store: &Store) -> Result<Faults, StoreError> {
        let faults = Faults::default();
        faults.reload(store)?;
        Ok(faults)
    }

    pub(crate) fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let mut rules = Vec::new();
        for (id, stored) in store.tx().scan::<Rules>(Scan::all())? {
            if let Ok(v) = serde_json::from_str::<Value>(&stored.0)
                && let Ok(rule) = FaultRule::from_json(&without_id(v))
            {
                rules.push(FaultRule { id, ..rule });
            }
        }
        self.replace(rules);
        Ok(())
    }

    pub(in crate::stage) fn replace(&self, rules: Vec<FaultRule>) {
        self.any.store(!rules.is_empty(), Ordering::Release);
        *self.rules.write() = rules;
    }

    /// Adds a rule and stores it; gives it its id.
    pub fn add(&self, store: &Store, mut rule: FaultRule) -> Result<FaultRule, StoreError> {
        let mut rules = self.rules.write();
        rule.id = rules.iter().map(|r| r.id).max().unwrap_or(0) + 1;
        let mut tx = store.tx();
        tx.put::<Rules>(&rule.id, &StoredRule(rule.to_json().to_string()));
        store.commit(tx)?;
        rules.push(rule.clone());
        self.any.store(true, Ordering::Release);
        Ok(rule)
    }

    /// Removes a rule, or all of them. Tells how many went.
    pub fn clear(&self, store: &Store, id: Option<u64>) -> Result<usize, StoreError> {
        let mut rules = self.rules.write();
        let (gone, left): (Vec<FaultRule>, Vec<FaultRule>) =
            rules.iter().cloned().partition(|r| id.is_none_or(|id| id == r.id));
        let mut tx = store.tx();
        for r in &gone {
            tx.delete::<Rules>(&r.id);
        }
        store.commit(tx)?;
        self.any.store(!left.is_empty(), Ordering::Release);
        *rules = left;
        Ok(gone.len())
    }

    /// The rules in force.
    pub fn list(&self) -> Vec<FaultRule> {
        self.rules.read().clone()
    }

    /// The effects that befall a call now, in the order of the rules. Hits that are left are written down, so that a rule
    /// that is used up stays so after a restart.
    pub(crate) fn strike(&self, store: &Store, seen: &Seen<'_>, now_ms: i64, ids: &Ids) -> Vec<FaultEffect> {
        if !self.any.load(Ordering::Acquire) {
            return Vec::new();
        }
        let hits = |r: &FaultRule| {
            !matches!(r.effect, FaultEffect::Lag { .. } | FaultEffect::Capacity)
                && r.times != Some(0)
                && r.until_ms.is_none_or(|t| now_ms < t)
                && r.matches(seen)
                && (r.probability >= 1.0 || share(ids) < r.probability)
        };
        let hit: Vec<u64> = self.rules.read().iter().filter(|r| hits(r)).map(|r| r.id).collect();
        if hit.is_empty() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        let mut tx = store.tx();
        let mut rules = self.rules.write();
        for r in rules.iter_mut().filter(|r| hit.contains(&r.id) && r.times != Some(0)) {
            if let Some(n) = &mut r.times {
                *n -= 1;
                tx.put::<Rules>(&r.id, &StoredRule(r.to_json().to_string()));
            }
            effects.push(r.effect.clone());
        }
        if let Err(e) = store.commit(tx) {
            // The call fails or not as the rule says; only a restart would give it its hits again.
            eprintln!("tabletop: faults: {e}");
        }
        effects
    }
}

fn without_id(mut v: Value) -> Value {
    if let Some(o) = v.as_object_mut() {
        o.remove("id");
    }
    v
}

/// A number from 0 up to 1, from the stream of faults.
pub(in crate::stage) fn share(ids: &Ids) -> f64 {
    let b = ids.bytes("kernel.fault");
    f64::from(u32::from_be_bytes([b[0], b[1], b[2], b[3]])) / (f64::from(u32::MAX) + 1.0)
}

/// Wildcard match in linear time; without regard to ASCII case.
fn glob(pattern: &str, text: &str) -> bool {
    let (p, t) = (pattern.as_bytes(), text.as_bytes());
    let (mut i, mut j, mut star) = (0, 0, None);
    while j < t.len() {
        if i < p.len() && p[i] == b'*' {
            star = Some((i, j));
            i += 1;
        } else if i < p.len() && (p[i] == b'?' || p[i].eq_ignore_ascii_case(&t[j])) {
            (i, j) = (i + 1, j + 1);
        } else if let Some((si, sj)) = star {
            (i, j) = (si + 1, sj + 1);
            star = Some((si, sj + 1));
        } else {
            return false;
        }
    }
    p[i..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_back_as_shown() {
        let v = json!({"service": "sqs", "operation": "Send*", "effect": "error", "code": "X", "status": 503,
                       "message": "m", "probability": 0.5, "times": 3});
        let rule = FaultRule::from_json(&v).expect("sound");
        assert_eq!(FaultRule::from_json(&without_id(rule.to_json())), Ok(rule));
    }

    #[test]
    fn unknown_words_are_refused_with_the_nearest_one() {
        let e = FaultRule::from_json(&json!({"servise": "sqs", "effect": "cut"})).expect_err("misspelt");
        assert!(e.contains("service"), "{e}");
        for (rule, text) in [
            (json!({"effect": "latncy"}), "unknown effect 'latncy'; did you mean 'latency'?"),
            (json!({"effect": "cut", "code": "X"}), "code is for the effect error, and this one is cut"),
            (
                json!({"effect": "error", "ms": 1}),
                "ms is for the effect latency or lag, and this one is error",
            ),
            (json!({"effect": "lag", "ms": -1}), "ms is a whole number, up to 315360000000"),
            (json!({"effect": "error", "code": 1}), "code is a text"),
            (json!({"effect": "error", "status": 200}), "status lies between 400 and 599"),
            (json!({"effect": "latency"}), "latency needs ms, up to 900000"),
            (json!({"effect": "latency", "ms": 900_001}), "latency needs ms, up to 900000"),
            (json!({"effect": "cut", "probability": 2}), "probability lies between 0 and 1"),
        ] {
            assert_eq!(FaultRule::from_json(&rule).expect_err("it doesn't fit"), text);
        }
    }

    #[test]
    fn globs() {
        for (p, t, want) in [
            ("*", "", true),
            ("Send*", "SendMessage", true),
            ("s?s", "sqs", true),
            ("a*b*c", "aXbYbZ", false),
        ] {
            assert_eq!(glob(p, t), want, "{p} {t}");
        }
    }
}
