"""DynamoDB through boto3, client and resource: items, queries, conditions, transactions, streams, expiry, waiters."""

import decimal
import threading

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

from table import ACCOUNT, REGION, fresh


@pytest.fixture
def db(table):
    return table.client("dynamodb")


@pytest.fixture
def streams(table):
    return table.client("dynamodbstreams")


@pytest.fixture
def resource(table, db):
    """A resource over the same server."""
    session = boto3.Session("test", "test", region_name=REGION)
    more = {"verify": table.ca} if table.ca else {}
    return session.resource("dynamodb", endpoint_url=table.url, **more)


def made(db, keys="id", **more):
    """A new table with on-demand capacity, keys given as `id` or `id sk:N`."""
    parts = [(k.split(":") + ["S"])[:2] for k in keys.split()]
    name = fresh("t")
    wanted = dict(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in parts],
        KeySchema=[{"AttributeName": n, "KeyType": k} for (n, _), k in zip(parts, ["HASH", "RANGE"])],
        BillingMode="PAY_PER_REQUEST",
    )
    wanted.update(more)
    db.create_table(**wanted)
    db.get_waiter("table_exists").wait(TableName=name)
    return name


def test_the_resource_keeps_every_type(resource, db):
    t = resource.Table(made(db, "id sk:N"))
    item = {
        "id": "a", "sk": decimal.Decimal("1.5"), "none": None, "yes": True, "text": "", "bytes": b"\x00\xff",
        "list": [1, "two", {"three": decimal.Decimal("3E-10")}], "names": {"x", "y"}, "numbers": {1, 2},
        "huge": decimal.Decimal("99999999999999999999999999999999999999"),
    }
    t.put_item(Item=item)
    got = t.get_item(Key={"id": "a", "sk": decimal.Decimal("1.50")}, ConsistentRead=True)["Item"]
    assert got == dict(item, bytes=Binary(b"\x00\xff"))
    assert t.item_count == 1 or t.reload() or t.item_count == 1


def test_queries_and_scans_by_pages(resource, db):
    t = resource.Table(made(db, "id sk:N"))
    with t.batch_writer() as batch:
        for i in range(120):
            batch.put_item(Item={"id": "p%d" % (i % 3), "sk": i, "v": i * 2, "pad": "x" * 500})
    condition = Key("id").eq("p1") & Key("sk").between(10, 60)
    found = t.query(KeyConditionExpression=condition, FilterExpression=Attr("v").gt(40))
    assert [int(i["sk"]) for i in found["Items"]] == list(range(22, 61, 3))
    pages = db.get_paginator("scan").paginate(TableName=t.name, PaginationConfig={"PageSize": 7})
    assert sorted(int(i["sk"]["N"]) for p in pages for i in p["Items"]) == list(range(120))
    parts = []
    for segment in range(4):
        pages = db.get_paginator("scan").paginate(TableName=t.name, TotalSegments=4, Segment=segment)
        parts += [i["sk"]["N"] for p in pages for i in p["Items"]]
    assert len(parts) == len(set(parts)) == 120
    assert t.query(KeyConditionExpression=Key("id").eq("p0"), Select="COUNT")["Count"] == 40


def test_a_page_is_one_megabyte(db):
    name = made(db, "id sk:N")
    for i in range(4):
        db.put_item(TableName=name, Item={"id": {"S": "a"}, "sk": {"N": str(i)}, "pad": {"S": "x" * 390_000}})
    args = dict(TableName=name, KeyConditionExpression="id = :a", ExpressionAttributeValues={":a": {"S": "a"}})
    first = db.query(ReturnConsumedCapacity="TOTAL", **args)
    assert first["Count"] == 2 and first["LastEvaluatedKey"] == {"id": {"S": "a"}, "sk": {"N": "1"}}
    assert first["ConsumedCapacity"]["CapacityUnits"] == 95.5
    rest = db.query(ExclusiveStartKey=first["LastEvaluatedKey"], **args)
    assert rest["Count"] == 2 and "LastEvaluatedKey" not in rest
    too_large = {"id": {"S": "a"}, "sk": {"N": "9"}, "pad": {"S": "x" * 409_600}}
    with pytest.raises(ClientError) as e:
        db.put_item(TableName=name, Item=too_large)
    assert e.value.response["Error"]["Message"] == "Item size has exceeded the maximum allowed size"


