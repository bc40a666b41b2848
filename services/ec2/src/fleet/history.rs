//! What happened to a fleet: its own changes and those of its instances, for two days.
//! Source: EC2 API reference, "DescribeFleetHistory", "DescribeSpotFleetRequestHistory", "EventInformation" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use super::Fleet;
use crate::filter::Accessor;
use crate::instance::Instance;
use crate::resource::Listed;

/// AWS keeps the events of the last 48 hours.
const KEPT_MS: i64 = 48 * 3_600_000;

/// An event.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Event {
    /// Its place in the history.
    pub(crate) place: String,
    pub(crate) at_ms: i64,
    /// `fleet-change`, `instance-change`, `service-error`
    pub(crate) kind: String,
    /// `submitted`, `launched`, …
    pub(crate) sub_kind: String,
    pub(crate) instance: String,
    pub(crate) text: String,
}

impl Row for Event {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.place);
        w.put(2, &self.at_ms);
        w.put(3, &self.kind);
        w.put(4, &self.sub_kind);
        w.put(5, &self.instance);
        w.put(6, &self.text);
    }
    fn read(r: &mut RowReader) -> Result<Event, RowError> {
        Ok(Event {
            place: r.get(1)?,
            at_ms: r.get(2)?,
            kind: r.get(3)?,
            sub_kind: r.get(4)?,
            instance: r.get(5)?,
            text: r.get(6)?,
        })
    }
}

/// Account, region, fleet, place.
pub(crate) struct Events;
impl Table for Events {
    const NAME: &'static str = "ec2.fleet_event";
    const VERSION: u16 = 1;
    type Key = (String, String, String, String);
    type Row = Event;
}

impl Listed for Event {
    const FILTERS: &'static [(&'static str, Accessor<Event>)] = &[];
    fn id(&self) -> &str {
        &self.place
    }
}

fn key(cx: &Cx, fleet: &str, place: &str) -> (String, String, String, String) {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), fleet.to_owned(), place.to_owned())
}

fn place(at_ms: i64, n: usize) -> String {
    format!("{at_ms:020} {n:06}")
}

/// A change of the fleet itself.
pub(crate) fn changed(cx: &mut Cx, fleet: &Fleet, sub_kind: &str, text: &str) -> Result<(), Fault> {
    let event = |at_ms| Event {
        at_ms,
        kind: "fleet-change".to_owned(),
        sub_kind: sub_kind.to_owned(),
        text: text.to_owned(),
        ..Event::default()
    };
    let now_ms = cx.now_ms;
    add(cx, &fleet.id, vec![event(now_ms)])
}

/// A pool that couldn't be launched.
pub(crate) fn failed(cx: &mut Cx, fleet: &Fleet, error: &Fault) -> Result<(), Fault> {
    let event = Event {
        at_ms: cx.now_ms,
        kind: "service-error".to_owned(),
        sub_kind: error.code().to_owned(),
        text: error.message().to_owned(),
        ..Event::default()
    };
    add(cx, &fleet.id, vec![event])
}

/// Instances were launched, or ended.
pub(crate) fn moved(cx: &mut Cx, fleet: &str, sub_kind: &str, all: &[Instance]) -> Result<(), Fault> {
    let event = |i: &Instance| Event {
        at_ms: cx.now_ms,
        kind: "instance-change".to_owned(),
        sub_kind: sub_kind.to_owned(),
        instance: i.id.clone(),
        text: format!(
            "{{\"instanceType\":\"{}\",\"image\":\"{}\",\"productDescription\":\"{}\",\"availabilityZone\":\"{}\"}}",
            i.kind, i.image, i.platform, i.zone
        ),
        ..Event::default()
    };
    let events = all.iter().map(event).collect();
    add(cx, fleet, events)
}

fn add(cx: &mut Cx, fleet: &str, events: Vec<Event>) -> Result<(), Fault> {
    let (account, region) = (cx.scope.account.clone(), cx.scope.region);
    let whole = (account.as_str(), region, fleet);
    let old: Vec<String> = cx
        .scan::<Events>(Scan::prefix(&whole))?
        .map(|(_, e)| e)
        .take_while(|e| e.at_ms < cx.now_ms - KEPT_MS)
        .map(|e| e.place)
        .collect();
    for gone in old {
        cx.delete::<Events>(&key(cx, fleet, &gone));
    }
    let now = place(cx.now_ms, 0);
    let there = cx.scan::<Events>(Scan::prefix(&whole).from(&key(cx, fleet, &now)))?.count();
    for (n, mut event) in events.into_iter().enumerate() {
        event.place = place(cx.now_ms, there + n);
        cx.put::<Events>(&key(cx, fleet, &event.place), &event);
    }
    Ok(())
}

/// All that is kept of a fleet since a time, of one type or of all, the oldest first.
pub(crate) fn since(cx: &Cx, fleet: &str, from_ms: i64, kind: Option<&str>) -> Result<Vec<Event>, Fault> {
    let whole = (cx.scope.account.as_str(), cx.scope.region, fleet);
    let all = cx.scan::<Events>(Scan::prefix(&whole))?.map(|(_, e)| e);
    let from_ms = from_ms.max(cx.now_ms - KEPT_MS);
    Ok(all.filter(|e| e.at_ms >= from_ms && kind.is_none_or(|k| k == e.kind)).collect())
}

/// The fleet is no longer shown.
pub(crate) fn forget(cx: &mut Cx, fleet: &str) -> Result<(), Fault> {
    let all: Vec<String> = {
        let whole = (cx.scope.account.as_str(), cx.scope.region, fleet);
        cx.scan::<Events>(Scan::prefix(&whole))?.map(|(_, e)| e.place).collect()
    };
    for gone in all {
        cx.delete::<Events>(&key(cx, fleet, &gone));
    }
    Ok(())
}

/// As answers show what an event says.
pub(crate) fn show(e: &Event) -> (s::EventInformation, Option<Timestamp>) {
    let some = |t: &String| Some(t.clone()).filter(|t| !t.is_empty());
    let information = s::EventInformation {
        event_description: some(&e.text),
        event_sub_type: some(&e.sub_kind),
        instance_id: some(&e.instance),
    };
    (information, Some(Timestamp { epoch_ms: e.at_ms }))
}
