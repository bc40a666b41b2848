//! Instance types by their attributes: which ones meet what is required of them, and which of those don't cost too much.
//! Source: EC2 user guide, "Specify attributes for instance type selection for EC2 Fleet or Spot Fleet"; EC2 API reference,
//! "InstanceRequirementsRequest" (2026-11-22).
//!
//! Differs from AWS: baselines of performance aren't built. Prices are those of us-east-1 (`spot_price.rs`).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::InstanceRequirementsRequest as Required;

use super::column as c;
use super::shown::{encrypts_in_transit, show};
use super::{InstanceType, all};
use crate::err::{combination, invalid_parameter, refuse};
use crate::filter::Pattern;
use crate::spot_price;

/// How far a price may lie above that of the cheapest type of families C, M and R, in percent.
const ON_DEMAND_PERCENT: i32 = 20;
const SPOT_PERCENT: i32 = 100;
/// This much and more: no limit.
const NO_LIMIT: i32 = 999_999;

/// Types that can be allowed, or excluded.
const NAMES: usize = 400;

/// Architectures and virtualization types that a launch can use, and what is required of the type.
pub(crate) struct Wanted<'a> {
    pub(crate) architectures: &'a [String],
    pub(crate) virtualizations: &'a [String],
    pub(crate) required: &'a Required,
}

/// Refuses what isn't an attribute's value, or attributes that exclude each other.
///
/// Errors: InvalidParameterValue; InvalidParameterCombination.
pub(crate) fn check(r: &Required) -> Result<(), Fault> {
    refuse(&[("InstanceRequirements.BaselinePerformanceFactors", r.baseline_performance_factors.is_some())])?;
    if r.allowed_instance_types.is_some() && r.excluded_instance_types.is_some() {
        let text = "AllowedInstanceTypes and ExcludedInstanceTypes can't be specified together";
        return Err(combination(text));
    }
    for (given, name) in [
        (&r.allowed_instance_types, "allowedInstanceTypes"),
        (&r.excluded_instance_types, "excludedInstanceTypes"),
    ] {
        if let Some(n) = given.as_ref().map(Vec::len).filter(|n| *n > NAMES) {
            return Err(invalid_parameter(n, name, &format!("At most {NAMES} may be given.")));
        }
    }
    let both = r.spot_max_price_percentage_over_lowest_price.is_some()
        && r.max_spot_price_as_percentage_of_optimal_on_demand_price.is_some();
    if both {
        let text = "Only one of SpotMaxPricePercentageOverLowestPrice and MaxSpotPriceAsPercentageOfOptimalOnDemandPrice can be specified";
        return Err(combination(text));
    }
    let (vcpus, memory) = (&r.v_cpu_count, &r.memory_mi_b);
    for (least, most, name) in [(vcpus.min, vcpus.max, "VCpuCount"), (memory.min, memory.max, "MemoryMiB")] {
        if least < 0 || most.is_some_and(|m| m < least) {
            return Err(invalid_parameter(least, name, "Min must not be greater than Max."));
        }
    }
    Ok(())
}

/// Types that the region offers and that meet what is wanted, by name.
pub(crate) fn meeting<'a>(cx: &Cx, w: &'a Wanted<'a>) -> impl Iterator<Item = InstanceType> + use<'a> {
    let region = cx.scope.region;
    all().filter(move |t| !t.zones(region).is_empty() && meets(t, w))
}

