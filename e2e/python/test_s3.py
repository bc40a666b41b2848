"""S3 through boto3: objects, its transfer manager, keys of every kind, presigned URLs of both versions, uploads in parts."""

import http.client
import io
import os
import re
import urllib.parse

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from table import fresh

MIB = 1024 * 1024


@pytest.fixture
def s3(table):
    return table.client("s3")


@pytest.fixture
def bucket(s3):
    name = fresh("bucket")
    s3.create_bucket(Bucket=name)
    return name


def path_of(url):
    """What of a URL goes into the request's first line."""
    parts = urllib.parse.urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def code_in(body):
    return re.search(rb"<Code>(.*?)</Code>", body).group(1).decode()


KEYS = [
    "plain", "with space", "a+b", "50%", "a%2Fb", "ünï/cödé", "日本/語", "slash/", "/leading", "a//b", "../up", "a/./b",
    "tab\tkey", "q?x=1&y", "hash#tag", "semi;colon,comma", "'quote\"", "<angle>&amp;", "~tilde", "a=b", "x" * 1024,
]


@pytest.mark.parametrize("key", KEYS)
def test_keys_of_every_kind(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(key.encode())
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == key.encode()
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": "copy"}]})
    assert {d["Key"] for d in answer["Deleted"]} == {key, "copy"}
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_the_transfer_manager_goes_up_and_down_in_parts(s3, bucket, tmp_path):
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
    data = os.urandom(13 * MIB + 7)
    s3.upload_fileobj(io.BytesIO(data), bucket, "big", Config=config, ExtraArgs={"Metadata": {"a": "b"}})
    head = s3.head_object(Bucket=bucket, Key="big")
    assert head["ETag"].endswith('-3"') and head["Metadata"] == {"a": "b"} and head["ContentLength"] == len(data)
    s3.download_file(bucket, "big", str(tmp_path / "big"), Config=config)
    assert (tmp_path / "big").read_bytes() == data
    part = s3.get_object(Bucket=bucket, Key="big", PartNumber=2)
    assert part["Body"].read() == data[5 * MIB:10 * MIB] and part["PartsCount"] == 3
    ranged = s3.get_object(Bucket=bucket, Key="big", Range="bytes=%d-%d" % (5 * MIB - 3, 5 * MIB + 3))
    assert ranged["Body"].read() == data[5 * MIB - 3:5 * MIB + 4]
    s3.copy({"Bucket": bucket, "Key": "big"}, bucket, "again", Config=config)
    assert s3.get_object(Bucket=bucket, Key="again")["Body"].read() == data
    whole = s3.copy_object(Bucket=bucket, Key="whole", CopySource=bucket + "/big")["CopyObjectResult"]["ETag"]
    assert "-" not in whole
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@pytest.mark.parametrize("algorithm", [
    "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "XXHASH64", "XXHASH3", "XXHASH128",
])
def test_checksums_in_trailers_and_headers(s3, bucket, algorithm):
    if algorithm in ("CRC32C", "CRC64NVME") or algorithm.startswith("XXHASH"):
        pytest.importorskip("awscrt", reason="boto3 computes %s with awscrt only" % algorithm)
    s3.put_object(Bucket=bucket, Key="k", Body=io.BytesIO(b"x" * 100_000), ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Checksum" + algorithm] and got["Body"].read() == b"x" * 100_000


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_presigned_urls(table, s3, bucket, version, style):
    signer = table.client("s3", signature_version=version, s3={"addressing_style": style})
    name = {"Bucket": bucket, "Key": "a b/ü"}

    def send(method, url, headers=None, body=None):
        # A client resolves the bucket's host to the table's address.
        host = urllib.parse.urlsplit(url).netloc
        return table.send(method, path_of(url), {"Host": host, **(headers or {})}, body)

    put = signer.generate_presigned_url("put_object", {**name, "Metadata": {"x": "y"}})
    sent = {"x-amz-meta-x": "y"} if version == "s3v4" else {}
    status, headers, body = send("PUT", put, sent, b"hello")
    assert status == 200, body
    assert re.fullmatch("[0-9A-F]{16}", headers["x-amz-request-id"]) and headers["x-amz-id-2"]
    got = s3.get_object(**name)
    assert (got["Body"].read(), got["Metadata"]) == (b"hello", {"x": "y"})
    get = signer.generate_presigned_url("get_object", {**name, "ResponseContentType": "text/x"}, ExpiresIn=60)
    status, headers, body = send("GET", get)
    assert (status, body, headers["content-type"]) == (200, b"hello", "text/x")
    status, _, body = send("PUT", get, body=b"no")
    assert (status, code_in(body)) == (403, "SignatureDoesNotMatch") and b"<StringToSign>" in body
    status, _, body = send("GET", get.replace("text%2Fx", "text%2Fy"))
    assert status == 403
    status, _, body = send("HEAD", get)
    assert (status, body) == (403, b"")
    late = signer.generate_presigned_url("get_object", name, ExpiresIn=-5 if version == "s3" else 1)
    if version == "s3":
        status, _, body = send("GET", late)
        assert (status, code_in(body)) == (403, "AccessDenied") and b"Request has expired" in body
        assert b"<Expires>" in body and b"<ServerTime>" in body


def test_version_2_in_the_header(table, s3, bucket):
    old = table.client("s3", signature_version="s3")
    old.put_object(Bucket=bucket, Key="k", Body=b"x", Metadata={"a": "b"}, ContentType="text/plain")
    assert old.get_object(Bucket=bucket, Key="k")["Metadata"] == {"a": "b"}
    assert [o["Key"] for o in old.list_objects_v2(Bucket=bucket, Prefix="k")["Contents"]] == ["k"]
    wrong = table.client("s3", secret="other", signature_version="s3")
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        wrong.get_object(Bucket=bucket, Key="k")


def test_uploads_end_in_an_object_or_in_nothing(s3, bucket):
    begun = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    parts = []
    for n, size in ((1, 5 * MIB), (2, 3)):
        tag = s3.upload_part(Bucket=bucket, Key="k", UploadId=begun, PartNumber=n, Body=b"x" * size)["ETag"]
        parts.append({"PartNumber": n, "ETag": tag})
    with pytest.raises(ClientError, match="EntityTooSmall"):
        small = s3.create_multipart_upload(Bucket=bucket, Key="s")["UploadId"]
        tags = [s3.upload_part(Bucket=bucket, Key="s", UploadId=small, PartNumber=n, Body=b"x")["ETag"] for n in (1, 2)]
        some = [{"PartNumber": n, "ETag": t} for n, t in zip((1, 2), tags)]
        s3.complete_multipart_upload(Bucket=bucket, Key="s", UploadId=small, MultipartUpload={"Parts": some})
    s3.abort_multipart_upload(Bucket=bucket, Key="s", UploadId=small)
    done = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=begun, MultipartUpload={"Parts": parts})
    again = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=begun, MultipartUpload={"Parts": parts})
    assert done["ETag"] == again["ETag"] == s3.head_object(Bucket=bucket, Key="k")["ETag"]
    with pytest.raises(ClientError) as e:
        s3.upload_part(Bucket=bucket, Key="k", UploadId=begun, PartNumber=3, Body=b"x")
    assert e.value.response["Error"]["Code"] == "NoSuchUpload"


def test_a_refused_upload_leaves_the_connection_in_order(table, s3, bucket):
    """A client that sends a large body to a bucket that isn't there reads the refusal."""
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.put_object(Bucket=fresh("no"), Key="k", Body=b"x" * MIB)
    connection = table.connection()
    connection.request("HEAD", "/%s/nothing" % bucket)
    answer = connection.getresponse()
    assert answer.status == 403 and answer.read() == b""
    assert isinstance(connection, http.client.HTTPConnection)
