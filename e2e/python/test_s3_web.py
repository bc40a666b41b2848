"""S3 as browsers meet it: forms that boto3 signs, web sites, preflights; and what logs and inventories tell of a bucket."""

import gzip
import json
import re
import subprocess
import sys

import pytest
from urllib3.filepost import encode_multipart_formdata

from table import environment, fresh

ORIGIN = "https://app.example.com"


@pytest.fixture
def s3(table):
    return table.client("s3")


@pytest.fixture
def bucket(s3):
    """A bucket whose policy and lists may be public."""
    name = fresh("web")
    s3.create_bucket(Bucket=name)
    s3.delete_public_access_block(Bucket=name)
    return name


def open_to_all(s3, bucket, *actions):
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": list(actions),
        "Resource": ["arn:aws:s3:::" + bucket, "arn:aws:s3:::%s/*" % bucket],
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def post(table, bucket, fields, name, data):
    """Posts a form as a browser would: the file comes last."""
    body, kind = encode_multipart_formdata(list(fields.items()) + [("file", (name, data, "text/plain"))])
    return table.send("POST", "/" + bucket, {"content-type": kind}, body)


def code_in(body):
    found = re.search(rb"<Code>(.*?)</Code>", body)
    return found and found.group(1).decode()


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_form_that_boto3_signs(table, bucket, version):
    s3 = table.client("s3", signature_version=version)
    form = s3.generate_presigned_post(
        bucket, "up/${filename}", Fields={"success_action_status": "201", "x-amz-meta-a": "b"},
        Conditions=[{"success_action_status": "201"}, {"x-amz-meta-a": "b"}, ["content-length-range", 1, 100]],
    )
    status, headers, answer = post(table, bucket, form["fields"], "a.txt", b"hello")
    assert status == 201 and b"<Key>up/a.txt</Key>" in answer, answer
    got = s3.get_object(Bucket=bucket, Key="up/a.txt")
    assert got["Body"].read() == b"hello" and got["Metadata"] == {"a": "b"}
    assert headers["etag"] == got["ETag"]
    status, _, answer = post(table, bucket, form["fields"], "a.txt", b"x" * 101)
    assert (status, code_in(answer)) == (400, "EntityTooLarge")
    status, _, answer = post(table, bucket, dict(form["fields"], more="x"), "a.txt", b"hello")
    assert (status, code_in(answer)) == (403, "AccessDenied") and b"Extra input fields: more" in answer
    status, _, answer = post(table, bucket, dict(form["fields"], policy="e30="), "a.txt", b"hello")
    assert (status, code_in(answer)) == (403, "SignatureDoesNotMatch")
    old = s3.generate_presigned_post(bucket, "k", ExpiresIn=-60)
    status, _, answer = post(table, bucket, old["fields"], "a.txt", b"hello")
    assert status == 403 and b"Invalid according to Policy: Policy expired." in answer


def test_a_form_is_authorized_as_its_signer(table, bucket, user):
    form = user.client("s3", signature_version="s3v4").generate_presigned_post(bucket, "mine/k")
    assert post(table, bucket, form["fields"], "f", b"x")[0] == 403
    user.allow("s3:PutObject", "arn:aws:s3:::%s/mine/*" % bucket)
    assert post(table, bucket, form["fields"], "f", b"x")[0] == 204
    user.allow("s3:*", effect="Deny", name="no", Condition={"StringEquals": {"s3:authType": "POST"}})
    assert post(table, bucket, form["fields"], "f", b"x")[0] == 403


def test_a_large_form_streams(table, s3, bucket):
    data = bytes(range(256)) * 40_000
    form = table.client("s3", signature_version="s3v4").generate_presigned_post(bucket, "big")
    assert post(table, bucket, form["fields"], "f", data)[0] == 204
    assert s3.get_object(Bucket=bucket, Key="big")["Body"].read() == data


def visit(table, bucket, path, method="GET", **headers):
    host = "%s.s3-website.localhost:%s" % (bucket, table.host.rsplit(":", 1)[1])
    return table.send(method, path, dict(headers, host=host))


