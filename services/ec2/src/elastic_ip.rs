//! Elastic IP addresses: rows, how they are bound to private addresses and unbound. No public address is held twice, in
//! whatever account and region: [`PublicIps`] has them all.
//! Source: EC2 user guide, "Elastic IP addresses" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::cidr;
use crate::err::fault;
use crate::filter::Accessor;
use crate::id;
use crate::instance::Part;
use crate::kind::{Keys, Kind};
use crate::resource::{self, Listed, Resource, save};
use crate::reverse_name::ReverseName;
use crate::tags::{self, Tags};

pub(crate) static ELASTIC_IP: Kind = Kind {
    noun: "elastic-ip",
    prefix: "eipalloc",
    not_found: ("InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<ElasticIp>,
};

/// An Elastic IP address. Bound: association, interface and private address are set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ElasticIp {
    /// Allocation id.
    pub(crate) id: String,
    /// The address.
    pub(crate) public_ip: String,
    /// Association id; empty when it isn't bound.
    pub(crate) association: String,
    /// Network interface.
    pub(crate) interface: String,
    /// Private address.
    pub(crate) private_ip: String,
    /// Instance that the interface is attached to.
    pub(crate) instance: String,
    /// The name that the address leads back to.
    pub(crate) reverse: Option<ReverseName>,
}

impl Row for ElasticIp {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.public_ip);
        w.put(3, &self.association);
        w.put(4, &self.interface);
        w.put(5, &self.private_ip);
        w.put(6, &self.instance);
        w.put(7, &self.reverse);
    }
    fn read(r: &mut RowReader) -> Result<ElasticIp, RowError> {
        Ok(ElasticIp {
            id: r.get(1)?,
            public_ip: r.get(2)?,
            association: r.get(3)?,
            interface: r.get(4)?,
            private_ip: r.get(5)?,
            instance: r.get(6)?,
            reverse: r.get(7)?,
        })
    }
}

/// Who has a public address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PublicIp {
    /// Account.
    pub(crate) account: String,
    /// Region.
    pub(crate) region: String,
    /// Allocation id.
    pub(crate) id: String,
}

impl Row for PublicIp {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.account);
        w.put(2, &self.region);
        w.put(3, &self.id);
    }
    fn read(r: &mut RowReader) -> Result<PublicIp, RowError> {
        Ok(PublicIp { account: r.get(1)?, region: r.get(2)?, id: r.get(3)? })
    }
}

