//! `MonitorInstances`, `UnmonitorInstances`, `ModifyInstanceMetadataOptions`, `ModifyInstanceCreditSpecification`,
//! `DescribeInstanceCreditSpecifications`, `GetConsoleOutput`, `GetPasswordData`.
//! Source: EC2 API reference, the operations (2026-11-22).
//!
//! Differs from AWS: there is no machine, so a console has no output, and there is no password; both say so by being empty.

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed};
use crate::err::{fault, missing};
use crate::filter::Accessor;
use crate::instance::{self, Instance, these};
use crate::resource::{Listed, all, find, save};
use crate::{instance_type, launch, settings};

fn watch(cx: &mut Cx, ids: &[String], on: bool) -> Result<Vec<s::InstanceMonitoring>, Fault> {
    let mut shown = Vec::new();
    for mut row in these(cx, ids)? {
        if row.goal == "terminated" {
            instance::living(cx, &row.id)?;
        }
        row.monitored = on;
        save(cx, &row)?;
        let state = if on { "pending" } else { "disabling" };
        shown.push(s::InstanceMonitoring {
            instance_id: Some(row.id),
            monitoring: Some(s::Monitoring { state: Some(state.to_owned()), ..s::Monitoring::default() }),
        });
    }
    Ok(shown)
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: terminated.
pub(crate) fn monitor(
    cx: &mut Cx,
    i: &s::MonitorInstancesRequest,
) -> Result<s::MonitorInstancesResult, Fault> {
    crate::err::refuse(&[("MetricCategoryIds", i.metric_category_ids.is_some())])?;
    Ok(s::MonitorInstancesResult { instance_monitorings: Some(watch(cx, &i.instance_ids, true)?) })
}

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: terminated.
pub(crate) fn unmonitor(
    cx: &mut Cx,
    i: &s::UnmonitorInstancesRequest,
) -> Result<s::UnmonitorInstancesResult, Fault> {
    crate::err::refuse(&[("MetricCategoryIds", i.metric_category_ids.is_some())])?;
    Ok(s::UnmonitorInstancesResult { instance_monitorings: Some(watch(cx, &i.instance_ids, false)?) })
}

/// Source: EC2 user guide, "Enforce the use of IMDSv2".
const IMDSV2_ENFORCED: &str = "You can't enable IMDSv1 for instances because httpTokensEnforced is enabled for this account. Contact your account owner to disable httpTokensEnforced using the ModifyInstanceMetadataDefaults API or the account settings in the EC2 console.";

/// Errors: InvalidInstanceID.NotFound; IncorrectInstanceState: terminated; InvalidParameterValue; UnsupportedOperation: IMDSv1
/// where the account enforces tokens.
pub(crate) fn metadata(
    cx: &mut Cx,
    i: &s::ModifyInstanceMetadataOptionsRequest,
) -> Result<s::ModifyInstanceMetadataOptionsResult, Fault> {
    let mut row = instance::living(cx, &i.instance_id)?;
    let given = s::InstanceMetadataOptionsRequest {
        http_tokens: i.http_tokens.clone(),
        http_put_response_hop_limit: i.http_put_response_hop_limit,
        http_endpoint: i.http_endpoint.clone(),
        http_protocol_ipv6: i.http_protocol_ipv6.clone(),
        instance_metadata_tags: i.instance_metadata_tags.clone(),
    };
    row.metadata = launch::changed(row.metadata, &given)?;
    if settings::read(cx)?.metadata.enforced == "enabled" && i.http_tokens.as_deref() == Some("optional") {
        return Err(fault("UnsupportedOperation", IMDSV2_ENFORCED));
    }
    save(cx, &row)?;
    let shown = s::InstanceMetadataOptionsResponse {
        state: Some("pending".to_owned()),
        ..instance::show_metadata(row.metadata.clone())
    };
    Ok(s::ModifyInstanceMetadataOptionsResult {
        instance_id: Some(row.id),
        instance_metadata_options: Some(shown),
    })
}

/// Errors: MissingParameter; those of single instances are part of the answer.
pub(crate) fn credits(
    cx: &mut Cx,
    i: &s::ModifyInstanceCreditSpecificationRequest,
) -> Result<s::ModifyInstanceCreditSpecificationResult, Fault> {
    if i.instance_credit_specifications.is_empty() {
        return Err(missing("InstanceCreditSpecification"));
    }
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for one in &i.instance_credit_specifications {
        match credit(cx, one) {
            Ok(()) => good.push(s::SuccessfulInstanceCreditSpecificationItem {
                instance_id: Some(one.instance_id.clone()),
            }),
            Err(f) => bad.push(s::UnsuccessfulInstanceCreditSpecificationItem {
                instance_id: Some(one.instance_id.clone()),
                error: Some(s::UnsuccessfulInstanceCreditSpecificationItemError {
                    code: Some(f.code().to_owned()),
                    message: Some(f.message().to_owned()),
                }),
            }),
        }
    }
    Ok(s::ModifyInstanceCreditSpecificationResult {
        successful_instance_credit_specifications: Some(good),
        unsuccessful_instance_credit_specifications: Some(bad),
    })
}

fn credit(cx: &mut Cx, one: &s::InstanceCreditSpecificationRequest) -> Result<(), Fault> {
    let mut row = instance::living(cx, &one.instance_id)?;
    let Some(kind) = instance_type::named(&row.kind).filter(instance_type::InstanceType::bursts) else {
        let text = "The instance is not a burstable performance instance.";
        return Err(fault("InstanceCreditSpecification.NotSupported", text));
    };
    let wanted = one.cpu_credits.as_deref().unwrap_or("standard");
    row.credits = launch::credits(&settings::read(cx)?, &kind, Some(wanted))?;
    save(cx, &row)
}

/// An instance with credits.
pub(crate) struct Credits(Instance);

impl Listed for Credits {
    const SHOWS_TAGS: bool = false;
    const FILTERS: &'static [(&'static str, Accessor<Credits>)] = &[("instance-id", |i, p| p.text(&i.0.id))];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Errors: InvalidInstanceID.NotFound; those of [`listed`].
