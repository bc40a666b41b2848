"""Fixtures: one server over HTTP and one over TLS, shared by all tests; each test makes its own names."""

import json

import pytest

from table import Table, fresh


@pytest.fixture(scope="session", params=["http", "https"])
def table(request):
    """A running server; every test that asks for it runs over both transports."""
    server = Table(tls=request.param == "https")
    yield server
    assert server.stop() == 0, "the server stops gracefully"


@pytest.fixture
def start():
    """Starts servers of a test's own, and stops those that the test leaves running."""
    started = []

    def make(**how):
        started.append(Table(**how))
        return started[-1]

    yield make
    for server in started:
        server.stop()


@pytest.fixture
def sts(table):
    return table.client("sts")


@pytest.fixture
def iam(table):
    return table.client("iam")


@pytest.fixture
def sqs(table):
    return table.client("sqs")


@pytest.fixture
def queue(sqs):
    """URL of a new standard queue."""
    return sqs.create_queue(QueueName=fresh("q"))["QueueUrl"]


def arn_of(sqs, url):
    """A queue's ARN."""
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


class User:
    """An IAM user with an access key."""

    def __init__(self, table, iam):
        self.table, self.iam, self.name = table, iam, fresh("user")
        self.arn = iam.create_user(UserName=self.name)["User"]["Arn"]
        key = iam.create_access_key(UserName=self.name)["AccessKey"]
        self.key, self.secret = key["AccessKeyId"], key["SecretAccessKey"]

    def client(self, service, **config):
        """A client that signs as this user."""
        return self.table.client(service, self.key, self.secret, **config)

    def allow(self, action, resource="*", effect="Allow", name="p", **more):
        """Puts an inline policy of one statement."""
        statement = {"Effect": effect, "Action": action, "Resource": resource}
        statement.update(more)
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_user_policy(UserName=self.name, PolicyName=name, PolicyDocument=document)


@pytest.fixture
def user(table, iam):
    return User(table, iam)


class Role:
    """An IAM role that its account may assume."""

    def __init__(self, table, iam, **more):
        self.table, self.iam, self.name = table, iam, fresh("role")
        trust = {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=document, **more)
        self.arn, self.id = made["Role"]["Arn"], made["Role"]["RoleId"]

    def allow(self, action, resource="*"):
        """Puts an inline policy of one statement."""
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_role_policy(RoleName=self.name, PolicyName="p", PolicyDocument=document)


@pytest.fixture
def role(table, iam):
    return Role(table, iam)
