//! Managed policies and their versions. One operation a file.

mod create_policy;
mod create_policy_version;
mod delete_policy;
mod delete_policy_version;
mod get_policy;
mod get_policy_version;
mod list_entities_for_policy;
mod list_policies;
mod list_policy_versions;
mod set_default_policy_version;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        create_policy::operation(),
        create_policy_version::operation(),
        delete_policy::operation(),
        delete_policy_version::operation(),
        get_policy::operation(),
        get_policy_version::operation(),
        list_entities_for_policy::operation(),
        list_policies::operation(),
        list_policy_versions::operation(),
        set_default_policy_version::operation(),
    ]
}
