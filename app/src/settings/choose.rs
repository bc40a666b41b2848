//! From values as given to settings that the server starts with: each value read, conflicts refused.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use kernel::{Profile, nearest, region, regions};
use store::Durability;

use crate::failure::Failure;
use crate::settings::{Given, Source};

const PORT: u16 = 4566;
const FOLDER: &str = "tabletop-data";

/// What the server starts with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) port: u16,
    pub(crate) host: IpAddr,
    pub(crate) place: Place,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) profile: Profile,
    pub(crate) guest: bool,
    pub(crate) tls: bool,
    pub(crate) seed: Option<[u8; 32]>,
    pub(crate) trail_keep: u64,
    pub(crate) admin_token: Option<String>,
}

/// Where the state is.
#[derive(Debug, PartialEq)]
pub(crate) enum Place {
    /// In memory.
    Memory,
    /// In a folder.
    Folder(PathBuf, Durability),
}

/// Reads all values.
pub(crate) fn settings(given: &Given) -> Result<Settings, Failure> {
    let defaults = kernel::Config::default();
    Ok(Settings {
        port: port(given)?.unwrap_or(PORT),
        host: host(given)?,
        place: place(given)?,
        region: match given.text("region") {
            Some(name) => known_region(given, name)?,
            None => defaults.region,
        },
        account: match given.text("account") {
            Some(id) => account(given, id)?,
            None => defaults.account,
        },
        profile: match one_of(given, "profile", &["dev", "real"])? {
            Some("real") => Profile::Real,
            _ => Profile::Dev,
        },
        guest: switch(given, "guest")?,
        tls: switch(given, "tls")?,
        seed: given.text("seed").map(|text| sigv4::sha256(text.as_bytes())),
        trail_keep: number(given, "trail-keep")?.unwrap_or(defaults.trail_keep),
        admin_token: given.text("admin-token").map(|t| token(given, t)).transpose()?,
    })
}

/// The port, where one is given.
pub(crate) fn port(given: &Given) -> Result<Option<u16>, Failure> {
    let Some(text) = given.text("port") else { return Ok(None) };
    match text.parse() {
        Ok(port) => Ok(Some(port)),
        Err(_) => Err(wrong(given, "port", "a number from 0 to 65535")),
    }
}

fn host(given: &Given) -> Result<IpAddr, Failure> {
    match given.text("host") {
        None | Some("localhost") => Ok(Ipv4Addr::LOCALHOST.into()),
        Some(text) => text
            .trim_matches(['[', ']'])
            .parse()
            .map_err(|_| wrong(given, "host", "an IP address such as 127.0.0.1 or 0.0.0.0")),
    }
}

/// Memory or a folder. What a flag says stands over what the environment says of the same thing, and so on; two words of
/// the same source that contradict each other are refused.
fn place(given: &Given) -> Result<Place, Failure> {
    let source = |name: &str| given.values.get(name).map(|(_, source)| *source);
    let ephemeral = switch(given, "ephemeral")?;
    let durability = one_of(given, "durability", &["process", "power", "memory"])?;
    let in_memory: Option<(&str, Source)> = match (ephemeral, durability) {
        (true, _) => source("ephemeral").map(|s| ("ephemeral", s)),
        (false, Some("memory")) => source("durability").map(|s| ("durability", s)),
        _ => None,
    };
    let on_disk = [
        source("data").map(|s| ("data", s)),
        source("durability").filter(|_| durability != Some("memory")).map(|s| ("durability", s)),
    ];
    for (name, there) in on_disk.into_iter().flatten() {
        match in_memory {
            Some((word, here)) if here == there => {
                let (word, name) = (given.spelled(word), given.spelled(name));
                let text = format!("{word} keeps nothing, and {name} asks to keep: choose one");
                return Err(Failure::usage(text));
            }
            Some((_, here)) if here < there => return folder(given, durability),
            _ => {}
        }
    }
    if in_memory.is_some() { Ok(Place::Memory) } else { folder(given, durability) }
}

fn folder(given: &Given, durability: Option<&str>) -> Result<Place, Failure> {
    let dir = PathBuf::from(given.text("data").unwrap_or(FOLDER));
    let dir = std::path::absolute(&dir).map_err(|e| wrong(given, "data", &format!("a folder ({e})")))?;
    let durability = if durability == Some("power") { Durability::Power } else { Durability::Process };
    Ok(Place::Folder(dir, durability))
}

fn known_region(given: &Given, name: &str) -> Result<String, Failure> {
    if region(name).is_some() {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = regions().map(|r| r.name).collect();
    Err(Failure::usage(format!("{}: {}", given.spelled("region"), nearest::unknown("region", name, &names))))
}

fn account(given: &Given, id: &str) -> Result<String, Failure> {
    match id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(id.to_owned()),
        false => Err(wrong(given, "account", "twelve digits")),
    }
}

fn token(given: &Given, text: &str) -> Result<String, Failure> {
    match !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()) {
        true => Ok(text.to_owned()),
        false => Err(wrong(given, "admin-token", "one word of visible ASCII characters")),
    }
}

fn number(given: &Given, name: &str) -> Result<Option<u64>, Failure> {
    let Some(text) = given.text(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| wrong(given, name, "a whole number"))
}

fn switch(given: &Given, name: &str) -> Result<bool, Failure> {
    match given.text(name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(wrong(given, name, "true or false")),
    }
}

fn one_of<'g>(given: &'g Given, name: &str, known: &[&str]) -> Result<Option<&'g str>, Failure> {
    let Some(text) = given.text(name) else { return Ok(None) };
    match known.contains(&text) {
        true => Ok(Some(text)),
        false => {
            let text = nearest::unknown(name, text, known);
            Err(Failure::usage(format!("{}: {text}", given.spelled(name))))
        }
    }
}

fn wrong(given: &Given, name: &str, wanted: &str) -> Failure {
    let text = given.text(name).unwrap_or_default();
    Failure::usage(format!("{} is {wanted}, not '{text}'", given.spelled(name)))
}
