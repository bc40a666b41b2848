//! Delivery of flow logs to buckets: a flow log is made once the log delivery service may write to its bucket. Where the bucket's
//! policy doesn't say so, it is extended in the caller's name, as AWS does. No log is delivered: no packets flow.
//! Source: VPC user guide, "Publish flow logs to Amazon S3" (2026-11-22); texts as users reported them (localstack/localstack#10773,
//! 2024; awsdocs/amazon-vpc-user-guide#28, 2019).

use codec::Fault;
use kernel::{Flow, Scope};
use serde_json::{Value, json};

/// Who writes logs.
const DELIVERY: &str = "delivery.logs.amazonaws.com";

/// Sees to it that logs can be delivered to a bucket; tells why they can't.
pub(crate) async fn writable(flow: &Flow<'_>, bucket: &str) -> Result<Result<(), String>, Fault> {
    if let Some(refused) = refused(flow, bucket).await? {
        if refused == "NoSuchBucket" {
            return Ok(Err(format!("LogDestination: {bucket} does not exist.")));
        }
        if permit(flow, bucket).await.is_err() || self::refused(flow, bucket).await?.is_some() {
            let text = format!(
                "Access Denied for LogDestination: {bucket}. Please check LogDestination permission."
            );
            return Ok(Err(text));
        }
    }
    Ok(Ok(()))
}

/// The error code that log delivery gets from the bucket, if it does.
async fn refused(flow: &Flow<'_>, bucket: &str) -> Result<Option<String>, Fault> {
    let scope = flow.scope();
    let input = shapes_s3::GetBucketAclRequest { bucket: bucket.to_owned(), expected_bucket_owner: None };
    let (source, at) = (scope.arn("logs", "*"), Scope::clone(scope));
    let seen = flow.call_as_service::<shapes_s3::op::GetBucketAcl>(DELIVERY, &source, at, input).await;
    match seen {
        Ok(_) => Ok(None),
        Err(f) if f.status() >= 500 => Err(f),
        Err(f) => Ok(Some(f.code().to_owned())),
    }
}

/// Adds what log delivery needs to the bucket's policy, in the caller's name.
async fn permit(flow: &Flow<'_>, bucket: &str) -> Result<(), Fault> {
    let input = shapes_s3::GetBucketPolicyRequest { bucket: bucket.to_owned(), expected_bucket_owner: None };
    let before = match flow.call::<shapes_s3::op::GetBucketPolicy>(input).await {
        Ok(out) => out.policy.unwrap_or_default(),
        Err(f) if f.code() == "NoSuchBucketPolicy" => String::new(),
        Err(f) => return Err(f),
    };
    let unreadable = || Fault::internal("the bucket's policy can't be read");
    let policy = extended(&before, flow.scope(), bucket).ok_or_else(unreadable)?;
    let input = shapes_s3::PutBucketPolicyRequest { bucket: bucket.to_owned(), policy, ..Default::default() };
    flow.call::<shapes_s3::op::PutBucketPolicy>(input).await.map(|_| ())
}

/// A policy with the two statements that AWS adds; nothing, where a policy can't be read.
fn extended(before: &str, scope: &Scope, bucket: &str) -> Option<String> {
    let (partition, account) = (scope.partition, &scope.account);
    let bucket = format!("arn:{partition}:s3:::{bucket}");
    let is_ours = json!({"aws:SourceAccount": account});
    let writes = json!({"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"});
    let on = |sid: String, action: &str, resource: String, equals: Value| {
        json!({
            "Sid": sid, "Effect": "Allow", "Principal": {"Service": DELIVERY}, "Action": action, "Resource": resource,
            "Condition": {"StringEquals": equals, "ArnLike": {"aws:SourceArn": scope.arn("logs", "*")}}
        })
    };
    let folder = format!("{bucket}/AWSLogs/{account}/*");
    let mut policy = match before.is_empty() {
        true => json!({"Version": "2012-10-17", "Id": "AWSLogDeliveryWrite20150319", "Statement": []}),
        false => serde_json::from_str(before).ok()?,
    };
    let statements = policy.get_mut("Statement")?;
    if !statements.is_array() {
        *statements = Value::Array(vec![statements.take()]);
    }
    let all = statements.as_array_mut()?;
    // Ids of statements are unique: those for another account or Region are there already.
    let free = |id: &str| {
        let taken = |id: &str| all.iter().any(|s| s.get("Sid").and_then(Value::as_str) == Some(id));
        let numbered = (1..=all.len()).map(|n| format!("{id}{n}"));
        std::iter::once(id.to_owned()).chain(numbered).find(|id| !taken(id))
    };
    let (write, check) = (free("AWSLogDeliveryWrite")?, free("AWSLogDeliveryAclCheck")?);
    all.push(on(write, "s3:PutObject", folder, writes));
    all.push(on(check, "s3:GetBucketAcl", bucket, is_ours));
    Some(policy.to_string())
}

#[cfg(test)]
mod tests {
    use super::extended;
    use kernel::Scope;

    #[test]
    fn policies_are_extended_and_never_replaced() {
        let scope = Scope::new(kernel::region("us-east-1").expect("a region"), "111122223333");
        let once = extended("", &scope, "b").expect("a policy");
        let twice = extended(&once, &scope, "b").expect("a policy");
        assert!(
            twice.contains(r#""Sid":"AWSLogDeliveryWrite1""#) && twice.starts_with(&once[..once.len() - 2])
        );
        let alone = extended(r#"{"Statement":{"Sid":"Mine"}}"#, &scope, "b").expect("a policy");
        assert!(alone.starts_with(r#"{"Statement":[{"Sid":"Mine"},{"Sid":"AWSLogDeliveryWrite""#), "{alone}");
        assert!(extended("no policy", &scope, "b").is_none() && extended("{}", &scope, "b").is_none());
    }
}
