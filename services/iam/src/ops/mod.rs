//! Operations by area; each area tells its rows.

pub(crate) mod attach;
pub(crate) mod boundaries;
pub(crate) mod groups;
pub(crate) mod inline;
pub(crate) mod keys;
pub(crate) mod policies;
pub(crate) mod roles;
pub(crate) mod users;
