//! Items as DynamoDB JSON, the text that exports write and imports read: `{"id":{"S":"a"}}`. Not the wire: the codec reads that.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynamodb_language::{Item, Members, Value, check_depth};
use serde_json::{Map, Value as Json, json};

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

/// The item of a JSON object; `None` if it is none.
pub(crate) fn to_item(json: &Json) -> Option<Item> {
    let mut item = Item::new();
    for (name, v) in json.as_object()? {
        let v = to_value(v)?;
        check_depth(&v).ok()?;
        item.insert(name.clone(), v);
    }
    Some(item)
}

fn to_value(json: &Json) -> Option<Value> {
    let o = json.as_object()?;
    let mut m = Members::default();
    for (kind, v) in o {
        match kind.as_str() {
            "S" => m.s = Some(v.as_str()?.to_owned()),
            "N" => m.n = Some(v.as_str()?.to_owned()),
            "B" => m.b = Some(bytes(v)?),
            "BOOL" => m.bool = Some(v.as_bool()?),
            "NULL" => m.null = Some(v.as_bool()?),
            "SS" => m.ss = Some(texts(v)?),
            "NS" => m.ns = Some(texts(v)?),
            "BS" => m.bs = Some(v.as_array()?.iter().map(bytes).collect::<Option<_>>()?),
            "M" => m.m = Some(map(v.as_object()?)?),
            "L" => m.l = Some(v.as_array()?.iter().map(to_value).collect::<Option<_>>()?),
            _ => return None,
        }
    }
    m.into_value().ok()
}

fn map(o: &Map<String, Json>) -> Option<Item> {
    o.iter().map(|(name, v)| Some((name.clone(), to_value(v)?))).collect()
}

fn texts(v: &Json) -> Option<Vec<String>> {
    v.as_array()?.iter().map(|t| t.as_str().map(str::to_owned)).collect()
}

fn bytes(v: &Json) -> Option<Vec<u8>> {
    STANDARD.decode(v.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_goes_there_and_back() {
        let text = r#"{"b":{"B":"AAH/"},"bs":{"BS":["AA==","Bw=="]},"f":{"BOOL":false},"l":{"L":[{"NULL":true},{"N":"1.5"}]},"m":{"M":{"x":{"S":""}}},"ns":{"NS":["1","2"]},"ss":{"SS":["a","b"]}}"#;
        let item = to_item(&serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(of_item(&item).to_string(), text);
        for bad in [
            r#"{"a":1}"#,
            r#"{"a":{"S":1}}"#,
            r#"{"a":{"N":"x"}}"#,
            r#"{"a":{"S":"x","N":"1"}}"#,
            r#"{"a":{}}"#,
        ] {
            assert_eq!(to_item(&serde_json::from_str(bad).unwrap()), None, "{bad}");
        }
    }
}
