//! `DescribeVolumes`, `DescribeVolumeStatus`, `DescribeVolumesModifications`.
//! Source: EC2 API reference, the operations (2026-11-22).

use std::collections::BTreeSet;

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    DescribeVolumeStatusRequest, DescribeVolumeStatusResult, DescribeVolumesModificationsRequest,
    DescribeVolumesModificationsResult, DescribeVolumesRequest, DescribeVolumesResult, VolumeStatusDetails,
    VolumeStatusInfo, VolumeStatusItem,
};

use crate::describe::{Ask, listed, stored};
use crate::filter::Accessor;
use crate::resource::{Listed, all_after, find};
use crate::volume::{self, Volume};

/// Errors: those of [`stored`].
pub(crate) fn decide(cx: &mut Cx, i: &DescribeVolumesRequest) -> Result<DescribeVolumesResult, Fault> {
    let ask = Ask::new("DescribeVolumes", &i.filters)
        .ids(&i.volume_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("volumeIds");
    let found = stored::<Volume>(cx, &ask)?;
    let volumes = found.show(|v, tags| volume::show(cx, v, tags));
    Ok(DescribeVolumesResult { next_token: found.next, volumes })
}

/// A volume under the filters of its status.
pub(crate) struct Status(Volume);

impl Listed for Status {
    const SHOWS_TAGS: bool = false;
    const FILTERS: &'static [(&'static str, Accessor<Status>)] = &[
        ("action.code", |_, _| {}),
        ("action.description", |_, _| {}),
        ("action.event-id", |_, _| {}),
        ("availability-zone", |v, p| p.text(&v.0.zone)),
        ("availability-zone-id", |v, p| p.text(&v.0.zone_id)),
        ("event.description", |_, _| {}),
        ("event.event-id", |_, _| {}),
        ("event.event-type", |_, _| {}),
        ("event.not-after", |_, _| {}),
        ("event.not-before", |_, _| {}),
        ("operator.managed", |_, p| p.flag(false)),
        ("operator.principal", |_, _| {}),
        ("volume-status.details-name", |_, p| p.each(["io-enabled", "io-performance"])),
        ("volume-status.details-status", |_, p| p.each(["passed", "not-applicable"])),
        ("volume-status.status", |_, p| p.text("ok")),
    ];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// The volumes that are asked for, from where the page begins.
fn volumes<'a>(cx: &'a Cx<'_>, ask: &Ask<'_>) -> Result<Box<dyn Iterator<Item = Volume> + 'a>, Fault> {
    let after = ask.start(cx)?;
    Ok(match ask.ids {
        None => Box::new(all_after::<Volume>(cx, after.as_deref())?),
        Some(ids) => {
            let ids: BTreeSet<_> = ids.iter().collect();
            let rows = ids.into_iter().map(|id| find::<Volume>(cx, id)).collect::<Result<Vec<_>, _>>()?;
            Box::new(rows.into_iter())
        }
    })
}

/// Errors: InvalidVolume.NotFound; those of [`listed`].
pub(crate) fn status(
    cx: &mut Cx,
    i: &DescribeVolumeStatusRequest,
) -> Result<DescribeVolumeStatusResult, Fault> {
    let ask = Ask::new("DescribeVolumeStatus", &i.filters)
        .ids(&i.volume_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("volumeIds");
    let found = listed(cx, &ask, volumes(cx, &ask)?.map(Status))?;
    let detail = |name: &str, status: &str| VolumeStatusDetails {
        name: Some(name.to_owned()),
        status: Some(status.to_owned()),
    };
    let volume_statuses = found.show(|v, _| VolumeStatusItem {
        actions: Some(Vec::new()),
        events: Some(Vec::new()),
        availability_zone: Some(v.0.zone.clone()),
        availability_zone_id: Some(v.0.zone_id.clone()),
        volume_id: Some(v.0.id.clone()),
        volume_status: Some(VolumeStatusInfo {
            details: Some(vec![detail("io-enabled", "passed"), detail("io-performance", "not-applicable")]),
            status: Some("ok".to_owned()),
        }),
        ..VolumeStatusItem::default()
    });
    Ok(DescribeVolumeStatusResult { next_token: found.next, volume_statuses })
}

/// A volume under the filters of its modification.
pub(crate) struct Modified(Volume, volume::Make);

impl Listed for Modified {
    const SHOWS_TAGS: bool = false;
    const FILTERS: &'static [(&'static str, Accessor<Modified>)] = &[
        ("modification-state", |v, p| p.maybe(v.0.modification(p.cx).map(|m| m.0))),
        ("original-iops", |v, p| p.number(v.1.iops)),
        ("original-size", |v, p| p.number(v.1.size_gb)),
        ("original-volume-type", |v, p| p.text(&v.1.kind)),
        ("originalMultiAttachEnabled", |v, p| p.flag(v.1.multi_attach)),
        ("start-time", |v, p| p.time(v.0.modified_ms)),
        ("target-iops", |v, p| p.number(v.0.make.iops)),
        ("target-size", |v, p| p.number(v.0.make.size_gb)),
        ("target-volume-type", |v, p| p.text(&v.0.make.kind)),
        ("targetMultiAttachEnabled", |v, p| p.flag(v.0.make.multi_attach)),
        ("volume-id", |v, p| p.text(&v.0.id)),
    ];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Errors: InvalidVolume.NotFound; InvalidVolumeModification.NotFound: a volume that was never modified; those of [`listed`].
pub(crate) fn modifications(
    cx: &mut Cx,
    i: &DescribeVolumesModificationsRequest,
) -> Result<DescribeVolumesModificationsResult, Fault> {
    let ask = Ask::new("DescribeVolumesModifications", &i.filters)
        .ids(&i.volume_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 500);
    if ask.ids.is_some()
        && let Some(v) = volumes(cx, &ask)?.find(|v| v.before.is_none())
    {
        let text = format!("Modification for volume '{}' does not exist.", v.id);
        return Err(crate::err::fault("InvalidVolumeModification.NotFound", text));
    }
    let rows = volumes(cx, &ask)?.filter_map(|v| {
        let before = v.before.clone()?;
        Some(Modified(v, before))
    });
    let found = listed(cx, &ask, rows)?;
    let shown = found.items.iter().filter_map(|(v, _)| volume::show_modification(cx, &v.0)).collect();
    Ok(DescribeVolumesModificationsResult { next_token: found.next, volumes_modifications: Some(shown) })
}
