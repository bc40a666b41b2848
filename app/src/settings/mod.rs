//! Settings of the server: one table, from which flags, environment variables, keys of the file, help and documentation
//! come. A flag stands over the environment, the environment over the file, the file over the default.

mod choose;
mod file;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use kernel::nearest;

use crate::args::{Args, Flag};
use crate::failure::Failure;

pub(crate) use choose::{Place, Settings, port as choose_port};

const fn flag(name: &'static str, value: &'static str, default: &'static str, help: &'static str) -> Flag {
    Flag { name, value, default, help }
}

/// Every setting of the server.
pub(crate) const FLAGS: &[Flag] = &[
    flag("port", "N", "4566", "Port to listen on; 0 takes a free one and prints it."),
    flag("host", "ADDRESS", "127.0.0.1", "Address to listen on; 0.0.0.0 for every one."),
    flag("data", "DIR", "./tabletop-data", "Folder of the data; made if it isn't there."),
    flag("ephemeral", "", "off", "Keeps everything in memory and touches no folder."),
    flag(
        "durability",
        "process|power|memory",
        "process",
        "What an answered write survives: the death of the process, of the machine, or nothing.",
    ),
    flag("region", "REGION", "us-east-1", "Default region."),
    flag("account", "ID", "000000000000", "Default account, twelve digits."),
    flag("profile", "dev|real", "dev", "With real, AWS's throttles and delays are on."),
    flag("guest", "", "off", "Unknown access keys and unsigned requests act as root of the default account."),
    flag("tls", "", "off", "The port also speaks TLS, with a local authority kept in DATA/tls."),
    flag("seed", "TEXT", "random", "Seed of ids and randomness of a new data folder."),
    flag("trail-keep", "N", "100000", "Calls that the trail keeps."),
    flag("admin-token", "TEXT", "none", "Token with which the admin API may be used from other machines."),
    flag("config", "FILE", "./tabletop.toml, if it is there", "File of settings in TOML."),
];

/// Variables of the environment beside those of [`FLAGS`].
pub(crate) const ENDPOINT: &str = "TABLETOP_ENDPOINT";

const DEFAULT_FILE: &str = "tabletop.toml";

/// The environment variable of a flag.
pub(crate) fn variable(name: &str) -> String {
    format!("TABLETOP_{}", name.to_ascii_uppercase().replace('-', "_"))
}

/// The key of a flag in the file; `None` for the file itself.
pub(crate) fn key(name: &str) -> Option<String> {
    (name != "config").then(|| name.replace('-', "_"))
}

/// Where a value comes from; a later one stands over an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    File,
    Environment,
    CommandLine,
}

/// Values of settings as given, by name.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) values: BTreeMap<&'static str, (String, Source)>,
    pub(crate) file: PathBuf,
    /// Where a running server is, by the environment.
    pub(crate) endpoint: Option<String>,
}

impl Given {
    fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|(v, _)| v.as_str())
    }

    /// How a setting was spelled where it was given, for errors.
    fn spelled(&self, name: &str) -> String {
        match self.values.get(name).map(|(_, source)| *source) {
            Some(Source::File) => format!("{} in {}", name.replace('-', "_"), self.file.display()),
            Some(Source::Environment) => variable(name),
            Some(Source::CommandLine) | None => format!("--{name}"),
        }
    }

    fn put(&mut self, name: &'static str, value: String, source: Source) {
        let old = self.values.get(name);
        if old.is_none_or(|(_, there)| *there <= source) {
            self.values.insert(name, (value, source));
        }
    }
}

/// Gathers settings from everywhere and reads them.
pub(crate) fn load(args: &Args, env: &[(OsString, OsString)]) -> Result<Settings, Failure> {
    if let Some(word) = args.words.first() {
        return Err(Failure::usage(format!(
            "'up' takes no further word, and here is '{word}'; verbs come first"
        )));
    }
    choose::settings(&gather(args, env)?)
}

/// Gathers settings from the command line, the environment and the file, unread.
pub(crate) fn gather(args: &Args, env: &[(OsString, OsString)]) -> Result<Given, Failure> {
    let mut given = Given::default();
    for f in FLAGS {
        if let Some(value) = args.flag(f.name) {
            given.put(f.name, value.to_owned(), Source::CommandLine);
        }
    }
    read_environment(&mut given, env)?;
    let named = given.text("config").map(PathBuf::from);
    given.file = named.clone().unwrap_or_else(|| DEFAULT_FILE.into());
    if named.is_some() || given.file.is_file() {
        for (name, value) in file::read(&given.file)? {
            given.put(name, value, Source::File);
        }
    }
    Ok(given)
}

/// An empty variable counts as not set: that is how scripts unset one.
fn read_environment(given: &mut Given, env: &[(OsString, OsString)]) -> Result<(), Failure> {
    let mut known: Vec<(String, &'static str)> = FLAGS.iter().map(|f| (variable(f.name), f.name)).collect();
    known.push((ENDPOINT.to_owned(), "endpoint"));
    for (name, value) in env {
        let name = name.to_string_lossy();
        if !name.starts_with("TABLETOP_") {
            continue;
        }
        let Some((_, setting)) = known.iter().find(|(variable, _)| *variable == name) else {
            let names: Vec<&str> = known.iter().map(|(variable, _)| variable.as_str()).collect();
            return Err(Failure::usage(nearest::unknown("environment variable", &name, &names)));
        };
        let value = value
            .to_str()
            .ok_or_else(|| Failure::usage(format!("the environment variable {name} is not UTF-8")))?;
        match *setting {
            _ if value.is_empty() => {}
            "endpoint" => given.endpoint = Some(value.to_owned()),
            setting => given.put(setting, value.to_owned(), Source::Environment),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
