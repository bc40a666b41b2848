//! `DescribeImages`: the account's own images, those shared with it, the public catalogue. The catalogue is worked out image by
//! image; whole families are passed over where an owner, a filter on what a family has in common, or the beginning of a
//! name says so. Source: EC2 API reference, "DescribeImages" (2026-11-22).
//!
//! Differs from AWS: deprecated images of others, named by their ids, are shown (as AWS seems to do).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeImagesRequest, DescribeImagesResult, Filter};
use store::Scan;

use crate::allowed_images::Allowed;
use crate::deregistered;
use crate::describe::Ask;
use crate::err::invalid_value;
use crate::filter::{Filters, Pattern};
use crate::image::{self, Any, Image, Shares};
use crate::image_catalogue::{self as catalogue, Family};
use crate::resource::{self, Of};
use crate::tags::{self, Tags};

/// Errors: InvalidAMIID.NotFound, InvalidAMIID.Malformed; InvalidParameterValue: an unknown filter, MaxResults.
/// InvalidParameterCombination: MaxResults with ids. InvalidPaginationToken. InvalidUserID.Malformed: an owner.
pub(crate) fn decide(cx: &mut Cx, i: &DescribeImagesRequest) -> Result<DescribeImagesResult, Fault> {
    let more =
        format!("{:?}{:?}{:?}{:?}", i.owners, i.executable_users, i.include_deprecated, i.include_disabled);
    let ask = Ask::new("DescribeImages", &i.filters)
        .ids(&i.image_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("imageIds");
    let size = ask.page_size(cx)?;
    let start = ask.start_bound(cx, &more)?;
    let who = Who::read(cx, i)?;
    let mut page =
        Page { filters: Filters::read(i.filters.as_deref())?, items: Vec::new(), size, more: false };
    match i.image_ids.as_deref().filter(|ids| !ids.is_empty()) {
        Some(ids) => named(cx, ids, &who, &mut page)?,
        None => all(cx, i, &who, start.as_deref(), &mut page)?,
    }
    let next = page.more.then(|| {
        let last = page.items.last().map(|(a, _)| place(a)).unwrap_or_default();
        ask.token_bound(cx, &more, &last)
    });
    let images = page.items.iter().map(|(a, t)| image::show(cx, a, t, &who.allowed)).collect();
    Ok(DescribeImagesResult { next_token: next, images: Some(images) })
}

/// Whose images, and who may launch them.
struct Who<'a> {
    account: &'a str,
    owners: Vec<&'a str>,
    users: Vec<&'a str>,
    deprecated_too: bool,
    disabled_too: bool,
    now_ms: i64,
    allowed: Allowed,
}

impl<'a> Who<'a> {
    fn read(cx: &'a Cx, i: &'a DescribeImagesRequest) -> Result<Who<'a>, Fault> {
        let account = cx.scope.account.as_str();
        let own = |name: &'a String| if name == "self" { account } else { name.as_str() };
        let owners: Vec<&str> = i.owners.iter().flatten().map(own).collect();
        let users: Vec<&str> = i.executable_users.iter().flatten().map(own).collect();
        let is_account = |o: &str| o.len() == 12 && o.bytes().all(|b| b.is_ascii_digit());
        let alias = |o: &str| matches!(o, "amazon" | "aws-marketplace" | "aws-backup-vault");
        if let Some(wrong) = owners.iter().find(|o| !is_account(o) && !alias(o)) {
            let text = format!("Invalid user id: \"{wrong}\"");
            return Err(crate::err::fault("InvalidUserID.Malformed", text));
        }
        if let Some(wrong) = users.iter().find(|u| !is_account(u) && **u != "all") {
            return Err(invalid_value(format!("Value ({wrong}) for parameter executableBy is invalid.")));
        }
        Ok(Who {
            account,
            owners,
            users,
            deprecated_too: i.include_deprecated == Some(true),
            disabled_too: i.include_disabled == Some(true),
            now_ms: cx.now_ms,
            allowed: Allowed::read(cx)?,
        })
    }

    /// Whether an owner was asked for, by account and alias.
    fn owned(&self, owner: &str, alias: &str) -> bool {
        self.owners.is_empty()
            || self.owners.iter().any(|o| *o == owner || (*o == alias && !alias.is_empty()))
    }

    fn wants(&self, cx: &Cx, a: &Any, named: bool) -> bool {
        let own = a.owner() == self.account;
        let launchable = self.users.is_empty()
            || self.users.iter().any(|u| match a {
                Any::Public(_) => *u == "all",
                Any::Stored(i) => {
                    i.shared.iter().any(|s| s == u)
                        || (!own && *u == self.account && i.shared.iter().any(|s| s == u))
                }
            });
        let current =
            own || named || self.deprecated_too || a.deprecated_ms().is_none_or(|d| d > self.now_ms);
        let enabled = !a.is_disabled() || self.disabled_too && own || named && own;
        self.owned(a.owner(), a.alias().unwrap_or_default())
            && launchable
            && current
            && enabled
            && self.allowed.lets(cx, a)
    }
}

/// A page that fills.
struct Page {
    filters: Filters<Any>,
    items: Vec<(Any, Tags)>,
    size: usize,
    more: bool,
}

impl Page {
    /// Takes an image if it fits; `false` once the page is full.
    fn take(&mut self, cx: &Cx, a: Any) -> Result<bool, Fault> {
        let own = matches!(&a, Any::Stored(i) if i.owner == cx.scope.account);
        let tags = if own { tags::of(cx, &a.id())? } else { Tags::new() };
        if self.filters.hold(cx, &a, &tags) {
            if self.items.len() == self.size {
                self.more = true;
                return Ok(false);
            }
            self.items.push((a, tags));
        }
        Ok(true)
    }
}

