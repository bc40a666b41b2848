//! Inline policies of users, groups and roles. One operation a file.

mod delete_group_policy;
mod delete_role_policy;
mod delete_user_policy;
mod get_group_policy;
mod get_role_policy;
mod get_user_policy;
mod list_group_policies;
mod list_role_policies;
mod list_user_policies;
mod put_group_policy;
mod put_role_policy;
mod put_user_policy;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        delete_group_policy::operation(),
        delete_role_policy::operation(),
        delete_user_policy::operation(),
        get_group_policy::operation(),
        get_role_policy::operation(),
        get_user_policy::operation(),
        list_group_policies::operation(),
        list_role_policies::operation(),
        list_user_policies::operation(),
        put_group_policy::operation(),
        put_role_policy::operation(),
        put_user_policy::operation(),
    ]
}
