//! The WHERE clause. Precedence as in conditions: OR below AND below NOT below comparisons.

use super::literal;
use super::parser::{Parser, malformed};
use super::token::Token;
use crate::expression::{Comparator, Operand, Path, Test};
use crate::{Invalid, Type, Value};

const MAX_IN_OPERANDS: usize = 100;

const COMPARATORS: &[(&str, Comparator)] = &[
    ("=", Comparator::Eq),
    ("<>", Comparator::Ne),
    ("!=", Comparator::Ne),
    ("<", Comparator::Lt),
    ("<=", Comparator::Le),
    (">", Comparator::Gt),
    (">=", Comparator::Ge),
];

const TYPE_NAMES: &[(&str, Type)] = &[
    ("null", Type::Null),
    ("bool", Type::Bool),
    ("boolean", Type::Bool),
    ("string", Type::S),
    ("number", Type::N),
    ("numeric", Type::N),
    ("decimal", Type::N),
    ("float", Type::N),
    ("int", Type::N),
    ("int4", Type::N),
    ("int8", Type::N),
    ("integer", Type::N),
    ("binary", Type::B),
    ("blob", Type::B),
    ("list", Type::L),
    ("map", Type::M),
    ("struct", Type::M),
    ("tuple", Type::M),
];

/// Something between operators.
enum Term {
    Operand(Operand),
    Test(Test),
}

/// A condition.
pub(super) fn condition(p: &mut Parser<'_>) -> Result<Test, Invalid> {
    let term = any(p)?;
    test(term)
}

fn any(p: &mut Parser<'_>) -> Result<Term, Invalid> {
    let first = all(p)?;
    if !p.is_word("or") {
        return Ok(first);
    }
    let mut tests = vec![test(first)?];
    while p.take_word("or") {
        p.expect_right_side()?;
        let next = all(p)?;
        tests.push(test(next)?);
    }
    Ok(Term::Test(Test::Or(tests)))
}

fn all(p: &mut Parser<'_>) -> Result<Term, Invalid> {
    let first = negated(p)?;
    if !p.is_word("and") {
        return Ok(first);
    }
    let mut tests = vec![test(first)?];
    while p.take_word("and") {
        p.expect_right_side()?;
        let next = negated(p)?;
        tests.push(test(next)?);
    }
    Ok(Term::Test(Test::And(tests)))
}

fn negated(p: &mut Parser<'_>) -> Result<Term, Invalid> {
    let mut nots = 0;
    while p.take_word("not") {
        nots += 1;
    }
    let term = comparison(p)?;
    match nots {
        0 => Ok(term),
        n => Ok(Term::Test(negate_if(n % 2 == 1, test(term)?))),
    }
}

fn negate_if(negate: bool, test: Test) -> Test {
    if negate { Test::Not(Box::new(test)) } else { test }
}

fn comparison(p: &mut Parser<'_>) -> Result<Term, Invalid> {
    let left = primary(p)?;
    if let Some((symbol, comparator)) = COMPARATORS.iter().find(|(symbol, _)| p.is_symbol(symbol)) {
        p.take();
        p.expect_right_side()?;
        let right = primary(p)?;
        return compare(symbol, *comparator, left, right).map(Term::Test);
    }
    if p.take_word("is") {
        let not = p.take_word("not");
        let test = is_type(p, operand(left)?)?;
        return Ok(Term::Test(negate_if(not, test)));
    }
    let not = p.is_word("not") && (p.peek_at(1).is_word("in") || p.peek_at(1).is_word("between"));
    if not {
        p.take();
    }
    if p.take_word("between") {
        let low = primary(p)?;
        p.expect_word("and")?;
        let bounds = [operand(left)?, operand(low)?, operand(primary(p)?)?];
        check_types("BETWEEN", &bounds, Type::is_ordered)?;
        let [x, low, high] = bounds;
        return Ok(Term::Test(negate_if(not, Test::Between(x, low, high))));
    }
    if p.take_word("in") {
        let test = one_of(p, operand(left)?)?;
        return Ok(Term::Test(negate_if(not, test)));
    }
    Ok(left)
}

fn compare(symbol: &str, comparator: Comparator, left: Term, right: Term) -> Result<Test, Invalid> {
    match (left, right) {
        // `attribute_exists(a) = true`
        (Term::Test(test), Term::Operand(Operand::Value(Value::Bool(wanted))))
        | (Term::Operand(Operand::Value(Value::Bool(wanted))), Term::Test(test))
            if !comparator.is_ordering() =>
        {
            Ok(negate_if(wanted != (comparator == Comparator::Eq), test))
        }
        (left, right) => {
            let both = [operand(left)?, operand(right)?];
            if comparator.is_ordering() {
                check_types(symbol, &both, Type::is_ordered)?;
            }
            let [left, right] = both;
            Ok(Test::Compare(comparator, left, right))
        }
    }
}

fn one_of(p: &mut Parser<'_>, left: Operand) -> Result<Test, Invalid> {
    let end = if p.take_symbol("[") {
        "]"
    } else {
        p.expect_symbol("(")?;
        ")"
    };
    let mut many = Vec::new();
    while !p.take_symbol(end) {
        if !many.is_empty() {
            p.expect_symbol(",")?;
        }
        many.push(operand(primary(p)?)?);
    }
    if many.len() > MAX_IN_OPERANDS {
        return Err(Invalid::new(format!(
            "The IN operator is provided with too many operands; number of operands: {}",
            many.len()
        )));
    }
    Ok(Test::In(left, many))
}

