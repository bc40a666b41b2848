//! CIDR blocks of both families: reading, writing, comparing, cutting. Not which blocks AWS allows where: that is said by
//! the resources that have them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of addresses. Ordered by family, base, length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cidr {
    /// IPv6.
    pub(crate) v6: bool,
    /// First address.
    pub(crate) base: u128,
    /// Length of the prefix.
    pub(crate) len: u8,
}

impl Cidr {
    /// Reads `10.0.0.0/16` or `2001:db8::/56`; bits behind the prefix are cleared, as EC2 does.
    pub(crate) fn parse(text: &str) -> Option<Cidr> {
        let (address, len) = text.split_once('/')?;
        if len.is_empty() || len.len() > 3 || !len.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let len: u8 = len.parse().ok()?;
        let (v6, bits) = bits(address)?;
        (len <= width(v6)).then(|| Cidr { v6, base: bits & mask(v6, len), len })
    }

    /// Reads a block of IPv4.
    pub(crate) fn parse_v4(text: &str) -> Option<Cidr> {
        Cidr::parse(text).filter(|c| !c.v6)
    }

    /// Reads a block of IPv6.
    pub(crate) fn parse_v6(text: &str) -> Option<Cidr> {
        Cidr::parse(text).filter(|c| c.v6)
    }

    /// Whether `text` had bits behind its prefix.
    pub(crate) fn is_exact(text: &str) -> bool {
        let Some((address, _)) = text.split_once('/') else { return false };
        Cidr::parse(text).is_some_and(|c| bits(address).is_some_and(|(_, b)| b == c.base))
    }

    /// Number of addresses, of IPv4 blocks; of IPv6 blocks at most `u128::MAX`.
    pub(crate) fn size(self) -> u128 {
        1u128.checked_shl(u32::from(width(self.v6) - self.len)).unwrap_or(u128::MAX)
    }

    /// Last address.
    pub(crate) fn last(self) -> u128 {
        self.base | !mask(self.v6, self.len) & mask_all(self.v6)
    }

    /// Whether every address of `other` is in here.
    pub(crate) fn contains(self, other: Cidr) -> bool {
        self.v6 == other.v6 && self.len <= other.len && other.base & mask(self.v6, self.len) == self.base
    }

    /// Whether they share an address.
    pub(crate) fn overlaps(self, other: Cidr) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Whether that address is in here.
    pub(crate) fn holds(self, address: u128) -> bool {
        address & mask(self.v6, self.len) == self.base && (self.v6 || address >> 32 == 0)
    }

    /// The text of one of its addresses.
    pub(crate) fn text_of(self, address: u128) -> String {
        text(self.v6, address)
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", text(self.v6, self.base), self.len)
    }
}

fn width(v6: bool) -> u8 {
    if v6 { 128 } else { 32 }
}

fn mask_all(v6: bool) -> u128 {
    if v6 { u128::MAX } else { u128::from(u32::MAX) }
}

fn mask(v6: bool, len: u8) -> u128 {
    let host = width(v6) - len;
    mask_all(v6) & u128::MAX.checked_shl(u32::from(host)).unwrap_or(0)
}

/// Family and bits of an address.
pub(crate) fn bits(text: &str) -> Option<(bool, u128)> {
    match text.parse().ok()? {
        IpAddr::V4(a) => Some((false, u128::from(u32::from(a)))),
        IpAddr::V6(a) => Some((true, u128::from(a))),
    }
}

/// The text of an address.
pub(crate) fn text(v6: bool, address: u128) -> String {
    match v6 {
        true => Ipv6Addr::from(address).to_string(),
        false => Ipv4Addr::from(address as u32).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_read_contain_and_write() {
        let c = Cidr::parse("10.1.2.3/16").expect("a block");
        assert_eq!((c.to_string().as_str(), c.size()), ("10.1.0.0/16", 65_536));
        assert!(!Cidr::is_exact("10.1.2.3/16") && Cidr::is_exact("10.1.0.0/16"));
        assert!(c.contains(Cidr::parse("10.1.255.0/24").expect("a block")));
        assert!(!c.contains(Cidr::parse("10.2.0.0/24").expect("a block")));
        assert!(c.overlaps(Cidr::parse("10.0.0.0/8").expect("a block")));
        assert_eq!(c.text_of(c.last()), "10.1.255.255");
        let v6 = Cidr::parse("2001:db8::1/56").expect("a block");
        assert_eq!(v6.to_string(), "2001:db8::/56");
        assert!(v6.holds(bits("2001:db8::ff").expect("an address").1) && !v6.overlaps(c));
        assert_eq!(Cidr::parse("0.0.0.0/0").expect("a block").size(), 1 << 32);
        for bad in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "x/8", "::/129", "10.0.0.0/+8", "10.0.0.0/", ""] {
            assert_eq!(Cidr::parse(bad), None, "{bad}");
        }
    }
}
