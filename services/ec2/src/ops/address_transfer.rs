//! `EnableAddressTransfer`, `DisableAddressTransfer`, `AcceptAddressTransfer`, `DescribeAddressTransfers`.
//! Source: EC2 API reference, the operations; EC2 user guide, "Transfer an Elastic IP address between AWS accounts"
//! (2026-11-22). Texts are inferred.

use codec::Fault;
use kernel::{Cx, Guard, Place, RequestMeta, Scope};
use shapes_ec2 as s;
use shapes_ec2::op;
use store::{StoreError, Tx};

use crate::address_transfer::{Offer, Offers, STANDS_MS, show, withdraw};
use crate::describe::{Ask, listed};
use crate::elastic_ip::{ELASTIC_IP, ElasticIp, PublicIp, PublicIps};
use crate::err::{fault, invalid_parameter};
use crate::quotas::{self, room};
use crate::resource::{Of, ResourceKey, all, find, key, remove_at, save};
use crate::{reverse_name, tags, time};

/// Errors: InvalidAllocationID.NotFound; InvalidParameterValue: the account. An address that is bound, or has a name, can be
/// offered, but not taken.
pub(crate) fn enable(
    cx: &mut Cx,
    i: &s::EnableAddressTransferRequest,
) -> Result<s::EnableAddressTransferResult, Fault> {
    let to = &i.transfer_account_id;
    if to.len() != 12 || !to.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid_parameter(to, "transferAccountId", "It is no account ID."));
    }
    if *to == cx.scope.account {
        let why = "An address cannot be transferred to the account that owns it.";
        return Err(invalid_parameter(to, "transferAccountId", why));
    }
    let address = find::<ElasticIp>(cx, &i.allocation_id)?;
    let offer = Offer {
        id: address.id,
        public_ip: address.public_ip,
        to: to.clone(),
        expires_ms: cx.now_ms + STANDS_MS,
        accepted_ms: None,
    };
    cx.put::<Offers>(&key(cx, &offer.id), &offer);
    cx.timer_set(time::END_TRANSFER, &offer.id, offer.ends_ms())?;
    Ok(s::EnableAddressTransferResult { address_transfer: Some(show(&offer)) })
}

/// Errors: InvalidAllocationID.NotFound; InvalidParameterValue: it isn't offered (inferred).
pub(crate) fn disable(
    cx: &mut Cx,
    i: &s::DisableAddressTransferRequest,
) -> Result<s::DisableAddressTransferResult, Fault> {
    let address = find::<ElasticIp>(cx, &i.allocation_id)?;
    let Some(offer) = withdraw(cx, &address.id)? else {
        let why = "There is no pending transfer of this address.";
        return Err(invalid_parameter(&address.id, "allocationId", why));
    };
    let mut shown = show(&offer);
    shown.address_transfer_status = Some("disabled".to_owned());
    Ok(s::DisableAddressTransferResult { address_transfer: Some(shown) })
}

/// Who has an address of this region.
fn owner(tx: &Tx, scope: &Scope, address: &str) -> Result<Option<PublicIp>, StoreError> {
    Ok(tx.get::<PublicIps>(&address.to_owned())?.filter(|o| o.region == scope.region))
}

/// The account that an address comes from, which the decision holds to be in whose lane it is.
pub(crate) fn source(
    tx: &Tx,
    scope: &Scope,
    _: &RequestMeta,
    i: &mut s::AcceptAddressTransferRequest,
) -> Result<Option<String>, Fault> {
    let owner = owner(tx, scope, &i.address).map_err(|e| Fault::internal(e.to_string()))?;
    Ok(owner.map(|o| o.account))
}

/// The lanes of both accounts.
pub(crate) fn place(tx: &Tx, scope: Scope, i: &s::AcceptAddressTransferRequest) -> Result<Place, StoreError> {
    let owner = owner(tx, &scope, &i.address)?;
    let place = Place::at(scope.clone()).own_lane(&scope.account, scope.region);
    Ok(match owner {
        Some(owner) => place.own_lane(&owner.account, scope.region),
        None => place,
    })
}

