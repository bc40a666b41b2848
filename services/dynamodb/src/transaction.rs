//! Transactions of writes: all changes or none, each under its condition; and the tokens by which a repeated one is known.
//! Decisions of one table run one after the other, so that a transaction never meets another halfway.
//!
//! Source: developer guide, "Amazon DynamoDB Transactions: How it works" (2026-11-22): tokens are good for ten minutes.

use std::collections::BTreeSet;

use codec::{Fault, Value};
use dynamodb_language::{Item, size};
use kernel::Cx;
use shapes_dynamodb::err;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::capacity::{Side, take};
use crate::change::{Done, Wanted, What};
use crate::err::invalid;
use crate::item::spread;
use crate::table::Open;
use crate::{time, wire};

const TOKEN_MS: i64 = 600_000;
const MAX_BYTES: usize = 4 << 20;

/// Why one action of a transaction keeps all from being done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    pub(crate) message: Option<String>,
    pub(crate) item: Option<Item>,
}

impl Reason {
    /// The action is no reason.
    pub(crate) fn none() -> Reason {
        Reason { code: "None", ..Reason::default() }
    }

    /// The reason that a fault is; a fault that concerns the whole call stays one.
    pub(crate) fn of(fault: Fault) -> Result<Reason, Fault> {
        let code = match fault.code() {
            "ValidationException" => "ValidationError",
            "ProvisionedThroughputExceededException" => "ProvisionedThroughputExceeded",
            "ThrottlingException" => "ThrottlingError",
            "ItemCollectionSizeLimitExceededException" => "ItemCollectionSizeLimitExceeded",
            "DuplicateItemException" => "DuplicateItem",
            _ => return Err(fault),
        };
        Ok(Reason { code, message: Some(fault.message().to_owned()), item: None })
    }
}

/// `TransactionCanceledException`
pub(crate) fn cancelled(reasons: &[Reason]) -> Result<Fault, Fault> {
    let codes: Vec<&str> = reasons.iter().map(|r| r.code).collect();
    let text = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let text_of = |t: &str| Value::String(t.to_owned());
    let mut list = Vec::with_capacity(reasons.len());
    for r in reasons {
        let item = r.item.as_ref().map(wire::item_value).transpose()?;
        let members = [
            ("Item", item.unwrap_or_default()),
            ("Code", text_of(r.code)),
            ("Message", r.message.as_deref().map(text_of).unwrap_or_default()),
        ];
        let there = members.into_iter().filter(|(_, v)| *v != Value::Null);
        list.push(wire::of("CancellationReason", there));
    }
    Ok(err::transaction_canceled_exception(text).with_field("CancellationReasons", Value::List(list)))
}

/// Makes all changes, or none.
///
/// Errors: ValidationException: two on one item, too large together. TransactionCanceledException: why not, by action.
pub(crate) fn write(cx: &mut Cx, actions: &[(Open, Wanted)]) -> Result<Vec<Done>, Fault> {
    let bytes: usize = actions.iter().map(|(_, w)| wanted_bytes(w)).sum();
    if bytes > MAX_BYTES {
        return Err(invalid("Transaction request size exceeded the maximum allowed size of 4 MB"));
    }
    let mut reasons = vec![Reason::none(); actions.len()];
    let mut seen = BTreeSet::new();
    let mut ready = Vec::with_capacity(actions.len());
    for ((open, wanted), reason) in actions.iter().zip(&mut reasons) {
        match wanted.read(cx, open) {
            Ok(r) => {
                if !seen.insert((open.t.number, r.key.clone())) {
                    return Err(invalid(
                        "Transaction request cannot include multiple operations on one item",
                    ));
                }
                if r.duplicates() {
                    reason.code = "DuplicateItem";
                    reason.message = Some("Duplicate primary key exists in table".to_owned());
                } else if !r.holds() {
                    reason.code = "ConditionalCheckFailed";
                    reason.message = Some("The conditional request failed".to_owned());
                    reason.item = r.old.clone().filter(|_| wanted.shows_old);
                }
                ready.push(r);
            }
            Err(fault) => *reason = Reason::of(fault)?,
        }
    }
    if reasons.iter().any(|r| r.code != "None") {
        return Err(cancelled(&reasons)?);
    }
    let mut done = Vec::with_capacity(actions.len());
    for (((open, _), ready), reason) in actions.iter().zip(ready).zip(&mut reasons) {
        let place = Some(spread(&ready.key.hash));
        let made = ready.make(cx, open).and_then(|mut d| {
            d.consumed = d.consumed.doubled();
            take(cx, open, Side::Write, &d.consumed, place).map(|()| d)
        });
        match made {
            Ok(d) => done.push(d),
            Err(fault) => *reason = Reason::of(fault)?,
        }
    }
    if reasons.iter().any(|r| r.code != "None") {
        return Err(cancelled(&reasons)?);
    }
    Ok(done)
}

