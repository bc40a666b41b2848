//! `CreateFlowLogs`, `DeleteFlowLogs`, `DescribeFlowLogs`. Whether logs can be delivered to a bucket is `flow_log/delivery.rs`.
//! Source: EC2 API reference, the operations, "Error codes"; VPC user guide, "Publish flow logs to Amazon S3" (2026-11-22); texts
//! as users reported them (hashicorp/terraform-provider-aws#26169, 2022; localstack/localstack#10773, #8465), others inferred.

use codec::{Fault, Op};
use directory::{Roles, entity_key};
use kernel::{Cx, Flow, Guard, Target};
use shapes_ec2 as s;
use shapes_ec2::op;

use crate::describe::{Ask, stored};
use crate::err::{self, fault, invalid_parameter, missing};
use crate::flow_log::{FLOW_LOG, FlowLog, RESOURCES, delivery, format, show};
use crate::network_interface::NetworkInterface;
use crate::resource::{find, get, on, remove, save};
use crate::subnet::Subnet;
use crate::transit_gateway::TransitGateway;
use crate::transit_gateway::attachment::Attachment;
use crate::vpc::Vpc;
use crate::{guard as guards, id, tags, token};

/// The log, what it watches, log delivery, and passing the role that delivers.
pub(crate) fn guard(cx: &Cx, i: &s::CreateFlowLogsRequest) -> Result<Guard, Fault> {
    let mut all = guards::of::<op::CreateFlowLogs>(cx, i)?;
    if let Some((_, kind)) = RESOURCES.iter().find(|(name, _)| *name == i.resource_type) {
        for id in &i.resource_ids {
            all.targets.push(guards::on(cx, kind, id)?);
        }
    }
    if i.log_destination_type.as_deref() == Some("s3") {
        all.targets.push(guards::in_region(cx, Target::on("*").action("logs:CreateLogDelivery")));
    }
    if let Some(arn) = &i.deliver_logs_permission_arn {
        let name = arn.rsplit('/').next().unwrap_or_default();
        let role = cx.get::<Roles>(&entity_key(cx.scope.partition, &cx.scope.account, name))?;
        let target = Target::on(arn).action("iam:PassRole").tags(role.map(|r| r.tags).unwrap_or_default());
        all.targets.push(target.key("iam:PassedToService", vec!["vpc-flow-logs.amazonaws.com".to_owned()]));
    }
    Ok(all)
}

fn invalid(text: impl Into<String>) -> Fault {
    fault("InvalidParameter", text)
}

/// Which traffic of how many resources, and in what spans of time, which is answered in seconds.
///
/// Errors: InvalidParameter; MissingParameter.
fn watched(i: &s::CreateFlowLogsRequest, transit: bool) -> Result<i32, Fault> {
    let most = if transit { 25 } else { 300 };
    if i.resource_ids.is_empty() {
        return Err(missing("ResourceId"));
    }
    if i.resource_ids.len() > most {
        return Err(invalid(format!("The maximum number of resource ids is {most}.")));
    }
    match (transit, i.traffic_type.is_some()) {
        (true, true) => {
            return Err(invalid("TrafficType is not applicable for transit gateway resource types"));
        }
        (false, false) => return Err(missing("TrafficType")),
        _ => {}
    }
    let interval_s = i.max_aggregation_interval.unwrap_or(if transit { 60 } else { 600 });
    if transit && interval_s != 60 {
        return Err(invalid(
            "max-aggregation-interval other than 60 sec / 1 min is not supported when the resource-type is TransitGateway or TransitGatewayAttachment",
        ));
    }
    if ![60, 600].contains(&interval_s) {
        return Err(invalid("Invalid Flow Log Max Aggregation Interval"));
    }
    Ok(interval_s)
}

