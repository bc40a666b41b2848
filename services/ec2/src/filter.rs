//! Filters of Describe operations: which there are says each resource's table; here is what their values mean. Several values
//! of a filter are alternatives, several filters must all hold. `*` is any text, `?` any character, `\` takes the next
//! character as it is. Source: EC2 user guide, "List and filter your resources" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::Filter;

use crate::err::{fault, invalid_value};
use crate::resource::Listed;

/// Values that one call's filters may have, all together.
const VALUES: usize = 200;
/// Filters that one call may have. Not documented; the values' limit stands for it.
const FILTERS: usize = 200;

/// Shows a row's values for one filter to the probe.
pub(crate) type Accessor<R> = fn(&R, &mut Probe<'_>);

/// A filter's values, being compared with a row's.
pub(crate) struct Probe<'a> {
    /// For filters on what other rows hold.
    pub(crate) cx: &'a Cx<'a>,
    patterns: &'a [Pattern],
    hit: bool,
}

impl Probe<'_> {
    /// A text.
    pub(crate) fn text(&mut self, value: &str) {
        self.hit = self.hit || self.patterns.iter().any(|p| p.matches(value));
    }

    /// A text that may be absent.
    pub(crate) fn maybe(&mut self, value: Option<&str>) {
        if let Some(value) = value {
            self.text(value);
        }
    }

    /// Several texts.
    pub(crate) fn each<'t>(&mut self, values: impl IntoIterator<Item = &'t str>) {
        for value in values {
            self.text(value);
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, value: bool) {
        self.text(if value { "true" } else { "false" });
    }

    /// A number.
    pub(crate) fn number(&mut self, value: impl Into<i64>) {
        self.text(&value.into().to_string());
    }

    /// A time, as `2026-01-01T00:00:00.000Z`.
    pub(crate) fn time(&mut self, at_ms: i64) {
        let text = kernel::text::iso_time(at_ms);
        let millis = text.replace('Z', &format!(".{:03}Z", at_ms.rem_euclid(1_000)));
        self.text(&millis);
    }
}

/// One value of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// A text without wildcards.
    Exact(String),
    /// With wildcards.
    Glob(Vec<Piece>),
}

/// A character of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// This one.
    Char(char),
    /// Any one.
    One,
    /// Any number of any.
    Any,
}

impl Pattern {
    /// Reads a value.
    pub(crate) fn new(text: &str) -> Pattern {
        let mut pieces = Vec::new();
        let mut wild = false;
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            pieces.push(match c {
                '\\' => Piece::Char(chars.next().unwrap_or('\\')),
                '*' => Piece::Any,
                '?' => Piece::One,
                c => Piece::Char(c),
            });
            wild |= matches!(pieces.last(), Some(Piece::Any | Piece::One));
        }
        if wild {
            return Pattern::Glob(pieces);
        }
        let chars = pieces.iter().filter_map(|p| if let Piece::Char(c) = p { Some(*c) } else { None });
        Pattern::Exact(chars.collect())
    }

    /// Whether the text fits.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Exact(exact) => exact == text,
            Pattern::Glob(pieces) => glob(pieces, text),
        }
    }
}

/// Matches with one point to go back to: as long as the text times the pattern at worst, never more.
fn glob(pieces: &[Piece], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pieces.get(p) {
            Some(Piece::Any) => {
                back = Some((p, t));
                p += 1;
            }
            Some(Piece::One) => (p, t) = (p + 1, t + 1),
            Some(Piece::Char(c)) if *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((star, from)) = back else { return false };
                back = Some((star, from + 1));
                (p, t) = (star + 1, from + 1);
            }
        }
    }
    pieces[p..].iter().all(|p| *p == Piece::Any)
}

/// What a filter looks at.
enum Looks<R> {
    At(Accessor<R>),
    TagKey,
    Tag(String),
}

