//! `GetAccountSummary`: numbers of things and AWS's quotas.
//! Source: IAM API reference, "GetAccountSummary" (the keys); IAM user guide, "IAM and AWS STS quotas" (the sizes).

use std::collections::BTreeMap;

use codec::{Empty, Fault};
use directory::PolicyVersions;
use kernel::Cx;

use super::token_version;
use crate::holder::Kind;
use crate::ops::{login_profiles, mfa, oidc, saml, server_certificates, signing_certificates};
use crate::owner::Owner;
use crate::state::home;
use crate::{keys, quotas};

/// Versions of policies in an account.
const POLICY_VERSIONS: u32 = 10_000;

pub(super) fn decide(cx: &mut Cx, _: &Empty) -> Result<shapes_iam::GetAccountSummaryResponse, Fault> {
    let mut map = BTreeMap::new();
    let mut set = |name: &str, n: usize| {
        map.insert(name.to_owned(), i32::try_from(n).unwrap_or(i32::MAX));
    };
    for (name, n) in numbers(cx)? {
        set(name, n);
    }
    for (name, n) in limits(cx)? {
        set(name, n as usize);
    }
    Ok(shapes_iam::GetAccountSummaryResponse { summary_map: Some(map) })
}

fn numbers(cx: &Cx) -> Result<Vec<(&'static str, usize)>, Fault> {
    let root = Owner::root(cx);
    let count = |q: quotas::Raisable| q.count(cx).map(|n| n as usize);
    let (devices, devices_in_use, root_has_device) = mfa::count(cx)?;
    let root_keys = keys::of(cx, "")?.len();
    let root_certificates = root.things::<signing_certificates::Certificates>(cx)?.len();
    Ok(vec![
        ("Users", count(quotas::USERS)?),
        ("Groups", count(quotas::GROUPS)?),
        ("Roles", count(quotas::ROLES)?),
        ("Policies", count(quotas::POLICIES)?),
        ("PolicyVersionsInUse", cx.scan_prefix::<PolicyVersions>(&home(cx))?.count()),
        ("InstanceProfiles", count(quotas::INSTANCE_PROFILES)?),
        ("ServerCertificates", server_certificates::count(cx)?),
        ("Providers", oidc::count(cx)? + saml::count(cx)?),
        ("MFADevices", devices),
        ("MFADevicesInUse", devices_in_use),
        ("AccountMFAEnabled", usize::from(root_has_device)),
        ("AccountAccessKeysPresent", root_keys.min(1)),
        ("AccountPasswordPresent", usize::from(login_profiles::exists(cx, &root)?)),
        ("AccountSigningCertificatesPresent", root_certificates.min(1)),
        ("GlobalEndpointTokenVersion", token_version(cx)? as usize),
    ])
}

fn limits(cx: &Cx) -> Result<[(&'static str, u32); 19], Fault> {
    Ok([
        ("UsersQuota", quotas::USERS.applied(cx)?.limit),
        ("GroupsQuota", quotas::GROUPS.applied(cx)?.limit),
        ("RolesQuota", quotas::ROLES.applied(cx)?.limit),
        ("PoliciesQuota", quotas::POLICIES.applied(cx)?.limit),
        ("InstanceProfilesQuota", quotas::INSTANCE_PROFILES.applied(cx)?.limit),
        ("ServerCertificatesQuota", server_certificates::SERVER_CERTIFICATES.limit),
        ("GroupsPerUserQuota", quotas::GROUPS_OF_USER.limit),
        ("AccessKeysPerUserQuota", quotas::ACCESS_KEYS.limit),
        ("SigningCertificatesPerUserQuota", signing_certificates::CERTIFICATES.limit),
        ("AttachedPoliciesPerUserQuota", quotas::attached(cx, Kind::User)?.limit),
        ("AttachedPoliciesPerGroupQuota", quotas::attached(cx, Kind::Group)?.limit),
        ("AttachedPoliciesPerRoleQuota", quotas::attached(cx, Kind::Role)?.limit),
        ("UserPolicySizeQuota", quotas::inline_size(Kind::User) as u32),
        ("GroupPolicySizeQuota", quotas::inline_size(Kind::Group) as u32),
        ("RolePolicySizeQuota", quotas::inline_size(Kind::Role) as u32),
        ("PolicySizeQuota", quotas::POLICY_SIZE.limit),
        ("AssumeRolePolicySizeQuota", quotas::TRUST_SIZE.limit),
        ("VersionsPerPolicyQuota", quotas::VERSIONS),
        ("PolicyVersionsInUseQuota", POLICY_VERSIONS),
    ])
}
