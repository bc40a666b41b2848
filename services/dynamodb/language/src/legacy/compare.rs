//! One legacy condition: an operator and values, or `Exists` and `Value`. An attribute that is absent satisfies `NE` and `NULL`
//! and nothing else.

use crate::expression::{Comparator, KeyOp, Operand, Path, Test};
use crate::{Invalid, Type, Value};

/// `ComparisonOperator`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonOperator {
    /// `EQ`
    Eq,
    /// `NE`
    Ne,
    /// `IN`
    In,
    /// `LE`
    Le,
    /// `LT`
    Lt,
    /// `GE`
    Ge,
    /// `GT`
    Gt,
    /// `BETWEEN`
    Between,
    /// `NOT_NULL`
    NotNull,
    /// `NULL`
    Null,
    /// `CONTAINS`
    Contains,
    /// `NOT_CONTAINS`
    NotContains,
    /// `BEGINS_WITH`
    BeginsWith,
}

const OPERATORS: &[(ComparisonOperator, &str)] = &[
    (ComparisonOperator::Eq, "EQ"),
    (ComparisonOperator::Ne, "NE"),
    (ComparisonOperator::In, "IN"),
    (ComparisonOperator::Le, "LE"),
    (ComparisonOperator::Lt, "LT"),
    (ComparisonOperator::Ge, "GE"),
    (ComparisonOperator::Gt, "GT"),
    (ComparisonOperator::Between, "BETWEEN"),
    (ComparisonOperator::NotNull, "NOT_NULL"),
    (ComparisonOperator::Null, "NULL"),
    (ComparisonOperator::Contains, "CONTAINS"),
    (ComparisonOperator::NotContains, "NOT_CONTAINS"),
    (ComparisonOperator::BeginsWith, "BEGINS_WITH"),
];

impl ComparisonOperator {
    /// The operator of that name.
    pub fn of_name(name: &str) -> Option<ComparisonOperator> {
        OPERATORS.iter().find(|(_, n)| *n == name).map(|(operator, _)| *operator)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        OPERATORS.iter().find(|(operator, _)| *operator == self).map_or("", |(_, name)| name)
    }

    fn takes(self, values: usize) -> bool {
        match self {
            ComparisonOperator::Null | ComparisonOperator::NotNull => values == 0,
            ComparisonOperator::In => values > 0,
            ComparisonOperator::Between => values == 2,
            _ => values == 1,
        }
    }

    fn takes_type(self, kind: Type) -> bool {
        match self {
            ComparisonOperator::Eq | ComparisonOperator::Ne => true,
            ComparisonOperator::BeginsWith => matches!(kind, Type::S | Type::B),
            ComparisonOperator::Contains | ComparisonOperator::NotContains => {
                kind.is_ordered() || matches!(kind, Type::Bool | Type::Null)
            }
            _ => kind.is_ordered(),
        }
    }
}

/// A condition of `QueryFilter`, `ScanFilter` or `KeyConditions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// `ComparisonOperator`
    pub operator: ComparisonOperator,
    /// `AttributeValueList`; an absent one is empty.
    pub values: Vec<Value>,
}