/// The filters of one call.
pub(crate) struct Filters<R: Listed> {
    all: Vec<(Looks<R>, &'static str, Vec<Pattern>)>,
}

impl<R: Listed> Filters<R> {
    /// Reads a call's filters.
    ///
    /// Errors: InvalidParameterValue: no such filter. FilterLimitExceeded: more than 200 values.
    pub(crate) fn read(given: Option<&[Filter]>) -> Result<Filters<R>, Fault> {
        let given = given.unwrap_or_default();
        let values: usize = given.iter().map(|f| f.values.as_ref().map_or(0, Vec::len)).sum();
        if values > VALUES || given.len() > FILTERS {
            let text = format!("The maximum number of filter values specified on a single call is {VALUES}");
            return Err(fault("FilterLimitExceeded", text));
        }
        let all = given.iter().map(Self::one).collect::<Result<_, _>>()?;
        Ok(Filters { all })
    }

    fn one(given: &Filter) -> Result<(Looks<R>, &'static str, Vec<Pattern>), Fault> {
        let name = given.name.as_deref().unwrap_or("null");
        let patterns = given.values.iter().flatten().map(|v| Pattern::new(v)).collect();
        if let Some((known, accessor)) = R::FILTERS.iter().find(|(known, _)| *known == name) {
            return Ok((Looks::At(*accessor), known, patterns));
        }
        match name.split_once(':') {
            None if name == "tag-key" => Ok((Looks::TagKey, "tag-key", patterns)),
            Some(("tag", key)) if !key.is_empty() => Ok((Looks::Tag(key.to_owned()), "tag:", patterns)),
            _ => Err(invalid_value(format!("The filter '{name}' is invalid"))),
        }
    }

    /// The only value of that filter, if it has no wildcards.
    pub(crate) fn exact(&self, name: &str) -> Option<&str> {
        let mut found = self.all.iter().filter(|(_, known, _)| *known == name);
        match found.next()?.2.as_slice() {
            [Pattern::Exact(value)] => Some(value),
            _ => None,
        }
    }

    /// Key and only value of a filter by tag, if it has no wildcards.
    pub(crate) fn exact_tag(&self) -> Option<(&str, &str)> {
        self.all.iter().find_map(|(looks, _, patterns)| match (looks, patterns.as_slice()) {
            (Looks::Tag(key), [Pattern::Exact(value)]) => Some((key.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// Whether any looks at tags.
    pub(crate) fn by_tag(&self) -> bool {
        self.all.iter().any(|(looks, ..)| !matches!(looks, Looks::At(_)))
    }

    /// Whether every filter holds for the row.
    pub(crate) fn hold(&self, cx: &Cx, row: &R, tags: &[(String, String)]) -> bool {
        self.all.iter().all(|(looks, _, patterns)| {
            let mut probe = Probe { cx, patterns, hit: false };
            match looks {
                Looks::At(accessor) => accessor(row, &mut probe),
                Looks::TagKey => probe.each(tags.iter().map(|(k, _)| k.as_str())),
                Looks::Tag(key) => {
                    probe.each(tags.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()));
                }
            }
            probe.hit
        })
    }
}

/// A call's filters as part of what a page's token is bound to.
pub(crate) fn binding(given: Option<&[Filter]>) -> String {
    let mut text = String::new();
    for f in given.unwrap_or_default() {
        text.push_str(f.name.as_deref().unwrap_or_default());
        for v in f.values.iter().flatten() {
            text.push('\u{1}');
            text.push_str(v);
        }
        text.push('\u{2}');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn wildcards_and_escapes() {
        for (pattern, text, fits) in [
            ("web", "web", true),
            ("web", "Web", false),
            ("w*", "web", true),
            ("w*b", "weeb", true),
            ("w?b", "web", true),
            ("w?b", "weeb", false),
            ("*", "", true),
            ("?", "", false),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            (r"a\\b", r"a\b", true),
            (r"*\?", "what?", true),
            (r"*\?", "what", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("", "", true),
            ("é?", "éa", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), fits, "{pattern} {text}");
        }
        let hostile = Pattern::new(&"*a".repeat(100));
        assert!(!hostile.matches(&"a".repeat(99)));
    }
}
