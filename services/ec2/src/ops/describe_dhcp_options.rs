//! `DescribeDhcpOptions`. Source: EC2 API reference, "DescribeDhcpOptions" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeDhcpOptionsRequest, DescribeDhcpOptionsResult};

use crate::describe::{Ask, stored};
use crate::dhcp_options;

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeDhcpOptionsRequest,
) -> Result<DescribeDhcpOptionsResult, Fault> {
    let ask = Ask::new("DescribeDhcpOptions", &i.filters)
        .ids(&i.dhcp_options_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<dhcp_options::DhcpOptions>(cx, &ask)?;
    let dhcp_options = found.show(|d, tags| dhcp_options::show(cx, d, tags));
    Ok(DescribeDhcpOptionsResult { next_token: found.next, dhcp_options })
}
