"""IAM through boto3: identities and policies, and that a change counts on the very next call."""

import csv
import datetime
import io
import json

import pytest

from conftest import User, arn_of
from faults import refused
from table import ACCOUNT, fresh

ALLOW_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return dict({"Effect": "Allow", "Action": action, "Resource": resource}, **more)


def deny(action, resource="*", **more):
    return dict({"Effect": "Deny", "Action": action, "Resource": resource}, **more)


def denial(who, action, resource, why):
    return "User: %s is not authorized to perform: %s on resource: %s %s" % (who, action, resource, why)


def test_root_is_a_user_without_a_name(iam):
    root = iam.get_user()["User"]
    assert (root["UserId"], root["Arn"]) == (ACCOUNT, "arn:aws:iam::%s:root" % ACCOUNT)
    assert not {"UserName", "Path"} & set(root)


def test_bad_names_are_refused_in_iam_s_words(iam):
    text = "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the " \
        "following: +=,.@_-"
    with refused("ValidationError", 400, text):
        iam.get_role(RoleName="a b")


def test_a_user_lives_and_goes(iam):
    name = fresh("user")
    made = iam.create_user(UserName=name, Path="/staff/", Tags=[{"Key": "team", "Value": "a"}])["User"]
    assert made["Arn"] == "arn:aws:iam::%s:user/staff/%s" % (ACCOUNT, name)
    got = iam.get_user(UserName=name)["User"]
    assert (got["UserId"], got["Path"], got["Tags"]) == (made["UserId"], "/staff/", [{"Key": "team", "Value": "a"}])
    with refused("EntityAlreadyExists", 409, "User with name %s already exists." % name):
        iam.create_user(UserName=name)
    iam.update_user(UserName=name, NewUserName=name + "-x")
    iam.delete_user(UserName=name + "-x")
    with refused("NoSuchEntity", 404, "The user with name %s-x cannot be found." % name):
        iam.get_user(UserName=name + "-x")


def test_a_user_with_parts_is_not_deleted(iam, user):
    with refused("DeleteConflict", 409, "Cannot delete entity, must delete access keys first."):
        iam.delete_user(UserName=user.name)
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.key)
    iam.delete_user(UserName=user.name)


def test_a_new_user_may_do_nothing_and_hears_why(user):
    iam = user.client("iam")
    why = "because no identity-based policy allows the iam:ListUsers action"
    with refused("AccessDenied", 403, denial(user.arn, "iam:ListUsers", "arn:aws:iam::%s:user/" % ACCOUNT, why)):
        iam.list_users()


def test_policies_count_on_the_very_next_call(iam, user):
    as_user = user.client("iam")
    for _ in range(20):
        user.allow("iam:ListRoles")
        as_user.list_roles(MaxItems=1)
        iam.delete_user_policy(UserName=user.name, PolicyName="p")
        with refused("AccessDenied", 403):
            as_user.list_roles(MaxItems=1)


def test_an_explicit_deny_beats_an_allow_and_says_so(user, queue, sqs):
    user.allow("sqs:*")
    user.allow("sqs:SendMessage", effect="Deny", name="no")
    as_user = user.client("sqs")
    as_user.receive_message(QueueUrl=queue)
    arn = arn_of(sqs, queue)
    why = "with an explicit deny in an identity-based policy"
    with refused("AccessDenied", 403, denial(user.arn, "sqs:sendmessage", arn, why)):
        as_user.send_message(QueueUrl=queue, MessageBody="x")


def test_resources_and_wildcards_of_a_policy(user, sqs):
    stem = fresh("team")
    mine, other = (sqs.create_queue(QueueName=n)["QueueUrl"] for n in (stem + "-a", fresh("other")))
    user.allow("sqs:Send*", "arn:aws:sqs:*:%s:%s-?" % (ACCOUNT, stem))
    as_user = user.client("sqs")
    as_user.send_message(QueueUrl=mine, MessageBody="x")
    with refused("AccessDenied", 403):
        as_user.send_message(QueueUrl=other, MessageBody="x")


