//! DynamoDB: tables of items that are found by key, and streams of what changed in them. Two services of AWS's, `dynamodb` and
//! `dynamodbstreams`, over one state.
//!
//! Concepts. A *table* has a *key schema*: a partition key, perhaps a sort key. An *item* is a map of attributes; its
//! *partition* is all items with its partition key. A secondary *index* orders the items that have its key attributes by
//! those, and holds what it *projects* of them; local ones share the table's partition key, global ones have any. A *stream*
//! tells of every change, in *shards*.
//!
//! | file | holds |
//! | --- | --- |
//! | `ops/` | the operations |
//! | `state.rs`, `item.rs` | rows and tables; items between wire and store |
//! | `names.rs`, `place.rs` | names and ARNs; in which lane a call is decided |
//! | `schema.rs`, `throughput.rs` | what a table is made of, and what capacity it is given |
//! | `table.rs`, `describe.rs` | finding tables, their states, how they are shown |
//! | `request.rs`, `legacy.rs`, `change.rs` | expressions of a request; the change that it wants |
//! | `range.rs`, `read.rs`, `transaction.rs`, `collection.rs` | reading many, all or nothing, item collections |
//! | `keys.rs`, `write.rs` | keys as bytes; changing an item with all that hangs on it |
//! | `lagging.rs` | global indexes that lag |
//! | `backfill.rs` | new indexes and expiries over items that are there |
//! | `backup.rs`, `copy.rs` | backups; copies of tables as of a moment |
//! | `capacity.rs`, `billing.rs` | what calls consume, what an hour costs |
//! | `export.rs`, `export_files.rs`, `delta.rs`, `plain.rs` | exports to S3, their files, what changed in a window, items as text |
//! | `import.rs`, `import_text.rs` | imports from S3, their text |
//! | `stream.rs`, `ttl.rs`, `history.rs` | what is told of changes; what expires; what can be undone |
//! | `partiql.rs` | statements, carried out |
//! | `membership.rs`, `replica.rs`, `replication.rs`, `sync.rs` | global tables: members, what they write, what arrives, shared settings |
//! | `tags.rs`, `policy.rs`, `guard.rs`, `conditions.rs` | tags, resource policies, who may |
//! | `time.rs`, `check.rs`, `wire.rs` | what the clock does; the invariants; members of errors |
//!
//! The values, their sizes and order, and the expression language are the crate `dynamodb-language` beside this one.
//!
//! Invariants (`check.rs`): items lie under their keys; an index holds exactly what its items project; counters equal what is
//! there; a stream's records commit with their changes.
//!
//! Cost, in rows written: a put two (item, counters), and for each index that it touches two, with a stream two more. A query
//! is a scan of one range, whatever the size of the table.
//!
//! Differs from AWS:
//! - Indexes are changed in the same commit as their table, unless a fault of the kind `lag` holds up `UpdateIndex`: then what a
//!   read of a global index shows is as old as that.
//! - Writers of one table wait for each other instead of conflicting: `TransactionConflictException` is never answered.
//! - Items expire as the clock passes their moment, not within days of it.
//! - `ItemCount` and `TableSizeBytes` are exact, not six hours old.
//! - Under the `dev` profile states settle at once, capacity is not enforced, and a stream has one shard.
//! - What encrypts a table is configuration; data rests as the store keeps it.
//! - A partition key has a partition of its own: adaptive capacity has nothing to do. Buckets are full after a restart.
//! - The bill counts hours when they are full: a table that comes and goes within one costs no storage.
//! - A transaction repeated with its token consumes reads, and its answer shows them; item collections have no 10 GB limit.
//! - Global tables are those of version 2019.11.21, eventually consistent, of tables with on-demand capacity, in one account. The
//!   later of two writes is told by the clock that all regions share. A stamp of a deleted item stays until its table goes.
//! - Not built: strongly consistent global tables and those of version 2017.11.29, imports and exports
//!   in Ion or with keys of KMS, imports in Zstandard, bulk operations, Kinesis destinations, contributor insights,
//!   vector indexes, auto scaling of replicas, policies of streams. Each answers `NotImplemented`, also where it is a member of
//!   an operation that is built.

