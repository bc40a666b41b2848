//! `DescribeAddresses`: never paged. Source: EC2 API reference, "DescribeAddresses" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeAddressesRequest, DescribeAddressesResult};

use crate::describe::{Ask, stored};
use crate::elastic_ip::{ElasticIp, show};
use crate::err::fault;
use crate::resource::by_link;

/// The address of that text.
///
/// Errors: InvalidAddress.NotFound.
pub(crate) fn by_public_ip(cx: &Cx, ip: &str) -> Result<ElasticIp, Fault> {
    let there = by_link::<ElasticIp>(cx, ip)?.filter(|a| a.public_ip == ip);
    there.ok_or_else(|| not_found(ip))
}

/// The refusal of an address that isn't there.
pub(crate) fn not_found(ip: &str) -> Fault {
    fault("InvalidAddress.NotFound", format!("Address '{ip}' not found."))
}

/// Errors: InvalidAllocationID.NotFound; InvalidAddress.NotFound; those of [`stored`].
pub(crate) fn decide(cx: &mut Cx, i: &DescribeAddressesRequest) -> Result<DescribeAddressesResult, Fault> {
    let mut ids = i.allocation_ids.clone().unwrap_or_default();
    for ip in i.public_ips.iter().flatten() {
        ids.push(by_public_ip(cx, ip)?.id);
    }
    let ids = Some(ids);
    let found = stored::<ElasticIp>(cx, &Ask::new("DescribeAddresses", &i.filters).ids(&ids))?;
    Ok(DescribeAddressesResult { addresses: found.show(|a, tags| show(cx, a, tags)) })
}
