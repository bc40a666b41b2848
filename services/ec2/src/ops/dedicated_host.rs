//! `AllocateHosts`, `ModifyHosts`, `ReleaseHosts`, `DescribeHosts`. Source: EC2 API reference, the operations (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::dedicated_host::{self, DEDICATED_HOST, Host, running};
use crate::describe::{Ask, stored};
use crate::err::{self, combination, fault, invalid_parameter, invalid_value, missing};
use crate::instance_type;
use crate::resource::{find, on, remove, save};
use crate::{capacity, id, tags, token, zones};

/// Hosts of one call; AWS's limit is a quota per family.
const PER_CALL: i32 = 100;

fn switch(given: Option<&str>, name: &str, usual: bool) -> Result<bool, Fault> {
    match given {
        None => Ok(usual),
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(other) => Err(invalid_parameter(other, name, "")),
    }
}

/// What a host takes: one type, or a family.
fn taken(kind: Option<&str>, family: Option<&str>) -> Result<(String, String), Fault> {
    let unsupported = |what: &str| {
        let text = format!("Dedicated Hosts are not supported for {what}.");
        fault("UnsupportedHostConfiguration", text)
    };
    match (kind, family) {
        (Some(_), Some(_)) => {
            Err(combination("You can specify either an instance type or an instance family, but not both"))
        }
        (None, None) => Err(missing("instanceType or instanceFamily")),
        (Some(name), None) => {
            let found = instance_type::asked(name)?;
            match instance_type::dedicated(&found) {
                true => Ok((name.to_owned(), found.family().to_owned())),
                false => Err(unsupported(name)),
            }
        }
        (None, Some(name)) => {
            let mut of_family = instance_type::all().filter(|t| t.family() == name).peekable();
            if of_family.peek().is_none() {
                return Err(invalid_value(format!("Invalid value '{name}' for InstanceFamily.")));
            }
            match of_family.any(|t| instance_type::dedicated(&t)) {
                true => Ok((String::new(), name.to_owned())),
                false => Err(unsupported(name)),
            }
        }
    }
}

/// Errors: MissingParameter; InvalidParameterCombination; InvalidParameterValue; UnsupportedHostConfiguration;
/// IdempotentParameterMismatch.
pub(crate) fn allocate(cx: &mut Cx, i: &s::AllocateHostsRequest) -> Result<s::AllocateHostsResult, Fault> {
    err::refuse(&[
        ("OutpostArn", i.outpost_arn.is_some()),
        ("AssetId", i.asset_ids.is_some()),
        ("CpuOptions", i.cpu_options.is_some()),
    ])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &DEDICATED_HOST)?;
    let (made, token) = token::look_up(cx, "AllocateHosts", i.client_token.as_deref(), i)?;
    if let Some(ids) = made {
        return Ok(s::AllocateHostsResult { host_ids: Some(ids.split(' ').map(str::to_owned).collect()) });
    }
    let (kind, family) = taken(i.instance_type.as_deref(), i.instance_family.as_deref())?;
    let zone = zones::named(cx, i.availability_zone.as_deref(), i.availability_zone_id.as_deref())?;
    let zone = zone.ok_or_else(|| missing("availabilityZone"))?;
    let quantity = i.quantity.unwrap_or(1);
    if !(1..=PER_CALL).contains(&quantity) {
        return Err(invalid_parameter(quantity, "quantity", "Must be between 1 and 100."));
    }
    // A host of a family is a whole machine of it.
    let machine = if kind.is_empty() { format!("{family}.metal") } else { kind.clone() };
    if !capacity::is_left(cx, &machine, (&zone.name, &zone.id)) {
        return Err(dedicated_host::none_left());
    }
    let row = Host {
        kind,
        family,
        zone: zone.name.clone(),
        zone_id: zone.id.clone(),
        auto_placement: switch(i.auto_placement.as_deref(), "autoPlacement", false)?,
        recovery: switch(i.host_recovery.as_deref(), "hostRecovery", false)?,
        maintenance: switch(i.host_maintenance.as_deref(), "hostMaintenance", true)?,
        allocated_ms: cx.now_ms,
        client_token: i.client_token.clone().unwrap_or_default(),
        ..Host::default()
    };
    let mut ids = Vec::new();
    for _ in 0..quantity {
        let row = Host { id: id::fresh(cx, "h"), ..row.clone() };
        save(cx, &row)?;
        tags::add(cx, &DEDICATED_HOST, &row.id, &tags)?;
        ids.push(row.id);
    }
    token::keep(cx, token, &ids.join(" "));
    Ok(s::AllocateHostsResult { host_ids: Some(ids) })
}

