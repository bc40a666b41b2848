//! Key conditions: equality of every partition key attribute, and what may be said of the sort key. Legacy `KeyConditions`
//! become the same terms.
//!
//! Texts: most as AWS answered them to Dynalite's suite; that of two conditions on one key and that of too many conditions as
//! captured by dynamodb-conformance in October 2026.

use super::condition::{Comparator, Operand, Test};
use super::{Condition, Kind, Named, Placeholders};
use crate::key::KeyType;
use crate::{Invalid, Value};

/// What is said of a key attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOp {
    /// `=`
    Eq(Value),
    /// `<`
    Lt(Value),
    /// `<=`
    Le(Value),
    /// `>`
    Gt(Value),
    /// `>=`
    Ge(Value),
    /// `BETWEEN`, both ends included.
    Between(Value, Value),
    /// `begins_with`
    BeginsWith(Value),
}

/// A condition on one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTerm {
    /// The attribute.
    pub attribute: String,
    /// What is said of it.
    pub op: KeyOp,
}

/// An attribute of a key schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub key_type: KeyType,
}

/// A key condition that fits a key schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyQuery {
    /// The values of the partition key's attributes, in the schema's order.
    pub partition: Vec<Value>,
    /// Values that leading attributes of the sort key equal. With a sort key of one attribute, `sk = :v` is here.
    pub sort_equal: Vec<Value>,
    /// What is said of the next attribute of the sort key, other than equality.
    pub sort: Option<KeyOp>,
}

/// A `KeyConditionExpression`, or legacy `KeyConditions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCondition {
    test: Option<Test>,
    terms: Vec<KeyTerm>,
    named: Named,
}

impl KeyCondition {
    /// Parses and checks syntax, placeholders and operands, as for any condition. [`KeyCondition::check`] comes when the
    /// request's other expressions are parsed.
    pub fn parse(text: &str, placeholders: &mut Placeholders) -> Result<KeyCondition, Invalid> {
        let condition = Condition::parse(Kind::KeyCondition, text, placeholders)?;
        let named = condition.named().clone();
        Ok(KeyCondition { test: Some(condition.test().clone()), terms: Vec::new(), named })
    }

    /// From terms that were checked elsewhere.
    pub(crate) fn of(terms: Vec<KeyTerm>) -> KeyCondition {
        let mut named = Named::default();
        named.attributes.extend(terms.iter().map(|t| t.attribute.clone()));
        KeyCondition { test: None, terms, named }
    }

    /// The attributes that it names.
    pub fn named(&self) -> &Named {
        &self.named
    }

    /// Checks that it says of keys what may be said: comparisons of a top-level attribute with values, joined by AND.
    pub fn check(&mut self) -> Result<(), Invalid> {
        match self.test.take() {
            Some(test) => collect(&test, &mut self.terms),
            None => Ok(()),
        }
    }

    /// Fits it to a key schema. Needs [`KeyCondition::check`] before.
    ///
    /// Errors: more conditions than key attributes; a partition key attribute without condition; one without equality; a
    /// gap among the attributes of the sort key; a condition on something else; a value of another type than the schema's.
    pub fn resolve(&self, partition: &[KeyAttribute], sort: &[KeyAttribute]) -> Result<KeyQuery, Invalid> {
        let (given, possible) = (self.terms.len(), partition.len() + sort.len());
        if given > possible {
            return Err(Invalid::new(format!(
                "The number of query conditions ({given}) exceeds the number of key attributes defined in the schema \
                 ({possible})"
            )));
        }
        let mut query = KeyQuery { partition: Vec::new(), sort_equal: Vec::new(), sort: None };
        for key in partition {
            match self.term(key).ok_or_else(|| missed(&key.name))? {
                KeyOp::Eq(value) => query.partition.push(value.clone()),
                _ => return Err(Invalid::new("Query key condition not supported")),
            }
        }
        let said = self.check_prefix(sort)?;
        for key in &sort[..said] {
            match self.term(key).ok_or_else(|| missed(&key.name))? {
                KeyOp::Eq(value) => query.sort_equal.push(value.clone()),
                op => query.sort = Some(op.clone()),
            }
        }
        if given > partition.len() + said {
            return Err(missed(sort.get(said).map_or("", |key| &key.name)));
        }
        for key in partition.iter().chain(sort) {
            if self.term(key).is_some_and(|op| !op.fits(key.key_type)) {
                return Err(Invalid::parameter("Condition parameter type does not match schema type"));
            }
        }
        Ok(query)
    }

    /// How many attributes of the sort key have a condition: leading ones without a gap, of which only the last may have one
    /// other than equality.
    fn check_prefix(&self, sort: &[KeyAttribute]) -> Result<usize, Invalid> {
        let Some(last) = sort.iter().rposition(|key| self.term(key).is_some()) else { return Ok(0) };
        let equal = |key: &&KeyAttribute| matches!(self.term(key), Some(KeyOp::Eq(_)));
        let open: Vec<&str> =
            sort[..last].iter().filter(|key| !equal(key)).map(|key| key.name.as_str()).collect();
        if open.is_empty() {
            return Ok(last + 1);
        }
        Err(Invalid::new(format!(
            "RANGE key attributes {} must have equality conditions specified in the query because a condition is present \
             on key attribute {}",
            open.join(", "),
            sort[last].name
        )))
    }

    fn term(&self, key: &KeyAttribute) -> Option<&KeyOp> {
        self.terms.iter().find(|t| t.attribute == key.name).map(|t| &t.op)
    }
}

fn missed(name: &str) -> Invalid {
    Invalid::new(format!("Query condition missed key schema element: {name}"))
}

