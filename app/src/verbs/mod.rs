//! The verbs that talk to a running Tabletop: one table, and what all of them share. Each speaks the admin API
//! (`docs/admin-api.md`) and nothing else.

mod clock;
mod slo;
mod stage;
mod state;
mod trail;

use std::ffi::OsString;

use kernel::nearest;
use serde_json::Value;

use crate::args::{Args, Flag};
use crate::client::Client;
use crate::failure::Failure;
use crate::posture::say;
use crate::settings;

const fn flag(name: &'static str, value: &'static str, help: &'static str) -> Flag {
    Flag { name, value, default: "", help }
}

/// Flags that every verb takes.
pub(crate) const COMMON: &[Flag] = &[
    flag("endpoint", "URL", "Where Tabletop is, as http://host:port; also TABLETOP_ENDPOINT."),
    flag("port", "N", "Port of a Tabletop on this machine."),
    flag("admin-token", "TEXT", "Token, where Tabletop is on another machine."),
    flag("config", "FILE", "File of settings in which to look for the port and the token."),
    flag("json", "", "Prints the answer as it came, in JSON."),
];

/// A verb.
pub(crate) struct Verb {
    /// One word or two.
    pub(crate) words: &'static str,
    /// Words that it takes, as help shows them. Each must be given.
    pub(crate) takes: &'static str,
    /// Its own flags.
    pub(crate) flags: &'static [Flag],
    /// One sentence.
    pub(crate) help: &'static str,
    /// What it does.
    pub(crate) run: fn(&Ask) -> Result<(), Failure>,
}

const NOWHERE: &[Flag] = &[];

const fn verb(
    words: &'static str,
    takes: &'static str,
    flags: &'static [Flag],
    help: &'static str,
    run: fn(&Ask) -> Result<(), Failure>,
) -> Verb {
    Verb { words, takes, flags, help, run }
}

/// All verbs but `up`.
pub(crate) const VERBS: &[Verb] = &[
    verb("status", "", NOWHERE, "Shows how the running Tabletop stands.", state::status),
    verb(
        "reset",
        "",
        state::RESET,
        "Forgets all state, or that of an account, region or service.",
        state::reset,
    ),
    verb("clock show", "", NOWHERE, "Shows the clock.", clock::show),
    verb("clock freeze", "", NOWHERE, "Stops the clock where it is.", clock::freeze),
    verb("clock scale", "N", NOWHERE, "Runs the clock N times as fast as real time.", clock::scale),
    verb("clock advance", "DURATION", NOWHERE, "Moves it forward; what is due happens.", clock::advance),
    verb("clock set", "TIME", NOWHERE, "Moves it forward to a time; what is due happens.", clock::set),
    verb(
        "fault add",
        "",
        stage::FAULT,
        "Makes matching calls fail, wait, or lose their answer.",
        stage::fault_add,
    ),
    verb("fault list", "", NOWHERE, "Lists the faults in force.", stage::fault_list),
    verb("fault clear", "[ID]", NOWHERE, "Takes one fault away, or all.", stage::fault_clear),
    verb("throttle show", "", NOWHERE, "Lists the throttles in force.", stage::throttle_show),
    verb(
        "throttle set",
        "",
        stage::THROTTLE,
        "Sets a throttle; capacity 0 takes it away.",
        stage::throttle_set,
    ),
    verb("trail", "", trail::FILTERS, "Lists the latest calls.", trail::list),
    verb("why", "REQUEST_ID", NOWHERE, "Says which statement allowed or denied a call.", trail::why),
    verb("meter", "", NOWHERE, "Shows usage and what it would cost.", state::meter),
    verb("slo", "", slo::FLAGS, "Shows a month's latencies against an objective.", slo::report),
    verb(
        "scrub",
        "",
        state::SCRUB,
        "Reads and verifies all stored content, and names what is corrupt.",
        state::scrub,
    ),
    verb("snapshot save", "NAME", NOWHERE, "Saves the whole state under a name.", state::snapshot_save),
    verb("snapshot load", "NAME", NOWHERE, "Replaces the whole state by a saved one.", state::snapshot_load),
    verb("snapshot list", "", NOWHERE, "Lists the saved states.", state::snapshot_list),
    verb("coverage", "[SERVICE]", NOWHERE, "Shows which operations are built.", state::coverage),
    verb("help", "[VERB]", NOWHERE, "Shows help.", |_| Ok(())),
];

/// What a verb of two words does when its second is left out.
const SHORT: [(&str, &str); 4] =
    [("clock", "show"), ("fault", "list"), ("throttle", "show"), ("snapshot", "list")];

