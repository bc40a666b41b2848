//! Instances: rows, states by the clock, what ends with them. There is no machine behind one: an instance is a record with
//! honest states. How one is shown and filtered: `instance/shown.rs`; how one is launched: `launch.rs`.
//! Source: EC2 user guide, "Amazon EC2 instance state changes" (2026-11-22).

mod filters;
mod shown;
mod whole;

use codec::Fault;
use kernel::{Cx, Profile};
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::capacity_reservation::Reserved;
use crate::elastic_ip::PublicIps;
use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::network_interface::{self, NetworkInterface};
use crate::placement::Placed;
use crate::placement_group::PLACEMENT_GROUP;
use crate::resource::{self, Listed, Resource, find, on, remove, save};
use crate::volume::Volume;

pub(crate) use shown::{show, show_devices, show_metadata};
pub(crate) use whole::{Disk, Part, Whole, Wholes, begin, changed, compose, tagged, whole};

pub(crate) static INSTANCE: Kind = Kind {
    noun: "instance",
    prefix: "i",
    not_found: ("InvalidInstanceID.NotFound", "The instance ID '{}' does not exist"),
    malformed: Some(("InvalidInstanceID.Malformed", "Invalid id: \"{}\"")),
    seen: resource::seen::<Instance>,
};

/// A terminated instance is shown for about an hour.
const SHOWN_MS: i64 = 3_600_000;
/// Timer: shutting down is over.
pub(crate) const END: &str = "end-instance";
/// Timer: a terminated instance is no longer shown.
pub(crate) const FORGET: &str = "forget-instance";

/// A state: code and name.
pub(crate) type State = (i32, &'static str);
pub(crate) const PENDING: State = (0, "pending");
pub(crate) const RUNNING: State = (16, "running");
pub(crate) const SHUTTING_DOWN: State = (32, "shutting-down");
pub(crate) const TERMINATED: State = (48, "terminated");
pub(crate) const STOPPING: State = (64, "stopping");
pub(crate) const STOPPED: State = (80, "stopped");

/// An instance.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) reservation: String,
    /// `t3.micro`
    pub(crate) kind: String,
    pub(crate) image: String,
    pub(crate) architecture: String,
    pub(crate) platform: String,
    pub(crate) virtualization: String,
    pub(crate) root: String,
    pub(crate) key_name: String,
    /// Empty once it is terminated, as the next ones.
    pub(crate) subnet: String,
    pub(crate) vpc: String,
    pub(crate) zone: String,
    pub(crate) zone_id: String,
    pub(crate) tenancy: String,
    pub(crate) launch_index: i32,
    pub(crate) launched_ms: i64,
    pub(crate) client_token: String,
    /// In base64, as it came.
    pub(crate) user_data: String,
    /// Where it goes or is: `running`, `stopped`, `terminated`.
    pub(crate) goal: String,
    /// When it is there.
    pub(crate) there_ms: i64,
    pub(crate) reason_code: String,
    pub(crate) reason: String,
    pub(crate) transition: String,
    pub(crate) monitored: bool,
    pub(crate) ebs_optimized: bool,
    pub(crate) keeps: bool,
    pub(crate) keeps_running: bool,
    /// `stop`, `terminate`
    pub(crate) on_shutdown: String,
    pub(crate) public_ip: String,
    /// `standard`, `unlimited`; empty where there are no credits.
    pub(crate) credits: String,
    pub(crate) cores: i32,
    pub(crate) threads: i32,
    pub(crate) hibernates: bool,
    pub(crate) metadata: Metadata,
    pub(crate) resource_names: bool,
    pub(crate) dns_a_record: bool,
    pub(crate) dns_aaaa_record: bool,
    pub(crate) recovery: String,
    /// Whether a scheduled reboot may move it: `default`, `disabled`; empty for the first.
    pub(crate) migration: String,
    pub(crate) boot_mode: String,
    pub(crate) placed: Placed,
    pub(crate) reserved: Reserved,
    /// Its Spot request; empty on demand.
    pub(crate) spot: String,
    /// Its fleet; empty for none. What it counts there, in thousandths.
    pub(crate) fleet: String,
    pub(crate) fleet_weight: i32,
}

/// Options of the metadata service.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Metadata {
    /// `optional`, `required`
    pub(crate) tokens: String,
    pub(crate) hops: i32,
    /// `enabled`, `disabled`
    pub(crate) endpoint: String,
    pub(crate) ipv6: String,
    pub(crate) tags: String,
}

