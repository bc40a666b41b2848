//! `RequestSpotInstances`, `DescribeSpotInstanceRequests`, `CancelSpotInstanceRequests`.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_ec2 as s;
use shapes_ec2::op;

use crate::describe::{Ask, stored};
use crate::err::{self, invalid_parameter, missing};
use crate::resource::{find, save};
use crate::spot_request::{self, Bid, SPOT_REQUEST, SpotRequest};
use crate::{forms, guard, iam_profile, launch, tags, token};

/// Requests of one call.
const PER_CALL: i32 = 500;

/// What is named, the requests that are made, and passing the role of an instance profile.
pub(crate) fn guard(cx: &Cx, i: &s::RequestSpotInstancesRequest) -> Result<Guard, Fault> {
    let mut all = guard::of::<op::RequestSpotInstances>(cx, i)?;
    let profile = i.launch_specification.as_ref().and_then(|l| l.iam_instance_profile.as_ref());
    if let Some(given) = profile {
        iam_profile::passes(cx, given, &mut all)?;
    }
    Ok(all)
}

/// The launch that a request asks for.
fn order(i: &s::RequestSpotInstancesRequest) -> Result<s::RunInstancesRequest, Fault> {
    let given = i.launch_specification.as_ref().ok_or_else(|| missing("launchSpecification"))?;
    err::refuse(&[
        ("BlockDurationMinutes", i.block_duration_minutes.is_some()),
        ("LaunchSpecification.AddressingType", given.addressing_type.is_some()),
        ("LaunchSpecification.KernelId", given.kernel_id.is_some()),
        ("LaunchSpecification.RamdiskId", given.ramdisk_id.is_some()),
    ])?;
    let from = forms::member_of_input("RequestSpotInstances", "LaunchSpecification");
    let to = forms::input("RunInstances");
    let value = forms::cast(from, to, forms::value(from, given)?, &["AddressingType"])?;
    let mut order: s::RunInstancesRequest = forms::record(to, &value)?;
    (order.min_count, order.max_count) = (1, 1);
    order.instance_market_options = Some(s::InstanceMarketOptionsRequest {
        market_type: Some("spot".to_owned()),
        ..s::InstanceMarketOptionsRequest::default()
    });
    Ok(order)
}

/// Errors: MissingParameter; those of a launch and of [`spot_request::new`]; IdempotentParameterMismatch.
pub(crate) fn request(
    cx: &mut Cx,
    i: &s::RequestSpotInstancesRequest,
) -> Result<s::RequestSpotInstancesResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &SPOT_REQUEST)?;
    let (made, token) = token::look_up(cx, "RequestSpotInstances", i.client_token.as_deref(), i)?;
    let ids = match made {
        Some(ids) => ids,
        None => new(cx, i, &tags)?,
    };
    token::keep(cx, token, &ids);
    let mut shown = Vec::new();
    for id in ids.split(' ') {
        shown.push(spot_request::show(cx, &find::<SpotRequest>(cx, id)?, &tags::of(cx, id)?)?);
    }
    Ok(s::RequestSpotInstancesResult { spot_instance_requests: Some(shown) })
}

fn new(cx: &mut Cx, i: &s::RequestSpotInstancesRequest, tags: &tags::Tags) -> Result<String, Fault> {
    let count = i.instance_count.unwrap_or(1);
    if !(1..=PER_CALL).contains(&count) {
        return Err(invalid_parameter(count, "instanceCount", "Must be between 1 and 500."));
    }
    let order = order(i)?;
    let l = launch::described(cx, &order)?;
    launch::vcpus(cx, &l.kind, count, true)?;
    let bid = Bid {
        price: i.spot_price.as_deref(),
        kind: i.type_.as_deref(),
        behaviour: i.instance_interruption_behavior.as_deref(),
        from: i.valid_from.as_ref(),
        until: i.valid_until.as_ref(),
        launch_group: i.launch_group.as_deref(),
        zone_group: i.availability_zone_group.as_deref(),
    };
    let mut ids = Vec::new();
    for _ in 0..count {
        let row = spot_request::new(cx, &bid, &order, &l)?;
        save(cx, &row)?;
        tags::add(cx, &SPOT_REQUEST, &row.id, tags)?;
        ids.push(spot_request::evaluate(cx, row)?.id);
    }
    Ok(ids.join(" "))
}

/// Errors: InvalidSpotInstanceRequestID.NotFound; those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeSpotInstanceRequestsRequest,
) -> Result<s::DescribeSpotInstanceRequestsResult, Fault> {
    let ask = Ask::new("DescribeSpotInstanceRequests", &i.filters)
        .ids(&i.spot_instance_request_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<SpotRequest>(cx, &ask)?;
    let shown: Result<Vec<_>, Fault> =
        found.items.iter().map(|(r, tags)| spot_request::show(cx, r, tags)).collect();
    Ok(s::DescribeSpotInstanceRequestsResult { spot_instance_requests: Some(shown?), next_token: found.next })
}

/// Errors: InvalidSpotInstanceRequestID.NotFound.
pub(crate) fn cancel(
    cx: &mut Cx,
    i: &s::CancelSpotInstanceRequestsRequest,
) -> Result<s::CancelSpotInstanceRequestsResult, Fault> {
    let mut shown = Vec::new();
    for id in &i.spot_instance_request_ids {
        let row = spot_request::cancel(cx, find::<SpotRequest>(cx, id)?)?;
        shown.push(s::CancelledSpotInstanceRequest {
            spot_instance_request_id: Some(row.id),
            state: Some(row.state),
        });
    }
    Ok(s::CancelSpotInstanceRequestsResult { cancelled_spot_instance_requests: Some(shown) })
}
