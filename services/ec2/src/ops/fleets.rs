//! `CreateFleet`, `ModifyFleet`, `DeleteFleets`, `DescribeFleets`, `DescribeFleetInstances`.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_ec2 as s;
use shapes_ec2::op;

use crate::describe::{Ask, listed, stored_if};
use crate::err::{self, combination, fault, invalid_parameter, missing};
use crate::filter::Accessor;
use crate::fleet::{
    self, EXPIRE, FLEET, Fleet, TEND, candidates, fill, fulfilled, history, members, targets,
};
use crate::instance::Instance;
use crate::resource::{Listed, save};
use crate::{capacity, forms, guard, tags, token};

/// Templates of one fleet.
const CONFIGS: usize = 50;

/// The fleet, and whatever its instances need: as many launches are asked for as it has pools.
pub(crate) fn guard(cx: &Cx, i: &s::CreateFleetRequest) -> Result<Guard, Fault> {
    let mut all = guard::of::<op::CreateFleet>(cx, i)?;
    for c in candidates(cx, &i.launch_template_configs).unwrap_or_default() {
        let mut launch = super::run_instances::guard(cx, &c.request)?;
        for target in &mut launch.targets {
            target.action = target.action.or(Some("ec2:RunInstances"));
        }
        all.targets.extend(launch.targets);
    }
    Ok(all)
}

fn refuse(i: &s::CreateFleetRequest) -> Result<(), Fault> {
    let spot = i.spot_options.as_ref();
    let usual = i.on_demand_options.as_ref();
    let unit = i.target_capacity_specification.target_capacity_unit_type.as_deref();
    err::refuse(&[
        ("ReservedCapacityOptions", i.reserved_capacity_options.is_some()),
        ("Context", i.context.is_some()),
        ("SpotOptions.MaintenanceStrategies", spot.is_some_and(|o| o.maintenance_strategies.is_some())),
        ("SpotOptions.MaxTotalPrice", spot.is_some_and(|o| o.max_total_price.is_some())),
        ("SpotOptions.SingleInstanceType", spot.is_some_and(|o| o.single_instance_type == Some(true))),
        (
            "SpotOptions.SingleAvailabilityZone",
            spot.is_some_and(|o| o.single_availability_zone == Some(true)),
        ),
        (
            "SpotOptions.InstancePoolsToUseCount",
            spot.is_some_and(|o| o.instance_pools_to_use_count.is_some()),
        ),
        (
            "SpotOptions.InstanceInterruptionBehavior",
            spot.and_then(|o| o.instance_interruption_behavior.as_deref()).is_some_and(|b| b != "terminate"),
        ),
        ("OnDemandOptions.MaxTotalPrice", usual.is_some_and(|o| o.max_total_price.is_some())),
        ("OnDemandOptions.SingleInstanceType", usual.is_some_and(|o| o.single_instance_type == Some(true))),
        (
            "OnDemandOptions.SingleAvailabilityZone",
            usual.is_some_and(|o| o.single_availability_zone == Some(true)),
        ),
        (
            "OnDemandOptions.CapacityReservationOptions",
            usual.is_some_and(|o| o.capacity_reservation_options.is_some()),
        ),
        ("TargetCapacitySpecification.TargetCapacityUnitType", unit == Some("memory-mib")),
    ])
}

fn check(i: &s::CreateFleetRequest) -> Result<(), Fault> {
    let kind = i.type_.as_deref().unwrap_or("maintain");
    if kind == "instant" && (i.valid_from.is_some() || i.valid_until.is_some()) {
        return Err(combination("ValidFrom and ValidUntil are not supported for instant fleets"));
    }
    if i.launch_template_configs.is_empty() {
        return Err(missing("LaunchTemplateConfigs"));
    }
    if i.launch_template_configs.len() > CONFIGS {
        let why = format!("At most {CONFIGS} may be given.");
        return Err(invalid_parameter(i.launch_template_configs.len(), "launchTemplateConfigs", &why));
    }
    Ok(())
}

