"""Multi-Region Access Points through boto3 with AWS's C runtime, which signs by version 4A: what is signed, where it is led,
who is let in. Runs where `awscrt` is installed."""

import html
import json
import socket
import urllib.parse

import pytest
from botocore.exceptions import ClientError

from conftest import User
from table import ACCOUNT, fresh

pytest.importorskip("awscrt", reason="boto3 signs by version 4A with awscrt only")

from botocore.auth import S3SigV4QueryAuth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from botocore.crt.auth import CrtS3SigV4AsymAuth  # noqa: E402

REGIONS = ["us-east-1", "us-west-2", "eu-west-1"]


def led_here(client, table):
    """Endpoint rules know one host of a Multi-Region Access Point, whatever endpoint is set: requests, once signed for it, are
    sent to the table."""

    def send_here(request, **_):
        to = urllib.parse.urlsplit(request.url)
        assert to.netloc.endswith(".accesspoint.s3-global.amazonaws.com"), request.url
        request.url = table.url + urllib.parse.urlunsplit(("", "", to.path, to.query, ""))

    client.meta.events.register("before-send.s3", send_here)
    return client


class Global:
    """A Multi-Region Access Point with a bucket in each region, in which an object tells where it is."""

    def __init__(self, table):
        self.table = table
        self.control = table.client("s3control", region="us-west-2")
        self.buckets = {}
        for region in REGIONS:
            name = self.buckets[region] = fresh("bucket")
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            regional = table.client("s3", region=region)
            regional.create_bucket(Bucket=name, **where)
            regional.put_object(Bucket=name, Key="where", Body=region.encode())
        self.name = fresh("point")
        details = {"Name": self.name, "Regions": [{"Bucket": b} for b in self.buckets.values()]}
        self.control.create_multi_region_access_point(AccountId=ACCOUNT, ClientToken=fresh("t"), Details=details)
        table.advance("10m")
        made = self.control.get_multi_region_access_point(AccountId=ACCOUNT, Name=self.name)["AccessPoint"]
        self.alias = made["Alias"]
        self.arn = "arn:aws:s3::%s:accesspoint/%s" % (ACCOUNT, self.alias)
        self.host = "%s.accesspoint.s3-global.amazonaws.com" % self.alias

    def client(self, *who, **how):
        return led_here(self.table.client("s3", *who, **how), self.table)

    def dial(self, **dials):
        updates = [{"Region": r.replace("_", "-"), "TrafficDialPercentage": d} for r, d in dials.items()]
        self.control.submit_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=self.arn, RouteUpdates=updates)

    def send(self, region_set, secret="test", key="test", method="GET", path="/where"):
        """A request signed by version 4A for a set of regions."""
        request = AWSRequest(method, "https://" + self.host + path, headers={"Host": self.host})
        CrtS3SigV4AsymAuth(Credentials(key, secret), "s3", region_set).add_auth(request)
        status, _, body = self.table.send(method, path, dict(request.headers.items()))
        return status, body.decode()


