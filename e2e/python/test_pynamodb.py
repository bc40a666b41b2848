"""DynamoDB through PynamoDB: models, indexes, conditions, batches, transactions, versions, pages, expiry."""

import datetime

import pytest
from pynamodb.attributes import (
    BinaryAttribute, BooleanAttribute, JSONAttribute, ListAttribute, MapAttribute, NumberAttribute, TTLAttribute,
    UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute, VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from table import REGION, fresh


class Address(MapAttribute):
    street = UnicodeAttribute()
    number = NumberAttribute(null=True)


@pytest.fixture
def thread(table, monkeypatch):
    """A model of forum threads over a table of its own."""
    if table.ca:
        monkeypatch.setenv("AWS_CA_BUNDLE", table.ca)

    class Place:
        host, region = table.url, REGION
        aws_access_key_id = aws_secret_access_key = "test"
        billing_mode = "PAY_PER_REQUEST"

    class ByAuthor(GlobalSecondaryIndex):
        class Meta(Place):
            index_name = "by-author"
            projection = AllProjection()

        author = UnicodeAttribute(hash_key=True)
        views = NumberAttribute(range_key=True)

    class ByViews(LocalSecondaryIndex):
        class Meta(Place):
            index_name = "by-views"
            projection = KeysOnlyProjection()

        forum = UnicodeAttribute(hash_key=True)
        views = NumberAttribute(range_key=True)

    class Thread(Model):
        class Meta(Place):
            table_name = fresh("threads")
            stream_view_type = "NEW_IMAGE"

        forum = UnicodeAttribute(hash_key=True)
        subject = UnicodeAttribute(range_key=True)
        author = UnicodeAttribute(null=True)
        views = NumberAttribute(default=0)
        open = BooleanAttribute(default=True)
        tags = UnicodeSetAttribute(null=True)
        address = Address(null=True)
        replies = ListAttribute(default=list)
        posted = UTCDateTimeAttribute(null=True)
        more = JSONAttribute(null=True)
        bytes = BinaryAttribute(null=True, legacy_encoding=False)
        until = TTLAttribute(null=True)
        by_author, by_views = ByAuthor(), ByViews()

    Thread.create_table(wait=True)
    return Thread


def test_a_model_keeps_every_attribute(thread):
    posted = datetime.datetime(2026, 5, 4, 3, 2, 1, 500000, tzinfo=datetime.timezone.utc)
    one = thread(
        "f", "s", author="a", views=7, tags={"x", "y"}, address=Address(street="Long", number=3), posted=posted,
        replies=["one", 2, {"three": 3}], more={"deep": [1, None]}, bytes=b"\x00\xff",
    )
    one.save()
    got = thread.get("f", "s", consistent_read=True)
    assert got.attribute_values.keys() == one.attribute_values.keys()
    assert (got.views, got.tags, got.address.street, got.posted) == (7, {"x", "y"}, "Long", posted)
    assert (got.replies, got.more, got.bytes) == (["one", 2, {"three": 3}], {"deep": [1, None]}, b"\x00\xff")
    with pytest.raises(DoesNotExist):
        thread.get("f", "none")
    assert thread.exists() and thread.describe_table()["TableStatus"] == "ACTIVE"


def test_conditions_and_updates(thread):
    one = thread("f", "s", views=1)
    one.save(condition=thread.forum.does_not_exist())
    with pytest.raises(PutError) as told:
        one.save(condition=thread.forum.does_not_exist())
    assert told.value.cause_response_code == "ConditionalCheckFailedException"
    one.update(
        actions=[
            thread.views.set(thread.views + 5), thread.replies.set(thread.replies.append(["r"])),
            thread.tags.add({"new"}), thread.address.set(Address(street="Short")), thread.open.remove(),
        ],
        condition=(thread.views < 10) & ~thread.tags.exists(),
    )
    assert (one.views, one.replies, one.tags, one.address.street) == (6, ["r"], {"new"}, "Short")
    with pytest.raises(UpdateError) as told:
        one.update(actions=[thread.views.set(0)], condition=thread.views.between(7, 9))
    assert told.value.cause_response_code == "ConditionalCheckFailedException"
    with pytest.raises(DeleteError):
        one.delete(condition=thread.tags.contains("old"))
    one.delete(condition=thread.address.street.startswith("Sh") & thread.open.does_not_exist())
    assert thread.count("f") == 0


def test_batches_queries_pages_and_indexes(thread):
    with thread.batch_write() as batch:
        for n in range(60):
            batch.save(thread("f", "s%02d" % n, author="a%d" % (n % 3), views=n * n))
    assert thread.count("f") == 60
    assert [t.subject for t in thread.query("f", thread.subject.between("s10", "s12"))] == ["s10", "s11", "s12"]
    found = thread.query("f", thread.subject > "s50", filter_condition=thread.views > 3000, scan_index_forward=False)
    assert [t.subject for t in found] == ["s%d" % n for n in range(59, 54, -1)]
    paged = thread.query("f", page_size=7, limit=30)
    assert [t.subject for t in paged] == ["s%02d" % n for n in range(30)]
    assert paged.last_evaluated_key == {"forum": {"S": "f"}, "subject": {"S": "s29"}}
    rest = thread.query("f", last_evaluated_key=paged.last_evaluated_key)
    assert len(list(rest)) == 30
    assert [t.views for t in thread.by_author.query("a1", thread.views < 20)] == [1, 16]
    assert [t.subject for t in thread.by_views.query("f", thread.views >= 3249)] == ["s57", "s58", "s59"]
    parts = [list(thread.scan(segment=n, total_segments=4)) for n in range(4)]
    assert sum(len(p) for p in parts) == 60
    keys = [("f", "s%02d" % n) for n in range(0, 60, 2)] + [("f", "none")]
    assert len(list(thread.batch_get(keys))) == 30


def test_transactions(thread):
    thread("f", "a", views=10).save()
    thread("f", "b", views=0).save()
    connection = thread("f", "a")._get_connection().connection
    assert isinstance(connection, Connection)
    with TransactWrite(connection=connection, client_request_token=fresh("token")) as write:
        write.update(thread("f", "a"), [thread.views.set(thread.views - 4)], condition=thread.views >= 4)
        write.update(thread("f", "b"), [thread.views.set(thread.views + 4)])
        write.save(thread("f", "c"), condition=thread.forum.does_not_exist())
    with pytest.raises(TransactWriteError) as told:
        with TransactWrite(connection=connection) as write:
            write.update(thread("f", "a"), [thread.views.set(thread.views - 100)], condition=thread.views >= 100)
            write.delete(thread("f", "b"))
    codes = [r.code if r else None for r in told.value.cancellation_reasons]
    assert codes == [None, "ConditionalCheckFailed"], "PynamoDB sends deletions first"
    with TransactGet(connection=connection) as get:
        a, b, c = (get.get(thread, "f", s) for s in "abc")
    assert (a.get().views, b.get().views, c.get().views) == (6, 4, 0)


def test_versions_guard_against_lost_updates(thread):
    class Counter(Model):
        class Meta(thread.Meta):
            table_name = fresh("counters")

        id = UnicodeAttribute(hash_key=True)
        value = NumberAttribute(default=0)
        version = VersionAttribute()

    Counter.create_table(wait=True)
    Counter("c").save()
    one, two = Counter.get("c"), Counter.get("c")
    one.value = 1
    one.save()
    two.value = 2
    with pytest.raises(PutError) as told:
        two.save()
    assert told.value.cause_response_code == "ConditionalCheckFailedException"
    two.refresh()
    assert (two.value, two.version) == (1, 2)
    Counter.delete_table()


def test_items_expire(thread, table):
    thread("f", "soon", until=datetime.timedelta(minutes=5)).save()
    thread("f", "later", until=datetime.timedelta(days=5)).save()
    table.advance("6m")
    assert [t.subject for t in thread.query("f")] == ["later"]
