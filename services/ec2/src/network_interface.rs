//! Network interfaces: rows, how they get and lose addresses. What they look like is `network_interface/shown.rs`, what
//! requests want of them `network_interface/wanted.rs`. Which address is free is `addresses.rs`; public addresses are
//! `elastic_ip.rs`.
//! Source: EC2 user guide, "Elastic network interfaces" (2026-11-22).

mod shown;
mod wanted;

use std::borrow::Cow;

use codec::Fault;
use kernel::{Cx, HEX};
use store::{Row, RowError, RowReader, RowWriter};

use crate::addresses::{self, Lender, Want};
use crate::elastic_ip::{self, ElasticIp};
use crate::err::{fault, invalid_value};
use crate::filter::{Accessor, Probe};
use crate::group_vpc;
use crate::id;
use crate::instance::Part;
use crate::kind::{Keys, Kind};
use crate::quotas::{self, counted_room, room};
use crate::resource::{self, Listed, Resource, find, kept, on, remove, save};
use crate::security_group::{self, SecurityGroup};
use crate::subnet::SUBNET;
use crate::traffic_mirror;
use crate::trunk::{self, TrunkAssociation};
use crate::vpc::{self, Vpc};

pub(crate) use shown::{Public, public, show, show_attachment, show_groups};
pub(crate) use wanted::{Wanted, fits, fits_instance};

pub(crate) static NETWORK_INTERFACE: Kind = Kind {
    noun: "network-interface",
    prefix: "eni",
    not_found: ("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist"),
    malformed: Some(("InvalidNetworkInterfaceId.Malformed", "Invalid id: \"{}\" (expecting \"eni-...\")")),
    seen: resource::seen::<NetworkInterface>,
};

/// What an interface is attached to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Attachment {
    /// `eni-attach-…`, `ela-attach-…`
    pub(crate) id: String,
    /// Instance, or empty for a service's.
    pub(crate) instance: String,
    /// Account of the instance, or name of the service.
    pub(crate) instance_owner: String,
    /// Place among the instance's interfaces.
    pub(crate) device_index: i32,
    /// Network card.
    pub(crate) network_card_index: i32,
    /// It is deleted with the instance.
    pub(crate) delete_on_termination: bool,
    /// When it was attached, milliseconds since the epoch.
    pub(crate) attached_ms: i64,
}

impl Attachment {
    /// Where on its instance: card and index.
    pub(crate) fn place(&self) -> (i32, i32) {
        (self.network_card_index, self.device_index)
    }

    /// It is an instance's first one: index 0 on card 0.
    pub(crate) fn is_first(&self) -> bool {
        self.device_index == 0 && self.network_card_index == 0 && !self.instance.is_empty()
    }
}

impl Row for Attachment {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.instance);
        w.put(3, &self.instance_owner);
        w.put(4, &self.device_index);
        w.put(5, &self.network_card_index);
        w.put(6, &self.delete_on_termination);
        w.put(7, &self.attached_ms);
    }
    fn read(r: &mut RowReader) -> Result<Attachment, RowError> {
        Ok(Attachment {
            id: r.get(1)?,
            instance: r.get(2)?,
            instance_owner: r.get(3)?,
            device_index: r.get(4)?,
            network_card_index: r.get(5)?,
            delete_on_termination: r.get(6)?,
            attached_ms: r.get(7)?,
        })
    }
}

/// A network interface.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NetworkInterface {
    /// Id.
    pub(crate) id: String,
    /// Its subnet.
    pub(crate) subnet: String,
    /// Its VPC.
    pub(crate) vpc: String,
    /// Name of the zone.
    pub(crate) zone: String,
    /// Id of the zone.
    pub(crate) zone_id: String,
    /// Description.
    pub(crate) description: String,
    /// Ids of its security groups.
    pub(crate) groups: Vec<String>,
    /// `interface`, `nat_gateway`, `vpc_endpoint`, …
    pub(crate) kind: String,
    /// MAC address.
    pub(crate) mac: String,
    /// Addresses of IPv4, the primary one first.
    pub(crate) ipv4: Vec<String>,
    /// Addresses of IPv6, in the order in which they came.
    pub(crate) ipv6: Vec<String>,
    /// Delegated prefixes of IPv4.
    pub(crate) ipv4_prefixes: Vec<String>,
    /// Delegated prefixes of IPv6.
    pub(crate) ipv6_prefixes: Vec<String>,
    /// The first address of IPv6 is its primary one.
    pub(crate) has_primary_ipv6: bool,
    /// SourceDestCheck is off.
    pub(crate) skips_check: bool,
    /// The resource for which AWS made it; empty for a user's own.
    pub(crate) manager: String,
    /// What it is attached to.
    pub(crate) attachment: Option<Attachment>,
    /// As an instance's first one it gets a public address at each start.
    pub(crate) wants_public: bool,
    /// As a branch: its association with a trunk; else empty.
    pub(crate) trunk_association: String,
}

