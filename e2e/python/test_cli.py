"""AWS CLI v1 as people use it: settings from the environment alone, answers as JSON and text, failures as exit codes."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from table import ACCOUNT, fresh

AWS = pathlib.Path(sys.executable).with_name("aws")


@pytest.fixture
def aws(table, tmp_path):
    """Runs `aws` with an environment that holds nothing but the exports that the server prints."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env.update(table.exports, AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="", AWS_MAX_ATTEMPTS="1")
    env.update(AWS_CONFIG_FILE=str(tmp_path / "config"), AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "credentials"))

    def run(*words, code=0, **extra):
        # Version 1 sends SQS's requests to the queue's old host name unless the endpoint stands on the command line.
        words = ("--endpoint-url", table.url) * (words[0] == "sqs") + words
        done = subprocess.run([sys.executable, str(AWS)] + list(words), env=dict(env, **extra),
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout.strip() if code == 0 else done.stderr.strip()

    return run


def test_who_am_i(aws):
    assert json.loads(aws("sts", "get-caller-identity"))["Account"] == ACCOUNT
    assert aws("sts", "get-caller-identity", "--query", "Arn", "--output", "text") == "arn:aws:iam::%s:root" % ACCOUNT


def test_a_queue_from_birth_to_death(aws, table):
    name = fresh("q")
    url = aws("sqs", "create-queue", "--queue-name", name, "--attributes", "VisibilityTimeout=5", "--query", "QueueUrl",
              "--output", "text")
    assert url == "%s/%s/%s" % (table.url, ACCOUNT, name)
    aws("sqs", "send-message", "--queue-url", url, "--message-body", "from the shell", "--message-attributes",
        '{"n": {"DataType": "Number", "StringValue": "1"}}')
    got = aws("sqs", "receive-message", "--queue-url", url, "--message-attribute-names", "All")
    (message,) = json.loads(got)["Messages"]
    assert (message["Body"], message["MessageAttributes"]["n"]["StringValue"]) == ("from the shell", "1")
    aws("sqs", "delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"])
    table.advance("6s")
    assert aws("sqs", "receive-message", "--queue-url", url) == ""
    aws("sqs", "delete-queue", "--queue-url", url)
    told = aws("sqs", "get-queue-url", "--queue-name", name, code=255)
    assert "(AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation" in told


def test_a_user_with_a_policy_file(aws, tmp_path):
    name, queue = fresh("user"), fresh("q")
    aws("iam", "create-user", "--user-name", name)
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*"}]}))
    aws("iam", "put-user-policy", "--user-name", name, "--policy-name", "p", "--policy-document", "file://%s" % policy)
    key = json.loads(aws("iam", "create-access-key", "--user-name", name))["AccessKey"]
    env = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    url = json.loads(aws("sqs", "create-queue", "--queue-name", queue, **env))["QueueUrl"]
    told = aws("sqs", "send-message", "--queue-url", url, "--message-body", "x", code=255, **env)
    assert "An error occurred (AccessDenied) when calling the SendMessage operation: User: " in told
    assert "because no identity-based policy allows the sqs:sendmessage action" in told


def test_a_profile_that_assumes_a_role(aws, tmp_path):
    user, role = fresh("user"), fresh("role")
    arn = json.loads(aws("iam", "create-user", "--user-name", user))["User"]["Arn"]
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}]}
    made = aws("iam", "create-role", "--role-name", role, "--assume-role-policy-document", json.dumps(trust))
    key = json.loads(aws("iam", "create-access-key", "--user-name", user))["AccessKey"]
    (tmp_path / "credentials").write_text(
        "[base]\naws_access_key_id = %s\naws_secret_access_key = %s\n" % (key["AccessKeyId"], key["SecretAccessKey"]))
    (tmp_path / "config").write_text(
        "[profile worker]\nrole_arn = %s\nsource_profile = base\nrole_session_name = shell\nregion = us-east-1\n"
        % json.loads(made)["Role"]["Arn"])
    who = aws("sts", "get-caller-identity", "--profile", "worker", "--query", "Arn", "--output", "text")
    assert who == "arn:aws:sts::%s:assumed-role/%s/shell" % (ACCOUNT, role)


def test_paginating_with_page_size_and_max_items(aws):
    path = "/%s/" % fresh("cli")
    for _ in range(3):
        aws("iam", "create-user", "--user-name", fresh("u"), "--path", path)
    every = json.loads(aws("iam", "list-users", "--path-prefix", path, "--page-size", "1"))
    assert len(every["Users"]) == 3
    some = json.loads(aws("iam", "list-users", "--path-prefix", path, "--max-items", "2"))
    assert len(some["Users"]) == 2 and some["NextToken"]


def test_waiting_for_a_user(aws):
    name = fresh("user")
    aws("iam", "create-user", "--user-name", name)
    assert aws("iam", "wait", "user-exists", "--user-name", name) == ""


