//! Flow logs: which traffic of a VPC, subnet, interface or transit gateway is written down where. No packets flow here, so that
//! none is written down; that the bucket is there and takes logs is found out in earnest (`flow_log/delivery.rs`).
//! Source: VPC user guide, "Logging IP traffic using VPC Flow Logs"; EC2 API reference, "FlowLog" (2026-11-22); how one looks was
//! recorded (2024-09-24).
//!
//! Differs from AWS: records of interfaces without traffic (`NODATA`) aren't written either. CloudWatch Logs and Firehose don't
//! stand yet, nor do regional NAT gateways and fields out of tags.

pub(crate) mod delivery;
pub(crate) mod format;

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource, on, remove};
use crate::tags::{self, Tags};

pub(crate) static FLOW_LOG: Kind = Kind {
    noun: "vpc-flow-log",
    prefix: "fl",
    not_found: (
        "InvalidFlowLogId.NotFound",
        "These flow log ids in the input list are not found: [TotalCount: 1] {}",
    ),
    malformed: None,
    seen: resource::seen::<FlowLog>,
};

/// Types of resources that have flow logs: as requests name them, and their kinds.
pub(crate) static RESOURCES: &[(&str, &Kind)] = &[
    ("VPC", &crate::vpc::VPC),
    ("Subnet", &crate::subnet::SUBNET),
    ("NetworkInterface", &crate::network_interface::NETWORK_INTERFACE),
    ("TransitGateway", &crate::transit_gateway::TRANSIT_GATEWAY),
    ("TransitGatewayAttachment", &crate::transit_gateway::attachment::TRANSIT_GATEWAY_ATTACHMENT),
];

/// A flow log.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FlowLog {
    /// Id.
    pub(crate) id: String,
    /// What it watches.
    pub(crate) resource: String,
    /// `ACCEPT`, `REJECT`, `ALL`; empty for transit gateways.
    pub(crate) traffic: String,
    /// ARN of the bucket, with a folder in it.
    pub(crate) destination: String,
    /// Fields of its records.
    pub(crate) format: String,
    /// Seconds that a record covers at most.
    pub(crate) interval_s: i32,
    /// `plain-text`, `parquet`
    pub(crate) file: String,
    /// Folders named as Hive does, and a folder an hour.
    pub(crate) hive: bool,
    pub(crate) hourly: bool,
    /// When it was made.
    pub(crate) made_ms: i64,
}

impl Row for FlowLog {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.resource);
        w.put(3, &self.traffic);
        w.put(4, &self.destination);
        w.put(5, &self.format);
        w.put(6, &self.interval_s);
        w.put(7, &self.file);
        w.put(8, &self.hive);
        w.put(9, &self.hourly);
        w.put(10, &self.made_ms);
    }
    fn read(r: &mut RowReader) -> Result<FlowLog, RowError> {
        Ok(FlowLog {
            id: r.get(1)?,
            resource: r.get(2)?,
            traffic: r.get(3)?,
            destination: r.get(4)?,
            format: r.get(5)?,
            interval_s: r.get(6)?,
            file: r.get(7)?,
            hive: r.get(8)?,
            hourly: r.get(9)?,
            made_ms: r.get(10)?,
        })
    }
}

impl FlowLog {
    /// Whether both write down the same in the same place.
    pub(crate) fn same(&self, other: &FlowLog) -> bool {
        let plain = FlowLog { id: self.id.clone(), made_ms: self.made_ms, ..other.clone() };
        *self == plain
    }
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

impl Listed for FlowLog {
    const FILTERS: &'static [(&'static str, Accessor<FlowLog>)] = &[
        ("deliver-log-status", |_, p| p.text("SUCCESS")),
        ("flow-log-id", |l, p| p.text(&l.id)),
        ("log-destination-type", |_, p| p.text("s3")),
        ("log-group-name", |_, _| {}),
        ("resource-id", |l, p| p.text(&l.resource)),
        ("traffic-type", |l, p| p.maybe(present(&l.traffic))),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for FlowLog {
    const TABLE: &'static str = "ec2.flow_log";
    const KIND: &'static Kind = &FLOW_LOG;
    const LINKED: &'static [&'static str] = &["resource-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.resource.clone()]
    }
}

/// The resource is gone: so are its flow logs.
pub(crate) fn end_of(cx: &mut Cx, kind: &Kind, id: &str) -> Result<(), Fault> {
    if RESOURCES.iter().any(|(_, k)| k.noun == kind.noun) {
        for log in on::<FlowLog>(cx, id)? {
            remove(cx, &log)?;
        }
    }
    Ok(())
}

/// As answers show it.
pub(crate) fn show(l: &FlowLog, tags: &Tags) -> s::FlowLog {
    s::FlowLog {
        creation_time: Some(Timestamp { epoch_ms: l.made_ms }),
        deliver_logs_status: Some("SUCCESS".to_owned()),
        destination_options: Some(s::DestinationOptionsResponse {
            file_format: Some(l.file.clone()),
            hive_compatible_partitions: Some(l.hive),
            per_hour_partition: Some(l.hourly),
        }),
        flow_log_id: Some(l.id.clone()),
        flow_log_status: Some("ACTIVE".to_owned()),
        log_destination: Some(l.destination.clone()),
        log_destination_type: Some("s3".to_owned()),
        log_format: Some(l.format.clone()),
        max_aggregation_interval: Some(l.interval_s),
        resource_id: Some(l.resource.clone()),
        tags: Some(tags::all_shown(tags)),
        traffic_type: present(&l.traffic).map(str::to_owned),
        ..s::FlowLog::default()
    }
}
