//! `StartInstances`, `StopInstances`, `RebootInstances`, `TerminateInstances`: all of the call's instances, or none.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::{
    RebootInstancesRequest, StartInstancesRequest, StartInstancesResult, StopInstancesRequest,
    StopInstancesResult, TerminateInstancesRequest, TerminateInstancesResult,
};

use crate::err::{fault, invalid_value};
use crate::instance::{
    self, Instance, PENDING, RUNNING, SHUTTING_DOWN, STOPPED, STOPPING, TERMINATED, these,
};
use crate::resource::save;
use crate::{attachment, capacity, capacity_reservation, instance_type, launch, placement, spot_request};

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: it is stopping or terminated; VcpuLimitExceeded;
/// InsufficientInstanceCapacity.
pub(crate) fn start(cx: &mut Cx, i: &StartInstancesRequest) -> Result<StartInstancesResult, Fault> {
    let mut changes = Vec::new();
    for mut row in these(cx, &i.instance_ids)? {
        let before = row.state(cx);
        if before == RUNNING || before == PENDING {
            changes.push(instance::change(&row, before, before));
            continue;
        }
        if before != STOPPED {
            return Err(not_in_state(&row, "from which it can be started"));
        }
        if let Some(kind) = instance_type::named(&row.kind) {
            launch::vcpus(cx, &kind, 1, !row.spot.is_empty())?;
        }
        row.head_for(cx, "running", 15_000);
        row.clear_reason();
        row.launched_ms = cx.now_ms;
        placement::place(cx, &mut row, true)?;
        match row.spot.is_empty() {
            true => capacity_reservation::take(cx, &mut row)?,
            false => spot_request::instance_stops(cx, &row, false)?,
        }
        capacity::for_start(cx, &row)?;
        attachment::public_on_start(cx, &mut row)?;
        save(cx, &row)?;
        changes.push(instance::change(&row, before, PENDING));
    }
    Ok(StartInstancesResult { starting_instances: Some(changes) })
}

fn not_in_state(row: &Instance, text: &str) -> Fault {
    fault("IncorrectInstanceState", format!("The instance '{}' is not in a state {text}.", row.id))
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: it is pending or terminated; OperationNotPermitted: protected;
/// UnsupportedHibernationConfiguration.
pub(crate) fn stop(cx: &mut Cx, i: &StopInstancesRequest) -> Result<StopInstancesResult, Fault> {
    let mut changes = Vec::new();
    for mut row in these(cx, &i.instance_ids)? {
        let before = row.state(cx);
        if before == STOPPED || before == STOPPING {
            changes.push(instance::change(&row, before, before));
            continue;
        }
        if before != RUNNING {
            return Err(not_in_state(&row, "from which it can be stopped"));
        }
        if row.keeps_running {
            let text = format!(
                "The instance '{}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.",
                row.id
            );
            return Err(fault("OperationNotPermitted", text));
        }
        if i.hibernate == Some(true) && !row.hibernates {
            let text = "Attempted to hibernate an instance that is not enabled for hibernation";
            return Err(fault("UnsupportedHibernationConfiguration", text));
        }
        spot_request::instance_stops(cx, &row, true)?;
        row.head_for(cx, "stopped", 30_000);
        let hibernated = i.hibernate == Some(true);
        let code = if hibernated { "Client.UserInitiatedHibernate" } else { "Client.UserInitiatedShutdown" };
        row.user_initiated(cx, code);
        row.reserved.used.clear();
        instance::give_public_back(cx, &mut row);
        save(cx, &row)?;
        changes.push(instance::change(&row, before, STOPPING));
    }
    Ok(StopInstancesResult { stopping_instances: Some(changes) })
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: it isn't running.
pub(crate) fn reboot(cx: &mut Cx, i: &RebootInstancesRequest) -> Result<Empty, Fault> {
    for row in these(cx, &i.instance_ids)? {
        if row.state(cx) != RUNNING {
            return Err(not_in_state(&row, "from which it can be rebooted"));
        }
    }
    Ok(Empty {})
}

/// Errors: InvalidInstanceID.NotFound; OperationNotPermitted: protected; InvalidParameterValue: more than 1,000.
pub(crate) fn terminate(
    cx: &mut Cx,
    i: &TerminateInstancesRequest,
) -> Result<TerminateInstancesResult, Fault> {
    if i.instance_ids.len() > 1_000 {
        return Err(invalid_value("A call can terminate at most 1000 instances"));
    }
    let all = these(cx, &i.instance_ids)?;
    if let Some(row) = all.iter().find(|r| r.keeps && r.goal != "terminated") {
        let text = format!(
            "The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
            row.id
        );
        return Err(fault("OperationNotPermitted", text));
    }
    let mut changes = Vec::new();
    for row in all {
        let before = row.state(cx);
        if before == TERMINATED || before == SHUTTING_DOWN {
            changes.push(instance::change(&row, before, before));
            continue;
        }
        changes.push(instance::change(&row, before, SHUTTING_DOWN));
        instance::terminate(cx, row)?;
    }
    Ok(TerminateInstancesResult { terminating_instances: Some(changes) })
}
