//! EC2's errors. Its model names none, so they are all here: code, status 400, text. Texts that belong to one type of
//! resource stand in its `Kind`. Source: EC2 API reference, "Error codes"; texts as reported by users of the API.

use codec::Fault;
use kernel::{Cx, Denial};

/// An error with that code.
pub(crate) fn fault(code: &'static str, text: impl Into<String>) -> Fault {
    Fault::new(code, 400, text)
}

/// `InvalidParameterValue`
pub(crate) fn invalid_value(text: impl Into<String>) -> Fault {
    fault("InvalidParameterValue", text)
}

/// `InvalidParameterValue`: `Value (x) for parameter y is invalid. …`
pub(crate) fn invalid_parameter(value: impl std::fmt::Display, name: &str, why: &str) -> Fault {
    invalid_value(format!("Value ({value}) for parameter {name} is invalid. {why}"))
}

/// `InvalidParameterCombination`
pub(crate) fn combination(text: impl Into<String>) -> Fault {
    fault("InvalidParameterCombination", text)
}

/// `MissingParameter`
pub(crate) fn missing(name: &str) -> Fault {
    fault("MissingParameter", format!("The request must contain the parameter {name}"))
}

/// `DependencyViolation`
pub(crate) fn dependency(text: impl Into<String>) -> Fault {
    fault("DependencyViolation", text)
}

/// `DependencyViolation`: something stands on the resource.
pub(crate) fn has_dependencies(noun: &str, id: &str) -> Fault {
    dependency(format!("The {noun} '{id}' has dependencies and cannot be deleted."))
}

/// A parameter that AWS has and that isn't built here: never ignored.
pub(crate) fn unsupported(name: &str) -> Fault {
    let text = format!("The parameter {name} is not implemented by Tabletop yet.");
    Fault::new("NotImplemented", 501, text).with_header("x-tabletop-unimplemented", format!("ec2 {name}"))
}

/// Refuses parameters that aren't built, when they are given.
pub(crate) fn refuse(given: &[(&str, bool)]) -> Result<(), Fault> {
    given.iter().find(|(_, given)| *given).map_or(Ok(()), |(name, _)| Err(unsupported(name)))
}

/// IAM's denial. Calls on no resource of their own carry no encoded message.
/// Source: EC2 user guide, "Troubleshoot access" and IAM user guide, "access denied error messages".
pub(crate) fn denied(cx: &Cx, denial: &Denial) -> Fault {
    let mut text = format!("You are not authorized to perform this operation. {}", denial.text);
    if denial.message.resource != "*" {
        text.push_str(&format!(
            ". Encoded authorization failure message: {}",
            cx.encode_denial(&denial.message)
        ));
    }
    Fault::new("UnauthorizedOperation", 403, text)
}
