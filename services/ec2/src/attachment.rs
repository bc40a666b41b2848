//! Network interfaces on instances: which device index and card, how many a type takes, what detaching gives back.
//! Source: EC2 user guide, "Elastic network interfaces", "Network cards"; EC2 API reference, "AttachNetworkInterface"
//! (2026-11-22); texts as reported by users of the API.

use codec::Fault;
use kernel::Cx;

use crate::elastic_ip::ElasticIp;
use crate::err::{combination, fault, invalid_value};
use crate::id;
use crate::instance::{self, Instance};
use crate::instance_type::{self, InstanceType};
use crate::network_interface::{self, Attachment, NetworkInterface};
use crate::resource::{get, on, save};
use crate::trunk;

/// Where on an instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) device_index: i32,
    pub(crate) card: i32,
    pub(crate) delete_on_termination: bool,
}

/// Attaches a free interface and stores it.
///
/// Errors: InvalidNetworkInterface.InUse; InvalidParameterCombination: another zone; InvalidParameterValue: device index or
/// card; AttachmentLimitExceeded; PrivateIpAddressLimitExceeded; UnsupportedOperation: a trunk on a type without.
pub(crate) fn attach(
    cx: &mut Cx,
    n: NetworkInterface,
    to: &Instance,
    place: Place,
) -> Result<NetworkInterface, Fault> {
    let others = instance::interfaces(cx, to)?;
    let taken: Vec<(i32, i32)> =
        others.iter().filter_map(|o| o.attachment.as_ref()).map(Attachment::place).collect();
    let n = attached(cx, n, to, place, &taken)?;
    save(cx, &n)?;
    of_addresses(cx, &n.id, &to.id)?;
    Ok(n)
}

/// A free interface as it is when attached to an instance that has others at these places (card and index).
///
/// Errors: those of [`attach`].
pub(crate) fn attached(
    cx: &Cx,
    mut n: NetworkInterface,
    to: &Instance,
    place: Place,
    taken: &[(i32, i32)],
) -> Result<NetworkInterface, Fault> {
    if n.attachment.is_some() {
        return Err(fault("InvalidNetworkInterface.InUse", format!("Interface: [{}] in use.", n.id)));
    }
    if n.zone != to.zone {
        return Err(combination(
            "You may not attach a network interface to an instance if they are not in the same availability zone",
        ));
    }
    if let Some(kind) = instance_type::named(&to.kind) {
        room(&kind, to, taken, place)?;
        network_interface::fits(&n, &kind)?;
        trunk::fits(cx, &n, &kind)?;
    }
    n.attachment = Some(Attachment {
        id: id::fresh(cx, "eni-attach"),
        instance: to.id.clone(),
        instance_owner: cx.scope.account.clone(),
        device_index: place.device_index,
        network_card_index: place.card,
        delete_on_termination: place.delete_on_termination,
        attached_ms: cx.now_ms,
    });
    Ok(n)
}

fn room(kind: &InstanceType, to: &Instance, taken: &[(i32, i32)], place: Place) -> Result<(), Fault> {
    let index = place.device_index;
    if index < 0 {
        return Err(invalid_value(format!("Invalid value '{index}' for deviceIndex.")));
    }
    if place.card < 0 || place.card >= kind.cards() {
        return Err(invalid_value(format!(
            "Invalid value '{}' for networkCardIndex. Instance type {} has {} network card(s).",
            place.card,
            kind.name(),
            kind.cards()
        )));
    }
    if taken.contains(&(place.card, index)) {
        let text =
            format!("Instance '{}' already has an interface attached at device index '{index}'.", to.id);
        return Err(invalid_value(text));
    }
    let more = taken.len() + 1;
    if i32::try_from(more).unwrap_or(i32::MAX) > kind.interfaces() {
        let text = format!("Interface count {more} exceeds the limit for {}", kind.name());
        return Err(fault("AttachmentLimitExceeded", text));
    }
    Ok(())
}

/// Its Elastic IP addresses name the instance, or no longer do.
pub(crate) fn of_addresses(cx: &mut Cx, interface: &str, instance: &str) -> Result<(), Fault> {
    for mut address in on::<ElasticIp>(cx, interface)? {
        instance.clone_into(&mut address.instance);
        save(cx, &address)?;
    }
    Ok(())
}

/// Detaches an interface.
pub(crate) fn detach(cx: &mut Cx, mut n: NetworkInterface) -> Result<(), Fault> {
    n.attachment = None;
    save(cx, &n)?;
    of_addresses(cx, &n.id, "")
}

/// Gives a started instance a public address, if its first interface wants one and is its only one.
pub(crate) fn public_on_start(cx: &mut Cx, row: &mut Instance) -> Result<(), Fault> {
    let all = instance::interfaces(cx, row)?;
    let [n] = all.as_slice() else { return Ok(()) };
    if n.wants_public
        && row.public_ip.is_empty()
        && !n.ipv4.is_empty()
        && on::<ElasticIp>(cx, &n.id)?.is_empty()
    {
        row.public_ip = crate::elastic_ip::take_public(cx, &row.id)?;
    }
    Ok(())
}

/// Takes the public address that an instance got by itself away, since the interface's Elastic IP stands for it now.
pub(crate) fn replaced_public(cx: &mut Cx, n: &NetworkInterface, private_ip: &str) -> Result<(), Fault> {
    let Some(a) = n.attachment.as_ref().filter(|a| a.is_first() && private_ip == n.primary()) else {
        return Ok(());
    };
    let Some(mut row) = get::<Instance>(cx, &a.instance)? else { return Ok(()) };
    if !row.public_ip.is_empty() {
        instance::give_public_back(cx, &mut row);
        save(cx, &row)?;
    }
    Ok(())
}
