//! Access points: names of an account and region under which a bucket is reached, each with a policy, blocks and a network
//! origin of its own. Rows and rules of names; how calls get through them is `through.rs`'s.
//! Source: S3 user guide, "Access points restrictions, limitations and naming rules", "Using a bucket-style alias".

use codec::Fault;
use kernel::{Cx, Scope};
use store::{Row, RowError, RowReader, RowWriter, Table, Tx};

use super::err;
use crate::access::Blocks;
use crate::state::There;

/// An access point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) bucket: String,
    pub(crate) bucket_number: u64,
    pub(crate) bucket_account: String,
    /// The virtual private cloud that alone reaches it; `None`: the internet.
    pub(crate) vpc: Option<String>,
    pub(crate) blocks: Blocks,
    pub(crate) alias: String,
    pub(crate) created_ms: i64,
    pub(crate) policy: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
}

impl Row for Point {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.bucket);
        w.put(2, &self.bucket_number);
        w.put(3, &self.bucket_account);
        w.put(4, &self.vpc);
        w.put(5, &self.blocks.to_text());
        w.put(6, &self.alias);
        w.put(7, &self.created_ms);
        w.put(8, &self.policy);
        w.put(9, &self.tags);
    }
    fn read(r: &mut RowReader) -> Result<Point, RowError> {
        let blocks: String = r.get(5)?;
        Ok(Point {
            bucket: r.get(1)?,
            bucket_number: r.get(2)?,
            bucket_account: r.get(3)?,
            vpc: r.get(4)?,
            blocks: Blocks::of_text(&blocks),
            alias: r.get(6)?,
            created_ms: r.get(7)?,
            policy: r.get(8)?,
            tags: r.get(9)?,
        })
    }
}

/// Partition, account, region, name.
pub(crate) type PointKey = (String, String, String, String);

/// Access points.
pub(crate) struct Points;
impl Table for Points {
    const NAME: &'static str = "s3control.access_point";
    const VERSION: u16 = 1;
    type Key = PointKey;
    type Row = Point;
}

/// Whose access point, and where.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Whose {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
}

impl Row for Whose {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.account);
        w.put(2, &self.region);
        w.put(3, &self.name);
    }
    fn read(r: &mut RowReader) -> Result<Whose, RowError> {
        Ok(Whose { account: r.get(1)?, region: r.get(2)?, name: r.get(3)? })
    }
}

/// Partition, alias.
pub(crate) struct Aliases;
impl Table for Aliases {
    const NAME: &'static str = "s3control.alias";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = Whose;
}

/// Bucket number, account, region, name: the access points of a bucket.
pub(crate) struct OfBucket;
impl Table for OfBucket {
    const NAME: &'static str = "s3control.point_of_bucket";
    const VERSION: u16 = 1;
    type Key = (u64, String, String, String);
    type Row = There;
}

/// The key of an access point of the scope's account and region.
pub(crate) fn key(scope: &Scope, name: &str) -> PointKey {
    (scope.partition.to_owned(), scope.account.clone(), scope.region.to_owned(), name.to_owned())
}

/// Whether an access point may have that name.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |c: &u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = name.as_bytes();
    (3..=50).contains(&name.len())
        && bytes.iter().all(|c| plain(c) || *c == b'-')
        && bytes.first().is_some_and(plain)
        && bytes.last().is_some_and(plain)
        && !name.starts_with("xn--")
        && !name.ends_with("-s3alias")
}

/// Errors: `InvalidURI` (recorded).
pub(crate) fn check_name(name: &str) -> Result<(), Fault> {
    if is_name(name) { Ok(()) } else { Err(err::invalid_uri(format!("accesspoint/{name}"))) }
}

/// The access point of that name in the scope's account and region.
///
/// Errors: `NoSuchAccessPoint`.
pub(crate) fn find(cx: &Cx, name: &str) -> Result<Point, Fault> {
    cx.get::<Points>(&key(cx.scope, name))?.ok_or_else(|| err::no_such_point(name))
}

/// Another name that nobody else has: the beginning of the access point's own, and what makes it single. 63 characters at
/// most.
pub(crate) fn new_alias(cx: &Cx, name: &str) -> String {
    let random = cx.ids.text("s3control.alias", 34, kernel::BASE32).to_ascii_lowercase();
    let start: String = name.chars().take(20).collect();
    format!("{}-{random}-s3alias", start.trim_end_matches('-'))
}

/// Whether a bucket has access points.
pub(crate) fn are_on(cx: &Cx, bucket_number: u64) -> Result<bool, Fault> {
    Ok(cx.scan_prefix::<OfBucket>(&(bucket_number,))?.next().is_some())
}

/// The access point behind an alias, or behind its own name and account in a region.
pub(crate) fn behind(tx: &Tx, scope: &Scope, name: Named<'_>) -> Result<Option<(Whose, Point)>, Fault> {
    let broken = |e: store::StoreError| Fault::internal(e.to_string());
    let whose = match name {
        Named::Alias(alias) => {
            let found = tx.get::<Aliases>(&(scope.partition.to_owned(), alias.to_owned())).map_err(broken)?;
            let Some(found) = found else { return Ok(None) };
            found
        }
        Named::Own { account, region, name } => {
            Whose { account: account.to_owned(), region: region.to_owned(), name: name.to_owned() }
        }
    };
    let key = (scope.partition.to_owned(), whose.account.clone(), whose.region.clone(), whose.name.clone());
    let point = tx.get::<Points>(&key).map_err(broken)?;
    Ok(point.map(|p| (whose, p)))
}

/// How a call names an access point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named<'n> {
    Alias(&'n str),
    Own { account: &'n str, region: &'n str, name: &'n str },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules() {
        for good in ["abc", "my-point", "0ap", &"a".repeat(50)] {
            assert!(is_name(good), "{good}");
        }
        for bad in
            ["sa", "xn-_test-alias", "xn--a", "Abc", "a.b.c", "-ab", "ab-", "x-s3alias", &"a".repeat(51)]
        {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
