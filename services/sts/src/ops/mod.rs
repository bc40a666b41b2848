//! One file per operation.

pub(crate) mod get_caller_identity;
