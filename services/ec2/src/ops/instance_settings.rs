//! `ModifyInstanceMaintenanceOptions`, `ModifyInstanceCpuOptions`, `ModifyPrivateDnsNameOptions`.
//! Source: EC2 API reference, the operations; EC2 user guide, "CPU options", "Change the hostname type" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::err::{self, fault, invalid_value, missing};
use crate::instance::{self, Instance, STOPPED};
use crate::instance_type;
use crate::resource::{find, save};
use crate::subnet::Subnet;

fn stopped(cx: &Cx, row: &Instance) -> Result<(), Fault> {
    match row.state(cx) == STOPPED {
        true => Ok(()),
        false => {
            let text = format!("The instance '{}' is not in the 'stopped' state.", row.id);
            Err(fault("IncorrectInstanceState", text))
        }
    }
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: terminated; InvalidParameterValue.
pub(crate) fn maintenance(
    cx: &mut Cx,
    i: &s::ModifyInstanceMaintenanceOptionsRequest,
) -> Result<s::ModifyInstanceMaintenanceOptionsResult, Fault> {
    let mut row = instance::living(cx, &i.instance_id)?;
    if let Some(wish) = &i.auto_recovery {
        row.recovery.clone_from(wish);
    }
    if let Some(wish) = &i.reboot_migration {
        row.migration.clone_from(wish);
    }
    save(cx, &row)?;
    Ok(s::ModifyInstanceMaintenanceOptionsResult {
        instance_id: Some(row.id.clone()),
        auto_recovery: i.auto_recovery.as_ref().map(|_| row.recovery.clone()),
        reboot_migration: i.reboot_migration.as_ref().map(|_| row.migration.clone()),
    })
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: not stopped; MissingParameter; those of
/// [`instance_type::InstanceType::cpu`].
pub(crate) fn cpu(
    cx: &mut Cx,
    i: &s::ModifyInstanceCpuOptionsRequest,
) -> Result<s::ModifyInstanceCpuOptionsResult, Fault> {
    err::refuse(&[("NestedVirtualization", i.nested_virtualization.is_some())])?;
    let mut row = instance::living(cx, &i.instance_id)?;
    stopped(cx, &row)?;
    let (Some(cores), Some(threads)) = (i.core_count, i.threads_per_core) else {
        return Err(missing(if i.core_count.is_none() { "coreCount" } else { "threadsPerCore" }));
    };
    let kind = instance_type::named(&row.kind)
        .ok_or_else(|| fault("Unsupported", "The type of the instance is unknown."))?;
    (row.cores, row.threads) = kind.cpu(Some(cores), Some(threads))?;
    save(cx, &row)?;
    Ok(s::ModifyInstanceCpuOptionsResult {
        instance_id: Some(row.id),
        core_count: Some(cores),
        threads_per_core: Some(threads),
        nested_virtualization: None,
    })
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: terminated, or running and another type of names is asked for;
/// InvalidParameterValue: a type, or names of addresses that the subnet doesn't have.
pub(crate) fn dns(
    cx: &mut Cx,
    i: &s::ModifyPrivateDnsNameOptionsRequest,
) -> Result<s::ModifyPrivateDnsNameOptionsResult, Fault> {
    let mut row = instance::living(cx, &i.instance_id)?;
    if let Some(kind) = i.private_dns_hostname_type.as_deref() {
        let by_resource = kind == "resource-name";
        if by_resource != row.resource_names {
            stopped(cx, &row)?;
        }
        if !by_resource && find::<Subnet>(cx, &row.subnet)?.cidr.is_empty() {
            return Err(invalid_value("IP-based names are not available in an IPv6-only subnet."));
        }
        row.resource_names = by_resource;
    }
    row.dns_a_record = i.enable_resource_name_dns_a_record.unwrap_or(row.dns_a_record);
    row.dns_aaaa_record = i.enable_resource_name_dns_aaaa_record.unwrap_or(row.dns_aaaa_record);
    save(cx, &row)?;
    Ok(s::ModifyPrivateDnsNameOptionsResult { return_: Some(true) })
}