mod backfill;
mod backup;
mod billing;
mod capacity;
mod change;
mod check;
mod collection;
mod conditions;
mod copy;
mod delta;
mod describe;
mod err;
mod export;
mod export_files;
mod guard;
mod history;
mod import;
mod import_text;
mod item;
mod keys;
mod lagging;
mod legacy;
mod membership;
mod names;
mod ops;
mod partiql;
mod place;
mod plain;
mod policy;
mod range;
mod read;
mod replica;
mod replication;
mod request;
mod schema;
mod state;
mod stream;
mod sync;
mod table;
mod tags;
mod throughput;
mod time;
mod transaction;
mod ttl;
mod wire;
mod write;

use kernel::{Access, Guard, Operation, Service};
use shapes_dynamodb::{SERVICE, op};
use shapes_dynamodbstreams::op as streams_op;

/// DynamoDB, for the wiring.
pub fn service() -> Service {
    Service {
        id: SERVICE,
        model_hash: shapes_dynamodb::MODEL_HASH,
        iam_prefix: "dynamodb",
        global: false,
        keyspaces: &["dynamodb"],
        writes_directory: false,
        operations: operations(),
        on_timer: time::on_timer,
        reset: time::reset,
        check: check::check,
        plane: None,
    }
}

/// DynamoDB's streams, for the wiring. Their state is DynamoDB's.
pub fn streams() -> Service {
    Service {
        id: shapes_dynamodbstreams::SERVICE,
        model_hash: shapes_dynamodbstreams::MODEL_HASH,
        iam_prefix: "dynamodb",
        global: false,
        keyspaces: &[],
        writes_directory: false,
        operations: vec![
            Operation::read::<streams_op::ListStreams>(|_, _| Ok(Guard::any()), ops::streams::list),
            Operation::read::<streams_op::DescribeStream>(
                |_, i| Ok(guard::stream(&i.stream_arn)),
                ops::streams::describe,
            ),
            Operation::read::<streams_op::GetShardIterator>(
                |_, i| Ok(guard::stream(&i.stream_arn)),
                ops::streams::iterator,
            ),
            Operation::read::<streams_op::GetRecords>(
                |_, i| Ok(guard::stream(ops::streams::arn_of_iterator(&i.shard_iterator))),
                ops::streams::records,
            )
            .data(),
        ],
        on_timer: |_, timer| Err(codec::Fault::internal(format!("streams set no timer {}", timer.kind))),
        reset: |_| Ok(()),
        check: |_| Ok(()),
        plane: None,
    }
}

fn operations() -> Vec<Operation> {
    let mut all = tables();
    all.extend(items());
    all.extend(settings());
    all.extend(backups());
    all.extend(exports());
    all
}

/// Operations on tables.
fn tables() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateTable>(guard::create_table, ops::create_table::decide)
            .placed_by::<op::CreateTable>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::read::<op::DescribeTable>(|cx, i| guard::table(cx, &i.table_name), ops::tables::describe)
            .placed_by::<op::DescribeTable>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::read::<op::ListTables>(|_, _| Ok(Guard::any()), ops::tables::list),
        Operation::write::<op::UpdateTable>(guard::update_table, ops::update_table::decide)
            .placed_by::<op::UpdateTable>(|_, scope, i| Ok(place::update_table(scope, i))),
        Operation::write::<op::DeleteTable>(|cx, i| guard::table(cx, &i.table_name), ops::tables::delete)
            .placed_by::<op::DeleteTable>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::read::<op::DescribeLimits>(|_, _| Ok(Guard::any()), ops::tables::limits),
        Operation::read::<op::DescribeEndpoints>(|_, _| Ok(Guard::any()), ops::tables::endpoints)
            .access(Access::Signed),
    ]
}

