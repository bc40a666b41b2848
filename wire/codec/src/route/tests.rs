//! Routing: every collision of names, by tables. The sweep over all operations is `sweep.rs`'s.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Hints, RouteFault, find};
use crate::reply::{Request, Route};

pub const FORM: &str = "content-type: application/x-www-form-urlencoded; charset=utf-8";
const JSON10: &str = "content-type: application/x-amz-json-1.0";
pub const JSON11: &str = "content-type: application/x-amz-json-1.1";
pub const CBOR: &str = "smithy-protocol: rpc-v2-cbor";

/// Method and target; headers, one a line; body; signing name and host, empty for none.
pub fn route(
    (method, target): (&str, &str),
    headers: &[&str],
    body: &str,
    (signing_name, host): (&str, &str),
) -> Result<Route, RouteFault> {
    let mut map = HeaderMap::new();
    for header in headers {
        let (name, value) = header.split_once(": ").unwrap();
        map.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let req = Request { method, path, query, headers: &map, body: body.as_bytes() };
    let some = |s| Some(s).filter(|s: &&str| !s.is_empty());
    find(&req, &Hints { signing_name: some(signing_name), host: some(host) })
}

pub fn named(found: &Result<Route, RouteFault>) -> String {
    match found {
        Ok(r) => format!("{} {} {:?}", r.model.id, r.operation.name, r.protocol),
        Err(f) => format!("{} {} {:?}", f.fault.status(), f.fault.code(), f.protocol),
    }
}

/// One row: request line, headers, body, (signing name, host), what is found.
type Row = (
    (&'static str, &'static str),
    &'static [&'static str],
    &'static str,
    (&'static str, &'static str),
    &'static str,
);

fn check(rows: &[Row]) {
    for (line, headers, body, hints, expected) in rows {
        assert_eq!(
            named(&route(*line, headers, body, *hints)),
            *expected,
            "{line:?} {headers:?} {body} {hints:?}"
        );
    }
}

#[test]
fn s3_and_s3_control_at_one_endpoint() {
    check(&[
        (("GET", "/v20180820/jobs"), &[], "", ("s3", "b.localhost:4566"), "s3 GetObject RestXml"),
        (
            ("GET", "/v20180820/jobs"),
            &["x-amz-account-id: 123456789012"],
            "",
            ("s3", "123456789012.localhost:4566"),
            "s3control ListJobs RestXml",
        ),
        (
            ("GET", "/v20180820/jobs"),
            &["x-amz-account-id: 123456789012"],
            "",
            ("s3", "123456789012.s3.localhost.localstack.cloud:4566"),
            "s3control ListJobs RestXml",
        ),
    ]);
}

