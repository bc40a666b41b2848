//! Which kinds of callers STS serves at all, whatever policies say.
//! Source: IAM user guide, "Compare AWS STS credentials", STS API reference, "GetSessionToken", "GetFederationToken":
//! sessions of GetSessionToken may call AssumeRole and GetCallerIdentity, those of GetFederationToken GetCallerIdentity
//! alone; only long-term credentials may call GetSessionToken and GetFederationToken.

use codec::Fault;
use directory::{Identity, IdentityKind, SessionKind};

use crate::err;

/// Refuses federated users. AWS's text isn't published; this is its common denial.
pub(crate) fn may_assume(caller: &Identity, role_arn: &str) -> Result<(), Fault> {
    match caller.kind {
        IdentityKind::Federated => Err(err::not_authorized(&caller.arn, "sts:AssumeRole", role_arn)),
        _ => Ok(()),
    }
}

/// Refuses every session, and whoever has no account behind them.
pub(crate) fn long_term(caller: &Identity, operation: &str) -> Result<(), Fault> {
    match caller.kind {
        IdentityKind::Root | IdentityKind::User if caller.session.is_none() => Ok(()),
        _ => Err(err::session_credentials(operation)),
    }
}

/// Refuses sessions of GetSessionToken and GetFederationToken. The text is that of the operations for which AWS's is known.
pub(crate) fn not_borrowed(caller: &Identity, operation: &str) -> Result<(), Fault> {
    let borrowed = |k: SessionKind| matches!(k, SessionKind::SessionToken | SessionKind::Federated);
    match &caller.session {
        Some(s) if borrowed(s.kind) => Err(err::session_credentials(operation)),
        _ => Ok(()),
    }
}
