"""Faults and throttles as SDKs live through them: what they retry, what reaches the program, what is done once all the same."""

import botocore.exceptions
import pytest

from faults import refused
from table import fresh


@pytest.fixture
def own(start):
    """A server of the test's own: faults hit everybody who calls it."""
    return start()


def fault(own, **rule):
    return own.admin("POST", "faults", rule)


def test_retries_outlast_a_fault_that_hits_twice(own):
    fault(own, service="sqs", operation="ListQueues", effect="error", code="InternalFailure", status=500, times=2)
    sqs = own.client("sqs", retries={"max_attempts": 3, "mode": "standard"})
    answer = sqs.list_queues()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_lost_reply_has_its_effect(own):
    sqs = own.client("sqs")
    url = sqs.create_queue(QueueName=fresh("q"))["QueueUrl"]
    fault(own, service="sqs", operation="SendMessage", effect="lost-reply", times=1)
    with pytest.raises((botocore.exceptions.ConnectionClosedError, botocore.exceptions.EndpointConnectionError)):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    assert [m["Body"] for m in sqs.receive_message(QueueUrl=url)["Messages"]] == ["x"]


def test_a_retry_after_a_lost_reply_repeats_a_standard_message_but_not_a_fifo_one(own):
    sqs = own.client("sqs", retries={"max_attempts": 2, "mode": "standard"})
    standard = sqs.create_queue(QueueName=fresh("q"))["QueueUrl"]
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    fifo = sqs.create_queue(QueueName=fresh("q") + ".fifo", Attributes=attributes)["QueueUrl"]
    for url, more, want in [(standard, {}, ["x", "x"]), (fifo, {"MessageGroupId": "g"}, ["x"])]:
        fault(own, service="sqs", operation="SendMessage", effect="lost-reply", times=1)
        sent = sqs.send_message(QueueUrl=url, MessageBody="x", **more)
        assert sent["ResponseMetadata"]["RetryAttempts"] == 1
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [m["Body"] for m in got] == want


def test_a_cut_connection_has_no_effect(own):
    sqs = own.client("sqs")
    name = fresh("q")
    fault(own, service="sqs", operation="CreateQueue", effect="cut", times=1)
    with pytest.raises((botocore.exceptions.ConnectionClosedError, botocore.exceptions.EndpointConnectionError)):
        sqs.create_queue(QueueName=name)
    with refused("AWS.SimpleQueueService.NonExistentQueue", 400):
        sqs.get_queue_url(QueueName=name)


def test_a_limit_throttles_and_the_clock_refills_it(own):
    own.admin("POST", "clock/freeze", {})
    own.admin("POST", "throttles", {"service": "sts", "operation": "*", "capacity": 2, "refill_per_s": 1})
    sts = own.client("sts")
    for _ in range(2):
        sts.get_caller_identity()
    with refused("Throttling", 400, "Rate exceeded"):
        sts.get_caller_identity()
    own.advance("1s")
    sts.get_caller_identity()
    with refused("Throttling", 400, "Rate exceeded"):
        sts.get_caller_identity()


def test_faults_of_one_region_leave_the_others_alone(own):
    fault(own, region="us-east-1", service="sqs", effect="error", code="ServiceUnavailable", status=503)
    with refused("ServiceUnavailable", 503):
        own.client("sqs").list_queues()
    own.client("sqs", region="eu-west-1").list_queues()


def test_reset_forgets_everything_or_one_account(own):
    one, two = own.client("sqs"), own.client("sqs", key="123456789012")
    for sqs in (one, two):
        sqs.create_queue(QueueName="q")
    own.admin("POST", "reset", {"account": "123456789012"})
    assert len(one.list_queues()["QueueUrls"]) == 1
    assert "QueueUrls" not in two.list_queues()
    own.admin("POST", "reset", {})
    assert "QueueUrls" not in one.list_queues()
