//! `DeleteVolume`: one that nothing has. Source: EC2 API reference, "DeleteVolume" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteVolumeRequest;

use crate::err::fault;
use crate::resource::{find, remove};
use crate::volume::Volume;

/// Errors: InvalidVolume.NotFound; VolumeInUse.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteVolumeRequest) -> Result<Empty, Fault> {
    let volume = find::<Volume>(cx, &i.volume_id)?;
    if let Some(a) = volume.attached.first() {
        let text = format!("Volume {} is currently attached to {}", volume.id, a.instance);
        return Err(fault("VolumeInUse", text));
    }
    remove(cx, &volume)?;
    Ok(Empty {})
}
