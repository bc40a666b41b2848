//! VPCs: their rows, what they look like, and what every new one comes with: a main route table, a default network ACL and a
//! default security group. Source: VPC user guide, "VPC basics", "Default VPCs" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Profile};
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::cidr::Cidr;
use crate::filter::Accessor;
use crate::former::{self, Former};
use crate::kind::{Keys, Kind};
use crate::network_acl::{self, NetworkAcl};
use crate::resource::{self, Listed, Resource, save};
use crate::route_table::{RouteRow, RouteTable};
use crate::security_group::SecurityGroup;
use crate::security_group_rule::GroupRule;
use crate::tags::{self, Tags};

pub(crate) static VPC: Kind = Kind {
    noun: "vpc",
    prefix: "vpc",
    not_found: ("InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<Vpc>,
};

/// A block that belongs to a VPC or a subnet, under the id of its association.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CidrAssociation {
    /// Id.
    pub(crate) id: String,
    /// The block.
    pub(crate) block: String,
}

impl Row for CidrAssociation {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.block);
    }
    fn read(r: &mut RowReader) -> Result<CidrAssociation, RowError> {
        Ok(CidrAssociation { id: r.get(1)?, block: r.get(2)? })
    }
}

/// A VPC.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Vpc {
    /// Id.
    pub(crate) id: String,
    /// The first block of IPv4; it can't be taken away.
    pub(crate) cidr: String,
    /// All blocks of IPv4.
    pub(crate) cidrs: Vec<CidrAssociation>,
    /// Blocks of IPv6.
    pub(crate) ipv6: Vec<CidrAssociation>,
    /// `default` or `dedicated`.
    pub(crate) tenancy: String,
    /// Id of the DHCP options, or `default` for none.
    pub(crate) dhcp_options: String,
    /// The default VPC.
    pub(crate) is_default: bool,
    /// enableDnsSupport
    pub(crate) dns_support: bool,
    /// enableDnsHostnames
    pub(crate) dns_hostnames: bool,
    /// enableNetworkAddressUsageMetrics
    pub(crate) address_usage_metrics: bool,
    /// From when on it is available, milliseconds since the epoch.
    pub(crate) ready_ms: i64,
    /// Blocks of IPv4 that it had.
    pub(crate) former_cidrs: Vec<Former>,
    /// Blocks of IPv6 that it had.
    pub(crate) former_ipv6: Vec<Former>,
}

impl Row for Vpc {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.cidr);
        w.put(3, &self.cidrs);
        w.put(4, &self.ipv6);
        w.put(5, &self.tenancy);
        w.put(6, &self.dhcp_options);
        w.put(7, &self.is_default);
        w.put(8, &self.dns_support);
        w.put(9, &self.dns_hostnames);
        w.put(10, &self.address_usage_metrics);
        w.put(11, &self.ready_ms);
        w.put(12, &self.former_cidrs);
        w.put(13, &self.former_ipv6);
    }
    fn read(r: &mut RowReader) -> Result<Vpc, RowError> {
        Ok(Vpc {
            id: r.get(1)?,
            cidr: r.get(2)?,
            cidrs: r.get(3)?,
            ipv6: r.get(4)?,
            tenancy: r.get(5)?,
            dhcp_options: r.get(6)?,
            is_default: r.get(7)?,
            dns_support: r.get(8)?,
            dns_hostnames: r.get(9)?,
            address_usage_metrics: r.get(10)?,
            ready_ms: r.get(11)?,
            former_cidrs: r.get(12)?,
            former_ipv6: r.get(13)?,
        })
    }
}