/// Of these, those whose price lies within what is required, as AWS limits it by itself where nothing is said.
pub(crate) fn affordable(cx: &Cx, all: &[InstanceType], r: &Required, spot: bool) -> Vec<InstanceType> {
    let zone =
        |t: &InstanceType| t.zones(cx.scope.region).first().map(|z| (*z).to_owned()).unwrap_or_default();
    let price = |t: &InstanceType, spot: bool| {
        let quote = spot_price::quote(t.name())?;
        Some(if spot { quote.spot(&zone(t), cx.now_ms) } else { quote.usual })
    };
    let usual_family = |t: &&InstanceType| {
        t.flag(c::CURRENT)
            && ["c", "m", "r"].iter().any(|f| t.family().starts_with(f))
            && t.text(c::GPUS).is_empty()
    };
    let cheapest = |spot: bool| {
        let of = |only: bool| {
            let prices = all.iter().filter(|t| !only || usual_family(t)).filter_map(|t| price(t, spot));
            prices.min_by(f64::total_cmp)
        };
        of(true).or_else(|| of(false))
    };
    let over = |percent: i32| 1.0 + f64::from(percent.max(0)) / 100.0;
    let most = match (spot, r.max_spot_price_as_percentage_of_optimal_on_demand_price) {
        (true, Some(percent)) if percent >= NO_LIMIT => None,
        (true, Some(percent)) => cheapest(false).map(|p| p * f64::from(percent.max(0)) / 100.0),
        (true, None) => match r.spot_max_price_percentage_over_lowest_price.unwrap_or(SPOT_PERCENT) {
            percent if percent >= NO_LIMIT => None,
            percent => cheapest(true).map(|p| p * over(percent)),
        },
        (false, _) => match r.on_demand_max_price_percentage_over_lowest_price.unwrap_or(ON_DEMAND_PERCENT) {
            percent if percent >= NO_LIMIT => None,
            percent => cheapest(false).map(|p| p * over(percent)),
        },
    };
    all.iter().filter(|t| most.is_none_or(|m| price(t, spot).is_some_and(|p| p <= m))).cloned().collect()
}

fn within<T: PartialOrd>(value: T, least: Option<T>, most: Option<T>) -> bool {
    least.is_none_or(|l| value >= l) && most.is_none_or(|m| value <= m)
}

/// `included`, `required`, `excluded`
fn choice(given: Option<&str>, usual: &str, has: bool) -> bool {
    match given.unwrap_or(usual) {
        "required" => has,
        "excluded" => !has,
        _ => true,
    }
}

fn meets(t: &InstanceType, w: &Wanted<'_>) -> bool {
    let r = w.required;
    let named = |patterns: &[String]| patterns.iter().any(|p| Pattern::new(p).matches(t.name()));
    let maker = match t.text(c::MAKER) {
        "AWS" => "amazon-web-services",
        "AMD" => "amd",
        "Apple" => "apple",
        _ => "intel",
    };
    let generation = if t.flag(c::CURRENT) { "current" } else { "previous" };
    let has = |list: &Option<Vec<String>>, value: &str| {
        list.as_ref().is_none_or(|l| l.is_empty() || l.iter().any(|v| v == value))
    };
    let memory = t.memory_mib();
    let limits = (i64::from(r.memory_mi_b.min), r.memory_mi_b.max.map(i64::from));
    w.architectures.iter().any(|a| t.runs(a))
        && w.virtualizations.iter().any(|v| t.virtualizes(v))
        && within(t.vcpus(), Some(r.v_cpu_count.min), r.v_cpu_count.max)
        && within(memory, Some(limits.0), limits.1)
        && has(&r.cpu_manufacturers, maker)
        && has(&r.instance_generations, generation)
        && r.excluded_instance_types.as_ref().is_none_or(|l| !named(l))
        && r.allowed_instance_types.as_ref().is_none_or(|l| named(l))
        && r.memory_gi_b_per_v_cpu
            .as_ref()
            .is_none_or(|m| within(memory as f64 / 1_024.0 / f64::from(t.vcpus().max(1)), m.min, m.max))
        && choice(r.bare_metal.as_deref(), "excluded", t.flag(c::BARE))
        && choice(r.burstable_performance.as_deref(), "excluded", t.bursts())
        && (r.require_hibernate_support != Some(true) || t.hibernates())
        && (r.require_encryption_in_transit != Some(true) || encrypts_in_transit(t))
        && r.network_interface_count.as_ref().is_none_or(|n| within(t.interfaces(), n.min, n.max))
        && meets_storage(t, r)
        && meets_network(t, r)
        && meets_accelerators(t, r)
}

