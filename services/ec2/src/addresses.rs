//! Addresses of subnets: which are held, by which network interface, and which one is next. An address or a delegated prefix
//! is one row; it is taken by [`Lender::hold`] and comes back by [`release`], and nothing else counts a subnet's free addresses. Of
//! IPv4, where a subnet may be nearly full, a map of bits beside them tells where there is room.
//! Source: VPC user guide, "Subnet CIDR reservations", "IP addressing"; EC2 user guide, "Assign prefixes to network
//! interfaces" (2026-11-22); texts as reported by users of the API.

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::cidr::{self, Cidr};
use crate::err::{fault, invalid_value};
use crate::resource::{find, on, save};
use crate::subnet::Subnet;
use crate::subnet_cidr_reservation::Reservation;

/// Length of delegated prefixes.
pub(crate) const PREFIX_V4: u8 = 28;
/// Length of delegated prefixes of IPv6.
pub(crate) const PREFIX_V6: u8 = 80;

/// An address or a prefix that is held.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Held {
    /// The network interface.
    pub(crate) holder: String,
    /// Length: 32 or 28, 128 or 80.
    pub(crate) len: u8,
}

impl Row for Held {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.holder);
        w.put(2, &self.len);
    }
    fn read(r: &mut RowReader) -> Result<Held, RowError> {
        Ok(Held { holder: r.get(1)?, len: r.get(2)? })
    }
}

/// Account, region, subnet, first address.
type HeldKey = (String, String, String, [u8; 16]);

/// What is held.
pub(crate) struct HeldTable;
impl Table for HeldTable {
    const NAME: &'static str = "ec2.held";
    const VERSION: u16 = 1;
    type Key = HeldKey;
    type Row = Held;
}

/// Of 256 addresses of IPv4, which are held: one bit each, the first one in the lowest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Taken {
    bits: Vec<u8>,
}

impl Row for Taken {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.bits);
    }
    fn read(r: &mut RowReader) -> Result<Taken, RowError> {
        Ok(Taken { bits: r.get(1)? })
    }
}

impl Taken {
    fn is_held(&self, address: u32) -> bool {
        let (byte, bit) = ((address >> 3 & 31) as usize, address & 7);
        self.bits.get(byte).is_some_and(|b| b >> bit & 1 == 1)
    }

    /// Marks that many addresses from one on, all of them of the map.
    pub(crate) fn mark(&mut self, first: u32, count: u32, held: bool) {
        self.bits.resize(32, 0);
        for address in first..first + count {
            let (byte, bit) = ((address >> 3 & 31) as usize, address & 7);
            self.bits[byte] = self.bits[byte] & !(1 << bit) | u8::from(held) << bit;
        }
    }

    fn is_full(&self) -> bool {
        self.bits.len() == 32 && self.bits.iter().all(|b| *b == u8::MAX)
    }
}

/// Account, region, subnet, address without its last byte.
pub(crate) type TakenKey = (String, String, String, u32);

/// What is held of IPv4, as bits: follows from [`HeldTable`]. Without a row nothing is.
pub(crate) struct TakenTable;
impl Table for TakenTable {
    const NAME: &'static str = "ec2.taken";
    const VERSION: u16 = 1;
    type Key = TakenKey;
    type Row = Taken;
}

fn taken_key(cx: &Cx, subnet: &str, address: u32) -> TakenKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), subnet.to_owned(), address >> 8)
}

/// An address of IPv4, as a number of its own size.
pub(crate) fn v4(address: u128) -> u32 {
    u32::try_from(address).expect("an address of IPv4 has 32 bits")
}

/// Marks a block of IPv4, an address or a prefix, neither of which crosses a map's border.
fn mark(cx: &mut Cx, subnet: &str, block: Cidr, held: bool) -> Result<(), Fault> {
    let (first, count) = (v4(block.base), v4(block.size()));
    let key = taken_key(cx, subnet, first);
    let mut taken = cx.get::<TakenTable>(&key)?.unwrap_or_default();
    taken.mark(first, count, held);
    match taken.bits.iter().all(|b| *b == 0) {
        true => cx.delete::<TakenTable>(&key),
        false => cx.put::<TakenTable>(&key, &taken),
    }
    Ok(())
}

