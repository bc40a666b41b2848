//! The program `tabletop`: flags, the start and stop of the server, and the verbs that talk to a running one. What a
//! service does is in `services/`; what all stand on, in `platform/`.
//!
//! | file | holds |
//! | --- | --- |
//! | `args.rs`, `settings/` | words and flags; settings from flags, environment and file |
//! | `up.rs`, `posture.rs` | the server: start, what it says of itself, stop |
//! | `verbs/`, `client.rs`, `columns.rs` | the other verbs, their HTTP client, their tables |
//! | `wiring.rs` | which services there are |

mod args;
mod client;
mod columns;
mod failure;
mod help;
mod posture;
mod settings;
mod up;
mod verbs;
mod wiring;

use std::ffi::OsString;
use std::process::ExitCode;

use args::Args;
use failure::Failure;

pub use wiring::services;

/// Runs the program with these arguments (without its own name) and this environment.
pub fn run(words: Vec<String>, env: Vec<(OsString, OsString)>) -> ExitCode {
    match dispatch(&words, &env) {
        Ok(()) => ExitCode::SUCCESS,
        Err(f) => {
            eprintln!("tabletop: {}", f.text);
            ExitCode::from(f.code)
        }
    }
}

fn dispatch(words: &[String], env: &[(OsString, OsString)]) -> Result<(), Failure> {
    if words.iter().any(|w| w == "--version" || w == "-V") {
        println!("tabletop {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let asks_help = words.iter().any(|w| w == "--help" || w == "-h");
    let (verb, rest) = verbs::find(words, asks_help)?;
    if asks_help || verb.is_some_and(|v| v.words == "help") {
        help::print(verb, rest);
        return Ok(());
    }
    match verb {
        None => up::run(&settings::load(&Args::parse(rest, settings::FLAGS, &[])?, env)?),
        Some(verb) => verbs::run(verb, rest, env),
    }
}
