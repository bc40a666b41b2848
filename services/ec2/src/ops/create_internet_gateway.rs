//! `CreateInternetGateway`: not attached yet. Source: EC2 API reference, "CreateInternetGateway" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateInternetGatewayRequest, CreateInternetGatewayResult};

use crate::internet_gateway::{self, INTERNET_GATEWAY, InternetGateway};
use crate::quotas::{self, room};
use crate::resource::{all, save};
use crate::{id, tags};

/// Errors: InternetGatewayLimitExceeded.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateInternetGatewayRequest,
) -> Result<CreateInternetGatewayResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &INTERNET_GATEWAY)?;
    room(cx, &quotas::INTERNET_GATEWAYS, all::<InternetGateway>(cx)?, 1)?;
    let row = InternetGateway { id: id::fresh(cx, "igw"), vpc: None };
    save(cx, &row)?;
    tags::add(cx, &INTERNET_GATEWAY, &row.id, &tags)?;
    Ok(CreateInternetGatewayResult { internet_gateway: Some(internet_gateway::show(cx, &row, &tags)) })
}
