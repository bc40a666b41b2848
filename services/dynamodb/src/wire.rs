//! Members of errors beyond code and text, as untyped values by the model.

use codec::{Fault, Value};
use dynamodb_language::Item;

use crate::item;

/// A structure of the model.
pub(crate) fn of(shape: &str, members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let found =
        model::service(shapes_dynamodb::SERVICE).and_then(|m| Some(m.shape(*m.shape_index.get(shape)?)));
    found.map_or(Value::Null, |s| Value::of(s, members))
}

/// An item as a member of an error.
pub(crate) fn item_value(i: &Item) -> Result<Value, Fault> {
    let Some(m) = model::service(shapes_dynamodb::SERVICE) else {
        return Err(Fault::internal("the model is there"));
    };
    let shape = m.shape_index.get("AttributeValue").map(|id| m.shape(*id));
    let shape = shape.ok_or_else(|| Fault::internal("the model has attribute values"))?;
    let mut members = Vec::with_capacity(i.len());
    for (name, v) in i {
        let shown = item::shown(v.clone());
        members.push((name.clone(), codec::to_value(m, shape, &shown).map_err(|e| Fault::internal(e.0))?));
    }
    Ok(Value::Map(members))
}
