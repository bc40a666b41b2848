//! Roles. One operation a file.

mod create_role;
mod delete_role;
mod get_role;
mod list_roles;
mod update_assume_role_policy;
mod update_role;
mod update_role_description;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        create_role::operation(),
        delete_role::operation(),
        get_role::operation(),
        list_roles::operation(),
        update_assume_role_policy::operation(),
        update_role::operation(),
        update_role_description::operation(),
    ]
}
