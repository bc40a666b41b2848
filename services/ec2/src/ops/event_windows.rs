//! Event windows: `CreateInstanceEventWindow`, `ModifyInstanceEventWindow`, `DeleteInstanceEventWindow`,
//! `DescribeInstanceEventWindows`, `AssociateInstanceEventWindow`, `DisassociateInstanceEventWindow`. Beside them
//! `ModifyInstanceEventStartTime`, which finds no event, and `ReportInstanceStatus`, which AWS lets change nothing.
//! Source: EC2 API reference, the operations (2026-11-22); codes of refused windows inferred.

use codec::{Empty, Fault};
use kernel::{Cx, Operation};
use shapes_ec2 as s;
use shapes_ec2::op;

use super::{read, write};
use crate::dedicated_host::Host;
use crate::describe::{Ask, stored};
use crate::err::{combination, dependency, fault, invalid_value, missing};
use crate::event_window::{self, EVENT_WINDOW, EventWindow, TagTarget};
use crate::instance::{self, RUNNING};
use crate::resource::{find, remove, save};
use crate::{id, tags};

/// Most targets of a window: instances, hosts, tags.
const INSTANCES: usize = 100;
const HOSTS: usize = 50;
const TAGS: usize = 50;
/// Most windows of an account in a region.
const WINDOWS: usize = 200;

/// Rows of the operation table.
pub(super) fn table() -> Vec<Operation> {
    vec![
        write::<op::CreateInstanceEventWindow>(create),
        write::<op::ModifyInstanceEventWindow>(modify),
        write::<op::DeleteInstanceEventWindow>(delete),
        read::<op::DescribeInstanceEventWindows>(describe),
        write::<op::AssociateInstanceEventWindow>(associate),
        write::<op::DisassociateInstanceEventWindow>(disassociate),
        write::<op::ModifyInstanceEventStartTime>(start_time),
        write::<op::ReportInstanceStatus>(report),
    ]
}

fn shown(cx: &Cx, row: &EventWindow) -> Result<Option<s::InstanceEventWindow>, Fault> {
    Ok(Some(event_window::show(row, &tags::of(cx, &row.id)?)))
}

/// Errors: MissingParameter: no times; those of [`EventWindow::set_times`]; InstanceEventWindowLimitExceeded.
fn create(
    cx: &mut Cx,
    i: &s::CreateInstanceEventWindowRequest,
) -> Result<s::CreateInstanceEventWindowResult, Fault> {
    let given = tags::for_new(i.tag_specifications.as_deref(), &EVENT_WINDOW)?;
    let mut row = EventWindow {
        id: id::fresh(cx, EVENT_WINDOW.prefix),
        name: i.name.clone().unwrap_or_default(),
        ..EventWindow::default()
    };
    row.set_times(i.time_ranges.as_deref(), i.cron_expression.as_deref())?;
    if row.cron.is_empty() && row.ranges.is_empty() {
        return Err(missing("timeRanges or cronExpression"));
    }
    if crate::resource::all::<EventWindow>(cx)?.count() >= WINDOWS {
        let text = format!("The maximum number of event windows ({WINDOWS}) has been reached.");
        return Err(fault("InstanceEventWindowLimitExceeded", text));
    }
    save(cx, &row)?;
    tags::add(cx, &EVENT_WINDOW, &row.id, &given)?;
    let answer = event_window::show(&row, &given);
    Ok(s::CreateInstanceEventWindowResult {
        instance_event_window: Some(s::InstanceEventWindow { state: Some("creating".to_owned()), ..answer }),
    })
}

/// Errors: InvalidInstanceEventWindowID.NotFound; those of [`EventWindow::set_times`].
fn modify(
    cx: &mut Cx,
    i: &s::ModifyInstanceEventWindowRequest,
) -> Result<s::ModifyInstanceEventWindowResult, Fault> {
    let mut row = find::<EventWindow>(cx, &i.instance_event_window_id)?;
    row.set_times(i.time_ranges.as_deref(), i.cron_expression.as_deref())?;
    if let Some(name) = &i.name {
        row.name.clone_from(name);
    }
    save(cx, &row)?;
    Ok(s::ModifyInstanceEventWindowResult { instance_event_window: shown(cx, &row)? })
}

/// Errors: InvalidInstanceEventWindowID.NotFound; DependencyViolation: somebody stands under it and it isn't forced.
fn delete(
    cx: &mut Cx,
    i: &s::DeleteInstanceEventWindowRequest,
) -> Result<s::DeleteInstanceEventWindowResult, Fault> {
    let row = find::<EventWindow>(cx, &i.instance_event_window_id)?;
    if row.is_used() && i.force_delete != Some(true) {
        return Err(dependency(format!(
            "The event window '{}' is associated with targets and cannot be deleted unless ForceDelete is specified.",
            row.id
        )));
    }
    remove(cx, &row)?;
    Ok(s::DeleteInstanceEventWindowResult {
        instance_event_window_state: Some(s::InstanceEventWindowStateChange {
            instance_event_window_id: Some(row.id),
            state: Some("deleting".to_owned()),
        }),
    })
}

/// Errors: InvalidInstanceEventWindowID.NotFound; those of [`stored`].
fn describe(
    cx: &mut Cx,
    i: &s::DescribeInstanceEventWindowsRequest,
) -> Result<s::DescribeInstanceEventWindowsResult, Fault> {
    let ask = Ask::new("DescribeInstanceEventWindows", &i.filters)
        .ids(&i.instance_event_window_ids)
        .pages(i.max_results, &i.next_token)
        .limits(20, 500)
        .exclusive("instanceEventWindowIds");
    let found = stored::<EventWindow>(cx, &ask)?;
    let instance_event_windows = found.show(event_window::show);
    Ok(s::DescribeInstanceEventWindowsResult { instance_event_windows, next_token: found.next })
}