/// Operations on items: data events.
fn items() -> Vec<Operation> {
    vec![
        Operation::read::<op::GetItem>(guard::get, ops::get_item::decide)
            .placed_by::<op::GetItem>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::write::<op::PutItem>(guard::put, ops::put_item::decide)
            .placed_by::<op::PutItem>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::write::<op::UpdateItem>(guard::update, ops::update_item::decide)
            .placed_by::<op::UpdateItem>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::write::<op::DeleteItem>(guard::delete, ops::delete_item::decide)
            .placed_by::<op::DeleteItem>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::read::<op::Query>(guard::query, ops::query::decide)
            .placed_by::<op::Query>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::read::<op::Scan>(guard::scan, ops::scan::decide)
            .placed_by::<op::Scan>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::read::<op::BatchGetItem>(guard::batch_get, ops::batch_get_item::decide)
            .placed_by::<op::BatchGetItem>(|_, scope, i| {
                Ok(place::tables(scope, i.request_items.keys().map(String::as_str)))
            }),
        Operation::write::<op::BatchWriteItem>(guard::batch_write, ops::batch_write_item::decide)
            .placed_by::<op::BatchWriteItem>(|_, scope, i| {
            Ok(place::tables(scope, i.request_items.keys().map(String::as_str)))
        }),
        Operation::read::<op::TransactGetItems>(guard::transact_get, ops::transact_get_items::decide)
            .placed_by::<op::TransactGetItems>(|_, scope, i| {
            Ok(place::tables(scope, i.transact_items.iter().map(|t| t.get.table_name.as_str())))
        }),
        Operation::write::<op::TransactWriteItems>(guard::transact_write, ops::transact_write_items::decide)
            .placed_by::<op::TransactWriteItems>(|_, scope, i| {
            let tables = ops::transact_write_items::tables(i);
            let token = i.client_request_token.as_deref();
            Ok(place::with_token(place::tables(scope, tables.into_iter()), token))
        }),
        Operation::write::<op::ExecuteStatement>(guard::execute, ops::statements::execute)
            .placed_by::<op::ExecuteStatement>(|_, scope, i| {
            Ok(place::statements(scope, std::iter::once(i.statement.as_str())))
        }),
        Operation::write::<op::BatchExecuteStatement>(guard::batch_execute, ops::statements::batch)
            .placed_by::<op::BatchExecuteStatement>(|_, scope, i| {
            Ok(place::statements(scope, i.statements.iter().map(|s| s.statement.as_str())))
        }),
        Operation::write::<op::ExecuteTransaction>(guard::execute_transaction, ops::statements::transaction)
            .placed_by::<op::ExecuteTransaction>(|_, scope, i| {
            let texts = i.transact_statements.iter().map(|s| s.statement.as_str());
            Ok(place::with_token(place::statements(scope, texts), i.client_request_token.as_deref()))
        }),
    ]
    .into_iter()
    .map(Operation::data)
    .collect()
}

/// Operations on what is set of a table.
fn settings() -> Vec<Operation> {
    vec![
        Operation::read::<op::DescribeTimeToLive>(|cx, i| guard::table(cx, &i.table_name), ttl::describe)
            .placed_by::<op::DescribeTimeToLive>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::write::<op::UpdateTimeToLive>(|cx, i| guard::table(cx, &i.table_name), ttl::update)
            .placed_by::<op::UpdateTimeToLive>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::write::<op::TagResource>(guard::tag, tags::tag)
            .placed_by::<op::TagResource>(|_, scope, i| Ok(place::table(scope, &i.resource_arn))),
        Operation::write::<op::UntagResource>(guard::untag, tags::untag)
            .placed_by::<op::UntagResource>(|_, scope, i| Ok(place::table(scope, &i.resource_arn))),
        Operation::read::<op::ListTagsOfResource>(|cx, i| guard::arn(cx, &i.resource_arn), tags::list)
            .placed_by::<op::ListTagsOfResource>(|_, scope, i| Ok(place::table(scope, &i.resource_arn))),
        Operation::write::<op::PutResourcePolicy>(|cx, i| guard::arn(cx, &i.resource_arn), policy::put)
            .placed_by::<op::PutResourcePolicy>(|_, scope, i| Ok(place::table(scope, &i.resource_arn))),
        Operation::read::<op::GetResourcePolicy>(|cx, i| guard::arn(cx, &i.resource_arn), policy::get)
            .placed_by::<op::GetResourcePolicy>(|_, scope, i| Ok(place::table(scope, &i.resource_arn))),
        Operation::write::<op::DeleteResourcePolicy>(|cx, i| guard::arn(cx, &i.resource_arn), policy::delete)
            .placed_by::<op::DeleteResourcePolicy>(|_, scope, i| Ok(place::table(scope, &i.resource_arn))),
    ]
}

