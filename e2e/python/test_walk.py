"""Every list that IAM can page, walked with one item a page: the same items in the same order as in one piece."""

import json

import pytest

from table import fresh

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
TAGS = [{"Key": k, "Value": k} for k in ("a", "b", "c")]


class Furnished:
    """An account with two or more of everything that a list shows."""

    def __init__(self, iam):
        self.users, self.groups, self.roles = ([fresh(kind) for _ in range(3)] for kind in ("u", "g", "r"))
        self.profiles = [fresh("p") for _ in range(2)]
        self.policies = [iam.create_policy(PolicyName=fresh("m"), PolicyDocument=ALLOW, Tags=TAGS)["Policy"]["Arn"]
                         for _ in range(2)]
        self.user, self.group, self.role = self.users[0], self.groups[0], self.roles[0]
        self.policy, self.profile = self.policies[0], self.profiles[0]
        iam.create_policy_version(PolicyArn=self.policy, PolicyDocument=ALLOW)
        for name in self.users:
            iam.create_user(UserName=name, Tags=TAGS)
        for name in self.groups:
            iam.create_group(GroupName=name)
        for name in self.roles:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Tags=TAGS)
        for name in self.profiles:
            iam.create_instance_profile(InstanceProfileName=name, Tags=TAGS)
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=self.role)
        for _ in range(2):
            iam.create_access_key(UserName=self.user)
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName=fresh("d"), Tags=TAGS)["VirtualMFADevice"]
        self.device = device["SerialNumber"]
        for name in self.groups:
            iam.add_user_to_group(GroupName=name, UserName=self.user)
        for name in self.users[1:]:
            iam.add_user_to_group(GroupName=self.group, UserName=name)
        for arn in self.policies:
            iam.attach_user_policy(UserName=self.user, PolicyArn=arn)
            iam.attach_group_policy(GroupName=self.group, PolicyArn=arn)
            iam.attach_role_policy(RoleName=self.role, PolicyArn=arn)
        for name in ("one", "two"):
            iam.put_user_policy(UserName=self.user, PolicyName=name, PolicyDocument=ALLOW)
            iam.put_group_policy(GroupName=self.group, PolicyName=name, PolicyDocument=ALLOW)
            iam.put_role_policy(RoleName=self.role, PolicyName=name, PolicyDocument=ALLOW)


# Operation: the names of its parameters, and which of the furnished things each is.
LISTS = {
    "get_account_authorization_details": {},
    "get_group": {"GroupName": "group"},
    "list_access_keys": {"UserName": "user"},
    "list_attached_group_policies": {"GroupName": "group"},
    "list_attached_role_policies": {"RoleName": "role"},
    "list_attached_user_policies": {"UserName": "user"},
    "list_entities_for_policy": {"PolicyArn": "policy"},
    "list_group_policies": {"GroupName": "group"},
    "list_groups": {},
    "list_groups_for_user": {"UserName": "user"},
    "list_instance_profile_tags": {"InstanceProfileName": "profile"},
    "list_instance_profiles": {},
    "list_instance_profiles_for_role": {"RoleName": "role"},
    "list_mfa_device_tags": {"SerialNumber": "device"},
    "list_policies": {"Scope": "Local"},
    "list_policy_tags": {"PolicyArn": "policy"},
    "list_policy_versions": {"PolicyArn": "policy"},
    "list_role_policies": {"RoleName": "role"},
    "list_role_tags": {"RoleName": "role"},
    "list_roles": {},
    "list_user_policies": {"UserName": "user"},
    "list_user_tags": {"UserName": "user"},
    "list_users": {},
    "list_virtual_mfa_devices": {},
}


@pytest.fixture(scope="module")
def account(table):
    iam = table.client("iam", key="999999999999")
    return iam, Furnished(iam)


@pytest.mark.parametrize("operation", LISTS)
def test_one_item_a_page_is_the_same_as_all_at_once(account, operation):
    iam, furnished = account
    words = {name: getattr(furnished, of, of) for name, of in LISTS[operation].items()}
    paginator = iam.get_paginator(operation)
    keys = [key.expression.split(".")[0] for key in paginator.result_keys]
    whole = getattr(iam, operation)(**words)
    assert not whole["IsTruncated"]
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 1}, **words))
    for page in pages:
        assert sum(len(page.get(key, [])) for key in keys) == 1
    for key in keys:
        assert [item for page in pages for item in page.get(key, [])] == whole.get(key, [])
    assert len(pages) >= 2, "there is more than one of everything"
