//! PutBucketWebsite, GetBucketWebsite, DeleteBucketWebsite: what a bucket's web site answers. Answering is `website.rs`'s.

use codec::{Empty, Fault};
use kernel::{Cx, Guard};
use shapes_s3::{
    DeleteBucketWebsiteRequest, GetBucketWebsiteOutput, GetBucketWebsiteRequest, PutBucketWebsiteRequest,
    RoutingRule, WebsiteConfiguration,
};

use crate::settings::WEBSITE;
use crate::{buckets, err, guard, settings};

/// Source: S3 user guide, "Configuring a webpage redirect" (50 routing rules).
const MOST_RULES: usize = 50;

pub(super) fn put_guard(cx: &Cx, i: &PutBucketWebsiteRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:PutBucketWebsite")
}

pub(super) fn get_guard(cx: &Cx, i: &GetBucketWebsiteRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:GetBucketWebsite")
}

pub(super) fn delete_guard(cx: &Cx, i: &DeleteBucketWebsiteRequest) -> Result<Guard, Fault> {
    guard::bucket(cx, &i.bucket, i.expected_bucket_owner.as_deref(), "s3:DeleteBucketWebsite")
}

/// Errors: InvalidArgument: documents and redirects that don't go together; InvalidRequest: a rule that can't be followed.
pub(super) fn put(cx: &mut Cx, i: &PutBucketWebsiteRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    check(&i.website_configuration)?;
    settings::set(cx, &bucket, WEBSITE, "", &i.website_configuration)?;
    Ok(Empty {})
}

fn check(asked: &WebsiteConfiguration) -> Result<(), Fault> {
    let invalid = |text: &str, name: &str| Err(err::invalid_argument(text, name, "null"));
    if let Some(all) = &asked.redirect_all_requests_to {
        if asked.index_document.is_some() || asked.error_document.is_some() || asked.routing_rules.is_some() {
            let text = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
            return invalid(text, "RedirectAllRequestsTo");
        }
        return check_protocol(all.protocol.as_deref());
    }
    let Some(index) = &asked.index_document else {
        let text = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
        return invalid(text, "IndexDocument");
    };
    if index.suffix.is_empty() || index.suffix.contains('/') {
        let text = "The IndexDocument Suffix is not well formed";
        return Err(err::invalid_argument(text, "IndexDocument", &index.suffix));
    }
    if asked.error_document.as_ref().is_some_and(|d| d.key.is_empty()) {
        return invalid("The ErrorDocument Key is not well formed", "ErrorDocument");
    }
    let Some(rules) = &asked.routing_rules else { return Ok(()) };
    if rules.is_empty() {
        return Err(err::malformed_xml());
    }
    if rules.len() > MOST_RULES {
        let text = format!(
            "The number of routing rules must not exceed the maximum allowed. Provided: {}, maximum: {MOST_RULES}.",
            rules.len()
        );
        return Err(err::invalid_request(text));
    }
    rules.iter().try_for_each(check_rule)
}

fn check_protocol(protocol: Option<&str>) -> Result<(), Fault> {
    if protocol.is_none_or(|p| matches!(p, "http" | "https")) {
        return Ok(());
    }
    let text = "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.";
    Err(err::invalid_request(text))
}

fn check_rule(rule: &RoutingRule) -> Result<(), Fault> {
    if let Some(condition) = &rule.condition {
        if condition.http_error_code_returned_equals.is_none() && condition.key_prefix_equals.is_none() {
            let text = "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.";
            return Err(err::invalid_request(text));
        }
        let code = condition.http_error_code_returned_equals.as_deref();
        if let Some(code) = code.filter(|c| !c.parse().is_ok_and(|n: u16| (400..600).contains(&n))) {
            let text =
                format!("The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX.");
            return Err(err::invalid_request(text));
        }
    }
    let to = &rule.redirect;
    check_protocol(to.protocol.as_deref())?;
    if to.replace_key_with.is_some() && to.replace_key_prefix_with.is_some() {
        return Err(err::invalid_request("You can only define ReplaceKeyPrefix or ReplaceKey but not both."));
    }
    let is_redirect = |c: &str| c.parse().is_ok_and(|n: u16| (301..400).contains(&n));
    if let Some(code) = to.http_redirect_code.as_deref().filter(|c| !is_redirect(c)) {
        let text =
            format!("The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300.");
        return Err(err::invalid_request(text));
    }
    let says_something = to.host_name.is_some()
        || to.protocol.is_some()
        || to.http_redirect_code.is_some()
        || to.replace_key_with.is_some()
        || to.replace_key_prefix_with.is_some();
    if says_something { Ok(()) } else { Err(err::malformed_xml()) }
}

/// Errors: NoSuchWebsiteConfiguration.
pub(super) fn get(cx: &mut Cx, i: &GetBucketWebsiteRequest) -> Result<GetBucketWebsiteOutput, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    let none = || {
        let text = "The specified bucket does not have a website configuration";
        err::none_such("NoSuchWebsiteConfiguration", text, &i.bucket)
    };
    let found: WebsiteConfiguration = settings::get(cx, &bucket, WEBSITE, "")?.ok_or_else(none)?;
    Ok(GetBucketWebsiteOutput {
        redirect_all_requests_to: found.redirect_all_requests_to,
        index_document: found.index_document,
        error_document: found.error_document,
        routing_rules: found.routing_rules,
    })
}

pub(super) fn delete(cx: &mut Cx, i: &DeleteBucketWebsiteRequest) -> Result<Empty, Fault> {
    let bucket = buckets::find(cx, &i.bucket, None)?;
    settings::remove(cx, &bucket, WEBSITE.name, "");
    Ok(Empty {})
}
