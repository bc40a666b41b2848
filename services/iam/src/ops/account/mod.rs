//! Questions about the whole account. One operation a file.

mod get_account_authorization_details;
mod get_context_keys_for_custom_policy;
mod get_context_keys_for_principal_policy;
mod list_policies_granting_service_access;

use kernel::Operation;

/// The area's rows of the service's table.
pub(crate) fn operations() -> Vec<Operation> {
    vec![
        get_account_authorization_details::operation(),
        get_context_keys_for_custom_policy::operation(),
        get_context_keys_for_principal_policy::operation(),
        list_policies_granting_service_access::operation(),
    ]
}
