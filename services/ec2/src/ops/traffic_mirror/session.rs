//! `CreateTrafficMirrorSession`, `ModifyTrafficMirrorSession`, `DeleteTrafficMirrorSession`, `DescribeTrafficMirrorSessions`.
//! Source: EC2 API reference, the operations, "Error codes"; VPC Traffic Mirroring guide, "quotas", "limitations" (2026-11-22).
//! Texts are inferred.

use std::collections::BTreeSet;

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, stored};
use crate::err::{fault, invalid_parameter};
use crate::instance::Instance;
use crate::instance_type;
use crate::network_interface::NetworkInterface;
use crate::ops::traffic_mirror::client_token;
use crate::quotas::{self, room};
use crate::resource::{all, find, get, on, remove, save};
use crate::traffic_mirror::Filter;
use crate::traffic_mirror::session::{Session, TRAFFIC_MIRROR_SESSION, show};
use crate::traffic_mirror::target::Target;
use crate::{id, tags, token};

/// Families of instances that aren't built on Nitro and can be sources all the same.
const ALSO: [&str; 12] = ["c4", "d2", "g3", "g3s", "h1", "i3", "m4", "p2", "p3", "r4", "x1", "x1e"];
/// Sources of a target whose instance isn't the largest of its family, or is.
const SOURCES: (usize, usize) = (10, 100);
/// Numbers of VXLANs.
const NETWORKS: std::ops::RangeInclusive<i32> = 1..=16_777_215;

/// The instance that an interface is attached to.
fn instance_of(cx: &Cx, interface: &NetworkInterface) -> Result<Option<Instance>, Fault> {
    match interface.attachment.as_ref().filter(|a| !a.instance.is_empty()) {
        Some(a) => get::<Instance>(cx, &a.instance),
        None => Ok(None),
    }
}

/// An interface whose packets can be mirrored.
///
/// Errors: InvalidNetworkInterfaceID.NotFound; NetworkInterfaceNotSupportedException: it isn't attached to an instance of a type
/// that can, or has no IPv4.
fn source(cx: &Cx, id: &str) -> Result<NetworkInterface, Fault> {
    let row = find::<NetworkInterface>(cx, id)?;
    let kind = instance_of(cx, &row)?.and_then(|i| instance_type::named(&i.kind));
    let can = kind.is_some_and(|t| t.hypervisor() == "nitro" || ALSO.contains(&t.family()));
    match can && !row.ipv4.is_empty() {
        true => Ok(row),
        false => Err(fault(
            "NetworkInterfaceNotSupportedException",
            format!("The network interface '{id}' is not supported as a Traffic Mirror source."),
        )),
    }
}

/// Refuses a session that can't be.
///
/// Errors: InvalidParameterValue.
fn check(cx: &Cx, row: &Session) -> Result<(), Fault> {
    if !(1..=32_766).contains(&row.number) {
        return Err(invalid_parameter(row.number, "sessionNumber", "It must be between 1 and 32766."));
    }
    if let Some(n) = row.packet_bytes.filter(|n| !(1..=8_500).contains(n)) {
        return Err(invalid_parameter(n, "packetLength", "It must be between 1 and 8500."));
    }
    if !NETWORKS.contains(&row.network) {
        return Err(invalid_parameter(row.network, "virtualNetworkId", "It must be between 1 and 16777215."));
    }
    let taken = |o: &Session| o.id != row.id && o.number == row.number;
    match on::<Session>(cx, &row.interface)?.iter().any(taken) {
        true => {
            let why = format!("The session number is already being used for '{}'.", row.interface);
            Err(invalid_parameter(row.number, "sessionNumber", &why))
        }
        false => Ok(()),
    }
}

/// Refuses one more source than the target's instance can take.
///
/// Errors: TrafficMirrorSourcesPerTargetLimitExceeded.
fn fits(cx: &Cx, target: &Target, row: &Session) -> Result<(), Fault> {
    let instance = match get::<NetworkInterface>(cx, &target.interface)? {
        Some(interface) => instance_of(cx, &interface)?,
        None => None,
    };
    let largest = instance.and_then(|i| instance_type::named(&i.kind)).is_some_and(|t| t.is_largest());
    let most = if largest { SOURCES.1 } else { SOURCES.0 };
    let others = on::<Session>(cx, &target.id)?.into_iter().filter(|s| s.id != row.id);
    let sources: BTreeSet<String> = others.map(|s| s.interface).chain([row.interface.clone()]).collect();
    match sources.len() > most {
        true => Err(fault(
            "TrafficMirrorSourcesPerTargetLimitExceeded",
            format!("The maximum number of sources ({most}) for '{}' has been reached.", target.id),
        )),
        false => Ok(()),
    }
}

/// A VXLAN that none of the account's sessions has.
fn network(cx: &Cx) -> Result<i32, Fault> {
    let taken: BTreeSet<i32> = all::<Session>(cx)?.map(|s| s.network).collect();
    let free = std::iter::repeat_with(|| {
        let random = cx.ids.bytes("ec2.vxlan");
        i32::from_be_bytes([0, random[0], random[1], random[2]])
    });
    // At most 10,000 of 16 million are taken.
    let free = free.take(1_000).find(|n| NETWORKS.contains(n) && !taken.contains(n));
    free.ok_or_else(|| Fault::internal("no VXLAN is free"))
}

