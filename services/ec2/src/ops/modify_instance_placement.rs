//! `ModifyInstancePlacement`: of a stopped instance. Source: EC2 API reference, "ModifyInstancePlacement" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ModifyInstancePlacementRequest, ModifyInstancePlacementResult};

use crate::dedicated_host::Host;
use crate::err::{self, combination, fault};
use crate::instance::{self, STOPPED};
use crate::resource::{find, save};
use crate::{instance_type, placement};

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: it must be stopped; InvalidParameterCombination;
/// InvalidParameterValue; those of [`placement::grouped`]; InvalidHostID.NotFound.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ModifyInstancePlacementRequest,
) -> Result<ModifyInstancePlacementResult, Fault> {
    err::refuse(&[("HostResourceGroupArn", i.host_resource_group_arn.is_some())])?;
    let mut row = instance::living(cx, &i.instance_id)?;
    if row.state(cx) != STOPPED {
        let text = format!("The instance '{}' is not in the 'stopped' state.", row.id);
        return Err(fault("IncorrectInstanceState", text));
    }
    if i.group_name.is_some() || i.group_id.is_some() || i.partition_number.is_some() {
        let kind = instance_type::named(&row.kind)
            .ok_or_else(|| fault("Unsupported", "The type of the instance is unknown."))?;
        let own = row.placed.group.clone();
        let leaves = i.group_name.as_deref() == Some("");
        (row.placed.group, row.placed.group_id, row.placed.partition) = (String::new(), String::new(), 0);
        let name = i.group_name.as_deref().or(Some(own.as_str()).filter(|_| i.group_id.is_none() && !leaves));
        placement::grouped(cx, &mut row.placed, (name, i.group_id.as_deref()), i.partition_number, &kind)?;
    }
    if let Some(tenancy) = i.tenancy.as_deref() {
        let both = [tenancy, row.tenancy.as_str()].iter().all(|t| ["dedicated", "host"].contains(t));
        if !both {
            let text = "The tenancy of an instance can change between 'dedicated' and 'host' only";
            return Err(combination(text));
        }
        tenancy.clone_into(&mut row.tenancy);
        if tenancy == "dedicated" {
            row.placed.host.clear();
            row.placed.affinity.clear();
        }
    }
    if (i.host_id.is_some() || i.affinity.is_some()) && row.tenancy != "host" {
        return Err(combination("The parameters hostId and affinity require the tenancy 'host'"));
    }
    if let Some(affinity) = i.affinity.as_deref() {
        affinity.clone_into(&mut row.placed.affinity);
    }
    if let Some(id) = &i.host_id {
        row.placed.host = find::<Host>(cx, id)?.id;
        if i.affinity.is_none() {
            "host".clone_into(&mut row.placed.affinity);
        }
    }
    save(cx, &row)?;
    Ok(ModifyInstancePlacementResult { return_: Some(true) })
}
