//! `RequestSpotFleet`, `ModifySpotFleetRequest`, `CancelSpotFleetRequests`, `DescribeSpotFleetRequests`,
//! `DescribeSpotFleetInstances`; and the histories of fleets of both APIs: `DescribeSpotFleetRequestHistory`,
//! `DescribeFleetHistory`. Source: EC2 API reference, the operations (2026-11-22).
//!
//! Differs from AWS: the fleet's role is passed, and not looked at.

use codec::{Fault, Timestamp};
use kernel::{Cx, Guard, Operation, Target};
use shapes_ec2 as s;
use shapes_ec2::op;

use super::{fleets, read, write};
use crate::describe::{Ask, listed};
use crate::err::{self, combination, fault, invalid_parameter};
use crate::filter::Accessor;
use crate::fleet::history::{self, Event};
use crate::fleet::spot::{self, SPOT_FLEET};
use crate::fleet::{self, Fleet, targets};
use crate::resource::{Listed, all, get};
use crate::{forms, guard, tags, token};

/// Rows of the operation table.
pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::write::<op::RequestSpotFleet>(request_guard, request),
        write::<op::ModifySpotFleetRequest>(modify),
        write::<op::CancelSpotFleetRequests>(cancel),
        read::<op::DescribeSpotFleetRequests>(describe),
        read::<op::DescribeSpotFleetInstances>(instances),
        read::<op::DescribeSpotFleetRequestHistory>(request_history),
        read::<op::DescribeFleetHistory>(fleet_history),
    ]
}

/// The fleet, passing its role, and whatever its instances need.
fn request_guard(cx: &Cx, i: &s::RequestSpotFleetRequest) -> Result<Guard, Fault> {
    let mut all = guard::of::<op::RequestSpotFleet>(cx, i)?;
    let config = &i.spot_fleet_request_config;
    // Without one, the request is refused for that.
    if !config.iam_fleet_role.is_empty() {
        let role = Target::on(&config.iam_fleet_role)
            .action("iam:PassRole")
            .key("iam:PassedToService", vec!["spotfleet.amazonaws.com".to_owned()]);
        all.targets.push(role);
    }
    let templates = spot::configs(config.launch_template_configs.as_deref().unwrap_or_default(), None);
    let mut pools = fleet::candidates(cx, &templates).unwrap_or_default();
    pools.extend(spot::candidates(config).unwrap_or_default());
    for pool in pools {
        let mut launch = super::run_instances::guard(cx, &pool.request)?;
        for target in &mut launch.targets {
            target.action = target.action.or(Some("ec2:RunInstances"));
        }
        all.targets.extend(launch.targets);
    }
    Ok(all)
}

/// The Spot fleet of that id.
///
/// Errors: InvalidSpotFleetRequestId.Malformed; InvalidSpotFleetRequestId.NotFound.
fn named(cx: &Cx, id: &str) -> Result<Fleet, Fault> {
    if !id.starts_with("sfr-") {
        let text = format!("The spot fleet request ID '{id}' is malformed");
        return Err(fault("InvalidSpotFleetRequestId.Malformed", text));
    }
    get::<Fleet>(cx, id)?.ok_or_else(|| SPOT_FLEET.not_found(id))
}

