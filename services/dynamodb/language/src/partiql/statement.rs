//! Statements: which there are, and their outer form.

use super::parser::{Parser, malformed};
use super::token::Kind;
use super::{condition, literal, update};
use crate::expression::{Condition, Named, Path, Step, Test, Update, check_update_paths};
use crate::{Invalid, Item, Value};

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// SELECT
    Select(Select),
    /// INSERT
    Insert(Insert),
    /// UPDATE
    Update(UpdateItem),
    /// DELETE
    Delete(Delete),
    /// EXISTS, of transactions
    Exists(Select),
}

/// SELECT
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// The table.
    pub table: String,
    /// The index.
    pub index: Option<String>,
    /// The columns; `None` is `*`.
    pub(super) columns: Option<Vec<Path>>,
    pub(super) test: Option<Test>,
    /// Attributes to sort by, and whether descending.
    pub(super) order: Vec<(String, bool)>,
}

/// INSERT
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// The table.
    pub table: String,
    /// The item, which must not be there yet.
    pub item: Item,
}

/// UPDATE, of an item that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateItem {
    /// The table.
    pub table: String,
    /// What is done.
    pub update: Update,
    /// What is answered.
    pub returning: Option<Returning>,
    pub(super) test: Test,
}

/// DELETE. Of an item that is not there it does nothing, whatever else its clause demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delete {
    /// The table.
    pub table: String,
    /// What is answered: `ALL OLD` or nothing.
    pub returning: Option<Returning>,
    pub(super) test: Test,
}

/// RETURNING … *. What would be answered as an empty item is answered as none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returning {
    /// `ALL OLD`
    AllOld,
    /// `ALL NEW`
    AllNew,
    /// `MODIFIED OLD`
    ModifiedOld,
    /// `MODIFIED NEW`
    ModifiedNew,
}

impl Statement {
    /// Parses a statement. `parameters` stand for its question marks, in order.
    pub fn parse(text: &str, parameters: Vec<Value>) -> Result<Statement, Invalid> {
        let mut parser = Parser::new(text, parameters)?;
        let p = &mut parser;
        let statement = if p.is_word("select") {
            Statement::Select(select(p)?)
        } else if p.take_word("insert") {
            Statement::Insert(insert(p)?)
        } else if p.take_word("update") {
            Statement::Update(update_statement(p)?)
        } else if p.take_word("from") {
            Statement::Update(from_first(p)?)
        } else if p.take_word("delete") {
            Statement::Delete(delete(p)?)
        } else if p.take_word("exists") {
            p.expect_symbol("(")?;
            let inner = select(p)?;
            p.expect_symbol(")")?;
            Statement::Exists(inner)
        } else {
            return Err(malformed("Unexpected term"));
        };
        p.expect_end()?;
        Ok(statement)
    }

    /// The table.
    pub fn table(&self) -> &str {
        match self {
            Statement::Select(s) | Statement::Exists(s) => &s.table,
            Statement::Insert(s) => &s.table,
            Statement::Update(s) => &s.table,
            Statement::Delete(s) => &s.table,
        }
    }
}

impl Select {
    /// The attributes of its columns; `None` is all.
    pub fn columns(&self) -> Option<Named> {
        let columns = self.columns.as_ref()?;
        let mut named = Named::default();
        columns.iter().for_each(|path| named.add(path));
        Some(named)
    }

    /// Its WHERE clause.
    pub fn condition(&self) -> Option<Condition> {
        self.test.clone().map(Condition::of)
    }

    /// Its columns of an item. A column of a path is named by the path's last name and what follows it: `b` for `a.b`, `l[0]`
    /// for `m.l[0]`.
    pub fn project(&self, item: &Item) -> Item {
        let Some(columns) = &self.columns else { return item.clone() };
        columns.iter().filter_map(|path| Some((column_name(path), path.get(item)?.clone()))).collect()
    }
}

fn column_name(path: &Path) -> String {
    let last = path.steps().iter().rposition(|s| matches!(s, Step::Name(_))).unwrap_or(0);
    let part = |step: &Step| match step {
        Step::Name(name) => name.clone(),
        Step::Index(at) => format!("[{at}]"),
    };
    path.steps()[last..].iter().map(part).collect()
}

fn select(p: &mut Parser<'_>) -> Result<Select, Invalid> {
    p.expect_word("select")?;
    let columns = if p.take_symbol("*") { None } else { Some(columns(p)?) };
    p.expect_word("from")?;
    let (table, index) = source(p)?;
    refuse_alias(p)?;
    let test = optional_where(p)?;
    let order = order(p)?;
    Ok(Select { table, index, columns, test, order })
}

fn columns(p: &mut Parser<'_>) -> Result<Vec<Path>, Invalid> {
    let mut all = Vec::new();
    loop {
        if p.is_function() {
            let name = p.peek();
            return Err(Invalid::new(format!("Unexpected path component at {}", name.position())));
        }
        all.push(p.path()?);
        if !p.take_symbol(",") {
            return Ok(all);
        }
    }
}

