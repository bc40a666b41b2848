//! Central root access and access reports of an organization. No account here is in an organization, and that is what AWS
//! answers such an account.
//! Source: IAM API reference, "EnableOrganizationsRootSessions" and its siblings (2026-11-22): "The request was rejected
//! because no organization is associated with your account." GenerateOrganizationsAccessReport documents no such error;
//! that it answers the same is inferred.

use codec::{Fault, Op};
use kernel::{Guard, Operation};
use shapes_iam::{err as shapes_err, op};

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        unorganized::<op::EnableOrganizationsRootCredentialsManagement>(),
        unorganized::<op::EnableOrganizationsRootSessions>(),
        unorganized::<op::DisableOrganizationsRootCredentialsManagement>(),
        unorganized::<op::DisableOrganizationsRootSessions>(),
        unorganized::<op::GenerateOrganizationsAccessReport>(),
        Operation::read::<op::ListOrganizationsFeatures>(
            |_, _| Ok(Guard::any()),
            |_, _| Err(no_organization()),
        ),
        Operation::read::<op::GetOrganizationsAccessReport>(
            |_, _| Ok(Guard::any()),
            |_, i| {
                // Text inferred: as for other reports.
                let text = format!("Report with id {} cannot be found.", i.job_id);
                Err(shapes_err::no_such_entity_exception(text))
            },
        ),
    ]
}

fn unorganized<O: Op>() -> Operation {
    Operation::write::<O>(|_, _| Ok(Guard::any()), |_, _| Err(no_organization()))
}

fn no_organization() -> Fault {
    shapes_err::organization_not_found_exception(
        "The request was rejected because no organization is associated with your account.",
    )
}