def test_conditions_decide(iam, user):
    as_user = user.client("iam")
    user.allow("iam:ListRoles", Condition={"StringEquals": {"aws:username": user.name}})
    as_user.list_roles(MaxItems=1)
    user.allow("iam:ListRoles", Condition={"StringNotEquals": {"aws:username": user.name}})
    with refused("AccessDenied", 403):
        as_user.list_roles(MaxItems=1)
    user.allow("iam:ListRoles", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}})
    as_user.list_roles(MaxItems=1)
    user.allow("iam:ListRoles", Condition={"Bool": {"aws:SecureTransport": "true"}})
    if as_user.meta.endpoint_url.startswith("https:"):
        as_user.list_roles(MaxItems=1)
    else:
        with refused("AccessDenied", 403):
            as_user.list_roles(MaxItems=1)


def test_groups_give_their_policies_to_members(iam, user):
    group = fresh("group")
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=document(allow("iam:ListRoles")))
    as_user = user.client("iam")
    with refused("AccessDenied", 403):
        as_user.list_roles(MaxItems=1)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    as_user.list_roles(MaxItems=1)
    assert [g["GroupName"] for g in iam.list_groups_for_user(UserName=user.name)["Groups"]] == [group]
    assert [u["UserName"] for u in iam.get_group(GroupName=group)["Users"]] == [user.name]
    iam.remove_user_from_group(GroupName=group, UserName=user.name)
    with refused("AccessDenied", 403):
        as_user.list_roles(MaxItems=1)


def test_managed_policies_have_versions_and_the_default_one_counts(iam, user):
    arn = iam.create_policy(PolicyName=fresh("p"), PolicyDocument=document(allow("iam:ListRoles")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    as_user = user.client("iam")
    as_user.list_roles(MaxItems=1)
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("iam:ListUsers")), SetAsDefault=True)
    assert made["PolicyVersion"]["VersionId"] == "v2"
    as_user.list_users(MaxItems=1)
    with refused("AccessDenied", 403):
        as_user.list_roles(MaxItems=1)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    as_user.list_roles(MaxItems=1)
    with refused("DeleteConflict", 409):
        iam.delete_policy(PolicyArn=arn)
    for _ in range(3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("iam:ListUsers")))
    with refused("LimitExceeded", 409):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("iam:ListUsers")))
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    got = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert got["Document"]["Statement"][0]["Action"] == "iam:ListRoles"


def test_aws_managed_policies_are_there_with_their_documents(iam, user):
    arn = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert any("sqs:GetQueueAttributes" in s["Action"] for s in found["Statement"])
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    as_user = user.client("sqs")
    as_user.list_queues()
    with refused("AccessDenied", 403):
        as_user.create_queue(QueueName=fresh("q"))
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS")
    assert sum(len(p["Policies"]) for p in pages) > 1000


def test_a_boundary_limits_what_policies_give(iam, user):
    boundary = iam.create_policy(PolicyName=fresh("b"), PolicyDocument=document(allow("iam:ListUsers")))["Policy"]["Arn"]
    user.allow("*")
    as_user = user.client("iam")
    as_user.list_roles(MaxItems=1)
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=boundary)
    as_user.list_users(MaxItems=1)
    with refused("AccessDenied", 403, "because no permissions boundary allows the iam:ListRoles action"):
        as_user.list_roles(MaxItems=1)
    iam.delete_user_permissions_boundary(UserName=user.name)
    as_user.list_roles(MaxItems=1)


@pytest.mark.parametrize("text, message", [
    ("{", "Syntax errors in policy."),
    ("[]", "Syntax errors in policy."),
    (json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps", "Action": "*", "Resource": "*"}]}),
     "Syntax errors in policy."),
    (json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*"}]}),
     "Policy statement must contain actions."),
    (json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*"}]}),
     "Policy statement must contain resources."),
    (json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "nocolon", "Resource": "*"}]}),
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
])
def test_documents_that_are_no_policy(iam, text, message):
    with refused("MalformedPolicyDocument", 400, message):
        iam.create_policy(PolicyName=fresh("p"), PolicyDocument=text)


