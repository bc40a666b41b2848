//! Patterns that a service checks by itself, after its model and in words of its own. Which texts fit a pattern is
//! `pattern.rs`'s to say.
//!
//! Sources: AWS's answers quoted in public issues: aws-amplify/amplify-cli#9120 (roleName), aws/aws-cdk#16256 (userName),
//! aws-cloudformation/cfn-lint#722 (path), aws/aws-cli#5860 (pathPrefix). That other names of IAM's have the same words is
//! inferred.

use model::{Model, Shape};

/// Shapes of IAM's names.
const NAMES: [&str; 8] = [
    "existingUserNameType",
    "groupNameType",
    "instanceProfileNameType",
    "policyNameType",
    "roleNameType",
    "serverCertificateNameType",
    "userNameType",
    "virtualMFADeviceName",
];

/// The refusal of a value that doesn't fit the shape's pattern, where it isn't worded like the model's other constraints.
pub(crate) fn own(model: &Model, shape: &Shape, member: &str) -> Option<String> {
    if model.id != "iam" {
        return None;
    }
    let rule = match shape.name {
        name if NAMES.contains(&name) => "contain only alphanumeric characters and/or the following: +=,.@_-",
        "pathType" | "policyPathType" if member != "pathPrefix" => {
            "begin and end with / and contain only alphanumeric characters and/or / characters."
        }
        "pathPrefixType" | "pathType" | "policyPathType" => {
            "begin with the / character and contain only alphanumeric characters and/or / characters."
        }
        _ => return None,
    };
    Some(format!("The specified value for {member} is invalid. It must {rule}"))
}
