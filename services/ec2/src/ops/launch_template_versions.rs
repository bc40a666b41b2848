//! `CreateLaunchTemplateVersion`, `DeleteLaunchTemplateVersions`, `DescribeLaunchTemplateVersions`.
//! Source: EC2 API reference, the operations (2026-11-22).

use codec::{Fault, Value};
use kernel::Cx;
use shapes_ec2 as s;

use crate::describe::{Ask, listed};
use crate::err::{self, fault, invalid_value, missing};
use crate::filter::{Accessor, Probe};
use crate::launch_template::{self, LaunchTemplate, Version, named, number, version, versions};
use crate::quotas::{self, room};
use crate::resource::{Listed, all, find, save};
use crate::{forms, token};

/// Versions that a call can delete or name.
const PER_CALL: usize = 200;

/// Errors: those of [`named`] and [`version`]: of `SourceVersion`; LaunchTemplateVersionLimitExceeded (inferred);
/// IdempotentParameterMismatch.
pub(crate) fn create(
    cx: &mut Cx,
    i: &s::CreateLaunchTemplateVersionRequest,
) -> Result<s::CreateLaunchTemplateVersionResult, Fault> {
    err::refuse(&[("ResolveAlias", i.resolve_alias == Some(true))])?;
    let mut t = named(cx, i.launch_template_id.as_deref(), i.launch_template_name.as_deref())?;
    let (made, token) = token::look_up(cx, "CreateLaunchTemplateVersion", i.client_token.as_deref(), i)?;
    let row = match made {
        Some(n) => version(cx, &t, Some(&n))?,
        None => {
            room(cx, &quotas::LAUNCH_TEMPLATE_VERSIONS, versions(cx, &t)?, 1)?;
            super::launch_template::described(i.version_description.as_deref())?;
            super::launch_template::check(&i.launch_template_data)?;
            let data = data(cx, &t, i)?;
            let description = i.version_description.as_deref().unwrap_or_default();
            let row = launch_template::add_version(cx, &mut t, description, data);
            save(cx, &t)?;
            row
        }
    };
    token::keep(cx, token, &row.number.to_string());
    let shown = launch_template::show_version(&t, &row)?;
    Ok(s::CreateLaunchTemplateVersionResult { launch_template_version: Some(shown), warning: None })
}

/// The new data, over that of the source version, if one is named.
fn data(cx: &Cx, t: &LaunchTemplate, i: &s::CreateLaunchTemplateVersionRequest) -> Result<String, Fault> {
    let shape = forms::member_of_input("CreateLaunchTemplate", "LaunchTemplateData");
    let mut value = forms::value(shape, &i.launch_template_data)?;
    if let Some(source) = i.source_version.as_deref().filter(|v| !v.is_empty()) {
        let source = version(cx, t, Some(source))?;
        value = forms::laid_over(value, without_snapshots(forms::parse(shape, &source.data)?));
    }
    Ok(forms::text_of(shape, &value))
}

/// Snapshots of a source version's devices are not inherited: who wants them names them again.
/// Source: EC2 API reference, "CreateLaunchTemplateVersion", `SourceVersion` (2026-11-22).
fn without_snapshots(mut data: Value) -> Value {
    let Value::Record(members) = &mut data else { return data };
    for (_, _, value) in members.iter_mut().filter(|(_, name, _)| *name == "BlockDeviceMappings") {
        let Value::List(devices) = value else { continue };
        for device in devices {
            let Value::Record(device) = device else { continue };
            for (_, _, ebs) in device.iter_mut().filter(|(_, name, _)| *name == "Ebs") {
                let Value::Record(ebs) = ebs else { continue };
                ebs.retain(|(_, name, _)| *name != "SnapshotId");
            }
        }
    }
    data
}

