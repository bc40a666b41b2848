//! Instance types and where they are offered: facts, alike for all accounts. A type is a line of `facts/ec2-instance-types.tsv`,
//! its zones are a mask per region in `facts/ec2-offerings.tsv`. Regions that the facts don't name offer what us-east-1 has.
//! Not how a type is shown: `shown.rs`.
//! Source: EC2 API reference, "DescribeInstanceTypes", its filters (2026-11-22).

pub(crate) mod requirements;
mod shown;

use codec::Fault;
use kernel::Cx;

use crate::err::invalid_value;
use crate::filter::{Accessor, Probe};
use crate::resource::Listed;

pub(crate) use shown::{dedicated, show};

static FACTS: &str = include_str!("../../../facts/ec2-instance-types.tsv");
static OFFERINGS: &str = include_str!("../../../facts/ec2-offerings.tsv");

/// Columns of the facts.
mod column {
    pub(super) const CURRENT: usize = 1;
    pub(super) const ARCH: usize = 2;
    pub(super) const VCPUS: usize = 3;
    pub(super) const CORES: usize = 4;
    pub(super) const THREADS: usize = 5;
    pub(super) const MEMORY_MIB: usize = 6;
    pub(super) const CLOCK: usize = 7;
    pub(super) const MAKER: usize = 8;
    pub(super) const HYPERVISOR: usize = 9;
    pub(super) const BARE: usize = 10;
    pub(super) const BURST: usize = 11;
    pub(super) const NETWORK: usize = 15;
    pub(super) const NET_BASE: usize = 16;
    pub(super) const NET_PEAK: usize = 17;
    pub(super) const CARDS: usize = 18;
    pub(super) const INTERFACES: usize = 19;
    pub(super) const IPV4: usize = 20;
    pub(super) const IPV6: usize = 21;
    pub(super) const BRANCHES: usize = 22;
    pub(super) const ENA: usize = 23;
    pub(super) const EFA: usize = 24;
    pub(super) const EBS: usize = 25;
    pub(super) const EBS_BASE_MBPS: usize = 26;
    pub(super) const EBS_MAX_MBPS: usize = 27;
    pub(super) const EBS_BASE_IOPS: usize = 28;
    pub(super) const EBS_MAX_IOPS: usize = 29;
    pub(super) const ATTACHMENTS: usize = 30;
    pub(super) const ATTACHMENT_KIND: usize = 31;
    pub(super) const EBS_NVME: usize = 32;
    pub(super) const DISKS: usize = 33;
    pub(super) const GPUS: usize = 34;
    pub(super) const ACCELERATORS: usize = 35;
    pub(super) const USAGE: usize = 36;
    pub(super) const BOOT: usize = 37;
    pub(super) const VIRTUALIZATION: usize = 38;
    pub(super) const FREE_TIER: usize = 39;
    pub(super) const HIBERNATES: usize = 40;
    pub(super) const ENCLAVES: usize = 41;
}
use column as c;

/// A type: its line of the facts.
#[derive(Clone, Debug)]
pub(crate) struct InstanceType {
    fields: Vec<&'static str>,
}

