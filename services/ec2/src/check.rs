//! What must hold between the rows of different types: every subnet has one network ACL, every VPC one main route table, and
//! blocks of subnets don't overlap. What holds for all types alike is in `state.rs`.

use std::collections::{BTreeMap, BTreeSet};

use codec::Fault;
use kernel::Cx;
use store::Scan;

use crate::address_transfer::Offers;
use crate::addresses::{HeldTable, Taken, TakenKey, TakenTable, v4};
use crate::cidr;
use crate::elastic_ip::{ElasticIp, PublicIps};
use crate::nat_gateway::NatGateway;
use crate::network_acl::NetworkAcl;
use crate::network_interface::NetworkInterface;
use crate::resource::Of;
use crate::route_table::RouteTable;
use crate::subnet::Subnet;
use crate::traffic_mirror::Filter;
use crate::traffic_mirror::rule::Rule;
use crate::traffic_mirror::session::Session;
use crate::traffic_mirror::target::Target;
use crate::trunk::TrunkAssociation;
use crate::vpc::Vpc;
use crate::vpn_connection::VpnConnection;
use crate::vpn_gateway::VpnGateway;

/// Asserts it.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let said = |f: Fault| f.message().to_owned();
    let mut acls: BTreeMap<String, usize> = BTreeMap::new();
    for (_, acl) in cx.scan::<Of<NetworkAcl>>(Scan::all()).map_err(said)? {
        for (_, subnet) in acl.associations {
            *acls.entry(subnet).or_default() += 1;
        }
    }
    let mut blocks: BTreeMap<String, Vec<cidr::Cidr>> = BTreeMap::new();
    for (_, subnet) in cx.scan::<Of<Subnet>>(Scan::all()).map_err(said)? {
        if acls.remove(&subnet.id) != Some(1) {
            return Err(format!("{} is not associated with exactly one network ACL", subnet.id));
        }
        let others = blocks.entry(subnet.vpc.clone()).or_default();
        for block in subnet.block().into_iter().chain(subnet.ipv6_blocks()) {
            if let Some(other) = others.iter().find(|o| o.overlaps(block)) {
                return Err(format!("{block} of {} overlaps {other}", subnet.id));
            }
            others.push(block);
        }
    }
    if let Some((subnet, _)) = acls.first_key_value() {
        return Err(format!("a network ACL is associated with {subnet}, which isn't there"));
    }
    let mut mains: BTreeMap<String, usize> = BTreeMap::new();
    for (_, table) in cx.scan::<Of<RouteTable>>(Scan::all()).map_err(said)? {
        *mains.entry(table.vpc.clone()).or_default() += usize::from(table.is_main());
    }
    for (_, vpc) in cx.scan::<Of<Vpc>>(Scan::all()).map_err(said)? {
        if mains.get(&vpc.id) != Some(&1) {
            return Err(format!("{} has not exactly one main route table", vpc.id));
        }
    }
    held(cx)?;
    vpns(cx)?;
    mirrors(cx)
}

/// The maps of what is held are these.
fn mapped(cx: &Cx, mut maps: BTreeMap<TakenKey, Taken>) -> Result<(), String> {
    for (key, taken) in cx.scan::<TakenTable>(Scan::all()).map_err(|f| f.message().to_owned())? {
        if maps.remove(&key).as_ref() != Some(&taken) {
            return Err(format!("the map of {} doesn't show what is held", key.2));
        }
    }
    match maps.keys().next() {
        Some(key) => Err(format!("{} has no map of what is held", key.2)),
        None => Ok(()),
    }
}

