//! Spot Instance requests: rows and states. A request is open until its price suffices and its time has come, then active
//! with its instance; the clock looks at it whenever the price may have moved. An interrupted instance ends or stops.
//! Source: EC2 user guide, "Spot Instance request states", "Spot Instance interruptions", "Get the status of a Spot Instance
//! request" (2026-11-22). How one is shown and filtered: `spot_request/shown.rs`.

mod shown;

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2::{RunInstancesRequest, SpotMarketOptions};
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::{combination, fault, invalid_parameter, unsupported};
use crate::forms;
use crate::instance::{self, Instance, STOPPED};
use crate::kind::Kind;
use crate::launch::{self, Launch, make};
use crate::resource::{self, Resource, get, on, save};
use crate::spot_price;

pub(crate) use shown::show;

pub(crate) static SPOT_REQUEST: Kind = Kind {
    noun: "spot-instances-request",
    prefix: "sir",
    not_found: ("InvalidSpotInstanceRequestID.NotFound", "The spot instance request ID '{}' does not exist"),
    malformed: Some((
        "InvalidSpotInstanceRequestID.Malformed",
        "Invalid value '{}' for SpotInstanceRequestId",
    )),
    seen: resource::seen::<SpotRequest>,
};

/// Timer: look at the request again.
pub(crate) const EVALUATE: &str = "evaluate-spot-request";
/// How often a request looks whether there is capacity again.
const CAPACITY_MS: i64 = 5 * 60_000;
/// How long an open request waits, if it doesn't say so.
const WAITS_MS: i64 = 7 * 86_400_000;

/// A request for one instance.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SpotRequest {
    pub(crate) id: String,
    /// What is to be launched: `RunInstancesRequest` under the model's names.
    pub(crate) order: String,
    /// The most that it pays, dollars an hour.
    pub(crate) price: String,
    pub(crate) persistent: bool,
    /// `terminate`, `stop`, `hibernate`
    pub(crate) behaviour: String,
    /// 0 for at once.
    pub(crate) from_ms: i64,
    /// 0 for no end.
    pub(crate) until_ms: i64,
    pub(crate) launch_group: String,
    pub(crate) zone_group: String,
    pub(crate) created_ms: i64,
    /// `open`, `active`, `closed`, `cancelled`, `disabled`
    pub(crate) state: String,
    /// `fulfilled`, `price-too-low`, …
    pub(crate) status: String,
    pub(crate) status_ms: i64,
    /// Its instance, once it had one.
    pub(crate) instance: String,
    pub(crate) zone: String,
    pub(crate) zone_id: String,
}

impl Row for SpotRequest {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.order);
        w.put(3, &self.price);
        w.put(4, &self.persistent);
        w.put(5, &self.behaviour);
        w.put(6, &self.from_ms);
        w.put(7, &self.until_ms);
        w.put(8, &self.launch_group);
        w.put(9, &self.zone_group);
        w.put(10, &self.created_ms);
        w.put(11, &self.state);
        w.put(12, &self.status);
        w.put(13, &self.status_ms);
        w.put(14, &self.instance);
        w.put(15, &self.zone);
        w.put(16, &self.zone_id);
    }
    fn read(r: &mut RowReader) -> Result<SpotRequest, RowError> {
        Ok(SpotRequest {
            id: r.get(1)?,
            order: r.get(2)?,
            price: r.get(3)?,
            persistent: r.get(4)?,
            behaviour: r.get(5)?,
            from_ms: r.get(6)?,
            until_ms: r.get(7)?,
            launch_group: r.get(8)?,
            zone_group: r.get(9)?,
            created_ms: r.get(10)?,
            state: r.get(11)?,
            status: r.get(12)?,
            status_ms: r.get(13)?,
            instance: r.get(14)?,
            zone: r.get(15)?,
            zone_id: r.get(16)?,
        })
    }
}

impl Resource for SpotRequest {
    const TABLE: &'static str = "ec2.spot_request";
    const KIND: &'static Kind = &SPOT_REQUEST;
    const LINKED: &'static [&'static str] = &["instance-id"];
    fn parents(&self) -> Vec<String> {
        Some(self.instance.clone()).filter(|i| !i.is_empty()).into_iter().collect()
    }
}

