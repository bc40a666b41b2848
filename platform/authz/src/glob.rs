//! Patterns with `*`, `?` and policy variables, and matching them without exponential backtracking. Knows nothing of
//! ARNs (`arn.rs`) or actions (`elements.rs`).

use std::borrow::Cow;

use crate::context::ContextKeys;
use crate::variables::{self, Part, Variable};

/// How a pattern compares with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Yes,
    No,
    /// A variable of the pattern has no value: the element that holds it matches nothing, negated or not.
    /// Source: IAM user guide, "Variables and tags": the attempt to match "fails and causes the statement to be invalid".
    Unresolved,
}

impl From<bool> for Match {
    fn from(matched: bool) -> Self {
        if matched { Match::Yes } else { Match::No }
    }
}

#[derive(Debug)]
enum Piece {
    Literal(Box<str>),
    /// `?`: one character.
    One,
    /// `*`: any characters, also none.
    Run,
    /// The value of the n-th variable, literally: wildcards in values mean themselves.
    Value(usize),
}

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    pieces: Box<[Piece]>,
    variables: Box<[Variable]>,
}

impl Pattern {
    /// Compiles a text in which `*` and `?` are wildcards.
    pub(crate) fn wild(text: &str, with_variables: bool) -> Self {
        Self::compile(text, with_variables, true)
    }

    /// Compiles a text that stands for itself but for its variables.
    pub(crate) fn plain(text: &str, with_variables: bool) -> Self {
        Self::compile(text, with_variables, false)
    }

    fn compile(text: &str, with_variables: bool, wildcards: bool) -> Self {
        let mut builder = Builder::default();
        if !with_variables {
            builder.text(text, wildcards);
        } else {
            for part in variables::parts(text) {
                match part {
                    Part::Text(text) => builder.text(text, wildcards),
                    Part::Fixed(text) => builder.text(text, false),
                    Part::Variable(variable) => builder.variable(variable),
                }
            }
        }
        builder.finish()
    }

    pub(crate) fn has_variables(&self) -> bool {
        !self.variables.is_empty()
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|variable| &*variable.written)
    }

    /// Matches a pattern without variables.
    pub(crate) fn matches_fixed(&self, text: &str) -> bool {
        glob(&self.pieces, &[], text)
    }

    /// Matches the whole text.
    pub(crate) fn matches(&self, text: &str, context: &dyn ContextKeys) -> Match {
        if self.variables.is_empty() {
            return glob(&self.pieces, &[], text).into();
        }
        match self.values(context) {
            Some(values) => glob(&self.pieces, &values, text).into(),
            None => Match::Unresolved,
        }
    }

    /// Compares a pattern made by [`Pattern::plain`] with the text, ignoring case.
    pub(crate) fn equals_ignoring_case(&self, text: &str, context: &dyn ContextKeys) -> Match {
        let Some(values) = self.values(context) else { return Match::Unresolved };
        let mine = self.pieces.iter().flat_map(|piece| match piece {
            Piece::Literal(text) => text.chars(),
            Piece::Value(slot) => values[*slot].chars(),
            Piece::One | Piece::Run => "".chars(),
        });
        mine.flat_map(char::to_lowercase).eq(text.chars().flat_map(char::to_lowercase)).into()
    }

    fn values<'c>(&'c self, context: &'c dyn ContextKeys) -> Option<Vec<Cow<'c, str>>> {
        self.variables.iter().map(|variable| variable.resolve(context)).collect()
    }
}

#[derive(Default)]
struct Builder {
    pieces: Vec<Piece>,
    variables: Vec<Variable>,
    literal: String,
}

impl Builder {
    fn text(&mut self, text: &str, wildcards: bool) {
        for c in text.chars() {
            match c {
                '*' if wildcards => {
                    self.flush();
                    // A run of stars is one star.
                    if !matches!(self.pieces.last(), Some(Piece::Run)) {
                        self.pieces.push(Piece::Run);
                    }
                }
                '?' if wildcards => {
                    self.flush();
                    self.pieces.push(Piece::One);
                }
                c => self.literal.push(c),
            }
        }
    }

    fn variable(&mut self, variable: Variable) {
        self.flush();
        self.pieces.push(Piece::Value(self.variables.len()));
        self.variables.push(variable);
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal).into()));
        }
    }

    fn finish(mut self) -> Pattern {
        self.flush();
        Pattern { pieces: self.pieces.into(), variables: self.variables.into() }
    }
}

fn glob(pieces: &[Piece], values: &[Cow<'_, str>], text: &str) -> bool {
    glob_counted(pieces, values, text).0
}

/// Greedy matching that on a mismatch goes back to the last star only: never worse than pattern length × text length.
/// Tells how many pieces it compared, too.
fn glob_counted(pieces: &[Piece], values: &[Cow<'_, str>], text: &str) -> (bool, usize) {
    let (mut piece, mut at, mut steps) = (0, 0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        steps += 1;
        let step = match pieces.get(piece) {
            None if at == text.len() => return (true, steps),
            None => None,
            Some(Piece::Run) if piece + 1 == pieces.len() => return (true, steps),
            Some(Piece::Run) => {
                retry = Some((piece + 1, at));
                Some(0)
            }
            Some(Piece::One) => text[at..].chars().next().map(char::len_utf8),
            Some(Piece::Literal(literal)) => text[at..].starts_with(&**literal).then_some(literal.len()),
            Some(Piece::Value(slot)) => {
                text[at..].starts_with(&*values[*slot]).then_some(values[*slot].len())
            }
        };
        if let Some(length) = step {
            at += length;
            piece += 1;
            continue;
        }
        let Some((after_star, from)) = retry else { return (false, steps) };
        let Some(skipped) = text[from..].chars().next() else { return (false, steps) };
        at = from + skipped.len_utf8();
        piece = after_star;
        retry = Some((after_star, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::wild(pattern, false).matches_fixed(text)
    }

    #[test]
    fn wildcards() {
        for (pattern, text, wanted) in [
            ("", "", true),
            ("*", "", true),
            ("?", "", false),
            ("a*c", "abcbc", true),
            ("a*b?c", "axxbyc", true),
            ("a*b?c", "axxbc", false),
            ("*é?", "caféx", true),
            ("*x", "ééx", true),
            ("*?x", "éüx", true),
            ("?", "é", true),
            ("??", "é", false),
            ("**a**", "bab", true),
            ("a", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), wanted, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_stay_cheap() {
        let text = "a".repeat(5_000);
        for hostile in
            ["*a".repeat(500) + "b", "*a*b".repeat(200), "?*".repeat(500) + "b", "*aa?".repeat(300) + "*b"]
        {
            let pattern = Pattern::wild(&hostile, false);
            let (matched, steps) = glob_counted(&pattern.pieces, &[], &text);
            assert!(!matched, "{hostile:.20}");
            assert!(steps <= 3 * (pattern.pieces.len() + text.len()), "{hostile:.20}: {steps} steps");
        }
    }
}
