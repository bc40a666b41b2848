//! Multi-Region Access Points: one name of an account for buckets in several regions, of which each is dialled in or out. Rows,
//! finding, and which bucket a call is led to. Their state is the partition's: it lies in us-west-2, where AWS takes calls on them.
//! Source: S3 user guide, "Multi-Region Access Points in Amazon S3", "Multi-Region Access Point failover configuration".

use codec::Fault;
use kernel::{Cx, Place, Scope};
use store::{Row, RowError, RowReader, RowWriter, Table, Tx};

use super::points::{Aliases, Whose};
use crate::access::Blocks;

/// Where the state lies.
pub(super) const HOME: &str = "us-west-2";

/// A bucket behind a Multi-Region Access Point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Route {
    pub(crate) bucket: String,
    pub(crate) account: String,
    pub(crate) region: String,
    /// Calls may be led there.
    pub(crate) active: bool,
}

impl Row for Route {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.bucket);
        w.put(2, &self.account);
        w.put(3, &self.region);
        w.put(4, &self.active);
    }
    fn read(r: &mut RowReader) -> Result<Route, RowError> {
        Ok(Route { bucket: r.get(1)?, account: r.get(2)?, region: r.get(3)?, active: r.get(4)? })
    }
}

/// A Multi-Region Access Point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mrap {
    /// `m0123456789ab.mrap`
    pub(crate) alias: String,
    /// `CREATING`, `READY`, `DELETING`.
    pub(crate) status: String,
    pub(crate) created_ms: i64,
    pub(crate) blocks: Blocks,
    pub(crate) routes: Vec<Route>,
    /// The policy that holds, and the one that was asked for last.
    pub(crate) policy: Option<String>,
    pub(crate) proposed: Option<String>,
}

impl Row for Mrap {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.alias);
        w.put(2, &self.status);
        w.put(3, &self.created_ms);
        w.put(4, &self.blocks.to_text());
        w.put(5, &self.routes);
        w.put(6, &self.policy);
        w.put(7, &self.proposed);
    }
    fn read(r: &mut RowReader) -> Result<Mrap, RowError> {
        let blocks: String = r.get(4)?;
        Ok(Mrap {
            alias: r.get(1)?,
            status: r.get(2)?,
            created_ms: r.get(3)?,
            blocks: Blocks::of_text(&blocks),
            routes: r.get(5)?,
            policy: r.get(6)?,
            proposed: r.get(7)?,
        })
    }
}

/// Partition, account, name.
pub(crate) struct Mraps;
impl Table for Mraps {
    const NAME: &'static str = "s3control.mrap";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = Mrap;
}

/// A request that is carried out later.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Request {
    /// `CreateMultiRegionAccessPoint` and so on.
    pub(crate) operation: String,
    pub(crate) name: String,
    /// The policy that is to hold.
    pub(crate) policy: Option<String>,
    pub(crate) token: String,
    pub(crate) created_ms: i64,
    pub(crate) is_done: bool,
}

impl Row for Request {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.operation);
        w.put(2, &self.name);
        w.put(3, &self.policy);
        w.put(4, &self.token);
        w.put(5, &self.created_ms);
        w.put(6, &self.is_done);
    }
    fn read(r: &mut RowReader) -> Result<Request, RowError> {
        Ok(Request {
            operation: r.get(1)?,
            name: r.get(2)?,
            policy: r.get(3)?,
            token: r.get(4)?,
            created_ms: r.get(5)?,
            is_done: r.get(6)?,
        })
    }
}

/// Partition, account, ARN.
pub(crate) struct Requests;
impl Table for Requests {
    const NAME: &'static str = "s3control.mrap_request";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = Request;
}

/// In the account that the call names, in the lane of its Multi-Region Access Points, wherever the call came in.
pub(super) fn place(scope: Scope, account: &str) -> Place {
    let region =
        kernel::region(HOME).filter(|r| r.partition == scope.partition).map_or(scope.region, |r| r.name);
    let scope = Scope { account: account.to_owned(), region, ..scope };
    let lane = format!("mraps/{account}");
    Place::at(scope).lane(lane)
}

/// The key of one of the scope's account.
pub(super) fn key(scope: &Scope, name: &str) -> (String, String, String) {
    (scope.partition.to_owned(), scope.account.clone(), name.to_owned())
}

/// The one behind an alias, with whose it is.
pub(crate) fn behind(tx: &Tx, partition: &str, alias: &str) -> Result<Option<(Whose, Mrap)>, Fault> {
    let broken = |e: store::StoreError| Fault::internal(e.to_string());
    let alias = (partition.to_owned(), alias.to_owned());
    let Some(whose) = tx.get::<Aliases>(&alias).map_err(broken)? else { return Ok(None) };
    let found = tx.get::<Mraps>(&(alias.0, whose.account.clone(), whose.name.clone())).map_err(broken)?;
    Ok(found.map(|m| (whose, m)))
}

/// The bucket that a call from a region is led to: of those that are dialled in the nearest, which is the one there, or else
/// the first one in the same part of the world (`eu-`), or else the first one.
pub(crate) fn led<'m>(mrap: &'m Mrap, region: &str) -> Option<&'m Route> {
    let area = |region: &str| region.split('-').next().map(str::to_owned);
    let distance = |r: &&Route| match r.region == region {
        true => 0,
        false if area(&r.region) == area(region) => 1,
        false => 2,
    };
    mrap.routes.iter().filter(|r| r.active).min_by_key(distance)
}

/// `arn:aws:s3::123456789012:accesspoint/m0123456789ab.mrap`
pub(super) fn arn(scope: &Scope, alias: &str) -> String {
    scope.global_arn("s3", &format!("accesspoint/{alias}"))
}

/// The one of that name in the scope's account.
///
/// Errors: `NoSuchMultiRegionAccessPoint`. Inferred: the text.
pub(super) fn find(cx: &Cx, name: &str) -> Result<Mrap, Fault> {
    let none = || {
        let message = "The specified multi-region access point does not exist";
        Fault::new("NoSuchMultiRegionAccessPoint", 404, message)
    };
    cx.get::<Mraps>(&key(cx.scope, name))?.ok_or_else(none)
}
