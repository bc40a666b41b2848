//! Schemas: which attributes are keys of a table or an index, what an index projects, and whether a request's schema makes
//! sense. Not capacity (`throughput.rs`), nor the values of keys (`keys.rs`).
//!
//! Texts: AWS's, as clients have quoted them (API reference, "CreateTable"; public issue threads); those of multi-attribute
//! keys are inferred.

use std::collections::BTreeSet;

use codec::Fault;
use dynamodb_language::expression::KeyAttribute;
use dynamodb_language::key::KeyType;
use shapes_dynamodb::{AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, LocalSecondaryIndex};
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::{invalid, invalid_values};
use crate::names;
use crate::state::Index;

/// Attributes of a global index's partition or sort key at most (developer guide, "Multi-attribute keys pattern", 2025-11).
const MAX_KEY_PARTS: usize = 4;
const MAX_LOCAL: usize = 5;
/// Global indexes of a table at most.
pub(crate) const MAX_GLOBAL: usize = 20;
/// Non-key attributes projected by all indexes of a table together (developer guide, "Service quotas").
const MAX_PROJECTED: usize = 100;

/// One attribute of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyPart {
    pub(crate) name: String,
    /// `S`, `N` or `B`.
    pub(crate) kind: String,
    /// Of the partition key, not the sort key.
    pub(crate) hash: bool,
}

impl KeyPart {
    /// Its type.
    pub(crate) fn key_type(&self) -> KeyType {
        match self.kind.as_str() {
            "N" => KeyType::N,
            "B" => KeyType::B,
            _ => KeyType::S,
        }
    }

    /// The attributes of the partition key, or of the sort key, as the language takes them.
    pub(crate) fn attributes(parts: &[KeyPart], hash: bool) -> Vec<KeyAttribute> {
        let own = parts.iter().filter(|p| p.hash == hash);
        own.map(|p| KeyAttribute { name: p.name.clone(), key_type: p.key_type() }).collect()
    }

    fn element(&self) -> KeySchemaElement {
        let key_type = if self.hash { "HASH" } else { "RANGE" };
        KeySchemaElement { attribute_name: self.name.clone(), key_type: key_type.to_owned() }
    }
}

impl Row for KeyPart {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.name);
        w.put(2, &self.kind);
        w.put(3, &self.hash);
    }
    fn read(r: &mut RowReader) -> Result<KeyPart, RowError> {
        Ok(KeyPart { name: r.get(1)?, kind: r.get(2)?, hash: r.get(3)? })
    }
}

/// The schema as AWS shows it.
pub(crate) fn elements(keys: &[KeyPart]) -> Vec<KeySchemaElement> {
    keys.iter().map(KeyPart::element).collect()
}

/// What an index holds besides keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Projection {
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub(crate) kind: String,
    /// In the order given.
    pub(crate) attributes: Vec<String>,
}

impl Projection {
    /// As AWS shows it.
    pub(crate) fn shown(&self) -> shapes_dynamodb::Projection {
        shapes_dynamodb::Projection {
            projection_type: Some(self.kind.clone()),
            non_key_attributes: Some(self.attributes.clone()).filter(|a| !a.is_empty()),
        }
    }

    /// Whether it is the whole item.
    pub(crate) fn is_all(&self) -> bool {
        self.kind == "ALL"
    }
}

impl Row for Projection {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.kind);
        w.put(2, &self.attributes);
    }
    fn read(r: &mut RowReader) -> Result<Projection, RowError> {
        Ok(Projection { kind: r.get(1)?, attributes: r.get(2)? })
    }
}

/// Attribute definitions by name, in the order given.
///
/// Errors: ValidationException: one attribute twice.
pub(crate) fn definitions(given: &[AttributeDefinition]) -> Result<Vec<(String, String)>, Fault> {
    let mut all: Vec<(String, String)> = Vec::with_capacity(given.len());
    for d in given {
        if all.iter().any(|(name, _)| *name == d.attribute_name) {
            return Err(invalid_values(format!(
                "Duplicate AttributeName in AttributeDefinitions: {}",
                d.attribute_name
            )));
        }
        all.push((d.attribute_name.clone(), d.attribute_type.clone()));
    }
    Ok(all)
}

