//! Tags of users, roles, policies and instance profiles. One operation a file.

mod list_instance_profile_tags;
mod list_policy_tags;
mod list_role_tags;
mod list_user_tags;
mod tag_instance_profile;
mod tag_policy;
mod tag_role;
mod tag_user;
mod untag_instance_profile;
mod untag_policy;
mod untag_role;
mod untag_user;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        list_instance_profile_tags::operation(),
        list_policy_tags::operation(),
        list_role_tags::operation(),
        list_user_tags::operation(),
        tag_instance_profile::operation(),
        tag_policy::operation(),
        tag_role::operation(),
        tag_user::operation(),
        untag_instance_profile::operation(),
        untag_policy::operation(),
        untag_role::operation(),
        untag_user::operation(),
    ]
}