impl Row for Metadata {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.tokens);
        w.put(2, &self.hops);
        w.put(3, &self.endpoint);
        w.put(4, &self.ipv6);
        w.put(5, &self.tags);
    }
    fn read(r: &mut RowReader) -> Result<Metadata, RowError> {
        Ok(Metadata {
            tokens: r.get(1)?,
            hops: r.get(2)?,
            endpoint: r.get(3)?,
            ipv6: r.get(4)?,
            tags: r.get(5)?,
        })
    }
}

impl Row for Instance {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.reservation);
        w.put(3, &self.kind);
        w.put(4, &self.image);
        w.put(5, &self.architecture);
        w.put(6, &self.platform);
        w.put(7, &self.virtualization);
        w.put(8, &self.root);
        w.put(9, &self.key_name);
        w.put(10, &self.subnet);
        w.put(11, &self.vpc);
        w.put(12, &self.zone);
        w.put(13, &self.zone_id);
        w.put(14, &self.tenancy);
        w.put(15, &self.launch_index);
        w.put(16, &self.launched_ms);
        w.put(17, &self.client_token);
        w.put(18, &self.user_data);
        w.put(19, &self.goal);
        w.put(20, &self.there_ms);
        w.put(21, &self.reason_code);
        w.put(22, &self.reason);
        w.put(23, &self.transition);
        w.put(24, &self.monitored);
        w.put(25, &self.ebs_optimized);
        w.put(26, &self.keeps);
        w.put(27, &self.keeps_running);
        w.put(28, &self.on_shutdown);
        w.put(29, &self.public_ip);
        w.put(30, &self.credits);
        w.put(31, &self.cores);
        w.put(32, &self.threads);
        w.put(33, &self.hibernates);
        w.put(34, &self.metadata);
        w.put(35, &self.resource_names);
        w.put(36, &self.dns_a_record);
        w.put(37, &self.dns_aaaa_record);
        w.put(38, &self.recovery);
        w.put(39, &self.boot_mode);
        w.put(40, &self.placed);
        w.put(41, &self.reserved);
        w.put(42, &self.spot);
        w.put(43, &self.fleet);
        w.put(44, &self.fleet_weight);
        w.put(45, &self.migration);
    }
    fn read(r: &mut RowReader) -> Result<Instance, RowError> {
        Ok(Instance {
            id: r.get(1)?,
            reservation: r.get(2)?,
            kind: r.get(3)?,
            image: r.get(4)?,
            architecture: r.get(5)?,
            platform: r.get(6)?,
            virtualization: r.get(7)?,
            root: r.get(8)?,
            key_name: r.get(9)?,
            subnet: r.get(10)?,
            vpc: r.get(11)?,
            zone: r.get(12)?,
            zone_id: r.get(13)?,
            tenancy: r.get(14)?,
            launch_index: r.get(15)?,
            launched_ms: r.get(16)?,
            client_token: r.get(17)?,
            user_data: r.get(18)?,
            goal: r.get(19)?,
            there_ms: r.get(20)?,
            reason_code: r.get(21)?,
            reason: r.get(22)?,
            transition: r.get(23)?,
            monitored: r.get(24)?,
            ebs_optimized: r.get(25)?,
            keeps: r.get(26)?,
            keeps_running: r.get(27)?,
            on_shutdown: r.get(28)?,
            public_ip: r.get(29)?,
            credits: r.get(30)?,
            cores: r.get(31)?,
            threads: r.get(32)?,
            hibernates: r.get(33)?,
            metadata: r.get(34)?,
            resource_names: r.get(35)?,
            dns_a_record: r.get(36)?,
            dns_aaaa_record: r.get(37)?,
            recovery: r.get(38)?,
            boot_mode: r.get(39)?,
            placed: r.get(40)?,
            reserved: r.get(41)?,
            spot: r.get(42)?,
            fleet: r.get(43)?,
            fleet_weight: r.get(44)?,
            migration: r.get(45)?,
        })
    }
}

