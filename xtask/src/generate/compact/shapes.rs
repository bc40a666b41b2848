//! Shapes and members of a blob, and the order in which AWS's texts list an enum's values.

use std::cmp::Reverse;

use model::Flags;
use serde_json::Value;

use super::super::sink::Sink;
use super::{Context, flags, is, required, text};
use crate::Outcome;

/// In the order of `Cursor::kind` in wire/model.
fn kind_number(shape: &Value) -> Outcome<u8> {
    let kind = required(shape, "type")?;
    Ok(match kind {
        "structure" if is(shape, "document") => 11,
        "structure" => 0,
        "list" => 1,
        "map" => 2,
        "string" | "character" => 3,
        "blob" => 4,
        "boolean" => 5,
        "byte" | "short" | "integer" => 6,
        "long" => 7,
        "float" => 8,
        "double" => 9,
        "timestamp" => 10,
        other => return Err(format!("unknown kind {other}")),
    })
}

/// In the order of `Cursor::location` in wire/model.
fn location_number(location: &str) -> Outcome<u8> {
    match location {
        "uri" => Ok(1),
        "querystring" => Ok(2),
        "header" => Ok(3),
        "headers" => Ok(4),
        "statusCode" => Ok(5),
        other => Err(format!("unknown location {other}")),
    }
}

/// In the order of `Cursor::timestamp_format` in wire/model.
fn format_number(format: &str) -> Outcome<u8> {
    match format {
        "unixTimestamp" => Ok(0),
        "iso8601" => Ok(1),
        "rfc822" => Ok(2),
        other => Err(format!("unknown timestamp format {other}")),
    }
}

/// Presence bits, in the order in which the values follow.
fn presence(bits: &[bool]) -> u64 {
    bits.iter().zip(0..).filter(|(set, _)| **set).fold(0, |all, (_, i)| all | 1 << i)
}

impl Context<'_> {
    pub(super) fn shape(&self, out: &mut Sink, name: &str, shape: &Value) -> Outcome {
        let kind = kind_number(shape).map_err(|e| format!("{name}: {e}"))?;
        let min = bound(&shape["min"], f64::floor);
        let max = bound(&shape["max"], f64::ceil);
        let values = self.enum_values(name, shape)?;
        let namespace = shape.get("xmlNamespace");
        let exception = is(shape, "exception");
        let members = self.members(name, kind, shape)?;
        out.byte(kind);
        out.text(name);
        out.number(u64::from(self.shape_flags(name, shape)));
        let (pattern, payload) = (text(shape, "pattern"), text(shape, "payload"));
        let (wire, format) = (text(shape, "locationName"), text(shape, "timestampFormat"));
        out.number(presence(&[
            min.is_some(),
            max.is_some(),
            pattern.is_some(),
            !values.is_empty(),
            payload.is_some(),
            wire.is_some(),
            namespace.is_some(),
            format.is_some(),
            exception,
            !members.is_empty(),
        ]));
        min.into_iter().chain(max).for_each(|n| out.signed(n));
        pattern.into_iter().for_each(|s| out.text(s));
        if !values.is_empty() {
            out.texts(&values);
        }
        payload.into_iter().chain(wire).for_each(|s| out.text(s));
        namespace.into_iter().try_for_each(|n| write_namespace(out, n))?;
        format.map(format_number).transpose()?.into_iter().for_each(|n| out.byte(n));
        if exception {
            self.error(out, name, shape);
        }
        if !members.is_empty() {
            out.number(members.len() as u64);
        }
        members.iter().try_for_each(|(member, v)| self.member(out, name, member, v, shape))
    }

    fn members<'v>(&self, name: &str, kind: u8, shape: &'v Value) -> Outcome<Vec<(&'v str, &'v Value)>> {
        let part =
            |key: &'static str| shape.get(key).map(|v| (key, v)).ok_or_else(|| format!("{name}: no {key}"));
        match kind {
            0 => {
                Ok(shape["members"].as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), v)).collect())
            }
            1 => Ok(vec![part("member")?]),
            2 => Ok(vec![part("key")?, part("value")?]),
            _ => Ok(Vec::new()),
        }
    }

    fn shape_flags(&self, name: &str, shape: &Value) -> u32 {
        flags(&[
            (is(shape, "sensitive"), Flags::SENSITIVE),
            (is(shape, "flattened"), Flags::FLATTENED),
            (is(shape, "streaming") || self.streams(name), Flags::STREAMING),
            (is(shape, "eventstream"), Flags::EVENT_STREAM),
            (is(shape, "event"), Flags::EVENT),
            (is(shape, "exception"), Flags::EXCEPTION),
            (is(shape, "union"), Flags::UNION),
            (is(shape, "sparse"), Flags::SPARSE),
            (shape.get("retryable").is_some(), Flags::RETRYABLE),
        ])
    }

    /// S3 says `streaming` on the members that hold a body, not on the blob.
    fn streams(&self, name: &str) -> bool {
        let shapes = self.source.service["shapes"].as_object().into_iter().flatten();
        let mut members = shapes.filter_map(|(_, s)| s["members"].as_object()).flatten();
        self.source.id == "s3" && members.any(|(_, m)| is(m, "streaming") && text(m, "shape") == Some(name))
    }

    /// The model's values as AWS's validation texts list them, unless the overlay knows better.
    fn enum_values<'v>(&'v self, name: &str, shape: &'v Value) -> Outcome<Vec<&'v str>> {
        let model: Vec<&str> =
            shape["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let Some(own) = self.overlay.enums.get(name) else { return Ok(in_aws_order(model)) };
        if own.len() != model.len() || own.iter().any(|v| !model.contains(&v.as_str())) {
            return Err(format!("overlay: values of {name} are not the model's"));
        }
        Ok(own.iter().map(String::as_str).collect())
    }

    fn error(&self, out: &mut Sink, name: &str, shape: &Value) {
        let error = &shape["error"];
        let facts = self.overlay.errors.get(name);
        let status = facts.map(|f| u64::from(f.status)).or(error["httpStatusCode"].as_u64());
        out.opt_text(facts.map(|f| f.code.as_str()).or(text(error, "code")));
        out.number(status.unwrap_or(0));
        let server = is(shape, "fault") || is(error, "fault");
        out.byte(match (server, is(error, "senderFault")) {
            (true, _) => 1,
            (false, true) => 2,
            (false, false) => 0,
        });
    }

    fn member(&self, out: &mut Sink, shape_name: &str, name: &str, m: &Value, shape: &Value) -> Outcome {
        let says = |e: String| format!("{shape_name}.{name}: {e}");
        let required = shape["required"].as_array().into_iter().flatten().any(|r| r.as_str() == Some(name))
            && !self.overlay.optional.contains(&format!("{shape_name}.{name}"));
        let location = text(m, "location").map(location_number).transpose().map_err(says)?;
        let overlaid = self.overlay.query_names.get(&format!("{shape_name}.{name}"));
        let wire = text(m, "locationName").filter(|w| *w != name);
        let query = overlaid.map(String::as_str).or(text(m, "queryName"));
        let namespace = m.get("xmlNamespace");
        let format = text(m, "timestampFormat").map(format_number).transpose().map_err(says)?;
        out.text(name);
        out.number(self.target(m)?.ok_or_else(|| says("no shape".to_owned()))?);
        out.number(u64::from(flags(&[
            (is(m, "flattened"), Flags::FLATTENED),
            (is(m, "streaming"), Flags::STREAMING),
            (required, Flags::REQUIRED),
            (is(m, "idempotencyToken"), Flags::IDEMPOTENCY_TOKEN),
            (is(m, "xmlAttribute"), Flags::XML_ATTRIBUTE),
            (is(m, "jsonvalue"), Flags::JSON_VALUE),
            (is(m, "eventpayload"), Flags::EVENT_PAYLOAD),
            (is(m, "eventheader"), Flags::EVENT_HEADER),
            (is(m, "hostLabel"), Flags::HOST_LABEL),
            (is(m, "deprecated"), Flags::DEPRECATED),
        ])));
        out.number(presence(&[
            location.is_some(),
            wire.is_some(),
            query.is_some(),
            namespace.is_some(),
            format.is_some(),
        ]));
        location.into_iter().for_each(|n| out.byte(n));
        wire.into_iter().chain(query).for_each(|s| out.text(s));
        namespace.into_iter().try_for_each(|n| write_namespace(out, n))?;
        format.into_iter().for_each(|n| out.byte(n));
        Ok(())
    }
}

