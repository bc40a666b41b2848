//! Checks conditions and resolves them. What is refused first is AWS's order: see the module above.

use super::condition::{Operand, Test};
use super::parse::{CONDITION_FUNCTIONS, check_function, check_operand_count};
use super::reserved::is_reserved;
use super::tree::{Raw, RawPath, RawStep, RawTest};
use super::{Kind, Named, Path, Placeholders};
use crate::members::base64;
use crate::{Type, Value};

const MAX_IN_OPERANDS: usize = 100;

/// An operand whose placeholders are resolved.
enum Arg {
    Path(Path),
    Value(Value),
    Function(String, Vec<Arg>),
}

/// The resolved condition and the attributes that it names, or the text of the first refusal.
pub(super) fn check(
    kind: Kind,
    raw: &RawTest,
    redundant: bool,
    placeholders: &mut Placeholders,
) -> Result<(Test, Named), String> {
    if redundant {
        return Err("The expression has redundant parentheses;".to_owned());
    }
    check_functions(kind, raw)?;
    check_uses(raw)?;
    check_reserved(raw)?;
    let test = resolve(raw, placeholders)?;
    let mut named = Named::default();
    test.walk_paths(&mut |path| named.add(path));
    Ok((test, named))
}

/// The first error that `check` finds among the leaves.
fn first_error(raw: &RawTest, mut check: impl FnMut(&RawTest) -> Result<(), String>) -> Result<(), String> {
    let mut result = Ok(());
    raw.leaves(&mut |leaf| {
        if result.is_ok() {
            result = check(leaf);
        }
    });
    result
}

fn check_functions(kind: Kind, raw: &RawTest) -> Result<(), String> {
    first_error(raw, |leaf| {
        for operand in leaf.operands() {
            let mut result = Ok(());
            operand.walk(&mut |o| {
                if let (Raw::Function(name, _), Ok(())) = (o, &result) {
                    result = check_function(kind, name);
                }
            });
            result?;
        }
        if let RawTest::Function(name, _) = leaf { check_function(kind, name) } else { Ok(()) }
    })
}

/// `size` is an operand and no condition; the other functions are conditions and no operands.
fn check_uses(raw: &RawTest) -> Result<(), String> {
    let misused = |name: &str| {
        Err(format!("The function is not allowed to be used this way in an expression; function: {name}"))
    };
    first_error(raw, |leaf| {
        for operand in leaf.operands() {
            let mut result = Ok(());
            operand.walk(&mut |o| {
                if let (Raw::Function(name, _), Ok(())) = (o, &result)
                    && name != "size"
                {
                    result = misused(name);
                }
            });
            result?;
        }
        match leaf {
            RawTest::Function(name, _) if name == "size" => misused(name),
            _ => Ok(()),
        }
    })
}

fn check_reserved(raw: &RawTest) -> Result<(), String> {
    first_error(raw, |leaf| {
        for operand in leaf.operands() {
            let mut result = Ok(());
            operand.walk(&mut |o| {
                if let (Raw::Path(path), Ok(())) = (o, &result) {
                    result = check_words(path);
                }
            });
            result?;
        }
        Ok(())
    })
}

/// Refuses a path with a reserved word.
pub(super) fn check_words(path: &RawPath) -> Result<(), String> {
    for step in &path.steps {
        if let RawStep::Name(name) = step
            && is_reserved(name)
        {
            return Err(format!("Attribute name is a reserved keyword; reserved keyword: {name}"));
        }
    }
    Ok(())
}

fn resolve(raw: &RawTest, placeholders: &mut Placeholders) -> Result<Test, String> {
    let all = |tests: &[RawTest], placeholders: &mut Placeholders| {
        tests.iter().map(|t| resolve(t, placeholders)).collect::<Result<Vec<_>, _>>()
    };
    match raw {
        RawTest::And(tests) => Ok(Test::And(all(tests, placeholders)?)),
        RawTest::Or(tests) => Ok(Test::Or(all(tests, placeholders)?)),
        RawTest::Not(inner) => Ok(Test::Not(Box::new(resolve(inner, placeholders)?))),
        leaf => resolve_leaf(leaf, placeholders),
    }
}

