//! `ModifyVpcAttribute`: DNS and usage metrics, one attribute a call.
//! Source: EC2 API reference, "ModifyVpcAttribute" (2026-11-22).

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_ec2::{AttributeBooleanValue, ModifyVpcAttributeRequest};

use crate::err::{combination, invalid_value};
use crate::resource::{find, save};
use crate::vpc::Vpc;

/// Errors: InvalidVpcID.NotFound. InvalidParameterCombination: none or several. InvalidParameterValue: DNS hostnames need
/// DNS support.
pub(crate) fn decide(cx: &mut Cx, i: &ModifyVpcAttributeRequest) -> Result<Empty, Fault> {
    let mut vpc = find::<Vpc>(cx, &i.vpc_id)?;
    let value = |a: &Option<AttributeBooleanValue>| a.as_ref().and_then(|a| a.value);
    let asked = [
        value(&i.enable_dns_hostnames),
        value(&i.enable_dns_support),
        value(&i.enable_network_address_usage_metrics),
    ];
    if asked.iter().flatten().count() != 1 {
        return Err(combination("Only one attribute can be modified at a time"));
    }
    let [hostnames, support, metrics] = asked;
    vpc.dns_hostnames = hostnames.unwrap_or(vpc.dns_hostnames);
    vpc.dns_support = support.unwrap_or(vpc.dns_support);
    vpc.address_usage_metrics = metrics.unwrap_or(vpc.address_usage_metrics);
    if vpc.dns_hostnames && !vpc.dns_support && hostnames == Some(true) {
        return Err(invalid_value("DNS hostnames cannot be enabled if DNS support is disabled"));
    }
    save(cx, &vpc)?;
    Ok(Empty {})
}