impl InstanceType {
    fn of(line: &'static str) -> InstanceType {
        InstanceType { fields: line.split('\t').collect() }
    }
    fn text(&self, column: usize) -> &'static str {
        self.fields.get(column).copied().unwrap_or_default()
    }
    fn number(&self, column: usize) -> Option<i32> {
        self.text(column).parse().ok()
    }
    fn decimal(&self, column: usize) -> Option<f64> {
        self.text(column).parse().ok()
    }
    fn flag(&self, column: usize) -> bool {
        self.text(column) == "1"
    }
    fn words(&self, column: usize) -> impl Iterator<Item = &'static str> + use<> {
        self.text(column).split(',').filter(|w| !w.is_empty())
    }
    /// Megabytes a second out of megabits a second.
    fn throughput(&self, column: usize) -> Option<f64> {
        self.decimal(column).map(|mbps| mbps / 8.0)
    }

    /// Its name: `t3.micro`.
    pub(crate) fn name(&self) -> &'static str {
        self.text(0)
    }
    /// `t3`
    pub(crate) fn family(&self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }
    /// Default vCPUs.
    pub(crate) fn vcpus(&self) -> i32 {
        self.number(c::VCPUS).unwrap_or(1)
    }
    /// Default cores.
    pub(crate) fn cores(&self) -> i32 {
        self.number(c::CORES).unwrap_or(1)
    }
    /// Default threads of a core.
    pub(crate) fn threads(&self) -> i32 {
        self.number(c::THREADS).unwrap_or(1)
    }
    /// Memory, in mebibytes.
    pub(crate) fn memory_mib(&self) -> i64 {
        self.text(c::MEMORY_MIB).parse().unwrap_or(0)
    }
    /// Cores and threads that are asked for, or its own.
    ///
    /// Errors: InvalidParameterValue: numbers that the type can't be given (text inferred).
    pub(crate) fn cpu(&self, cores: Option<i32>, threads: Option<i32>) -> Result<(i32, i32), Fault> {
        let valid_cores = cores.is_none_or(|n| n == self.cores() || shown::valid_cores(self).contains(&n));
        let valid_threads = threads.is_none_or(|n| (1..=self.threads()).contains(&n));
        let (cores, threads) = (cores.unwrap_or(self.cores()), threads.unwrap_or(self.threads()));
        match valid_cores && valid_threads {
            true => Ok((cores, threads)),
            false => Err(invalid_value(format!(
                "CpuOptions of {cores} cores and {threads} threads are not valid for {}",
                self.name()
            ))),
        }
    }
    /// Its performance is burstable.
    pub(crate) fn bursts(&self) -> bool {
        self.flag(c::BURST)
    }
    /// It can hibernate.
    pub(crate) fn hibernates(&self) -> bool {
        self.flag(c::HIBERNATES)
    }
    /// Network interfaces that it can have.
    pub(crate) fn interfaces(&self) -> i32 {
        self.number(c::INTERFACES).unwrap_or(2)
    }
    /// None of its family has more processors.
    pub(crate) fn is_largest(&self) -> bool {
        all().filter(|t| t.family() == self.family()).all(|t| t.vcpus() <= self.vcpus())
    }
    /// Branch interfaces on its trunk; 0 where it has no trunks.
    pub(crate) fn branches(&self) -> usize {
        self.number(c::BRANCHES).and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
    }
    /// `nitro`, `xen`
    pub(crate) fn hypervisor(&self) -> &'static str {
        self.text(c::HYPERVISOR)
    }
    /// Disks of its own: how many, gigabytes of each, `ssd` or `hdd`.
    fn disks(&self) -> Vec<(i32, i64, &'static str)> {
        self.words(c::DISKS).filter_map(disk).collect()
    }
    /// The zones of a region that offer it.
    pub(crate) fn zones(&self, region: &str) -> Vec<&'static str> {
        let mask = |place: usize| {
            let mask =
                offering(self.name()).and_then(|l| u32::from_str_radix(l.split('\t').nth(place)?, 16).ok());
            mask.unwrap_or(0)
        };
        if let Some((place, ids)) = region_column(region) {
            let mask = mask(place);
            return ids
                .split(',')
                .enumerate()
                .filter(|(i, _)| mask & (1 << i) != 0)
                .map(|(_, id)| id)
                .collect();
        }
        let mask = region_column("us-east-1").map_or(0, |(place, _)| mask(place));
        let ids = kernel::region(region).into_iter().flat_map(kernel::Region::zone_ids);
        if mask == 0 { Vec::new() } else { ids.collect() }
    }
}

impl InstanceType {
    /// `x86_64`, `arm64`, …
    pub(crate) fn runs(&self, architecture: &str) -> bool {
        self.words(c::ARCH).any(|a| a == architecture)
    }
    /// `hvm`, `paravirtual`
    pub(crate) fn virtualizes(&self, kind: &str) -> bool {
        self.words(c::VIRTUALIZATION).any(|v| v == kind)
    }
    /// Addresses of IPv4 of an interface.
    pub(crate) fn ipv4_addresses(&self) -> i32 {
        self.number(c::IPV4).unwrap_or(2)
    }
    /// It is sold as Spot.
    pub(crate) fn sells_spot(&self) -> bool {
        self.words(c::USAGE).any(|u| u == "spot")
    }
    /// It can stand in a cluster.
    pub(crate) fn clusters(&self) -> bool {
        shown::clusters(self)
    }
    /// Addresses of IPv6 of an interface.
    pub(crate) fn ipv6_addresses(&self) -> i32 {
        self.number(c::IPV6).unwrap_or(0)
    }
    /// Network cards.
    pub(crate) fn cards(&self) -> i32 {
        self.number(c::CARDS).unwrap_or(1)
    }
    /// Volumes that can be attached.
    pub(crate) fn attachments(&self) -> i32 {
        self.number(c::ATTACHMENTS).unwrap_or(28)
    }
}

fn disk(text: &'static str) -> Option<(i32, i64, &'static str)> {
    let (count, rest) = text.split_once('x')?;
    let (size, kind) = rest.split_at_checked(rest.len().checked_sub(3)?)?;
    Some((count.parse().ok()?, size.parse().ok()?, kind))
}

