//! VPC peering connections: within an account and region, or across either. Each side keeps the row in its own account and
//! region, both are written together.
//! Source: VPC peering guide, "VPC peering connection lifecycle" (2026-11-22); texts and shapes recorded from AWS in
//! LocalStack's snapshots (`test_vcp_peering_difference_regions`, 2024-06-07).
//! What changes a connection is decided in the lanes of both sides.

use codec::{Fault, Timestamp};
use kernel::{Cx, Place, Scope};
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter, StoreError, Tx};

use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::resource::{self, Link, Links, Listed, Of, Resource, save};
use crate::tags::{self, Tags};

pub(crate) static VPC_PEERING_CONNECTION: Kind = Kind {
    noun: "vpc-peering-connection",
    prefix: "pcx",
    not_found: ("InvalidVpcPeeringConnectionID.NotFound", "The vpcPeeringConnection ID '{}' does not exist"),
    malformed: Some((
        "InvalidVpcPeeringConnectionId.Malformed",
        "Invalid id: \"{}\" (expecting \"pcx-...\")",
    )),
    seen: resource::seen::<Peering>,
};

/// How long a request waits to be accepted.
pub(crate) const WAITS_MS: i64 = 7 * 24 * 3_600_000;
/// How long one that ended is still shown.
pub(crate) const SHOWN_MS: i64 = 2 * 3_600_000;

/// One side of a connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Side {
    /// Account.
    pub(crate) account: String,
    /// Region.
    pub(crate) region: String,
    /// VPC.
    pub(crate) vpc: String,
    /// Blocks of IPv4, the first one first; none before the connection is accepted, on the accepter's side.
    pub(crate) blocks: Vec<String>,
    /// Blocks of IPv6.
    pub(crate) ipv6_blocks: Vec<String>,
    /// AllowDnsResolutionFromRemoteVpc
    pub(crate) resolves_dns: bool,
}

impl Row for Side {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.account);
        w.put(2, &self.region);
        w.put(3, &self.vpc);
        w.put(4, &self.blocks);
        w.put(5, &self.ipv6_blocks);
        w.put(6, &self.resolves_dns);
    }
    fn read(r: &mut RowReader) -> Result<Side, RowError> {
        Ok(Side {
            account: r.get(1)?,
            region: r.get(2)?,
            vpc: r.get(3)?,
            blocks: r.get(4)?,
            ipv6_blocks: r.get(5)?,
            resolves_dns: r.get(6)?,
        })
    }
}

/// A connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Peering {
    /// Id.
    pub(crate) id: String,
    /// Who asked.
    pub(crate) requester: Side,
    /// Who was asked.
    pub(crate) accepter: Side,
    /// `pending-acceptance`, `active`, `rejected`, `deleted`, `failed`.
    pub(crate) code: String,
    /// In words.
    pub(crate) message: String,
    /// When it was made, milliseconds since the epoch.
    pub(crate) created_ms: i64,
}

impl Row for Peering {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.requester);
        w.put(3, &self.accepter);
        w.put(4, &self.code);
        w.put(5, &self.message);
        w.put(6, &self.created_ms);
    }
    fn read(r: &mut RowReader) -> Result<Peering, RowError> {
        Ok(Peering {
            id: r.get(1)?,
            requester: r.get(2)?,
            accepter: r.get(3)?,
            code: r.get(4)?,
            message: r.get(5)?,
            created_ms: r.get(6)?,
        })
    }
}

impl Peering {
    /// Its status now: a request that waited too long has expired.
    pub(crate) fn status(&self, now_ms: i64) -> (&str, &str) {
        match self.code.as_str() {
            "pending-acceptance" if now_ms >= self.created_ms + WAITS_MS => ("expired", "Expired"),
            code => (code, &self.message),
        }
    }

    /// Both sides are one account and region.
    fn is_here(side: &Side, cx: &Cx) -> bool {
        side.account == cx.scope.account && side.region == cx.scope.region
    }

    /// The caller's side asked, or was asked.
    pub(crate) fn here(&self, cx: &Cx) -> (bool, bool) {
        (Peering::is_here(&self.requester, cx), Peering::is_here(&self.accepter, cx))
    }

    /// Refuses what the status doesn't allow.
    ///
    /// Errors: InvalidStateTransition.
    pub(crate) fn may(&self, cx: &Cx, from: &[&str], to: &str) -> Result<(), Fault> {
        let (now, _) = self.status(cx.now_ms);
        match from.contains(&now) {
            true => Ok(()),
            false => Err(fault(
                "InvalidStateTransition",
                format!(
                    "Invalid state transition for {}, attempted to transition from {now} to {to}",
                    self.id
                ),
            )),
        }
    }
}

