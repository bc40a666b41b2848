//! `DetachInternetGateway`: unless public addresses are mapped in the VPC. Routes that lead to it become blackholes.
//! Source: EC2 API reference, "DetachInternetGateway" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::DetachInternetGatewayRequest;

use crate::elastic_ip::ElasticIp;
use crate::err::{dependency, fault};
use crate::internet_gateway::InternetGateway;
use crate::network_interface::NetworkInterface;
use crate::resource::{find, on, save};
use crate::vpc::Vpc;

/// Errors: InvalidInternetGatewayID.NotFound; InvalidVpcID.NotFound; Gateway.NotAttached; DependencyViolation.
pub(crate) fn decide(cx: &mut Cx, i: &DetachInternetGatewayRequest) -> Result<Empty, Fault> {
    let mut gateway = find::<InternetGateway>(cx, &i.internet_gateway_id)?;
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    if gateway.vpc.as_ref() != Some(&vpc.id) {
        let text = format!("resource {} is not attached to network {}", gateway.id, vpc.id);
        return Err(fault("Gateway.NotAttached", text));
    }
    for interface in on::<NetworkInterface>(cx, &vpc.id)? {
        if !on::<ElasticIp>(cx, &interface.id)?.is_empty() {
            let text = format!(
                "Network {} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.",
                vpc.id
            );
            return Err(dependency(text));
        }
    }
    gateway.vpc = None;
    save(cx, &gateway)?;
    Ok(Empty {})
}