/// A bound as a whole number; the few fractional ones (of doubles) are rounded so that no good value is refused.
fn bound(v: &Value, round: fn(f64) -> f64) -> Option<i64> {
    v.as_i64().or_else(|| v.as_f64().map(|f| round(f) as i64))
}

fn write_namespace(out: &mut Sink, v: &Value) -> Outcome {
    out.text(v.as_str().or(text(v, "uri")).ok_or("a namespace without uri")?);
    out.opt_text(text(v, "prefix"));
    Ok(())
}

/// AWS prints a set of allowed values as a Java hash set iterates it: by bucket of 32, the later value first within a bucket.
fn in_aws_order(values: Vec<&str>) -> Vec<&str> {
    let mut numbered: Vec<(usize, &str)> = values.into_iter().enumerate().collect();
    numbered.sort_by_key(|(i, s)| (java_hash(s) & 31, Reverse(*i)));
    numbered.into_iter().map(|(_, s)| s).collect()
}

/// `String.hashCode()`.
fn java_hash(s: &str) -> u32 {
    s.encode_utf16().fold(0, |h, unit| h.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// KMS's text for `keySpec`-like sets is not at hand here; these hashes are Java's own (`"AES_256".hashCode()` and so on).
    #[test]
    fn hashes_as_java_does() {
        assert_eq!(java_hash(""), 0);
        assert_eq!(java_hash("Aa"), java_hash("BB"));
        assert_eq!(java_hash("hello"), 99_162_322);
    }

    /// Source: DynamoDB's refusal of a wrong `KeyType` names `[HASH, RANGE]`; one of a wrong `BillingMode`
    /// `[PROVISIONED, PAY_PER_REQUEST]`.
    #[test]
    fn lists_values_as_aws_does() {
        assert_eq!(in_aws_order(vec!["HASH", "RANGE"]), ["HASH", "RANGE"]);
        assert_eq!(in_aws_order(vec!["PROVISIONED", "PAY_PER_REQUEST"]), ["PROVISIONED", "PAY_PER_REQUEST"]);
    }

    #[test]
    fn rounds_fractional_bounds_outwards() {
        assert_eq!(bound(&serde_json::json!(0.001), f64::floor), Some(0));
        assert_eq!(bound(&serde_json::json!(99.999), f64::ceil), Some(100));
        assert_eq!(bound(&Value::Null, f64::ceil), None);
    }
}
