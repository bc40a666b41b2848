//! `ModifyNetworkInterfaceAttribute`: one attribute a call.
//! Source: EC2 API reference, "ModifyNetworkInterfaceAttribute" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::ModifyNetworkInterfaceAttributeRequest;

use crate::elastic_ip;
use crate::err::{self, combination, fault};
use crate::instance::{Instance, give_public_back};
use crate::network_interface::{NetworkInterface, groups, public, users_own};
use crate::resource::{find, get, save};

/// Errors: InvalidNetworkInterfaceID.NotFound; InvalidParameterCombination: none or several; InvalidGroup.NotFound;
/// InvalidAttachmentID.NotFound; OperationNotPermitted: a primary IPv6 address stays primary.
pub(crate) fn decide(cx: &mut Cx, i: &ModifyNetworkInterfaceAttributeRequest) -> Result<Empty, Fault> {
    let queues = i.attachment.as_ref();
    err::refuse(&[
        ("EnaSrdSpecification", i.ena_srd_specification.is_some()),
        ("ConnectionTrackingSpecification", i.connection_tracking_specification.is_some()),
        ("AssociatedSubnetIds", i.associated_subnet_ids.is_some()),
        ("Attachment.DefaultEnaQueueCount", queues.is_some_and(|a| a.default_ena_queue_count.is_some())),
        ("Attachment.EnaQueueCount", queues.is_some_and(|a| a.ena_queue_count.is_some())),
    ])?;
    let mut row = users_own(find::<NetworkInterface>(cx, &i.network_interface_id)?)?;
    let mut changes = 0;
    if let Some(new) = i.description.as_ref().and_then(|d| d.value.clone()) {
        changes += 1;
        row.description = new;
    }
    if let Some(check) = i.source_dest_check.as_ref().and_then(|c| c.value) {
        changes += 1;
        row.skips_check = !check;
    }
    if let Some(new) = i.groups.as_deref().filter(|g| !g.is_empty()) {
        changes += 1;
        row.groups = groups(cx, &row.vpc, new)?;
    }
    if let Some(primary) = i.enable_primary_ipv6 {
        changes += 1;
        if row.has_primary_ipv6 && !primary {
            return Err(fault("OperationNotPermitted", "A primary IPv6 address cannot be disabled."));
        }
        row.has_primary_ipv6 = primary && !row.ipv6.is_empty();
    }
    if let Some(wanted) = &i.attachment {
        changes += 1;
        let there = row.attachment.as_mut().filter(|a| Some(&a.id) == wanted.attachment_id.as_ref());
        let there = there.ok_or_else(|| {
            let id = wanted.attachment_id.as_deref().unwrap_or_default();
            fault("InvalidAttachmentID.NotFound", format!("The attachment ID '{id}' does not exist"))
        })?;
        there.delete_on_termination = wanted.delete_on_termination.unwrap_or(there.delete_on_termination);
    }
    if let Some(wants) = i.associate_public_ip_address {
        changes += 1;
        row.wants_public = wants;
        public_now(cx, &row)?;
    }
    if changes != 1 {
        return Err(combination("Exactly one attribute must be modified at a time"));
    }
    save(cx, &row)?;
    Ok(Empty {})
}

/// A running instance's first interface gets or loses its public address at once.
fn public_now(cx: &mut Cx, row: &NetworkInterface) -> Result<(), Fault> {
    let first = row.attachment.as_ref().filter(|a| a.is_first());
    let instance = first.map(|a| get::<Instance>(cx, &a.instance)).transpose()?.flatten();
    let Some(mut instance) = instance.filter(|i| i.goal == "running") else { return Ok(()) };
    if !row.wants_public {
        give_public_back(cx, &mut instance);
    } else if instance.public_ip.is_empty() && !row.ipv4.is_empty() && public(cx, row)?.is_empty() {
        instance.public_ip = elastic_ip::take_public(cx, &instance.id)?;
    }
    save(cx, &instance)
}