/// Targets of a call: instances, hosts, tags; of one type alone.
struct Targets {
    instances: Vec<String>,
    hosts: Vec<String>,
    tags: Vec<TagTarget>,
}

impl Targets {
    /// Errors: MissingParameter: none; InvalidParameterCombination: of several types.
    fn read(
        instances: Option<&Vec<String>>,
        hosts: Option<&Vec<String>>,
        given: Option<&Vec<s::Tag>>,
    ) -> Result<Targets, Fault> {
        let tag = |t: &s::Tag| TagTarget {
            key: t.key.clone().unwrap_or_default(),
            value: t.value.clone().unwrap_or_default(),
        };
        let all = Targets {
            instances: instances.cloned().unwrap_or_default(),
            hosts: hosts.cloned().unwrap_or_default(),
            tags: given.map(|all| all.iter().map(tag).collect()).unwrap_or_default(),
        };
        if all.tags.iter().any(|t| t.key.is_empty() || t.key.starts_with("aws:")) {
            return Err(invalid_value("Tag keys must not be empty and must not begin with aws:"));
        }
        let types = [all.instances.is_empty(), all.hosts.is_empty(), all.tags.is_empty()];
        match types.iter().filter(|empty| !**empty).count() {
            0 => Err(missing("associationTarget")),
            1 => Ok(all),
            _ => Err(combination("Only one type of target can be associated with an event window")),
        }
    }
}

/// Errors: InvalidInstanceEventWindowID.NotFound; those of [`Targets::read`]; InvalidInstanceID.NotFound;
/// InvalidHostID.NotFound; InvalidParameterCombination: another type than before; InvalidParameterValue: too many.
fn associate(
    cx: &mut Cx,
    i: &s::AssociateInstanceEventWindowRequest,
) -> Result<s::AssociateInstanceEventWindowResult, Fault> {
    let mut row = find::<EventWindow>(cx, &i.instance_event_window_id)?;
    let t = &i.association_target;
    let wanted =
        Targets::read(t.instance_ids.as_ref(), t.dedicated_host_ids.as_ref(), t.instance_tags.as_ref())?;
    instance::these(cx, &wanted.instances)?;
    for host in &wanted.hosts {
        find::<Host>(cx, host)?;
    }
    join(&mut row.instances, wanted.instances);
    join(&mut row.hosts, wanted.hosts);
    join(&mut row.tags, wanted.tags);
    let types = [row.instances.is_empty(), row.hosts.is_empty(), row.tags.is_empty()];
    if types.iter().filter(|empty| !**empty).count() > 1 {
        return Err(combination("Only one type of target can be associated with an event window"));
    }
    for (n, most) in [(row.instances.len(), INSTANCES), (row.hosts.len(), HOSTS), (row.tags.len(), TAGS)] {
        if n > most {
            return Err(invalid_value(format!("At most {most} targets of this type can be associated.")));
        }
    }
    save(cx, &row)?;
    Ok(s::AssociateInstanceEventWindowResult { instance_event_window: shown(cx, &row)? })
}

fn join<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// Errors: InvalidInstanceEventWindowID.NotFound; those of [`Targets::read`]; InvalidParameterValue: not associated.
fn disassociate(
    cx: &mut Cx,
    i: &s::DisassociateInstanceEventWindowRequest,
) -> Result<s::DisassociateInstanceEventWindowResult, Fault> {
    let mut row = find::<EventWindow>(cx, &i.instance_event_window_id)?;
    let t = &i.association_target;
    let gone =
        Targets::read(t.instance_ids.as_ref(), t.dedicated_host_ids.as_ref(), t.instance_tags.as_ref())?;
    let known = gone.instances.iter().all(|g| row.instances.contains(g))
        && gone.hosts.iter().all(|g| row.hosts.contains(g))
        && gone.tags.iter().all(|g| row.tags.contains(g));
    if !known {
        let text = format!("A target is not associated with the event window '{}'.", row.id);
        return Err(invalid_value(text));
    }
    row.instances.retain(|o| !gone.instances.contains(o));
    row.hosts.retain(|o| !gone.hosts.contains(o));
    row.tags.retain(|o| !gone.tags.contains(o));
    save(cx, &row)?;
    Ok(s::DisassociateInstanceEventWindowResult { instance_event_window: shown(cx, &row)? })
}

/// No event is ever scheduled here. Errors: InvalidInstanceID.NotFound; InvalidInstanceEventIDNotFound.
fn start_time(
    cx: &mut Cx,
    i: &s::ModifyInstanceEventStartTimeRequest,
) -> Result<s::ModifyInstanceEventStartTimeResult, Fault> {
    instance::living(cx, &i.instance_id)?;
    let text = format!("The instance event ID '{}' does not exist", i.instance_event_id);
    Err(fault("InvalidInstanceEventIDNotFound", text))
}

/// AWS takes the report, and shows nothing of it. Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: it isn't running.
fn report(cx: &mut Cx, i: &s::ReportInstanceStatusRequest) -> Result<Empty, Fault> {
    for row in instance::these(cx, &i.instances)? {
        if row.state(cx) != RUNNING {
            let text =
                format!("The instance '{}' is not in a state from which its status can be reported.", row.id);
            return Err(fault("IncorrectInstanceState", text));
        }
    }
    Ok(Empty {})
}
