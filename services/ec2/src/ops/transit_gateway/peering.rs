//! Peering attachments between transit gateways: `Create…`, `Accept…`, `Reject…`, `Delete…`,
//! `DescribeTransitGatewayPeeringAttachments`. Each side keeps a row in its own account and region; both are written together, in
//! the lanes of both. Source: EC2 API reference; transit gateway guide, "peering attachments" (2026-11-22). Texts are inferred.

use codec::Fault;
use kernel::{Cx, Place, Scope};
use shapes_ec2 as s;
use store::{StoreError, Tx};

use crate::describe::{Ask, listed};
use crate::err::{self, fault, invalid_parameter};
use crate::life::{Life, SHOWN_MS};
use crate::ops::transit_gateway::attachment::of;
use crate::ops::transit_gateway::gateway::USUAL_MS;
use crate::quotas::{self, room};
use crate::resource::{Link, Links, Of, Resource, ResourceKey, get, on, remove, remove_at, save};
use crate::tags;
use crate::transit_gateway::attachment::{
    Attachment, End, TRANSIT_GATEWAY_ATTACHMENT, ToPeer, of_kind, show_to_peer,
};
use crate::transit_gateway::{TRANSIT_GATEWAY, TransitGateway, usable};
use crate::{id, time, vpc};

/// The lanes of a new peering: those of both accounts and regions.
pub(crate) fn new_place(
    _: &Tx,
    scope: Scope,
    i: &s::CreateTransitGatewayPeeringAttachmentRequest,
) -> Result<Place, StoreError> {
    let own = (scope.account.clone(), scope.region);
    Ok(Place::at(scope).own_lane(&own.0, own.1).own_lane(&i.peer_account_id, &i.peer_region))
}

/// The lanes of a peering that is there.
pub(crate) fn place(tx: &Tx, scope: Scope, id: &str) -> Result<Place, StoreError> {
    let key = (scope.account.clone(), scope.region.to_owned(), id.to_owned());
    let peer = tx.get::<Of<Attachment>>(&key)?.and_then(|a| a.peer);
    let place = Place::at(scope).own_lane(&key.0, &key.1);
    Ok(match peer {
        Some(peer) => place.own_lane(&peer.account, &peer.region),
        None => place,
    })
}

fn key_of(end: &End) -> ResourceKey {
    (end.account.clone(), end.region.clone(), end.attachment.clone())
}

/// Stores the other side's row, with its links.
fn save_there(cx: &mut Cx, end: &End, row: &Attachment) -> Result<(), Fault> {
    let key = key_of(end);
    let before = cx.get::<Of<Attachment>>(&key)?.map(|r| r.parents()).unwrap_or_default();
    let link = |parent: &String| (key.0.clone(), key.1.clone(), parent.clone(), key.2.clone());
    for parent in &before {
        cx.delete::<Links>(&link(parent));
    }
    for parent in &row.parents() {
        cx.put::<Links>(&link(parent), &Link);
    }
    cx.put::<Of<Attachment>>(&key, row);
    Ok(())
}

