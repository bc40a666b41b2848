//! `DescribeInstances`: by reservations. Source: EC2 API reference, "DescribeInstances" (2026-11-22).

use std::collections::BTreeMap;
use std::mem::take;

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeInstancesRequest, DescribeInstancesResult, Reservation};

use crate::describe::{Ask, stored};
use crate::instance::{self, Whole, these};

/// Errors: InvalidInstanceID.NotFound: all that aren't there; those of [`stored`].
pub(crate) fn decide(cx: &mut Cx, i: &DescribeInstancesRequest) -> Result<DescribeInstancesResult, Fault> {
    these(cx, i.instance_ids.as_deref().unwrap_or_default())?;
    let ask = Ask::new("DescribeInstances", &i.filters)
        .ids(&i.instance_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("instancesSet");
    let found = stored::<Whole>(cx, &ask)?;
    let mut all: Vec<Reservation> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (mut whole, tags) in found.items {
        let reservation = take(&mut whole.own.reservation);
        let shown = instance::show(cx, whole, tags)?;
        let at = match places.get(&reservation) {
            Some(at) => *at,
            None => {
                places.insert(reservation.clone(), all.len());
                all.push(Reservation {
                    reservation_id: Some(reservation),
                    owner_id: Some(cx.scope.account.clone()),
                    groups: Some(Vec::new()),
                    instances: Some(Vec::new()),
                    ..Reservation::default()
                });
                all.len() - 1
            }
        };
        if let Some(list) = &mut all[at].instances {
            list.push(shown);
        }
    }
    Ok(DescribeInstancesResult { next_token: found.next, reservations: Some(all) })
}
