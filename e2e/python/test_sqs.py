"""SQS through boto3: JSON with a current botocore, query with an old one. Time passes by the clock API alone."""

import hashlib
import json
import threading

import pytest

from conftest import arn_of
from faults import refused
from table import ACCOUNT, REGION, fresh


def bodies(answer):
    return [m["Body"] for m in answer.get("Messages", [])]


def receive(sqs, url, **more):
    return sqs.receive_message(QueueUrl=url, **dict({"MaxNumberOfMessages": 10}, **more))


def fifo(sqs, **attributes):
    name = fresh("q") + ".fifo"
    return sqs.create_queue(QueueName=name, Attributes=dict({"FifoQueue": "true"}, **attributes))["QueueUrl"]


def test_a_message_goes_through(table, sqs, queue):
    assert queue.startswith(table.url), "URLs in answers follow the request's host"
    sent = sqs.send_message(QueueUrl=queue, MessageBody="hi <&> \u00e9\r\n\"'")
    assert sent["MD5OfMessageBody"] == hashlib.md5("hi <&> \u00e9\r\n\"'".encode()).hexdigest()
    (message,) = receive(sqs, queue)["Messages"]
    assert (message["Body"], message["MessageId"]) == ("hi <&> \u00e9\r\n\"'", sent["MessageId"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    table.advance("31s")
    assert bodies(receive(sqs, queue)) == []


def test_a_consumer_loop_empties_a_queue(sqs, queue):
    texts = ["job %d" % i for i in range(100)]
    for start in range(0, 100, 10):
        batch = [{"Id": str(i), "MessageBody": texts[i]} for i in range(start, start + 10)]
        answer = sqs.send_message_batch(QueueUrl=queue, Entries=batch)
        assert len(answer["Successful"]) == 10 and not answer.get("Failed")
    done = []
    for _ in range(200):
        messages = receive(sqs, queue).get("Messages", [])
        if not messages:
            break
        done += [m["Body"] for m in messages]
        entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
        assert len(sqs.delete_message_batch(QueueUrl=queue, Entries=entries)["Successful"]) == len(entries)
    assert sorted(done) == sorted(texts)
    left = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
    assert [left[c] for c in counts] == ["0", "0", "0"]


def test_what_is_received_hides_and_returns(table, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    first = receive(sqs, queue, AttributeNames=["All"])["Messages"][0]
    assert first["Attributes"]["ApproximateReceiveCount"] == "1"
    assert bodies(receive(sqs, queue)) == []
    table.advance("31s")
    again = receive(sqs, queue, AttributeNames=["All"], VisibilityTimeout=5)["Messages"][0]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert again["ReceiptHandle"] != first["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=100)
    table.advance("6s")
    assert bodies(receive(sqs, queue)) == []
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(receive(sqs, queue)) == ["x"]


def test_delays_follow_the_clock(table, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=60)
    sqs.send_message(QueueUrl=queue, MessageBody="now")
    assert bodies(receive(sqs, queue)) == ["now"]
    table.advance("61s")
    assert "later" in bodies(receive(sqs, queue))


def test_retention_follows_the_clock(table, sqs):
    url = sqs.create_queue(QueueName=fresh("q"), Attributes={"MessageRetentionPeriod": "60"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    table.advance("61s")
    assert bodies(receive(sqs, url)) == []
    counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    assert counted == {"ApproximateNumberOfMessages": "0"}


def test_a_long_poll_ends_with_a_message(table, queue):
    """The receiver waits before the message is sent, and answers at once when it is."""
    receiver, sender = table.client("sqs"), table.client("sqs")
    parked = table.admin("GET", "status")["parked"]
    found = []
    thread = threading.Thread(target=lambda: found.append(receive(receiver, queue, WaitTimeSeconds=20)))
    thread.start()
    for _ in range(5000):
        if table.admin("GET", "status")["parked"] > parked:
            break
    assert table.admin("GET", "status")["parked"] > parked, "the receiver waits"
    sender.send_message(QueueUrl=queue, MessageBody="wake")
    thread.join(timeout=15)
    assert [bodies(f) for f in found] == [["wake"]]


def test_a_long_poll_ends_when_the_clock_says_so(table, queue):
    receiver = table.client("sqs")
    parked = table.admin("GET", "status")["parked"]
    found = []
    thread = threading.Thread(target=lambda: found.append(receive(receiver, queue, WaitTimeSeconds=20)))
    thread.start()
    for _ in range(5000):
        if table.admin("GET", "status")["parked"] > parked:
            break
    table.advance("21s")
    thread.join(timeout=10)
    assert [bodies(f) for f in found] == [[]]


def test_attributes_of_messages_carry_their_md5(sqs, queue):
    attributes = {
        "text": {"DataType": "String", "StringValue": "v\u00e4l"},
        "number": {"DataType": "Number.int", "StringValue": "42"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=attributes)
    (message,) = receive(sqs, queue, MessageAttributeNames=["All"])["Messages"]
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"] == md5_of(attributes)


def md5_of(attributes):
    """The algorithm of the SQS developer guide, "Calculating the MD5 message digest for message attributes"."""
    import struct

    digest = hashlib.md5()
    for name in sorted(attributes):
        value = attributes[name]
        binary = "BinaryValue" in value
        content = value["BinaryValue"] if binary else value["StringValue"].encode()
        for part in (name.encode(), value["DataType"].encode()):
            digest.update(struct.pack(">I", len(part)) + part)
        digest.update((b"\x02" if binary else b"\x01") + struct.pack(">I", len(content)) + content)
    return digest.hexdigest()


def test_fifo_keeps_order_within_groups_and_blocks_them(sqs):
    url = fifo(sqs, ContentBasedDeduplication="true")
    for i in range(6):
        sqs.send_message(QueueUrl=url, MessageBody=str(i), MessageGroupId="ab"[i % 2])
    first = receive(sqs, url, MaxNumberOfMessages=1, AttributeNames=["All"])["Messages"][0]
    assert (first["Body"], first["Attributes"]["MessageGroupId"]) == ("0", "a")
    rest = receive(sqs, url)["Messages"]
    assert [m["Body"] for m in rest] == ["1", "3", "5"], "a group with a message in flight gives no other"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(receive(sqs, url)) == ["2", "4"]


def test_fifo_drops_what_was_sent_within_five_minutes(table, sqs):
    url = fifo(sqs)
    ask = {"QueueUrl": url, "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    one, two = sqs.send_message(**ask), sqs.send_message(**ask)
    assert (one["MessageId"], one["SequenceNumber"]) == (two["MessageId"], two["SequenceNumber"])
    (message,) = receive(sqs, url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    sqs.send_message(**ask)
    assert bodies(receive(sqs, url)) == []
    table.advance("301s")
    assert sqs.send_message(**ask)["MessageId"] != one["MessageId"]
    assert bodies(receive(sqs, url)) == ["x"]


def test_fifo_asks_for_group_and_deduplication(sqs):
    url = fifo(sqs)
    with refused("MissingParameter", 400, "The request must contain the parameter MessageGroupId."):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    text = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    with refused("InvalidParameterValue", 400, text):
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g")


def with_dead_letters(sqs, count="2"):
    dead = sqs.create_queue(QueueName=fresh("dead"))["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": count})
    url = sqs.create_queue(QueueName=fresh("q"), Attributes={"RedrivePolicy": policy})["QueueUrl"]
    return url, dead


def test_what_fails_twice_becomes_a_dead_letter(table, sqs):
    url, dead = with_dead_letters(sqs)
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")
    for _ in range(2):
        assert bodies(receive(sqs, url)) == ["poison"]
        table.advance("31s")
    assert bodies(receive(sqs, url)) == []
    (message,) = receive(sqs, dead, AttributeNames=["All"])["Messages"]
    assert message["MessageId"] == sent["MessageId"]
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn_of(sqs, url)
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]


def test_dead_letters_are_moved_back(table, sqs):
    url, dead = with_dead_letters(sqs, "1")
    for i in range(5):
        sqs.send_message(QueueUrl=url, MessageBody=str(i))
    receive(sqs, url)
    table.advance("31s")
    assert bodies(receive(sqs, url)) == []
    task = sqs.start_message_move_task(SourceArn=arn_of(sqs, dead))["TaskHandle"]
    assert task
    table.advance("60s")
    told = sqs.list_message_move_tasks(SourceArn=arn_of(sqs, dead))["Results"][0]
    assert (told["Status"], told["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 5)
    assert sorted(bodies(receive(sqs, url))) == ["0", "1", "2", "3", "4"]


def test_batches_answer_entry_by_entry(sqs, queue):
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=[
        {"Id": "good", "MessageBody": "x"}, {"Id": "bad", "MessageBody": "y", "DelaySeconds": 901}])
    assert [s["Id"] for s in answer["Successful"]] == ["good"]
    (failed,) = answer["Failed"]
    assert (failed["Id"], failed["SenderFault"], failed["Code"]) == ("bad", True, "InvalidParameterValue")
    with refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", 400, "Id x repeated."):
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "x", "MessageBody": "1"}, {"Id": "x", "MessageBody": "2"}])
    with refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", 400,
                 "Maximum number of entries per request are 10. You have sent 11."):
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": str(i), "MessageBody": "1"} for i in range(11)])
    with refused("AWS.SimpleQueueService.EmptyBatchRequest", 400):
        sqs.send_message_batch(QueueUrl=queue, Entries=[])


def test_missing_queues_have_their_own_error(table, sqs):
    with refused("AWS.SimpleQueueService.NonExistentQueue", 400, "The specified queue does not exist"):
        sqs.get_queue_url(QueueName=fresh("none"))
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.send_message(QueueUrl="%s/%s/%s" % (table.url, ACCOUNT, fresh("none")), MessageBody="x")


def test_receipt_handles_that_are_none(sqs, queue):
    with refused("ReceiptHandleIsInvalid", 404):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle="nonsense")


def test_largest_message_is_one_mebibyte(sqs, queue):
    body = "x" * (1024 * 1024)
    sqs.send_message(QueueUrl=queue, MessageBody=body)
    assert bodies(receive(sqs, queue)) == [body]
    with refused("InvalidParameterValue", 400, "Message must be shorter than 1048576 bytes."):
        sqs.send_message(QueueUrl=queue, MessageBody=body + "x")


def test_characters_that_xml_cannot_hold_are_refused(sqs, queue):
    with refused("InvalidMessageContents", 400):
        sqs.send_message(QueueUrl=queue, MessageBody="\x01")


def test_attributes_of_a_queue_are_set_and_checked(sqs):
    name = fresh("q")
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "7", "DelaySeconds": "3"})["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (told["VisibilityTimeout"], told["DelaySeconds"], told["SqsManagedSseEnabled"]) == ("7", "3", "true")
    assert told["QueueArn"] == "arn:aws:sqs:%s:%s:%s" % (REGION, ACCOUNT, name)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "8"})
    got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert got == {"VisibilityTimeout": "8"}
    text = "A queue already exists with the same name and a different value for attribute VisibilityTimeout"
    with refused("QueueAlreadyExists", 400, text):
        sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "9"})
    with refused("InvalidAttributeValue", 400, "Invalid value for the parameter VisibilityTimeout."):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "43201"})
    with refused("InvalidAttributeName", 400, "Unknown Attribute Nonsense."):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Nonsense": "1"})


