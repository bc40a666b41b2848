//! `ExecuteStatement`, `BatchExecuteStatement`, `ExecuteTransaction`.
//!
//! Errors: those of the statement (`partiql.rs`); of a batch's statements they stand in its answer. A transaction: as
//! `TransactWriteItems`. Source: API reference (2026-11-22).

use std::collections::BTreeMap;

use codec::Fault;
use dynamodb_language::partiql::{NO_KEY_IN_BATCH, NO_KEY_IN_TRANSACTION, Statement};
use dynamodb_language::{Item, row};
use kernel::Cx;
use sha2::{Digest, Sha256};
use shapes_dynamodb::{
    BatchExecuteStatementInput, BatchExecuteStatementOutput, BatchStatementError, BatchStatementResponse,
    ConsumedCapacity, ExecuteStatementInput, ExecuteStatementOutput, ExecuteTransactionInput,
    ExecuteTransactionOutput, ItemResponse,
};

use crate::capacity::{Consumed, Side};
use crate::change::Wanted;
use crate::err::invalid;
use crate::item;
use crate::partiql::{self, Answer, How};
use crate::request::wants_old;
use crate::table::Open;
use crate::transaction::{repeated, write};

/// The table that a statement names, as far as it can be read: for the call's place and its authorization.
pub(crate) fn table_of(text: &str) -> Option<String> {
    // Parameters don't matter for the name: as many stand in as the text could have.
    let nulls = vec![dynamodb_language::Value::Null; text.matches('?').count()];
    Statement::parse(text, nulls).ok().map(|s| s.table().to_owned())
}

/// Carries out one statement.
pub(crate) fn execute(cx: &mut Cx, i: &ExecuteStatementInput) -> Result<ExecuteStatementOutput, Fault> {
    let statement = partiql::parse(&i.statement, i.parameters.as_ref())?;
    let answer = match &statement {
        Statement::Exists(_) => return Err(invalid("EXISTS() is only supported in ExecuteTransaction")),
        Statement::Select(s) => {
            let how = How {
                consistent: i.consistent_read.unwrap_or(false),
                limit: i.limit.map(|l| l as usize),
                start: i.next_token.as_deref().map(|t| unsealed(cx, &i.statement, t)).transpose()?,
            };
            partiql::select(cx, s, &how)?
        }
        other => {
            partiql::change(cx, other, wants_old(i.return_values_on_condition_check_failure.as_deref()))?
        }
    };
    let token = answer.next.as_ref().map(|next| sealed(cx, &i.statement, next));
    let last = answer.next.map(|(_, key)| key).filter(|k| !k.is_empty());
    Ok(ExecuteStatementOutput {
        items: Some(answer.items.into_iter().map(item::show).collect()),
        next_token: token,
        last_evaluated_key: last.map(item::show),
        consumed_capacity: answer.consumed.shown(i.return_consumed_capacity.as_deref(), statement.table()),
    })
}

fn sealed(cx: &Cx, text: &str, (at, key): &(usize, Item)) -> String {
    let hex: String = row::encode(key).iter().map(|b| format!("{b:02x}")).collect();
    cx.page_token("ExecuteStatement", &[text], &format!("{at}|{hex}"))
}

fn unsealed(cx: &Cx, text: &str, token: &str) -> Result<(usize, Option<Item>), Fault> {
    let bad = || invalid("Invalid NextToken");
    let place =
        cx.page_start("ExecuteStatement", &[text], Some(token)).map_err(|_| bad())?.ok_or_else(bad)?;
    let (at, hex) = place.split_once('|').ok_or_else(bad)?;
    let bytes: Option<Vec<u8>> =
        (0..hex.len() / 2).map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok()).collect();
    let key = row::decode(&bytes.ok_or_else(bad)?).map_err(|_| bad())?;
    Ok((at.parse().map_err(|_| bad())?, Some(key)))
}

/// Carries out statements, each for itself: all read, or all write.
pub(crate) fn batch(
    cx: &mut Cx,
    i: &BatchExecuteStatementInput,
) -> Result<BatchExecuteStatementOutput, Fault> {
    let parsed: Vec<Result<Statement, Fault>> =
        i.statements.iter().map(|s| partiql::parse(&s.statement, s.parameters.as_ref())).collect();
    let reads = |s: &Statement| matches!(s, Statement::Select(_));
    let kinds: Vec<bool> = parsed.iter().flatten().map(reads).collect();
    if kinds.iter().any(|k| *k != kinds[0]) {
        return Err(invalid(
            "The entire batch must consist of either read statements or write statements, you cannot mix both in one batch",
        ));
    }
    let mut by_table: BTreeMap<String, Consumed> = BTreeMap::new();
    let mut responses = Vec::with_capacity(parsed.len());
    for (given, statement) in i.statements.iter().zip(parsed) {
        let table = statement.as_ref().ok().map(|s| s.table().to_owned());
        let shows = wants_old(given.return_values_on_condition_check_failure.as_deref());
        let outcome = statement.and_then(|s| match &s {
            Statement::Select(select) => {
                partiql::single(cx, select, given.consistent_read.unwrap_or(false), NO_KEY_IN_BATCH)
            }
            Statement::Exists(_) => Err(invalid("EXISTS() is only supported in ExecuteTransaction")),
            other => partiql::change(cx, other, shows),
        });
        responses.push(match outcome {
            Ok(answer) => {
                by_table.entry(table.clone().unwrap_or_default()).or_default().add(&answer.consumed);
                answered(table, answer)
            }
            Err(fault) => failed(table, &fault)?,
        });
    }
    Ok(BatchExecuteStatementOutput {
        responses: Some(responses),
        consumed_capacity: shown(&by_table, i.return_consumed_capacity.as_deref(), None),
    })
}

