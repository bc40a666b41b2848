//! `DescribeInstances`: by reservations. Source: EC2 API reference, "DescribeInstances" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeInstancesRequest, DescribeInstancesResult, Reservation};

use crate::describe::{Ask, stored};
use crate::instance::{self, Instance, these};

/// Errors: InvalidInstanceID.NotFound: all that aren't there; those of [`stored`].
pub(crate) fn decide(cx: &mut Cx, i: &DescribeInstancesRequest) -> Result<DescribeInstancesResult, Fault> {
    these(cx, i.instance_ids.as_deref().unwrap_or_default())?;
    let ask = Ask::new("DescribeInstances", &i.filters)
        .ids(&i.instance_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("instancesSet");
    let found = stored::<Instance>(cx, &ask)?;
    let mut all: Vec<Reservation> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for (row, tags) in &found.items {
        let shown = instance::show(cx, row, tags)?;
        let at = *places.entry(row.reservation.as_str()).or_insert(all.len());
        if at == all.len() {
            all.push(Reservation {
                reservation_id: Some(row.reservation.clone()),
                owner_id: Some(cx.scope.account.clone()),
                groups: Some(Vec::new()),
                instances: Some(Vec::new()),
                ..Reservation::default()
            });
        }
        if let Some(list) = &mut all[at].instances {
            list.push(shown);
        }
    }
    Ok(DescribeInstancesResult { next_token: found.next, reservations: Some(all) })
}
