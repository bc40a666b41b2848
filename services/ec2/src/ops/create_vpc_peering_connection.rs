//! `CreateVpcPeeringConnection`: with a VPC of this or another account and region. One that can't be is made and fails.
//! Source: EC2 API reference, "CreateVpcPeeringConnection"; VPC peering guide, "lifecycle" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Place, Scope};
use shapes_ec2::{CreateVpcPeeringConnectionRequest, CreateVpcPeeringConnectionResult};
use store::{StoreError, Tx};

use crate::err::{self, invalid_parameter, missing};
use crate::quotas::{self, room};
use crate::resource::{Of, find, on};
use crate::vpc::Vpc;
use crate::vpc_peering_connection::{
    Peering, SHOWN_MS, Side, VPC_PEERING_CONNECTION, WAITS_MS, save_both, show,
};
use crate::{id, tags, time};

/// The lanes of both sides.
pub(crate) fn place(
    _: &Tx,
    scope: Scope,
    i: &CreateVpcPeeringConnectionRequest,
) -> Result<Place, StoreError> {
    let own = (scope.account.clone(), scope.region);
    let peer = (i.peer_owner_id.as_deref().unwrap_or(&own.0), i.peer_region.as_deref().unwrap_or(own.1));
    Ok(Place::at(scope).own_lane(&own.0, own.1).own_lane(peer.0, peer.1))
}

/// Errors: InvalidVpcID.NotFound: the own VPC; MissingParameter; InvalidParameterValue: the region;
/// ActiveVpcPeeringConnectionPerVpcLimitExceeded.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateVpcPeeringConnectionRequest,
) -> Result<CreateVpcPeeringConnectionResult, Fault> {
    err::refuse(&[("RequesterPeeringConnectionOptions", i.requester_peering_connection_options.is_some())])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &VPC_PEERING_CONNECTION)?;
    let own = find::<Vpc>(cx, &i.vpc_id)?;
    let account = i.peer_owner_id.clone().unwrap_or_else(|| cx.scope.account.clone());
    let region = i.peer_region.clone().unwrap_or_else(|| cx.scope.region.to_owned());
    if kernel::region(&region).is_none_or(|r| r.partition != cx.scope.partition) {
        return Err(invalid_parameter(&region, "peerRegion", "It is no Region of this partition."));
    }
    let peer_id = i.peer_vpc_id.clone().ok_or_else(|| missing("peerVpcId"))?;
    let there = on::<Peering>(cx, &own.id)?;
    room(cx, &quotas::PEERINGS_PER_VPC, there.iter().filter(|c| c.code == "active"), 1)?;
    let waits = |c: &&Peering| c.requester.vpc == own.id && c.status(cx.now_ms).0 == "pending-acceptance";
    room(cx, &quotas::WAITING_PEERINGS, there.iter().filter(waits), 1)?;
    let peer = cx.get::<Of<Vpc>>(&(account.clone(), region.clone(), peer_id.clone()))?;
    let accepter = Side { account, region, vpc: peer_id, ..Side::default() };
    let good =
        peer.is_some_and(|p| p.id != own.id && !p.blocks().any(|b| own.blocks().any(|o| o.overlaps(b))));
    let (code, message) = match good {
        true => ("pending-acceptance", format!("Pending Acceptance by {}", accepter.account)),
        false => {
            ("failed", "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range".to_owned())
        }
    };
    let requester = Side {
        account: cx.scope.account.clone(),
        region: cx.scope.region.to_owned(),
        vpc: own.id.clone(),
        blocks: own.cidrs.iter().map(|c| c.block.clone()).collect(),
        ipv6_blocks: own.ipv6.iter().map(|c| c.block.clone()).collect(),
        resolves_dns: false,
    };
    let row = Peering {
        id: id::fresh(cx, "pcx"),
        requester,
        accepter,
        code: code.to_owned(),
        message,
        created_ms: cx.now_ms,
    };
    match good {
        true => save_both(cx, &row)?,
        false => crate::resource::save(cx, &row)?,
    }
    let shown_ms = if good { WAITS_MS + SHOWN_MS } else { SHOWN_MS };
    let forget_ms = cx.now_ms + shown_ms;
    cx.timer_set(time::FORGET_PEERING, &row.id, forget_ms)?;
    tags::add(cx, &VPC_PEERING_CONNECTION, &row.id, &tags)?;
    let mut shown = show(cx, &row, &tags);
    if let Some(status) = shown.status.as_mut().filter(|_| good) {
        status.code = Some("initiating-request".to_owned());
        status.message = Some(format!("Initiating Request to {}", row.accepter.account));
    }
    Ok(CreateVpcPeeringConnectionResult { vpc_peering_connection: Some(shown) })
}
