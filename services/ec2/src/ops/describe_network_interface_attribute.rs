//! `DescribeNetworkInterfaceAttribute`. Source: EC2 API reference, "DescribeNetworkInterfaceAttribute" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    AttributeBooleanValue, AttributeValue, DescribeNetworkInterfaceAttributeRequest,
    DescribeNetworkInterfaceAttributeResult,
};

use crate::err::{invalid_parameter, missing};
use crate::network_interface::{NetworkInterface, show_attachment, show_groups};
use crate::resource::find;

/// Errors: InvalidNetworkInterfaceID.NotFound; MissingParameter; InvalidParameterValue: the attribute.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeNetworkInterfaceAttributeRequest,
) -> Result<DescribeNetworkInterfaceAttributeResult, Fault> {
    let row = find::<NetworkInterface>(cx, &i.network_interface_id)?;
    let mut out = DescribeNetworkInterfaceAttributeResult {
        network_interface_id: Some(row.id.clone()),
        ..Default::default()
    };
    match i.attribute.as_deref().ok_or_else(|| missing("attribute"))? {
        "description" => out.description = Some(AttributeValue { value: Some(row.description) }),
        "groupSet" => out.groups = Some(show_groups(cx, &row)?),
        "sourceDestCheck" => {
            out.source_dest_check = Some(AttributeBooleanValue { value: Some(!row.skips_check) });
        }
        "attachment" => out.attachment = row.attachment.as_ref().map(show_attachment),
        "associatePublicIpAddress" => out.associate_public_ip_address = Some(row.wants_public),
        other => return Err(invalid_parameter(other, "attribute", "Unknown attribute.")),
    }
    Ok(out)
}