impl Row for NetworkInterface {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.subnet);
        w.put(3, &self.vpc);
        w.put(4, &self.zone);
        w.put(5, &self.zone_id);
        w.put(6, &self.description);
        w.put(7, &self.groups);
        w.put(8, &self.kind);
        w.put(9, &self.mac);
        w.put(10, &self.ipv4);
        w.put(11, &self.ipv6);
        w.put(12, &self.ipv4_prefixes);
        w.put(13, &self.ipv6_prefixes);
        w.put(14, &self.has_primary_ipv6);
        w.put(15, &self.skips_check);
        w.put(16, &self.manager);
        w.put(17, &self.attachment);
        w.put(18, &self.wants_public);
        w.put(19, &self.trunk_association);
    }
    fn read(r: &mut RowReader) -> Result<NetworkInterface, RowError> {
        Ok(NetworkInterface {
            id: r.get(1)?,
            subnet: r.get(2)?,
            vpc: r.get(3)?,
            zone: r.get(4)?,
            zone_id: r.get(5)?,
            description: r.get(6)?,
            groups: r.get(7)?,
            kind: r.get(8)?,
            mac: r.get(9)?,
            ipv4: r.get(10)?,
            ipv6: r.get(11)?,
            ipv4_prefixes: r.get(12)?,
            ipv6_prefixes: r.get(13)?,
            has_primary_ipv6: r.get(14)?,
            skips_check: r.get(15)?,
            manager: r.get(16)?,
            attachment: r.get(17)?,
            wants_public: r.get(18)?,
            trunk_association: r.get(19)?,
        })
    }
}

impl NetworkInterface {
    /// The primary address of IPv4.
    pub(crate) fn primary(&self) -> &str {
        self.ipv4.first().map(String::as_str).unwrap_or_default()
    }

    fn status(&self) -> &'static str {
        let used = self.attachment.is_some() || !self.trunk_association.is_empty();
        if used { "in-use" } else { "available" }
    }

    fn attached(&self) -> Option<&Attachment> {
        self.attachment.as_ref()
    }
}

/// Shows the probe something of each public address.
fn of_addresses(n: &NetworkInterface, p: &mut Probe<'_>, show: fn(&Public, &mut Probe<'_>)) {
    for address in public(p.cx, n).unwrap_or_default() {
        show(&address, p);
    }
}

/// The domain of the region's private names.
pub(crate) fn private_domain(cx: &Cx) -> Cow<'static, str> {
    match cx.scope.region {
        "us-east-1" => Cow::Borrowed("ec2.internal"),
        region => Cow::Owned(format!("{region}.compute.internal")),
    }
}

/// The name of a private address.
pub(crate) fn private_dns(cx: &Cx, address: &str) -> String {
    let domain = private_domain(cx);
    let mut name = String::with_capacity(4 + address.len() + domain.len());
    name.push_str("ip-");
    name.extend(address.chars().map(|c| if c == '.' { '-' } else { c }));
    name.push('.');
    name.push_str(&domain);
    name
}

/// The private name of an interface, where its VPC has names.
pub(crate) fn private_name(cx: &Cx, n: &NetworkInterface) -> Result<Option<String>, Fault> {
    let named = kept::<Vpc>(cx, &n.vpc)?.is_some_and(|v| v.dns_hostnames);
    Ok(n.ipv4.first().filter(|_| named).map(|ip| private_dns(cx, ip)))
}

