//! The file of settings: `tabletop.toml`, one key per setting, no tables.

use std::path::Path;

use kernel::nearest;
use toml::{Table, Value};

use crate::failure::Failure;
use crate::settings::{FLAGS, key};

/// Reads a file into settings by name.
pub(crate) fn read(path: &Path) -> Result<Vec<(&'static str, String)>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::usage(format!("the settings in {} can't be read: {e}", path.display())))?;
    parse(&text).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))
}

fn parse(text: &str) -> Result<Vec<(&'static str, String)>, String> {
    let table: Table = text.parse().map_err(|e: toml::de::Error| e.to_string().trim_end().to_owned())?;
    let known: Vec<(String, &'static str)> =
        FLAGS.iter().filter_map(|f| Some((key(f.name)?, f.name))).collect();
    let mut found = Vec::new();
    for (key, value) in table {
        let Some((_, name)) = known.iter().find(|(k, _)| *k == key) else {
            let keys: Vec<&str> = known.iter().map(|(k, _)| k.as_str()).collect();
            return Err(nearest::unknown("key", &key, &keys));
        };
        let value = match value {
            Value::String(s) => s,
            Value::Integer(n) => n.to_string(),
            Value::Boolean(b) => b.to_string(),
            other => {
                return Err(format!(
                    "{key} is of type {}, where a text or a number belongs",
                    other.type_str()
                ));
            }
        };
        found.push((*name, value));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_settings() {
        let found = parse("port = 5000 # mine\nguest = true\ntrail_keep = 7\nregion = 'eu-west-1'").unwrap();
        let want = [("guest", "true"), ("port", "5000"), ("region", "eu-west-1"), ("trail-keep", "7")];
        for (name, value) in want {
            assert!(found.contains(&(name, value.to_owned())), "{name} in {found:?}");
        }
    }

    #[test]
    fn other_keys_and_kinds_are_refused() {
        assert_eq!(parse("pory = 1").unwrap_err(), "unknown key 'pory'; did you mean 'port'?");
        assert!(parse("config = 'x'").unwrap_err().starts_with("unknown key 'config'"));
        assert_eq!(
            parse("port = [1]").unwrap_err(),
            "port is of type array, where a text or a number belongs"
        );
        assert!(parse("port = ").unwrap_err().contains("TOML parse error"));
    }
}