/// Errors: InvalidSpotFleetRequestConfig: role, capacities, nothing to launch; InvalidParameterValue; those of launch
/// templates; IdempotentParameterMismatch.
fn request(cx: &mut Cx, i: &s::RequestSpotFleetRequest) -> Result<s::RequestSpotFleetResponse, Fault> {
    let config = &i.spot_fleet_request_config;
    let order = spot::order(config)?;
    let role = config.iam_fleet_role.strip_prefix(&format!("arn:{}:iam::", cx.scope.partition));
    if role.is_none_or(|r| !r.starts_with(&format!("{}:role/", cx.scope.account))) {
        let text = format!("The IAM fleet role '{}' is invalid.", config.iam_fleet_role);
        return Err(fault("InvalidSpotFleetRequestConfig", text));
    }
    let given = tags::for_new(config.tag_specifications.as_deref(), &SPOT_FLEET)?;
    let (made, token) = token::look_up(cx, "RequestSpotFleet", config.client_token.as_deref(), i)?;
    if let Some(id) = made {
        return Ok(s::RequestSpotFleetResponse { spot_fleet_request_id: Some(id) });
    }
    let (on_demand, wanted) = capacities(&order)?;
    let row = Fleet {
        id: fleet::new_id(cx, SPOT_FLEET.prefix),
        kind: order.type_.clone().unwrap_or_default(),
        state: "active".to_owned(),
        created_ms: cx.now_ms,
        order: forms::text(forms::input("CreateFleet"), &order)?,
        on_demand,
        spot: wanted,
        config: forms::text(forms::member_of_input("RequestSpotFleet", "SpotFleetRequestConfig"), config)?,
    };
    fleet::pools(cx, &row)?;
    tags::add(cx, &SPOT_FLEET, &row.id, &given)?;
    token::keep(cx, token, &row.id);
    let id = row.id.clone();
    fleets::begin(cx, &order, row)?;
    Ok(s::RequestSpotFleetResponse { spot_fleet_request_id: Some(id) })
}

fn capacities(order: &s::CreateFleetRequest) -> Result<(i32, i32), Fault> {
    targets(&order.target_capacity_specification).map_err(|f| match f.code() {
        "InvalidTargetCapacitySpecification" => {
            fault("InvalidSpotFleetRequestConfig", f.message().to_owned())
        }
        _ => f,
    })
}

/// Errors: those of [`named`]; FleetNotInModifiableState (inferred): over, or made for once; InvalidSpotFleetRequestConfig;
/// InvalidParameterCombination: templates in place of launch specifications.
fn modify(
    cx: &mut Cx,
    i: &s::ModifySpotFleetRequestRequest,
) -> Result<s::ModifySpotFleetRequestResponse, Fault> {
    err::refuse(&[("Context", i.context.is_some())])?;
    let mut row = named(cx, &i.spot_fleet_request_id)?;
    if row.is_over() || row.kind != "maintain" {
        let text = format!("The spot fleet request '{}' is not in a modifiable state.", row.id);
        return Err(fault("FleetNotInModifiableState", text));
    }
    let mut config = spot::config(&row)?;
    if let Some(templates) = i.launch_template_configs.clone().filter(|t| !t.is_empty()) {
        if config.launch_specifications.iter().flatten().next().is_some() {
            return Err(combination("A request with launch specifications can't take launch templates"));
        }
        config.launch_template_configs = Some(templates);
    }
    config.target_capacity = i.target_capacity.unwrap_or(config.target_capacity);
    config.on_demand_target_capacity = i.on_demand_target_capacity.or(config.on_demand_target_capacity);
    if i.excess_capacity_termination_policy.is_some() {
        config.excess_capacity_termination_policy.clone_from(&i.excess_capacity_termination_policy);
    }
    let order = spot::order(&config)?;
    (row.on_demand, row.spot) = capacities(&order)?;
    row.order = forms::text(forms::input("CreateFleet"), &order)?;
    row.config = forms::text(forms::member_of_input("RequestSpotFleet", "SpotFleetRequestConfig"), &config)?;
    fleet::pools(cx, &row)?;
    fleet::modified(cx, &row, &order, "modify_successful")?;
    Ok(s::ModifySpotFleetRequestResponse { return_: Some(true) })
}

