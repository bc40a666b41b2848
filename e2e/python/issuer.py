"""An identity provider: its keys, tokens and SAML answers, with RSA by hand, so that no suite needs a cryptography package."""

import base64
import hashlib
import json
from xml.etree.ElementTree import canonicalize

# Made for these tests; nothing else is signed with it.
MODULUS = int(
    "ba95fbd02ac4e5cdb00f4294c45c0bc99c5f382d867f621659c162f07de0b31fad8db0a6125ec28a1c66d264561340747ccf"
    "acb9f43d1320a4295529faee469b6ee0b7ad7f2d705e1c24d9c93f9780ba5c0c6c76e4ea7a89d30664ac2bb87286e67eec11"
    "5607e9a04cb7c4fa2d6dededcd8c10ca59b6030d2fa4162da50e735a7a49429032d013cf6050a9d67cff18986e4d4f36ce99"
    "2bc673681c7d62c316c65ca68a3cd08a43c20a6615f23ae4259243a91025e618fd8b870a80ec6e887a7917f23b927e97c61e"
    "3cb9d8734a692a206d1f2fba6deacae1bd5d0ef68c205527914ef5dc6a96fa5873611b0f65d97322d0cb2ed6a465d04a30a6"
    "32d9c4885f53",
    16)
PRIVATE = int(
    "28680f9ad2904655e7613ea179ee970ce7a4c54532a1c66ba1af5c0e49ac4e0e37a6fe10d0dc9d938c38062afd6af8e3e11d"
    "9641c4ef2f03bc19495ca87f4e621dbe63789a988c038d63bb983601c8ba52f1cbd1699c8fc1e625b5ca854351e5fde79196"
    "e5831c287f44b2cf1ce47808ae213d879caaea79420e6e511f34046dbdfa6e5feab95562cfd7882856f2581c3b18eef4973e"
    "3414b1fafc68631f1804ffce5949f4f52bd8579386e88a50456893d6bf410b8f6dc26a3484ee53e98d93babb87f66015844e"
    "e72af7b4b1bae28df0dbd02ddcaff075bfa4a5e9a9abcf07686eea65688583f55d25b767eefe4a088fc78c51167d96f1bc0a"
    "faddc2c5228d",
    16)
