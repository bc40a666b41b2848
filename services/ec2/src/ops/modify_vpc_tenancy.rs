//! `ModifyVpcTenancy`: from dedicated to default, never back. Source: EC2 API reference, "ModifyVpcTenancy" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ModifyVpcTenancyRequest, ModifyVpcTenancyResult};

use crate::err::invalid_parameter;
use crate::resource::{find, save};
use crate::vpc::Vpc;

/// Errors: InvalidVpcID.NotFound; InvalidParameterValue: another tenancy than `default`.
pub(crate) fn decide(cx: &mut Cx, i: &ModifyVpcTenancyRequest) -> Result<ModifyVpcTenancyResult, Fault> {
    let mut vpc = find::<Vpc>(cx, &i.vpc_id)?;
    if i.instance_tenancy != "default" {
        return Err(invalid_parameter(&i.instance_tenancy, "instanceTenancy", "It can only be default."));
    }
    vpc.tenancy.clone_from(&i.instance_tenancy);
    save(cx, &vpc)?;
    Ok(ModifyVpcTenancyResult { return_value: Some(true) })
}
