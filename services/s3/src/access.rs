//! Access beside policies: what access control lists grant to whoever calls, who owns an object, what block public access
//! takes away. Grants become small policies of the resource, which the authorizer weighs with the bucket's own.
//! Source: S3 user guide, "How Amazon S3 authorizes a request", "Blocking public access to your Amazon S3 storage",
//! "Mapping of ACL permissions and access policy permissions", "Controlling ownership of objects".

use codec::Fault;
use directory::IdentityKind;
use kernel::{Cx, Target};

use crate::acl::{
    ALL_USERS, ANONYMOUS_ID, AUTHENTICATED_USERS, Acl, Asked, Grantee, LOG_DELIVERY, Permission,
};
use crate::control::through::{self, Side};
use crate::ops::tagged;
use crate::state::{Bucket, Version};
use crate::{err, names, policy, settings};

/// What block public access blocks. The strictest of the bucket's and the account's settings holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Blocks {
    pub(crate) public_acls: bool,
    pub(crate) ignore_acls: bool,
    pub(crate) public_policy: bool,
    pub(crate) restrict: bool,
}

/// Name of the rows that hold blocks.
pub(crate) const BLOCKS: &str = "public-access-block";

impl Blocks {
    /// All four: what new buckets have. Source: S3 user guide (since April 2023).
    pub(crate) const ALL: Blocks =
        Blocks { public_acls: true, ignore_acls: true, public_policy: true, restrict: true };

    pub(crate) fn to_text(self) -> String {
        let Blocks { public_acls, ignore_acls, public_policy, restrict } = self;
        [public_acls, ignore_acls, public_policy, restrict].map(|on| if on { "1" } else { "0" }).concat()
    }

    pub(crate) fn of_text(text: &str) -> Blocks {
        let on = |at: usize| text.as_bytes().get(at) == Some(&b'1');
        Blocks { public_acls: on(0), ignore_acls: on(1), public_policy: on(2), restrict: on(3) }
    }

    pub(crate) fn or(self, other: Blocks) -> Blocks {
        Blocks {
            public_acls: self.public_acls || other.public_acls,
            ignore_acls: self.ignore_acls || other.ignore_acls,
            public_policy: self.public_policy || other.public_policy,
            restrict: self.restrict || other.restrict,
        }
    }
}

/// What is blocked for a bucket, by the way that the call took to it.
pub(crate) fn blocks(cx: &Cx, bucket: &Bucket) -> Result<Blocks, Fault> {
    let read = |text: Option<String>| text.map_or(Blocks::default(), |t| Blocks::of_text(&t));
    let own = read(settings::text(cx, bucket, BLOCKS)?);
    let own = own.or(through::blocks(cx)?);
    Ok(own.or(read(settings::of_account(cx, &bucket.account, BLOCKS)?)))
}

/// A denial that block public access is the reason of.
pub(crate) fn blocked(
    cx: &Cx,
    bucket: &Bucket,
    action: &str,
    resource: &str,
    what: &str,
    setting: &str,
) -> Fault {
    if cx.caller.account != bucket.account {
        return err::access_denied();
    }
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: \"{resource}\" because public {what} are prevented by the {setting} setting in S3 Block Public Access.",
        cx.caller.arn
    );
    Fault::new("AccessDenied", 403, message)
}

/// Access control lists mean nothing in the bucket.
pub(crate) fn is_enforced(bucket: &Bucket) -> bool {
    bucket.ownership == "BucketOwnerEnforced"
}

/// Who owns a version: the account's number, or `anonymous`.
pub(crate) fn owner_of<'a>(bucket: &'a Bucket, version: &'a Version) -> &'a str {
    if is_enforced(bucket) || version.owner.is_empty() { &bucket.account } else { &version.owner }
}

/// The account of objects that unsigned requests wrote.
const ANONYMOUS: &str = "anonymous";

/// Canonical user id of an owner.
pub(crate) fn user_id(account: &str) -> String {
    if account == ANONYMOUS { ANONYMOUS_ID.to_owned() } else { names::canonical_id(account) }
}

