//! Permissions boundaries. One operation a file.

mod delete_role_permissions_boundary;
mod delete_user_permissions_boundary;
mod put_role_permissions_boundary;
mod put_user_permissions_boundary;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        delete_role_permissions_boundary::operation(),
        delete_user_permissions_boundary::operation(),
        put_role_permissions_boundary::operation(),
        put_user_permissions_boundary::operation(),
    ]
}
