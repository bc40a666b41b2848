"""TLS: an authority of its own, HTTP/1.1 and HTTP/2 by ALPN, and clients that don't trust it refuse it."""

import pathlib
import ssl

import botocore.exceptions
import pytest

from table import Table


@pytest.fixture(scope="module")
def server():
    table = Table(tls=True)
    yield table
    assert table.stop() == 0


def test_the_authority_is_named_and_a_file(server):
    assert server.url.startswith("https://")
    assert pathlib.Path(server.ca).read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_clients_find_the_authority_by_environment(server, monkeypatch):
    monkeypatch.setenv("AWS_CA_BUNDLE", server.ca)
    import boto3

    sts = boto3.client("sts", endpoint_url=server.url, region_name="us-east-1",
                       aws_access_key_id="test", aws_secret_access_key="test")
    assert sts.get_caller_identity()["Account"] == "000000000000"


def test_who_does_not_trust_the_authority_is_not_served(server):
    import boto3
    from botocore.config import Config

    sts = boto3.client("sts", endpoint_url=server.url, region_name="us-east-1", aws_access_key_id="test",
                       aws_secret_access_key="test", config=Config(retries={"max_attempts": 0}))
    with pytest.raises(botocore.exceptions.SSLError):
        sts.get_caller_identity()


@pytest.mark.parametrize("name", ["localhost", "sqs.localhost", "127.0.0.1"])
def test_its_certificate_holds_for_the_names_it_is_reached_by(server, name):
    import socket

    context = ssl.create_default_context(cafile=server.ca)
    port = int(server.host.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname=name) as secure:
            assert secure.version() in ("TLSv1.2", "TLSv1.3")


def test_http_2_is_offered(server):
    import socket

    context = ssl.create_default_context(cafile=server.ca)
    context.set_alpn_protocols(["h2", "http/1.1"])
    port = int(server.host.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as secure:
            assert secure.selected_alpn_protocol() == "h2"


def test_the_authority_stays_over_restarts(start, tmp_path):
    kept = []
    for _ in range(2):
        table = start(tls=True, data=tmp_path / "data")
        kept.append(pathlib.Path(table.ca).read_text())
        assert table.stop() == 0
    assert kept[0] == kept[1]
