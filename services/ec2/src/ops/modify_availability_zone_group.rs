//! `ModifyAvailabilityZoneGroup`: opts in to a group of Local or Wavelength Zones. Opting out is AWS Support's.
//! Source: EC2 API reference, "ModifyAvailabilityZoneGroup" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ModifyAvailabilityZoneGroupRequest, ModifyAvailabilityZoneGroupResult};

use crate::err::invalid_value;
use crate::resource::key;
use crate::zones::{self, OptedIn, Since};

/// Errors: InvalidParameterValue: no such group; opting out. Texts inferred.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &ModifyAvailabilityZoneGroupRequest,
) -> Result<ModifyAvailabilityZoneGroupResult, Fault> {
    let group = zones::all(cx)?.into_iter().find(|z| z.group == i.group_name);
    if group.is_none_or(|z| z.kind == "availability-zone") {
        return Err(invalid_value(format!("Invalid Availability Zone Group: [{}]", i.group_name)));
    }
    if i.opt_in_status != "opted-in" {
        return Err(invalid_value(format!(
            "Value ({}) for parameter optInStatus is invalid. Contact AWS Support to opt out of a zone group.",
            i.opt_in_status
        )));
    }
    let (key, at_ms) = (key(cx, &i.group_name), cx.now_ms);
    cx.put::<OptedIn>(&key, &Since { at_ms });
    Ok(ModifyAvailabilityZoneGroupResult { return_: Some(true) })
}
