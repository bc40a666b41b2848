//! Instance profiles on instances: associations, one an instance. The profiles themselves are IAM's, read from the directory;
//! who associates one passes its role to EC2. Source: EC2 API reference, "AssociateIamInstanceProfile",
//! "IamInstanceProfileAssociation"; EC2 user guide, "IAM roles for Amazon EC2" (2026-11-22); texts as reported.

use codec::{Fault, Timestamp};
use directory::{InstanceProfile, InstanceProfiles, Roles, entity_key};
use kernel::{Cx, Guard, Target};
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::{combination, fault, invalid_parameter, invalid_value, missing};
use crate::filter::Accessor;
use crate::id;
use crate::instance::{Instance, Part};
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource, on, remove, save};

pub(crate) static PROFILE_ASSOCIATION: Kind = Kind {
    noun: "iam-instance-profile-association",
    prefix: "iip-assoc",
    not_found: ("InvalidAssociationID.NotFound", "An invalid association-id of '{}' was given"),
    malformed: None,
    seen: resource::seen::<Association>,
};

/// That an instance has an instance profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Association {
    pub(crate) id: String,
    pub(crate) instance: String,
    /// Of the profile, which may be gone by now.
    pub(crate) arn: String,
    pub(crate) profile_id: String,
    pub(crate) at_ms: i64,
    /// When it is associated.
    pub(crate) there_ms: i64,
}

impl Row for Association {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.instance);
        w.put(3, &self.arn);
        w.put(4, &self.profile_id);
        w.put(5, &self.at_ms);
        w.put(6, &self.there_ms);
    }
    fn read(r: &mut RowReader) -> Result<Association, RowError> {
        Ok(Association {
            id: r.get(1)?,
            instance: r.get(2)?,
            arn: r.get(3)?,
            profile_id: r.get(4)?,
            at_ms: r.get(5)?,
            there_ms: r.get(6)?,
        })
    }
}

impl Association {
    fn state(&self, cx: &Cx) -> &'static str {
        if cx.now_ms < self.there_ms { "associating" } else { "associated" }
    }
}

impl Listed for Association {
    const FILTERS: &'static [(&'static str, Accessor<Association>)] =
        &[("instance-id", |a, p| p.text(&a.instance)), ("state", |a, p| p.text(a.state(p.cx)))];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Association {
    const TABLE: &'static str = "ec2.profile_association";
    const KIND: &'static Kind = &PROFILE_ASSOCIATION;
    const LINKED: &'static [&'static str] = &["instance-id"];
    fn parts(&self) -> Vec<(String, Part)> {
        vec![(self.instance.clone(), Part::Profile(self.clone()))]
    }
    fn parents(&self) -> Vec<String> {
        vec![self.instance.clone()]
    }
}

/// The profile that a request names, if there is one. The name is the last part of an ARN.
fn named(cx: &Cx, given: &s::IamInstanceProfileSpecification) -> Result<Option<InstanceProfile>, Fault> {
    let name = match (given.name.as_deref(), given.arn.as_deref()) {
        (Some(name), _) => name,
        (None, Some(arn)) => arn.rsplit('/').next().unwrap_or_default(),
        (None, None) => return Ok(None),
    };
    let found = cx.get::<InstanceProfiles>(&entity_key(cx.scope.partition, &cx.scope.account, name))?;
    Ok(found.filter(|p| given.arn.as_ref().is_none_or(|arn| *arn == profile_arn(cx, p))))
}

fn profile_arn(cx: &Cx, p: &InstanceProfile) -> String {
    cx.scope.global_arn("iam", &format!("instance-profile{}{}", p.path, p.name))
}

