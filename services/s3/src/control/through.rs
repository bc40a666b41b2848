//! Calls that reach a bucket through an access point: what the name in the call leads to, and what the access point asks of
//! the call. The bucket's own row, its policy and its lane are the bucket's as ever; the access point stands before it, and
//! both must allow.
//!
//! A call names an access point by its alias, by a host that begins with its name and account (`name-123456789012.`), or,
//! from inside, by its ARN. The operation's input then gets the bucket's name, and [`Cx::via`] tells the way: the ARN for
//! what is written, a line below it that for the source of a copy.
//! Source: S3 user guide, "Using Amazon S3 access points", "Configuring IAM policies for using access points",
//! "Access point compatibility".

use codec::Fault;
use kernel::{Cx, RequestMeta, Scope, SignedFor, Target, Through};
use store::Tx;

use super::points::{self, Named, Points};
use super::{err, mrap, point_ops};
use crate::access::Blocks;
use crate::state::Buckets;
use crate::{err as s3_err, policy};

/// Which of a copy's two buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The one that the call is about.
    Own,
    /// A copy's source.
    Source,
}

/// Condition keys that tell of the access point.
const KEYS: [&str; 3] = ["s3:DataAccessPointArn", "s3:DataAccessPointAccount", "s3:AccessPointNetworkOrigin"];

/// What stands before a bucket.
#[derive(Clone, Debug, Default)]
struct Gate {
    arn: String,
    account: String,
    policy: Option<String>,
    blocks: Blocks,
    tags: Vec<(String, String)>,
    is_private: bool,
}

/// What [`bucket`] does, for operations that go through access points of one Region alone.
/// Source: S3 user guide, "Using Multi-Region Access Points with supported API operations".
///
/// Errors: `NoSuchAccessPoint`; `MethodNotAllowed`: it is a Multi-Region Access Point. Inferred: the code.
pub(crate) fn regional(
    tx: &Tx,
    scope: &Scope,
    meta: &RequestMeta,
    name: &mut String,
) -> Result<Option<String>, Fault> {
    check_regional(meta, name)?;
    bucket(tx, scope, meta, name)
}

/// Errors: `MethodNotAllowed`: the name is a Multi-Region Access Point's.
pub(crate) fn check_regional(meta: &RequestMeta, name: &str) -> Result<(), Fault> {
    let method = meta.head.as_deref().map_or("PUT", |head| head.method.as_str());
    match mrap_alias(name, meta.head.is_none()) {
        Some(_) => Err(s3_err::method_not_allowed(method, "MULTI_REGION_ACCESS_POINT")),
        None => Ok(()),
    }
}

/// Puts the bucket's name where the call names an access point; tells the way.
///
/// Errors: `NoSuchAccessPoint`.
pub(crate) fn bucket(
    tx: &Tx,
    scope: &Scope,
    meta: &RequestMeta,
    name: &mut String,
) -> Result<Option<String>, Fault> {
    let Some((arn, bucket)) = led(tx, scope, meta, name)? else { return Ok(None) };
    *name = bucket;
    Ok(Some(arn))
}

/// The same for a copy: its source may be named by an access point, too, of one Region.
pub(crate) fn copy(
    tx: &Tx,
    scope: &Scope,
    meta: &RequestMeta,
    name: &mut String,
    source: &mut String,
) -> Result<Option<String>, Fault> {
    let own = bucket(tx, scope, meta, name)?;
    let Some((point, rest)) = point_in_source(source) else { return Ok(own) };
    check_regional(&RequestMeta::default(), &point)?;
    let Some((arn, bucket)) = led(tx, scope, &RequestMeta::default(), &point)? else { return Ok(own) };
    *source = format!("{bucket}/{rest}");
    Ok(Some(format!("{}\n{arn}", own.unwrap_or_default())))
}

/// The access point that a copy's source names, by ARN (`…:accesspoint/name/object/key`) or alias (`alias/key`), and the rest.
fn point_in_source(source: &str) -> Option<(String, String)> {
    let source = source.strip_prefix('/').unwrap_or(source);
    let (first, rest) = match source.find("/object/") {
        Some(at) if source.starts_with("arn") => (&source[..at], &source[at + "/object/".len()..]),
        _ => source.split_once('/')?,
    };
    Some((codec::decode_path(first).into_owned(), rest.to_owned()))
}

