//! Whose credential it is: a user's, or the account's root's. Rows of credentials (passwords, certificates, keys, devices)
//! are kept under the user's id, so that they survive a renaming and are never a namesake's.

use codec::Fault;
use directory::{User, Users};
use kernel::Cx;
use store::{Row, Table};

use crate::state::{Mark, home};
use crate::{caller, err, holder};

/// Partition, account, id of the user, id of the thing.
pub(crate) type OwnedKey = (String, String, String, String);

/// A user, or the account's root.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// `AIDA…`; for the root, the account.
    pub(crate) id: String,
    /// Name as created; empty for the root.
    pub(crate) name: String,
}

impl Owner {
    /// The account's root.
    pub(crate) fn root(cx: &Cx) -> Owner {
        Owner { id: cx.scope.account.clone(), name: String::new() }
    }

    /// Whether it is the account's root.
    pub(crate) fn is_root(&self) -> bool {
        self.name.is_empty()
    }

    /// The key of a thing of its.
    pub(crate) fn key(&self, cx: &Cx, thing: &str) -> OwnedKey {
        let (partition, account) = home(cx);
        (partition, account, self.id.clone(), thing.to_owned())
    }

    /// The rows of all its things of a kind, in order of id.
    pub(crate) fn things<T: Table<Key = OwnedKey>>(&self, cx: &Cx) -> Result<Vec<(OwnedKey, T::Row)>, Fault> {
        let (partition, account) = home(cx);
        Ok(cx.scan_prefix::<T>(&(partition, account, self.id.clone()))?.collect())
    }
}

impl From<&User> for Owner {
    fn from(user: &User) -> Owner {
        Owner { id: user.id.clone(), name: user.name.clone() }
    }
}

/// The user of that name.
///
/// Errors: NoSuchEntity.
pub(crate) fn named(cx: &Cx, name: &str) -> Result<Owner, Fault> {
    holder::find::<User>(cx, name).map(|(_, user)| Owner::from(&user))
}

/// The user of that name or, without a name, the caller.
///
/// Errors: NoSuchEntity; ValidationError: no name, and the caller is no user.
pub(crate) fn named_or_caller(cx: &Cx, name: &Option<String>) -> Result<Owner, Fault> {
    match caller::user_name(cx, name)?.as_str() {
        "" => Ok(Owner::root(cx)),
        name => named(cx, name),
    }
}

/// `Active` or `Inactive`, as answers spell it.
pub(crate) fn status(active: bool) -> String {
    if active { "Active" } else { "Inactive" }.to_owned()
}

/// Refuses the deletion of a user who still has credentials, access keys aside.
///
/// Errors: DeleteConflict. Source of the texts: answers of AWS quoted in public issues (aws-nuke 281 and others).
pub(crate) fn check_deletable(cx: &Cx, user: &User) -> Result<(), Fault> {
    use crate::ops::{login_profiles, mfa, service_credentials, signing_certificates, ssh_keys};
    let owner = Owner::from(user);
    if login_profiles::exists(cx, &owner)? {
        return Err(err::must_first("delete login profile"));
    }
    if has::<mfa::DevicesOfUser, Mark>(cx, &owner)? {
        return Err(err::must_first("delete MFA device"));
    }
    let more = has::<signing_certificates::Certificates, signing_certificates::Certificate>(cx, &owner)?
        || has::<ssh_keys::Keys, ssh_keys::Key>(cx, &owner)?
        || has::<service_credentials::Credentials, service_credentials::Credential>(cx, &owner)?;
    if more {
        return Err(err::must_first("delete referenced objects"));
    }
    Ok(())
}

fn has<T, R: Row>(cx: &Cx, owner: &Owner) -> Result<bool, Fault>
where
    T: Table<Key = OwnedKey, Row = R>,
{
    Ok(!owner.things::<T>(cx)?.is_empty())
}

/// A user gets a new name: changes what names its user.
pub(crate) fn renamed(cx: &mut Cx, user: &User, new_name: &str) -> Result<(), Fault> {
    crate::ops::mfa::renamed(cx, &Owner::from(user), new_name)
}

/// Every user of the call's account, in order of name.
pub(crate) fn all_users(cx: &Cx) -> Result<Vec<User>, Fault> {
    Ok(cx.scan_prefix::<Users>(&home(cx))?.map(|(_, u)| u).collect())
}
