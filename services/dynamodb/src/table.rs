//! Finding the table that a call names, its states, and its end. Not its items: `item.rs`, `write.rs`.
//!
//! States are read off moments: a table is CREATING until `ready_ms`. Under the `dev` profile those moments are now, so that
//! the answer of the call that began something says CREATING, UPDATING or DELETING, and the next call finds it done.

use codec::Fault;
use kernel::{Cx, Profile};
use store::{Scan, Shared};

use crate::err::{in_use, invalid, no_resource, no_table};
use crate::names;
use crate::state::{Counters, CountersTable, Garbage, Index, Moment, TableRow, Tables};
use crate::{backup, stream, time};

/// How long a table is CREATING under the `real` profile.
pub(crate) const CREATE_MS: i64 = 8_000;
/// How long a table is UPDATING.
pub(crate) const UPDATE_MS: i64 = 15_000;
/// How long a table is DELETING.
pub(crate) const DELETE_MS: i64 = 5_000;
/// How long an index is CREATING at least.
pub(crate) const INDEX_MS: i64 = 60_000;

/// When something that takes so long is done.
pub(crate) fn settles(cx: &Cx, takes_ms: i64) -> i64 {
    match cx.profile {
        Profile::Dev => cx.now_ms,
        Profile::Real => cx.now_ms + takes_ms,
    }
}

/// A table that is there.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) name: String,
    pub(crate) t: Shared<TableRow>,
}

impl Open {
    /// The table of a name or ARN, whatever its state, for operations on tables.
    ///
    /// Errors: ValidationException: no name. ResourceNotFoundException: there is none.
    pub(crate) fn any(cx: &Cx, name_or_arn: &str) -> Result<Open, Fault> {
        let name = names::of(cx.scope, name_or_arn)?;
        Open::named(cx, name)?.ok_or_else(|| no_table(name))
    }

    /// The table of a name or ARN, for operations on items: it must have been created.
    ///
    /// Errors: ValidationException: no name. ResourceNotFoundException: there is none, or it isn't ready.
    pub(crate) fn ready(cx: &Cx, name_or_arn: &str) -> Result<Open, Fault> {
        let name = names::of(cx.scope, name_or_arn)?;
        let open = Open::named(cx, name)?.ok_or_else(no_resource)?;
        if cx.now_ms < open.t.ready_ms || open.t.deleting_ms > 0 {
            return Err(no_resource());
        }
        Ok(open)
    }

    /// The table of a name or ARN, to be changed: it must be ACTIVE.
    ///
    /// Errors: as [`Open::any`]. ResourceInUseException: it is in another state.
    pub(crate) fn active(cx: &Cx, name_or_arn: &str) -> Result<Open, Fault> {
        let open = Open::any(cx, name_or_arn)?;
        match open.status(cx.now_ms) {
            "ACTIVE" => Ok(open),
            "CREATING" => Err(in_use("created", &open.name)),
            "DELETING" => Err(in_use("deleted", &open.name)),
            _ => Err(in_use("updated", &open.name)),
        }
    }

    /// The table of that name in the scope.
    pub(crate) fn named(cx: &Cx, name: &str) -> Result<Option<Open>, Fault> {
        let found = cx.get_kept::<Tables>(&(cx.scope.account.as_str(), cx.scope.region, name))?;
        Ok(found.map(|t| Open { name: name.to_owned(), t }))
    }

    /// Writes the row.
    pub(crate) fn save(&self, cx: &mut Cx) {
        cx.put::<Tables>(&names::key(cx.scope, &self.name), &self.t);
    }

    /// Its ARN.
    pub(crate) fn arn(&self, cx: &Cx) -> String {
        names::arn(cx.scope, &self.name)
    }

    /// `TableStatus`
    pub(crate) fn status(&self, now_ms: i64) -> &'static str {
        let t = &self.t;
        if t.deleting_ms > 0 {
            return "DELETING";
        }
        if now_ms < t.ready_ms {
            return "CREATING";
        }
        let index_settles = t.indexes.iter().any(|i| index_status(i, now_ms) != "ACTIVE");
        let members_change = t.replicas.iter().any(|r| r.status != "ACTIVE");
        if now_ms < t.updating_ms || index_settles || members_change { "UPDATING" } else { "ACTIVE" }
    }

    /// The index of that name, if it can be read.
    pub(crate) fn index(&self, name: &str) -> Option<&Index> {
        self.t.indexes.iter().find(|i| i.name == name)
    }
}

/// `IndexStatus`
pub(crate) fn index_status(i: &Index, now_ms: i64) -> &'static str {
    if i.deleting_ms > 0 {
        "DELETING"
    } else if i.backfilling || now_ms < i.ready_ms {
        "CREATING"
    } else {
        "ACTIVE"
    }
}

/// What is counted under a number.
pub(crate) fn counters(cx: &Cx, number: u64) -> Result<Counters, Fault> {
    Ok(cx.get_kept::<CountersTable>(&number)?.map(|c| (*c).clone()).unwrap_or_default())
}

/// A number for a new table, index or stream. Random, so that all lanes share one space.
pub(crate) fn new_number(cx: &Cx) -> u64 {
    let bytes = cx.ids.bytes("dynamodb.number");
    let (first, _) = bytes.split_first_chunk().expect("32 bytes begin with eight");
    u64::from_be_bytes(*first)
}

/// Has the rows under a number swept.
pub(crate) fn discard(cx: &mut Cx, number: u64) -> Result<(), Fault> {
    let (account, region) = (cx.scope.account.clone(), cx.scope.region.to_owned());
    cx.delete::<CountersTable>(&number);
    cx.put::<Garbage>(&(account, region, number), &Moment { at_ms: cx.now_ms });
    // A lane of its own: the rows belong to nobody any more.
    let subject = format!("{number:016x}");
    cx.timer_set_in(vec![subject.clone()], time::SWEEP, &subject, cx.now_ms)
}

/// Removes a table and all that is its own. Its last stream stays readable for a day, its backups for good.
pub(crate) fn remove(cx: &mut Cx, open: &Open) -> Result<(), Fault> {
    stream::end(cx, open)?;
    // With point-in-time recovery the items go on as a backup of the service's.
    if !backup::before_deletion(cx, open)? {
        discard(cx, open.t.number)?;
    }
    for index in &open.t.indexes {
        discard(cx, index.number)?;
    }
    if open.t.ttl.number != 0 {
        discard(cx, open.t.ttl.number)?;
        cx.timer_clear(time::EXPIRE, &open.name)?;
    }
    cx.timer_clear(time::DELETE, &open.name)?;
    cx.timer_clear(time::FORGET, &open.name)?;
    cx.delete::<Tables>(&names::key(cx.scope, &open.name));
    Ok(())
}

/// The refusal to delete what is protected.
pub(crate) fn protected() -> Fault {
    invalid(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    )
}

/// How many tables there are in the scope.
pub(crate) fn count(cx: &Cx) -> Result<usize, Fault> {
    let scope = (cx.scope.account.as_str(), cx.scope.region);
    Ok(cx.scan::<Tables>(Scan::prefix(&scope))?.count())
}
