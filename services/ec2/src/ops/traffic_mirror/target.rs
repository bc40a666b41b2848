//! `CreateTrafficMirrorTarget`, `DeleteTrafficMirrorTarget`, `DescribeTrafficMirrorTargets`.
//! Source: EC2 API reference, the operations, "Error codes"; VPC Traffic Mirroring guide, "targets" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, stored};
use crate::err::{self, combination, fault, missing};
use crate::network_interface::NetworkInterface;
use crate::ops::traffic_mirror::client_token;
use crate::quotas::{self, room};
use crate::resource::{all, children, find, remove, save};
use crate::traffic_mirror::session::TRAFFIC_MIRROR_SESSION;
use crate::traffic_mirror::target::{TRAFFIC_MIRROR_TARGET, Target, show};
use crate::{id, tags, token};

/// Errors: MissingParameter; InvalidParameterCombination; InvalidNetworkInterfaceID.NotFound;
/// NetworkInterfaceNotSupportedException: a service's interface; TrafficMirrorTargetLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTrafficMirrorTargetRequest,
) -> Result<s::CreateTrafficMirrorTargetResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &TRAFFIC_MIRROR_TARGET)?;
    let others = [&i.network_load_balancer_arn, &i.gateway_load_balancer_endpoint_id];
    if others.iter().filter(|o| o.is_some()).count() + usize::from(i.network_interface_id.is_some()) > 1 {
        let text = "Only one of networkInterfaceId, networkLoadBalancerArn and gatewayLoadBalancerEndpointId may be specified";
        return Err(combination(text));
    }
    err::refuse(&[
        ("NetworkLoadBalancerArn", i.network_load_balancer_arn.is_some()),
        ("GatewayLoadBalancerEndpointId", i.gateway_load_balancer_endpoint_id.is_some()),
    ])?;
    let (made, token) = token::look_up(cx, "CreateTrafficMirrorTarget", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<Target>(cx, &id)?,
        None => {
            let given = i.network_interface_id.as_deref().ok_or_else(|| missing("networkInterfaceId"))?;
            let interface = find::<NetworkInterface>(cx, given)?;
            if interface.kind != "interface" {
                let text =
                    format!("The network interface '{given}' is not supported as a Traffic Mirror target.");
                return Err(fault("NetworkInterfaceNotSupportedException", text));
            }
            room(cx, &quotas::TRAFFIC_MIRROR_TARGETS, all::<Target>(cx)?, 1)?;
            let description = i.description.clone().unwrap_or_default();
            let row = Target { id: id::fresh(cx, "tmt"), interface: interface.id, description };
            save(cx, &row)?;
            tags::add(cx, &TRAFFIC_MIRROR_TARGET, &row.id, &tags)?;
            token::keep(cx, token, &row.id);
            row
        }
    };
    Ok(s::CreateTrafficMirrorTargetResult {
        traffic_mirror_target: Some(show(cx, &row, &tags::of(cx, &row.id)?)),
        client_token: client_token(cx, &i.client_token),
    })
}

/// Errors: InvalidTrafficMirrorTargetId.NotFound; TrafficMirrorTargetInUseException.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTrafficMirrorTargetRequest,
) -> Result<s::DeleteTrafficMirrorTargetResult, Fault> {
    let row = find::<Target>(cx, &i.traffic_mirror_target_id)?;
    if children(cx, &row.id, &TRAFFIC_MIRROR_SESSION)?.next().is_some() {
        let text = format!("The Traffic Mirror target '{}' is in use by a Traffic Mirror session.", row.id);
        return Err(fault("TrafficMirrorTargetInUseException", text));
    }
    remove(cx, &row)?;
    Ok(s::DeleteTrafficMirrorTargetResult { traffic_mirror_target_id: Some(row.id) })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTrafficMirrorTargetsRequest,
) -> Result<s::DescribeTrafficMirrorTargetsResult, Fault> {
    let ask = Ask::new("DescribeTrafficMirrorTargets", &i.filters)
        .ids(&i.traffic_mirror_target_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<Target>(cx, &ask)?;
    let traffic_mirror_targets = found.show(|t, tags| show(cx, t, tags));
    Ok(s::DescribeTrafficMirrorTargetsResult { traffic_mirror_targets, next_token: found.next })
}
