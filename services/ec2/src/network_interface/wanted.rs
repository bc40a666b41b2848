//! Addresses and prefixes that a request wants for an interface, given or any: `CreateNetworkInterface` and the interfaces
//! of a launch say it alike. Source: EC2 API reference, "CreateNetworkInterface", "InstanceNetworkInterfaceSpecification"
//! (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    InstanceIpv6Address, Ipv4PrefixSpecificationRequest, Ipv6PrefixSpecificationRequest,
    PrivateIpAddressSpecification,
};

use super::{NetworkInterface, count};
use crate::addresses::{Lender, Want};
use crate::err::{combination, fault};
use crate::instance::Instance;
use crate::instance_type::{self, InstanceType};
use crate::resource::get;

/// What is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// `PrivateIpAddress`
    pub(crate) primary: Option<&'a str>,
    /// `PrivateIpAddresses`
    pub(crate) addresses: &'a [PrivateIpAddressSpecification],
    /// `SecondaryPrivateIpAddressCount`
    pub(crate) more: Option<i32>,
    /// `Ipv6Addresses`
    pub(crate) ipv6: &'a [InstanceIpv6Address],
    /// `Ipv6AddressCount`
    pub(crate) ipv6_count: Option<i32>,
    /// `Ipv4Prefixes`
    pub(crate) ipv4_prefixes: &'a [Ipv4PrefixSpecificationRequest],
    /// `Ipv4PrefixCount`
    pub(crate) ipv4_prefix_count: Option<i32>,
    /// `Ipv6Prefixes`
    pub(crate) ipv6_prefixes: &'a [Ipv6PrefixSpecificationRequest],
    /// `Ipv6PrefixCount`
    pub(crate) ipv6_prefix_count: Option<i32>,
    /// `EnablePrimaryIpv6`, `PrimaryIpv6`
    pub(crate) primary_ipv6: Option<bool>,
}

impl<'a> Wanted<'a> {
    /// Anything is wanted.
    pub(crate) fn is_any(&self) -> bool {
        self.primary.is_some()
            || !self.addresses.is_empty()
            || !self.ipv6.is_empty()
            || !self.ipv4_prefixes.is_empty()
            || !self.ipv6_prefixes.is_empty()
            || [self.more, self.ipv6_count, self.ipv4_prefix_count, self.ipv6_prefix_count]
                .iter()
                .any(|n| n.is_some_and(|n| n > 0))
            || self.primary_ipv6 == Some(true)
    }

    /// The primary address of IPv4, if one is named, and the others.
    ///
    /// Errors: InvalidParameterCombination: two primary ones; addresses and a count.
    pub(crate) fn ipv4(&self) -> Result<(Option<&'a str>, Vec<&'a str>), Fault> {
        let mut primary = self.primary;
        let mut others = Vec::new();
        for a in self.addresses {
            let Some(text) = a.private_ip_address.as_deref() else { continue };
            match a.primary {
                Some(true) if primary.is_some_and(|p| p != text) => {
                    return Err(combination("Only one primary private IP address can be specified"));
                }
                Some(true) => primary = Some(text),
                _ => others.push(text),
            }
        }
        if !others.is_empty() && self.more.is_some_and(|n| n > 0) {
            return Err(combination(
                "The parameters privateIpAddresses and secondaryPrivateIpAddressCount may not be used together",
            ));
        }
        Ok((primary, others))
    }

    /// Gives an interface all but its primary address.
    ///
    /// Errors: those of [`Wanted::ipv4`] and `addresses.rs`; InvalidParameterCombination.
    pub(crate) fn fill(
        &self,
        cx: &mut Cx,
        row: &mut NetworkInterface,
        lender: &mut Lender,
    ) -> Result<(), Fault> {
        for text in self.ipv4()?.1 {
            row.ipv4.push(lender.hold(cx, &row.id, Want::This(text))?);
        }
        for _ in 0..count(self.more, "secondaryPrivateIpAddressCount")? {
            row.ipv4.push(lender.hold(cx, &row.id, Want::Address { v6: false })?);
        }
        self.fill_ipv6(cx, row, lender)?;
        self.fill_prefixes(cx, row, lender)?;
        let named = self.ipv6.iter().any(|a| a.is_primary_ipv6 == Some(true));
        row.has_primary_ipv6 = (named || self.primary_ipv6 == Some(true)) && !row.ipv6.is_empty();
        Ok(())
    }

