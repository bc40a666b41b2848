//! How an instance type is shown. What the facts don't have is derived from them, here and nowhere else: valid cores,
//! NitroTPM, encryption in transit, dedicated hosts, recovery (all inferred from EC2's user guide).

use shapes_ec2 as s;

use super::InstanceType;
use super::column as c;

/// Instances recover by themselves: not with disks of their own, not bare metal.
pub(super) fn recovers(t: &InstanceType) -> bool {
    t.disks().is_empty() && !t.flag(c::BARE)
}

/// All types but the burstable ones of older make run on dedicated hosts.
pub(crate) fn dedicated(t: &InstanceType) -> bool {
    !matches!(t.family(), "t1" | "t2" | "m1" | "m2" | "m3" | "c1")
}

/// Disks of nitro types are encrypted always.
pub(super) fn disks_encrypted(t: &InstanceType) -> Option<&'static str> {
    if t.disks().is_empty() {
        return None;
    }
    Some(if t.hypervisor() == "xen" { "unsupported" } else { "required" })
}

pub(super) fn disks_nvme(t: &InstanceType) -> Option<&'static str> {
    disks_encrypted(t)
}

pub(super) fn disks_total(t: &InstanceType) -> Option<i64> {
    let disks = t.disks();
    (!disks.is_empty()).then(|| disks.iter().map(|d| i64::from(d.0) * d.1).sum())
}

/// Nitro types of the sixth generation and later.
pub(super) fn encrypts_in_transit(t: &InstanceType) -> bool {
    t.hypervisor() != "xen" && (generation(t) >= 6 || t.family().ends_with('n') || t.family().contains("dn"))
}

fn generation(t: &InstanceType) -> u32 {
    let digits: String =
        t.family().chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// NitroTPM needs UEFI on a nitro machine of x86.
pub(super) fn tpm(t: &InstanceType) -> bool {
    t.hypervisor() == "nitro" && t.words(c::BOOT).any(|b| b == "uefi") && !t.flag(c::BARE)
}

pub(super) fn root_devices(t: &InstanceType) -> &'static [&'static str] {
    if t.hypervisor() == "xen" && !t.disks().is_empty() { &["ebs", "instance-store"] } else { &["ebs"] }
}

pub(super) fn valid_cores(t: &InstanceType) -> Vec<i32> {
    let cores = t.cores();
    if cores <= 2 { (1..=cores).collect() } else { (1..=cores / 2).map(|n| n * 2).collect() }
}

/// `8xNVIDIA A100 40960`: how many, maker, name, memory.
fn device(text: &'static str) -> Option<(i32, &'static str, &'static str)> {
    let (count, rest) = text.split_once('x')?;
    let (maker, name) = rest.split_once(' ')?;
    Some((count.parse().ok()?, maker, name))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|t| !t.is_empty())
}

fn gpus(t: &InstanceType) -> Option<s::GpuInfo> {
    let mut total = 0;
    let gpus: Vec<s::GpuDeviceInfo> = t
        .words(c::GPUS)
        .filter_map(device)
        .filter_map(|(count, maker, rest)| {
            let (name, memory) = rest.rsplit_once(' ')?;
            let memory: i32 = memory.parse().ok()?;
            total += memory * count.max(1);
            Some(s::GpuDeviceInfo {
                name: some(name),
                manufacturer: some(maker),
                count: Some(count),
                memory_info: Some(s::GpuDeviceMemoryInfo { size_in_mi_b: Some(memory) }),
                ..s::GpuDeviceInfo::default()
            })
        })
        .collect();
    (!gpus.is_empty()).then_some(s::GpuInfo { gpus: Some(gpus), total_gpu_memory_in_mi_b: Some(total) })
}

fn fpgas(t: &InstanceType) -> Option<s::FpgaInfo> {
    let all = t.words(c::ACCELERATORS).filter_map(device).filter(|d| d.2.contains("Virtex"));
    let all: Vec<_> = all
        .map(|(count, maker, name)| s::FpgaDeviceInfo {
            name: some(name),
            manufacturer: some(maker),
            count: Some(count),
            ..s::FpgaDeviceInfo::default()
        })
        .collect();
    (!all.is_empty()).then(|| s::FpgaInfo { fpgas: Some(all), ..s::FpgaInfo::default() })
}

fn inference(t: &InstanceType) -> Option<s::InferenceAcceleratorInfo> {
    let chips =
        |d: &(i32, &str, &str)| d.1 != "None" && (d.2.contains("Inferentia") || d.2.contains("AI100"));
    let all = t.words(c::ACCELERATORS).filter_map(device).filter(chips);
    let all: Vec<_> = all
        .map(|(count, maker, name)| s::InferenceDeviceInfo {
            count: Some(count),
            name: some(name),
            manufacturer: some(maker),
            ..s::InferenceDeviceInfo::default()
        })
        .collect();
    (!all.is_empty()).then(|| s::InferenceAcceleratorInfo {
        accelerators: Some(all),
        ..s::InferenceAcceleratorInfo::default()
    })
}

fn storage(t: &InstanceType) -> Option<s::InstanceStorageInfo> {
    let disks = t.disks().into_iter().map(|(count, size, kind)| s::DiskInfo {
        size_in_gb: Some(size),
        count: Some(count),
        type_: some(kind),
    });
    Some(s::InstanceStorageInfo {
        total_size_in_gb: Some(disks_total(t)?),
        disks: Some(disks.collect()),
        nvme_support: disks_nvme(t).map(str::to_owned),
        encryption_support: disks_encrypted(t).map(str::to_owned),
    })
}

