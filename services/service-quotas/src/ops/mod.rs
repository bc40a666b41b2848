//! The operation table of Service Quotas. Guards name the quota where AWS's reference does, and nothing else.
//! Source: Service Authorization Reference, "Service Quotas" (2026-11-22).

mod defaults;
mod history;
mod pages;
mod quotas;
mod request_increase;
mod tags;

use codec::Fault;
use kernel::{Cx, Guard, Operation, Target};
use shapes_service_quotas::op;

use crate::catalogue;

/// Operations with their guards and decisions.
pub(crate) fn table() -> Vec<Operation> {
    vec![
        Operation::read::<op::ListServices>(any, quotas::services),
        Operation::read::<op::ListServiceQuotas>(any, quotas::list),
        Operation::read::<op::GetServiceQuota>(
            |cx, i| on_quota(cx, &i.service_code, &i.quota_code),
            quotas::get,
        ),
        Operation::read::<op::ListAWSDefaultServiceQuotas>(any, defaults::list),
        Operation::read::<op::GetAWSDefaultServiceQuota>(any, defaults::get),
        Operation::write::<op::RequestServiceQuotaIncrease>(
            |cx, i| on_quota(cx, &i.service_code, &i.quota_code),
            request_increase::decide,
        ),
        Operation::read::<op::GetRequestedServiceQuotaChange>(any, history::get),
        Operation::read::<op::ListRequestedServiceQuotaChangeHistory>(any, history::list),
        Operation::read::<op::ListRequestedServiceQuotaChangeHistoryByQuota>(
            |cx, i| on_quota(cx, &i.service_code, &i.quota_code),
            history::list_by_quota,
        ),
        Operation::read::<op::ListTagsForResource>(any, tags::list),
        Operation::write::<op::TagResource>(
            |_, i| {
                let tags = i.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect();
                Ok(Guard::of(Target::on("*").request_tags(tags)))
            },
            tags::tag,
        ),
        Operation::write::<op::UntagResource>(
            |_, i| Ok(Guard::of(Target::on("*").tag_keys(i.tag_keys.clone()))),
            tags::untag,
        ),
    ]
}

fn any<I>(_: &Cx, _: &I) -> Result<Guard, Fault> {
    Ok(Guard::any())
}

fn on_quota(cx: &Cx, service: &str, code: &str) -> Result<Guard, Fault> {
    let target = Target::on(catalogue::arn(cx, service, code)).tags(crate::tags::of(cx, service, code)?);
    Ok(Guard::of(target.key("servicequotas:service", vec![service.to_owned()])))
}
