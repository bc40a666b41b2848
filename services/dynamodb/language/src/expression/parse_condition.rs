//! Conditions: OR below AND below NOT below comparisons, with parentheses around conditions and operands. A parenthesis is
//! read before it is known which of the two it holds, so a node is either until its place decides.

use super::condition::Comparator;
use super::parse::Parser;
use super::tree::{Raw, RawTest};
use crate::Invalid;

const KEYWORDS: &[&str] = &["AND", "OR", "NOT", "BETWEEN", "IN"];

const COMPARATORS: &[(&str, Comparator)] = &[
    ("=", Comparator::Eq),
    ("<>", Comparator::Ne),
    ("<", Comparator::Lt),
    ("<=", Comparator::Le),
    (">", Comparator::Gt),
    (">=", Comparator::Ge),
];

/// What has been read: an operand, or a condition; and whether it stands in parentheses.
struct Node {
    what: What,
    in_parentheses: bool,
}

enum What {
    Operand(Raw),
    Test(RawTest),
}

/// What is not finished yet. A list of these instead of recursion: an expression may nest deeper than a stack does.
enum Frame {
    Parenthesis,
    Not,
    And(Vec<RawTest>),
    Or(Vec<RawTest>),
}

fn bare(what: What) -> Node {
    Node { what, in_parentheses: false }
}

/// The whole of a condition.
pub(super) fn condition(p: &mut Parser<'_>) -> Result<RawTest, Invalid> {
    let mut frames = Vec::new();
    loop {
        let node = start(p, &mut frames)?;
        if let Some(test) = finish(p, &mut frames, node)? {
            return p.expect_end().map(|()| test);
        }
    }
}

/// Reads to the next operand.
fn start(p: &mut Parser<'_>, frames: &mut Vec<Frame>) -> Result<Node, Invalid> {
    loop {
        if p.take_keyword("NOT") {
            p.count_operator()?;
            frames.push(Frame::Not);
        } else if p.take_symbol("(") {
            frames.push(Frame::Parenthesis);
        } else {
            let (operand, in_parentheses) = p.operand(KEYWORDS)?;
            return Ok(Node { what: What::Operand(operand), in_parentheses });
        }
    }
}

/// Finishes what an operand ends; `None` when AND or OR ask for more.
fn finish(p: &mut Parser<'_>, frames: &mut Vec<Frame>, node: Node) -> Result<Option<RawTest>, Invalid> {
    let mut node = node;
    loop {
        node = comparison(p, node)?;
        while matches!(frames.last(), Some(Frame::Not)) {
            frames.pop();
            node = bare(What::Test(RawTest::Not(Box::new(test(p, node)?))));
        }
        if p.is_keyword("AND") {
            join(p, frames, node, Frame::And, |f| if let Frame::And(all) = f { Some(all) } else { None })?;
            return Ok(None);
        }
        node = closed(p, frames, node, |f| matches!(f, Frame::And(_)))?;
        if p.is_keyword("OR") {
            join(p, frames, node, Frame::Or, |f| if let Frame::Or(all) = f { Some(all) } else { None })?;
            return Ok(None);
        }
        node = closed(p, frames, node, |f| matches!(f, Frame::Or(_)))?;
        match frames.pop() {
            None => return test(p, node).map(Some),
            Some(_) => p.expect_symbol(")")?,
        }
        p.redundant |= node.in_parentheses;
        node.in_parentheses = true;
        if let What::Operand(operand) = &mut node.what {
            node.in_parentheses = !p.goes_on(operand)?;
        }
    }
}

/// Adds a condition to the AND or OR that is open, or opens one; takes the word.
fn join(
    p: &mut Parser<'_>,
    frames: &mut Vec<Frame>,
    node: Node,
    new: fn(Vec<RawTest>) -> Frame,
    of: fn(&mut Frame) -> Option<&mut Vec<RawTest>>,
) -> Result<(), Invalid> {
    let test = test(p, node)?;
    match frames.last_mut().and_then(of) {
        Some(all) => all.push(test),
        None => frames.push(new(vec![test])),
    }
    p.take();
    p.count_operator()
}

/// Closes the innermost frame when it is such a one.
fn closed(
    p: &Parser<'_>,
    frames: &mut Vec<Frame>,
    node: Node,
    such: fn(&Frame) -> bool,
) -> Result<Node, Invalid> {
    let Some(frame) = frames.pop_if(|f| such(f)) else { return Ok(node) };
    let last = test(p, node)?;
    let join = |mut all: Vec<RawTest>| {
        all.push(last);
        all
    };
    Ok(bare(What::Test(match frame {
        Frame::And(all) => RawTest::And(join(all)),
        Frame::Or(all) => RawTest::Or(join(all)),
        Frame::Not | Frame::Parenthesis => return p.unexpected(),
    })))
}

/// Reads an operator and its right side, when one follows.
fn comparison(p: &mut Parser<'_>, left: Node) -> Result<Node, Invalid> {
    let comparator = COMPARATORS.iter().find(|(symbol, _)| p.is_symbol(symbol));
    let is_operator = comparator.is_some() || p.is_keyword("BETWEEN") || p.is_keyword("IN");
    if !is_operator {
        return Ok(left);
    }
    let What::Operand(left) = left.what else { return p.unexpected() };
    p.count_operator()?;
    let test = if let Some((_, comparator)) = comparator {
        p.take();
        RawTest::Compare(*comparator, left, operand(p)?)
    } else if p.take_keyword("BETWEEN") {
        let low = operand(p)?;
        if !p.take_keyword("AND") {
            return p.unexpected();
        }
        RawTest::Between(left, low, operand(p)?)
    } else {
        p.take();
        p.expect_symbol("(")?;
        let many = p.list(operand)?;
        p.expect_symbol(")")?;
        RawTest::In(left, many)
    };
    Ok(bare(What::Test(test)))
}

fn operand(p: &mut Parser<'_>) -> Result<Raw, Invalid> {
    p.operand(KEYWORDS).map(|(operand, _)| operand)
}

/// A node where a condition must stand: of operands, only functions are.
fn test(p: &Parser<'_>, node: Node) -> Result<RawTest, Invalid> {
    match node.what {
        What::Test(test) => Ok(test),
        What::Operand(Raw::Function(name, args)) => Ok(RawTest::Function(name, args)),
        What::Operand(_) => p.unexpected(),
    }
}
