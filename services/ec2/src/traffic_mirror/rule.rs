//! Rules of traffic mirror filters: which packets a filter lets through, in the order of numbers, each direction apart.
//! Source: EC2 API reference, "TrafficMirrorFilterRule" (2026-11-22).

use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use super::present;
use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static TRAFFIC_MIRROR_FILTER_RULE: Kind = Kind {
    noun: "traffic-mirror-filter-rule",
    prefix: "tmfr",
    not_found: (
        "InvalidTrafficMirrorFilterRuleId.NotFound",
        "The Traffic Mirror filter rule ID '{}' does not exist",
    ),
    malformed: None,
    seen: resource::seen::<Rule>,
};

/// First and last port.
pub(crate) type Ports = Option<(i32, i32)>;

/// A rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rule {
    /// Id.
    pub(crate) id: String,
    /// Its filter.
    pub(crate) filter: String,
    /// `ingress`, `egress`
    pub(crate) direction: String,
    /// Its place.
    pub(crate) number: i32,
    /// `accept`, `reject`
    pub(crate) action: String,
    /// Number of a protocol, or none for all.
    pub(crate) protocol: Option<i32>,
    /// Ports, of TCP and UDP.
    pub(crate) destination_ports: Ports,
    pub(crate) source_ports: Ports,
    /// Blocks.
    pub(crate) destination: String,
    pub(crate) source: String,
    /// Free text, or empty.
    pub(crate) description: String,
}

impl Row for Rule {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.filter);
        w.put(3, &self.direction);
        w.put(4, &self.number);
        w.put(5, &self.action);
        w.put(6, &self.protocol);
        w.put(7, &self.destination_ports);
        w.put(8, &self.source_ports);
        w.put(9, &self.destination);
        w.put(10, &self.source);
        w.put(11, &self.description);
    }
    fn read(r: &mut RowReader) -> Result<Rule, RowError> {
        Ok(Rule {
            id: r.get(1)?,
            filter: r.get(2)?,
            direction: r.get(3)?,
            number: r.get(4)?,
            action: r.get(5)?,
            protocol: r.get(6)?,
            destination_ports: r.get(7)?,
            source_ports: r.get(8)?,
            destination: r.get(9)?,
            source: r.get(10)?,
            description: r.get(11)?,
        })
    }
}

impl Listed for Rule {
    const FILTERS: &'static [(&'static str, Accessor<Rule>)] = &[
        ("description", |r, p| p.maybe(present(&r.description))),
        ("destination-cidr-block", |r, p| p.text(&r.destination)),
        ("protocol", |r, p| p.maybe(r.protocol.map(|n| n.to_string()).as_deref())),
        ("rule-action", |r, p| p.text(&r.action)),
        ("rule-number", |r, p| p.number(r.number)),
        ("source-cidr-block", |r, p| p.text(&r.source)),
        ("traffic-direction", |r, p| p.text(&r.direction)),
        ("traffic-mirror-filter-id", |r, p| p.text(&r.filter)),
        ("traffic-mirror-filter-rule-id", |r, p| p.text(&r.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Rule {
    const TABLE: &'static str = "ec2.traffic_mirror_filter_rule";
    const KIND: &'static Kind = &TRAFFIC_MIRROR_FILTER_RULE;
    const LINKED: &'static [&'static str] = &["traffic-mirror-filter-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.filter.clone()]
    }
}

/// As answers show it.
pub(crate) fn show(r: &Rule, tags: &Tags) -> s::TrafficMirrorFilterRule {
    let ports = |given: Ports| {
        given.map(|(from, to)| s::TrafficMirrorPortRange { from_port: Some(from), to_port: Some(to) })
    };
    s::TrafficMirrorFilterRule {
        traffic_mirror_filter_rule_id: Some(r.id.clone()),
        traffic_mirror_filter_id: Some(r.filter.clone()),
        traffic_direction: Some(r.direction.clone()),
        rule_number: Some(r.number),
        rule_action: Some(r.action.clone()),
        protocol: r.protocol,
        destination_port_range: ports(r.destination_ports),
        source_port_range: ports(r.source_ports),
        destination_cidr_block: Some(r.destination.clone()),
        source_cidr_block: Some(r.source.clone()),
        description: present(&r.description).map(str::to_owned),
        tags: Some(tags::all_shown(tags)),
    }
}
