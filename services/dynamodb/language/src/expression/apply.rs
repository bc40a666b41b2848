//! Doing an update to an item: every operand is read from the item as it was; then values are put, elements appended to lists
//! in the order of their indexes, and last what is removed goes, so that every index means a place in the list as it was.
//!
//! Source: developer guide, "Update expressions"; Alternator's test suite for the order of list actions.

use std::collections::BTreeSet;

use super::path::{Path, Step};
use super::projection::project;
use super::update::{Action, Assigned, Update, UpdateOperand};
use crate::{Invalid, Item, Number, Value};

/// What an update made of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The item as it is now.
    pub item: Item,
    /// The paths that were touched, as they were named.
    touched: Vec<Path>,
}

impl Updated {
    /// What `UPDATED_OLD` answers, given the item as it was.
    pub fn updated_old(&self, old: &Item) -> Item {
        project(old, &self.touched)
    }

    /// What `UPDATED_NEW` answers: what stands now where the update named it. So an element appended far behind the end of a
    /// list is not there, and the element that follows a removed one is.
    ///
    /// Source: captured by dynamodb-conformance for PartiQL's `MODIFIED NEW`; inferred for `UPDATED_NEW`.
    pub fn updated_new(&self) -> Item {
        project(&self.item, &self.touched)
    }
}

/// What happens to one place.
enum Change {
    Put(Path, Value),
    Remove(Path),
}

impl Update {
    /// Does the update. `exists` is false when there is no such item yet and `item` holds its key alone: a path into what an
    /// absent item lacks may be removed.
    ///
    /// Errors: an operand of a wrong type; a path that leads nowhere; a number out of range.
    pub fn apply(&self, item: &Item, exists: bool) -> Result<Updated, Invalid> {
        let mut puts = Vec::new();
        let mut removes = Vec::new();
        for action in &self.actions {
            let change = change(action, item, exists, self.is_legacy);
            match change.map_err(|refused| self.worded(refused))? {
                Some(Change::Put(path, value)) => puts.push((path, value)),
                Some(Change::Remove(path)) => removes.push(path),
                None => {}
            }
        }
        puts.sort_by(|a, b| a.0.cmp(&b.0));
        removes.sort();
        let mut result = item.clone();
        for (path, value) in puts {
            put(&mut result, &path, value)?;
        }
        removes.iter().rev().for_each(|path| remove(&mut result, path));
        Ok(Updated { item: result, touched: self.written().cloned().collect() })
    }

    fn worded(&self, refused: Invalid) -> Invalid {
        let mistyped = self.is_legacy && refused == wrong_type();
        if mistyped { Invalid::new("Type mismatch for attribute to update") } else { refused }
    }
}

fn change(action: &Action, item: &Item, exists: bool, joins_lists: bool) -> Result<Option<Change>, Invalid> {
    let path = action.path().clone();
    match action {
        Action::Set(_, assigned) => {
            let value = assigned.value(item)?;
            check_parent(&path, item)?;
            Ok(Some(Change::Put(path, value)))
        }
        Action::Remove(_) => {
            if exists {
                check_parent(&path, item)?;
            }
            // What is not there stays gone, also when an element appended to a list takes its index.
            Ok(path.get(item).is_some().then_some(Change::Remove(path)))
        }
        Action::Add(_, value) => {
            check_parent(&path, item)?;
            if let (true, Some(Value::L(current)), Value::L(more)) = (joins_lists, path.get(item), value) {
                let joined = current.iter().chain(more).cloned().collect();
                return Ok(Some(Change::Put(path, Value::L(joined))));
            }
            Ok(Some(Change::Put(path.clone(), added(path.get(item), value)?)))
        }
        Action::Delete(_, value) => {
            check_parent(&path, item)?;
            let Some(current) = path.get(item) else { return Ok(None) };
            let rest = combine_sets(current, value, false).ok_or_else(wrong_type)?;
            Ok(Some(if is_empty_set(&rest) { Change::Remove(path) } else { Change::Put(path, rest) }))
        }
    }
}

fn added(current: Option<&Value>, value: &Value) -> Result<Value, Invalid> {
    match (current, value) {
        (None, value) => Ok(value.clone()),
        (Some(Value::N(a)), Value::N(b)) => a.plus(b).map(Value::N),
        (Some(current), value) => combine_sets(current, value, true).ok_or_else(wrong_type),
    }
}

