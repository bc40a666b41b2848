//! Fleets under their filters, and as answers show them.
//! Source: EC2 API reference, "DescribeFleets", "CreateFleet" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;

use super::fill::{Candidate, Launched};
use super::{Fleet, fulfilled, members};
use crate::filter::Accessor;
use crate::forms;
use crate::instance::Instance;
use crate::resource::Listed;
use crate::tags::{self, Tags};

fn policy(f: &Fleet) -> String {
    let given = f.request().ok().and_then(|r| r.excess_capacity_termination_policy);
    given.unwrap_or_else(|| "termination".to_owned())
}

fn replaces(f: &Fleet) -> bool {
    f.request().is_ok_and(|r| r.replace_unhealthy_instances == Some(true))
}

/// `fulfilled`, `pending_fulfillment`
fn activity(cx: &Cx, f: &Fleet) -> &'static str {
    let there = members(cx, f).unwrap_or_default();
    let full =
        fulfilled(&there, false) >= f64::from(f.on_demand) && fulfilled(&there, true) >= f64::from(f.spot);
    if full { "fulfilled" } else { "pending_fulfillment" }
}

impl Listed for Fleet {
    const FILTERS: &'static [(&'static str, Accessor<Fleet>)] = &[
        ("activity-status", |f, p| p.text(activity(p.cx, f))),
        ("excess-capacity-termination-policy", |f, p| p.text(&policy(f))),
        ("fleet-state", |f, p| p.text(&f.state)),
        ("replace-unhealthy-instances", |f, p| p.flag(replaces(f))),
        ("type", |f, p| p.text(&f.kind)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

/// As answers show a pool.
fn show_candidate(c: &Candidate) -> s::LaunchTemplateAndOverridesResponse {
    s::LaunchTemplateAndOverridesResponse {
        launch_template_specification: c.template.as_ref().map(|(id, version)| {
            s::FleetLaunchTemplateSpecification {
                launch_template_id: Some(id.clone()),
                version: Some(version.to_string()),
                ..s::FleetLaunchTemplateSpecification::default()
            }
        }),
        overrides: c.over.as_ref().map(show_override),
    }
}

/// As answers show an override. Of its placement they show the group.
fn show_override(o: &s::FleetLaunchTemplateOverridesRequest) -> s::FleetLaunchTemplateOverrides {
    s::FleetLaunchTemplateOverrides {
        instance_type: o.instance_type.clone(),
        max_price: o.max_price.clone(),
        subnet_id: o.subnet_id.clone(),
        availability_zone: o.availability_zone.clone(),
        weighted_capacity: o.weighted_capacity,
        priority: o.priority,
        placement: o.placement.as_ref().map(|p| s::PlacementResponse { group_name: p.group_name.clone() }),
        image_id: o.image_id.clone(),
        availability_zone_id: o.availability_zone_id.clone(),
        instance_requirements: o.instance_requirements.as_ref().and_then(show_required),
        ..s::FleetLaunchTemplateOverrides::default()
    }
}

/// As answers show attributes: in other shapes of the same words.
fn show_required(given: &s::InstanceRequirementsRequest) -> Option<s::InstanceRequirements> {
    let (from, to) = (forms::named("InstanceRequirementsRequest"), forms::named("InstanceRequirements"));
    forms::record(to, &forms::cast(from, to, forms::value(from, given).ok()?, &[]).ok()?).ok()
}

fn lifecycle(spot: bool) -> Option<String> {
    Some(if spot { "spot" } else { "on-demand" }.to_owned())
}

/// As CreateFleet shows what it launched, or couldn't.
pub(crate) fn show_launched(all: &[Launched]) -> (Vec<s::CreateFleetInstance>, Vec<s::CreateFleetError>) {
    let (mut instances, mut errors) = (Vec::new(), Vec::new());
    for l in all {
        let shown = Some(show_candidate(&l.candidate));
        if let Some(f) = &l.error {
            errors.push(s::CreateFleetError {
                launch_template_and_overrides: shown,
                lifecycle: lifecycle(l.spot),
                error_code: Some(f.code().to_owned()),
                error_message: Some(f.message().to_owned()),
            });
            continue;
        }
        let first = l.instances.first();
        instances.push(s::CreateFleetInstance {
            launch_template_and_overrides: shown,
            lifecycle: lifecycle(l.spot),
            instance_ids: Some(l.instances.iter().map(|i| i.id.clone()).collect()),
            instance_type: first.map(|i| i.kind.clone()),
            platform: first.filter(|i| i.platform.starts_with("Windows")).map(|_| "windows".to_owned()),
            availability_zone: first.map(|i| i.zone.clone()),
            availability_zone_id: first.map(|i| i.zone_id.clone()),
            subnet_id: first.map(|i| i.subnet.clone()),
        });
    }
    (instances, errors)
}

/// As DescribeFleetInstances shows an instance.
pub(crate) fn show_instance(i: &Instance) -> s::ActiveInstance {
    s::ActiveInstance {
        instance_id: Some(i.id.clone()),
        instance_type: Some(i.kind.clone()),
        spot_instance_request_id: Some(i.spot.clone()).filter(|r| !r.is_empty()),
        instance_health: Some("healthy".to_owned()),
    }
}

/// The running instances of an instant fleet, by type and how they were bought.
fn of_instant(there: &[Instance]) -> Vec<s::DescribeFleetsInstances> {
    let mut all: Vec<s::DescribeFleetsInstances> = Vec::new();
    for i in there {
        let life = lifecycle(!i.spot.is_empty());
        let same = |d: &&mut s::DescribeFleetsInstances| {
            d.instance_type.as_ref() == Some(&i.kind) && d.lifecycle == life
        };
        if let Some(found) = all.iter_mut().find(same) {
            found.instance_ids.get_or_insert_default().push(i.id.clone());
            continue;
        }
        all.push(s::DescribeFleetsInstances {
            lifecycle: life,
            instance_ids: Some(vec![i.id.clone()]),
            instance_type: Some(i.kind.clone()),
            ..s::DescribeFleetsInstances::default()
        });
    }
    all
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, f: &Fleet, tags: &Tags) -> Result<s::FleetData, Fault> {
    let order = f.request()?;
    let there = members(cx, f)?;
    let (on_demand, spot) = (fulfilled(&there, false), fulfilled(&there, true));
    let mut configs = Vec::new();
    for c in &order.launch_template_configs {
        let overrides = c.overrides.iter().flatten().map(show_override).collect();
        configs.push(s::FleetLaunchTemplateConfig {
            launch_template_specification: c.launch_template_specification.as_ref().map(|t| {
                s::FleetLaunchTemplateSpecification {
                    launch_template_id: t.launch_template_id.clone(),
                    launch_template_name: t.launch_template_name.clone(),
                    version: t.version.clone(),
                }
            }),
            overrides: Some(overrides),
        });
    }
    let t = &order.target_capacity_specification;
    let spot_options = order.spot_options.as_ref().map(|o| s::SpotOptions {
        allocation_strategy: o.allocation_strategy.clone(),
        instance_interruption_behavior: o.instance_interruption_behavior.clone(),
        min_target_capacity: o.min_target_capacity,
        ..s::SpotOptions::default()
    });
    let on_demand_options = order.on_demand_options.as_ref().map(|o| s::OnDemandOptions {
        allocation_strategy: o.allocation_strategy.clone(),
        min_target_capacity: o.min_target_capacity,
        ..s::OnDemandOptions::default()
    });
    Ok(s::FleetData {
        activity_status: Some(activity(cx, f).to_owned()),
        create_time: Some(Timestamp { epoch_ms: f.created_ms }),
        fleet_id: Some(f.id.clone()),
        fleet_state: Some(f.state.clone()),
        client_token: order.client_token.clone(),
        excess_capacity_termination_policy: Some(policy(f)),
        fulfilled_capacity: Some(on_demand + spot),
        fulfilled_on_demand_capacity: Some(on_demand),
        launch_template_configs: Some(configs),
        target_capacity_specification: Some(s::TargetCapacitySpecification {
            total_target_capacity: Some(t.total_target_capacity),
            on_demand_target_capacity: Some(f.on_demand),
            spot_target_capacity: Some(f.spot),
            default_target_capacity_type: t.default_target_capacity_type.clone(),
            target_capacity_unit_type: t.target_capacity_unit_type.clone(),
        }),
        terminate_instances_with_expiration: Some(order.terminate_instances_with_expiration == Some(true)),
        type_: Some(f.kind.clone()),
        valid_from: order.valid_from,
        valid_until: order.valid_until,
        replace_unhealthy_instances: Some(order.replace_unhealthy_instances == Some(true)),
        spot_options,
        on_demand_options,
        tags: tags::shown(tags),
        instances: (f.kind == "instant").then(|| of_instant(&there)),
        ..s::FleetData::default()
    })
}
