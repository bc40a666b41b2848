//! `DeleteVpcEndpoints`: each on its own; what can't be deleted is in the answer.
//! Source: EC2 API reference, "DeleteVpcEndpoints"; "Error codes for the Amazon EC2 API": in a list of unsuccessful items, an
//! endpoint that isn't there has a code of its own (2026-11-23).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    DeleteVpcEndpointsRequest, DeleteVpcEndpointsResult, UnsuccessfulItem, UnsuccessfulItemError,
};

use crate::resource::{find, remove};
use crate::vpc_endpoint::{VpcEndpoint, leave, unroute};

/// Errors: none of its own.
pub(crate) fn decide(cx: &mut Cx, i: &DeleteVpcEndpointsRequest) -> Result<DeleteVpcEndpointsResult, Fault> {
    let mut unsuccessful = Vec::new();
    for id in &i.vpc_endpoint_ids {
        let row = match find::<VpcEndpoint>(cx, id) {
            Ok(row) => row,
            Err(f) if f.status() < 500 => {
                let code = match f.code() {
                    "InvalidVpcEndpointId.NotFound" => "InvalidVpcEndpoint.NotFound",
                    other => other,
                };
                unsuccessful.push(UnsuccessfulItem {
                    error: Some(UnsuccessfulItemError {
                        code: Some(code.to_owned()),
                        message: Some(f.message().to_owned()),
                    }),
                    resource_id: Some(id.clone()),
                });
                continue;
            }
            Err(f) => return Err(f),
        };
        for table in &row.route_tables {
            unroute(cx, &row, table)?;
        }
        leave(cx, &row, None)?;
        remove(cx, &row)?;
    }
    Ok(DeleteVpcEndpointsResult { unsuccessful: Some(unsuccessful) })
}
