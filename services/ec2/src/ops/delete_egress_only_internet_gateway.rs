//! `DeleteEgressOnlyInternetGateway`. Routes that lead to it become blackholes.
//! Source: EC2 API reference, "DeleteEgressOnlyInternetGateway" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DeleteEgressOnlyInternetGatewayRequest, DeleteEgressOnlyInternetGatewayResult};

use crate::egress_only_internet_gateway::EgressOnlyInternetGateway;
use crate::resource::{find, remove};

/// Errors: InvalidEgressOnlyInternetGatewayId.NotFound, .Malformed.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DeleteEgressOnlyInternetGatewayRequest,
) -> Result<DeleteEgressOnlyInternetGatewayResult, Fault> {
    let row = find::<EgressOnlyInternetGateway>(cx, &i.egress_only_internet_gateway_id)?;
    remove(cx, &row)?;
    Ok(DeleteEgressOnlyInternetGatewayResult { return_code: Some(true) })
}