/// The profile that a request names, with its ARN.
///
/// Errors: InvalidParameterCombination: name and ARN; InvalidParameterValue: there is none, or it has no role.
pub(crate) fn find(
    cx: &Cx,
    given: &s::IamInstanceProfileSpecification,
) -> Result<(InstanceProfile, String), Fault> {
    if given.name.is_some() && given.arn.is_some() {
        return Err(combination(
            "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
        ));
    }
    let Some(found) = named(cx, given)? else {
        return Err(match (&given.name, &given.arn) {
            (Some(n), _) => {
                invalid_parameter(n, "iamInstanceProfile.name", "Invalid IAM Instance Profile name")
            }
            (None, Some(a)) => {
                invalid_parameter(a, "iamInstanceProfile.arn", "Invalid IAM Instance Profile ARN")
            }
            (None, None) => missing("iamInstanceProfile"),
        });
    };
    let arn = profile_arn(cx, &found);
    if found.role.is_none() {
        return Err(invalid_value(format!("IAM Instance Profile \"{arn}\" has no associated IAM Roles")));
    }
    Ok((found, arn))
}

/// For the guard: the profile's ARN becomes a condition key of `instance`, and passing its role is asked for.
pub(crate) fn passes(
    cx: &Cx,
    given: &s::IamInstanceProfileSpecification,
    guard: &mut Guard,
) -> Result<Option<String>, Fault> {
    let Some(profile) = named(cx, given)? else { return Ok(None) };
    if let Some(role) = &profile.role {
        let row = cx.get::<Roles>(&entity_key(cx.scope.partition, &cx.scope.account, role))?;
        let (path, tags) = row.map_or(("/".to_owned(), Vec::new()), |r| (r.path, r.tags));
        let target = Target::on(cx.scope.global_arn("iam", &format!("role{path}{role}")))
            .action("iam:PassRole")
            .tags(tags)
            .key("iam:PassedToService", vec!["ec2.amazonaws.com".to_owned()]);
        guard.targets.push(target);
    }
    Ok(Some(profile_arn(cx, &profile)))
}

/// Gives an instance a profile.
pub(crate) fn associate(
    cx: &mut Cx,
    instance: &str,
    given: &s::IamInstanceProfileSpecification,
) -> Result<Association, Fault> {
    let (profile, arn) = find(cx, given)?;
    let row = Association {
        id: id::fresh(cx, "iip-assoc"),
        instance: instance.to_owned(),
        arn,
        profile_id: profile.id,
        at_ms: cx.now_ms,
        there_ms: crate::vpc::ready_ms(cx, 5_000),
    };
    save(cx, &row)?;
    Ok(row)
}

/// The association of an instance.
pub(crate) fn of(cx: &Cx, instance: &str) -> Result<Option<Association>, Fault> {
    Ok(on::<Association>(cx, instance)?.into_iter().next())
}

/// The instance is gone.
pub(crate) fn forget(cx: &mut Cx, instance: &str) -> Result<(), Fault> {
    match of(cx, instance)? {
        Some(row) => remove(cx, &row),
        None => Ok(()),
    }
}

/// Refuses a second one.
pub(crate) fn none_yet(cx: &Cx, instance: &Instance) -> Result<(), Fault> {
    match of(cx, &instance.id)? {
        None => Ok(()),
        Some(_) => Err(fault(
            "IncorrectState",
            format!("There is an existing association for instance {}", instance.id),
        )),
    }
}

/// As answers show the profile.
pub(crate) fn show_profile(a: &Association) -> s::IamInstanceProfile {
    s::IamInstanceProfile { arn: Some(a.arn.clone()), id: Some(a.profile_id.clone()) }
}

/// As answers show it; `state` where it is on its way.
pub(crate) fn show(cx: &Cx, a: &Association, state: Option<&str>) -> s::IamInstanceProfileAssociation {
    s::IamInstanceProfileAssociation {
        association_id: Some(a.id.clone()),
        instance_id: Some(a.instance.clone()),
        iam_instance_profile: Some(show_profile(a)),
        state: Some(state.unwrap_or(a.state(cx)).to_owned()),
        timestamp: None::<Timestamp>,
    }
}
