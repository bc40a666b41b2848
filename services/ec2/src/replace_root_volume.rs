//! Tasks that replace the root volume of a running instance: from the snapshot that it was launched from, from one of its own
//! snapshots, from another image. The volume is replaced at once; the task is shown in progress for AWS's usual time.
//! Source: EC2 user guide, "Replace the root volume for an Amazon EC2 instance without stopping it" (2026-11-22); texts inferred.

use codec::Fault;
use kernel::{Cx, Operation};
use shapes_ec2 as s;
use shapes_ec2::op;
use store::{Row, RowError, RowReader, RowWriter};

use crate::describe::{Ask, stored};
use crate::err::{self, combination, fault, invalid_value};
use crate::filter::Accessor;
use crate::image;
use crate::instance::{self, Instance, RUNNING};
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource, find, on, remove, save};
use crate::tags::{self, Tags};
use crate::volume::{Attached, VOLUME, Volume};
use crate::{guard, id, snapshot, token};

pub(crate) static TASK: Kind = Kind {
    noun: "replace-root-volume-task",
    prefix: "replacevol",
    not_found: (
        "InvalidReplaceRootVolumeTaskId.NotFound",
        "The replace root volume task ID '{}' does not exist",
    ),
    malformed: None,
    seen: resource::seen::<Task>,
};

/// How long AWS takes.
const USUAL_MS: i64 = 60_000;

/// A task.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) instance: String,
    pub(crate) image: String,
    pub(crate) snapshot: String,
    /// The volume that was the root before.
    pub(crate) replaced: String,
    pub(crate) deletes: bool,
    pub(crate) started_ms: i64,
    pub(crate) ready_ms: i64,
}

impl Row for Task {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.instance);
        w.put(3, &self.image);
        w.put(4, &self.snapshot);
        w.put(5, &self.replaced);
        w.put(6, &self.deletes);
        w.put(7, &self.started_ms);
        w.put(8, &self.ready_ms);
    }
    fn read(r: &mut RowReader) -> Result<Task, RowError> {
        Ok(Task {
            id: r.get(1)?,
            instance: r.get(2)?,
            image: r.get(3)?,
            snapshot: r.get(4)?,
            replaced: r.get(5)?,
            deletes: r.get(6)?,
            started_ms: r.get(7)?,
            ready_ms: r.get(8)?,
        })
    }
}

impl Listed for Task {
    const FILTERS: &'static [(&'static str, Accessor<Task>)] = &[("instance-id", |t, p| p.text(&t.instance))];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Task {
    const TABLE: &'static str = "ec2.replace_root_volume_task";
    const KIND: &'static Kind = &TASK;
    const LINKED: &'static [&'static str] = &["instance-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.instance.clone()]
    }
}

/// Rows of the operation table.
pub(crate) fn table() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateReplaceRootVolumeTask>(
            guard::of::<op::CreateReplaceRootVolumeTask>,
            create,
        ),
        Operation::read::<op::DescribeReplaceRootVolumeTasks>(
            guard::of::<op::DescribeReplaceRootVolumeTasks>,
            describe,
        ),
    ]
}

/// Tasks of an instance that is no longer shown.
pub(crate) fn forget(cx: &mut Cx, instance: &str) -> Result<(), Fault> {
    for task in on::<Task>(cx, instance)? {
        remove(cx, &task)?;
    }
    Ok(())
}

/// What a root volume is made of: a snapshot, its size, whether it is encrypted, its image if that changes.
struct Source {
    snapshot: String,
    size_gb: i32,
    encrypted: bool,
}

