//! `CreateVpcEndpoint`: to a service of AWS, by routes or by interfaces.
//! Source: EC2 API reference, "CreateVpcEndpoint" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateVpcEndpointRequest, CreateVpcEndpointResult};

use crate::err::{self, fault, invalid_value, missing};
use crate::network_interface::groups;
use crate::quotas::{self, room};
use crate::resource::{all, find, on, save};
use crate::vpc::{self, Vpc};
use crate::vpc_endpoint::{OPEN_POLICY, VPC_ENDPOINT, VpcEndpoint, place, route, service, show};
use crate::{id, tags, token};

const USUAL_MS: i64 = 60_000;
const OF_INTERFACES: &str =
    "Subnets, security groups and private DNS are only supported for Interface endpoints.";

/// Errors: InvalidVpcID.NotFound; MissingParameter; InvalidServiceName; InvalidParameter; InvalidParameterValue: the policy,
/// private DNS names; RouteAlreadyExists; VpcEndpointLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn decide(cx: &mut Cx, i: &CreateVpcEndpointRequest) -> Result<CreateVpcEndpointResult, Fault> {
    let kind = i.vpc_endpoint_type.as_deref().unwrap_or("Gateway");
    err::refuse(&[
        ("VpcEndpointType", !["Gateway", "Interface"].contains(&kind)),
        ("IpAddressType", i.ip_address_type.as_deref().is_some_and(|t| t != "ipv4")),
        ("DnsOptions", i.dns_options.is_some()),
        ("SubnetConfigurations", i.subnet_configurations.as_ref().is_some_and(|c| !c.is_empty())),
        ("ServiceNetworkArn", i.service_network_arn.is_some()),
        ("ResourceConfigurationArn", i.resource_configuration_arn.is_some()),
        ("ServiceRegion", i.service_region.as_deref().is_some_and(|r| r != cx.scope.region)),
    ])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &VPC_ENDPOINT)?;
    let (made, token) = token::look_up(cx, "CreateVpcEndpoint", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<VpcEndpoint>(cx, &id)?,
        None => new(cx, i, kind)?,
    };
    tags::add(cx, &VPC_ENDPOINT, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    let shown = show(cx, &row, &tags::of(cx, &row.id)?)?;
    Ok(CreateVpcEndpointResult { vpc_endpoint: Some(shown), client_token: i.client_token.clone() })
}

fn new(cx: &mut Cx, i: &CreateVpcEndpointRequest, kind: &str) -> Result<VpcEndpoint, Fault> {
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    let name = i.service_name.as_deref().ok_or_else(|| missing("ServiceName"))?;
    let service = service(cx, name, kind)?;
    let gateway = kind == "Gateway";
    limits(cx, &vpc.id, gateway)?;
    let private_dns = i.private_dns_enabled.unwrap_or(!gateway);
    if gateway && (i.subnet_ids.is_some() || i.security_group_ids.is_some()) {
        return Err(fault("InvalidParameter", OF_INTERFACES));
    }
    if !gateway && i.route_table_ids.as_ref().is_some_and(|t| !t.is_empty()) {
        return Err(fault(
            "InvalidParameter",
            "Route table IDs are only supported for Gateway type VPC Endpoint.",
        ));
    }
    named_privately(cx, &vpc.id, gateway, private_dns)?;
    let mut row = VpcEndpoint {
        id: id::fresh(cx, "vpce"),
        kind: kind.to_owned(),
        service: service.name,
        policy: policy(i.policy_document.as_deref())?,
        private_dns,
        created_ms: cx.now_ms,
        ready_ms: if gateway { cx.now_ms } else { vpc::ready_ms(cx, USUAL_MS) },
        vpc: vpc.id,
        ..VpcEndpoint::default()
    };
    if gateway {
        for table in i.route_table_ids.iter().flatten() {
            route(cx, &row, table)?;
            row.route_tables.push(table.clone());
        }
    } else {
        row.groups = groups(cx, &row.vpc, i.security_group_ids.as_deref().unwrap_or_default())?;
        for subnet in i.subnet_ids.iter().flatten() {
            place(cx, &row, subnet)?;
            row.subnets.push(subnet.clone());
        }
    }
    save(cx, &row)?;
    Ok(row)
}

/// Refuses private names where there can be none.
///
/// Errors: InvalidParameter.
pub(crate) fn named_privately(cx: &Cx, vpc: &str, gateway: bool, on: bool) -> Result<(), Fault> {
    if gateway && on {
        return Err(fault("InvalidParameter", OF_INTERFACES));
    }
    let vpc = find::<Vpc>(cx, vpc)?;
    if on && !(vpc.dns_support && vpc.dns_hostnames) {
        let text = "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true";
        return Err(fault("InvalidParameter", format!("{text} for {}", vpc.id)));
    }
    Ok(())
}

fn limits(cx: &Cx, vpc: &str, gateway: bool) -> Result<(), Fault> {
    match gateway {
        true => {
            room(cx, &quotas::GATEWAY_ENDPOINTS, all::<VpcEndpoint>(cx)?.filter(|e| e.kind == "Gateway"), 1)
        }
        false => {
            let there = on::<VpcEndpoint>(cx, vpc)?;
            room(cx, &quotas::INTERFACE_ENDPOINTS_PER_VPC, there.iter().filter(|e| e.kind != "Gateway"), 1)
        }
    }
}

/// A policy that an endpoint may have: a JSON object; what it says is IAM's.
pub(crate) fn policy(given: Option<&str>) -> Result<String, Fault> {
    let Some(text) = given.filter(|t| !t.trim().is_empty()) else { return Ok(OPEN_POLICY.to_owned()) };
    match authz::PolicyDocument::parse(text, authz::PolicyKind::Resource) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(fault("InvalidPolicyDocument", format!("Policy document is malformed: {text}"))),
    }
    .map_err(|f| if text.len() > 20_480 { invalid_value("Policy document is too long") } else { f })
}
