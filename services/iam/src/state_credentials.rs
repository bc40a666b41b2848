//! The tables of credentials, providers and account settings together: forgetting them all, and what must hold between
//! them. The rows stand with their operations.

use std::collections::BTreeSet;

use codec::Fault;
use directory::{MfaDevice, MfaDevices, OidcProviders, SamlProviders, Users};
use kernel::Cx;
use store::{Scan, Table};

use crate::ops::access_advisor::Jobs;
use crate::ops::account_settings::{self, AliasOfAccount, Aliases, Reports, TokenVersions};
use crate::ops::login_profiles::LoginProfiles;
use crate::ops::mfa::DevicesOfUser;
use crate::ops::outbound;
use crate::ops::password_policy::PasswordPolicies;
use crate::ops::server_certificates::ServerCertificates;
use crate::ops::service_credentials::Credentials;
use crate::ops::service_linked_roles::Deletions;
use crate::ops::signing_certificates::Certificates;
use crate::ops::ssh_keys::Keys;
use crate::owner::OwnedKey;
use crate::state::clear;

/// Deletes everything of the call's account.
pub(crate) fn reset(cx: &mut Cx) -> Result<(), Fault> {
    account_settings::remove_alias(cx)?;
    outbound::remove(cx)?;
    for clear in [
        clear::<Jobs>,
        clear::<TokenVersions>,
        clear::<Reports>,
        clear::<LoginProfiles>,
        clear::<MfaDevices>,
        clear::<DevicesOfUser>,
        clear::<OidcProviders>,
        clear::<PasswordPolicies>,
        clear::<SamlProviders>,
        clear::<ServerCertificates>,
        clear::<Credentials>,
        clear::<Deletions>,
        clear::<Certificates>,
        clear::<Keys>,
    ] {
        clear(cx)?;
    }
    let principals = cx.scope.global_arn("iam", "");
    cx.directory.last_uses.forget_prefix(&principals);
    Ok(())
}

/// Says the first thing that is wrong.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let users = rows::<Users>(cx)?;
    let ids: BTreeSet<(String, String, String)> =
        users.iter().map(|(k, u)| (k.0.clone(), k.1.clone(), u.id.clone())).collect();
    let lives = |partition: &str, account: &str, id: &str| {
        id == account || ids.contains(&(partition.to_owned(), account.to_owned(), id.to_owned()))
    };
    for (k, _) in rows::<LoginProfiles>(cx)? {
        if !lives(&k.0, &k.1, &k.2) {
            return Err(format!("a login profile of {}, who isn't there", k.2));
        }
    }
    for k in owned::<Credentials>(cx)?.into_iter().chain(owned::<Certificates>(cx)?).chain(owned::<Keys>(cx)?)
    {
        if !lives(&k.0, &k.1, &k.2) {
            return Err(format!("{} is of {}, who isn't there", k.3, k.2));
        }
    }
    devices(cx, &users)?;
    for ((partition, alias), account) in rows::<Aliases>(cx)? {
        let back = cx.get::<AliasOfAccount>(&(partition, account.name().to_owned())).map_err(failed)?;
        if back.is_none_or(|a| a.name() != alias) {
            return Err(format!("{} doesn't know its alias {alias}", account.name()));
        }
    }
    Ok(())
}

/// Assigned devices and the index agree.
fn devices(cx: &Cx, users: &[(directory::EntityKey, directory::User)]) -> Result<(), String> {
    let mut wanted = BTreeSet::new();
    for (key, device) in rows::<MfaDevices>(cx)? {
        if device.key() != key {
            return Err(format!("the device {} lies under another key", device.serial_number()));
        }
        let Some(user) = &device.user else { continue };
        let owner = match user.as_str() {
            "" => Some(key.1.clone()),
            name => user_id(users, &device, name),
        };
        let Some(owner) = owner else {
            return Err(format!("{} is {user}'s, who isn't there", device.serial_number()));
        };
        wanted.insert((key.0, key.1, owner, key.2));
    }
    let found: BTreeSet<OwnedKey> = owned::<DevicesOfUser>(cx)?.into_iter().collect();
    if found != wanted {
        return Err("the index of assigned devices is out of step".to_owned());
    }
    Ok(())
}

fn user_id(users: &[(directory::EntityKey, directory::User)], d: &MfaDevice, name: &str) -> Option<String> {
    let its = |(k, u): &&(directory::EntityKey, directory::User)| {
        k.0 == d.partition && k.1 == d.account && u.name == name
    };
    users.iter().find(its).map(|(_, u)| u.id.clone())
}

/// Rows of a table with their keys.
type Rows<T> = Vec<(<T as Table>::Key, <T as Table>::Row)>;

fn rows<T: Table>(cx: &Cx) -> Result<Rows<T>, String> {
    Ok(cx.scan::<T>(Scan::all()).map_err(failed)?.collect())
}

fn owned<T: Table<Key = OwnedKey>>(cx: &Cx) -> Result<Vec<OwnedKey>, String> {
    Ok(rows::<T>(cx)?.into_iter().map(|(k, _)| k).collect())
}

fn failed(f: Fault) -> String {
    format!("{f:?}")
}
