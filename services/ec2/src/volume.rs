//! Volumes: rows, what they may be made with, their attachments, what they look like. A modification in progress is part of
//! the row; how far it is follows from the clock.
//! Source: EBS user guide, "Amazon EBS volume types", "Modify a volume" (2026-11-22); sizes and rates of the types from there.

use codec::{Fault, Timestamp};
use kernel::{Cx, Profile};
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::{combination, fault, invalid_parameter, invalid_value, missing};
use crate::filter::Accessor;
use crate::instance::{Disk, Part};
use crate::kind::{Keys, Kind};
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static VOLUME: Kind = Kind {
    noun: "volume",
    prefix: "vol",
    not_found: ("InvalidVolume.NotFound", "The volume '{}' does not exist."),
    malformed: Some((
        "InvalidParameterValue",
        "Value ({}) for parameter volumeId is invalid. Expected: 'vol-...'.",
    )),
    seen: resource::seen::<Volume>,
};

/// How long a modification optimizes, at AWS and in `real`.
const OPTIMIZING_MS: i64 = 10 * 60_000;
/// How long it takes until the new size and rates hold.
const MODIFYING_MS: i64 = 10_000;

/// An instance that has the volume.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Attached {
    pub(crate) instance: String,
    /// `/dev/sdf`
    pub(crate) device: String,
    pub(crate) delete_on_termination: bool,
    pub(crate) at_ms: i64,
}

impl Row for Attached {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.instance);
        w.put(2, &self.device);
        w.put(3, &self.delete_on_termination);
        w.put(4, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Attached, RowError> {
        Ok(Attached {
            instance: r.get(1)?,
            device: r.get(2)?,
            delete_on_termination: r.get(3)?,
            at_ms: r.get(4)?,
        })
    }
}

/// Type, size and rates.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Make {
    /// `gp3`, …
    pub(crate) kind: String,
    pub(crate) size_gb: i32,
    /// 0 where the type has none.
    pub(crate) iops: i32,
    /// Megabytes a second; 0 where the type has none.
    pub(crate) throughput: i32,
    pub(crate) multi_attach: bool,
}

impl Row for Make {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.kind);
        w.put(2, &self.size_gb);
        w.put(3, &self.iops);
        w.put(4, &self.throughput);
        w.put(5, &self.multi_attach);
    }
    fn read(r: &mut RowReader) -> Result<Make, RowError> {
        Ok(Make {
            kind: r.get(1)?,
            size_gb: r.get(2)?,
            iops: r.get(3)?,
            throughput: r.get(4)?,
            multi_attach: r.get(5)?,
        })
    }
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Volume {
    pub(crate) id: String,
    /// Name and id of its zone.
    pub(crate) zone: String,
    pub(crate) zone_id: String,
    pub(crate) make: Make,
    pub(crate) snapshot: String,
    pub(crate) encrypted: bool,
    pub(crate) created_ms: i64,
    /// From when on it is available.
    pub(crate) ready_ms: i64,
    pub(crate) attached: Vec<Attached>,
    /// What it was before its newest modification.
    pub(crate) before: Option<Make>,
    /// When that began; 0 for none.
    pub(crate) modified_ms: i64,
    /// Its I/O is to go on by itself after an impairment.
    pub(crate) auto_io: bool,
}

impl Row for Volume {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.zone);
        w.put(3, &self.zone_id);
        w.put(4, &self.make);
        w.put(5, &self.snapshot);
        w.put(6, &self.encrypted);
        w.put(7, &self.created_ms);
        w.put(8, &self.ready_ms);
        w.put(9, &self.attached);
        w.put(10, &self.before);
        w.put(11, &self.modified_ms);
        w.put(12, &self.auto_io);
    }
    fn read(r: &mut RowReader) -> Result<Volume, RowError> {
        Ok(Volume {
            id: r.get(1)?,
            zone: r.get(2)?,
            zone_id: r.get(3)?,
            make: r.get(4)?,
            snapshot: r.get(5)?,
            encrypted: r.get(6)?,
            created_ms: r.get(7)?,
            ready_ms: r.get(8)?,
            attached: r.get(9)?,
            before: r.get(10)?,
            modified_ms: r.get(11)?,
            auto_io: r.get(12)?,
        })
    }
}

