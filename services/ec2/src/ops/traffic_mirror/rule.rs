//! `CreateTrafficMirrorFilterRule`, `ModifyTrafficMirrorFilterRule`, `DeleteTrafficMirrorFilterRule`,
//! `DescribeTrafficMirrorFilterRules`. Source: EC2 API reference, the operations, "Error codes" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Guard};
use shapes_ec2 as s;
use shapes_ec2::op;

use crate::cidr::Cidr;
use crate::describe::{Ask, stored_if};
use crate::err::{fault, invalid_parameter};
use crate::ops::traffic_mirror::client_token;
use crate::quotas::{self, room};
use crate::resource::{find, get, on, remove, save};
use crate::traffic_mirror::rule::{Ports, Rule, TRAFFIC_MIRROR_FILTER_RULE, show};
use crate::traffic_mirror::{Filter, TRAFFIC_MIRROR_FILTER};
use crate::{guard, id, tags, token};

/// Protocols that have ports.
const WITH_PORTS: [i32; 2] = [6, 17];

/// The rule and its filter.
fn with_filter(cx: &Cx, mut own: Guard, rule: &str) -> Result<Guard, Fault> {
    let filter = get::<Rule>(cx, rule)?.map(|r| r.filter);
    own.targets.push(guard::on(cx, &TRAFFIC_MIRROR_FILTER, filter.as_deref().unwrap_or("*"))?);
    Ok(own)
}

pub(crate) fn modify_guard(cx: &Cx, i: &s::ModifyTrafficMirrorFilterRuleRequest) -> Result<Guard, Fault> {
    let own = guard::of::<op::ModifyTrafficMirrorFilterRule>(cx, i)?;
    with_filter(cx, own, &i.traffic_mirror_filter_rule_id)
}

pub(crate) fn delete_guard(cx: &Cx, i: &s::DeleteTrafficMirrorFilterRuleRequest) -> Result<Guard, Fault> {
    let own = guard::of::<op::DeleteTrafficMirrorFilterRule>(cx, i)?;
    with_filter(cx, own, &i.traffic_mirror_filter_rule_id)
}

fn block(text: &str, name: &str) -> Result<String, Fault> {
    let read = Cidr::parse(text).filter(|_| Cidr::is_exact(text)).map(|c| c.to_string());
    read.ok_or_else(|| invalid_parameter(text, name, "This is not a valid CIDR block."))
}

fn ports(given: &Option<s::TrafficMirrorPortRangeRequest>, name: &str) -> Result<Ports, Fault> {
    let Some(range) = given else { return Ok(None) };
    let (from, to) = (range.from_port.unwrap_or(-1), range.to_port.or(range.from_port).unwrap_or(-1));
    match (0..=65_535).contains(&from) && (from..=65_535).contains(&to) {
        true => Ok(Some((from, to))),
        false => Err(invalid_parameter(
            format!("{from}-{to}"),
            name,
            "It must be a range of ports from 0 to 65535.",
        )),
    }
}

/// Refuses a rule that can't be.
///
/// Errors: InvalidParameterValue; TrafficMirrorFilterRuleAlreadyExists: the number is taken in that direction.
fn check(cx: &Cx, r: &Rule) -> Result<(), Fault> {
    if !(1..=32_766).contains(&r.number) {
        return Err(invalid_parameter(r.number, "ruleNumber", "It must be between 1 and 32766."));
    }
    if let Some(n) = r.protocol.filter(|n| !(0..=255).contains(n)) {
        return Err(invalid_parameter(n, "protocol", "It must be the number of a protocol."));
    }
    let has_ports = r.destination_ports.is_some() || r.source_ports.is_some();
    if has_ports && !r.protocol.is_some_and(|n| WITH_PORTS.contains(&n)) {
        let given = r.protocol.map_or_else(|| "null".to_owned(), |n| n.to_string());
        return Err(invalid_parameter(given, "protocol", "Port ranges apply to the TCP and UDP protocols."));
    }
    if r.destination.contains(':') != r.source.contains(':') {
        let why = "Both blocks must be an IPv4 range or an IPv6 range.";
        return Err(invalid_parameter(&r.source, "sourceCidrBlock", why));
    }
    let taken = |o: &Rule| o.id != r.id && o.direction == r.direction && o.number == r.number;
    match on::<Rule>(cx, &r.filter)?.iter().any(taken) {
        true => Err(fault(
            "TrafficMirrorFilterRuleAlreadyExists",
            format!("The {} rule number {} already exists in '{}'.", r.direction, r.number, r.filter),
        )),
        false => Ok(()),
    }
}