fn ebs(t: &InstanceType) -> s::EbsInfo {
    let optimized = t.number(c::EBS_BASE_MBPS).map(|base| s::EbsOptimizedInfo {
        baseline_bandwidth_in_mbps: Some(base),
        baseline_throughput_in_m_bps: t.throughput(c::EBS_BASE_MBPS),
        baseline_iops: t.number(c::EBS_BASE_IOPS),
        maximum_bandwidth_in_mbps: t.number(c::EBS_MAX_MBPS),
        maximum_throughput_in_m_bps: t.throughput(c::EBS_MAX_MBPS),
        maximum_iops: t.number(c::EBS_MAX_IOPS),
    });
    s::EbsInfo {
        ebs_optimized_support: some(t.text(c::EBS)),
        encryption_support: some("supported"),
        ebs_optimized_info: optimized,
        nvme_support: some(t.text(c::EBS_NVME)),
        maximum_ebs_attachments: t.number(c::ATTACHMENTS),
        attachment_limit_type: some(t.text(c::ATTACHMENT_KIND)),
        ..s::EbsInfo::default()
    }
}

fn network(t: &InstanceType) -> s::NetworkInfo {
    let cards = t.number(c::CARDS).unwrap_or(1).max(1);
    let per_card = t.interfaces() / cards;
    let share = |column| t.decimal(column).map(|gbps: f64| gbps / f64::from(cards));
    let card = |index| s::NetworkCardInfo {
        network_card_index: Some(index),
        network_performance: some(t.text(c::NETWORK)),
        maximum_network_interfaces: Some(per_card),
        baseline_bandwidth_in_gbps: share(c::NET_BASE),
        peak_bandwidth_in_gbps: share(c::NET_PEAK),
        ..s::NetworkCardInfo::default()
    };
    s::NetworkInfo {
        network_performance: some(t.text(c::NETWORK)),
        maximum_network_interfaces: t.number(c::INTERFACES),
        maximum_network_cards: Some(cards),
        default_network_card_index: Some(0),
        network_cards: Some((0..cards).map(card).collect()),
        ipv4_addresses_per_interface: t.number(c::IPV4),
        ipv6_addresses_per_interface: t.number(c::IPV6),
        ipv6_supported: Some(t.number(c::IPV6).unwrap_or(0) > 0),
        ena_support: some(t.text(c::ENA)),
        efa_supported: Some(t.flag(c::EFA)),
        efa_info: t.flag(c::EFA).then_some(s::EfaInfo { maximum_efa_interfaces: Some(cards) }),
        encryption_in_transit_supported: Some(encrypts_in_transit(t)),
        ena_srd_supported: Some(false),
        ..s::NetworkInfo::default()
    }
}

/// It can stand in a cluster placement group.
pub(super) fn clusters(t: &InstanceType) -> bool {
    !(t.bursts() || t.hypervisor() == "xen" && generation(t) < 3)
}

/// As answers show it.
pub(crate) fn show(t: &InstanceType) -> s::InstanceTypeInfo {
    let words = |column| Some(t.words(column).map(str::to_owned).collect::<Vec<_>>());
    let strategies =
        if clusters(t) { vec!["cluster", "partition", "spread"] } else { vec!["partition", "spread"] };
    let supported = |yes: bool| some(if yes { "supported" } else { "unsupported" });
    s::InstanceTypeInfo {
        instance_type: some(t.name()),
        current_generation: Some(t.flag(c::CURRENT)),
        free_tier_eligible: Some(t.flag(c::FREE_TIER)),
        supported_usage_classes: words(c::USAGE),
        supported_root_device_types: Some(root_devices(t).iter().map(|r| (*r).to_owned()).collect()),
        supported_virtualization_types: words(c::VIRTUALIZATION),
        bare_metal: Some(t.flag(c::BARE)),
        hypervisor: some(t.hypervisor()),
        processor_info: Some(s::ProcessorInfo {
            supported_architectures: words(c::ARCH),
            sustained_clock_speed_in_ghz: t.decimal(c::CLOCK),
            manufacturer: some(t.text(c::MAKER)),
            ..s::ProcessorInfo::default()
        }),
        v_cpu_info: Some(s::VCpuInfo {
            default_v_cpus: Some(t.vcpus()),
            default_cores: Some(t.cores()),
            default_threads_per_core: Some(t.threads()),
            valid_cores: Some(valid_cores(t)),
            valid_threads_per_core: Some((1..=t.threads()).collect()),
        }),
        memory_info: Some(s::MemoryInfo { size_in_mi_b: t.text(c::MEMORY_MIB).parse().ok() }),
        instance_storage_supported: Some(!t.disks().is_empty()),
        instance_storage_info: storage(t),
        ebs_info: Some(ebs(t)),
        network_info: Some(network(t)),
        gpu_info: gpus(t),
        fpga_info: fpgas(t),
        inference_accelerator_info: inference(t),
        placement_group_info: Some(s::PlacementGroupInfo {
            supported_strategies: Some(strategies.into_iter().map(str::to_owned).collect()),
        }),
        hibernation_supported: Some(t.hibernates()),
        burstable_performance_supported: Some(t.bursts()),
        dedicated_hosts_supported: Some(dedicated(t)),
        auto_recovery_supported: Some(recovers(t)),
        supported_boot_modes: words(c::BOOT),
        nitro_enclaves_support: some(t.text(c::ENCLAVES)),
        nitro_tpm_support: supported(tpm(t)),
        nitro_tpm_info: tpm(t).then(|| s::NitroTpmInfo { supported_versions: Some(vec!["2.0".to_owned()]) }),
        ..s::InstanceTypeInfo::default()
    }
}
