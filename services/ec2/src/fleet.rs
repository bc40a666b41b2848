//! EC2 Fleets: rows and states, what the clock does. A fleet launches instances from templates until its target is met, once
//! or again and again. What it launches: `fleet/fill.rs`; how it is shown: `fleet/shown.rs`;
//! Spot fleets of the old API: `fleet/spot.rs`; what happened: `fleet/history.rs`.
//! Source: EC2 user guide, "EC2 Fleet"; EC2 API reference, "CreateFleet", "FleetData" (2026-11-22).
//!
//! Differs from AWS: capacity never runs short, so strategies that look at it take pools in the order of the request. Capacity
//! is counted in units or vCPUs; capacity rebalancing isn't built.

mod attributes;
mod fill;
pub(crate) mod history;
mod shown;
pub(crate) mod spot;

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::fault;
use crate::forms;
use crate::instance::{self, Instance};
use crate::kind::Kind;
use crate::resource::{self, Resource, get, on, save};

pub(crate) use fill::{candidates, fill, pools};
pub(crate) use shown::{show, show_instance, show_launched};

pub(crate) static FLEET: Kind = Kind {
    noun: "fleet",
    prefix: "fleet",
    not_found: ("InvalidFleetId.NotFound", "The fleet ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<Fleet>,
};

/// Timer: an instance ended, or the fleet's time has come.
pub(crate) const TEND: &str = "tend-fleet";
/// Timer: the fleet's time is over.
pub(crate) const EXPIRE: &str = "expire-fleet";
/// Timer: a deleted fleet is no longer shown.
pub(crate) const FORGET: &str = "forget-fleet";
/// A deleted fleet is shown for two days. Source: EC2 user guide, "Delete an EC2 Fleet".
const SHOWN_MS: i64 = 2 * 86_400_000;

/// A fleet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fleet {
    pub(crate) id: String,
    /// `instant`, `request`, `maintain`
    pub(crate) kind: String,
    /// `submitted`, `active`, `deleted_running`, `deleted_terminating`, `deleted`
    pub(crate) state: String,
    pub(crate) created_ms: i64,
    /// `CreateFleetRequest` under the model's names, with what was modified since.
    pub(crate) order: String,
    /// Targets, in units.
    pub(crate) on_demand: i32,
    pub(crate) spot: i32,
    /// Of a Spot fleet of the old API: `SpotFleetRequestConfigData` under the model's names; `order` is what it means.
    pub(crate) config: String,
}

impl Row for Fleet {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.kind);
        w.put(3, &self.state);
        w.put(4, &self.created_ms);
        w.put(5, &self.order);
        w.put(6, &self.on_demand);
        w.put(7, &self.spot);
        w.put(8, &self.config);
    }
    fn read(r: &mut RowReader) -> Result<Fleet, RowError> {
        Ok(Fleet {
            id: r.get(1)?,
            kind: r.get(2)?,
            state: r.get(3)?,
            created_ms: r.get(4)?,
            order: r.get(5)?,
            on_demand: r.get(6)?,
            spot: r.get(7)?,
            config: r.get(8)?,
        })
    }
}

impl Resource for Fleet {
    const TABLE: &'static str = "ec2.fleet";
    const KIND: &'static Kind = &FLEET;
}

impl Fleet {
    /// What it was asked for.
    pub(crate) fn request(&self) -> Result<s::CreateFleetRequest, Fault> {
        forms::read(forms::input("CreateFleet"), &self.order)
    }
    pub(crate) fn is_over(&self) -> bool {
        self.state.starts_with("deleted")
    }
}

/// The fleet of that id, if it isn't one of the old API.
///
/// Errors: InvalidFleetId.NotFound.
pub(crate) fn named(cx: &Cx, id: &str) -> Result<Fleet, Fault> {
    get::<Fleet>(cx, id)?.filter(|f| f.config.is_empty()).ok_or_else(|| FLEET.not_found(id))
}

