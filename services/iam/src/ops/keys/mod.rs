//! Access keys. One operation a file.

mod create_access_key;
mod delete_access_key;
mod get_access_key_last_used;
mod list_access_keys;
mod update_access_key;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        create_access_key::operation(),
        delete_access_key::operation(),
        get_access_key_last_used::operation(),
        list_access_keys::operation(),
        update_access_key::operation(),
    ]
}
