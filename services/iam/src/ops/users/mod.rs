//! Users. One operation a file.

mod create_user;
mod delete_user;
mod get_user;
mod list_users;
mod update_user;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        create_user::operation(),
        delete_user::operation(),
        get_user::operation(),
        list_users::operation(),
        update_user::operation(),
    ]
}
