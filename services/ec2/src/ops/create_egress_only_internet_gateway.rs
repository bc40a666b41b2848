//! `CreateEgressOnlyInternetGateway`. Source: EC2 API reference, "CreateEgressOnlyInternetGateway" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateEgressOnlyInternetGatewayRequest, CreateEgressOnlyInternetGatewayResult};

use crate::egress_only_internet_gateway::{self, EGRESS_ONLY_INTERNET_GATEWAY, EgressOnlyInternetGateway};
use crate::quotas::{self, room};
use crate::resource::{all, find, save};
use crate::vpc::Vpc;
use crate::{id, tags, token};

/// Errors: InvalidVpcID.NotFound; EgressOnlyInternetGatewayLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateEgressOnlyInternetGatewayRequest,
) -> Result<CreateEgressOnlyInternetGatewayResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &EGRESS_ONLY_INTERNET_GATEWAY)?;
    let (made, token) = token::look_up(cx, "CreateEgressOnlyInternetGateway", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<EgressOnlyInternetGateway>(cx, &id)?,
        None => {
            let vpc = find::<Vpc>(cx, &i.vpc_id)?.id;
            room(cx, &quotas::EGRESS_ONLY_GATEWAYS, all::<EgressOnlyInternetGateway>(cx)?, 1)?;
            let row = EgressOnlyInternetGateway { id: id::fresh(cx, "eigw"), vpc };
            save(cx, &row)?;
            row
        }
    };
    tags::add(cx, &EGRESS_ONLY_INTERNET_GATEWAY, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    let shown = egress_only_internet_gateway::show(&row, &tags::of(cx, &row.id)?);
    Ok(CreateEgressOnlyInternetGatewayResult {
        client_token: i.client_token.clone(),
        egress_only_internet_gateway: Some(shown),
    })
}
