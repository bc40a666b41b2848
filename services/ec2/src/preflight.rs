//! What is looked at before every decision, once the call is authorized: words that the model doesn't have, then `DryRun`.
//! EC2's validation of the model knows only which members are missing (`codec`); that a word must be one of the model's set is
//! said here, for all operations and at every depth, in the words that EC2 has for values.
//! Source: EC2 API reference, "Common query parameters", "Error codes"; status 412 as seen at AWS. That every set is checked
//! before the resources are looked at is inferred.

use codec::{Fault, Value};
use kernel::Operation;
use model::Shape;

use crate::err::invalid_parameter;
use crate::{forms, instance_type, tags, volume};

/// Members whose words their operation reads itself: AWS takes more than the model has, or words the refusal otherwise.
const OWN: [(&str, &str); 2] = [
    // The reference has more names than the model: max-instances, …
    ("DescribeAccountAttributes", "AttributeNames"),
    // InvalidInstanceType, with all that are wrong.
    ("DescribeInstanceTypes", "InstanceTypes"),
];

/// Gives an operation these checks.
pub(crate) fn with(operation: Operation) -> Operation {
    let input = forms::input(operation.name);
    let own = OWN.iter().find(|(name, _)| *name == operation.name).map(|(_, member)| *member);
    operation.checked(move |record| {
        let asked = forms::value(input, record)?;
        words(input, &asked, own.unwrap_or_default())?;
        match asked.get("DryRun") {
            Some(Value::Bool(true)) => Err(Fault::new(
                "DryRunOperation",
                412,
                "Request would have succeeded, but DryRun flag is set.",
            )),
            _ => Ok(()),
        }
    })
}

/// Refuses the first word that isn't of its set, anywhere but in the member `own`.
fn words(shape: &'static Shape, value: &Value, own: &str) -> Result<(), Fault> {
    let Value::Record(members) = value else { return Ok(()) };
    let others = members.iter().filter(|(_, name, _)| *name != own);
    others.into_iter().try_for_each(|(index, name, v)| {
        let mut target = forms::target(shape, usize::from(*index));
        let items = match v {
            Value::List(items) => {
                target = forms::target(target, 0);
                items
            }
            one => std::slice::from_ref(one),
        };
        items.iter().try_for_each(|v| match v {
            Value::String(word) => in_set(target, word, name),
            deeper => words(target, deeper, ""),
        })
    })
}

/// Errors: InvalidParameterValue; UnknownVolumeType.
fn in_set(set: &Shape, word: &str, name: &str) -> Result<(), Fault> {
    if set.enum_values.is_empty() || set.enum_values.contains(&word) {
        return Ok(());
    }
    Err(match set.name {
        "InstanceType" => instance_type::invalid(word),
        "ResourceType" => tags::not_taggable(word),
        "VolumeType" => volume::unknown_type(word),
        _ => invalid_parameter(word, &(name[..1].to_lowercase() + &name[1..]), ""),
    })
}