fn is_type(p: &mut Parser<'_>, left: Operand) -> Result<Test, Invalid> {
    let name = p.take();
    if name.is_word("missing") {
        return match left {
            Operand::Path(path) => Ok(Test::NotExists(path)),
            _ => Err(malformed("Unexpected term")),
        };
    }
    let found = TYPE_NAMES.iter().find(|(n, _)| name.is_word(n)).map(|(_, kind)| *kind);
    let found = found.or_else(|| Type::of_name(&name.text.to_ascii_uppercase()));
    found.map(|kind| Test::IsType(left, kind)).ok_or_else(|| malformed("Expected type name"))
}

fn primary(p: &mut Parser<'_>) -> Result<Term, Invalid> {
    if p.take_symbol("(") {
        p.enter()?;
        let inner = any(p)?;
        p.leave();
        p.expect_symbol(")")?;
        return Ok(inner);
    }
    if ["is", "like", "in", "between"].iter().any(|word| p.is_word(word)) {
        return Err(malformed("Unexpected operator"));
    }
    if p.is_function() {
        return function(p);
    }
    match literal::value(p, "root")? {
        Some(value) => Ok(Term::Operand(Operand::Value(value))),
        None => Ok(Term::Operand(Operand::Path(p.path()?))),
    }
}

fn function(p: &mut Parser<'_>) -> Result<Term, Invalid> {
    let name = p.take();
    let lower = name.text.to_ascii_lowercase();
    let takes = match lower.as_str() {
        "attribute_exists" | "attribute_not_exists" | "size" => 1,
        "attribute_type" | "begins_with" | "contains" => 2,
        _ => return Err(unrecognized(&name)),
    };
    p.expect_symbol("(")?;
    let args = arguments(p)?;
    if args.len() != takes {
        return Err(Invalid::new(format!(
            "Incorrect number of operands for operator or function; operator or function: {lower}, number of operands: {}",
            args.len()
        )));
    }
    call(&lower, args)
}

/// What an unknown function is refused with.
pub(super) fn unrecognized(name: &Token<'_>) -> Invalid {
    Invalid::new(format!("Unrecognized function: {} at {}", name.text.to_ascii_lowercase(), name.position()))
}

fn arguments(p: &mut Parser<'_>) -> Result<Vec<Operand>, Invalid> {
    let mut args = Vec::new();
    p.enter()?;
    while !p.take_symbol(")") {
        if !args.is_empty() {
            p.expect_symbol(",")?;
        }
        args.push(operand(primary(p)?)?);
    }
    p.leave();
    Ok(args)
}

fn call(name: &str, args: Vec<Operand>) -> Result<Term, Invalid> {
    let mut args = args.into_iter();
    let (first, second) = (args.next(), args.next());
    let missing = || malformed("Unexpected term");
    let first = first.ok_or_else(missing)?;
    match name {
        "attribute_exists" => Ok(Term::Test(Test::Exists(path_of(name, first)?))),
        "attribute_not_exists" => Ok(Term::Test(Test::NotExists(path_of(name, first)?))),
        "size" => {
            check_types(name, std::slice::from_ref(&first), |t| {
                !matches!(t, Type::N | Type::Bool | Type::Null)
            })?;
            Ok(Term::Operand(Operand::Size(Box::new(first))))
        }
        "attribute_type" => {
            let kind = type_argument(&second.ok_or_else(missing)?)?;
            Ok(Term::Test(Test::IsType(first, kind)))
        }
        "begins_with" => {
            let both = [first, second.ok_or_else(missing)?];
            check_types(name, &both, |t| matches!(t, Type::S | Type::B))?;
            let [value, start] = both;
            Ok(Term::Test(Test::BeginsWith(value, start)))
        }
        _ => Ok(Term::Test(Test::Contains(first, second.ok_or_else(missing)?))),
    }
}

fn path_of(name: &str, operand: Operand) -> Result<Path, Invalid> {
    match operand {
        Operand::Path(path) => Ok(path),
        _ => Err(Invalid::new(format!(
            "Operator or function requires a document path; operator or function: {name}"
        ))),
    }
}

fn type_argument(operand: &Operand) -> Result<Type, Invalid> {
    let Operand::Value(Value::S(name)) = operand else {
        return check_types("attribute_type", std::slice::from_ref(operand), |t| t == Type::S)
            .and_then(|()| Err(malformed("Unexpected term")));
    };
    Type::of_name(name).ok_or_else(|| {
        Invalid::new(format!(
            "Invalid attribute type name found; type: {name}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
        ))
    })
}

fn check_types(operator: &str, operands: &[Operand], allowed: fn(Type) -> bool) -> Result<(), Invalid> {
    let known = operands.iter().filter_map(|o| match o {
        Operand::Value(value) => Some(value.kind()),
        Operand::Size(_) => Some(Type::N),
        Operand::Path(_) => None,
    });
    match known.into_iter().find(|kind| !allowed(*kind)) {
        Some(kind) => Err(Invalid::new(format!(
            "Incorrect operand type for operator or function; operator or function: {operator}, operand type: {}",
            kind.name()
        ))),
        None => Ok(()),
    }
}

fn operand(term: Term) -> Result<Operand, Invalid> {
    match term {
        Term::Operand(operand) => Ok(operand),
        Term::Test(_) => Err(malformed("Unexpected term")),
    }
}

/// A term where a condition must stand.
fn test(term: Term) -> Result<Test, Invalid> {
    match term {
        Term::Test(test) => Ok(test),
        Term::Operand(_) => Err(malformed("Unexpected term")),
    }
}
