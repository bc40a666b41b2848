//! Which services there are. A service that isn't on this page isn't served.

use kernel::Service;

/// How services say what content they store, for the scrub.
pub(crate) const SCRUBS: [kernel::Scrub; 1] = [service_s3::SCRUB];

/// Every service.
pub fn services() -> Vec<Service> {
    vec![
        service_sts::service(),
        service_iam::service(),
        service_sqs::service(),
        service_s3::service(),
        service_s3::control(),
        service_ec2::service(),
        service_dynamodb::service(),
        service_dynamodb::streams(),
        service_service_quotas::service(),
    ]
}
