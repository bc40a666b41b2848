//! Traffic mirror targets: interfaces that mirrored packets are sent to. One outlives its interface.
//! Source: VPC Traffic Mirroring guide, "Traffic mirror targets"; EC2 API reference, "TrafficMirrorTarget" (2026-11-22).

use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use super::present;
use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static TRAFFIC_MIRROR_TARGET: Kind = Kind {
    noun: "traffic-mirror-target",
    prefix: "tmt",
    not_found: ("InvalidTrafficMirrorTargetId.NotFound", "The Traffic Mirror target ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<Target>,
};

/// A target.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Target {
    /// Id.
    pub(crate) id: String,
    /// Its interface.
    pub(crate) interface: String,
    /// Free text, or empty.
    pub(crate) description: String,
}

impl Row for Target {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.interface);
        w.put(3, &self.description);
    }
    fn read(r: &mut RowReader) -> Result<Target, RowError> {
        Ok(Target { id: r.get(1)?, interface: r.get(2)?, description: r.get(3)? })
    }
}

impl Listed for Target {
    const FILTERS: &'static [(&'static str, Accessor<Target>)] = &[
        ("description", |t, p| p.maybe(present(&t.description))),
        ("network-interface-id", |t, p| p.text(&t.interface)),
        ("network-load-balancer-arn", |_, _| {}),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("traffic-mirror-target-id", |t, p| p.text(&t.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Target {
    const TABLE: &'static str = "ec2.traffic_mirror_target";
    const KIND: &'static Kind = &TRAFFIC_MIRROR_TARGET;
    const LINKED: &'static [&'static str] = &["network-interface-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.interface.clone()]
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, t: &Target, tags: &Tags) -> s::TrafficMirrorTarget {
    s::TrafficMirrorTarget {
        traffic_mirror_target_id: Some(t.id.clone()),
        network_interface_id: Some(t.interface.clone()),
        type_: Some("network-interface".to_owned()),
        description: present(&t.description).map(str::to_owned),
        owner_id: Some(cx.scope.account.clone()),
        tags: Some(tags::all_shown(tags)),
        ..s::TrafficMirrorTarget::default()
    }
}