@pytest.fixture(scope="module")
def point(table):
    """S3 Control's client puts the account in front of the endpoint's host, which must have a name for it."""
    resolve = socket.getaddrinfo

    def below(host, *more, **named):
        return resolve("localhost" if str(host).endswith(".localhost") else host, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", below)
        patch.setattr(table, "url", table.url.replace("127.0.0.1", "localhost"))
        yield Global(table)


def code(call, **words):
    with pytest.raises(ClientError) as e:
        call(**words)
    return e.value.response["Error"]["Code"]


def test_calls_are_led_to_the_nearest_active_bucket(point):
    s3 = point.client()
    where = lambda: s3.get_object(Bucket=point.arn, Key="where")["Body"].read().decode()  # noqa: E731
    assert where() == "us-east-1"
    point.dial(us_east_1=0)
    assert where() == "us-west-2"
    point.dial(us_west_2=0)
    assert where() == "eu-west-1"
    point.dial(us_east_1=100, us_west_2=100)
    assert where() == "us-east-1"


def test_objects_are_written_and_read_through_it(point, table):
    s3 = point.client()
    body = b"x" * 100_000
    s3.put_object(Bucket=point.arn, Key="a b/ü", Body=body, Metadata={"m": "n"})
    assert s3.head_object(Bucket=point.arn, Key="a b/ü")["Metadata"] == {"m": "n"}
    plain = table.client("s3")
    assert plain.get_object(Bucket=point.buckets["us-east-1"], Key="a b/ü")["Body"].read() == body
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=point.arn)["Contents"]]
    assert keys == ["a b/ü", "where"]
    upload = s3.create_multipart_upload(Bucket=point.arn, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=point.arn, Key="parts", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    s3.complete_multipart_upload(Bucket=point.arn, Key="parts", UploadId=upload, MultipartUpload=parts)
    source = {"Bucket": point.buckets["us-east-1"], "Key": "parts"}
    s3.copy_object(Bucket=point.arn, Key="copy", CopySource=source)
    assert plain.get_object(Bucket=point.buckets["us-east-1"], Key="copy")["Body"].read() == b"part"
    for key in ["a b/ü", "parts", "copy"]:
        s3.delete_object(Bucket=point.arn, Key=key)


def test_presigned_urls_hold_in_every_region(point, table):
    url = point.client().generate_presigned_url("get_object", {"Bucket": point.arn, "Key": "where"}, ExpiresIn=60)
    assert "X-Amz-Region-Set=%2A" in url and "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256" in url
    path = url.split(point.host)[1]
    assert table.send("GET", path, {"Host": point.host})[0::2] == (200, b"us-east-1")
    status, _, body = table.send("GET", path.replace("%2A&", "us-east-1&"), {"Host": point.host})
    assert status == 403 and b"SignatureDoesNotMatch" in body and b"AWS4-ECDSA-P256-SHA256" in body
    table.advance("2m")


@pytest.mark.parametrize("region_set, status, said", [
    ("*", 200, "us-east-1"),
    ("us-west-2", 400, "the region 'us-west-2' is wrong; expecting 'us-east-1'"),
    ("us-*", 200, "us-east-1"),
    ("eu-west-1,us-east-1", 200, "us-east-1"),
    ("mars-north-1", 400, "AuthorizationHeaderMalformed"),
])
def test_a_signature_holds_in_its_regions_alone(point, region_set, status, said):
    # With one bucket left, every call is led there.
    point.dial(us_west_2=0, eu_west_1=0)
    found, body = point.send(region_set)
    point.dial(us_west_2=100, eu_west_1=100)
    assert found == status and said in html.unescape(body), body


def test_a_region_set_is_where_a_call_comes_from(point):
    assert point.send("eu-west-1") == (200, "eu-west-1")
    assert point.send("us-west-2") == (200, "us-west-2")


def test_wrong_secrets_and_unknown_keys_are_refused(point, table, iam):
    assert code(point.client(secret="wrong").get_object, Bucket=point.arn, Key="where") == "SignatureDoesNotMatch"
    unknown = point.client("AKIAIOSFODNN7EXAMPLE", "wrong")
    assert code(unknown.get_object, Bucket=point.arn, Key="where") == "InvalidAccessKeyId"
    status, _, body = table.send("GET", "/where", {"Host": point.host})
    assert status == 403 and b"AccessDenied" in body, "nobody comes through unsigned"
    # A key that is replaced is replaced for version 4A, too.
    user = User(table, iam)
    user.allow("s3:*")
    assert user.client("s3").get_object(Bucket=point.buckets["us-east-1"], Key="where")
    s3 = point.client(user.key, user.secret)
    assert s3.get_object(Bucket=point.arn, Key="where")["Body"].read() == b"us-east-1"
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.key)
    assert code(s3.get_object, Bucket=point.arn, Key="where") == "InvalidAccessKeyId"


