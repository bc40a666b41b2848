"""S3 Control through boto3 and the AWS CLI: what an account blocks, access points by ARN and alias, tags, jobs."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from conftest import User
from table import ACCOUNT, fresh

AWS = pathlib.Path(sys.executable).with_name("aws")


@pytest.fixture(autouse=True)
def names(monkeypatch, table):
    """Clients put accounts and access points in front of the endpoint's host, which must have a name for it; names below
    `localhost` are resolved here, since not every system does."""
    url = table.url.replace("127.0.0.1", "localhost")
    monkeypatch.setattr(table, "url", url)
    monkeypatch.setitem(table.exports, "AWS_ENDPOINT_URL", url)
    resolve = socket.getaddrinfo

    def below(host, *more, **named):
        return resolve("localhost" if str(host).endswith(".localhost") else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", below)


@pytest.fixture
def s3(table):
    return table.client("s3")


@pytest.fixture
def control(table):
    return table.client("s3control")


@pytest.fixture
def bucket(s3):
    name = fresh("bucket")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def point(control, bucket):
    """An access point of the bucket: its name, ARN and alias."""
    name = fresh("point")
    made = control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket)
    return name, made["AccessPointArn"], made["Alias"]


def refused(call, **words):
    with pytest.raises(ClientError) as e:
        call(**words)
    return e.value.response["Error"]


def test_what_an_account_blocks_is_blocked_at_once(control, s3, bucket, table):
    s3.delete_public_access_block(Bucket=bucket)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*" % bucket}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    config = {"BlockPublicPolicy": True}
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=config)
    try:
        said = control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]
        assert said == {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": True,
                        "RestrictPublicBuckets": False}
        assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=policy)["Code"] == "AccessDenied"
    finally:
        control.delete_public_access_block(AccountId=ACCOUNT)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    error = refused(control.get_public_access_block, AccountId=ACCOUNT)
    assert error["Code"] == "NoSuchPublicAccessBlockConfiguration" and error["AccountId"] == ACCOUNT
    other = control.get_public_access_block
    assert refused(other, AccountId="111111111111")["Code"] == "AccessDenied"


def test_an_access_point_from_birth_to_death(control, s3, bucket, point):
    name, arn, alias = point
    said = control.get_access_point(AccountId=ACCOUNT, Name=name)
    assert (said["Bucket"], said["NetworkOrigin"], said["Alias"]) == (bucket, "Internet", alias)
    assert arn == "arn:aws:s3:us-east-1:%s:accesspoint/%s" % (ACCOUNT, name)
    listed = control.list_access_points(AccountId=ACCOUNT, Bucket=bucket)["AccessPointList"]
    assert [p["AccessPointArn"] for p in listed] == [arn]
    assert refused(s3.delete_bucket, Bucket=bucket)["Code"] == "BucketHasAccessPointsAttached"
    assert refused(control.create_access_point, AccountId=ACCOUNT, Name=name, Bucket=bucket) == {
        "Code": "AccessPointAlreadyOwnedByYou",
        "Message": "Your previous request to create the named accesspoint succeeded and you already own it.",
        "Type": "Sender",
    }
    control.delete_access_point(AccountId=ACCOUNT, Name=name)
    error = refused(control.get_access_point, AccountId=ACCOUNT, Name=name)
    assert (error["Code"], error["AccessPointName"]) == ("NoSuchAccessPoint", name)
    error = refused(control.create_access_point, AccountId=ACCOUNT, Name="xn-_test-alias", Bucket=bucket)
    assert (error["Code"], error["URI"]) == ("InvalidURI", "accesspoint/xn-_test-alias")


@pytest.mark.parametrize("which", [1, 2], ids=["arn", "alias"])
def test_objects_through_an_access_point(s3, bucket, point, which):
    way = point[which]
    s3.put_object(Bucket=way, Key="a b/c", Body=b"hello")
    assert s3.get_object(Bucket=bucket, Key="a b/c")["Body"].read() == b"hello"
    assert s3.get_object(Bucket=way, Key="a b/c")["Body"].read() == b"hello"
    assert s3.head_object(Bucket=way, Key="a b/c")["ContentLength"] == 5
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=way)["Contents"]] == ["a b/c"]
    s3.copy_object(Bucket=way, Key="copy", CopySource={"Bucket": point[1], "Key": "a b/c"})
    assert s3.get_object(Bucket=way, Key="copy")["Body"].read() == b"hello"
    upload = s3.create_multipart_upload(Bucket=way, Key="parts")
    assert upload["Bucket"] == bucket
    part = s3.upload_part(Bucket=way, Key="parts", UploadId=upload["UploadId"], PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket=way, Key="parts", UploadId=upload["UploadId"], MultipartUpload=parts)
    found = {"Objects": [{"Key": o["Key"]} for o in s3.list_objects_v2(Bucket=way)["Contents"]]}
    assert len(s3.delete_objects(Bucket=way, Delete=found)["Deleted"]) == 3
    assert s3.generate_presigned_url("get_object", Params={"Bucket": way, "Key": "k"})


def test_the_access_point_and_the_bucket_must_both_permit(table, iam, control, s3, bucket, point):
    name, arn, _ = point
    s3.put_object(Bucket=bucket, Key="a", Body=b"hello")
    user = User(table, iam)
    theirs = user.client("s3")
    assert refused(theirs.get_object, Bucket=arn, Key="a")["Code"] == "AccessDenied"
    allow = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "s3:GetObject", "Resource": arn + "/object/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=policy)
    assert json.loads(control.get_access_point_policy(AccountId=ACCOUNT, Name=name)["Policy"]) == json.loads(policy)
    assert control.get_access_point_policy_status(AccountId=ACCOUNT, Name=name)["PolicyStatus"]["IsPublic"] is False
    assert refused(theirs.get_object, Bucket=arn, Key="a")["Code"] == "AccessDenied", "the bucket grants nothing yet"
    both = ["arn:aws:s3:::" + bucket, "arn:aws:s3:::%s/*" % bucket]
    delegate = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": both,
                "Condition": {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [delegate]}))
    assert theirs.get_object(Bucket=arn, Key="a")["Body"].read() == b"hello"
    assert refused(theirs.get_object, Bucket=bucket, Key="a")["Code"] == "AccessDenied"
    assert refused(theirs.put_object, Bucket=arn, Key="b", Body=b"")["Code"] == "AccessDenied"


def test_a_private_clouds_access_point_lets_nobody_in_from_the_internet(control, s3, bucket):
    vpc = {"VpcId": "vpc-1a2b3c"}
    made = control.create_access_point(AccountId=ACCOUNT, Name=fresh("vpc"), Bucket=bucket, VpcConfiguration=vpc)
    assert refused(s3.list_objects_v2, Bucket=made["AccessPointArn"])["Code"] == "AccessDenied"


def test_tags(control, s3, bucket, point):
    for arn in ["arn:aws:s3:::" + bucket, point[1]]:
        control.tag_resource(AccountId=ACCOUNT, ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
        control.untag_resource(AccountId=ACCOUNT, ResourceArn=arn, TagKeys=["b"])
        assert control.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "a", "Value": "1"}]
    nothing = "arn:aws:s3:::" + fresh("nothing")
    error = refused(control.list_tags_for_resource, AccountId=ACCOUNT, ResourceArn=nothing)
    assert (error["Code"], error["Message"]) == ("NoSuchResource", "The specified resource doesn't exist.")


def test_a_job_tags_what_its_manifest_names(table, iam, control, s3, bucket):
    trust = {"Effect": "Allow", "Principal": {"Service": "batchoperations.s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    name = fresh("worker")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    allow = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging", "s3:ListBucket"],
             "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    keys = ["key %03d" % n for n in range(250)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    lines = "".join("%s,%s\n" % (bucket, key.replace(" ", "%20")) for key in keys + ["missing"])
    etag = s3.put_object(Bucket=bucket, Key="manifest.csv", Body=lines.encode())["ETag"]
    job = control.create_job(
        AccountId=ACCOUNT, ConfirmationRequired=False, Priority=1, RoleArn=role["Role"]["Arn"], ClientRequestToken=fresh("t"),
        Operation={"S3PutObjectTagging": {"TagSet": [{"Key": "team", "Value": "red"}]}},
        Manifest={"Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
                  "Location": {"ObjectArn": "arn:aws:s3:::%s/manifest.csv" % bucket, "ETag": etag}},
        Report={"Enabled": True, "Bucket": "arn:aws:s3:::" + bucket, "Format": "Report_CSV_20180820", "Prefix": "reports",
                "ReportScope": "AllTasks"},
    )["JobId"]
    table.advance("1m")
    said = control.describe_job(AccountId=ACCOUNT, JobId=job)["Job"]
    assert said["Status"] == "Complete", said
    summary = said["ProgressSummary"]
    assert (summary["TotalNumberOfTasks"], summary["NumberOfTasksSucceeded"], summary["NumberOfTasksFailed"]) == (251, 250, 1)
    assert s3.get_object_tagging(Bucket=bucket, Key=keys[-1])["TagSet"] == [{"Key": "team", "Value": "red"}]
    report = json.loads(s3.get_object(Bucket=bucket, Key="reports/job-%s/manifest.json" % job)["Body"].read())
    files = {r["TaskExecutionStatus"]: s3.get_object(Bucket=bucket, Key=r["Key"])["Body"].read().decode() for r in report["Results"]}
    assert len(files["succeeded"].splitlines()) == 250
    assert files["failed"].startswith("%s,missing,,failed,404,NoSuchKey," % bucket)
    assert [j["JobId"] for j in control.list_jobs(AccountId=ACCOUNT, JobStatuses=["Complete"])["Jobs"]].count(job) == 1


def test_an_object_may_lie_where_s3_control_has_its_paths(table, bucket):
    s3 = table.client("s3", s3={"addressing_style": "virtual"})
    s3.put_object(Bucket=bucket, Key="v20180820/jobs", Body=b"hello")
    assert s3.get_object(Bucket=bucket, Key="v20180820/jobs")["Body"].read() == b"hello"


@pytest.fixture
def aws(table, tmp_path):
    """Runs `aws` with names below `localhost` resolved, as in this process."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "resolve = socket.getaddrinfo\n"
        "socket.getaddrinfo = lambda host, *a, **k: resolve('localhost' if str(host).endswith('.localhost') else host, *a, **k)\n"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env.update(table.exports, AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="", AWS_MAX_ATTEMPTS="1", PYTHONPATH=str(tmp_path))

    def run(*words, code=0):
        done = subprocess.run([sys.executable, str(AWS)] + list(words), env=env, capture_output=True, text=True, timeout=120,
                              cwd=str(tmp_path))
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout.strip() if code == 0 else done.stderr.strip()

    return run


