//! Launches from a launch template: what the request doesn't say, the template's version says. Tags of both are put on what is
//! made; the request's value wins. Which of a launch's resources the request itself names is what
//! `ec2:IsLaunchTemplateResource` asks.
//! Source: EC2 API reference, "RunInstances"; EC2 user guide, "Launch instances from a launch template", "Control access to
//! launching instances with launch templates" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{LaunchTemplateSpecification, RunInstancesRequest, TagSpecification};

use crate::err::unsupported;
use crate::forms;
use crate::launch_template::{self, LaunchTemplate, Version};

/// A request with what its template adds.
pub(crate) struct Resolved {
    pub(crate) request: RunInstancesRequest,
    /// The template and its version, if the request names one.
    pub(crate) template: Option<(LaunchTemplate, i64)>,
}

/// Members of a template's data that RunInstances spells otherwise or doesn't have.
const OTHERS: [&str; 3] = ["RamDiskId", "ElasticGpuSpecifications", "InstanceRequirements"];

/// The template and the version that a specification names.
///
/// Errors: those of [`launch_template::named`] and [`launch_template::version`].
pub(crate) fn named(
    cx: &Cx,
    given: &LaunchTemplateSpecification,
) -> Result<(LaunchTemplate, Version), Fault> {
    let id = given.launch_template_id.as_deref();
    let t = launch_template::named(cx, id, given.launch_template_name.as_deref())?;
    let v = launch_template::version(cx, &t, given.version.as_deref())?;
    Ok((t, v))
}

/// The request as it is meant.
///
/// Errors: those of [`named`].
pub(crate) fn resolved(cx: &Cx, i: &RunInstancesRequest) -> Result<Resolved, Fault> {
    let Some(given) = &i.launch_template else {
        return Ok(Resolved { request: i.clone(), template: None });
    };
    let (t, v) = named(cx, given)?;
    let data = v.request()?;
    if data.instance_requirements.is_some() && i.instance_type.is_none() {
        return Err(unsupported("LaunchTemplateData.InstanceRequirements"));
    }
    let from = forms::member_of_input("CreateLaunchTemplate", "LaunchTemplateData");
    let to = forms::input("RunInstances");
    let under = forms::cast(from, to, forms::parse(from, &v.data)?, &OTHERS)?;
    let over = forms::laid_over(forms::value(to, i)?, under);
    let mut request: RunInstancesRequest = forms::record(to, &over)?;
    request.ramdisk_id = i.ramdisk_id.clone().or(data.ram_disk_id);
    request.elastic_gpu_specification =
        i.elastic_gpu_specification.clone().or(data.elastic_gpu_specifications);
    let under = data.tag_specifications.unwrap_or_default().into_iter();
    let spot = request.instance_market_options.is_some();
    // What a template says of Spot requests is for Spot requests.
    let under = under.filter(|s| spot || s.resource_type.as_deref() != Some("spot-instances-request"));
    let under =
        under.map(|s| TagSpecification { resource_type: s.resource_type, tags: s.tags }).collect::<Vec<_>>();
    request.tag_specifications = tags(i.tag_specifications.as_deref().unwrap_or_default(), under);
    Ok(Resolved { request, template: Some((t, v.number)) })
}

/// The request's tags, and those of the template whose keys it doesn't give.
fn tags(over: &[TagSpecification], under: Vec<TagSpecification>) -> Option<Vec<TagSpecification>> {
    let mut all = over.to_vec();
    for mut spec in under {
        let same = over.iter().filter(|o| o.resource_type == spec.resource_type);
        let given: Vec<_> = same.flat_map(|o| o.tags.iter().flatten()).map(|t| &t.key).collect();
        if let Some(tags) = &mut spec.tags {
            tags.retain(|t| !given.contains(&&t.key));
        }
        if spec.tags.as_ref().is_none_or(|t| !t.is_empty()) {
            all.push(spec);
        }
    }
    Some(all).filter(|all| !all.is_empty())
}
