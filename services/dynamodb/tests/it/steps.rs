//! What takes several steps: filling an index, copying a table. Calls go on between the steps, and nothing is lost or doubled.

use std::collections::BTreeMap;

use shapes_dynamodb::{
    AttributeDefinition, BatchWriteItemInput, CreateBackupInput, CreateGlobalSecondaryIndexAction,
    DeleteItemInput, DescribeBackupInput, DescribeTableInput, GlobalSecondaryIndexUpdate, KeySchemaElement,
    ListBackupsInput, Projection, PutRequest, RestoreTableFromBackupInput, ScanInput, UpdateTableInput,
    UpdateTimeToLiveInput, WriteRequest, op,
};
use testkit::Lab;

use crate::calls::{item, must, n, put, s, services};

const ITEMS: i64 = 2_500;

fn filled() -> Lab {
    let lab = Lab::new(services());
    must::<op::CreateTable>(&lab, crate::calls::provisioned(5, 5));
    let all: Vec<i64> = (0..ITEMS).collect();
    for part in all.chunks(25) {
        let one = |i: &i64| {
            let item = item([
                ("id", s(i.to_string())),
                ("g", s(format!("g{}", i % 7))),
                ("until", n(1_767_225_600 + 60)),
            ]);
            WriteRequest { put_request: Some(PutRequest { item }), delete_request: None }
        };
        let request_items = BTreeMap::from([("table".to_owned(), part.iter().map(one).collect())]);
        must::<op::BatchWriteItem>(&lab, BatchWriteItemInput { request_items, ..Default::default() });
    }
    lab
}

fn delete(lab: &Lab, id: i64) {
    let key = item([("id", s(id.to_string()))]);
    must::<op::DeleteItem>(
        lab,
        DeleteItemInput { table_name: "table".to_owned(), key, ..Default::default() },
    );
}

fn count(lab: &Lab, table: &str, index: Option<&str>) -> usize {
    let (mut found, mut start) = (0, None);
    loop {
        let input = ScanInput {
            table_name: table.to_owned(),
            index_name: index.map(str::to_owned),
            select: Some("COUNT".to_owned()),
            exclusive_start_key: start,
            ..Default::default()
        };
        let out = must::<op::Scan>(lab, input);
        found += out.count.unwrap() as usize;
        start = out.last_evaluated_key;
        if start.is_none() {
            return found;
        }
    }
}

#[test]
fn an_index_is_filled_while_items_change() {
    let lab = filled();
    let create = CreateGlobalSecondaryIndexAction {
        index_name: "by-g".to_owned(),
        key_schema: vec![KeySchemaElement { attribute_name: "g".to_owned(), key_type: "HASH".to_owned() }],
        projection: Projection { projection_type: Some("ALL".to_owned()), non_key_attributes: None },
        provisioned_throughput: Some(shapes_dynamodb::ProvisionedThroughput {
            read_capacity_units: 5,
            write_capacity_units: 5,
        }),
        ..Default::default()
    };
    let input = UpdateTableInput {
        table_name: "table".to_owned(),
        attribute_definitions: Some(vec![AttributeDefinition {
            attribute_name: "g".to_owned(),
            attribute_type: "S".to_owned(),
        }]),
        global_secondary_index_updates: Some(vec![GlobalSecondaryIndexUpdate {
            create: Some(create),
            ..Default::default()
        }]),
        ..Default::default()
    };
    must::<op::UpdateTable>(&lab, input);
    let status = |lab: &Lab| {
        let input = DescribeTableInput { table_name: "table".to_owned() };
        let table = must::<op::DescribeTable>(lab, input).table.unwrap();
        table.global_secondary_indexes.unwrap()[0].index_status.clone().unwrap()
    };
    assert_eq!(status(&lab), "CREATING");
    // Some of these are in the index by now, some are not.
    (0..40).for_each(|i| delete(&lab, i * 50));
    for i in 0..40 {
        put(&lab, item([("id", s((i * 50 + 1).to_string())), ("g", s("moved"))])).unwrap();
        put(&lab, item([("id", s(format!("new{i}"))), ("g", s("new"))])).unwrap();
    }
    lab.kernel.check().unwrap();
    lab.advance(1);
    assert_eq!(status(&lab), "ACTIVE");
    assert_eq!(count(&lab, "table", Some("by-g")), ITEMS as usize);
    lab.kernel.check().unwrap();
}

#[test]
fn a_backup_is_of_one_moment_while_items_change() {
    let lab = filled();
    let input = CreateBackupInput { table_name: "table".to_owned(), backup_name: "all".to_owned() };
    let details = must::<op::CreateBackup>(&lab, input).backup_details.unwrap();
    for i in 0..300 {
        delete(&lab, i * 7);
        put(&lab, item([("id", s(format!("later{i}")))])).unwrap();
        put(&lab, item([("id", s((i * 7 + 1).to_string())), ("g", s("changed"))])).unwrap();
    }
    let input = DescribeBackupInput { backup_arn: details.backup_arn.clone() };
    let described = must::<op::DescribeBackup>(&lab, input.clone()).backup_description.unwrap();
    assert_eq!(described.backup_details.unwrap().backup_status, "CREATING");
    lab.advance(1);
    let described = must::<op::DescribeBackup>(&lab, input).backup_description.unwrap();
    assert_eq!(described.source_table_details.unwrap().item_count, Some(ITEMS));
    let input = RestoreTableFromBackupInput {
        target_table_name: "again".to_owned(),
        backup_arn: details.backup_arn,
        ..Default::default()
    };
    must::<op::RestoreTableFromBackup>(&lab, input);
    lab.advance(1);
    assert_eq!(count(&lab, "again", None), ITEMS as usize);
    let input = ScanInput {
        table_name: "again".to_owned(),
        filter_expression: Some("g = :g OR begins_with(id, :l)".to_owned()),
        expression_attribute_values: Some(item([(":g", s("changed")), (":l", s("later"))])),
        ..Default::default()
    };
    assert_eq!(must::<op::Scan>(&lab, input).count, Some(0), "nothing of what came later");
    assert_eq!(must::<op::ListBackups>(&lab, ListBackupsInput::default()).backup_summaries.unwrap().len(), 1);
    lab.kernel.check().unwrap();
}

#[test]
fn items_that_were_there_expire_too() {
    let lab = filled();
    let specification =
        shapes_dynamodb::TimeToLiveSpecification { enabled: true, attribute_name: "until".to_owned() };
    let input =
        UpdateTimeToLiveInput { table_name: "table".to_owned(), time_to_live_specification: specification };
    must::<op::UpdateTimeToLive>(&lab, input);
    delete(&lab, 1);
    put(&lab, item([("id", s("stays")), ("until", n(1_767_225_600 + 600))])).unwrap();
    lab.advance(59_000);
    assert_eq!(count(&lab, "table", None), ITEMS as usize);
    lab.advance(2_000);
    assert_eq!(count(&lab, "table", None), 1);
    lab.kernel.check().unwrap();
}
