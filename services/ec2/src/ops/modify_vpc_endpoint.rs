//! `ModifyVpcEndpoint`: policy, route tables, subnets, security groups, private DNS names.
//! Source: EC2 API reference, "ModifyVpcEndpoint" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ModifyVpcEndpointRequest, ModifyVpcEndpointResult};

use crate::err::{self, fault};
use crate::network_interface::{NetworkInterface, groups};
use crate::ops::create_vpc_endpoint::{named_privately, policy};
use crate::resource::{find, on, save};
use crate::vpc_endpoint::{OPEN_POLICY, VpcEndpoint, leave, place, route, unroute};

/// Errors: InvalidVpcEndpointId.NotFound; InvalidParameter: what the other kind has; those of CreateVpcEndpoint.
pub(crate) fn decide(cx: &mut Cx, i: &ModifyVpcEndpointRequest) -> Result<ModifyVpcEndpointResult, Fault> {
    err::refuse(&[
        ("IpAddressType", i.ip_address_type.as_deref().is_some_and(|t| t != "ipv4")),
        ("DnsOptions", i.dns_options.is_some()),
        ("SubnetConfigurations", i.subnet_configurations.as_ref().is_some_and(|c| !c.is_empty())),
    ])?;
    let mut row = find::<VpcEndpoint>(cx, &i.vpc_endpoint_id)?;
    let tables = i.add_route_table_ids.is_some() || i.remove_route_table_ids.is_some();
    let interfaces = i.add_subnet_ids.is_some()
        || i.remove_subnet_ids.is_some()
        || i.add_security_group_ids.is_some()
        || i.remove_security_group_ids.is_some();
    if (row.kind == "Gateway" && interfaces) || (row.kind != "Gateway" && tables) {
        let text = format!("The request is not supported for {} endpoints.", row.kind);
        return Err(fault("InvalidParameter", text));
    }
    if i.reset_policy == Some(true) {
        row.policy = OPEN_POLICY.to_owned();
    } else if i.policy_document.is_some() {
        row.policy = policy(i.policy_document.as_deref())?;
    }
    if let Some(on) = i.private_dns_enabled {
        named_privately(cx, &row.vpc, row.kind == "Gateway", on)?;
        row.private_dns = on;
    }
    reroute(cx, i, &mut row)?;
    regroup(cx, i, &mut row)?;
    for subnet in i.remove_subnet_ids.iter().flatten() {
        leave(cx, &row, Some(subnet))?;
        row.subnets.retain(|s| s != subnet);
    }
    for subnet in i.add_subnet_ids.iter().flatten() {
        place(cx, &row, subnet)?;
        row.subnets.push(subnet.clone());
    }
    save(cx, &row)?;
    Ok(ModifyVpcEndpointResult { return_: Some(true) })
}

fn reroute(cx: &mut Cx, i: &ModifyVpcEndpointRequest, row: &mut VpcEndpoint) -> Result<(), Fault> {
    for table in i.remove_route_table_ids.iter().flatten() {
        unroute(cx, row, table)?;
        row.route_tables.retain(|t| t != table);
    }
    for table in i.add_route_table_ids.iter().flatten() {
        route(cx, row, table)?;
        row.route_tables.push(table.clone());
    }
    Ok(())
}

fn regroup(cx: &mut Cx, i: &ModifyVpcEndpointRequest, row: &mut VpcEndpoint) -> Result<(), Fault> {
    if i.add_security_group_ids.is_none() && i.remove_security_group_ids.is_none() {
        return Ok(());
    }
    let gone = i.remove_security_group_ids.as_deref().unwrap_or_default();
    let mut wanted: Vec<String> = row.groups.iter().filter(|g| !gone.contains(g)).cloned().collect();
    wanted.extend(i.add_security_group_ids.iter().flatten().cloned());
    row.groups = groups(cx, &row.vpc, &wanted)?;
    for mut interface in on::<NetworkInterface>(cx, &row.id)? {
        interface.groups.clone_from(&row.groups);
        save(cx, &interface)?;
    }
    Ok(())
}