/// In one condition: undefined placeholders, numbers of operands, operands that must differ, types.
fn resolve_leaf(leaf: &RawTest, placeholders: &mut Placeholders) -> Result<Test, String> {
    let args = leaf
        .operands()
        .into_iter()
        .map(|o| resolve_operand(o, placeholders))
        .collect::<Result<Vec<_>, _>>()?;
    for arg in &args {
        check_counts(arg)?;
    }
    if let RawTest::Function(name, _) = leaf {
        check_operand_count(CONDITION_FUNCTIONS, name, args.len())?;
    }
    if let RawTest::In(_, many) = leaf
        && many.len() > MAX_IN_OPERANDS
    {
        return Err(format!(
            "The IN operator is provided with too many operands; number of operands: {}",
            many.len()
        ));
    }
    check_distinct(operator(leaf), &args)?;
    for arg in &args {
        check_size_types(arg)?;
    }
    typed(leaf, args)
}

fn resolve_operand(raw: &Raw, placeholders: &mut Placeholders) -> Result<Arg, String> {
    Ok(match raw {
        Raw::Path(path) => Arg::Path(placeholders.path(path)?),
        Raw::Value(name) => Arg::Value(placeholders.value(name)?),
        Raw::Function(name, args) => {
            let args = args.iter().map(|a| resolve_operand(a, placeholders)).collect::<Result<_, _>>()?;
            Arg::Function(name.clone(), args)
        }
    })
}

fn check_counts(arg: &Arg) -> Result<(), String> {
    let Arg::Function(name, args) = arg else { return Ok(()) };
    args.iter().try_for_each(check_counts)?;
    check_operand_count(CONDITION_FUNCTIONS, name, args.len())
}

fn operator(leaf: &RawTest) -> &str {
    match leaf {
        RawTest::Compare(comparator, ..) => comparator.symbol(),
        RawTest::Between(..) => "BETWEEN",
        RawTest::In(..) => "IN",
        RawTest::Function(name, _) => name,
        RawTest::And(_) | RawTest::Or(_) | RawTest::Not(_) => "",
    }
}

fn check_distinct(operator: &str, args: &[Arg]) -> Result<(), String> {
    let Some((Arg::Path(first), rest)) = args.split_first() else { return Ok(()) };
    if rest.iter().any(|other| matches!(other, Arg::Path(path) if path == first)) {
        return Err(format!(
            "The first operand must be distinct from the remaining operands for this operator or function; operator: \
             {operator}, first operand: {first}"
        ));
    }
    Ok(())
}

/// The type that an operand is known to have before any item is seen.
fn known_type(arg: &Arg) -> Option<Type> {
    match arg {
        Arg::Path(_) => None,
        Arg::Value(value) => Some(value.kind()),
        Arg::Function(..) => Some(Type::N),
    }
}

fn wrong_type(operator: &str, name: &str) -> String {
    format!(
        "Incorrect operand type for operator or function; operator or function: {operator}, operand type: {name}"
    )
}

/// Refuses the first operand of a known type that is not `allowed`.
fn check_types(operator: &str, args: &[Arg], allowed: fn(Type) -> bool) -> Result<(), String> {
    match args.iter().filter_map(known_type).find(|t| !allowed(*t)) {
        Some(kind) => Err(wrong_type(operator, kind.name())),
        None => Ok(()),
    }
}

fn check_size_types(arg: &Arg) -> Result<(), String> {
    let Arg::Function(name, args) = arg else { return Ok(()) };
    args.iter().try_for_each(check_size_types)?;
    check_types(name, args, |t| !matches!(t, Type::N | Type::Bool | Type::Null))
}

