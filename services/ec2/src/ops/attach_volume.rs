//! `AttachVolume`, `DetachVolume`. Source: EC2 API reference, the operations (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AttachVolumeRequest, DetachVolumeRequest, VolumeAttachment};

use crate::err::{self, fault, invalid_value, missing};
use crate::instance::{self, Instance, RUNNING, STOPPED};
use crate::instance_type;
use crate::resource::{find, on, save};
use crate::volume::{self, Attached, Volume};

/// Errors: InvalidVolume.NotFound; InvalidInstanceID.NotFound; IncorrectInstanceState; IncorrectState: the volume isn't
/// available; VolumeInUse; InvalidVolume.ZoneMismatch; InvalidParameterValue: the device is taken; AttachmentLimitExceeded.
pub(crate) fn attach(cx: &mut Cx, i: &AttachVolumeRequest) -> Result<VolumeAttachment, Fault> {
    err::refuse(&[("EbsCardIndex", i.ebs_card_index.is_some_and(|n| n != 0))])?;
    let mut v = find::<Volume>(cx, &i.volume_id)?;
    let row = instance::living(cx, &i.instance_id)?;
    if row.state(cx) != RUNNING && row.state(cx) != STOPPED {
        let text = format!("Instance '{}' is not 'running'.", row.id);
        return Err(fault("IncorrectState", text));
    }
    if v.state(cx) == "creating" {
        let text = format!("Volume '{}' is not in the 'available' state.", v.id);
        return Err(fault("IncorrectState", text));
    }
    if v.zone != row.zone {
        let text =
            format!("The volume '{}' is not in the same availability zone as instance '{}'", v.id, row.id);
        return Err(fault("InvalidVolume.ZoneMismatch", text));
    }
    if v.attached.iter().any(|a| a.instance == row.id) || !v.attached.is_empty() && !v.make.multi_attach {
        return Err(fault("VolumeInUse", format!("{} is already attached to an instance", v.id)));
    }
    if v.attached.len() >= 16 {
        return Err(fault("VolumeInUse", format!("{} is attached to as many instances as it may be", v.id)));
    }
    let others = on::<Volume>(cx, &row.id)?;
    let taken = others.iter().flat_map(|o| &o.attached).any(|a| a.instance == row.id && a.device == i.device);
    if taken {
        let text = format!(
            "Invalid value '{}' for unixDevice. Attachment point {} is already in use",
            i.device, i.device
        );
        return Err(invalid_value(text));
    }
    let most = instance_type::named(&row.kind).map_or(28, |t| t.attachments());
    if i32::try_from(others.len()).unwrap_or(i32::MAX) >= most {
        return Err(fault(
            "AttachmentLimitExceeded",
            format!("The instance can't have more than {most} volumes"),
        ));
    }
    let made = Attached {
        instance: row.id,
        device: i.device.clone(),
        delete_on_termination: false,
        at_ms: cx.now_ms,
    };
    let shown = volume::show_attached(&v, &made, "attaching");
    v.attached.push(made);
    save(cx, &v)?;
    Ok(shown)
}

/// Errors: InvalidVolume.NotFound; IncorrectState: it isn't attached; InvalidAttachment.NotFound: elsewhere; MissingParameter:
/// attached to several; OperationNotPermitted: the root of a running instance.
pub(crate) fn detach(cx: &mut Cx, i: &DetachVolumeRequest) -> Result<VolumeAttachment, Fault> {
    let mut v = find::<Volume>(cx, &i.volume_id)?;
    if v.attached.is_empty() {
        return Err(fault("IncorrectState", format!("Volume '{}' is in the 'available' state.", v.id)));
    }
    if v.attached.len() > 1 && i.instance_id.is_none() {
        return Err(missing("instanceId"));
    }
    let fits = |a: &Attached| {
        i.instance_id.as_ref().is_none_or(|id| *id == a.instance)
            && i.device.as_ref().is_none_or(|d| *d == a.device)
    };
    let Some(at) = v.attached.iter().position(fits) else {
        let text = format!("Volume {} isn't attached there", v.id);
        return Err(fault("InvalidAttachment.NotFound", text));
    };
    let gone = v.attached.remove(at);
    let row = find::<Instance>(cx, &gone.instance)?;
    if row.root == gone.device && row.state(cx) != STOPPED {
        let text = format!("Unable to detach root volume '{}' from instance '{}'", v.id, row.id);
        return Err(fault("OperationNotPermitted", text));
    }
    save(cx, &v)?;
    Ok(volume::show_attached(&v, &gone, "detaching"))
}
