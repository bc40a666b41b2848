//! NAT gateways: a managed interface in a subnet, with Elastic IP addresses unless it is private. States come with time; one
//! that was deleted is shown for an hour.
//! Source: VPC user guide, "NAT gateways", "NAT gateway basics" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::elastic_ip::ElasticIp;
use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::network_interface::NetworkInterface;
use crate::quotas::{self, room};
use crate::resource::{self, Listed, Resource, find, get, save};
use crate::tags::{self, Tags};
use crate::{addresses, elastic_ip, vpc};

pub(crate) static NAT_GATEWAY: Kind = Kind {
    noun: "natgateway",
    prefix: "nat",
    not_found: ("NatGatewayNotFound", "The Nat Gateway {} was not found"),
    malformed: Some(("NatGatewayMalformed", "The Nat Gateway ID '{}' is malformed")),
    seen: resource::seen::<NatGateway>,
};

/// How long one that is deleted is still shown.
pub(crate) const SHOWN_MS: i64 = 3_600_000;

/// An address of a gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NatAddress {
    /// Allocation id; empty for a private gateway.
    pub(crate) allocation: String,
    /// Association id.
    pub(crate) association: String,
    /// Public address.
    pub(crate) public_ip: String,
    /// Private address.
    pub(crate) private_ip: String,
    /// From when on it serves.
    pub(crate) ready_ms: i64,
    /// When it is given back, its connections drained.
    pub(crate) leaves_ms: Option<i64>,
}

impl Row for NatAddress {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.allocation);
        w.put(2, &self.association);
        w.put(3, &self.public_ip);
        w.put(4, &self.private_ip);
        w.put(5, &self.ready_ms);
        w.put(6, &self.leaves_ms);
    }
    fn read(r: &mut RowReader) -> Result<NatAddress, RowError> {
        Ok(NatAddress {
            allocation: r.get(1)?,
            association: r.get(2)?,
            public_ip: r.get(3)?,
            private_ip: r.get(4)?,
            ready_ms: r.get(5)?,
            leaves_ms: r.get(6)?,
        })
    }
}

impl NatAddress {
    /// `assigning`, `associating`, `succeeded`, `unassigning`, `disassociating`.
    pub(crate) fn status(&self, now_ms: i64) -> &'static str {
        let private = self.allocation.is_empty();
        match self.leaves_ms {
            Some(_) => {
                if private {
                    "unassigning"
                } else {
                    "disassociating"
                }
            }
            None if now_ms >= self.ready_ms => "succeeded",
            None => {
                if private {
                    "assigning"
                } else {
                    "associating"
                }
            }
        }
    }
}

/// A NAT gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NatGateway {
    /// Id.
    pub(crate) id: String,
    /// Its subnet.
    pub(crate) subnet: String,
    /// Its VPC.
    pub(crate) vpc: String,
    /// Name of the zone.
    pub(crate) zone: String,
    /// Private: it has no public address.
    pub(crate) private: bool,
    /// Its interface.
    pub(crate) interface: String,
    /// Addresses, the primary one first.
    pub(crate) addresses: Vec<NatAddress>,
    /// When it was made, milliseconds since the epoch.
    pub(crate) created_ms: i64,
    /// From when on it is available.
    pub(crate) ready_ms: i64,
    /// When its deletion began.
    pub(crate) deleting_ms: Option<i64>,
    /// When it is gone.
    pub(crate) deleted_ms: i64,
    /// Why it failed: code and text.
    pub(crate) failure: Option<(String, String)>,
}

impl Row for NatGateway {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.subnet);
        w.put(3, &self.vpc);
        w.put(4, &self.zone);
        w.put(5, &self.private);
        w.put(6, &self.interface);
        w.put(7, &self.addresses);
        w.put(8, &self.created_ms);
        w.put(9, &self.ready_ms);
        w.put(10, &self.deleting_ms);
        w.put(11, &self.deleted_ms);
        w.put(12, &self.failure);
    }
    fn read(r: &mut RowReader) -> Result<NatGateway, RowError> {
        Ok(NatGateway {
            id: r.get(1)?,
            subnet: r.get(2)?,
            vpc: r.get(3)?,
            zone: r.get(4)?,
            private: r.get(5)?,
            interface: r.get(6)?,
            addresses: r.get(7)?,
            created_ms: r.get(8)?,
            ready_ms: r.get(9)?,
            deleting_ms: r.get(10)?,
            deleted_ms: r.get(11)?,
            failure: r.get(12)?,
        })
    }
}

impl NatGateway {
    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        match self.deleting_ms {
            Some(_) if cx.now_ms >= self.deleted_ms => "deleted",
            Some(_) => "deleting",
            None if self.failure.is_some() => "failed",
            None if cx.now_ms >= self.ready_ms => "available",
            None => "pending",
        }
    }

    fn connectivity(&self) -> &'static str {
        if self.private { "private" } else { "public" }
    }
}

