//! A slow, obvious evaluator of expression trees, with rules written anew from the developer guide. It shares nothing with the
//! evaluators under test but the values. Lists become maps from index to element, so that "the elements are put, those behind
//! the end too, then what is removed goes, then the list closes ranks" can be done as it is said.

use std::collections::BTreeMap;

use dynamodb_language::expression::Comparator;
use dynamodb_language::{Item, Number, Value};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Name(String),
    Index(usize),
}

pub type Place = Vec<Step>;

#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Place(Place),
    Value(Value),
    Size(Place),
}

#[derive(Debug, Clone)]
pub enum Test {
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Compare(Comparator, Operand, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    Call(&'static str, Place, Option<Value>),
}

#[derive(Debug, Clone)]
pub enum Assign {
    Copy(Operand),
    Sum(Operand, Operand),
    Difference(Operand, Operand),
    IfNotExists(Place, Operand),
    ListAppend(Operand, Operand),
}

#[derive(Debug, Clone)]
pub enum Action {
    Set(Place, Assign),
    Remove(Place),
    Add(Place, Value),
    Delete(Place, Value),
}

impl Action {
    pub fn keyword(&self) -> &'static str {
        match self {
            Action::Set(..) => "SET",
            Action::Remove(_) => "REMOVE",
            Action::Add(..) => "ADD",
            Action::Delete(..) => "DELETE",
        }
    }

    pub fn place(&self) -> &Place {
        match self {
            Action::Set(place, _)
            | Action::Remove(place)
            | Action::Add(place, _)
            | Action::Delete(place, _) => place,
        }
    }
}

/// A value whose lists are maps from index to element.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Leaf(Value),
    Map(BTreeMap<String, Node>),
    List(BTreeMap<usize, Node>),
}

fn opened(value: &Value) -> Node {
    match value {
        Value::M(map) => Node::Map(map.iter().map(|(k, v)| (k.clone(), opened(v))).collect()),
        Value::L(list) => Node::List(list.iter().map(opened).enumerate().collect()),
        leaf => Node::Leaf(leaf.clone()),
    }
}

fn closed(node: &Node) -> Value {
    match node {
        Node::Leaf(value) => value.clone(),
        Node::Map(map) => Value::M(map.iter().map(|(k, v)| (k.clone(), closed(v))).collect()),
        Node::List(list) => Value::L(list.values().map(closed).collect()),
    }
}

fn at<'a>(node: &'a Node, place: &[Step]) -> Option<&'a Node> {
    let Some((first, rest)) = place.split_first() else { return Some(node) };
    match (node, first) {
        (Node::Map(map), Step::Name(name)) => at(map.get(name)?, rest),
        (Node::List(list), Step::Index(i)) => at(list.get(i)?, rest),
        _ => None,
    }
}

fn found(item: &Item, place: &Place) -> Option<Value> {
    at(&opened(&Value::M(item.clone())), place).map(closed)
}

fn seen(operand: &Operand, item: &Item) -> Option<Value> {
    match operand {
        Operand::Place(place) => found(item, place),
        Operand::Value(value) => Some(value.clone()),
        Operand::Size(place) => {
            let count = match found(item, place)? {
                Value::S(text) => text.chars().count(),
                Value::B(bytes) => bytes.len(),
                Value::L(list) => list.len(),
                Value::M(map) => map.len(),
                Value::Ss(set) => set.len(),
                Value::Ns(set) => set.len(),
                _ => return None,
            };
            Some(Value::N(Number::from(count as u64)))
        }
    }
}

