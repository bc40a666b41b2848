//! Words of the command line: a verb and `--name value` pairs. An unknown name is an error.

use std::path::PathBuf;

/// What was asked.
pub struct Args {
    /// The first word.
    pub verb: String,
    pairs: Vec<(String, String)>,
}

impl Args {
    /// Reads the words; `known` are the names of flags.
    pub fn read(words: &[String], known: &[&str]) -> Result<Args, String> {
        let (verb, rest) = words.split_first().ok_or("which simulation?")?;
        let mut pairs = Vec::new();
        for pair in rest.chunks(2) {
            let name = pair[0].strip_prefix("--").filter(|n| known.contains(n));
            let name = name.ok_or_else(|| format!("{} is not one of --{}", pair[0], known.join(", --")))?;
            let value = pair.get(1).ok_or_else(|| format!("--{name} needs a value"))?;
            pairs.push((name.to_owned(), value.clone()));
        }
        Ok(Args { verb: verb.clone(), pairs })
    }

    /// A flag's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A flag's number.
    pub fn number(&self, name: &str, default: u64) -> Result<u64, String> {
        self.text(name).map_or(Ok(default), |v| v.parse().map_err(|_| format!("--{name} {v} is no number")))
    }

    /// The program under test: beside this one if it isn't named.
    pub fn binary(&self) -> PathBuf {
        let beside =
            || std::env::current_exe().expect("a running program has a path").with_file_name("tabletop");
        self.text("binary").map_or_else(beside, PathBuf::from)
    }
}
