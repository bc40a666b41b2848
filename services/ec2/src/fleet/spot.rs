//! Spot fleets of the old API as fleets: what their configuration means in CreateFleet's words, and pools out of their launch
//! specifications. Source: EC2 API reference, "SpotFleetRequestConfigData", "SpotFleetLaunchSpecification" (2026-11-22).

use codec::Fault;
use shapes_ec2 as s;

use super::Fleet;
use super::fill::Candidate;
use crate::err::{self, fault, invalid_parameter, missing};
use crate::forms;
use crate::kind::Kind;
use crate::resource;

pub(crate) static SPOT_FLEET: Kind = Kind {
    noun: "spot-fleet-request",
    prefix: "sfr",
    not_found: ("InvalidSpotFleetRequestId.NotFound", "The spot fleet request ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<Fleet>,
};

/// Most launch specifications and overrides of one request.
const POOLS: usize = 300;

/// `InvalidSpotFleetRequestConfig`
fn wrong(text: impl Into<String>) -> Fault {
    fault("InvalidSpotFleetRequestConfig", text)
}

/// The old API's words, and CreateFleet's.
fn word(given: Option<&str>, known: &[(&str, &'static str)], name: &str) -> Result<Option<String>, Fault> {
    let Some(given) = given else { return Ok(None) };
    let found = known.iter().find(|(old, _)| *old == given);
    found.map(|(_, new)| Some((*new).to_owned())).ok_or_else(|| invalid_parameter(given, name, ""))
}

/// What a configuration orders.
///
/// Errors: InvalidSpotFleetRequestConfig; InvalidParameterValue; NotImplemented.
pub(crate) fn order(c: &s::SpotFleetRequestConfigData) -> Result<s::CreateFleetRequest, Fault> {
    refuse(c)?;
    let specs = c.launch_specifications.as_deref().unwrap_or_default();
    let templates = c.launch_template_configs.as_deref().unwrap_or_default();
    match (specs.is_empty(), templates.is_empty()) {
        (true, true) => return Err(wrong("Launch specifications or launch template configs are required.")),
        (false, false) => {
            return Err(wrong("LaunchSpecifications and LaunchTemplateConfigs can't be specified together."));
        }
        _ => {}
    }
    let overrides = templates.iter().map(|t| t.overrides.as_ref().map_or(1, Vec::len)).sum::<usize>();
    if specs.len() > POOLS || overrides > POOLS {
        return Err(wrong(format!("At most {POOLS} launch specifications can be specified.")));
    }
    let strategies = [
        ("lowestPrice", "lowest-price"),
        ("diversified", "diversified"),
        ("capacityOptimized", "capacity-optimized"),
        ("capacityOptimizedPrioritized", "capacity-optimized-prioritized"),
        ("priceCapacityOptimized", "price-capacity-optimized"),
    ];
    let usual = [("lowestPrice", "lowest-price"), ("prioritized", "prioritized")];
    let excess = [("default", "termination"), ("noTermination", "no-termination")];
    let kinds = [("request", "request"), ("maintain", "maintain")];
    Ok(s::CreateFleetRequest {
        type_: word(c.type_.as_deref().or(Some("maintain")), &kinds, "type")?,
        spot_options: Some(s::SpotOptionsRequest {
            allocation_strategy: word(c.allocation_strategy.as_deref(), &strategies, "allocationStrategy")?,
            ..s::SpotOptionsRequest::default()
        }),
        on_demand_options: Some(s::OnDemandOptionsRequest {
            allocation_strategy: word(
                c.on_demand_allocation_strategy.as_deref(),
                &usual,
                "onDemandAllocationStrategy",
            )?,
            ..s::OnDemandOptionsRequest::default()
        }),
        excess_capacity_termination_policy: word(
            c.excess_capacity_termination_policy.as_deref(),
            &excess,
            "excessCapacityTerminationPolicy",
        )?,
        launch_template_configs: configs(templates, c.spot_price.as_deref()),
        target_capacity_specification: s::TargetCapacitySpecificationRequest {
            total_target_capacity: c.target_capacity,
            on_demand_target_capacity: c.on_demand_target_capacity,
            default_target_capacity_type: Some("spot".to_owned()),
            target_capacity_unit_type: c.target_capacity_unit_type.clone(),
            ..s::TargetCapacitySpecificationRequest::default()
        },
        terminate_instances_with_expiration: c.terminate_instances_with_expiration,
        replace_unhealthy_instances: c.replace_unhealthy_instances,
        valid_from: c.valid_from,
        valid_until: c.valid_until,
        ..s::CreateFleetRequest::default()
    })
}

fn refuse(c: &s::SpotFleetRequestConfigData) -> Result<(), Fault> {
    let behaviour = c.instance_interruption_behavior.as_deref();
    let attributes = c.launch_specifications.iter().flatten().any(|l| l.instance_requirements.is_some());
    err::refuse(&[
        ("SpotMaintenanceStrategies", c.spot_maintenance_strategies.is_some()),
        ("OnDemandMaxTotalPrice", c.on_demand_max_total_price.is_some()),
        ("SpotMaxTotalPrice", c.spot_max_total_price.is_some()),
        ("InstanceInterruptionBehavior", behaviour.is_some_and(|b| b != "terminate")),
        ("LoadBalancersConfig", c.load_balancers_config.is_some()),
        ("InstancePoolsToUseCount", c.instance_pools_to_use_count.is_some_and(|n| n != 1)),
        ("Context", c.context.is_some()),
        ("TargetCapacityUnitType", c.target_capacity_unit_type.as_deref() == Some("memory-mib")),
        ("LaunchSpecifications.InstanceRequirements", attributes),
    ])
}

/// Templates with their overrides. Where one names no price, the request's holds.
pub(crate) fn configs(
    given: &[s::LaunchTemplateConfig],
    price: Option<&str>,
) -> Vec<s::FleetLaunchTemplateConfigRequest> {
    let over = |o: &s::LaunchTemplateOverrides| s::FleetLaunchTemplateOverridesRequest {
        instance_type: o.instance_type.clone(),
        max_price: o.spot_price.clone().or(price.map(str::to_owned)),
        subnet_id: o.subnet_id.clone(),
        availability_zone: o.availability_zone.clone(),
        availability_zone_id: o.availability_zone_id.clone(),
        weighted_capacity: o.weighted_capacity,
        priority: o.priority,
        instance_requirements: o.instance_requirements.as_ref().and_then(required),
        ..s::FleetLaunchTemplateOverridesRequest::default()
    };
    let one = |c: &s::LaunchTemplateConfig| {
        let mut overrides: Vec<_> = c.overrides.iter().flatten().map(over).collect();
        if overrides.is_empty() && price.is_some() {
            overrides.push(over(&s::LaunchTemplateOverrides::default()));
        }
        s::FleetLaunchTemplateConfigRequest {
            launch_template_specification: c.launch_template_specification.as_ref().map(|t| {
                s::FleetLaunchTemplateSpecificationRequest {
                    launch_template_id: t.launch_template_id.clone(),
                    launch_template_name: t.launch_template_name.clone(),
                    version: t.version.clone(),
                    ..s::FleetLaunchTemplateSpecificationRequest::default()
                }
            }),
            overrides: Some(overrides).filter(|o| !o.is_empty()),
        }
    };
    given.iter().map(one).collect()
}

/// Attributes in CreateFleet's words, which are the same ones.
fn required(given: &s::InstanceRequirements) -> Option<s::InstanceRequirementsRequest> {
    let (from, to) = (forms::named("InstanceRequirements"), forms::named("InstanceRequirementsRequest"));
    forms::record(to, &forms::cast(from, to, forms::value(from, given).ok()?, &[]).ok()?).ok()
}

/// The configuration of a stored fleet.
pub(crate) fn config(fleet: &Fleet) -> Result<s::SpotFleetRequestConfigData, Fault> {
    forms::read(forms::member_of_input("RequestSpotFleet", "SpotFleetRequestConfig"), &fleet.config)
}

/// Pools of a configuration's launch specifications: one for each subnet or zone that they name.
///
/// Errors: MissingParameter; NotImplemented.
pub(crate) fn candidates(c: &s::SpotFleetRequestConfigData) -> Result<Vec<Candidate>, Fault> {
    let mut all = Vec::new();
    for l in c.launch_specifications.iter().flatten() {
        err::refuse(&[
            ("LaunchSpecifications.AddressingType", l.addressing_type.is_some()),
            ("LaunchSpecifications.KernelId", l.kernel_id.as_deref().is_some_and(|k| !k.is_empty())),
            ("LaunchSpecifications.RamdiskId", l.ramdisk_id.as_deref().is_some_and(|k| !k.is_empty())),
        ])?;
        if l.image_id.is_none() {
            return Err(missing("LaunchSpecifications.ImageId"));
        }
        let zones = l.placement.as_ref().and_then(|p| p.availability_zone.as_deref());
        for subnet in each(l.subnet_id.as_deref()) {
            for zone in each(zones) {
                let over = s::FleetLaunchTemplateOverridesRequest {
                    instance_type: l.instance_type.clone(),
                    max_price: l.spot_price.clone().or(c.spot_price.clone()),
                    weighted_capacity: l.weighted_capacity,
                    ..s::FleetLaunchTemplateOverridesRequest::default()
                };
                let request = launch(l, subnet, zone);
                all.push(Candidate { over: Some(over), request, template: None, markets: None });
            }
        }
    }
    Ok(all)
}

/// The items of `a, b`; one that is nothing where there are none.
fn each(list: Option<&str>) -> Vec<Option<&str>> {
    let items: Vec<_> = list
        .into_iter()
        .flat_map(|l| l.split(','))
        .map(str::trim)
        .filter(|i| !i.is_empty())
        .map(Some)
        .collect();
    if items.is_empty() { vec![None] } else { items }
}

/// The launch of one instance.
fn launch(
    l: &s::SpotFleetLaunchSpecification,
    subnet: Option<&str>,
    zone: Option<&str>,
) -> s::RunInstancesRequest {
    let placed = l.placement.as_ref();
    let placement = (placed.is_some() || zone.is_some()).then(|| s::Placement {
        availability_zone: zone.map(str::to_owned),
        availability_zone_id: placed.and_then(|p| p.availability_zone_id.clone()),
        group_name: placed.and_then(|p| p.group_name.clone()),
        tenancy: placed.and_then(|p| p.tenancy.clone()),
        ..s::Placement::default()
    });
    let groups = l.security_groups.as_deref().unwrap_or_default();
    let ids: Vec<String> = groups.iter().filter_map(|g| g.group_id.clone()).collect();
    let names = groups.iter().filter(|g| g.group_id.is_none()).filter_map(|g| g.group_name.clone());
    let tags = l
        .tag_specifications
        .iter()
        .flatten()
        .map(|t| s::TagSpecification { resource_type: t.resource_type.clone(), tags: t.tags.clone() });
    let monitored = l.monitoring.as_ref().is_some_and(|m| m.enabled == Some(true));
    s::RunInstancesRequest {
        min_count: 1,
        max_count: 1,
        image_id: l.image_id.clone(),
        instance_type: l.instance_type.clone(),
        key_name: l.key_name.clone(),
        user_data: l.user_data.clone(),
        subnet_id: subnet.map(str::to_owned),
        placement,
        security_group_ids: Some(ids).filter(|i| !i.is_empty()),
        security_groups: Some(names.collect::<Vec<_>>()).filter(|n| !n.is_empty()),
        block_device_mappings: l.block_device_mappings.clone(),
        ebs_optimized: l.ebs_optimized,
        iam_instance_profile: l.iam_instance_profile.clone(),
        network_interfaces: l.network_interfaces.clone().filter(|n| !n.is_empty()),
        monitoring: monitored
            .then_some(s::RunInstancesMonitoringEnabled { enabled: true, ..Default::default() }),
        tag_specifications: Some(tags.collect::<Vec<_>>()).filter(|t| !t.is_empty()),
        ..s::RunInstancesRequest::default()
    }
}