def test_a_wrong_secret_is_an_exit_code(aws):
    told = aws("sts", "get-caller-identity", code=255, AWS_SECRET_ACCESS_KEY="wrong")
    assert "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation" in told


def test_what_is_not_built_says_so(aws):
    told = aws("elb", "describe-account-limits", code=255)
    assert "An error occurred (NotImplemented) when calling the DescribeAccountLimits operation" in told


def test_a_table_and_its_items(aws):
    name = fresh("t")
    aws("dynamodb", "create-table", "--table-name", name, "--billing-mode", "PAY_PER_REQUEST",
        "--attribute-definitions", "AttributeName=id,AttributeType=S", "--key-schema", "AttributeName=id,KeyType=HASH")
    aws("dynamodb", "wait", "table-exists", "--table-name", name)
    for i in range(5):
        item = json.dumps({"id": {"S": "i%d" % i}, "n": {"N": str(i)}, "b": {"B": "AAE="}})
        aws("dynamodb", "put-item", "--table-name", name, "--item", item)
    found = json.loads(aws("dynamodb", "scan", "--table-name", name, "--page-size", "2",
                           "--filter-expression", "n > :n", "--expression-attribute-values", '{":n":{"N":"2"}}'))
    assert sorted(i["n"]["N"] for i in found["Items"]) == ["3", "4"]
    assert aws("dynamodb", "describe-table", "--table-name", name, "--query", "Table.ItemCount") == "5"
    said = aws("dynamodb", "put-item", "--table-name", name, "--item", '{"x":{"S":"y"}}', code=255)
    assert "(ValidationException)" in said and "Missing the key id in the item" in said
    aws("dynamodb", "delete-table", "--table-name", name)


def test_files_go_to_a_bucket_and_back(aws, table, tmp_path):
    name = fresh("bucket")
    aws("s3", "mb", "s3://" + name)
    tree = tmp_path / "tree"
    for path, content in (("a.txt", b"one"), ("deep/b c.txt", b"two"), ("deep/ü.bin", os.urandom(9 * 1024 * 1024))):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content)
    aws("s3", "sync", str(tree), "s3://%s/tree" % name)
    assert aws("s3", "sync", str(tree), "s3://%s/tree" % name) == "", "nothing is left to be done"
    assert len(aws("s3", "ls", "--recursive", "s3://" + name).splitlines()) == 3
    head = json.loads(aws("s3api", "head-object", "--bucket", name, "--key", "tree/deep/ü.bin"))
    assert head["ETag"].endswith('-2"')
    aws("s3", "cp", "--recursive", "s3://%s/tree" % name, str(tmp_path / "back"))
    for path in tree.rglob("*"):
        if path.is_file():
            assert (tmp_path / "back" / path.relative_to(tree)).read_bytes() == path.read_bytes()
    aws("s3", "mv", "s3://%s/tree/a.txt" % name, "s3://%s/moved.txt" % name)
    assert aws("s3", "cp", "s3://%s/moved.txt" % name, "-") == "one"
    url = aws("s3", "presign", "s3://%s/moved.txt" % name)
    status, _, body = table.send("GET", url[len(table.url):])
    assert (status, body) == (200, b"one")
    told = aws("s3", "rb", "s3://" + name, code=1)
    assert "BucketNotEmpty" in told
    aws("s3", "rm", "--recursive", "s3://" + name)
    aws("s3", "rb", "s3://" + name)
    assert "NoSuchBucket" in aws("s3", "ls", "s3://" + name, code=255)


def test_an_instance_and_its_tags(aws):
    image = aws("ec2", "describe-images", "--owners", "amazon", "--filters",
                "Name=name,Values=al2023-ami-2023.12.*-kernel-6.18-x86_64", "--query", "Images[0].ImageId", "--output", "text")
    name = fresh("i")
    made = json.loads(aws("ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--count", "2",
                          "--tag-specifications", "ResourceType=instance,Tags=[{Key=Name,Value=%s}]" % name))
    ids = sorted(i["InstanceId"] for i in made["Instances"])
    aws("ec2", "wait", "instance-running", "--instance-ids", *ids)
    aws("ec2", "create-tags", "--resources", *ids, "--tags", "Key=team,Value=blue")
    found = aws("ec2", "describe-instances", "--filters", "Name=tag:Name,Values=" + name, "Name=tag:team,Values=blue",
                "--query", "Reservations[].Instances[].InstanceId", "--output", "text")
    assert sorted(found.split()) == ids
    told = aws("ec2", "describe-instances", "--filters", "Name=tga:Name,Values=x", code=255)
    assert "(InvalidParameterValue) when calling the DescribeInstances operation: The filter 'tga:Name' is invalid" in told
    aws("ec2", "terminate-instances", "--instance-ids", *ids)
    aws("ec2", "wait", "instance-terminated", "--instance-ids", *ids)