/// Errors: InvalidParameterCombination: image and snapshot; InvalidSnapshot.NotFound; IncorrectState: not complete;
/// InvalidParameterValue: of another volume; InvalidAMIID.NotFound; those of an image that doesn't fit.
fn source(
    cx: &Cx,
    i: &s::CreateReplaceRootVolumeTaskRequest,
    row: &Instance,
    root: &Volume,
) -> Result<Source, Fault> {
    match (i.snapshot_id.as_deref(), i.image_id.as_deref()) {
        (Some(_), Some(_)) => {
            Err(combination("The parameter snapshotId cannot be used with the parameter imageId"))
        }
        (Some(id), None) => {
            let found = snapshot::find(cx, id)?;
            if found.state(cx) != "completed" {
                let text = format!("Snapshot is in invalid state - {}", found.state(cx));
                return Err(fault("IncorrectState", text));
            }
            let earlier = on::<Task>(cx, &row.id)?;
            let own = found.volume == root.id || earlier.iter().any(|t| t.replaced == found.volume);
            if !own {
                return Err(invalid_value(format!(
                    "The snapshot '{id}' was not created from the root volume of the instance '{}'",
                    row.id
                )));
            }
            Ok(Source { snapshot: found.id, size_gb: found.size_gb, encrypted: found.encrypted })
        }
        (None, Some(id)) => {
            let a = image::find(cx, id)?;
            if a.state(cx) != "available" {
                let text = format!("The image ID '{id}' is not available");
                return Err(fault("InvalidAMIID.Unavailable", text));
            }
            let alike = a.architecture() == row.architecture
                && a.virtualization() == row.virtualization
                && a.platform() == row.platform
                && a.boot_mode().unwrap_or_default() == row.boot_mode;
            if !alike {
                return Err(invalid_value(format!(
                    "The image '{id}' must have the platform, architecture, virtualization type and boot mode of the instance"
                )));
            }
            let device = a.devices().into_iter().find(|d| d.name == a.root() && d.virtual_name.is_empty());
            let device =
                device.ok_or_else(|| invalid_value(format!("The image '{id}' has no root volume")))?;
            Ok(Source { snapshot: device.snapshot, size_gb: device.size_gb, encrypted: device.encrypted })
        }
        (None, None) => Ok(Source { snapshot: root.snapshot.clone(), size_gb: 0, encrypted: root.encrypted }),
    }
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: it isn't running; those of [`source`];
/// IdempotentParameterMismatch.
fn create(
    cx: &mut Cx,
    i: &s::CreateReplaceRootVolumeTaskRequest,
) -> Result<s::CreateReplaceRootVolumeTaskResult, Fault> {
    err::refuse(&[
        ("VolumeId", i.volume_id.is_some()),
        ("VolumeInitializationRate", i.volume_initialization_rate.is_some()),
    ])?;
    let given = tags::for_new(i.tag_specifications.as_deref(), &TASK)?;
    let (made, token) = token::look_up(cx, "CreateReplaceRootVolumeTask", i.client_token.as_deref(), i)?;
    if let Some(id) = made {
        let task = find::<Task>(cx, &id)?;
        let shown = show(cx, &task, &tags::of(cx, &id)?);
        return Ok(s::CreateReplaceRootVolumeTaskResult { replace_root_volume_task: Some(shown) });
    }
    let row = instance::living(cx, &i.instance_id)?;
    if row.state(cx) != RUNNING {
        let text = format!("The instance '{}' is not in the 'running' state.", row.id);
        return Err(fault("IncorrectInstanceState", text));
    }
    let is_root = |v: &Volume| v.attached.iter().any(|a| a.instance == row.id && a.device == row.root);
    let old = on::<Volume>(cx, &row.id)?.into_iter().find(is_root);
    let old = old.ok_or_else(|| invalid_value("The instance has no root volume of EBS"))?;
    let from = source(cx, i, &row, &old)?;
    let task = Task {
        id: id::fresh(cx, TASK.prefix),
        instance: row.id.clone(),
        image: i.image_id.clone().unwrap_or_default(),
        snapshot: i.snapshot_id.clone().unwrap_or_default(),
        replaced: old.id.clone(),
        deletes: i.delete_replaced_root_volume == Some(true),
        started_ms: cx.now_ms,
        ready_ms: crate::vpc::ready_ms(cx, USUAL_MS),
    };
    replace(cx, row, old, &from, &task)?;
    save(cx, &task)?;
    tags::add(cx, &TASK, &task.id, &given)?;
    token::keep(cx, token, &task.id);
    let shown = s::ReplaceRootVolumeTask {
        task_state: Some("pending".to_owned()),
        complete_time: None,
        ..show(cx, &task, &given)
    };
    Ok(s::CreateReplaceRootVolumeTaskResult { replace_root_volume_task: Some(shown) })
}

/// The new volume takes the old one's place, type and rates; the old one is free, or gone.
fn replace(cx: &mut Cx, mut row: Instance, mut old: Volume, from: &Source, task: &Task) -> Result<(), Fault> {
    let mut make = old.now(cx).clone();
    make.size_gb = make.size_gb.max(from.size_gb);
    let zone = (old.zone.clone(), old.zone_id.clone());
    let mut new = Volume::new(cx, make, (&zone.0, &zone.1), &from.snapshot, from.encrypted || old.encrypted)?;
    let at = old.attached.iter().position(|a| a.instance == row.id);
    let was = at.map(|at| old.attached.remove(at)).unwrap_or_default();
    new.attached.push(Attached { at_ms: cx.now_ms, ..was });
    save(cx, &new)?;
    let copied: Tags = tags::of(cx, &old.id)?.into_iter().filter(|(k, _)| !k.starts_with("aws:")).collect();
    tags::add(cx, &VOLUME, &new.id, &copied)?;
    save(cx, &old)?;
    if task.deletes {
        remove(cx, &old)?;
    }
    if !task.image.is_empty() {
        row.image.clone_from(&task.image);
        save(cx, &row)?;
    }
    Ok(())
}

/// Errors: InvalidReplaceRootVolumeTaskId.NotFound; those of [`stored`].
fn describe(
    cx: &mut Cx,
    i: &s::DescribeReplaceRootVolumeTasksRequest,
) -> Result<s::DescribeReplaceRootVolumeTasksResult, Fault> {
    let ask = Ask::new("DescribeReplaceRootVolumeTasks", &i.filters)
        .ids(&i.replace_root_volume_task_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 50);
    let found = stored::<Task>(cx, &ask)?;
    let replace_root_volume_tasks = found.show(|t, tags| show(cx, t, tags));
    Ok(s::DescribeReplaceRootVolumeTasksResult { replace_root_volume_tasks, next_token: found.next })
}

/// As answers show it.
fn show(cx: &Cx, t: &Task, tags: &Tags) -> s::ReplaceRootVolumeTask {
    let done = cx.now_ms >= t.ready_ms;
    let some = |t: &String| Some(t.clone()).filter(|t| !t.is_empty());
    s::ReplaceRootVolumeTask {
        replace_root_volume_task_id: Some(t.id.clone()),
        instance_id: Some(t.instance.clone()),
        task_state: Some(if done { "succeeded" } else { "in-progress" }.to_owned()),
        start_time: Some(kernel::text::iso_time(t.started_ms)),
        complete_time: done.then(|| kernel::text::iso_time(t.ready_ms)),
        tags: tags::shown(tags),
        image_id: some(&t.image),
        snapshot_id: some(&t.snapshot),
        delete_replaced_root_volume: Some(t.deletes),
    }
}
