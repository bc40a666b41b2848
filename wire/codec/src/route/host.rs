//! What a request's host says: the service of an AWS-like name, and the bucket of a virtual-host style S3 name.
//! Custom domains and bare addresses say nothing. Not here: which service an unsigned request without such a host means.

use model::Entry;

/// What a host name says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said<'h> {
    /// An endpoint prefix of a service: `sqs`, `streams.dynamodb`.
    pub endpoint_prefix: Option<&'static str>,
    /// What stands in front of `s3`, or alone in front of `localhost`: a bucket, if this is S3 at all.
    pub bucket: Option<&'h str>,
}

/// Domains under which services have names; longer ones before their tails.
const DOMAINS: [&str; 6] = [
    ".amazonaws.com.cn",
    ".amazonaws.com",
    ".api.aws",
    ".localhost.localstack.cloud",
    ".localhost",
    ".local",
];

/// Older or further names of endpoints, and the endpoint prefix they mean today.
const ALIASES: [(&str, &str); 6] = [
    ("queue", "sqs"),
    ("s3-accelerate", "s3"),
    ("s3-accesspoint", "s3"),
    ("s3-external-1", "s3"),
    ("s3-global", "s3"),
    ("s3express-control", "s3"),
];

/// Hosts of planes that aren't AWS's APIs.
const OTHER_PLANES: [&str; 4] = ["execute-api", "lambda-url", "s3-website", "elb"];

/// Reads a `Host` header.
pub fn read<'h>(host: &'h str, entries: &'static [Entry]) -> Said<'h> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let Some((front, domain)) = DOMAINS.iter().find_map(|d| Some((name.strip_suffix(d)?, *d))) else {
        return Said::default();
    };
    let front = without_area(front);
    if front.split('.').any(|label| OTHER_PLANES.iter().any(|plane| label.starts_with(plane))) {
        return Said::default();
    }
    // Account ids, buckets, regions and `data-` prefixes may stand before the service: try ever shorter tails.
    let starts = std::iter::once(0).chain(front.match_indices('.').map(|(dot, _)| dot + 1));
    for from in starts {
        if let Some(prefix) = known(&front[from..], entries) {
            let bucket = (prefix == "s3" && from > 0).then(|| &front[..from - 1]);
            return Said { endpoint_prefix: Some(prefix), bucket: bucket.map(without_vpc_endpoint) };
        }
    }
    Said { endpoint_prefix: None, bucket: Some(front).filter(|f| domain == ".localhost" && !f.is_empty()) }
}

fn known(name: &str, entries: &'static [Entry]) -> Option<&'static str> {
    let name = name.strip_suffix("-fips").unwrap_or(name);
    let name = match name.rsplit_once("s3-") {
        Some(("", region)) if is_region(region) => "s3",
        _ => name,
    };
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, today)| *today);
    // Each account has an IoT data endpoint of its own: `a1b2c3-ats.iot`.
    let name = if name.ends_with("-ats.iot") { "data-ats.iot" } else { name };
    entries.iter().map(|e| e.endpoint_prefix).find(|prefix| *prefix == name)
}

/// Cuts regions and variants off the end: `s3.dualstack.us-east-1` is `s3`.
fn without_area(mut front: &str) -> &str {
    while let Some((before, last)) = front.rsplit_once('.') {
        if !is_region(last) && !matches!(last, "dualstack" | "fips" | "vpce") {
            break;
        }
        front = before;
    }
    front
}

/// `bucket.vpce-0123` is `bucket`.
fn without_vpc_endpoint(front: &str) -> &str {
    match front.rsplit_once('.') {
        Some((before, last)) if last.starts_with("vpce-") => before,
        _ => front,
    }
}

/// `us-east-1`, `us-gov-west-1`: a two-letter word, further words, a number.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let [area, middle @ .., number] = &parts[..] else { return false };
    let is_word = |w: &&str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase());
    area.len() == 2
        && is_word(area)
        && !middle.is_empty()
        && middle.iter().all(is_word)
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(host: &str) -> (Option<&'static str>, Option<&str>) {
        let said = read(host, model::entries());
        (said.endpoint_prefix, said.bucket)
    }

    #[test]
    fn knows_the_forms_of_aws_hosts() {
        for (host, prefix) in [
            ("sqs.us-east-1.amazonaws.com", "sqs"),
            ("us-east-1.queue.amazonaws.com", "sqs"),
            ("sqs-fips.us-gov-west-1.amazonaws.com", "sqs"),
            ("sqs.eu-central-1.api.aws", "sqs"),
            ("sqs.localhost:4566", "sqs"),
            ("sqs.us-east-1.localhost.localstack.cloud:4566", "sqs"),
            ("vpce-1.sqs.us-east-1.vpce.amazonaws.com", "sqs"),
            ("streams.dynamodb.cn-north-1.amazonaws.com.cn", "streams.dynamodb"),
            ("iam.amazonaws.com", "iam"),
            ("123456789012.s3-control.us-east-1.amazonaws.com", "s3-control"),
            ("a1b2-ats.iot.us-east-1.amazonaws.com", "data-ats.iot"),
        ] {
            assert_eq!(said(host).0, Some(prefix), "{host}");
        }
    }

    #[test]
    fn finds_the_bucket() {
        for (host, bucket) in [
            ("s3.amazonaws.com", None),
            ("s3-us-west-2.amazonaws.com", None),
            ("my-bucket.s3.amazonaws.com", Some("my-bucket")),
            ("a.b.s3.dualstack.us-west-2.amazonaws.com", Some("a.b")),
            ("my-bucket.s3-us-west-2.amazonaws.com", Some("my-bucket")),
            ("b.vpce-1a.s3.us-east-1.vpce.amazonaws.com", Some("b")),
            ("b.s3.localhost.localstack.cloud:4566", Some("b")),
            ("ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com", Some("ap-123456789012")),
            (
                "ap-123456789012.s3-accesspoint-fips.dualstack.us-west-2.amazonaws.com",
                Some("ap-123456789012"),
            ),
            ("m1.mrap.accesspoint.s3-global.amazonaws.com", Some("m1.mrap.accesspoint")),
        ] {
            assert_eq!(said(host), (Some("s3"), bucket), "{host}");
        }
        assert_eq!(said("my-bucket.localhost:4566"), (None, Some("my-bucket")));
    }

    #[test]
    fn says_nothing_of_other_planes_and_bare_names() {
        for host in [
            "abc123.execute-api.us-east-1.amazonaws.com",
            "x.lambda-url.us-east-1.on.aws",
            "b.s3-website-us-east-1.amazonaws.com",
            "localhost:4566",
            "127.0.0.1:4566",
            "[::1]:4566",
            "",
            ".",
            "example.com",
        ] {
            assert_eq!(said(host), (None, None), "{host}");
        }
    }
}
