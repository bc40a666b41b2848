//! STS against a kernel in memory, its users and roles written as the directory's rows. STS together with IAM is in
//! `scenarios/cross`.
#![expect(clippy::unwrap_used, reason = "tests may")]

mod assume;
mod chains;
mod ends;
mod federation;
mod identities;
mod issuer;
mod messages;
mod mfa;
mod saml;
mod scenarios;
mod web_identity;
mod world;
