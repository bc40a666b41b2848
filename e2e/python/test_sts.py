"""STS through boto3: who one is, sessions and what they may do, when they end."""

import base64
import datetime
import json

import pytest

import issuer
from conftest import Role, User
from faults import refused
from table import ACCOUNT, fresh


def test_root_of_the_default_account(sts):
    who = sts.get_caller_identity()
    assert (who["UserId"], who["Account"], who["Arn"]) == (ACCOUNT, ACCOUNT, "arn:aws:iam::%s:root" % ACCOUNT)
    assert who["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"] == who["ResponseMetadata"]["RequestId"]


def test_twelve_digits_are_the_root_of_that_account(table):
    who = table.client("sts", key="123456789012").get_caller_identity()
    assert who["Arn"] == "arn:aws:iam::123456789012:root"


def test_partitions_follow_the_region(table):
    for region, partition in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")]:
        who = table.client("sts", region=region).get_caller_identity()
        assert who["Arn"] == "arn:%s:iam::%s:root" % (partition, ACCOUNT)


def test_a_user_is_itself(user):
    who = user.client("sts").get_caller_identity()
    assert who["Arn"] == user.arn
    assert who["UserId"].startswith("AIDA")


def test_caller_identity_needs_no_permission(user):
    user.allow("sts:GetCallerIdentity", effect="Deny")
    assert user.client("sts").get_caller_identity()["Arn"] == user.arn


def test_an_assumed_role_has_its_permissions_and_no_others(table, user, role):
    user.allow("sts:AssumeRole", role.arn)
    role.allow("sqs:ListQueues")
    answer = user.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="tour")
    session_arn = "arn:aws:sts::%s:assumed-role/%s/tour" % (ACCOUNT, role.name)
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": role.id + ":tour", "Arn": session_arn}
    credentials = answer["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA")
    assert table.as_session("sts", credentials).get_caller_identity()["Arn"] == session_arn
    sqs = table.as_session("sqs", credentials)
    sqs.list_queues()
    name = fresh("q")
    denied = "User: %s is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:us-east-1:%s:%s" % (
        session_arn, ACCOUNT, name)
    with refused("AccessDenied", 403, denied):
        sqs.create_queue(QueueName=name)


def test_assuming_needs_permission_and_trust(table, iam, user, role):
    sts = user.client("sts")
    text = "User: %s is not authorized to perform: sts:AssumeRole on resource: %s" % (user.arn, role.arn)
    with refused("AccessDenied", 403, text):
        sts.assume_role(RoleArn=role.arn, RoleSessionName="one")
    user.allow("sts:AssumeRole", role.arn)
    sts.assume_role(RoleArn=role.arn, RoleSessionName="one")
    stranger = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [stranger]})
    iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=document)
    with refused("AccessDenied", 403, text):
        sts.assume_role(RoleArn=role.arn, RoleSessionName="one")


def test_root_may_not_assume_roles(sts, role):
    with refused("AccessDenied", 403, "Roles may not be assumed by root accounts."):
        sts.assume_role(RoleArn=role.arn, RoleSessionName="one")


def test_a_session_ends_by_the_virtual_clock(table, user, role):
    user.allow("sts:AssumeRole", role.arn)
    answer = user.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="one", DurationSeconds=900)
    sts = table.as_session("sts", answer["Credentials"])
    table.advance("890s")
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    table.advance("11s")
    with refused("ExpiredToken", 403, "The security token included in the request is expired"):
        sts.get_caller_identity()


def test_a_session_policy_narrows_the_role(table, user, role):
    user.allow("sts:AssumeRole", role.arn)
    role.allow("sqs:*")
    narrow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}]}
    answer = user.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="one", Policy=json.dumps(narrow))
    assert 0 < answer["PackedPolicySize"] <= 100
    sqs = table.as_session("sqs", answer["Credentials"])
    sqs.list_queues()
    with refused("AccessDenied", 403, "because no session policy allows the sqs:createqueue action"):
        sqs.create_queue(QueueName=fresh("q"))


def test_a_session_token_gives_the_users_own_permissions(table, user):
    user.allow("sqs:ListQueues")
    credentials = user.client("sts").get_session_token(DurationSeconds=3600)["Credentials"]
    assert table.as_session("sts", credentials).get_caller_identity()["Arn"] == user.arn
    table.as_session("sqs", credentials).list_queues()
    with refused("AccessDenied", 403):
        table.as_session("sts", credentials).get_session_token()
    left = credentials["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert left > datetime.timedelta(minutes=55)


def test_a_federated_user_has_what_both_policies_allow(table, user):
    user.allow(["sts:GetFederationToken", "sqs:ListQueues"])
    allow_all = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    answer = user.client("sts").get_federation_token(Name="bob", Policy=json.dumps(allow_all))
    assert answer["FederatedUser"]["Arn"] == "arn:aws:sts::%s:federated-user/bob" % ACCOUNT
    assert answer["FederatedUser"]["FederatedUserId"] == ACCOUNT + ":bob"
    sqs = table.as_session("sqs", answer["Credentials"])
    sqs.list_queues()
    with refused("AccessDenied", 403):
        sqs.create_queue(QueueName=fresh("q"))


def test_an_access_key_tells_its_account(sts, user):
    assert sts.get_access_key_info(AccessKeyId=user.key)["Account"] == ACCOUNT


def test_what_the_models_forbid_is_refused_in_aws_words(table, user, role):
    user.allow("sts:AssumeRole", "*")
    sts = table.client("sts", user.key, user.secret, parameter_validation=False)
    text = ("1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must "
            "have value greater than or equal to 900")
    with refused("ValidationError", 400, text):
        sts.assume_role(RoleArn=role.arn, RoleSessionName="one", DurationSeconds=899)
    with refused("ValidationError", 400, "Member must satisfy regular expression pattern: [\\w+=,.@-]*"):
        sts.assume_role(RoleArn=role.arn, RoleSessionName="with space")


def test_longer_than_the_role_allows_is_refused(user, role):
    user.allow("sts:AssumeRole", role.arn)
    text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    with refused("ValidationError", 400, text):
        user.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="one", DurationSeconds=7200)