/// Numbers here are small: their text is that of an integer.
fn integer(n: &Number) -> i64 {
    n.to_string().parse().unwrap()
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::N(a), Value::N(b)) => integer(a) == integer(b),
        (Value::L(a), Value::L(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::M(a), Value::M(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        (Value::Ss(a), Value::Ss(b)) => a.iter().all(|x| b.contains(x)) && b.iter().all(|x| a.contains(x)),
        (Value::Ns(a), Value::Ns(b)) => a.iter().all(|x| b.contains(x)) && b.iter().all(|x| a.contains(x)),
        (Value::S(a), Value::S(b)) => a == b,
        (Value::B(a), Value::B(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}

fn less(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::N(a), Value::N(b)) => Some(integer(a) < integer(b)),
        (Value::S(a), Value::S(b)) => Some(a.as_bytes() < b.as_bytes()),
        (Value::B(a), Value::B(b)) => Some(a < b),
        _ => None,
    }
}

fn compared(comparator: Comparator, a: &Operand, b: &Operand, item: &Item) -> bool {
    let (Some(a), Some(b)) = (seen(a, item), seen(b, item)) else { return comparator == Comparator::Ne };
    match comparator {
        Comparator::Eq => same(&a, &b),
        Comparator::Ne => !same(&a, &b),
        Comparator::Lt => less(&a, &b) == Some(true),
        Comparator::Ge => less(&a, &b) == Some(false),
        Comparator::Gt => less(&b, &a) == Some(true),
        Comparator::Le => less(&b, &a) == Some(false),
    }
}

pub fn holds(test: &Test, item: &Item) -> bool {
    match test {
        Test::And(all) => !all.iter().any(|t| !holds(t, item)),
        Test::Or(any) => any.iter().any(|t| holds(t, item)),
        Test::Not(inner) => !holds(inner, item),
        Test::Compare(comparator, a, b) => compared(*comparator, a, b, item),
        Test::Between(x, low, high) => {
            compared(Comparator::Le, low, x, item) && compared(Comparator::Le, x, high, item)
        }
        Test::In(x, many) => many.iter().any(|one| compared(Comparator::Eq, x, one, item)),
        Test::Call(name, place, argument) => called(name, found(item, place), argument.as_ref()),
    }
}

fn called(name: &str, value: Option<Value>, argument: Option<&Value>) -> bool {
    match (name, value, argument) {
        ("attribute_exists", value, _) => value.is_some(),
        ("attribute_not_exists", value, _) => value.is_none(),
        ("attribute_type", Some(value), Some(Value::S(name))) => value.kind().name() == name,
        ("begins_with", Some(Value::S(a)), Some(Value::S(b))) => a.get(..b.len()) == Some(b.as_str()),
        ("begins_with", Some(Value::B(a)), Some(Value::B(b))) => a.get(..b.len()) == Some(b.as_slice()),
        ("contains", Some(Value::S(a)), Some(Value::S(b))) => a.find(b.as_str()).is_some(),
        ("contains", Some(Value::B(a)), Some(Value::B(b))) => (0..=a.len()).any(|i| a[i..].starts_with(b)),
        ("contains", Some(Value::L(list)), Some(b)) => list.iter().any(|a| same(a, b)),
        ("contains", Some(Value::Ss(set)), Some(Value::S(b))) => set.iter().any(|a| a == b),
        ("contains", Some(Value::Ns(set)), Some(Value::N(b))) => set.iter().any(|a| a == b),
        _ => false,
    }
}

/// Whether some operator has its first operand, a path, among the others too: AWS refuses that.
pub fn names_one_operand_twice(test: &Test) -> bool {
    let twice =
        |first: &Operand, rest: &[&Operand]| matches!(first, Operand::Place(_)) && rest.contains(&first);
    match test {
        Test::And(all) | Test::Or(all) => all.iter().any(names_one_operand_twice),
        Test::Not(inner) => names_one_operand_twice(inner),
        Test::Compare(_, a, b) => twice(a, &[b]),
        Test::Between(a, b, c) => twice(a, &[b, c]),
        Test::In(a, many) => twice(a, &many.iter().collect::<Vec<_>>()),
        Test::Call(..) => false,
    }
}

/// Whether one of the places holds another, or takes for a map what another takes for a list.
pub fn collide(places: &[Place]) -> bool {
    let clash = |a: &Place, b: &Place| {
        let shared = a.iter().zip(b).take_while(|(x, y)| x == y).count();
        let differ = a.get(shared).zip(b.get(shared));
        differ.is_none_or(|(x, y)| matches!(x, Step::Name(_)) != matches!(y, Step::Name(_)))
    };
    (0..places.len()).any(|i| (0..i).any(|j| clash(&places[i], &places[j])))
}

pub fn projected(places: &[Place], item: &Item) -> Item {
    let whole = opened(&Value::M(item.clone()));
    let mut result = Node::Map(BTreeMap::new());
    for place in places {
        if let Some(node) = at(&whole, place) {
            grow(&mut result, place, node.clone());
        }
    }
    let Value::M(item) = closed(&result) else { panic!("an item is a map") };
    item
}

/// Puts a node, making what leads to it.
fn grow(node: &mut Node, place: &[Step], what: Node) {
    let Some((first, rest)) = place.split_first() else {
        *node = what;
        return;
    };
    let empty = match rest.first() {
        Some(Step::Index(_)) => Node::List(BTreeMap::new()),
        _ => Node::Map(BTreeMap::new()),
    };
    match (node, first) {
        (Node::Map(map), Step::Name(name)) => grow(map.entry(name.clone()).or_insert(empty), rest, what),
        (Node::List(list), Step::Index(i)) => grow(list.entry(*i).or_insert(empty), rest, what),
        (node, step) => panic!("{node:?} {step:?}"),
    }
}

const TYPE: &str = "incorrect data type";
const ABSENT: &str = "does not exist in the item";
const PATH: &str = "invalid for update";

/// The item as the actions leave it, or every refusal that one of them deserves.
pub fn updated(actions: &[Action], item: &Item) -> Result<Item, Vec<&'static str>> {
    let places: Vec<Place> = actions.iter().map(|a| a.place().clone()).collect();
    if collide(&places) {
        return Err(vec!["overlap with each other", "conflict with each other"]);
    }
    let before = opened(&Value::M(item.clone()));
    let mut after = before.clone();
    let mut refusals = Vec::new();
    for action in actions {
        let place = action.place();
        if !leads_somewhere(&before, place) {
            refusals.push(PATH);
        }
        match outcome(action, item) {
            Err(refusal) => refusals.push(refusal),
            Ok(Outcome::Put(value)) if refusals.is_empty() => set(&mut after, place, Some(opened(&value))),
            Ok(Outcome::Gone) if refusals.is_empty() => set(&mut after, place, None),
            Ok(_) => {}
        }
    }
    match closed(&after) {
        Value::M(item) if refusals.is_empty() => Ok(item),
        _ => Err(refusals),
    }
}

enum Outcome {
    Put(Value),
    Gone,
    Stays,
}

fn leads_somewhere(before: &Node, place: &Place) -> bool {
    matches!(
        (at(before, &place[..place.len() - 1]), place.last()),
        (Some(Node::Map(_)), Some(Step::Name(_))) | (Some(Node::List(_)), Some(Step::Index(_)))
    )
}

fn outcome(action: &Action, item: &Item) -> Result<Outcome, &'static str> {
    match action {
        Action::Remove(_) => Ok(Outcome::Gone),
        Action::Set(_, assign) => assigned(assign, item).map(Outcome::Put),
        Action::Add(place, value) => match (found(item, place), value) {
            (None, value) => Ok(Outcome::Put(value.clone())),
            (Some(Value::N(a)), Value::N(b)) => Ok(Outcome::Put(whole(integer(&a) + integer(b)))),
            (Some(Value::Ss(mut a)), Value::Ss(b)) => {
                a.extend(b.iter().cloned());
                Ok(Outcome::Put(Value::Ss(a)))
            }
            _ => Err(TYPE),
        },
        Action::Delete(place, value) => match (found(item, place), value) {
            (None, _) => Ok(Outcome::Stays),
            (Some(Value::Ss(mut a)), Value::Ss(b)) => {
                a.retain(|x| !b.contains(x));
                Ok(if a.is_empty() { Outcome::Gone } else { Outcome::Put(Value::Ss(a)) })
            }
            _ => Err(TYPE),
        },
    }
}

