//! STS: who you are, and temporary credentials.
//!
//! Concepts: a session is temporary credentials with all that was fixed when they were issued (role, policies, tags); it
//! is a row of the directory, found by its access key id, and dies with the role or user behind it. Sessions live in the
//! account in which they act: AssumeRole decides in the role's account.
//!
//! | file | holds |
//! | --- | --- |
//! | `ops/` | one operation each |
//! | `issue.rs` | the making of credentials |
//! | `role.rs`, `callers.rs`, `mfa.rs` | roles by ARN; whom STS serves; codes that come with a call |
//! | `federated.rs`, `web_identity.rs`, `saml/` | sessions that an identity provider vouches for, by tokens and by assertions |
//! | `tokens/` | a crate of its own: tokens, XML and its signatures, as they are read |
//! | `tags.rs`, `session_policy.rs` | session tags, session policies and their packed size |
//! | `state.rs`, `time.rs` | when sessions may be forgotten; the invariants; the sweep |
//! | `err.rs` | texts that the models don't have |
//!
//! Invariants: a session never outlives its expiry; chained sessions last an hour at most; a session's transitive tag keys
//! are keys of its tags; what a session inherits it can't change (tags, source identity).
//!
//! What isn't built has no row and answers `NotImplemented`. GetDelegatedAccessToken needs a partner's trade-in token, which
//! nothing here gives out. `ProvidedContexts` of AssumeRole is refused likewise. AssumeRoot is refused as AWS refuses it in an
//! account without an organization.
//!
//! Differences from AWS: the packed size of policies and tags is measured with our own packing, because AWS doesn't publish
//! its own. An expired session is told from an unknown one for a day. GetAccessKeyInfo knows the keys that were given out
//! here, not every key id that could name an account. Keys of token issuers are handed over by whoever runs Tabletop (admin
//! API, `oidc`), not fetched; thumbprints of providers are kept and not compared with anything; tokens of any age are taken
//! until they expire; tokens of `www.amazon.com` and `graph.facebook.com` must be JWTs too.

mod callers;
mod err;
mod federated;
mod issue;
mod mfa;
mod ops;
mod role;
mod saml;
mod session_policy;
mod state;
mod tags;
mod time;
mod web_identity;

use kernel::{Access, Guard, Operation, Service};
use shapes_sts::{SERVICE, op};

/// The service, for the wiring.
pub fn service() -> Service {
    Service {
        id: SERVICE,
        model_hash: shapes_sts::MODEL_HASH,
        iam_prefix: "sts",
        global: true,
        keyspaces: &["sts"],
        writes_directory: false,
        operations: operations(),
        on_timer: time::on_timer,
        reset: state::reset,
        check: state::check,
        plane: None,
    }
}

fn operations() -> Vec<Operation> {
    use ops::{
        assume_role, assume_role_with_saml, assume_role_with_web_identity, assume_root,
        decode_authorization_message, get_access_key_info, get_caller_identity, get_federation_token,
        get_session_token, get_web_identity_token,
    };
    vec![
        Operation::write::<op::AssumeRole>(assume_role::guard, assume_role::decide)
            .owned_by::<op::AssumeRole>(|i| role::owner(&i.role_arn)),
        Operation::write::<op::AssumeRoleWithSAML>(
            assume_role_with_saml::guard,
            assume_role_with_saml::decide,
        )
        .access(Access::Open)
        .owned_by::<op::AssumeRoleWithSAML>(|i| role::owner(&i.role_arn)),
        Operation::write::<op::AssumeRoleWithWebIdentity>(
            assume_role_with_web_identity::guard,
            assume_role_with_web_identity::decide,
        )
        .access(Access::Open)
        .owned_by::<op::AssumeRoleWithWebIdentity>(|i| role::owner(&i.role_arn)),
        Operation::read::<op::DecodeAuthorizationMessage>(
            decode_authorization_message::guard,
            decode_authorization_message::decide,
        ),
        Operation::read::<op::GetAccessKeyInfo>(get_access_key_info::guard, get_access_key_info::decide),
        Operation::read::<op::GetCallerIdentity>(|_, _| Ok(Guard::any()), get_caller_identity::decide)
            .access(Access::Signed),
        Operation::write::<op::GetFederationToken>(get_federation_token::guard, get_federation_token::decide),
        Operation::write::<op::GetSessionToken>(get_session_token::guard, get_session_token::decide)
            .access(Access::Signed),
        Operation::write::<op::GetWebIdentityToken>(
            get_web_identity_token::guard,
            get_web_identity_token::decide,
        ),
        Operation::write::<op::AssumeRoot>(assume_root::guard, assume_root::decide),
    ]
}
