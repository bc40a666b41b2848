//! Help, from the tables of verbs and flags.

use crate::args::Flag;
use crate::settings::{FLAGS, variable};
use crate::verbs::{self, Verb};

/// Prints help on a verb, or on all.
pub(crate) fn print(verb: Option<&Verb>, words: &[String]) {
    let named = || verbs::named(words).or(verb.filter(|v| v.words != "help"));
    crate::posture::say(&match named() {
        Some(verb) => of_verb(verb),
        None => of_all(),
    });
}

fn of_all() -> String {
    let mut out = String::from(
        "tabletop: AWS on your own table\n\nusage:\n  tabletop [up] [flags]        starts the server\n  \
         tabletop VERB [flags]        talks to a running one\n\nflags of the server (each also an environment \
         variable and a key of tabletop.toml):\n",
    );
    out.push_str(&flags(FLAGS, true));
    out.push_str("\nverbs:\n");
    for v in verbs::VERBS {
        out.push_str(&format!("  {:<34} {}\n", usage(v), v.help));
    }
    out.push_str("\nflags of every verb:\n");
    out.push_str(&flags(verbs::COMMON, false));
    out.push_str("\n`tabletop VERB --help` shows a verb's own flags.");
    out
}

fn of_verb(verb: &Verb) -> String {
    let mut out = format!("usage: tabletop {}\n\n{}\n", usage(verb), verb.help);
    if !verb.flags.is_empty() {
        out.push_str("\nflags:\n");
        out.push_str(&flags(verb.flags, false));
    }
    out.push_str("\nflags of every verb:\n");
    out.push_str(flags(verbs::COMMON, false).trim_end());
    out
}

fn usage(verb: &Verb) -> String {
    match verb.takes {
        "" => verb.words.to_owned(),
        takes => format!("{} {takes}", verb.words),
    }
}

fn flags(flags: &[Flag], with_variable: bool) -> String {
    let mut out = String::new();
    for f in flags {
        let default = if f.default.is_empty() { String::new() } else { format!(" [{}]", f.default) };
        out.push_str(&format!("  {:<34} {}{default}\n", spelled(f), f.help));
        if with_variable {
            out.push_str(&format!("  {:<34} {}\n", "", variable(f.name)));
        }
    }
    out
}

fn spelled(f: &Flag) -> String {
    format!("--{} {}", f.name, f.value).trim_end().to_owned()
}

/// The table of settings in `docs/configuration.md`.
#[cfg(test)]
pub(crate) fn settings_table() -> String {
    let mut out = String::from("| Flag | Variable | Key | Default | |\n| --- | --- | --- | --- | --- |\n");
    for f in FLAGS {
        let key = crate::settings::key(f.name).map_or_else(|| "—".to_owned(), |k| format!("`{k}`"));
        let (flag, variable) = (spelled(f).replace('|', "\\|"), variable(f.name));
        out.push_str(&format!("| `{flag}` | `{variable}` | {key} | {} | {} |\n", f.default, f.help));
    }
    out
}
