//! Literals: texts, numbers, lists, maps, sets (`<<…>>`), and parameters among them.

use std::collections::{BTreeMap, BTreeSet};

use super::parser::{Parser, malformed};
use super::token::Kind;
use crate::members::too_deep;
use crate::{Invalid, Item, Members, Number, Value, Wording};

/// A value that begins here; `None` when none does. `place` is where in the whole value it stands, for texts: `root.x[1]`.
pub(super) fn value(p: &mut Parser<'_>, place: &str) -> Result<Option<Value>, Invalid> {
    if let Some(simple) = simple(p, place)? {
        return Ok(Some(simple));
    }
    if p.take_symbol("[") {
        p.enter().map_err(|_| too_deep())?;
        let list = elements(p, "]", |p, i| needed(p, &format!("{place}[{i}]")))?;
        p.leave();
        return Ok(Some(Value::L(list)));
    }
    if p.take_symbol("{") {
        p.enter().map_err(|_| too_deep())?;
        let pairs = elements(p, "}", |p, _| pair(p, place))?;
        p.leave();
        return Ok(Some(Value::M(pairs.into_iter().collect::<BTreeMap<_, _>>())));
    }
    if p.take_symbol("<<") {
        p.enter().map_err(|_| too_deep())?;
        let members = elements(p, ">>", |p, i| needed(p, &format!("{place}[{i}]")))?;
        p.leave();
        return set(members).map(Some);
    }
    Ok(None)
}

/// A value that must be here.
pub(super) fn needed(p: &mut Parser<'_>, place: &str) -> Result<Value, Invalid> {
    if p.is_function() {
        let name = p.take();
        return Err(Invalid::new(format!(
            "Unsupported data type: {} under key root at {}",
            name.text.to_ascii_lowercase(),
            name.position()
        )));
    }
    value(p, place)?.ok_or_else(|| malformed("Unexpected term"))
}

fn simple(p: &mut Parser<'_>, place: &str) -> Result<Option<Value>, Invalid> {
    let value = match &p.peek().kind {
        Kind::Text(text) => Value::S(text.clone()),
        Kind::Number => Value::N(number(p.peek().text, place)?),
        Kind::Word if p.is_word("true") => Value::Bool(true),
        Kind::Word if p.is_word("false") => Value::Bool(false),
        Kind::Word if p.is_word("null") => Value::Null,
        Kind::Symbol if p.is_symbol("?") => {
            p.take();
            return p.parameter().map(Some);
        }
        Kind::Symbol if (p.is_symbol("-") || p.is_symbol("+")) && p.peek_at(1).kind == Kind::Number => {
            let sign = if p.take().text == "-" { "-" } else { "" };
            let text = format!("{sign}{}", p.peek().text);
            Value::N(number(&text, place)?)
        }
        _ => return Ok(None),
    };
    p.take();
    Ok(Some(value))
}

fn number(text: &str, place: &str) -> Result<Number, Invalid> {
    Number::parse(text).map_err(|refused| Invalid::new(format!("{refused} under {place}")))
}

/// The item of an INSERT: each attribute is a root of its own.
pub(super) fn item(p: &mut Parser<'_>) -> Result<Item, Invalid> {
    p.expect_symbol("{")?;
    p.enter()?;
    let pairs = elements(p, "}", |p, _| {
        let key = key(p)?;
        Ok((key, needed(p, "root")?))
    })?;
    p.leave();
    Ok(pairs.into_iter().collect())
}

fn pair(p: &mut Parser<'_>, place: &str) -> Result<(String, Value), Invalid> {
    let key = key(p)?;
    let value = needed(p, &format!("{place}.{key}"))?;
    Ok((key, value))
}

fn key(p: &mut Parser<'_>) -> Result<String, Invalid> {
    let key = match &p.peek().kind {
        Kind::Text(name) | Kind::Quoted(name) => name.clone(),
        _ => return Err(malformed("Unexpected term")),
    };
    p.take();
    p.expect_symbol(":")?;
    Ok(key)
}

fn elements<'a, T>(
    p: &mut Parser<'a>,
    end: &str,
    mut one: impl FnMut(&mut Parser<'a>, usize) -> Result<T, Invalid>,
) -> Result<Vec<T>, Invalid> {
    let mut all = Vec::new();
    if p.take_symbol(end) {
        return Ok(all);
    }
    loop {
        all.push(one(p, all.len())?);
        if !p.take_symbol(",") {
            p.expect_symbol(end)?;
            return Ok(all);
        }
    }
}

/// A set of texts, numbers or bytes.
fn set(members: Vec<Value>) -> Result<Value, Invalid> {
    let texts: Option<Vec<String>> = members.iter().map(|v| v.as_text().map(str::to_owned)).collect();
    let numbers: Option<Vec<Number>> = members.iter().map(|v| v.as_number().copied()).collect();
    let bytes = members.iter().map(|v| if let Value::B(b) = v { Some(b.clone()) } else { None });
    let bytes: Option<Vec<Vec<u8>>> = bytes.collect();
    match (texts, numbers, bytes) {
        _ if members.is_empty() => Err(Invalid::new("Empty bags are not supported")),
        (Some(ss), _, _) => Members { ss: Some(ss), ..Members::default() }.into_value_or(Wording::Older),
        (_, Some(ns), _) => {
            let set: BTreeSet<Number> = ns.iter().copied().collect();
            if set.len() == ns.len() {
                return Ok(Value::Ns(set));
            }
            Err(Invalid::new("Input collection contains duplicates"))
        }
        (_, _, Some(bs)) => Members { bs: Some(bs), ..Members::default() }.into_value_or(Wording::Older),
        _ => Err(Invalid::new("Bags of mixed or unsupported types are not supported")),
    }
}
