//! Managed policies of users, groups and roles. One operation a file.

mod attach_group_policy;
mod attach_role_policy;
mod attach_user_policy;
mod detach_group_policy;
mod detach_role_policy;
mod detach_user_policy;
mod list_attached_group_policies;
mod list_attached_role_policies;
mod list_attached_user_policies;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        attach_group_policy::operation(),
        attach_role_policy::operation(),
        attach_user_policy::operation(),
        detach_group_policy::operation(),
        detach_role_policy::operation(),
        detach_user_policy::operation(),
        list_attached_group_policies::operation(),
        list_attached_role_policies::operation(),
        list_attached_user_policies::operation(),
    ]
}