def test_a_web_site_set_up_by_the_aws_cli(table, s3, bucket, tmp_path):
    open_to_all(s3, bucket, "s3:GetObject")
    for key, body in [("index.html", b"home"), ("docs/index.html", b"docs"), ("error.html", b"sorry")]:
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/html")
    said = dict(
        environment(), AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1",
        HOME=str(tmp_path),
    )
    if table.ca:
        said["AWS_CA_BUNDLE"] = table.ca
    words = ["s3", "website", "s3://" + bucket, "--index-document", "index.html", "--error-document", "error.html"]
    words = [sys.executable, "-m", "awscli", "--endpoint-url", table.url] + words
    subprocess.run(words, check=True, env=said)
    assert s3.get_bucket_website(Bucket=bucket)["ErrorDocument"] == {"Key": "error.html"}
    assert visit(table, bucket, "/")[2] == b"home"
    assert visit(table, bucket, "/docs/")[2] == b"docs"
    status, headers, _ = visit(table, bucket, "/docs")
    assert (status, headers["location"]) == (302, "/docs/")
    assert visit(table, bucket, "/nowhere")[::2] == (403, b"sorry")
    assert visit(table, bucket, "/", "HEAD")[::2] == (200, b"")
    assert visit(table, bucket, "/", "DELETE")[0] == 405
    status, headers, body = visit(table, bucket, "/", range="bytes=1-2")
    assert (status, body, headers["content-range"]) == (206, b"om", "bytes 1-2/4")
    s3.put_bucket_website(
        Bucket=bucket, WebsiteConfiguration={"RedirectAllRequestsTo": {"HostName": "example.com"}}
    )
    status, headers, _ = visit(table, bucket, "/a?b")
    scheme = "https" if table.tls else "http"
    assert (status, headers["location"]) == (301, scheme + "://example.com/a?b")
    s3.delete_bucket_website(Bucket=bucket)
    status, headers, body = visit(table, bucket, "/")
    assert status == 404 and b"<li>Code: NoSuchWebsiteConfiguration</li>" in body


def test_preflights_follow_the_rules_of_the_bucket(table, s3, bucket):
    asked = {"origin": ORIGIN, "access-control-request-method": "PUT"}
    status, _, answer = table.send("OPTIONS", "/%s/key" % bucket, asked)
    assert (status, code_in(answer)) == (403, "AccessForbidden")
    rule = {"AllowedOrigins": [ORIGIN], "AllowedMethods": ["PUT", "GET"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 9}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [rule]
    status, headers, _ = table.send(
        "OPTIONS", "/%s/key" % bucket, dict(asked, **{"access-control-request-headers": "content-type,x-amz-acl"})
    )
    assert status == 200 and headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-allow-headers"] == "content-type, x-amz-acl"
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "key"})
    path = url.split(table.host, 1)[1]
    status, headers, body = table.send("GET", path, {"origin": ORIGIN})
    assert (status, body, headers["access-control-allow-origin"]) == (200, b"x", ORIGIN)
    _, headers, _ = table.send("GET", path, {"origin": "https://elsewhere"})
    assert "access-control-allow-origin" not in headers


def test_who_uploaded_this(table, s3, bucket, user):
    logs = fresh("logs")
    s3.create_bucket(Bucket=logs)
    statement = {
        "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::%s/*" % logs,
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::" + bucket}},
    }
    s3.put_bucket_policy(Bucket=logs, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    target = {"TargetBucket": logs, "TargetPrefix": "of/", "TargetObjectKeyFormat": {"SimplePrefix": {}}}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": target})
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"] == target
    user.allow("s3:PutObject", "arn:aws:s3:::%s/*" % bucket)
    user.client("s3").put_object(Bucket=bucket, Key="the file", Body=b"hello")
    table.advance("10m")
    [found] = s3.list_objects_v2(Bucket=logs)["Contents"]
    text = s3.get_object(Bucket=logs, Key=found["Key"])["Body"].read().decode()
    [line] = [line for line in text.splitlines() if "REST.PUT.OBJECT" in line]
    assert re.match(
        r'[0-9a-f]{64} %s \[../.../....:..:..:.. \+0000\] 127.0.0.1 %s \S+ REST.PUT.OBJECT the%%20file '
        r'"PUT /%s/the%%20file HTTP/1.1" 200 - - 5 \d+ \d+ "-" "Boto3/[^"]*" - \S+ SigV4 - AuthHeader '
        % (bucket, re.escape(user.arn), bucket), line,
    ), line


def test_an_inventory_each_day(table, s3, bucket):
    statement = {
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::%s/*" % bucket,
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    s3.put_object(Bucket=bucket, Key="some key", Body=b"hello")
    to = {"Bucket": "arn:aws:s3:::" + bucket, "Format": "CSV", "Prefix": "lists"}
    s3.put_bucket_inventory_configuration(Bucket=bucket, Id="daily", InventoryConfiguration={
        "Id": "daily", "IsEnabled": True, "IncludedObjectVersions": "Current", "Schedule": {"Frequency": "Daily"},
        "OptionalFields": ["Size"], "Destination": {"S3BucketDestination": to}, "Filter": {"Prefix": "some"},
    })
    table.advance("1d")
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, Prefix="lists/")["Contents"]]
    [manifest] = [k for k in keys if k.endswith("manifest.json")]
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=manifest)["Body"].read())
    [file] = manifest["files"]
    packed = s3.get_object(Bucket=bucket, Key=file["key"])["Body"].read()
    assert gzip.decompress(packed).decode() == '"%s","some+key","5"\n' % bucket
    s3.delete_bucket_inventory_configuration(Bucket=bucket, Id="daily")