def test_lists_are_walked_one_by_one(iam):
    path = "/%s/" % fresh("walk")
    names = sorted(fresh("w") for _ in range(5))
    for name in names:
        iam.create_user(UserName=name, Path=path)
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix=path, PaginationConfig={"PageSize": 1}))
    assert [p["IsTruncated"] for p in pages] == [True] * 4 + [False]
    assert [u["UserName"] for p in pages for u in p["Users"]] == names
    with refused("ValidationError", 400):
        iam.list_users(Marker="nonsense")


def test_waiters_find_what_is_there(iam):
    name = fresh("user")
    iam.create_user(UserName=name)
    iam.get_waiter("user_exists").wait(UserName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    iam.create_instance_profile(InstanceProfileName=name)
    waiter = iam.get_waiter("instance_profile_exists")
    waiter.wait(InstanceProfileName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 1})


def test_last_use_of_a_key_is_told(iam, user):
    before = iam.get_access_key_last_used(AccessKeyId=user.key)
    assert before["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    user.client("sts").get_caller_identity()
    after = iam.get_access_key_last_used(AccessKeyId=user.key)
    assert (after["UserName"], after["AccessKeyLastUsed"]["ServiceName"]) == (user.name, "sts")


def test_an_instance_profile_holds_one_role(iam, role):
    name = fresh("profile")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role.name)
    got = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    assert [r["Arn"] for r in got["Roles"]] == [role.arn]
    with refused("LimitExceeded", 409):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role.name)
    with refused("DeleteConflict", 409):
        iam.delete_role(RoleName=role.name)


def test_tags_of_a_role(iam, role):
    iam.tag_role(RoleName=role.name, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_role(RoleName=role.name, TagKeys=["a"])
    assert iam.list_role_tags(RoleName=role.name)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_documents_come_back_as_they_were_sent(iam, role):
    sent = {"Version": "2012-10-17", "Statement": [{"Sid": "A1", "Effect": "Allow", "Action": ["sqs:*"], "Resource": ["*"]}]}
    text = json.dumps(sent, indent=2)
    iam.put_role_policy(RoleName=role.name, PolicyName="name", PolicyDocument=text)
    assert iam.get_role_policy(RoleName=role.name, PolicyName="name")["PolicyDocument"] == sent
    trust = iam.get_role(RoleName=role.name)["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Action"] == "sts:AssumeRole"


def test_the_simulator_agrees_with_the_server(iam, user, queue, sqs):
    arn = arn_of(sqs, queue)
    user.allow("sqs:SendMessage", arn)
    answer = iam.simulate_principal_policy(
        PolicySourceArn=user.arn, ActionNames=["sqs:SendMessage", "sqs:DeleteQueue"], ResourceArns=[arn])
    told = {r["EvalActionName"]: r["EvalDecision"] for r in answer["EvaluationResults"]}
    assert told == {"sqs:SendMessage": "allowed", "sqs:DeleteQueue": "implicitDeny"}
    user.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    with refused("AccessDenied", 403):
        user.client("sqs").delete_queue(QueueUrl=queue)


def test_account_summary_counts(table):
    iam = table.client("iam", key="333333333333")
    before = iam.get_account_summary()["SummaryMap"]
    iam.create_user(UserName=fresh("u"))
    after = iam.get_account_summary()["SummaryMap"]
    assert after["Users"] == before["Users"] + 1


def test_the_account_alias(table):
    iam = table.client("iam", key="444444444444")
    alias = fresh("alias")
    iam.create_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == [alias]
    iam.delete_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_the_password_policy_holds_for_login_profiles(table):
    iam = table.client("iam", key="555555555555")
    with refused("NoSuchEntity", 404, "The Password Policy with domain name 555555555555 cannot be found."):
        iam.get_account_password_policy()
    iam.update_account_password_policy(MinimumPasswordLength=14)
    assert iam.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 14
    name = fresh("u")
    iam.create_user(UserName=name)
    with refused("PasswordPolicyViolation", 400):
        iam.create_login_profile(UserName=name, Password="Short1!a")
    iam.create_login_profile(UserName=name, Password="Long-enough-for-14")
    assert iam.get_login_profile(UserName=name)["LoginProfile"]["UserName"] == name


def test_the_credential_report_lists_users(table):
    iam = table.client("iam", key="666666666666")
    name = fresh("u")
    iam.create_user(UserName=name)
    iam.create_access_key(UserName=name)
    assert iam.generate_credential_report()["State"] in ("STARTED", "COMPLETE")
    table.advance("5s")
    iam.generate_credential_report()
    rows = list(csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())))
    told = {r["user"]: r for r in rows}
    assert set(told) == {"<root_account>", name}
    assert told[name]["access_key_1_active"] == "true"


