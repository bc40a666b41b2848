//! The invariants of IAM's state, over every account: indexes, counters and rows agree, and nothing points at what isn't
//! there.

use std::collections::{BTreeMap, BTreeSet};

use codec::Fault;
use directory::{
    AccessKeys, EntityKey, Groups, InstanceProfiles, Policies, PolicyVersions, Roles, Users, entity_key,
    managed_policy,
};
use kernel::Cx;
use store::Table;

use crate::holder::Holder;
use crate::quotas::{self, Raisable};
use crate::state::{Counts, KeysOfUser, Members, ProfilesOfRole, UseCount, UseCounts, Uses};

type Pair = (String, String, String, String);
type Use = (String, String, String, u8, u8, String);
type Rows<T> = Vec<(<T as Table>::Key, <T as Table>::Row)>;

/// Says the first thing that is wrong.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let world = World { cx };
    world.uses()?;
    world.members()?;
    world.keys()?;
    world.profiles()?;
    world.policies()?;
    world.counts()
}

struct World<'a, 'c> {
    cx: &'a Cx<'c>,
}

fn failed(f: Fault) -> String {
    format!("{f:?}")
}

fn same<T: Ord + std::fmt::Debug>(what: &str, rows: &BTreeSet<T>, index: &BTreeSet<T>) -> Result<(), String> {
    match rows.symmetric_difference(index).next() {
        None => Ok(()),
        Some(odd) => Err(format!(
            "{what}: {odd:?} is only in the {}",
            if rows.contains(odd) { "rows" } else { "index" }
        )),
    }
}

impl World<'_, '_> {
    fn all<T: Table>(&self) -> Result<Rows<T>, String> {
        Ok(self.cx.scan_prefix::<T>(&()).map_err(failed)?.collect())
    }

    fn keys_of<T: Table>(&self) -> Result<BTreeSet<T::Key>, String>
    where
        T::Key: Ord,
    {
        Ok(self.all::<T>()?.into_iter().map(|(k, _)| k).collect())
    }

    /// Policies that are attached or bound exist, and the index and its counters say the same as the rows.
    fn uses(&self) -> Result<(), String> {
        let mut uses = BTreeSet::new();
        self.uses_of::<directory::User>(&mut uses)?;
        self.uses_of::<directory::Group>(&mut uses)?;
        self.uses_of::<directory::Role>(&mut uses)?;
        let mut counts: BTreeMap<(String, String, String), UseCount> = BTreeMap::new();
        for (partition, account, arn, usage, ..) in &uses {
            if !self.exists(arn)? {
                return Err(format!("account {account} uses {arn}, which doesn't exist"));
            }
            let count = counts.entry((partition.clone(), account.clone(), arn.clone())).or_default();
            match usage {
                0 => count.attachments += 1,
                _ => count.boundaries += 1,
            }
        }
        same("uses of policies", &uses, &self.keys_of::<Uses>()?)?;
        let stored: BTreeMap<_, _> = self.all::<UseCounts>()?.into_iter().collect();
        match stored == counts {
            true => Ok(()),
            false => Err(format!("numbers of uses: stored {stored:?}, counted {counts:?}")),
        }
    }

    fn uses_of<H: Holder>(&self, uses: &mut BTreeSet<Use>) -> Result<(), String> {
        for ((partition, account, name), row) in self.all::<H::Rows>()? {
            if row.name().to_ascii_lowercase() != name {
                return Err(format!("{name} is the key of {}", row.name()));
            }
            let attached = row.attached().iter().map(|a| (a.clone(), 0));
            for (arn, usage) in attached.chain(row.boundary().map(|b| (b.to_owned(), 1))) {
                uses.insert((partition.clone(), account.clone(), arn, usage, H::KIND as u8, name.clone()));
            }
        }
        Ok(())
    }

