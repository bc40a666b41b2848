//! The condition keys of DynamoDB's own: what a call says of partition keys, attributes and answers. Computed only where a policy
//! could ask: root of the account, without a policy of the table, is asked nothing.
//!
//! What can't be made sense of is left out; the decision refuses it.
//! Source: developer guide, "Using IAM policy conditions for fine-grained access control" (2026-11-22).

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::IdentityKind;
use dynamodb_language::expression::{KeyCondition, Named, Projection};
use dynamodb_language::{Item, Value};
use kernel::{Cx, Target};
use shapes_dynamodb::{
    DeleteItemInput, GetItemInput, KeysAndAttributes, PutItemInput, QueryInput, ScanInput, UpdateItemInput,
    WriteRequest,
};

use crate::item::{self, WireItem};
use crate::legacy;
use crate::request::{Parsed, Texts};
use crate::schema::KeyPart;
use crate::table::Open;

/// The names by which policies ask for the attributes of a partition key, one by one.
const PARTS: [&str; 4] = [
    "dynamodb:FirstPartitionKeyValues",
    "dynamodb:SecondPartitionKeyValues",
    "dynamodb:ThirdPartitionKeyValues",
    "dynamodb:FourthPartitionKeyValues",
];

/// What a call says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// Values of the partition key, a list for each item or query.
    leading: Vec<Vec<Value>>,
    attributes: BTreeSet<String>,
    /// The call names the attributes that it touches; otherwise it touches all.
    names_attributes: bool,
    select: Option<String>,
    return_values: Option<String>,
    return_consumed: Option<String>,
}

/// Whether a policy could ask.
pub(crate) fn asked(cx: &Cx, target: &Target) -> bool {
    cx.caller.kind != IdentityKind::Root || target.policy.is_some() || cx.caller.account != cx.scope.account
}

fn text(v: &Value) -> String {
    match v {
        Value::S(text) => text.clone(),
        Value::N(n) => n.to_string(),
        Value::B(bytes) => STANDARD.encode(bytes),
        _ => String::new(),
    }
}

impl Said {
    /// Puts the keys on the target of the call.
    pub(crate) fn on(self, mut target: Target) -> Target {
        if !self.leading.is_empty() {
            let of = |at: usize| -> Vec<String> {
                self.leading.iter().filter_map(|values| values.get(at)).map(text).collect()
            };
            target = target.key("dynamodb:LeadingKeys", of(0));
            for (at, name) in PARTS.into_iter().enumerate() {
                let values = of(at);
                if !values.is_empty() {
                    target = target.key(name, values);
                }
            }
        }
        if self.names_attributes {
            target = target.key("dynamodb:Attributes", self.attributes.into_iter().collect());
        }
        for (name, value) in [
            ("dynamodb:Select", self.select),
            ("dynamodb:ReturnValues", self.return_values),
            ("dynamodb:ReturnConsumedCapacity", self.return_consumed),
        ] {
            if let Some(value) = value {
                target = target.key(name, vec![value]);
            }
        }
        target
    }

    fn key(&mut self, open: &Open, given: &WireItem) {
        let parts = open.t.keys.iter().filter(|p| p.hash);
        let values: Vec<Value> = parts.filter_map(|p| item::value(given.get(&p.name)?).ok()).collect();
        self.leading.push(values);
    }

    /// Queries of these partitions.
    pub(crate) fn queries(&mut self, partitions: impl Iterator<Item = Vec<Value>>) {
        self.leading.extend(partitions);
    }

    fn names<'a>(&mut self, names: impl IntoIterator<Item = &'a String>) {
        self.attributes.extend(names.into_iter().cloned());
    }

    fn named(&mut self, named: Option<&Named>) {
        self.names(named.into_iter().flat_map(|n| &n.attributes));
    }

    fn parsed(&mut self, parsed: &Parsed) {
        self.named(parsed.condition.as_ref().map(|c| c.named()));
        self.named(parsed.filter.as_ref().map(|c| c.named()));
        self.named(parsed.projection.as_ref().map(|p| p.named()));
        self.named(parsed.update.as_ref().map(|u| u.named()));
    }

    fn consumed(mut self, asked: Option<&String>) -> Said {
        self.return_consumed = asked.cloned();
        self
    }
}

/// PutItem.
pub(crate) fn put(open: &Open, i: &PutItemInput) -> Said {
    let mut said = Said { names_attributes: true, return_values: i.return_values.clone(), ..Said::default() };
    said.key(open, &i.item);
    said.names(i.item.keys());
    let texts = Texts {
        condition: i.condition_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    };
    said.parsed(&texts.parse().unwrap_or_default());
    said.names(i.expected.iter().flat_map(|e| e.keys()));
    said.consumed(i.return_consumed_capacity.as_ref())
}

/// DeleteItem.
pub(crate) fn delete(open: &Open, i: &DeleteItemInput) -> Said {
    let mut said = Said { names_attributes: true, return_values: i.return_values.clone(), ..Said::default() };
    said.key(open, &i.key);
    said.names(i.key.keys());
    let texts = Texts {
        condition: i.condition_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    };
    said.parsed(&texts.parse().unwrap_or_default());
    said.names(i.expected.iter().flat_map(|e| e.keys()));
    said.consumed(i.return_consumed_capacity.as_ref())
}

