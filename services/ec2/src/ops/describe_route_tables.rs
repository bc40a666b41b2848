//! `DescribeRouteTables`. Source: EC2 API reference, "DescribeRouteTables" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeRouteTablesRequest, DescribeRouteTablesResult};

use crate::describe::{Ask, stored};
use crate::route_table;

/// Errors: those of [`stored`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeRouteTablesRequest,
) -> Result<DescribeRouteTablesResult, Fault> {
    let ask = Ask::new("DescribeRouteTables", &i.filters)
        .ids(&i.route_table_ids)
        .pages(i.max_results, &i.next_token)
        .limits(5, 100);
    let found = stored::<route_table::RouteTable>(cx, &ask)?;
    let shown = found.items.iter().map(|(t, tags)| route_table::show(cx, t, tags));
    Ok(DescribeRouteTablesResult {
        route_tables: Some(shown.collect::<Result<_, _>>()?),
        next_token: found.next,
    })
}
