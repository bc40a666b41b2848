//! `CreateDefaultSubnet`: a /20 in a zone of the default VPC that has none.
//! Source: EC2 API reference, "CreateDefaultSubnet" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateDefaultSubnetRequest, CreateDefaultSubnetResult};

use crate::cidr::Cidr;
use crate::err::{self, fault, missing};
use crate::founding::default_subnet;
use crate::ops::create_subnet::{settle, zone};
use crate::resource::on;
use crate::subnet::{self, Subnet};
use crate::tags::Tags;
use crate::vpc;

/// Errors: MissingParameter; DefaultVpcDoesNotExist; DefaultSubnetAlreadyExistsInAvailabilityZone;
/// InsufficientFreeAddressesInVpc: no room for a /20.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateDefaultSubnetRequest,
) -> Result<CreateDefaultSubnetResult, Fault> {
    err::refuse(&[("Ipv6Native", i.ipv6_native == Some(true))])?;
    if i.availability_zone.is_none() && i.availability_zone_id.is_none() {
        return Err(missing("availabilityZone"));
    }
    let zone = zone(cx, i.availability_zone.as_deref(), i.availability_zone_id.as_deref())?;
    let vpc = vpc::default(cx)?.ok_or_else(|| {
        fault("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.")
    })?;
    let others = on::<Subnet>(cx, &vpc.id)?;
    if others.iter().any(|n| n.default_for_az && n.zone == zone.name) {
        let text = format!("'{}' already exists in the availability zone '{}'.", vpc.id, zone.name);
        return Err(fault("DefaultSubnetAlreadyExistsInAvailabilityZone", text));
    }
    let free = (0..16).filter_map(|n| Cidr::parse(&format!("172.31.{}.0/20", n * 16)));
    let taken = |c: &Cidr| others.iter().filter_map(Subnet::block).any(|b| b.overlaps(*c));
    let block = free.into_iter().find(|c| !taken(c)).ok_or_else(|| {
        fault("InsufficientFreeAddressesInVpc", "The default VPC has no room for another default subnet.")
    })?;
    let row = default_subnet(cx, &vpc, &zone, &block.to_string(), vpc::fresh);
    settle(cx, &row)?;
    Ok(CreateDefaultSubnetResult { subnet: Some(subnet::show(cx, &row, &Tags::new())) })
}