def test_conditions_and_counters(db):
    name = made(db)
    key = {"id": {"S": "n"}}

    def count():
        for _ in range(20):
            db.update_item(
                TableName=name, Key=key, UpdateExpression="ADD #n :one",
                ExpressionAttributeNames={"#n": "n"}, ExpressionAttributeValues={":one": {"N": "1"}},
            )

    threads = [threading.Thread(target=count) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert db.get_item(TableName=name, Key=key)["Item"]["n"]["N"] == "80"
    with pytest.raises(db.exceptions.ConditionalCheckFailedException) as e:
        db.put_item(
            TableName=name, Item=key, ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert e.value.response["Item"] == {"id": {"S": "n"}, "n": {"N": "80"}}
    assert e.value.response["Error"]["Message"] == "The conditional request failed"


def test_transactions(db):
    name = made(db)
    put = lambda i, **more: {"Put": dict(TableName=name, Item={"id": {"S": i}}, **more)}
    db.transact_write_items(TransactItems=[put("a"), put("b")])
    with pytest.raises(db.exceptions.TransactionCanceledException) as e:
        db.transact_write_items(TransactItems=[
            put("c"),
            put("a", ConditionExpression="attribute_not_exists(id)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
        ])
    reasons = e.value.response["CancellationReasons"]
    assert reasons[0] == {"Code": "None"}
    assert reasons[1] == {
        "Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": {"id": {"S": "a"}},
    }
    got = db.transact_get_items(TransactItems=[
        {"Get": {"TableName": name, "Key": {"id": {"S": i}}}} for i in ["a", "c"]
    ])
    assert got["Responses"] == [{"Item": {"id": {"S": "a"}}}, {}]


def test_a_stream_is_read_to_its_end(table, db, streams):
    name = made(db, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    for i in range(5):
        db.put_item(TableName=name, Item={"id": {"S": "a"}, "n": {"N": str(i)}})
    db.delete_item(TableName=name, Key={"id": {"S": "a"}})
    (stream,) = streams.list_streams(TableName=name)["Streams"]
    (shard,) = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    seen = []
    while True:
        page = streams.get_records(ShardIterator=iterator, Limit=2)
        if not page["Records"]:
            break
        seen += page["Records"]
        iterator = page["NextShardIterator"]
    assert [r["eventName"] for r in seen] == ["INSERT"] + ["MODIFY"] * 4 + ["REMOVE"]
    numbers = [r["dynamodb"]["SequenceNumber"] for r in seen]
    assert numbers == sorted(numbers) and len(set(numbers)) == 6
    assert seen[4]["dynamodb"]["NewImage"]["n"] == {"N": "4"} and seen[4]["dynamodb"]["OldImage"]["n"] == {"N": "3"}


def test_items_expire(table, db):
    name = made(db)
    db.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    # The clock of a shared server is where other tests left it.
    now = table.admin("GET", "clock")["now_ms"] // 1000
    db.put_item(TableName=name, Item={"id": {"S": "a"}, "until": {"N": str(now + 60)}})
    assert "Item" in db.get_item(TableName=name, Key={"id": {"S": "a"}})
    table.advance("61s")
    assert "Item" not in db.get_item(TableName=name, Key={"id": {"S": "a"}})


def test_iam_decides(table, db, user):
    name = made(db)
    arn = "arn:aws:dynamodb:%s:%s:table/%s" % (REGION, ACCOUNT, name)
    theirs = user.client("dynamodb")
    key = {"id": {"S": "a"}}
    with pytest.raises(ClientError) as e:
        theirs.get_item(TableName=name, Key=key)
    assert e.value.response["Error"]["Code"] == "AccessDeniedException"
    user.allow(["dynamodb:GetItem"], arn)
    assert "Item" not in theirs.get_item(TableName=name, Key=key)
    with pytest.raises(ClientError):
        theirs.put_item(TableName=name, Item=key)


def test_what_is_not_there(db):
    with pytest.raises(db.exceptions.ResourceNotFoundException) as e:
        db.describe_table(TableName="nothing")
    assert e.value.response["Error"]["Message"] == "Requested resource not found: Table: nothing not found"
    name = made(db)
    db.delete_table(TableName=name)
    db.get_waiter("table_not_exists").wait(TableName=name)


def test_it_survives_a_restart(start, tmp_path):
    table = start(data=tmp_path)
    db = table.client("dynamodb")
    name = made(db, "id sk:N")
    for i in range(30):
        db.put_item(TableName=name, Item={"id": {"S": "a"}, "sk": {"N": str(i)}})
    assert table.stop() == 0
    db = start(data=tmp_path).client("dynamodb")
    args = dict(TableName=name, KeyConditionExpression="id = :a", ExpressionAttributeValues={":a": {"S": "a"}})
    assert db.query(**args)["Count"] == 30
    assert db.describe_table(TableName=name)["Table"]["ItemCount"] == 30
