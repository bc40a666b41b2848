//! PartiQL, carried out: what a statement reads and changes. What it means is the language's.
//!
//! Errors: ValidationException: no statement, or one that can't be carried out. ResourceNotFoundException.
//! DuplicateItemException: INSERT of an item that is there. ConditionalCheckFailedException: UPDATE of one that isn't, or a
//! condition that doesn't hold. Source: developer guide, "PartiQL - a SQL-compatible query language for Amazon DynamoDB".

use codec::Fault;
use dynamodb_language::expression::{Condition, Kind, Placeholders};
use dynamodb_language::partiql::{NO_CONDITION_IN_EXISTS, Reads, Returning, Select, Statement};
use dynamodb_language::{Item, Value, size};
use kernel::{Cx, Target};
use shapes_dynamodb::{AttributeValue, err};

use crate::capacity::{Consumed, Side, take, write_units};
use crate::change::{Done, Wanted, What};
use crate::conditions;
use crate::err::{invalid, refused};
use crate::item::{self, spread};
use crate::range::{Range, Start, of_query};
use crate::read::{self, Reading, Select as Answered};
use crate::schema::KeyPart;
use crate::table::Open;

/// A statement with its parameters.
///
/// Errors: ValidationException.
pub(crate) fn parse(text: &str, parameters: Option<&Vec<AttributeValue>>) -> Result<Statement, Fault> {
    let values: Vec<Value> =
        parameters.into_iter().flatten().map(item::value).collect::<Result<_, Fault>>()?;
    Statement::parse(text, values).map_err(refused)
}

/// What a statement answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) items: Vec<Item>,
    /// Where a read goes on: which of its queries, and the key there.
    pub(crate) next: Option<(usize, Item)>,
    pub(crate) consumed: Consumed,
}

/// The key attributes of the table, in order.
fn key_names(open: &Open) -> Vec<&str> {
    open.t.keys.iter().map(|k| k.name.as_str()).collect()
}

/// The change that a statement wants.
///
/// Errors: ValidationException: no key; a statement that changes nothing.
pub(crate) fn wanted(open: &Open, statement: &Statement, shows_old: bool) -> Result<Wanted, Fault> {
    let names = key_names(open);
    let (what, condition) = match statement {
        Statement::Insert(i) => (What::Put(i.item.clone()), None),
        Statement::Update(u) => {
            let (key, condition) = u.key(&names).map_err(refused)?;
            (What::Update(key, Some(u.update.clone())), condition)
        }
        Statement::Delete(d) => {
            let (key, condition) = d.key(&names).map_err(refused)?;
            (What::Delete(key), condition)
        }
        Statement::Exists(s) => match s.single_item(&names) {
            Some((key, Some(condition))) => (What::Check(key), Some(condition)),
            _ => return Err(invalid(NO_CONDITION_IN_EXISTS)),
        },
        Statement::Select(_) => return Err(Fault::internal("a SELECT changes nothing")),
    };
    let inserts = matches!(statement, Statement::Insert(_));
    Ok(Wanted { what, condition, inserts, shows_old })
}

/// Whether what must be there is, and what mustn't isn't.
///
/// Errors: DuplicateItemException; ConditionalCheckFailedException.
fn check_presence(statement: &Statement, there: bool) -> Result<(), Fault> {
    match statement {
        Statement::Insert(_) if there => {
            Err(err::duplicate_item_exception("Duplicate primary key exists in table"))
        }
        Statement::Update(_) if !there => Err(crate::err::condition_failed()),
        _ => Ok(()),
    }
}

/// Carries out a statement that changes one item. Capacity is taken first: a statement that is refused leaves nothing behind,
/// also when others of its batch are carried out.
pub(crate) fn change(cx: &mut Cx, statement: &Statement, shows_old: bool) -> Result<Answer, Fault> {
    let open = Open::ready(cx, statement.table())?;
    let wanted = wanted(&open, statement, shows_old)?;
    let ready = wanted.read(cx, &open)?;
    check_presence(statement, ready.old.is_some())?;
    if !ready.holds() {
        // A DELETE of an item that isn't there is no failure.
        if ready.old.is_none() && matches!(statement, Statement::Delete(_)) {
            return Ok(Answer::default());
        }
        return Err(ready.failed()?);
    }
    let (new, _) = ready.becomes(&open)?;
    let bytes = |i: Option<&Item>| i.map_or(0, size::item);
    let units = write_units(bytes(ready.old.as_ref()).max(bytes(new.as_ref())));
    let own = Consumed { table: units, ..Consumed::default() };
    take(cx, &open, Side::Write, &own, Some(spread(&ready.key.hash)))?;
    let done = ready.make(cx, &open)?;
    Ok(Answer { items: returned(statement, &done), next: None, consumed: done.consumed })
}

fn returned(statement: &Statement, done: &Done) -> Vec<Item> {
    let returning = match statement {
        Statement::Update(u) => u.returning,
        Statement::Delete(d) => d.returning,
        _ => None,
    };
    let updated = done.updated.as_ref();
    let shown = match returning {
        Some(Returning::AllOld) => done.old.clone(),
        Some(Returning::AllNew) => done.new.clone(),
        Some(Returning::ModifiedOld) => done.old.as_ref().and_then(|old| updated.map(|u| u.updated_old(old))),
        Some(Returning::ModifiedNew) => updated.map(|u| u.updated_new()),
        None => None,
    };
    shown.into_iter().collect()
}

