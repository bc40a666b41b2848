//! `CreateTrafficMirrorFilter`, `DeleteTrafficMirrorFilter`, `DescribeTrafficMirrorFilters`,
//! `ModifyTrafficMirrorFilterNetworkServices`. Source: EC2 API reference, the operations, "Error codes" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, stored};
use crate::err::fault;
use crate::ops::traffic_mirror::client_token;
use crate::quotas::{self, room};
use crate::resource::{all, children, find, on, remove, save};
use crate::traffic_mirror::rule::Rule;
use crate::traffic_mirror::session::TRAFFIC_MIRROR_SESSION;
use crate::traffic_mirror::{Filter, TRAFFIC_MIRROR_FILTER, show};
use crate::{id, tags, token};

/// Errors: TrafficMirrorFilterLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTrafficMirrorFilterRequest,
) -> Result<s::CreateTrafficMirrorFilterResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &TRAFFIC_MIRROR_FILTER)?;
    let (made, token) = token::look_up(cx, "CreateTrafficMirrorFilter", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<Filter>(cx, &id)?,
        None => {
            room(cx, &quotas::TRAFFIC_MIRROR_FILTERS, all::<Filter>(cx)?, 1)?;
            let description = i.description.clone().unwrap_or_default();
            let row = Filter { id: id::fresh(cx, "tmf"), description, services: Vec::new() };
            save(cx, &row)?;
            tags::add(cx, &TRAFFIC_MIRROR_FILTER, &row.id, &tags)?;
            token::keep(cx, token, &row.id);
            row
        }
    };
    Ok(s::CreateTrafficMirrorFilterResult {
        traffic_mirror_filter: Some(show(cx, &row, &tags::of(cx, &row.id)?)?),
        client_token: client_token(cx, &i.client_token),
    })
}

/// Its rules go with it.
///
/// Errors: InvalidTrafficMirrorFilterId.NotFound; TrafficMirrorFilterInUse.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTrafficMirrorFilterRequest,
) -> Result<s::DeleteTrafficMirrorFilterResult, Fault> {
    let row = find::<Filter>(cx, &i.traffic_mirror_filter_id)?;
    if children(cx, &row.id, &TRAFFIC_MIRROR_SESSION)?.next().is_some() {
        let text = format!("The Traffic Mirror filter '{}' is in use by a Traffic Mirror session.", row.id);
        return Err(fault("TrafficMirrorFilterInUse", text));
    }
    for rule in on::<Rule>(cx, &row.id)? {
        remove(cx, &rule)?;
    }
    remove(cx, &row)?;
    Ok(s::DeleteTrafficMirrorFilterResult { traffic_mirror_filter_id: Some(row.id) })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTrafficMirrorFiltersRequest,
) -> Result<s::DescribeTrafficMirrorFiltersResult, Fault> {
    let ask = Ask::new("DescribeTrafficMirrorFilters", &i.filters)
        .ids(&i.traffic_mirror_filter_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<Filter>(cx, &ask)?;
    let shown = found.items.iter().map(|(f, tags)| show(cx, f, tags)).collect::<Result<_, _>>()?;
    Ok(s::DescribeTrafficMirrorFiltersResult { traffic_mirror_filters: Some(shown), next_token: found.next })
}

/// Errors: InvalidTrafficMirrorFilterId.NotFound.
pub(crate) fn services(
    cx: &mut Cx,
    i: &s::ModifyTrafficMirrorFilterNetworkServicesRequest,
) -> Result<s::ModifyTrafficMirrorFilterNetworkServicesResult, Fault> {
    let mut row = find::<Filter>(cx, &i.traffic_mirror_filter_id)?;
    let (more, less) = (i.add_network_services.as_deref(), i.remove_network_services.as_deref());
    row.services.retain(|s| !less.unwrap_or_default().contains(s));
    for service in more.unwrap_or_default() {
        if !row.services.contains(service) {
            row.services.push(service.clone());
        }
    }
    save(cx, &row)?;
    let shown = show(cx, &row, &tags::of(cx, &row.id)?)?;
    Ok(s::ModifyTrafficMirrorFilterNetworkServicesResult { traffic_mirror_filter: Some(shown) })
}
