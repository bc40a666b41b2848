//! How the program fails: a text for people, and an exit code. 1: it was refused or went wrong; 2: it was asked wrongly.

/// A failure, ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    pub(crate) text: String,
}

impl Failure {
    /// Something was refused or went wrong.
    pub(crate) fn refused(text: impl Into<String>) -> Failure {
        Failure { code: 1, text: text.into() }
    }

    /// A flag, variable, key, verb or value that isn't understood.
    pub(crate) fn usage(text: impl Into<String>) -> Failure {
        Failure { code: 2, text: text.into() }
    }
}