/// A flow log as a request asks for it, but for id, resource and time; and the name of its bucket.
///
/// Errors: InvalidParameter; InvalidParameterValue; MissingParameter. NotImplemented: other destinations.
fn asked(i: &s::CreateFlowLogsRequest) -> Result<(FlowLog, String), Fault> {
    let transit = i.resource_type.starts_with("TransitGateway");
    let interval_s = watched(i, transit)?;
    let kind = i.log_destination_type.as_deref().unwrap_or("cloud-watch-logs");
    if kind == "s3" && i.log_group_name.is_some() {
        return Err(invalid("LogDestination type must be cloud-watch-logs if LogGroupName is provided."));
    }
    if kind == "s3" && i.deliver_logs_permission_arn.is_some() {
        return Err(invalid("DeliverLogsPermissionArn is not applicable for s3 delivery"));
    }
    err::refuse(&[
        ("LogDestinationType", kind != "s3"),
        ("DeliverCrossAccountRole", i.deliver_cross_account_role.is_some()),
        ("TagFieldSpecifications", i.tag_field_specifications.is_some()),
        ("ResourceType", RESOURCES.iter().all(|(name, _)| *name != i.resource_type)),
    ])?;
    let o = i.destination_options.clone().unwrap_or_default();
    let destination = i.log_destination.clone().unwrap_or_default();
    if destination.is_empty() {
        return Err(invalid("LogDestination can't be empty if LogGroupName is not provided."));
    }
    let bucket = bucket(&destination)?;
    let asked = FlowLog {
        traffic: i.traffic_type.clone().unwrap_or_default(),
        destination,
        format: format::read(i.log_format.as_deref(), transit)?,
        interval_s,
        file: o.file_format.unwrap_or_else(|| "plain-text".to_owned()),
        hive: o.hive_compatible_partitions == Some(true),
        hourly: o.per_hour_partition == Some(true),
        ..FlowLog::default()
    };
    Ok((asked, bucket))
}

/// The bucket in `arn:aws:s3:::bucket/folder/`.
///
/// Errors: InvalidParameter: no ARN of one, or AWS's own folder.
fn bucket(destination: &str) -> Result<String, Fault> {
    let mut parts = destination.splitn(6, ':');
    let head: Vec<&str> = parts.by_ref().take(5).collect();
    let rest = parts.next().unwrap_or_default();
    let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let good = matches!(head[..], ["arn", _, "s3", "", ""]) && !bucket.is_empty();
    match good && folder.split('/').all(|f| f != "AWSLogs") {
        true => Ok(bucket.to_owned()),
        false => Err(invalid(format!("Invalid LogDestination: {destination}"))),
    }
}

/// A resource that isn't there.
fn there(cx: &Cx, kind: &str, id: &str) -> Result<(), Fault> {
    match kind {
        "VPC" => find::<Vpc>(cx, id).map(|_| ()),
        "Subnet" => find::<Subnet>(cx, id).map(|_| ()),
        "NetworkInterface" => find::<NetworkInterface>(cx, id).map(|_| ()),
        "TransitGateway" => {
            let lasts = get::<TransitGateway>(cx, id)?.is_some_and(|g| g.life.lasts());
            lasts.then_some(()).ok_or_else(|| crate::transit_gateway::TRANSIT_GATEWAY.not_found(id))
        }
        _ => {
            let lasts = get::<Attachment>(cx, id)?.is_some_and(|a| a.lasts());
            let kind = &crate::transit_gateway::attachment::TRANSIT_GATEWAY_ATTACHMENT;
            lasts.then_some(()).ok_or_else(|| kind.not_found(id))
        }
    }
}

fn unsuccessful(id: &str, code: &str, text: &str) -> s::UnsuccessfulItem {
    let error = s::UnsuccessfulItemError { code: Some(code.to_owned()), message: Some(text.to_owned()) };
    s::UnsuccessfulItem { resource_id: Some(id.to_owned()), error: Some(error) }
}

/// Resources that aren't there, and a bucket that isn't or that can't be written to, are told resource by resource.
///
/// Errors: those of [`asked`]; FlowLogAlreadyExists; IdempotentParameterMismatch.
pub(crate) async fn create(
    flow: &mut Flow<'_>,
    i: &s::CreateFlowLogsRequest,
) -> Result<s::CreateFlowLogsResult, Fault> {
    let (log, bucket) = asked(i)?;
    tags::for_new(i.tag_specifications.as_deref(), &FLOW_LOG)?;
    let answer = |ids: Vec<String>, failed: Vec<s::UnsuccessfulItem>| s::CreateFlowLogsResult {
        client_token: i.client_token.clone().or_else(|| Some(flow.ids().uuid("ec2.client-token"))),
        flow_log_ids: Some(ids),
        unsuccessful: Some(failed),
    };
    let made = flow.read(|cx| already(cx, i, &log))?;
    if let Some(ids) = made {
        return Ok(answer(ids, Vec::new()));
    }
    if let Err(text) = delivery::writable(flow, &bucket).await? {
        let failed = i.resource_ids.iter().map(|id| unsuccessful(id, "400", &text));
        return Ok(answer(Vec::new(), failed.collect()));
    }
    let (ids, failed) = flow.decide(|cx| make(cx, i, &log)).await?;
    Ok(answer(ids, failed))
}

