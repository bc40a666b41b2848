//! `DeleteSubnet`: a subnet in which nothing stands. Source: EC2 API reference, "DeleteSubnet" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteSubnetRequest;

use crate::err::has_dependencies;
use crate::kind::Kind;
use crate::network_acl;
use crate::resource::{by_link, children, find, on, remove, save};
use crate::route_table::RouteTable;
use crate::subnet::Subnet;
use crate::subnet_cidr_reservation::Reservation;

/// Types that must be gone from a subnet.
static BLOCKING: &[&Kind] = &[&crate::network_interface::NETWORK_INTERFACE];

/// Errors: InvalidSubnetID.NotFound; DependencyViolation.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteSubnetRequest) -> Result<Empty, Fault> {
    let subnet = find::<Subnet>(cx, &i.subnet_id)?;
    for kind in BLOCKING {
        if children(cx, &subnet.id, kind)?.next().is_some() {
            return Err(has_dependencies("subnet", &subnet.id));
        }
    }
    if let Some(mut acl) = network_acl::of_subnet(cx, &subnet.id)? {
        acl.associations.retain(|(_, n)| *n != subnet.id);
        save(cx, &acl)?;
    }
    if let Some(mut table) = by_link::<RouteTable>(cx, &subnet.id)? {
        table.associations.retain(|a| a.subnet != subnet.id);
        save(cx, &table)?;
    }
    for reservation in on::<Reservation>(cx, &subnet.id)? {
        remove(cx, &reservation)?;
    }
    remove(cx, &subnet)?;
    Ok(Empty {})
}
