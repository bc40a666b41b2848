//! Document paths: an attribute, and steps into maps and lists. Not the text of a path: placeholders are resolved.

use std::fmt;

use crate::{Item, Value};

/// A step of a path. Names sort before indexes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute, or an element of a map.
    Name(String),
    /// An element of a list.
    Index(usize),
}

/// A path: its first step is a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

/// How two paths of one expression collide.
pub(super) enum Collision {
    /// One holds the other, or they are the same.
    Overlap,
    /// One takes for a map what the other takes for a list.
    Conflict,
}

impl Path {
    /// The path to a top-level attribute.
    pub fn attribute_named(name: impl Into<String>) -> Path {
        Path { steps: vec![Step::Name(name.into())] }
    }

    /// A path of those steps; `None` unless the first is a name.
    pub fn new(steps: Vec<Step>) -> Option<Path> {
        matches!(steps.first(), Some(Step::Name(_))).then_some(Path { steps })
    }

    /// The top-level attribute.
    pub fn attribute(&self) -> &str {
        match &self.steps[0] {
            Step::Name(name) => name,
            Step::Index(_) => "",
        }
    }

    /// All steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it reaches below the top-level attribute.
    pub fn is_nested(&self) -> bool {
        self.steps.len() > 1
    }

    /// The value there, if there is one.
    pub fn get<'a>(&self, item: &'a Item) -> Option<&'a Value> {
        let first = item.get(self.attribute())?;
        self.steps[1..].iter().try_fold(first, |value, step| match (value, step) {
            (Value::M(map), Step::Name(name)) => map.get(name),
            (Value::L(list), Step::Index(at)) => list.get(*at),
            _ => None,
        })
    }

    pub(super) fn collision(&self, other: &Path) -> Option<Collision> {
        for pair in self.steps.iter().zip(&other.steps) {
            match pair {
                (a, b) if a == b => {}
                (Step::Name(_), Step::Index(_)) | (Step::Index(_), Step::Name(_)) => {
                    return Some(Collision::Conflict);
                }
                _ => return None,
            }
        }
        Some(Collision::Overlap)
    }
}

/// As AWS's texts show it: `[a, b, [0]]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, step) in self.steps.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            match step {
                Step::Name(name) => f.write_str(name)?,
                Step::Index(at) => write!(f, "[{at}]")?,
            }
        }
        f.write_str("]")
    }
}

/// Refuses paths of one expression that overlap, else those that conflict, in the order written. The text that follows the
/// expression's name.
pub(super) fn check_collisions(paths: &[&Path]) -> Result<(), String> {
    let mut conflict = None;
    for (i, two) in paths.iter().enumerate() {
        for one in &paths[..i] {
            let text = |how: &str| {
                format!(
                    "Two document paths {how} with each other; must remove or rewrite one of these paths; path one: \
                     {one}, path two: {two}"
                )
            };
            match one.collision(two) {
                Some(Collision::Overlap) => return Err(text("overlap")),
                Some(Collision::Conflict) => {
                    conflict.get_or_insert_with(|| text("conflict"));
                }
                None => {}
            }
        }
    }
    conflict.map_or(Ok(()), Err)
}
