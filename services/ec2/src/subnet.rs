//! Subnets: rows, what they look like, and how many of their addresses are free. Which addresses are held is `addresses.rs`.
//! Source: VPC user guide, "Subnets for your VPC" (2026-11-22).

use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::cidr::Cidr;
use crate::filter::Accessor;
use crate::former::{self, Former};
use crate::kind::{Keys, Kind};
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};
use crate::vpc::{self, CidrAssociation};

pub(crate) static SUBNET: Kind = Kind {
    noun: "subnet",
    prefix: "subnet",
    not_found: ("InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<Subnet>,
};

/// Addresses of every block of IPv4 that AWS keeps: network, router, DNS, future use, broadcast.
pub(crate) const RESERVED: u128 = 5;

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Subnet {
    /// Id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc: String,
    /// Block of IPv4; empty for a subnet of IPv6 alone.
    pub(crate) cidr: String,
    /// Blocks of IPv6.
    pub(crate) ipv6: Vec<CidrAssociation>,
    /// Name of the zone.
    pub(crate) zone: String,
    /// Id of the zone.
    pub(crate) zone_id: String,
    /// The zone's default subnet.
    pub(crate) default_for_az: bool,
    /// MapPublicIpOnLaunch
    pub(crate) maps_public_ip: bool,
    /// AssignIpv6AddressOnCreation
    pub(crate) assigns_ipv6: bool,
    /// EnableDns64
    pub(crate) dns64: bool,
    /// Ipv6Native
    pub(crate) ipv6_native: bool,
    /// Hostnames of instances are `resource-name`, not `ip-name`.
    pub(crate) resource_names: bool,
    /// EnableResourceNameDnsARecord
    pub(crate) dns_a_record: bool,
    /// EnableResourceNameDnsAAAARecord
    pub(crate) dns_aaaa_record: bool,
    /// EnableLniAtDeviceIndex
    pub(crate) lni_at_device_index: Option<i32>,
    /// Addresses of IPv4 that are held, single ones and those in delegated prefixes.
    pub(crate) held: u64,
    /// From when on it is available, milliseconds since the epoch.
    pub(crate) ready_ms: i64,
    /// Blocks of IPv6 that it had.
    pub(crate) former_ipv6: Vec<Former>,
}

impl Row for Subnet {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.vpc);
        w.put(3, &self.cidr);
        w.put(4, &self.ipv6);
        w.put(5, &self.zone);
        w.put(6, &self.zone_id);
        w.put(7, &self.default_for_az);
        w.put(8, &self.maps_public_ip);
        w.put(9, &self.assigns_ipv6);
        w.put(10, &self.dns64);
        w.put(11, &self.ipv6_native);
        w.put(12, &self.resource_names);
        w.put(13, &self.dns_a_record);
        w.put(14, &self.dns_aaaa_record);
        w.put(15, &self.lni_at_device_index);
        w.put(16, &self.held);
        w.put(17, &self.ready_ms);
        w.put(18, &self.former_ipv6);
    }
    fn read(r: &mut RowReader) -> Result<Subnet, RowError> {
        Ok(Subnet {
            id: r.get(1)?,
            vpc: r.get(2)?,
            cidr: r.get(3)?,
            ipv6: r.get(4)?,
            zone: r.get(5)?,
            zone_id: r.get(6)?,
            default_for_az: r.get(7)?,
            maps_public_ip: r.get(8)?,
            assigns_ipv6: r.get(9)?,
            dns64: r.get(10)?,
            ipv6_native: r.get(11)?,
            resource_names: r.get(12)?,
            dns_a_record: r.get(13)?,
            dns_aaaa_record: r.get(14)?,
            lni_at_device_index: r.get(15)?,
            held: r.get(16)?,
            ready_ms: r.get(17)?,
            former_ipv6: r.get(18)?,
        })
    }
}

impl Subnet {
    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        if cx.now_ms >= self.ready_ms { "available" } else { "pending" }
    }

    /// Its block of IPv4.
    pub(crate) fn block(&self) -> Option<Cidr> {
        Cidr::parse(&self.cidr)
    }

    /// Associations of IPv6 as they are shown, with their states.
    fn shown_ipv6<'a>(&'a self, cx: &'a Cx) -> impl Iterator<Item = (&'a CidrAssociation, &'static str)> {
        former::with_states(cx, &self.ipv6, &self.former_ipv6)
    }

    /// Its blocks of IPv6.
    pub(crate) fn ipv6_blocks(&self) -> impl Iterator<Item = Cidr> {
        self.ipv6.iter().filter_map(|c| Cidr::parse(&c.block))
    }

    /// Free addresses of IPv4.
    pub(crate) fn available(&self) -> i32 {
        let Some(block) = self.block() else { return 0 };
        let free = block.size().saturating_sub(RESERVED + u128::from(self.held));
        i32::try_from(free).unwrap_or(i32::MAX)
    }
}

