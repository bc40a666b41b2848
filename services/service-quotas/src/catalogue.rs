//! Quotas and the services that they belong to, as answers show them. What they limit and what applies is the kernel's.
//! Source: Service Quotas API reference, "ServiceQuota"; user guide, "Global quotas": those are seen in one region alone.

use codec::Fault;
use kernel::{Cx, Quota};
use shapes_service_quotas::{ServiceInfo, ServiceQuota, err};

/// Services with quotas, and their names.
static SERVICES: [(&str, &str); 5] = [
    ("dynamodb", "Amazon DynamoDB"),
    ("ec2", "Amazon Elastic Compute Cloud (Amazon EC2)"),
    ("iam", "AWS Identity and Access Management (IAM)"),
    ("s3", "Amazon Simple Storage Service (Amazon S3)"),
    ("vpc", "Amazon Virtual Private Cloud (Amazon VPC)"),
];

/// The name of a service that has quotas.
pub(crate) fn service_name(service: &str) -> Option<&'static str> {
    SERVICES.iter().find(|(code, _)| *code == service).map(|(_, name)| *name)
}

/// Every service, as answers show it.
pub(crate) fn services() -> impl Iterator<Item = ServiceInfo> {
    SERVICES.iter().map(|(code, name)| ServiceInfo {
        service_code: Some((*code).to_owned()),
        service_name: Some((*name).to_owned()),
    })
}

/// The quotas of a service that are seen in the call's region.
///
/// Errors: NoSuchResourceException: no such service.
pub(crate) fn of_service<'c>(
    cx: &'c Cx,
    service: &'c str,
) -> Result<impl Iterator<Item = &'static Quota> + use<'c>, Fault> {
    service_name(service).ok_or_else(no_service)?;
    Ok(kernel::quotas().filter(move |q| q.service == service && q.region(cx.scope) == cx.scope.region))
}

/// The quota of that service and code.
///
/// Errors: NoSuchResourceException: no such service; no such quota, or not here.
pub(crate) fn find(cx: &Cx, service: &str, code: &str) -> Result<&'static Quota, Fault> {
    let mut all = of_service(cx, service)?;
    let found = all.find(|q| q.code == code);
    // The text is inferred from the service's.
    found.ok_or_else(|| {
        err::no_such_resource_exception("The request failed because the specified quota does not exist.")
    })
}

/// Recorded by users (aws/aws-cli#4569, 2020).
pub(crate) fn no_service() -> Fault {
    err::no_such_resource_exception("The request failed because the specified service does not exist.")
}

/// Refuses a context: no quota here has one. Recorded by users (aws/aws-cli#8584, 2024).
pub(crate) fn no_context(context: Option<&str>) -> Result<(), Fault> {
    match context {
        None => Ok(()),
        Some(_) => Err(err::no_such_resource_exception(
            "The request failed because applied value for the specified context Id do not exist.",
        )),
    }
}

/// The ARN of what applies of a quota.
pub(crate) fn arn(cx: &Cx, service: &str, code: &str) -> String {
    cx.scope.arn("servicequotas", &format!("{service}/{code}"))
}

/// The default.
pub(crate) fn show_default(cx: &Cx, q: &Quota) -> ServiceQuota {
    ServiceQuota {
        service_code: Some(q.service.to_owned()),
        service_name: service_name(q.service).map(str::to_owned),
        quota_arn: Some(format!(
            "arn:{}:servicequotas:{}::{}/{}",
            cx.scope.partition, cx.scope.region, q.service, q.code
        )),
        quota_code: Some(q.code.to_owned()),
        quota_name: Some(q.name.to_owned()),
        value: Some(q.default),
        unit: Some("None".to_owned()),
        adjustable: Some(q.adjustable),
        global_quota: Some(q.global),
        quota_applied_at_level: Some("ACCOUNT".to_owned()),
        ..ServiceQuota::default()
    }
}

/// What applies.
pub(crate) fn show(cx: &Cx, q: &Quota) -> Result<ServiceQuota, Fault> {
    Ok(ServiceQuota {
        quota_arn: Some(arn(cx, q.service, q.code)),
        value: Some(cx.quota_value(q)?),
        ..show_default(cx, q)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quota_has_a_service_with_a_name_and_every_service_a_quota() {
        assert!(kernel::quotas().all(|q| service_name(q.service).is_some()));
        assert!(SERVICES.iter().all(|(code, _)| kernel::quotas().any(|q| q.service == *code)));
    }
}