/// What a type of volume may be.
struct Limits {
    kind: &'static str,
    size_gb: (i32, i32),
    /// Least, most, most a gigabyte; none can be set where most is 0.
    iops: (i32, i32, i32),
    throughput: (i32, i32),
}

static TYPES: &[Limits] = &[
    Limits { kind: "gp3", size_gb: (1, 65_536), iops: (3_000, 80_000, 500), throughput: (125, 2_000) },
    Limits { kind: "gp2", size_gb: (1, 16_384), iops: (0, 0, 0), throughput: (0, 0) },
    Limits { kind: "io1", size_gb: (4, 16_384), iops: (100, 64_000, 50), throughput: (0, 0) },
    Limits { kind: "io2", size_gb: (4, 65_536), iops: (100, 256_000, 1_000), throughput: (0, 0) },
    Limits { kind: "st1", size_gb: (125, 16_384), iops: (0, 0, 0), throughput: (0, 0) },
    Limits { kind: "sc1", size_gb: (125, 16_384), iops: (0, 0, 0), throughput: (0, 0) },
    Limits { kind: "standard", size_gb: (1, 1_024), iops: (0, 0, 0), throughput: (0, 0) },
];

/// The refusal of a type that there isn't.
pub(crate) fn unknown_type(kind: &str) -> Fault {
    fault("UnknownVolumeType", format!("Unsupported volume type '{kind}' for volume creation."))
}

/// What a request asks for, checked against the rules of its type.
///
/// Errors: UnknownVolumeType; InvalidParameterValue: size, IOPS, throughput; InvalidParameterCombination: a rate that the
/// type doesn't have, multi-attach for others than io1 and io2; MissingParameter: IOPS of io1 and io2.
pub(crate) fn checked(
    kind: &str,
    size_gb: i32,
    iops: Option<i32>,
    throughput: Option<i32>,
    multi_attach: bool,
) -> Result<Make, Fault> {
    let Some(l) = TYPES.iter().find(|l| l.kind == kind) else {
        return Err(unknown_type(kind));
    };
    if size_gb < l.size_gb.0 || size_gb > l.size_gb.1 {
        let text = format!(
            "Volume of {size_gb}GiB is invalid; must be between {}GiB and {}GiB.",
            l.size_gb.0, l.size_gb.1
        );
        return Err(invalid_value(text));
    }
    if multi_attach && !matches!(kind, "io1" | "io2") {
        return Err(combination(
            "The parameter multiAttachEnabled can be used with volumes of type io1 and io2 only.",
        ));
    }
    let iops = rate_of_iops(l, size_gb, iops)?;
    let throughput = match throughput {
        Some(_) if l.throughput.1 == 0 => {
            return Err(combination(format!(
                "The parameter throughput is not supported for {kind} volumes."
            )));
        }
        Some(n) if n < l.throughput.0 || n > l.throughput.1 => {
            let text = format!("Throughput must be between {} and {} MiB/s.", l.throughput.0, l.throughput.1);
            return Err(invalid_value(text));
        }
        Some(n) if n * 4 > iops => {
            return Err(invalid_value(format!(
                "Throughput (MiBps) to iops ratio of {:.6} is too high; maximum is 0.250000 MiBps per iops.",
                f64::from(n) / f64::from(iops)
            )));
        }
        given => given.unwrap_or(l.throughput.0),
    };
    Ok(Make { kind: kind.to_owned(), size_gb, iops, throughput, multi_attach })
}