    fn exists(&self, arn: &str) -> Result<bool, String> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, partition, _, _, account, resource] = parts[..] else { return Ok(false) };
        let Some(path_and_name) = resource.strip_prefix("policy/") else { return Ok(false) };
        if account == "aws" {
            return Ok(managed_policy(path_and_name).is_some());
        }
        let name = path_and_name.rsplit('/').next().unwrap_or_default();
        let row = self.cx.get::<Policies>(&entity_key(partition, account, name)).map_err(failed)?;
        Ok(row.is_some_and(|p| format!("{}{}", p.path, p.name)[1..] == *path_and_name))
    }

    /// Groups of users exist, and the index says the same.
    fn members(&self) -> Result<(), String> {
        let groups = self.keys_of::<Groups>()?;
        let mut members: BTreeSet<Pair> = BTreeSet::new();
        for ((partition, account, user), row) in self.all::<Users>()? {
            for group in &row.groups {
                let key = entity_key(&partition, &account, group);
                if !groups.contains(&key) {
                    return Err(format!("{user} is in {group}, which doesn't exist"));
                }
                members.insert((partition.clone(), account.clone(), key.2, user.clone()));
            }
        }
        same("members of groups", &members, &self.keys_of::<Members>()?)
    }

    /// Users of access keys exist, and the index says the same.
    fn keys(&self) -> Result<(), String> {
        let users = self.keys_of::<Users>()?;
        let mut keys: BTreeSet<Pair> = BTreeSet::new();
        for (id, k) in self.all::<AccessKeys>()? {
            let owner = entity_key(&k.partition, &k.account, &k.user);
            if !k.user.is_empty() && !users.contains(&owner) {
                return Err(format!("{id} belongs to {}, who doesn't exist", k.user));
            }
            keys.insert((owner.0, owner.1, owner.2, id));
        }
        same("keys of users", &keys, &self.keys_of::<KeysOfUser>()?)
    }

    /// Roles of instance profiles exist, and the index says the same.
    fn profiles(&self) -> Result<(), String> {
        let roles = self.keys_of::<Roles>()?;
        let mut held: BTreeSet<Pair> = BTreeSet::new();
        for ((partition, account, profile), row) in self.all::<InstanceProfiles>()? {
            let Some(role) = &row.role else { continue };
            let key = entity_key(&partition, &account, role);
            if !roles.contains(&key) {
                return Err(format!("{profile} holds {role}, which doesn't exist"));
            }
            held.insert((key.0, key.1, key.2, profile));
        }
        same("instance profiles of roles", &held, &self.keys_of::<ProfilesOfRole>()?)
    }

    /// Every policy has its default version, at most five versions, and no version is left of a policy that is gone.
    fn policies(&self) -> Result<(), String> {
        let mut versions: BTreeMap<EntityKey, BTreeSet<u32>> = BTreeMap::new();
        for ((partition, account, name, n), _) in self.all::<PolicyVersions>()? {
            versions.entry((partition, account, name)).or_default().insert(n);
        }
        for (key, row) in self.all::<Policies>()? {
            let of_policy = versions.remove(&key).unwrap_or_default();
            let bounded = of_policy.len() <= quotas::VERSIONS as usize;
            let next = of_policy.last().is_some_and(|last| *last < row.next_version);
            if !of_policy.contains(&row.default_version) || !bounded || !next {
                return Err(format!("{key:?} has versions {of_policy:?}, and its row is {row:?}"));
            }
        }
        match versions.pop_first() {
            None => Ok(()),
            Some((key, _)) => Err(format!("versions of {key:?}, which doesn't exist")),
        }
    }

    /// Counters say how many things there are.
    fn counts(&self) -> Result<(), String> {
        let mut counted: BTreeMap<EntityKey, u32> = BTreeMap::new();
        self.count::<Users>(quotas::USERS, &mut counted)?;
        self.count::<Groups>(quotas::GROUPS, &mut counted)?;
        self.count::<Roles>(quotas::ROLES, &mut counted)?;
        self.count::<Policies>(quotas::POLICIES, &mut counted)?;
        self.count::<InstanceProfiles>(quotas::INSTANCE_PROFILES, &mut counted)?;
        for (key, n) in self.all::<Counts>()? {
            let known =
                [quotas::USERS, quotas::GROUPS, quotas::ROLES, quotas::POLICIES, quotas::INSTANCE_PROFILES];
            if known.iter().any(|q| q.name == key.2) && counted.remove(&key).unwrap_or(0) != n.0 {
                return Err(format!("{key:?} is counted as {}", n.0));
            }
        }
        match counted.pop_first() {
            None => Ok(()),
            Some((key, n)) => Err(format!("{key:?} are {n}, and nobody counts them")),
        }
    }

    fn count<T: Table<Key = EntityKey>>(
        &self,
        quota: Raisable,
        counted: &mut BTreeMap<EntityKey, u32>,
    ) -> Result<(), String> {
        for ((partition, account, _), _) in self.all::<T>()? {
            *counted.entry((partition, account, quota.name.to_owned())).or_default() += 1;
        }
        Ok(())
    }
}
