//! What a WHERE clause says about keys: which partitions a SELECT reads, which item a write is about. The clause stays the
//! filter of what is read, as a whole: what the keys fulfil they fulfil again.

use super::NO_KEY;
use super::statement::{Delete, Select, UpdateItem};
use crate::expression::{Comparator, Condition, KeyAttribute, KeyOp, KeyQuery, Operand, Path, Test};
use crate::{Invalid, Item, Value, key};

/// Reads that one statement may fall apart into. Source: observed text "Too many decomposed read operations …".
const MAX_READS: usize = 50;

/// How a SELECT is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPlan {
    /// What is read.
    pub reads: Reads,
    /// What of it is answered.
    pub filter: Option<Condition>,
    /// Whether the sort key descends.
    pub descending: bool,
}

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reads {
    /// Everything.
    Scan,
    /// These, one after the other.
    Queries(Vec<KeyQuery>),
}

impl Select {
    /// How to read it, given the key schema of the table or index that it names.
    ///
    /// Errors: ORDER BY without a partition, or by something that is no key.
    pub fn plan(&self, partition: &[KeyAttribute], sort: &[KeyAttribute]) -> Result<ReadPlan, Invalid> {
        let queries = match &self.test {
            Some(test) => queries(test, partition, sort)?,
            None => None,
        };
        self.check_order(partition, sort, queries.is_some())?;
        let sorted = |(name, descends): &(String, bool)| *descends && sort.iter().any(|k| k.name == *name);
        Ok(ReadPlan {
            reads: queries.map_or(Reads::Scan, Reads::Queries),
            filter: self.condition(),
            descending: self.order.iter().any(sorted),
        })
    }

    fn check_order(
        &self,
        partition: &[KeyAttribute],
        sort: &[KeyAttribute],
        has_partition: bool,
    ) -> Result<(), Invalid> {
        if self.order.is_empty() {
            return Ok(());
        }
        if self.test.is_none() {
            return Err(Invalid::new("Must have WHERE clause in the statement when using ORDER BY clause."));
        }
        if !has_partition {
            return Err(Invalid::new(
                "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
            ));
        }
        let is_key = |name: &str| partition.iter().chain(sort).any(|k| k.name == name);
        match self.order.iter().find(|(name, _)| !is_key(name)) {
            Some((name, _)) => Err(Invalid::new(format!(
                "Variable reference {name} in ORDER BY clause must be part of the primary key"
            ))),
            None => Ok(()),
        }
    }

    /// The one item that it reads: its key, and what else the clause demands. `None` when it reads anything else.
    pub fn single_item(&self, keys: &[&str]) -> Option<(Item, Option<Condition>)> {
        key_of(self.test.as_ref()?, keys)
    }
}

impl UpdateItem {
    /// The key of the item, and what else the clause demands of it. The item must be there in any case.
    pub fn key(&self, keys: &[&str]) -> Result<(Item, Option<Condition>), Invalid> {
        key_of(&self.test, keys).ok_or_else(|| Invalid::new(NO_KEY))
    }
}

impl Delete {
    /// The key of the item, and what else the clause demands of it.
    pub fn key(&self, keys: &[&str]) -> Result<(Item, Option<Condition>), Invalid> {
        key_of(&self.test, keys).ok_or_else(|| Invalid::new(NO_KEY))
    }
}

/// The conditions that AND joins.
fn joined(test: &Test) -> Vec<&Test> {
    match test {
        Test::And(all) => all.iter().flat_map(joined).collect(),
        other => vec![other],
    }
}

/// The value that a condition demands of an attribute.
fn equality<'a>(test: &'a Test, attribute: &str) -> Option<&'a Value> {
    match test {
        Test::Compare(Comparator::Eq, Operand::Path(path), Operand::Value(value))
        | Test::Compare(Comparator::Eq, Operand::Value(value), Operand::Path(path))
            if is_attribute(path, attribute) =>
        {
            Some(value)
        }
        _ => None,
    }
}

fn is_attribute(path: &Path, attribute: &str) -> bool {
    !path.is_nested() && path.attribute() == attribute
}

