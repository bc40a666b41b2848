//! Access keys: whose they are, and the index from user to key.

use codec::Fault;
use directory::{AccessKey, AccessKeys, User};
use kernel::Cx;

use crate::caller;
use crate::err;
use crate::holder;
use crate::state::{KeysOfUser, home, seconds};

/// The user that a call on access keys is about, as its name was given at its making; empty for the root.
pub(crate) fn owner(cx: &Cx, name: &Option<String>) -> Result<String, Fault> {
    let name = caller::user_name(cx, name)?;
    if name.is_empty() {
        return Ok(name);
    }
    Ok(holder::find::<User>(cx, &name)?.1.name)
}

/// Ids of a user's keys.
pub(crate) fn of(cx: &Cx, user: &str) -> Result<Vec<String>, Fault> {
    seconds::<KeysOfUser>(cx, user)
}

/// A key of that user. Errors: NoSuchEntity: no such user, or no such key of that user.
pub(crate) fn find(cx: &Cx, user: &Option<String>, id: &str) -> Result<AccessKey, Fault> {
    let user = owner(cx, user)?;
    let (partition, account) = home(cx);
    let row = cx.get::<AccessKeys>(&id.to_owned())?;
    row.filter(|k| k.user == user && k.account == account && k.partition == partition)
        .ok_or_else(|| err::no_such_key(id))
}

/// The key of the index.
pub(crate) fn index(cx: &Cx, user: &str, id: &str) -> (String, String, String, String) {
    let (partition, account) = home(cx);
    (partition, account, user.to_ascii_lowercase(), id.to_owned())
}

/// `Active` or `Inactive`.
pub(crate) fn status(active: bool) -> &'static str {
    if active { "Active" } else { "Inactive" }
}