/// `"table"` or `"table"."index"`.
fn source(p: &mut Parser<'_>) -> Result<(String, Option<String>), Invalid> {
    let mut names = vec![p.name().ok_or_else(|| malformed("Unexpected term"))?];
    while p.take_symbol(".") {
        names.push(p.name().ok_or_else(|| malformed("Invalid path dot component"))?);
    }
    if names.iter().any(String::is_empty) {
        return Err(Invalid::new("Path component cannot be an empty string"));
    }
    let mut names = names.into_iter();
    match (names.next(), names.next(), names.next()) {
        (Some(table), index, None) => Ok((table, index)),
        _ => Err(Invalid::new("A path may contain at most 2 components in the FROM clause")),
    }
}

/// The table of a statement that writes.
fn target(p: &mut Parser<'_>) -> Result<String, Invalid> {
    match source(p)? {
        (table, None) => Ok(table),
        _ => Err(Invalid::new("A path may contain at most 1 components in the FROM clause")),
    }
}

fn refuse_alias(p: &mut Parser<'_>) -> Result<(), Invalid> {
    let alias = p.is_word("as") || p.name().is_some();
    if alias { Err(Invalid::new("Aliasing is not supported")) } else { Ok(()) }
}

fn optional_where(p: &mut Parser<'_>) -> Result<Option<Test>, Invalid> {
    if p.take_word("where") { condition::condition(p).map(Some) } else { Ok(None) }
}

/// The WHERE clause of a write; without one there is no equality on a key.
fn needed_where(p: &mut Parser<'_>) -> Result<Test, Invalid> {
    Ok(optional_where(p)?.unwrap_or(Test::And(Vec::new())))
}

fn order(p: &mut Parser<'_>) -> Result<Vec<(String, bool)>, Invalid> {
    let mut all = Vec::new();
    if !p.take_word("order") {
        return Ok(all);
    }
    p.expect_word("by")?;
    loop {
        let name = p.path()?.attribute().to_owned();
        let descends = p.take_word("desc");
        if !descends {
            p.take_word("asc");
        }
        all.push((name, descends));
        if !p.take_symbol(",") {
            return Ok(all);
        }
    }
}

fn insert(p: &mut Parser<'_>) -> Result<Insert, Invalid> {
    p.expect_word("into")?;
    let table = target(p)?;
    if !p.take_word("value") {
        // A name here is a leftover, as AWS words it; anything else lacks the keyword.
        let leftover = p.name().is_some();
        return Err(malformed(if leftover {
            "Unexpected token after expression"
        } else {
            "Expected VALUE keyword"
        }));
    }
    Ok(Insert { table, item: literal::item(p)? })
}

fn update_statement(p: &mut Parser<'_>) -> Result<UpdateItem, Invalid> {
    let table = target(p)?;
    refuse_alias(p)?;
    let update = changes(p)?;
    let test = needed_where(p)?;
    let returning = returning(p)?.map(|(returning, _)| returning);
    Ok(UpdateItem { table, update, returning, test })
}

fn from_first(p: &mut Parser<'_>) -> Result<UpdateItem, Invalid> {
    let table = target(p)?;
    refuse_alias(p)?;
    let test = needed_where(p)?;
    let update = changes(p)?;
    let returning = returning(p)?.map(|(returning, _)| returning);
    Ok(UpdateItem { table, update, returning, test })
}

fn changes(p: &mut Parser<'_>) -> Result<Update, Invalid> {
    let update = Update::of(update::clauses(p)?);
    check_update_paths(&update)?;
    Ok(update)
}

fn delete(p: &mut Parser<'_>) -> Result<Delete, Invalid> {
    p.expect_word("from")?;
    if p.peek().kind != Kind::Word && !matches!(p.peek().kind, Kind::Quoted(_)) || p.is_word("where") {
        return Err(malformed("Expected identifier for simple path"));
    }
    let table = target(p)?;
    refuse_alias(p)?;
    let test = needed_where(p)?;
    match returning(p)? {
        Some((other, words)) if other != Returning::AllOld => Err(Invalid::new(format!(
            "Invalid returning clause: RETURNING {words} *. Only RETURNING ALL OLD * is allowed in DELETE statements."
        ))),
        given => Ok(Delete { table, returning: given.map(|(returning, _)| returning), test }),
    }
}

fn returning(p: &mut Parser<'_>) -> Result<Option<(Returning, &'static str)>, Invalid> {
    const FORMS: &[(&str, &str, Returning, &str)] = &[
        ("all", "old", Returning::AllOld, "ALL OLD"),
        ("all", "new", Returning::AllNew, "ALL NEW"),
        ("modified", "old", Returning::ModifiedOld, "MODIFIED OLD"),
        ("modified", "new", Returning::ModifiedNew, "MODIFIED NEW"),
    ];
    if !p.take_word("returning") {
        return Ok(None);
    }
    let (which, when) = (p.take(), p.take());
    let form = FORMS.iter().find(|(a, b, ..)| which.is_word(a) && when.is_word(b));
    let star = p.peek().kind == Kind::Symbol && p.take_symbol("*");
    match form {
        Some((_, _, returning, words)) if star => Ok(Some((*returning, words))),
        _ => Err(malformed("Unexpected term")),
    }
}
