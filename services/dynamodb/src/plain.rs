//! Items as DynamoDB JSON, the text that exports write and imports read: `{"id":{"S":"a"}}`. Not the wire: the codec reads that.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynamodb_language::{Item, Value};
use serde_json::{Value as Json, json};

/// An item as JSON.
pub(crate) fn of_item(item: &Item) -> Json {
    Json::Object(item.iter().map(|(name, v)| (name.clone(), of_value(v))).collect())
}

fn of_value(v: &Value) -> Json {
    match v {
        Value::S(text) => json!({ "S": text }),
        Value::N(n) => json!({ "N": n.to_string() }),
        Value::B(bytes) => json!({ "B": STANDARD.encode(bytes) }),
        Value::Bool(b) => json!({ "BOOL": b }),
        Value::Null => json!({ "NULL": true }),
        Value::M(map) => json!({ "M": of_item(map) }),
        Value::L(list) => json!({ "L": list.iter().map(of_value).collect::<Vec<_>>() }),
        Value::Ss(set) => json!({ "SS": set }),
        Value::Ns(set) => json!({ "NS": set.iter().map(ToString::to_string).collect::<Vec<_>>() }),
        Value::Bs(set) => json!({ "BS": set.iter().map(|b| STANDARD.encode(b)).collect::<Vec<_>>() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_names() {
        let item = Item::from([("l".to_owned(), Value::L(vec![Value::Null, Value::B(vec![0, 255])]))]);
        assert_eq!(of_item(&item).to_string(), r#"{"l":{"L":[{"NULL":true},{"B":"AP8="}]}}"#);
    }
}
