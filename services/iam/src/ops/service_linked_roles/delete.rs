//! `DeleteServiceLinkedRole` and the task that it starts.
//! Source: IAM API reference, "DeleteServiceLinkedRole" (a second request gets the first one's task),
//! "GetServiceLinkedRoleDeletionStatus".

use codec::Fault;
use directory::{Role, Roles};
use kernel::{Cx, Guard};
use shapes_iam::err as shapes_err;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::err;
use crate::holder::{self, Kind, arn_of};
use crate::managed::{self, Usage};
use crate::quotas::ROLES;
use crate::state::{home, key};

/// Kind of the timer that ends a deletion.
pub(crate) const DELETION: &str = "service-linked-role-deletion";
/// How long a deletion takes.
const TAKES_MS: i64 = 2_000;
/// How long a task can be asked about after its end.
const KEEP_MS: i64 = 7 * 86_400_000;

/// A deletion.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Deletion {
    role: String,
    role_id: String,
    asked_ms: i64,
    done: bool,
}

impl Row for Deletion {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.role);
        w.put(2, &self.role_id);
        w.put(3, &self.asked_ms);
        w.put(4, &self.done);
    }
    fn read(r: &mut RowReader) -> Result<Deletion, RowError> {
        Ok(Deletion { role: r.get(1)?, role_id: r.get(2)?, asked_ms: r.get(3)?, done: r.get(4)? })
    }
}

/// Deletions by partition, account and task id.
pub(crate) struct Deletions;
impl Table for Deletions {
    const NAME: &'static str = "iam.role_deletion";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = Deletion;
}

pub(super) fn decide(
    cx: &mut Cx,
    i: &shapes_iam::DeleteServiceLinkedRoleRequest,
) -> Result<shapes_iam::DeleteServiceLinkedRoleResponse, Fault> {
    let (_, role) = holder::find::<Role>(cx, &i.role_name)?;
    if !role.path.starts_with("/aws-service-role/") {
        // Inferred.
        return Err(err::invalid_input(format!("Role {} is not a service-linked role.", role.name)));
    }
    let all: Vec<_> = cx.scan_prefix::<Deletions>(&home(cx))?.collect();
    for (key, task) in all {
        if task.done && task.asked_ms + KEEP_MS < cx.now_ms {
            cx.delete::<Deletions>(&key);
        } else if !task.done && task.role_id == role.id {
            return Ok(shapes_iam::DeleteServiceLinkedRoleResponse { deletion_task_id: key.2 });
        }
    }
    let id = format!("task{}{}/{}", role.path, role.name, cx.ids.uuid("iam.deletion_task"));
    let task = Deletion { role: role.name, role_id: role.id, asked_ms: cx.now_ms, done: false };
    let (partition, account) = home(cx);
    cx.put::<Deletions>(&(partition, account, id.clone()), &task);
    cx.timer_set(DELETION, &id, cx.now_ms + TAKES_MS)?;
    Ok(shapes_iam::DeleteServiceLinkedRoleResponse { deletion_task_id: id })
}

/// The end of a deletion, when its time has come.
pub(crate) fn finish(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let (partition, account) = home(cx);
    let task_key = (partition, account, id.to_owned());
    let Some(mut task) = cx.get::<Deletions>(&task_key)? else { return Ok(()) };
    let role_key = key(cx, &task.role);
    if let Some(role) = cx.get::<Roles>(&role_key)?.filter(|r| r.id == task.role_id) {
        for arn in &role.attached {
            managed::forget(cx, arn, Usage::Permissions, Kind::Role, &role.name)?;
        }
        ROLES.give_back(cx)?;
        cx.delete::<Roles>(&role_key);
    }
    task.done = true;
    cx.put::<Deletions>(&task_key, &task);
    Ok(())
}

pub(super) fn status_guard(
    cx: &Cx,
    i: &shapes_iam::GetServiceLinkedRoleDeletionStatusRequest,
) -> Result<Guard, Fault> {
    let parts: Vec<&str> = i.deletion_task_id.split('/').collect();
    Ok(match parts[..] {
        ["task", root, service, name, _] => {
            Guard::resource(arn_of(cx, "role", &format!("/{root}/{service}/"), name))
        }
        _ => Guard::any(),
    })
}

pub(super) fn status(
    cx: &mut Cx,
    i: &shapes_iam::GetServiceLinkedRoleDeletionStatusRequest,
) -> Result<shapes_iam::GetServiceLinkedRoleDeletionStatusResponse, Fault> {
    let (partition, account) = home(cx);
    let task = cx.get::<Deletions>(&(partition, account, i.deletion_task_id.clone()))?;
    let task = task.ok_or_else(|| {
        let text = format!("The deletion task with id {} cannot be found.", i.deletion_task_id);
        shapes_err::no_such_entity_exception(text)
    })?;
    let status = if task.done { "SUCCEEDED" } else { "IN_PROGRESS" };
    Ok(shapes_iam::GetServiceLinkedRoleDeletionStatusResponse { status: status.to_owned(), reason: None })
}
