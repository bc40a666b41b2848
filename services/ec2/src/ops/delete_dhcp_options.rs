//! `DeleteDhcpOptions`: options that no VPC uses. Source: EC2 API reference, "DeleteDhcpOptions" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteDhcpOptionsRequest;

use crate::dhcp_options::DhcpOptions;
use crate::err::has_dependencies;
use crate::resource::{children, find, remove};
use crate::vpc::VPC;

/// Errors: InvalidDhcpOptionID.NotFound; DependencyViolation.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteDhcpOptionsRequest) -> Result<Empty, Fault> {
    let options = find::<DhcpOptions>(cx, &i.dhcp_options_id)?;
    if children(cx, &options.id, &VPC)?.next().is_some() {
        return Err(has_dependencies("dhcpOptions", &options.id));
    }
    remove(cx, &options)?;
    Ok(Empty {})
}
