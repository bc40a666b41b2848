//! `CreateSecurityGroup`: closed inbound, open outbound; without a VPC in the default one.
//! Source: EC2 API reference, "CreateSecurityGroup" (2026-11-22); texts as reported by its users.

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateSecurityGroupRequest, CreateSecurityGroupResult};

use crate::err::{fault, invalid_parameter, invalid_value};
use crate::quotas::{self, room};
use crate::resource::{all, find, save};
use crate::security_group::{SECURITY_GROUP, SecurityGroup, named};
use crate::security_group_rule::GroupRule;
use crate::vpc::{self, Vpc};
use crate::{id, tags};

const CHARS: usize = 255;

/// Errors: InvalidParameterValue: name or description; InvalidGroup.Reserved; InvalidVpcID.NotFound; VPCIdNotSpecified;
/// InvalidGroup.Duplicate; SecurityGroupLimitExceeded.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &CreateSecurityGroupRequest,
) -> Result<CreateSecurityGroupResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &SECURITY_GROUP)?;
    check("groupName", &i.group_name)?;
    check("groupDescription", &i.description)?;
    if i.group_name.to_ascii_lowercase().starts_with("sg-") {
        return Err(invalid_value("Group names may not be in the format sg-*."));
    }
    if i.group_name == "default" {
        return Err(fault("InvalidGroup.Reserved", "Cannot use reserved security group name: default"));
    }
    let vpc = match i.vpc_id.as_deref() {
        Some(id) => find::<Vpc>(cx, id)?,
        None => {
            vpc::default(cx)?.ok_or_else(|| fault("VPCIdNotSpecified", "No default VPC for this user"))?
        }
    };
    if named(cx, &vpc.id, &i.group_name)?.is_some() {
        let text = format!("The security group '{}' already exists for VPC '{}'", i.group_name, vpc.id);
        return Err(fault("InvalidGroup.Duplicate", text));
    }
    room(cx, &quotas::SECURITY_GROUPS, all::<SecurityGroup>(cx)?, 1)?;
    let group = SecurityGroup {
        id: id::fresh(cx, "sg"),
        name: i.group_name.clone(),
        description: i.description.clone(),
        vpc: vpc.id.clone(),
    };
    save(cx, &group)?;
    let open = GroupRule::open_egress(id::fresh(cx, "sgr"), &group.id);
    save(cx, &open)?;
    if !vpc.ipv6.is_empty() {
        let ipv6 =
            GroupRule { id: id::fresh(cx, "sgr"), ipv4: String::new(), ipv6: "::/0".to_owned(), ..open };
        save(cx, &ipv6)?;
    }
    tags::add(cx, &SECURITY_GROUP, &group.id, &tags)?;
    Ok(CreateSecurityGroupResult {
        security_group_arn: Some(SECURITY_GROUP.arn(cx, &group.id)),
        group_id: Some(group.id),
        tags: tags::shown(&tags),
    })
}

fn check(name: &str, value: &str) -> Result<(), Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    if value.is_empty() {
        return Err(crate::err::missing(name));
    }
    if value.chars().count() > CHARS || !value.chars().all(allowed) {
        let why = "Character sets beyond ASCII are not supported.";
        return Err(invalid_parameter(value, name, why));
    }
    Ok(())
}