fn meets_storage(t: &InstanceType, r: &Required) -> bool {
    let disks = t.disks();
    let total: f64 = disks.iter().map(|d| f64::from(d.0) * d.1 as f64).sum();
    choice(r.local_storage.as_deref(), "included", !disks.is_empty())
        && r.local_storage_types
            .as_ref()
            .is_none_or(|l| disks.is_empty() || disks.iter().any(|d| l.iter().any(|k| k == d.2)))
        && r.total_local_storage_gb.as_ref().is_none_or(|g| within(total, g.min, g.max))
}

fn meets_network(t: &InstanceType, r: &Required) -> bool {
    let base = t.number(c::EBS_BASE_MBPS).unwrap_or(0);
    r.baseline_ebs_bandwidth_mbps.as_ref().is_none_or(|b| within(base, b.min, b.max))
        && r.network_bandwidth_gbps
            .as_ref()
            .is_none_or(|n| within(t.decimal(c::NET_BASE).unwrap_or(0.0), n.min, n.max))
}

/// An accelerator of a type: what it is, its maker and name, how many, mebibytes of memory of all.
struct Accelerator {
    kind: &'static str,
    maker: String,
    name: String,
    count: i32,
    memory_mib: i32,
}

fn accelerators(t: &InstanceType) -> Vec<Accelerator> {
    let shown = show(t);
    let word = |text: Option<String>| text.unwrap_or_default().to_lowercase().replace(' ', "-");
    let mut out = Vec::new();
    for g in shown.gpu_info.and_then(|g| g.gpus).unwrap_or_default() {
        let memory = g.memory_info.and_then(|m| m.size_in_mi_b).unwrap_or(0);
        let count = g.count.unwrap_or(1);
        let (maker, name) = (word(g.manufacturer), word(g.name));
        out.push(Accelerator { kind: "gpu", maker, name, count, memory_mib: memory * count.max(1) });
    }
    for f in shown.fpga_info.and_then(|f| f.fpgas).unwrap_or_default() {
        let (maker, name) = (word(f.manufacturer), word(f.name));
        out.push(Accelerator { kind: "fpga", maker, name, count: f.count.unwrap_or(1), memory_mib: 0 });
    }
    for a in shown.inference_accelerator_info.and_then(|a| a.accelerators).unwrap_or_default() {
        let (maker, name) = (word(a.manufacturer), word(a.name));
        out.push(Accelerator { kind: "inference", maker, name, count: a.count.unwrap_or(1), memory_mib: 0 });
    }
    out
}

/// Without a word on accelerators, types with and without meet it; with one, those alone that have such.
fn meets_accelerators(t: &InstanceType, r: &Required) -> bool {
    let count = r.accelerator_count.as_ref();
    let asked = r.accelerator_types.is_some()
        || r.accelerator_manufacturers.is_some()
        || r.accelerator_names.is_some()
        || r.accelerator_total_memory_mi_b.is_some()
        || count.is_some();
    if !asked {
        return true;
    }
    let own = accelerators(t);
    if own.is_empty() {
        return count.is_some_and(|n| within(0, n.min, n.max));
    }
    let maker = |a: &Accelerator| match a.maker.as_str() {
        "aws" => "amazon-web-services".to_owned(),
        other => other.to_owned(),
    };
    let some = |list: &Option<Vec<String>>, is: &dyn Fn(&Accelerator, &str) -> bool| {
        list.as_ref().is_none_or(|l| own.iter().any(|a| l.iter().any(|v| is(a, v))))
    };
    let total: i32 = own.iter().map(|a| a.memory_mib).sum();
    let number: i32 = own.iter().map(|a| a.count).sum();
    some(&r.accelerator_types, &|a, v| a.kind == v)
        && some(&r.accelerator_manufacturers, &|a, v| maker(a) == v)
        && some(&r.accelerator_names, &|a, v| a.name == v)
        && count.is_none_or(|n| within(number, n.min, n.max))
        && r.accelerator_total_memory_mi_b.as_ref().is_none_or(|m| within(total, m.min, m.max))
}
