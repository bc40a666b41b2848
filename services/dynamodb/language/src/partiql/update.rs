//! The clauses of UPDATE: `SET path = …`, which may follow each other or be separated by commas, and `REMOVE path`.

use super::condition::unrecognized;
use super::literal;
use super::parser::{Parser, malformed};
use super::token::Token;
use crate::Invalid;
use crate::expression::{Action, Assigned, Path, UpdateOperand};

/// One or more clauses.
pub(super) fn clauses(p: &mut Parser<'_>) -> Result<Vec<Action>, Invalid> {
    let mut actions = Vec::new();
    loop {
        if p.take_word("set") {
            actions.push(set(p)?);
            while p.take_symbol(",") {
                actions.push(set(p)?);
            }
        } else if p.take_word("remove") {
            actions.push(Action::Remove(p.path()?));
            while p.take_symbol(",") {
                actions.push(Action::Remove(p.path()?));
            }
        } else if actions.is_empty() {
            return Err(malformed("Expected SET or REMOVE keyword"));
        } else {
            return Ok(actions);
        }
    }
}

fn set(p: &mut Parser<'_>) -> Result<Action, Invalid> {
    let path = p.path()?;
    p.expect_symbol("=")?;
    let is_set_function = p.is_function() && (p.is_word("set_add") || p.is_word("set_delete"));
    if is_set_function {
        return set_function(p, path);
    }
    let left = operand(p)?;
    let assigned = if p.take_symbol("+") {
        Assigned::Plus(left, operand(p)?)
    } else if p.take_symbol("-") {
        Assigned::Minus(left, operand(p)?)
    } else {
        Assigned::Operand(left)
    };
    Ok(Action::Set(path, assigned))
}

fn operand(p: &mut Parser<'_>) -> Result<UpdateOperand, Invalid> {
    if p.take_symbol("(") {
        p.enter()?;
        let inner = operand(p)?;
        p.leave();
        p.expect_symbol(")")?;
        return Ok(inner);
    }
    if p.is_function() {
        return function(p);
    }
    match literal::value(p, "root")? {
        Some(value) => Ok(UpdateOperand::Value(value)),
        None => Ok(UpdateOperand::Path(p.path()?)),
    }
}

fn function(p: &mut Parser<'_>) -> Result<UpdateOperand, Invalid> {
    let name = p.take();
    let lower = name.text.to_ascii_lowercase();
    if lower != "list_append" && lower != "if_not_exists" {
        return Err(unrecognized(&name));
    }
    let args = arguments(p)?;
    let given = args.len();
    let [(first, _), (second, _)] = <[_; 2]>::try_from(args).map_err(|_| {
        Invalid::new(format!(
            "Incorrect number of operands for operator or function; operator or function: {lower}, number of operands: {given}"
        ))
    })?;
    match first {
        _ if lower == "list_append" => Ok(UpdateOperand::ListAppend(Box::new(first), Box::new(second))),
        UpdateOperand::Path(path) => Ok(UpdateOperand::IfNotExists(path, Box::new(second))),
        _ => Err(Invalid::new(
            "Operator or function requires a document path; operator or function: if_not_exists",
        )),
    }
}

/// Each with the position of its first token.
fn arguments(p: &mut Parser<'_>) -> Result<Vec<(UpdateOperand, String)>, Invalid> {
    p.enter()?;
    p.expect_symbol("(")?;
    let mut args = Vec::new();
    while !p.take_symbol(")") {
        if !args.is_empty() {
            p.expect_symbol(",")?;
        }
        let position = p.peek().position();
        args.push((operand(p)?, position));
    }
    p.leave();
    Ok(args)
}

/// `SET a = set_add(a, <<…>>)`: what ADD and DELETE do in update expressions.
fn set_function(p: &mut Parser<'_>, path: Path) -> Result<Action, Invalid> {
    let name: Token<'_> = p.take();
    let upper = name.text.to_ascii_uppercase();
    let args = arguments(p)?;
    let [(first, first_position), (second, _)] = <[_; 2]>::try_from(args).map_err(|_| {
        Invalid::new(format!("{upper} must have exactly two arguments at {}", name.position()))
    })?;
    if first != UpdateOperand::Path(path.clone()) {
        return Err(Invalid::new(format!(
            "The first argument to {upper} must equal the assignment value at {}",
            name.position()
        )));
    }
    match second {
        UpdateOperand::Value(value) if value.kind().is_set() => {
            Ok(if upper == "SET_ADD" { Action::Add(path, value) } else { Action::Delete(path, value) })
        }
        _ => Err(Invalid::new(format!(
            "The second argument to {upper} must be a value with type SET at {first_position}"
        ))),
    }
}
