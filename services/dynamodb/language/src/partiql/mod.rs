//! PartiQL, as far as DynamoDB speaks it: SELECT, INSERT, UPDATE, DELETE and EXISTS over one table or index. A statement
//! becomes the conditions and updates that expressions make, and a plan: which keys to read, what to filter. Reading and
//! writing are the service's, and so are texts about tables, batches and transactions.
//!
//! Forms: `SELECT * | path, … FROM "table"[."index"] [WHERE …] [ORDER BY key [ASC | DESC], …]`, `INSERT INTO "table" VALUE {…}`,
//! `UPDATE "table" SET path = … REMOVE path … WHERE … [RETURNING ALL | MODIFIED OLD | NEW *]` and
//! `FROM "table" WHERE … SET … REMOVE …`, `DELETE FROM "table" WHERE … [RETURNING ALL OLD *]`, `EXISTS(SELECT …)`.
//!
//! Texts with a position say `at line:column:length`, in characters from 1. What cannot be read at all is answered with nothing
//! after the colon.
//!
//! Sources: developer guide, "PartiQL - a SQL-compatible query language for Amazon DynamoDB"; texts as captured by
//! dynamodb-conformance in October 2026. Inferred: what follows "can't be processed: " in cases that it does not pin.

mod condition;
mod literal;
mod parser;
mod plan;
mod statement;
mod token;
mod update;

pub use plan::{ReadPlan, Reads};
pub use statement::{Delete, Insert, Returning, Select, Statement, UpdateItem};

/// What a write without equality on every key attribute is refused with.
pub const NO_KEY: &str = "Where clause does not contain a mandatory equality on all key attributes";

/// What a SELECT of `BatchExecuteStatement` is refused with, in its place of the answer, unless
/// [`Select::single_item`] finds a key and no further condition.
pub const NO_KEY_IN_BATCH: &str =
    "Select statements within BatchExecuteStatement must specify the primary key in the where clause.";

/// The same of `ExecuteTransaction`, behind "Validation failed in TransactStatements\[0\]: ".
pub const NO_KEY_IN_TRANSACTION: &str =
    "Select statements within ExecuteTransaction must specify the primary key in the where clause.";

/// What EXISTS is refused with unless [`Select::single_item`] finds a key and a further condition.
pub const NO_CONDITION_IN_EXISTS: &str = "EXISTS() must contain a single item read with additional condition";
