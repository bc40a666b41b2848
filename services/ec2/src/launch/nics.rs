//! The network interfaces of a launch: those that it describes, those that it brings, or one in its subnet.
//! Source: EC2 API reference, "RunInstances", "InstanceNetworkInterfaceSpecification"; EC2 user guide, "Network cards"
//! (2026-11-22); texts as reported by users of the API.

use std::collections::BTreeMap;

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{InstanceNetworkInterfaceSpecification as Spec, RunInstancesRequest};

use super::Launch;
use super::make::Order;
use crate::addresses::Lender;
use crate::attachment::{self, Place};
use crate::elastic_ip;
use crate::err::{combination, invalid_value};
use crate::fresh::Fresh;
use crate::instance::Instance;
use crate::network_interface::{self, NETWORK_INTERFACE, NetworkInterface, Plan, Wanted, users_own};
use crate::quotas;
use crate::resource::{self, find, get, save};
use crate::subnet::Subnet;

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

/// What the interfaces of one launch share: read once, written once.
#[derive(Default)]
pub(crate) struct Shared {
    /// Most that there may be, and how many there are.
    room: Option<(usize, u64)>,
    /// Subnets, by their ids.
    lenders: BTreeMap<String, Lender>,
    /// Checked security groups, by VPC and what was given.
    groups: BTreeMap<(String, Vec<String>), Vec<String>>,
}

impl Shared {
    /// Counts one more. Errors: NetworkInterfaceLimitExceeded.
    fn one_more(&mut self, cx: &Cx) -> Result<(), Fault> {
        let quota = &quotas::NETWORK_INTERFACES;
        let (most, there) = match self.room {
            Some(room) => room,
            None => (quota.most(cx)?, resource::count(cx, NETWORK_INTERFACE.noun)?),
        };
        self.room = Some((most, there + 1));
        quota.one_more(most, there)
    }

    fn groups(&mut self, cx: &Cx, vpc: &str, given: &[String]) -> Result<Vec<String>, Fault> {
        let key = (vpc.to_owned(), given.to_vec());
        if let Some(known) = self.groups.get(&key) {
            return Ok(known.clone());
        }
        let checked = network_interface::groups(cx, vpc, given)?;
        Ok(self.groups.entry(key).or_insert(checked).clone())
    }

    /// Writes how many addresses are held.
    pub(crate) fn finish(self, cx: &mut Cx) -> Result<(), Fault> {
        self.lenders.into_values().try_for_each(|lender| lender.finish(cx))
    }
}

/// Makes or takes all interfaces of one instance, and gives it a public address where it is to have one.
///
/// Errors: those of `network_interface.rs` and [`attachment::attach`].
pub(crate) fn all(
    cx: &mut Cx,
    order: &Order<'_>,
    (shared, fresh): (&mut Shared, &mut Fresh),
    row: &mut Instance,
) -> Result<(), Fault> {
    let usual = usual(order.request);
    let given = order.request.network_interfaces.as_deref().unwrap_or_default();
    let nets = if given.is_empty() { std::slice::from_ref(&usual) } else { given };
    let mut by_place: Vec<&Spec> = nets.iter().collect();
    by_place.sort_by_key(|n| (n.network_card_index.unwrap_or(0), n.device_index));
    let mut taken = Vec::new();
    for n in by_place {
        let place = Place {
            device_index: n.device_index.unwrap_or(0),
            card: n.network_card_index.unwrap_or(0),
            delete_on_termination: n.delete_on_termination.unwrap_or(n.network_interface_id.is_none()),
        };
        let (made, named) = match n.network_interface_id.as_deref() {
            Some(id) => {
                let brought = users_own(find::<NetworkInterface>(cx, id)?)?;
                let made = attachment::attached(cx, brought, row, place, &taken)?;
                save(cx, &made)?;
                attachment::of_addresses(cx, &made.id, &row.id)?;
                let named = !network_interface::public(cx, &made)?.is_empty();
                (made, named)
            }
            None => {
                let made = make(cx, order.launch, n, nets.len() == 1, shared)?;
                let made = attachment::attached(cx, made, row, place, &taken)?;
                fresh.add(cx, &made);
                fresh.tag(cx, &NETWORK_INTERFACE, &made.id, order.tags.of_interfaces());
                (made, false)
            }
        };
        taken.push((place.card, place.device_index));
        let free = !made.ipv4.is_empty() && !named;
        if is_first(n) && made.wants_public && free {
            row.public_ip = elastic_ip::take_public(cx, &row.id)?;
        }
    }
    Ok(())
}

/// An interface that a launch describes, not stored yet.
fn make(
    cx: &mut Cx,
    l: &Launch,
    n: &Spec,
    only: bool,
    shared: &mut Shared,
) -> Result<NetworkInterface, Fault> {
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
    let mut lender = match shared.lenders.remove(plan.subnet) {
        Some(lender) => lender,
        None => Lender::of(cx, plan.subnet)?,
    };
    shared.one_more(cx)?;
    let groups = shared.groups(cx, &lender.subnet().vpc, plan.groups)?;
    let mut made = network_interface::plain(cx, &plan, &mut lender, groups)?;
    wanted.fill(cx, &mut made, &mut lender)?;
    shared.lenders.insert(made.subnet.clone(), lender);
    made.wants_public =
        n.associate_public_ip_address.unwrap_or(is_first(n) && only && l.subnet.maps_public_ip);
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
