//! `CreateCapacityReservation`, `ModifyCapacityReservation`, `CancelCapacityReservation`, `DescribeCapacityReservations`,
//! `GetCapacityReservationUsage`, `ModifyInstanceCapacityReservationAttributes`.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;

use crate::capacity::for_one;
use crate::capacity_reservation::{
    self as capacity, CAPACITY_RESERVATION, CapacityReservation, EXPIRE, Reserved, used,
};
use crate::describe::{Ask, stored};
use crate::err::{self, combination, fault, invalid_parameter, invalid_value, missing};
use crate::instance::{self, STOPPED};
use crate::placement_group::PLACEMENT_GROUP;
use crate::resource::{find, save};
use crate::{id, instance_type, launch, placement_group, tags, token, zones};

/// Errors: InvalidParameterValue; InvalidParameterCombination; MissingParameter; Unsupported; InstanceLimitExceeded as
/// VcpuLimitExceeded; InvalidPlacementGroup.Unknown; IdempotentParameterMismatch.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateCapacityReservationRequest,
) -> Result<s::CreateCapacityReservationResult, Fault> {
    err::refuse(&[
        ("OutpostArn", i.outpost_arn.is_some()),
        ("StartDate", i.start_date.is_some()),
        ("CommitmentDuration", i.commitment_duration.is_some()),
        ("DeliveryPreference", i.delivery_preference.is_some()),
    ])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &CAPACITY_RESERVATION)?;
    let (made, token) = token::look_up(cx, "CreateCapacityReservation", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<CapacityReservation>(cx, &id)?,
        None => new(cx, i)?,
    };
    tags::add(cx, &CAPACITY_RESERVATION, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    let shown = capacity::show(cx, &row, &tags::of(cx, &row.id)?)?;
    Ok(s::CreateCapacityReservationResult { capacity_reservation: Some(shown) })
}

fn new(cx: &mut Cx, i: &s::CreateCapacityReservationRequest) -> Result<CapacityReservation, Fault> {
    let kind = instance_type::asked(&i.instance_type)?;
    let tenancy = i.tenancy.as_deref().unwrap_or("default");
    if !(1..=1_000).contains(&i.instance_count) {
        return Err(invalid_parameter(i.instance_count, "instanceCount", "Must be between 1 and 1000."));
    }
    let zone = zones::named(cx, i.availability_zone.as_deref(), i.availability_zone_id.as_deref())?;
    let zone = zone.ok_or_else(|| missing("availabilityZone"))?;
    if !kind.zones(cx.scope.region).contains(&zone.id.as_str()) {
        return Err(fault(
            "Unsupported",
            format!("The instance type {} is not supported in {}.", kind.name(), zone.name),
        ));
    }
    launch::vcpus(cx, &kind, i.instance_count, false)?;
    for_one(cx, kind.name(), (&zone.name, &zone.id))?;
    let group = match i.placement_group_arn.as_deref() {
        Some(arn) => {
            let name = arn.rsplit('/').next().unwrap_or_default();
            let group = placement_group::named(cx, name)?;
            PLACEMENT_GROUP.arn(cx, &group.name)
        }
        None => String::new(),
    };
    let row = CapacityReservation {
        id: id::fresh(cx, "cr"),
        kind: kind.name().to_owned(),
        platform: i.instance_platform.clone(),
        zone: zone.name,
        zone_id: zone.id,
        tenancy: tenancy.to_owned(),
        count: i.instance_count,
        ebs_optimized: i.ebs_optimized == Some(true),
        ephemeral: i.ephemeral_storage == Some(true),
        state: "active".to_owned(),
        created_ms: cx.now_ms,
        ends_ms: ends(cx, i.end_date.as_ref(), i.end_date_type.as_deref(), 0)?,
        targeted: targeted(i.instance_match_criteria.as_deref())?.unwrap_or(false),
        placement_group: group,
    };
    save(cx, &row)?;
    if row.ends_ms > 0 {
        cx.timer_set(EXPIRE, &row.id, row.ends_ms)?;
    }
    Ok(row)
}

fn targeted(given: Option<&str>) -> Result<Option<bool>, Fault> {
    match given {
        None => Ok(None),
        Some("open") => Ok(Some(false)),
        Some("targeted") => Ok(Some(true)),
        Some(other) => Err(invalid_parameter(other, "instanceMatchCriteria", "")),
    }
}

/// When it ends; 0 for never.
fn ends(cx: &Cx, date: Option<&Timestamp>, kind: Option<&str>, old_ms: i64) -> Result<i64, Fault> {
    match (kind, date) {
        (Some("unlimited"), Some(_)) => {
            Err(combination("The parameter endDate cannot be used with the endDateType 'unlimited'"))
        }
        (Some("unlimited"), None) => Ok(0),
        (Some("limited"), None) if old_ms == 0 => Err(missing("endDate")),
        (None | Some("limited"), None) => Ok(old_ms),
        (None, Some(_)) if old_ms == 0 => {
            Err(combination("The parameter endDate requires the endDateType 'limited'"))
        }
        (None | Some("limited"), Some(date)) if date.epoch_ms <= cx.now_ms => {
            Err(invalid_value("The end date must be in the future."))
        }
        (None | Some("limited"), Some(date)) => Ok(date.epoch_ms),
        (Some(other), _) => Err(invalid_parameter(other, "endDateType", "")),
    }
}