/// Where the address is, and the offer of it to the caller.
///
/// Errors: InvalidAddress.NotFound: none that stands (inferred).
fn offered(cx: &Cx, address: &str) -> Result<(ResourceKey, Offer), Fault> {
    let owner = cx.get::<PublicIps>(&address.to_owned())?;
    let here = |o: &PublicIp| o.region == cx.scope.region && Some(o.account.as_str()) == cx.via;
    if let Some(owner) = owner.filter(here) {
        let key = (owner.account, owner.region, owner.id);
        let offer = cx.get::<Offers>(&key)?;
        if let Some(offer) = offer.filter(|o| o.to == cx.scope.account && o.stands(cx.now_ms)) {
            return Ok((key, offer));
        }
    }
    Err(fault("InvalidAddress.NotFound", format!("Address '{address}' not found.")))
}

/// On the address as it will be, under its allocation id where it is offered.
pub(crate) fn guard(cx: &Cx, i: &s::AcceptAddressTransferRequest) -> Result<Guard, Fault> {
    let mut guard = crate::guard::of::<op::AcceptAddressTransfer>(cx, i)?;
    let id = offered(cx, &i.address).ok().map(|(_, offer)| offer.id);
    for target in &mut guard.targets {
        target.keys.push(("ec2:Domain", vec!["vpc".to_owned()]));
        target.keys.push(("ec2:PublicIpAddress", vec![i.address.clone()]));
        if let Some(id) = &id {
            target.resource = ELASTIC_IP.arn(cx, id);
            target.keys.push(("ec2:AllocationId", vec![id.clone()]));
        }
    }
    Ok(guard)
}

/// Errors: InvalidAddress.NotFound; InvalidTransfer.AddressAssociated; InvalidTransfer.AddressCustomPtrSet;
/// AddressLimitExceeded.
pub(crate) fn accept(
    cx: &mut Cx,
    i: &s::AcceptAddressTransferRequest,
) -> Result<s::AcceptAddressTransferResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &ELASTIC_IP)?;
    let (there, offer) = offered(cx, &i.address)?;
    let row = cx.get::<Of<ElasticIp>>(&there)?.ok_or_else(|| ELASTIC_IP.not_found(&offer.id))?;
    if !row.association.is_empty() {
        let text =
            format!("The address {} is associated; the source account must disassociate it.", i.address);
        return Err(fault("InvalidTransfer.AddressAssociated", text));
    }
    if reverse_name::is_named(cx, &row) {
        let text =
            format!("The address {} has a reverse DNS record; the source account must remove it.", i.address);
        return Err(fault("InvalidTransfer.AddressCustomPtrSet", text));
    }
    room(cx, &quotas::ADDRESSES, all::<ElasticIp>(cx)?, 1)?;
    remove_at(cx, &there, &row)?;
    let row = ElasticIp { id: row.id, public_ip: row.public_ip, ..ElasticIp::default() };
    let owner = PublicIp {
        account: cx.scope.account.clone(),
        region: cx.scope.region.to_owned(),
        id: row.id.clone(),
    };
    cx.put::<PublicIps>(&row.public_ip, &owner);
    save(cx, &row)?;
    tags::add(cx, &ELASTIC_IP, &row.id, &tags)?;
    let offer = Offer { accepted_ms: Some(cx.now_ms), ..offer };
    cx.put::<Offers>(&there, &offer);
    let source = Place::at(Scope { account: there.0, ..cx.scope.clone() });
    cx.timer_set_at(source, time::END_TRANSFER, &offer.id, offer.ends_ms())?;
    Ok(s::AcceptAddressTransferResult { address_transfer: Some(show(&offer)) })
}

/// Offers of the own addresses.
///
/// Errors: InvalidAllocationID.NotFound; those of [`listed`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeAddressTransfersRequest,
) -> Result<s::DescribeAddressTransfersResult, Fault> {
    let ask = Ask::new("DescribeAddressTransfers", &None)
        .ids(&i.allocation_ids)
        .pages(i.max_results, &i.next_token);
    let mut rows = Vec::new();
    match ask.ids {
        Some(ids) => {
            for id in ids.iter().collect::<std::collections::BTreeSet<_>>() {
                match cx.get::<Offers>(&key(cx, id))? {
                    Some(offer) => rows.push(offer),
                    None => drop(find::<ElasticIp>(cx, id)?),
                }
            }
        }
        None => {
            let own = (cx.scope.account.clone(), cx.scope.region.to_owned());
            rows.extend(cx.scan_prefix::<Offers>(&own)?.map(|(_, offer)| offer));
        }
    }
    let found = listed(cx, &ask, rows.into_iter().filter(|o| cx.now_ms < o.ends_ms()))?;
    let address_transfers = found.show(|o, _| show(o));
    Ok(s::DescribeAddressTransfersResult { address_transfers, next_token: found.next })
}