#[test]
fn one_signing_name_of_several_services() {
    check(&[
        (("GET", "/bucket"), &[], "", ("s3", ""), "s3 ListObjects RestXml"),
        (("GET", "/v20180820/jobs"), &[], "", ("s3", ""), "s3control ListJobs RestXml"),
        (
            ("POST", "/"),
            &[JSON10, "x-amz-target: DynamoDB_20120810.ListTables"],
            "{}",
            ("dynamodb", ""),
            "dynamodb ListTables Json10",
        ),
        (
            ("POST", "/"),
            &[JSON10, "x-amz-target: DynamoDBStreams_20120810.ListStreams"],
            "{}",
            ("dynamodb", ""),
            "dynamodbstreams ListStreams Json10",
        ),
        (("GET", "/restapis"), &[], "", ("apigateway", ""), "apigateway GetRestApis RestJson"),
        (("GET", "/v2/apis"), &[], "", ("apigateway", ""), "apigatewayv2 GetApis RestJson"),
        (
            ("GET", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fx"),
            &[],
            "",
            ("apigateway", ""),
            "apigateway GetTags RestJson",
        ),
        (
            ("GET", "/v2/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapis%2Fx"),
            &[],
            "",
            ("apigateway", ""),
            "apigatewayv2 GetTags RestJson",
        ),
        (("GET", "/applications"), &[], "", ("appconfig", ""), "appconfig ListApplications RestJson"),
        (
            ("GET", "/configuration?configuration_token=t"),
            &[],
            "",
            ("appconfig", ""),
            "appconfigdata GetLatestConfiguration RestJson",
        ),
        (
            ("POST", "/configurationsessions"),
            &[],
            "",
            ("appconfig", ""),
            "appconfigdata StartConfigurationSession RestJson",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=DescribeLoadBalancers&Version=2012-06-01",
            ("elasticloadbalancing", ""),
            "elb DescribeLoadBalancers Query",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=DescribeLoadBalancers&Version=2015-12-01",
            ("elasticloadbalancing", ""),
            "elbv2 DescribeLoadBalancers Query",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=DescribeDBInstances&Version=2014-10-31",
            ("rds", ""),
            "rds DescribeDBInstances Query",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=CreateDBCluster&Version=2014-10-31&Engine=neptune",
            ("rds", ""),
            "neptune CreateDBCluster Query",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=CreateDBCluster&Version=2014-10-31&Engine=docdb",
            ("rds", ""),
            "docdb CreateDBCluster Query",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=CreateDBCluster&Version=2014-10-31&Engine=aurora-mysql",
            ("rds", ""),
            "rds CreateDBCluster Query",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=ListIdentities&Version=2010-12-01",
            ("ses", ""),
            "ses ListIdentities Query",
        ),
        (
            ("POST", "/v2/email/outbound-emails"),
            &["content-type: application/json"],
            "{}",
            ("ses", ""),
            "sesv2 SendEmail RestJson",
        ),
        (("GET", "/policies"), &[], "", ("iot", ""), "iot ListPolicies RestJson"),
        (("POST", "/topics/a%2Fb?qos=1"), &[], "x", ("iotdata", ""), "iot-data Publish RestJson"),
    ]);
}

#[test]
fn lex_s_four_models() {
    check(&[
        (("GET", "/bots/"), &[], "", ("lex", ""), "lex-models GetBots RestJson"),
        (("POST", "/bots/"), &[], "{}", ("lex", ""), "lexv2-models ListBots RestJson"),
        (("GET", "/bots/Orders/aliases/"), &[], "", ("lex", ""), "lex-models GetBotAliases RestJson"),
        (("GET", "/bots/ABCDEFGHIJ/"), &[], "", ("lex", ""), "lexv2-models DescribeBot RestJson"),
        (("DELETE", "/bots/Orders"), &[], "", ("lex", ""), "lex-models DeleteBot RestJson"),
        (("DELETE", "/bots/ABCDEFGHIJ/"), &[], "", ("lex", ""), "lexv2-models DeleteBot RestJson"),
        (
            ("POST", "/imports/"),
            &[],
            "{}",
            ("lex", "models.lex.us-east-1.amazonaws.com"),
            "lex-models StartImport RestJson",
        ),
        (
            ("GET", "/tags/arn%3Aaws%3Alex%3Aus-east-1%3A000000000000%3Abot%3AOrders"),
            &[],
            "",
            ("lex", ""),
            "lex-models ListTagsForResource RestJson",
        ),
        (
            ("GET", "/tags/arn%3Aaws%3Alex%3Aus-east-1%3A000000000000%3Abot%2FABCDEFGHIJ"),
            &[],
            "",
            ("lex", ""),
            "lexv2-models ListTagsForResource RestJson",
        ),
        (
            ("POST", "/bots/ABCDEFGHIJ/botAliases/TSTALIASID/botLocales/en_US/sessions/s/text"),
            &[],
            "{}",
            ("lex", ""),
            "lexv2-runtime RecognizeText RestJson",
        ),
        (
            ("POST", "/bot/Orders/alias/prod/user/me/text"),
            &[],
            "{}",
            ("lex", ""),
            "lex-runtime PostText RestJson",
        ),
    ]);
}

#[test]
fn the_protocol_is_the_request_s() {
    let target = "x-amz-target: GraniteServiceVersion20100801.ListMetrics";
    let cbor = "/service/GraniteServiceVersion20100801/operation/ListMetrics";
    check(&[
        (("POST", cbor), &[CBOR], "", ("monitoring", ""), "cloudwatch ListMetrics Cbor"),
        (
            ("POST", "/"),
            &[JSON10, "x-amz-target: GraniteServiceVersion20100801.ListMetrics"],
            "{}",
            ("monitoring", ""),
            "cloudwatch ListMetrics Json10",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=ListMetrics&Version=2010-08-01",
            ("monitoring", ""),
            "cloudwatch ListMetrics Query",
        ),
        (
            ("GET", "/?Action=ListMetrics&Version=2010-08-01"),
            &[],
            "",
            ("monitoring", ""),
            "cloudwatch ListMetrics Query",
        ),
        (
            ("POST", "/service/ResourceGroupsTaggingAPI_20170126/operation/GetTagKeys"),
            &[CBOR],
            "",
            ("tagging", ""),
            "resourcegroupstaggingapi GetTagKeys Cbor",
        ),
        (
            ("POST", "/"),
            &[JSON11, "x-amz-target: ResourceGroupsTaggingAPI_20170126.GetTagKeys"],
            "{}",
            ("tagging", ""),
            "resourcegroupstaggingapi GetTagKeys Json11",
        ),
        (
            ("POST", "/"),
            &[JSON10, "x-amz-target: AmazonSQS.ListQueues"],
            "{}",
            ("sqs", ""),
            "sqs ListQueues Json10",
        ),
        (("POST", "/"), &[FORM], "Action=ListQueues", ("sqs", ""), "sqs ListQueues Query"),
        (("POST", "/"), &[FORM], "Action=ListQueues&Version=2009-02-01", ("sqs", ""), "sqs ListQueues Query"),
    ]);
    assert_eq!(named(&route(("POST", cbor), &[CBOR, target], "", ("", ""))), "cloudwatch ListMetrics Cbor");
}

#[test]
fn unsigned_requests_go_by_what_they_say() {
    check(&[
        (
            ("POST", "/"),
            &[JSON11, "x-amz-target: AWSCognitoIdentityProviderService.SignUp"],
            "{}",
            ("", ""),
            "cognito-idp SignUp Json11",
        ),
        (
            ("POST", "/"),
            &[FORM],
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15",
            ("", ""),
            "sts AssumeRoleWithWebIdentity Query",
        ),
        (("POST", "/"), &[FORM], "Action=DeleteTags&Version=2016-11-15", ("", ""), "ec2 DeleteTags Ec2"),
        (
            ("POST", "/"),
            &[FORM],
            "Action=DeleteTags&Version=2011-01-01",
            ("", ""),
            "autoscaling DeleteTags Query",
        ),
        (("POST", "/"), &[FORM], "Action=CreateUser&Version=2010-05-08", ("", ""), "iam CreateUser Query"),
        (
            ("POST", "/"),
            &[FORM],
            "Action=CreateUser&Version=2015-02-02",
            ("", ""),
            "elasticache CreateUser Query",
        ),
        (("GET", "/000000000000/q?Action=ReceiveMessage"), &[], "", ("", ""), "sqs ReceiveMessage Query"),
        (
            ("GET", "/?Action=ListQueues"),
            &[],
            "",
            ("", "sqs.us-east-1.amazonaws.com"),
            "sqs ListQueues Query",
        ),
        (
            ("GET", "/"),
            &[],
            "",
            ("", "lambda.us-east-1.amazonaws.com"),
            "404 UnknownOperationException RestJson",
        ),
        (("GET", "/2015-03-31/functions"), &[], "", ("", ""), "lambda ListFunctions RestJson"),
        (("GET", "/v20180820/jobs"), &[], "", ("", ""), "s3control ListJobs RestXml"),
        (("GET", "/v2/apis"), &[], "", ("", ""), "apigatewayv2 GetApis RestJson"),
        (("GET", "/bucket/2015-03-31/functions"), &[], "", ("", ""), "s3 GetObject RestXml"),
        (("GET", "/services/index.html"), &[], "", ("", "localhost:4566"), "s3 GetObject RestXml"),
        (("GET", "/index.html"), &[], "", ("", "site.s3.amazonaws.com"), "s3 GetObject RestXml"),
        (("GET", "/"), &[], "", ("", "site.s3.localhost.localstack.cloud:4566"), "s3 ListObjects RestXml"),
        (("GET", "/"), &[], "", ("s3", "site.localhost:4566"), "s3 ListObjects RestXml"),
    ]);
}

#[test]
fn unknown_operations_in_each_protocol_s_words() {
    check(&[
        (("POST", "/"), &[FORM], "Action=Nope&Version=2010-05-08", ("iam", ""), "400 InvalidAction Query"),
        (
            ("POST", "/"),
            &[FORM],
            "Action=ListUsers&Version=2009-01-01",
            ("iam", ""),
            "400 InvalidAction Query",
        ),
        (("POST", "/"), &[FORM], "Action=Nope&Version=2016-11-15", ("ec2", ""), "400 InvalidAction Ec2"),
        (("POST", "/"), &[FORM], "Version=2010-05-08", ("iam", ""), "400 MissingAction Query"),
        (("GET", "/"), &[], "", ("iam", ""), "400 MissingAction Query"),
        (
            ("POST", "/"),
            &[JSON10, "x-amz-target: AmazonSQS.Nope"],
            "{}",
            ("sqs", ""),
            "400 UnknownOperationException Json10",
        ),
        (
            ("POST", "/"),
            &[JSON11, "x-amz-target: nodot"],
            "{}",
            ("kms", ""),
            "400 UnknownOperationException Json11",
        ),
        (("POST", "/"), &[JSON11], "{}", ("kms", ""), "400 UnknownOperationException Json11"),
        (
            ("POST", "/service/GraniteServiceVersion20100801/operation/Nope"),
            &[CBOR],
            "",
            ("monitoring", ""),
            "404 UnknownOperationException Cbor",
        ),
        (("POST", "/nowhere"), &[CBOR], "", ("monitoring", ""), "404 UnknownOperationException Cbor"),
        (("GET", "/2015-03-31/nope"), &[], "", ("lambda", ""), "404 UnknownOperationException RestJson"),
        (("PATCH", "/bucket/key"), &[], "", ("s3", ""), "405 MethodNotAllowed RestXml"),
        (("GET", "/"), &[], "", ("nosuch", ""), "501 NotImplemented RestXml"),
        (
            ("POST", "/"),
            &[JSON11, "x-amz-target: Nope_2020.Nope"],
            "{}",
            ("", ""),
            "501 NotImplemented Json11",
        ),
        (("POST", "/"), &[FORM], "Action=Nope", ("", ""), "501 NotImplemented Query"),
    ]);
    let text = |found: Result<Route, RouteFault>| found.unwrap_err().fault.message().to_owned();
    let iam = route(("POST", "/"), &[FORM], "Action=Nope&Version=2010-05-08", ("iam", ""));
    assert_eq!(text(iam), "Could not find operation Nope for version 2010-05-08");
    let ec2 = route(("POST", "/"), &[FORM], "Action=Nope", ("ec2", ""));
    assert_eq!(text(ec2), "The action Nope is not valid for this web service.");
}

#[test]
fn s3_s_paths_and_flags() {
    check(&[
        (("GET", "/"), &[], "", ("s3", ""), "s3 ListBuckets RestXml"),
        (("GET", "/b/"), &[], "", ("s3", ""), "s3 ListObjects RestXml"),
        (("GET", "/b?list-type=2"), &[], "", ("s3", ""), "s3 ListObjectsV2 RestXml"),
        (("GET", "/b?list-type=1"), &[], "", ("s3", ""), "s3 ListObjects RestXml"),
        (("PUT", "/b/"), &[], "", ("s3", ""), "s3 CreateBucket RestXml"),
        (("GET", "/b?acl"), &[], "", ("s3", ""), "s3 GetBucketAcl RestXml"),
        (("GET", "/b/k?acl="), &[], "", ("s3", ""), "s3 GetObjectAcl RestXml"),
        (("GET", "/b/k?uploadId=u"), &[], "", ("s3", ""), "s3 ListParts RestXml"),
        (("PUT", "/b/k"), &[], "", ("s3", ""), "s3 PutObject RestXml"),
        (("PUT", "/b/k"), &["x-amz-copy-source: /b/j"], "", ("s3", ""), "s3 CopyObject RestXml"),
        (("PUT", "/b/k?partNumber=1&uploadId=u"), &[], "", ("s3", ""), "s3 UploadPart RestXml"),
        (
            ("PUT", "/b/k?partNumber=1&uploadId=u"),
            &["x-amz-copy-source: /b/j"],
            "",
            ("s3", ""),
            "s3 UploadPartCopy RestXml",
        ),
        (("DELETE", "/b/k?uploadId=u"), &[], "", ("s3", ""), "s3 AbortMultipartUpload RestXml"),
        (("DELETE", "/b/k?x-id=DeleteObject"), &[], "", ("s3", ""), "s3 DeleteObject RestXml"),
        (("POST", "/b/k?uploads"), &[], "", ("s3", ""), "s3 CreateMultipartUpload RestXml"),
        (("POST", "/b?delete"), &[], "", ("s3", ""), "s3 DeleteObjects RestXml"),
        (("POST", "/b/k?select&select-type=2"), &[], "", ("s3", ""), "s3 SelectObjectContent RestXml"),
        (("GET", "/b?lifecycle"), &[], "", ("s3", ""), "s3 GetBucketLifecycleConfiguration RestXml"),
        (("GET", "/b?notification"), &[], "", ("s3", ""), "s3 GetBucketNotificationConfiguration RestXml"),
        (("GET", "/b?analytics"), &[], "", ("s3", ""), "s3 ListBucketAnalyticsConfigurations RestXml"),
        (("GET", "/b?analytics&id=1"), &[], "", ("s3", ""), "s3 GetBucketAnalyticsConfiguration RestXml"),
        (("POST", "/b/k?Action=Nope"), &[FORM], "", ("s3", ""), "405 MethodNotAllowed RestXml"),
    ]);
    let labels = |target| route(("GET", target), &[], "", ("s3", "")).unwrap().labels;
    let key = |v: &str| vec![("Bucket", "b".to_owned()), ("Key", v.to_owned())];
    assert_eq!(labels("/b/a/b"), key("a/b"));
    assert_eq!(labels("/b/a//b/"), key("a//b/"));
    assert_eq!(labels("/b//"), key("/"));
    assert_eq!(labels("/b/a%2Fb+c%20"), key("a%2Fb+c%20"));
    assert_eq!(labels("/b/"), [("Bucket", "b".to_owned())]);
    let host = route(("GET", "/k/"), &[], "", ("s3", "b.c.s3.us-east-1.amazonaws.com")).unwrap();
    assert_eq!(host.labels, [("Bucket", "b.c".to_owned()), ("Key", "k/".to_owned())]);
}

#[test]
fn labels_are_raw_and_named_by_member() {
    let found =
        route(("GET", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Ax%2Fy/policy"), &[], "", ("lambda", ""))
            .unwrap();
    assert_eq!(found.labels, [("FunctionName", "arn%3Aaws%3Alambda%3Ax%2Fy".to_owned())]);
    let found = route(("GET", "/2015%2D03%2D31/functions/"), &[], "", ("lambda", "")).unwrap();
    assert_eq!(found.operation.name, "ListFunctions");
    let found = route(("GET", "/v20180820/mrap/instances/a/b/policystatus"), &[], "", ("s3", "")).unwrap();
    assert_eq!(found.labels, [("Name", "a/b".to_owned())]);
    assert_eq!(found.operation.name, "GetMultiRegionAccessPointPolicyStatus");
    assert!(route(("GET", "/2015-03-31/functions//policy"), &[], "", ("lambda", "")).is_err());
    let found = route(("POST", "/000000000000/q/"), &[FORM], "Action=SendMessage", ("sqs", "")).unwrap();
    assert_eq!(found.labels, [("QueueUrl", "/000000000000/q".to_owned())]);
    let found = route(("POST", "/"), &[FORM], "Action=SendMessage", ("sqs", "")).unwrap();
    assert!(found.labels.is_empty());
}

#[test]
fn hostile_paths_end() {
    for target in ["", "/", "//", "///", "/%", "/%00/%ff", "?", "/?&&=&", "/b/\u{e9}"] {
        for name in ["s3", "lambda", "iam", "kms", ""] {
            drop(route(("GET", target), &[], "", (name, "")));
        }
    }
    let long = "/a".repeat(50_000);
    assert_eq!(route(("GET", &long), &[], "", ("s3", "")).unwrap().operation.name, "GetObject");
    assert!(route(("GET", &long), &[], "", ("lambda", "")).is_err());
}
