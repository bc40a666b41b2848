//! The access advisor: which services somebody may use, and when they last did. Uses are noted by the kernel, on every
//! call, under `arn|namespace`.
//! Source: IAM API reference, "GenerateServiceLastAccessedDetails" and its siblings.
//! Differs: a job is done as soon as it was asked for; single actions aren't tracked, so ACTION_LEVEL jobs tell no actions.

mod entities;
mod services;

use std::collections::BTreeMap;

use codec::Fault;
use directory::LastUse;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{err as shapes_err, op};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::answers::at;
use crate::pages;
use crate::state::home;
use entities::Entity;

/// How long a job can be asked about.
const KEEP_MS: i64 = 24 * 3_600_000;
/// How far back AWS looks: 400 days.
const TRACKED_MS: i64 = 400 * 86_400_000;

/// A job.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Job {
    arn: String,
    granularity: String,
    asked_ms: i64,
}

impl Row for Job {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.arn);
        w.put(2, &self.granularity);
        w.put(3, &self.asked_ms);
    }
    fn read(r: &mut RowReader) -> Result<Job, RowError> {
        Ok(Job { arn: r.get(1)?, granularity: r.get(2)?, asked_ms: r.get(3)? })
    }
}

/// Jobs by partition, account and id.
pub(crate) struct Jobs;
impl Table for Jobs {
    const NAME: &'static str = "iam.access_job";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = Job;
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::GenerateServiceLastAccessedDetails>(
            |_, i| Ok(Guard::resource(i.arn.clone())),
            generate,
        ),
        Operation::read::<op::GetServiceLastAccessedDetails>(|_, _| Ok(Guard::any()), get),
        Operation::read::<op::GetServiceLastAccessedDetailsWithEntities>(
            |_, _| Ok(Guard::any()),
            get_with_entities,
        ),
    ]
}

fn generate(
    cx: &mut Cx,
    i: &shapes_iam::GenerateServiceLastAccessedDetailsRequest,
) -> Result<shapes_iam::GenerateServiceLastAccessedDetailsResponse, Fault> {
    entities::of(cx, &i.arn)?;
    let (home, now_ms) = (home(cx), cx.now_ms);
    let jobs = cx.scan_prefix::<Jobs>(&home)?;
    let old: Vec<_> = jobs.filter(|(_, j)| j.asked_ms + KEEP_MS < now_ms).map(|(k, _)| k).collect();
    old.iter().for_each(|key| cx.delete::<Jobs>(key));
    let id = cx.ids.uuid("iam.access_job");
    let granularity = i.granularity.clone().unwrap_or_else(|| "SERVICE_LEVEL".to_owned());
    let job = Job { arn: i.arn.clone(), granularity, asked_ms: cx.now_ms };
    let (partition, account) = home;
    cx.put::<Jobs>(&(partition, account, id.clone()), &job);
    Ok(shapes_iam::GenerateServiceLastAccessedDetailsResponse { job_id: Some(id) })
}

fn find(cx: &Cx, id: &str) -> Result<Job, Fault> {
    let (partition, account) = home(cx);
    let job = cx.get::<Jobs>(&(partition, account, id.to_owned()))?;
    job.filter(|j| cx.now_ms <= j.asked_ms + KEEP_MS).ok_or_else(|| {
        // Inferred.
        shapes_err::no_such_entity_exception(format!("Report with id {id} cannot be found."))
    })
}

fn get(
    cx: &mut Cx,
    i: &shapes_iam::GetServiceLastAccessedDetailsRequest,
) -> Result<shapes_iam::GetServiceLastAccessedDetailsResponse, Fault> {
    let job = find(cx, &i.job_id)?;
    let asked = pages::asked(cx, "GetServiceLastAccessedDetails", &[&i.job_id], &i.marker, i.max_items)?;
    let who = entities::of(cx, &job.arn)?;
    let uses = Uses::of(cx, &job, &who);
    let granted = services::granted(cx, &job.arn)?;
    let page = asked.cut_all(cx, granted, |(namespace, _)| (*namespace).to_owned());
    let page = page.map(|(namespace, name)| accessed(&uses, namespace, name));
    Ok(shapes_iam::GetServiceLastAccessedDetailsResponse {
        job_status: "COMPLETED".to_owned(),
        job_type: Some(job.granularity),
        job_creation_date: at(job.asked_ms),
        job_completion_date: at(job.asked_ms),
        services_last_accessed: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
        error: None,
    })
}

fn accessed(uses: &Uses, namespace: &str, name: &str) -> shapes_iam::ServiceLastAccessed {
    let found = uses.by_namespace.get(namespace).map_or(&[][..], Vec::as_slice);
    let last = found.iter().max_by_key(|(_, u)| u.at_ms);
    shapes_iam::ServiceLastAccessed {
        service_name: name.to_owned(),
        service_namespace: namespace.to_owned(),
        last_authenticated: last.map(|(_, u)| at(u.at_ms)),
        last_authenticated_entity: last.map(|(arn, _)| arn.clone()),
        last_authenticated_region: last.map(|(_, u)| u.region.clone()),
        total_authenticated_entities: i32::try_from(found.len()).ok(),
        tracked_actions_last_accessed: None,
    }
}

fn get_with_entities(
    cx: &mut Cx,
    i: &shapes_iam::GetServiceLastAccessedDetailsWithEntitiesRequest,
) -> Result<shapes_iam::GetServiceLastAccessedDetailsWithEntitiesResponse, Fault> {
    let job = find(cx, &i.job_id)?;
    let namespace = &i.service_namespace;
    let filters = [i.job_id.as_str(), namespace.as_str()];
    let asked =
        pages::asked(cx, "GetServiceLastAccessedDetailsWithEntities", &filters, &i.marker, i.max_items)?;
    let who = entities::of(cx, &job.arn)?;
    let uses = Uses::of(cx, &job, &who);
    let last = |arn: &str| {
        let found = uses.by_namespace.get(namespace)?.iter().find(|(a, _)| a == arn)?;
        Some(at(found.1.at_ms))
    };
    let page = asked
        .cut_all(cx, who, |e| e.arn.clone())
        .map(|e| shapes_iam::EntityDetails { last_authenticated: last(&e.arn), entity_info: e.info() });
    Ok(shapes_iam::GetServiceLastAccessedDetailsWithEntitiesResponse {
        job_status: "COMPLETED".to_owned(),
        job_creation_date: at(job.asked_ms),
        job_completion_date: at(job.asked_ms),
        entity_details_list: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
        error: None,
    })
}

/// Who used which service last, by namespace.
struct Uses {
    by_namespace: BTreeMap<String, Vec<(String, LastUse)>>,
}

impl Uses {
    /// As of the job: later uses, and uses by namesakes of before, don't count.
    fn of(cx: &Cx, job: &Job, who: &[Entity]) -> Uses {
        let mut by_namespace: BTreeMap<String, Vec<(String, LastUse)>> = BTreeMap::new();
        for e in who {
            let prefix = format!("{}|", e.arn);
            for (subject, last) in cx.directory.last_uses.with_prefix(&prefix) {
                let since = e.created_ms.max(job.asked_ms - TRACKED_MS);
                if last.at_ms >= since
                    && last.at_ms <= job.asked_ms
                    && let Some(namespace) = subject.strip_prefix(&prefix)
                {
                    by_namespace.entry(namespace.to_owned()).or_default().push((e.arn.clone(), last));
                }
            }
        }
        Uses { by_namespace }
    }
}
