//! Prices of instances: on demand, and Spot's, which move every twelve hours. A Spot price is the advisor's saving on the
//! on-demand price, a few percent up or down by type, zone and time: the same in every Tabletop, never above on demand.
//! Source: `facts/ec2-prices.tsv`; EC2 user guide, "View Spot Instance pricing history" (2026-11-22).
//!
//! Differs from AWS: every region has us-east-1's figures, and Linux alone has a history. A type that is sold as Spot and
//! whose saving isn't known is 60 percent cheaper.

use crate::instance_type::line;

static FACTS: &str = include_str!("../../../facts/ec2-prices.tsv");

/// How long a Spot price holds.
pub(crate) const STEP_MS: i64 = 12 * 3_600_000;
const USUAL_PERCENT: f64 = 60.0;
/// How far a price moves up or down.
const WOBBLE: f64 = 0.08;

/// What is known of a type's prices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quote {
    /// On demand, dollars an hour.
    pub(crate) usual: f64,
    spot: f64,
    seed: u64,
}

/// The prices of a type; none for one that isn't sold.
pub(crate) fn quote(kind: &str) -> Option<Quote> {
    let body = FACTS.splitn(4, '\n').nth(3).unwrap_or_default();
    let mut fields = line(body, kind)?.split('\t').skip(1);
    let usual: f64 = fields.next()?.parse().ok()?;
    let percent: f64 = fields.next().and_then(|p| p.parse().ok()).unwrap_or(USUAL_PERCENT);
    Some(Quote { usual, spot: usual * (1.0 - percent / 100.0), seed: fnv(0xCBF2_9CE4_8422_2325, kind) })
}

impl Quote {
    /// What it costs as Spot in a zone at that time: dollars an hour.
    pub(crate) fn spot(&self, zone_id: &str, at_ms: i64) -> f64 {
        let step = at_ms.div_euclid(STEP_MS).unsigned_abs();
        let n = (mixed(fnv(self.seed, zone_id) ^ step) % 10_000) as f64 / 10_000.0;
        (self.spot * (1.0 - WOBBLE + 2.0 * WOBBLE * n)).min(self.usual)
    }
}

/// FNV-1a: prices need no more than to look arbitrary.
fn fnv(seed: u64, text: &str) -> u64 {
    text.bytes().fold(seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}

/// The finish of splitmix64.
fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

/// A price as AWS writes it.
pub(crate) fn text(dollars: f64) -> String {
    format!("{dollars:.6}")
}

/// A price out of a request; none for what is no price.
pub(crate) fn read(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|p| p.is_finite() && *p > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_move_and_never_exceed_on_demand() {
        let large = quote("m5.large").expect("it is sold");
        let prices: Vec<f64> = (0..40).map(|n| large.spot("use1-az1", n * STEP_MS + 17)).collect();
        assert!(prices.iter().all(|p| *p > 0.0 && *p < large.usual));
        assert!(prices.windows(2).any(|w| w[0] < w[1]) && prices.windows(2).any(|w| w[0] > w[1]));
        assert!((large.spot("use1-az1", 17) - large.spot("use1-az1", STEP_MS - 1)).abs() < 1e-12);
        assert!((large.spot("use1-az1", 17) - large.spot("use1-az2", 17)).abs() > 1e-9);
        assert!(
            quote("m5.castle").is_none() && quote("a1.2xlarge").is_some() && quote("z1d.xlarge").is_some()
        );
        assert_eq!(read("0.05"), Some(0.05));
        assert!(read("-1").is_none() && read("much").is_none() && read("NaN").is_none());
    }
}
