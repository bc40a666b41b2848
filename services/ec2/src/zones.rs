//! Regions and zones: names, ids, groups, opt-in state. Facts of availability zones are the kernel's, those of Local and
//! Wavelength Zones are in `facts/ec2-zones.tsv`.
//!
//! Differs from AWS: zone names map to zone ids alike in every account (`a` is `az1`); AWS shuffles them in older regions.

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::filter::{Accessor, Probe};
use crate::resource::{Listed, ResourceKey, key};

static FACTS: &str = include_str!("../../../facts/ec2-zones.tsv");

/// A zone of a region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Zone {
    /// `us-east-1a`
    pub(crate) name: String,
    /// `use1-az1`
    pub(crate) id: String,
    /// `us-east-1`, or the zone group that is opted in to.
    pub(crate) group: String,
    /// Region.
    pub(crate) region: &'static str,
    /// `availability-zone`, `local-zone`, `wavelength-zone`.
    pub(crate) kind: &'static str,
    /// Zone on which a Local or Wavelength Zone depends.
    pub(crate) parent: Option<(String, String)>,
    /// `US East (N. Virginia) 1`
    pub(crate) long_name: String,
    /// `opt-in-not-required`, `opted-in`, `not-opted-in`.
    pub(crate) opt_in: &'static str,
}

impl Zone {
    /// Whether resources may be made there.
    pub(crate) fn is_open(&self) -> bool {
        self.opt_in != "not-opted-in"
    }

    /// `us-east-1`, or the group of a Local or Wavelength Zone.
    pub(crate) fn border_group(&self) -> &str {
        if self.kind == "availability-zone" { self.region } else { &self.group }
    }
}

impl Listed for Zone {
    const FILTERS: &'static [(&'static str, Accessor<Zone>)] = &[
        ("group-long-name", |z, p| p.text(&z.long_name)),
        ("group-name", |z, p| p.text(&z.group)),
        ("message", |_, _| {}),
        ("opt-in-status", |z, p| p.text(z.opt_in)),
        ("parent-zone-id", |z, p| p.maybe(z.parent.as_ref().map(|p| p.1.as_str()))),
        ("parent-zone-name", |z, p| p.maybe(z.parent.as_ref().map(|p| p.0.as_str()))),
        ("region-name", |z, p| p.text(z.region)),
        ("state", |_, p| p.text("available")),
        ("zone-id", |z, p| p.text(&z.id)),
        ("zone-name", |z, p| p.text(&z.name)),
        ("zone-type", |z, p| p.text(z.kind)),
    ];
    #[expect(clippy::misnamed_getters, reason = "zones are listed in the order of their names")]
    fn id(&self) -> &str {
        &self.name
    }
}

/// Zone groups that an account opted in to.
pub(crate) struct OptedIn;
impl Table for OptedIn {
    const NAME: &'static str = "ec2.zone_group";
    const VERSION: u16 = 1;
    type Key = ResourceKey;
    type Row = Since;
}

/// Since when.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Since {
    pub(crate) at_ms: i64,
}

impl Row for Since {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Since, RowError> {
        Ok(Since { at_ms: r.get(1)? })
    }
}

/// Name, Local Zone ids and Wavelength Zone ids of a region.
fn facts(region: &str) -> (&'static str, &'static str, &'static str) {
    let row = FACTS.lines().find_map(|l| l.strip_prefix(region)?.strip_prefix('\t'));
    let mut f = row.unwrap_or_default().split('\t');
    (f.next().unwrap_or_default(), f.next().unwrap_or_default(), f.next().unwrap_or_default())
}

fn letter(number: &str) -> char {
    let n: u8 = number.parse().unwrap_or(1);
    char::from(b'a' + n.clamp(1, 26) - 1)
}

