"""An issuer of web identity tokens: its JWKS, and RS256 by hand, so that no suite needs a cryptography package."""

import base64
import hashlib
import json

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
# DER of DigestInfo for SHA-256 (RFC 8017, section 9.2).
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def packed(data):
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwks(kid="k1"):
    """The public key as issuers publish it."""
    key = {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": packed(MODULUS.to_bytes(256, "big")), "e": "AQAB"}
    return {"keys": [key]}


def token(claims, kid="k1"):
    """A JWT with these claims, signed."""
    head = packed(json.dumps({"alg": "RS256", "kid": kid, "typ": "JWT"}).encode())
    signed = "%s.%s" % (head, packed(json.dumps(claims).encode()))
    digest = DIGEST_INFO + hashlib.sha256(signed.encode()).digest()
    block = b"\0\1" + b"\xff" * (256 - 3 - len(digest)) + b"\0" + digest
    signature = pow(int.from_bytes(block, "big"), PRIVATE, MODULUS).to_bytes(256, "big")
    return "%s.%s" % (signed, packed(signature))
