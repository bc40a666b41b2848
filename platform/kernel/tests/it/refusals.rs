//! Requests that are refused before a service is asked: in which protocol, and with which code.

use std::sync::Arc;

use kernel::Kernel;
use store::Store;

use crate::admin::send;
use crate::toy::kernel;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A signature's header, sound in form only.
fn signed_for(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={}",
        "0".repeat(64)
    )
}

async fn refused(
    k: &Arc<Kernel>,
    request: (&str, &str),
    signed_as: Option<&str>,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let authorization = signed_as.map(signed_for);
    let mut headers = headers.to_vec();
    if let Some(text) = &authorization {
        headers.extend([("authorization", text.as_str()), ("x-amz-date", "20260101T000000Z")]);
    }
    send(k, request.0, request.1, &headers, body).await
}

#[tokio::test]
async fn an_unreadable_body_is_refused_in_the_requests_own_protocol() {
    let k = kernel(Store::memory());
    let json10 = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AmazonSQS.SendMessage")];
    let json11 = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "secretsmanager.GetX")];
    let cbor = [("smithy-protocol", "rpc-v2-cbor")];
    let cbor_path = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
    let cases: [((&str, &str), Option<&str>, &[(&str, &str)], &str); 9] = [
        (("POST", "/"), Some("sqs"), &json10, "{\"__type\""),
        (("POST", "/"), None, &json10, "{\"__type\""),
        (("POST", "/"), Some("secretsmanager"), &json11, "{\"__type\""),
        (("POST", cbor_path), Some("monitoring"), &cbor, "f__type"),
        (("POST", "/"), Some("iam"), &[FORM], "<ErrorResponse"),
        (("POST", "/"), None, &[FORM], "<ErrorResponse"),
        (("POST", "/"), Some("ec2"), &[FORM], "<Response><Errors><Error>"),
        (("PUT", "/bucket/key"), Some("s3"), &[FORM], "<Error><Code>"),
        (("PUT", "/2015-03-31/functions/f/code"), Some("lambda"), &[], "{\"message\""),
    ];
    let too_large = "x".repeat(16 * 1024 * 1024 + 1);
    for (request, signed_as, headers, wanted) in cases {
        let encoded = [headers, &[("content-encoding", "morse")]].concat();
        for (headers, body, status) in [(&encoded[..], "x", 400), (headers, &too_large, 413)] {
            let (got, text) = refused(&k, request, signed_as, headers, body).await;
            assert!(got == status && text.contains(wanted), "{request:?} {signed_as:?} got {got} {text}");
        }
    }
}

#[tokio::test]
async fn what_needs_no_signature_and_is_not_built_says_so() {
    let k = kernel(Store::memory());
    let ask = |action| format!("Version=2011-06-15&Action={action}");
    for (action, code) in
        [("AssumeRoleWithSAML", "NotImplemented"), ("GetCallerIdentity", "MissingAuthenticationToken")]
    {
        let (_, text) = refused(&k, ("POST", "/"), None, &[FORM], &ask(action)).await;
        assert!(text.contains(&format!("<Code>{code}</Code>")), "{action}: {text}");
    }
}

#[tokio::test]
async fn a_signature_may_name_a_partitions_home() {
    let k = kernel(Store::memory());
    let ask = async |region: &str| {
        let authorization = signed_for("iam").replace("us-east-1", region);
        let headers = [FORM, ("authorization", &*authorization), ("x-amz-date", "20260101T000000Z")];
        send(&k, "POST", "/", &headers, "Action=ListUsers&Version=2010-05-08").await.1
    };
    // The region is well; it is the key that nobody knows.
    assert!(ask("aws-global").await.contains("<Code>InvalidClientTokenId</Code>"));
    let nowhere = ask("aws-nowhere").await;
    assert!(nowhere.contains("scoped to a valid region") && nowhere.contains("aws-nowhere"), "{nowhere}");
}