/// Errors: MissingParameter; InvalidParameterValue; InvalidParameterCombination; InvalidTargetCapacitySpecification; those
/// of launch templates; IdempotentParameterMismatch. What single pools refuse is part of an instant fleet's answer.
pub(crate) fn create(cx: &mut Cx, i: &s::CreateFleetRequest) -> Result<s::CreateFleetResult, Fault> {
    refuse(i)?;
    check(i)?;
    let makes = [&FLEET, &crate::instance::INSTANCE, &crate::volume::VOLUME];
    let tags = tags::specified(i.tag_specifications.as_deref(), &FLEET, &makes)?;
    let (made, token) = token::look_up(cx, "CreateFleet", i.client_token.as_deref(), i)?;
    if let Some(id) = made {
        return Ok(s::CreateFleetResult { fleet_id: Some(id), errors: None, instances: None });
    }
    let (on_demand, spot) = targets(&i.target_capacity_specification)?;
    candidates(cx, &i.launch_template_configs)?;
    let kind = i.type_.as_deref().unwrap_or("maintain");
    let row = Fleet {
        id: fleet::new_id(cx, FLEET.prefix),
        kind: kind.to_owned(),
        state: "active".to_owned(),
        created_ms: cx.now_ms,
        order: forms::text(forms::input("CreateFleet"), i)?,
        on_demand,
        spot,
        config: String::new(),
    };
    token::keep(cx, token, &row.id);
    tags::add(cx, &FLEET, &row.id, &tags)?;
    let (instances, errors) = begin(cx, i, row.clone())?;
    let instant = kind == "instant";
    Ok(s::CreateFleetResult {
        fleet_id: Some(row.id),
        errors: instant.then_some(errors),
        instances: instant.then_some(instances),
    })
}

pub(super) type Answered = (Vec<s::CreateFleetInstance>, Vec<s::CreateFleetError>);

/// The fleet begins, now or when its time comes.
pub(super) fn begin(cx: &mut Cx, i: &s::CreateFleetRequest, mut row: Fleet) -> Result<Answered, Fault> {
    history::changed(cx, &row, "submitted", "")?;
    if let Some(until) = &i.valid_until {
        if until.epoch_ms <= cx.now_ms {
            return Err(invalid_parameter("validUntil", "validUntil", "The time must be in the future."));
        }
        cx.timer_set(EXPIRE, &row.id, until.epoch_ms)?;
    }
    if let Some(from) = i.valid_from.as_ref().filter(|t| t.epoch_ms > cx.now_ms) {
        "submitted".clone_into(&mut row.state);
        save(cx, &row)?;
        cx.timer_set(TEND, &row.id, from.epoch_ms)?;
        return Ok((Vec::new(), Vec::new()));
    }
    save(cx, &row)?;
    history::changed(cx, &row, "active", "")?;
    let launched = fill(cx, &row)?;
    let there = members(cx, &row)?;
    for (least, spot) in [
        (i.on_demand_options.as_ref().and_then(|o| o.min_target_capacity), false),
        (i.spot_options.as_ref().and_then(|o| o.min_target_capacity), true),
    ] {
        if least.is_some_and(|n| fulfilled(&there, spot) < f64::from(n)) {
            let text = "The minimum target capacity could not be reached.";
            return Err(capacity::none_left(text));
        }
    }
    Ok(fleet::show_launched(&launched))
}

/// Errors: InvalidFleetId.NotFound; InvalidFleetState (inferred): over, or instant; those of CreateFleet.
pub(crate) fn modify(cx: &mut Cx, i: &s::ModifyFleetRequest) -> Result<s::ModifyFleetResult, Fault> {
    err::refuse(&[("Context", i.context.is_some())])?;
    let mut row = fleet::named(cx, &i.fleet_id)?;
    if row.is_over() || row.kind == "instant" {
        let text = format!("The fleet '{}' cannot be modified.", row.id);
        return Err(fault("InvalidFleetState", text));
    }
    let mut order = row.request()?;
    if let Some(configs) = i.launch_template_configs.as_ref().filter(|c| !c.is_empty()) {
        candidates(cx, configs)?;
        order.launch_template_configs.clone_from(configs);
    }
    if let Some(policy) = &i.excess_capacity_termination_policy {
        order.excess_capacity_termination_policy = Some(policy.clone());
    }
    if let Some(wanted) = &i.target_capacity_specification {
        let usual = order.target_capacity_specification.default_target_capacity_type.take();
        let unit = order.target_capacity_specification.target_capacity_unit_type.take();
        order.target_capacity_specification = s::TargetCapacitySpecificationRequest {
            default_target_capacity_type: wanted.default_target_capacity_type.clone().or(usual),
            target_capacity_unit_type: wanted.target_capacity_unit_type.clone().or(unit),
            ..wanted.clone()
        };
        (row.on_demand, row.spot) = targets(&order.target_capacity_specification)?;
    }
    check(&order)?;
    refuse(&order)?;
    row.order = forms::text(forms::input("CreateFleet"), &order)?;
    fleet::modified(cx, &row, &order, "modify_succeeded")?;
    Ok(s::ModifyFleetResult { return_: Some(true) })
}

