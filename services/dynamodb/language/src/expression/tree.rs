//! What is written, before placeholders are resolved and anything is checked but syntax.

use super::condition::Comparator;

/// A path as written: names may be placeholders (`#n`).
#[derive(Debug, Clone)]
pub(super) struct RawPath {
    pub steps: Vec<RawStep>,
}

#[derive(Debug, Clone)]
pub(super) enum RawStep {
    Name(String),
    Index(usize),
}

/// An operand as written.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    Path(RawPath),
    /// A placeholder `:v`.
    Value(String),
    Function(String, Vec<Raw>),
}

/// A condition as written.
#[derive(Debug, Clone)]
pub(super) enum RawTest {
    And(Vec<RawTest>),
    Or(Vec<RawTest>),
    Not(Box<RawTest>),
    Compare(Comparator, Raw, Raw),
    Between(Raw, Raw, Raw),
    In(Raw, Vec<Raw>),
    Function(String, Vec<Raw>),
}

/// The right side of `SET path = …` as written.
#[derive(Debug, Clone)]
pub(super) enum RawAssigned {
    Operand(Raw),
    Plus(Raw, Raw),
    Minus(Raw, Raw),
}

/// An action of an update as written.
#[derive(Debug, Clone)]
pub(super) enum RawAction {
    Set(RawPath, RawAssigned),
    Remove(RawPath),
    Add(RawPath, String),
    Delete(RawPath, String),
}

/// A section of an update: its keyword in upper case, its actions.
#[derive(Debug, Clone)]
pub(super) struct RawSection {
    pub keyword: &'static str,
    pub actions: Vec<RawAction>,
}

impl Raw {
    /// Every operand in it, arguments before their function, in the order written.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Raw)) {
        if let Raw::Function(_, args) = self {
            args.iter().for_each(|a| a.walk(visit));
        }
        visit(self);
    }
}

impl RawTest {
    /// Every leaf (a condition without AND, OR, NOT), in the order written.
    pub fn leaves<'a>(&'a self, visit: &mut impl FnMut(&'a RawTest)) {
        match self {
            RawTest::And(all) | RawTest::Or(all) => all.iter().for_each(|t| t.leaves(visit)),
            RawTest::Not(inner) => inner.leaves(visit),
            leaf => visit(leaf),
        }
    }

    /// The operands of a leaf, in the order written.
    pub fn operands(&self) -> Vec<&Raw> {
        match self {
            RawTest::And(_) | RawTest::Or(_) | RawTest::Not(_) => Vec::new(),
            RawTest::Compare(_, a, b) => vec![a, b],
            RawTest::Between(a, b, c) => vec![a, b, c],
            RawTest::In(a, many) => std::iter::once(a).chain(many).collect(),
            RawTest::Function(_, args) => args.iter().collect(),
        }
    }
}

impl RawAction {
    pub fn path(&self) -> &RawPath {
        match self {
            RawAction::Set(path, _)
            | RawAction::Remove(path)
            | RawAction::Add(path, _)
            | RawAction::Delete(path, _) => path,
        }
    }

    /// The operands of what is assigned.
    pub fn operands(&self) -> Vec<&Raw> {
        match self {
            RawAction::Set(_, RawAssigned::Operand(a)) => vec![a],
            RawAction::Set(_, RawAssigned::Plus(a, b) | RawAssigned::Minus(a, b)) => vec![a, b],
            _ => Vec::new(),
        }
    }

    /// The value placeholder of ADD and DELETE.
    pub fn value(&self) -> Option<&str> {
        match self {
            RawAction::Add(_, value) | RawAction::Delete(_, value) => Some(value),
            _ => None,
        }
    }
}
