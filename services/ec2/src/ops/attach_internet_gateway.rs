//! `AttachInternetGateway`: one gateway a VPC. Source: EC2 API reference, "AttachInternetGateway" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::AttachInternetGatewayRequest;

use crate::err::{fault, invalid_value};
use crate::internet_gateway::{INTERNET_GATEWAY, InternetGateway};
use crate::resource::{children, find, save};
use crate::vpc::Vpc;

/// Errors: InvalidInternetGatewayID.NotFound; InvalidVpcID.NotFound; Resource.AlreadyAssociated: the gateway is attached;
/// InvalidParameterValue: the VPC has one.
pub(crate) fn decide(cx: &mut Cx, i: &AttachInternetGatewayRequest) -> Result<Empty, Fault> {
    let mut gateway = find::<InternetGateway>(cx, &i.internet_gateway_id)?;
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    if let Some(other) = &gateway.vpc {
        let text = format!("resource {} is already attached to network {other}", gateway.id);
        return Err(fault("Resource.AlreadyAssociated", text));
    }
    if children(cx, &vpc.id, &INTERNET_GATEWAY)?.next().is_some() {
        let text = format!("Network {} already has an internet gateway attached", vpc.id);
        return Err(invalid_value(text));
    }
    gateway.vpc = Some(vpc.id);
    save(cx, &gateway)?;
    Ok(Empty {})
}