/// Makes the maps of the scope anew: for what was stored when there were none.
pub(crate) fn compose(cx: &mut Cx) -> Result<(), Fault> {
    let scope = (cx.scope.account.clone(), cx.scope.region);
    let held: Vec<_> = cx.scan_prefix::<HeldTable>(&scope)?.collect();
    for ((_, _, subnet, at), row) in held {
        let base = u128::from_be_bytes(at);
        if base >> 32 == 0 {
            mark(cx, &subnet, Cidr { v6: false, base, len: row.len }, true)?;
        }
    }
    Ok(())
}

fn key(cx: &Cx, subnet: &str, address: u128) -> HeldKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), subnet.to_owned(), address.to_be_bytes())
}

/// What a caller wants.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Want<'a> {
    /// This address, or prefix.
    This(&'a str),
    /// Any address of that family.
    Address { v6: bool },
    /// Any prefix of that family.
    Prefix { v6: bool },
}

/// Takes an address or a prefix for an interface; the answer is its text.
///
/// Errors: those of [`Lender::hold`].
pub(crate) fn hold(cx: &mut Cx, subnet: &str, holder: &str, want: Want<'_>) -> Result<String, Fault> {
    let mut lender = Lender::of(cx, subnet)?;
    let text = lender.hold(cx, holder, want)?;
    lender.finish(cx)?;
    Ok(text)
}

/// A subnet of which addresses are taken, maybe many in one call: it is read once, and written once by [`Lender::finish`].
pub(crate) struct Lender {
    subnet: Subnet,
    /// Its reservations, once they are asked for.
    kept: Option<Vec<Cidr>>,
    changed: bool,
}

impl Lender {
    /// Errors: InvalidSubnetID.NotFound.
    pub(crate) fn of(cx: &Cx, subnet: &str) -> Result<Lender, Fault> {
        Ok(Lender { subnet: find::<Subnet>(cx, subnet)?, kept: None, changed: false })
    }

    pub(crate) fn subnet(&self) -> &Subnet {
        &self.subnet
    }

    /// Takes an address or a prefix for an interface; the answer is its text.
    ///
    /// Errors: InvalidParameterValue: out of range, reserved, no address. InvalidIPAddress.InUse.
    /// InsufficientFreeAddressesInSubnet; InsufficientCidrBlocks: no free prefix.
    pub(crate) fn hold(&mut self, cx: &mut Cx, holder: &str, want: Want<'_>) -> Result<String, Fault> {
        let block = match want {
            Want::This(text) => wanted(cx, &self.subnet, text)?,
            Want::Address { v6 } => self.any_address(cx, v6)?,
            Want::Prefix { v6 } => any_prefix(cx, &self.subnet, v6)?,
        };
        let key = key(cx, &self.subnet.id, block.base);
        cx.put::<HeldTable>(&key, &Held { holder: holder.to_owned(), len: block.len });
        if !block.v6 {
            mark(cx, &self.subnet.id, block, true)?;
            self.subnet.held += block.size() as u64;
            self.changed = true;
        }
        let single = block.len == if block.v6 { 128 } else { 32 };
        Ok(if single { block.text_of(block.base) } else { block.to_string() })
    }

    fn any_address(&mut self, cx: &Cx, v6: bool) -> Result<Cidr, Fault> {
        let kept = match self.kept.take() {
            Some(kept) => kept,
            None => reservations(cx, &self.subnet, None)?,
        };
        let found = any_address(cx, &self.subnet, v6, &kept);
        self.kept = Some(kept);
        found
    }

    /// Writes how many are held now.
    pub(crate) fn finish(self, cx: &mut Cx) -> Result<(), Fault> {
        if self.changed { save(cx, &self.subnet) } else { Ok(()) }
    }
}

/// Gives an address or a prefix back.
pub(crate) fn release(cx: &mut Cx, subnet: &str, text: &str) -> Result<(), Fault> {
    let Some(block) = read(text) else { return Ok(()) };
    let key = key(cx, subnet, block.base);
    let Some(held) = cx.get::<HeldTable>(&key)? else { return Ok(()) };
    cx.delete::<HeldTable>(&key);
    if !block.v6 {
        mark(cx, subnet, Cidr { len: held.len, ..block }, false)?;
        let mut subnet = find::<Subnet>(cx, subnet)?;
        subnet.held = subnet.held.saturating_sub(1 << (32 - held.len));
        save(cx, &subnet)?;
    }
    Ok(())
}

