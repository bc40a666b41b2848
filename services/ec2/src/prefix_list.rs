//! Managed prefix lists: customers' own, with versions, and AWS's, which are worked out. A list's entries are rows of their
//! own, one a version. Source: VPC user guide, "Consolidate and manage network CIDR blocks with managed prefix lists".
//!
//! Differs from AWS: of AWS's lists there are those of S3 and DynamoDB, with fewer blocks than AWS's.

use codec::Fault;
use kernel::Cx;
use sha2::{Digest, Sha256};
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource, get};
use crate::tags::{self, Tags};

pub(crate) static PREFIX_LIST: Kind = Kind {
    noun: "prefix-list",
    prefix: "pl",
    not_found: ("InvalidPrefixListID.NotFound", "The prefix list ID '{}' does not exist"),
    malformed: Some(("InvalidPrefixListId.Malformed", "The prefix list ID '{}' is malformed")),
    seen: resource::seen::<PrefixList>,
};

/// A block of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ListEntry {
    /// The block.
    pub(crate) cidr: String,
    /// Description.
    pub(crate) description: String,
}

impl Row for ListEntry {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.cidr);
        w.put(2, &self.description);
    }
    fn read(r: &mut RowReader) -> Result<ListEntry, RowError> {
        Ok(ListEntry { cidr: r.get(1)?, description: r.get(2)? })
    }
}

/// A customer's prefix list. Its entries are in [`Versions`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PrefixList {
    /// Id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// IPv6.
    pub(crate) ipv6: bool,
    /// Entries that it may have; what refers to it is charged for so many rules.
    pub(crate) max_entries: u32,
    /// The latest version.
    pub(crate) version: u64,
    /// What was last done to it: `create`, `modify`, `restore`.
    pub(crate) last: String,
    /// AWS's own; never stored.
    pub(crate) aws: bool,
}

impl Row for PrefixList {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.ipv6);
        w.put(4, &self.max_entries);
        w.put(5, &self.version);
        w.put(6, &self.last);
        w.put(7, &self.aws);
    }
    fn read(r: &mut RowReader) -> Result<PrefixList, RowError> {
        Ok(PrefixList {
            id: r.get(1)?,
            name: r.get(2)?,
            ipv6: r.get(3)?,
            max_entries: r.get(4)?,
            version: r.get(5)?,
            last: r.get(6)?,
            aws: r.get(7)?,
        })
    }
}

/// Entries of one version.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ListVersion {
    /// In the order in which they were added.
    pub(crate) entries: Vec<ListEntry>,
}

impl Row for ListVersion {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.entries);
    }
    fn read(r: &mut RowReader) -> Result<ListVersion, RowError> {
        Ok(ListVersion { entries: r.get(1)? })
    }
}

/// Entries by account, region, list, version.
pub(crate) struct Versions;
impl Table for Versions {
    const NAME: &'static str = "ec2.prefix_list_version";
    const VERSION: u16 = 1;
    type Key = (String, String, String, u64);
    type Row = ListVersion;
}

impl PrefixList {
    pub(crate) fn owner<'a>(&self, cx: &'a Cx) -> &'a str {
        if self.aws { "AWS" } else { &cx.scope.account }
    }
    fn state(&self) -> String {
        format!("{}-complete", self.last)
    }
}

impl Listed for PrefixList {
    const FILTERS: &'static [(&'static str, Accessor<PrefixList>)] = &[
        ("owner-id", |l, p| p.text(l.owner(p.cx))),
        ("prefix-list-id", |l, p| p.text(&l.id)),
        ("prefix-list-name", |l, p| p.text(&l.name)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for PrefixList {
    const TABLE: &'static str = "ec2.prefix_list";
    const KIND: &'static Kind = &PREFIX_LIST;
}

pub(crate) fn version_key(cx: &Cx, id: &str, version: u64) -> (String, String, String, u64) {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), id.to_owned(), version)
}

