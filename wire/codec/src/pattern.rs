//! The models' Java regular expressions, compiled once each on first use and matched against whole values. Lookaround
//! and back-references go to `fancy-regex`, everything else to `regex`, whose time is linear.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{LazyLock, RwLock};

/// Steps of backtracking after which a value counts as matching: no input may hang us.
const BACKTRACK_LIMIT: usize = 100_000;

enum Compiled {
    Linear(regex::Regex),
    /// A pattern that is nothing but one character's class, so many times: a regular expression would spell the class out
    /// as often (`.{1,100000}` in SSM costs 30 MB and a second).
    Counted {
        item: regex::Regex,
        times: RangeInclusive<usize>,
    },
    Backtracking(Box<fancy_regex::Regex>),
    /// Neither engine takes it: everything matches.
    Unknown,
}

/// By address: a pattern is a slice of a model's blob, which lives as long as the program.
static COMPILED: LazyLock<RwLock<HashMap<(usize, usize), &'static Compiled>>> =
    LazyLock::new(RwLock::default);

/// Whether the whole of `value` matches.
pub(crate) fn matches(pattern: &'static str, value: &str) -> bool {
    match compiled(pattern) {
        Compiled::Linear(r) => r.is_match(value),
        Compiled::Counted { item, times } => times.contains(&value.chars().count()) && item.is_match(value),
        Compiled::Backtracking(r) => r.is_match(value).unwrap_or(true),
        Compiled::Unknown => true,
    }
}

/// Whether some engine takes the pattern.
#[cfg(test)]
fn compiles(pattern: &str) -> bool {
    !matches!(compile(pattern), Compiled::Unknown)
}

fn compiled(pattern: &'static str) -> &'static Compiled {
    let key = (pattern.as_ptr() as usize, pattern.len());
    if let Some(found) = COMPILED.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
        return found;
    }
    let mut all = COMPILED.write().unwrap_or_else(|e| e.into_inner());
    all.entry(key).or_insert_with(|| Box::leak(Box::new(compile(pattern))))
}

/// Repetitions from which on they are counted instead of compiled.
const MANY: usize = 1_000;

/// `^.{1,100000}$` as `.` and 1 to 100,000; none for other patterns, and for repetitions that are cheap to compile.
fn counted(pattern: &str) -> Option<Compiled> {
    let bare = pattern.strip_prefix('^').unwrap_or(pattern);
    let bare = bare.strip_suffix('$').unwrap_or(bare);
    let (item, times) = bare.strip_suffix('}')?.rsplit_once('{')?;
    let (least, most) = times.split_once(',')?;
    let times = least.parse().ok()?..=most.parse().ok()?;
    let is_one = item == "." || (item.len() == 2 && item.starts_with('\\'));
    if !is_one || *times.end() < MANY {
        return None;
    }
    let item = regex::Regex::new(&format!(r"\A(?:{})*\z", translate(item))).ok()?;
    Some(Compiled::Counted { item, times })
}

fn compile(pattern: &str) -> Compiled {
    if let Some(counted) = counted(pattern) {
        return counted;
    }
    let whole = format!(r"\A(?:{})\z", translate(pattern));
    if let Ok(r) = regex::RegexBuilder::new(&whole).size_limit(1 << 24).build() {
        return Compiled::Linear(r);
    }
    match fancy_regex::RegexBuilder::new(&whole).backtrack_limit(BACKTRACK_LIMIT).build() {
        Ok(r) => Compiled::Backtracking(Box::new(r)),
        Err(_) => Compiled::Unknown,
    }
}