    fn fill_ipv6(&self, cx: &mut Cx, row: &mut NetworkInterface, lender: &mut Lender) -> Result<(), Fault> {
        let mut any = count(self.ipv6_count, "ipv6AddressCount")?;
        if !self.ipv6.is_empty() && any > 0 {
            return Err(combination(
                "The parameters ipv6Addresses and ipv6AddressCount may not be used together",
            ));
        }
        if self.ipv6.is_empty() && self.ipv6_count.is_none() && lender.subnet().assigns_ipv6 {
            any = 1;
        }
        let mut named: Vec<&InstanceIpv6Address> = self.ipv6.iter().collect();
        named.sort_by_key(|a| a.is_primary_ipv6 != Some(true));
        if named.get(1).is_some_and(|a| a.is_primary_ipv6 == Some(true)) {
            return Err(combination("Only one primary IPv6 address can be specified"));
        }
        for a in named {
            let text = a.ipv6_address.as_deref().unwrap_or_default();
            row.ipv6.push(lender.hold(cx, &row.id, Want::This(text))?);
        }
        for _ in 0..any {
            row.ipv6.push(lender.hold(cx, &row.id, Want::Address { v6: true })?);
        }
        Ok(())
    }

    fn fill_prefixes(
        &self,
        cx: &mut Cx,
        row: &mut NetworkInterface,
        lender: &mut Lender,
    ) -> Result<(), Fault> {
        for p in self.ipv4_prefixes {
            let text = p.ipv4_prefix.as_deref().unwrap_or_default();
            row.ipv4_prefixes.push(lender.hold(cx, &row.id, Want::This(text))?);
        }
        for p in self.ipv6_prefixes {
            let text = p.ipv6_prefix.as_deref().unwrap_or_default();
            row.ipv6_prefixes.push(lender.hold(cx, &row.id, Want::This(text))?);
        }
        for _ in 0..count(self.ipv4_prefix_count, "ipv4PrefixCount")? {
            row.ipv4_prefixes.push(lender.hold(cx, &row.id, Want::Prefix { v6: false })?);
        }
        for _ in 0..count(self.ipv6_prefix_count, "ipv6PrefixCount")? {
            row.ipv6_prefixes.push(lender.hold(cx, &row.id, Want::Prefix { v6: true })?);
        }
        Ok(())
    }
}

/// Refuses more addresses than an interface of that type of instance can have; a prefix takes the place of an address.
///
/// Errors: PrivateIpAddressLimitExceeded; Ipv6AddressLimitExceeded (inferred).
pub(crate) fn fits(row: &NetworkInterface, kind: &InstanceType) -> Result<(), Fault> {
    let over = |n: usize, most: i32| i32::try_from(n).unwrap_or(i32::MAX) > most;
    if over(row.ipv4.len() + row.ipv4_prefixes.len(), kind.ipv4_addresses()) {
        return Err(fault("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit."));
    }
    if over(row.ipv6.len() + row.ipv6_prefixes.len(), kind.ipv6_addresses()) {
        return Err(fault("Ipv6AddressLimitExceeded", "Number of IPv6 addresses will exceed limit."));
    }
    Ok(())
}

/// As [`fits`], for an interface that may be on an instance.
pub(crate) fn fits_instance(cx: &Cx, row: &NetworkInterface) -> Result<(), Fault> {
    let Some(a) = row.attachment.as_ref() else { return Ok(()) };
    let instance = get::<Instance>(cx, &a.instance)?;
    instance.and_then(|i| instance_type::named(&i.kind)).map_or(Ok(()), |kind| fits(row, &kind))
}