def test_the_command_line(aws, bucket, point, tmp_path):
    name, arn, alias = point
    said = json.loads(aws("s3control", "get-access-point", "--account-id", ACCOUNT, "--name", name))
    assert said["Bucket"] == bucket
    (tmp_path / "file").write_text("hello")
    aws("s3", "cp", "file", "s3://%s/folder/file" % arn)
    assert "file" in aws("s3", "ls", "s3://%s/folder/" % arn)
    aws("s3", "cp", "s3://%s/folder/file" % alias, "back")
    assert (tmp_path / "back").read_text() == "hello"
    aws("s3", "sync", "s3://%s" % arn, "all")
    assert (tmp_path / "all" / "folder" / "file").read_text() == "hello"
    assert "NoSuchAccessPoint" in aws("s3control", "get-access-point", "--account-id", ACCOUNT, "--name", "nothing", code=255)


def test_a_manifest_is_read_in_pieces(table, iam, control, s3, bucket):
    """Longer than what is read at once: each line is taken once. Its objects aren't there, so that the job gives up."""
    trust = {"Effect": "Allow", "Principal": {"Service": "batchoperations.s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    name = fresh("worker")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    allow = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObjectTagging"], "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    lines = "".join("%s,%s%d\n" % (bucket, "x" * 600, n) for n in range(4_000))
    assert len(lines) > 2 * 1024 * 1024
    etag = s3.put_object(Bucket=bucket, Key="manifest.csv", Body=lines.rstrip("\n").encode())["ETag"]
    job = control.create_job(
        AccountId=ACCOUNT, ConfirmationRequired=False, Priority=1, RoleArn=role["Role"]["Arn"], ClientRequestToken=fresh("t"),
        Operation={"S3DeleteObjectTagging": {}}, Report={"Enabled": False},
        Manifest={"Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
                  "Location": {"ObjectArn": "arn:aws:s3:::%s/manifest.csv" % bucket, "ETag": etag}},
    )["JobId"]
    table.advance("1m")
    said = control.describe_job(AccountId=ACCOUNT, JobId=job)["Job"]
    assert said["ProgressSummary"]["TotalNumberOfTasks"] == 4_000, said
    assert said["FailureReasons"][0]["FailureCode"] == "JobFailureThresholdExceeded"
