//! The whole state: its keyspace, how an account's part of it is deleted, and what must always hold between rows. The rows
//! themselves stand beside their types.

use std::collections::{BTreeMap, BTreeSet};

use codec::Fault;
use kernel::Cx;
use store::{Scan, Table};

use crate::address_transfer::Offers;
use crate::addresses::{HeldTable, TakenTable};
use crate::deregistered::DeregisteredImages;
use crate::elastic_ip::{ElasticIp, PublicIps};
use crate::founding::Founded;
use crate::instance::{INSTANCE, Whole, Wholes};
use crate::launch_template::TemplateVersions;
use crate::prefix_list::Versions;
use crate::resource::{Counts, Links, Of, Resource, all};
use crate::settings::AccountSettings;
use crate::tags::{TagIndex, TagSets};
use crate::token::Tokens;
use crate::zones::OptedIn;

/// Keyspaces that hold this service's state.
pub(crate) const KEYSPACES: &[&str] = &["ec2"];

/// Deletes the state of the scope's account and region.
pub(crate) fn reset(cx: &mut Cx) -> Result<(), Fault> {
    let public: Vec<String> = all::<ElasticIp>(cx)?.map(|a| a.public_ip).collect();
    for address in public {
        cx.delete::<PublicIps>(&address);
    }
    let public: Vec<String> = all::<crate::instance::Instance>(cx)?.map(|i| i.public_ip).collect();
    for address in public.iter().filter(|a| !a.is_empty()) {
        cx.delete::<PublicIps>(address);
    }
    let tunnels = all::<crate::vpn_connection::VpnConnection>(cx)?.filter(|c| c.life.lasts());
    let outside: Vec<String> = tunnels.flat_map(|c| c.tunnels).map(|t| t.outside).collect();
    for address in outside {
        cx.delete::<PublicIps>(&address);
    }
    let images: Vec<String> = all::<crate::image::Image>(cx)?.map(|i| i.id).collect();
    for id in images {
        crate::image::unshare(cx, &id)?;
    }
    let snapshots: Vec<String> = all::<crate::snapshot::Snapshot>(cx)?.map(|s| s.id).collect();
    for id in snapshots {
        crate::snapshot::unshare(cx, &id)?;
    }
    for kind in EACH {
        (kind.clear)(cx)?;
    }
    clear::<Offers>(cx)?;
    clear::<HeldTable>(cx)?;
    clear::<TakenTable>(cx)?;
    clear::<Versions>(cx)?;
    clear::<TemplateVersions>(cx)?;
    clear::<Wholes>(cx)?;
    clear::<TagSets>(cx)?;
    clear::<TagIndex>(cx)?;
    clear::<Links>(cx)?;
    clear::<Counts>(cx)?;
    clear::<Tokens>(cx)?;
    clear::<crate::fleet::history::Events>(cx)?;
    clear::<OptedIn>(cx)?;
    clear::<AccountSettings>(cx)?;
    clear::<DeregisteredImages>(cx)?;
    clear::<Founded>(cx)
}

fn clear<T: Table>(cx: &mut Cx) -> Result<(), Fault> {
    let prefix = (cx.scope.account.clone(), cx.scope.region);
    let keys: Vec<T::Key> = cx.scan_prefix::<T>(&prefix)?.map(|(key, _)| key).collect();
    for key in keys {
        cx.delete::<T>(&key);
    }
    Ok(())
}

/// What is done with every type of stored resource.
struct Each {
    clear: fn(&mut Cx) -> Result<(), Fault>,
    check: fn(&Cx, &mut Seen) -> Result<(), String>,
}

/// Account, region, parent, child.
type LinkKey = (String, String, String, String);
/// Account, region, id.
type Place = (String, String, String);

const fn each<R: Resource>() -> Each {
    Each { clear: clear::<Of<R>>, check: check_rows::<R> }
}

