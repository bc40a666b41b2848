//! `AssociateDhcpOptions`: with a VPC; `default` takes its options away.
//! Source: EC2 API reference, "AssociateDhcpOptions" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::AssociateDhcpOptionsRequest;

use crate::dhcp_options::DhcpOptions;
use crate::resource::{find, save};
use crate::vpc::Vpc;

/// Errors: InvalidVpcID.NotFound; InvalidDhcpOptionID.NotFound.
pub(crate) fn decide(cx: &mut Cx, i: &AssociateDhcpOptionsRequest) -> Result<Empty, Fault> {
    if i.dhcp_options_id != "default" {
        find::<DhcpOptions>(cx, &i.dhcp_options_id)?;
    }
    let mut vpc = find::<Vpc>(cx, &i.vpc_id)?;
    vpc.dhcp_options.clone_from(&i.dhcp_options_id);
    save(cx, &vpc)?;
    Ok(Empty {})
}
