"""Fixtures: one server over HTTP and one over TLS, and a user who may use the buckets whose names begin like the test's."""

import json
import os

import pytest

from table import REGION, Table, fresh


@pytest.fixture(scope="session", params=["http", "https"])
def table(request):
    """A running server; every test that asks for it runs over both transports."""
    server = Table(tls=request.param == "https")
    yield server
    assert server.stop() == 0, "the server stops gracefully"


class Owner:
    """An IAM user, the bucket that it may do everything with, and one that it may not touch."""

    def __init__(self, table):
        self.table, self.bucket, self.other = table, fresh("bucket"), fresh("other")
        self.s3 = table.client("s3")
        self.s3.create_bucket(Bucket=self.other)
        iam, name = table.client("iam"), fresh("user")
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.key, self.secret = key["AccessKeyId"], key["SecretAccessKey"]
        arn = "arn:aws:s3:::" + self.bucket
        statement = {"Effect": "Allow", "Action": "s3:*", "Resource": [arn, arn + "/*"]}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)

    def environment(self, home):
        """What AWS's own tools read, and a home that has nothing in it."""
        told = {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret, "AWS_DEFAULT_REGION": REGION,
                "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(home)}
        return {**told, "AWS_CA_BUNDLE": self.table.ca} if self.table.ca else told


@pytest.fixture
def owner(table):
    return Owner(table)


@pytest.fixture
def tree(tmp_path):
    """A folder with files of several sizes and names; the largest goes up in parts."""
    folder = tmp_path / "tree"
    for name, size in {"empty": 0, "a.txt": 11, "sub/b c.bin": 40_000, "sub/ünï+%&.dat": 70_000,
                       "deep/er/big": 12 * 1024 * 1024 + 5}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.urandom(size))
    return folder


def content(folder):
    """All files below a folder, by name."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}
