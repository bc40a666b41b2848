//! Operations by area; each area tells its rows.

pub(crate) mod access_advisor;
pub(crate) mod account;
pub(crate) mod account_settings;
pub(crate) mod attach;
pub(crate) mod boundaries;
pub(crate) mod groups;
pub(crate) mod inline;
pub(crate) mod keys;
pub(crate) mod login_profiles;
pub(crate) mod mfa;
pub(crate) mod oidc;
pub(crate) mod organizations;
pub(crate) mod outbound;
pub(crate) mod password_policy;
pub(crate) mod policies;
pub(crate) mod profiles;
pub(crate) mod roles;
pub(crate) mod saml;
pub(crate) mod server_certificates;
pub(crate) mod service_credentials;
pub(crate) mod service_linked_roles;
pub(crate) mod signing_certificates;
pub(crate) mod simulator;
pub(crate) mod ssh_keys;
pub(crate) mod tagging;
pub(crate) mod users;
