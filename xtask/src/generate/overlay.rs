//! Reads `models/overlay/<service>.toml`: facts about a service that botocore's model lacks. Only services that need one have
//! one. An unknown key is an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::Outcome;

/// What an exception's answer says, where botocore does not.
pub struct ErrorFacts {
    /// Wire code in query protocols.
    pub code: String,
    /// HTTP status.
    pub status: u16,
}

/// Facts of one service; empty when it has no overlay.
#[derive(Default)]
pub struct Overlay {
    /// `coral`, `query-missing`, `own` or `none`.
    pub validation: Option<String>,
    /// Code of a validation error.
    pub validation_code: Option<String>,
    /// Namespace of `__type`.
    pub error_namespace: Option<String>,
    /// XML namespace of query answers.
    pub xml_namespace: Option<String>,
    /// Protocols that the service answers besides botocore's.
    pub protocols: Vec<String>,
    /// Every operation with an output wraps it in `<NameResult>`.
    pub result_wrappers: bool,
    /// Operation → root element of its answer.
    pub output_roots: BTreeMap<String, String>,
    /// Operations whose output's only member is the document root.
    pub unwrapped_outputs: Vec<String>,
    /// Shape → values in AWS's order, where the computed order is wrong.
    pub enums: BTreeMap<String, Vec<String>>,
    /// `Shape.Member` that AWS leaves out at times, though the model requires it.
    pub optional: Vec<String>,
    /// `Shape.Member` → name in query protocols.
    pub query_names: BTreeMap<String, String>,
    /// Exception → code and status.
    pub errors: BTreeMap<String, ErrorFacts>,
}

impl Overlay {
    /// Reads an overlay; a missing file is an empty one.
    pub fn read(path: &Path) -> Outcome<Overlay> {
        let Ok(text) = fs::read_to_string(path) else { return Ok(Overlay::default()) };
        let table: Table = text.parse().map_err(|e| format!("{}: {e}", path.display()))?;
        Overlay::parse(&table).map_err(|e| format!("{}: {e}", path.display()))
    }

    fn parse(table: &Table) -> Outcome<Overlay> {
        let mut o = Overlay::default();
        for (key, value) in table {
            match key.as_str() {
                "validation" => o.validation = Some(text(value)?),
                "validation_code" => o.validation_code = Some(text(value)?),
                "error_namespace" => o.error_namespace = Some(text(value)?),
                "xml_namespace" => o.xml_namespace = Some(text(value)?),
                "protocols" => o.protocols = texts(value)?,
                "result_wrappers" => {
                    o.result_wrappers = value.as_bool().ok_or("result_wrappers is no boolean")?
                }
                "output_roots" => o.output_roots = pairs(value, text)?,
                "unwrapped_outputs" => o.unwrapped_outputs = texts(value)?,
                "enums" => o.enums = pairs(value, texts)?,
                "optional" => o.optional = texts(value)?,
                "query_names" => o.query_names = pairs(value, text)?,
                "errors" => o.errors = pairs(value, error)?,
                other => return Err(format!("unknown key `{other}`")),
            }
        }
        Ok(o)
    }
}

fn text(v: &Value) -> Outcome<String> {
    v.as_str().map(str::to_owned).ok_or_else(|| format!("{v:?} is no text"))
}

fn texts(v: &Value) -> Outcome<Vec<String>> {
    v.as_array().ok_or_else(|| format!("{v:?} is no list"))?.iter().map(text).collect()
}

fn pairs<T>(v: &Value, one: fn(&Value) -> Outcome<T>) -> Outcome<BTreeMap<String, T>> {
    let table = v.as_table().ok_or_else(|| format!("{v:?} is no table"))?;
    table.iter().map(|(k, v)| Ok((k.clone(), one(v)?))).collect()
}

/// `["AWS.SimpleQueueService.NonExistentQueue", 400]`
fn error(v: &Value) -> Outcome<ErrorFacts> {
    let both = v.as_array().filter(|a| a.len() == 2).ok_or_else(|| format!("{v:?} is not [code, status]"))?;
    let status = both[1].as_integer().and_then(|n| u16::try_from(n).ok()).ok_or("no status")?;
    Ok(ErrorFacts { code: text(&both[0])?, status })
}