/// Errors: those of [`named`]; InvalidParameterValue: too many. Those of single versions are part of the answer.
pub(crate) fn delete(
    cx: &mut Cx,
    i: &s::DeleteLaunchTemplateVersionsRequest,
) -> Result<s::DeleteLaunchTemplateVersionsResult, Fault> {
    let mut t = named(cx, i.launch_template_id.as_deref(), i.launch_template_name.as_deref())?;
    if i.versions.len() > PER_CALL {
        return Err(invalid_value(format!("A call can delete at most {PER_CALL} versions")));
    }
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for text in &i.versions {
        let n = text.parse::<i64>().ok().filter(|n| *n > 0);
        let n = n.ok_or_else(|| invalid_value(format!("Invalid launch template version: '{text}'")))?;
        let found = version(cx, &t, Some(text));
        let error = match &found {
            Err(f) => Some(("launchTemplateVersionDoesNotExist", f.message().to_owned())),
            Ok(v) if v.number == t.default_version => Some((
                "unexpectedError",
                "Cannot delete the default version of a launch template.".to_owned(),
            )),
            Ok(_) => None,
        };
        let (id, name) = (Some(t.id.clone()), Some(t.name.clone()));
        if let Some((code, message)) = error {
            bad.push(s::DeleteLaunchTemplateVersionsResponseErrorItem {
                launch_template_id: id,
                launch_template_name: name,
                version_number: Some(n),
                response_error: Some(s::ResponseError {
                    code: Some(code.to_owned()),
                    message: Some(message),
                }),
            });
            continue;
        }
        launch_template::drop_version(cx, &mut t, n)?;
        good.push(s::DeleteLaunchTemplateVersionsResponseSuccessItem {
            launch_template_id: id,
            launch_template_name: name,
            version_number: Some(n),
        });
    }
    save(cx, &t)?;
    Ok(s::DeleteLaunchTemplateVersionsResult {
        successfully_deleted_launch_template_versions: Some(good),
        unsuccessfully_deleted_launch_template_versions: Some(bad),
    })
}

/// A version under its filters, with what it says. Lists begin with the newest.
struct Shown {
    place: String,
    version: Version,
    is_default: bool,
    data: s::RequestLaunchTemplateData,
    template: LaunchTemplate,
}

impl Shown {
    fn new(t: &LaunchTemplate, version: Version) -> Result<Shown, Fault> {
        Ok(Shown {
            place: format!("{}/{:010}", t.id, i64::from(u32::MAX) - version.number),
            is_default: version.number == t.default_version,
            data: version.request()?,
            version,
            template: t.clone(),
        })
    }
}

fn metadata(
    v: &Shown,
    p: &mut Probe<'_>,
    of: fn(&s::LaunchTemplateInstanceMetadataOptionsRequest) -> Option<&str>,
) {
    p.maybe(v.data.metadata_options.as_ref().and_then(of));
}

impl Listed for Shown {
    const FILTERS: &'static [(&'static str, Accessor<Shown>)] = &[
        ("create-time", |v, p| p.time(v.version.created_ms)),
        ("ebs-optimized", |v, p| v.data.ebs_optimized.into_iter().for_each(|on| p.flag(on))),
        ("host-resource-group-arn", |v, p| {
            p.maybe(v.data.placement.as_ref().and_then(|l| l.host_resource_group_arn.as_deref()));
        }),
        ("http-endpoint", |v, p| metadata(v, p, |m| m.http_endpoint.as_deref())),
        ("http-protocol-ipv4", |v, p| metadata(v, p, |m| m.http_endpoint.as_deref())),
        ("http-tokens", |v, p| metadata(v, p, |m| m.http_tokens.as_deref())),
        ("iam-instance-profile", |v, p| {
            p.maybe(v.data.iam_instance_profile.as_ref().and_then(|f| f.arn.as_deref()));
        }),
        ("image-id", |v, p| p.maybe(v.data.image_id.as_deref())),
        ("instance-type", |v, p| p.maybe(v.data.instance_type.as_deref())),
        ("is-default-version", |v, p| p.flag(v.is_default)),
        ("kernel-id", |v, p| p.maybe(v.data.kernel_id.as_deref())),
        ("license-configuration-arn", |v, p| {
            let all = v.data.license_specifications.iter().flatten();
            all.for_each(|l| p.maybe(l.license_configuration_arn.as_deref()));
        }),
        ("network-card-index", |v, p| {
            let all = v.data.network_interfaces.iter().flatten();
            all.filter_map(|n| n.network_card_index).for_each(|n| p.number(n));
        }),
        ("ram-disk-id", |v, p| p.maybe(v.data.ram_disk_id.as_deref())),
    ];
    fn id(&self) -> &str {
        &self.place
    }
}