impl Vpc {
    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        if cx.now_ms >= self.ready_ms { "available" } else { "pending" }
    }

    /// Associations of IPv4 as they are shown, with their states.
    fn shown_cidrs<'a>(&'a self, cx: &'a Cx) -> impl Iterator<Item = (&'a CidrAssociation, &'static str)> {
        former::with_states(cx, &self.cidrs, &self.former_cidrs)
    }

    /// Associations of IPv6 as they are shown, with their states.
    fn shown_ipv6<'a>(&'a self, cx: &'a Cx) -> impl Iterator<Item = (&'a CidrAssociation, &'static str)> {
        former::with_states(cx, &self.ipv6, &self.former_ipv6)
    }

    /// Blocks of IPv4.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Cidr> {
        self.cidrs.iter().filter_map(|c| Cidr::parse(&c.block))
    }

    /// Blocks of IPv6.
    pub(crate) fn ipv6_blocks(&self) -> impl Iterator<Item = Cidr> {
        self.ipv6.iter().filter_map(|c| Cidr::parse(&c.block))
    }

    /// It gives names to public addresses.
    pub(crate) fn names_public(&self) -> bool {
        self.dns_hostnames && self.dns_support
    }
}

impl Listed for Vpc {
    const FILTERS: &'static [(&'static str, Accessor<Vpc>)] = &[
        ("cidr", |v, p| p.text(&v.cidr)),
        // Not documented here, but taken: Ansible asks with it.
        ("cidr-block", |v, p| p.text(&v.cidr)),
        ("cidr-block-association.association-id", |v, p| {
            p.each(v.shown_cidrs(p.cx).map(|(c, _)| c.id.as_str()))
        }),
        ("cidr-block-association.cidr-block", |v, p| {
            p.each(v.shown_cidrs(p.cx).map(|(c, _)| c.block.as_str()))
        }),
        ("cidr-block-association.state", |v, p| p.each(v.shown_cidrs(p.cx).map(|(_, state)| state))),
        ("cidrBlock", |v, p| p.text(&v.cidr)),
        ("dhcp-options-id", |v, p| p.text(&v.dhcp_options)),
        ("dhcpOptionsId", |v, p| p.text(&v.dhcp_options)),
        ("ipv6-cidr-block-association.association-id", |v, p| {
            p.each(v.shown_ipv6(p.cx).map(|(c, _)| c.id.as_str()))
        }),
        ("ipv6-cidr-block-association.ipv6-cidr-block", |v, p| {
            p.each(v.shown_ipv6(p.cx).map(|(c, _)| c.block.as_str()))
        }),
        ("ipv6-cidr-block-association.ipv6-pool", |v, p| p.each(v.shown_ipv6(p.cx).map(|_| "Amazon"))),
        ("ipv6-cidr-block-association.state", |v, p| p.each(v.shown_ipv6(p.cx).map(|(_, state)| state))),
        ("is-default", |v, p| p.flag(v.is_default)),
        ("isDefault", |v, p| p.flag(v.is_default)),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("state", |v, p| p.text(v.state(p.cx))),
        ("vpc-id", |v, p| p.text(&v.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Vpc {
    const TABLE: &'static str = "ec2.vpc";
    const KIND: &'static Kind = &VPC;
    const LINKED: &'static [&'static str] = &["dhcp-options-id"];
    fn parents(&self) -> Vec<String> {
        let mut all: Vec<String> = self.cidrs.iter().chain(&self.ipv6).map(|c| c.id.clone()).collect();
        all.push(self.dhcp_options.clone());
        all
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![
            ("ec2:Tenancy", vec![self.tenancy.clone()]),
            ("ec2:VpcID", vec![self.id.clone()]),
            ("ec2:Vpc", vec![VPC.arn(cx, &self.id)]),
        ]
    }
}

/// The ARN of a VPC, as condition keys give it.
pub(crate) fn arn(cx: &Cx, id: &str) -> Vec<String> {
    vec![VPC.arn(cx, id)]
}

/// The account's default VPC in the region.
pub(crate) fn default(cx: &Cx) -> Result<Option<Vpc>, Fault> {
    Ok(resource::all::<Vpc>(cx)?.find(|v| v.is_default))
}

/// When something made now is ready: at once, or after AWS's usual time.
pub(crate) fn ready_ms(cx: &Cx, usual_ms: i64) -> i64 {
    match cx.profile {
        Profile::Real => cx.now_ms + usual_ms,
        Profile::Dev => cx.now_ms,
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, v: &Vpc, tags: &Tags) -> s::Vpc {
    s::Vpc {
        owner_id: Some(cx.scope.account.clone()),
        instance_tenancy: Some(v.tenancy.clone()),
        ipv6_cidr_block_association_set: Some(
            v.shown_ipv6(cx).map(|(c, state)| show_ipv6(cx, c, state)).collect(),
        ),
        cidr_block_association_set: Some(v.shown_cidrs(cx).map(|(c, state)| show_cidr(c, state)).collect()),
        is_default: Some(v.is_default),
        tags: tags::shown(tags),
        block_public_access_states: Some(s::BlockPublicAccessStates {
            internet_gateway_block_mode: Some("off".to_owned()),
        }),
        vpc_id: Some(v.id.clone()),
        state: Some(v.state(cx).to_owned()),
        cidr_block: Some(v.cidr.clone()),
        dhcp_options_id: Some(v.dhcp_options.clone()),
        ..s::Vpc::default()
    }
}

/// A block of IPv4, as answers show it.
pub(crate) fn show_cidr(c: &CidrAssociation, state: &str) -> s::VpcCidrBlockAssociation {
    s::VpcCidrBlockAssociation {
        association_id: Some(c.id.clone()),
        cidr_block: Some(c.block.clone()),
        cidr_block_state: Some(s::VpcCidrBlockState { state: Some(state.to_owned()), status_message: None }),
    }
}

/// A block of IPv6, as answers show it.
pub(crate) fn show_ipv6(cx: &Cx, c: &CidrAssociation, state: &str) -> s::VpcIpv6CidrBlockAssociation {
    s::VpcIpv6CidrBlockAssociation {
        association_id: Some(c.id.clone()),
        ipv6_cidr_block: Some(c.block.clone()),
        ipv6_cidr_block_state: Some(s::VpcCidrBlockState {
            state: Some(state.to_owned()),
            status_message: None,
        }),
        network_border_group: Some(cx.scope.region.to_owned()),
        ipv6_pool: Some("Amazon".to_owned()),
        ipv6_address_attribute: Some("public".to_owned()),
        ip_source: Some("amazon".to_owned()),
    }
}

/// Where the ids of what a VPC comes with are from: [`crate::id::settled`] for the default VPC, fresh ones otherwise.
pub(crate) type Naming = fn(&Cx, &'static str, &str) -> String;

/// Fresh ids.
pub(crate) fn fresh(cx: &Cx, prefix: &'static str, _: &str) -> String {
    crate::id::fresh(cx, prefix)
}

/// What a default VPC came with.
pub(crate) struct Furniture {
    pub(crate) main_table: RouteTable,
    pub(crate) acl: NetworkAcl,
}

/// Makes what every VPC comes with, and stores the VPC.
pub(crate) fn furnish(cx: &mut Cx, vpc: &Vpc, naming: Naming) -> Result<Furniture, Fault> {
    save(cx, vpc)?;
    let main_table = RouteTable {
        id: naming(cx, "rtb", "main"),
        vpc: vpc.id.clone(),
        main_association: naming(cx, "rtbassoc", "main"),
        routes: vec![RouteRow::local(&vpc.cidr)],
        ..RouteTable::default()
    };
    save(cx, &main_table)?;
    let acl = NetworkAcl {
        id: naming(cx, "acl", "default"),
        vpc: vpc.id.clone(),
        is_default: true,
        entries: network_acl::open_entries(),
        ..NetworkAcl::default()
    };
    save(cx, &acl)?;
    let group = SecurityGroup {
        id: naming(cx, "sg", "default"),
        name: "default".to_owned(),
        description: "default VPC security group".to_owned(),
        vpc: vpc.id.clone(),
    };
    save(cx, &group)?;
    let inbound = GroupRule {
        id: naming(cx, "sgr", "in"),
        group: group.id.clone(),
        protocol: "-1".to_owned(),
        referenced_group: group.id.clone(),
        referenced_owner: cx.scope.account.clone(),
        ..GroupRule::default()
    };
    save(cx, &inbound)?;
    let outbound = GroupRule::open_egress(naming(cx, "sgr", "out"), &group.id);
    save(cx, &outbound)?;
    Ok(Furniture { main_table, acl })
}
