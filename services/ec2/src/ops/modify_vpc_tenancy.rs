//! `ModifyVpcTenancy`: from dedicated to default, never back. Source: EC2 API reference, "ModifyVpcTenancy" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{ModifyVpcTenancyRequest, ModifyVpcTenancyResult};

use crate::resource::{find, save};
use crate::vpc::Vpc;

/// Errors: InvalidVpcID.NotFound.
pub(crate) fn decide(cx: &mut Cx, i: &ModifyVpcTenancyRequest) -> Result<ModifyVpcTenancyResult, Fault> {
    let mut vpc = find::<Vpc>(cx, &i.vpc_id)?;
    vpc.tenancy.clone_from(&i.instance_tenancy);
    save(cx, &vpc)?;
    Ok(ModifyVpcTenancyResult { return_value: Some(true) })
}
