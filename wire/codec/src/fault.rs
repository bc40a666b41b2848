//! A fault: what a client sees when a call fails, before any protocol spells it. Small (one pointer), so that
//! `Result<Output, Fault>` stays small. Causes of internal failures are kept for the log and never shown.

use std::borrow::Cow;
use std::fmt;

use crate::Value;

/// An error answer of AWS's: code, status, text and what else the protocol may show.
#[derive(Clone)]
pub struct Fault(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    shape: Option<&'static str>,
    code: Cow<'static, str>,
    message: String,
    status: u16,
    sender: bool,
    fields: Vec<(&'static str, Value)>,
    headers: Vec<(&'static str, String)>,
    cause: Option<String>,
}

impl Fault {
    /// A fault of the sender's: code, HTTP status, text.
    pub fn new(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Fault {
        Fault(Box::new(Inner {
            shape: None,
            code: code.into(),
            message: message.into(),
            status,
            sender: status < 500,
            fields: Vec::new(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// A modelled error: the shape's name decides how each protocol types it. Used by generated constructors.
    pub fn modelled(
        shape: &'static str,
        code: &'static str,
        status: u16,
        message: impl Into<String>,
    ) -> Fault {
        let mut f = Fault::new(code, status, message);
        f.0.shape = Some(shape);
        f
    }

    /// Our own failure: 500 `InternalFailure` outside, the cause in the log.
    pub fn internal(cause: impl fmt::Display) -> Fault {
        let mut f = Fault::new("InternalFailure", 500, "An internal error occurred.");
        f.0.cause = Some(cause.to_string());
        f
    }

    /// Says whether the sender is at fault (query's `Type`), where the status doesn't.
    #[must_use]
    pub fn with_sender(mut self, sender: bool) -> Fault {
        self.0.sender = sender;
        self
    }

    /// Adds a further member of the error's shape (or an extra element, in S3).
    #[must_use]
    pub fn with_field(mut self, name: &'static str, value: Value) -> Fault {
        self.0.fields.push((name, value));
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Fault {
        self.0.headers.push((name, value.into()));
        self
    }

    /// Exception shape, when modelled.
    pub fn shape(&self) -> Option<&'static str> {
        self.0.shape
    }
    /// Wire code.
    pub fn code(&self) -> &str {
        &self.0.code
    }
    /// Text shown to the client.
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.0.status
    }
    /// Whether the sender is at fault.
    pub fn sender(&self) -> bool {
        self.0.sender
    }
    /// Further members.
    pub fn fields(&self) -> &[(&'static str, Value)] {
        &self.0.fields
    }
    /// Headers to add.
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.0.headers
    }
    /// Cause chain of an internal failure, for the log.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.0.code, self.0.status, self.0.message)?;
        match &self.0.cause {
            Some(c) => write!(f, " [{c}]"),
            None => Ok(()),
        }
    }
}
