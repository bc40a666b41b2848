//! What is looked at before every decision, once the call is authorized: words that the model doesn't have, then `DryRun`.
//! EC2's validation of the model knows only which members are missing (`codec`); that a word must be one of the model's set is
//! said here, for all operations and at every depth, in the words that EC2 has for values. Which words have an error of their
//! own, [`OWN`] says.
//! Source: EC2 API reference, "Common query parameters", "Error codes"; status 412 as seen at AWS. That every set is checked
//! before the resources are looked at is inferred.

use codec::{Fault, Value};
use kernel::Operation;
use model::{Kind, Model, Shape};

use crate::err::invalid_parameter;
use crate::forms;

/// Sets whose words the operations read themselves: their refusals are worded otherwise, or AWS takes more than the model has.
pub(crate) const OWN: [&str; 4] = [
    // "Invalid value 'x' for InstanceType."; types of AWS's that Tabletop lacks.
    "InstanceType",
    // "'x' is not a valid taggable resource type for this operation."
    "ResourceType",
    // UnknownVolumeType.
    "VolumeType",
    // Names that the reference has and the model hasn't: max-instances, …
    "AccountAttributeName",
];

/// Gives an operation these checks.
pub(crate) fn with(operation: Operation) -> Operation {
    let model = forms::model();
    let input = forms::input(operation.name);
    operation.checked(move |record| {
        let asked = forms::value(input, record)?;
        words(model, input, &asked, "")?;
        match asked.get("DryRun") {
            Some(Value::Bool(true)) => {
                Err(Fault::new("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set."))
            }
            _ => Ok(()),
        }
    })
}

/// Refuses the first word that isn't of its set.
///
/// Errors: InvalidParameterValue.
fn words(model: &'static Model, shape: &'static Shape, value: &Value, name: &str) -> Result<(), Fault> {
    let target = |index: usize| model.shape(shape.members[index].target);
    match value {
        Value::Record(members) => {
            members.iter().try_for_each(|(index, name, v)| words(model, target(usize::from(*index)), v, name))
        }
        Value::List(items) => items.iter().try_for_each(|v| words(model, target(0), v, name)),
        Value::String(word) if shape.kind == Kind::String && closed(shape) && !shape.enum_values.contains(&word.as_str()) => {
            let lower = name[..1].to_lowercase() + &name[1..];
            Err(invalid_parameter(word, &lower, ""))
        }
        _ => Ok(()),
    }
}

fn closed(shape: &Shape) -> bool {
    !shape.enum_values.is_empty() && !OWN.contains(&shape.name)
}
