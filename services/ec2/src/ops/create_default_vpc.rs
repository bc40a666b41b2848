//! `CreateDefaultVpc`: a default VPC with its furniture, for an account that deleted its own.
//! Source: EC2 API reference, "CreateDefaultVpc" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateDefaultVpcRequest, CreateDefaultVpcResult, Vpc as Shown};

use crate::dhcp_options::{self, DhcpOptions};
use crate::err::fault;
use crate::founding;
use crate::id;
use crate::quotas::{self, room};
use crate::resource::{all, save};
use crate::tags::Tags;
use crate::vpc::{self, Vpc};

/// Errors: DefaultVpcAlreadyExists; VpcLimitExceeded.
pub(crate) fn decide(cx: &mut Cx, _: &CreateDefaultVpcRequest) -> Result<CreateDefaultVpcResult, Fault> {
    if vpc::default(cx)?.is_some() {
        return Err(fault(
            "DefaultVpcAlreadyExists",
            "A Default VPC already exists for this account in this region.",
        ));
    }
    room(cx, &quotas::VPCS, all::<Vpc>(cx)?, 1)?;
    let own = dhcp_options::amazon_provided(cx.scope.region);
    let there = all::<DhcpOptions>(cx)?.find(|d| d.options == own);
    let options = match there {
        Some(there) => there.id,
        None => {
            let new = DhcpOptions { id: id::fresh(cx, "dopt"), options: own };
            save(cx, &new)?;
            new.id
        }
    };
    let vpc = founding::default_vpc(cx, &options, vpc::fresh)?;
    let shown = vpc::show(cx, &vpc, &Tags::new());
    Ok(CreateDefaultVpcResult { vpc: Some(Shown { state: Some("pending".to_owned()), ..shown }) })
}