def test_chained_sessions_last_an_hour_at_most(table, iam, user):
    first, second = Role(table, iam), Role(table, iam, MaxSessionDuration=43200)
    user.allow("sts:AssumeRole", "*")
    first.allow("sts:AssumeRole", second.arn)
    credentials = user.client("sts").assume_role(RoleArn=first.arn, RoleSessionName="one")["Credentials"]
    chained = table.as_session("sts", credentials)
    chained.assume_role(RoleArn=second.arn, RoleSessionName="two", DurationSeconds=3600)
    with refused("ValidationError", 400, "1 hour session limit for roles assumed by role chaining"):
        chained.assume_role(RoleArn=second.arn, RoleSessionName="two", DurationSeconds=3601)


def test_web_identity_needs_no_signature(table, iam):
    """Without any credentials: the issuer's token is enough, once an operator handed its keys over."""
    import botocore

    host = fresh("issuer") + ".example.com"
    sts = table.client("sts", signature_version=botocore.UNSIGNED)
    now = table.admin("GET", "clock")["now_ms"] // 1000
    claims = {"iss": "https://" + host, "sub": "ana", "aud": "app", "iat": now, "exp": now + 600}
    trust = {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::%s:oidc-provider/%s" % (ACCOUNT, host)},
             "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {host + ":sub": "ana"}}}
    name = fresh("role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]

    def assume(**changed):
        return sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="one", WebIdentityToken=issuer.token(dict(claims, **changed)))

    with refused("InvalidIdentityToken", 400, "No OpenIDConnect provider found in your account for https://" + host):
        assume()
    iam.create_open_id_connect_provider(Url="https://" + host, ClientIDList=["app"], ThumbprintList=["0" * 40])
    with refused("InvalidIdentityToken", 400, "Couldn't retrieve verification key from your identity provider"):
        assume()
    table.admin("PUT", "oidc", {"issuer": "https://" + host, "jwks": issuer.jwks()})
    credentials = assume()["Credentials"]
    who = table.as_session("sts", credentials).get_caller_identity()
    assert who["Arn"] == "arn:aws:sts::%s:assumed-role/%s/one" % (ACCOUNT, name)
    with refused("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        assume(sub="bob")
    with refused("InvalidIdentityToken", 400, "Incorrect token audience"):
        assume(aud="other")
    with refused("ExpiredTokenException", 400, "Token expired: current date/time"):
        assume(exp=now - 1)


def test_a_saml_answer_needs_no_signature_but_its_own(table, iam):
    import botocore

    sts = table.client("sts", signature_version=botocore.UNSIGNED)
    entity, name = "https://%s.example.com" % fresh("idp"), fresh("corp")
    provider = iam.create_saml_provider(Name=name, SAMLMetadataDocument=issuer.metadata(entity))["SAMLProviderArn"]
    trust = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithSAML",
             "Condition": {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}}}
    role = iam.create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]
    now = datetime.datetime.fromtimestamp(table.admin("GET", "clock")["now_ms"] // 1000, datetime.timezone.utc)
    times = [t.strftime("%Y-%m-%dT%H:%M:%SZ") for t in (now, now + datetime.timedelta(minutes=4))]
    attributes = {"Role": "%s,%s" % (role, provider), "RoleSessionName": "ana"}

    def assume(assertion):
        return sts.assume_role_with_saml(RoleArn=role, PrincipalArn=provider, SAMLAssertion=assertion)

    answer = issuer.answer(entity, "ana@example.com", *times, attributes)
    taken = assume(answer)
    assert (taken["Subject"], taken["SubjectType"], taken["Issuer"]) == ("ana@example.com", "persistent", entity)
    who = table.as_session("sts", taken["Credentials"]).get_caller_identity()
    assert who["Arn"] == taken["AssumedRoleUser"]["Arn"]
    forged = base64.b64encode(base64.b64decode(answer).replace(b">ana@example", b">bob@example")).decode()
    with refused("InvalidIdentityToken", 400, "Response signature invalid"):
        assume(forged)
    with refused("InvalidIdentityToken", 400, "Issuer not present in specified provider"):
        assume(issuer.answer("https://other.example.com", "ana", *times, attributes))


@pytest.mark.parametrize("message", ["not-encoded", "AAAA"])
def test_messages_that_are_none_are_not_decoded(sts, message):
    with refused("InvalidAuthorizationMessageException", 400):
        sts.decode_authorization_message(EncodedMessage=message)


def test_users_of_two_accounts_are_apart(table, iam, user):
    other = table.client("iam", key="222222222222")
    with refused("NoSuchEntity", 404, "The user with name %s cannot be found." % user.name):
        other.get_user(UserName=user.name)
    stranger = User(table, other)
    assert stranger.client("sts").get_caller_identity()["Account"] == "222222222222"