/// Errors: InvalidNetworkInterfaceID.NotFound; NetworkInterfaceNotSupportedException; InvalidTrafficMirrorTargetId.NotFound;
/// InvalidTrafficMirrorFilterId.NotFound; InvalidParameterValue; TrafficMirrorSessionLimitExceeded;
/// TrafficMirrorSessionsPerInterfaceLimitExceeded; TrafficMirrorSourcesPerTargetLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTrafficMirrorSessionRequest,
) -> Result<s::CreateTrafficMirrorSessionResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &TRAFFIC_MIRROR_SESSION)?;
    let (made, token) = token::look_up(cx, "CreateTrafficMirrorSession", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<Session>(cx, &id)?,
        None => {
            let row = new(cx, i)?;
            save(cx, &row)?;
            tags::add(cx, &TRAFFIC_MIRROR_SESSION, &row.id, &tags)?;
            token::keep(cx, token, &row.id);
            row
        }
    };
    Ok(s::CreateTrafficMirrorSessionResult {
        traffic_mirror_session: Some(show(cx, &row, &tags::of(cx, &row.id)?)),
        client_token: client_token(cx, &i.client_token),
    })
}

fn new(cx: &Cx, i: &s::CreateTrafficMirrorSessionRequest) -> Result<Session, Fault> {
    let interface = source(cx, &i.network_interface_id)?.id;
    let target = find::<Target>(cx, &i.traffic_mirror_target_id)?;
    let row = Session {
        id: id::fresh(cx, "tms"),
        target: target.id.clone(),
        filter: find::<Filter>(cx, &i.traffic_mirror_filter_id)?.id,
        packet_bytes: i.packet_length,
        number: i.session_number,
        network: i.virtual_network_id.map_or_else(|| network(cx), Ok)?,
        description: i.description.clone().unwrap_or_default(),
        interface,
    };
    check(cx, &row)?;
    let there = on::<Session>(cx, &row.interface)?;
    room(cx, &quotas::TRAFFIC_MIRROR_SESSIONS_PER_INTERFACE, there.iter(), 1)?;
    room(cx, &quotas::TRAFFIC_MIRROR_SESSIONS, all::<Session>(cx)?, 1)?;
    fits(cx, &target, &row)?;
    Ok(row)
}

/// Errors: InvalidTrafficMirrorSessionId.NotFound; InvalidTrafficMirrorTargetId.NotFound; InvalidTrafficMirrorFilterId.NotFound;
/// InvalidParameterValue; TrafficMirrorSourcesPerTargetLimitExceeded.
pub(crate) fn modify(
    cx: &mut Cx,
    i: &s::ModifyTrafficMirrorSessionRequest,
) -> Result<s::ModifyTrafficMirrorSessionResult, Fault> {
    let mut row = find::<Session>(cx, &i.traffic_mirror_session_id)?;
    for field in i.remove_fields.iter().flatten() {
        match field.as_str() {
            "packet-length" => row.packet_bytes = None,
            "description" => row.description.clear(),
            "virtual-network-id" => row.network = network(cx)?,
            other => {
                let why = "Valid values: packet-length, description, virtual-network-id.";
                return Err(invalid_parameter(other, "removeFields", why));
            }
        }
    }
    if let Some(id) = i.traffic_mirror_target_id.as_deref() {
        let target = find::<Target>(cx, id)?;
        fits(cx, &target, &row)?;
        row.target = target.id;
    }
    if let Some(id) = i.traffic_mirror_filter_id.as_deref() {
        row.filter = find::<Filter>(cx, id)?.id;
    }
    row.packet_bytes = i.packet_length.or(row.packet_bytes);
    row.number = i.session_number.unwrap_or(row.number);
    row.network = i.virtual_network_id.unwrap_or(row.network);
    row.description = i.description.clone().unwrap_or(row.description);
    check(cx, &row)?;
    save(cx, &row)?;
    let shown = show(cx, &row, &tags::of(cx, &row.id)?);
    Ok(s::ModifyTrafficMirrorSessionResult { traffic_mirror_session: Some(shown) })
}

/// Errors: InvalidTrafficMirrorSessionId.NotFound.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTrafficMirrorSessionRequest,
) -> Result<s::DeleteTrafficMirrorSessionResult, Fault> {
    let row = find::<Session>(cx, &i.traffic_mirror_session_id)?;
    remove(cx, &row)?;
    Ok(s::DeleteTrafficMirrorSessionResult { traffic_mirror_session_id: Some(row.id) })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTrafficMirrorSessionsRequest,
) -> Result<s::DescribeTrafficMirrorSessionsResult, Fault> {
    let ask = Ask::new("DescribeTrafficMirrorSessions", &i.filters)
        .ids(&i.traffic_mirror_session_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored::<Session>(cx, &ask)?;
    let traffic_mirror_sessions = found.show(|row, tags| show(cx, row, tags));
    Ok(s::DescribeTrafficMirrorSessionsResult { traffic_mirror_sessions, next_token: found.next })
}
