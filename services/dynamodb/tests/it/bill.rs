//! The bill: what an hour of capacity and storage costs, replicated writes, batches on tables with indexes.
//! Source: DynamoDB pricing page; developer guide, "Global tables billing" (2026-11-22).

use shapes_dynamodb::{
    BatchWriteItemInput, CreateReplicationGroupMemberAction, PutRequest, ReplicationGroupUpdate,
    UpdateTableInput, WriteRequest, op,
};
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};
use testkit::Lab;

use crate::calls::{item, must, n, provisioned, put, s, services, table};

/// The meter's rows, as the kernel writes them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Quantity(f64);

impl Row for Quantity {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.0);
    }
    fn read(r: &mut RowReader) -> Result<Quantity, RowError> {
        Ok(Quantity(r.get(1)?))
    }
}

struct Usage;
impl Table for Usage {
    const NAME: &'static str = "meter.usage";
    const VERSION: u16 = 1;
    type Key = (i64, String, String, String, String, String);
    type Row = Quantity;
}

/// What is on the bill of a region under that usage type.
fn used(lab: &Lab, region: &str, usage_type: &str) -> f64 {
    lab.kernel.flush().unwrap();
    let tx = lab.kernel.store.tx();
    let rows = tx.scan::<Usage>(Scan::all()).unwrap();
    rows.filter(|(key, _)| key.3 == region && key.5 == usage_type).map(|(_, q)| q.0).sum()
}

#[test]
fn capacity_and_storage_cost_by_the_hour() {
    let lab = Lab::new(services());
    must::<op::CreateTable>(&lab, provisioned(3, 7));
    put(&lab, item([("id", s("x".repeat(1_000)))])).unwrap();
    lab.advance(3 * 3_600_000);
    assert_eq!(used(&lab, "us-east-1", "ReadCapacityUnit-Hrs"), 9.0);
    assert_eq!(used(&lab, "us-east-1", "WriteCapacityUnit-Hrs"), 21.0);
    // An item of 1,002 bytes, and 100 beside it, for three hours of 730.
    let want = 3.0 * 1_102.0 / 1_073_741_824.0 / 730.0;
    let got = used(&lab, "us-east-1", "TimedStorage-ByteHrs");
    assert!((got - want).abs() < want / 1e6, "{got}, not {want}");
    assert_eq!(used(&lab, "us-east-1", "TimedPITRStorage-ByteHrs"), 0.0);
    assert_eq!(used(&lab, "us-west-2", "WriteCapacityUnit-Hrs"), 0.0);
}

#[test]
fn writes_of_a_global_table_are_replicated_units_in_each_region() {
    let lab = Lab::new(services());
    must::<op::CreateTable>(&lab, table(false));
    put(&lab, item([("id", s("alone")), ("sk", n(1))])).unwrap();
    let create =
        CreateReplicationGroupMemberAction { region_name: "us-west-2".to_owned(), ..Default::default() };
    let update = ReplicationGroupUpdate { create: Some(create), ..Default::default() };
    let input = UpdateTableInput {
        table_name: "table".to_owned(),
        replica_updates: Some(vec![update]),
        ..Default::default()
    };
    must::<op::UpdateTable>(&lab, input);
    lab.advance(1_000);
    // In its global index, too: that is each region's own write.
    put(&lab, item([("id", s("both")), ("sk", n(1)), ("g", s("g")), ("v", n(1))])).unwrap();
    lab.advance(1_000);
    for region in ["us-east-1", "us-west-2"] {
        assert_eq!(used(&lab, region, "ReplWriteRequestUnits"), 2.0, "{region}: item and local index");
    }
    assert_eq!(used(&lab, "us-east-1", "WriteRequestUnits"), 2.0, "the one alone, and the global index");
    assert_eq!(used(&lab, "us-west-2", "WriteRequestUnits"), 1.0);
}

#[test]
fn a_batch_pays_for_indexes() {
    let lab = Lab::new(services());
    must::<op::CreateTable>(&lab, table(false));
    let item = item([("id", s("a")), ("sk", n(1)), ("g", s("g")), ("v", n(1))]);
    let request = WriteRequest { put_request: Some(PutRequest { item }), delete_request: None };
    let request_items = [("table".to_owned(), vec![request])].into();
    must::<op::BatchWriteItem>(&lab, BatchWriteItemInput { request_items, ..Default::default() });
    assert_eq!(used(&lab, "us-east-1", "WriteRequestUnits"), 3.0, "item, local index, global index");
}