fn typed(e: &KeySchemaElement, definitions: &[(String, String)]) -> Option<KeyPart> {
    let (_, kind) = definitions.iter().find(|(name, _)| *name == e.attribute_name)?;
    Some(KeyPart { name: e.attribute_name.clone(), kind: kind.clone(), hash: e.key_type == "HASH" })
}

/// `[a, b]`
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", names.collect::<Vec<_>>().join(", "))
}

fn undefined(schema: &[KeySchemaElement], definitions: &[(String, String)], index: bool) -> Fault {
    let keys = listed(schema.iter().map(|e| e.attribute_name.as_str()));
    let defined = listed(definitions.iter().map(|(name, _)| name.as_str()));
    let which = if index { "Some index key attributes" } else { "Some AttributeDefinitions" };
    match index {
        true => invalid_values(format!(
            "{which} are not defined in AttributeDefinitions. Keys: {keys}, AttributeDefinitions: {defined}"
        )),
        false => invalid(format!(
            "Invalid KeySchema: Some index key attribute have no definition. Keys: {keys}, AttributeDefinitions: {defined}"
        )),
    }
}

/// The key of a table or a local index: one partition key, at most one sort key.
pub(crate) fn simple_key(
    schema: &[KeySchemaElement],
    definitions: &[(String, String)],
    index: bool,
) -> Result<Vec<KeyPart>, Fault> {
    match schema {
        [] => return Err(invalid("Invalid KeySchema: No HASH key element is specified")),
        [first, ..] if first.key_type != "HASH" => {
            return Err(invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
        }
        [_, second, ..] if second.key_type != "RANGE" => {
            return Err(invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
        }
        [a, b] if a.attribute_name == b.attribute_name => {
            return Err(invalid(
                "Both the Hash Key and the Range Key element in the KeySchema have the same name",
            ));
        }
        [_, _, _, ..] => {
            return Err(invalid(format!("Too many KeySchemaElements: {} (at most 2)", schema.len())));
        }
        _ => {}
    }
    let parts: Option<Vec<KeyPart>> = schema.iter().map(|e| typed(e, definitions)).collect();
    parts.ok_or_else(|| undefined(schema, definitions, index))
}

/// The key of a global index: one to four partition attributes, then up to four sort attributes.
fn global_key(schema: &[KeySchemaElement], definitions: &[(String, String)]) -> Result<Vec<KeyPart>, Fault> {
    let hashes = schema.iter().take_while(|e| e.key_type == "HASH").count();
    let ranges = schema.len() - hashes;
    if hashes == 0 {
        return Err(invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
    }
    if schema[hashes..].iter().any(|e| e.key_type == "HASH") {
        return Err(invalid("Invalid KeySchema: HASH key elements must precede RANGE key elements"));
    }
    if hashes > MAX_KEY_PARTS || ranges > MAX_KEY_PARTS {
        return Err(invalid(format!(
            "Invalid KeySchema: A key may have at most {MAX_KEY_PARTS} HASH and {MAX_KEY_PARTS} RANGE elements"
        )));
    }
    let names: BTreeSet<&str> = schema.iter().map(|e| e.attribute_name.as_str()).collect();
    if names.len() < schema.len() {
        return Err(invalid(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ));
    }
    let parts: Option<Vec<KeyPart>> = schema.iter().map(|e| typed(e, definitions)).collect();
    parts.ok_or_else(|| undefined(schema, definitions, true))
}

/// A projection that makes sense.
pub(crate) fn projection(given: &shapes_dynamodb::Projection) -> Result<Projection, Fault> {
    let Some(kind) = &given.projection_type else {
        return Err(invalid_values("Unknown ProjectionType: null"));
    };
    let attributes = given.non_key_attributes.as_deref();
    match (kind.as_str(), attributes) {
        ("INCLUDE", None) => {
            return Err(invalid_values("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"));
        }
        ("INCLUDE", Some(some)) => {
            let distinct: BTreeSet<&String> = some.iter().collect();
            if distinct.len() < some.len() {
                return Err(invalid_values("Duplicate attribute name in NonKeyAttributes"));
            }
        }
        (_, Some(_)) => {
            return Err(invalid_values(format!(
                "ProjectionType is {kind}, but NonKeyAttributes is specified"
            )));
        }
        _ => {}
    }
    Ok(Projection { kind: kind.clone(), attributes: attributes.unwrap_or_default().to_vec() })
}

/// A local index, without its number.
pub(crate) fn local_index(
    given: &LocalSecondaryIndex,
    table: &[KeyPart],
    definitions: &[(String, String)],
) -> Result<Index, Fault> {
    names::check_name(&given.index_name)?;
    let keys = simple_key(&given.key_schema, definitions, true)?;
    if keys.len() < 2 {
        let name = &given.index_name;
        return Err(invalid_values(format!("Index KeySchema does not have a range key for index: {name}")));
    }
    if keys[0].name != table[0].name {
        return Err(invalid_values(format!(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: {}. index hash key: {}, \
             table hash key: {}",
            given.index_name, keys[0].name, table[0].name
        )));
    }
    Ok(Index {
        name: given.index_name.clone(),
        keys,
        projection: projection(&given.projection)?,
        ..Index::default()
    })
}

/// A global index, without its number and capacity.
pub(crate) fn global_index(
    name: &str,
    schema: &[KeySchemaElement],
    projected: &shapes_dynamodb::Projection,
    definitions: &[(String, String)],
) -> Result<Index, Fault> {
    names::check_name(name)?;
    Ok(Index {
        name: name.to_owned(),
        global: true,
        keys: global_key(schema, definitions)?,
        projection: projection(projected)?,
        ..Index::default()
    })
}

/// Both kinds of indexes of a new table, checked together; without numbers and capacity.
pub(crate) fn indexes(
    table: &[KeyPart],
    definitions: &[(String, String)],
    local: Option<&[LocalSecondaryIndex]>,
    global: Option<&[GlobalSecondaryIndex]>,
) -> Result<Vec<Index>, Fault> {
    if let Some(local) = local {
        if table.len() < 2 {
            return Err(invalid_values(
                "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
            ));
        }
        if local.is_empty() {
            return Err(invalid_values("List of LocalSecondaryIndexes is empty"));
        }
        if local.len() > MAX_LOCAL {
            return Err(invalid_values(format!(
                "Number of LocalSecondaryIndexes exceeds per-table limit of {MAX_LOCAL}"
            )));
        }
    }
    if let Some(global) = global {
        if global.is_empty() {
            return Err(invalid_values("List of GlobalSecondaryIndexes is empty"));
        }
        if global.len() > MAX_GLOBAL {
            return Err(invalid_values(format!(
                "GlobalSecondaryIndex count exceeds the per-table limit of {MAX_GLOBAL}"
            )));
        }
    }
    let mut all = Vec::new();
    for i in local.unwrap_or_default() {
        all.push(local_index(i, table, definitions)?);
    }
    for i in global.unwrap_or_default() {
        all.push(global_index(&i.index_name, &i.key_schema, &i.projection, definitions)?);
    }
    check_together(&all)?;
    Ok(all)
}

/// What holds of all indexes of a table together: names and projections.
pub(crate) fn check_together(all: &[Index]) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = all.iter().find(|i| !seen.insert(i.name.as_str())) {
        return Err(invalid_values(format!("Duplicate index name: {}", twice.name)));
    }
    let projected: usize = all.iter().map(|i| i.projection.attributes.len()).sum();
    if projected > MAX_PROJECTED {
        return Err(invalid_values(format!(
            "Number of user specified NonKeyAttributes exceeds the limit of {MAX_PROJECTED}"
        )));
    }
    Ok(())
}

/// Every definition must be some key's.
pub(crate) fn check_used(
    definitions: &[(String, String)],
    table: &[KeyPart],
    indexes: &[Index],
) -> Result<(), Fault> {
    let parts = table.iter().chain(indexes.iter().flat_map(|i| &i.keys));
    let mut used: Vec<&str> = Vec::new();
    for p in parts {
        if !used.contains(&p.name.as_str()) {
            used.push(&p.name);
        }
    }
    if definitions.iter().all(|(name, _)| used.contains(&name.as_str())) {
        return Ok(());
    }
    if indexes.is_empty() {
        return Err(invalid_values(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
        ));
    }
    let defined = listed(definitions.iter().map(|(name, _)| name.as_str()));
    Err(invalid_values(format!(
        "Some AttributeDefinitions are not used. AttributeDefinitions: {defined}, keys used: {}",
        listed(used.into_iter())
    )))
}
