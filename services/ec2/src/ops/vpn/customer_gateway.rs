//! `CreateCustomerGateway`, `DeleteCustomerGateway`, `DescribeCustomerGateways`.
//! Source: EC2 API reference, the operations; Site-to-Site VPN user guide, "Customer gateway options" (2026-11-22); the text for
//! one in use as users reported it (hashicorp/terraform#12548, 2017).

use std::net::IpAddr;

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2 as s;

use crate::customer_gateway::{CUSTOMER_GATEWAY, CustomerGateway, lasting, show};
use crate::describe::{Ask, stored};
use crate::err::{self, combination, fault, invalid_parameter, missing};
use crate::life::{Life, end};
use crate::quotas::{self, room};
use crate::resource::{all, on, save};
use crate::vpn_connection::VpnConnection;
use crate::{id, tags};

/// Numbers that AWS uses itself: everywhere, or in one Region.
const TAKEN: [(i64, &str); 4] =
    [(7_224, ""), (9_059, "eu-west-1"), (10_124, "ap-northeast-1"), (17_943, "ap-southeast-1")];

/// A request that says what an earlier one said answers the gateway that is there.
///
/// Errors: MissingParameter; InvalidParameterValue; InvalidParameterCombination; CustomerGatewayLimitExceeded.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateCustomerGatewayRequest,
) -> Result<s::CreateCustomerGatewayResult, Fault> {
    err::refuse(&[("CertificateArn", i.certificate_arn.is_some())])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &CUSTOMER_GATEWAY)?;
    let asn = number(cx, i)?;
    let ip = address(i)?;
    let device = i.device_name.clone().unwrap_or_default();
    if device.chars().count() > 255 {
        return Err(invalid_parameter(device, "deviceName", "It must be at most 255 characters long."));
    }
    let same = |g: &CustomerGateway| g.life.lasts() && g.asn == asn && g.ip == ip && g.device == device;
    if let Some(there) = all::<CustomerGateway>(cx)?.find(same) {
        let shown = show(cx, &there, &tags::of(cx, &there.id)?);
        return Ok(s::CreateCustomerGatewayResult { customer_gateway: Some(shown) });
    }
    room(cx, &quotas::CUSTOMER_GATEWAYS, all::<CustomerGateway>(cx)?.filter(|g| g.life.lasts()), 1)?;
    let row = CustomerGateway { id: id::fresh(cx, "cgw"), asn, ip, device, life: Life::new(cx, 0) };
    save(cx, &row)?;
    tags::add(cx, &CUSTOMER_GATEWAY, &row.id, &tags)?;
    Ok(s::CreateCustomerGatewayResult { customer_gateway: Some(show(cx, &row, &tags)) })
}

fn number(cx: &Cx, i: &s::CreateCustomerGatewayRequest) -> Result<i64, Fault> {
    let (asn, name, least) = match (i.bgp_asn, i.bgp_asn_extended) {
        (Some(_), Some(_)) => {
            return Err(combination("The parameters bgpAsn and bgpAsnExtended cannot be specified together"));
        }
        (None, Some(n)) => (n, "bgpAsnExtended", i64::from(i32::MAX) + 1),
        (n, None) => (i64::from(n.unwrap_or(65_000)), "bgpAsn", 1),
    };
    if !(least..=i64::from(u32::MAX)).contains(&asn) {
        let why = format!(
            "It must be between {least} and {}.",
            if least == 1 { i32::MAX.unsigned_abs() } else { u32::MAX }
        );
        return Err(invalid_parameter(asn, name, &why));
    }
    match TAKEN.iter().any(|(n, region)| *n == asn && (region.is_empty() || *region == cx.scope.region)) {
        true => Err(invalid_parameter(asn, name, "The ASN is reserved.")),
        false => Ok(asn),
    }
}

/// A static address of one device: neither a group's nor nobody's.
fn address(i: &s::CreateCustomerGatewayRequest) -> Result<String, Fault> {
    let given = match (i.ip_address.as_deref(), i.public_ip.as_deref()) {
        (Some(a), Some(b)) if a != b => {
            return Err(combination("The parameters ipAddress and publicIp cannot be specified together"));
        }
        (a, b) => a.or(b).ok_or_else(|| missing("ipAddress"))?,
    };
    let good = given.parse::<IpAddr>().ok().filter(|a| {
        let broad = matches!(a, IpAddr::V4(a) if a.is_broadcast() || a.is_link_local());
        !a.is_unspecified() && !a.is_loopback() && !a.is_multicast() && !broad
    });
    good.map(|a| a.to_string()).ok_or_else(|| invalid_parameter(given, "ipAddress", "Invalid IP address."))
}

/// Errors: InvalidCustomerGatewayID.NotFound, .Malformed; IncorrectState: a connection uses it.
pub(crate) fn delete(cx: &mut Cx, i: &s::DeleteCustomerGatewayRequest) -> Result<Empty, Fault> {
    let mut row = lasting(cx, &i.customer_gateway_id)?;
    if on::<VpnConnection>(cx, &row.id)?.iter().any(|c| c.state(cx) != "deleted") {
        return Err(fault("IncorrectState", "The customer gateway is in use."));
    }
    end(cx, &mut row, 0)?;
    Ok(Empty {})
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeCustomerGatewaysRequest,
) -> Result<s::DescribeCustomerGatewaysResult, Fault> {
    let ask = Ask::new("DescribeCustomerGateways", &i.filters).ids(&i.customer_gateway_ids);
    let customer_gateways = stored::<CustomerGateway>(cx, &ask)?.show(|g, tags| show(cx, g, tags));
    Ok(s::DescribeCustomerGatewaysResult { customer_gateways })
}
