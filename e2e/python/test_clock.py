"""The virtual clock, seen through clients, and faults that the admin API injects."""

import datetime

import pytest

from faults import refused
from table import fresh


@pytest.fixture
def own(start):
    """A server of the test's own, whose clock it may freeze and scale."""
    return start()


def test_a_frozen_clock_stands_still(own):
    own.admin("POST", "clock/freeze", {})
    iam = own.client("iam")
    one, two = (iam.create_user(UserName=fresh("u"))["User"]["CreateDate"] for _ in range(2))
    shown = own.admin("GET", "clock")
    assert one == two and shown["frozen"]
    own.advance("1h")
    three = iam.create_user(UserName=fresh("u"))["User"]["CreateDate"]
    assert three - one == datetime.timedelta(hours=1)


def test_a_clock_far_ahead_still_takes_todays_signatures(own):
    own.advance("365d")
    who = own.client("sts").get_caller_identity()
    assert who["Account"] == "000000000000"


def test_the_clock_is_set_forward_only(own):
    own.admin("POST", "clock/set", {"to": "2040-01-01T00:00:00Z"})
    assert own.admin("GET", "clock")["now"].startswith("2040-01-01T00:00")
    status, _, answer = own.send("POST", "/_tabletop/clock/set", {}, b'{"to":"2039-01-01T00:00:00Z"}')
    assert status == 400 and b"backwards" in answer


def test_advancing_past_many_timers_fires_them_in_order(own):
    sqs = own.client("sqs")
    url = sqs.create_queue(QueueName=fresh("q"))["QueueUrl"]
    for n in range(50):
        sqs.send_message(QueueUrl=url, MessageBody=str(n), DelaySeconds=n + 1)
    own.advance("1h")
    seen = []
    for _ in range(50):
        seen += [m["Body"] for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]
    assert sorted(seen, key=int) == [str(n) for n in range(50)]


def test_an_injected_fault_is_seen_and_ends(own):
    sqs = own.client("sqs")
    sqs.list_queues()
    added = own.admin("POST", "faults", {"service": "sqs", "effect": "error", "code": "ServiceUnavailable", "status": 503})
    with refused("ServiceUnavailable", 503):
        sqs.list_queues()
    own.client("sts").get_caller_identity()
    own.admin("DELETE", "faults/%s" % added["id"])
    sqs.list_queues()


def test_a_denied_call_is_explained(own):
    iam = own.client("iam")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = own.client("sqs", key["AccessKeyId"], key["SecretAccessKey"])
    with refused("AccessDenied", 403) as caught:
        ann.list_queues()
    request_id = caught.value.response["ResponseMetadata"]["RequestId"]
    why = str(own.admin("GET", "why/" + request_id))
    assert "ann" in why and "sqs:ListQueues" in why


def test_state_outlives_the_process(start, tmp_path):
    first = start(data=tmp_path / "data")
    url = first.client("sqs").create_queue(QueueName="kept")["QueueUrl"]
    first.client("sqs").send_message(QueueUrl=url, MessageBody="kept")
    first.client("iam").create_user(UserName="kept")
    first.advance("2h")
    assert first.stop() == 0
    second = start(data=tmp_path / "data")
    sqs = second.client("sqs")
    again = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    assert [m["Body"] for m in sqs.receive_message(QueueUrl=again)["Messages"]] == ["kept"]
    assert second.client("iam").get_user(UserName="kept")["User"]["UserName"] == "kept"
    assert second.admin("GET", "clock")["offset_ms"] >= 7_200_000 - 1_000


def test_killing_loses_nothing_that_was_answered(start, tmp_path):
    first = start(data=tmp_path / "data")
    sqs = first.client("sqs")
    url = sqs.create_queue(QueueName="kept")["QueueUrl"]
    for n in range(50):
        sqs.send_message(QueueUrl=url, MessageBody=str(n))
    first.process.kill()
    first.stop()
    second = start(data=tmp_path / "data")
    sqs = second.client("sqs")
    url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    seen = []
    for _ in range(50):
        seen += [m["Body"] for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]
    assert sorted(seen, key=int) == [str(n) for n in range(50)]
