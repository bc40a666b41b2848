//! `CreateSubnet`: a subnet in a zone, out of the VPC's blocks.
//! Source: EC2 API reference, "CreateSubnet"; VPC user guide, "Subnet CIDR blocks" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateSubnetRequest, CreateSubnetResult};

use crate::cidr::Cidr;
use crate::err::{self, fault, invalid_parameter, missing};
use crate::network_acl;
use crate::quotas::{self, room};
use crate::resource::{children, find, on, save};
use crate::subnet::{self, SUBNET, Subnet};
use crate::vpc::{self, CidrAssociation, Vpc};
use crate::zones::{self, Zone};
use crate::{id, tags};

const USUAL_MS: i64 = 1_000;

/// Errors: InvalidVpcID.NotFound; MissingParameter; InvalidParameterValue: block or zone; InvalidSubnet.Range;
/// InvalidSubnet.Conflict; SubnetLimitExceeded.
pub(crate) fn decide(cx: &mut Cx, i: &CreateSubnetRequest) -> Result<CreateSubnetResult, Fault> {
    err::refuse(&[
        ("OutpostArn", i.outpost_arn.is_some()),
        ("Ipv4IpamPoolId", i.ipv4_ipam_pool_id.is_some()),
        ("Ipv4NetmaskLength", i.ipv4_netmask_length.is_some()),
        ("Ipv6IpamPoolId", i.ipv6_ipam_pool_id.is_some()),
        ("Ipv6NetmaskLength", i.ipv6_netmask_length.is_some()),
    ])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &SUBNET)?;
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    let native = i.ipv6_native == Some(true);
    let block = match i.cidr_block.as_deref() {
        Some(_) if native => return Err(err::combination("A subnet of IPv6 alone has no cidrBlock")),
        None if native => None,
        None => return Err(missing("cidrBlock")),
        Some(text) => Some(block(text, &vpc)?),
    };
    if native && i.ipv6_cidr_block.is_none() {
        return Err(missing("ipv6CidrBlock"));
    }
    let ipv6 = i.ipv6_cidr_block.as_deref().map(|text| ipv6_block(text, &vpc)).transpose()?;
    for new in block.into_iter().chain(ipv6) {
        free(cx, &vpc, new)?;
    }
    let zone = zone(cx, i.availability_zone.as_deref(), i.availability_zone_id.as_deref())?;
    room(cx, &quotas::SUBNETS_PER_VPC, children(cx, &vpc.id, &SUBNET)?, 1)?;
    let association =
        ipv6.map(|b| CidrAssociation { id: id::fresh(cx, "subnet-cidr-assoc"), block: b.to_string() });
    let row = Subnet {
        id: id::fresh(cx, "subnet"),
        vpc: vpc.id,
        cidr: block.map(|b| b.to_string()).unwrap_or_default(),
        ipv6: association.into_iter().collect(),
        zone: zone.name,
        zone_id: zone.id,
        ipv6_native: native,
        assigns_ipv6: native,
        resource_names: native,
        ready_ms: vpc::ready_ms(cx, USUAL_MS),
        ..Subnet::default()
    };
    settle(cx, &row)?;
    tags::add(cx, &SUBNET, &row.id, &tags)?;
    let mut shown = subnet::show(cx, &row, &tags);
    shown.state = Some("available".to_owned());
    Ok(CreateSubnetResult { subnet: Some(shown) })
}

/// Stores a new subnet under its VPC's default network ACL.
pub(crate) fn settle(cx: &mut Cx, subnet: &Subnet) -> Result<(), Fault> {
    save(cx, subnet)?;
    let mut acl = network_acl::default_of(cx, &subnet.vpc)?
        .ok_or_else(|| Fault::internal("every VPC has a default network ACL"))?;
    acl.associations.push((id::fresh(cx, "aclassoc"), subnet.id.clone()));
    save(cx, &acl)
}

fn block(text: &str, vpc: &Vpc) -> Result<Cidr, Fault> {
    let block = Cidr::parse_v4(text)
        .ok_or_else(|| invalid_parameter(text, "cidrBlock", "This is not a valid CIDR block."))?;
    let fits = (16..=28).contains(&block.len) && vpc.blocks().any(|b| b.contains(block));
    fits.then_some(block).ok_or_else(|| out_of_range(text))
}

/// A block of IPv6 for a subnet: from /44 to /64 by steps of four, within the VPC's.
pub(crate) fn ipv6_block(text: &str, vpc: &Vpc) -> Result<Cidr, Fault> {
    let block = Cidr::parse_v6(text)
        .ok_or_else(|| invalid_parameter(text, "ipv6CidrBlock", "This is not a valid IPv6 CIDR block."))?;
    let fits =
        (44..=64).contains(&block.len) && block.len % 4 == 0 && vpc.ipv6_blocks().any(|b| b.contains(block));
    fits.then_some(block).ok_or_else(|| out_of_range(text))
}

fn out_of_range(text: &str) -> Fault {
    fault("InvalidSubnet.Range", format!("The CIDR '{text}' is invalid."))
}

/// Refuses a block that another subnet of the VPC has a part of.
pub(crate) fn free(cx: &Cx, vpc: &Vpc, new: Cidr) -> Result<(), Fault> {
    for other in on::<Subnet>(cx, &vpc.id)? {
        if other.block().into_iter().chain(other.ipv6_blocks()).any(|b| b.overlaps(new)) {
            let text = format!("The CIDR '{new}' conflicts with another subnet");
            return Err(fault("InvalidSubnet.Conflict", text));
        }
    }
    Ok(())
}

/// The zone that was named, or the region's first one.
pub(crate) fn zone(cx: &Cx, name: Option<&str>, id: Option<&str>) -> Result<Zone, Fault> {
    let Some(given) = name.or(id) else {
        return zones::availability_zones(cx).into_iter().next().ok_or_else(|| missing("availabilityZone"));
    };
    let open = zones::named(cx, name, id)?.filter(Zone::is_open);
    open.ok_or_else(|| {
        let names: Vec<String> = zones::availability_zones(cx).into_iter().map(|z| z.name).collect();
        let hint = format!(
            "Subnets can currently only be created in the following availability zones: {}.",
            names.join(", ")
        );
        invalid_parameter(given, "availabilityZone", &hint)
    })
}
