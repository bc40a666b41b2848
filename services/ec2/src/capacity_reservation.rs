//! Capacity reservations: rows, which instances count against one, what the clock ends. An instance uses a reservation while
//! it runs: an open one that matches it, or the one that it targets.
//! Source: EC2 user guide, "Reserve compute capacity with EC2 On-Demand Capacity Reservations" (2026-11-22); texts as reported.

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::{combination, fault, unsupported};
use crate::filter::Accessor;
use crate::instance::Instance;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource, find, get, on, save};
use crate::tags::{self, Tags};

pub(crate) static CAPACITY_RESERVATION: Kind = Kind {
    noun: "capacity-reservation",
    prefix: "cr",
    not_found: ("InvalidCapacityReservationId.NotFound", "The capacity reservation ID '{}' does not exist"),
    malformed: Some(("InvalidCapacityReservationId.Malformed", "Invalid id: \"{}\"")),
    seen: resource::seen::<CapacityReservation>,
};

/// Timer: the reservation's end.
pub(crate) const EXPIRE: &str = "expire-capacity-reservation";
/// Timer: one that ended is no longer shown.
pub(crate) const FORGET: &str = "forget-capacity-reservation";
/// How long one that ended is shown. Not documented.
const SHOWN_MS: i64 = 3_600_000;

/// A capacity reservation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CapacityReservation {
    pub(crate) id: String,
    /// `m5.large`
    pub(crate) kind: String,
    /// `Linux/UNIX`
    pub(crate) platform: String,
    pub(crate) zone: String,
    pub(crate) zone_id: String,
    pub(crate) tenancy: String,
    pub(crate) count: i32,
    pub(crate) ebs_optimized: bool,
    pub(crate) ephemeral: bool,
    /// `active`, `expired`, `cancelled`
    pub(crate) state: String,
    pub(crate) created_ms: i64,
    /// 0 without an end.
    pub(crate) ends_ms: i64,
    /// Only those who target it.
    pub(crate) targeted: bool,
    /// ARN; empty for none.
    pub(crate) placement_group: String,
}

impl Row for CapacityReservation {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.kind);
        w.put(3, &self.platform);
        w.put(4, &self.zone);
        w.put(5, &self.zone_id);
        w.put(6, &self.tenancy);
        w.put(7, &self.count);
        w.put(8, &self.ebs_optimized);
        w.put(9, &self.ephemeral);
        w.put(10, &self.state);
        w.put(11, &self.created_ms);
        w.put(12, &self.ends_ms);
        w.put(13, &self.targeted);
        w.put(14, &self.placement_group);
    }
    fn read(r: &mut RowReader) -> Result<CapacityReservation, RowError> {
        Ok(CapacityReservation {
            id: r.get(1)?,
            kind: r.get(2)?,
            platform: r.get(3)?,
            zone: r.get(4)?,
            zone_id: r.get(5)?,
            tenancy: r.get(6)?,
            count: r.get(7)?,
            ebs_optimized: r.get(8)?,
            ephemeral: r.get(9)?,
            state: r.get(10)?,
            created_ms: r.get(11)?,
            ends_ms: r.get(12)?,
            targeted: r.get(13)?,
            placement_group: r.get(14)?,
        })
    }
}

impl CapacityReservation {
    fn criteria(&self) -> &'static str {
        if self.targeted { "targeted" } else { "open" }
    }
    fn end_type(&self) -> &'static str {
        if self.ends_ms == 0 { "unlimited" } else { "limited" }
    }
    fn suits(&self, row: &Instance) -> bool {
        self.kind == row.kind
            && self.platform == row.platform
            && self.zone == row.zone
            && self.tenancy == row.tenancy
    }
}