/// Errors: InvalidTrafficMirrorFilterId.NotFound; InvalidParameterValue; TrafficMirrorFilterRuleAlreadyExists;
/// TrafficMirrorFilterRuleLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateTrafficMirrorFilterRuleRequest,
) -> Result<s::CreateTrafficMirrorFilterRuleResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &TRAFFIC_MIRROR_FILTER_RULE)?;
    let (made, token) = token::look_up(cx, "CreateTrafficMirrorFilterRule", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<Rule>(cx, &id)?,
        None => {
            let row = Rule {
                id: id::fresh(cx, "tmfr"),
                filter: find::<Filter>(cx, &i.traffic_mirror_filter_id)?.id,
                direction: i.traffic_direction.clone(),
                number: i.rule_number,
                action: i.rule_action.clone(),
                protocol: i.protocol,
                destination_ports: ports(&i.destination_port_range, "destinationPortRange")?,
                source_ports: ports(&i.source_port_range, "sourcePortRange")?,
                destination: block(&i.destination_cidr_block, "destinationCidrBlock")?,
                source: block(&i.source_cidr_block, "sourceCidrBlock")?,
                description: i.description.clone().unwrap_or_default(),
            };
            check(cx, &row)?;
            room(cx, &quotas::RULES_PER_TRAFFIC_MIRROR_FILTER, on::<Rule>(cx, &row.filter)?.iter(), 1)?;
            save(cx, &row)?;
            tags::add(cx, &TRAFFIC_MIRROR_FILTER_RULE, &row.id, &tags)?;
            token::keep(cx, token, &row.id);
            row
        }
    };
    Ok(s::CreateTrafficMirrorFilterRuleResult {
        traffic_mirror_filter_rule: Some(show(&row, &tags::of(cx, &row.id)?)),
        client_token: client_token(cx, &i.client_token),
    })
}

/// Errors: InvalidTrafficMirrorFilterRuleId.NotFound; InvalidParameterValue; TrafficMirrorFilterRuleAlreadyExists.
pub(crate) fn modify(
    cx: &mut Cx,
    i: &s::ModifyTrafficMirrorFilterRuleRequest,
) -> Result<s::ModifyTrafficMirrorFilterRuleResult, Fault> {
    let mut row = find::<Rule>(cx, &i.traffic_mirror_filter_rule_id)?;
    for field in i.remove_fields.iter().flatten() {
        match field.as_str() {
            "destination-port-range" => row.destination_ports = None,
            "source-port-range" => row.source_ports = None,
            "protocol" => row.protocol = None,
            "description" => row.description.clear(),
            other => return Err(invalid_parameter(other, "removeFields", "")),
        }
    }
    row.direction = i.traffic_direction.clone().unwrap_or(row.direction);
    row.number = i.rule_number.unwrap_or(row.number);
    row.action = i.rule_action.clone().unwrap_or(row.action);
    row.protocol = i.protocol.or(row.protocol);
    row.destination_ports =
        ports(&i.destination_port_range, "destinationPortRange")?.or(row.destination_ports);
    row.source_ports = ports(&i.source_port_range, "sourcePortRange")?.or(row.source_ports);
    if let Some(text) = &i.destination_cidr_block {
        row.destination = block(text, "destinationCidrBlock")?;
    }
    if let Some(text) = &i.source_cidr_block {
        row.source = block(text, "sourceCidrBlock")?;
    }
    row.description = i.description.clone().unwrap_or(row.description);
    check(cx, &row)?;
    save(cx, &row)?;
    let shown = show(&row, &tags::of(cx, &row.id)?);
    Ok(s::ModifyTrafficMirrorFilterRuleResult { traffic_mirror_filter_rule: Some(shown) })
}

/// Errors: InvalidTrafficMirrorFilterRuleId.NotFound.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteTrafficMirrorFilterRuleRequest,
) -> Result<s::DeleteTrafficMirrorFilterRuleResult, Fault> {
    let row = find::<Rule>(cx, &i.traffic_mirror_filter_rule_id)?;
    remove(cx, &row)?;
    Ok(s::DeleteTrafficMirrorFilterRuleResult { traffic_mirror_filter_rule_id: Some(row.id) })
}

/// Errors: InvalidTrafficMirrorFilterId.NotFound; those of [`stored_if`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeTrafficMirrorFilterRulesRequest,
) -> Result<s::DescribeTrafficMirrorFilterRulesResult, Fault> {
    let only = match &i.traffic_mirror_filter_id {
        Some(id) => Some(find::<Filter>(cx, id)?.id),
        None => None,
    };
    let ask = Ask::new("DescribeTrafficMirrorFilterRules", &i.filters)
        .ids(&i.traffic_mirror_filter_rule_ids)
        .pages(i.max_results, &i.next_token);
    let found = stored_if::<Rule>(cx, &ask, |r| only.as_ref().is_none_or(|f| *f == r.filter))?;
    Ok(s::DescribeTrafficMirrorFilterRulesResult {
        traffic_mirror_filter_rules: found.show(show),
        next_token: found.next,
    })
}