impl SpotRequest {
    /// What it launches.
    pub(crate) fn request(&self) -> Result<RunInstancesRequest, Fault> {
        forms::read(forms::input("RunInstances"), &self.order)
    }

    fn enters(&mut self, cx: &Cx, state: &str, status: &str) {
        state.clone_into(&mut self.state);
        status.clone_into(&mut self.status);
        self.status_ms = cx.now_ms;
    }

    /// The most that it pays.
    pub(crate) fn most(&self) -> f64 {
        spot_price::read(&self.price).unwrap_or(0.0)
    }
}

/// What a request bids: of `SpotMarketOptions`, or of RequestSpotInstances.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bid<'a> {
    pub(crate) price: Option<&'a str>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) behaviour: Option<&'a str>,
    pub(crate) from: Option<&'a Timestamp>,
    pub(crate) until: Option<&'a Timestamp>,
    pub(crate) launch_group: Option<&'a str>,
    pub(crate) zone_group: Option<&'a str>,
}

impl<'a> Bid<'a> {
    /// Of a launch.
    pub(crate) fn of(options: Option<&'a SpotMarketOptions>) -> Result<Bid<'a>, Fault> {
        let Some(o) = options else { return Ok(Bid::default()) };
        if o.block_duration_minutes.is_some() {
            return Err(unsupported("SpotOptions.BlockDurationMinutes"));
        }
        if o.valid_until.is_some() && o.spot_instance_type.as_deref() != Some("persistent") {
            return Err(combination("The parameter validUntil is valid for persistent Spot requests only"));
        }
        Ok(Bid {
            price: o.max_price.as_deref(),
            kind: o.spot_instance_type.as_deref(),
            behaviour: o.instance_interruption_behavior.as_deref(),
            until: o.valid_until.as_ref(),
            ..Bid::default()
        })
    }
}

/// A new request, open.
///
/// Errors: InvalidParameterValue: price, type, behaviour, times; InvalidParameterCombination: stopping one-time instances;
/// Unsupported: the type isn't sold as Spot.
pub(crate) fn new(
    cx: &Cx,
    bid: &Bid<'_>,
    order: &RunInstancesRequest,
    l: &Launch,
) -> Result<SpotRequest, Fault> {
    let quote = spot_price::quote(l.kind.name()).filter(|_| l.kind.sells_spot());
    let quote = quote.ok_or_else(|| {
        fault("Unsupported", format!("The instance type {} is not available as Spot.", l.kind.name()))
    })?;
    let price = match bid.price.map(|p| (p, spot_price::read(p))) {
        None => quote.usual,
        Some((_, Some(price))) => price,
        Some((text, None)) => return Err(invalid_parameter(text, "price", "The value must be above 0.")),
    };
    let kind = bid.kind.unwrap_or("one-time");
    let behaviour = bid.behaviour.unwrap_or("terminate");
    if behaviour != "terminate" && kind == "one-time" {
        let text =
            format!("The interruption behavior '{behaviour}' is not supported for one-time Spot requests");
        return Err(combination(text));
    }
    let until_ms = bid.until.map_or(0, |t| t.epoch_ms);
    if bid.until.is_some() && until_ms <= cx.now_ms {
        return Err(invalid_parameter("validUntil", "validUntil", "The time must be in the future."));
    }
    let from_ms = bid.from.map_or(0, |t| t.epoch_ms);
    if bid.from.is_some() && (from_ms <= cx.now_ms || until_ms != 0 && until_ms <= from_ms) {
        return Err(invalid_parameter("validFrom", "validFrom", "The time must be in the future."));
    }
    Ok(SpotRequest {
        id: format!("sir-{}", cx.ids.text("sir", 8, kernel::HEX)),
        order: forms::text(forms::input("RunInstances"), order)?,
        price: spot_price::text(price),
        persistent: kind == "persistent",
        behaviour: behaviour.to_owned(),
        from_ms,
        until_ms: if until_ms == 0 { cx.now_ms + WAITS_MS } else { until_ms },
        launch_group: bid.launch_group.unwrap_or_default().to_owned(),
        zone_group: bid.zone_group.unwrap_or_default().to_owned(),
        created_ms: cx.now_ms,
        state: "open".to_owned(),
        status: "pending-evaluation".to_owned(),
        status_ms: cx.now_ms,
        ..SpotRequest::default()
    })
}

/// The price where a launch would stand.
pub(crate) fn price_now(cx: &Cx, l: &Launch) -> f64 {
    spot_price::quote(l.kind.name()).map_or(f64::MAX, |q| q.spot(&l.subnet.zone_id, cx.now_ms))
}

/// A request got its instance.
pub(crate) fn fulfilled(cx: &mut Cx, row: &mut SpotRequest, instance: &Instance) -> Result<(), Fault> {
    row.instance.clone_from(&instance.id);
    (row.zone, row.zone_id) = (instance.zone.clone(), instance.zone_id.clone());
    row.enters(cx, "active", "fulfilled");
    save(cx, row)?;
    look_again(cx, row)
}

/// When the request is to be looked at next: when the price moves, when its time comes or is over.
fn look_again(cx: &mut Cx, row: &SpotRequest) -> Result<(), Fault> {
    let step = (cx.now_ms.div_euclid(spot_price::STEP_MS) + 1) * spot_price::STEP_MS;
    let usual = row.request()?.instance_type.as_deref().and_then(spot_price::quote).map(|q| q.usual);
    let due_ms = match row.state.as_str() {
        "open" if row.from_ms > cx.now_ms => row.from_ms,
        "open" if row.status == "capacity-not-available" => row.until_ms.min(cx.now_ms + CAPACITY_MS),
        "open" => step.min(row.until_ms),
        // A price above on demand's is never exceeded.
        "active" if usual.is_none_or(|u| row.most() >= u) => return cx.timer_clear(EVALUATE, &row.id),
        "active" => step,
        _ => return cx.timer_clear(EVALUATE, &row.id),
    };
    cx.timer_set(EVALUATE, &row.id, due_ms)
}

/// Launches what an open request asks for, if it can be.
///
/// Errors: those of a launch, which the caller may look at before anything is written ([`launch::read`]).
pub(crate) fn evaluate(cx: &mut Cx, mut row: SpotRequest) -> Result<SpotRequest, Fault> {
    if row.from_ms > cx.now_ms {
        row.enters(cx, "open", "not-scheduled-yet");
        save(cx, &row)?;
        look_again(cx, &row)?;
        return Ok(row);
    }
    let request = row.request()?;
    let l = match launch::read(cx, &request) {
        Ok(l) => l,
        Err(f) if f.code() == "InsufficientInstanceCapacity" => {
            return waits(cx, row, "capacity-not-available");
        }
        Err(_) => return waits(cx, row, "constraint-not-fulfillable"),
    };
    if price_now(cx, &l) > row.most() {
        return waits(cx, row, "price-too-low");
    }
    if let Some(mut stopped) = get::<Instance>(cx, &row.instance)?.filter(|i| i.state(cx) == STOPPED) {
        stopped.head_for(cx, "running", 15_000);
        stopped.clear_reason();
        stopped.launched_ms = cx.now_ms;
        save(cx, &stopped)?;
        fulfilled(cx, &mut row, &stopped)?;
        return Ok(row);
    }
    let (tags, market) = (make::Made::default(), make::Market::Spot(&row.id));
    let order = make::Order { request: &request, launch: &l, tags: &tags, market };
    let (reservation, _) = make::all(cx, &order)?;
    if let Some(made) = on::<Instance>(cx, &reservation)?.into_iter().next() {
        fulfilled(cx, &mut row, &made)?;
    }
    Ok(row)
}

fn waits(cx: &mut Cx, mut row: SpotRequest, status: &str) -> Result<SpotRequest, Fault> {
    row.enters(cx, "open", status);
    save(cx, &row)?;
    look_again(cx, &row)?;
    Ok(row)
}

/// The clock looks at a request.
pub(crate) fn on_time(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let Some(mut row) = get::<SpotRequest>(cx, id)? else { return Ok(()) };
    match row.state.as_str() {
        "open" if cx.now_ms >= row.until_ms => {
            row.enters(cx, "closed", "schedule-expired");
            save(cx, &row)
        }
        "open" => evaluate(cx, row).map(|_| ()),
        "active" => {
            let kind = row.request()?.instance_type.unwrap_or_default();
            let now = spot_price::quote(&kind).map_or(0.0, |q| q.spot(&row.zone_id, cx.now_ms));
            if now > row.most() {
                return interrupt(cx, row);
            }
            look_again(cx, &row)
        }
        _ => Ok(()),
    }
}

/// The price rose above what the request pays.
fn interrupt(cx: &mut Cx, mut row: SpotRequest) -> Result<(), Fault> {
    let Some(mut i) = get::<Instance>(cx, &row.instance)?.filter(|i| i.goal == "running") else {
        return Ok(());
    };
    if row.behaviour == "terminate" {
        let state = if row.persistent { "open" } else { "closed" };
        row.enters(cx, state, "instance-terminated-by-price");
        save(cx, &row)?;
        look_again(cx, &row)?;
        i.initiated("Server.SpotInstanceTermination", "Spot instance termination");
        return instance::shut_down(cx, i);
    }
    row.enters(cx, "open", "instance-stopped-by-price");
    save(cx, &row)?;
    look_again(cx, &row)?;
    i.head_for(cx, "stopped", 30_000);
    i.initiated("Server.SpotInstanceShutdown", "Spot instance termination");
    instance::give_public_back(cx, &mut i);
    save(cx, &i)
}

/// The user ended an instance: a one-time request is over, a persistent one opens again.
pub(crate) fn instance_ended(cx: &mut Cx, i: &Instance) -> Result<(), Fault> {
    let Some(mut row) = get::<SpotRequest>(cx, &i.spot)?.filter(|r| r.instance == i.id) else {
        return Ok(());
    };
    match row.state.as_str() {
        "active" | "disabled" if row.persistent => {
            row.enters(cx, "open", "instance-terminated-by-user");
            save(cx, &row)?;
            let due_ms = crate::vpc::ready_ms(cx, 60_000);
            cx.timer_set(EVALUATE, &row.id, due_ms)
        }
        "active" | "disabled" => {
            row.enters(cx, "closed", "instance-terminated-by-user");
            save(cx, &row)?;
            cx.timer_clear(EVALUATE, &row.id)
        }
        "cancelled" => {
            row.enters(cx, "cancelled", "instance-terminated-by-user");
            save(cx, &row)
        }
        _ => Ok(()),
    }
}

/// The user stopped or started an instance.
///
/// Errors: UnsupportedOperation: a one-time request's.
pub(crate) fn instance_stops(cx: &mut Cx, i: &Instance, stops: bool) -> Result<(), Fault> {
    let Some(mut row) = get::<SpotRequest>(cx, &i.spot)? else { return Ok(()) };
    if stops && !row.persistent {
        let text = format!(
            "You can't stop the Spot Instance '{}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.",
            i.id
        );
        return Err(fault("UnsupportedOperation", text));
    }
    if row.state == "cancelled" {
        return Ok(());
    }
    match stops {
        true => row.enters(cx, "disabled", "instance-stopped-by-user"),
        false => row.enters(cx, "active", "fulfilled"),
    }
    save(cx, &row)?;
    look_again(cx, &row)
}

/// The user cancels the request; its instance goes on.
pub(crate) fn cancel(cx: &mut Cx, mut row: SpotRequest) -> Result<SpotRequest, Fault> {
    match row.state.as_str() {
        "open" => row.enters(cx, "cancelled", "canceled-before-fulfillment"),
        "active" | "disabled" => row.enters(cx, "cancelled", "request-canceled-and-instance-running"),
        _ => return Ok(row),
    }
    save(cx, &row)?;
    cx.timer_clear(EVALUATE, &row.id)?;
    Ok(row)
}