impl Instance {
    /// Its state now.
    pub(crate) fn state(&self, cx: &Cx) -> State {
        let there = cx.now_ms >= self.there_ms;
        match (self.goal.as_str(), there) {
            ("running", false) => PENDING,
            ("running", true) => RUNNING,
            ("stopped", false) => STOPPING,
            ("stopped", true) => STOPPED,
            (_, false) => SHUTTING_DOWN,
            (_, true) => TERMINATED,
        }
    }

    /// It is on its way somewhere else.
    pub(crate) fn head_for(&mut self, cx: &Cx, goal: &str, usual_ms: i64) {
        goal.clone_into(&mut self.goal);
        self.there_ms = crate::vpc::ready_ms(cx, usual_ms);
    }

    /// A reason for its state that the user gave.
    pub(crate) fn user_initiated(&mut self, cx: &Cx, code: &str) {
        let text = code.split_once('.').map_or(code, |(_, t)| t);
        let spaced = if text == "UserInitiatedHibernate" {
            "User initiated hibernate"
        } else {
            "User initiated shutdown"
        };
        self.initiated(code, spaced);
        let time = kernel::text::iso_time(cx.now_ms).replace('T', " ").replace('Z', " GMT");
        self.transition = format!("User initiated ({time})");
    }

    /// A reason for its state that AWS gave.
    pub(crate) fn initiated(&mut self, code: &str, text: &str) {
        self.reason_code = code.to_owned();
        self.reason = format!("{code}: {text}");
        self.transition = self.reason.clone();
    }

    /// Reasons are those of the past.
    pub(crate) fn clear_reason(&mut self) {
        self.reason_code.clear();
        self.reason.clear();
        self.transition.clear();
    }
}

impl Listed for Instance {
    /// Lists show [`Whole`] ones.
    const FILTERS: &'static [(&'static str, Accessor<Instance>)] = &[];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Instance {
    const TABLE: &'static str = "ec2.instance";
    const KIND: &'static Kind = &INSTANCE;
    const LINKED: &'static [&'static str] = &["reservation-id", "subnet-id", "vpc-id", "image-id"];
    fn tally(&self) -> Option<(String, u64)> {
        let kind = crate::instance_type::named(&self.kind).filter(|_| self.goal == "running")?;
        let vcpus = u64::try_from(self.cores * self.threads).unwrap_or(0);
        Some((crate::launch::tally_name(kind.family(), !self.spot.is_empty()), vcpus))
    }
    fn parts(&self) -> Vec<(String, Part)> {
        let own = Instance { user_data: String::new(), ..self.clone() };
        vec![(self.id.clone(), Part::Own(Box::new(own)))]
    }
    fn parents(&self) -> Vec<String> {
        let places = [&self.placed.group_id, &self.placed.host, &self.reserved.used, &self.fleet];
        let all = [&self.reservation, &self.subnet, &self.vpc, &self.image].into_iter().chain(places);
        all.filter(|p| !p.is_empty()).cloned().collect()
    }
    fn keys(&self, cx: &Cx) -> Keys {
        let mut keys = vec![
            ("ec2:AvailabilityZone", vec![self.zone.clone()]),
            ("ec2:EbsOptimized", vec![self.ebs_optimized.to_string()]),
            ("ec2:InstanceID", vec![self.id.clone()]),
            ("ec2:InstanceType", vec![self.kind.clone()]),
            ("ec2:MetadataHttpEndpoint", vec![self.metadata.endpoint.clone()]),
            ("ec2:MetadataHttpPutResponseHopLimit", vec![self.metadata.hops.to_string()]),
            ("ec2:MetadataHttpTokens", vec![self.metadata.tokens.clone()]),
            ("ec2:RootDeviceType", vec!["ebs".to_owned()]),
            ("ec2:Tenancy", vec![self.tenancy.clone()]),
        ];
        if self.monitored {
            keys.push(("ec2:InstanceMetadataTags", vec![self.metadata.tags.clone()]));
        }
        if !self.placed.group.is_empty() {
            keys.push(("ec2:PlacementGroup", vec![PLACEMENT_GROUP.arn(cx, &self.placed.group)]));
        }
        if let Ok(Some(profile)) = crate::iam_profile::of(cx, &self.id) {
            keys.push(("ec2:InstanceProfile", vec![profile.arn]));
        }
        keys
    }
}

/// Its network interfaces, by their places.
pub(crate) fn interfaces(cx: &Cx, i: &Instance) -> Result<Vec<NetworkInterface>, Fault> {
    Ok(whole(cx, &i.id)?.interfaces)
}

