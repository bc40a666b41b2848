//! `CreateBackup`, `DescribeBackup`, `ListBackups`, `DeleteBackup`.
//!
//! Errors: TableNotFoundException, BackupNotFoundException. BackupInUseException: it isn't made yet. TableInUseException: the
//! table isn't there yet. Source: API reference (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_dynamodb::{
    CreateBackupInput, CreateBackupOutput, DeleteBackupInput, DeleteBackupOutput, DescribeBackupInput,
    DescribeBackupOutput, ListBackupsInput, ListBackupsOutput, err,
};
use store::Scan;

use crate::backup::{self, Backup, Backups};
use crate::copy::{self, Job};
use crate::err::invalid;
use crate::names::{self, Arn};
use crate::table::{Open, discard, new_number};
use crate::{billing, history, time};

const LIST_LIMIT: usize = 100;

/// Makes a backup of a table as it is now.
pub(crate) fn create(cx: &mut Cx, i: &CreateBackupInput) -> Result<CreateBackupOutput, Fault> {
    let name = names::of(cx.scope, &i.table_name)?;
    let open = Open::named(cx, name)?
        .ok_or_else(|| err::table_not_found_exception(format!("Table not found: {name}")))?;
    if matches!(open.status(cx.now_ms), "CREATING" | "DELETING") {
        return Err(err::table_in_use_exception(format!("Table is being created or deleted: {name}")));
    }
    let id = backup::new_id(cx);
    let b = Backup {
        name: i.backup_name.clone(),
        table: open.name.clone(),
        t: (*open.t).clone(),
        number: new_number(cx),
        created_ms: cx.now_ms,
        ready_ms: i64::MAX,
        expires_ms: None,
        counted: Default::default(),
    };
    cx.put::<Backups>(&backup::key(cx, &id), &b);
    billing::arm(cx)?;
    let mut details = backup::details(cx, &id, &b);
    let job = Job {
        source: open.t.number,
        source_table: open.name.clone(),
        dest: b.number,
        from_ms: cx.now_ms,
        from_n: history::next(cx, open.t.number)?,
        backup: id,
        ..Job::default()
    };
    copy::begin(cx, job)?;
    details.backup_size_bytes = Some(crate::table::counters(cx, open.t.number)?.bytes as i64);
    Ok(CreateBackupOutput { backup_details: Some(details) })
}

/// Describes a backup.
pub(crate) fn describe(cx: &mut Cx, i: &DescribeBackupInput) -> Result<DescribeBackupOutput, Fault> {
    let (id, b) = backup::of_arn(cx, &i.backup_arn)?;
    Ok(DescribeBackupOutput { backup_description: Some(backup::description(cx, &id, &b)) })
}

/// Lists backups, the oldest first.
pub(crate) fn list(cx: &mut Cx, i: &ListBackupsInput) -> Result<ListBackupsOutput, Fault> {
    let limit = i.limit.map_or(LIST_LIMIT, |l| l.max(1) as usize);
    let mut scan = Scan::<Backups>::prefix(&(cx.scope.account.as_str(), cx.scope.region));
    if let Some(after) = &i.exclusive_start_backup_arn {
        let id = Arn::parse(after).and_then(|a| a.rest.strip_prefix("backup/"));
        scan = scan.after(&backup::key(cx, id.ok_or_else(|| invalid("Invalid ExclusiveStartBackupArn"))?));
    }
    let table = i.table_name.as_deref().map(names::bare);
    let (low, high) = (&i.time_range_lower_bound, &i.time_range_upper_bound);
    let wanted_type = i.backup_type.as_deref().unwrap_or("USER");
    let wanted = |b: &Backup| {
        let kind = if b.expires_ms.is_some() { "SYSTEM" } else { "USER" };
        table.is_none_or(|t| t == b.table)
            && low.is_none_or(|l| b.created_ms >= l.epoch_ms)
            && high.is_none_or(|h| b.created_ms < h.epoch_ms)
            && (wanted_type == "ALL" || wanted_type == kind)
    };
    let found: Vec<(String, Backup)> =
        cx.scan(scan)?.filter(|(_, b)| wanted(b)).take(limit + 1).map(|((_, _, id), b)| (id, b)).collect();
    let shown = &found[..found.len().min(limit)];
    let last = shown.last().filter(|_| found.len() > limit);
    Ok(ListBackupsOutput {
        backup_summaries: Some(shown.iter().map(|(id, b)| backup::summary(cx, id, b)).collect()),
        last_evaluated_backup_arn: last.map(|(id, b)| backup::arn(cx, &b.table, id)),
    })
}

/// Deletes a backup.
pub(crate) fn delete(cx: &mut Cx, i: &DeleteBackupInput) -> Result<DeleteBackupOutput, Fault> {
    let (id, b) = backup::of_arn(cx, &i.backup_arn)?;
    if cx.now_ms < b.ready_ms {
        return Err(err::backup_in_use_exception(format!("Backup is being created: {}", i.backup_arn)));
    }
    let mut description = backup::description(cx, &id, &b);
    if let Some(details) = &mut description.backup_details {
        details.backup_status = "DELETED".to_owned();
    }
    cx.delete::<Backups>(&backup::key(cx, &id));
    cx.timer_clear(time::EXPIRE_BACKUP, &id)?;
    discard(cx, b.number)?;
    Ok(DeleteBackupOutput { backup_description: Some(description) })
}