/// The line of that name: the facts are sorted, so it is found by halving them.
pub(crate) fn line(facts: &'static str, name: &str) -> Option<&'static str> {
    let (mut from, mut to) = (0, facts.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let start = facts[..middle].rfind('\n').map_or(0, |n| n + 1).max(from);
        let end = facts[start..].find('\n').map_or(facts.len(), |n| start + n);
        let line = &facts[start..end];
        match line.split('\t').next().unwrap_or_default().cmp(name) {
            std::cmp::Ordering::Equal => return Some(line),
            std::cmp::Ordering::Less => from = end + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    None
}

/// The facts behind their two heading lines.
fn body(facts: &'static str) -> &'static str {
    facts.splitn(3, '\n').nth(2).unwrap_or_default()
}

fn offering(name: &str) -> Option<&'static str> {
    line(body(OFFERINGS), name)
}

/// The column of a region, and its zones.
fn region_column(region: &str) -> Option<(usize, &'static str)> {
    let heads = OFFERINGS.lines().nth(1)?.split('\t').enumerate();
    heads.skip(1).find_map(|(i, h)| Some((i, h.strip_prefix(region)?.strip_prefix('=')?)))
}

/// The type of that name, wherever it is offered.
pub(crate) fn named(name: &str) -> Option<InstanceType> {
    line(body(FACTS), name).map(InstanceType::of)
}

/// The type that a call names.
///
/// Errors: InvalidParameterValue.
pub(crate) fn asked(name: &str) -> Result<InstanceType, Fault> {
    named(name).ok_or_else(|| invalid(name))
}

/// The refusal of a name that no type has.
pub(crate) fn invalid(name: &str) -> Fault {
    invalid_value(format!("Invalid value '{name}' for InstanceType."))
}

/// Types that the call's region offers, in the order of their names.
pub(crate) fn offered(cx: &Cx) -> impl Iterator<Item = InstanceType> {
    let region = cx.scope.region;
    body(FACTS).lines().map(InstanceType::of).filter(move |t| !t.zones(region).is_empty())
}

/// Every type.
pub(crate) fn all() -> impl Iterator<Item = InstanceType> {
    body(FACTS).lines().map(InstanceType::of)
}

/// A decimal, as answers show it (`3.0`) and as people write it (`3`).
fn decimal(p: &mut Probe<'_>, value: Option<f64>) {
    if let Some(value) = value {
        p.each([format!("{value:?}"), value.to_string()].iter().map(String::as_str));
    }
}

fn maybe(p: &mut Probe<'_>, value: Option<impl ToString>) {
    p.maybe(value.map(|v| v.to_string()).as_deref());
}

impl Listed for InstanceType {
    const SHOWS_TAGS: bool = false;
    const FILTERS: &'static [(&'static str, Accessor<InstanceType>)] = &[
        ("auto-recovery-supported", |t, p| p.flag(shown::recovers(t))),
        ("bare-metal", |t, p| p.flag(t.flag(c::BARE))),
        ("burstable-performance-supported", |t, p| p.flag(t.bursts())),
        ("current-generation", |t, p| p.flag(t.flag(c::CURRENT))),
        ("dedicated-hosts-supported", |t, p| p.flag(dedicated(t))),
        ("ebs-info.attachment-limit-type", |t, p| p.text(t.text(c::ATTACHMENT_KIND))),
        ("ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps", |t, p| p.text(t.text(c::EBS_BASE_MBPS))),
        ("ebs-info.ebs-optimized-info.baseline-iops", |t, p| p.text(t.text(c::EBS_BASE_IOPS))),
        ("ebs-info.ebs-optimized-info.baseline-throughput-in-mbps", |t, p| {
            decimal(p, t.throughput(c::EBS_BASE_MBPS))
        }),
        ("ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps", |t, p| p.text(t.text(c::EBS_MAX_MBPS))),
        ("ebs-info.ebs-optimized-info.maximum-iops", |t, p| p.text(t.text(c::EBS_MAX_IOPS))),
        ("ebs-info.ebs-optimized-info.maximum-throughput-in-mbps", |t, p| {
            decimal(p, t.throughput(c::EBS_MAX_MBPS))
        }),
        ("ebs-info.ebs-optimized-support", |t, p| p.text(t.text(c::EBS))),
        ("ebs-info.encryption-support", |_, p| p.text("supported")),
        ("ebs-info.maximum-ebs-attachments", |t, p| p.text(t.text(c::ATTACHMENTS))),
        ("ebs-info.nvme-support", |t, p| p.text(t.text(c::EBS_NVME))),
        ("free-tier-eligible", |t, p| p.flag(t.flag(c::FREE_TIER))),
        ("hibernation-supported", |t, p| p.flag(t.hibernates())),
        ("hypervisor", |t, p| p.maybe(Some(t.hypervisor()).filter(|h| !h.is_empty()))),
        ("instance-storage-info.disk.count", |t, p| t.disks().iter().for_each(|d| p.number(d.0))),
        ("instance-storage-info.disk.size-in-gb", |t, p| t.disks().iter().for_each(|d| p.number(d.1))),
        ("instance-storage-info.disk.type", |t, p| p.each(t.disks().iter().map(|d| d.2))),
        ("instance-storage-info.encryption-support", |t, p| p.maybe(shown::disks_encrypted(t))),
        ("instance-storage-info.nvme-support", |t, p| p.maybe(shown::disks_nvme(t))),
        ("instance-storage-info.total-size-in-gb", |t, p| maybe(p, shown::disks_total(t))),
        ("instance-storage-supported", |t, p| p.flag(!t.disks().is_empty())),
        ("instance-type", |t, p| p.text(t.name())),
        ("memory-info.size-in-mib", |t, p| p.text(t.text(c::MEMORY_MIB))),
        ("network-info.bandwidth-weightings", |_, _| {}),
        ("network-info.efa-info.maximum-efa-interfaces", |t, p| {
            maybe(p, t.number(c::CARDS).filter(|_| t.flag(c::EFA)))
        }),
        ("network-info.efa-supported", |t, p| p.flag(t.flag(c::EFA))),
        ("network-info.ena-support", |t, p| p.text(t.text(c::ENA))),
        ("network-info.encryption-in-transit-supported", |t, p| p.flag(shown::encrypts_in_transit(t))),
        ("network-info.flexible-ena-queues-support", |_, p| p.text("unsupported")),
        ("network-info.ipv4-addresses-per-interface", |t, p| p.text(t.text(c::IPV4))),
        ("network-info.ipv6-addresses-per-interface", |t, p| p.text(t.text(c::IPV6))),
        ("network-info.ipv6-supported", |t, p| p.flag(t.number(c::IPV6).unwrap_or(0) > 0)),
        ("network-info.maximum-network-cards", |t, p| p.text(t.text(c::CARDS))),
        ("network-info.maximum-network-interfaces", |t, p| p.text(t.text(c::INTERFACES))),
        ("network-info.network-performance", |t, p| p.text(t.text(c::NETWORK))),
        ("nitro-enclaves-support", |t, p| p.text(t.text(c::ENCLAVES))),
        ("nitro-tpm-info.supported-versions", |t, p| p.maybe(shown::tpm(t).then_some("2.0"))),
        ("nitro-tpm-support", |t, p| p.text(if shown::tpm(t) { "supported" } else { "unsupported" })),
        ("processor-info.supported-architecture", |t, p| p.each(t.words(c::ARCH))),
        ("processor-info.supported-features", |_, _| {}),
        ("processor-info.sustained-clock-speed-in-ghz", |t, p| decimal(p, t.decimal(c::CLOCK))),
        ("reboot-migration-support", |_, p| p.text("unsupported")),
        ("supported-boot-mode", |t, p| p.each(t.words(c::BOOT))),
        ("supported-root-device-type", |t, p| p.each(shown::root_devices(t).iter().copied())),
        ("supported-usage-class", |t, p| p.each(t.words(c::USAGE))),
        ("supported-virtualization-type", |t, p| p.each(t.words(c::VIRTUALIZATION))),
        ("vcpu-info.default-cores", |t, p| p.text(t.text(c::CORES))),
        ("vcpu-info.default-threads-per-core", |t, p| p.text(t.text(c::THREADS))),
        ("vcpu-info.default-vcpus", |t, p| p.text(t.text(c::VCPUS))),
        ("vcpu-info.valid-cores", |t, p| shown::valid_cores(t).into_iter().for_each(|n| p.number(n))),
        ("vcpu-info.valid-threads-per-core", |t, p| (1..=t.threads()).for_each(|n| p.number(n))),
    ];
    fn id(&self) -> &str {
        self.text(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_and_whole() {
        let mut count = 0;
        for t in all() {
            let found = named(t.name()).expect("it is found by its name");
            assert_eq!(found.fields, t.fields);
            assert_eq!(t.fields.len(), 42, "{}", t.name());
            assert!(
                t.vcpus() > 0 && t.interfaces() > 0 && t.cores() * t.threads() >= t.vcpus(),
                "{}",
                t.name()
            );
            count += 1;
        }
        assert_eq!(count, 1_395);
        assert!(named("t3.castle").is_none() && named("").is_none() && named("zz").is_none());
        assert_eq!(named("t3.micro").expect("it is there").zones("us-west-1"), ["usw1-az1", "usw1-az3"]);
        assert_eq!(disk("2x1425ssd"), Some((2, 1425, "ssd")));
    }
}
