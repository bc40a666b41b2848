//! The service's part of the store: how an account's state is deleted, and what must always hold. Rows stand beside their
//! types; what applies of each quota is the kernel's table in this service's keyspace.

use std::collections::BTreeSet;

use codec::Fault;
use kernel::{Applied, Cx};
use store::{Scan, Table};

use crate::request::Requests;
use crate::tags::QuotaTags;

/// Keyspaces that hold this service's state.
pub(crate) const KEYSPACES: &[&str] = &["quotas"];

/// Deletes the state of the scope's account and region: every quota is its default again.
pub(crate) fn reset(cx: &mut Cx) -> Result<(), Fault> {
    clear::<Applied>(cx)?;
    clear::<QuotaTags>(cx)?;
    clear::<Requests>(cx)
}

fn clear<T: Table>(cx: &mut Cx) -> Result<(), Fault> {
    let prefix = (cx.scope.account.clone(), cx.scope.region);
    let keys: Vec<T::Key> = cx.scan_prefix::<T>(&prefix)?.map(|(key, _)| key).collect();
    for key in keys {
        cx.delete::<T>(&key);
    }
    Ok(())
}

/// Asserts the invariants: requests and grants are of quotas that there are, and no quota has two requests that wait.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let said = |f: Fault| f.message().to_owned();
    for ((.., service, code), _) in cx.scan::<Applied>(Scan::all()).map_err(said)? {
        if kernel::quota(&service, &code).is_none() {
            return Err(format!("{service} {code} was granted, and is no quota"));
        }
    }
    let mut waiting = BTreeSet::new();
    for ((account, region, id), row) in cx.scan::<Requests>(Scan::all()).map_err(said)? {
        row.quota().map_err(said)?;
        if !row.approved && !waiting.insert((account, region, row.service, row.code)) {
            return Err(format!("request {id} is the second for its quota"));
        }
    }
    Ok(())
}