/// Owner and list of an object that is about to be written.
///
/// Errors: `AccessControlListNotSupported`; `AccessDenied`: the list is public and such are blocked; those of the list.
pub(crate) fn of_new(
    cx: &Cx,
    bucket: &Bucket,
    (action, resource): (&str, &str),
    asked: Asked<'_>,
) -> Result<(String, Option<String>), Fault> {
    if is_enforced(bucket) {
        // What the owner's own account writes as `private` grants nobody anything but what holds there anyway.
        let own_private = asked.canned == Some("private") && cx.caller.account == bucket.account;
        let says_nothing = asked.is_empty() || own_private;
        if !says_nothing && !keeps_bucket_owner(asked, &names::canonical_id(&bucket.account))? {
            return Err(err::acl_not_supported());
        }
        return Ok((bucket.account.clone(), None));
    }
    let bucket_owner = names::canonical_id(&bucket.account);
    let caller = if cx.caller.account.is_empty() { ANONYMOUS } else { &cx.caller.account };
    let gives_up =
        asked.canned == Some("bucket-owner-full-control") && bucket.ownership == "BucketOwnerPreferred";
    let owner = if gives_up { &bucket.account } else { caller };
    let acl = asked.read(&user_id(owner), &bucket_owner)?;
    if let Some(acl) = &acl {
        refuse_public(cx, bucket, acl, (action, resource))?;
    }
    Ok((owner.to_owned(), acl.map(|a| a.to_text())))
}

/// Errors: `AccessDenied`: a public list where such are blocked.
pub(crate) fn refuse_public(
    cx: &Cx,
    bucket: &Bucket,
    acl: &Acl,
    (action, resource): (&str, &str),
) -> Result<(), Fault> {
    if acl.is_public() && blocks(cx, bucket)?.public_acls {
        return Err(blocked(cx, bucket, action, resource, "ACLs", "BlockPublicAcls"));
    }
    Ok(())
}

/// The only lists that a bucket without lists takes say what holds there anyway.
fn keeps_bucket_owner(asked: Asked<'_>, bucket_owner: &str) -> Result<bool, Fault> {
    if asked.canned == Some("bucket-owner-full-control") {
        return Ok(true);
    }
    let read = asked.read(bucket_owner, bucket_owner)?;
    Ok(asked.canned.is_none() && read == Some(Acl::of_owner(bucket_owner)))
}

/// What a call is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    /// The bucket.
    Bucket,
    /// A key in it, to be written or deleted: the bucket's business.
    Key,
    /// A version that is there.
    Version(&'a Version),
}

/// The target of a call: with the bucket's policy as far as it counts, and what lists grant to the caller.
pub(crate) fn target(cx: &Cx, bucket: &Bucket, arn: &str, subject: Subject<'_>) -> Result<Target, Fault> {
    let caller = cx.caller;
    let outside = caller.account != bucket.account && caller.kind != IdentityKind::Service;
    if outside && settings::text(cx, bucket, REQUESTER_PAYS)?.is_some() && !pays(cx) {
        return Err(err::access_denied());
    }
    let mut policy = settings::text(cx, bucket, POLICY)?;
    let has_lists = !is_enforced(bucket);
    let blocks = if has_lists || outside { blocks(cx, bucket)? } else { Blocks::default() };
    let mut account = bucket.account.clone();
    let shut = outside && blocks.restrict && policy.as_deref().is_some_and(policy::is_public);
    if shut {
        policy = policy.as_deref().and_then(policy::denials_only);
    }
    let mut grants = Vec::new();
    if has_lists && !shut {
        grants = match subject {
            Subject::Version(v) => {
                owner_of(bucket, v).clone_into(&mut account);
                granted(cx, &of_version(bucket, v), &ON_OBJECT, blocks)
            }
            Subject::Bucket => granted(cx, &of_bucket(cx, bucket)?, &ON_BUCKET, blocks),
            Subject::Key => granted(cx, &of_bucket(cx, bucket)?, &ON_KEYS, blocks),
        };
        if account != bucket.account {
            policy = policy.as_deref().and_then(policy::denials_only);
        }
    }
    let target = Target::on(arn).shown(["\"", arn, "\""].concat()).account(account).policy(policy);
    let target = Target { grants, outsiders_read: Some("Access Denied"), ..target };
    let target = tagged(cx, bucket, target)?;
    let key = arn.split_once('/').map(|(_, key)| key);
    through::before(cx, target, key, Side::Own, blocks)
}

/// Name of the rows that say that requesters pay.
pub(crate) const REQUESTER_PAYS: &str = "request-payment";

