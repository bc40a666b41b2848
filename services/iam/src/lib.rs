//! IAM: who there is in an account, and what they may do.
//!
//! Concepts: users, groups and roles hold policies (inline, or managed and attached); users and roles may have a
//! permissions boundary; access keys belong to users or the root. Their rows are `directory`'s, because the kernel's
//! authorizer reads them: a change is seen by the very next call of the account.
//!
//! | file | holds |
//! | --- | --- |
//! | `ops/<area>/` | one operation a file; the area's `mod.rs` lists its rows |
//! | `state.rs`, `check.rs` | tables beyond the directory's; the invariants |
//! | `owner.rs`, `state_credentials.rs` | whose a credential is (kept under the user's id); what holds between credentials |
//! | `x509.rs` | the little of PEM, X.509 and key formats that uploads need |
//! | `holder.rs`, `attach.rs`, `inline.rs`, `boundaries.rs` | what users, groups and roles have in common |
//! | `managed.rs`, `policies.rs`, `documents.rs` | managed policies by ARN and who uses them; versions; texts |
//! | `trust.rs`, `held.rs`, `details.rs` | trusted principals; what somebody holds; what an account holds |
//! | `users.rs`, `keys.rs`, `caller.rs`, `ids.rs` | what follows a user; access keys; no name means the caller; ids |
//! | `quotas.rs`, `tags.rs`, `pages.rs`, `guards.rs`, `answers.rs`, `err.rs` | as their names say |
//!
//! Invariants: names are unique without regard to case; every attached ARN names a policy; the indexes agree with the
//! rows; what an account has of a kind is what its counter says.
//!
//! Differs from AWS: no propagation delay; quotas cannot be raised; a trust policy's principals in other accounts are
//! taken to exist, and stay as they are when those are renamed or deleted; AWS managed policies have their default
//! version alone. Areas say at their heads what differs there (`ops/<area>/mod.rs`). No account is in an
//! organization.

mod answers;
mod attach;
mod boundaries;
mod caller;
mod check;
mod context_keys;
mod details;
mod documents;
mod err;
mod guards;
mod held;
mod holder;
mod ids;
mod inline;
mod keys;
mod managed;
mod ops;
mod owner;
mod pages;
mod policies;
mod profiles;
mod quotas;
mod state;
mod state_credentials;
mod tags;
mod trust;
mod users;
mod x509;

use directory::Identity;
use kernel::{Cx, Operation, Service, Timer};

/// The service, for the wiring.
pub fn service() -> Service {
    Service {
        id: shapes_iam::SERVICE,
        model_hash: shapes_iam::MODEL_HASH,
        iam_prefix: "iam",
        global: true,
        keyspaces: &["iam"],
        writes_directory: true,
        operations: operations(),
        on_timer,
        reset: |cx| state::reset(cx).and_then(|()| state_credentials::reset(cx)),
        check: |cx| check::check(cx).and_then(|()| state_credentials::check(cx)),
        plane: None,
    }
}

fn operations() -> Vec<Operation> {
    [
        ops::account::operations(),
        ops::profiles::operations(),
        ops::tagging::operations(),
        ops::attach::operations(),
        ops::boundaries::operations(),
        ops::groups::operations(),
        ops::inline::operations(),
        ops::keys::operations(),
        ops::policies::operations(),
        ops::roles::operations(),
        ops::access_advisor::operations(),
        ops::simulator::operations(),
        ops::account_settings::operations(),
        ops::login_profiles::operations(),
        ops::mfa::operations(),
        ops::oidc::operations(),
        ops::organizations::operations(),
        ops::outbound::operations(),
        ops::password_policy::operations(),
        ops::saml::operations(),
        ops::server_certificates::operations(),
        ops::service_credentials::operations(),
        ops::service_linked_roles::operations(),
        ops::signing_certificates::operations(),
        ops::ssh_keys::operations(),
        ops::users::operations(),
    ]
    .into_iter()
    .flatten()
    .map(|o| o.admits(proven))
    .collect()
}

/// Sessions of GetSessionToken and GetFederationToken without an MFA code may not call IAM.
/// Source: STS API reference, "GetSessionToken"; the answer is reported by users (cloudyr/aws.iam#15).
fn proven(caller: &Identity) -> Result<(), codec::Fault> {
    if caller.is_unproven_session() {
        let text = "The security token included in the request is invalid";
        return Err(codec::Fault::new("InvalidClientTokenId", 403, text));
    }
    Ok(())
}

fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), codec::Fault> {
    if timer.kind == ops::service_linked_roles::DELETION {
        return ops::service_linked_roles::finish(cx, &timer.subject);
    }
    Err(codec::Fault::internal(format!("IAM sets no timer of kind {}", timer.kind)))
}