/// Instances of a call, each once, in the order of the call.
///
/// Errors: InvalidInstanceID.Malformed; InvalidInstanceID.NotFound: all that aren't there.
pub(crate) fn these(cx: &Cx, ids: &[String]) -> Result<Vec<Instance>, Fault> {
    let mut all: Vec<Instance> = Vec::new();
    let mut missing = Vec::new();
    for id in ids {
        INSTANCE.formed(id)?;
        match resource::get::<Instance>(cx, id)? {
            Some(row) if !all.iter().any(|i| i.id == row.id) => all.push(row),
            Some(_) => {}
            None => missing.push(id.as_str()),
        }
    }
    match missing.as_slice() {
        [] => Ok(all),
        [one] => Err(INSTANCE.not_found(one)),
        several => Err(fault(
            "InvalidInstanceID.NotFound",
            format!("The instance IDs '{}' do not exist", several.join(", ")),
        )),
    }
}

/// An instance that isn't terminated.
///
/// Errors: those of [`find`]; IncorrectInstanceState.
pub(crate) fn living(cx: &Cx, id: &str) -> Result<Instance, Fault> {
    let row = find::<Instance>(cx, id)?;
    match row.goal.as_str() {
        "terminated" => Err(fault(
            "IncorrectInstanceState",
            format!("The instance '{id}' is not in a valid state for this operation."),
        )),
        _ => Ok(row),
    }
}

/// As answers show a state.
pub(crate) fn show_state((code, name): State) -> s::InstanceState {
    s::InstanceState { code: Some(code), name: Some(name.to_owned()) }
}

/// As answers show a change of state.
pub(crate) fn change(row: &Instance, before: State, now: State) -> s::InstanceStateChange {
    s::InstanceStateChange {
        instance_id: Some(row.id.clone()),
        current_state: Some(show_state(now)),
        previous_state: Some(show_state(before)),
    }
}

/// Gives a public address that was assigned by itself back.
pub(crate) fn give_public_back(cx: &mut Cx, row: &mut Instance) {
    if !row.public_ip.is_empty() {
        cx.delete::<PublicIps>(&row.public_ip);
        row.public_ip.clear();
    }
}

/// The user ends it.
pub(crate) fn terminate(cx: &mut Cx, mut row: Instance) -> Result<(), Fault> {
    crate::spot_request::instance_ended(cx, &row)?;
    row.user_initiated(cx, "Client.UserInitiatedShutdown");
    shut_down(cx, row)
}

/// Shutting down begins: at once, or with a timer, its interfaces and volumes go.
pub(crate) fn shut_down(cx: &mut Cx, mut row: Instance) -> Result<(), Fault> {
    row.head_for(cx, "terminated", 30_000);
    row.reserved.used.clear();
    save(cx, &row)?;
    crate::fleet::instance_ended(cx, &row)?;
    match cx.profile {
        Profile::Real => cx.timer_set(END, &row.id, row.there_ms),
        _ => end(cx, &row.id),
    }
}

/// A terminated instance keeps neither addresses nor volumes.
pub(crate) fn end(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let Some(mut row) = resource::get::<Instance>(cx, id)? else { return Ok(()) };
    give_public_back(cx, &mut row);
    for n in on::<NetworkInterface>(cx, id)? {
        if n.attachment.as_ref().is_some_and(|a| a.delete_on_termination) {
            network_interface::destroy(cx, &n)?;
            continue;
        }
        crate::attachment::detach(cx, n)?;
    }
    for mut v in on::<Volume>(cx, id)? {
        let goes = v.attached.iter().any(|a| a.instance == id && a.delete_on_termination);
        if goes && v.attached.len() == 1 {
            remove(cx, &v)?;
            continue;
        }
        v.attached.retain(|a| a.instance != id);
        save(cx, &v)?;
    }
    crate::iam_profile::forget(cx, id)?;
    row.subnet.clear();
    row.vpc.clear();
    save(cx, &row)?;
    let due_ms = row.there_ms + SHOWN_MS;
    cx.timer_set(FORGET, id, due_ms)
}

/// It is no longer shown.
pub(crate) fn forget(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    match resource::get::<Instance>(cx, id)? {
        Some(row) => {
            crate::replace_root_volume::forget(cx, id)?;
            remove(cx, &row)
        }
        None => Ok(()),
    }
}
