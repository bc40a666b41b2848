//! Faults of what no call does: copies between regions and whatever else comes after an answer. It is late, or stands still.

use std::sync::atomic::Ordering;

use crate::ids::Ids;
use crate::stage::faults::{FaultEffect, Faults, Seen, share};

impl Faults {
    /// Whether there are rules at all.
    pub(crate) fn are_any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// By how much an activity is late that no call does, in milliseconds of virtual time; `None`: it stands still. Whoever
    /// makes calls fail there makes it stand still, too, unless the rule counts its hits: those are calls'.
    pub(crate) fn lag(&self, seen: &Seen<'_>, now_ms: i64, ids: &Ids) -> Option<i64> {
        if !self.any.load(Ordering::Acquire) {
            return Some(0);
        }
        let anywhere = Seen { resources: None, ..*seen };
        let mut late_ms = 0;
        for r in self.rules.read().iter() {
            let ends = r.until_ms.is_some_and(|t| now_ms >= t);
            if ends || r.times.is_some() || !(r.matches(seen) || r.matches(&anywhere)) {
                continue;
            }
            if r.probability < 1.0 && share(ids) >= r.probability {
                continue;
            }
            match r.effect {
                FaultEffect::Lag { ms: Some(ms) } => late_ms += ms as i64,
                FaultEffect::Lag { ms: None }
                | FaultEffect::Error { .. }
                | FaultEffect::Throttle
                | FaultEffect::Cut => return None,
                FaultEffect::Latency { .. }
                | FaultEffect::LostReply
                | FaultEffect::Duplicate
                | FaultEffect::Capacity => {}
            }
        }
        Some(late_ms)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::stage::faults::FaultRule;

    #[test]
    fn what_no_call_does_is_late_or_stands_still() {
        let seen = |region| Seen {
            partition: "aws",
            account: "1",
            region,
            service: "dynamodb",
            operation: "Replicate",
            principal: "",
            resources: Some(&["arn:t"]),
            zones: &[],
        };
        let faults = Faults::default();
        let ids = Ids::new([1; 32], 1);
        assert_eq!(faults.lag(&seen("a"), 0, &ids), Some(0));
        let rule = |v: Value| FaultRule::from_json(&v).expect("sound");
        faults.replace(vec![
            rule(json!({"region": "a", "effect": "lag", "ms": 5})),
            rule(json!({"resource": "arn:t", "effect": "lag", "ms": 2, "until_ms": 10})),
            rule(json!({"region": "b", "effect": "cut"})),
            rule(json!({"operation": "PutItem", "effect": "error"})),
            rule(json!({"effect": "error", "times": 1})),
        ]);
        assert_eq!(faults.lag(&seen("a"), 0, &ids), Some(7));
        assert_eq!(faults.lag(&seen("a"), 10, &ids), Some(5));
        assert_eq!(faults.lag(&seen("b"), 0, &ids), None);
    }
}
