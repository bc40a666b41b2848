//! `DescribePrefixLists`: AWS's, with their blocks; what gateway endpoints route to.
//! Source: EC2 API reference, "DescribePrefixLists" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribePrefixListsRequest, DescribePrefixListsResult, PrefixList as Shown};

use crate::describe::{Ask, listed};
use crate::filter::Accessor;
use crate::prefix_list::{PREFIX_LIST, PrefixList, entries, of_aws};
use crate::resource::Listed;

/// AWS's lists, as their own list filters them.
pub(crate) struct OfAws(PrefixList);

impl Listed for OfAws {
    const FILTERS: &'static [(&'static str, Accessor<OfAws>)] =
        &[("prefix-list-id", |l, p| p.text(&l.0.id)), ("prefix-list-name", |l, p| p.text(&l.0.name))];
    fn id(&self) -> &str {
        &self.0.id
    }
}

/// Errors: InvalidPrefixListID.NotFound; those of [`listed`].
pub(crate) fn decide(
    cx: &mut Cx,
    i: &DescribePrefixListsRequest,
) -> Result<DescribePrefixListsResult, Fault> {
    let all = of_aws(cx);
    let ids = i.prefix_list_ids.as_deref().unwrap_or_default();
    if let Some(wrong) = ids.iter().find(|id| !all.iter().any(|l| l.id == **id)) {
        PREFIX_LIST.formed(wrong)?;
        return Err(PREFIX_LIST.not_found(wrong));
    }
    let ask = Ask::new("DescribePrefixLists", &i.filters)
        .ids(&i.prefix_list_ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 1_000);
    let rows = all.into_iter().filter(|l| ids.is_empty() || ids.contains(&l.id)).map(OfAws);
    let found = listed(cx, &ask, rows)?;
    let show = |l: &PrefixList| {
        let blocks = entries(cx, l, l.version)?.unwrap_or_default();
        Ok(Shown {
            cidrs: Some(blocks.into_iter().map(|e| e.cidr).collect()),
            prefix_list_id: Some(l.id.clone()),
            prefix_list_name: Some(l.name.clone()),
        })
    };
    let shown: Result<Vec<Shown>, Fault> = found.items.iter().map(|(l, _)| show(&l.0)).collect();
    Ok(DescribePrefixListsResult { next_token: found.next, prefix_lists: Some(shown?) })
}
