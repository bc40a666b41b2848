//! Network ACLs: rows, entries, associations, what they look like. Every subnet is associated with exactly one.
//! Source: VPC user guide, "Control subnet traffic with network access control lists" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::resource::{self, Listed, Resource, by_link, on};
use crate::tags::{self, Tags};
use crate::vpc;

pub(crate) static NETWORK_ACL: Kind = Kind {
    noun: "network-acl",
    prefix: "acl",
    not_found: ("InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<NetworkAcl>,
};

/// Number of the last entry, which nobody can change: what no other entry lets in, stays out.
pub(crate) const LAST: i32 = 32_767;

/// An entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Entry {
    /// Outbound.
    pub(crate) egress: bool,
    /// Its number: entries are looked at in this order.
    pub(crate) number: i32,
    /// Number of the protocol, `-1` for all.
    pub(crate) protocol: String,
    /// It allows; otherwise it denies.
    pub(crate) allow: bool,
    /// Block, of either family.
    pub(crate) block: String,
    /// Ports, of TCP and UDP.
    pub(crate) ports: Option<(i32, i32)>,
    /// Type and code, of ICMP.
    pub(crate) icmp: Option<(i32, i32)>,
}

impl Row for Entry {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.egress);
        w.put(2, &self.number);
        w.put(3, &self.protocol);
        w.put(4, &self.allow);
        w.put(5, &self.block);
        w.put(6, &self.ports);
        w.put(7, &self.icmp);
    }
    fn read(r: &mut RowReader) -> Result<Entry, RowError> {
        Ok(Entry {
            egress: r.get(1)?,
            number: r.get(2)?,
            protocol: r.get(3)?,
            allow: r.get(4)?,
            block: r.get(5)?,
            ports: r.get(6)?,
            icmp: r.get(7)?,
        })
    }
}

/// A network ACL.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NetworkAcl {
    /// Id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc: String,
    /// The VPC's default ACL.
    pub(crate) is_default: bool,
    /// Entries, in the order of direction and number.
    pub(crate) entries: Vec<Entry>,
    /// Ids of associations and of their subnets.
    pub(crate) associations: Vec<(String, String)>,
}

impl Row for NetworkAcl {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.vpc);
        w.put(3, &self.is_default);
        w.put(4, &self.entries);
        w.put(5, &self.associations);
    }
    fn read(r: &mut RowReader) -> Result<NetworkAcl, RowError> {
        Ok(NetworkAcl {
            id: r.get(1)?,
            vpc: r.get(2)?,
            is_default: r.get(3)?,
            entries: r.get(4)?,
            associations: r.get(5)?,
        })
    }
}

/// Entries that deny all, as new ACLs have them.
pub(crate) fn closed_entries() -> Vec<Entry> {
    [true, false].into_iter().map(|egress| plain(egress, LAST, false)).collect()
}

/// Entries that allow all, as default ACLs have them.
pub(crate) fn open_entries() -> Vec<Entry> {
    [true, false].into_iter().flat_map(|e| [plain(e, 100, true), plain(e, LAST, false)]).collect()
}

fn plain(egress: bool, number: i32, allow: bool) -> Entry {
    let block = "0.0.0.0/0".to_owned();
    Entry { egress, number, protocol: "-1".to_owned(), allow, block, ports: None, icmp: None }
}

impl Entry {
    fn action(&self) -> &'static str {
        if self.allow { "allow" } else { "deny" }
    }
    fn ipv6(&self) -> Option<&str> {
        Some(self.block.as_str()).filter(|b| b.contains(':'))
    }
    fn ipv4(&self) -> Option<&str> {
        Some(self.block.as_str()).filter(|b| !b.contains(':'))
    }
}