/// Errors of single requests are part of the answer: fleetRequestIdDoesNotExist, fleetRequestIdMalformed,
/// fleetRequestNotInCancellableState.
fn cancel(
    cx: &mut Cx,
    i: &s::CancelSpotFleetRequestsRequest,
) -> Result<s::CancelSpotFleetRequestsResponse, Fault> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for id in &i.spot_fleet_request_ids {
        let (code, text) = match named(cx, id) {
            Err(f) if f.code().ends_with("Malformed") => ("fleetRequestIdMalformed", f.message().to_owned()),
            Err(f) => ("fleetRequestIdDoesNotExist", f.message().to_owned()),
            Ok(row) if row.is_over() => (
                "fleetRequestNotInCancellableState",
                format!("The spot fleet request '{id}' is already cancelled."),
            ),
            Ok(row) => {
                let before = state(cx, &row)?;
                let after = fleet::delete(cx, row, i.terminate_instances)?;
                good.push(s::CancelSpotFleetRequestsSuccessItem {
                    current_spot_fleet_request_state: Some(after.state.replace("deleted", "cancelled")),
                    previous_spot_fleet_request_state: Some(before),
                    spot_fleet_request_id: Some(after.id),
                });
                continue;
            }
        };
        bad.push(s::CancelSpotFleetRequestsErrorItem {
            error: Some(s::CancelSpotFleetRequestsError { code: Some(code.to_owned()), message: Some(text) }),
            spot_fleet_request_id: Some(id.clone()),
        });
    }
    Ok(s::CancelSpotFleetRequestsResponse {
        successful_fleet_requests: Some(good),
        unsuccessful_fleet_requests: Some(bad),
    })
}

/// `active`, `cancelled_running`, …: over once its last instance is.
fn state(cx: &Cx, row: &Fleet) -> Result<String, Fault> {
    let gone = row.is_over() && fleet::members(cx, row)?.is_empty();
    Ok(if gone { "cancelled".to_owned() } else { row.state.replace("deleted", "cancelled") })
}

/// A Spot fleet in its list, which has no filters.
struct SpotFleet(Fleet);

impl Listed for SpotFleet {
    const FILTERS: &'static [(&'static str, Accessor<SpotFleet>)] = &[];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Errors: those of [`named`] and [`listed`].
fn describe(
    cx: &mut Cx,
    i: &s::DescribeSpotFleetRequestsRequest,
) -> Result<s::DescribeSpotFleetRequestsResponse, Fault> {
    let ask = Ask::new("DescribeSpotFleetRequests", &None)
        .ids(&i.spot_fleet_request_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 1_000);
    let mut rows = match ask.ids {
        Some(ids) => ids.iter().map(|id| named(cx, id)).collect::<Result<Vec<_>, Fault>>()?,
        None => all::<Fleet>(cx)?.filter(|f| !f.config.is_empty()).collect(),
    };
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows.dedup_by(|a, b| a.id == b.id);
    let found = listed(cx, &ask, rows.into_iter().map(SpotFleet))?;
    let shown = found.items.iter().map(|(f, tags)| show(cx, &f.0, tags));
    Ok(s::DescribeSpotFleetRequestsResponse {
        spot_fleet_request_configs: Some(shown.collect::<Result<_, Fault>>()?),
        next_token: found.next,
    })
}

fn show(cx: &Cx, row: &Fleet, tags: &tags::Tags) -> Result<s::SpotFleetRequestConfig, Fault> {
    let there = fleet::members(cx, row)?;
    let (usual, spot) = (fleet::fulfilled(&there, false), fleet::fulfilled(&there, true));
    let full = usual >= f64::from(row.on_demand) && spot >= f64::from(row.spot);
    let config = s::SpotFleetRequestConfigData {
        fulfilled_capacity: Some(usual + spot),
        on_demand_fulfilled_capacity: Some(usual),
        type_: Some(row.kind.clone()),
        tag_specifications: None,
        ..spot::config(row)?
    };
    let activity = match (row.is_over(), full) {
        (true, _) if there.is_empty() => None,
        (true, _) => Some("pending_termination"),
        (false, true) => Some("fulfilled"),
        (false, false) => Some("pending_fulfillment"),
    };
    Ok(s::SpotFleetRequestConfig {
        activity_status: activity.map(str::to_owned),
        create_time: Some(Timestamp { epoch_ms: row.created_ms }),
        spot_fleet_request_config: Some(config),
        spot_fleet_request_id: Some(row.id.clone()),
        spot_fleet_request_state: Some(state(cx, row)?),
        tags: tags::shown(tags),
    })
}