impl KeyOp {
    /// Its values.
    pub fn values(&self) -> Vec<&Value> {
        match self {
            KeyOp::Eq(v)
            | KeyOp::Lt(v)
            | KeyOp::Le(v)
            | KeyOp::Gt(v)
            | KeyOp::Ge(v)
            | KeyOp::BeginsWith(v) => {
                vec![v]
            }
            KeyOp::Between(low, high) => vec![low, high],
        }
    }

    /// Whether it may be said of a key attribute of that type.
    pub(crate) fn fits(&self, key_type: KeyType) -> bool {
        let prefix_of_number = matches!(self, KeyOp::BeginsWith(_)) && key_type == KeyType::N;
        !prefix_of_number && self.values().iter().all(|v| key_type.is_of(v))
    }

    /// Whether a value satisfies it.
    pub fn holds(&self, value: &Value) -> bool {
        let order = |other: &Value| value.compare(other);
        match self {
            KeyOp::Eq(v) => value == v,
            KeyOp::Lt(v) => order(v).is_some_and(|o| o.is_lt()),
            KeyOp::Le(v) => order(v).is_some_and(|o| o.is_le()),
            KeyOp::Gt(v) => order(v).is_some_and(|o| o.is_gt()),
            KeyOp::Ge(v) => order(v).is_some_and(|o| o.is_ge()),
            KeyOp::Between(low, high) => {
                order(low).is_some_and(|o| o.is_ge()) && order(high).is_some_and(|o| o.is_le())
            }
            KeyOp::BeginsWith(start) => match (value, start) {
                (Value::S(value), Value::S(start)) => value.starts_with(start.as_str()),
                (Value::B(value), Value::B(start)) => value.starts_with(start),
                _ => false,
            },
        }
    }
}

fn collect(test: &Test, terms: &mut Vec<KeyTerm>) -> Result<(), Invalid> {
    let banned = match test {
        Test::And(all) => return all.iter().try_for_each(|t| collect(t, terms)),
        Test::Or(_) => "OR",
        Test::Not(_) => "NOT",
        Test::In(..) => "IN",
        Test::Compare(Comparator::Ne, ..) => "<>",
        Test::Exists(_) => "attribute_exists",
        Test::NotExists(_) => "attribute_not_exists",
        Test::IsType(..) => "attribute_type",
        Test::Contains(..) => "contains",
        Test::Compare(comparator, a, b) => return add(terms, comparison(*comparator, a, b)?),
        Test::Between(x, low, high) => {
            check_first("BETWEEN", x)?;
            let attribute = attribute(&[x, low, high])?;
            let op = KeyOp::Between(value(low)?, value(high)?);
            return add(terms, KeyTerm { attribute, op });
        }
        Test::BeginsWith(x, start) => {
            check_first("begins_with", x)?;
            let attribute = attribute(&[x, start])?;
            return add(terms, KeyTerm { attribute, op: KeyOp::BeginsWith(value(start)?) });
        }
    };
    Err(Invalid::new(format!("Invalid operator used in KeyConditionExpression: {banned}")))
}

fn add(terms: &mut Vec<KeyTerm>, term: KeyTerm) -> Result<(), Invalid> {
    if terms.iter().any(|t| t.attribute == term.attribute) {
        let text = "KeyConditionExpressions must only contain one condition per key";
        return Err(Kind::KeyCondition.invalid(text));
    }
    terms.push(term);
    Ok(())
}

fn check_first(operator: &str, operand: &Operand) -> Result<(), Invalid> {
    match operand {
        Operand::Path(_) => Ok(()),
        _ => Err(Invalid::new(format!(
            "Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its first \
             operand"
        ))),
    }
}

fn comparison(comparator: Comparator, a: &Operand, b: &Operand) -> Result<KeyTerm, Invalid> {
    let attribute = attribute(&[a, b])?;
    let turned = matches!(a, Operand::Value(_));
    let value = value(if turned { a } else { b })?;
    let op = match (comparator, turned) {
        (Comparator::Lt, false) | (Comparator::Gt, true) => KeyOp::Lt(value),
        (Comparator::Le, false) | (Comparator::Ge, true) => KeyOp::Le(value),
        (Comparator::Gt, false) | (Comparator::Lt, true) => KeyOp::Gt(value),
        (Comparator::Ge, false) | (Comparator::Le, true) => KeyOp::Ge(value),
        (Comparator::Eq | Comparator::Ne, _) => KeyOp::Eq(value),
    };
    Ok(KeyTerm { attribute, op })
}

/// The one top-level attribute among the operands.
fn attribute(operands: &[&Operand]) -> Result<String, Invalid> {
    let mut found = None;
    for operand in operands {
        match operand {
            Operand::Value(_) => {}
            Operand::Size(_) => {
                return Err(Invalid::new("KeyConditionExpressions cannot contain nested operations"));
            }
            Operand::Path(_) if found.is_some() => {
                return Err(Invalid::new(
                    "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
                ));
            }
            Operand::Path(path) if path.is_nested() => {
                return Err(Invalid::new(
                    "KeyConditionExpressions cannot have conditions on nested attributes",
                ));
            }
            Operand::Path(path) => found = Some(path.attribute().to_owned()),
        }
    }
    found.ok_or_else(|| {
        Invalid::new("Invalid condition in KeyConditionExpression: No key attribute specified")
    })
}

fn value(operand: &Operand) -> Result<Value, Invalid> {
    match operand {
        Operand::Value(value) => Ok(value.clone()),
        _ => Err(Invalid::new("Invalid condition in KeyConditionExpression: No key attribute specified")),
    }
}
