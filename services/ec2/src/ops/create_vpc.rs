//! `CreateVpc`: a VPC with main route table, default network ACL and default security group.
//! Source: EC2 API reference, "CreateVpc"; VPC user guide, "VPC CIDR blocks" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateVpcRequest, CreateVpcResult};

use crate::cidr::Cidr;
use crate::err::{self, fault, invalid_parameter};
use crate::ops::associate_vpc_cidr_block::amazon_block;
use crate::quotas::{self, room};
use crate::resource::all;
use crate::tags;
use crate::vpc::{self, CidrAssociation, VPC, Vpc};
use crate::{dhcp_options, id, resource};

/// AWS takes about this long.
const USUAL_MS: i64 = 2_000;

/// A block of IPv4 that a VPC may have: between /16 and /28.
///
/// Errors: InvalidParameterValue: no block. InvalidVpc.Range: its size.
pub(crate) fn block(text: &str) -> Result<Cidr, Fault> {
    let block = Cidr::parse_v4(text)
        .ok_or_else(|| invalid_parameter(text, "cidrBlock", "This is not a valid CIDR block."))?;
    match (16..=28).contains(&block.len) {
        true => Ok(block),
        false => Err(fault("InvalidVpc.Range", format!("The CIDR '{text}' is invalid."))),
    }
}

/// Where a block of IPv6 is announced: in the whole region. It goes with Amazon's blocks only (texts inferred).
///
/// Errors: InvalidParameterCombination; InvalidParameterValue.
pub(crate) fn border_group(cx: &Cx, given: Option<&str>, amazon: bool) -> Result<(), Fault> {
    match given {
        Some(_) if !amazon => Err(err::combination(
            "The parameter ipv6CidrBlockNetworkBorderGroup requires amazonProvidedIpv6CidrBlock",
        )),
        Some(other) if other != cx.scope.region => Err(invalid_parameter(
            other,
            "ipv6CidrBlockNetworkBorderGroup",
            "It is not supported in this Region.",
        )),
        _ => Ok(()),
    }
}

/// Errors: MissingParameter; InvalidParameterValue; InvalidParameterCombination; InvalidVpc.Range; VpcLimitExceeded.
pub(crate) fn decide(cx: &mut Cx, i: &CreateVpcRequest) -> Result<CreateVpcResult, Fault> {
    err::refuse(&[
        ("Ipv4IpamPoolId", i.ipv4_ipam_pool_id.is_some()),
        ("Ipv4NetmaskLength", i.ipv4_netmask_length.is_some()),
        ("Ipv6IpamPoolId", i.ipv6_ipam_pool_id.is_some()),
        ("Ipv6NetmaskLength", i.ipv6_netmask_length.is_some()),
        ("Ipv6Pool", i.ipv6_pool.is_some()),
        ("Ipv6CidrBlock", i.ipv6_cidr_block.is_some()),
        ("VpcEncryptionControl", i.vpc_encryption_control.is_some()),
    ])?;
    border_group(
        cx,
        i.ipv6_cidr_block_network_border_group.as_deref(),
        i.amazon_provided_ipv6_cidr_block == Some(true),
    )?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &VPC)?;
    let text = i.cidr_block.as_deref().ok_or_else(|| err::missing("cidrBlock"))?;
    let block = block(text)?.to_string();
    let tenancy = match i.instance_tenancy.as_deref() {
        None | Some("default") => "default",
        Some("dedicated") => "dedicated",
        Some(other) => return Err(invalid_parameter(other, "instanceTenancy", "")),
    };
    room(cx, &quotas::VPCS, all::<Vpc>(cx)?, 1)?;
    let ipv6 = match i.amazon_provided_ipv6_cidr_block {
        Some(true) => vec![CidrAssociation { id: id::fresh(cx, "vpc-cidr-assoc"), block: amazon_block(cx)? }],
        _ => Vec::new(),
    };
    let first = CidrAssociation { id: id::fresh(cx, "vpc-cidr-assoc"), block: block.clone() };
    let vpc = Vpc {
        id: id::fresh(cx, "vpc"),
        cidr: block,
        cidrs: vec![first],
        ipv6,
        tenancy: tenancy.to_owned(),
        dhcp_options: usual_options(cx)?,
        dns_support: true,
        ready_ms: vpc::ready_ms(cx, USUAL_MS),
        ..Vpc::default()
    };
    let mut furniture = vpc::furnish(cx, &vpc, vpc::fresh)?;
    if !vpc.ipv6.is_empty() {
        crate::ops::associate_vpc_cidr_block::open_ipv6(cx, &vpc, &mut furniture.main_table)?;
    }
    tags::add(cx, &VPC, &vpc.id, &tags)?;
    let shown = vpc::show(cx, &vpc, &tags);
    Ok(CreateVpcResult { vpc: Some(shapes_ec2::Vpc { state: Some("pending".to_owned()), ..shown }) })
}

/// The region's own DHCP options, if the account still has them.
fn usual_options(cx: &Cx) -> Result<String, Fault> {
    let own = dhcp_options::amazon_provided(cx.scope.region);
    let found = all::<dhcp_options::DhcpOptions>(cx)?.find(|d| d.options == own);
    Ok(found.map_or_else(|| "default".to_owned(), |d| resource::Listed::id(&d).to_owned()))
}
