//! `GetManagedPrefixListAssociations`: which security groups and route tables refer to a list.
//! Source: EC2 API reference, "GetManagedPrefixListAssociations" (2026-11-22).

use std::collections::BTreeSet;

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{
    GetManagedPrefixListAssociationsRequest, GetManagedPrefixListAssociationsResult, PrefixListAssociation,
};

use crate::describe::{Ask, listed};
use crate::filter::Accessor;
use crate::prefix_list::known;
use crate::resource::{Listed, children, on};
use crate::route_table::ROUTE_TABLE;
use crate::security_group_rule::GroupRule;

struct User(String);

impl Listed for User {
    const FILTERS: &'static [(&'static str, Accessor<User>)] = &[];
    fn id(&self) -> &str {
        &self.0
    }
}

/// Ids of what refers to a list, in order.
pub(crate) fn users(cx: &Cx, list: &str) -> Result<BTreeSet<String>, Fault> {
    let mut all: BTreeSet<String> = on::<GroupRule>(cx, list)?.into_iter().map(|r| r.group).collect();
    all.extend(children(cx, list, &ROUTE_TABLE)?);
    Ok(all)
}

/// Errors: InvalidPrefixListID.NotFound; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &GetManagedPrefixListAssociationsRequest,
) -> Result<GetManagedPrefixListAssociationsResult, Fault> {
    let list = known(cx, &i.prefix_list_id)?;
    let ids = Some(vec![list.id.clone()]);
    let ask = Ask::new("GetManagedPrefixListAssociations", &None)
        .ids(&ids)
        .pages(i.max_results, &i.next_token)
        .limits(5, 255);
    let found = listed(cx, &ask, users(cx, &list.id)?.into_iter().map(User))?;
    let prefix_list_associations = found.show(|u, _| PrefixListAssociation {
        resource_id: Some(u.0.clone()),
        resource_owner: Some(cx.scope.account.clone()),
    });
    Ok(GetManagedPrefixListAssociationsResult { prefix_list_associations, next_token: found.next })
}