/// Availability zones of the call's region, in the order of their names.
pub(crate) fn availability_zones(cx: &Cx) -> Vec<Zone> {
    let region = cx.scope.region;
    let (name, ..) = facts(region);
    let ids = kernel::region(region).into_iter().flat_map(kernel::Region::zone_ids);
    ids.filter_map(|id| {
        let (_, number) = id.rsplit_once("-az")?;
        Some(Zone {
            name: format!("{region}{}", letter(number)),
            id: id.to_owned(),
            group: format!("{region}-zg-1"),
            region,
            kind: "availability-zone",
            long_name: format!("{name} 1"),
            opt_in: "opt-in-not-required",
            ..Zone::default()
        })
    })
    .collect()
}

/// Every zone of the call's region, in the order of their names, with the caller's opt-in state.
pub(crate) fn all(cx: &Cx) -> Result<Vec<Zone>, Fault> {
    let mut zones = availability_zones(cx);
    let parent = zones.first().map(|z| (z.name.clone(), z.id.clone()));
    let (name, local, wavelength) = facts(cx.scope.region);
    let far = local.split(',').filter_map(|id| local_zone(cx.scope.region, id));
    for mut zone in far.chain(wavelength.split(',').filter_map(|id| wavelength_zone(cx.scope.region, id))) {
        zone.parent = parent.clone();
        zone.long_name = format!("{name} {}", &zone.group[cx.scope.region.len() + 1..]);
        let opted_in = cx.get::<OptedIn>(&key(cx, &zone.group))?.is_some();
        zone.opt_in = if opted_in { "opted-in" } else { "not-opted-in" };
        zones.push(zone);
    }
    zones.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(zones)
}

/// `use1-bos1-az1` is `us-east-1-bos-1a` in the group `us-east-1-bos-1`.
fn local_zone(region: &'static str, id: &str) -> Option<Zone> {
    let mut parts = id.split('-');
    let (_, place, number) = (parts.next()?, parts.next()?, parts.next()?.strip_prefix("az")?);
    let (city, n) = place.split_at_checked(3)?;
    let group = format!("{region}-{city}-{n}");
    let name = format!("{group}{}", letter(number));
    Some(Zone { name, id: id.to_owned(), group, region, kind: "local-zone", ..Zone::default() })
}

/// `apne1-wl1-kix-wlz1` is `ap-northeast-1-wl1-kix-wlz-1` in the group `ap-northeast-1-wl1`.
fn wavelength_zone(region: &'static str, id: &str) -> Option<Zone> {
    let (_, rest) = id.split_once('-')?;
    let (place, number) = rest.rsplit_once("-wlz")?;
    let group = format!("{region}-{}", place.split('-').next()?);
    let name = format!("{region}-{place}-wlz-{number}");
    Some(Zone { name, id: id.to_owned(), group, region, kind: "wavelength-zone", ..Zone::default() })
}

/// The zone of that name or id.
pub(crate) fn named(cx: &Cx, name: Option<&str>, id: Option<&str>) -> Result<Option<Zone>, Fault> {
    let is = |given: Option<&str>, own: &str| given.is_none_or(|g| g == own);
    let given = name.is_some() || id.is_some();
    Ok(all(cx)?.into_iter().find(|z| given && is(name, &z.name) && is(id, &z.id)))
}

/// A region, for DescribeRegions.
pub(crate) struct RegionRow(pub(crate) &'static kernel::Region);

impl RegionRow {
    pub(crate) fn opt_in(&self) -> &'static str {
        if self.0.opt_in { "not-opted-in" } else { "opt-in-not-required" }
    }
    pub(crate) fn endpoint(&self) -> String {
        format!("ec2.{}.{}", self.0.name, kernel::dns_suffix(self.0.partition))
    }
}

impl Listed for RegionRow {
    const FILTERS: &'static [(&'static str, Accessor<RegionRow>)] = &[
        ("endpoint", |r: &RegionRow, p: &mut Probe<'_>| p.text(&r.endpoint())),
        ("opt-in-status", |r, p| p.text(r.opt_in())),
        ("region-name", |r, p| p.text(r.0.name)),
    ];
    fn id(&self) -> &str {
        self.0.name
    }
}
