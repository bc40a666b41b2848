//! From the words of a call to its service, operation and input as JSON, by the model: a misspelt member is an error.

use model::{Kind, Model, Operation, Shape};
use serde_json::{Map, Value, json};

/// A call as written.
pub(crate) struct Written {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) input: Value,
}

/// Reads the words of a call. `queue_url` makes the URL of a queue name, for `--queue`.
pub(crate) fn read(words: &[String], queue_url: impl Fn(&str) -> String) -> Result<Written, String> {
    let [service, operation, rest @ ..] = words else {
        return Err("a call has a service and an operation".to_owned());
    };
    let model = model::service(service).ok_or_else(|| format!("there is no service '{service}'"))?;
    let op = find_operation(model, operation)?;
    let mut input = Map::new();
    let mut rest = rest.iter().peekable();
    while let Some(option) = rest.next() {
        let name = option.strip_prefix("--").ok_or_else(|| format!("'{option}' is no --member"))?;
        let mut values = Vec::new();
        while let Some(v) = rest.next_if(|w| !w.starts_with("--")) {
            values.push(v.as_str());
        }
        if name == "queue" && model.id == "sqs" {
            input
                .insert("QueueUrl".to_owned(), json!(queue_url(values.first().copied().unwrap_or_default())));
            continue;
        }
        let id = op.input.ok_or_else(|| format!("{} takes no input", op.name))?;
        let (member, target) = find_member(model, model.shape(id), name)?;
        input.insert(member.to_owned(), value(model, target, &values).map_err(|e| format!("--{name}: {e}"))?);
    }
    Ok(Written { service: model.id, operation: op.name, input: Value::Object(input) })
}

fn same(a: &str, b: &str) -> bool {
    let plain = |s: &str| s.chars().filter(|c| *c != '-').flat_map(char::to_lowercase).collect::<String>();
    plain(a) == plain(b)
}

fn find_operation(model: &'static Model, word: &str) -> Result<&'static Operation, String> {
    model
        .operations
        .iter()
        .find(|o| same(o.name, word))
        .ok_or_else(|| format!("{} has no operation '{word}'", model.id))
}

fn find_member(
    model: &'static Model,
    shape: &'static Shape,
    word: &str,
) -> Result<(&'static str, &'static Shape), String> {
    let found = shape.members.iter().find(|m| same(m.name, word));
    found
        .map(|m| (m.name, model.shape(m.target)))
        .ok_or_else(|| format!("{} has no member '{word}'", shape.name))
}

fn value(model: &'static Model, shape: &'static Shape, words: &[&str]) -> Result<Value, String> {
    let one = words.first().copied();
    let json_like = one.is_some_and(|w| w.starts_with('{') || w.starts_with('[')) && words.len() == 1;
    match shape.kind {
        Kind::Structure | Kind::List | Kind::Map | Kind::Document if json_like => {
            serde_json::from_str(one.unwrap_or_default()).map_err(|e| e.to_string())
        }
        Kind::List => {
            let item = model.shape(shape.members[0].target);
            words.iter().map(|w| value(model, item, &[w])).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Kind::Map => {
            let item = model.shape(shape.members[1].target);
            let pairs = words.iter().flat_map(|w| w.split(','));
            pairs
                .map(|p| pair(p).and_then(|(k, v)| Ok((k.to_owned(), value(model, item, &[v])?))))
                .collect::<Result<Map<_, _>, String>>()
                .map(Value::Object)
        }
        Kind::Structure => {
            let mut out = Map::new();
            for p in words.iter().flat_map(|w| w.split(',')) {
                let (k, v) = pair(p)?;
                let (name, target) = find_member(model, shape, k)?;
                out.insert(name.to_owned(), value(model, target, &[v])?);
            }
            Ok(Value::Object(out))
        }
        _ => scalar(shape, one),
    }
}

fn pair(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=').ok_or_else(|| format!("'{text}' is no key=value"))
}

fn scalar(shape: &Shape, word: Option<&str>) -> Result<Value, String> {
    if shape.kind == Kind::Boolean {
        return match word {
            None | Some("true") => Ok(json!(true)),
            Some("false") => Ok(json!(false)),
            Some(other) => Err(format!("'{other}' is neither true nor false")),
        };
    }
    let word = word.ok_or("a value is missing")?;
    match shape.kind {
        Kind::Integer | Kind::Long => word.parse::<i64>().map(|n| json!(n)).map_err(|e| e.to_string()),
        Kind::Float | Kind::Double => word.parse::<f64>().map(|n| json!(n)).map_err(|e| e.to_string()),
        _ => Ok(json!(word)),
    }
}