def test_authorization_details_tell_everything(table):
    iam = table.client("iam", key="777777777777")
    user, role = User(table, iam), fresh("role")
    trust = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    user.allow("sqs:*")
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(Filter=["User", "Role"]))
    users = [u for p in pages for u in p["UserDetailList"]]
    assert [u["UserPolicyList"][0]["PolicyName"] for u in users] == ["p"]
    assert [r["RoleName"] for p in pages for r in p["RoleDetailList"]] == [role]


def test_a_virtual_mfa_device_is_enabled_by_its_codes(table, iam, user):
    import base64
    import hashlib
    import hmac
    import struct

    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=fresh("mfa"))["VirtualMFADevice"]
    seed = base64.b32decode(device["Base32StringSeed"])
    now_s = table.admin("GET", "clock")["now_ms"] // 1000

    def code(step):
        digest = hmac.new(seed, struct.pack(">Q", step), hashlib.sha1).digest()
        at = digest[-1] & 15
        return "%06d" % ((struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000)

    step = now_s // 30
    with refused("InvalidAuthenticationCode", 403):
        iam.enable_mfa_device(UserName=user.name, SerialNumber=device["SerialNumber"],
                              AuthenticationCode1="000000", AuthenticationCode2="000000")
    iam.enable_mfa_device(UserName=user.name, SerialNumber=device["SerialNumber"],
                          AuthenticationCode1=code(step - 1), AuthenticationCode2=code(step))
    assert [d["SerialNumber"] for d in iam.list_mfa_devices(UserName=user.name)["MFADevices"]] == [device["SerialNumber"]]
    table.advance("30s")
    credentials = user.client("sts").get_session_token(
        SerialNumber=device["SerialNumber"], TokenCode=code(table.admin("GET", "clock")["now_ms"] // 30000))["Credentials"]
    user.allow("iam:ListRoles", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    table.as_session("iam", credentials).list_roles(MaxItems=1)
    with refused("AccessDenied", 403):
        user.client("iam").list_roles(MaxItems=1)


def test_times_are_the_virtual_clocks(table, iam):
    table.advance("1d")
    made = iam.create_user(UserName=fresh("u"))["User"]["CreateDate"]
    assert made - datetime.datetime.now(datetime.timezone.utc) > datetime.timedelta(hours=23)


def test_roles_of_a_service_are_linked(iam):
    made = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]
    path = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    assert made["Arn"] == "arn:aws:iam::%s:role/%s" % (ACCOUNT, path)

    with refused("InvalidInput", 400, "has been taken in this account"):
        iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")


def test_policy_variables_name_the_caller(user):
    user.allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}")
    as_user = user.client("iam")
    assert as_user.get_user()["User"]["Arn"] == user.arn
    with refused("AccessDenied", 403):
        as_user.get_user(UserName=user.name + "x")
