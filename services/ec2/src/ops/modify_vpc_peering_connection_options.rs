//! `ModifyVpcPeeringConnectionOptions`: whether a side's names resolve for the other one; each side sets its own.
//! Source: EC2 API reference, "ModifyVpcPeeringConnectionOptions" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    ModifyVpcPeeringConnectionOptionsRequest, ModifyVpcPeeringConnectionOptionsResult,
    PeeringConnectionOptions, PeeringConnectionOptionsRequest,
};

use crate::err::{self, fault, missing};
use crate::resource::find;
use crate::vpc_peering_connection::{Peering, Side, save_both};

/// Errors: InvalidVpcPeeringConnectionID.NotFound; MissingParameter; OperationNotPermitted: not active, or the other side's.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ModifyVpcPeeringConnectionOptionsRequest,
) -> Result<ModifyVpcPeeringConnectionOptionsResult, Fault> {
    let mut row = find::<Peering>(cx, &i.vpc_peering_connection_id)?;
    let asked =
        (i.requester_peering_connection_options.as_ref(), i.accepter_peering_connection_options.as_ref());
    if asked.0.is_none() && asked.1.is_none() {
        return Err(missing("requesterPeeringConnectionOptions"));
    }
    if row.status(cx.now_ms).0 != "active" {
        let text = format!(
            "Peering {} is not active. Peering options can be added only to active peerings.",
            row.id
        );
        return Err(fault("OperationNotPermitted", text));
    }
    let (requests, accepts) = row.here(cx);
    if (asked.0.is_some() && !requests) || (asked.1.is_some() && !accepts) {
        let text = format!(
            "User {} cannot modify peering options of the other side of {}",
            cx.scope.account, row.id
        );
        return Err(fault("OperationNotPermitted", text));
    }
    let requester_peering_connection_options = asked.0.map(|o| set(&mut row.requester, o)).transpose()?;
    let accepter_peering_connection_options = asked.1.map(|o| set(&mut row.accepter, o)).transpose()?;
    save_both(cx, &row)?;
    Ok(ModifyVpcPeeringConnectionOptionsResult {
        accepter_peering_connection_options,
        requester_peering_connection_options,
    })
}

fn set(side: &mut Side, wanted: &PeeringConnectionOptionsRequest) -> Result<PeeringConnectionOptions, Fault> {
    err::refuse(&[
        (
            "AllowEgressFromLocalClassicLinkToRemoteVpc",
            wanted.allow_egress_from_local_classic_link_to_remote_vpc == Some(true),
        ),
        (
            "AllowEgressFromLocalVpcToRemoteClassicLink",
            wanted.allow_egress_from_local_vpc_to_remote_classic_link == Some(true),
        ),
        ("AllowMultipathResilience", wanted.allow_multipath_resilience == Some(true)),
        ("MultipathResilienceMode", wanted.multipath_resilience_mode.is_some()),
    ])?;
    side.resolves_dns = wanted.allow_dns_resolution_from_remote_vpc.unwrap_or(side.resolves_dns);
    Ok(PeeringConnectionOptions {
        allow_dns_resolution_from_remote_vpc: Some(side.resolves_dns),
        allow_egress_from_local_classic_link_to_remote_vpc: Some(false),
        allow_egress_from_local_vpc_to_remote_classic_link: Some(false),
        ..PeeringConnectionOptions::default()
    })
}
