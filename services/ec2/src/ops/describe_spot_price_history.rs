//! `DescribeSpotPriceHistory`: the newest prices first, a thousand a page where no size is asked for.
//! Source: EC2 API reference, "DescribeSpotPriceHistory" (2026-11-22). Prices: `spot_price.rs`.

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed};
use crate::filter::Accessor;
use crate::instance_type::{self, InstanceType};
use crate::resource::Listed;
use crate::spot_price::{Quote, STEP_MS, quote, text};
use crate::zones;

/// A history goes back so far.
const KEPT_MS: i64 = 90 * 86_400_000;
const PAGE: i32 = 1_000;
/// The product that has a history, by its two names.
const PRODUCTS: [&str; 2] = ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"];

/// A price from some time on.
struct Price {
    place: String,
    kind: &'static str,
    zone: String,
    zone_id: String,
    price: String,
    at_ms: i64,
}

impl Listed for Price {
    const SHOWS_TAGS: bool = false;
    const FILTERS: &'static [(&'static str, Accessor<Price>)] = &[
        ("availability-zone", |r, p| p.text(&r.zone)),
        ("availability-zone-id", |r, p| p.text(&r.zone_id)),
        ("instance-type", |r, p| p.text(r.kind)),
        ("product-description", |_, p| p.each(PRODUCTS)),
        ("spot-price", |r, p| p.text(&r.price)),
        ("timestamp", |r, p| p.time(r.at_ms)),
    ];
    fn id(&self) -> &str {
        &self.place
    }
}

/// Steps count down in ids, so that the newest come first.
fn countdown(step: i64) -> i64 {
    99_999_999 - step
}

/// Errors: those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &s::DescribeSpotPriceHistoryRequest,
) -> Result<s::DescribeSpotPriceHistoryResult, Fault> {
    let time = |t: &Option<Timestamp>, usual: i64| t.as_ref().map_or(usual, |t| t.epoch_ms);
    let least_ms = cx.now_ms - KEPT_MS;
    let from = time(&i.start_time, least_ms).clamp(least_ms, cx.now_ms).div_euclid(STEP_MS);
    let to = time(&i.end_time, cx.now_ms).clamp(least_ms, cx.now_ms).div_euclid(STEP_MS);
    let kinds = i.instance_types.clone();
    let ask = Ask::new("DescribeSpotPriceHistory", &i.filters)
        .ids(&kinds)
        .pages(i.max_results.or(Some(PAGE)), &i.next_token)
        .limits(1, PAGE);
    // The page begins in the step where the one before ended.
    let after = ask.start(cx)?.and_then(|a| a.split(' ').next()?.parse::<i64>().ok());
    let newest = after.map_or(to, |c| countdown(c).min(to));
    let types = types(cx, i);
    let mut zones: Vec<zones::Zone> = zones::availability_zones(cx)
        .into_iter()
        .filter(|z| i.availability_zone.as_ref().is_none_or(|n| *n == z.name))
        .filter(|z| i.availability_zone_id.as_ref().is_none_or(|n| *n == z.id))
        .collect();
    zones.sort_by(|a, b| a.id.cmp(&b.id));
    let wanted = i.product_descriptions.as_deref().unwrap_or_default();
    let known = wanted.is_empty() || wanted.iter().any(|w| PRODUCTS.contains(&w.as_str()));
    let rows = (from..=newest).rev().filter(|_| known).flat_map(|step| {
        let zones = &zones;
        types.iter().flat_map(move |sold| {
            let there = zones.iter().filter(|z| sold.zones.contains(&z.id.as_str()));
            there.map(move |z| row(step, sold, z))
        })
    });
    let found = listed(cx, &ask, rows)?;
    let spot_price_history = found.show(|r, _| s::SpotPrice {
        availability_zone: Some(r.zone.clone()),
        availability_zone_id: Some(r.zone_id.clone()),
        instance_type: Some(r.kind.to_owned()),
        product_description: Some(PRODUCTS[0].to_owned()),
        spot_price: Some(r.price.clone()),
        timestamp: Some(Timestamp { epoch_ms: r.at_ms }),
    });
    Ok(s::DescribeSpotPriceHistoryResult { next_token: found.next, spot_price_history })
}

/// A type that is sold as Spot, and where.
struct Sold {
    kind: &'static str,
    zones: Vec<&'static str>,
    quote: Quote,
}

/// Types that are asked for, in the order of their names.
fn types(cx: &Cx, i: &s::DescribeSpotPriceHistoryRequest) -> Vec<Sold> {
    let wanted = i.instance_types.as_deref().unwrap_or_default();
    let all = instance_type::offered(cx).filter(InstanceType::sells_spot);
    let asked = all.filter(|t| wanted.is_empty() || wanted.iter().any(|w| w == t.name()));
    let sold = |t: InstanceType| {
        Some(Sold { kind: t.name(), zones: t.zones(cx.scope.region), quote: quote(t.name())? })
    };
    asked.filter_map(sold).collect()
}

fn row(step: i64, sold: &Sold, z: &zones::Zone) -> Price {
    let at_ms = step * STEP_MS;
    Price {
        place: format!("{:08} {} {}", countdown(step), sold.kind, z.id),
        kind: sold.kind,
        zone: z.name.clone(),
        zone_id: z.id.clone(),
        price: text(sold.quote.spot(&z.id, at_ms)),
        at_ms,
    }
}