/// Operations on exports and imports.
fn exports() -> Vec<Operation> {
    vec![
        Operation::write::<op::ExportTableToPointInTime>(
            |cx, i| guard::arn(cx, &i.table_arn),
            ops::exports::begin,
        )
        .placed_by::<op::ExportTableToPointInTime>(|_, scope, i| Ok(place::table(scope, &i.table_arn)))
        .goes_on(export::go_on),
        Operation::read::<op::DescribeExport>(|cx, i| guard::arn(cx, &i.export_arn), ops::exports::describe),
        Operation::read::<op::ListExports>(|_, _| Ok(Guard::any()), ops::exports::list),
        Operation::write::<op::ImportTable>(guard::import_table, ops::imports::begin)
            .placed_by::<op::ImportTable>(|_, scope, i| {
                Ok(place::table(scope, &i.table_creation_parameters.table_name))
            })
            .goes_on(import::go_on),
        Operation::read::<op::DescribeImport>(|cx, i| guard::arn(cx, &i.import_arn), ops::imports::describe),
        Operation::read::<op::ListImports>(|_, _| Ok(Guard::any()), ops::imports::list),
    ]
}

/// Operations on backups and recovery.
fn backups() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateBackup>(|cx, i| guard::table(cx, &i.table_name), ops::backups::create)
            .placed_by::<op::CreateBackup>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::read::<op::DescribeBackup>(|cx, i| guard::arn(cx, &i.backup_arn), ops::backups::describe),
        Operation::read::<op::ListBackups>(|_, _| Ok(Guard::any()), ops::backups::list),
        Operation::write::<op::DeleteBackup>(|cx, i| guard::arn(cx, &i.backup_arn), ops::backups::delete)
            .placed_by::<op::DeleteBackup>(|_, scope, i| Ok(place::table(scope, &i.backup_arn))),
        Operation::write::<op::RestoreTableFromBackup>(guard::from_backup, ops::restores::from_backup)
            .placed_by::<op::RestoreTableFromBackup>(|_, scope, i| {
            let both = [i.backup_arn.as_str(), i.target_table_name.as_str()];
            Ok(place::tables(scope, both.into_iter()))
        }),
        Operation::write::<op::RestoreTableToPointInTime>(
            guard::to_point_in_time,
            ops::restores::to_point_in_time,
        )
        .placed_by::<op::RestoreTableToPointInTime>(|_, scope, i| {
            let source = i.source_table_arn.as_deref().or(i.source_table_name.as_deref());
            let both = source.into_iter().chain([i.target_table_name.as_str()]);
            Ok(place::tables(scope, both))
        }),
        Operation::read::<op::DescribeContinuousBackups>(
            |cx, i| guard::table(cx, &i.table_name),
            ops::restores::describe_continuous,
        )
        .placed_by::<op::DescribeContinuousBackups>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
        Operation::write::<op::UpdateContinuousBackups>(
            |cx, i| guard::table(cx, &i.table_name),
            ops::restores::update_continuous,
        )
        .placed_by::<op::UpdateContinuousBackups>(|_, scope, i| Ok(place::table(scope, &i.table_name))),
    ]
}
