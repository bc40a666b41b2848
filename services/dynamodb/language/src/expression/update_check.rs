//! Checks updates and resolves them, in AWS's order: see the module above.

use super::parse::{UPDATE_FUNCTIONS, check_function, check_operand_count};
use super::path::check_collisions;
use super::tree::{Raw, RawAction, RawAssigned, RawPath, RawSection};
use super::update::{Action, Assigned, UpdateOperand};
use super::{Kind, Path, Placeholders, check::check_words};
use crate::Type;

/// The resolved actions, or the text of the first refusal.
pub(super) fn check(sections: &[RawSection], placeholders: &mut Placeholders) -> Result<Vec<Action>, String> {
    let actions: Vec<&RawAction> = sections.iter().flat_map(|s| &s.actions).collect();
    for_each_path(&actions, check_words)?;
    for_each_operand(&actions, |o| match o {
        Raw::Function(name, _) => check_function(Kind::Update, name),
        _ => Ok(()),
    })?;
    check_sections(sections)?;
    for_each_path(&actions, |path| placeholders.path(path).map(|_| ()))?;
    check_values(&actions, placeholders)?;
    let paths = actions.iter().map(|a| placeholders.path(a.path())).collect::<Result<Vec<_>, _>>()?;
    check_collisions(&paths.iter().collect::<Vec<_>>())?;
    for action in &actions {
        check_added(action, placeholders)?;
    }
    for_each_operand(&actions, |o| check_call(o, placeholders))?;
    for action in &actions {
        check_sum(action, placeholders)?;
    }
    actions.iter().map(|a| resolve(a, placeholders)).collect()
}

/// Every path: what is written, then what is read, action by action.
fn for_each_path(
    actions: &[&RawAction],
    mut check: impl FnMut(&RawPath) -> Result<(), String>,
) -> Result<(), String> {
    for action in actions {
        check(action.path())?;
        for operand in action.operands() {
            let mut result = Ok(());
            operand.walk(&mut |o| {
                if let (Raw::Path(path), true) = (o, result.is_ok()) {
                    result = check(path);
                }
            });
            result?;
        }
    }
    Ok(())
}

fn for_each_operand(
    actions: &[&RawAction],
    mut check: impl FnMut(&Raw) -> Result<(), String>,
) -> Result<(), String> {
    for operand in actions.iter().flat_map(|a| a.operands()) {
        let mut result = Ok(());
        operand.walk(&mut |o| {
            if result.is_ok() {
                result = check(o);
            }
        });
        result?;
    }
    Ok(())
}

fn check_sections(sections: &[RawSection]) -> Result<(), String> {
    for (i, section) in sections.iter().enumerate() {
        if sections[..i].iter().any(|s| s.keyword == section.keyword) {
            let keyword = section.keyword;
            return Err(format!("The \"{keyword}\" section can only be used once in an update expression;"));
        }
    }
    Ok(())
}

fn check_values(actions: &[&RawAction], placeholders: &mut Placeholders) -> Result<(), String> {
    for action in actions {
        if let Some(value) = action.value() {
            placeholders.value_type(value)?;
        }
        for_each_operand(&[action], |o| match o {
            Raw::Value(name) => placeholders.value_type(name).map(|_| ()),
            _ => Ok(()),
        })?;
    }
    Ok(())
}

/// ADD takes numbers and sets, DELETE takes sets.
fn check_added(action: &RawAction, placeholders: &mut Placeholders) -> Result<(), String> {
    let (operator, value) = match action {
        RawAction::Add(_, value) => ("ADD", value),
        RawAction::Delete(_, value) => ("DELETE", value),
        RawAction::Set(..) | RawAction::Remove(_) => return Ok(()),
    };
    let kind = placeholders.value_type(value)?;
    if kind.is_set() || (operator == "ADD" && kind == Type::N) {
        return Ok(());
    }
    Err(format!(
        "Incorrect operand type for operator or function; operator: {operator}, operand type: {}, typeSet: \
         ALLOWED_FOR_{operator}_OPERAND",
        long_name(kind)
    ))
}

