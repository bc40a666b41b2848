//! `ListAccessKeys`: the access keys of a user, the caller or the root.
//! Source: IAM API reference, "ListAccessKeys" (2026-11-22).

use crate::answers;
use crate::guards;
use crate::keys;
use crate::pages;
use codec::Fault;
use directory::AccessKeys;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{ListAccessKeysRequest, ListAccessKeysResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::ListAccessKeys>(guard, decide)
}

fn guard(cx: &Cx, i: &ListAccessKeysRequest) -> Result<Guard, Fault> {
    guards::user_or_caller(cx, &i.user_name)
}

fn decide(cx: &mut Cx, i: &ListAccessKeysRequest) -> Result<ListAccessKeysResponse, Fault> {
    let user = keys::owner(cx, &i.user_name)?;
    let asked = pages::asked(cx, "ListAccessKeys", &[&user], &i.marker, i.max_items)?;
    let mut all = Vec::new();
    for id in keys::of(cx, &user)? {
        if let Some(row) = cx.get::<AccessKeys>(&id)? {
            all.push((id, row));
        }
    }
    let page = asked.cut_all(cx, all, |(id, _)| id.clone()).map(|(id, row)| shapes_iam::AccessKeyMetadata {
        user_name: Some(row.user).filter(|u| !u.is_empty()),
        access_key_id: Some(id),
        status: Some(keys::status(row.active).to_owned()),
        create_date: Some(answers::at(row.created_ms)),
    });
    Ok(ListAccessKeysResponse {
        access_key_metadata: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
