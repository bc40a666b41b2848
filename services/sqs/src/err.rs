//! Errors that AWS's model of SQS doesn't name, and the texts that several operations share. Not the modelled errors
//! themselves: those are `shapes_sqs::err`.

use codec::Fault;
use kernel::Cx;
use shapes_sqs::{BatchResultErrorEntry, err};

/// `InvalidParameterValue` with a text of its own.
pub(crate) fn invalid_parameter(text: impl Into<String>) -> Fault {
    Fault::modelled("InvalidParameterValueException", "InvalidParameterValue", 400, text)
}

/// `Value x for parameter X is invalid. Reason: …`
pub(crate) fn invalid_value(value: impl std::fmt::Display, parameter: &str, reason: &str) -> Fault {
    invalid_parameter(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
}

/// A parameter that this type of queue doesn't take.
pub(crate) fn wrong_queue_type(value: impl std::fmt::Display, parameter: &str) -> Fault {
    invalid_value(value, parameter, "The request include parameter that is not valid for this queue type.")
}

/// `MissingParameter`
pub(crate) fn missing(parameter: &str) -> Fault {
    let text = format!("The request must contain the parameter {parameter}.");
    Fault::modelled("MissingRequiredParameterException", "MissingParameter", 400, text)
}

/// The queue isn't there; the query protocol keeps its older words (recorded 2024).
pub(crate) fn no_such_queue(cx: &Cx) -> Fault {
    err::queue_does_not_exist(match cx.request.query_protocol {
        true => "The specified queue does not exist for this wsdl version.",
        false => "The specified queue does not exist.",
    })
}

/// An attribute that isn't known, or not for this type of queue.
pub(crate) fn unknown_attribute(name: &str) -> Fault {
    err::invalid_attribute_name(format!("Unknown Attribute {name}."))
}

/// An attribute's value out of its range.
pub(crate) fn attribute_value(name: &str) -> Fault {
    err::invalid_attribute_value(format!("Invalid value for the parameter {name}."))
}

/// A token that this list, with these filters, didn't give out.
pub(crate) fn bad_token() -> Fault {
    invalid_parameter("Invalid or expired next token.")
}

/// The entry of a batch's answer for an entry that failed.
pub(crate) fn entry(id: &str, fault: &Fault) -> BatchResultErrorEntry {
    BatchResultErrorEntry {
        id: id.to_owned(),
        sender_fault: fault.sender(),
        code: fault.code().to_owned(),
        message: Some(fault.message().to_owned()),
    }
}