/// The ARN of the access point behind a name, and its bucket.
fn led(tx: &Tx, scope: &Scope, meta: &RequestMeta, name: &str) -> Result<Option<(String, String)>, Fault> {
    if let Some(alias) = mrap_alias(name, meta.head.is_none()) {
        return led_by_mrap(tx, scope, meta, alias);
    }
    let host = meta.head.as_deref().and_then(|h| h.headers.get("host")).and_then(|h| h.to_str().ok());
    let at_points = host.is_some_and(|h| h.contains(".s3-accesspoint"));
    let named = match named(scope, name, meta.head.is_none()) {
        Some(named) => named,
        None if at_points => return Err(err::no_such_point(name)),
        None => return Ok(None),
    };
    if matches!(named, Named::Own { .. }) && !at_points && !name.starts_with("arn:") {
        // At an endpoint that serves buckets as well, a bucket of that name comes first.
        let taken =
            tx.get_kept::<Buckets>(&(scope.partition, name)).map_err(|e| Fault::internal(e.to_string()))?;
        if taken.is_some() {
            return Ok(None);
        }
    }
    match (points::behind(tx, scope, named)?, named) {
        (Some((whose, point)), _) => {
            let of = |w: points::Whose| {
                format!("arn:{}:s3:{}:{}:accesspoint/{}", scope.partition, w.region, w.account, w.name)
            };
            Ok(Some((of(whose), point.bucket)))
        }
        (None, Named::Own { name: point, .. }) if at_points || name.starts_with("arn:") => {
            Err(err::no_such_point(point))
        }
        (None, _) => Ok(None),
    }
}

/// The alias of a Multi-Region Access Point that a name has: its host's beginning, or, from inside, its ARN.
fn mrap_alias(name: &str, inside: bool) -> Option<&str> {
    match name.strip_prefix("arn:").filter(|_| inside) {
        Some(arn) => {
            arn.rsplit_once(":accesspoint/").map(|(_, alias)| alias).filter(|a| a.ends_with(".mrap"))
        }
        None => name.strip_suffix(".accesspoint").filter(|a| a.ends_with(".mrap")),
    }
}

/// Errors: `AccessDenied`: a request over HTTP that nobody signed; `NoSuchMultiRegionAccessPoint`.
/// Source: S3 user guide, "Multi-Region Access Point restrictions and limitations" (no anonymous requests).
fn led_by_mrap(
    tx: &Tx,
    scope: &Scope,
    meta: &RequestMeta,
    alias: &str,
) -> Result<Option<(String, String)>, Fault> {
    if meta.head.is_some() && meta.signed_for == SignedFor::Nothing {
        return Err(s3_err::access_denied());
    }
    let found = mrap::behind(tx, scope.partition, alias)?;
    let none = || {
        Fault::new(
            "NoSuchMultiRegionAccessPoint",
            404,
            "The specified multi-region access point does not exist",
        )
    };
    let (whose, found) = found.filter(|(_, m)| m.status != "CREATING").ok_or_else(none)?;
    let route = mrap::led(&found, scope.region).ok_or_else(none)?;
    let arn = format!("arn:{}:s3::{}:accesspoint/{alias}", scope.partition, whose.account);
    Ok(Some((arn, route.bucket.clone())))
}

/// How a name names an access point, if it does. ARNs stand in no request; calls from inside have them.
fn named<'n>(scope: &'n Scope, name: &'n str, inside: bool) -> Option<Named<'n>> {
    if name.ends_with("-s3alias") {
        return Some(Named::Alias(name));
    }
    if let Some(rest) = name.strip_prefix("arn:").filter(|_| inside) {
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let [partition, "s3", region, account, resource] = parts[..] else { return None };
        let name = resource.strip_prefix("accesspoint/").or(resource.strip_prefix("accesspoint:"))?;
        return (partition == scope.partition).then_some(Named::Own { account, region, name });
    }
    let (name, account) = name.rsplit_once('-')?;
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    (is_account && points::is_name(name)).then_some(Named::Own { account, region: scope.region, name })
}

/// The access point that a call came through.
fn gate(cx: &Cx, side: Side) -> Result<Option<Gate>, Fault> {
    let Some(arn) = way(cx, side) else { return Ok(None) };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, partition, _, region, account, resource] = parts[..] else {
        return Err(Fault::internal("the way to a bucket is no ARN"));
    };
    let name = resource.strip_prefix("accesspoint/").unwrap_or(resource);
    if region.is_empty() {
        let (_, found) = mrap::behind(cx.tx(), partition, name)?.ok_or_else(|| err::no_such_point(name))?;
        return Ok(Some(Gate {
            arn: arn.to_owned(),
            account: account.to_owned(),
            policy: found.policy,
            blocks: found.blocks,
            ..Gate::default()
        }));
    }
    let key = (partition.to_owned(), account.to_owned(), region.to_owned(), name.to_owned());
    let point = cx.get::<Points>(&key)?.ok_or_else(|| err::no_such_point(name))?;
    Ok(Some(Gate {
        arn: arn.to_owned(),
        account: account.to_owned(),
        policy: point.policy,
        blocks: point.blocks,
        tags: point.tags,
        is_private: point.vpc.is_some(),
    }))
}

