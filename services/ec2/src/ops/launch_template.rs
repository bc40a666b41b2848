//! `CreateLaunchTemplate`, `ModifyLaunchTemplate`, `DeleteLaunchTemplate`, `DescribeLaunchTemplates`.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, stored};
use crate::err::{self, fault};
use crate::launch_template::{self, LAUNCH_TEMPLATE, LaunchTemplate, by_name, named, no_such_name};
use crate::quotas::{self, counted_room};
use crate::resource::{count, find, save};
use crate::{forms, id, launch, tags, token};

/// Errors: InvalidLaunchTemplateName.MalformedException, .AlreadyExistsException; InvalidUserData.Malformed; LaunchTemplateLimitExceeded
/// (inferred); IdempotentParameterMismatch.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateLaunchTemplateRequest,
) -> Result<s::CreateLaunchTemplateResult, Fault> {
    err::refuse(&[("Operator", i.operator.is_some())])?;
    let tags = tags::for_new(i.tag_specifications.as_deref(), &LAUNCH_TEMPLATE)?;
    let (made, token) = token::look_up(cx, "CreateLaunchTemplate", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(id) => find::<LaunchTemplate>(cx, &id)?,
        None => new(cx, i)?,
    };
    tags::add(cx, &LAUNCH_TEMPLATE, &row.id, &tags)?;
    token::keep(cx, token, &row.id);
    let shown = launch_template::show(&row, &tags::of(cx, &row.id)?);
    Ok(s::CreateLaunchTemplateResult { launch_template: Some(shown), warning: None })
}

fn new(cx: &mut Cx, i: &s::CreateLaunchTemplateRequest) -> Result<LaunchTemplate, Fault> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-()./_".contains(c);
    let name = i.launch_template_name.as_str();
    if !(3..=128).contains(&name.chars().count()) || !name.chars().all(fits) {
        let text = "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.";
        return Err(fault("InvalidLaunchTemplateName.MalformedException", text));
    }
    described(i.version_description.as_deref())?;
    if by_name(cx, &i.launch_template_name)?.is_some() {
        return Err(fault(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.",
        ));
    }
    counted_room(cx, &quotas::LAUNCH_TEMPLATES, count(cx, LAUNCH_TEMPLATE.noun)?)?;
    check(&i.launch_template_data)?;
    let mut row = LaunchTemplate {
        id: id::fresh(cx, "lt"),
        name: i.launch_template_name.clone(),
        created_ms: cx.now_ms,
        created_by: cx.caller.arn.clone(),
        default_version: 1,
        ..LaunchTemplate::default()
    };
    let shape = forms::member_of_input("CreateLaunchTemplate", "LaunchTemplateData");
    let data = forms::text(shape, &i.launch_template_data)?;
    launch_template::add_version(cx, &mut row, i.version_description.as_deref().unwrap_or_default(), data);
    save(cx, &row)?;
    Ok(row)
}

/// Refuses a description of a version that is too long (text inferred).
pub(crate) fn described(given: Option<&str>) -> Result<(), Fault> {
    match given.filter(|d| d.chars().count() > 255) {
        Some(long) => Err(err::invalid_parameter(long, "versionDescription", "It has up to 255 characters.")),
        None => Ok(()),
    }
}

/// What of a template's data is looked at before a launch.
pub(crate) fn check(data: &s::RequestLaunchTemplateData) -> Result<(), Fault> {
    launch::user_data(data.user_data.as_deref())?;
    let metadata = data.metadata_options.as_ref().and_then(|m| m.http_put_response_hop_limit);
    if let Some(hops) = metadata.filter(|h| !(1..=64).contains(h)) {
        return Err(err::invalid_parameter(hops, "HttpPutResponseHopLimit", "Must be between 1 and 64."));
    }
    Ok(())
}

/// Errors: those of [`named`]; InvalidLaunchTemplateId.VersionNotFound; MissingParameter.
pub(crate) fn modify(
    cx: &mut Cx,
    i: &s::ModifyLaunchTemplateRequest,
) -> Result<s::ModifyLaunchTemplateResult, Fault> {
    let mut row = named(cx, i.launch_template_id.as_deref(), i.launch_template_name.as_deref())?;
    let wanted = i.default_version.as_deref().ok_or_else(|| err::missing("SetDefaultVersion"))?;
    row.default_version = launch_template::version(cx, &row, Some(wanted))?.number;
    save(cx, &row)?;
    let shown = launch_template::show(&row, &tags::of(cx, &row.id)?);
    Ok(s::ModifyLaunchTemplateResult { launch_template: Some(shown) })
}

/// Errors: those of [`named`].
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteLaunchTemplateRequest,
) -> Result<s::DeleteLaunchTemplateResult, Fault> {
    let row = named(cx, i.launch_template_id.as_deref(), i.launch_template_name.as_deref())?;
    let shown = launch_template::show(&row, &tags::of(cx, &row.id)?);
    launch_template::destroy(cx, &row)?;
    Ok(s::DeleteLaunchTemplateResult { launch_template: Some(shown) })
}

/// Errors: InvalidLaunchTemplateName.NotFoundException; those of [`stored`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeLaunchTemplatesRequest,
) -> Result<s::DescribeLaunchTemplatesResult, Fault> {
    let mut ids = i.launch_template_ids.clone().unwrap_or_default();
    for name in i.launch_template_names.iter().flatten() {
        ids.push(by_name(cx, name)?.ok_or_else(|| no_such_name(name))?.id);
    }
    let ids = Some(ids).filter(|ids| !ids.is_empty());
    let ask = Ask::new("DescribeLaunchTemplates", &i.filters)
        .ids(&ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 200);
    let found = stored::<LaunchTemplate>(cx, &ask)?;
    Ok(s::DescribeLaunchTemplatesResult {
        launch_templates: found.show(launch_template::show),
        next_token: found.next,
    })
}
