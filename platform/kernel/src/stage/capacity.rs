//! Faults of what there is too little of: a zone that has no machines of a kind. Whoever gives machines asks.

use crate::ids::Ids;
use crate::stage::faults::{FaultEffect, FaultRule, Faults, Seen, share};

/// Refuses what a rule can't look at: what is missing is missing for every call.
pub(in crate::stage) fn fits(rule: &FaultRule) -> Result<(), String> {
    match ["operation", "principal"].iter().find(|m| rule.matcher(m)) {
        Some(m) => {
            Err(format!("{m} is not for the effect capacity: what is missing is missing for every call"))
        }
        None if rule.times.is_some() => {
            Err("times is not for the effect capacity: no call uses it up".to_owned())
        }
        None => Ok(()),
    }
}

impl Faults {
    /// Whether the faults leave the zones of `seen` room for its resource.
    pub(crate) fn leave_capacity(&self, seen: &Seen<'_>, now_ms: i64, ids: &Ids) -> bool {
        if !self.are_any() {
            return true;
        }
        let anything = Seen { resources: None, ..*seen };
        !self.rules.read().iter().any(|r| {
            r.effect == FaultEffect::Capacity
                && r.until_ms.is_none_or(|t| now_ms < t)
                && (r.matches(seen) || r.matches(&anything))
                && (r.probability >= 1.0 || share(ids) < r.probability)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rule(v: Value) -> FaultRule {
        FaultRule::from_json(&v).expect("sound")
    }

    #[test]
    fn a_zone_lacks_a_kind_until_the_fault_ends() {
        let faults = Faults::default();
        let ids = Ids::new([1; 32], 1);
        let left = |zones: &[&str], kind: &str, now_ms| {
            let seen = Seen {
                partition: "aws",
                account: "1",
                region: "us-east-1",
                service: "ec2",
                operation: "",
                principal: "",
                resources: Some(&[kind]),
                zones,
            };
            faults.leave_capacity(&seen, now_ms, &ids)
        };
        let (a, b) = (["us-east-1a", "use1-az1"], ["us-east-1b", "use1-az2"]);
        assert!(left(&a, "m5.large", 0));
        faults.replace(vec![
            rule(json!({"effect": "capacity", "zone": "use1-az1", "resource": "m5.*", "until_ms": 10})),
            rule(json!({"effect": "capacity", "zone": "us-east-1b", "account": "2"})),
            rule(json!({"effect": "error", "region": "us-east-1"})),
        ]);
        assert!(!left(&a, "m5.large", 9));
        assert!(left(&a, "m5.large", 10));
        assert!(left(&a, "c5.large", 9));
        assert!(left(&b, "m5.large", 9));
        faults.replace(vec![rule(json!({"effect": "capacity", "region": "us-*"}))]);
        assert!(!left(&b, "anything", 0));
    }

    #[test]
    fn rules_that_do_not_fit_are_refused() {
        for (v, text) in [
            (
                json!({"effect": "capacity", "operation": "RunInstances"}),
                "operation is not for the effect capacity: what is missing is missing for every call",
            ),
            (
                json!({"effect": "capacity", "times": 1}),
                "times is not for the effect capacity: no call uses it up",
            ),
            (
                json!({"effect": "cut", "zone": "us-east-1a"}),
                "zone is for the effect capacity: calls are in regions",
            ),
        ] {
            assert_eq!(FaultRule::from_json(&v).expect_err("it doesn't fit"), text);
        }
    }
}