impl Listed for Subnet {
    const FILTERS: &'static [(&'static str, Accessor<Subnet>)] = &[
        ("availability-zone", |n, p| p.text(&n.zone)),
        ("availability-zone-id", |n, p| p.text(&n.zone_id)),
        ("availabilityZone", |n, p| p.text(&n.zone)),
        ("availabilityZoneId", |n, p| p.text(&n.zone_id)),
        ("available-ip-address-count", |n, p| p.number(n.available())),
        ("cidr", |n, p| p.text(&n.cidr)),
        ("cidr-block", |n, p| p.text(&n.cidr)),
        ("cidrBlock", |n, p| p.text(&n.cidr)),
        ("customer-owned-ipv4-pool", |_, _| {}),
        ("default-for-az", |n, p| p.flag(n.default_for_az)),
        ("defaultForAz", |n, p| p.flag(n.default_for_az)),
        ("enable-dns64", |n, p| p.flag(n.dns64)),
        ("enable-lni-at-device-index", |n, p| {
            if let Some(i) = n.lni_at_device_index {
                p.number(i);
            }
        }),
        ("ipv6-cidr-block-association.association-id", |n, p| {
            p.each(n.shown_ipv6(p.cx).map(|(c, _)| c.id.as_str()))
        }),
        ("ipv6-cidr-block-association.ipv6-cidr-block", |n, p| {
            p.each(n.shown_ipv6(p.cx).map(|(c, _)| c.block.as_str()))
        }),
        ("ipv6-cidr-block-association.state", |n, p| p.each(n.shown_ipv6(p.cx).map(|(_, state)| state))),
        ("ipv6-native", |n, p| p.flag(n.ipv6_native)),
        ("map-customer-owned-ip-on-launch", |_, p| p.flag(false)),
        ("map-public-ip-on-launch", |n, p| p.flag(n.maps_public_ip)),
        ("outpost-arn", |_, _| {}),
        ("owner-id", |_, p| p.text(&p.cx.scope.account)),
        ("private-dns-name-options-on-launch.enable-resource-name-dns-a-record", |n, p| {
            p.flag(n.dns_a_record)
        }),
        ("private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record", |n, p| {
            p.flag(n.dns_aaaa_record)
        }),
        ("private-dns-name-options-on-launch.hostname-type", |n, p| p.text(hostname_type(n))),
        ("state", |n, p| p.text(n.state(p.cx))),
        ("subnet-arn", |n, p| p.text(&SUBNET.arn(p.cx, &n.id))),
        ("subnet-id", |n, p| p.text(&n.id)),
        ("vpc-id", |n, p| p.text(&n.vpc)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Subnet {
    const TABLE: &'static str = "ec2.subnet";
    const KIND: &'static Kind = &SUBNET;
    const LINKED: &'static [&'static str] = &["vpc-id"];
    fn parents(&self) -> Vec<String> {
        let mut all = vec![self.vpc.clone()];
        all.extend(self.ipv6.iter().map(|c| c.id.clone()));
        all
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![
            ("ec2:AvailabilityZone", vec![self.zone.clone()]),
            ("ec2:AvailabilityZoneId", vec![self.zone_id.clone()]),
            ("ec2:SubnetID", vec![self.id.clone()]),
            ("ec2:Vpc", vpc::arn(cx, &self.vpc)),
        ]
    }
}

fn hostname_type(n: &Subnet) -> &'static str {
    if n.resource_names { "resource-name" } else { "ip-name" }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, n: &Subnet, tags: &Tags) -> s::Subnet {
    s::Subnet {
        availability_zone_id: Some(n.zone_id.clone()),
        enable_lni_at_device_index: n.lni_at_device_index,
        map_customer_owned_ip_on_launch: Some(false),
        owner_id: Some(cx.scope.account.clone()),
        assign_ipv6_address_on_creation: Some(n.assigns_ipv6),
        ipv6_cidr_block_association_set: Some(
            n.shown_ipv6(cx).map(|(c, state)| show_ipv6(c, state)).collect(),
        ),
        tags: tags::shown(tags),
        subnet_arn: Some(SUBNET.arn(cx, &n.id)),
        enable_dns64: Some(n.dns64),
        ipv6_native: Some(n.ipv6_native),
        private_dns_name_options_on_launch: Some(s::PrivateDnsNameOptionsOnLaunch {
            hostname_type: Some(hostname_type(n).to_owned()),
            enable_resource_name_dns_a_record: Some(n.dns_a_record),
            enable_resource_name_dns_aaaa_record: Some(n.dns_aaaa_record),
        }),
        block_public_access_states: Some(s::BlockPublicAccessStates {
            internet_gateway_block_mode: Some("off".to_owned()),
        }),
        subnet_id: Some(n.id.clone()),
        state: Some(n.state(cx).to_owned()),
        vpc_id: Some(n.vpc.clone()),
        cidr_block: (!n.cidr.is_empty()).then(|| n.cidr.clone()),
        available_ip_address_count: Some(n.available()),
        availability_zone: Some(n.zone.clone()),
        default_for_az: Some(n.default_for_az),
        map_public_ip_on_launch: Some(n.maps_public_ip),
        ..s::Subnet::default()
    }
}

/// A block of IPv6, as answers show it.
pub(crate) fn show_ipv6(c: &CidrAssociation, state: &str) -> s::SubnetIpv6CidrBlockAssociation {
    s::SubnetIpv6CidrBlockAssociation {
        association_id: Some(c.id.clone()),
        ipv6_cidr_block: Some(c.block.clone()),
        ipv6_cidr_block_state: Some(s::SubnetCidrBlockState {
            state: Some(state.to_owned()),
            status_message: None,
        }),
        ipv6_address_attribute: Some("public".to_owned()),
        ip_source: Some("amazon".to_owned()),
    }
}