/// Errors: InvalidTransitGatewayID.NotFound; IncorrectState; InvalidParameterValue: the region;
/// DuplicateTransitGatewayAttachment; TransitGatewayPeeringAttachmentLimitExceeded.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTransitGatewayPeeringAttachmentRequest,
) -> Result<s::CreateTransitGatewayPeeringAttachmentResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &TRANSIT_GATEWAY_ATTACHMENT)?;
    let o = i.options.clone().unwrap_or_default();
    err::refuse(&[
        ("Options.DynamicRouting", o.dynamic_routing.as_deref() == Some("enable")),
        ("Options.AllowMultipathResilience", o.allow_multipath_resilience.is_some()),
        ("Options.MultipathResilienceMode", o.multipath_resilience_mode.is_some()),
    ])?;
    let gateway = usable(cx, &i.transit_gateway_id)?;
    if kernel::region(&i.peer_region).is_none_or(|r| r.partition != cx.scope.partition) {
        return Err(invalid_parameter(&i.peer_region, "PeerRegion", "It is no Region of this partition."));
    }
    let there = (i.peer_account_id.clone(), i.peer_region.clone(), i.peer_transit_gateway_id.clone());
    let other = cx.get::<Of<TransitGateway>>(&there)?.filter(|g| g.life.lasts() && g.id != gateway.id);
    let other = other.ok_or_else(|| TRANSIT_GATEWAY.not_found(&i.peer_transit_gateway_id))?;
    let mut lasting = on::<Attachment>(cx, &gateway.id)?;
    lasting.retain(|a| a.gateway == gateway.id && a.kind == "peering" && a.lasts());
    if lasting.iter().any(|a| a.resource == other.id) {
        let text = format!("{} has non-deleted Transit Gateway Attachments with same peer.", gateway.id);
        return Err(fault("DuplicateTransitGatewayAttachment", text));
    }
    room(cx, &quotas::PEERINGS_PER_GATEWAY, lasting.iter(), 1)?;
    let own = End {
        account: cx.scope.account.clone(),
        region: cx.scope.region.to_owned(),
        gateway: gateway.id.clone(),
        attachment: id::fresh(cx, "tgw-attach"),
    };
    // Both ends go by one id, but where they lie side by side.
    let beside = (&own.account, &own.region) == (&there.0, &there.1);
    let attachment = if beside { id::fresh(cx, "tgw-attach") } else { own.attachment.clone() };
    let peer = End { account: there.0, region: there.1, gateway: other.id.clone(), attachment };
    let side = |here: &End, there: &End, asked: bool| Attachment {
        id: here.attachment.clone(),
        gateway: here.gateway.clone(),
        kind: "peering".to_owned(),
        resource: there.gateway.clone(),
        peer: Some(there.clone()),
        asked,
        standing: "pendingAcceptance".to_owned(),
        life: Life::new(cx, USUAL_MS),
        ..Attachment::default()
    };
    let (row, theirs) = (side(&own, &peer, true), side(&peer, &own, false));
    save(cx, &row)?;
    save_there(cx, &peer, &theirs)?;
    tags::add(cx, &TRANSIT_GATEWAY_ATTACHMENT, &row.id, &tags)?;
    let mut shown = show_to_peer(cx, &row, &tags);
    shown.state = Some("initiatingRequest".to_owned());
    Ok(s::CreateTransitGatewayPeeringAttachmentResult { transit_gateway_peering_attachment: Some(shown) })
}

/// Changes both sides of a peering alike. The other side may have changed what is its own.
fn both(cx: &mut Cx, mut row: Attachment, change: impl Fn(&mut Attachment)) -> Result<Attachment, Fault> {
    change(&mut row);
    save(cx, &row)?;
    if let Some(end) = row.peer.clone()
        && let Some(mut theirs) = cx.get::<Of<Attachment>>(&key_of(&end))?
    {
        change(&mut theirs);
        save_there(cx, &end, &theirs)?;
    }
    Ok(row)
}

/// Refuses a peering in another state.
fn waits(cx: &Cx, row: &Attachment) -> Result<(), Fault> {
    match row.state(cx) {
        "pendingAcceptance" if row.asked => {
            let text = format!("{} can only be accepted or rejected by the peer account and Region.", row.id);
            Err(fault("OperationNotPermitted", text))
        }
        "pendingAcceptance" => Ok(()),
        state => {
            let text = format!("{} is in invalid state. Current state: {state}", row.id);
            Err(fault("IncorrectState", text))
        }
    }
}

