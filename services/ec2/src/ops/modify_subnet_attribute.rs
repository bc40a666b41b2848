//! `ModifySubnetAttribute`: one attribute a call. Source: EC2 API reference, "ModifySubnetAttribute" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::{AttributeBooleanValue, ModifySubnetAttributeRequest};

use crate::err::{self, combination, invalid_value};
use crate::resource::{find, save};
use crate::subnet::Subnet;

/// Errors: InvalidSubnetID.NotFound; InvalidParameterCombination: none or several attributes; InvalidParameterValue: one
/// that the subnet's families of addresses don't allow.
pub(crate) fn decide(cx: &mut Cx, i: &ModifySubnetAttributeRequest) -> Result<Empty, Fault> {
    err::refuse(&[
        ("MapCustomerOwnedIpOnLaunch", i.map_customer_owned_ip_on_launch.is_some()),
        ("CustomerOwnedIpv4Pool", i.customer_owned_ipv4_pool.is_some()),
    ])?;
    let mut n = find::<Subnet>(cx, &i.subnet_id)?;
    let value = |a: &Option<AttributeBooleanValue>| a.as_ref().and_then(|a| a.value);
    let mut changed = 0;
    let mut set = |field: &mut bool, new: Option<bool>| {
        changed += usize::from(new.is_some());
        *field = new.unwrap_or(*field);
    };
    set(&mut n.assigns_ipv6, value(&i.assign_ipv6_address_on_creation));
    set(&mut n.maps_public_ip, value(&i.map_public_ip_on_launch));
    set(&mut n.dns64, value(&i.enable_dns64));
    set(&mut n.dns_a_record, value(&i.enable_resource_name_dns_a_record_on_launch));
    set(&mut n.dns_aaaa_record, value(&i.enable_resource_name_dns_aaaa_record_on_launch));
    let name_type = i.private_dns_hostname_type_on_launch.as_deref();
    set(&mut n.resource_names, name_type.map(|t| t == "resource-name"));
    if i.enable_lni_at_device_index.is_some() || value(&i.disable_lni_at_device_index) == Some(true) {
        changed += 1;
        n.lni_at_device_index = i.enable_lni_at_device_index;
    }
    if changed != 1 {
        return Err(combination("Only one subnet attribute can be modified at a time"));
    }
    if n.assigns_ipv6 && n.ipv6.is_empty() {
        let text = format!(
            "Invalid value 'true' for assignIpv6AddressOnCreation. Subnet {} has no IPv6 CIDR block.",
            n.id
        );
        return Err(invalid_value(text));
    }
    if n.cidr.is_empty() && n.maps_public_ip {
        return Err(invalid_value("A subnet of IPv6 alone has no public IPv4 addresses."));
    }
    save(cx, &n)?;
    Ok(Empty {})
}
