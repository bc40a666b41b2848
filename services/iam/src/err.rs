//! IAM's faults with AWS's texts. Constructors of the modelled errors are `shapes_iam::err`'s; here is what fills them, and
//! the errors that AWS's model of IAM doesn't have.
//! Source of the texts, where nothing else is said: recorded answers of AWS, and answers quoted in public issues
//! (2026-11-22).

use codec::Fault;
use shapes_iam::err;

use crate::holder::Kind;

/// `The user with name X cannot be found.`
pub(crate) fn no_such(kind: Kind, name: &str) -> Fault {
    err::no_such_entity_exception(format!("The {} with name {name} cannot be found.", kind.word()))
}

/// `User with name X already exists.`
pub(crate) fn exists(kind: Kind, name: &str) -> Fault {
    err::entity_already_exists_exception(format!("{} with name {name} already exists.", kind.title()))
}

/// `Cannot exceed quota for AccessKeysPerUser: 2`
pub(crate) fn quota(name: &str, limit: u32) -> Fault {
    err::limit_exceeded_exception(format!("Cannot exceed quota for {name}: {limit}"))
}

/// `Cannot delete entity, must delete access keys first.`
pub(crate) fn must_first(what: &str) -> Fault {
    err::delete_conflict_exception(format!("Cannot delete entity, must {what} first."))
}

/// A request that contradicts itself or lacks something the model doesn't require.
pub(crate) fn validation(text: impl Into<String>) -> Fault {
    Fault::new("ValidationError", 400, text)
}

/// `InvalidInput`.
pub(crate) fn invalid_input(text: impl Into<String>) -> Fault {
    err::invalid_input_exception(text)
}

/// A text where an ARN is expected. Source: recorded by moto's tests against AWS ("ARN X is not valid.").
pub(crate) fn invalid_arn(arn: &str) -> Fault {
    invalid_input(format!("ARN {arn} is not valid."))
}

/// A managed policy that isn't there, where it was asked for.
pub(crate) fn no_such_policy(arn: &str) -> Fault {
    err::no_such_entity_exception(format!("Policy {arn} was not found."))
}

/// A managed policy that isn't there, where it was to be attached.
pub(crate) fn not_attachable(arn: &str) -> Fault {
    err::no_such_entity_exception(format!("Policy {arn} does not exist or is not attachable."))
}

/// `The access key` that isn't there.
pub(crate) fn no_such_key(id: &str) -> Fault {
    err::no_such_entity_exception(format!("The Access Key with id {id} cannot be found."))
}

/// A service-linked role, or one of IAM Identity Center.
pub(crate) fn protected(role: &str) -> Fault {
    err::unmodifiable_entity_exception(format!(
        "Cannot perform the operation on the protected role '{role}' - this role is only modifiable by AWS"
    ))
}

/// A change to what belongs to AWS.
pub(crate) fn denied(text: impl Into<String>) -> Fault {
    Fault::modelled("AccessDeniedException", "AccessDenied", 403, text)
}
