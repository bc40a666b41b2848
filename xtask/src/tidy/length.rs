//! Files of at most 500 lines, functions of at most 70. What is longer stands in `xtask/tidy/long.txt` with its length, and may only
//! shrink: an entry that is exceeded, or no longer needed, is an error. Generated files are exempt.

use std::collections::BTreeMap;
use std::fs;

use super::blank::{Comments, blank};
use super::{Repo, Source};
use crate::Outcome;

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;

/// Lengths against limits and list.
pub fn check(repo: &Repo) -> Outcome<Vec<String>> {
    let path = repo.root.join("xtask/tidy/long.txt");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let listed = parse(&text)?;
    let measured = repo.sources.iter().filter(|s| !s.generated()).flat_map(too_long).collect();
    Ok(compare(&listed, &measured))
}

/// `path lines` or `path fn name lines` per line; `#` starts a comment.
fn parse(text: &str) -> Outcome<BTreeMap<String, usize>> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let (what, n) = line.rsplit_once(' ').ok_or_else(|| format!("long.txt: {line}"))?;
            Ok((what.to_owned(), n.parse().map_err(|_| format!("long.txt: {line}"))?))
        })
        .collect()
}

fn compare(listed: &BTreeMap<String, usize>, measured: &BTreeMap<String, usize>) -> Vec<String> {
    let mut all = Vec::new();
    for (what, n) in measured {
        match listed.get(what) {
            None => all.push(format!(
                "{what}: {n} lines (or add `{what} {n}` to xtask/tidy/long.txt, with a reason)"
            )),
            Some(most) if n > most => all.push(format!("{what}: grew from {most} to {n} lines")),
            Some(most) if n < most => {
                all.push(format!("{what}: shrank; say `{what} {n}` in xtask/tidy/long.txt"))
            }
            Some(_) => {}
        }
    }
    let done = listed.keys().filter(|what| !measured.contains_key(*what));
    all.extend(done.map(|what| format!("{what}: short enough; take it off xtask/tidy/long.txt")));
    all
}

/// What of a file is too long.
fn too_long(source: &Source) -> Vec<(String, usize)> {
    let lines = source.text.lines().count();
    let mut all = Vec::new();
    if lines > FILE_LINES {
        all.push((source.path.clone(), lines));
    }
    if lines > FUNCTION_LINES {
        let functions = functions(&source.text).into_iter().filter(|(_, n)| *n > FUNCTION_LINES);
        all.extend(functions.map(|(name, n)| (format!("{} fn {name}", source.path), n)));
    }
    all
}

/// Name and length of every function with a body, from its `fn` line to its closing brace.
fn functions(text: &str) -> Vec<(String, usize)> {
    let blanked = blank(text, Comments::Blank);
    let mut open: Vec<(String, usize, usize)> = Vec::new();
    let mut waiting: Option<(String, usize)> = None;
    let mut depth = 0;
    let mut all = Vec::new();
    for (line, n) in blanked.lines().zip(1usize..) {
        if let Some(name) = function_name(line) {
            waiting = Some((name, n));
        }
        for c in line.chars() {
            match c {
                '{' => {
                    depth += 1;
                    open.extend(waiting.take().map(|(name, from)| (name, from, depth)));
                }
                '}' => {
                    if let Some((name, from, _)) = open.pop_if(|(_, _, at)| *at == depth) {
                        all.push((name, n - from + 1));
                    }
                    depth = depth.saturating_sub(1);
                }
                ';' => {
                    waiting = waiting.filter(|_| depth > open.last().map_or(0, |o| o.2) && line.contains('['))
                }
                _ => {}
            }
        }
    }
    all
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().peekable();
    while words
        .next_if(|w| {
            ["const", "async", "unsafe", "extern", "\"C\""].contains(w)
                || w.starts_with("pub")
                || *w == "crate)"
        })
        .is_some()
    {}
    words.next_if_eq(&"fn")?;
    let name: String = words.next()?.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured() {
        let text = "trait T {\n    fn a();\n    fn b() {\n    }\n}\npub(crate) const fn c<'a>(\n) -> X\n{\n  \
                    if '{' == x { \"}\" }\n  fn d() {}\n}\n";
        let found = functions(text);
        assert_eq!(found, [("b".to_owned(), 2), ("d".to_owned(), 1), ("c".to_owned(), 6)]);
    }

    #[test]
    fn the_list_may_only_shrink() {
        let listed = parse("# why\na.rs 600\nb.rs fn f 90\nc.rs 510\nd.rs 520\n").unwrap();
        let measured = [("a.rs", 600), ("b.rs fn f", 91), ("c.rs", 505), ("e.rs", 501)];
        let found = compare(&listed, &measured.map(|(w, n)| (w.to_owned(), n)).into());
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found.iter().any(|f| f.starts_with("d.rs: short enough")));
    }
}
