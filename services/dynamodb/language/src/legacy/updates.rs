//! `AttributeUpdates`: PUT, ADD and DELETE of whole attributes. Unlike in expressions, ADD appends to lists.

use std::collections::BTreeMap;

use crate::expression::{Action, Assigned, Path, Update, UpdateOperand};
use crate::{Invalid, Type, Value};

/// `Action`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UpdateAction {
    /// `PUT`, also when it is absent.
    #[default]
    Put,
    /// `ADD`
    Add,
    /// `DELETE`
    Delete,
}

/// An update of one attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributeUpdate {
    /// `Action`
    pub action: UpdateAction,
    /// `Value`
    pub value: Option<Value>,
}

/// `AttributeUpdates` as an update.
///
/// Errors: no value but for DELETE; a value of a type that the action does not take.
pub fn attribute_updates(updates: &BTreeMap<String, AttributeUpdate>) -> Result<Update, Invalid> {
    let actions = updates.iter().map(|(name, update)| update.action(name)).collect::<Result<_, _>>()?;
    Ok(Update::of(actions).into_legacy())
}

impl AttributeUpdate {
    fn action(&self, attribute: &str) -> Result<Action, Invalid> {
        let path = Path::attribute_named(attribute);
        let Some(value) = self.value.clone() else {
            return match self.action {
                UpdateAction::Delete => Ok(Action::Remove(path)),
                _ => Err(Invalid::parameter(
                    "Only DELETE action is allowed when no attribute value is specified",
                )),
            };
        };
        let kind = value.kind();
        match self.action {
            UpdateAction::Put => Ok(Action::Set(path, Assigned::Operand(UpdateOperand::Value(value)))),
            UpdateAction::Delete if kind.is_set() => Ok(Action::Delete(path, value)),
            UpdateAction::Delete => Err(Invalid::parameter(format!(
                "DELETE action with value is not supported for the type {}",
                kind.name()
            ))),
            UpdateAction::Add if kind.is_set() || matches!(kind, Type::N | Type::L) => {
                Ok(Action::Add(path, value))
            }
            UpdateAction::Add => {
                Err(Invalid::parameter(format!("ADD action is not supported for the type {}", kind.name())))
            }
        }
    }
}