/// Who holds an address of a subnet.
pub(crate) fn holder(cx: &Cx, subnet: &str, text: &str) -> Result<Option<String>, Fault> {
    let Some(block) = read(text) else { return Ok(None) };
    Ok(cover(cx, subnet, block)?.map(|(_, held)| held.holder))
}

/// Whether any address of a block of IPv6 is held.
pub(crate) fn any_held(cx: &Cx, subnet: &str, block: Cidr) -> Result<bool, Fault> {
    let mut rows = cx.scan::<HeldTable>(range(cx, subnet, block.base, block.last()))?;
    Ok(rows.next().is_some())
}

fn range(cx: &Cx, subnet: &str, from: u128, to: u128) -> Scan<HeldTable> {
    let scan =
        Scan::prefix(&(cx.scope.account.as_str(), cx.scope.region, subnet)).from(&key(cx, subnet, from));
    match to.checked_add(1) {
        Some(end) => scan.to(&key(cx, subnet, end)),
        None => scan,
    }
}

/// An address as a block of one, or a block.
fn read(text: &str) -> Option<Cidr> {
    match cidr::bits(text) {
        Some((v6, base)) => Some(Cidr { v6, base, len: if v6 { 128 } else { 32 } }),
        None => Cidr::parse(text).filter(|_| Cidr::is_exact(text)),
    }
}

/// What is held of a block: a row in it, or a prefix around it.
fn cover(cx: &Cx, subnet: &str, block: Cidr) -> Result<Option<(u128, Held)>, Fault> {
    let from = block.base & !(prefix_size(block.v6) - 1);
    for ((.., at), held) in cx.scan::<HeldTable>(range(cx, subnet, from, block.last()))? {
        let at = u128::from_be_bytes(at);
        if (Cidr { v6: block.v6, base: at, len: held.len }).overlaps(block) {
            return Ok(Some((at, held)));
        }
    }
    Ok(None)
}

fn prefix_size(v6: bool) -> u128 {
    if v6 { 1 << (128 - PREFIX_V6) } else { 1 << (32 - PREFIX_V4) }
}

fn blocks(subnet: &Subnet, v6: bool) -> Vec<Cidr> {
    if v6 { subnet.ipv6_blocks().collect() } else { subnet.block().into_iter().collect() }
}

/// Whether AWS keeps an address of a block: the first four and the last.
fn reserved(block: Cidr, address: u128) -> bool {
    address < block.base + 4 || address == block.last()
}

fn wanted(cx: &Cx, subnet: &Subnet, text: &str) -> Result<Cidr, Fault> {
    let wrong = || {
        invalid_value(format!(
            "Value ({text}) for parameter address is invalid. It is not a valid IP address"
        ))
    };
    let block = read(text).ok_or_else(wrong)?;
    let prefix = if block.v6 { PREFIX_V6 } else { PREFIX_V4 };
    let single = block.len == if block.v6 { 128 } else { 32 };
    if !single && block.len != prefix {
        return Err(wrong());
    }
    let Some(home) = blocks(subnet, block.v6).into_iter().find(|b| b.contains(block)) else {
        return Err(invalid_value(format!("Address {text} does not fall within the subnet's address range")));
    };
    if reserved(home, block.base) || reserved(home, block.last()) {
        return Err(invalid_value(format!("Address {text} is in subnet's reserved address range")));
    }
    if cover(cx, &subnet.id, block)?.is_some() {
        return Err(fault("InvalidIPAddress.InUse", format!("Address {text} is in use.")));
    }
    Ok(block)
}

