//! `DeleteInternetGateway`: one that is not attached. Source: EC2 API reference, "DeleteInternetGateway" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DeleteInternetGatewayRequest;

use crate::err::has_dependencies;
use crate::internet_gateway::InternetGateway;
use crate::resource::{find, remove};

/// Errors: InvalidInternetGatewayID.NotFound; DependencyViolation.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteInternetGatewayRequest) -> Result<Empty, Fault> {
    let gateway = find::<InternetGateway>(cx, &i.internet_gateway_id)?;
    if gateway.vpc.is_some() {
        return Err(has_dependencies("internetGateway", &gateway.id));
    }
    remove(cx, &gateway)?;
    Ok(Empty {})
}
