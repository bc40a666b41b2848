//! What belongs to a user and so follows its name, or keeps it from being deleted. Things of other areas that are keyed by
//! the user's id follow by themselves; those that keep a user from being deleted stand in [`BLOCKERS`].

use codec::Fault;
use directory::{AccessKeys, Sessions, User};
use kernel::Cx;

use crate::attach;
use crate::err;
use crate::keys;
use crate::managed;
use crate::state::{KeysOfUser, Mark, Members, home, pair};

type Blocker = fn(&Cx, &User) -> Result<(), Fault>;

/// What must be gone before a user can be deleted, in the order in which AWS complains.
const BLOCKERS: &[Blocker] = &[no_keys, crate::owner::check_deletable, no_groups, no_policies];

/// Errors: DeleteConflict: something still hangs on the user.
pub(crate) fn check_deletable(cx: &Cx, user: &User) -> Result<(), Fault> {
    BLOCKERS.iter().try_for_each(|blocker| blocker(cx, user))
}

fn no_keys(cx: &Cx, user: &User) -> Result<(), Fault> {
    match keys::of(cx, &user.name)?.is_empty() {
        true => Ok(()),
        false => Err(err::must_first("delete access keys")),
    }
}

fn no_groups(_: &Cx, user: &User) -> Result<(), Fault> {
    match user.groups.is_empty() {
        true => Ok(()),
        false => Err(err::must_first("remove users from group")),
    }
}

fn no_policies(_: &Cx, user: &User) -> Result<(), Fault> {
    attach::no_policies(user)
}

/// Moves what is kept under the user's name to another name; the user's own row is the caller's to move.
pub(crate) fn rename(cx: &mut Cx, user: &User, new_name: &str) -> Result<(), Fault> {
    managed::rename_uses(cx, user, new_name)?;
    crate::owner::renamed(cx, user, new_name)?;
    for id in keys::of(cx, &user.name)? {
        let old = keys::index(cx, &user.name, &id);
        cx.delete::<KeysOfUser>(&old);
        let new = keys::index(cx, new_name, &id);
        cx.put::<KeysOfUser>(&new, &Mark);
        if let Some(mut row) = cx.get::<AccessKeys>(&id)? {
            new_name.clone_into(&mut row.user);
            cx.put::<AccessKeys>(&id, &row);
        }
    }
    for group in &user.groups {
        let old = pair(cx, group, &user.name);
        cx.delete::<Members>(&old);
        let new = pair(cx, group, new_name);
        cx.put::<Members>(&new, &Mark);
    }
    rename_sessions(cx, user, new_name)
}

/// Temporary credentials of the user go on under its new name.
fn rename_sessions(cx: &mut Cx, user: &User, new_name: &str) -> Result<(), Fault> {
    let (partition, account) = home(cx);
    let own: Vec<_> = cx
        .scan_prefix::<Sessions>(&())?
        .filter(|(_, s)| s.partition == partition && s.account == account && s.principal_id == user.id)
        .collect();
    for (id, mut session) in own {
        new_name.clone_into(&mut session.principal);
        cx.put::<Sessions>(&id, &session);
    }
    Ok(())
}