impl Listed for NatGateway {
    const FILTERS: &'static [(&'static str, Accessor<NatGateway>)] = &[
        ("connectivity-type", |g, p| p.text(g.connectivity())),
        ("nat-gateway-id", |g, p| p.text(&g.id)),
        ("state", |g, p| p.text(g.state(p.cx))),
        ("subnet-id", |g, p| p.text(&g.subnet)),
        ("vpc-id", |g, p| p.text(&g.vpc)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for NatGateway {
    const TABLE: &'static str = "ec2.nat_gateway";
    const KIND: &'static Kind = &NAT_GATEWAY;
    const LINKED: &'static [&'static str] = &["subnet-id", "vpc-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.subnet.clone(), self.vpc.clone()]
    }
    fn keys(&self, cx: &Cx) -> Keys {
        vec![("ec2:Vpc", vpc::arn(cx, &self.vpc))]
    }
}

/// Whether routes to it are active.
pub(crate) fn takes_traffic(cx: &Cx, id: &str) -> Result<bool, Fault> {
    Ok(get::<NatGateway>(cx, id)?.is_some_and(|g| g.deleting_ms.is_none() && g.failure.is_none()))
}

/// As answers show the address at that place.
pub(crate) fn show_address(cx: &Cx, g: &NatGateway, at: usize) -> s::NatGatewayAddress {
    let text = |t: &String| Some(t.clone()).filter(|t| !t.is_empty());
    let a = &g.addresses[at];
    s::NatGatewayAddress {
        allocation_id: text(&a.allocation),
        network_interface_id: text(&g.interface),
        private_ip: text(&a.private_ip),
        public_ip: text(&a.public_ip),
        association_id: text(&a.association),
        is_primary: Some(at == 0),
        status: Some(a.status(cx.now_ms).to_owned()),
        ..s::NatGatewayAddress::default()
    }
}

/// Elastic IP addresses that a gateway is to have, all of them free.
///
/// Errors: InvalidAllocationID.NotFound; Resource.AlreadyAssociated.
pub(crate) fn free_publics<'i>(
    cx: &Cx,
    ids: impl IntoIterator<Item = &'i String>,
) -> Result<Vec<ElasticIp>, Fault> {
    let mut free: Vec<ElasticIp> = Vec::new();
    for id in ids {
        let address = find::<ElasticIp>(cx, id)?;
        if !address.association.is_empty() || free.iter().any(|f| f.id == address.id) {
            let text = format!("Elastic IP address [{}] is already associated", address.id);
            return Err(fault("Resource.AlreadyAssociated", text));
        }
        free.push(address);
    }
    Ok(free)
}

/// Refuses more addresses than a gateway may have.
///
/// Errors: PrivateIpAddressLimitExceeded, AddressLimitExceeded (inferred).
pub(crate) fn fits(cx: &Cx, row: &NatGateway, more: usize) -> Result<(), Fault> {
    let quota =
        if row.private { &quotas::ADDRESSES_PER_NAT_GATEWAY } else { &quotas::PUBLIC_PER_NAT_GATEWAY };
    room(cx, quota, row.addresses.iter(), more)
}

/// Gives the gateway's interface a private address, and binds a public one to it if there is one.
pub(crate) fn add_address(
    cx: &mut Cx,
    row: &mut NatGateway,
    private_ip: &str,
    public: Option<ElasticIp>,
    ready_ms: i64,
) -> Result<(), Fault> {
    let mut address = NatAddress { private_ip: private_ip.to_owned(), ready_ms, ..NatAddress::default() };
    if let Some(public) = public {
        let bound = elastic_ip::bind(cx, public, &row.interface, private_ip, "")?;
        address.allocation = bound.id;
        address.association = bound.association;
        address.public_ip = bound.public_ip;
    }
    row.addresses.push(address);
    Ok(())
}

/// Gives back what has drained by now.
pub(crate) fn drain(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let Some(mut row) = get::<NatGateway>(cx, id)?.filter(|g| g.deleting_ms.is_none()) else { return Ok(()) };
    let Some(mut interface) = get::<NetworkInterface>(cx, &row.interface)? else { return Ok(()) };
    let now_ms = cx.now_ms;
    for gone in row.addresses.extract_if(.., |a| a.leaves_ms.is_some_and(|at| now_ms >= at)) {
        if let Some(public) = get::<ElasticIp>(cx, &gone.allocation)? {
            elastic_ip::unbind(cx, public)?;
        }
        addresses::release(cx, &interface.subnet, &gone.private_ip)?;
        interface.ipv4.retain(|ip| *ip != gone.private_ip);
    }
    save(cx, &interface)?;
    save(cx, &row)
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, g: &NatGateway, tags: &Tags) -> s::NatGateway {
    let gone = g.state(cx) == "deleted";
    s::NatGateway {
        create_time: Some(Timestamp { epoch_ms: g.created_ms }),
        delete_time: g.deleting_ms.map(|_| Timestamp { epoch_ms: g.deleted_ms }).filter(|_| gone),
        failure_code: g.failure.as_ref().map(|f| f.0.clone()),
        failure_message: g.failure.as_ref().map(|f| f.1.clone()),
        nat_gateway_addresses: Some((0..g.addresses.len()).map(|i| show_address(cx, g, i)).collect()),
        nat_gateway_id: Some(g.id.clone()),
        state: Some(g.state(cx).to_owned()),
        subnet_id: Some(g.subnet.clone()),
        vpc_id: Some(g.vpc.clone()),
        tags: Some(tags::all_shown(tags)),
        connectivity_type: Some(g.connectivity().to_owned()),
        availability_mode: Some("zonal".to_owned()),
        ..s::NatGateway::default()
    }
}
