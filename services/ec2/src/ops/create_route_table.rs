//! `CreateRouteTable`: with local routes to each of the VPC's blocks.
//! Source: EC2 API reference, "CreateRouteTable" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateRouteTableRequest, CreateRouteTableResult};

use crate::quotas::{self, room};
use crate::resource::{children, find, save};
use crate::route_table::{self, ROUTE_TABLE, RouteRow, RouteTable};
use crate::vpc::Vpc;
use crate::{id, tags, token};

/// Errors: InvalidVpcID.NotFound; RouteTableLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn decide(cx: &mut Cx, i: &CreateRouteTableRequest) -> Result<CreateRouteTableResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &ROUTE_TABLE)?;
    let (made, token) = token::look_up(cx, "CreateRouteTable", i.client_token.as_deref(), i)?;
    let table = match made {
        Some(id) => find::<RouteTable>(cx, &id)?,
        None => make(cx, i)?,
    };
    tags::add(cx, &ROUTE_TABLE, &table.id, &tags)?;
    token::keep(cx, token, &table.id);
    let shown = route_table::show(cx, &table, &tags::of(cx, &table.id)?)?;
    Ok(CreateRouteTableResult { route_table: Some(shown), client_token: i.client_token.clone() })
}

fn make(cx: &mut Cx, i: &CreateRouteTableRequest) -> Result<RouteTable, Fault> {
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    room(cx, &quotas::ROUTE_TABLES_PER_VPC, children(cx, &vpc.id, &ROUTE_TABLE)?, 1)?;
    let blocks = vpc.cidrs.iter().chain(&vpc.ipv6);
    let table = RouteTable {
        id: id::fresh(cx, "rtb"),
        vpc: vpc.id.clone(),
        routes: blocks.map(|c| RouteRow::local(&c.block)).collect(),
        ..RouteTable::default()
    };
    save(cx, &table)?;
    Ok(table)
}
