//! Network interfaces as answers show them, with their public addresses.
//! Source: EC2 API reference, "NetworkInterface" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;

use super::{Attachment, NetworkInterface, private_dns};
use crate::elastic_ip::{self, ElasticIp};
use crate::instance::whole;
use crate::resource::{kept, on};
use crate::security_group::SecurityGroup;
use crate::tags::{self, Tags};
use crate::vpc::Vpc;

/// A public address of an interface: an Elastic IP's, or one that came with the instance.
#[derive(Debug)]
pub(crate) struct Public {
    pub(crate) ip: String,
    /// The private address that it stands for.
    pub(crate) private_ip: String,
    /// Allocation and association of an Elastic IP.
    pub(crate) elastic: Option<(String, String)>,
}

impl Public {
    /// An Elastic IP's.
    pub(crate) fn elastic(a: &ElasticIp) -> Public {
        let elastic = Some((a.id.clone(), a.association.clone()));
        Public { ip: a.public_ip.clone(), private_ip: a.private_ip.clone(), elastic }
    }
    /// Who owns it.
    pub(crate) fn owner<'a>(&self, cx: &'a Cx<'_>) -> &'a str {
        if self.elastic.is_some() { &cx.scope.account } else { "amazon" }
    }
    pub(crate) fn allocation(&self) -> Option<&str> {
        self.elastic.as_ref().map(|(id, _)| id.as_str())
    }
    pub(crate) fn association(&self) -> Option<&str> {
        self.elastic.as_ref().map(|(_, id)| id.as_str())
    }
}

/// The public addresses of an interface.
pub(crate) fn public(cx: &Cx, n: &NetworkInterface) -> Result<Vec<Public>, Fault> {
    match n.attached().filter(|a| !a.instance.is_empty()) {
        Some(a) => Ok(whole(cx, &a.instance)?.public(n)),
        None => Ok(on::<ElasticIp>(cx, &n.id)?.iter().map(Public::elastic).collect()),
    }
}

fn show_association(cx: &Cx, a: &Public, named: bool) -> s::NetworkInterfaceAssociation {
    s::NetworkInterfaceAssociation {
        allocation_id: a.allocation().map(str::to_owned),
        association_id: a.association().map(str::to_owned),
        ip_owner_id: Some(a.owner(cx).to_owned()),
        public_dns_name: Some(if named {
            elastic_ip::public_dns(cx.scope.region, &a.ip)
        } else {
            String::new()
        }),
        public_ip: Some(a.ip.clone()),
        ..s::NetworkInterfaceAssociation::default()
    }
}

/// As answers show an attachment.
pub(crate) fn show_attachment(a: &Attachment) -> s::NetworkInterfaceAttachment {
    s::NetworkInterfaceAttachment {
        attach_time: Some(Timestamp { epoch_ms: a.attached_ms }),
        attachment_id: Some(a.id.clone()),
        delete_on_termination: Some(a.delete_on_termination),
        device_index: Some(a.device_index),
        network_card_index: Some(a.network_card_index),
        instance_id: Some(a.instance.clone()).filter(|i| !i.is_empty()),
        instance_owner_id: Some(a.instance_owner.clone()),
        status: Some("attached".to_owned()),
        ..s::NetworkInterfaceAttachment::default()
    }
}

/// As answers show its groups.
pub(crate) fn show_groups(cx: &Cx, n: &NetworkInterface) -> Result<Vec<s::GroupIdentifier>, Fault> {
    let one = |id: &String| {
        let group = kept::<SecurityGroup>(cx, id)?;
        Ok(s::GroupIdentifier { group_id: Some(id.clone()), group_name: group.map(|g| g.name.clone()) })
    };
    n.groups.iter().map(one).collect()
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, n: &NetworkInterface, tags: &Tags) -> Result<s::NetworkInterface, Fault> {
    let public = public(cx, n)?;
    let vpc = kept::<Vpc>(cx, &n.vpc)?;
    let has_names = vpc.as_ref().is_some_and(|v| v.dns_hostnames);
    let named = vpc.as_ref().is_some_and(|v| v.names_public());
    let of = |ip: &str| public.iter().find(|a| a.private_ip == ip).map(|a| show_association(cx, a, named));
    let dns = |ip: &str| has_names.then(|| private_dns(cx, ip));
    let addresses = n.ipv4.iter().enumerate().map(|(i, ip)| s::NetworkInterfacePrivateIpAddress {
        association: of(ip),
        primary: Some(i == 0),
        private_dns_name: dns(ip),
        private_ip_address: Some(ip.clone()),
    });
    let ipv6 = n.ipv6.iter().enumerate().map(|(i, ip)| s::NetworkInterfaceIpv6Address {
        ipv6_address: Some(ip.clone()),
        public_ipv6_dns_name: None,
        is_primary_ipv6: Some(n.has_primary_ipv6 && i == 0),
    });
    let v4_prefix = |p: &String| s::Ipv4PrefixSpecification { ipv4_prefix: Some(p.clone()) };
    let v6_prefix = |p: &String| s::Ipv6PrefixSpecification { ipv6_prefix: Some(p.clone()) };
    Ok(s::NetworkInterface {
        association: of(n.primary()),
        attachment: n.attached().map(show_attachment),
        availability_zone: Some(n.zone.clone()),
        availability_zone_id: Some(n.zone_id.clone()),
        description: Some(n.description.clone()),
        groups: Some(show_groups(cx, n)?),
        interface_type: Some(n.kind.clone()),
        ipv6_addresses: Some(ipv6.collect()),
        mac_address: Some(n.mac.clone()),
        network_interface_id: Some(n.id.clone()),
        owner_id: Some(cx.scope.account.clone()),
        private_dns_name: n.ipv4.first().and_then(|ip| dns(ip)),
        private_ip_address: n.ipv4.first().cloned(),
        private_ip_addresses: Some(addresses.collect()),
        ipv4_prefixes: (!n.ipv4_prefixes.is_empty()).then(|| n.ipv4_prefixes.iter().map(v4_prefix).collect()),
        ipv6_prefixes: (!n.ipv6_prefixes.is_empty()).then(|| n.ipv6_prefixes.iter().map(v6_prefix).collect()),
        requester_id: (!n.manager.is_empty()).then(|| "amazon-aws".to_owned()),
        requester_managed: Some(!n.manager.is_empty()),
        source_dest_check: Some(!n.skips_check),
        status: Some(n.status().to_owned()),
        subnet_id: Some(n.subnet.clone()),
        tag_set: Some(tags::all_shown(tags)),
        vpc_id: Some(n.vpc.clone()),
        ipv6_address: n.ipv6.first().cloned(),
        ..s::NetworkInterface::default()
    })
}
