"""Every way in which a signature fails, on query and JSON services: exact code and status, over raw HTTP.

Sources: IAM API reference "Common errors"; IAM user guide "Troubleshoot signed requests for AWS APIs"; DynamoDB
developer guide "Error handling" (for JSON services, which answer 400).
"""

import datetime
import hashlib
import hmac
import json
import re
import urllib.parse

import pytest

from table import REGION

NOW = datetime.timezone.utc
FORM = "application/x-www-form-urlencoded; charset=utf-8"

# name: signing name, headers, body
TARGETS = {
    "sts-query": ("sts", {"content-type": FORM}, "Action=GetCallerIdentity&Version=2011-06-15"),
    "iam-query": ("iam", {"content-type": FORM}, "Action=ListUsers&Version=2010-05-08"),
    "sqs-query": ("sqs", {"content-type": FORM}, "Action=ListQueues&Version=2012-11-05"),
    "sqs-json": ("sqs", {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ListQueues"}, "{}"),
}

# condition: (query code, query status, JSON code, JSON status, text)
MISMATCH = "The request signature we calculated does not match the signature you provided."
WANT = {
    "wrong secret": ("SignatureDoesNotMatch", 403, "InvalidSignatureException", 400, MISMATCH),
    "body changed after signing": ("SignatureDoesNotMatch", 403, "InvalidSignatureException", 400, MISMATCH),
    "header changed after signing": ("SignatureDoesNotMatch", 403, "InvalidSignatureException", 400, MISMATCH),
    "unknown key": ("InvalidClientTokenId", 403, "UnrecognizedClientException", 400,
                    "The security token included in the request is invalid."),
    "token for a key without one": ("InvalidClientTokenId", 403, "UnrecognizedClientException", 400,
                                    "The security token included in the request is invalid."),
    "signed 16 minutes ago": ("SignatureDoesNotMatch", 403, "InvalidSignatureException", 400, "Signature expired: "),
    "signed 16 minutes ahead": ("SignatureDoesNotMatch", 403, "InvalidSignatureException", 400,
                                "Signature not yet current: "),
    "no authorization": ("MissingAuthenticationToken", 403, "MissingAuthenticationTokenException", 400,
                         "Request is missing Authentication Token"),
    "no signature part": ("IncompleteSignature", 400, "IncompleteSignatureException", 400,
                          "Authorization header requires 'Signature' parameter. "),
    "no credential part": ("IncompleteSignature", 400, "IncompleteSignatureException", 400,
                           "Authorization header requires 'Credential' parameter. "),
    "a part without equals sign": ("IncompleteSignature", 400, "IncompleteSignatureException", 400,
                                   "not a valid key=value pair (missing equal-sign) in Authorization header"),
    "credential of three elements": ("IncompleteSignature", 400, "IncompleteSignatureException", 400,
                                     "Credential must have exactly 5 slash-delimited elements"),
    "no date": ("IncompleteSignature", 400, "IncompleteSignatureException", 400,
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."),
    "scope of another day": ("SignatureDoesNotMatch", 403, "InvalidSignatureException", 400,
                             "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"),
    "unknown region": ("SignatureDoesNotMatch", 403, "InvalidSignatureException", 400,
                       "Credential should be scoped to a valid region"),
}


def signed(table, service, headers, body, key="test", secret="test", token=None, at=None, region=REGION, day=None):
    """Headers with a SigV4 signature, made here so that every part of it can be wrong."""
    at = at or datetime.datetime.now(NOW)
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    day = day or stamp[:8]
    sent = dict(headers, host=table.host)
    sent["x-amz-date"] = stamp
    if token:
        sent["x-amz-security-token"] = token
    names = sorted(sent)
    canonical = "\n".join(
        ["POST", "/", ""] + ["%s:%s" % (n, sent[n]) for n in names]
        + ["", ";".join(names), hashlib.sha256(body.encode()).hexdigest()])
    scope = "%s/%s/%s/aws4_request" % (day, region, service)
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    k = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request", to_sign):
        k = hmac.new(k, part.encode(), hashlib.sha256).digest()
    sent["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        key, scope, ";".join(names), k.hex())
    return sent


def spoilt(table, condition, service, headers, body):
    """Headers and body of a request that fails in the named way."""
    def sign(**how):
        return signed(table, service, headers, body, **how)

    now = datetime.datetime.now(NOW)
    good = sign()
    authorization = good["authorization"]

    def with_authorization(text):
        return dict(good, authorization=text), body

    if condition == "wrong secret":
        return sign(secret="wrong"), body
    if condition == "body changed after signing":
        return good, body + ("&Extra=1" if service_is_query(body) else " ")
    if condition == "header changed after signing":
        return dict(good, **{"content-type": good["content-type"] + ";x=1"}), body
    if condition == "unknown key":
        return sign(key="AKIAQQQQQQQQQQQQQQQQ"), body
    if condition == "token for a key without one":
        return sign(token="FwoGnothing"), body
    if condition == "signed 16 minutes ago":
        return sign(at=now - datetime.timedelta(minutes=16)), body
    if condition == "signed 16 minutes ahead":
        # Ahead of the virtual clock too, which other tests move on.
        ahead = datetime.timedelta(milliseconds=max(0, table.admin("GET", "clock")["offset_ms"]))
        return sign(at=now + ahead + datetime.timedelta(minutes=16)), body
    if condition == "no authorization":
        return {k: v for k, v in good.items() if k != "authorization"}, body
    if condition == "no signature part":
        return with_authorization(authorization.rsplit(", ", 1)[0])
    if condition == "no credential part":
        return with_authorization(re.sub(r"Credential=[^,]*, ", "", authorization))
    if condition == "a part without equals sign":
        return with_authorization("AWS4-HMAC-SHA256 nonsense")
    if condition == "credential of three elements":
        return with_authorization(re.sub(r"Credential=[^,]*", "Credential=test/a/b", authorization))
    if condition == "no date":
        return {k: v for k, v in good.items() if k != "x-amz-date"}, body
    if condition == "scope of another day":
        return sign(day=(now - datetime.timedelta(days=1)).strftime("%Y%m%d")), body
    assert condition == "unknown region", condition
    return sign(region="us-north-9"), body


def service_is_query(body):
    return body.startswith("Action=")


def refusal(headers, answer):
    """Code and text of an error in either envelope."""
    if headers["content-type"].startswith("application/x-amz-json"):
        body = json.loads(answer)
        return body["__type"].rsplit("#", 1)[-1], body.get("message", body.get("Message"))
    text = answer.decode()
    code = re.search("<Code>(.*?)</Code>", text, re.S).group(1)
    message = re.search("<Message>(.*?)</Message>", text, re.S).group(1)
    for entity, char in (("&apos;", "'"), ("&#39;", "'"), ("&quot;", '"'), ("&#34;", '"'), ("&amp;", "&")):
        message = message.replace(entity, char)
    return code, message


@pytest.mark.parametrize("target", TARGETS)
def test_a_right_signature_passes(table, target):
    service, headers, body = TARGETS[target]
    status, _, answer = table.send("POST", "/", signed(table, service, headers, body), body)
    assert status == 200, answer


@pytest.mark.parametrize("condition", WANT)
@pytest.mark.parametrize("target", TARGETS)
def test_a_wrong_signature_is_refused_in_the_protocols_words(table, target, condition):
    service, headers, body = TARGETS[target]
    sent, changed = spoilt(table, condition, service, headers, body)
    status, answered, answer = table.send("POST", "/", sent, changed)
    query_code, query_status, json_code, json_status, text = WANT[condition]
    code, message = refusal(answered, answer)
    want = (json_code, json_status) if target == "sqs-json" else (query_code, query_status)
    assert (code, status) == want, answer
    assert text in message
    assert answered["x-amzn-requestid"], "refusals carry a request id"


@pytest.mark.parametrize("target", TARGETS)
def test_sessions_are_refused_without_their_token_with_another_and_when_ended(table, user, target):
    service, headers, body = TARGETS[target]
    user.allow("*")
    issue = user.client("sts").get_session_token
    one, two = issue(DurationSeconds=900)["Credentials"], issue(DurationSeconds=900)["Credentials"]

    def ask(token):
        sent = signed(table, service, headers, body, one["AccessKeyId"], one["SecretAccessKey"], token)
        status, answered, answer = table.send("POST", "/", sent, body)
        return status, None if status == 200 else refusal(answered, answer)[0]

    is_json = target == "sqs-json"
    unknown = (400, "UnrecognizedClientException") if is_json else (403, "InvalidClientTokenId")
    expired = (400, "ExpiredTokenException") if is_json else (403, "ExpiredToken")
    if service != "iam":
        assert ask(one["SessionToken"]) == (200, None)
    assert ask(None) == unknown
    assert ask(two["SessionToken"]) == unknown
    table.advance("901s")
    assert ask(one["SessionToken"]) == expired


def test_keys_stop_at_once_when_made_inactive_or_deleted(iam, user):
    sts = user.client("sts")
    sts.get_caller_identity()
    iam.update_access_key(UserName=user.name, AccessKeyId=user.key, Status="Inactive")
    assert outcome(sts) == ("InvalidClientTokenId", 403)
    iam.update_access_key(UserName=user.name, AccessKeyId=user.key, Status="Active")
    assert outcome(sts) == (None, 200)
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.key)
    assert outcome(sts) == ("InvalidClientTokenId", 403)


def outcome(sts):
    try:
        return None, sts.get_caller_identity()["ResponseMetadata"]["HTTPStatusCode"]
    except sts.exceptions.ClientError as e:
        return e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]


def presigned(table, sts, expires=60):
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=expires, HttpMethod="GET")
    return url[len(table.url):]


def test_a_presigned_request_passes_and_its_changes_do_not(table, sts):
    path = presigned(table, sts)
    status, headers, answer = table.send("GET", path)
    assert status == 200, answer
    assert b"<Arn>arn:aws:iam::000000000000:root</Arn>" in answer
    for changed, code in [
        (path + "&Extra=1", "SignatureDoesNotMatch"),
        (re.sub("X-Amz-Signature=..", "X-Amz-Signature=zz", path), "SignatureDoesNotMatch"),
        (re.sub("X-Amz-Expires=[0-9]*", "X-Amz-Expires=604801", path), "IncompleteSignature"),
        (re.sub("&X-Amz-Date=[^&]*", "", path), "IncompleteSignature"),
    ]:
        status, headers, answer = table.send("GET", changed)
        assert refusal(headers, answer)[0] == code, (changed, answer)


def test_both_mechanisms_at_once_are_refused(table, sts):
    service, headers, body = TARGETS["sts-query"]
    sent = signed(table, service, headers, body)
    status, answered, answer = table.send("GET", presigned(table, sts), sent)
    assert status == 403
    assert refusal(answered, answer)[0] == "SignatureDoesNotMatch"


def test_a_presigned_request_ends_when_both_clocks_are_past_it(table, sts):
    """Signatures are in time if either clock says so, so only one that is signed in the past ends."""
    signer = sts._request_signer  # botocore offers no time to sign at; the URL is made by hand instead.
    assert signer.signing_name == "sts"
    at = datetime.datetime.now(NOW) - datetime.timedelta(seconds=120)
    path = presign_at(table, at, 60)
    status, headers, answer = table.send("GET", path)
    assert status == 403
    code, text = refusal(headers, answer)
    assert code == "SignatureDoesNotMatch" and text.startswith("Signature expired: "), text
    status, _, answer = table.send("GET", presign_at(table, at, 600))
    assert status == 200, answer


def presign_at(table, at, expires):
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    scope = "%s/%s/sts/aws4_request" % (day, REGION)
    query = {
        "Action": "GetCallerIdentity", "Version": "2011-06-15", "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "test/" + scope, "X-Amz-Date": stamp, "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": "host",
    }
    line = "&".join("%s=%s" % (k, urllib.parse.quote(query[k], safe="-_.~")) for k in sorted(query))
    empty = hashlib.sha256(b"").hexdigest()
    canonical = "\n".join(["GET", "/", line, "host:" + table.host, "", "host", empty])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    k = b"AWS4test"
    for part in (day, REGION, "sts", "aws4_request", to_sign):
        k = hmac.new(k, part.encode(), hashlib.sha256).digest()
    return "/?%s&X-Amz-Signature=%s" % (line, k.hex())