fn typed(leaf: &RawTest, args: Vec<Arg>) -> Result<Test, String> {
    let name = operator(leaf);
    match leaf {
        RawTest::Compare(comparator, ..) => {
            if comparator.is_ordering() {
                check_types(name, &args, Type::is_ordered)?;
            }
            let [a, b] = operands(args);
            Ok(Test::Compare(*comparator, a, b))
        }
        RawTest::Between(..) => {
            check_types(name, &args, Type::is_ordered)?;
            check_bounds(&args[1], &args[2])?;
            let [x, low, high] = operands(args);
            Ok(Test::Between(x, low, high))
        }
        RawTest::In(..) => {
            let mut args = args.into_iter().map(operand);
            let first = args.next().expect("the parser reads a first operand");
            Ok(Test::In(first, args.collect()))
        }
        _ => function(name, args),
    }
}

fn function(name: &str, args: Vec<Arg>) -> Result<Test, String> {
    match name {
        "attribute_exists" => path_of(name, args).map(Test::Exists),
        "attribute_not_exists" => path_of(name, args).map(Test::NotExists),
        "attribute_type" => {
            let kind = type_argument(&args[1])?;
            let [a, _] = operands(args);
            Ok(Test::IsType(a, kind))
        }
        "begins_with" => {
            check_types(name, &args, |t| matches!(t, Type::S | Type::B))?;
            let [a, b] = operands(args);
            Ok(Test::BeginsWith(a, b))
        }
        _ => {
            check_types(name, &args[..1], |t| !matches!(t, Type::N | Type::Bool | Type::Null | Type::M))?;
            let [a, b] = operands(args);
            Ok(Test::Contains(a, b))
        }
    }
}

fn path_of(name: &str, args: Vec<Arg>) -> Result<Path, String> {
    match args.into_iter().next() {
        Some(Arg::Path(path)) => Ok(path),
        _ => Err(format!("Operator or function requires a document path; operator or function: {name}")),
    }
}

fn type_argument(arg: &Arg) -> Result<Type, String> {
    match arg {
        Arg::Value(Value::S(name)) => Type::of_name(name).ok_or_else(|| {
            format!("Invalid attribute type name found; type: {name}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}")
        }),
        other => Err(wrong_type(
            "attribute_type",
            known_type(other).map_or("{NS,SS,L,BS,N,M,B,BOOL,NULL,S}", Type::name),
        )),
    }
}

fn check_bounds(low: &Arg, high: &Arg) -> Result<(), String> {
    let (Arg::Value(low), Arg::Value(high)) = (low, high) else { return Ok(()) };
    let text = |what: &str| {
        format!(
            "The BETWEEN operator requires {what}; lower bound operand: AttributeValue: {}, upper bound operand: \
             AttributeValue: {}",
            shown(low),
            shown(high)
        )
    };
    match low.compare(high) {
        None => Err(text("same data type for lower and upper bounds")),
        Some(order) if order.is_gt() => Err(text("upper bound to be greater than or equal to lower bound")),
        Some(_) => Ok(()),
    }
}

/// A text, number or bytes as AWS's texts show it: `{N:1}`.
fn shown(value: &Value) -> String {
    let inner = match value {
        Value::S(text) => text.clone(),
        Value::N(number) => number.to_string(),
        Value::B(bytes) => base64(bytes),
        _ => String::new(),
    };
    format!("{{{}:{inner}}}", value.kind().name())
}

fn operand(arg: Arg) -> Operand {
    match arg {
        Arg::Path(path) => Operand::Path(path),
        Arg::Value(value) => Operand::Value(value),
        Arg::Function(_, args) => {
            let of = args.into_iter().next().expect("size takes one operand: counted before");
            Operand::Size(Box::new(operand(of)))
        }
    }
}

fn operands<const N: usize>(args: Vec<Arg>) -> [Operand; N] {
    let all: Vec<Operand> = args.into_iter().map(operand).collect();
    all.try_into().expect("the number of operands was checked before")
}
