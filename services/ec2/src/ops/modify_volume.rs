//! `ModifyVolume`: size, type and rates, with progress by the clock; a size only grows.
//! Source: EBS user guide, "Request modifications to your EBS volumes", its limitations (2026-11-22).
//!
//! Differs from AWS: the wait of six hours between modifications isn't enforced with `--profile dev`.

use codec::Fault;
use kernel::{Cx, Profile};
use shapes_ec2::{ModifyVolumeRequest, ModifyVolumeResult};

use crate::err::{fault, invalid_value, missing};
use crate::resource::{find, save};
use crate::volume::{self, Volume};

/// Time between two modifications of a volume.
const COOLDOWN_MS: i64 = 6 * 3_600_000;

/// Errors: InvalidVolume.NotFound; MissingParameter: nothing to change; IncorrectModificationState: one is in progress;
/// VolumeModificationRateExceeded: within six hours; InvalidParameterValue: smaller; those of [`volume::checked`].
pub(crate) fn decide(cx: &mut Cx, i: &ModifyVolumeRequest) -> Result<ModifyVolumeResult, Fault> {
    let mut v = find::<Volume>(cx, &i.volume_id)?;
    if i.size.is_none()
        && i.volume_type.is_none()
        && i.iops.is_none()
        && i.throughput.is_none()
        && i.multi_attach_enabled.is_none()
    {
        return Err(missing("size, volumeType, iops, throughput or multiAttachEnabled"));
    }
    if v.modification(cx).is_some_and(|(state, _)| state != "completed") {
        return Err(fault("IncorrectModificationState", format!("Volume {} is being modified.", v.id)));
    }
    if cx.profile == Profile::Real && v.before.is_some() && cx.now_ms - v.modified_ms < COOLDOWN_MS {
        let text = format!(
            "You've reached the maximum modification rate per volume limit. Wait at least 6 hours between modifications per EBS volume. ({})",
            v.id
        );
        return Err(fault("VolumeModificationRateExceeded", text));
    }
    let old = v.make.clone();
    let size = i.size.unwrap_or(old.size_gb);
    if size < old.size_gb {
        return Err(invalid_value("New size cannot be smaller than existing size"));
    }
    let kind = i.volume_type.as_deref().unwrap_or(&old.kind);
    // A rate stays while the type does, if it is one that is set.
    let same = kind == old.kind;
    let kept = |now: i32| {
        Some(now).filter(|n| same && *n > 0 && !matches!(kind, "gp2" | "st1" | "sc1" | "standard"))
    };
    let multi = i.multi_attach_enabled.unwrap_or(old.multi_attach);
    let make =
        volume::checked(kind, size, i.iops.or(kept(old.iops)), i.throughput.or(kept(old.throughput)), multi)?;
    v.before = Some(old);
    v.make = make;
    v.modified_ms = cx.now_ms;
    save(cx, &v)?;
    let mut shown = volume::show_modification(cx, &v);
    if let Some(m) = &mut shown {
        (m.modification_state, m.progress, m.end_time) = (Some("modifying".to_owned()), Some(0), None);
    }
    Ok(ModifyVolumeResult { volume_modification: shown })
}