/// Every address and prefix of an interface is held by it, nothing else is held, and subnets count right.
fn held(cx: &Cx) -> Result<(), String> {
    let said = |f: Fault| f.message().to_owned();
    let mut wanted: BTreeMap<(String, u128), String> = BTreeMap::new();
    let mut private: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut instances: BTreeMap<String, String> = BTreeMap::new();
    for (_, n) in cx.scan::<Of<NetworkInterface>>(Scan::all()).map_err(said)? {
        for text in [&n.ipv4, &n.ipv6, &n.ipv4_prefixes, &n.ipv6_prefixes].into_iter().flatten() {
            let base =
                cidr::bits(text.split('/').next().unwrap_or_default()).map(|(_, b)| b).unwrap_or_default();
            if wanted.insert((n.subnet.clone(), base), n.id.clone()).is_some() {
                return Err(format!("{text} is held by {} and another", n.id));
            }
        }
        let on = n.attachment.map(|a| a.instance).unwrap_or_default();
        instances.insert(n.id.clone(), on);
        private.insert(n.id, n.ipv4);
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut maps: BTreeMap<TakenKey, Taken> = BTreeMap::new();
    for ((account, region, subnet, at), row) in cx.scan::<HeldTable>(Scan::all()).map_err(said)? {
        let at = u128::from_be_bytes(at);
        if wanted.remove(&(subnet.clone(), at)) != Some(row.holder.clone()) {
            return Err(format!("{at:x} of {subnet} is held by {}, which doesn't have it", row.holder));
        }
        if at >> 32 == 0 {
            let map = (account, region, subnet.clone(), v4(at) >> 8);
            maps.entry(map).or_default().mark(v4(at), 1 << (32 - row.len), true);
            *counts.entry(subnet).or_default() += 1 << (32 - row.len);
        }
    }
    mapped(cx, maps)?;
    if let Some(((subnet, at), holder)) = wanted.first_key_value() {
        return Err(format!("{at:x} of {subnet} isn't held by {holder}"));
    }
    for (_, subnet) in cx.scan::<Of<Subnet>>(Scan::all()).map_err(said)? {
        if counts.get(&subnet.id).copied().unwrap_or_default() != subnet.held {
            return Err(format!("{} counts {} held addresses", subnet.id, subnet.held));
        }
    }
    public(cx, &private, &instances)?;
    edges(cx, &private)
}

/// Every public address that is allocated is had by who allocated it, and bound to an address that its interface has.
fn public(
    cx: &Cx,
    private: &BTreeMap<String, Vec<String>>,
    instances: &BTreeMap<String, String>,
) -> Result<(), String> {
    let said = |f: Fault| f.message().to_owned();
    for (ip, owner) in cx.scan::<PublicIps>(Scan::all()).map_err(said)? {
        let there = (owner.account, owner.region, owner.id);
        let allocated = there.2.starts_with("eipalloc-");
        if allocated && cx.get::<Of<ElasticIp>>(&there).map_err(said)?.is_none_or(|a| a.public_ip != ip) {
            return Err(format!("{ip} is lost: {} doesn't have it", there.2));
        }
    }
    for ((account, region, _), address) in cx.scan::<Of<ElasticIp>>(Scan::all()).map_err(said)? {
        let owner = cx.get::<PublicIps>(&address.public_ip).map_err(said)?;
        if owner.is_none_or(|p| (p.account, p.region, &p.id) != (account, region, &address.id)) {
            return Err(format!("{} is not among the public addresses", address.public_ip));
        }
        let has = private.get(&address.interface).is_some_and(|ips| ips.contains(&address.private_ip));
        if !address.association.is_empty() && !has {
            return Err(format!("{} is bound to an address that isn't there", address.id));
        }
        if instances.get(&address.interface).is_some_and(|on| *on != address.instance) {
            return Err(format!("{} names another instance than its interface", address.id));
        }
    }
    Ok(())
}

/// NAT gateways have their interfaces' addresses, branches their associations; what is offered is there.
fn edges(cx: &Cx, private: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
    let said = |f: Fault| f.message().to_owned();
    for (_, gateway) in cx.scan::<Of<NatGateway>>(Scan::all()).map_err(said)? {
        let own: Vec<&String> = gateway.addresses.iter().map(|a| &a.private_ip).collect();
        let has = private.get(&gateway.interface).is_some_and(|ips| ips.iter().eq(own));
        if gateway.deleting_ms.is_none() && gateway.failure.is_none() && !has {
            return Err(format!("addresses of {} are not those of its interface", gateway.id));
        }
    }
    for ((account, region, id), a) in cx.scan::<Of<TrunkAssociation>>(Scan::all()).map_err(said)? {
        let branch = cx.get::<Of<NetworkInterface>>(&(account, region, a.branch.clone())).map_err(said)?;
        if branch.is_none_or(|b| b.trunk_association != id || b.attachment.is_some()) {
            return Err(format!("{} is no branch of {id}", a.branch));
        }
    }
    for ((account, region, id), offer) in cx.scan::<Offers>(Scan::all()).map_err(said)? {
        let key = (account, region, id);
        if offer.accepted_ms.is_none() && cx.get::<Of<ElasticIp>>(&key).map_err(said)?.is_none() {
            return Err(format!("{} is offered and isn't there", key.2));
        }
    }
    Ok(())
}

/// Tunnels of VPN connections have outside addresses of their own, and inside blocks that no other tunnel of their gateway
/// has; what propagates to a route table is attached to its VPC.
fn vpns(cx: &Cx) -> Result<(), String> {
    let said = |f: Fault| f.message().to_owned();
    let mut inside: BTreeMap<(String, String), String> = BTreeMap::new();
    for (_, c) in cx.scan::<Of<VpnConnection>>(Scan::all()).map_err(said)? {
        for t in c.tunnels.iter().filter(|_| c.life.lasts()) {
            if cx.get::<PublicIps>(&t.outside).map_err(said)?.is_none_or(|p| p.id != c.id) {
                return Err(format!("{} of {} is not among the public addresses", t.outside, c.id));
            }
            if let Some(other) = inside.insert((c.gateway.clone(), t.inside.clone()), c.id.clone()) {
                return Err(format!("{} is inside tunnels of {other} and {}", t.inside, c.id));
            }
        }
    }
    for ((account, region, id), table) in cx.scan::<Of<RouteTable>>(Scan::all()).map_err(said)? {
        for gateway in &table.propagating {
            let key = (account.clone(), region.clone(), gateway.clone());
            let there = cx.get::<Of<VpnGateway>>(&key).map_err(said)?;
            if there.is_none_or(|g| g.vpc() != Some(table.vpc.as_str())) {
                return Err(format!("{gateway} propagates to {id}, and isn't attached to its VPC"));
            }
        }
    }
    Ok(())
}

/// Sessions of traffic mirroring have an interface, a target and a filter that are there; numbers of an interface's sessions and
/// of a filter's rules are their own.
fn mirrors(cx: &Cx) -> Result<(), String> {
    let said = |f: Fault| f.message().to_owned();
    let mut numbers: BTreeSet<(String, String, i32)> = BTreeSet::new();
    for ((account, region, id), row) in cx.scan::<Of<Session>>(Scan::all()).map_err(said)? {
        let key = |id: &str| (account.clone(), region.clone(), id.to_owned());
        let whole = cx.get::<Of<NetworkInterface>>(&key(&row.interface)).map_err(said)?.is_some()
            && cx.get::<Of<Target>>(&key(&row.target)).map_err(said)?.is_some()
            && cx.get::<Of<Filter>>(&key(&row.filter)).map_err(said)?.is_some();
        if !whole || !numbers.insert((row.interface, String::new(), row.number)) {
            return Err(format!("{id} lacks something, or shares its number"));
        }
    }
    for ((account, region, id), row) in cx.scan::<Of<Rule>>(Scan::all()).map_err(said)? {
        let filter = cx.get::<Of<Filter>>(&(account, region, row.filter.clone())).map_err(said)?;
        if filter.is_none() || !numbers.insert((row.filter, row.direction, row.number)) {
            return Err(format!("{id} lacks its filter, or shares its number"));
        }
    }
    Ok(())
}