impl Listed for NetworkAcl {
    const FILTERS: &'static [(&'static str, Accessor<NetworkAcl>)] = &[
        ("association.association-id", |a, p| p.each(a.associations.iter().map(|(id, _)| id.as_str()))),
        ("association.network-acl-id", |a, p| p.each(a.associations.iter().map(|_| a.id.as_str()))),
        ("association.subnet-id", |a, p| p.each(a.associations.iter().map(|(_, subnet)| subnet.as_str()))),
        ("default", |a, p| p.flag(a.is_default)),
        ("entry.cidr", |a, p| p.each(a.entries.iter().filter_map(Entry::ipv4))),
        ("entry.egress", |a, p| a.entries.iter().for_each(|e| p.flag(e.egress))),
        ("entry.icmp.code", |a, p| a.entries.iter().filter_map(|e| e.icmp).for_each(|i| p.number(i.1))),
        ("entry.icmp.type", |a, p| a.entries.iter().filter_map(|e| e.icmp).for_each(|i| p.number(i.0))),
        ("entry.ipv6-cidr", |a, p| p.each(a.entries.iter().filter_map(Entry::ipv6))),
        ("entry.port-range.from", |a, p| {
            a.entries.iter().filter_map(|e| e.ports).for_each(|r| p.number(r.0))
        }),
        ("entry.port-range.to", |a, p| a.entries.iter().filter_map(|e| e.ports).for_each(|r| p.number(r.1))),
        ("entry.protocol", |a, p| p.each(a.entries.iter().map(|e| e.protocol.as_str()))),
        ("entry.rule-action", |a, p| p.each(a.entries.iter().map(Entry::action))),
        ("entry.rule-number", |a, p| a.entries.iter().for_each(|e| p.number(e.number))),
        ("network-acl-id", |a, p| p.text(&a.id)),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("vpc-id", |a, p| p.text(&a.vpc)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for NetworkAcl {
    const TABLE: &'static str = "ec2.network_acl";
    const KIND: &'static Kind = &NETWORK_ACL;
    const LINKED: &'static [&'static str] =
        &["association.subnet-id", "association.association-id", "vpc-id"];
    fn parents(&self) -> Vec<String> {
        let mut all = vec![self.vpc.clone()];
        all.extend(self.associations.iter().flat_map(|(id, subnet)| [id.clone(), subnet.clone()]));
        all
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![("ec2:NetworkAclID", vec![self.id.clone()]), ("ec2:Vpc", vpc::arn(cx, &self.vpc))]
    }
}

/// The VPC's default ACL.
pub(crate) fn default_of(cx: &Cx, vpc: &str) -> Result<Option<NetworkAcl>, Fault> {
    Ok(on::<NetworkAcl>(cx, vpc)?.into_iter().find(|a| a.is_default))
}

/// The ACL that a subnet, or an association's id, is associated with.
pub(crate) fn of_subnet(cx: &Cx, subnet: &str) -> Result<Option<NetworkAcl>, Fault> {
    by_link::<NetworkAcl>(cx, subnet)
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, a: &NetworkAcl, tags: &Tags) -> s::NetworkAcl {
    let association = |(id, subnet): &(String, String)| s::NetworkAclAssociation {
        network_acl_association_id: Some(id.clone()),
        network_acl_id: Some(a.id.clone()),
        subnet_id: Some(subnet.clone()),
    };
    s::NetworkAcl {
        associations: Some(a.associations.iter().map(association).collect()),
        entries: Some(a.entries.iter().map(show_entry).collect()),
        is_default: Some(a.is_default),
        network_acl_id: Some(a.id.clone()),
        tags: Some(tags::all_shown(tags)),
        vpc_id: Some(a.vpc.clone()),
        owner_id: Some(cx.scope.account.clone()),
    }
}

fn show_entry(e: &Entry) -> s::NetworkAclEntry {
    s::NetworkAclEntry {
        cidr_block: e.ipv4().map(str::to_owned),
        egress: Some(e.egress),
        icmp_type_code: e.icmp.map(|(type_, code)| s::IcmpTypeCode { code: Some(code), type_: Some(type_) }),
        ipv6_cidr_block: e.ipv6().map(str::to_owned),
        port_range: e.ports.map(|(from, to)| s::PortRange { from: Some(from), to: Some(to) }),
        protocol: Some(e.protocol.clone()),
        rule_action: Some(e.action().to_owned()),
        rule_number: Some(e.number),
    }
}
