//! Words and flags of a command line, read against a table of flags. Knows no flag by name.

use std::collections::BTreeMap;

use kernel::nearest;

use crate::failure::Failure;

/// A flag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    /// Without the dashes.
    pub(crate) name: &'static str,
    /// What stands for its value in help; empty for a switch.
    pub(crate) value: &'static str,
    /// What holds without it, in words; empty for nothing.
    pub(crate) default: &'static str,
    /// One sentence.
    pub(crate) help: &'static str,
}

/// A command line, read.
#[derive(Debug, Default)]
pub(crate) struct Args {
    /// Words that are no flags.
    pub(crate) words: Vec<String>,
    /// Flags by name; a switch's value is `true`.
    pub(crate) flags: BTreeMap<&'static str, String>,
}

impl Args {
    /// Reads words against two tables of flags.
    pub(crate) fn parse(words: &[String], flags: &[Flag], more: &[Flag]) -> Result<Args, Failure> {
        let mut args = Args::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(flag) = word.strip_prefix("--").filter(|f| !f.is_empty()) else {
                if word.starts_with('-') && word.len() > 1 && word.parse::<f64>().is_err() {
                    return Err(unknown(word, flags, more));
                }
                args.words.push(word.clone());
                continue;
            };
            let (name, inline) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (flag, None),
            };
            let Some(known) = flags.iter().chain(more).find(|f| f.name == name) else {
                return Err(unknown(&format!("--{name}"), flags, more));
            };
            let value = match (known.value.is_empty(), inline) {
                (true, None) => "true".to_owned(),
                (true, Some(_)) => return Err(Failure::usage(format!("--{name} takes no value"))),
                (false, Some(value)) => value,
                (false, None) => words
                    .next()
                    .cloned()
                    .ok_or_else(|| Failure::usage(format!("--{name} needs a value: {}", known.value)))?,
            };
            if args.flags.insert(known.name, value).is_some() {
                return Err(Failure::usage(format!("--{name} is given twice")));
            }
        }
        Ok(args)
    }

    /// A flag's value.
    pub(crate) fn flag(&self, name: &str) -> Option<&str> {
        self.flags.get(name).map(String::as_str)
    }

    /// Whether a switch is given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.flags.contains_key(name)
    }
}

fn unknown(word: &str, flags: &[Flag], more: &[Flag]) -> Failure {
    let names: Vec<String> = flags.iter().chain(more).map(|f| format!("--{}", f.name)).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.extend(["--help", "--version"]);
    Failure::usage(nearest::unknown("flag", word, &names))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] = &[
        Flag { name: "port", value: "N", default: "", help: "" },
        Flag { name: "guest", value: "", default: "", help: "" },
    ];

    fn parse(words: &[&str]) -> Result<Args, Failure> {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        Args::parse(&words, FLAGS, &[])
    }

    #[test]
    fn values_follow_or_stand_after_an_equals_sign() {
        for words in [&["--port", "1", "x"], &["x", "--port", "1"]] {
            let args = parse(words).unwrap();
            assert_eq!((args.flag("port"), args.words.as_slice()), (Some("1"), &["x".to_owned()][..]));
        }
        assert_eq!(parse(&["--port=1=2"]).unwrap().flag("port"), Some("1=2"));
        assert!(parse(&["--guest"]).unwrap().has("guest"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (words, text) in [
            (&["--prot", "1"][..], "unknown flag '--prot'; did you mean '--port'?"),
            (&["-p"], "unknown flag '-p'; known are: --port, --guest, --help, --version"),
            (&["--port"], "--port needs a value: N"),
            (&["--guest=yes"], "--guest takes no value"),
            (&["--port", "1", "--port", "2"], "--port is given twice"),
        ] {
            assert_eq!(parse(words).unwrap_err(), Failure::usage(text));
        }
    }
}