fn wanted_bytes(w: &Wanted) -> usize {
    let (What::Put(item) | What::Delete(item) | What::Update(item, _) | What::Check(item)) = &w.what;
    size::item(item)
}

/// A token that was used: what for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Used {
    pub(crate) digest: Vec<u8>,
    pub(crate) at_ms: i64,
}

impl Row for Used {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.digest);
        w.put(2, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Used, RowError> {
        Ok(Used { digest: r.get(1)?, at_ms: r.get(2)? })
    }
}

/// Tokens by account, region and text.
pub(crate) struct Tokens;
impl Table for Tokens {
    const NAME: &'static str = "dynamodb.token";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = Used;
}

/// Tokens by account, region and time.
pub(crate) struct TokensByTime;
impl Table for TokensByTime {
    const NAME: &'static str = "dynamodb.token_by_time";
    const VERSION: u16 = 1;
    type Key = (String, String, i64, String);
    type Row = crate::state::Moment;
}

/// Notes a token; tells whether the same call was made with it before.
///
/// Errors: IdempotentParameterMismatchException: another call was.
pub(crate) fn repeated(cx: &mut Cx, token: Option<&str>, digest: &[u8]) -> Result<bool, Fault> {
    let Some(token) = token else { return Ok(false) };
    let (account, region) = (cx.scope.account.clone(), cx.scope.region.to_owned());
    let key = (account.clone(), region.clone(), token.to_owned());
    if let Some(used) = cx.get::<Tokens>(&key)?.filter(|u| cx.now_ms < u.at_ms + TOKEN_MS) {
        if used.digest == digest {
            return Ok(true);
        }
        return Err(err::idempotent_parameter_mismatch_exception(
            "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with \
             different requests, unless the requests are identical",
        ));
    }
    cx.put::<Tokens>(&key, &Used { digest: digest.to_vec(), at_ms: cx.now_ms });
    cx.put::<TokensByTime>(&(account, region, cx.now_ms, token.to_owned()), &crate::state::Moment::default());
    let minute = cx.now_ms.div_euclid(60_000);
    let due_ms = (minute + 1) * 60_000 + TOKEN_MS;
    cx.timer_set_in(vec!["tokens".to_owned()], time::TOKENS, &minute.to_string(), due_ms)?;
    Ok(false)
}

/// Forgets tokens that are too old to count.
pub(crate) fn forget(cx: &mut Cx) -> Result<(), Fault> {
    let horizon = cx.now_ms - TOKEN_MS;
    let scope = (cx.scope.account.as_str(), cx.scope.region);
    let old: Vec<(String, String, i64, String)> = cx
        .scan(Scan::<TokensByTime>::prefix(&scope))?
        .take_while(|((_, _, at_ms, _), _)| *at_ms <= horizon)
        .take(time::STEP)
        .map(|(key, _)| key)
        .collect();
    let full = old.len() == time::STEP;
    for key in old {
        let token = (key.0.clone(), key.1.clone(), key.3.clone());
        if cx.get::<Tokens>(&token)?.is_some_and(|u| u.at_ms == key.2) {
            cx.delete::<Tokens>(&token);
        }
        cx.delete::<TokensByTime>(&key);
    }
    if full { cx.timer_set_in(vec!["tokens".to_owned()], time::TOKENS, "", cx.now_ms) } else { Ok(()) }
}
