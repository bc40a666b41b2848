//! `AllocateAddress`. Source: EC2 API reference, "AllocateAddress" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AllocateAddressRequest, AllocateAddressResult};

use crate::elastic_ip::{ELASTIC_IP, ElasticIp, take_public};
use crate::err::{self, invalid_parameter};
use crate::quotas::{self, room};
use crate::resource::{all, save};
use crate::{id, tags};

/// Errors: AddressLimitExceeded; InvalidParameterValue: the border group. EC2-Classic is no more: the answer says
/// `vpc`, whichever `Domain` was asked for.
pub(crate) fn decide(cx: &mut Cx, i: &AllocateAddressRequest) -> Result<AllocateAddressResult, Fault> {
    err::refuse(&[
        ("Address", i.address.is_some()),
        ("PublicIpv4Pool", i.public_ipv4_pool.as_deref().is_some_and(|p| p != "amazon")),
        ("CustomerOwnedIpv4Pool", i.customer_owned_ipv4_pool.is_some()),
        ("IpamPoolId", i.ipam_pool_id.is_some()),
    ])?;
    if let Some(other) = i.network_border_group.as_deref().filter(|g| *g != cx.scope.region) {
        return Err(invalid_parameter(other, "networkBorderGroup", "It is not supported in this Region."));
    }
    let tags = tags::for_new(i.tag_specifications.as_deref(), &ELASTIC_IP)?;
    room(cx, &quotas::ADDRESSES, all::<ElasticIp>(cx)?, 1)?;
    let id = id::fresh(cx, "eipalloc");
    let public_ip = take_public(cx, &id)?;
    let row = ElasticIp { id, public_ip, ..ElasticIp::default() };
    save(cx, &row)?;
    tags::add(cx, &ELASTIC_IP, &row.id, &tags)?;
    Ok(AllocateAddressResult {
        allocation_id: Some(row.id),
        public_ipv4_pool: Some("amazon".to_owned()),
        network_border_group: Some(cx.scope.region.to_owned()),
        domain: Some("vpc".to_owned()),
        public_ip: Some(row.public_ip),
        ..AllocateAddressResult::default()
    })
}
