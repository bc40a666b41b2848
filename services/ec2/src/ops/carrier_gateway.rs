//! `CreateCarrierGateway`, `DeleteCarrierGateway`, `DescribeCarrierGateways`.
//! Source: EC2 API reference, the operations; Wavelength developer guide, "Carrier gateways" (2026-11-23). Codes and texts
//! are inferred.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::carrier_gateway::{CARRIER_GATEWAY, CarrierGateway, show};
use crate::describe::{Ask, stored};
use crate::err::fault;
use crate::life::{Life, end};
use crate::quotas::{self, room};
use crate::resource::{find, on, save};
use crate::vpc::Vpc;
use crate::{id, tags, token, zones};

/// AWS takes about this long.
const USUAL_MS: i64 = 30_000;

/// Errors: InvalidVpcID.NotFound; UnsupportedOperation: the account opted in to no Wavelength Zone of the region;
/// CarrierGatewayLimitExceeded: one a VPC; IdempotentParameterMismatch.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateCarrierGatewayRequest,
) -> Result<s::CreateCarrierGatewayResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &CARRIER_GATEWAY)?;
    let (made, token) = token::look_up(cx, "CreateCarrierGateway", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<CarrierGateway>(cx, &id)?,
        None => new(cx, i)?,
    };
    tags::add(cx, &CARRIER_GATEWAY, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    let mut shown = show(cx, &row, &tags::of(cx, &row.id)?);
    shown.state = Some("pending".to_owned());
    Ok(s::CreateCarrierGatewayResult { carrier_gateway: Some(shown) })
}

fn new(cx: &mut Cx, i: &s::CreateCarrierGatewayRequest) -> Result<CarrierGateway, Fault> {
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    if !zones::all(cx)?.iter().any(|z| z.kind == "wavelength-zone" && z.opt_in == "opted-in") {
        let text = "Carrier gateways need a Wavelength Zone that the account has opted in to.";
        return Err(fault("UnsupportedOperation", text));
    }
    let there = on::<CarrierGateway>(cx, &vpc.id)?;
    room(cx, &quotas::CARRIER_GATEWAYS_PER_VPC, there.iter().filter(|g| g.life.lasts()), 1)?;
    let row = CarrierGateway { id: id::fresh(cx, "cagw"), vpc: vpc.id, life: Life::new(cx, USUAL_MS) };
    save(cx, &row)?;
    Ok(row)
}

/// Routes that lead to it become blackholes.
///
/// Errors: InvalidCarrierGatewayID.NotFound.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteCarrierGatewayRequest,
) -> Result<s::DeleteCarrierGatewayResult, Fault> {
    let mut row = find::<CarrierGateway>(cx, &i.carrier_gateway_id)?;
    if !row.life.lasts() {
        return Err(CARRIER_GATEWAY.not_found(&row.id));
    }
    end(cx, &mut row, USUAL_MS)?;
    let mut shown = show(cx, &row, &tags::of(cx, &row.id)?);
    shown.state = Some("deleting".to_owned());
    Ok(s::DeleteCarrierGatewayResult { carrier_gateway: Some(shown) })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeCarrierGatewaysRequest,
) -> Result<s::DescribeCarrierGatewaysResult, Fault> {
    let ask = Ask::new("DescribeCarrierGateways", &i.filters)
        .ids(&i.carrier_gateway_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<CarrierGateway>(cx, &ask)?;
    let carrier_gateways = found.show(|g, tags| show(cx, g, tags));
    Ok(s::DescribeCarrierGatewaysResult { carrier_gateways, next_token: found.next })
}