/// The name of a type in the texts about ADD and DELETE.
fn long_name(kind: Type) -> &'static str {
    match kind {
        Type::S => "STRING",
        Type::N => "NUMBER",
        Type::B => "BINARY",
        Type::Bool => "BOOLEAN",
        Type::Null => "NULL",
        Type::M => "MAP",
        Type::L => "LIST",
        Type::Ss => "STRING_SET",
        Type::Ns => "NUMBER_SET",
        Type::Bs => "BINARY_SET",
    }
}

fn check_call(raw: &Raw, placeholders: &mut Placeholders) -> Result<(), String> {
    let Raw::Function(name, args) = raw else { return Ok(()) };
    check_operand_count(UPDATE_FUNCTIONS, name, args.len())?;
    if name == "list_append" {
        return check_types(name, args.iter().collect(), Type::L, placeholders);
    }
    match args[0] {
        Raw::Path(_) => Ok(()),
        _ => Err(format!("Operator or function requires a document path; operator or function: {name}")),
    }
}

fn check_sum(action: &RawAction, placeholders: &mut Placeholders) -> Result<(), String> {
    match action {
        RawAction::Set(_, RawAssigned::Plus(a, b)) => check_types("+", vec![a, b], Type::N, placeholders),
        RawAction::Set(_, RawAssigned::Minus(a, b)) => check_types("-", vec![a, b], Type::N, placeholders),
        _ => Ok(()),
    }
}

/// Refuses values of the request that are not of the type.
fn check_types(
    operator: &str,
    args: Vec<&Raw>,
    wanted: Type,
    placeholders: &mut Placeholders,
) -> Result<(), String> {
    for arg in args {
        let Raw::Value(name) = arg else { continue };
        let kind = placeholders.value_type(name)?;
        if kind != wanted {
            return Err(format!(
                "Incorrect operand type for operator or function; operator or function: {operator}, operand type: {}",
                kind.name()
            ));
        }
    }
    Ok(())
}

fn resolve(action: &RawAction, placeholders: &mut Placeholders) -> Result<Action, String> {
    let path = placeholders.path(action.path())?;
    Ok(match action {
        RawAction::Remove(_) => Action::Remove(path),
        RawAction::Add(_, value) => Action::Add(path, placeholders.value(value)?),
        RawAction::Delete(_, value) => Action::Delete(path, placeholders.value(value)?),
        RawAction::Set(_, assigned) => Action::Set(path, resolve_assigned(assigned, placeholders)?),
    })
}

fn resolve_assigned(assigned: &RawAssigned, placeholders: &mut Placeholders) -> Result<Assigned, String> {
    Ok(match assigned {
        RawAssigned::Operand(a) => Assigned::Operand(resolve_operand(a, placeholders)?),
        RawAssigned::Plus(a, b) => {
            Assigned::Plus(resolve_operand(a, placeholders)?, resolve_operand(b, placeholders)?)
        }
        RawAssigned::Minus(a, b) => {
            Assigned::Minus(resolve_operand(a, placeholders)?, resolve_operand(b, placeholders)?)
        }
    })
}

fn resolve_operand(raw: &Raw, placeholders: &mut Placeholders) -> Result<UpdateOperand, String> {
    Ok(match raw {
        Raw::Path(path) => UpdateOperand::Path(placeholders.path(path)?),
        Raw::Value(name) => UpdateOperand::Value(placeholders.value(name)?),
        Raw::Function(name, args) if name == "if_not_exists" => {
            let path = first_path(&args[0], placeholders)?;
            UpdateOperand::IfNotExists(path, Box::new(resolve_operand(&args[1], placeholders)?))
        }
        Raw::Function(_, args) => UpdateOperand::ListAppend(
            Box::new(resolve_operand(&args[0], placeholders)?),
            Box::new(resolve_operand(&args[1], placeholders)?),
        ),
    })
}

fn first_path(raw: &Raw, placeholders: &mut Placeholders) -> Result<Path, String> {
    match resolve_operand(raw, placeholders)? {
        UpdateOperand::Path(path) => Ok(path),
        _ => {
            Err("Operator or function requires a document path; operator or function: if_not_exists"
                .to_owned())
        }
    }
}