/// Errors: those of [`named`] and [`version`]; MissingParameter: neither a template nor `$Latest` or `$Default`; those of
/// [`listed`].
pub(crate) fn describe(
    cx: &mut Cx,
    i: &s::DescribeLaunchTemplateVersionsRequest,
) -> Result<s::DescribeLaunchTemplateVersionsResult, Fault> {
    err::refuse(&[("ResolveAlias", i.resolve_alias == Some(true))])?;
    let wanted = i.versions.as_deref().unwrap_or_default();
    if wanted.len() > PER_CALL {
        return Err(invalid_value(format!("A call can describe at most {PER_CALL} versions")));
    }
    let rows = match (i.launch_template_id.as_deref(), i.launch_template_name.as_deref()) {
        (None, None) => of_all(cx, wanted)?,
        (id, name) => of_one(cx, i, &named(cx, id, name)?, wanted)?,
    };
    let ids = Some(wanted.to_vec());
    let ask = Ask::new("DescribeLaunchTemplateVersions", &i.filters)
        .ids(&ids)
        .pages(i.max_results, &i.next_token)
        .limits(1, 200);
    let found = listed(cx, &ask, rows.into_iter())?;
    let shown: Result<Vec<_>, Fault> =
        found.items.iter().map(|(v, _)| launch_template::show_version(&v.template, &v.version)).collect();
    Ok(s::DescribeLaunchTemplateVersionsResult {
        launch_template_versions: Some(shown?),
        next_token: found.next,
    })
}

/// The latest or default versions of all templates.
fn of_all(cx: &Cx, wanted: &[String]) -> Result<Vec<Shown>, Fault> {
    if wanted.is_empty() || wanted.iter().any(|w| w != "$Latest" && w != "$Default") {
        return Err(missing("LaunchTemplateId or LaunchTemplateName"));
    }
    let templates: Vec<LaunchTemplate> = all::<LaunchTemplate>(cx)?.collect();
    let mut rows = Vec::new();
    for t in &templates {
        let mut numbers = wanted.iter().map(|w| number(t, Some(w))).collect::<Result<Vec<_>, _>>()?;
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers.dedup();
        for n in numbers {
            rows.push(Shown::new(t, version(cx, t, Some(&n.to_string()))?)?);
        }
    }
    Ok(rows)
}

/// A template's versions: those named, or a range, or all.
fn of_one(
    cx: &Cx,
    i: &s::DescribeLaunchTemplateVersionsRequest,
    t: &LaunchTemplate,
    wanted: &[String],
) -> Result<Vec<Shown>, Fault> {
    let t = find::<LaunchTemplate>(cx, &t.id)?;
    let mut found: Vec<Version> = Vec::new();
    if wanted.is_empty() {
        let bound = |text: &Option<String>| text.as_deref().map(|v| number(&t, Some(v))).transpose();
        let (least, most) = (bound(&i.min_version)?, bound(&i.max_version)?);
        let inside = |v: &Version| least.is_none_or(|n| v.number >= n) && most.is_none_or(|n| v.number <= n);
        found.extend(versions(cx, &t)?.filter(inside));
    } else if i.min_version.is_some() || i.max_version.is_some() {
        let text = "Versions cannot be specified together with MinVersion or MaxVersion";
        return Err(fault("InvalidParameterCombination", text));
    }
    for w in wanted {
        let v = version(cx, &t, Some(w))?;
        if !found.iter().any(|f| f.number == v.number) {
            found.push(v);
        }
    }
    found.sort_by_key(|v| std::cmp::Reverse(v.number));
    found.into_iter().map(|v| Shown::new(&t, v)).collect()
}
