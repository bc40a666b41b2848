//! Traffic mirroring: filters here, their rules, targets and sessions in this module's files. No packets flow, so that none is
//! mirrored: what may be mirrored whereto is kept and checked in earnest.
//! Source: VPC Traffic Mirroring guide; EC2 API reference, "TrafficMirrorFilter" (2026-11-22); codes of what isn't there as users saw
//! them (hashicorp/terraform-provider-aws), texts inferred.
//!
//! Differs from AWS: load balancers and their endpoints as targets aren't built; nothing is shared between accounts.

pub(crate) mod rule;
pub(crate) mod session;
pub(crate) mod target;

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource, on};
use crate::tags::{self, Tags};
use rule::Rule;

pub(crate) static TRAFFIC_MIRROR_FILTER: Kind = Kind {
    noun: "traffic-mirror-filter",
    prefix: "tmf",
    not_found: ("InvalidTrafficMirrorFilterId.NotFound", "The Traffic Mirror filter ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<Filter>,
};

/// A filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter {
    /// Id.
    pub(crate) id: String,
    /// Free text, or empty.
    pub(crate) description: String,
    /// Services of AWS whose traffic is mirrored: `amazon-dns`.
    pub(crate) services: Vec<String>,
}

impl Row for Filter {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.description);
        w.put(3, &self.services);
    }
    fn read(r: &mut RowReader) -> Result<Filter, RowError> {
        Ok(Filter { id: r.get(1)?, description: r.get(2)?, services: r.get(3)? })
    }
}

/// A text that may be empty.
fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

impl Listed for Filter {
    const FILTERS: &'static [(&'static str, Accessor<Filter>)] = &[
        ("description", |f, p| p.maybe(present(&f.description))),
        ("traffic-mirror-filter-id", |f, p| p.text(&f.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Filter {
    const TABLE: &'static str = "ec2.traffic_mirror_filter";
    const KIND: &'static Kind = &TRAFFIC_MIRROR_FILTER;
}

/// As answers show it, with its rules in the order of their numbers.
pub(crate) fn show(cx: &Cx, f: &Filter, tags: &Tags) -> Result<s::TrafficMirrorFilter, Fault> {
    let mut rules = on::<Rule>(cx, &f.id)?;
    rules.sort_by_key(|r| r.number);
    let of = |direction: &str| -> Result<Vec<s::TrafficMirrorFilterRule>, Fault> {
        let own = rules.iter().filter(|r| r.direction == direction);
        own.map(|r| Ok(rule::show(r, &tags::of(cx, &r.id)?))).collect()
    };
    Ok(s::TrafficMirrorFilter {
        traffic_mirror_filter_id: Some(f.id.clone()),
        ingress_filter_rules: Some(of("ingress")?),
        egress_filter_rules: Some(of("egress")?),
        network_services: Some(f.services.clone()),
        description: present(&f.description).map(str::to_owned),
        tags: Some(tags::all_shown(tags)),
    })
}
