//! The network interfaces of a launch: those that it describes, those that it brings, or one in its subnet.
//! Source: EC2 API reference, "RunInstances", "InstanceNetworkInterfaceSpecification"; EC2 user guide, "Network cards"
//! (2026-11-22); texts as reported by users of the API.

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{InstanceNetworkInterfaceSpecification as Spec, RunInstancesRequest};

use super::Launch;
use crate::attachment::{self, Place};
use crate::elastic_ip;
use crate::err::{combination, invalid_value};
use crate::instance::Instance;
use crate::network_interface::{self, NETWORK_INTERFACE, NetworkInterface, Plan, Wanted, users_own};
use crate::resource::{find, get, save};
use crate::subnet::Subnet;
use crate::tags::{self, Tags};

/// Whether it is the instance's primary interface.
pub(super) fn is_first(n: &Spec) -> bool {
    n.device_index == Some(0) && n.network_card_index.unwrap_or(0) == 0
}

/// The subnet of the interface that a launch brings as its first one.
pub(crate) fn brought_subnet(cx: &Cx, nets: &[Spec]) -> Result<Option<Subnet>, Fault> {
    let first = nets.iter().find(|n| is_first(n)).and_then(|n| n.network_interface_id.as_deref());
    match first {
        Some(id) => get::<Subnet>(cx, &find::<NetworkInterface>(cx, id)?.subnet),
        None => Ok(None),
    }
}

/// Refuses interfaces that contradict themselves or each other.
///
/// Errors: InvalidParameterCombination; InvalidParameterValue.
pub(crate) fn check(nets: &[Spec], count: i32) -> Result<(), Fault> {
    for n in nets {
        let brought = n.network_interface_id.is_some();
        if n.device_index.is_none() {
            return Err(invalid_value("Each network interface requires a device index."));
        }
        if brought && n.subnet_id.is_some() {
            return Err(combination(
                "A network interface may not specify both a network interface ID and a subnet",
            ));
        }
        if brought && n.groups.as_ref().is_some_and(|g| !g.is_empty()) {
            return Err(combination(
                "A network interface may not specify both a network interface ID and a security group",
            ));
        }
        if brought && n.delete_on_termination == Some(true) {
            return Err(combination(
                "A network interface may not specify both a network interface ID and delete on termination as true",
            ));
        }
        if brought && wanted(n).is_any() {
            return Err(combination(
                "A network interface may not specify both a network interface ID and its addresses",
            ));
        }
        if brought && count > 1 {
            return Err(combination("A network interface can be used for one instance only"));
        }
        let named =
            n.private_ip_address.is_some() || n.private_ip_addresses.as_ref().is_some_and(|a| !a.is_empty());
        if named && count > 1 {
            return Err(combination("You may not specify a private IP address for more than one instance"));
        }
        if n.associate_public_ip_address.is_some() && nets.len() > 1 {
            return Err(combination(
                "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces",
            ));
        }
        if n.associate_public_ip_address.is_some() && (brought || !is_first(n)) {
            return Err(combination(
                "The associatePublicIPAddress parameter can only be specified for a new network interface with DeviceIndex 0",
            ));
        }
    }
    match nets.is_empty() || nets.iter().any(is_first) {
        true => Ok(()),
        false => {
            Err(invalid_value("When specifying network interfaces, you must include a device at index 0"))
        }
    }
}

/// The one interface of a launch that describes none.
fn usual(i: &RunInstancesRequest) -> Spec {
    Spec {
        device_index: Some(0),
        private_ip_address: i.private_ip_address.clone(),
        ipv6_address_count: i.ipv6_address_count,
        ipv6_addresses: i.ipv6_addresses.clone(),
        primary_ipv6: i.enable_primary_ipv6,
        ..Spec::default()
    }
}

/// Whether the launch itself names addresses, as it can for one interface.
pub(super) fn names_addresses(i: &RunInstancesRequest) -> bool {
    wanted(&usual(i)).is_any()
}

/// Makes or takes all interfaces of one instance, and gives it a public address where it is to have one.
///
/// Errors: those of `network_interface.rs` and [`attachment::attach`].
pub(crate) fn all(
    cx: &mut Cx,
    i: &RunInstancesRequest,
    l: &Launch,
    row: &mut Instance,
    tags: &Tags,
) -> Result<(), Fault> {
    let usual = usual(i);
    let given = i.network_interfaces.as_deref().unwrap_or_default();
    let nets = if given.is_empty() { std::slice::from_ref(&usual) } else { given };
    let mut order: Vec<&Spec> = nets.iter().collect();
    order.sort_by_key(|n| (n.network_card_index.unwrap_or(0), n.device_index));
    for n in order {
        let fresh = n.network_interface_id.is_none();
        let made = match n.network_interface_id.as_deref() {
            Some(id) => users_own(find::<NetworkInterface>(cx, id)?)?,
            None => make(cx, l, n, nets.len() == 1, tags)?,
        };
        let place = Place {
            device_index: n.device_index.unwrap_or(0),
            card: n.network_card_index.unwrap_or(0),
            delete_on_termination: n.delete_on_termination.unwrap_or(fresh),
        };
        let made = attachment::attach(cx, made, row, place)?;
        let free = !made.ipv4.is_empty() && network_interface::public(cx, &made)?.is_empty();
        if is_first(n) && made.wants_public && free {
            row.public_ip = elastic_ip::take_public(cx, &row.id)?;
        }
    }
    Ok(())
}

fn make(cx: &mut Cx, l: &Launch, n: &Spec, only: bool, tags: &Tags) -> Result<NetworkInterface, Fault> {
    let own = n.groups.clone().unwrap_or_default();
    let wanted = wanted(n);
    let plan = Plan {
        subnet: n.subnet_id.as_deref().unwrap_or(&l.subnet.id),
        groups: if is_first(n) { &l.groups } else { &own },
        primary: wanted.ipv4()?.0,
        description: n.description.as_deref().unwrap_or_default(),
        kind: n.interface_type.as_deref().unwrap_or("interface"),
        manager: "",
    };
    let mut made = network_interface::make(cx, &plan)?;
    wanted.fill(cx, &mut made)?;
    made.wants_public =
        n.associate_public_ip_address.unwrap_or(is_first(n) && only && l.subnet.maps_public_ip);
    save(cx, &made)?;
    tags::add(cx, &NETWORK_INTERFACE, &made.id, tags)?;
    Ok(made)
}

fn wanted(n: &Spec) -> Wanted<'_> {
    Wanted {
        primary: n.private_ip_address.as_deref(),
        addresses: n.private_ip_addresses.as_deref().unwrap_or_default(),
        more: n.secondary_private_ip_address_count,
        ipv6: n.ipv6_addresses.as_deref().unwrap_or_default(),
        ipv6_count: n.ipv6_address_count,
        ipv4_prefixes: n.ipv4_prefixes.as_deref().unwrap_or_default(),
        ipv4_prefix_count: n.ipv4_prefix_count,
        ipv6_prefixes: n.ipv6_prefixes.as_deref().unwrap_or_default(),
        ipv6_prefix_count: n.ipv6_prefix_count,
        primary_ipv6: n.primary_ipv6,
    }
}