impl Listed for NetworkInterface {
    const FILTERS: &'static [(&'static str, Accessor<NetworkInterface>)] = &[
        ("addresses.association.owner-id", |n, p| of_addresses(n, p, |a, p| p.text(a.owner(p.cx)))),
        ("addresses.association.public-ip", |n, p| of_addresses(n, p, |a, p| p.text(&a.ip))),
        ("addresses.primary", |n, p| (0..n.ipv4.len()).for_each(|i| p.flag(i == 0))),
        ("addresses.private-ip-address", |n, p| p.each(n.ipv4.iter().map(String::as_str))),
        ("association.allocation-id", |n, p| of_addresses(n, p, |a, p| p.maybe(a.allocation()))),
        ("association.association-id", |n, p| of_addresses(n, p, |a, p| p.maybe(a.association()))),
        ("association.ip-owner-id", |n, p| of_addresses(n, p, |a, p| p.text(a.owner(p.cx)))),
        ("association.public-dns-name", |n, p| {
            of_addresses(n, p, |a, p| p.text(&elastic_ip::public_dns(p.cx.scope.region, &a.ip)));
        }),
        ("association.public-ip", |n, p| of_addresses(n, p, |a, p| p.text(&a.ip))),
        ("attachment.attach-time", |n, p| n.attached().into_iter().for_each(|a| p.time(a.attached_ms))),
        ("attachment.attachment-id", |n, p| p.maybe(n.attached().map(|a| a.id.as_str()))),
        ("attachment.delete-on-termination", |n, p| {
            n.attached().into_iter().for_each(|a| p.flag(a.delete_on_termination))
        }),
        ("attachment.device-index", |n, p| n.attached().into_iter().for_each(|a| p.number(a.device_index))),
        ("attachment.instance-id", |n, p| p.maybe(n.attached().map(|a| a.instance.as_str()))),
        ("attachment.instance-owner-id", |n, p| p.maybe(n.attached().map(|a| a.instance_owner.as_str()))),
        ("attachment.nat-gateway-id", |n, p| {
            p.maybe(Some(n.manager.as_str()).filter(|m| m.starts_with("nat-")))
        }),
        ("attachment.status", |n, p| p.text(if n.attachment.is_some() { "attached" } else { "detached" })),
        ("availability-zone", |n, p| p.text(&n.zone)),
        ("availability-zone-id", |n, p| p.text(&n.zone_id)),
        ("description", |n, p| p.text(&n.description)),
        ("group-id", |n, p| p.each(n.groups.iter().map(String::as_str))),
        ("group-name", |n, p| {
            for id in &n.groups {
                let group = kept::<SecurityGroup>(p.cx, id).ok().flatten();
                p.maybe(group.as_ref().map(|g| g.name.as_str()));
            }
        }),
        ("interface-type", |n, p| p.text(&n.kind)),
        ("ipv6-addresses.ipv6-address", |n, p| p.each(n.ipv6.iter().map(String::as_str))),
        ("mac-address", |n, p| p.text(&n.mac)),
        ("network-interface-id", |n, p| p.text(&n.id)),
        ("operator.managed", |_, p| p.flag(false)),
        ("operator.principal", |_, _| {}),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("private-dns-name", |n, p| p.text(&private_dns(p.cx, n.primary()))),
        ("private-ip-address", |n, p| p.text(n.primary())),
        ("requester-id", |n, p| p.maybe(Some("amazon-aws").filter(|_| !n.manager.is_empty()))),
        ("requester-managed", |n, p| p.flag(!n.manager.is_empty())),
        ("source-dest-check", |n, p| p.flag(!n.skips_check)),
        ("status", |n, p| p.text(n.status())),
        ("subnet-id", |n, p| p.text(&n.subnet)),
        ("vpc-id", |n, p| p.text(&n.vpc)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for NetworkInterface {
    const TABLE: &'static str = "ec2.network_interface";
    const KIND: &'static Kind = &NETWORK_INTERFACE;
    const LINKED: &'static [&'static str] =
        &["subnet-id", "group-id", "attachment.attachment-id", "attachment.instance-id", "vpc-id"];
    fn tally(&self) -> Option<(String, u64)> {
        Some((NETWORK_INTERFACE.noun.to_owned(), 1))
    }
    fn parts(&self) -> Vec<(String, Part)> {
        let on = self.attachment.iter().map(|a| &a.instance).filter(|i| !i.is_empty());
        on.map(|i| (i.clone(), Part::Interface(Box::new(self.clone())))).collect()
    }
    fn parents(&self) -> Vec<String> {
        let mut all = vec![self.subnet.clone(), self.vpc.clone()];
        all.extend(self.groups.iter().cloned());
        let more = self.attachment.iter().flat_map(|a| [&a.id, &a.instance]).chain([&self.manager]);
        all.extend(more.filter(|m| !m.is_empty()).cloned());
        all
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![
            ("ec2:AvailabilityZone", vec![self.zone.clone()]),
            ("ec2:NetworkInterfaceID", vec![self.id.clone()]),
            ("ec2:Subnet", vec![SUBNET.arn(cx, &self.subnet)]),
            ("ec2:Vpc", vpc::arn(cx, &self.vpc)),
        ]
    }
}

/// What an interface is made with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan<'a> {
    pub(crate) subnet: &'a str,
    /// Security groups; without any the VPC's default one.
    pub(crate) groups: &'a [String],
    /// Primary address of IPv4; any if there is none.
    pub(crate) primary: Option<&'a str>,
    pub(crate) description: &'a str,
    pub(crate) kind: &'a str,
    /// The resource for which AWS makes it.
    pub(crate) manager: &'a str,
}