/// A new id: `fleet-…`, `sfr-…`.
pub(crate) fn new_id(cx: &Cx, prefix: &'static str) -> String {
    let text = cx.ids.text(prefix, 32, kernel::HEX);
    format!("{prefix}-{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// Its instances that run or will run, the oldest first.
pub(crate) fn members(cx: &Cx, fleet: &Fleet) -> Result<Vec<Instance>, Fault> {
    let mut all: Vec<Instance> =
        on::<Instance>(cx, &fleet.id)?.into_iter().filter(|i| i.goal != "terminated").collect();
    all.sort_by(|a, b| (a.launched_ms, &a.id).cmp(&(b.launched_ms, &b.id)));
    Ok(all)
}

/// What its instances count towards one of its targets.
pub(crate) fn fulfilled(members: &[Instance], spot: bool) -> f64 {
    members.iter().filter(|i| i.spot.is_empty() != spot).map(weight).sum()
}

/// What an instance counts.
pub(crate) fn weight(i: &Instance) -> f64 {
    f64::from(i.fleet_weight.max(1)) / 1_000.0
}

/// A fleet that has other targets now: it is kept, launches what is missing, and takes away what is too much unless its order
/// says no. `done` is what its history calls the end of that.
pub(crate) fn modified(
    cx: &mut Cx,
    fleet: &Fleet,
    order: &s::CreateFleetRequest,
    done: &str,
) -> Result<(), Fault> {
    save(cx, fleet)?;
    history::changed(cx, fleet, "modify_in_progress", "")?;
    if fleet.state == "active" {
        fill(cx, fleet)?;
        if order.excess_capacity_termination_policy.as_deref() != Some("no-termination") {
            shrink(cx, fleet)?;
        }
    }
    history::changed(cx, fleet, done, "")
}

/// Takes away what is above a target, the newest first.
fn shrink(cx: &mut Cx, fleet: &Fleet) -> Result<(), Fault> {
    for (spot, target) in [(false, fleet.on_demand), (true, fleet.spot)] {
        let members = members(cx, fleet)?;
        let mut there = fulfilled(&members, spot);
        for i in members.into_iter().rev().filter(|i| i.spot.is_empty() != spot) {
            if there - weight(&i) < f64::from(target) {
                break;
            }
            there -= weight(&i);
            end_instance(cx, i)?;
        }
    }
    Ok(())
}

/// An instance goes because its fleet says so.
fn end_instance(cx: &mut Cx, mut i: Instance) -> Result<(), Fault> {
    if !i.spot.is_empty() {
        crate::spot_request::instance_ended(cx, &i)?;
    }
    i.initiated("Client.UserInitiatedShutdown", "User initiated shutdown");
    instance::shut_down(cx, i)
}

/// A fleet is over; its instances go with it, or stay.
pub(crate) fn delete(cx: &mut Cx, mut fleet: Fleet, with_instances: bool) -> Result<Fleet, Fault> {
    let members = members(cx, &fleet)?;
    let state = match (members.is_empty(), with_instances) {
        (true, _) => "deleted",
        (false, true) => "deleted_terminating",
        (false, false) => "deleted_running",
    };
    state.clone_into(&mut fleet.state);
    save(cx, &fleet)?;
    let word = if fleet.config.is_empty() { state.to_owned() } else { state.replace("deleted", "cancelled") };
    history::changed(cx, &fleet, &word, "")?;
    if with_instances {
        for i in members {
            end_instance(cx, i)?;
        }
    }
    cx.timer_clear(EXPIRE, &fleet.id)?;
    let due_ms = cx.now_ms + SHOWN_MS;
    cx.timer_set(FORGET, &fleet.id, due_ms)?;
    Ok(fleet)
}

/// An instance of a fleet ended: one that maintains its target replaces it.
pub(crate) fn instance_ended(cx: &mut Cx, i: &Instance) -> Result<(), Fault> {
    let Some(fleet) = get::<Fleet>(cx, &i.fleet)? else { return Ok(()) };
    history::moved(cx, &fleet.id, "terminated", std::slice::from_ref(i))?;
    match fleet.kind == "maintain" && fleet.state == "active" {
        true => {
            let due_ms = crate::vpc::ready_ms(cx, 30_000);
            cx.timer_set(TEND, &fleet.id, due_ms)
        }
        false => Ok(()),
    }
}

/// The clock looks at a fleet: it begins, or has lost an instance.
pub(crate) fn tend(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let Some(mut fleet) = get::<Fleet>(cx, id)?.filter(|f| !f.is_over()) else { return Ok(()) };
    if fleet.state != "active" {
        "active".clone_into(&mut fleet.state);
        save(cx, &fleet)?;
        history::changed(cx, &fleet, "active", "")?;
    }
    fill(cx, &fleet).map(|_| ())
}

/// Its time is over.
pub(crate) fn expire(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let Some(fleet) = get::<Fleet>(cx, id)?.filter(|f| !f.is_over()) else { return Ok(()) };
    history::changed(cx, &fleet, "expired", "")?;
    let ends = fleet.request()?.terminate_instances_with_expiration == Some(true);
    delete(cx, fleet, ends).map(|_| ())
}

/// It is no longer shown.
pub(crate) fn forget(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    match get::<Fleet>(cx, id)? {
        Some(fleet) => {
            history::forget(cx, id)?;
            resource::remove(cx, &fleet)
        }
        None => Ok(()),
    }
}

/// On-demand and Spot targets of a specification.
///
/// Errors: InvalidParameterValue; InvalidParameterCombination as `InvalidTargetCapacitySpecification` (inferred).
pub(crate) fn targets(t: &s::TargetCapacitySpecificationRequest) -> Result<(i32, i32), Fault> {
    let wrong = |text: &str| fault("InvalidTargetCapacitySpecification", text);
    let total = t.total_target_capacity;
    let (on_demand, spot) = (t.on_demand_target_capacity.unwrap_or(0), t.spot_target_capacity.unwrap_or(0));
    if total < 0 || on_demand < 0 || spot < 0 || total > 10_000 {
        return Err(wrong("Target capacities must be between 0 and 10000."));
    }
    let rest = total - on_demand - spot;
    if rest < 0 {
        return Err(wrong("The total target capacity is less than the sum of its parts."));
    }
    match t.default_target_capacity_type.as_deref() {
        Some("spot") => Ok((on_demand, spot + rest)),
        Some("on-demand") => Ok((on_demand + rest, spot)),
        None if rest == 0 => Ok((on_demand, spot)),
        None => Err(wrong("A default target capacity type is required.")),
        Some(other) => Err(crate::err::invalid_parameter(other, "defaultTargetCapacityType", "")),
    }
}
