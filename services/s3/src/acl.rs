//! Access control lists: what they grant to whom, how requests say them, how answers and rows show them. What a grant counts
//! for is `access.rs`'s.
//! Source: S3 user guide, "Access control list (ACL) overview".

use codec::{Fault, Value};
use shapes_s3::{AccessControlPolicy, Grant, Grantee as ShownGrantee, Owner};

use crate::err;

const GROUPS: &str = "http://acs.amazonaws.com/groups/";
/// The user that unsigned requests are. Source: S3 user guide, "Anonymous user".
pub(crate) const ANONYMOUS_ID: &str = "65a011a29cdf8ec533ec3d1ccaae921c";
/// Amazon EC2, which `aws-exec-read` lets read.
const EC2_ID: &str = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";
/// Grants in a list at most. Source: S3 user guide, "Access control list (ACL) overview" (100).
const MOST_GRANTS: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    FullControl,
    Read,
    ReadAcp,
    Write,
    WriteAcp,
}

impl Permission {
    fn name(self) -> &'static str {
        match self {
            Permission::FullControl => "FULL_CONTROL",
            Permission::Read => "READ",
            Permission::ReadAcp => "READ_ACP",
            Permission::Write => "WRITE",
            Permission::WriteAcp => "WRITE_ACP",
        }
    }

    fn of(name: &str) -> Option<Permission> {
        use Permission::{FullControl, Read, ReadAcp, Write, WriteAcp};
        [FullControl, Read, ReadAcp, Write, WriteAcp].into_iter().find(|p| p.name() == name)
    }

    /// Whether it gives what `other` gives.
    pub(crate) fn includes(self, other: Permission) -> bool {
        self == Permission::FullControl || self == other
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grantee {
    /// A canonical user id.
    User(String),
    /// `global/AllUsers`, `global/AuthenticatedUsers`, `s3/LogDelivery`.
    Group(&'static str),
}

pub(crate) const ALL_USERS: &str = "global/AllUsers";
pub(crate) const AUTHENTICATED_USERS: &str = "global/AuthenticatedUsers";
pub(crate) const LOG_DELIVERY: &str = "s3/LogDelivery";

fn group(uri: &str) -> Option<&'static str> {
    let name = uri.strip_prefix(GROUPS)?;
    [ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY].into_iter().find(|g| *g == name)
}

fn is_user_id(id: &str) -> bool {
    (id.len() == 64 || id == ANONYMOUS_ID) && id.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A list: grants in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acl(pub(crate) Vec<(Grantee, Permission)>);

impl Acl {
    /// What a thing has that nobody gave a list: its owner may do all.
    pub(crate) fn of_owner(owner_id: &str) -> Acl {
        Acl(vec![(Grantee::User(owner_id.to_owned()), Permission::FullControl)])
    }

    fn and(mut self, grantee: Grantee, permission: Permission) -> Acl {
        self.0.push((grantee, permission));
        self
    }

    /// A canned list; `None` for a name that there isn't.
    pub(crate) fn canned(name: &str, owner_id: &str, bucket_owner_id: &str) -> Option<Acl> {
        let own = Acl::of_owner(owner_id);
        let bucket_owner = || Grantee::User(bucket_owner_id.to_owned());
        Some(match name {
            "private" => own,
            "public-read" => own.and(Grantee::Group(ALL_USERS), Permission::Read),
            "public-read-write" => own
                .and(Grantee::Group(ALL_USERS), Permission::Read)
                .and(Grantee::Group(ALL_USERS), Permission::Write),
            "authenticated-read" => own.and(Grantee::Group(AUTHENTICATED_USERS), Permission::Read),
            "aws-exec-read" => own.and(Grantee::User(EC2_ID.to_owned()), Permission::Read),
            "log-delivery-write" => own
                .and(Grantee::Group(LOG_DELIVERY), Permission::Write)
                .and(Grantee::Group(LOG_DELIVERY), Permission::ReadAcp),
            "bucket-owner-read" | "bucket-owner-full-control" if owner_id == bucket_owner_id => own,
            "bucket-owner-read" => own.and(bucket_owner(), Permission::Read),
            "bucket-owner-full-control" => own.and(bucket_owner(), Permission::FullControl),
            _ => return None,
        })
    }

    /// Whether it lets everybody, or everybody who signs, do something.
    pub(crate) fn is_public(&self) -> bool {
        self.0.iter().any(|(g, _)| matches!(g, Grantee::Group(ALL_USERS | AUTHENTICATED_USERS)))
    }

    /// As a row keeps it: a grant per line.
    pub(crate) fn to_text(&self) -> String {
        let line = |(grantee, permission): &(Grantee, Permission)| match grantee {
            Grantee::User(id) => format!("{} id {id}", permission.name()),
            Grantee::Group(name) => format!("{} group {name}", permission.name()),
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Reads what [`Acl::to_text`] wrote.
    pub(crate) fn of_text(text: &str) -> Acl {
        let line = |line: &str| {
            let mut words = line.splitn(3, ' ');
            let permission = Permission::of(words.next()?)?;
            match (words.next()?, words.next()?) {
                ("id", id) => Some((Grantee::User(id.to_owned()), permission)),
                (_, name) => Some((Grantee::Group(group(&format!("{GROUPS}{name}"))?), permission)),
            }
        };
        Acl(text.lines().filter_map(line).collect())
    }

    /// As answers show it.
    pub(crate) fn shown(&self) -> Vec<Grant> {
        let grantee = |g: &Grantee| match g {
            Grantee::User(id) => ShownGrantee {
                type_: "CanonicalUser".to_owned(),
                id: Some(id.clone()),
                ..ShownGrantee::default()
            },
            Grantee::Group(name) => ShownGrantee {
                type_: "Group".to_owned(),
                uri: Some(format!("{GROUPS}{name}")),
                ..ShownGrantee::default()
            },
        };
        let shown = |(g, p): &(Grantee, Permission)| Grant {
            grantee: Some(grantee(g)),
            permission: Some(p.name().to_owned()),
        };
        self.0.iter().map(shown).collect()
    }
}

/// An owner as answers show it.
pub(crate) fn owner(id: impl Into<String>) -> Owner {
    Owner { id: Some(id.into()), ..Owner::default() }
}

/// What a request says of a list in its headers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    pub(crate) canned: Option<&'a str>,
    pub(crate) full_control: Option<&'a str>,
    pub(crate) read: Option<&'a str>,
    pub(crate) read_acp: Option<&'a str>,
    pub(crate) write: Option<&'a str>,
    pub(crate) write_acp: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn grants(&self) -> [(&'static str, Permission, Option<&'a str>); 5] {
        [
            ("x-amz-grant-full-control", Permission::FullControl, self.full_control),
            ("x-amz-grant-read", Permission::Read, self.read),
            ("x-amz-grant-read-acp", Permission::ReadAcp, self.read_acp),
            ("x-amz-grant-write", Permission::Write, self.write),
            ("x-amz-grant-write-acp", Permission::WriteAcp, self.write_acp),
        ]
    }

    /// It says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.canned.is_none() && self.grants().iter().all(|(_, _, given)| given.is_none())
    }

    /// The condition keys that policies read of it.
    pub(crate) fn keys(&self) -> Vec<(&'static str, &'a str)> {
        let [full, read, read_acp, write, write_acp] = self.grants().map(|g| g.2);
        [
            ("s3:x-amz-acl", self.canned),
            ("s3:x-amz-grant-full-control", full),
            ("s3:x-amz-grant-read", read),
            ("s3:x-amz-grant-read-acp", read_acp),
            ("s3:x-amz-grant-write", write),
            ("s3:x-amz-grant-write-acp", write_acp),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
    }

    /// The list that the headers say; `None` where they say none.
    ///
    /// Errors: `InvalidRequest`: both ways at once; `InvalidArgument`; `MethodNotAllowed`: an e-mail address.
    pub(crate) fn read(&self, owner_id: &str, bucket_owner_id: &str) -> Result<Option<Acl>, Fault> {
        let grants = self.grants();
        let has_grants = grants.iter().any(|(_, _, given)| given.is_some());
        if let Some(name) = self.canned {
            if has_grants {
                return Err(err::invalid_request(
                    "Specifying both Canned ACLs and Header Grants is not allowed",
                ));
            }
            let found = Acl::canned(name, owner_id, bucket_owner_id);
            return found.map(Some).ok_or_else(|| err::invalid_argument("", "x-amz-acl", name));
        }
        if !has_grants {
            return Ok(None);
        }
        let mut acl = Acl::default();
        for (header, permission, given) in grants {
            for one in given.unwrap_or_default().split(',').map(str::trim).filter(|g| !g.is_empty()) {
                acl.0.push((header_grantee(header, one)?, permission));
            }
        }
        Ok(Some(acl))
    }
}

/// `id="…"` or `uri="…"`.
fn header_grantee(header: &str, text: &str) -> Result<Grantee, Fault> {
    let unknown = || err::invalid_argument("Argument format not recognized", header, text);
    let (kind, value) = text.split_once('=').ok_or_else(unknown)?;
    let value = value.trim().trim_matches('"');
    match kind.trim().to_ascii_lowercase().as_str() {
        "id" => user(value, "id"),
        "uri" => {
            let found =
                group(value).ok_or_else(|| err::invalid_argument("Invalid group uri", "uri", value))?;
            Ok(Grantee::Group(found))
        }
        "emailaddress" => Err(no_email()),
        _ => Err(unknown()),
    }
}

fn user(id: &str, argument: &str) -> Result<Grantee, Fault> {
    match is_user_id(id) {
        true => Ok(Grantee::User(id.to_owned())),
        false => Err(err::invalid_argument("Invalid id", argument, id)),
    }
}

/// Source: S3 user guide, "Access control list (ACL) overview": no e-mail grantees since October 2025.
fn no_email() -> Fault {
    err::method_not_allowed("PUT", "ACL")
}

fn malformed() -> Fault {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    Fault::new("MalformedACLError", 400, message)
}

/// The list in a request's body.
///
/// Errors: `MalformedACLError`; `InvalidArgument`; `AccessDenied`: it names another owner.
pub(crate) fn of_policy(policy: &AccessControlPolicy, owner_id: &str) -> Result<Acl, Fault> {
    let said = policy.owner.as_ref().and_then(|o| o.id.as_deref()).ok_or_else(malformed)?;
    let grants = policy.grants.as_deref().ok_or_else(malformed)?;
    user(said, "CanonicalUser/ID")?;
    if grants.len() > MOST_GRANTS {
        return Err(malformed());
    }
    let mut acl = Acl::default();
    for grant in grants {
        let permission = grant.permission.as_deref().and_then(Permission::of).ok_or_else(malformed)?;
        let grantee = grant.grantee.as_ref().ok_or_else(malformed)?;
        acl.0.push((policy_grantee(grantee)?, permission));
    }
    if said != owner_id {
        return Err(err::access_denied());
    }
    Ok(acl)
}

fn policy_grantee(g: &ShownGrantee) -> Result<Grantee, Fault> {
    match g.type_.as_str() {
        "CanonicalUser" => user(g.id.as_deref().ok_or_else(malformed)?, "CanonicalUser/ID"),
        "Group" => {
            let uri = g.uri.as_deref().ok_or_else(malformed)?;
            let found =
                group(uri).ok_or_else(|| err::invalid_argument("Invalid group uri", "Group/URI", uri))?;
            Ok(Grantee::Group(found))
        }
        "AmazonCustomerByEmail" => Err(no_email()),
        _ => Err(malformed()),
    }
}

/// The list that a request to set one says, in its headers or in its body.
///
/// Errors: those of both; `MissingSecurityHeader`: nowhere; `UnexpectedContent`: in both.
pub(crate) fn of_request(
    asked: Asked<'_>,
    policy: Option<&AccessControlPolicy>,
    owner_id: &str,
    bucket_owner_id: &str,
) -> Result<Acl, Fault> {
    match (asked.read(owner_id, bucket_owner_id)?, policy) {
        (Some(_), Some(_)) => {
            Err(Fault::new("UnexpectedContent", 400, "This request does not support content"))
        }
        (Some(acl), None) => Ok(acl),
        (None, Some(policy)) => of_policy(policy, owner_id),
        (None, None) => {
            let message = "Your request was missing a required header";
            Err(Fault::new("MissingSecurityHeader", 400, message)
                .with_field("MissingHeaderName", Value::String("x-amz-acl".to_owned())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_its_row() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        for name in
            ["private", "public-read-write", "log-delivery-write", "aws-exec-read", "bucket-owner-read"]
        {
            let acl = Acl::canned(name, &a, &b).expect("it is one");
            assert_eq!(Acl::of_text(&acl.to_text()), acl, "{name}");
        }
    }

    #[test]
    fn full_control_is_everything() {
        assert!(Permission::FullControl.includes(Permission::ReadAcp));
        assert!(!Permission::Read.includes(Permission::ReadAcp));
    }
}
