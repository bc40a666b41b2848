//! DHCP option sets. Source: VPC user guide, "DHCP option sets in Amazon VPC" (2026-11-22).

use std::collections::BTreeMap;

use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static DHCP_OPTIONS: Kind = Kind {
    noun: "dhcp-options",
    prefix: "dopt",
    not_found: ("InvalidDhcpOptionID.NotFound", "The dhcpOption ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<DhcpOptions>,
};

/// A set of options.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DhcpOptions {
    /// Id.
    pub(crate) id: String,
    /// Values by name of the option.
    pub(crate) options: BTreeMap<String, Vec<String>>,
}

impl Row for DhcpOptions {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.options);
    }
    fn read(r: &mut RowReader) -> Result<DhcpOptions, RowError> {
        Ok(DhcpOptions { id: r.get(1)?, options: r.get(2)? })
    }
}

impl Listed for DhcpOptions {
    const FILTERS: &'static [(&'static str, Accessor<DhcpOptions>)] = &[
        ("dhcp-options-id", |d, p| p.text(&d.id)),
        ("key", |d, p| p.each(d.options.keys().map(String::as_str))),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("value", |d, p| p.each(d.options.values().flatten().map(String::as_str))),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for DhcpOptions {
    const TABLE: &'static str = "ec2.dhcp_options";
    const KIND: &'static Kind = &DHCP_OPTIONS;
    fn keys(&self, _: &Cx) -> Keys {
        vec![("ec2:DhcpOptionsID", vec![self.id.clone()])]
    }
}

/// Those that a region's default VPC has.
pub(crate) fn amazon_provided(region: &str) -> BTreeMap<String, Vec<String>> {
    let domain = match region {
        "us-east-1" => "ec2.internal".to_owned(),
        other => format!("{other}.compute.internal"),
    };
    BTreeMap::from([
        ("domain-name".to_owned(), vec![domain]),
        ("domain-name-servers".to_owned(), vec!["AmazonProvidedDNS".to_owned()]),
    ])
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, d: &DhcpOptions, tags: &Tags) -> s::DhcpOptions {
    let value = |v: &String| s::AttributeValue { value: Some(v.clone()) };
    let one = |(k, v): (&String, &Vec<String>)| s::DhcpConfiguration {
        key: Some(k.clone()),
        values: Some(v.iter().map(value).collect()),
    };
    s::DhcpOptions {
        owner_id: Some(cx.scope.account.clone()),
        tags: Some(tags::all_shown(tags)),
        dhcp_options_id: Some(d.id.clone()),
        dhcp_configurations: Some(d.options.iter().map(one).collect()),
    }
}