/// Makes an interface with its primary address, and stores it.
///
/// Errors: InvalidSubnetID.NotFound; InvalidGroup.NotFound; NetworkInterfaceLimitExceeded; those of [`groups`] and [`hold`].
pub(crate) fn make(cx: &mut Cx, plan: &Plan<'_>) -> Result<NetworkInterface, Fault> {
    let mut lender = Lender::of(cx, plan.subnet)?;
    let row = make_of(cx, plan, &mut lender)?;
    lender.finish(cx)?;
    Ok(row)
}

/// As [`make`], where more addresses of the subnet may be taken.
pub(crate) fn make_of(cx: &mut Cx, plan: &Plan<'_>, lender: &mut Lender) -> Result<NetworkInterface, Fault> {
    counted_room(cx, &quotas::NETWORK_INTERFACES, resource::count(cx, NETWORK_INTERFACE.noun)?)?;
    let groups = groups(cx, &lender.subnet().vpc, plan.groups)?;
    let row = plain(cx, plan, lender, groups)?;
    save(cx, &row)?;
    Ok(row)
}

/// An interface with its primary address, not stored yet.
///
/// Errors: those of [`Lender::hold`].
pub(crate) fn plain(
    cx: &mut Cx,
    plan: &Plan<'_>,
    lender: &mut Lender,
    groups: Vec<String>,
) -> Result<NetworkInterface, Fault> {
    let subnet = lender.subnet();
    let mut row = NetworkInterface {
        id: id::fresh(cx, "eni"),
        groups,
        vpc: subnet.vpc.clone(),
        zone: subnet.zone.clone(),
        zone_id: subnet.zone_id.clone(),
        subnet: subnet.id.clone(),
        description: plan.description.to_owned(),
        kind: plan.kind.to_owned(),
        mac: mac(cx),
        manager: plan.manager.to_owned(),
        ..NetworkInterface::default()
    };
    if !subnet.cidr.is_empty() {
        let want = plan.primary.map_or(Want::Address { v6: false }, Want::This);
        row.ipv4.push(lender.hold(cx, &row.id, want)?);
    }
    Ok(row)
}

/// Security groups for an interface: given ones, of the VPC or associated with it, or the VPC's default one.
///
/// Errors: InvalidGroup.NotFound; InvalidParameterValue: of another VPC; SecurityGroupsPerInterfaceLimitExceeded.
pub(crate) fn groups(cx: &Cx, vpc: &str, given: &[String]) -> Result<Vec<String>, Fault> {
    if given.is_empty() {
        let default = security_group::named(cx, vpc, "default")?;
        return Ok(default.into_iter().map(|g| g.id).collect());
    }
    room(cx, &quotas::GROUPS_PER_INTERFACE, given.iter(), 0)?;
    for id in given {
        if !group_vpc::is_usable(cx, &find::<SecurityGroup>(cx, id)?, vpc)? {
            let text = "You have specified two resources that belong to different networks.";
            return Err(fault("InvalidParameter", text));
        }
    }
    let mut groups = given.to_vec();
    groups.sort();
    groups.dedup();
    Ok(groups)
}

/// A locally administered MAC address.
fn mac(cx: &Cx) -> String {
    let digits = cx.ids.text("ec2.mac", 10, HEX);
    let pairs: Vec<&str> = (0..5).map(|i| &digits[i * 2..i * 2 + 2]).collect();
    format!("02:{}", pairs.join(":"))
}

/// Gives all of an interface's addresses back and removes it.
pub(crate) fn destroy(cx: &mut Cx, row: &NetworkInterface) -> Result<(), Fault> {
    for address in on::<ElasticIp>(cx, &row.id)? {
        elastic_ip::unbind(cx, address)?;
    }
    for association in on::<TrunkAssociation>(cx, &row.id)? {
        trunk::end(cx, &association)?;
    }
    for text in [&row.ipv4, &row.ipv6, &row.ipv4_prefixes, &row.ipv6_prefixes].into_iter().flatten() {
        addresses::release(cx, &row.subnet, text)?;
    }
    traffic_mirror::session::end_of(cx, &row.id)?;
    remove(cx, row)
}

/// Refuses changes to an interface that AWS made for another resource.
pub(crate) fn users_own(row: NetworkInterface) -> Result<NetworkInterface, Fault> {
    match row.manager.is_empty() {
        true => Ok(row),
        false => Err(fault(
            "AuthFailure",
            format!("You do not have permission to access the specified resource: {}.", row.id),
        )),
    }
}

/// A count in a request.
pub(crate) fn count(given: Option<i32>, name: &str) -> Result<usize, Fault> {
    usize::try_from(given.unwrap_or(0)).map_err(|_| {
        invalid_value(format!("Value ({}) for parameter {name} is invalid.", given.unwrap_or(0)))
    })
}