impl Listed for CapacityReservation {
    const FILTERS: &'static [(&'static str, Accessor<CapacityReservation>)] = &[
        ("availability-zone", |c, p| p.text(&c.zone)),
        ("end-date", |c, p| (c.ends_ms > 0).then_some(c.ends_ms).into_iter().for_each(|t| p.time(t))),
        ("end-date-type", |c, p| p.text(c.end_type())),
        ("instance-match-criteria", |c, p| p.text(c.criteria())),
        ("instance-platform", |c, p| p.text(&c.platform)),
        ("instance-type", |c, p| p.text(&c.kind)),
        ("outpost-arn", |_, _| {}),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("placement-group-arn", |c, p| {
            p.maybe(Some(c.placement_group.as_str()).filter(|g| !g.is_empty()));
        }),
        ("start-date", |c, p| p.time(c.created_ms)),
        ("state", |c, p| p.text(&c.state)),
        ("tenancy", |c, p| p.text(&c.tenancy)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

/// What reservations of a type in a zone are linked to.
fn shelf(kind: &str, zone: &str) -> String {
    format!("{kind}@{zone}")
}

impl Resource for CapacityReservation {
    const TABLE: &'static str = "ec2.capacity_reservation";
    const KIND: &'static Kind = &CAPACITY_RESERVATION;
    fn parents(&self) -> Vec<String> {
        vec![shelf(&self.kind, &self.zone)]
    }
}

/// What an instance wants of reservations, and what it has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reserved {
    /// `open`, `none`, `capacity-reservations-only`; empty is open.
    pub(crate) preference: String,
    /// The only one that it may use.
    pub(crate) target: String,
    /// The one that it uses.
    pub(crate) used: String,
}

impl Row for Reserved {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.preference);
        w.put(2, &self.target);
        w.put(3, &self.used);
    }
    fn read(r: &mut RowReader) -> Result<Reserved, RowError> {
        Ok(Reserved { preference: r.get(1)?, target: r.get(2)?, used: r.get(3)? })
    }
}

impl Reserved {
    /// Whether nothing but a reservation will do.
    pub(crate) fn is_bound(&self) -> bool {
        !self.target.is_empty() || self.preference == "capacity-reservations-only"
    }

    /// Out of a request.
    ///
    /// Errors: InvalidParameterCombination: a preference and a target;
    /// InvalidCapacityReservationId.NotFound.
    pub(crate) fn read_request(
        cx: &Cx,
        given: Option<&s::CapacityReservationSpecification>,
    ) -> Result<Reserved, Fault> {
        let Some(g) = given else { return Ok(Reserved::default()) };
        let preference = g.capacity_reservation_preference.clone().unwrap_or_default();
        let Some(target) = &g.capacity_reservation_target else {
            return Ok(Reserved { preference, ..Reserved::default() });
        };
        if target.capacity_reservation_resource_group_arn.is_some() {
            return Err(unsupported("CapacityReservationTarget.CapacityReservationResourceGroupArn"));
        }
        if !preference.is_empty() && preference != "capacity-reservations-only" {
            return Err(combination(
                "The parameters capacityReservationPreference and capacityReservationTarget may not be used together",
            ));
        }
        let target = target.capacity_reservation_id.as_deref().unwrap_or_default();
        Ok(Reserved { target: find::<CapacityReservation>(cx, target)?.id, ..Reserved::default() })
    }

    /// Which reservations it prefers; `None` where it has a target.
    pub(crate) fn preference(&self) -> Option<&str> {
        let preference = if self.preference.is_empty() { "open" } else { &self.preference };
        self.target.is_empty().then_some(preference)
    }

    /// As answers show it.
    pub(crate) fn show(&self) -> s::CapacityReservationSpecificationResponse {
        let text = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
        s::CapacityReservationSpecificationResponse {
            capacity_reservation_preference: self.preference().map(str::to_owned),
            capacity_reservation_target: text(&self.target).map(|id| s::CapacityReservationTargetResponse {
                capacity_reservation_id: Some(id),
                ..s::CapacityReservationTargetResponse::default()
            }),
        }
    }
}

/// Instances that use it now.
pub(crate) fn used(cx: &Cx, row: &CapacityReservation) -> Result<i32, Fault> {
    let there = on::<Instance>(cx, &row.id)?.into_iter().filter(|i| i.goal == "running");
    Ok(i32::try_from(there.count()).unwrap_or(i32::MAX))
}

fn exceeded() -> Fault {
    fault(
        "ReservationCapacityExceeded",
        "The requested reservation does not have sufficient compatible and available capacity for this request.",
    )
}

/// How many instances like `row` a reservation has room for.
fn left(cx: &Cx, c: &CapacityReservation, row: &Instance) -> Result<i32, Fault> {
    match c.state == "active" && c.suits(row) {
        true => Ok((c.count - used(cx, c)?).max(0)),
        false => Ok(0),
    }
}

/// How many instances like `row` the open reservations have room for.
pub(crate) fn left_for(cx: &Cx, row: &Instance) -> Result<i32, Fault> {
    if row.reserved.preference == "none" {
        return Ok(0);
    }
    let mut all = 0;
    for c in on::<CapacityReservation>(cx, &shelf(&row.kind, &row.zone))? {
        if !c.targeted {
            all += left(cx, &c, row)?;
        }
    }
    Ok(all)
}

