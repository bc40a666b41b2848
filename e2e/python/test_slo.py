"""Service levels over real connections: calls are counted, and clients that hang up midway are told apart from failures."""

import json
import socket

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from table import REGION, fresh


def levels(table, **query):
    text = "&".join("%s=%s" % pair for pair in query.items())
    return {level["operation"]: level for level in table.admin("GET", "slo?by=&" + text)["levels"]}


def hung_up(table, operation):
    """Clients that hung up so far; asks until the server has seen the last one go."""
    for _ in range(2_000):
        level = levels(table).get(operation)
        if level and level["hung_up"]:
            return level
    raise AssertionError("the server never noticed")


def raw(table, service, method, path, headers, body=b""):
    """A plain connection over which a signed request went out."""
    request = AWSRequest(method=method, url=table.url + path, data=body, headers=headers)
    SigV4Auth(Credentials("test", "test"), service, REGION).add_auth(request)
    head = ["%s %s HTTP/1.1" % (method, path), "host: " + table.host, "content-length: %d" % len(body)]
    head += ["%s: %s" % pair for pair in request.headers.items()]
    host, port = table.host.split(":")
    connection = socket.create_connection((host, int(port)))
    connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    return connection


def test_a_client_that_leaves_a_long_poll_is_no_failure(start):
    table = start()
    url = table.client("sqs").create_queue(QueueName=fresh("q"))["QueueUrl"]
    body = json.dumps({"QueueUrl": url, "WaitTimeSeconds": 20}).encode()
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ReceiveMessage"}
    connection = raw(table, "sqs", "POST", "/", headers, body)
    while not table.admin("GET", "status")["parked"]:
        pass
    connection.close()
    level = hung_up(table, "ReceiveMessage")
    assert (level["calls"], level["failed"], level["met"]) == (0, 0, True)
    [event] = table.admin("GET", "trail?error=ClientHungUp")["events"]
    assert (event["operation"], event["service"]) == ("ReceiveMessage", "sqs")
    assert not table.admin("GET", "status")["parked"]


def test_a_client_that_leaves_an_object_half_read_is_no_failure(start):
    table = start()
    s3 = table.client("s3")
    bucket = fresh("b")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(32 * 1024 * 1024))
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == bytes(32 * 1024 * 1024)
    connection = raw(table, "s3", "GET", "/%s/k" % bucket, {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    assert connection.recv(12) == b"HTTP/1.1 200"
    connection.close()
    level = hung_up(table, "GetObject")
    assert (level["calls"], level["hung_up"], level["failed"]) == (2, 1, 0)
    assert len(table.admin("GET", "trail?error=ClientHungUp")["events"]) == 1
