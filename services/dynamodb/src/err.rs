//! Errors that AWS's model doesn't name, and the texts that several operations share. Not the modelled errors themselves:
//! those are `shapes_dynamodb::err`.

use codec::Fault;
use dynamodb_language::Invalid;
use shapes_dynamodb::err;

/// `ValidationException`
pub(crate) fn invalid(text: impl Into<String>) -> Fault {
    Fault::new("ValidationException", 400, text)
}

/// `One or more parameter values were invalid: …`
pub(crate) fn invalid_values(text: impl std::fmt::Display) -> Fault {
    invalid(format!("One or more parameter values were invalid: {text}"))
}

/// A refusal of the language.
pub(crate) fn refused(e: Invalid) -> Fault {
    invalid(e.to_string())
}

/// No such table, as the operations on items say it.
pub(crate) fn no_resource() -> Fault {
    err::resource_not_found_exception("Requested resource not found")
}

/// No such table, as the operations on tables say it.
pub(crate) fn no_table(name: &str) -> Fault {
    err::resource_not_found_exception(format!("Requested resource not found: Table: {name} not found"))
}

/// No such resource, as the operations on tags and policies say it; the missing letter is AWS's.
pub(crate) fn no_arn(arn: &str) -> Fault {
    err::resource_not_found_exception(format!("Requested resource not found: ResourcArn: {arn} not found"))
}

/// The table is in a state that doesn't allow it.
pub(crate) fn in_use(what: &str, name: &str) -> Fault {
    err::resource_in_use_exception(format!(
        "Attempt to change a resource which is still in use: Table is being {what}: {name}"
    ))
}

/// A key that isn't the table's.
pub(crate) fn key_mismatch() -> Fault {
    invalid("The provided key element does not match the schema")
}

/// A condition that didn't hold.
pub(crate) fn condition_failed() -> Fault {
    err::conditional_check_failed_exception("The conditional request failed")
}

/// Something modelled that isn't built, inside an operation that is.
pub(crate) fn not_built(what: &str) -> Fault {
    Fault::new("NotImplemented", 501, format!("dynamodb: {what} is not implemented by Tabletop yet."))
}