fn active(cx: &Cx, id: &str) -> Result<CapacityReservation, Fault> {
    let row = find::<CapacityReservation>(cx, id)?;
    match row.state == "active" {
        true => Ok(row),
        false => Err(fault(
            "InvalidCapacityReservationState",
            format!("The capacity reservation '{id}' is not in the 'active' state."),
        )),
    }
}

/// Errors: InvalidCapacityReservationId.NotFound; InvalidCapacityReservationState (inferred); InvalidParameterValue;
/// InvalidParameterCombination; VcpuLimitExceeded; InsufficientInstanceCapacity.
pub(crate) fn modify(
    cx: &mut Cx,
    i: &s::ModifyCapacityReservationRequest,
) -> Result<s::ModifyCapacityReservationResult, Fault> {
    err::refuse(&[
        ("StartDate", i.start_date.is_some()),
        ("QuoteId", i.quote_id.is_some()),
        ("AdditionalInfo", i.additional_info.is_some()),
        ("AcceptModificationTerms", i.accept_modification_terms == Some(true)),
    ])?;
    let mut row = active(cx, &i.capacity_reservation_id)?;
    if let Some(count) = i.instance_count {
        let least = used(cx, &row)?.max(1);
        if !(least..=1_000).contains(&count) {
            return Err(invalid_parameter(
                count,
                "instanceCount",
                "It is less than the instances that use the reservation.",
            ));
        }
        if let (Some(kind), true) = (instance_type::named(&row.kind), count > row.count) {
            launch::vcpus(cx, &kind, count - row.count, false)?;
            for_one(cx, kind.name(), (&row.zone, &row.zone_id))?;
        }
        row.count = count;
    }
    row.ends_ms = ends(cx, i.end_date.as_ref(), i.end_date_type.as_deref(), row.ends_ms)?;
    row.targeted = targeted(i.instance_match_criteria.as_deref())?.unwrap_or(row.targeted);
    save(cx, &row)?;
    match row.ends_ms {
        0 => cx.timer_clear(EXPIRE, &row.id)?,
        due_ms => cx.timer_set(EXPIRE, &row.id, due_ms)?,
    }
    Ok(s::ModifyCapacityReservationResult {
        return_: Some(true),
        ..s::ModifyCapacityReservationResult::default()
    })
}

/// Errors: InvalidCapacityReservationId.NotFound; InvalidCapacityReservationState (inferred).
pub(crate) fn cancel(
    cx: &mut Cx,
    i: &s::CancelCapacityReservationRequest,
) -> Result<s::CancelCapacityReservationResult, Fault> {
    err::refuse(&[
        ("ApplyCancellationCharges", i.apply_cancellation_charges.is_some()),
        ("QuoteId", i.quote_id.is_some()),
    ])?;
    let row = active(cx, &i.capacity_reservation_id)?;
    capacity::end(cx, row, "cancelled")?;
    Ok(s::CancelCapacityReservationResult { return_: Some(true) })
}

/// Errors: InvalidCapacityReservationId.NotFound; those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeCapacityReservationsRequest,
) -> Result<s::DescribeCapacityReservationsResult, Fault> {
    let ask = Ask::new("DescribeCapacityReservations", &i.filters)
        .ids(&i.capacity_reservation_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 1_000);
    let found = stored::<CapacityReservation>(cx, &ask)?;
    let shown: Result<Vec<_>, Fault> =
        found.items.iter().map(|(c, tags)| capacity::show(cx, c, tags)).collect();
    Ok(s::DescribeCapacityReservationsResult { next_token: found.next, capacity_reservations: Some(shown?) })
}

/// Errors: InvalidCapacityReservationId.NotFound; InvalidParameterValue: `MaxResults`; InvalidPaginationToken: a token, since
/// there is one page.
pub(crate) fn usage(
    cx: &mut Cx,
    i: &s::GetCapacityReservationUsageRequest,
) -> Result<s::GetCapacityReservationUsageResult, Fault> {
    let ask =
        Ask::new("GetCapacityReservationUsage", &None).pages(i.max_results, &i.next_token).limits(1, 1_000);
    ask.page_size(cx)?;
    ask.start_bound(cx, &i.capacity_reservation_id)?;
    let row = find::<CapacityReservation>(cx, &i.capacity_reservation_id)?;
    let used = used(cx, &row)?;
    let own =
        s::InstanceUsage { account_id: Some(cx.scope.account.clone()), used_instance_count: Some(used) };
    Ok(s::GetCapacityReservationUsageResult {
        capacity_reservation_id: Some(row.id.clone()),
        instance_type: Some(row.kind.clone()),
        total_instance_count: Some(row.count),
        available_instance_count: Some(if row.state == "active" { row.count - used } else { 0 }),
        state: Some(row.state),
        instance_usages: Some(if used > 0 { vec![own] } else { Vec::new() }),
        ..s::GetCapacityReservationUsageResult::default()
    })
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: it must be stopped; those of [`Reserved::read_request`].
pub(crate) fn of_instance(
    cx: &mut Cx,
    i: &s::ModifyInstanceCapacityReservationAttributesRequest,
) -> Result<s::ModifyInstanceCapacityReservationAttributesResult, Fault> {
    let mut row = instance::living(cx, &i.instance_id)?;
    if row.state(cx) != STOPPED {
        let text = format!("The instance '{}' is not in the 'stopped' state.", row.id);
        return Err(fault("IncorrectInstanceState", text));
    }
    row.reserved = Reserved::read_request(cx, Some(&i.capacity_reservation_specification))?;
    save(cx, &row)?;
    Ok(s::ModifyInstanceCapacityReservationAttributesResult { return_: Some(true) })
}