/// Entries of a list's version.
pub(crate) fn entries(cx: &Cx, list: &PrefixList, version: u64) -> Result<Option<Vec<ListEntry>>, Fault> {
    if list.aws {
        let own = |c: &&str| ListEntry { cidr: (*c).to_owned(), description: String::new() };
        let service = SERVICES.iter().find(|(service, ..)| list.name.ends_with(service));
        return Ok(service.map(|(_, blocks)| blocks.iter().map(own).collect()));
    }
    Ok(cx.get::<Versions>(&version_key(cx, &list.id, version))?.map(|v| v.entries))
}

/// Services whose addresses AWS publishes as lists, and blocks of theirs.
/// Source: AWS's published address ranges, the blocks longest in use.
const SERVICES: [(&str, &[&str]); 2] =
    [("dynamodb", &["52.94.0.0/22", "52.119.224.0/20"]), ("s3", &["52.216.0.0/15", "54.231.0.0/16"])];

/// Ids that AWS's lists are known to have.
const KNOWN_IDS: [(&str, &str, &str); 6] = [
    ("us-east-1", "s3", "pl-63a5400a"),
    ("us-east-1", "dynamodb", "pl-02cd2c6b"),
    ("us-west-2", "s3", "pl-68a54001"),
    ("us-west-2", "dynamodb", "pl-00a54069"),
    ("eu-west-1", "s3", "pl-6da54004"),
    ("eu-west-1", "dynamodb", "pl-6fa54006"),
];

/// AWS's lists in the call's region, in the order of their ids.
pub(crate) fn of_aws(cx: &Cx) -> Vec<PrefixList> {
    let region = cx.scope.region;
    let mut all: Vec<PrefixList> = SERVICES
        .iter()
        .map(|(service, blocks)| PrefixList {
            id: aws_id(region, service),
            name: format!("com.amazonaws.{region}.{service}"),
            max_entries: blocks.len() as u32,
            version: 1,
            aws: true,
            ..PrefixList::default()
        })
        .collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn aws_id(region: &str, service: &str) -> String {
    if let Some((.., id)) = KNOWN_IDS.iter().find(|(r, s, _)| *r == region && *s == service) {
        return (*id).to_owned();
    }
    let digest = Sha256::digest(format!("{region}/{service}").as_bytes());
    let hex: String = digest[..4].iter().map(|b| format!("{b:02x}")).collect();
    format!("pl-{hex}")
}

/// The list of that id, a customer's or AWS's.
///
/// Errors: InvalidPrefixListId.Malformed; InvalidPrefixListID.NotFound.
pub(crate) fn known(cx: &Cx, id: &str) -> Result<PrefixList, Fault> {
    PREFIX_LIST.formed(id)?;
    match get::<PrefixList>(cx, id)? {
        Some(own) => Ok(own),
        None => of_aws(cx).into_iter().find(|l| l.id == id).ok_or_else(|| PREFIX_LIST.not_found(id)),
    }
}

/// A customer's list, to be changed.
///
/// Errors: as [`known`]; UnauthorizedOperation: AWS's own.
pub(crate) fn own(cx: &Cx, id: &str) -> Result<PrefixList, Fault> {
    let list = known(cx, id)?;
    match list.aws {
        true => Err(fault("UnauthorizedOperation", "You are not authorized to perform this operation.")),
        false => Ok(list),
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, l: &PrefixList, tags: &Tags) -> s::ManagedPrefixList {
    let partition = cx.scope.partition;
    let arn = match l.aws {
        true => format!("arn:{partition}:ec2:{}:aws:prefix-list/{}", cx.scope.region, l.id),
        false => PREFIX_LIST.arn(cx, &l.id),
    };
    s::ManagedPrefixList {
        prefix_list_id: Some(l.id.clone()),
        address_family: Some(if l.ipv6 { "IPv6" } else { "IPv4" }.to_owned()),
        state: (!l.aws).then(|| l.state()),
        prefix_list_arn: Some(arn),
        prefix_list_name: Some(l.name.clone()),
        max_entries: (!l.aws).then(|| i32::try_from(l.max_entries).unwrap_or(i32::MAX)),
        version: (!l.aws).then(|| i64::try_from(l.version).unwrap_or(i64::MAX)),
        tags: Some(tags::all_shown(tags)),
        owner_id: Some(l.owner(cx).to_owned()),
        ..s::ManagedPrefixList::default()
    }
}
