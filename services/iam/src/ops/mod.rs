//! Operations by area; each area tells its rows.

pub(crate) mod account;
pub(crate) mod attach;
pub(crate) mod boundaries;
pub(crate) mod groups;
pub(crate) mod inline;
pub(crate) mod keys;
pub(crate) mod policies;
pub(crate) mod profiles;
pub(crate) mod roles;
pub(crate) mod tagging;
pub(crate) mod users;
