//! Tests through the public functions, and the small tools that they share.

mod asymmetric;
mod chunks;
mod failures;
mod vectors;

use http::request::Parts;

use crate::{Credentials, Key, SigningKey};

/// The secret of AWS's published test suite.
pub(crate) const SUITE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// The secret of the S3 API reference's examples.
pub(crate) const S3_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 2015-08-30 12:36:00, when the suite signs.
pub(crate) const SUITE_NOW_MS: i64 = 1_440_938_160_000;
/// 2013-05-24 00:00:00, when the S3 examples sign.
pub(crate) const S3_NOW_MS: i64 = 1_369_353_600_000;

/// A request head.
pub(crate) fn head(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut builder = http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(()).unwrap().into_parts().0
}

pub(crate) fn suite_credentials() -> Credentials {
    Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: SUITE_SECRET.to_owned(),
        session_token: None,
    }
}

pub(crate) fn suite_key(service: &str) -> Key {
    Key::Shared(SigningKey::derive(SUITE_SECRET, "20150830", "us-east-1", service))
}

pub(crate) fn s3_key() -> Key {
    Key::Shared(SigningKey::derive(S3_SECRET, "20130524", "us-east-1", "s3"))
}