fn whole(n: i64) -> Value {
    Value::N(Number::from(n))
}

fn assigned(assign: &Assign, item: &Item) -> Result<Value, &'static str> {
    let read = |operand: &Operand| seen(operand, item).ok_or(ABSENT);
    let number = |operand: &Operand| match read(operand)? {
        Value::N(n) => Ok(integer(&n)),
        _ => Err(TYPE),
    };
    match assign {
        Assign::Copy(a) => read(a),
        Assign::Sum(a, b) => Ok(whole(number(a)? + number(b)?)),
        Assign::Difference(a, b) => Ok(whole(number(a)? - number(b)?)),
        Assign::IfNotExists(place, b) => found(item, place).map_or_else(|| read(b), Ok),
        Assign::ListAppend(a, b) => match (read(a)?, read(b)?) {
            (Value::L(a), Value::L(b)) => Ok(Value::L([a, b].concat())),
            _ => Err(TYPE),
        },
    }
}

fn set(node: &mut Node, place: &[Step], what: Option<Node>) {
    match (node, place) {
        (Node::Map(map), [Step::Name(name)]) => match what {
            Some(node) => drop(map.insert(name.clone(), node)),
            None => drop(map.remove(name)),
        },
        (Node::List(list), [Step::Index(i)]) => match what {
            Some(node) => drop(list.insert(*i, node)),
            None => drop(list.remove(i)),
        },
        (Node::Map(map), [Step::Name(name), rest @ ..]) => set(map.get_mut(name).unwrap(), rest, what),
        (Node::List(list), [Step::Index(i), rest @ ..]) => set(list.get_mut(i).unwrap(), rest, what),
        (node, place) => panic!("{node:?} {place:?}"),
    }
}
