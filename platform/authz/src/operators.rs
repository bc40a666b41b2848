//! Condition operators: their names, and when a condition holds.

use crate::arn::{self, ArnPattern};
use crate::context::ContextKeys;
use crate::glob::{Match, Pattern};
use crate::values::{self, Cidr};

/// How the values of a multivalued key are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    None,
    AllValues,
    AnyValue,
}

/// What a comparison looks at, without its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Order),
    Date(Order),
    Bool,
    Binary,
    IpAddress,
    Arn,
    Null,
}

/// An order between the request's value and the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds<T: PartialOrd>(self, request: &T, policy: &T) -> bool {
        match self {
            Self::Equal => request == policy,
            Self::Less => request < policy,
            Self::LessOrEqual => request <= policy,
            Self::Greater => request > policy,
            Self::GreaterOrEqual => request >= policy,
        }
    }
}

/// A condition operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    pub quantifier: Quantifier,
    pub family: Family,
    pub negated: bool,
    pub if_exists: bool,
}

impl Operator {
    /// Reads an operator's name, with its prefix and suffix.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (quantifier, name) = if let Some(name) = name.strip_prefix("ForAllValues:") {
            (Quantifier::AllValues, name)
        } else if let Some(name) = name.strip_prefix("ForAnyValue:") {
            (Quantifier::AnyValue, name)
        } else {
            (Quantifier::None, name)
        };
        let (name, if_exists) = name.strip_suffix("IfExists").map_or((name, false), |name| (name, true));
        let (family, negated) = family(name)?;
        if family == Family::Null && (if_exists || quantifier != Quantifier::None) {
            return None;
        }
        Some(Self { quantifier, family, negated, if_exists })
    }
}

fn family(name: &str) -> Option<(Family, bool)> {
    use Order::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    Some(match name {
        "StringEquals" => (Family::StringEquals, false),
        "StringNotEquals" => (Family::StringEquals, true),
        "StringEqualsIgnoreCase" => (Family::StringEqualsIgnoreCase, false),
        "StringNotEqualsIgnoreCase" => (Family::StringEqualsIgnoreCase, true),
        "StringLike" => (Family::StringLike, false),
        "StringNotLike" => (Family::StringLike, true),
        "NumericEquals" => (Family::Numeric(Equal), false),
        "NumericNotEquals" => (Family::Numeric(Equal), true),
        "NumericLessThan" => (Family::Numeric(Less), false),
        "NumericLessThanEquals" => (Family::Numeric(LessOrEqual), false),
        "NumericGreaterThan" => (Family::Numeric(Greater), false),
        "NumericGreaterThanEquals" => (Family::Numeric(GreaterOrEqual), false),
        "DateEquals" => (Family::Date(Equal), false),
        "DateNotEquals" => (Family::Date(Equal), true),
        "DateLessThan" => (Family::Date(Less), false),
        "DateLessThanEquals" => (Family::Date(LessOrEqual), false),
        "DateGreaterThan" => (Family::Date(Greater), false),
        "DateGreaterThanEquals" => (Family::Date(GreaterOrEqual), false),
        "Bool" => (Family::Bool, false),
        "BinaryEquals" => (Family::Binary, false),
        "IpAddress" => (Family::IpAddress, false),
        "NotIpAddress" => (Family::IpAddress, true),
        "ArnEquals" | "ArnLike" => (Family::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Family::Arn, true),
        "Null" => (Family::Null, false),
        _ => return None,
    })
}

/// A policy's value, compiled for its operator.
#[derive(Debug)]
enum Value {
    Equals(Pattern),
    EqualsIgnoreCase(Pattern),
    Like(Pattern),
    Number(Order, f64),
    Date(Order, i64),
    Bool(bool),
    Binary(Vec<u8>),
    Range(Cidr),
    Arn(ArnPattern),
    /// The value isn't of the operator's type: nothing equals it.
    Never,
}

impl Value {
    fn compile(family: Family, text: &str, with_variables: bool) -> Self {
        match family {
            Family::StringEquals => Self::Equals(Pattern::plain(text, with_variables)),
            Family::StringEqualsIgnoreCase => Self::EqualsIgnoreCase(Pattern::plain(text, with_variables)),
            Family::StringLike => Self::Like(Pattern::wild(text, with_variables)),
            Family::Arn => Self::Arn(ArnPattern::condition(text, with_variables)),
            Family::Numeric(order) => values::number(text).map_or(Self::Never, |n| Self::Number(order, n)),
            Family::Date(order) => values::date_ms(text).map_or(Self::Never, |ms| Self::Date(order, ms)),
            Family::Bool | Family::Null => boolean(text).map_or(Self::Never, Self::Bool),
            Family::Binary => values::base64(text).map_or(Self::Never, Self::Binary),
            Family::IpAddress => Cidr::parse(text).map_or(Self::Never, Self::Range),
        }
    }