def test_sessions_sign_with_their_token(point, user, role):
    user.allow("sts:AssumeRole")
    role.allow("s3:GetObject", [point.arn + "/object/*", "arn:aws:s3:::%s/*" % point.buckets["us-east-1"]])
    session = user.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="session")["Credentials"]
    who = session["AccessKeyId"], session["SecretAccessKey"]
    s3 = point.client(*who, session["SessionToken"])
    assert s3.get_object(Bucket=point.arn, Key="where")["Body"].read() == b"us-east-1"
    assert code(s3.delete_object, Bucket=point.arn, Key="where") == "AccessDenied"
    other = point.client(*who, session["SessionToken"] + "x")
    assert code(other.get_object, Bucket=point.arn, Key="where") == "InvalidToken"


def test_its_policy_and_the_buckets_must_both_allow(point, table, iam):
    user = User(table, iam)
    s3 = point.client(user.key, user.secret)
    assert code(s3.get_object, Bucket=point.arn, Key="where") == "AccessDenied"
    user.allow("s3:GetObject", point.arn + "/object/*")
    assert code(s3.get_object, Bucket=point.arn, Key="where") == "AccessDenied", "the bucket has not allowed it"
    user.allow("s3:GetObject", [point.arn + "/object/*", "arn:aws:s3:::bucket-*"])
    assert s3.get_object(Bucket=point.arn, Key="where")["Body"].read() == b"us-east-1"
    statement = {"Effect": "Deny", "Principal": {"AWS": user.arn}, "Action": "s3:GetObject",
                 "Resource": point.arn + "/object/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    point.control.put_multi_region_access_point_policy(
        AccountId=ACCOUNT, ClientToken=fresh("t"), Details={"Name": point.name, "Policy": policy})
    table.advance("10m")
    assert code(s3.get_object, Bucket=point.arn, Key="where") == "AccessDenied"


def test_what_it_does_not_take_is_refused(point, table):
    s3 = point.client()
    assert code(s3.delete_objects, Bucket=point.arn, Delete={"Objects": [{"Key": "x"}]}) == "MethodNotAllowed"
    assert code(s3.list_objects, Bucket=point.arn) == "MethodNotAllowed"
    assert code(s3.get_bucket_policy, Bucket=point.arn) == "MethodNotAllowed"
    gone = point.arn.replace(point.alias, "mabcdefghijkl.mrap")
    assert code(s3.get_object, Bucket=gone, Key="where") == "NoSuchMultiRegionAccessPoint"


def test_version_4_comes_through_in_its_own_region(point, table):
    """As AWS answers (boto/boto3#4627): version 4 names one region, and the bucket that the call is led to may be of another."""

    def get(region):
        url = "https://%s/where" % point.host
        request = AWSRequest("GET", url)
        S3SigV4QueryAuth(Credentials("test", "test"), "s3", region, 60).add_auth(request)
        status, _, body = table.send("GET", request.url.split(point.host)[1], {"Host": point.host})
        return status, body.decode()

    assert get("eu-west-1") == (200, "eu-west-1")
    point.dial(eu_west_1=0)
    status, body = get("eu-west-1")
    point.dial(eu_west_1=100)
    said = "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'"
    assert status == 400 and "AuthorizationQueryParametersError" in body and said in html.unescape(body), body


def test_buckets_take_version_4a_too(point, table):
    s3 = table.client("s3", signature_version="s3v4a")
    bucket = point.buckets["us-east-1"]
    assert s3.get_object(Bucket=bucket, Key="where")["Body"].read() == b"us-east-1"
    assert code(s3.get_object, Bucket=point.buckets["us-west-2"], Key="where") in ("PermanentRedirect", "301")


def test_other_services_take_version_4a(table):
    sts = table.client("sts", signature_version="v4a")
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    wrong = table.client("sts", secret="wrong", signature_version="v4a")
    assert code(wrong.get_caller_identity) == "SignatureDoesNotMatch"