/// Java's dialect into Rust's: ASCII classes, POSIX names, surrogate pairs, stray hyphens and brackets in sets.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    let mut in_set = false;
    let mut set_start = false;
    while let Some(c) = rest.chars().next() {
        let at_start = std::mem::take(&mut set_start);
        if c == '\\' {
            let (text, len, class) = escape(rest, in_set);
            out.push_str(&text);
            rest = &rest[len..];
            if class && in_set && rest.starts_with('-') && !rest.starts_with("-]") {
                out.push_str("\\-");
                rest = &rest[1..];
            }
            continue;
        }
        match (c, in_set) {
            ('[', false) => {
                in_set = true;
                set_start = true;
            }
            ('[', true) => out.push('\\'),
            (']', true) if !at_start => in_set = false,
            ('^', true) if at_start => set_start = true,
            ('~' | '-' | '&', true) if rest[1..].starts_with(c) => out.push('\\'),
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// One escape at the start of `rest`: its translation, its length in bytes, and whether it stands for a class.
fn escape(rest: &str, in_set: bool) -> (String, usize, bool) {
    let class = |inside: &str, len: usize| {
        let text = if in_set { inside.to_owned() } else { format!("[{inside}]") };
        (text, len, true)
    };
    let Some(c) = rest[1..].chars().next() else { return (r"\\".to_owned(), 1, false) };
    let len = 1 + c.len_utf8();
    match c {
        'w' => class("0-9A-Za-z_", len),
        'd' => class("0-9", len),
        's' => class(r" \t\n\x0B\f\r", len),
        'p' => match posix(rest) {
            Some((name, len)) => class(&format!("[:{name}:]"), len),
            None => {
                let name = rest.find('}').filter(|_| rest[2..].starts_with('{')).map_or(len, |end| end + 1);
                (rest[..name].to_owned(), name, true)
            }
        },
        'u' => surrogates(rest).unwrap_or_else(|| (r"\u".to_owned(), len, false)),
        'Z' => (r"\z".to_owned(), len, false),
        c if c.is_ascii_alphanumeric() => (rest[..len].to_owned(), len, false),
        c => (regex::escape(&c.to_string()), len, false),
    }
}

fn posix(rest: &str) -> Option<(&'static str, usize)> {
    const NAMES: [(&str, &str); 8] = [
        ("Alnum", "alnum"),
        ("Alpha", "alpha"),
        ("Punct", "punct"),
        ("Graph", "graph"),
        ("Print", "print"),
        ("Space", "space"),
        ("Digit", "digit"),
        ("ASCII", "ascii"),
    ];
    let name = rest.strip_prefix(r"\p{")?.split_once('}')?.0;
    NAMES.iter().find(|(java, _)| *java == name).map(|(_, posix)| (*posix, name.len() + 4))
}

/// `\uD83D\uDE00` is one character; a range between pairs of surrogates is one of all that lie beyond the BMP.
fn surrogates(rest: &str) -> Option<(String, usize, bool)> {
    let unit = |at: usize| {
        let text = rest.get(at..at + 6)?.strip_prefix(r"\u")?;
        u32::from_str_radix(text, 16).ok()
    };
    let (high, low) = (unit(0)?, unit(6)?);
    if !(0xD800..0xDC00).contains(&high) || !(0xDC00..0xE000).contains(&low) {
        return None;
    }
    let c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    Some((format!(r"\u{{{c:X}}}"), 12, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_values_match_as_in_java() {
        for (pattern, good, bad) in [
            (r"[\.\-_A-Za-z0-9]+", "a.b-c", "Invalid Name With Spaces!"),
            (r"[1-5]\d\d", "404", "4040"),
            (r"[\w+=,.@-]+", "a@b", "é"),
            (r"((?!^\d+$)^[0-9a-zA-Z-_]+$)", "abc-1", "12"),
            (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "a😀", "\u{1}"),
            (r"[\w-.]*", "a-b.c", "a,b"),
            (r"[\p{Alnum}_]+", "a1_", "-"),
            (r"\p{Punct}", "!", "a"),
            (r"[[a-z]+", "[a", "A"),
            (r"$|kafka://x", "", "kafka"),
        ] {
            assert!(matches(pattern, good), "{pattern} should match {good}");
            assert!(!matches(pattern, bad), "{pattern} should not match {bad}");
        }
    }

    #[test]
    fn catastrophic_patterns_end() {
        let value = "a".repeat(5_000) + "!";
        assert!(!matches(r"(a+)+", &value));
        let _ = matches(r"(?=a)(a+)+$", &value);
        assert!(compiles(r"[a-z]"));
        assert!(!compiles(r"("));
    }

    #[test]
    fn long_repetitions_are_counted() {
        for (pattern, most) in [(r"^.{1,100000}$", 100_000), (r"\S{1,8192}", 8_192)] {
            assert!(matches!(compile(pattern), Compiled::Counted { .. }), "{pattern}");
            assert!(matches(pattern, &"é".repeat(most)), "{pattern}");
            for bad in ["", "a\nb", &"é".repeat(most + 1)] {
                assert!(!matches(pattern, bad), "{pattern} should not match {} bytes", bad.len());
            }
        }
        assert!(matches!(compile(r"a{1,99}"), Compiled::Linear(_)));
        assert!(matches!(compile(r"[ab]{1,9999}"), Compiled::Linear(_)));
    }

    /// Patterns that neither engine takes (a repeated lookahead): values for them go unchecked. The list may only shrink.
    const UNKNOWN: [&str; 1] = [r"^(\/|(\/(?!\.)+[^$#<>;`|&?{}^*/\n]+){1,4})$"];

    #[test]
    fn every_pattern_of_every_model_compiles() {
        let mut patterns: Vec<&str> =
            model::entries().iter().flat_map(|e| e.model().shapes.iter()).filter_map(|s| s.pattern).collect();
        patterns.sort_unstable();
        patterns.dedup();
        assert!(patterns.len() > 500, "only {} patterns", patterns.len());
        let unknown: Vec<&str> = patterns.iter().copied().filter(|p| !compiles(p)).collect();
        assert_eq!(unknown, UNKNOWN, "of {}", patterns.len());
    }
}
