"""Tokens that STS gives for others to verify. Apart from the other suites, because older clients don't know the calls."""

import json

import issuer
from faults import refused
from table import ACCOUNT


def test_tokens_of_ours_are_verified_with_what_we_publish(start):
    """A server of its own: the account switches the feature on."""
    table = start()
    iam, sts = table.client("iam"), table.client("sts")
    with refused("OutboundWebIdentityFederationDisabledException", 403):
        sts.get_web_identity_token(Audience=["partner"], SigningAlgorithm="RS256")
    url = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    answer = sts.get_web_identity_token(
        Audience=["partner"], SigningAlgorithm="RS256", Tags=[{"Key": "job", "Value": "1"}])
    host = url[len("https://"):]
    path = "/_tabletop/issuers/%s/.well-known/" % host.split(".")[0]
    for path, headers in [(path, {}), ("/.well-known/", {"host": host})]:
        status, _, body = table.send("GET", path + "openid-configuration", headers)
        assert (status, json.loads(body)["issuer"]) == (200, url)
        status, _, body = table.send("GET", path + "jwks.json", headers)
        claims = issuer.verified(answer["WebIdentityToken"], json.loads(body))
        assert (claims["iss"], claims["aud"]) == (url, "partner")
    assert claims["sub"] == "arn:aws:iam::%s:root" % ACCOUNT
    assert claims["https://sts.amazonaws.com/"]["request_tags"] == {"job": "1"}
    assert claims["exp"] == answer["Expiration"].timestamp() == claims["iat"] + 300
