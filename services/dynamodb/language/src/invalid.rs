//! What is refused, in AWS's words. Not a fault of a protocol: the service makes a `ValidationException` of it.

use std::fmt;

/// A refusal. Its text is the message of a `ValidationException`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    message: String,
}

impl Invalid {
    /// A refusal with that message.
    pub fn new(message: impl Into<String>) -> Invalid {
        Invalid { message: message.into() }
    }

    /// A refusal whose message opens as those of unsuitable parameters do.
    pub fn parameter(message: impl fmt::Display) -> Invalid {
        Invalid { message: format!("One or more parameter values were invalid: {message}") }
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The message, owned.
    pub fn into_message(self) -> String {
        self.message
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Invalid {}