/// The ARN of the access point that a call came through.
pub(crate) fn way<'c>(cx: &'c Cx, side: Side) -> Option<&'c str> {
    let line = match side {
        Side::Own => 0,
        Side::Source => 1,
    };
    cx.via?.split('\n').nth(line).filter(|arn| !arn.is_empty())
}

/// Whether a call came through a Multi-Region Access Point.
pub(crate) fn is_by_mrap(cx: &Cx) -> bool {
    way(cx, Side::Own).is_some_and(|arn| arn.split(':').nth(3) == Some(""))
}

/// What the access point of the call blocks.
pub(crate) fn blocks(cx: &Cx) -> Result<Blocks, Fault> {
    Ok(gate(cx, Side::Own)?.map_or(Blocks::default(), |g| g.blocks))
}

/// A target of the bucket (`key`: of an object in it), with the access point that stands before it on that side of the call.
///
/// Errors: `AccessDenied`: the access point is a private cloud's; every request here comes from the internet.
pub(crate) fn before(
    cx: &Cx,
    target: Target,
    key: Option<&str>,
    side: Side,
    blocks: Blocks,
) -> Result<Target, Fault> {
    let mut target = Target { through: None, policy_suffices: false, ..target };
    target.keys.retain(|(key, _)| !KEYS.contains(key));
    let Some(gate) = gate(cx, side)? else { return Ok(target) };
    if gate.is_private {
        return Err(s3_err::access_denied());
    }
    let outside = cx.caller.account != gate.account;
    let shut = outside && gate.blocks.or(blocks).restrict;
    let policy = match gate.policy {
        Some(text) if shut && policy::is_public(&text) => policy::denials_only(&text),
        other => other,
    };
    let resource = match key {
        Some(key) => format!("{}/object/{key}", gate.arn),
        None => gate.arn.clone(),
    };
    let through = Through { resource, account: gate.account.clone(), policy };
    let origin = point_ops::origin(None).to_owned();
    let mut target = Target { through: Some(Box::new(through)), policy_suffices: true, ..target }
        .key(KEYS[0], vec![gate.arn])
        .key(KEYS[1], vec![gate.account])
        .key(KEYS[2], vec![origin]);
    target.claims.extend(gate.tags.into_iter().map(|(k, v)| (format!("s3:AccessPointTag/{k}"), vec![v])));
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_copies_may_name_access_points() {
        for (source, point, rest) in [
            (
                "arn:aws:s3:us-west-2:000000000000:accesspoint/ap/object/a/b",
                "arn:aws:s3:us-west-2:000000000000:accesspoint/ap",
                "a/b",
            ),
            (
                "arn%3Aaws%3As3%3Aus-west-2%3A000000000000%3Aaccesspoint/ap/object/a%20b?versionId=v",
                "arn:aws:s3:us-west-2:000000000000:accesspoint/ap",
                "a%20b?versionId=v",
            ),
            ("/ap-x-s3alias/a/object/b", "ap-x-s3alias", "a/object/b"),
        ] {
            assert_eq!(point_in_source(source), Some((point.to_owned(), rest.to_owned())), "{source}");
        }
        assert_eq!(point_in_source("bucket"), None);
    }

    #[test]
    fn names_lead_to_access_points() {
        let scope = Scope::new(kernel::region("us-east-1").expect("it exists"), "000000000000");
        let own = Named::Own { account: "111111111111", region: "us-east-1", name: "ap" };
        assert_eq!(named(&scope, "ap-111111111111", false), None, "too short for an access point");
        let own_name = |n: &'static str| match own {
            Named::Own { account, region, .. } => Some(Named::Own { account, region, name: n }),
            Named::Alias(_) => None,
        };
        assert_eq!(named(&scope, "my-ap-111111111111", false), own_name("my-ap"));
        assert_eq!(named(&scope, "my-ap-11111111111", false), None);
        let arn = "arn:aws:s3:us-east-1:111111111111:accesspoint/my-ap";
        assert_eq!(named(&scope, arn, true), own_name("my-ap"));
        assert_eq!(named(&scope, arn, false), None);
        assert_eq!(named(&scope, "my-ap-x-s3alias", false), Some(Named::Alias("my-ap-x-s3alias")));
    }
}
