//! `AttachNetworkInterface`, `DetachNetworkInterface`. Source: EC2 API reference, the operations (2026-11-22).

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_ec2::{
    AttachNetworkInterfaceRequest, AttachNetworkInterfaceResult, DetachNetworkInterfaceRequest,
};

use crate::attachment::{self, Place};
use crate::err::{self, fault};
use crate::instance::{self, INSTANCE, RUNNING, STOPPED};
use crate::network_interface::{NETWORK_INTERFACE, NetworkInterface, users_own};
use crate::resource::{by_link, find};
use crate::{guard, id};

/// Errors: InvalidNetworkInterfaceID.NotFound; InvalidInstanceID.NotFound; IncorrectState: the instance is neither running
/// nor stopped; those of [`attachment::attach`].
pub(crate) fn attach(
    cx: &mut Cx,
    i: &AttachNetworkInterfaceRequest,
) -> Result<AttachNetworkInterfaceResult, Fault> {
    err::refuse(&[
        ("EnaSrdSpecification", i.ena_srd_specification.is_some()),
        ("EnaQueueCount", i.ena_queue_count.is_some()),
    ])?;
    let n = users_own(find::<NetworkInterface>(cx, &i.network_interface_id)?)?;
    let row = instance::living(cx, &i.instance_id)?;
    if row.state(cx) != RUNNING && row.state(cx) != STOPPED {
        let text = format!("Instance '{}' is not 'running' or 'stopped'.", row.id);
        return Err(fault("IncorrectState", text));
    }
    let card = i.network_card_index.unwrap_or(0);
    let place = Place { device_index: i.device_index, card, delete_on_termination: false };
    let n = attachment::attach(cx, n, &row, place)?;
    Ok(AttachNetworkInterfaceResult {
        attachment_id: n.attachment.map(|a| a.id),
        network_card_index: Some(card),
    })
}

fn attached(cx: &Cx, attachment: &str) -> Result<Option<NetworkInterface>, Fault> {
    let found = by_link::<NetworkInterface>(cx, attachment)?;
    Ok(found.filter(|n| n.attachment.as_ref().is_some_and(|a| a.id == attachment)))
}

/// Both ends of the attachment.
pub(crate) fn detach_guard(cx: &Cx, i: &DetachNetworkInterfaceRequest) -> Result<Guard, Fault> {
    let found = attached(cx, &i.attachment_id)?;
    let instance = found.as_ref().and_then(|n| n.attachment.as_ref()).map_or("*", |a| a.instance.as_str());
    let interface = found.as_ref().map_or("*", |n| n.id.as_str());
    Ok(Guard::of(guard::on(cx, &INSTANCE, instance)?).and(guard::on(cx, &NETWORK_INTERFACE, interface)?))
}

/// Errors: InvalidAttachmentID.Malformed; InvalidAttachmentID.NotFound; OperationNotPermitted: the first interface, or a
/// service's.
pub(crate) fn detach(cx: &mut Cx, i: &DetachNetworkInterfaceRequest) -> Result<Empty, Fault> {
    let wanted = i.attachment_id.as_str();
    if wanted.starts_with("ela-attach-") {
        let text = "You are not allowed to manage 'ela-attach' attachments.";
        return Err(fault("OperationNotPermitted", text));
    }
    if !id::is_well_formed("eni-attach", wanted) {
        return Err(fault("InvalidAttachmentID.Malformed", format!("Invalid id: \"{wanted}\"")));
    }
    let n = attached(cx, wanted)?.ok_or_else(|| {
        fault("InvalidAttachmentID.NotFound", format!("The attachment ID '{wanted}' does not exist"))
    })?;
    if n.attachment.as_ref().is_some_and(|a| a.is_first()) {
        let text = "The network interface at device index 0 cannot be detached.";
        return Err(fault("OperationNotPermitted", text));
    }
    attachment::detach(cx, n)?;
    Ok(Empty {})
}
