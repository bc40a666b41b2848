//! "Unknown word" errors that name the nearest right one.

/// The text of an error about an unknown word.
pub fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(n) => format!("unknown {what} '{word}'; did you mean '{n}'?"),
        None => format!("unknown {what} '{word}'; known are: {}", known.join(", ")),
    }
}

/// The known word with the fewest edits, if it is near at all.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let best = known.iter().map(|k| (distance(word, k), *k)).min()?;
    (best.0 <= 1 + word.chars().count() / 3).then_some(best.1)
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let next = (diagonal + usize::from(ca != *cb)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_or_all_of_them() {
        assert_eq!(nearest("--prot", &["--port", "--data"]), Some("--port"));
        assert_eq!(nearest("zebra", &["--port", "--data"]), None);
        assert!(unknown("flag", "zebra", &["--port"]).contains("known are"));
    }
}
