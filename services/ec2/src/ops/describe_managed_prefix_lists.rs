//! `DescribeManagedPrefixLists`: the customer's and AWS's. Source: EC2 API reference, "DescribeManagedPrefixLists".

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeManagedPrefixListsRequest, DescribeManagedPrefixListsResult};

use crate::describe::{Ask, listed};
use crate::prefix_list::{PrefixList, known, of_aws, show};
use crate::resource::all;

/// The lists that a call can see, in the order of their ids.
pub(crate) fn visible(cx: &Cx, ids: Option<&[String]>) -> Result<Vec<PrefixList>, Fault> {
    let mut rows = match ids.filter(|i| !i.is_empty()) {
        Some(ids) => ids.iter().map(|id| known(cx, id)).collect::<Result<Vec<_>, _>>()?,
        None => all::<PrefixList>(cx)?.chain(of_aws(cx)).collect(),
    };
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows.dedup_by(|a, b| a.id == b.id);
    Ok(rows)
}

/// Errors: InvalidPrefixListID.NotFound; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribeManagedPrefixListsRequest,
) -> Result<DescribeManagedPrefixListsResult, Fault> {
    let ask = Ask::new("DescribeManagedPrefixLists", &i.filters)
        .ids(&i.prefix_list_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 100);
    let found = listed(cx, &ask, visible(cx, i.prefix_list_ids.as_deref())?.into_iter())?;
    let prefix_lists = found.show(|l, tags| show(cx, l, tags));
    Ok(DescribeManagedPrefixListsResult { next_token: found.next, prefix_lists })
}