/// The verb that a command line begins with, and the words after it. `None`: the server itself.
pub(crate) fn find(words: &[String], helping: bool) -> Result<(Option<&'static Verb>, &[String]), Failure> {
    let Some(first) = words.first().filter(|w| !w.starts_with('-')) else { return Ok((None, words)) };
    if first == "up" {
        return Ok((None, &words[1..]));
    }
    if let Some(verb) = VERBS.iter().find(|v| v.words == first) {
        return Ok((Some(verb), &words[1..]));
    }
    let subs: Vec<&str> = VERBS
        .iter()
        .filter_map(|v| v.words.split_once(' '))
        .filter(|(g, _)| g == first)
        .map(|(_, s)| s)
        .collect();
    if subs.is_empty() {
        return Err(unknown_verb(first));
    }
    match words.get(1).filter(|w| !w.starts_with('-')) {
        Some(second) if subs.contains(&second.as_str()) => Ok((exactly(first, second), &words[2..])),
        Some(second) => Err(Failure::usage(nearest::unknown(&format!("{first} verb"), second, &subs))),
        None if helping => Ok((exactly(first, subs[0]), &words[1..])),
        None => {
            let short = SHORT.iter().find(|(group, _)| group == first).map_or(subs[0], |(_, sub)| sub);
            Ok((exactly(first, short), &words[1..]))
        }
    }
}

fn exactly(group: &str, sub: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|v| v.words.split_once(' ') == Some((group, sub)))
}

fn unknown_verb(word: &str) -> Failure {
    let mut known: Vec<&str> = vec!["up"];
    known.extend(VERBS.iter().map(|v| v.words.split(' ').next().unwrap_or(v.words)));
    known.dedup();
    Failure::usage(nearest::unknown("verb", word, &known))
}

/// The verb that words name in full, for help.
pub(crate) fn named(words: &[String]) -> Option<&'static Verb> {
    let two = words.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(" ");
    VERBS.iter().find(|v| v.words == two || words.first().is_some_and(|w| v.words == w))
}

/// A verb's command line, and the server that it is for.
pub(crate) struct Ask {
    pub(crate) args: Args,
    pub(crate) client: Client,
    json: bool,
}

/// Runs a verb.
pub(crate) fn run(verb: &Verb, words: &[String], env: &[(OsString, OsString)]) -> Result<(), Failure> {
    let args = Args::parse(words, verb.flags, COMMON)?;
    check_words(verb, &args.words)?;
    let client = Client::to(&args, &settings::gather(&args, env)?)?;
    let json = args.has("json");
    (verb.run)(&Ask { args, client, json })
}

fn check_words(verb: &Verb, words: &[String]) -> Result<(), Failure> {
    let most = verb.takes.split_whitespace().count();
    let least = verb.takes.split_whitespace().filter(|w| !w.starts_with('[')).count();
    if words.len() < least {
        return Err(Failure::usage(format!("usage: tabletop {} {}", verb.words, verb.takes)));
    }
    match words.get(most) {
        Some(word) => Err(Failure::usage(format!("'{}' takes no word '{word}'", verb.words))),
        None => Ok(()),
    }
}

impl Ask {
    /// The word at that place; empty if it was left out.
    fn word(&self, at: usize) -> &str {
        self.args.words.get(at).map_or("", String::as_str)
    }

    /// Prints an answer: as JSON, or as `shown` puts it.
    fn show(&self, answer: &Value, shown: impl FnOnce(&Value) -> String) {
        match self.json {
            true => say(&format!("{answer:#}")),
            false => say(shown(answer).trim_end()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_in(line: &str) -> Result<String, Failure> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        find(&words, false)
            .map(|(verb, rest)| format!("{}/{}", verb.map_or("up", |v| v.words), rest.join(" ")))
    }

    #[test]
    fn the_verb_comes_first() {
        for (line, want) in [
            ("", "up/"),
            ("--port 1", "up/--port 1"),
            ("up --port 1", "up/--port 1"),
            ("status --json", "status/--json"),
            ("clock", "clock show/"),
            ("clock --json", "clock show/--json"),
            ("clock advance 14d", "clock advance/14d"),
            ("fault", "fault list/"),
            ("snapshot", "snapshot list/"),
        ] {
            assert_eq!(find_in(line).unwrap(), want, "{line}");
        }
    }

    #[test]
    fn unknown_verbs_name_the_nearest() {
        for (line, text) in [
            ("stats", "unknown verb 'stats'; did you mean 'status'?"),
            ("clokc advance", "unknown verb 'clokc'; did you mean 'clock'?"),
            ("clock advnce 1d", "unknown clock verb 'advnce'; did you mean 'advance'?"),
        ] {
            assert_eq!(find_in(line).unwrap_err(), Failure::usage(text));
        }
    }

    #[test]
    fn no_two_flags_of_a_verb_share_a_name() {
        for v in VERBS {
            let mut names: Vec<&str> = v.flags.iter().chain(COMMON).map(|f| f.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", v.words);
        }
    }
}
