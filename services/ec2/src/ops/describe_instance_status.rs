//! `DescribeInstanceStatus`: states and checks; of running instances alone unless all are asked for.
//! Source: EC2 API reference, "DescribeInstanceStatus" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Profile};
use shapes_ec2::{
    DescribeInstanceStatusRequest, DescribeInstanceStatusResult, EbsStatusDetails, EbsStatusSummary,
    InstanceStatus, InstanceStatusDetails, InstanceStatusSummary,
};

use crate::describe::{Ask, listed};
use crate::filter::Accessor;
use crate::instance::{Instance, RUNNING, show_state, these};
use crate::resource::{Listed, all_after};

/// How long the checks of a new instance take.
const CHECKING_MS: i64 = 120_000;

/// An instance under the filters of its status.
pub(crate) struct Status(Instance);

/// `ok`, `initializing`, `not-applicable`.
fn check(cx: &Cx, i: &Instance) -> &'static str {
    match i.state(cx) == RUNNING {
        false => "not-applicable",
        true if cx.profile == Profile::Real && cx.now_ms - i.there_ms < CHECKING_MS => "initializing",
        true => "ok",
    }
}

fn reachability(cx: &Cx, i: &Instance) -> &'static str {
    if check(cx, i) == "ok" { "passed" } else { "initializing" }
}

impl Listed for Status {
    const SHOWS_TAGS: bool = false;
    const FILTERS: &'static [(&'static str, Accessor<Status>)] = &[
        ("attached-ebs-status.status", |i, p| p.text(check(p.cx, &i.0))),
        ("availability-zone", |i, p| p.text(&i.0.zone)),
        ("availability-zone-id", |i, p| p.text(&i.0.zone_id)),
        ("event.code", |_, _| {}),
        ("event.description", |_, _| {}),
        ("event.instance-event-id", |_, _| {}),
        ("event.not-after", |_, _| {}),
        ("event.not-before", |_, _| {}),
        ("event.not-before-deadline", |_, _| {}),
        ("instance-state-code", |i, p| p.number(i.0.state(p.cx).0)),
        ("instance-state-name", |i, p| p.text(i.0.state(p.cx).1)),
        ("instance-status.reachability", |i, p| p.text(reachability(p.cx, &i.0))),
        ("instance-status.status", |i, p| p.text(check(p.cx, &i.0))),
        ("operator.managed", |_, p| p.flag(false)),
        ("operator.principal", |_, _| {}),
        ("system-status.reachability", |i, p| p.text(reachability(p.cx, &i.0))),
        ("system-status.status", |i, p| p.text(check(p.cx, &i.0))),
    ];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Errors: InvalidInstanceID.NotFound; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeInstanceStatusRequest,
) -> Result<DescribeInstanceStatusResult, Fault> {
    let ask = Ask::new("DescribeInstanceStatus", &i.filters)
        .ids(&i.instance_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("instancesSet");
    let after = ask.start(cx)?;
    let rows: Box<dyn Iterator<Item = Instance>> = match ask.ids {
        Some(ids) => {
            let mut rows = these(cx, ids)?;
            rows.sort_by(|a, b| a.id.cmp(&b.id));
            Box::new(rows.into_iter())
        }
        None => Box::new(all_after::<Instance>(cx, after.as_deref())?),
    };
    let every = i.include_all_instances == Some(true);
    let found = listed(cx, &ask, rows.filter(|r| every || r.state(cx) == RUNNING).map(Status))?;
    let instance_statuses = found.show(|r, _| show(cx, &r.0));
    Ok(DescribeInstanceStatusResult { instance_statuses, next_token: found.next })
}

fn show(cx: &Cx, i: &Instance) -> InstanceStatus {
    let status = check(cx, i);
    let detail = InstanceStatusDetails {
        name: Some("reachability".to_owned()),
        status: Some(reachability(cx, i).to_owned()),
        impaired_since: None,
    };
    let summary = || InstanceStatusSummary {
        details: (status != "not-applicable").then(|| vec![detail.clone()]),
        status: Some(status.to_owned()),
    };
    let disks = EbsStatusSummary {
        details: (status != "not-applicable").then(|| {
            vec![EbsStatusDetails {
                name: detail.name.clone(),
                status: detail.status.clone(),
                impaired_since: None,
            }]
        }),
        status: Some(status.to_owned()),
    };
    InstanceStatus {
        attached_ebs_status: Some(disks),
        availability_zone: Some(i.zone.clone()),
        availability_zone_id: Some(i.zone_id.clone()),
        instance_id: Some(i.id.clone()),
        instance_state: Some(show_state(i.state(cx))),
        instance_status: Some(summary()),
        system_status: Some(summary()),
        ..InstanceStatus::default()
    }
}