# X.509 certificate of that key, signed by itself (base 64 of its DER).
CERTIFICATE = (
    "MIIDFzCCAf+gAwIBAgIUTvZ+IRX6Z1Z+r/6a1UFJFBkY588wDQYJKoZIhvcNAQELBQAwGjEYMBYGA1UEAwwPaWRwLmV4YW1wbGUu"
    "Y29tMCAXDTI2MTEyMjIwMjExMloYDzIxMjYxMDI5MjAyMTEyWjAaMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5jb20wggEiMA0GCSqG"
    "SIb3DQEBAQUAA4IBDwAwggEKAoIBAQC6lfvQKsTlzbAPQpTEXAvJnF84LYZ/YhZZwWLwfeCzH62NsKYSXsKKHGbSZFYTQHR8z6y5"
    "9D0TIKQpVSn67kabbuC3rX8tcF4cJNnJP5eAulwMbHbk6nqJ0wZkrCu4cobmfuwRVgfpoEy3xPotbe3tzYwQylm2Aw0vpBYtpQ5z"
    "WnpJQpAy0BPPYFCp1nz/GJhuTU82zpkrxnNoHH1iwxbGXKaKPNCKQ8IKZhXyOuQlkkOpECXmGP2LhwqA7G6IenkX8juSfpfGHjy5"
    "2HNKaSogbR8vum3qyuG9XQ72jCBVJ5FO9dxqlvpYc2EbD2XZcyLQyy7WpGXQSjCmMtnEiF9TAgMBAAGjUzBRMB0GA1UdDgQWBBTC"
    "l4xxNFChkghpVDu+l6zLYHyisDAfBgNVHSMEGDAWgBTCl4xxNFChkghpVDu+l6zLYHyisDAPBgNVHRMBAf8EBTADAQH/MA0GCSqG"
    "SIb3DQEBCwUAA4IBAQByIk9F1Co2dGRzLCs2//yFHfa8lYNtvkAFuATP5Ui3VK+Ma0KhqDJLuX3HNAMjj7jWS/3Ls53Uk+X+oMyd"
    "Yc2yvDQMw1qj9m0W9cI9aUvYGVsOwXoyI7cRNlQonGN9KqgO9n9VPbbYw8Y8yP3CEmekakbwwsxenpi6laGsQIdU/2OXQ02KRkdu"
    "uKz/va71JvK0An/QrwwlZySkKWY+kjhd3FAiphVkQEMdJVa/7Dw8Ezgl3/If3jLqi89jdxIhROlbnQo0tjbwXv9by1J08Hkw0ONY"
    "WR0mn2J768zVPcljKKNj4K7dqHYKjMTE0dDb9IiCKYKyppbT2RPzfzX3byir"
)
# DER of DigestInfo for SHA-256 (RFC 8017, section 9.2).
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def packed(data):
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwks(kid="k1"):
    """The public key as issuers publish it."""
    key = {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": packed(MODULUS.to_bytes(256, "big")), "e": "AQAB"}
    return {"keys": [key]}


def padded(message):
    """EMSA-PKCS1-v1_5 with SHA-256, as a number (RFC 8017, section 9.2)."""
    digest = DIGEST_INFO + hashlib.sha256(message).digest()
    return int.from_bytes(b"\0\1" + b"\xff" * (256 - 3 - len(digest)) + b"\0" + digest, "big")


def sign(message):
    """RSASSA-PKCS1-v1_5 with SHA-256."""
    return pow(padded(message), PRIVATE, MODULUS).to_bytes(256, "big")


def verified(jwt, jwks):
    """The claims of a token that a key of the JWKS signed RS256."""
    head, payload, signature = jwt.split(".")
    unpacked = lambda part: base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    kid = json.loads(unpacked(head))["kid"]
    key = next(k for k in jwks["keys"] if k["kid"] == kid)
    n, e = (int.from_bytes(unpacked(key[part]), "big") for part in "ne")
    assert pow(int.from_bytes(unpacked(signature), "big"), e, n) == padded(("%s.%s" % (head, payload)).encode())
    return json.loads(unpacked(payload))


def token(claims, kid="k1"):
    """A JWT with these claims, signed."""
    head = packed(json.dumps({"alg": "RS256", "kid": kid, "typ": "JWT"}).encode())
    signed = "%s.%s" % (head, packed(json.dumps(claims).encode()))
    return "%s.%s" % (signed, packed(sign(signed.encode())))


DSIG = "http://www.w3.org/2000/09/xmldsig#"
SAML = "urn:oasis:names:tc:SAML:2.0:"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def metadata(entity):
    """Metadata of an identity provider with the certificate."""
    return (
        '<EntityDescriptor xmlns="%smetadata" entityID="%s"><IDPSSODescriptor protocolSupportEnumeration="%sprotocol">'
        '<KeyDescriptor use="signing"><KeyInfo xmlns="%s"><X509Data><X509Certificate>%s</X509Certificate></X509Data>'
        '</KeyInfo></KeyDescriptor><SingleSignOnService Binding="%sbindings:HTTP-POST" Location="%s/sso"/>'
        "</IDPSSODescriptor></EntityDescriptor>" % (SAML, entity, SAML, DSIG, CERTIFICATE, SAML, entity))


def answer(entity, name, issued, ends, attributes):
    """A SAML answer about somebody, its assertion signed; times as texts."""
    given = "".join(
        '<a:Attribute Name="https://aws.amazon.com/SAML/Attributes/%s"><a:AttributeValue>%s</a:AttributeValue></a:Attribute>'
        % pair for pair in attributes.items())
    assertion = (
        '<a:Assertion xmlns:a="%sassertion" Version="2.0" ID="_a" IssueInstant="%s"><a:Issuer>%s</a:Issuer>%%s<a:Subject>'
        '<a:NameID Format="%snameid-format:persistent">%s</a:NameID><a:SubjectConfirmation Method="%scm:bearer">'
        '<a:SubjectConfirmationData Recipient="https://signin.aws.amazon.com/saml" NotOnOrAfter="%s"/>'
        '</a:SubjectConfirmation></a:Subject><a:Conditions NotOnOrAfter="%s"><a:AudienceRestriction><a:Audience>'
        "urn:amazon:webservices</a:Audience></a:AudienceRestriction></a:Conditions>"
        "<a:AttributeStatement>%s</a:AttributeStatement></a:Assertion>"
        % (SAML, issued, entity, SAML, name, SAML, ends, ends, given))
    digest = hashlib.sha256(canonicalize(assertion % "").encode()).digest()
    info = (
        '<SignedInfo xmlns="%s"><CanonicalizationMethod Algorithm="%s"/><SignatureMethod '
        'Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI="#_a"><Transforms><Transform '
        'Algorithm="%senveloped-signature"/><Transform Algorithm="%s"/></Transforms><DigestMethod '
        'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>%s</DigestValue></Reference></SignedInfo>'
        % (DSIG, EXCLUSIVE, DSIG, EXCLUSIVE, base64.b64encode(digest).decode()))
    value = base64.b64encode(sign(canonicalize(info).encode())).decode()
    signature = '<Signature xmlns="%s">%s<SignatureValue>%s</SignatureValue></Signature>' % (DSIG, info, value)
    status = '<p:Status><p:StatusCode Value="%sstatus:Success"/></p:Status>' % SAML
    whole = '<p:Response xmlns:p="%sprotocol" ID="_r" Version="2.0">%s%s</p:Response>' % (SAML, status, assertion % signature)
    return base64.b64encode(whole.encode()).decode()