/// Where an image is in the list: stored ones first, by id; then the catalogue, by number.
fn place(a: &Any) -> String {
    match a {
        Any::Stored(i) => i.id.clone(),
        Any::Public(i) => format!("public-{:06}", i.number),
    }
}

fn named(cx: &Cx, ids: &[String], who: &Who<'_>, page: &mut Page) -> Result<(), Fault> {
    let mut seen = std::collections::BTreeSet::new();
    let mut missing = Vec::new();
    for id in ids.iter().filter(|id| seen.insert(id.as_str())) {
        image::IMAGE.formed(id)?;
        match image::visible(cx, id)? {
            Some(a) if who.wants(cx, &a, true) => {
                page.take(cx, a)?;
            }
            Some(_) => {}
            None if deregistered::is_recent(cx, id)? => {}
            None => missing.push(id.as_str()),
        }
    }
    match missing.as_slice() {
        [] => Ok(()),
        [one] => Err(image::IMAGE.not_found(one)),
        several => {
            let text = format!("The image ids '[{}]' do not exist", several.join(", "));
            Err(crate::err::fault("InvalidAMIID.NotFound", text))
        }
    }
}

fn all(
    cx: &Cx,
    i: &DescribeImagesRequest,
    who: &Who<'_>,
    start: Option<&str>,
    page: &mut Page,
) -> Result<(), Fault> {
    let number =
        start.and_then(|s| s.strip_prefix("public-")).map(|n| n.parse::<usize>().map_or(0, |n| n + 1));
    if number.is_none() {
        for a in stored(cx)? {
            let behind = start.is_none_or(|s| a.id.as_str() > s);
            let a = Any::Stored(Box::new(a));
            if behind && who.wants(cx, &a, false) && !page.take(cx, a)? {
                return Ok(());
            }
        }
    }
    if !who.users.is_empty() && !who.users.contains(&"all") {
        return Ok(());
    }
    if let Some(id) = page.filters.exact("image-id") {
        let found = catalogue::find(cx.scope.region, id).map(Any::Public);
        if let Some(a) = found.filter(|a| who.wants(cx, a, false)) {
            page.take(cx, a)?;
        }
        return Ok(());
    }
    public(cx, &Narrow::read(i.filters.as_deref()), who, number.unwrap_or(0), page)
}

/// The account's own images and those shared with it, by id.
fn stored(cx: &Cx) -> Result<Vec<Image>, Fault> {
    let mut all: Vec<Image> = resource::all::<Image>(cx)?.collect();
    for to in [cx.scope.account.as_str(), "all"] {
        for ((_, _, id), owner) in cx.scan::<Shares>(Scan::prefix(&(cx.scope.region, to)))? {
            if owner.account != cx.scope.account && id.starts_with("ami-") {
                all.extend(cx.get::<Of<Image>>(&(owner.account, cx.scope.region.to_owned(), id))?);
            }
        }
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all.dedup_by(|a, b| a.id == b.id);
    Ok(all)
}

/// What the filters say of families as a whole.
struct Narrow {
    rules: Vec<(fn(&Family) -> &str, Vec<Pattern>)>,
    /// What names must begin with, one of them.
    names: Option<Vec<String>>,
    never: bool,
}

impl Narrow {
    fn read(filters: Option<&[Filter]>) -> Narrow {
        let mut all = Narrow { rules: Vec::new(), names: None, never: false };
        for f in filters.unwrap_or_default() {
            let values = f.values.as_deref().unwrap_or_default();
            let of: fn(&Family) -> &str = match f.name.as_deref().unwrap_or_default() {
                "architecture" => |f| f.architecture,
                "owner-id" => |f| f.owner,
                "owner-alias" => |f| f.alias,
                "platform-details" => |f| f.platform,
                "root-device-name" => |f| f.root,
                "virtualization-type" => |f| f.virtualization,
                "name" => {
                    all.names = Some(values.iter().map(|v| head(v)).collect());
                    continue;
                }
                // The catalogue has no tags that anybody sees.
                name => {
                    all.never |= name.starts_with("tag");
                    continue;
                }
            };
            all.rules.push((of, values.iter().map(|v| Pattern::new(v)).collect()));
        }
        all
    }

    fn keeps(&self, family: &Family) -> bool {
        let named = |heads: &Vec<String>| {
            heads.iter().any(|h| h.starts_with(family.prefix) || family.prefix.starts_with(h.as_str()))
        };
        !self.never
            && self.names.as_ref().is_none_or(named)
            && self.rules.iter().all(|(of, values)| values.iter().any(|v| v.matches(of(family))))
    }
}

/// A pattern up to its first wildcard or escape.
fn head(pattern: &str) -> String {
    pattern.split(['*', '?', '\\']).next().unwrap_or_default().to_owned()
}

fn public(cx: &Cx, narrow: &Narrow, who: &Who<'_>, from: usize, page: &mut Page) -> Result<(), Fault> {
    let region = cx.scope.region;
    for run in catalogue::runs(region).filter(|r| r.to > from) {
        if !who.owned(run.family.owner, run.family.alias) || !narrow.keeps(&run.family) {
            continue;
        }
        for number in run.from.max(from)..run.to {
            let a = Any::Public(run.image(region, number));
            if who.wants(cx, &a, false) && !page.take(cx, a)? {
                return Ok(());
            }
        }
    }
    Ok(())
}