/// Every type of stored resource.
static EACH: &[Each] = &[
    each::<crate::vpc::Vpc>(),
    each::<crate::subnet::Subnet>(),
    each::<crate::dhcp_options::DhcpOptions>(),
    each::<crate::internet_gateway::InternetGateway>(),
    each::<crate::egress_only_internet_gateway::EgressOnlyInternetGateway>(),
    each::<crate::prefix_list::PrefixList>(),
    each::<crate::route_table::RouteTable>(),
    each::<crate::network_acl::NetworkAcl>(),
    each::<crate::security_group::SecurityGroup>(),
    each::<crate::security_group_rule::GroupRule>(),
    each::<crate::group_vpc::GroupVpc>(),
    each::<crate::trunk::TrunkAssociation>(),
    each::<crate::carrier_gateway::CarrierGateway>(),
    each::<crate::subnet_cidr_reservation::Reservation>(),
    each::<crate::network_interface::NetworkInterface>(),
    each::<ElasticIp>(),
    each::<crate::nat_gateway::NatGateway>(),
    each::<crate::key_pair::KeyPair>(),
    each::<crate::vpc_endpoint::VpcEndpoint>(),
    each::<crate::vpc_peering_connection::Peering>(),
    each::<crate::transit_gateway::TransitGateway>(),
    each::<crate::transit_gateway::attachment::Attachment>(),
    each::<crate::transit_gateway::route_table::TransitRouteTable>(),
    each::<crate::customer_gateway::CustomerGateway>(),
    each::<crate::vpn_gateway::VpnGateway>(),
    each::<crate::vpn_connection::VpnConnection>(),
    each::<crate::flow_log::FlowLog>(),
    each::<crate::traffic_mirror::Filter>(),
    each::<crate::traffic_mirror::rule::Rule>(),
    each::<crate::traffic_mirror::target::Target>(),
    each::<crate::traffic_mirror::session::Session>(),
    each::<crate::image::Image>(),
    each::<crate::volume::Volume>(),
    each::<crate::instance::Instance>(),
    each::<crate::snapshot::Snapshot>(),
    each::<crate::iam_profile::Association>(),
    each::<crate::launch_template::LaunchTemplate>(),
    each::<crate::placement_group::PlacementGroup>(),
    each::<crate::capacity_reservation::CapacityReservation>(),
    each::<crate::dedicated_host::Host>(),
    each::<crate::spot_request::SpotRequest>(),
    each::<crate::fleet::Fleet>(),
    each::<crate::event_window::EventWindow>(),
    each::<crate::replace_root_volume::Task>(),
];

/// What the rows say of what is kept beside them.
#[derive(Default)]
struct Seen {
    links: BTreeSet<LinkKey>,
    places: BTreeSet<Place>,
    tallies: BTreeMap<Place, u64>,
    wholes: BTreeMap<Place, Whole>,
}

fn check_rows<R: Resource>(cx: &Cx, seen: &mut Seen) -> Result<(), String> {
    for ((account, region, id), row) in cx.scan::<Of<R>>(Scan::all()).map_err(|f| f.message().to_owned())? {
        if row.id() != id {
            return Err(format!("{id} is stored as {}", row.id()));
        }
        for parent in row.parents() {
            seen.links.insert((account.clone(), region.clone(), parent, id.clone()));
        }
        if let Some((name, n)) = row.tally() {
            *seen.tallies.entry((account.clone(), region.clone(), name)).or_default() += n;
        }
        for (instance, part) in row.parts() {
            seen.wholes.entry((account.clone(), region.clone(), instance)).or_default().put(part);
        }
        seen.places.insert((account, region, id));
    }
    Ok(())
}

/// Asserts the invariants of every account and region: links are those of the rows, tags belong to what is there, and the
/// index of tags is that of the tags.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let mut seen = Seen::default();
    for kind in EACH {
        (kind.check)(cx, &mut seen)?;
    }
    let Seen { links, places, mut tallies, mut wholes } = seen;
    let said = |f: Fault| f.message().to_owned();
    for (key, count) in cx.scan::<Counts>(Scan::all()).map_err(said)? {
        let there = tallies.remove(&key).unwrap_or_default();
        if count.n != there {
            return Err(format!("{} of {} are counted, {there} are there", count.n, key.2));
        }
    }
    if let Some((key, n)) = tallies.into_iter().find(|(_, n)| *n > 0) {
        return Err(format!("{n} of {} are there and not counted", key.2));
    }
    let stored: BTreeSet<LinkKey> = cx.scan::<Links>(Scan::all()).map_err(said)?.map(|(k, _)| k).collect();
    if let Some(odd) = links.symmetric_difference(&stored).next() {
        return Err(format!("a link is missing or too many: {odd:?}"));
    }
    let mut indexed = BTreeSet::new();
    for ((account, region, id), set) in cx.scan::<TagSets>(Scan::all()).map_err(said)? {
        if !places.contains(&(account.clone(), region.clone(), id.clone())) {
            return Err(format!("tags of {id}, which isn't there"));
        }
        if set.noun == INSTANCE.noun {
            wholes.entry((account.clone(), region.clone(), id.clone())).or_default().tags = set.tags.clone();
        }
        for (k, v) in set.tags {
            indexed.insert((account.clone(), region.clone(), set.noun.clone(), k, v, id.clone()));
        }
    }
    let stored: BTreeSet<_> = cx.scan::<TagIndex>(Scan::all()).map_err(said)?.map(|(k, _)| k).collect();
    if let Some(odd) = indexed.symmetric_difference(&stored).next() {
        return Err(format!("the index of tags differs: {odd:?}"));
    }
    for (key, whole) in cx.scan::<Wholes>(Scan::all()).map_err(said)? {
        if wholes.remove(&key).as_ref() != Some(&whole) {
            return Err(format!("what lists show of {} isn't what it consists of", key.2));
        }
    }
    if let Some((_, _, id)) = wholes.into_keys().next() {
        return Err(format!("lists don't show {id}"));
    }
    crate::check::check(cx)
}
