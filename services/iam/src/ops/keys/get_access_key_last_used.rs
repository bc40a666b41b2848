//! `GetAccessKeyLastUsed`: when an access key was last used, where and for what.
//! Source: IAM API reference, "GetAccessKeyLastUsed" (2026-11-22).

use crate::answers;
use crate::err;
use crate::guards;
use crate::state::home;
use codec::Fault;
use directory::AccessKeys;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::read::<op::GetAccessKeyLastUsed>(guard, decide)
}

fn guard(cx: &Cx, i: &GetAccessKeyLastUsedRequest) -> Result<Guard, Fault> {
    let user = match cx.get::<AccessKeys>(&i.access_key_id)? {
        Some(k) if k.account == cx.scope.account && k.partition == cx.scope.partition => k.user,
        _ => return Ok(Guard::any()),
    };
    guards::user(cx, &user)
}

fn decide(cx: &mut Cx, i: &GetAccessKeyLastUsedRequest) -> Result<GetAccessKeyLastUsedResponse, Fault> {
    let row = cx.get::<AccessKeys>(&i.access_key_id)?;
    let (partition, account) = home(cx);
    let row = row.filter(|k| k.account == account && k.partition == partition);
    let row = row.ok_or_else(|| err::no_such_key(&i.access_key_id))?;
    let last = cx.directory.last_uses.get(&i.access_key_id);
    let access_key_last_used = match last {
        Some(u) => shapes_iam::AccessKeyLastUsed {
            last_used_date: Some(answers::at(u.at_ms)),
            service_name: u.service,
            region: u.region,
        },
        None => shapes_iam::AccessKeyLastUsed {
            last_used_date: None,
            service_name: "N/A".to_owned(),
            region: "N/A".to_owned(),
        },
    };
    Ok(GetAccessKeyLastUsedResponse {
        user_name: Some(row.user).filter(|u| !u.is_empty()),
        access_key_last_used: Some(access_key_last_used),
    })
}
