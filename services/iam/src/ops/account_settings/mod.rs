//! The account as a whole: its alias, its summary, the credential report, what tokens the global STS endpoint gives.

mod aliases;
mod report;
mod summary;

use codec::{Empty, Fault};
use kernel::{Cx, Guard, Operation};
use shapes_iam::op;
use store::Table;

use crate::state::{Number, home};

pub(crate) use aliases::{AliasOfAccount, Aliases, alias, remove_alias};
pub(crate) use report::Reports;

/// Which tokens the global STS endpoint gives, by partition and account: 1 (the default) or 2.
pub(crate) struct TokenVersions;
impl Table for TokenVersions {
    const NAME: &'static str = "iam.token_version";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = Number;
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateAccountAlias>(|_, _| Ok(Guard::any()), aliases::create),
        Operation::write::<op::DeleteAccountAlias>(|_, _| Ok(Guard::any()), aliases::delete),
        Operation::read::<op::ListAccountAliases>(|_, _| Ok(Guard::any()), aliases::list),
        Operation::read::<op::GetAccountSummary>(|_, _| Ok(Guard::any()), summary::decide),
        Operation::write::<op::GenerateCredentialReport>(|_, _| Ok(Guard::any()), report::generate),
        Operation::read::<op::GetCredentialReport>(|_, _| Ok(Guard::any()), report::get),
        Operation::write::<op::SetSecurityTokenServicePreferences>(|_, _| Ok(Guard::any()), set_preferences),
    ]
}

fn set_preferences(
    cx: &mut Cx,
    i: &shapes_iam::SetSecurityTokenServicePreferencesRequest,
) -> Result<Empty, Fault> {
    let version = if i.global_endpoint_token_version == "v2Token" { 2 } else { 1 };
    cx.put::<TokenVersions>(&home(cx), &Number(version));
    Ok(Empty {})
}

/// Version of the global endpoint's tokens.
fn token_version(cx: &Cx) -> Result<u32, Fault> {
    Ok(cx.get::<TokenVersions>(&home(cx))?.map_or(1, |n| n.0))
}