impl Filter {
    /// Errors: a number of values that the operator does not take; values of several types, or of one that the operator does
    /// not take; bounds in the wrong order.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let name = self.operator.name();
        if !self.operator.takes(self.values.len()) {
            return Err(Invalid::parameter(format!(
                "Invalid number of argument(s) for the {name} ComparisonOperator"
            )));
        }
        let mut kinds = self.values.iter().map(Value::kind);
        let Some(first) = kinds.next() else { return Ok(()) };
        if kinds.any(|kind| kind != first) {
            return Err(Invalid::parameter("AttributeValues inside AttributeValueList must be of same type"));
        }
        if !self.operator.takes_type(first) {
            return Err(Invalid::parameter(format!(
                "ComparisonOperator {name} is not valid for {} AttributeValue type",
                first.name()
            )));
        }
        let falls = |pair: &[Value]| pair[0].compare(&pair[1]).is_some_and(|order| order.is_gt());
        if self.operator == ComparisonOperator::Between && falls(&self.values) {
            return Err(Invalid::new(
                "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
            ));
        }
        Ok(())
    }

    /// The condition on the attribute. Needs [`Filter::check`] before: without a value that it needs it holds for nothing.
    pub(super) fn test(&self, attribute: &str) -> Test {
        let path = || Path::attribute_named(attribute);
        let left = || Operand::Path(path());
        let mut values = self.values.iter().cloned().map(Operand::Value);
        let compare = |comparator, right: Option<Operand>| match right {
            Some(right) => Test::Compare(comparator, left(), right),
            None => Test::Or(Vec::new()),
        };
        match self.operator {
            ComparisonOperator::Eq => compare(Comparator::Eq, values.next()),
            ComparisonOperator::Ne => compare(Comparator::Ne, values.next()),
            ComparisonOperator::Le => compare(Comparator::Le, values.next()),
            ComparisonOperator::Lt => compare(Comparator::Lt, values.next()),
            ComparisonOperator::Ge => compare(Comparator::Ge, values.next()),
            ComparisonOperator::Gt => compare(Comparator::Gt, values.next()),
            ComparisonOperator::In => Test::In(left(), values.collect()),
            ComparisonOperator::NotNull => Test::Exists(path()),
            ComparisonOperator::Null => Test::NotExists(path()),
            ComparisonOperator::Between => match (values.next(), values.next()) {
                (Some(low), Some(high)) => Test::Between(left(), low, high),
                _ => Test::Or(Vec::new()),
            },
            ComparisonOperator::BeginsWith => {
                values.next().map_or(Test::Or(Vec::new()), |v| Test::BeginsWith(left(), v))
            }
            ComparisonOperator::Contains => {
                values.next().map_or(Test::Or(Vec::new()), |v| Test::Contains(left(), v))
            }
            ComparisonOperator::NotContains => values.next().map_or(Test::Or(Vec::new()), |v| {
                let contains = Test::Contains(left(), v);
                Test::And(vec![Test::Exists(path()), Test::Not(Box::new(contains))])
            }),
        }
    }

    /// What it says of a key; `None` for operators by which no index is searched.
    pub(super) fn key_op(&self) -> Option<KeyOp> {
        let first = self.values.first()?.clone();
        match self.operator {
            ComparisonOperator::Eq => Some(KeyOp::Eq(first)),
            ComparisonOperator::Le => Some(KeyOp::Le(first)),
            ComparisonOperator::Lt => Some(KeyOp::Lt(first)),
            ComparisonOperator::Ge => Some(KeyOp::Ge(first)),
            ComparisonOperator::Gt => Some(KeyOp::Gt(first)),
            ComparisonOperator::Between => Some(KeyOp::Between(first, self.values.get(1)?.clone())),
            ComparisonOperator::BeginsWith => Some(KeyOp::BeginsWith(first)),
            _ => None,
        }
    }
}

/// A condition of `Expected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// `ComparisonOperator`
    pub operator: Option<ComparisonOperator>,
    /// `AttributeValueList`
    pub values: Option<Vec<Value>>,
    /// `Exists`
    pub exists: Option<bool>,
    /// `Value`
    pub value: Option<Value>,
}

impl Expected {
    /// The condition on the attribute.
    pub(super) fn test(&self, attribute: &str) -> Result<Test, Invalid> {
        let refused = |what: &str| Err(Invalid::parameter(format!("{what} for Attribute: {attribute}")));
        if self.values.is_some() && self.value.is_some() {
            return refused("Value and AttributeValueList cannot be used together");
        }
        let Some(operator) = self.operator else { return self.existence(attribute) };
        if self.exists.is_some() {
            return refused("Exists and ComparisonOperator cannot be used together");
        }
        let needs = !matches!(operator, ComparisonOperator::Null | ComparisonOperator::NotNull);
        if needs && self.values.is_none() && self.value.is_none() {
            return refused(&format!(
                "Value or AttributeValueList must be used with ComparisonOperator: {}",
                operator.name()
            ));
        }
        let listed = self.values.iter().flatten().chain(&self.value).cloned();
        let filter = Filter { operator, values: listed.collect() };
        filter.check()?;
        Ok(filter.test(attribute))
    }

    fn existence(&self, attribute: &str) -> Result<Test, Invalid> {
        let refused = |what: &str| Err(Invalid::parameter(format!("{what} for Attribute: {attribute}")));
        if self.values.is_some() {
            return refused("AttributeValueList can only be used with a ComparisonOperator");
        }
        let path = Path::attribute_named(attribute);
        match (self.exists, &self.value) {
            (Some(false), None) => Ok(Test::NotExists(path)),
            (Some(false), Some(_)) => refused("Value cannot be used when Exists is false"),
            (Some(true), None) => refused("Value must be provided when Exists is true"),
            (None, None) => refused("Value must be provided when Exists is null"),
            (_, Some(value)) => {
                Ok(Test::Compare(Comparator::Eq, Operand::Path(path), Operand::Value(value.clone())))
            }
        }
    }
}