fn key_of(test: &Test, keys: &[&str]) -> Option<(Item, Option<Condition>)> {
    let mut rest = joined(test);
    let mut key = Item::new();
    for name in keys {
        let at = rest.iter().position(|t| equality(t, name).is_some())?;
        key.insert((*name).to_owned(), equality(rest.remove(at), name)?.clone());
    }
    let rest: Vec<Test> = rest.into_iter().cloned().collect();
    Some((key, (!rest.is_empty()).then(|| Condition::of(Test::And(rest)))))
}

/// The queries that a clause falls apart into; `None` when it leaves some partition open.
fn queries(
    test: &Test,
    partition: &[KeyAttribute],
    sort: &[KeyAttribute],
) -> Result<Option<Vec<KeyQuery>>, Invalid> {
    let branches: Vec<&Test> = match test {
        Test::Or(branches) => branches.iter().collect(),
        other => vec![other],
    };
    let mut all: Vec<(KeyQuery, bool)> = Vec::new();
    for branch in branches {
        let terms = joined(branch);
        let Some(partitions) = partition_values(&terms, partition) else { return Ok(None) };
        let negates = terms.iter().any(|t| sort.iter().any(|key| negates(t, &key.name)));
        let (sort_equal, sort) = sort_terms(&terms, sort);
        for values in partitions {
            let query = KeyQuery { partition: values, sort_equal: sort_equal.clone(), sort: sort.clone() };
            all.push((query, negates));
        }
    }
    if all.len() > MAX_READS {
        return Err(Invalid::new("Too many decomposed read operations for a given query."));
    }
    let mut queries = without_overlaps(all)?;
    // No item has a key of another type.
    queries.retain(|q| q.partition.iter().zip(partition).all(|(v, k)| k.key_type.is_of(v)));
    Ok(Some(queries))
}

/// Refuses queries of the same partition that overlap. With one whose sort key is negated they run: then the partition is read
/// once, and the filter tells them apart.
///
/// Source: dynamodb-conformance, captured October 2026.
fn without_overlaps(all: Vec<(KeyQuery, bool)>) -> Result<Vec<KeyQuery>, Invalid> {
    let mut queries: Vec<KeyQuery> = Vec::new();
    for (i, (query, negates)) in all.iter().enumerate() {
        let same = |(other, _): &&(KeyQuery, bool)| other.partition == query.partition;
        let earlier = || all[..i].iter().filter(same);
        if !negates && earlier().any(|(other, n)| !n && overlap(query, other)) {
            return Err(Invalid::new(
                "Overlapping conditions with range keys are not supported in where clause",
            ));
        }
        let any_negates = all.iter().filter(same).any(|(_, negates)| *negates);
        if !any_negates {
            queries.push(query.clone());
        } else if earlier().next().is_none() {
            let alone = all.iter().filter(same).count() == 1;
            let whole = KeyQuery { partition: query.partition.clone(), sort_equal: Vec::new(), sort: None };
            queries.push(if alone { query.clone() } else { whole });
        }
    }
    Ok(queries)
}

/// Whether a condition denies something of the attribute.
fn negates(test: &Test, attribute: &str) -> bool {
    let mut named = false;
    match test {
        Test::Not(_) | Test::Compare(Comparator::Ne, ..) => {
            test.walk_paths(&mut |path| named |= is_attribute(path, attribute));
        }
        _ => {}
    }
    named
}

/// Whether two queries of one partition may find the same item.
fn overlap(a: &KeyQuery, b: &KeyQuery) -> bool {
    let shared = a.sort_equal.len().min(b.sort_equal.len());
    if a.sort_equal[..shared] != b.sort_equal[..shared] {
        return false;
    }
    let bounds = |q: &KeyQuery| match q.sort_equal.get(shared) {
        Some(value) => interval(&KeyOp::Eq(value.clone())),
        None => q.sort.as_ref().map_or((Vec::new(), None), interval),
    };
    let ((low_a, high_a), (low_b, high_b)) = (bounds(a), bounds(b));
    let reaches = |high: &Option<Vec<u8>>, low: &Vec<u8>| high.as_ref().is_none_or(|high| low < high);
    reaches(&high_a, &low_b) && reaches(&high_b, &low_a)
}

