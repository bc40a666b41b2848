"""DynamoDB through boto3 across regions and buckets: global tables, exports, imports."""

import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError

from table import ACCOUNT, REGION, fresh

WEST = "us-west-2"
SCHEMA = dict(
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
)


@pytest.fixture
def db(table):
    return table.client("dynamodb")


@pytest.fixture
def west(table):
    return table.client("dynamodb", region=WEST)


def until(what, seconds=10):
    """Asks until the answer is yes: what settles in the background does so within moments."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came to that"


def made(db):
    name = fresh("t")
    db.create_table(TableName=name, **SCHEMA)
    db.get_waiter("table_exists").wait(TableName=name)
    return name


def replicated(db, west):
    name = made(db)
    db.put_item(TableName=name, Item={"id": {"S": "before"}})
    db.update_table(TableName=name, ReplicaUpdates=[{"Create": {"RegionName": WEST}}])
    until(lambda: [r["ReplicaStatus"] for r in db.describe_table(TableName=name)["Table"]["Replicas"]] == ["ACTIVE"])
    return name


def test_a_replica_is_filled_and_both_write(db, west):
    name = replicated(db, west)
    got = lambda c, i: c.get_item(TableName=name, Key={"id": {"S": i}}).get("Item")
    assert got(west, "before")
    west.put_item(TableName=name, Item={"id": {"S": "west"}})
    db.put_item(TableName=name, Item={"id": {"S": "east"}})
    until(lambda: got(db, "west") and got(west, "east"))
    described = west.describe_table(TableName=name)["Table"]
    assert described["GlobalTableVersion"] == "2019.11.21"
    assert described["TableArn"] == "arn:aws:dynamodb:%s:%s:table/%s" % (WEST, ACCOUNT, name)
    assert [r["RegionName"] for r in described["Replicas"]] == [REGION]
    with pytest.raises(ClientError) as e:
        db.delete_table(TableName=name)
    assert "acted as a source region" in e.value.response["Error"]["Message"]
    db.update_table(TableName=name, ReplicaUpdates=[{"Delete": {"RegionName": WEST}}])
    west.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    until(lambda: db.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
    db.delete_table(TableName=name)


def test_a_region_that_is_cut_off_catches_up(table, db, west):
    name = replicated(db, west)
    rule = {"service": "dynamodb", "operation": "Replicate", "region": WEST, "effect": "lag"}
    rule["resource"] = "*:table/" + name
    fault = table.admin("POST", "faults", rule)["id"]
    db.put_item(TableName=name, Item={"id": {"S": "a"}})
    assert "Item" not in west.get_item(TableName=name, Key={"id": {"S": "a"}})
    table.admin("DELETE", "faults/%s" % fault)
    until(lambda: "Item" in west.get_item(TableName=name, Key={"id": {"S": "a"}}))


def lines(s3, bucket, key):
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    text = gzip.decompress(body) if key.endswith(".gz") else body
    return [json.loads(line) for line in text.splitlines()]


def test_what_is_exported_can_be_imported(table, db):
    s3, bucket = table.client("s3"), fresh("b")
    s3.create_bucket(Bucket=bucket)
    name = made(db)
    db.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    items = [{"id": {"S": str(i)}, "n": {"N": str(i)}, "l": {"L": [{"BOOL": True}, {"B": b"\x00"}]}} for i in range(30)]
    for item in items:
        db.put_item(TableName=name, Item=item)
    arn = db.describe_table(TableName=name)["Table"]["TableArn"]
    export = db.export_table_to_point_in_time(TableArn=arn, S3Bucket=bucket, S3Prefix="out")["ExportDescription"]
    assert export["ExportStatus"] == "IN_PROGRESS"
    described = lambda: db.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]
    until(lambda: described()["ExportStatus"] != "IN_PROGRESS")
    assert described()["ExportStatus"] == "COMPLETED" and described()["ItemCount"] == 30
    summary = lines(s3, bucket, described()["ExportManifest"])[0]
    assert summary["itemCount"] == 30 and summary["tableArn"] == arn
    files = lines(s3, bucket, summary["manifestFilesS3Key"])
    assert sum(f["itemCount"] for f in files) == 30
    exported = [line["Item"] for f in files for line in lines(s3, bucket, f["dataFileS3Key"])]
    assert sorted(i["id"]["S"] for i in exported) == sorted(i["id"]["S"] for i in items)
    folder = described()["ExportManifest"].rsplit("/", 1)[0] + "/data/"
    copy = fresh("t")
    started = db.import_table(
        S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": folder}, InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP", TableCreationParameters=dict(TableName=copy, **SCHEMA),
    )["ImportTableDescription"]
    imported = lambda: db.describe_import(ImportArn=started["ImportArn"])["ImportTableDescription"]
    until(lambda: imported()["ImportStatus"] != "IN_PROGRESS")
    assert imported()["ImportStatus"] == "COMPLETED" and imported()["ImportedItemCount"] == 30
    by_id = lambda i: i["id"]["S"]
    assert sorted(db.scan(TableName=copy)["Items"], key=by_id) == sorted(items, key=by_id)
