"""How strict the server is by its flags, as clients see it; and that every refusal of a program's word is an exit code."""

import subprocess

import botocore
import pytest

from faults import refused
from table import ACCOUNT, binary, environment, fresh


def test_guests_act_as_root_and_known_keys_are_still_verified(start):
    own = start(flags=["--guest"])
    root = "arn:aws:iam::%s:root" % ACCOUNT
    assert own.client("sts", "AKIAQQQQQQQQQQQQQQQQ", "x").get_caller_identity()["Arn"] == root
    own.client("sqs", signature_version=botocore.UNSIGNED).create_queue(QueueName=fresh("q"))
    with refused("SignatureDoesNotMatch", 403):
        own.client("sts", "test", "wrong").get_caller_identity()


def test_without_guests_the_unsigned_are_refused(start):
    own = start()
    with refused("MissingAuthenticationToken", 403, "Request is missing Authentication Token"):
        own.client("iam", signature_version=botocore.UNSIGNED).list_users()


def test_the_default_account_is_the_flags(start):
    own = start(flags=["--account", "123456789012"])
    assert own.client("sts").get_caller_identity()["Account"] == "123456789012"
    url = own.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    assert url == own.url + "/123456789012/q"


def test_the_real_profile_throttles(start):
    own = start(flags=["--profile", "real"])
    own.admin("POST", "clock/freeze", {})
    iam = own.client("iam")
    with refused("Throttling", 400, "Rate exceeded"):
        for _ in range(2000):
            iam.get_account_summary()


@pytest.mark.parametrize("words, told", [
    (["--prot", "1"], "did you mean '--port'?"),
    (["--region", "us-esat-1", "--port", "0"], "us-east-1"),
    (["--ephemeral", "--data", "x", "--port", "0"], "keeps nothing"),
    (["stauts"], "did you mean 'status'?"),
])
def test_what_is_not_understood_is_refused(words, told, tmp_path):
    done = subprocess.run([binary()] + words, capture_output=True, text=True, timeout=30, cwd=tmp_path,
                          env=environment())
    assert done.returncode == 2 and told in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"
