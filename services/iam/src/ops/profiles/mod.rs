//! Instance profiles. One operation a file.

mod add_role_to_instance_profile;
mod create_instance_profile;
mod delete_instance_profile;
mod get_instance_profile;
mod list_instance_profiles;
mod list_instance_profiles_for_role;
mod remove_role_from_instance_profile;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        add_role_to_instance_profile::operation(),
        create_instance_profile::operation(),
        delete_instance_profile::operation(),
        get_instance_profile::operation(),
        list_instance_profiles::operation(),
        list_instance_profiles_for_role::operation(),
        remove_role_from_instance_profile::operation(),
    ]
}