pub(crate) fn describe_credits(
    cx: &mut Cx,
    i: &s::DescribeInstanceCreditSpecificationsRequest,
) -> Result<s::DescribeInstanceCreditSpecificationsResult, Fault> {
    let ask = Ask::new("DescribeInstanceCreditSpecifications", &i.filters)
        .ids(&i.instance_ids)
        .pages(i.max_results, &i.next_token)
        .exclusive("instanceIds");
    let mut rows = match i.instance_ids.as_deref().filter(|ids| !ids.is_empty()) {
        Some(ids) => these(cx, ids)?,
        None => all::<Instance>(cx)?.filter(|r| r.credits == "unlimited").collect(),
    };
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let found = listed(cx, &ask, rows.into_iter().filter(|r| !r.credits.is_empty()).map(Credits))?;
    let shown = found.show(|r, _| s::InstanceCreditSpecification {
        instance_id: Some(r.0.id.clone()),
        cpu_credits: Some(r.0.credits.clone()),
    });
    Ok(s::DescribeInstanceCreditSpecificationsResult {
        instance_credit_specifications: shown,
        next_token: found.next,
    })
}

/// Errors: InvalidInstanceID.NotFound; UnsupportedOperation: the latest output of a type that isn't of Nitro.
pub(crate) fn console(
    cx: &mut Cx,
    i: &s::GetConsoleOutputRequest,
) -> Result<s::GetConsoleOutputResult, Fault> {
    let row = find::<Instance>(cx, &i.instance_id)?;
    let nitro = instance_type::named(&row.kind).is_some_and(|t| t.hypervisor() != "xen");
    if i.latest == Some(true) && !nitro {
        let text = "This instance type does not support retrieving the latest console logs.";
        return Err(fault("UnsupportedOperation", text));
    }
    let timestamp = Some(Timestamp { epoch_ms: row.launched_ms });
    Ok(s::GetConsoleOutputResult { instance_id: Some(row.id), timestamp, output: None })
}

/// Errors: InvalidInstanceID.NotFound.
pub(crate) fn password(
    cx: &mut Cx,
    i: &s::GetPasswordDataRequest,
) -> Result<s::GetPasswordDataResult, Fault> {
    let row = find::<Instance>(cx, &i.instance_id)?;
    Ok(s::GetPasswordDataResult {
        instance_id: Some(row.id),
        timestamp: Some(Timestamp { epoch_ms: cx.now_ms }),
        password_data: Some(String::new()),
    })
}
