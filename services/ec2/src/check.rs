//! What must hold between the rows of different types: every subnet has one network ACL, every VPC one main route table, and
//! blocks of subnets don't overlap. What holds for all types alike is in `state.rs`.

use std::collections::BTreeMap;

use codec::Fault;
use kernel::Cx;
use store::Scan;

use crate::network_acl::NetworkAcl;
use crate::resource::Of;
use crate::route_table::RouteTable;
use crate::subnet::Subnet;
use crate::vpc::Vpc;

/// Asserts it.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let said = |f: Fault| f.message().to_owned();
    let mut acls: BTreeMap<String, usize> = BTreeMap::new();
    for (_, acl) in cx.scan::<Of<NetworkAcl>>(Scan::all()).map_err(said)? {
        for (_, subnet) in acl.associations {
            *acls.entry(subnet).or_default() += 1;
        }
    }
    let mut blocks: BTreeMap<String, Vec<crate::cidr::Cidr>> = BTreeMap::new();
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
    Ok(())
}
