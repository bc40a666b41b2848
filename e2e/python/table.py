"""A Tabletop process for tests: starts the binary, waits for its word that it listens, makes clients, steers its clock.

Not a test and not a client library: only what the suites beside it need.
"""

import http.client
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import urllib.parse
import uuid

import boto3
from botocore.config import Config

ACCOUNT = "000000000000"
REGION = "us-east-1"
ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary():
    """The program under test: $TABLETOP_BIN, or the debug build."""
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    return os.environ.get("TABLETOP_BIN", os.path.join(target, "debug", "tabletop"))


def environment():
    """This process's environment without words that the server or a client would take for settings."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("TABLETOP_", "AWS_"))}


def fresh(prefix):
    """A name that no other test uses."""
    return "%s-%s" % (prefix, uuid.uuid4().hex[:12])


class Table:
    """One server on a free port, in memory unless given a folder."""

    def __init__(self, tls=False, data=None, flags=()):
        self.folder = tempfile.TemporaryDirectory()
        self.tls = tls
        self.ca = None
        place = ["--data", str(data)] if data else ["--ephemeral"]
        words = [binary(), "--port", "0"] + place + (["--tls"] if tls else []) + list(flags)
        # stderr goes to a file: a full pipe that nobody reads would stop the server.
        self.log = open(os.path.join(self.folder.name, "stderr"), "w+")
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=self.folder.name,
            env=environment(),
        )
        self.said = []
        self.exports = self._read_exports()
        self.url = self.exports["AWS_ENDPOINT_URL"].rstrip("/")
        self.host = urllib.parse.urlsplit(self.url).netloc
        self.ca = self.exports.get("AWS_CA_BUNDLE")

    def _read_exports(self):
        """Reads what the server says at its start, up to its last `export` line."""
        exports = {}
        wanted = {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
        wanted |= {"AWS_CA_BUNDLE"} if self.tls else set()
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            words = line.strip().split(None, 1)
            if len(words) == 2 and words[0] == "export":
                for pair in words[1].split():
                    name, value = pair.split("=", 1)
                    exports[name] = value.strip("'\"")
            if wanted <= exports.keys():
                return exports
        self.process.wait()
        self.log.seek(0)
        raise RuntimeError("the server did not start: %s\n%s" % ("\n".join(self.said), self.log.read()))

    def client(self, service, key="test", secret="test", token=None, region=REGION, **config):
        """A client that never retries, so that every refusal is seen at once."""
        config.setdefault("retries", {"max_attempts": 0})
        return boto3.client(
            service, endpoint_url=self.url, region_name=region, verify=self.ca, aws_access_key_id=key,
            aws_secret_access_key=secret, aws_session_token=token, config=Config(**config),
        )

    def as_session(self, service, credentials, **config):
        """A client with temporary credentials as STS answers them."""
        return self.client(
            service, credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], **config
        )

    def connection(self, timeout=60):
        """A plain HTTP connection."""
        if not self.tls:
            return http.client.HTTPConnection(self.host, timeout=timeout)
        context = ssl.create_default_context(cafile=self.ca)
        return http.client.HTTPSConnection(self.host, timeout=timeout, context=context)

    def send(self, method, path, headers=None, body=None):
        """One request as it is: status, headers, body."""
        connection = self.connection()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def admin(self, method, path, body=None):
        """A call of the admin API that must succeed."""
        sent = None if body is None else json.dumps(body)
        status, _, answer = self.send(method, "/_tabletop/" + path, {"content-type": "application/json"}, sent)
        assert status == 200, (status, answer)
        return json.loads(answer)

    def advance(self, by):
        """Moves the virtual clock; returns when all that fell due has happened."""
        return self.admin("POST", "clock/advance", {"by": by})

    def stop(self):
        """Stops it as a person would, and returns its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()
        return code
