//! PutBucketCors, GetBucketCors, DeleteBucketCors: rules on requests from other origins. What they do is `cors.rs`'s.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    CORSRule, DeleteBucketCorsRequest, GetBucketCorsOutput, GetBucketCorsRequest, PutBucketCorsRequest,
};

use crate::settings::CORS;
use crate::{buckets, cors, err, guard, settings};

/// Source: S3 API reference, PutBucketCors.
const MOST_RULES: usize = 100;
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
/// Source: S3 API reference, CORSRule.
const ID_LENGTH: usize = 255;

pub(super) fn put_guard(cx: &Cx, i: &PutBucketCorsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketCORS")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketCorsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketCORS")
}

/// Removing is putting nothing.
pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketCorsRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketCORS")
}

/// Errors: MalformedXML; InvalidRequest: too many rules, a method that isn't one of S3's, a second wildcard.
pub(super) fn put(cx: &mut Cx, i: &PutBucketCorsRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let asked = &i.cors_configuration;
    if asked.cors_rules.is_empty() {
        return Err(err::malformed_xml());
    }
    if asked.cors_rules.len() > MOST_RULES {
        let text = format!("The number of CORS rules should not exceed allowed limit of {MOST_RULES} rules.");
        return Err(err::invalid_request(text));
    }
    asked.cors_rules.iter().try_for_each(check)?;
    settings::set(cx, &bucket, CORS, "", asked)?;
    Ok(Empty {})
}

fn check(rule: &CORSRule) -> Result<(), Fault> {
    if rule.allowed_methods.is_empty() || rule.allowed_origins.is_empty() {
        return Err(err::malformed_xml());
    }
    if rule.id.as_ref().is_some_and(|id| id.chars().count() > ID_LENGTH) {
        return Err(err::malformed_xml());
    }
    if let Some(other) = rule.allowed_methods.iter().find(|m| !METHODS.contains(&m.as_str())) {
        let text = format!("Found unsupported HTTP method in CORS config. Unsupported method is {other}");
        return Err(err::invalid_request(text));
    }
    let headers = rule.allowed_headers.as_deref().unwrap_or_default();
    for (what, patterns) in [("AllowedOrigin", &rule.allowed_origins[..]), ("AllowedHeader", headers)] {
        if let Some(pattern) = patterns.iter().find(|p| p.matches('*').count() > 1) {
            return Err(err::invalid_request(format!(
                "{what} \"{pattern}\" can not have more than one wildcard."
            )));
        }
    }
    if let Some(name) = rule.expose_headers.iter().flatten().find(|h| h.contains('*')) {
        let text = format!(
            "ExposeHeader \"{name}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
        );
        return Err(err::invalid_request(text));
    }
    Ok(())
}

/// Errors: NoSuchCORSConfiguration.
pub(super) fn get(cx: &mut Cx, i: &GetBucketCorsRequest) -> Result<GetBucketCorsOutput, Fault> {
    let found = cors::config(cx, &i.bucket)?;
    let none =
        || err::none_such("NoSuchCORSConfiguration", "The CORS configuration does not exist", &i.bucket);
    Ok(GetBucketCorsOutput { cors_rules: Some(found.ok_or_else(none)?.cors_rules) })
}

pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketCorsRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    settings::remove(cx, &bucket, CORS.name, "");
    Ok(Empty {})
}