fn rate_of_iops(l: &Limits, size_gb: i32, given: Option<i32>) -> Result<i32, Fault> {
    let (least, most, per_gb) = l.iops;
    match given {
        Some(_) if most == 0 => {
            Err(combination(format!("The parameter iops is not supported for {} volumes.", l.kind)))
        }
        Some(n) if n < least || n > most => Err(invalid_value(format!(
            "Volume iops of {n} is not valid; must be between {least} and {most}."
        ))),
        Some(n) if n > least && n > size_gb.saturating_mul(per_gb) => Err(invalid_value(format!(
            "Iops to volume size ratio of {:.6} is too high; maximum is {per_gb}.000000 iops per GiB.",
            f64::from(n) / f64::from(size_gb)
        ))),
        Some(n) => Ok(n),
        None if matches!(l.kind, "io1" | "io2") => Err(missing("iops")),
        // Three a gigabyte, at least 100, at most 16,000.
        None if l.kind == "gp2" => Ok((size_gb * 3).clamp(100, 16_000)),
        None => Ok(least),
    }
}

impl Volume {
    /// A new one, encrypted if it is asked for or the account does so by default.
    pub(crate) fn new(
        cx: &Cx,
        make: Make,
        zone: (&str, &str),
        snapshot: &str,
        encrypted: bool,
    ) -> Result<Volume, Fault> {
        Ok(Volume::plain(cx, make, zone, snapshot, encrypted)?.named(cx))
    }

    /// Itself with an id of its own.
    pub(crate) fn named(self, cx: &Cx) -> Volume {
        Volume { id: crate::id::fresh(cx, "vol"), ..self }
    }

    /// As [`Volume::new`], without an id.
    pub(crate) fn plain(
        cx: &Cx,
        make: Make,
        zone: (&str, &str),
        snapshot: &str,
        encrypted: bool,
    ) -> Result<Volume, Fault> {
        Ok(Volume {
            zone: zone.0.to_owned(),
            zone_id: zone.1.to_owned(),
            make,
            snapshot: snapshot.to_owned(),
            encrypted: encrypted || crate::settings::read(cx)?.encrypts,
            created_ms: cx.now_ms,
            ready_ms: crate::vpc::ready_ms(cx, 3_000),
            ..Volume::default()
        })
    }

    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        match self.attached.is_empty() {
            false => "in-use",
            true if cx.now_ms < self.ready_ms => "creating",
            true => "available",
        }
    }

    /// State and percent of its newest modification.
    pub(crate) fn modification(&self, cx: &Cx) -> Option<(&'static str, i64)> {
        self.before.as_ref()?;
        let passed = cx.now_ms - self.modified_ms;
        let (modifying, optimizing) = match cx.profile {
            Profile::Real => (MODIFYING_MS, OPTIMIZING_MS),
            _ => (0, 0),
        };
        Some(match passed {
            p if p < modifying => ("modifying", 0),
            p if p < modifying + optimizing => ("optimizing", (p - modifying) * 100 / optimizing),
            _ => ("completed", 100),
        })
    }

    /// When its newest modification is complete.
    fn modified_until_ms(&self, cx: &Cx) -> i64 {
        self.modified_ms + if cx.profile == Profile::Real { MODIFYING_MS + OPTIMIZING_MS } else { 0 }
    }

    /// Type, size and rates as they are now: a modification holds once it optimizes.
    pub(crate) fn now(&self, cx: &Cx) -> &Make {
        match (&self.before, self.modification(cx)) {
            (Some(before), Some(("modifying", _))) => before,
            _ => &self.make,
        }
    }
}

fn each_attached<'a>(v: &'a Volume, what: fn(&'a Attached) -> &'a str) -> impl Iterator<Item = &'a str> {
    v.attached.iter().map(what)
}

