//! Account aliases: at most one for an account, unique within the partition.
//! Source: IAM API reference, "CreateAccountAlias"; IAM user guide, "Use an alias for your AWS account ID" (unique, no
//! twelve digits, a new one replaces the old). Texts: quoted in public issues, except where inferred.

use codec::{Empty, Fault};
use kernel::Cx;
use shapes_iam::err as shapes_err;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::state::home;
use crate::{err, pages};

/// A name of something.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Name(String);
impl Name {
    /// The name.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}
impl Row for Name {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.0);
    }
    fn read(r: &mut RowReader) -> Result<Name, RowError> {
        Ok(Name(r.get(1)?))
    }
}

/// Account by partition and alias.
pub(crate) struct Aliases;
impl Table for Aliases {
    const NAME: &'static str = "iam.alias";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = Name;
}

/// Alias by partition and account.
pub(crate) struct AliasOfAccount;
impl Table for AliasOfAccount {
    const NAME: &'static str = "iam.alias_of_account";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = Name;
}

/// The alias of the call's account. Accounts decide side by side, so two may take the same alias at once: it belongs to the
/// one that the alias leads to.
pub(crate) fn alias(cx: &Cx) -> Result<Option<String>, Fault> {
    let (partition, account) = home(cx);
    let Some(Name(alias)) = cx.get::<AliasOfAccount>(&home(cx))? else { return Ok(None) };
    let owner = cx.get::<Aliases>(&(partition, alias.clone()))?;
    Ok(owner.filter(|o| o.0 == account).map(|_| alias))
}

pub(super) fn create(cx: &mut Cx, i: &shapes_iam::CreateAccountAliasRequest) -> Result<Empty, Fault> {
    let wanted = &i.account_alias;
    if wanted.len() == 12 && wanted.bytes().all(|b| b.is_ascii_digit()) {
        // Inferred.
        return Err(err::invalid_input("An account alias must not be a 12-digit number."));
    }
    let (partition, account) = home(cx);
    let key = (partition, wanted.clone());
    if cx.get::<Aliases>(&key)?.is_some() {
        let text = format!("The account alias {wanted} already exists.");
        return Err(shapes_err::entity_already_exists_exception(text));
    }
    remove_alias(cx)?;
    cx.put::<Aliases>(&key, &Name(account));
    cx.put::<AliasOfAccount>(&home(cx), &Name(wanted.clone()));
    Ok(Empty {})
}

pub(super) fn delete(cx: &mut Cx, i: &shapes_iam::DeleteAccountAliasRequest) -> Result<Empty, Fault> {
    if alias(cx)?.as_ref() != Some(&i.account_alias) {
        let text = format!("The account alias {} cannot be found.", i.account_alias);
        return Err(shapes_err::no_such_entity_exception(text));
    }
    remove_alias(cx)
}

/// Takes the account's alias away, if it has one.
pub(crate) fn remove_alias(cx: &mut Cx) -> Result<Empty, Fault> {
    if let Some(old) = alias(cx)? {
        let (partition, _) = home(cx);
        cx.delete::<Aliases>(&(partition, old));
    }
    let home = home(cx);
    cx.delete::<AliasOfAccount>(&home);
    Ok(Empty {})
}

pub(super) fn list(
    cx: &mut Cx,
    i: &shapes_iam::ListAccountAliasesRequest,
) -> Result<shapes_iam::ListAccountAliasesResponse, Fault> {
    let asked = pages::asked(cx, "ListAccountAliases", &[], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, alias(cx)?.into_iter().collect(), String::clone);
    Ok(shapes_iam::ListAccountAliasesResponse {
        account_aliases: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
