//! Policy variables: `${aws:username}`, `${key, 'default'}` and the three fixed ones for `*`, `?` and `$`.
//! Finding them in a text and looking their values up; the matching is in `glob.rs`.

use std::borrow::Cow;

use crate::context::{ContextKeys, ContextValue};

/// A variable in a policy text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// The key, lower-cased for lookup.
    pub key: Box<str>,
    /// The key as written.
    pub written: Box<str>,
    pub default: Option<Box<str>>,
}

/// A stretch of a policy text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Text in which wildcards may still mean something.
    Text(&'a str),
    /// One of the fixed variables: this character and nothing else.
    Fixed(&'a str),
    Variable(Variable),
}

/// Splits a text at its variables. An unclosed `${` is plain text.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("${") {
        let Some(length) = closing(&rest[open + 2..]) else { break };
        if open > 0 {
            parts.push(Part::Text(&rest[..open]));
        }
        let body = &rest[open + 2..open + 2 + length];
        parts.push(match body {
            "*" | "?" | "$" => Part::Fixed(body),
            _ => Part::Variable(variable(body)),
        });
        rest = &rest[open + 2 + length + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// Length of a variable's body: up to the `}` that isn't inside its quoted default.
fn closing(body: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, c) in body.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '}' if !quoted => return Some(at),
            _ => {}
        }
    }
    body.find('}')
}

fn variable(body: &str) -> Variable {
    let (key, default) = match body.split_once(',') {
        Some((key, rest)) => {
            let rest = rest.trim();
            let quoted = rest.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            match quoted {
                Some(text) => (key, Some(text.into())),
                None => (body, None),
            }
        }
        None => (body, None),
    };
    let key = key.trim();
    Variable { key: key.to_ascii_lowercase().into(), written: key.into(), default }
}

impl Variable {
    /// Returns the variable's value: the key's only value, else the default. Keys with several values can't be used as
    /// variables. Source: IAM user guide, "Single-valued vs. multivalued context keys".
    pub(crate) fn resolve<'c>(&'c self, context: &'c dyn ContextKeys) -> Option<Cow<'c, str>> {
        match context.get(&self.key) {
            Some(ContextValue::One(value)) => Some(value),
            Some(ContextValue::Many(values)) if !values.is_empty() => None,
            _ => self.default.as_deref().map(Cow::Borrowed),
        }
    }
}

/// Splits a text at the colons outside variables, into at most `limit` pieces; the last keeps the rest.
pub(crate) fn split_colons(text: &str, limit: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() && pieces.len() + 1 < limit {
        if text[at..].starts_with("${")
            && let Some(length) = closing(&text[at + 2..])
        {
            at += length + 3;
            continue;
        }
        if text.as_bytes()[at] == b':' {
            pieces.push(&text[from..at]);
            from = at + 1;
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    pieces.push(&text[from..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_variables() {
        assert_eq!(parts("a${*}b"), [Part::Text("a"), Part::Fixed("*"), Part::Text("b")]);
        assert_eq!(parts("${unclosed"), [Part::Text("${unclosed")]);
        let found = parts("${aws:UserName, 'a}b'}/x");
        let Part::Variable(variable) = &found[0] else { panic!("no variable in {found:?}") };
        assert_eq!((&*variable.key, variable.default.as_deref()), ("aws:username", Some("a}b")));
    }

    #[test]
    fn colons_inside_variables_do_not_split() {
        assert_eq!(
            split_colons("arn:aws:s3:::b/${aws:username}:c", 6),
            ["arn", "aws", "s3", "", "", "b/${aws:username}:c"]
        );
        assert_eq!(split_colons("a:${x:y}", 6), ["a", "${x:y}"]);
        assert_eq!(split_colons("é:ü", 6), ["é", "ü"]);
    }
}