def test_queues_are_listed_by_prefix_page_by_page(sqs):
    stem = fresh("list")
    urls = sorted(sqs.create_queue(QueueName="%s-%d" % (stem, i))["QueueUrl"] for i in range(5))
    pages = list(sqs.get_paginator("list_queues").paginate(QueueNamePrefix=stem, PaginationConfig={"PageSize": 2}))
    assert [len(p["QueueUrls"]) for p in pages] == [2, 2, 1]
    assert sorted(u for p in pages for u in p["QueueUrls"]) == urls
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=fresh("none"))


def test_regions_and_accounts_are_apart(table, sqs, queue):
    name = queue.rsplit("/", 1)[1]
    for other in (table.client("sqs", region="eu-west-1"), table.client("sqs", key="888888888888")):
        with refused("AWS.SimpleQueueService.NonExistentQueue", 400):
            other.get_queue_url(QueueName=name)
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == queue


def test_a_queue_policy_lets_another_account_in(table, sqs, queue):
    other = table.client("sqs", key="888888888888")
    with refused("AccessDenied", 403):
        other.send_message(QueueUrl=queue, MessageBody="x")
    arn = arn_of(sqs, queue)
    statement = {"Effect": "Allow", "Principal": {"AWS": "888888888888"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    other.send_message(QueueUrl=queue, MessageBody="from afar")
    with refused("AccessDenied", 403):
        other.receive_message(QueueUrl=queue)
    sqs.add_permission(QueueUrl=queue, Label="more", AWSAccountIds=["888888888888"], Actions=["ReceiveMessage"])
    assert bodies(receive(other, queue)) == ["from afar"]
    sqs.remove_permission(QueueUrl=queue, Label="more")
    with refused("AccessDenied", 403):
        other.receive_message(QueueUrl=queue)


def test_purging_empties_and_cools_down(table, sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    sqs.purge_queue(QueueUrl=queue)
    text = "Only one PurgeQueue operation on %s is allowed every 60 seconds." % queue.rsplit("/", 1)[1]
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress", 403, text):
        sqs.purge_queue(QueueUrl=queue)
    table.advance("61s")
    assert bodies(receive(sqs, queue)) == []
    sqs.purge_queue(QueueUrl=queue)


def test_a_deleted_queue_keeps_its_name_for_a_minute(table, sqs):
    name = fresh("q")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)
    text = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
    with refused("AWS.SimpleQueueService.QueueDeletedRecently", 400, text):
        sqs.create_queue(QueueName=name)
    table.advance("61s")
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url


def test_tags_of_a_queue(sqs):
    url = sqs.create_queue(QueueName=fresh("q"), tags={"a": "1"})["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"b": "2"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1", "b": "2"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"b": "2"}


def test_the_resource_interface_consumes(table):
    import boto3

    resource = boto3.resource("sqs", endpoint_url=table.url, region_name=REGION, verify=table.ca,
                              aws_access_key_id="test", aws_secret_access_key="test")
    queue = resource.create_queue(QueueName=fresh("q"))
    queue.send_messages(Entries=[{"Id": str(i), "MessageBody": str(i)} for i in range(3)])
    seen = []
    for message in queue.receive_messages(MaxNumberOfMessages=10):
        seen.append(message.body)
        message.delete()
    assert sorted(seen) == ["0", "1", "2"]
    assert queue.attributes["QueueArn"].endswith(":" + queue.url.rsplit("/", 1)[1])


def test_consumers_of_one_queue_never_share_a_message(table, queue):
    """Four consumers and two producers at once: everything once, nothing twice."""
    total, seen, lock = 200, [], threading.Lock()

    def produce(first):
        sqs = table.client("sqs")
        for i in range(first, first + total // 2):
            sqs.send_message(QueueUrl=queue, MessageBody=str(i))

    def consume():
        sqs = table.client("sqs")
        for _ in range(2000):
            for message in receive(sqs, queue, WaitTimeSeconds=1).get("Messages", []):
                with lock:
                    seen.append(message["Body"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            with lock:
                if len(seen) >= total:
                    return

    threads = [threading.Thread(target=produce, args=(n,)) for n in (0, total // 2)]
    threads += [threading.Thread(target=consume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(seen, key=int) == [str(i) for i in range(total)]
