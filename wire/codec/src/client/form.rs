//! Writes a call's input as form parameters: awsQuery's and ec2Query's names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Kind, Member, Model, Operation, Shape, TimestampFormat};

use crate::query::name::{entry_part, flattened};
use crate::query::parameter_name;
use crate::record::{R, WireError};
use crate::value::Value;

/// The whole body.
pub(super) fn body(
    model: &'static Model,
    operation: &Operation,
    shape: Option<&'static Shape>,
    ec2: bool,
    input: &Value,
) -> R<Vec<u8>> {
    let mut form = Form { out: String::new(), model, ec2 };
    form.pair("Action", operation.name);
    form.pair("Version", model.api_version);
    if let Some(shape) = shape {
        form.structure(shape, input, "")?;
    }
    Ok(form.out.into_bytes())
}

struct Form {
    out: String,
    model: &'static Model,
    ec2: bool,
}

impl Form {
    fn pair(&mut self, name: &str, value: &str) {
        if !self.out.is_empty() {
            self.out.push('&');
        }
        percent_encode(&mut self.out, name);
        self.out.push('=');
        percent_encode(&mut self.out, value);
    }

    fn structure(&mut self, shape: &'static Shape, value: &Value, prefix: &str) -> R {
        let members = match value {
            Value::Record(members) => members,
            Value::Null => return Ok(()),
            _ => return Err(WireError(format!("{} takes a structure", shape.name))),
        };
        for (index, _, v) in members {
            let m = &shape.members[usize::from(*index)];
            let target = self.model.shape(m.target);
            let name = format!("{prefix}{}", parameter_name(self.model, m, target));
            self.value(m, target, v, &name)?;
        }
        Ok(())
    }

    fn value(&mut self, m: &Member, shape: &'static Shape, value: &Value, name: &str) -> R {
        match (shape.kind, value) {
            (_, Value::Null) => Ok(()),
            (Kind::Structure, _) => self.structure(shape, value, &format!("{name}.")),
            (Kind::List, Value::List(items)) => self.list(m, shape, items, name),
            (Kind::Map, Value::Map(entries)) => self.map(m, shape, entries, name),
            _ => {
                let text = scalar(m, shape, value)?;
                self.pair(name, &text);
                Ok(())
            }
        }
    }

    fn list(&mut self, m: &Member, shape: &'static Shape, items: &[Value], name: &str) -> R {
        if items.is_empty() {
            self.pair(name, "");
        }
        let item = &shape.members[0];
        let target = self.model.shape(item.target);
        for (i, v) in items.iter().enumerate() {
            let n = i + 1;
            let at = match self.ec2 || flattened(m, shape) {
                true => format!("{name}.{n}"),
                false => format!("{name}.{}.{n}", item.wire()),
            };
            self.value(item, target, v, &at)?;
        }
        Ok(())
    }

    fn map(&mut self, m: &Member, shape: &'static Shape, entries: &[(String, Value)], name: &str) -> R {
        let [key, item] = &*shape.members else { return Ok(()) };
        let target = self.model.shape(item.target);
        if entries.is_empty() {
            self.pair(name, "");
        }
        for (i, (k, v)) in entries.iter().enumerate() {
            let n = i + 1;
            let at = if flattened(m, shape) { format!("{name}.{n}") } else { format!("{name}.entry.{n}") };
            self.pair(&format!("{at}.{}", entry_part(key)), k);
            self.value(item, target, v, &format!("{at}.{}", entry_part(item)))?;
        }
        Ok(())
    }
}

fn scalar(m: &Member, shape: &Shape, value: &Value) -> R<String> {
    Ok(match value {
        Value::String(v) => v.clone(),
        Value::Bool(v) => v.to_string(),
        Value::Integer(v) => v.to_string(),
        Value::Double(v) if v.is_infinite() => if *v > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        Value::Double(v) => format!("{v:?}"),
        Value::Blob(v) => STANDARD.encode(&v.0),
        Value::Timestamp(t) => {
            t.format(m.timestamp_format.or(shape.timestamp_format).unwrap_or(TimestampFormat::Iso8601))
        }
        _ => return Err(WireError(format!("{} can't travel in a form", shape.name))),
    })
}

/// Everything but RFC 3986's unreserved characters.
fn percent_encode(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(b));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(b >> 4)]));
            out.push(char::from(HEX[usize::from(b & 15)]));
        }
    }
}
