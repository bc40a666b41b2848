//! What a requester that pays is told. Who must pay is tested with S3's access (`app/tests/it/data/s3-access.txt`).
//! Source: S3 user guide, "Using Requester Pays buckets"; S3 API reference, `x-amz-request-charged`.

use directory::Identity;
use kernel::{RequestMeta, Scope};
use serde_json::{Value, json};
use testkit::Lab;

/// Calls as an account's root, saying that it pays.
fn call(lab: &Lab, account: &str, operation: &str, input: &Value) -> Value {
    let request = http::Request::get("/b").header("x-amz-request-payer", "requester");
    let head = Some(request.body(()).unwrap().into_parts().0.into());
    let meta = RequestMeta { head, ..RequestMeta::default() };
    let scope = Scope::new(kernel::region("us-east-1").unwrap(), account);
    let who = Identity::root("aws", account);
    let input = input.to_string();
    let answer = lab.kernel.call_json(&who, scope, &meta, "s3", operation, &input);
    serde_json::from_str(&lab.block_on(answer).unwrap()).unwrap()
}

#[test]
fn who_pays_is_told_so() {
    let lab = Lab::new(vec![service_s3::service()]);
    let (owner, other) = ("000000000000", "111111111111");
    call(&lab, owner, "CreateBucket", &json!({ "Bucket": "box" }));
    let everything = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": other }, "Action": "s3:*",
        "Resource": ["arn:aws:s3:::box", "arn:aws:s3:::box/*"],
    }] });
    call(&lab, owner, "PutBucketPolicy", &json!({ "Bucket": "box", "Policy": everything.to_string() }));
    call(&lab, owner, "PutObject", &json!({ "Bucket": "box", "Key": "a", "Body": "aGk=" }));
    let reads = [
        ("HeadObject", json!({ "Bucket": "box", "Key": "a" })),
        ("ListObjectsV2", json!({ "Bucket": "box" })),
        ("PutObject", json!({ "Bucket": "box", "Key": "b", "Body": "aGk=" })),
        ("CopyObject", json!({ "Bucket": "box", "Key": "c", "CopySource": "box/a" })),
        ("DeleteObject", json!({ "Bucket": "box", "Key": "b" })),
    ];
    let charged = |account: &str| -> Vec<Value> {
        reads.iter().map(|(name, input)| call(&lab, account, name, input)["RequestCharged"].clone()).collect()
    };
    assert!(charged(other).iter().all(Value::is_null), "the owner pays");
    let pays = json!({ "Bucket": "box", "RequestPaymentConfiguration": { "Payer": "Requester" } });
    call(&lab, owner, "PutBucketRequestPayment", &pays);
    assert_eq!(charged(other), vec![json!("requester"); reads.len()]);
    assert!(charged(owner).iter().all(Value::is_null), "the owner pays for its own requests");
}
