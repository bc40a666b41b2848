//! What a fleet launches: pools out of its templates and overrides, in the order of its strategies, until its targets are met.
//! Source: EC2 API reference, "FleetLaunchTemplateOverridesRequest"; EC2 user guide, "Allocation strategies" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use super::{Fleet, TEND, attributes, fulfilled, history, members};
use crate::err::{self, fault};
use crate::launch::make::{self, Market, Order};
use crate::launch::{self, template};
use crate::resource::{on, save};
use crate::spot_price;
use crate::spot_request::{self, Bid};

/// How often a fleet that keeps its target looks again for what it couldn't get (Tabletop's choice).
const AGAIN_MS: i64 = 5 * 60_000;

/// How many refused pools of one attempt the history tells.
const NOTED: usize = 10;

type Override = s::FleetLaunchTemplateOverridesRequest;

/// A pool: a template with an override.
pub(crate) struct Candidate {
    pub(crate) over: Option<s::FleetLaunchTemplateOverridesRequest>,
    /// One instance of it, template and override laid together.
    pub(crate) request: s::RunInstancesRequest,
    /// None for a launch specification of the old API.
    pub(crate) template: Option<(String, i64)>,
    /// Of a type that was chosen by attributes: whether its price suits on demand, and as Spot.
    pub(crate) markets: Option<(bool, bool)>,
}

impl Candidate {
    /// What an instance counts, in thousandths.
    fn weight(&self, vcpus: bool, kind: &crate::instance_type::InstanceType) -> i32 {
        if vcpus {
            return kind.vcpus() * 1_000;
        }
        let given = self.over.as_ref().and_then(|o| o.weighted_capacity).unwrap_or(1.0);
        (given.clamp(0.001, 1_000_000.0) * 1_000.0) as i32
    }
    fn priority(&self) -> f64 {
        self.over.as_ref().and_then(|o| o.priority).unwrap_or(f64::MAX)
    }
}

/// What was launched of a pool, or why not.
pub(crate) struct Launched {
    pub(crate) candidate: Candidate,
    pub(crate) spot: bool,
    pub(crate) instances: Vec<crate::instance::Instance>,
    pub(crate) error: Option<Fault>,
}

/// All pools of a fleet's configuration.
///
/// Errors: those of [`template::resolved`] and of attributes.
pub(crate) fn candidates(
    cx: &Cx,
    configs: &[s::FleetLaunchTemplateConfigRequest],
) -> Result<Vec<Candidate>, Fault> {
    let mut all = Vec::new();
    for config in configs {
        let spec = config.launch_template_specification.clone();
        let spec = spec.ok_or_else(|| err::missing("LaunchTemplateConfigs.LaunchTemplateSpecification"))?;
        let overrides = config.overrides.as_deref().unwrap_or_default();
        let own = required(cx, &spec)?;
        if overrides.is_empty() {
            match &own {
                Some(r) => all.extend(attributes::pools(cx, &spec, &Override::default(), r)?),
                None => all.push(candidate(cx, &spec, None)?),
            }
        }
        for over in overrides {
            let by =
                over.instance_requirements.as_ref().or(own.as_ref().filter(|_| over.instance_type.is_none()));
            match by {
                Some(r) => all.extend(attributes::pools(cx, &spec, over, r)?),
                None => all.push(candidate(cx, &spec, Some(over))?),
            }
        }
    }
    Ok(all)
}

/// The attributes that a template asks for.
fn required(
    cx: &Cx,
    spec: &s::FleetLaunchTemplateSpecificationRequest,
) -> Result<Option<s::InstanceRequirementsRequest>, Fault> {
    let (_, version) = template::named(cx, &specification(spec))?;
    Ok(version.request()?.instance_requirements)
}

fn specification(spec: &s::FleetLaunchTemplateSpecificationRequest) -> s::LaunchTemplateSpecification {
    s::LaunchTemplateSpecification {
        launch_template_id: spec.launch_template_id.clone(),
        launch_template_name: spec.launch_template_name.clone(),
        version: spec.version.clone(),
    }
}

/// All pools of a fleet, of either API.
///
/// Errors: those of [`candidates`].
pub(crate) fn pools(cx: &Cx, fleet: &Fleet) -> Result<Vec<Candidate>, Fault> {
    let mut all = candidates(cx, &fleet.request()?.launch_template_configs)?;
    if !fleet.config.is_empty() {
        all.extend(super::spot::candidates(&super::spot::config(fleet)?)?);
    }
    Ok(all)
}