/// Errors: those of [`named`] and [`listed`].
fn instances(
    cx: &mut Cx,
    i: &s::DescribeSpotFleetInstancesRequest,
) -> Result<s::DescribeSpotFleetInstancesResponse, Fault> {
    let row = named(cx, &i.spot_fleet_request_id)?;
    let found =
        fleets::active(cx, "DescribeSpotFleetInstances", &row, &None, (i.max_results, &i.next_token))?;
    Ok(s::DescribeSpotFleetInstancesResponse {
        active_instances: found.0,
        next_token: found.1,
        spot_fleet_request_id: Some(row.id),
    })
}

/// Events of a fleet, a page of them.
fn events(
    cx: &Cx,
    operation: &'static str,
    fleet: &str,
    (from_ms, kind): (i64, Option<&str>),
    page: (Option<i32>, &Option<String>),
) -> Result<(Vec<Event>, Option<String>), Fault> {
    let bound = Some(vec![format!("{fleet} {from_ms} {kind:?}")]);
    let ask = Ask::new(operation, &None).ids(&bound).pages(page.0, page.1).limits(1, 1_000);
    let found = listed(cx, &ask, history::since(cx, fleet, from_ms, kind)?.into_iter())?;
    Ok((found.items.into_iter().map(|(e, _)| e).collect(), found.next))
}

/// Types of events: the old API's, and CreateFleet's.
const TYPES: [(&str, &str); 3] = [
    ("instanceChange", "instance-change"),
    ("fleetRequestChange", "fleet-change"),
    ("error", "service-error"),
];

/// Errors: those of [`named`] and [`listed`]; InvalidParameterValue: a type of events.
fn request_history(
    cx: &mut Cx,
    i: &s::DescribeSpotFleetRequestHistoryRequest,
) -> Result<s::DescribeSpotFleetRequestHistoryResponse, Fault> {
    let row = named(cx, &i.spot_fleet_request_id)?;
    let kind = match i.event_type.as_deref() {
        None => None,
        // No event only informs.
        Some("information") => Some("information"),
        Some(given) => match TYPES.iter().find(|(old, _)| *old == given) {
            Some((_, new)) => Some(*new),
            None => return Err(invalid_parameter(given, "eventType", "")),
        },
    };
    let asked = (i.start_time.epoch_ms, kind);
    let page = (i.max_results, &i.next_token);
    let (found, next_token) = events(cx, "DescribeSpotFleetRequestHistory", &row.id, asked, page)?;
    let record = |e: &Event| {
        let (information, timestamp) = history::show(e);
        let old = TYPES.iter().find(|(_, new)| *new == e.kind).map(|(old, _)| (*old).to_owned());
        s::HistoryRecord { event_information: Some(information), event_type: old, timestamp }
    };
    Ok(s::DescribeSpotFleetRequestHistoryResponse {
        history_records: Some(found.iter().map(record).collect()),
        last_evaluated_time: Some(Timestamp { epoch_ms: cx.now_ms }),
        next_token,
        spot_fleet_request_id: Some(row.id),
        start_time: Some(i.start_time),
    })
}

/// Errors: InvalidFleetId.NotFound; those of [`listed`]; InvalidParameterValue: a type of events.
fn fleet_history(
    cx: &mut Cx,
    i: &s::DescribeFleetHistoryRequest,
) -> Result<s::DescribeFleetHistoryResult, Fault> {
    let row = fleet::named(cx, &i.fleet_id)?;
    let kind = i.event_type.as_deref();
    if let Some(other) = kind.filter(|k| TYPES.iter().all(|(_, new)| new != k)) {
        return Err(invalid_parameter(other, "eventType", ""));
    }
    let asked = (i.start_time.epoch_ms, kind);
    let page = (i.max_results, &i.next_token);
    let (found, next_token) = events(cx, "DescribeFleetHistory", &row.id, asked, page)?;
    let record = |e: &Event| {
        let (information, timestamp) = history::show(e);
        s::HistoryRecordEntry {
            event_information: Some(information),
            event_type: Some(e.kind.clone()),
            timestamp,
        }
    };
    Ok(s::DescribeFleetHistoryResult {
        history_records: Some(found.iter().map(record).collect()),
        last_evaluated_time: Some(Timestamp { epoch_ms: cx.now_ms }),
        next_token,
        fleet_id: Some(row.id),
        start_time: Some(i.start_time),
    })
}