/// What a call with this token made before, if it did.
///
/// Errors: FlowLogAlreadyExists; IdempotentParameterMismatch.
fn already(cx: &mut Cx, i: &s::CreateFlowLogsRequest, log: &FlowLog) -> Result<Option<Vec<String>>, Fault> {
    let (made, _) = token::look_up(cx, op::CreateFlowLogs::NAME, i.client_token.as_deref(), i)?;
    if let Some(ids) = made {
        return Ok(Some(ids.split(' ').map(str::to_owned).collect()));
    }
    for id in &i.resource_ids {
        let log = FlowLog { resource: id.clone(), ..log.clone() };
        if on::<FlowLog>(cx, id)?.iter().any(|l| l.same(&log)) {
            return Err(fault(
                "FlowLogAlreadyExists",
                "Error. There is an existing Flow Log with the same configuration and log destination.",
            ));
        }
    }
    Ok(None)
}

/// Ids of what was made, and what wasn't.
type Made = (Vec<String>, Vec<s::UnsuccessfulItem>);

fn make(cx: &mut Cx, i: &s::CreateFlowLogsRequest, log: &FlowLog) -> Result<Made, Fault> {
    if let Some(ids) = already(cx, i, log)? {
        return Ok((ids, Vec::new()));
    }
    let (_, token) = token::look_up(cx, op::CreateFlowLogs::NAME, i.client_token.as_deref(), i)?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &FLOW_LOG)?;
    let (mut ids, mut failed) = (Vec::new(), Vec::new());
    for resource in &i.resource_ids {
        if let Err(f) = there(cx, &i.resource_type, resource) {
            failed.push(unsuccessful(resource, f.code(), f.message()));
            continue;
        }
        let id = id::fresh(cx, "fl");
        let row = FlowLog { id, resource: resource.clone(), made_ms: cx.now_ms, ..log.clone() };
        save(cx, &row)?;
        tags::add(cx, &FLOW_LOG, &row.id, &tags)?;
        ids.push(row.id);
    }
    if !ids.is_empty() {
        token::keep(cx, token, &ids.join(" "));
    }
    Ok((ids, failed))
}

/// Errors: InvalidFlowLogId.NotFound: one of them, whereupon none is deleted.
pub(crate) fn delete(cx: &mut Cx, i: &s::DeleteFlowLogsRequest) -> Result<s::DeleteFlowLogsResult, Fault> {
    if i.flow_log_ids.is_empty() {
        return Err(missing("FlowLogId"));
    }
    if i.flow_log_ids.len() > 1_000 {
        return Err(invalid_parameter(i.flow_log_ids.len(), "flowLogIds", "At most 1000 may be given."));
    }
    let missed: Vec<&str> = {
        let gone = |id: &&String| get::<FlowLog>(cx, id).map(|l| l.is_none()).unwrap_or(true);
        i.flow_log_ids.iter().filter(gone).map(String::as_str).collect()
    };
    if !missed.is_empty() {
        let text = format!(
            "These flow log ids in the input list are not found: [TotalCount: {}] {}",
            missed.len(),
            missed.join(" ")
        );
        return Err(fault("InvalidFlowLogId.NotFound", text));
    }
    for id in &i.flow_log_ids {
        if let Some(row) = get::<FlowLog>(cx, id)? {
            remove(cx, &row)?;
        }
    }
    Ok(s::DeleteFlowLogsResult { unsuccessful: Some(Vec::new()) })
}

/// Errors: those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeFlowLogsRequest,
) -> Result<s::DescribeFlowLogsResult, Fault> {
    let ask =
        Ask::new("DescribeFlowLogs", &i.filter).ids(&i.flow_log_ids).pages(i.max_results, &i.next_token);
    let found = stored::<FlowLog>(cx, &ask)?;
    Ok(s::DescribeFlowLogsResult { flow_logs: found.show(show), next_token: found.next })
}