pub(super) fn candidate(
    cx: &Cx,
    spec: &s::FleetLaunchTemplateSpecificationRequest,
    over: Option<&s::FleetLaunchTemplateOverridesRequest>,
) -> Result<Candidate, Fault> {
    let o = over.cloned().unwrap_or_default();
    err::refuse(&[
        (
            "LaunchTemplateSpecification.LaunchTemplateSpecificationUserData",
            spec.launch_template_specification_user_data.is_some(),
        ),
        ("Overrides.BlockDeviceMappings", o.block_device_mappings.is_some()),
        ("Overrides.IamInstanceProfile", o.iam_instance_profile.is_some()),
        ("Overrides.MetadataOptions", o.metadata_options.is_some()),
    ])?;
    let mut placement = o.placement.clone();
    if o.availability_zone.is_some() || o.availability_zone_id.is_some() {
        let p = placement.get_or_insert_default();
        p.availability_zone.clone_from(&o.availability_zone);
        p.availability_zone_id.clone_from(&o.availability_zone_id);
    }
    let asked = s::RunInstancesRequest {
        min_count: 1,
        max_count: 1,
        launch_template: Some(specification(spec)),
        instance_type: o.instance_type.clone(),
        image_id: o.image_id.clone(),
        key_name: o.key_name.clone(),
        placement,
        ..s::RunInstancesRequest::default()
    };
    let resolved = template::resolved(cx, &asked)?;
    let mut request = resolved.request;
    // Whether they are bought as Spot says the fleet.
    request.instance_market_options = None;
    if o.subnet_id.is_some() {
        match request.network_interfaces.as_mut().and_then(|n| n.first_mut()) {
            Some(first) => first.subnet_id.clone_from(&o.subnet_id),
            None => request.subnet_id.clone_from(&o.subnet_id),
        }
    }
    let (t, version) = resolved.template.expect("the request names a template");
    Ok(Candidate { over: over.cloned(), request, template: Some((t.id, version)), markets: None })
}

/// The strategy that orders pools: of Spot, or on demand.
fn strategy(order: &s::CreateFleetRequest, spot: bool) -> String {
    let given = match spot {
        true => order.spot_options.as_ref().and_then(|o| o.allocation_strategy.clone()),
        false => order.on_demand_options.as_ref().and_then(|o| o.allocation_strategy.clone()),
    };
    given.unwrap_or_else(|| "lowest-price".to_owned())
}

/// Launches what is missing to the fleet's targets.
///
/// Errors: those of making instances. What a pool refuses is part of the answer.
pub(crate) fn fill(cx: &mut Cx, fleet: &Fleet) -> Result<Vec<Launched>, Fault> {
    let order = fleet.request()?;
    let (mut all, mut short) = (Vec::new(), false);
    for (spot, target) in [(false, fleet.on_demand), (true, fleet.spot)] {
        let there = fulfilled(&members(cx, fleet)?, spot);
        let missing = f64::from(target) - there;
        if missing > 0.0 {
            let bought = buy(cx, fleet, &order, spot, missing)?;
            for error in bought.iter().filter_map(|l| l.error.as_ref()).take(NOTED) {
                history::failed(cx, fleet, error)?;
            }
            all.extend(bought);
            short |= fulfilled(&members(cx, fleet)?, spot) < f64::from(target);
        }
    }
    if short && fleet.kind == "maintain" {
        let due_ms = cx.now_ms + AGAIN_MS;
        cx.timer_set(TEND, &fleet.id, due_ms)?;
    }
    Ok(all)
}

struct Pool {
    candidate: Candidate,
    price: f64,
    weight: i32,
    count: i32,
}