/// All public addresses.
pub(crate) struct PublicIps;
impl Table for PublicIps {
    const NAME: &'static str = "ec2.public_ip";
    const VERSION: u16 = 1;
    type Key = String;
    type Row = PublicIp;
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

impl Listed for ElasticIp {
    const FILTERS: &'static [(&'static str, Accessor<ElasticIp>)] = &[
        ("allocation-id", |a, p| p.text(&a.id)),
        ("association-id", |a, p| p.maybe(present(&a.association))),
        ("domain", |_, p| p.text("vpc")),
        ("instance-id", |a, p| p.maybe(present(&a.instance))),
        ("network-border-group", |_, p| p.text(p.cx.scope.region)),
        ("network-interface-id", |a, p| p.maybe(present(&a.interface))),
        ("network-interface-owner-id", |a, p| {
            p.maybe(present(&a.interface).map(|_| p.cx.scope.account.as_str()))
        }),
        ("private-ip-address", |a, p| p.maybe(present(&a.private_ip))),
        ("public-ip", |a, p| p.text(&a.public_ip)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for ElasticIp {
    const TABLE: &'static str = "ec2.elastic_ip";
    const KIND: &'static Kind = &ELASTIC_IP;
    const LINKED: &'static [&'static str] =
        &["public-ip", "network-interface-id", "association-id", "instance-id"];
    fn parts(&self) -> Vec<(String, Part)> {
        let on = present(&self.instance).into_iter();
        on.map(|i| (i.to_owned(), Part::Address(self.clone()))).collect()
    }
    fn parents(&self) -> Vec<String> {
        let all = [&self.public_ip, &self.association, &self.interface, &self.instance];
        all.into_iter().filter(|p| !p.is_empty()).cloned().collect()
    }
    fn keys(&self, _: &Cx) -> Keys {
        vec![
            ("ec2:AllocationId", vec![self.id.clone()]),
            ("ec2:Domain", vec!["vpc".to_owned()]),
            ("ec2:PublicIpAddress", vec![self.public_ip.clone()]),
        ]
    }
}

/// The name of a public address.
pub(crate) fn public_dns(region: &str, address: &str) -> String {
    let zone = if region == "us-east-1" { "compute-1".to_owned() } else { format!("{region}.compute") };
    format!("ec2-{}.{zone}.amazonaws.com", address.replace('.', "-"))
}

/// Blocks of addresses that EC2 gives out of: a few of AWS's own.
const POOL: [&str; 8] = [
    "3.208.0.0/12",
    "18.204.0.0/14",
    "34.192.0.0/12",
    "44.192.0.0/11",
    "52.0.0.0/11",
    "54.80.0.0/13",
    "54.144.0.0/14",
    "54.224.0.0/15",
];

/// An address that nobody has, taken for an allocation.
pub(crate) fn take_public(cx: &mut Cx, allocation: &str) -> Result<String, Fault> {
    for _ in 0..64 {
        let random = cx.ids.bytes("ec2.public-ip");
        let block =
            cidr::Cidr::parse(POOL[usize::from(random[0]) % POOL.len()]).expect("the pool has blocks");
        let n = u128::from(u32::from_be_bytes(random[1..5].try_into().expect("four bytes")));
        let address = block.text_of(block.base + n % block.size());
        // Neither a network's own address nor a broadcast.
        if n % 256 == 0 || n % 256 == 255 || cx.get::<PublicIps>(&address)?.is_some() {
            continue;
        }
        let row = PublicIp {
            account: cx.scope.account.clone(),
            region: cx.scope.region.to_owned(),
            id: allocation.to_owned(),
        };
        cx.put::<PublicIps>(&address, &row);
        return Ok(address);
    }
    Err(fault("InsufficientAddressCapacity", "There are not enough free addresses to satisfy the request."))
}

/// Binds an address to a private one of an interface.
pub(crate) fn bind(
    cx: &mut Cx,
    address: ElasticIp,
    interface: &str,
    private_ip: &str,
    instance: &str,
) -> Result<ElasticIp, Fault> {
    let bound = ElasticIp {
        association: id::fresh(cx, "eipassoc"),
        interface: interface.to_owned(),
        private_ip: private_ip.to_owned(),
        instance: instance.to_owned(),
        ..address
    };
    save(cx, &bound)?;
    Ok(bound)
}

/// Unbinds an address.
pub(crate) fn unbind(cx: &mut Cx, address: ElasticIp) -> Result<(), Fault> {
    let (id, public_ip, reverse) = (address.id, address.public_ip, address.reverse);
    save(cx, &ElasticIp { id, public_ip, reverse, ..ElasticIp::default() })
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, a: &ElasticIp, tags: &Tags) -> s::Address {
    let text = |t: &String| present(t).map(str::to_owned);
    s::Address {
        allocation_id: Some(a.id.clone()),
        association_id: text(&a.association),
        domain: Some("vpc".to_owned()),
        network_interface_id: text(&a.interface),
        network_interface_owner_id: text(&a.interface).map(|_| cx.scope.account.clone()),
        private_ip_address: text(&a.private_ip),
        tags: tags::shown(tags),
        public_ipv4_pool: Some("amazon".to_owned()),
        network_border_group: Some(cx.scope.region.to_owned()),
        instance_id: text(&a.instance),
        public_ip: Some(a.public_ip.clone()),
        ..s::Address::default()
    }
}