/// Errors: InvalidTransitGatewayAttachmentID.NotFound; IncorrectState; OperationNotPermitted: by who asked.
pub(crate) fn accept(
    cx: &mut Cx,
    i: &s::AcceptTransitGatewayPeeringAttachmentRequest,
) -> Result<s::AcceptTransitGatewayPeeringAttachmentResult, Fault> {
    let row = of_kind(cx, &i.transit_gateway_attachment_id, "peering")?;
    waits(cx, &row)?;
    let ready_ms = vpc::ready_ms(cx, USUAL_MS);
    let row = both(cx, row, |a| {
        a.standing.clear();
        a.life.ready_ms = ready_ms;
    })?;
    let mut shown = show_to_peer(cx, &row, &tags::of(cx, &row.id)?);
    shown.state = Some("pending".to_owned());
    Ok(s::AcceptTransitGatewayPeeringAttachmentResult { transit_gateway_peering_attachment: Some(shown) })
}

/// Errors: as for accepting.
pub(crate) fn reject(
    cx: &mut Cx,
    i: &s::RejectTransitGatewayPeeringAttachmentRequest,
) -> Result<s::RejectTransitGatewayPeeringAttachmentResult, Fault> {
    let row = of_kind(cx, &i.transit_gateway_attachment_id, "peering")?;
    waits(cx, &row)?;
    let row = both(cx, row, |a| a.standing = "rejected".to_owned())?;
    cx.timer_set(time::FORGET_ENDED, &row.id, cx.now_ms + SHOWN_MS)?;
    let shown = show_to_peer(cx, &row, &tags::of(cx, &row.id)?);
    Ok(s::RejectTransitGatewayPeeringAttachmentResult { transit_gateway_peering_attachment: Some(shown) })
}

/// Either side may end it, in whatever state it is.
///
/// Errors: InvalidTransitGatewayAttachmentID.NotFound; IncorrectState: it has ended.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTransitGatewayPeeringAttachmentRequest,
) -> Result<s::DeleteTransitGatewayPeeringAttachmentResult, Fault> {
    let row = of_kind(cx, &i.transit_gateway_attachment_id, "peering")?;
    if !row.life.lasts() {
        let text = format!("{} is in invalid state. Current state: {}", row.id, row.state(cx));
        return Err(fault("IncorrectState", text));
    }
    let (now_ms, deleted_ms) = (cx.now_ms, vpc::ready_ms(cx, USUAL_MS));
    let row = both(cx, row, |a| {
        a.association.clear();
        a.propagations.clear();
        a.life.deleting_ms = Some(now_ms);
        a.life.deleted_ms = deleted_ms;
    })?;
    cx.timer_set(time::FORGET_ENDED, &row.id, deleted_ms + SHOWN_MS)?;
    let mut shown = show_to_peer(cx, &row, &tags::of(cx, &row.id)?);
    shown.state = Some("deleting".to_owned());
    Ok(s::DeleteTransitGatewayPeeringAttachmentResult { transit_gateway_peering_attachment: Some(shown) })
}

/// One that ended is no longer shown, on neither side. Tags of the other side's go with it.
pub(crate) fn forget(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let Some(row) = get::<Attachment>(cx, id)?.filter(|a| !a.lasts()) else { return Ok(()) };
    if let Some(key) = row.peer.as_ref().map(key_of)
        && let Some(theirs) = cx.get::<Of<Attachment>>(&key)?
    {
        remove_at(cx, &key, &theirs)?;
    }
    remove(cx, &row)
}

/// Errors: InvalidTransitGatewayAttachmentID.NotFound; those of [`listed`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTransitGatewayPeeringAttachmentsRequest,
) -> Result<s::DescribeTransitGatewayPeeringAttachmentsResult, Fault> {
    let ask = Ask::new("DescribeTransitGatewayPeeringAttachments", &i.filters)
        .ids(&i.transit_gateway_attachment_ids)
        .pages(i.max_results, &i.next_token);
    let rows = of(cx, &i.transit_gateway_attachment_ids, "peering")?;
    let found = listed(cx, &ask, rows.into_iter().map(ToPeer))?;
    let shown = found.show(|a, tags| show_to_peer(cx, &a.0, tags));
    Ok(s::DescribeTransitGatewayPeeringAttachmentsResult {
        transit_gateway_peering_attachments: shown,
        next_token: found.next,
    })
}