/// UpdateItem.
pub(crate) fn update(open: &Open, i: &UpdateItemInput) -> Said {
    let mut said = Said { names_attributes: true, return_values: i.return_values.clone(), ..Said::default() };
    said.key(open, &i.key);
    said.names(i.key.keys());
    let texts = Texts {
        condition: i.condition_expression.as_deref(),
        update: i.update_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    };
    said.parsed(&texts.parse().unwrap_or_default());
    said.names(i.expected.iter().flat_map(|e| e.keys()));
    said.names(i.attribute_updates.iter().flat_map(|u| u.keys()));
    said.consumed(i.return_consumed_capacity.as_ref())
}

/// GetItem.
pub(crate) fn get(open: &Open, i: &GetItemInput) -> Said {
    let asked = KeysAndAttributes {
        keys: vec![i.key.clone()],
        attributes_to_get: i.attributes_to_get.clone(),
        projection_expression: i.projection_expression.clone(),
        expression_attribute_names: i.expression_attribute_names.clone(),
        ..KeysAndAttributes::default()
    };
    keys(open, &asked).consumed(i.return_consumed_capacity.as_ref())
}

/// One table of BatchGetItem.
pub(crate) fn keys(open: &Open, asked: &KeysAndAttributes) -> Said {
    let mut said = Said::default();
    asked.keys.iter().for_each(|key| said.key(open, key));
    let texts = Texts {
        projection: asked.projection_expression.as_deref(),
        names: asked.expression_attribute_names.as_ref(),
        ..Texts::default()
    };
    let projection = projection(&texts, asked.attributes_to_get.as_deref());
    said.names_attributes = projection.is_some();
    said.names(asked.keys.iter().flat_map(|k| k.keys()));
    said.named(projection.as_ref().map(Projection::named));
    said
}

fn projection(texts: &Texts, to_get: Option<&[String]>) -> Option<Projection> {
    let parsed = texts.parse().ok().and_then(|p| p.projection);
    parsed.or_else(|| legacy::to_get(to_get).ok().flatten())
}

/// One table of BatchWriteItem.
pub(crate) fn requests(open: &Open, all: &[WriteRequest]) -> Said {
    let mut said = Said { names_attributes: true, ..Said::default() };
    for r in all {
        let given = r.put_request.as_ref().map(|p| &p.item).or(r.delete_request.as_ref().map(|d| &d.key));
        let Some(given) = given else { continue };
        said.key(open, given);
        said.names(given.keys());
    }
    said
}

/// One action of a transaction: its item or key, and its expressions.
pub(crate) fn action(open: &Open, given: &WireItem, texts: &Texts) -> Said {
    let mut said = Said { names_attributes: texts.projection.is_none(), ..Said::default() };
    said.key(open, given);
    said.names(given.keys());
    let parsed = texts.parse().unwrap_or_default();
    said.names_attributes |= parsed.projection.is_some();
    said.parsed(&parsed);
    said
}

/// Query.
pub(crate) fn query(open: &Open, i: &QueryInput) -> Said {
    let mut said = Said { select: i.select.clone(), ..Said::default() };
    let texts = Texts {
        filter: i.filter_expression.as_deref(),
        projection: i.projection_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    };
    let parts = i.index_name.as_ref().and_then(|n| open.index(n)).map_or(&open.t.keys, |x| &x.keys);
    let Ok(mut placeholders) = texts.placeholders(true) else { return said };
    let parsed = texts.parse_with(&mut placeholders).unwrap_or_default();
    let condition = match (&i.key_condition_expression, &i.key_conditions) {
        (Some(text), _) => KeyCondition::parse(text, &mut placeholders).ok(),
        (None, Some(all)) => legacy::key_conditions(all).ok(),
        (None, None) => None,
    };
    if let Some(mut condition) = condition {
        said.named(Some(condition.named()));
        if condition.check().is_ok() {
            said.leading.extend(partition(&condition, parts));
        }
    }
    said.names_attributes = parsed.projection.is_some() || i.attributes_to_get.is_some();
    said.names(i.attributes_to_get.iter().flatten());
    said.names(i.query_filter.iter().flat_map(|f| f.keys()));
    said.parsed(&parsed);
    said.consumed(i.return_consumed_capacity.as_ref())
}

fn partition(condition: &KeyCondition, parts: &[KeyPart]) -> Option<Vec<Value>> {
    let (hash, range) = (KeyPart::attributes(parts, true), KeyPart::attributes(parts, false));
    condition.resolve(&hash, &range).ok().map(|q| q.partition)
}

/// Scan.
pub(crate) fn scan(i: &ScanInput) -> Said {
    let mut said = Said { select: i.select.clone(), ..Said::default() };
    let texts = Texts {
        filter: i.filter_expression.as_deref(),
        projection: i.projection_expression.as_deref(),
        names: i.expression_attribute_names.as_ref(),
        values: i.expression_attribute_values.as_ref(),
        ..Texts::default()
    };
    let parsed = texts.parse().unwrap_or_default();
    said.names_attributes = parsed.projection.is_some() || i.attributes_to_get.is_some();
    said.names(i.attributes_to_get.iter().flatten());
    said.names(i.scan_filter.iter().flat_map(|f| f.keys()));
    said.parsed(&parsed);
    said.consumed(i.return_consumed_capacity.as_ref())
}

/// One item of a PartiQL statement, by its key; of an INSERT, the item itself.
pub(crate) fn statement(open: &Open, item: Option<&Item>, attributes: Option<&Named>) -> Said {
    let mut said = Said { names_attributes: attributes.is_some(), ..Said::default() };
    if let Some(item) = item {
        let parts = open.t.keys.iter().filter(|p| p.hash);
        said.leading.push(parts.filter_map(|p| item.get(&p.name).cloned()).collect());
        said.names(item.keys());
    }
    said.named(attributes);
    said
}
