//! Why a policy text was refused. Not a denial: that is a decision about a call.

use std::fmt;

/// What kind of fault a policy text has. IAM answers all of them with `MalformedPolicyDocument`; services with
/// resource-based policies map them to their own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyErrorKind {
    /// The text isn't JSON, or exceeds the bounds on depth and length that keep hostile input cheap.
    InvalidJson,
    /// The JSON isn't a policy.
    Syntax,
    /// The policy is well formed but says something its kind may not say.
    Semantics,
    /// The `Principal` element names something that can't be a principal.
    InvalidPrincipal,
}

/// A refusal of a policy text, with AWS's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Which sort of fault it is.
    pub kind: PolicyErrorKind,
    /// AWS's text.
    pub message: String,
}

impl PolicyError {
    pub(crate) fn syntax() -> Self {
        Self::new(PolicyErrorKind::Syntax, "Syntax errors in policy.")
    }

    pub(crate) fn legacy() -> Self {
        Self::semantics("The policy failed legacy parsing")
    }

    pub(crate) fn semantics(message: impl Into<String>) -> Self {
        Self::new(PolicyErrorKind::Semantics, message)
    }

    pub(crate) fn new(kind: PolicyErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyError {}