/// Does something with each host; errors of single hosts are part of the answer.
fn each(
    cx: &mut Cx,
    ids: &[String],
    mut change: impl FnMut(&mut Cx, Host) -> Result<(), Fault>,
) -> (Vec<String>, Vec<s::UnsuccessfulItem>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for id in ids {
        match find::<Host>(cx, id).and_then(|host| change(cx, host)) {
            Ok(()) => good.push(id.clone()),
            Err(f) => bad.push(s::UnsuccessfulItem {
                error: Some(s::UnsuccessfulItemError {
                    code: Some(f.code().to_owned()),
                    message: Some(f.message().to_owned()),
                }),
                resource_id: Some(id.clone()),
            }),
        }
    }
    (good, bad)
}

/// Errors: InvalidParameterValue; InvalidParameterCombination. Those of single hosts are part of the answer.
pub(crate) fn modify(cx: &mut Cx, i: &s::ModifyHostsRequest) -> Result<s::ModifyHostsResult, Fault> {
    let kinds = match (i.instance_type.as_deref(), i.instance_family.as_deref()) {
        (None, None) => None,
        (kind, family) => Some(taken(kind, family)?),
    };
    for (given, name) in [
        (&i.auto_placement, "autoPlacement"),
        (&i.host_recovery, "hostRecovery"),
        (&i.host_maintenance, "hostMaintenance"),
    ] {
        switch(given.as_deref(), name, false)?;
    }
    let (good, bad) = each(cx, &i.host_ids, |cx, mut host| {
        host.auto_placement = switch(i.auto_placement.as_deref(), "", host.auto_placement)?;
        host.recovery = switch(i.host_recovery.as_deref(), "", host.recovery)?;
        host.maintenance = switch(i.host_maintenance.as_deref(), "", host.maintenance)?;
        if let Some((kind, family)) = &kinds {
            if *family != host.family || !running(cx, &host)?.is_empty() {
                let text = format!("The instance type of host '{}' cannot be changed.", host.id);
                return Err(fault("InvalidHostConfiguration", text));
            }
            kind.clone_into(&mut host.kind);
        }
        save(cx, &host)
    });
    Ok(s::ModifyHostsResult { successful: Some(good), unsuccessful: Some(bad) })
}

/// Errors of single hosts are part of the answer: InvalidHostID.NotFound; InvalidHost.Occupied (inferred).
pub(crate) fn release(cx: &mut Cx, i: &s::ReleaseHostsRequest) -> Result<s::ReleaseHostsResult, Fault> {
    let (good, bad) = each(cx, &i.host_ids, |cx, host| {
        let there = on::<crate::instance::Instance>(cx, &host.id)?;
        if there.iter().any(|i| i.goal != "terminated") {
            let text = format!("Dedicated host '{}' cannot be released as it is occupied.", host.id);
            return Err(fault("InvalidHost.Occupied", text));
        }
        remove(cx, &host)
    });
    Ok(s::ReleaseHostsResult { successful: Some(good), unsuccessful: Some(bad) })
}

/// Errors: InvalidHostID.NotFound; those of [`stored`].
pub(crate) fn describe(cx: &mut Cx, i: &s::DescribeHostsRequest) -> Result<s::DescribeHostsResult, Fault> {
    let ask = Ask::new("DescribeHosts", &i.filter)
        .ids(&i.host_ids)
        .pages(i.max_results, &i.next_token)
        .limits(5, 500)
        .exclusive("hostIdSet");
    let found = stored::<Host>(cx, &ask)?;
    let shown: Result<Vec<_>, Fault> =
        found.items.iter().map(|(h, tags)| dedicated_host::show(cx, h, tags)).collect();
    Ok(s::DescribeHostsResult { hosts: Some(shown?), next_token: found.next })
}
