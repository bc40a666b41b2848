//! Updates: sections SET, REMOVE, ADD and DELETE of actions.

use super::parse::Parser;
use super::token::TokenKind;
use super::tree::{Raw, RawAction, RawAssigned, RawSection};
use crate::Invalid;

const KEYWORDS: &[&str] = &["SET", "REMOVE", "ADD", "DELETE"];

/// The whole of an update.
pub(super) fn update(p: &mut Parser<'_>) -> Result<Vec<RawSection>, Invalid> {
    let mut sections = Vec::new();
    while let Some(keyword) = KEYWORDS.iter().find(|k| p.is_keyword(k)) {
        p.take();
        let actions = match *keyword {
            "SET" => p.list(set),
            "REMOVE" => p.list(|p| Ok(RawAction::Remove(p.path(KEYWORDS)?))),
            "ADD" => p.list(|p| Ok(RawAction::Add(p.path(KEYWORDS)?, value(p)?))),
            _ => p.list(|p| Ok(RawAction::Delete(p.path(KEYWORDS)?, value(p)?))),
        }?;
        sections.push(RawSection { keyword, actions });
    }
    if sections.is_empty() { p.unexpected() } else { p.expect_end().map(|()| sections) }
}

fn set(p: &mut Parser<'_>) -> Result<RawAction, Invalid> {
    let path = p.path(KEYWORDS)?;
    p.expect_symbol("=")?;
    Ok(RawAction::Set(path, assigned(p)?))
}

/// `a`, `a + b`, `a - b`; a sum may stand in parentheses.
fn assigned(p: &mut Parser<'_>) -> Result<RawAssigned, Invalid> {
    let around = p.parentheses_around_sum();
    p.redundant |= around > 1;
    (0..around).try_for_each(|_| p.expect_symbol("("))?;
    let left = operand(p)?;
    let whole = sum(p, left)?;
    (0..around).try_for_each(|_| p.expect_symbol(")"))?;
    Ok(whole)
}

fn sum(p: &mut Parser<'_>, left: Raw) -> Result<RawAssigned, Invalid> {
    if p.take_symbol("+") {
        p.count_operator()?;
        Ok(RawAssigned::Plus(left, operand(p)?))
    } else if p.take_symbol("-") {
        p.count_operator()?;
        Ok(RawAssigned::Minus(left, operand(p)?))
    } else {
        Ok(RawAssigned::Operand(left))
    }
}

fn operand(p: &mut Parser<'_>) -> Result<Raw, Invalid> {
    p.operand(KEYWORDS).map(|(operand, _)| operand)
}

fn value(p: &mut Parser<'_>) -> Result<String, Invalid> {
    if p.peek().kind == TokenKind::Value { Ok(p.take().text.to_owned()) } else { p.unexpected() }
}