    fn matches(&self, text: &str, context: &dyn ContextKeys) -> Match {
        match self {
            Self::Equals(pattern) | Self::Like(pattern) => pattern.matches(text, context),
            Self::EqualsIgnoreCase(pattern) => pattern.equals_ignoring_case(text, context),
            Self::Arn(pattern) => pattern.matches(text, arn::split(text).as_ref(), context),
            Self::Number(order, mine) => values::number(text).is_some_and(|n| order.holds(&n, mine)).into(),
            Self::Date(order, mine) => values::date_ms(text).is_some_and(|ms| order.holds(&ms, mine)).into(),
            Self::Bool(mine) => (boolean(text) == Some(*mine)).into(),
            Self::Binary(mine) => (values::base64(text).as_ref() == Some(mine)).into(),
            Self::Range(range) => values::address(text).is_some_and(|address| range.contains(address)).into(),
            Self::Never => Match::No,
        }
    }

    fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Equals(pattern) | Self::EqualsIgnoreCase(pattern) | Self::Like(pattern) => Some(pattern),
            _ => None,
        }
    }
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// One operator applied to one key.
#[derive(Debug)]
pub(crate) struct Condition {
    operator: Operator,
    /// The key in lower case.
    key: Box<str>,
    /// The key as written.
    pub written_key: Box<str>,
    values: Box<[Value]>,
}

impl Condition {
    pub(crate) fn new(operator: Operator, key: &str, values: &[String], with_variables: bool) -> Self {
        let values =
            values.iter().map(|text| Value::compile(operator.family, text, with_variables)).collect();
        Self { operator, key: key.to_ascii_lowercase().into(), written_key: key.into(), values }
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        let arns = self.values.iter().filter_map(|value| match value {
            Value::Arn(pattern) => Some(pattern.variables()),
            _ => None,
        });
        let strings = self.values.iter().filter_map(Value::pattern);
        strings.flat_map(Pattern::variables).chain(arns.flatten())
    }

    /// Whether the condition holds in a request.
    ///
    /// A missing key fails a positive operator and satisfies a negated one; `IfExists` and `ForAllValues` are satisfied
    /// by it, `ForAnyValue` fails (unless `IfExists`). Several values of the policy are OR for a positive operator, NOR
    /// for a negated one. Source: IAM user guide, "Condition operators", "Set operators for multivalued context keys".
    pub(crate) fn holds(&self, context: &dyn ContextKeys) -> bool {
        let found = context.get(&self.key);
        let texts = found.as_ref().map_or(&[][..], |value| value.values());
        let Operator { quantifier, family, negated, if_exists } = self.operator;
        if family == Family::Null {
            let missing = texts.is_empty();
            return self
                .values
                .iter()
                .any(|value| matches!(value, Value::Bool(wanted) if *wanted == missing));
        }
        // For the set operators an empty string is an empty set (same page).
        let empty =
            texts.is_empty() || (quantifier != Quantifier::None && texts.len() == 1 && texts[0].is_empty());
        if empty {
            return match quantifier {
                Quantifier::None => if_exists || negated,
                Quantifier::AllValues => true,
                Quantifier::AnyValue => if_exists,
            };
        }
        let mut verdicts = texts.iter().map(|text| self.compare(text, context));
        match (quantifier, negated) {
            // Several values without a set operator: AWS tells authors not to. Any match counts as a match.
            (Quantifier::AllValues, _) | (Quantifier::None, true) => verdicts.all(|held| held),
            (Quantifier::AnyValue, _) | (Quantifier::None, false) => verdicts.any(|held| held),
        }
    }

    /// Whether one value of the request satisfies the operator against the policy's values.
    fn compare(&self, text: &str, context: &dyn ContextKeys) -> bool {
        let mut matches = self.values.iter().map(|value| value.matches(text, context));
        if self.operator.negated { matches.all(|m| m == Match::No) } else { matches.any(|m| m == Match::Yes) }
    }
}
