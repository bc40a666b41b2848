//! Server access logs, from requests to the object that tells of them.

use serde_json::json;
use testkit::EPOCH_MS;

use crate::web::Web;

const MINUTE_MS: i64 = 60_000;

/// A bucket that is logged into another one, which lets the logging service write.
fn made(format: serde_json::Value) -> Web {
    let web = Web::new();
    web.bucket("site");
    web.open("site", "s3:*");
    web.bucket("logs");
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "logging.s3.amazonaws.com" }, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/*", "Condition": { "ArnLike": { "aws:SourceArn": "arn:aws:s3:::site" } },
    }] });
    web.json("PutBucketPolicy", json!({ "Bucket": "logs", "Policy": policy.to_string() }));
    let mut to = json!({ "TargetBucket": "logs", "TargetPrefix": "of-site/" });
    if !format.is_null() {
        to["TargetObjectKeyFormat"] = format;
    }
    let status = json!({ "LoggingEnabled": to });
    web.json("PutBucketLogging", json!({ "Bucket": "site", "BucketLoggingStatus": status }));
    web
}

fn keys(web: &Web) -> Vec<String> {
    let list = web.json("ListObjectsV2", json!({ "Bucket": "logs" }));
    let all = list["Contents"].as_array().cloned().unwrap_or_default();
    all.iter().map(|o| o["Key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn requests_are_told_of_in_batches() {
    let web = made(json!(null));
    let agent = [("user-agent", "a \"b\""), ("referer", "http://page/")];
    web.send("PUT", "localhost:4566/site/a%20b", &[("content-length", "5")], b"hello");
    web.send("GET", "site.localhost:4566/a%20b?versionId=null", &agent, b"");
    web.send("GET", "localhost:4566/site/missing", &[], b"");
    web.send("GET", "localhost:4566/site?location", &[], b"");
    web.send("GET", "localhost:4566/site?list-type=2", &[], b"");
    web.send("OPTIONS", "localhost:4566/site/k", &[], b"");
    web.send("GET", "site.s3-website.localhost/x", &[], b"");
    web.lab.advance(4 * MINUTE_MS);
    assert_eq!(keys(&web), Vec::<String>::new());
    web.lab.advance(MINUTE_MS);
    let found = keys(&web);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("of-site/2026-01-01-00-05-00-"), "{}", found[0]);
    assert_eq!(found[0].len(), "of-site/2026-01-01-00-05-00-0123456789ABCDEF".len());
    let text = web.get("logs", &found[0]);
    let lines: Vec<&str> = text.lines().collect();
    let parts = |n: usize, from: &str, to: &str| {
        let rest = lines[n].split_once(from).unwrap_or_else(|| panic!("{}", lines[n])).1;
        rest.split_once(to).unwrap_or_else(|| panic!("{rest}")).0.to_owned()
    };
    let owner = lines[0].split(' ').next().unwrap();
    assert!(owner.len() == 64 && owner.bytes().all(|b| b.is_ascii_hexdigit()));
    assert!(lines[0].contains(" site [01/Jan/2026:00:00:00 +0000] 127.0.0.1 - "), "{}", lines[0]);
    assert_eq!(
        parts(0, "REST.PUT.OBJECT ", " \"-\""),
        format!("a%20b \"PUT /site/a%20b HTTP/1.1\" 200 - - 5{}", &parts(0, "200 - - 5", " \"-\""))
    );
    assert!(
        parts(1, "REST.GET.OBJECT ", "\"http")
            .starts_with("a%20b \"GET /a%20b?versionId=null HTTP/1.1\" 200 - 5 5 ")
    );
    assert!(lines[1].contains(" \"http://page/\" \"a %22b%22\" null "), "{}", lines[1]);
    assert!(lines[1].ends_with(" - - - site.localhost:4566 - - -"), "{}", lines[1]);
    assert!(
        parts(2, "REST.GET.OBJECT ", " \"-\"")
            .starts_with("missing \"GET /site/missing HTTP/1.1\" 403 AccessDenied ")
    );
    for (n, operation) in [
        (3, "REST.GET.LOCATION - "),
        (4, "REST.GET.BUCKET - "),
        (5, "REST.OPTIONS.PREFLIGHT k "),
        (6, "WEBSITE.GET.OBJECT x \"GET /x HTTP/1.1\" 404 NoSuchWebsiteConfiguration "),
    ] {
        assert!(lines[n].contains(operation), "{}", lines[n]);
    }
    assert_eq!(lines.len(), 7);
    web.lab.advance(60 * MINUTE_MS);
    assert_eq!(keys(&web).len(), 1, "nothing happened since");
}

/// Source: S3 user guide, "Log object key format".
#[test]
fn keys_may_be_partitioned() {
    for (source, begin) in [
        ("EventTime", "of-site/000000000000/us-east-1/site/2026/01/01/2026-01-01-00-00-00-"),
        ("DeliveryTime", "of-site/000000000000/us-east-1/site/2026/01/01/2026-01-01-00-05-00-"),
    ] {
        let web = made(json!({ "PartitionedPrefix": { "PartitionDateSource": source } }));
        web.send("GET", "localhost/site", &[], b"");
        web.lab.advance(5 * MINUTE_MS);
        let found = keys(&web);
        assert!(found[0].starts_with(begin), "{}", found[0]);
    }
    assert_eq!(EPOCH_MS % 86_400_000, 0, "labs begin at midnight");
}

#[test]
fn turning_it_off_delivers_what_waits() {
    let web = made(json!(null));
    web.send("GET", "localhost/site", &[], b"");
    web.json("PutBucketLogging", json!({ "Bucket": "site", "BucketLoggingStatus": {} }));
    web.send("GET", "localhost/site", &[], b"");
    web.lab.advance(10 * MINUTE_MS);
    let found = keys(&web);
    assert_eq!(found.len(), 1);
    assert_eq!(web.get("logs", &found[0]).lines().count(), 1);
}

#[test]
fn a_target_that_lets_nobody_write_gets_nothing() {
    let web = made(json!(null));
    web.json("DeleteBucketPolicy", json!({ "Bucket": "logs" }));
    web.send("GET", "localhost/site", &[], b"");
    web.lab.advance(10 * MINUTE_MS);
    assert_eq!(keys(&web), Vec::<String>::new());
}

/// A list that grants the log delivery group is as good as a policy.
#[test]
fn a_target_may_let_the_delivery_group_write() {
    let web = made(json!(null));
    web.json("DeleteBucketPolicy", json!({ "Bucket": "logs" }));
    let controls = json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerPreferred" }] });
    web.json("PutBucketOwnershipControls", json!({ "Bucket": "logs", "OwnershipControls": controls }));
    let group = "uri=\"http://acs.amazonaws.com/groups/s3/LogDelivery\"";
    web.json("PutBucketAcl", json!({ "Bucket": "logs", "GrantWrite": group, "GrantReadACP": group }));
    web.send("GET", "localhost/site", &[], b"");
    web.lab.advance(10 * MINUTE_MS);
    assert_eq!(keys(&web).len(), 1);
}

#[test]
fn a_batch_has_an_end() {
    let web = made(json!(null));
    for _ in 0..2_001 {
        web.send("OPTIONS", "localhost/site", &[], b"");
    }
    web.lab.advance(1);
    let first = keys(&web);
    assert_eq!(first.len(), 1);
    assert_eq!(web.get("logs", &first[0]).lines().count(), 2_000);
    web.lab.advance(5 * MINUTE_MS);
    assert_eq!(keys(&web).len(), 2);
}

/// The lines of the only log, each from its operation on and without what differs from run to run.
fn lines(web: &Web) -> Vec<String> {
    let [key] = &keys(web)[..] else { panic!("there is one log: {:?}", keys(web)) };
    let text = web.get("logs", key);
    let from_operation = |line: &str| -> String {
        let fields: Vec<&str> = line.split("] ").nth(1).unwrap().splitn(4, ' ').collect();
        fields[3].split(' ').take(9).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(from_operation).collect()
}

/// Source: S3 user guide, "Amazon S3 server access log format" (`BATCH.DELETE.OBJECT`); the fields as in logs that people show.
#[test]
fn each_key_of_a_batch_delete_has_a_line() {
    let web = made(json!(null));
    web.put("site", "a b", "12345");
    web.put("site", "kept", "1");
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::site", "arn:aws:s3:::site/*"] },
        { "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::site/kept" },
    ] });
    web.json("PutBucketPolicy", json!({ "Bucket": "site", "Policy": policy.to_string() }));
    let body = b"<Delete><Object><Key>a b</Key></Object><Object><Key>none</Key></Object><Object><Key>kept</Key></Object></Delete>";
    let answer =
        web.send("POST", "localhost/site?delete", &[("content-md5", "LiD9UvCS8egqajkN7Kx2fQ==")], body);
    assert_eq!((answer.status, answer.xml("Code")), (200, "AccessDenied"), "{}", answer.body);
    web.lab.advance(5 * MINUTE_MS);
    let found = lines(&web);
    assert_eq!(
        found[..3],
        [
            "BATCH.DELETE.OBJECT a%20b - 204 - - 5 - -",
            "BATCH.DELETE.OBJECT none - 204 - - - - -",
            "BATCH.DELETE.OBJECT kept - 403 AccessDenied - - - -",
        ]
    );
    assert!(
        found[3].starts_with("REST.POST.MULTI_OBJECT_DELETE - \"POST /site?delete HTTP/1.1\" 200 "),
        "{}",
        found[3]
    );
    assert_eq!(found.len(), 4);
}

/// Source: the same, "Additional logging for copy operations".
#[test]
fn the_source_of_a_copy_has_a_line() {
    let web = made(json!(null));
    web.bucket("other");
    web.open("other", "s3:*");
    web.put("site", "a", "12345");
    let copy = |to: &str, from: &str| {
        web.send("PUT", to, &[("x-amz-copy-source", from), ("content-length", "0")], b"").status
    };
    assert_eq!(copy("localhost/other/b", "site/a"), 200);
    assert_eq!(copy("localhost/other/b", "/site/none"), 403);
    assert_eq!(copy("localhost/site/c", "other/b"), 200);
    web.lab.advance(5 * MINUTE_MS);
    let found = lines(&web);
    assert_eq!(found[0], "REST.COPY.OBJECT_GET a - 200 - - 5 - -");
    assert_eq!(found[1], "REST.COPY.OBJECT_GET none - 403 AccessDenied - - - -");
    assert!(found[2].starts_with("REST.COPY.OBJECT c \"PUT /site/c HTTP/1.1\" 200 "), "{}", found[2]);
    assert_eq!(found.len(), 3);
}

/// Source: S3 user guide, "Lifecycle and other bucket configurations", "S3 Lifecycle and logging".
#[test]
fn what_lifecycle_does_has_lines() {
    let web = made(json!(null));
    let on = json!({ "Status": "Enabled" });
    web.json("PutBucketVersioning", json!({ "Bucket": "site", "VersioningConfiguration": on }));
    let rule = |id: &str, prefix: &str, what: serde_json::Value| {
        let mut rule = json!({ "ID": id, "Status": "Enabled", "Filter": { "Prefix": prefix } });
        rule.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        rule
    };
    let rules = json!({ "Rules": [
        rule("go", "old/", json!({ "Expiration": { "Days": 1 }, "NoncurrentVersionExpiration": { "NoncurrentDays": 1 } })),
        rule("move", "cold/", json!({ "Transitions": [{ "Days": 1, "StorageClass": "GLACIER" }] })),
    ] });
    let input = json!({ "Bucket": "site", "LifecycleConfiguration": rules });
    web.json("PutBucketLifecycleConfiguration", input);
    web.put("site", "old/a", "12345");
    // What is smaller isn't moved.
    web.put("site", "cold/a", &"x".repeat(200_000));
    web.lab.advance(6 * 24 * 60 * MINUTE_MS);
    let mut found = Vec::new();
    for key in keys(&web) {
        found.extend(web.get("logs", &key).lines().map(str::to_owned));
    }
    let said = |operation: &str| {
        found
            .iter()
            .find(|l| l.contains(" - AmazonS3 ") && l.contains(operation))
            .unwrap_or_else(|| panic!("{operation}: {found:?}"))
            .clone()
    };
    assert!(said("S3.CREATE.DELETEMARKER").contains(" old/a \"-\" - - - - - - \"-\" \"-\" "));
    assert!(said("S3.EXPIRE.OBJECT").contains(" old/a \"-\" - - - 5 - - \"-\" \"-\" "));
    assert!(said("S3.TRANSITION.OBJECT").contains(" cold/a \"-\" - - - 200000 - - \"-\" \"-\" "));
}