/// Errors of single fleets are part of the answer: fleetIdDoesNotExist, fleetNotInDeletableState.
pub(crate) fn delete(cx: &mut Cx, i: &s::DeleteFleetsRequest) -> Result<s::DeleteFleetsResult, Fault> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for id in &i.fleet_ids {
        let refused = match fleet::named(cx, id) {
            Err(f) => ("fleetIdDoesNotExist", f.message().to_owned()),
            Ok(row) if row.is_over() => {
                ("fleetNotInDeletableState", format!("The fleet '{id}' is already deleted."))
            }
            Ok(row) if row.kind == "instant" && !i.terminate_instances => (
                "fleetNotInDeletableState",
                "An instant fleet can be deleted with its instances only.".to_owned(),
            ),
            Ok(row) => {
                let before = row.state.clone();
                let after = fleet::delete(cx, row, i.terminate_instances)?;
                good.push(s::DeleteFleetSuccessItem {
                    current_fleet_state: Some(after.state),
                    previous_fleet_state: Some(before),
                    fleet_id: Some(after.id),
                });
                continue;
            }
        };
        bad.push(s::DeleteFleetErrorItem {
            error: Some(s::DeleteFleetError { code: Some(refused.0.to_owned()), message: Some(refused.1) }),
            fleet_id: Some(id.clone()),
        });
    }
    Ok(s::DeleteFleetsResult {
        successful_fleet_deletions: Some(good),
        unsuccessful_fleet_deletions: Some(bad),
    })
}

/// Errors: InvalidFleetId.NotFound; those of [`stored_if`]. Instant fleets are shown when they are named.
pub(crate) fn describe(cx: &mut Cx, i: &s::DescribeFleetsRequest) -> Result<s::DescribeFleetsResult, Fault> {
    let ask = Ask::new("DescribeFleets", &i.filters)
        .ids(&i.fleet_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 1_000);
    let named = ask.ids.is_some();
    let visible = |f: &Fleet| f.config.is_empty() && (named || f.kind != "instant");
    let found = stored_if::<Fleet>(cx, &ask, visible)?;
    let shown: Result<Vec<_>, Fault> = found.items.iter().map(|(f, tags)| fleet::show(cx, f, tags)).collect();
    Ok(s::DescribeFleetsResult { next_token: found.next, fleets: Some(shown?) })
}

/// An instance of a fleet.
struct Member(Instance);

impl Listed for Member {
    const FILTERS: &'static [(&'static str, Accessor<Member>)] =
        &[("instance-type", |i, p| p.text(&i.0.kind))];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Errors: InvalidFleetId.NotFound; those of [`listed`].
pub(crate) fn instances(
    cx: &mut Cx,
    i: &s::DescribeFleetInstancesRequest,
) -> Result<s::DescribeFleetInstancesResult, Fault> {
    let row = fleet::named(cx, &i.fleet_id)?;
    let page = (i.max_results, &i.next_token);
    let (active_instances, next_token) = active(cx, "DescribeFleetInstances", &row, &i.filters, page)?;
    Ok(s::DescribeFleetInstancesResult { active_instances, next_token, fleet_id: Some(row.id) })
}

type Active = (Option<Vec<s::ActiveInstance>>, Option<String>);

/// A page of a fleet's instances.
pub(super) fn active(
    cx: &Cx,
    operation: &'static str,
    row: &Fleet,
    filters: &Option<Vec<s::Filter>>,
    page: (Option<i32>, &Option<String>),
) -> Result<Active, Fault> {
    let ids = Some(vec![row.id.clone()]);
    let ask = Ask::new(operation, filters).ids(&ids).pages(page.0, page.1).limits(1, 1_000);
    let mut rows = members(cx, row)?;
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let found = listed(cx, &ask, rows.into_iter().map(Member))?;
    Ok((found.show(|i, _| fleet::show_instance(&i.0)), found.next))
}
