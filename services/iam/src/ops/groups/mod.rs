//! Groups and their members. One operation a file.

mod add_user_to_group;
mod create_group;
mod delete_group;
mod get_group;
mod list_groups;
mod list_groups_for_user;
mod remove_user_from_group;
mod update_group;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        add_user_to_group::operation(),
        create_group::operation(),
        delete_group::operation(),
        get_group::operation(),
        list_groups::operation(),
        list_groups_for_user::operation(),
        remove_user_from_group::operation(),
        update_group::operation(),
    ]
}
