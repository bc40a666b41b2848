//! Short ways to say things to a lab's DynamoDB. No test is here.

use std::collections::BTreeMap;

use codec::{Fault, Op};
use shapes_dynamodb::{
    AttributeDefinition, AttributeValue, CreateTableInput, GlobalSecondaryIndex, KeySchemaElement,
    LocalSecondaryIndex, Projection, ProvisionedThroughput, PutItemInput, StreamSpecification, op,
};
use testkit::Lab;

/// A map of attributes.
pub type Item = BTreeMap<String, AttributeValue>;

/// Both services.
pub fn services() -> Vec<kernel::Service> {
    vec![service_dynamodb::service(), service_dynamodb::streams()]
}

/// Text.
pub fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue { s: Some(text.into()), ..AttributeValue::default() }
}

/// A number.
pub fn n(number: i64) -> AttributeValue {
    AttributeValue { n: Some(number.to_string()), ..AttributeValue::default() }
}

/// An item of these attributes.
pub fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, v)| (name.to_owned(), v)).collect()
}

/// An item as text that compares: attributes in order, numbers as they are.
pub fn shown(item: &Item) -> String {
    let one = |v: &AttributeValue| match (&v.s, &v.n) {
        (Some(text), _) => format!("'{text}'"),
        (_, Some(n)) => n.clone(),
        _ => "?".to_owned(),
    };
    item.iter().map(|(name, v)| format!("{name}={}", one(v))).collect::<Vec<_>>().join(" ")
}

fn key(names: &[(&str, &str)]) -> Vec<KeySchemaElement> {
    let one = |(name, kind): &(&str, &str)| KeySchemaElement {
        attribute_name: (*name).to_owned(),
        key_type: (*kind).to_owned(),
    };
    names.iter().map(one).collect()
}

/// A table `table` with keys `id` (S) and `sk` (N), a sparse index `by-g` on `g` and `v`, and a local one on `v`.
pub fn table(stream: bool) -> CreateTableInput {
    let defined = [("id", "S"), ("sk", "N"), ("g", "S"), ("v", "N")];
    CreateTableInput {
        table_name: "table".to_owned(),
        attribute_definitions: Some(
            defined
                .iter()
                .map(|(name, kind)| AttributeDefinition {
                    attribute_name: (*name).to_owned(),
                    attribute_type: (*kind).to_owned(),
                })
                .collect(),
        ),
        key_schema: Some(key(&[("id", "HASH"), ("sk", "RANGE")])),
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        global_secondary_indexes: Some(vec![GlobalSecondaryIndex {
            index_name: "by-g".to_owned(),
            key_schema: key(&[("g", "HASH"), ("v", "RANGE")]),
            projection: Projection {
                projection_type: Some("INCLUDE".to_owned()),
                non_key_attributes: Some(vec!["w".to_owned()]),
            },
            ..GlobalSecondaryIndex::default()
        }]),
        local_secondary_indexes: Some(vec![LocalSecondaryIndex {
            index_name: "by-v".to_owned(),
            key_schema: key(&[("id", "HASH"), ("v", "RANGE")]),
            projection: Projection { projection_type: Some("ALL".to_owned()), non_key_attributes: None },
        }]),
        stream_specification: stream.then(|| StreamSpecification {
            stream_enabled: true,
            stream_view_type: Some("NEW_AND_OLD_IMAGES".to_owned()),
        }),
        ..CreateTableInput::default()
    }
}

/// A table `table` with the key `id` and provisioned capacity.
pub fn provisioned(read: i64, write: i64) -> CreateTableInput {
    CreateTableInput {
        table_name: "table".to_owned(),
        attribute_definitions: Some(vec![AttributeDefinition {
            attribute_name: "id".to_owned(),
            attribute_type: "S".to_owned(),
        }]),
        key_schema: Some(key(&[("id", "HASH")])),
        provisioned_throughput: Some(ProvisionedThroughput {
            read_capacity_units: read,
            write_capacity_units: write,
        }),
        ..CreateTableInput::default()
    }
}

/// Puts an item into `table`.
pub fn put(lab: &Lab, item: Item) -> Result<(), Fault> {
    let input = PutItemInput { table_name: "table".to_owned(), item, ..PutItemInput::default() };
    lab.call::<op::PutItem>(input).map(drop)
}

/// The call's output; a refusal fails the test.
pub fn must<O: Op>(lab: &Lab, input: O::Input) -> O::Output {
    lab.call::<O>(input).unwrap_or_else(|f| panic!("{}: {f:?}", O::NAME))
}
