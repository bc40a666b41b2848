//! Updates, resolved and checked: what they name, whether they may touch a key. What they do is in [`super::apply`].

use super::parse::Parser;
use super::path::check_collisions;
use super::{Kind, Named, Path, Placeholders, parse_update, update_check};
use crate::{Invalid, Value};

/// An operand of SET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UpdateOperand {
    Path(Path),
    Value(Value),
    IfNotExists(Path, Box<UpdateOperand>),
    ListAppend(Box<UpdateOperand>, Box<UpdateOperand>),
}

/// What SET assigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Assigned {
    Operand(UpdateOperand),
    Plus(UpdateOperand, UpdateOperand),
    Minus(UpdateOperand, UpdateOperand),
}

/// What is done to a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Set(Path, Assigned),
    Remove(Path),
    Add(Path, Value),
    Delete(Path, Value),
}

impl Action {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Action::Set(path, _) | Action::Remove(path) | Action::Add(path, _) | Action::Delete(path, _) => {
                path
            }
        }
    }
}

/// An update. Its paths neither overlap nor conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub(super) actions: Vec<Action>,
    /// Whether it came as `AttributeUpdates`: ADD appends to lists, and a wrong type has another text.
    pub(super) is_legacy: bool,
    named: Named,
}

impl Update {
    /// Parses and checks an `UpdateExpression`.
    ///
    /// Errors: everything but unused placeholders and keys, in AWS's order and words.
    pub fn parse(text: &str, placeholders: &mut Placeholders) -> Result<Update, Invalid> {
        let mut parser = Parser::new(Kind::Update, text)?;
        let sections = parse_update::update(&mut parser)?;
        if parser.redundant {
            return Err(Kind::Update.invalid("The expression has redundant parentheses;"));
        }
        let actions =
            update_check::check(&sections, placeholders).map_err(|text| Kind::Update.invalid(text))?;
        Ok(Update::of(actions))
    }

    pub(crate) fn of(actions: Vec<Action>) -> Update {
        let mut named = Named::default();
        for action in &actions {
            named.add(action.path());
            match action {
                Action::Set(_, Assigned::Operand(a)) => a.walk_paths(&mut |p| named.add(p)),
                Action::Set(_, Assigned::Plus(a, b) | Assigned::Minus(a, b)) => {
                    a.walk_paths(&mut |p| named.add(p));
                    b.walk_paths(&mut |p| named.add(p));
                }
                _ => {}
            }
        }
        Update { actions, is_legacy: false, named }
    }

    pub(crate) fn into_legacy(self) -> Update {
        Update { is_legacy: true, ..self }
    }

    /// The attributes that it names, read or written.
    pub fn named(&self) -> &Named {
        &self.named
    }

    /// The paths that it writes, in the order written.
    pub fn written(&self) -> impl Iterator<Item = &Path> {
        self.actions.iter().map(Action::path)
    }

    /// Refuses an update of a key attribute, or of something below one.
    pub fn check_keys(&self, keys: &[&str]) -> Result<(), Invalid> {
        let touched = self.written().map(Path::attribute).find(|a| keys.contains(a));
        match touched {
            Some(name) => Err(Invalid::parameter(format!(
                "Cannot update attribute {name}. This attribute is part of the key"
            ))),
            None => Ok(()),
        }
    }
}

impl UpdateOperand {
    fn walk_paths<'a>(&'a self, visit: &mut impl FnMut(&'a Path)) {
        match self {
            UpdateOperand::Path(path) => visit(path),
            UpdateOperand::Value(_) => {}
            UpdateOperand::IfNotExists(path, other) => {
                visit(path);
                other.walk_paths(visit);
            }
            UpdateOperand::ListAppend(a, b) => {
                a.walk_paths(visit);
                b.walk_paths(visit);
            }
        }
    }
}

/// Refuses paths of an update made otherwise than from an expression that overlap or conflict.
pub(crate) fn check_update_paths(update: &Update) -> Result<(), Invalid> {
    check_collisions(&update.written().collect::<Vec<_>>()).map_err(Invalid::new)
}
