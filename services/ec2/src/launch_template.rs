//! Launch templates and their versions. A version's data is kept as the document that it is; what a launch makes of it is
//! `launch/template.rs`. Numbers of versions are never given twice.
//! Source: EC2 user guide, "Store instance launch parameters in Amazon EC2 launch templates" (2026-11-22); texts as reported.

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::err::{combination, fault, missing};
use crate::filter::Accessor;
use crate::forms;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource, by_link, find};
use crate::tags::{self, Tags};

pub(crate) static LAUNCH_TEMPLATE: Kind = Kind {
    noun: "launch-template",
    prefix: "lt",
    not_found: (
        "InvalidLaunchTemplateId.NotFound",
        "The specified launch template, with template ID {}, does not exist.",
    ),
    malformed: Some((
        "InvalidLaunchTemplateId.Malformed",
        "Invalid launch template ID format. The launch template ID \"{}\" is not valid.",
    )),
    seen: resource::seen::<LaunchTemplate>,
};

/// A launch template.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LaunchTemplate {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_ms: i64,
    /// ARN of who made it.
    pub(crate) created_by: String,
    pub(crate) default_version: i64,
    /// The highest that is there.
    pub(crate) latest_version: i64,
    /// How many were ever made.
    pub(crate) made: i64,
}

impl Row for LaunchTemplate {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.created_ms);
        w.put(4, &self.created_by);
        w.put(5, &self.default_version);
        w.put(6, &self.latest_version);
        w.put(7, &self.made);
    }
    fn read(r: &mut RowReader) -> Result<LaunchTemplate, RowError> {
        Ok(LaunchTemplate {
            id: r.get(1)?,
            name: r.get(2)?,
            created_ms: r.get(3)?,
            created_by: r.get(4)?,
            default_version: r.get(5)?,
            latest_version: r.get(6)?,
            made: r.get(7)?,
        })
    }
}

impl Listed for LaunchTemplate {
    const FILTERS: &'static [(&'static str, Accessor<LaunchTemplate>)] =
        &[("create-time", |t, p| p.time(t.created_ms)), ("launch-template-name", |t, p| p.text(&t.name))];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for LaunchTemplate {
    const TABLE: &'static str = "ec2.launch_template";
    const KIND: &'static Kind = &LAUNCH_TEMPLATE;
    const LINKED: &'static [&'static str] = &["launch-template-name"];
    fn tally(&self) -> Option<(String, u64)> {
        Some((LAUNCH_TEMPLATE.noun.to_owned(), 1))
    }
    fn parents(&self) -> Vec<String> {
        vec![self.name.clone()]
    }
}

/// A version of a template.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Version {
    pub(crate) number: i64,
    pub(crate) description: String,
    pub(crate) created_ms: i64,
    pub(crate) created_by: String,
    /// `RequestLaunchTemplateData` under the model's names.
    pub(crate) data: String,
}

impl Row for Version {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.number);
        w.put(2, &self.description);
        w.put(3, &self.created_ms);
        w.put(4, &self.created_by);
        w.put(5, &self.data);
    }
    fn read(r: &mut RowReader) -> Result<Version, RowError> {
        Ok(Version {
            number: r.get(1)?,
            description: r.get(2)?,
            created_ms: r.get(3)?,
            created_by: r.get(4)?,
            data: r.get(5)?,
        })
    }
}

impl Version {
    /// What it says of a launch.
    pub(crate) fn request(&self) -> Result<s::RequestLaunchTemplateData, Fault> {
        forms::read(forms::member_of_input("CreateLaunchTemplate", "LaunchTemplateData"), &self.data)
    }
    /// The same, as answers show it.
    pub(crate) fn shown(&self) -> Result<s::ResponseLaunchTemplateData, Fault> {
        forms::read(forms::member_of_output("GetLaunchTemplateData", "LaunchTemplateData"), &self.data)
    }
}

/// Account, region, template, number.
type VersionKey = (String, String, String, u64);

/// Versions.
pub(crate) struct TemplateVersions;
impl Table for TemplateVersions {
    const NAME: &'static str = "ec2.launch_template_version";
    const VERSION: u16 = 1;
    type Key = VersionKey;
    type Row = Version;
}

fn key(cx: &Cx, template: &str, number: i64) -> VersionKey {
    (cx.scope.account.clone(), cx.scope.region.to_owned(), template.to_owned(), number.unsigned_abs())
}

/// The template that a request names by id or name.
///
/// Errors: MissingParameter; InvalidParameterCombination; InvalidLaunchTemplateId.NotFound, .Malformed;
/// InvalidLaunchTemplateName.NotFoundException.
pub(crate) fn named(cx: &Cx, id: Option<&str>, name: Option<&str>) -> Result<LaunchTemplate, Fault> {
    match (id, name) {
        (Some(_), Some(_)) => {
            Err(combination("You can specify either the launch template ID or the name, but not both"))
        }
        (Some(id), None) => find::<LaunchTemplate>(cx, id),
        (None, Some(name)) => by_name(cx, name)?.ok_or_else(|| no_such_name(name)),
        (None, None) => Err(missing("LaunchTemplateId or LaunchTemplateName")),
    }
}

