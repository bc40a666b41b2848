"""Ansible's amazon.aws and community.aws modules as an IAM user: a three-tier VPC (`build.yml`, `teardown.yml`), and a bucket,
a queue, a table and a role (`stores.yml`), are built and taken away. Played a second time, nothing changes."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

from table import ACCOUNT, REGION, Table, environment

HERE = pathlib.Path(__file__).resolve().parent
PLAY = pathlib.Path(sys.executable).with_name("ansible-playbook")
# All of EC2 but instances of other types: the decision is IAM's, not the plays'.
POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["ec2:*", "sts:GetCallerIdentity"], "Resource": "*"},
    {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:instance/*",
     "Condition": {"StringNotEquals": {"ec2:InstanceType": "t3.micro"}}},
]}
# Whatever is called so, and what has no name to go by.
STORES = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:*", "sqs:*", "dynamodb:*", "iam:*"], "Resource": [
        "arn:aws:s3:::stores-*", "arn:aws:sqs:us-east-1:*:stores-*", "arn:aws:dynamodb:us-east-1:*:table/stores-*",
        "arn:aws:iam::*:role/stores-*", "arn:aws:iam::*:instance-profile/stores-*"]},
    {"Effect": "Allow", "Action": ["iam:ListPolicies", "s3:ListAllMyBuckets"], "Resource": "*"},
]}


@pytest.fixture(scope="module")
def table():
    server = Table()
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def user(table):
    """Name and key of a user who may do EC2's."""
    iam = table.client("iam")
    iam.create_user(UserName="ansible")
    iam.put_user_policy(UserName="ansible", PolicyName="ec2", PolicyDocument=json.dumps(POLICY))
    iam.put_user_policy(UserName="ansible", PolicyName="stores", PolicyDocument=json.dumps(STORES))
    return iam.create_access_key(UserName="ansible")["AccessKey"]


@pytest.fixture(scope="module")
def play(table, user, tmp_path_factory):
    """Plays a file and answers how many tasks were fine, changed something, failed."""
    home = tmp_path_factory.mktemp("home")
    env = dict(environment(), HOME=str(home), ANSIBLE_CONFIG=str(HERE / "ansible.cfg"), LC_ALL="C.UTF-8",
               ANSIBLE_PYTHON_INTERPRETER=sys.executable, AWS_ENDPOINT_URL=table.url, AWS_REGION=REGION,
               AWS_ACCESS_KEY_ID=user["AccessKeyId"], AWS_SECRET_ACCESS_KEY=user["SecretAccessKey"])

    def run(name, *words, code=0):
        done = subprocess.run([sys.executable, str(PLAY), str(HERE / name)] + list(words), env=env, cwd=home,
                              capture_output=True, text=True, timeout=600)
        assert done.returncode == code, done.stdout + done.stderr
        last = re.findall(r"ok=(\d+) +changed=(\d+) +unreachable=0 +failed=(\d+)", done.stdout)
        assert last, done.stdout
        return tuple(int(n) for n in last[-1]) + (done.stdout,)

    return run


def test_three_tiers_are_built_and_taken_away_twice(table, play):
    ec2 = table.client("ec2", key=ACCOUNT)

    def there():
        tagged = [{"Name": "tag:stack", "Values": ["tiers"]}]
        found = {}
        for tag in ec2.get_paginator("describe_tags").paginate(Filters=tagged).search("Tags[]"):
            if tag["Key"] == "stack" and tag["Value"] == "tiers":
                found.setdefault(tag["ResourceType"], []).append(tag["ResourceId"])
        return {kind: len(ids) for kind, ids in found.items()}

    before = counts(ec2)
    assert play("build.yml")[1] > 10
    made = there()
    assert (made["vpc"], made["subnet"], made["route-table"], made["natgateway"], made["security-group"]) == (1, 6, 3, 1, 3)
    assert (made["instance"], made["key-pair"], made["internet-gateway"], made["elastic-ip"]) == (3, 1, 1, 1)
    assert play("build.yml")[1] == 0
    assert there() == made
    assert play("teardown.yml")[1] > 8
    assert play("teardown.yml")[1] == 0
    assert counts(ec2) == before
    ids = [i["InstanceId"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)


def test_stores_are_built_twice_and_taken_away(table, play):
    s3, sqs = table.client("s3"), table.client("sqs")
    assert play("stores.yml")[1] == 8
    url = sqs.get_queue_url(QueueName="stores-events")["QueueUrl"]
    told = []
    while "ObjectCreated:Put" not in told:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]:
            body = json.loads(message["Body"])
            told += [record["eventName"] for record in body.get("Records", [])]
    assert s3.get_bucket_versioning(Bucket="stores-files")["Status"] == "Enabled"
    assert play("stores.yml")[1] == 0
    assert play("stores.yml", "-e", "state=absent")[1] == 4
    assert s3.list_buckets()["Buckets"] == [] and "QueueUrls" not in sqs.list_queues()
    assert table.client("dynamodb").list_tables()["TableNames"] == []
    assert [r for r in table.client("iam").list_roles()["Roles"] if r["RoleName"].startswith("stores")] == []


def test_a_play_hears_what_iam_denies(play):
    *_, failed, told = play("denied.yml", code=2)
    assert failed == 1 and "UnauthorizedOperation" in told


def counts(ec2):
    """How much there is of what the plays make; what was deleted and is still shown doesn't count."""
    return {
        "vpcs": len(ec2.describe_vpcs()["Vpcs"]), "subnets": len(ec2.describe_subnets()["Subnets"]),
        "tables": len(ec2.describe_route_tables()["RouteTables"]), "keys": len(ec2.describe_key_pairs()["KeyPairs"]),
        "gateways": len(ec2.describe_internet_gateways()["InternetGateways"]),
        "groups": len(ec2.describe_security_groups()["SecurityGroups"]),
        "interfaces": len(ec2.describe_network_interfaces()["NetworkInterfaces"]),
        "addresses": len(ec2.describe_addresses()["Addresses"]), "volumes": len(ec2.describe_volumes()["Volumes"]),
    }
