//! IAM's quotas: AWS's names and sizes, and the counters that hold accounts to them. What applies of those that can be raised is
//! the kernel's (Service Quotas raises it); the others are fixed.
//! Source: IAM user guide, "IAM and AWS STS quotas"; names from AWS's texts ("Cannot exceed quota for X: n").

use codec::Fault;
use kernel::Cx;

use crate::err;
use crate::holder::Kind;
use crate::state::{Counts, Number, home};

/// A quota: AWS's name and size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    /// As in the error's text.
    pub(crate) name: &'static str,
    /// At most so many.
    pub(crate) limit: u32,
}

const fn quota(name: &'static str, limit: u32) -> Quota {
    Quota { name, limit }
}

/// A quota whose size is Service Quotas': AWS's name in texts, and its code there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raisable {
    /// As in the error's text.
    pub(crate) name: &'static str,
    code: &'static str,
}

const fn raisable(name: &'static str, code: &'static str) -> Raisable {
    Raisable { name, code }
}

/// Users of an account.
pub(crate) const USERS: Raisable = raisable("UsersPerAccount", "L-F55AF5E4");
/// Groups of an account.
pub(crate) const GROUPS: Raisable = raisable("GroupsPerAccount", "L-F4A5425F");
/// Roles of an account.
pub(crate) const ROLES: Raisable = raisable("RolesPerAccount", "L-FE177D64");
/// Customer managed policies of an account.
pub(crate) const POLICIES: Raisable = raisable("PoliciesPerAccount", "L-E95E4862");
/// Instance profiles of an account.
pub(crate) const INSTANCE_PROFILES: Raisable = raisable("InstanceProfilesPerAccount", "L-6E65F664");
/// Access keys of a user, or of the root.
pub(crate) const ACCESS_KEYS: Quota = quota("AccessKeysPerUser", 2);
/// Groups of a user.
pub(crate) const GROUPS_OF_USER: Quota = quota("GroupsPerUser", 10);
/// Versions of a managed policy.
pub(crate) const VERSIONS: u32 = 5;
/// Characters of a managed policy, white space not counted.
pub(crate) const POLICY_SIZE: Quota = quota("PolicySize", 6_144);
/// Characters of a trust policy, white space not counted.
pub(crate) const TRUST_SIZE: Quota = quota("ACLSizePerRole", 2_048);
/// Roles of an instance profile.
pub(crate) const ROLES_OF_PROFILE: Quota = quota("InstanceSessionsPerInstanceProfile", 1);

/// Managed policies attached to one entity.
pub(crate) fn attached(cx: &Cx, kind: Kind) -> Result<Quota, Fault> {
    match kind {
        Kind::User => raisable("PoliciesPerUser", "L-4019AD8B").applied(cx),
        Kind::Group => Ok(quota("PoliciesPerGroup", 10)),
        Kind::Role => raisable("PoliciesPerRole", "L-0DA4ABF3").applied(cx),
    }
}

/// Characters of all inline policies of one entity, white space not counted.
pub(crate) fn inline_size(kind: Kind) -> usize {
    match kind {
        Kind::User => 2_048,
        Kind::Group => 5_120,
        Kind::Role => 10_240,
    }
}

impl Quota {
    /// Refuses if there would be more than the quota.
    pub(crate) fn check(self, wanted: usize) -> Result<(), Fault> {
        if wanted > self.limit as usize {
            return Err(err::quota(self.name, self.limit));
        }
        Ok(())
    }
}

impl Raisable {
    /// With the size that applies to the account.
    pub(crate) fn applied(self, cx: &Cx) -> Result<Quota, Fault> {
        let most = cx.quota("iam", self.code)?;
        Ok(quota(self.name, u32::try_from(most).unwrap_or(u32::MAX)))
    }

    /// Counts one more thing of the account, or refuses it.
    pub(crate) fn take(self, cx: &mut Cx) -> Result<(), Fault> {
        let (key, n) = self.read(cx)?;
        self.applied(cx)?.check(n as usize + 1)?;
        cx.put::<Counts>(&key, &Number(n + 1));
        Ok(())
    }

    /// Counts one thing of the account less.
    pub(crate) fn give_back(self, cx: &mut Cx) -> Result<(), Fault> {
        let (key, n) = self.read(cx)?;
        cx.put::<Counts>(&key, &Number(n.saturating_sub(1)));
        Ok(())
    }

    /// How many things of the account there are.
    pub(crate) fn count(self, cx: &Cx) -> Result<u32, Fault> {
        Ok(self.read(cx)?.1)
    }

    fn read(self, cx: &Cx) -> Result<((String, String, String), u32), Fault> {
        let (partition, account) = home(cx);
        let key = (partition, account, self.name.to_owned());
        let n = cx.get::<Counts>(&key)?.map_or(0, |n| n.0);
        Ok((key, n))
    }
}
