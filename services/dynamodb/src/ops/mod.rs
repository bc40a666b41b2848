//! One operation a file, or a few that belong together.

pub(crate) mod backups;
pub(crate) mod batch_get_item;
pub(crate) mod batch_write_item;
pub(crate) mod create_table;
pub(crate) mod delete_item;
pub(crate) mod exports;
pub(crate) mod get_item;
pub(crate) mod imports;
pub(crate) mod put_item;
pub(crate) mod query;
pub(crate) mod restores;
pub(crate) mod scan;
mod single;
pub(crate) mod statements;
pub(crate) mod streams;
pub(crate) mod tables;
pub(crate) mod transact_get_items;
pub(crate) mod transact_write_items;
pub(crate) mod update_item;
pub(crate) mod update_table;