/// Whether the request says that its sender pays for it: in a header, or in the query of a presigned one.
/// Source: S3 user guide, "Using Requester Pays buckets". Unsigned requests can't pay.
fn pays(cx: &Cx) -> bool {
    let Some(head) = cx.request.head.as_deref() else { return false };
    let header = head.headers.get("x-amz-request-payer").and_then(|v| v.to_str().ok());
    let query = head.uri.query().unwrap_or_default();
    let in_query = query.split('&').any(|p| p.eq_ignore_ascii_case("x-amz-request-payer=requester"));
    cx.caller.kind != IdentityKind::Anonymous && (header == Some("requester") || in_query)
}

/// `x-amz-request-charged`: whoever calls pays, and the call was let in. Source: S3 API reference, "RequestCharged".
pub(crate) fn charged(cx: &Cx, bucket: &Bucket) -> Result<Option<String>, Fault> {
    let caller = cx.caller;
    let outside = caller.account != bucket.account && caller.kind != IdentityKind::Service;
    let pays = outside && settings::text(cx, bucket, REQUESTER_PAYS)?.is_some();
    Ok(pays.then(|| "requester".to_owned()))
}

/// Name of the rows that hold policies, and lists.
pub(crate) const POLICY: &str = "policy";
pub(crate) const ACL: &str = "acl";

/// A bucket's list.
pub(crate) fn of_bucket(cx: &Cx, bucket: &Bucket) -> Result<Acl, Fault> {
    let own = || Acl::of_owner(&names::canonical_id(&bucket.account));
    if is_enforced(bucket) {
        return Ok(own());
    }
    Ok(settings::text(cx, bucket, ACL)?.map_or_else(own, |text| Acl::of_text(&text)))
}

/// A version's list.
pub(crate) fn of_version(bucket: &Bucket, version: &Version) -> Acl {
    match version.acl.as_deref().filter(|_| !is_enforced(bucket)) {
        Some(text) => Acl::of_text(text),
        None => Acl::of_owner(&user_id(owner_of(bucket, version))),
    }
}

/// What each permission allows.
type Allowed = [(Permission, &'static [&'static str]); 4];
const ON_BUCKET: Allowed = [
    (Permission::Read, &["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"]),
    (Permission::Write, &[]),
    (Permission::ReadAcp, &["s3:GetBucketAcl"]),
    (Permission::WriteAcp, &["s3:PutBucketAcl"]),
];
/// Who may write a key may give it a list, too: the object is going to be theirs.
const ON_KEYS: Allowed = [
    (Permission::Read, &[]),
    (Permission::Write, &["s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject"]),
    (Permission::ReadAcp, &[]),
    (Permission::WriteAcp, &[]),
];
const ON_OBJECT: Allowed = [
    (Permission::Read, &["s3:GetObject", "s3:GetObjectVersion"]),
    (Permission::Write, &[]),
    (Permission::ReadAcp, &["s3:GetObjectAcl", "s3:GetObjectVersionAcl"]),
    (Permission::WriteAcp, &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"]),
];

/// What a list grants to the caller, as policies.
fn granted(cx: &Cx, acl: &Acl, allowed: &Allowed, blocks: Blocks) -> Vec<String> {
    let caller = cx.caller;
    let own_id = (!caller.account.is_empty()).then(|| names::canonical_id(&caller.account));
    let mut policies = Vec::new();
    for (grantee, permission) in &acl.0 {
        let principal = match grantee {
            Grantee::User(id) if Some(id) == own_id.as_ref() => format!("{{\"AWS\":\"{}\"}}", caller.account),
            Grantee::Group(ALL_USERS) if !blocks.ignore_acls => "\"*\"".to_owned(),
            Grantee::Group(AUTHENTICATED_USERS)
                if !blocks.ignore_acls && caller.kind != IdentityKind::Anonymous =>
            {
                "\"*\"".to_owned()
            }
            Grantee::Group(LOG_DELIVERY) if caller.arn == LOGGING => format!("{{\"Service\":\"{LOGGING}\"}}"),
            _ => continue,
        };
        let actions: Vec<String> = allowed
            .iter()
            .filter(|(p, _)| permission.includes(*p))
            .flat_map(|(_, actions)| actions.iter().map(|a| format!("\"{a}\"")))
            .collect();
        if !actions.is_empty() {
            policies.push(format!(
                "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{principal},\"Action\":[{}],\"Resource\":\"*\"}}]}}",
                actions.join(",")
            ));
        }
    }
    policies
}

/// Who delivers server access logs.
pub(crate) const LOGGING: &str = "logging.s3.amazonaws.com";