/// How a SELECT is to be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct How {
    pub(crate) consistent: bool,
    pub(crate) limit: Option<usize>,
    /// Which of its queries, and the key behind which it goes on.
    pub(crate) start: Option<(usize, Option<Item>)>,
}

/// Reads a page of a SELECT.
pub(crate) fn select(cx: &mut Cx, s: &Select, how: &How) -> Result<Answer, Fault> {
    let open = Open::ready(cx, &s.table)?;
    let index = read::index(cx, &open, s.index.as_deref(), how.consistent)?;
    let parts = index.map_or(&open.t.keys, |x| &x.keys);
    let plan =
        s.plan(&KeyPart::attributes(parts, true), &KeyPart::attributes(parts, false)).map_err(refused)?;
    let ranges: Vec<Range> = match &plan.reads {
        Reads::Scan => vec![Range::segment(0, 1)],
        Reads::Queries(all) => all.iter().map(|q| of_query(parts, q)).collect(),
    };
    let mut answer = Answer::default();
    let (first, mut start) = how.start.clone().unwrap_or((0, None));
    let mut looked = 0;
    for (at, range) in ranges.iter().enumerate().skip(first) {
        let left = how.limit.map(|l| l.saturating_sub(looked));
        if left == Some(0) {
            // The key is nobody's: the next query begins at its beginning.
            answer.next = Some((at, Item::new()));
            return Ok(answer);
        }
        let given = start.take().filter(|k| !k.is_empty());
        let begins = match &given {
            None => None,
            Some(key) => Some(Start::of(&open, index, key).ok_or_else(|| invalid("Invalid NextToken"))?),
        };
        let reading = Reading {
            open: &open,
            index,
            range: range.clone(),
            start: begins,
            reverse: plan.descending,
            limit: left,
            consistent: how.consistent,
            filter: plan.filter.as_ref(),
            projection: None,
            select: if s.columns().is_none() && index.is_none() {
                Answered::All
            } else {
                Answered::Projected
            },
        };
        let page = read::page(cx, &reading)?;
        looked += page.scanned;
        answer.items.extend(page.items.iter().map(|i| s.project(i)));
        answer.consumed.add(&page.consumed);
        if let Some(last) = page.last {
            answer.next = Some((at, last));
            return Ok(answer);
        }
    }
    Ok(answer)
}

/// Reads the one item of a SELECT.
///
/// Errors: ValidationException with that text: it reads anything else.
pub(crate) fn single(cx: &mut Cx, s: &Select, consistent: bool, otherwise: &str) -> Result<Answer, Fault> {
    let open = Open::ready(cx, &s.table)?;
    let Some((key, None)) = s.single_item(&key_names(&open)).filter(|_| s.index.is_none()) else {
        return Err(invalid(otherwise));
    };
    let (found, consumed) = crate::ops::get_item::read(cx, &open, &key, None, consistent)?;
    let place = crate::keys::given(&open.t, &key)?;
    take(cx, &open, Side::Read, &consumed, Some(spread(&place.hash)))?;
    Ok(Answer { items: found.iter().map(|i| s.project(i)).collect(), next: None, consumed })
}

/// A condition that the item is there: what transactions add to an UPDATE that has none.
pub(crate) fn presence(open: &Open) -> Result<Condition, Fault> {
    let name = open.t.keys[0].name.clone();
    let names = std::collections::BTreeMap::from([("#k".to_owned(), name)]);
    let mut placeholders = Placeholders::new(Some(names), None).map_err(refused)?;
    Condition::parse(Kind::Condition, "attribute_exists(#k)", &mut placeholders).map_err(refused)
}

/// Puts the condition keys of a statement on its target.
pub(crate) fn said(open: &Open, statement: &Statement, target: Target) -> Result<Target, Fault> {
    let names = key_names(open);
    let key = match statement {
        Statement::Insert(i) => return Ok(conditions::statement(open, Some(&i.item), None).on(target)),
        Statement::Update(u) => u.key(&names).ok().map(|(key, _)| key),
        Statement::Delete(d) => d.key(&names).ok().map(|(key, _)| key),
        Statement::Select(s) | Statement::Exists(s) => return Ok(said_by_select(open, s, target)),
    };
    let named = if let Statement::Update(u) = statement { Some(u.update.named()) } else { None };
    Ok(conditions::statement(open, key.as_ref(), named).on(target))
}

fn said_by_select(open: &Open, s: &Select, target: Target) -> Target {
    let parts = s.index.as_ref().and_then(|n| open.index(n)).map_or(&open.t.keys, |x| &x.keys);
    let plan = s.plan(&KeyPart::attributes(parts, true), &KeyPart::attributes(parts, false));
    let scans = plan.as_ref().is_ok_and(|p| p.reads == Reads::Scan);
    let target = target.key("dynamodb:FullTableScan", vec![scans.to_string()]);
    let columns = s.columns();
    let mut said = conditions::statement(open, None, columns.as_ref());
    if let Ok(plan) = plan
        && let Reads::Queries(all) = plan.reads
    {
        said.queries(all.into_iter().map(|q| q.partition));
    }
    said.on(target)
}