impl Listed for Volume {
    const FILTERS: &'static [(&'static str, Accessor<Volume>)] = &[
        ("attachment.attach-time", |v, p| v.attached.iter().for_each(|a| p.time(a.at_ms))),
        ("attachment.delete-on-termination", |v, p| {
            v.attached.iter().for_each(|a| p.flag(a.delete_on_termination))
        }),
        ("attachment.device", |v, p| p.each(each_attached(v, |a| &a.device))),
        ("attachment.instance-id", |v, p| p.each(each_attached(v, |a| &a.instance))),
        ("attachment.status", |v, p| p.each(v.attached.iter().map(|_| "attached"))),
        ("availability-zone", |v, p| p.text(&v.zone)),
        ("availability-zone-id", |v, p| p.text(&v.zone_id)),
        ("create-time", |v, p| p.time(v.created_ms)),
        ("encrypted", |v, p| p.flag(v.encrypted)),
        ("fast-restored", |_, p| p.flag(false)),
        ("multi-attach-enabled", |v, p| p.flag(v.make.multi_attach)),
        ("operator.managed", |_, p| p.flag(false)),
        ("operator.principal", |_, _| {}),
        ("size", |v, p| p.number(v.now(p.cx).size_gb)),
        ("snapshot-id", |v, p| p.text(&v.snapshot)),
        ("status", |v, p| p.text(v.state(p.cx))),
        ("volume-id", |v, p| p.text(&v.id)),
        ("volume-type", |v, p| p.text(&v.now(p.cx).kind)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Volume {
    const TABLE: &'static str = "ec2.volume";
    const KIND: &'static Kind = &VOLUME;
    const LINKED: &'static [&'static str] = &["attachment.instance-id", "snapshot-id"];
    fn parts(&self) -> Vec<(String, Part)> {
        let disk = |a: &Attached| Disk { volume: self.id.clone(), attached: a.clone() };
        self.attached.iter().map(|a| (a.instance.clone(), Part::Disk(disk(a)))).collect()
    }
    fn parents(&self) -> Vec<String> {
        let mut all: Vec<String> = self.attached.iter().map(|a| a.instance.clone()).collect();
        all.extend(Some(self.snapshot.clone()).filter(|s| !s.is_empty()));
        all.sort();
        all.dedup();
        all
    }
    fn keys(&self, _: &Cx) -> Keys {
        let mut keys = vec![
            ("ec2:AvailabilityZone", vec![self.zone.clone()]),
            ("ec2:Encrypted", vec![self.encrypted.to_string()]),
            ("ec2:VolumeID", vec![self.id.clone()]),
            ("ec2:VolumeSize", vec![self.make.size_gb.to_string()]),
            ("ec2:VolumeType", vec![self.make.kind.clone()]),
        ];
        if self.make.iops > 0 {
            keys.push(("ec2:VolumeIops", vec![self.make.iops.to_string()]));
        }
        if self.make.throughput > 0 {
            keys.push(("ec2:VolumeThroughput", vec![self.make.throughput.to_string()]));
        }
        keys
    }
}

/// As answers show an attachment.
pub(crate) fn show_attached(v: &Volume, a: &Attached, state: &str) -> s::VolumeAttachment {
    s::VolumeAttachment {
        delete_on_termination: Some(a.delete_on_termination),
        volume_id: Some(v.id.clone()),
        instance_id: Some(a.instance.clone()),
        device: Some(a.device.clone()),
        state: Some(state.to_owned()),
        attach_time: Some(Timestamp { epoch_ms: a.at_ms }),
        ..s::VolumeAttachment::default()
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, v: &Volume, tags: &Tags) -> s::Volume {
    let make = v.now(cx);
    let some = |n: i32| Some(n).filter(|n| *n > 0);
    s::Volume {
        availability_zone_id: Some(v.zone_id.clone()),
        iops: some(make.iops),
        tags: tags::shown(tags),
        volume_type: Some(make.kind.clone()),
        multi_attach_enabled: Some(make.multi_attach),
        throughput: some(make.throughput),
        volume_id: Some(v.id.clone()),
        size: Some(make.size_gb),
        snapshot_id: Some(v.snapshot.clone()),
        availability_zone: Some(v.zone.clone()),
        state: Some(v.state(cx).to_owned()),
        create_time: Some(Timestamp { epoch_ms: v.created_ms }),
        attachments: Some(v.attached.iter().map(|a| show_attached(v, a, "attached")).collect()),
        encrypted: Some(v.encrypted),
        ..s::Volume::default()
    }
}

/// As answers show its newest modification.
pub(crate) fn show_modification(cx: &Cx, v: &Volume) -> Option<s::VolumeModification> {
    let (before, (state, progress)) = (v.before.as_ref()?, v.modification(cx)?);
    let some = |n: i32| Some(n).filter(|n| *n > 0);
    Some(s::VolumeModification {
        volume_id: Some(v.id.clone()),
        modification_state: Some(state.to_owned()),
        target_size: Some(v.make.size_gb),
        target_iops: some(v.make.iops),
        target_volume_type: Some(v.make.kind.clone()),
        target_throughput: some(v.make.throughput),
        target_multi_attach_enabled: Some(v.make.multi_attach),
        original_size: Some(before.size_gb),
        original_iops: some(before.iops),
        original_volume_type: Some(before.kind.clone()),
        original_throughput: some(before.throughput),
        original_multi_attach_enabled: Some(before.multi_attach),
        progress: Some(progress),
        start_time: Some(Timestamp { epoch_ms: v.modified_ms }),
        end_time: (state == "completed").then(|| Timestamp { epoch_ms: v.modified_until_ms(cx) }),
        ..s::VolumeModification::default()
    })
}

/// Refuses a key of KMS: it isn't there yet.
pub(crate) fn no_key(key: Option<&String>) -> Result<(), Fault> {
    crate::err::refuse(&[("KmsKeyId", key.is_some())])
}

/// Refuses what a request says of a device's volume that isn't built.
pub(crate) fn plain(e: &s::EbsBlockDevice) -> Result<(), Fault> {
    no_key(e.kms_key_id.as_ref())?;
    crate::err::refuse(&[
        ("Ebs.OutpostArn", e.outpost_arn.is_some()),
        ("Ebs.VolumeInitializationRate", e.volume_initialization_rate.is_some()),
        ("Ebs.AvailabilityZone", e.availability_zone.is_some()),
        ("Ebs.AvailabilityZoneId", e.availability_zone_id.is_some()),
        ("Ebs.EbsCardIndex", e.ebs_card_index.is_some_and(|n| n != 0)),
    ])
}

/// A size in a request.
pub(crate) fn size(given: i32) -> Result<i32, Fault> {
    if given < 1 { Err(invalid_parameter(given, "size", "")) } else { Ok(given) }
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn types_have_their_rules() {
        let made = |kind, size, iops, throughput| checked(kind, size, iops, throughput, false);
        assert_eq!(made("gp3", 8, None, None).map(|m| (m.iops, m.throughput)).ok(), Some((3_000, 125)));
        assert_eq!(made("gp2", 8, None, None).map(|m| m.iops).ok(), Some(100));
        assert_eq!(made("gp2", 1_000, None, None).map(|m| m.iops).ok(), Some(3_000));
        for (wrong, code) in [
            (made("gp4", 8, None, None), "UnknownVolumeType"),
            (made("gp2", 8, Some(100), None), "InvalidParameterCombination"),
            (made("gp2", 8, None, Some(125)), "InvalidParameterCombination"),
            (made("gp3", 8, Some(5_000), None), "InvalidParameterValue"),
            (made("gp3", 8, Some(2_999), None), "InvalidParameterValue"),
            (made("gp3", 100, None, Some(1_000)), "InvalidParameterValue"),
            (made("io2", 8, None, None), "MissingParameter"),
            (made("st1", 8, None, None), "InvalidParameterValue"),
            (checked("gp3", 8, None, None, true), "InvalidParameterCombination"),
        ] {
            assert_eq!(wrong.map_err(|f| f.code().to_owned()), Err(code.to_owned()));
        }
    }
}
