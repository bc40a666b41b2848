//! Records that say the same in different shapes: what a launch template keeps, shows, and hands to a launch; what a Spot
//! request asks for. They pass through text under the model's names, which is also how they are kept in rows.

use codec::{Fault, Record, Spelling, Value};
use model::{Model, Shape};

fn model() -> &'static Model {
    model::service(shapes_ec2::SERVICE).expect("the model is built in")
}

/// The shape of that name.
pub(crate) fn named(name: &str) -> &'static Shape {
    model().shape(model().shape_index[name])
}

/// The shape of an operation's input.
pub(crate) fn input(operation: &str) -> &'static Shape {
    let id = model().operation(operation).and_then(|o| o.input);
    model().shape(id.unwrap_or_else(|| panic!("{operation} has an input")))
}

/// The shape of a member of an operation's input.
pub(crate) fn member_of_input(operation: &str, member: &str) -> &'static Shape {
    of_member(input(operation), member)
}

/// The shape of a member of an operation's answer.
pub(crate) fn member_of_output(operation: &str, member: &str) -> &'static Shape {
    let id = model().operation(operation).and_then(|o| o.output);
    of_member(model().shape(id.unwrap_or_else(|| panic!("{operation} has an output"))), member)
}

/// The shape of a member; of a list's items, which are its `member`.
pub(crate) fn of_member(shape: &'static Shape, member: &str) -> &'static Shape {
    let (_, found) = shape.member(member).unwrap_or_else(|| panic!("{} has {member}", shape.name));
    model().shape(found.target)
}

/// The shape of a structure's member, or of a list's items, by its place.
pub(crate) fn target(shape: &'static Shape, index: usize) -> &'static Shape {
    model().shape(shape.members[index].target)
}

/// A record's members.
pub(crate) fn value(shape: &'static Shape, record: &dyn Record) -> Result<Value, Fault> {
    codec::to_value(model(), shape, record).map_err(|e| Fault::internal(e.0))
}

/// A value as text.
pub(crate) fn text_of(shape: &'static Shape, value: &Value) -> String {
    codec::to_json(model(), shape, value, Spelling::Model)
}

/// A record as text.
pub(crate) fn text(shape: &'static Shape, record: &dyn Record) -> Result<String, Fault> {
    Ok(text_of(shape, &value(shape, record)?))
}

/// A value out of text. A member that the shape doesn't have is our own failure.
pub(crate) fn parse(shape: &'static Shape, text: &str) -> Result<Value, Fault> {
    codec::from_json(model(), shape, text).map_err(|e| Fault::internal(e.0))
}

/// A record out of a value.
pub(crate) fn record<R: Record + Default>(shape: &'static Shape, value: &Value) -> Result<R, Fault> {
    let mut out = R::default();
    codec::from_value(model(), shape, value, &mut out).map_err(|e| Fault::internal(e.0))?;
    Ok(out)
}

/// A record out of text.
pub(crate) fn read<R: Record + Default>(shape: &'static Shape, text: &str) -> Result<R, Fault> {
    record(shape, &parse(shape, text)?)
}

/// The same in another shape, without the members named.
pub(crate) fn cast(
    from: &'static Shape,
    to: &'static Shape,
    value: Value,
    without: &[&str],
) -> Result<Value, Fault> {
    let Value::Record(mut members) = value else { return Ok(Value::record()) };
    members.retain(|(_, name, _)| !without.contains(name));
    parse(to, &text_of(from, &Value::Record(members)))
}

/// `over` with the members of `under` that it doesn't have.
pub(crate) fn laid_over(over: Value, under: Value) -> Value {
    let (Value::Record(mut all), Value::Record(more)) = (over, under) else { return Value::record() };
    all.retain(|(_, _, v)| *v != Value::Null);
    for member in more {
        if !all.iter().any(|(_, name, _)| *name == member.1) {
            all.push(member);
        }
    }
    all.sort_by_key(|(index, ..)| *index);
    Value::Record(all)
}