impl Assigned {
    fn value(&self, item: &Item) -> Result<Value, Invalid> {
        let number = |operand: &UpdateOperand| -> Result<Number, Invalid> {
            let value = operand.value(item)?;
            value.as_number().copied().ok_or_else(wrong_type)
        };
        match self {
            Assigned::Operand(operand) => operand.value(item),
            Assigned::Plus(a, b) => Ok(Value::N(number(a)?.plus(&number(b)?)?)),
            Assigned::Minus(a, b) => Ok(Value::N(number(a)?.minus(&number(b)?)?)),
        }
    }
}

impl UpdateOperand {
    fn value(&self, item: &Item) -> Result<Value, Invalid> {
        match self {
            UpdateOperand::Path(path) => path.get(item).cloned().ok_or_else(absent),
            UpdateOperand::Value(value) => Ok(value.clone()),
            UpdateOperand::IfNotExists(path, other) => match path.get(item) {
                Some(value) => Ok(value.clone()),
                None => other.value(item),
            },
            UpdateOperand::ListAppend(a, b) => match (a.value(item)?, b.value(item)?) {
                (Value::L(mut first), Value::L(second)) => {
                    first.extend(second);
                    Ok(Value::L(first))
                }
                _ => Err(wrong_type()),
            },
        }
    }
}

/// A path leads somewhere when what its last step enters is there and is a map or a list as the step asks.
fn check_parent(path: &Path, item: &Item) -> Result<(), Invalid> {
    let Some((last, parents)) = path.steps().split_last() else { return Ok(()) };
    if parents.is_empty() {
        return Ok(());
    }
    let parent = Path::new(parents.to_vec()).expect("a path begins with a name");
    match (parent.get(item), last) {
        (Some(Value::M(_)), Step::Name(_)) | (Some(Value::L(_)), Step::Index(_)) => Ok(()),
        _ => Err(invalid_path()),
    }
}

/// What holds the last step of a path.
enum Place<'a> {
    Map(&'a mut Item, &'a str),
    List(&'a mut Vec<Value>, usize),
}

fn place<'a>(item: &'a mut Item, path: &'a Path) -> Option<Place<'a>> {
    let (last, parents) = path.steps().split_last()?;
    let Some((first, between)) = parents.split_first() else {
        return Some(Place::Map(item, path.attribute()));
    };
    let Step::Name(first) = first else { return None };
    let parent = between.iter().try_fold(item.get_mut(first)?, |value, step| match (value, step) {
        (Value::M(map), Step::Name(name)) => map.get_mut(name),
        (Value::L(list), Step::Index(at)) => list.get_mut(*at),
        _ => None,
    })?;
    match (parent, last) {
        (Value::M(map), Step::Name(name)) => Some(Place::Map(map, name)),
        (Value::L(list), Step::Index(at)) => Some(Place::List(list, *at)),
        _ => None,
    }
}

fn put(item: &mut Item, path: &Path, value: Value) -> Result<(), Invalid> {
    match place(item, path).ok_or_else(invalid_path)? {
        Place::Map(map, name) => drop(map.insert(name.to_owned(), value)),
        Place::List(list, at) if at < list.len() => list[at] = value,
        Place::List(list, _) => list.push(value),
    }
    Ok(())
}

fn remove(item: &mut Item, path: &Path) {
    match place(item, path) {
        Some(Place::Map(map, name)) => {
            map.remove(name);
        }
        Some(Place::List(list, at)) if at < list.len() => {
            list.remove(at);
        }
        _ => {}
    }
}

/// Sets of the same type joined or parted; `None` when the types differ or are no sets.
fn combine_sets(current: &Value, other: &Value, joins: bool) -> Option<Value> {
    fn combined<T: Ord + Clone>(a: &BTreeSet<T>, b: &BTreeSet<T>, joins: bool) -> BTreeSet<T> {
        if joins { a | b } else { a - b }
    }
    match (current, other) {
        (Value::Ss(a), Value::Ss(b)) => Some(Value::Ss(combined(a, b, joins))),
        (Value::Ns(a), Value::Ns(b)) => Some(Value::Ns(combined(a, b, joins))),
        (Value::Bs(a), Value::Bs(b)) => Some(Value::Bs(combined(a, b, joins))),
        _ => None,
    }
}

fn is_empty_set(value: &Value) -> bool {
    match value {
        Value::Ss(set) => set.is_empty(),
        Value::Ns(set) => set.is_empty(),
        Value::Bs(set) => set.is_empty(),
        _ => false,
    }
}

fn wrong_type() -> Invalid {
    Invalid::new("An operand in the update expression has an incorrect data type")
}

fn absent() -> Invalid {
    Invalid::new("The provided expression refers to an attribute that does not exist in the item")
}

fn invalid_path() -> Invalid {
    Invalid::new("The document path provided in the update expression is invalid for update")
}