/// Finds the reservation that an instance which is to run uses.
///
/// Errors: ReservationCapacityExceeded: the targeted one is full, over or of another kind, or none suits where one must.
pub(crate) fn take(cx: &Cx, row: &mut Instance) -> Result<(), Fault> {
    let open = open_for(cx, row)?;
    take_of(cx, row, &open)
}

/// The open reservations, full or not, that an instance may look at.
pub(crate) fn open_for(cx: &Cx, row: &Instance) -> Result<Vec<CapacityReservation>, Fault> {
    if !row.reserved.target.is_empty() || row.reserved.preference == "none" {
        return Ok(Vec::new());
    }
    let mut all = on::<CapacityReservation>(cx, &shelf(&row.kind, &row.zone))?;
    all.retain(|c| !c.targeted);
    Ok(all)
}

/// As [`take`], out of [`open_for`] it.
pub(crate) fn take_of(cx: &Cx, row: &mut Instance, open_ones: &[CapacityReservation]) -> Result<(), Fault> {
    let free = |c: &CapacityReservation| -> Result<bool, Fault> { Ok(left(cx, c, row)? > 0) };
    let found = if !row.reserved.target.is_empty() {
        let target = get::<CapacityReservation>(cx, &row.reserved.target)?.ok_or_else(exceeded)?;
        if !free(&target)? {
            return Err(exceeded());
        }
        target.id
    } else if row.reserved.preference == "none" {
        String::new()
    } else {
        let mut open = String::new();
        for c in open_ones {
            if free(c)? {
                open.clone_from(&c.id);
                break;
            }
        }
        if open.is_empty() && row.reserved.is_bound() {
            return Err(exceeded());
        }
        open
    };
    row.reserved.used = found;
    Ok(())
}

/// A reservation ends: its instances go on without it.
pub(crate) fn end(cx: &mut Cx, mut row: CapacityReservation, state: &str) -> Result<(), Fault> {
    state.clone_into(&mut row.state);
    save(cx, &row)?;
    for mut i in on::<Instance>(cx, &row.id)? {
        i.reserved.used.clear();
        save(cx, &i)?;
    }
    cx.timer_clear(EXPIRE, &row.id)?;
    let due_ms = cx.now_ms + SHOWN_MS;
    cx.timer_set(FORGET, &row.id, due_ms)
}

/// Its time is over.
pub(crate) fn expire(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    match get::<CapacityReservation>(cx, id)?.filter(|c| c.state == "active") {
        Some(row) => end(cx, row, "expired"),
        None => Ok(()),
    }
}

/// It is no longer shown.
pub(crate) fn forget(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    match get::<CapacityReservation>(cx, id)? {
        Some(row) => resource::remove(cx, &row),
        None => Ok(()),
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, c: &CapacityReservation, tags: &Tags) -> Result<s::CapacityReservation, Fault> {
    let text = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
    let time = |epoch_ms| Some(Timestamp { epoch_ms });
    let available = if c.state == "active" { c.count - used(cx, c)? } else { 0 };
    Ok(s::CapacityReservation {
        capacity_reservation_id: Some(c.id.clone()),
        owner_id: Some(cx.scope.account.clone()),
        capacity_reservation_arn: Some(CAPACITY_RESERVATION.arn(cx, &c.id)),
        availability_zone_id: text(&c.zone_id),
        instance_type: text(&c.kind),
        instance_platform: text(&c.platform),
        availability_zone: text(&c.zone),
        tenancy: text(&c.tenancy),
        total_instance_count: Some(c.count),
        available_instance_count: Some(available),
        ebs_optimized: Some(c.ebs_optimized),
        ephemeral_storage: Some(c.ephemeral),
        state: text(&c.state),
        start_date: time(c.created_ms),
        end_date: (c.ends_ms > 0).then(|| time(c.ends_ms)).flatten(),
        end_date_type: text(c.end_type()),
        instance_match_criteria: text(c.criteria()),
        create_date: time(c.created_ms),
        tags: tags::shown(tags),
        placement_group_arn: text(&c.placement_group),
        capacity_allocations: Some(Vec::new()),
        reservation_type: text("default"),
        ..s::CapacityReservation::default()
    })
}