fn buy(
    cx: &mut Cx,
    fleet: &Fleet,
    order: &s::CreateFleetRequest,
    spot: bool,
    missing: f64,
) -> Result<Vec<Launched>, Fault> {
    let vcpus = order.target_capacity_specification.target_capacity_unit_type.as_deref() == Some("vcpu");
    let (mut pools, mut out, mut unfit) = (Vec::new(), Vec::new(), None);
    for mut candidate in super::pools(cx, fleet)? {
        if candidate.markets.is_some_and(|(usual, as_spot)| !(if spot { as_spot } else { usual })) {
            continue;
        }
        if spot {
            candidate.request.instance_market_options = Some(s::InstanceMarketOptionsRequest {
                market_type: Some("spot".to_owned()),
                ..s::InstanceMarketOptionsRequest::default()
            });
        }
        match priced(cx, &candidate, spot) {
            Ok((price, kind)) => {
                let weight = candidate.weight(vcpus, &kind);
                pools.push(Pool { candidate, price, weight, count: 0 });
            }
            Err(error) => {
                let refused = Launched { candidate, spot, instances: Vec::new(), error: Some(error) };
                // Of types that nobody named, one refusal tells enough, and nothing where another type fits.
                match refused.candidate.markets {
                    Some(_) => unfit = unfit.or(Some(refused)),
                    None => out.push(refused),
                }
            }
        }
    }
    out.extend(unfit.filter(|_| pools.is_empty()));
    let strategy = strategy(order, spot);
    match strategy.as_str() {
        "prioritized" | "capacity-optimized-prioritized" => {
            pools.sort_by(|a, b| a.candidate.priority().total_cmp(&b.candidate.priority()));
        }
        "capacity-optimized" | "diversified" => {}
        _ => {
            let unit = |p: &Pool| p.price / f64::from(p.weight);
            pools.sort_by(|a, b| unit(a).total_cmp(&unit(b)));
        }
    }
    share(&mut pools, missing, strategy == "diversified");
    for pool in pools.into_iter().filter(|p| p.count > 0) {
        out.push(launch(cx, fleet, order, pool, spot)?);
    }
    Ok(out)
}

/// How many instances of which pool.
fn share(pools: &mut [Pool], missing: f64, evenly: bool) {
    let n = pools.len();
    let mut left = missing;
    let mut at = 0;
    while left > 0.0 && n > 0 {
        let pool = &mut pools[at % n];
        pool.count += 1;
        left -= f64::from(pool.weight) / 1_000.0;
        if evenly {
            at += 1;
        }
    }
}

/// What an instance of a pool costs now, if it can be launched at all.
fn priced(cx: &Cx, c: &Candidate, spot: bool) -> Result<(f64, crate::instance_type::InstanceType), Fault> {
    let l = launch::read(cx, &c.request)?;
    if !spot {
        return Ok((spot_price::quote(l.kind.name()).map_or(f64::MAX, |q| q.usual), l.kind));
    }
    let price = spot_request::price_now(cx, &l);
    let most = c.over.as_ref().and_then(|o| o.max_price.as_deref()).and_then(spot_price::read);
    if most.is_some_and(|m| price > m) || !l.kind.sells_spot() {
        return Err(fault(
            "SpotMaxPriceTooLow",
            format!(
                "Your Spot request price is lower than the minimum required Spot request fulfillment price of {}.",
                spot_price::text(price)
            ),
        ));
    }
    Ok((price, l.kind))
}

fn launch(
    cx: &mut Cx,
    fleet: &Fleet,
    order: &s::CreateFleetRequest,
    pool: Pool,
    spot: bool,
) -> Result<Launched, Fault> {
    let Pool { candidate, weight: units, count, .. } = pool;
    let mut request = candidate.request.clone();
    (request.min_count, request.max_count) = (count, count);
    let l = match launch::read(cx, &request) {
        Ok(l) => l,
        Err(error) => return Ok(Launched { candidate, spot, instances: Vec::new(), error: Some(error) }),
    };
    let mut specs = request.tag_specifications.clone().unwrap_or_default();
    let own =
        order.tag_specifications.iter().flatten().filter(|t| t.resource_type.as_deref() != Some("fleet"));
    specs.extend(own.cloned());
    let mut tags = make::Made::read(Some(&specs), spot)?;
    if let Some((id, version)) = &candidate.template {
        tags.mark("aws:ec2launchtemplate:id", id);
        tags.mark("aws:ec2launchtemplate:version", version);
    }
    let mark = if fleet.config.is_empty() { "aws:ec2:fleet-id" } else { "aws:ec2spot:fleet-request-id" };
    tags.mark(mark, &fleet.id);
    let max = candidate.over.as_ref().and_then(|o| o.max_price.clone());
    let bid = Bid { price: max.as_deref(), ..Bid::default() };
    let market = if spot { Market::Bid(&bid) } else { Market::OnDemand };
    let (reservation, _) = make::all(cx, &Order { request: &request, launch: &l, tags: &tags, market })?;
    let mut instances = on::<crate::instance::Instance>(cx, &reservation)?;
    instances.sort_by_key(|i| i.launch_index);
    for i in &mut instances {
        i.fleet.clone_from(&fleet.id);
        i.fleet_weight = units;
        save(cx, i)?;
    }
    history::moved(cx, &fleet.id, "launched", &instances)?;
    Ok(Launched { candidate, spot, instances, error: None })
}
