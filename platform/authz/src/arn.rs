//! ARNs as patterns: six parts, each matched by itself, so that a wildcard doesn't reach across a colon before the
//! resource part. Not a validator (`checks.rs`).

use crate::context::ContextKeys;
use crate::glob::{Match, Pattern};
use crate::variables::split_colons;

/// An ARN's parts: `arn`, partition, service, region, account, resource (with any further colons).
pub(crate) type ArnParts<'a> = [&'a str; 6];

/// Splits an ARN, or returns `None` if it has fewer than six parts.
pub(crate) fn split(arn: &str) -> Option<ArnParts<'_>> {
    let mut parts = arn.splitn(6, ':');
    let mut out = [""; 6];
    for slot in &mut out {
        *slot = parts.next()?;
    }
    Some(out)
}

/// A pattern for ARNs.
#[derive(Debug)]
pub(crate) enum ArnPattern {
    /// `*`: anything, even what isn't an ARN.
    Any,
    Parts(Box<[Pattern; 6]>),
    /// A variable that stands for a whole ARN.
    Whole(Pattern),
    /// A text that no ARN can match.
    Never,
}

impl ArnPattern {
    /// Compiles a `Resource` value. Parts left out at the end stand for `*`; variables work in the resource part only.
    /// Source: IAM user guide, "Resource" (incomplete ARNs) and "Variables and tags" (after the fifth colon).
    pub(crate) fn resource(text: &str, with_variables: bool) -> Self {
        if text == "*" {
            return Self::Any;
        }
        let mut parts = split_colons(text, 6);
        parts.resize(6, "*");
        Self::compile(&parts, |part| with_variables && part == 5)
    }

    /// Compiles a value of an ARN condition operator, in which every part may have variables.
    pub(crate) fn condition(text: &str, with_variables: bool) -> Self {
        let parts = split_colons(text, 6);
        match parts.len() {
            6 => Self::compile(&parts, |_| with_variables),
            1 if text == "*" => Self::Any,
            // A variable may hold the whole ARN: "${aws:PrincipalArn}".
            1 if with_variables && text.starts_with("${") => Self::Whole(Pattern::plain(text, true)),
            _ => Self::Never,
        }
    }

    fn compile(parts: &[&str], variables: impl Fn(usize) -> bool) -> Self {
        let part = |at: usize| Pattern::wild(parts[at], variables(at));
        Self::Parts(Box::new([part(0), part(1), part(2), part(3), part(4), part(5)]))
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        let parts = match self {
            Self::Parts(parts) => parts.as_slice(),
            Self::Whole(pattern) => std::slice::from_ref(pattern),
            Self::Any | Self::Never => &[],
        };
        parts.iter().flat_map(Pattern::variables)
    }

    /// Matches a text and its parts (`None`: it isn't an ARN).
    pub(crate) fn matches(&self, text: &str, arn: Option<&ArnParts<'_>>, context: &dyn ContextKeys) -> Match {
        match (self, arn) {
            (Self::Any, _) => Match::Yes,
            (Self::Whole(pattern), _) => pattern.matches(text, context),
            (Self::Never, _) => Match::No,
            (Self::Parts(patterns), parts) => {
                let mut verdict = Match::from(parts.is_some());
                for (pattern, part) in patterns.iter().zip(parts.unwrap_or(&[""; 6])) {
                    // After a mismatch only an unresolved variable can still change the answer.
                    if verdict == Match::No && !pattern.has_variables() {
                        continue;
                    }
                    match pattern.matches(part, context) {
                        Match::Yes => {}
                        Match::No => verdict = Match::No,
                        Match::Unresolved => return Match::Unresolved,
                    }
                }
                verdict
            }
        }
    }
}