/// The template of that name.
pub(crate) fn by_name(cx: &Cx, name: &str) -> Result<Option<LaunchTemplate>, Fault> {
    Ok(by_link::<LaunchTemplate>(cx, name)?.filter(|t| t.name == name))
}

/// `InvalidLaunchTemplateName.NotFoundException`
pub(crate) fn no_such_name(name: &str) -> Fault {
    fault(
        "InvalidLaunchTemplateName.NotFoundException",
        format!("The specified launch template, with template name {name}, does not exist."),
    )
}

/// The number that a request's `1`, `$Latest`, `$Default` stands for; without any, the default version.
///
/// Errors: InvalidLaunchTemplateId.VersionNotFound; InvalidParameterValue: no number.
pub(crate) fn number(t: &LaunchTemplate, given: Option<&str>) -> Result<i64, Fault> {
    match given.filter(|g| !g.is_empty()) {
        None | Some("$Default") => Ok(t.default_version),
        Some("$Latest") => Ok(t.latest_version),
        Some(text) => match text.parse::<i64>() {
            Ok(n) if n > 0 => Ok(n),
            _ => Err(fault(
                "InvalidParameterValue",
                format!(
                    "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed, but '{text}' was given."
                ),
            )),
        },
    }
}

/// A version.
///
/// Errors: those of [`number`].
pub(crate) fn version(cx: &Cx, t: &LaunchTemplate, given: Option<&str>) -> Result<Version, Fault> {
    let n = number(t, given)?;
    cx.get::<TemplateVersions>(&key(cx, &t.id, n))?.ok_or_else(|| {
        let text =
            format!("Could not find the specified version {n} for the launch template with ID {}.", t.id);
        fault("InvalidLaunchTemplateId.VersionNotFound", text)
    })
}

/// All versions of a template, the oldest first.
pub(crate) fn versions(cx: &Cx, t: &LaunchTemplate) -> Result<impl Iterator<Item = Version>, Fault> {
    let prefix = (cx.scope.account.as_str(), cx.scope.region, t.id.as_str());
    Ok(cx.scan::<TemplateVersions>(Scan::prefix(&prefix))?.map(|(_, v)| v))
}

/// Adds a version; the template is to be saved by the caller.
pub(crate) fn add_version(cx: &mut Cx, t: &mut LaunchTemplate, description: &str, data: String) -> Version {
    t.made += 1;
    t.latest_version = t.made;
    let row = Version {
        number: t.made,
        description: description.to_owned(),
        created_ms: cx.now_ms,
        created_by: cx.caller.arn.clone(),
        data,
    };
    cx.put::<TemplateVersions>(&key(cx, &t.id, row.number), &row);
    row
}

/// Takes a version away; the template is to be saved by the caller.
pub(crate) fn drop_version(cx: &mut Cx, t: &mut LaunchTemplate, number: i64) -> Result<(), Fault> {
    cx.delete::<TemplateVersions>(&key(cx, &t.id, number));
    let newest = versions(cx, t)?.map(|v| v.number).max();
    t.latest_version = newest.unwrap_or(t.default_version);
    Ok(())
}

/// The template goes with all its versions.
pub(crate) fn destroy(cx: &mut Cx, t: &LaunchTemplate) -> Result<(), Fault> {
    let numbers: Vec<i64> = versions(cx, t)?.map(|v| v.number).collect();
    for n in numbers {
        cx.delete::<TemplateVersions>(&key(cx, &t.id, n));
    }
    resource::remove(cx, t)
}

/// As answers show it.
pub(crate) fn show(t: &LaunchTemplate, tags: &Tags) -> s::LaunchTemplate {
    s::LaunchTemplate {
        launch_template_id: Some(t.id.clone()),
        launch_template_name: Some(t.name.clone()),
        create_time: Some(Timestamp { epoch_ms: t.created_ms }),
        created_by: Some(t.created_by.clone()),
        default_version_number: Some(t.default_version),
        latest_version_number: Some(t.latest_version),
        tags: tags::shown(tags),
        operator: Some(s::OperatorResponse { managed: Some(false), ..s::OperatorResponse::default() }),
    }
}

/// As answers show a version.
pub(crate) fn show_version(t: &LaunchTemplate, v: &Version) -> Result<s::LaunchTemplateVersion, Fault> {
    Ok(s::LaunchTemplateVersion {
        launch_template_id: Some(t.id.clone()),
        launch_template_name: Some(t.name.clone()),
        version_number: Some(v.number),
        version_description: Some(v.description.clone()).filter(|d| !d.is_empty()),
        create_time: Some(Timestamp { epoch_ms: v.created_ms }),
        created_by: Some(v.created_by.clone()),
        default_version: Some(v.number == t.default_version),
        launch_template_data: Some(v.shown()?),
        operator: Some(s::OperatorResponse { managed: Some(false), ..s::OperatorResponse::default() }),
    })
}
