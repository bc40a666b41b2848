//! Paths into outputs, and comparing what is there with what is expected.

use serde_json::Value;

/// The value at a path: `Messages[0].Body`, `Attributes.FifoQueue`, `.` for the whole. A segment may stand in quotes
/// (`Tags."a.b"`).
pub(crate) fn at<'v>(v: &'v Value, path: &str) -> Option<&'v Value> {
    let mut here = v;
    for segment in segments(path) {
        here = match segment {
            Segment::Name(n) => here.as_object()?.get(&n)?,
            Segment::Index(i) => here.as_array()?.get(i)?,
        };
    }
    Some(here)
}

enum Segment {
    Name(String),
    Index(usize),
}

fn segments(path: &str) -> Vec<Segment> {
    let mut out = Vec::new();
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '.' => {}
            '"' => out.push(Segment::Name(chars.by_ref().take_while(|c| *c != '"').collect())),
            '[' => {
                let digits: String = chars.by_ref().take_while(|c| *c != ']').collect();
                out.push(Segment::Index(digits.parse().unwrap_or(usize::MAX)));
            }
            c => {
                let mut name = c.to_string();
                while let Some(c) = chars.next_if(|c| !matches!(c, '.' | '[')) {
                    name.push(c);
                }
                out.push(Segment::Name(name));
            }
        }
    }
    out
}

/// A value as it is written behind `=`: texts plain, the rest as JSON.
pub(crate) fn shown(v: &Value) -> String {
    match v {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// Whether a value is what was written: as text, or as JSON.
pub(crate) fn equals(v: &Value, written: &str) -> bool {
    if shown(v) == written {
        return true;
    }
    !v.is_string() && serde_json::from_str::<Value>(written).is_ok_and(|w| w == *v)
}

/// Whether a text matches a pattern in which `*` stands for anything.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(i) => rest = &rest[i + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_and_patterns() {
        let v = json!({"a": [{"b.c": 1}], "d": {"e": "x"}});
        assert_eq!(at(&v, "a[0].\"b.c\""), Some(&json!(1)));
        assert_eq!(at(&v, "d.e").map(shown), Some("x".to_owned()));
        assert_eq!(at(&v, "a[1]"), None);
        assert!(
            like("Queue * is * gone", "Queue q is long gone") && !like("a*b", "ac") && like("same", "same")
        );
        assert!(!like("same", "same more"));
    }
}