fn any_address(cx: &Cx, subnet: &Subnet, v6: bool, kept: &[Cidr]) -> Result<Cidr, Fault> {
    for home in blocks(subnet, v6) {
        let (from, to) = (home.base + 4, home.last() - 1);
        let start = from + random(cx) % (to - from + 1);
        let found = match first_free(cx, &subnet.id, (start, to), kept)? {
            None => first_free(cx, &subnet.id, (from, start), kept)?,
            found => found,
        };
        if let Some(base) = found {
            return Ok(Cidr { v6, base, len: if v6 { 128 } else { 32 } });
        }
    }
    Err(fault(
        "InsufficientFreeAddressesInSubnet",
        "The specified subnet does not have enough free addresses to satisfy the request.",
    ))
}

fn random(cx: &Cx) -> u128 {
    u128::from_be_bytes(cx.ids.bytes("ec2.address")[..16].try_into().expect("sixteen bytes"))
}

/// The first address in a range that nobody holds and no reservation keeps.
fn first_free(cx: &Cx, subnet: &str, (from, to): (u128, u128), kept: &[Cidr]) -> Result<Option<u128>, Fault> {
    let is_kept = |at: u128| kept.iter().any(|b| b.holds(at));
    if from >> 32 != 0 {
        // Of IPv6 there are so many that the next one is free.
        let held = cx.scan::<HeldTable>(range(cx, subnet, from & !(prefix_size(true) - 1), to))?;
        return Ok(first_gap(
            &mut held.map(|((.., at), row)| (u128::from_be_bytes(at), row.len)),
            (from, to),
            kept,
        ));
    }
    let (from, to) = (v4(from), v4(to));
    for part in from >> 8..=to >> 8 {
        let taken = cx.get::<TakenTable>(&taken_key(cx, subnet, part << 8))?.unwrap_or_default();
        if taken.is_full() {
            continue;
        }
        let mut here = from.max(part << 8)..=to.min(part << 8 | 255);
        if let Some(at) = here.find(|at| !taken.is_held(*at) && !is_kept(u128::from(*at))) {
            return Ok(Some(u128::from(at)));
        }
    }
    Ok(None)
}

/// The first address of IPv6 in a range that is in none of the held blocks, which come in order, and not kept.
fn first_gap(
    held: &mut dyn Iterator<Item = (u128, u8)>,
    (from, to): (u128, u128),
    kept: &[Cidr],
) -> Option<u128> {
    let past = |mut at: u128| {
        while let Some(block) = kept.iter().find(|b| b.holds(at)) {
            at = block.last() + 1;
        }
        at
    };
    let mut at = past(from);
    for (base, len) in held {
        let row = Cidr { v6: true, base, len };
        if row.last() < at {
            continue;
        }
        if row.base > at {
            break;
        }
        at = past(row.last() + 1);
    }
    (at <= to).then_some(at)
}

/// Prefixes come out of reservations for prefixes, where the subnet has any.
fn any_prefix(cx: &Cx, subnet: &Subnet, v6: bool) -> Result<Cidr, Fault> {
    let len = if v6 { PREFIX_V6 } else { PREFIX_V4 };
    let meant: Vec<Cidr> =
        reservations(cx, subnet, Some("prefix"))?.into_iter().filter(|b| b.v6 == v6).collect();
    let kept: Vec<Cidr> = reservations(cx, subnet, Some("explicit"))?;
    let homes = blocks(subnet, v6);
    for space in if meant.is_empty() { &homes } else { &meant } {
        let step = prefix_size(v6);
        // Of IPv6, where there are more prefixes than anybody can try, a few hundred are.
        let tries = (space.size() / step).min(4_096);
        for n in 0..tries {
            let block = Cidr { v6, base: space.base + n * step, len };
            let outer = homes.iter().any(|h| reserved(*h, block.base) || reserved(*h, block.last()));
            if !outer && !kept.iter().any(|k| k.overlaps(block)) && cover(cx, &subnet.id, block)?.is_none() {
                return Ok(block);
            }
        }
    }
    Err(fault(
        "InsufficientCidrBlocks",
        "The specified subnet does not have enough free cidr blocks to satisfy the request.",
    ))
}

fn reservations(cx: &Cx, subnet: &Subnet, kind: Option<&str>) -> Result<Vec<Cidr>, Fault> {
    let all = on::<Reservation>(cx, &subnet.id)?;
    let asked = all.into_iter().filter(|r| kind.is_none_or(|k| r.kind == k));
    Ok(asked.filter_map(|r| Cidr::parse(&r.cidr)).collect())
}
