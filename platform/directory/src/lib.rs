//! The directory: who there is and what they may do, as stored rows and as compiled views. IAM and STS write these
//! tables, the kernel's authorizer reads them; it is what lets STS, IAM and the pipeline agree without knowing each
//! other. No operation of AWS's is here, and no evaluation of policies (that is `authz`).

mod certificate;
mod credentials;
mod issuers;
mod last_use;
mod managed;
mod mfa;
mod outbound;
mod providers;
mod rows;
mod rsa_key;
mod tables;
mod view;

pub use certificate::{CertifiedKey, Digest};
pub use credentials::{Credential, CredentialStatus, Identity, IdentityKind, resolve};
pub use issuers::{Jwk, Jwks, Verdict, forget_issuers, issuer_keys, issuer_url, issuers, set_issuer_keys};
pub use last_use::{LastUse, LastUseRows, LastUses};
pub use managed::{ManagedPolicy, ManagedSummary, SharedPolicy, managed_policies, managed_policy};
pub use mfa::{MfaDevice, MfaDevices, mfa_device, mfa_key};
pub use outbound::{IssuerAccount, IssuerAccounts, OutboundIssuer, OutboundIssuers, outbound_issuer};
pub use providers::{OidcProvider, OidcProviders, SamlPrivateKey, SamlProvider, SamlProviders};
pub use rows::{AccessKey, Group, InstanceProfile, Policy, PolicyVersion, Role, Session, SessionKind, User};
pub use tables::{
    AccessKeys, EntityKey, Groups, InstanceProfiles, Policies, PolicyVersions, Roles, Sessions, Users,
    entity_key,
};
pub use view::{ActionView, Directory, PrincipalView};
