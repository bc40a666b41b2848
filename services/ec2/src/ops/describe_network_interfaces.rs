//! `DescribeNetworkInterfaces`. Source: EC2 API reference, "DescribeNetworkInterfaces" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult};

use crate::describe::{Ask, stored};
use crate::network_interface::{NetworkInterface, show};

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeNetworkInterfacesRequest,
) -> Result<DescribeNetworkInterfacesResult, Fault> {
    let ask = Ask::new("DescribeNetworkInterfaces", &i.filters)
        .ids(&i.network_interface_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("networkInterfaceIdSet");
    let found = stored::<NetworkInterface>(cx, &ask)?;
    let shown: Result<_, Fault> = found.items.iter().map(|(n, tags)| show(cx, n, tags)).collect();
    Ok(DescribeNetworkInterfacesResult { network_interfaces: Some(shown?), next_token: found.next })
}
