//! Conditions and filters: resolved, checked, and evaluated over an item. An absent item is an empty one.
//!
//! A comparison with an absent operand is false, but `<>` is true. Only text, numbers and bytes have an order; values of
//! different types are unequal and have none.

use std::cmp::Ordering;

use super::parse::Parser;
use super::{Kind, Named, Path, Placeholders, check, parse_condition};
use crate::{Invalid, Item, Number, Type, Value};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Comparator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparator::Eq => "=",
            Comparator::Ne => "<>",
            Comparator::Lt => "<",
            Comparator::Le => "<=",
            Comparator::Gt => ">",
            Comparator::Ge => ">=",
        }
    }

    /// Whether it asks for an order.
    pub(crate) fn is_ordering(self) -> bool {
        !matches!(self, Comparator::Eq | Comparator::Ne)
    }

    fn allows(self, order: Ordering) -> bool {
        match self {
            Comparator::Eq => order.is_eq(),
            Comparator::Ne => order.is_ne(),
            Comparator::Lt => order.is_lt(),
            Comparator::Le => order.is_le(),
            Comparator::Gt => order.is_gt(),
            Comparator::Ge => order.is_ge(),
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operand {
    Path(Path),
    Value(Value),
    Size(Box<Operand>),
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Compare(Comparator, Operand, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    Exists(Path),
    NotExists(Path),
    IsType(Operand, Type),
    BeginsWith(Operand, Operand),
    Contains(Operand, Operand),
}

/// A condition or a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    test: Test,
    named: Named,
}

impl Condition {
    /// Parses and checks. `kind` is [`Kind::Condition`] or [`Kind::Filter`].
    ///
    /// Errors: everything but unused placeholders, in AWS's order and words.
    pub fn parse(kind: Kind, text: &str, placeholders: &mut Placeholders) -> Result<Condition, Invalid> {
        let mut parser = Parser::new(kind, text)?;
        let raw = parse_condition::condition(&mut parser)?;
        let (test, named) =
            check::check(kind, &raw, parser.redundant, placeholders).map_err(|text| kind.invalid(text))?;
        Ok(Condition { test, named })
    }

    pub(crate) fn of(test: Test) -> Condition {
        let mut named = Named::default();
        test.walk_paths(&mut |path| named.add(path));
        Condition { test, named }
    }

    pub(crate) fn test(&self) -> &Test {
        &self.test
    }

    /// The attributes that it names.
    pub fn named(&self) -> &Named {
        &self.named
    }

    /// Whether it holds for the item.
    pub fn holds(&self, item: &Item) -> bool {
        self.test.holds(item)
    }

    /// Refuses a filter on attributes of the key that is queried.
    pub fn check_filter(&self, key: &[&str]) -> Result<(), Invalid> {
        match key.iter().find(|k| self.named.attributes.contains(**k)) {
            Some(name) => Err(Invalid::new(format!(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"
            ))),
            None => Ok(()),
        }
    }
}

/// A value of the item or the request, or a computed one.
enum Seen<'a> {
    Is(&'a Value),
    Made(Value),
}

impl Seen<'_> {
    fn value(&self) -> &Value {
        match self {
            Seen::Is(value) => value,
            Seen::Made(value) => value,
        }
    }
}

impl Operand {
    fn see<'a>(&'a self, item: &'a Item) -> Option<Seen<'a>> {
        match self {
            Operand::Path(path) => path.get(item).map(Seen::Is),
            Operand::Value(value) => Some(Seen::Is(value)),
            Operand::Size(of) => {
                let count = size(of.see(item)?.value())?;
                Some(Seen::Made(Value::N(Number::from(count as u64))))
            }
        }
    }

    fn walk_paths<'a>(&'a self, visit: &mut impl FnMut(&'a Path)) {
        match self {
            Operand::Path(path) => visit(path),
            Operand::Value(_) => {}
            Operand::Size(of) => of.walk_paths(visit),
        }
    }
}

/// `size()`: units of UTF-16 of a text (inferred: the service counts Java's characters), bytes, or elements.
fn size(value: &Value) -> Option<usize> {
    match value {
        Value::S(text) => Some(text.encode_utf16().count()),
        Value::B(bytes) => Some(bytes.len()),
        Value::M(map) => Some(map.len()),
        Value::L(list) => Some(list.len()),
        Value::Ss(set) => Some(set.len()),
        Value::Ns(set) => Some(set.len()),
        Value::Bs(set) => Some(set.len()),
        Value::N(_) | Value::Bool(_) | Value::Null => None,
    }
}

impl Test {
    pub(crate) fn holds(&self, item: &Item) -> bool {
        match self {
            Test::And(all) => all.iter().all(|t| t.holds(item)),
            Test::Or(any) => any.iter().any(|t| t.holds(item)),
            Test::Not(inner) => !inner.holds(item),
            Test::Compare(comparator, a, b) => compare(*comparator, a, b, item),
            Test::Between(x, low, high) => {
                compare(Comparator::Ge, x, low, item) && compare(Comparator::Le, x, high, item)
            }
            Test::In(x, many) => many.iter().any(|one| compare(Comparator::Eq, x, one, item)),
            Test::Exists(path) => path.get(item).is_some(),
            Test::NotExists(path) => path.get(item).is_none(),
            Test::IsType(x, kind) => x.see(item).is_some_and(|v| v.value().kind() == *kind),
            Test::BeginsWith(a, b) => both(a, b, item, begins_with),
            Test::Contains(a, b) => both(a, b, item, contains),
        }
    }

    pub(crate) fn walk_paths<'a>(&'a self, visit: &mut impl FnMut(&'a Path)) {
        match self {
            Test::And(all) | Test::Or(all) => all.iter().for_each(|t| t.walk_paths(visit)),
            Test::Not(inner) => inner.walk_paths(visit),
            Test::Compare(_, a, b) | Test::BeginsWith(a, b) | Test::Contains(a, b) => {
                [a, b].into_iter().for_each(|o| o.walk_paths(visit));
            }
            Test::Between(a, b, c) => [a, b, c].into_iter().for_each(|o| o.walk_paths(visit)),
            Test::In(a, many) => std::iter::once(a).chain(many).for_each(|o| o.walk_paths(visit)),
            Test::Exists(path) | Test::NotExists(path) => visit(path),
            Test::IsType(a, _) => a.walk_paths(visit),
        }
    }
}

fn both(a: &Operand, b: &Operand, item: &Item, holds: fn(&Value, &Value) -> bool) -> bool {
    match (a.see(item), b.see(item)) {
        (Some(a), Some(b)) => holds(a.value(), b.value()),
        _ => false,
    }
}

fn compare(comparator: Comparator, a: &Operand, b: &Operand, item: &Item) -> bool {
    let (Some(a), Some(b)) = (a.see(item), b.see(item)) else { return comparator == Comparator::Ne };
    let (a, b) = (a.value(), b.value());
    match comparator {
        Comparator::Eq => a == b,
        Comparator::Ne => a != b,
        ordering => a.compare(b).is_some_and(|order| ordering.allows(order)),
    }
}

fn begins_with(value: &Value, start: &Value) -> bool {
    match (value, start) {
        (Value::S(value), Value::S(start)) => value.starts_with(start.as_str()),
        (Value::B(value), Value::B(start)) => value.starts_with(start),
        _ => false,
    }
}

/// Whether a text or bytes hold a part, or a set or list an element.
pub(crate) fn contains(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::S(value), Value::S(part)) => value.contains(part.as_str()),
        (Value::B(value), Value::B(part)) => {
            part.is_empty() || value.windows(part.len()).any(|window| window == part.as_slice())
        }
        (Value::L(list), part) => list.contains(part),
        (Value::Ss(set), Value::S(part)) => set.contains(part),
        (Value::Ns(set), Value::N(part)) => set.contains(part),
        (Value::Bs(set), Value::B(part)) => set.contains(part),
        _ => false,
    }
}
