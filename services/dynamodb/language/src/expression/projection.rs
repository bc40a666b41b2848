//! Projections: which parts of an item are answered. Elements of a list close ranks in the order of their indexes.

use super::check::check_words;
use super::parse::Parser;
use super::path::{Path, Step, check_collisions};
use super::{Kind, Named, Placeholders};
use crate::{Invalid, Item, Value};

/// A projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    paths: Vec<Path>,
    named: Named,
}

impl Projection {
    /// Parses and checks a `ProjectionExpression`.
    ///
    /// Errors: everything but unused placeholders, in AWS's order and words.
    pub fn parse(text: &str, placeholders: &mut Placeholders) -> Result<Projection, Invalid> {
        let mut parser = Parser::new(Kind::Projection, text)?;
        let raw = parser.list(|p| p.path(&[]))?;
        parser.expect_end()?;
        let resolved = || -> Result<Vec<Path>, String> {
            raw.iter().try_for_each(check_words)?;
            let paths = raw.iter().map(|r| placeholders.path(r)).collect::<Result<Vec<_>, _>>()?;
            check_collisions(&paths.iter().collect::<Vec<_>>())?;
            Ok(paths)
        };
        let mut resolved = resolved;
        Ok(Projection::of(resolved().map_err(|text| Kind::Projection.invalid(text))?))
    }

    /// The projection on those paths, which neither overlap nor conflict.
    pub fn of(paths: Vec<Path>) -> Projection {
        let mut named = Named::default();
        paths.iter().for_each(|path| named.add(path));
        Projection { paths, named }
    }

    /// The attributes that it names.
    pub fn named(&self) -> &Named {
        &self.named
    }

    /// Its paths.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// The part of the item.
    pub fn apply(&self, item: &Item) -> Item {
        project(item, &self.paths)
    }
}

/// The part of an item at those paths.
pub(super) fn project(item: &Item, paths: &[Path]) -> Item {
    let mut sorted: Vec<&[Step]> = paths.iter().map(Path::steps).collect();
    sorted.sort();
    parts(&sorted)
        .filter_map(|(step, rest)| {
            let Step::Name(name) = step else { return None };
            Some((name.clone(), pick(item.get(name)?, &rest)?))
        })
        .collect()
}

/// The distinct first steps of sorted paths, each with what follows it.
fn parts<'a>(sorted: &[&'a [Step]]) -> impl Iterator<Item = (&'a Step, Vec<&'a [Step]>)> {
    sorted
        .chunk_by(|a, b| a.first() == b.first())
        .filter_map(|group| {
            let first = group.first()?.first()?;
            Some((first, group.iter().map(|steps| &steps[1..]).collect::<Vec<_>>()))
        })
        .collect::<Vec<_>>()
        .into_iter()
}

/// The part of a value; `None` when none of the paths leads anywhere.
fn pick(value: &Value, sorted: &[&[Step]]) -> Option<Value> {
    if sorted.iter().any(|steps| steps.is_empty()) {
        return Some(value.clone());
    }
    match value {
        Value::M(map) => {
            let found = parts(sorted).filter_map(|(step, rest)| match step {
                Step::Name(name) => Some((name.clone(), pick(map.get(name)?, &rest)?)),
                Step::Index(_) => None,
            });
            Some(Value::M(found.collect())).filter(|v| *v != Value::M(Item::new()))
        }
        Value::L(list) => {
            let found = parts(sorted).filter_map(|(step, rest)| match step {
                Step::Index(at) => pick(list.get(*at)?, &rest),
                Step::Name(_) => None,
            });
            Some(Value::L(found.collect())).filter(|v| *v != Value::L(Vec::new()))
        }
        _ => None,
    }
}