impl Listed for Peering {
    const FILTERS: &'static [(&'static str, Accessor<Peering>)] = &[
        ("accepter-vpc-info.cidr-block", |c, p| p.each(c.accepter.blocks.iter().map(String::as_str))),
        ("accepter-vpc-info.owner-id", |c, p| p.text(&c.accepter.account)),
        ("accepter-vpc-info.vpc-id", |c, p| p.text(&c.accepter.vpc)),
        ("expiration-time", |c, p| p.time(c.created_ms + WAITS_MS)),
        ("requester-vpc-info.cidr-block", |c, p| p.each(c.requester.blocks.iter().map(String::as_str))),
        ("requester-vpc-info.owner-id", |c, p| p.text(&c.requester.account)),
        ("requester-vpc-info.vpc-id", |c, p| p.text(&c.requester.vpc)),
        ("status-code", |c, p| {
            let (code, _) = c.status(p.cx.now_ms);
            p.text(code);
        }),
        ("status-message", |c, p| {
            let (_, message) = c.status(p.cx.now_ms);
            p.text(message);
        }),
        ("vpc-peering-connection-id", |c, p| p.text(&c.id)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Peering {
    const TABLE: &'static str = "ec2.vpc_peering_connection";
    const KIND: &'static Kind = &VPC_PEERING_CONNECTION;
    fn parents(&self) -> Vec<String> {
        let mut both = vec![self.requester.vpc.clone(), self.accepter.vpc.clone()];
        both.dedup();
        both
    }
    fn keys(&self, cx: &Cx) -> Keys {
        let arn = |s: &Side| {
            vec![format!("arn:{}:ec2:{}:{}:vpc/{}", cx.scope.partition, s.region, s.account, s.vpc)]
        };
        vec![
            ("ec2:AccepterVpc", arn(&self.accepter)),
            ("ec2:RequesterVpc", arn(&self.requester)),
            ("ec2:VpcPeeringConnectionID", vec![self.id.clone()]),
        ]
    }
}

/// The lanes of a connection: those of both sides.
pub(crate) fn place(tx: &Tx, scope: Scope, id: &str) -> Result<Place, StoreError> {
    let key = (scope.account.clone(), scope.region.to_owned(), id.to_owned());
    let row = tx.get::<Of<Peering>>(&key)?;
    let mut place = Place::at(scope).own_lane(&key.0, &key.1);
    for side in row.iter().flat_map(|r| [&r.requester, &r.accepter]) {
        place = place.own_lane(&side.account, &side.region);
    }
    Ok(place)
}

/// Stores a connection on both sides.
pub(crate) fn save_both(cx: &mut Cx, row: &Peering) -> Result<(), Fault> {
    save(cx, row)?;
    for side in [&row.requester, &row.accepter] {
        if Peering::is_here(side, cx) {
            continue;
        }
        let place = (side.account.clone(), side.region.clone());
        for parent in row.parents() {
            cx.put::<Links>(&(place.0.clone(), place.1.clone(), parent, row.id.clone()), &Link);
        }
        cx.put::<Of<Peering>>(&(place.0, place.1, row.id.clone()), row);
    }
    Ok(())
}

/// A connection that ended is no longer shown, on neither side. Tags of the other side's go with it.
pub(crate) fn forget(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let Some(row) = resource::get::<Peering>(cx, id)?.filter(|c| c.status(cx.now_ms).0 != "active") else {
        return Ok(());
    };
    for side in [&row.requester, &row.accepter] {
        if Peering::is_here(side, cx) {
            resource::remove(cx, &row)?;
            continue;
        }
        let key = (side.account.clone(), side.region.clone(), row.id.clone());
        resource::remove_at(cx, &key, &row)?;
    }
    Ok(())
}

/// Whether routes over it are active.
pub(crate) fn takes_traffic(cx: &Cx, id: &str) -> Result<bool, Fault> {
    Ok(resource::get::<Peering>(cx, id)?.is_some_and(|c| c.code == "active"))
}

fn show_side(side: &Side, complete: bool) -> s::VpcPeeringConnectionVpcInfo {
    let block = |b: &String| s::CidrBlock { cidr_block: Some(b.clone()) };
    let ipv6 = |b: &String| s::Ipv6CidrBlock { ipv6_cidr_block: Some(b.clone()) };
    s::VpcPeeringConnectionVpcInfo {
        cidr_block: side.blocks.first().cloned().filter(|_| complete),
        ipv6_cidr_block_set: (!side.ipv6_blocks.is_empty() && complete)
            .then(|| side.ipv6_blocks.iter().map(ipv6).collect()),
        cidr_block_set: complete.then(|| side.blocks.iter().map(block).collect()),
        owner_id: Some(side.account.clone()),
        peering_options: complete.then(|| s::VpcPeeringConnectionOptionsDescription {
            allow_dns_resolution_from_remote_vpc: Some(side.resolves_dns),
            allow_egress_from_local_classic_link_to_remote_vpc: Some(false),
            allow_egress_from_local_vpc_to_remote_classic_link: Some(false),
            ..Default::default()
        }),
        vpc_id: Some(side.vpc.clone()),
        region: Some(side.region.clone()),
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, c: &Peering, tags: &Tags) -> s::VpcPeeringConnection {
    let (code, message) = c.status(cx.now_ms);
    let waits = code == "pending-acceptance";
    s::VpcPeeringConnection {
        accepter_vpc_info: Some(show_side(&c.accepter, !c.accepter.blocks.is_empty())),
        expiration_time: waits.then(|| Timestamp { epoch_ms: c.created_ms + WAITS_MS }),
        requester_vpc_info: Some(show_side(&c.requester, true)),
        status: Some(s::VpcPeeringConnectionStateReason {
            code: Some(code.to_owned()),
            message: Some(message.to_owned()),
        }),
        tags: Some(tags::all_shown(tags)),
        vpc_peering_connection_id: Some(c.id.clone()),
        ..s::VpcPeeringConnection::default()
    }
}
