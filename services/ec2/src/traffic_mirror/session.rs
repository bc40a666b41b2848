//! Traffic mirror sessions: of an interface, through a filter, to a target, in the order of numbers. A session goes with its
//! interface (inferred). Source: VPC Traffic Mirroring guide, "Traffic mirror sessions"; EC2 API reference (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use super::present;
use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource, on, remove};
use crate::tags::{self, Tags};

pub(crate) static TRAFFIC_MIRROR_SESSION: Kind = Kind {
    noun: "traffic-mirror-session",
    prefix: "tms",
    not_found: (
        "InvalidTrafficMirrorSessionId.NotFound",
        "The Traffic Mirror session ID '{}' does not exist",
    ),
    malformed: None,
    seen: resource::seen::<Session>,
};

/// A session.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Session {
    /// Id.
    pub(crate) id: String,
    /// The interface whose packets are mirrored.
    pub(crate) interface: String,
    /// Whereto.
    pub(crate) target: String,
    /// Which of them.
    pub(crate) filter: String,
    /// Bytes of each packet; none: all.
    pub(crate) packet_bytes: Option<i32>,
    /// Its place among the interface's sessions.
    pub(crate) number: i32,
    /// VXLAN.
    pub(crate) network: i32,
    /// Free text, or empty.
    pub(crate) description: String,
}

impl Row for Session {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.interface);
        w.put(3, &self.target);
        w.put(4, &self.filter);
        w.put(5, &self.packet_bytes);
        w.put(6, &self.number);
        w.put(7, &self.network);
        w.put(8, &self.description);
    }
    fn read(r: &mut RowReader) -> Result<Session, RowError> {
        Ok(Session {
            id: r.get(1)?,
            interface: r.get(2)?,
            target: r.get(3)?,
            filter: r.get(4)?,
            packet_bytes: r.get(5)?,
            number: r.get(6)?,
            network: r.get(7)?,
            description: r.get(8)?,
        })
    }
}

impl Listed for Session {
    const FILTERS: &'static [(&'static str, Accessor<Session>)] = &[
        ("description", |s, p| p.maybe(present(&s.description))),
        ("network-interface-id", |s, p| p.text(&s.interface)),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("packet-length", |s, p| p.maybe(s.packet_bytes.map(|n| n.to_string()).as_deref())),
        ("session-number", |s, p| p.number(s.number)),
        ("traffic-mirror-filter-id", |s, p| p.text(&s.filter)),
        ("traffic-mirror-session-id", |s, p| p.text(&s.id)),
        ("traffic-mirror-target-id", |s, p| p.text(&s.target)),
        ("virtual-network-id", |s, p| p.number(s.network)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Session {
    const TABLE: &'static str = "ec2.traffic_mirror_session";
    const KIND: &'static Kind = &TRAFFIC_MIRROR_SESSION;
    const LINKED: &'static [&'static str] =
        &["network-interface-id", "traffic-mirror-filter-id", "traffic-mirror-target-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.interface.clone(), self.target.clone(), self.filter.clone()]
    }
}

/// The interface is gone: so are its sessions.
pub(crate) fn end_of(cx: &mut Cx, interface: &str) -> Result<(), Fault> {
    for session in on::<Session>(cx, interface)? {
        remove(cx, &session)?;
    }
    Ok(())
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, row: &Session, tags: &Tags) -> s::TrafficMirrorSession {
    s::TrafficMirrorSession {
        traffic_mirror_session_id: Some(row.id.clone()),
        traffic_mirror_target_id: Some(row.target.clone()),
        traffic_mirror_filter_id: Some(row.filter.clone()),
        network_interface_id: Some(row.interface.clone()),
        owner_id: Some(cx.scope.account.clone()),
        packet_length: row.packet_bytes,
        session_number: Some(row.number),
        virtual_network_id: Some(row.network),
        description: present(&row.description).map(str::to_owned),
        tags: Some(tags::all_shown(tags)),
    }
}