/// The keys that satisfy a condition, as bytes: from the first to before the second.
fn interval(op: &KeyOp) -> (Vec<u8>, Option<Vec<u8>>) {
    let bytes = |value: &Value| key::encode(value).unwrap_or_default();
    let after = |value: &Value| [bytes(value), vec![0]].concat();
    match op {
        KeyOp::Eq(v) => (bytes(v), Some(after(v))),
        KeyOp::Lt(v) => (Vec::new(), Some(bytes(v))),
        KeyOp::Le(v) => (Vec::new(), Some(after(v))),
        KeyOp::Gt(v) => (after(v), None),
        KeyOp::Ge(v) => (bytes(v), None),
        KeyOp::Between(low, high) => (bytes(low), Some(after(high))),
        KeyOp::BeginsWith(v) => {
            let mut next = bytes(v);
            while next.pop_if(|last| *last == 0xFF).is_some() {}
            let end = next.last_mut().map(|last| *last += 1).map(|()| next);
            (bytes(v), end)
        }
    }
}

/// Every combination of values that the conditions allow the partition key; `None` when an attribute of it is open.
fn partition_values(terms: &[&Test], partition: &[KeyAttribute]) -> Option<Vec<Vec<Value>>> {
    let mut all = vec![Vec::new()];
    for key in partition {
        let values = terms.iter().find_map(|t| allowed(t, &key.name))?;
        let longer = |head: &Vec<Value>| {
            let head = head.clone();
            values
                .iter()
                .map(move |v| [head.as_slice(), std::slice::from_ref(v)].concat())
                .collect::<Vec<_>>()
        };
        all = all.iter().take(MAX_READS + 1).flat_map(longer).collect();
    }
    Some(all)
}

/// The values that a condition allows an attribute: by equality, or by IN.
fn allowed(test: &Test, attribute: &str) -> Option<Vec<Value>> {
    if let Some(value) = equality(test, attribute) {
        return Some(vec![value.clone()]);
    }
    let Test::In(Operand::Path(path), many) = test else { return None };
    if !is_attribute(path, attribute) {
        return None;
    }
    let value = |o: &Operand| if let Operand::Value(v) = o { Some(v.clone()) } else { None };
    many.iter().map(value).collect()
}

/// What the conditions say of the sort key, as far as a query can use it.
fn sort_terms(terms: &[&Test], sort: &[KeyAttribute]) -> (Vec<Value>, Option<KeyOp>) {
    let mut equal = Vec::new();
    for key in sort {
        if let Some(value) = terms.iter().find_map(|t| equality(t, &key.name)) {
            if !key.key_type.is_of(value) {
                return (equal, None);
            }
            equal.push(value.clone());
            continue;
        }
        let op = terms.iter().find_map(|t| range(t, &key.name));
        return (equal, op.filter(|op| op.fits(key.key_type)));
    }
    (equal, None)
}

fn range(test: &Test, attribute: &str) -> Option<KeyOp> {
    match test {
        Test::Compare(comparator, Operand::Path(path), Operand::Value(value))
            if is_attribute(path, attribute) =>
        {
            match comparator {
                Comparator::Lt => Some(KeyOp::Lt(value.clone())),
                Comparator::Le => Some(KeyOp::Le(value.clone())),
                Comparator::Gt => Some(KeyOp::Gt(value.clone())),
                Comparator::Ge => Some(KeyOp::Ge(value.clone())),
                Comparator::Eq | Comparator::Ne => None,
            }
        }
        Test::Between(Operand::Path(path), Operand::Value(low), Operand::Value(high))
            if is_attribute(path, attribute) =>
        {
            Some(KeyOp::Between(low.clone(), high.clone()))
        }
        Test::BeginsWith(Operand::Path(path), Operand::Value(start)) if is_attribute(path, attribute) => {
            Some(KeyOp::BeginsWith(start.clone()))
        }
        _ => None,
    }
}