fn answered(table_name: Option<String>, answer: Answer) -> BatchStatementResponse {
    BatchStatementResponse { error: None, table_name, item: answer.items.into_iter().next().map(item::show) }
}

/// The answer of a statement that failed; a failure of ours stays one.
fn failed(table_name: Option<String>, fault: &Fault) -> Result<BatchStatementResponse, Fault> {
    let code = match fault.code() {
        "ConditionalCheckFailedException" => "ConditionalCheckFailed",
        "ValidationException" => "ValidationError",
        "ResourceNotFoundException" => "ResourceNotFound",
        "DuplicateItemException" => "DuplicateItem",
        "ProvisionedThroughputExceededException" => "ProvisionedThroughputExceeded",
        "ThrottlingException" => "ThrottlingError",
        _ => return Err(fault.clone()),
    };
    let error = BatchStatementError {
        code: Some(code.to_owned()),
        message: Some(fault.message().to_owned()),
        item: None,
    };
    Ok(BatchStatementResponse { error: Some(error), table_name, item: None })
}

fn shown(
    by_table: &BTreeMap<String, Consumed>,
    asked: Option<&str>,
    side: Option<Side>,
) -> Option<Vec<ConsumedCapacity>> {
    let all: Vec<ConsumedCapacity> =
        by_table.iter().filter_map(|(name, c)| c.shown_as(asked, name, side)).collect();
    Some(all).filter(|a| !a.is_empty())
}

/// Carries out statements all or none: all read, or all write.
pub(crate) fn transaction(
    cx: &mut Cx,
    i: &ExecuteTransactionInput,
) -> Result<ExecuteTransactionOutput, Fault> {
    let statements: Vec<Statement> = i
        .transact_statements
        .iter()
        .map(|s| partiql::parse(&s.statement, s.parameters.as_ref()))
        .collect::<Result<_, _>>()?;
    let reads = statements.iter().filter(|s| matches!(s, Statement::Select(_))).count();
    let mut by_table: BTreeMap<String, Consumed> = BTreeMap::new();
    let asked = i.return_consumed_capacity.as_deref();
    if reads == statements.len() {
        let mut responses = Vec::with_capacity(reads);
        for (at, s) in statements.iter().enumerate() {
            let Statement::Select(select) = s else { continue };
            let otherwise = format!("Validation failed in TransactStatements[{at}]: {NO_KEY_IN_TRANSACTION}");
            let answer = partiql::single(cx, select, true, &otherwise)?;
            by_table.entry(s.table().to_owned()).or_default().add(&answer.consumed.clone().doubled());
            responses.push(ItemResponse { item: answer.items.into_iter().next().map(item::show) });
        }
        let consumed_capacity = shown(&by_table, asked, Some(Side::Read));
        return Ok(ExecuteTransactionOutput { responses: Some(responses), consumed_capacity });
    }
    if reads > 0 {
        return Err(invalid(
            "The entire transaction must consist of either read statements or write statements, you cannot mix both in one \
             transaction",
        ));
    }
    let mut actions = Vec::with_capacity(statements.len());
    for (given, s) in i.transact_statements.iter().zip(&statements) {
        let open = Open::ready(cx, s.table())?;
        let shows = wants_old(given.return_values_on_condition_check_failure.as_deref());
        actions.push((open.clone(), transacted(&open, s, shows)?));
    }
    let answered =
        |consumed| ExecuteTransactionOutput { responses: Some(Vec::new()), consumed_capacity: consumed };
    if repeated(cx, i.client_request_token.as_deref(), &digest(i))? {
        return Ok(answered(None));
    }
    let done = write(cx, &actions)?;
    for (s, d) in statements.iter().zip(&done) {
        by_table.entry(s.table().to_owned()).or_default().add(&d.consumed);
    }
    Ok(answered(shown(&by_table, asked, Some(Side::Write))))
}

/// The change of a statement in a transaction: an UPDATE needs an item.
fn transacted(open: &Open, s: &Statement, shows: bool) -> Result<Wanted, Fault> {
    let mut wanted = partiql::wanted(open, s, shows)?;
    if matches!(s, Statement::Update(_)) && wanted.condition.is_none() {
        wanted.condition = Some(partiql::presence(open)?);
    }
    Ok(wanted)
}

fn digest(i: &ExecuteTransactionInput) -> Vec<u8> {
    let mut hash = Sha256::new();
    for s in &i.transact_statements {
        hash.update(format!("{s:?}"));
    }
    hash.finalize().to_vec()
}
