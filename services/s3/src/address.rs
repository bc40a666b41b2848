//! What a request's head says it is about: a bucket and a key, in the host or in the path, or a web site. Requests to the API are
//! routed by the codec; this is for what is answered beside it, and for logs.

use http::request::Parts;

/// A bucket and maybe a key, as a request names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// The bucket's name; it may not be there, or not be one.
    pub(crate) bucket: String,
    /// The key; empty for the bucket itself.
    pub(crate) key: String,
    /// The host says that S3 is meant.
    pub(crate) is_certain: bool,
    /// The bucket is named in the host.
    pub(crate) in_host: bool,
    /// The host is that of a web site.
    pub(crate) is_website: bool,
}

/// The host of a request, with its port.
pub(crate) fn host(head: &Parts) -> &str {
    let named = head.headers.get(http::header::HOST).and_then(|h| h.to_str().ok());
    named.or(head.uri.authority().map(|a| a.as_str())).unwrap_or_default()
}

/// The bucket of a web site's host: `bucket.s3-website-us-east-1.amazonaws.com`, `bucket.s3-website.eu-central-1.…`,
/// `bucket.s3-website.localhost`. Source: S3 user guide, "Website endpoints".
fn website(host: &str) -> Option<&str> {
    let (bucket, rest) = host.split_once(".s3-website")?;
    (!bucket.is_empty() && rest.starts_with(['.', '-'])).then_some(bucket)
}

/// What a request names; `None` where it names no bucket.
pub(crate) fn read(head: &Parts) -> Option<Address> {
    let (host, path) = (host(head), head.uri.path());
    let key = |raw: &str| codec::decode_path(raw).into_owned();
    let behind_slash = path.strip_prefix('/').unwrap_or(path);
    if let Some(bucket) = website(host) {
        return Some(Address {
            bucket: bucket.to_owned(),
            key: key(behind_slash),
            is_certain: true,
            in_host: true,
            is_website: true,
        });
    }
    if let Some(bucket) = codec::route::bucket_in_host(host) {
        let is_certain = codec::route::service_in_host(host) == Some("s3");
        let bucket = bucket.to_owned();
        return Some(Address {
            bucket,
            key: key(behind_slash),
            is_certain,
            in_host: true,
            is_website: false,
        });
    }
    let endpoint = codec::route::service_in_host(host);
    let is_other_plane = host.starts_with("s3-website") || host.contains(".s3-website");
    if endpoint.is_some_and(|prefix| prefix != "s3") || is_other_plane {
        return None;
    }
    let (bucket, rest) = behind_slash.split_once('/').unwrap_or((behind_slash, ""));
    (!bucket.is_empty()).then(|| Address {
        bucket: key(bucket),
        key: key(rest),
        is_certain: endpoint.is_some(),
        in_host: false,
        is_website: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(host: &str, path: &str) -> Option<(String, String, bool)> {
        let head = http::Request::get(path).header("host", host).body(()).unwrap().into_parts().0;
        read(&head).map(|a| (a.bucket, a.key, a.is_website))
    }

    #[test]
    fn hosts_and_paths_name_buckets() {
        for (host, path, bucket, key, site) in [
            ("localhost:4566", "/b/a%20b", "b", "a b", false),
            ("b.localhost:4566", "/k/l", "b", "k/l", false),
            ("b.c.s3.eu-central-1.amazonaws.com", "/", "b.c", "", false),
            ("s3.localhost.localstack.cloud:4566", "/b", "b", "", false),
            ("b.s3-website.localhost:4566", "/k", "b", "k", true),
            ("b.c.s3-website-us-east-1.amazonaws.com", "/", "b.c", "", true),
            ("b.s3-website.eu-central-1.amazonaws.com", "/", "b", "", true),
        ] {
            assert_eq!(named(host, path), Some((bucket.to_owned(), key.to_owned(), site)), "{host}{path}");
        }
        assert_eq!(named("localhost", "/"), None);
        assert_eq!(named("sqs.us-east-1.amazonaws.com", "/000000000000/q"), None);
        assert_eq!(named("s3-website.localhost", "/b"), None);
    }
}
